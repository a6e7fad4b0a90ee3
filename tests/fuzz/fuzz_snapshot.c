/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot of a register, of any list: every row has what its list needs, and days that are compared as texts. */
#include <stdlib.h>
#include <string.h>

#include "record/snapshot.h"
#include "tests/fuzz/fuzz.h"

struct rows {
	enum snapshot_list list;
	size_t count;
	unsigned line;
};

static void check_day(const char *day)
{
	must(!*day || ((strlen(day) == 10 || strlen(day) == 7) && day[4] == '-'));
}

static void take(void *ctx, const struct snapshot_row *row)
{
	struct rows *rows = ctx;

	rows->count++;
	must(row->line > rows->line);
	rows->line = row->line;
	must(rows->list != SNAPSHOT_MARKS || *row->field[SNAPSHOT_NUMBER]);
	must(rows->list != SNAPSHOT_PROHIBITED || *row->field[SNAPSHOT_MODEL]);
	must(rows->list != SNAPSHOT_SEEN || *row->field[SNAPSHOT_SERIAL]);
	check_day(row->field[SNAPSHOT_FROM]);
	check_day(row->field[SNAPSHOT_UNTIL]);
	check_day(row->field[SNAPSHOT_SINCE]);
	value_free(snapshot_row_describe(row));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rows rows = {.list = size ? (enum snapshot_list)(SNAPSHOT_MARKS + data[0] % 3) : 0};
	struct error err;
	char *text;
	size_t count;

	if (!size)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	if (snapshot_read(text, strlen(text), "input", rows.list, take, &rows, &count, &err) == 0)
		must(count == rows.count && count > 0);
	free(text);
	return 0;
}
