/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the benchmark programs count with.
 *
 * Nothing here judges a figure; bench/dist/benchmark.sh prints it beside what is aimed at.
 */
#include "tests/benchmark/figures.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static nsec read_clock(clockid_t source)
{
	struct timespec time;

	clock_gettime(source, &time);
	return SEC(time.tv_sec) + time.tv_nsec;
}

nsec figure_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

nsec figure_processor(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void figure_pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		perror("sched_setaffinity");
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double figure_quantile(double *values, size_t count, double part)
{
	size_t place = (size_t)(part * (double)count);

	if (count == 0)
		return 0;
	qsort(values, count, sizeof(*values), by_size);
	return values[place < count ? place : count - 1];
}

/* The figure behind "name:" in a file of /proc, or 0. */
static long read_field(int pid, const char *file, const char *name)
{
	char path[64], line[256];
	size_t size = strlen(name);
	long found = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	stream = fopen(path, "re");
	if (!stream)
		return 0;
	while (!found && fgets(line, sizeof(line), stream))
		if (!strncmp(line, name, size) && line[size] == ':')
			found = strtol(line + size + 1, NULL, 10);
	fclose(stream);
	return found;
}

struct footprint figure_footprint(int pid)
{
	return (struct footprint){
		.resident = read_field(pid, "smaps_rollup", "Rss"),
		.proportional = read_field(pid, "smaps_rollup", "Pss"),
		.peak = read_field(pid, "status", "VmHWM"),
	};
}

void figure_print(const char *name, double value)
{
	printf("%s %.9g\n", name, value);
}
