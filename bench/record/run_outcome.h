/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of a run, out of its event: statistics of a bench and of a laboratory need no more, and no less. */
#ifndef DAVY_RECORD_RUN_OUTCOME_H
#define DAVY_RECORD_RUN_OUTCOME_H

#include "base/value.h"

/*
 * {"bench","run":{"run","protocol","version","verdict","simulated","slot","dut":[{"name","value"}]},
 *  "items":[{"step","measure","key","adjustment","unit","value","reference","limit":{"limit"},"verdict"}]}, each as far as the
 * event says it; the caller frees it. NULL: it is of no run.
 */
struct value *run_outcome(const struct value *event);

#endif
