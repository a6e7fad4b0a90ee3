/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a CSV file, as spreadsheets and editors write them. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/csv.h"
#include "tests/claims.h"

/* All rows as "LINE[field|field]", or the sentence that refuses. */
static char *rows_of(const char *text)
{
	char *copy = xstrdup(text);
	struct buf out;
	struct error err;
	struct csv csv;
	int more;

	buf_init(&out);
	csv_begin(&csv, copy, "f.csv");
	while ((more = csv_next(&csv, &err)) == 1) {
		buf_printf(&out, "%u[", csv.line);
		for (size_t i = 0; i < csv.count; i++)
			buf_printf(&out, "%s%s", i ? "|" : "", csv.field[i]);
		buf_add_text(&out, "]");
	}
	if (more < 0)
		buf_add_text(&out, err.text);
	free(copy);
	return buf_detach(&out);
}

static void check(const char *text, const char *expected)
{
	char *rows = rows_of(text);

	CU_ASSERT_STRING_EQUAL(rows, expected);
	free(rows);
}

static void rows_and_fields_are_told_apart(void)
{
	check("a,b\n1,2\n", "1[a|b]2[1|2]");
	check("a,b\n1,2", "1[a|b]2[1|2]");
	check("a,\n,b\n,\n", "1[a|]2[|b]3[|]");
	check("", "");
	check("\n \n", "");
	check("one", "1[one]");
}

static void what_spreadsheets_write_is_read_as_it_is_meant(void)
{
	check("\xef\xbb\xbf"
	      "number,maker\r\nMFA150001, 甲厂 \r\n",
	      "1[number|maker]2[MFA150001|甲厂]");
	check("\"a, b\",\"say \"\"no\"\"\" \r\nx,y", "1[a, b|say \"no\"]2[x|y]");
	check("\"\"\"q\"\"\",\"\"\n", "1[\"q\"|]");
	check("\" kept \", dropped \n", "1[ kept |dropped]");
}

static void lines_are_counted_through_comments_and_quotes(void)
{
	check("# list\n\na\n\"two\nlines\",b\nc\n", "3[a]4[two\nlines|b]6[c]");
}

static void what_no_reader_can_be_sure_of_is_refused(void)
{
	check("a\n\"b,c\n", "1[a]f.csv:2: a quote begins and never ends");
	check("\"a\"b,c\n", "f.csv:1: something stands behind a field's closing quote");
	check(",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,",
	      "f.csv:1: a row has at most 64 fields, and this one has more");
}

void suite_csv(void)
{
	suite_begin("csv");
	claim(rows_and_fields_are_told_apart);
	claim(what_spreadsheets_write_is_read_as_it_is_meant);
	claim(lines_are_counted_through_comments_and_quotes);
	claim(what_no_reader_can_be_sure_of_is_refused);
}
