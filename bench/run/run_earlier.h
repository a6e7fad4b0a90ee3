/* SPDX-License-Identifier: Apache-2.0 */
/* What the bench's log knows of earlier runs of a specimen. */
#ifndef DAVY_RUN_RUN_EARLIER_H
#define DAVY_RUN_RUN_EARLIER_H

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"

/*
 * A list of {"seq","run","protocol","verdict","ended"}, in the order of their records; simulated runs and real ones are
 * strangers to each other. The caller frees it; NULL where the log cannot be read.
 */
struct value *run_earlier(struct bench_log *log, const char *specimen, bool simulated,
			  struct error *err);

#endif
