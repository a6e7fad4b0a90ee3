/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How late samples at 10 Hz were asked for: read from the journals, when each question was asked, against a schedule of 100 ms
 * laid through the earliest of a run.
 */
#ifndef DAVY_BENCHMARK_LATENESS_H
#define DAVY_BENCHMARK_LATENESS_H

#include "base/nsec.h"

/* Of the run in `folder`, what was asked after `from` on its clock. */
void lateness_read(const char *folder, nsec from);
/* Of all that was read: samples, late_p50_us, late_p90_us, late_p99_us, late_worst_us. */
void lateness_print(void);

#endif
