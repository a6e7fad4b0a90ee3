/* SPDX-License-Identifier: Apache-2.0 */
/* What a group says stands in each of its rows, so that a spreadsheet can sort and filter them. */
#include "cli/statistics_rows.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/json.h"

static const char *const OF_GROUP[] = {"of", "simulated", "runs", "voided", "decided", "yield"};
static const char *const OF_MEASURE[] = {"protocol",   "version", "step",      "measure", "key",
					 "adjustment", "unit",	  "limit",     "low",	  "high",
					 "n",	       "mean",	  "deviation", "within",  "cpk",
					 "ppk",	       "ppk_low", "ppk_high",  "failed"};

enum {
	GROUP_COLUMNS = sizeof(OF_GROUP) / sizeof(*OF_GROUP),
	MEASURE_COLUMNS = sizeof(OF_MEASURE) / sizeof(*OF_MEASURE)
};

static void add_cell(struct buf *row, const struct value *value)
{
	if (value && value->kind == VALUE_TEXT)
		csv_add_field(row, value->text);
	else if (value)
		json_write(row, value);
	buf_add_byte(row, ',');
}

/* Each cell has a comma behind it, and the last one is none. */
static void end_row(FILE *out, struct buf *row)
{
	fprintf(out, "%.*s\r\n", (int)row->size - 1, row->data);
	buf_done(row);
}

static void print_head(FILE *out)
{
	struct buf row;

	buf_init(&row);
	csv_add_mark(&row);
	buf_add_text(&row, "group,");
	for (size_t i = 1; i < GROUP_COLUMNS; i++)
		buf_printf(&row, "%s,", OF_GROUP[i]);
	for (size_t i = 0; i < MEASURE_COLUMNS; i++)
		buf_printf(&row, "%s,", OF_MEASURE[i]);
	end_row(out, &row);
}

static void print_row(FILE *out, const struct value *group, const struct value *measure)
{
	struct buf row;

	buf_init(&row);
	for (size_t i = 0; i < GROUP_COLUMNS; i++)
		add_cell(&row, value_get(group, OF_GROUP[i]));
	for (size_t i = 0; i < MEASURE_COLUMNS; i++)
		add_cell(&row, value_get(measure, OF_MEASURE[i]));
	end_row(out, &row);
}

/* Of a state there are no values: it is known here by having failed. */
static size_t print_states(FILE *out, const struct value *group)
{
	const struct value *failing = value_get(group, "failing");
	size_t printed = 0;

	for (size_t i = 0; i < value_count(failing); i++) {
		struct value *one;

		if (value_get_int(value_at(failing, i), "n", 0))
			continue;
		one = value_copy(value_at(failing, i));
		value_set_int(one, "failed", value_get_int(one, "count", 0));
		print_row(out, group, one);
		value_free(one);
		printed++;
	}
	return printed;
}

void statistics_print_rows(FILE *out, const struct value *groups)
{
	print_head(out);
	for (size_t i = 0; i < value_count(groups); i++) {
		const struct value *group = value_at(groups, i);
		const struct value *measures = value_get(group, "measures");

		for (size_t j = 0; j < value_count(measures); j++)
			print_row(out, group, value_at(measures, j));
		if (!print_states(out, group) && !value_count(measures))
			print_row(out, group, NULL);
	}
}
