/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/benchmark/lateness.h"

#include <string.h>

#include "run/journal_read.h"
#include "tests/benchmark/figures.h"

enum { SAMPLES_MOST = 65536 };

static double late[SAMPLES_MOST];
static size_t samples;

static void add(const int64_t *asked, size_t count)
{
	int64_t earliest = INT64_MAX;

	for (size_t i = 0; i < count; i++)
		if (asked[i] - (int64_t)i * MSEC(100) < earliest)
			earliest = asked[i] - (int64_t)i * MSEC(100);
	for (size_t i = 0; i < count && samples < SAMPLES_MOST; i++)
		late[samples++] = (double)(asked[i] - (int64_t)i * MSEC(100) - earliest) / 1e3;
}

void lateness_read(const char *folder, nsec from)
{
	static int64_t asked[SAMPLES_MOST];
	struct journal_item item;
	struct error err;
	struct journal_reader *reader = journal_reader_open(folder, &err);
	size_t count = 0;

	while (reader && journal_reader_next(reader, &item, &err) > 0) {
		if (item.kind || item.entry != ENTRY_SAMPLE || count == SAMPLES_MOST)
			continue;
		memcpy(&asked[count], item.data + 16, sizeof(asked[0]));
		count += asked[count] > from;
	}
	journal_reader_close(reader);
	add(asked, count);
}

void lateness_print(void)
{
	figure_print("samples", (double)samples);
	figure_print("late_p50_us", figure_quantile(late, samples, 0.5));
	figure_print("late_p90_us", figure_quantile(late, samples, 0.9));
	figure_print("late_p99_us", figure_quantile(late, samples, 0.99));
	figure_print("late_worst_us", figure_quantile(late, samples, 1));
}
