/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmark programs count with: the machine's clock, quantiles, memory of a process. */
#ifndef DAVY_BENCHMARK_FIGURES_H
#define DAVY_BENCHMARK_FIGURES_H

#include <stddef.h>

#include "base/nsec.h"

nsec figure_now(void);
/* Processor time of this process so far. */
nsec figure_processor(void);
/* Pin this process to one processor; -1: anywhere. */
void figure_pin(int cpu);

/* Sorts the values. `part` 0.5 is the median, 1 the largest; 0 when there are none. */
double figure_quantile(double *values, size_t count, double part);

/* In KiB; all 0 when the process is gone. */
struct footprint {
	long resident, proportional, peak;
};

struct footprint figure_footprint(int pid);

/* One line that the script reads: "name value". */
void figure_print(const char *name, double value);

#endif
