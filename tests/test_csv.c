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

/* ---- writing ---- */

static void check_field(const char *text, const char *written)
{
	struct buf out;

	buf_init(&out);
	csv_add_field(&out, text);
	CU_ASSERT_STRING_EQUAL(out.data ? out.data : "", written);
	buf_done(&out);
}

static void a_field_is_quoted_where_it_needs_it(void)
{
	check_field("a b", "a b");
	check_field("a,b", "\"a,b\"");
	check_field("say \"no\"\r\n", "\"say \"\"no\"\"\r\n\"");
}

static void what_a_spreadsheet_would_compute_is_a_text(void)
{
	check_field("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"");
	check_field("@SUM(1)", "'@SUM(1)");
	check_field("+A1", "'+A1");
	check_field("-B2", "'-B2");
	check_field("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0");
	check_field("\t=1", "'\t=1");
}

static void a_value_stays_as_it_is(void)
{
	check_field("-0.5 V ± 0.1 V", "-0.5 V ± 0.1 V");
	check_field("± 0.10 %vol", "± 0.10 %vol");
	check_field("-5 .. -3 °C", "-5 .. -3 °C");
	check_field(">= 5 mA", ">= 5 mA");
	check_field("", "");
}

static void check_number(double number, const char *written)
{
	struct buf out;

	buf_init(&out);
	csv_add_number(&out, number);
	CU_ASSERT_STRING_EQUAL(out.data, written);
	CU_ASSERT_EQUAL(strtod(out.data, NULL), number);
	buf_done(&out);
}

static void a_number_is_read_again_as_the_same(void)
{
	check_number(0.1, "0.1");
	check_number(1.0 / 3, "0.3333333333333333");
	check_number(-2500, "-2500");
}

void suite_csv(void)
{
	suite_begin("csv");
	claim(rows_and_fields_are_told_apart);
	claim(what_spreadsheets_write_is_read_as_it_is_meant);
	claim(lines_are_counted_through_comments_and_quotes);
	claim(what_no_reader_can_be_sure_of_is_refused);
	claim(a_field_is_quoted_where_it_needs_it);
	claim(what_a_spreadsheet_would_compute_is_a_text);
	claim(a_value_stays_as_it_is);
	claim(a_number_is_read_again_as_the_same);
}
