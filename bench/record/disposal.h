/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the life of a piece of equipment may be ended (EPCIS action DELETE): by a person whom the roster knows, and not
 * before the time for objections against the last test of it is over. How long that is the laboratory states, in days, as
 * "objectionDays" of STATE/laboratory.json: it is the law's and the laboratory's, and nothing here has a number for it.
 */
#ifndef DAVY_RECORD_DISPOSAL_H
#define DAVY_RECORD_DISPOSAL_H

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"

/* `event` would be recorded now; its mse:says names the person as `by`. Refused, and when it may be asked again. */
int disposal_check(struct bench_log *log, const struct value *event, const struct moment *now,
		   struct error *err);

#endif
