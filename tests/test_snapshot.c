/* SPDX-License-Identifier: Apache-2.0 */
/* Files that somebody exported from a register, as they come. */
#include <stdlib.h>
#include <string.h>

#include "record/snapshot.h"
#include "tests/claims.h"

static void take(void *ctx, const struct snapshot_row *row)
{
	struct buf *out = ctx;
	struct value *map = snapshot_row_describe(row);

	buf_printf(out, "%u[", row->line);
	for (size_t i = 0; i < value_count(map); i++)
		buf_printf(out, "%s%s=%s", i ? "|" : "", value_key(map, i), value_at(map, i)->text);
	buf_add_text(out, "]");
	value_free(map);
}

static void check(enum snapshot_list list, const char *text, const char *expected)
{
	struct error err;
	struct buf out;
	size_t rows;

	buf_init(&out);
	if (snapshot_read(text, strlen(text), "f", list, take, &out, &rows, &err) < 0)
		buf_add_text(&out, err.text);
	CU_ASSERT_STRING_EQUAL(out.data, expected);
	buf_done(&out);
}

static void columns_are_found_by_their_names_in_both_languages(void)
{
	check(SNAPSHOT_MARKS,
	      "状态,安标编号,备注,有效期至,生产单位\n有效,MFA150001,x,2030年2月28日,甲厂\n",
	      "2[number=MFA150001|maker=甲厂|until=2030-02-28|state=valid]");
	check(SNAPSHOT_MARKS, "Number,State\r\nMFA150001,Revoked\r\nMFA150002,\r\n",
	      "2[number=MFA150001|state=revoked]3[number=MFA150002]");
	check(SNAPSHOT_MARKS, "number\nMFA150001,behind,the,head\n", "2[number=MFA150001]");
	check(SNAPSHOT_PROHIBITED, "型号,依据\nAZL-40,目录\n", "2[model=AZL-40|basis=目录]");
	check(SNAPSHOT_SEEN, "tag,number,serial,at,where\nE2,MFA150001,7,2026-01-01,mine 1\n",
	      "2[number=MFA150001|tag=E2|serial=7|at=2026-01-01|where=mine 1]");
}

static void json_is_read_as_csv_is(void)
{
	check(SNAPSHOT_MARKS,
	      "[{\"number\":\"MFA150001\",\"状态\":\"注销\",\"x\":7,\"until\":null},"
	      "{\"安全标志编号\":\"MFA150002\",\"until\":\"2030/1/2\"}]",
	      "1[number=MFA150001|state=withdrawn]2[number=MFA150002|until=2030-01-02]");
	check(SNAPSHOT_MARKS, "[{\"number\":7}]", "f:1: 'number' is no text");
	check(SNAPSHOT_MARKS, "[{\"maker\":\"a\"}]", "f:1: its 'number' (安全标志编号) is empty");
	check(SNAPSHOT_MARKS, "[7]", "f:1: its 'number' (安全标志编号) is empty");
}

static void what_cannot_be_relied_on_is_refused_with_its_line(void)
{
	check(SNAPSHOT_MARKS, "", "f: it has no rows");
	check(SNAPSHOT_MARKS, "number\n", "f: it has no rows");
	check(SNAPSHOT_MARKS, "maker\na\n",
	      "f:1: its first row names the columns, and none is 'number' (安全标志编号)");
	check(SNAPSHOT_MARKS, "number,安标编号\na,b\n",
	      "f:1: two columns are 'number' (安全标志编号)");
	check(SNAPSHOT_MARKS, "number\nA\n,\n",
	      "2[number=A]f:3: its 'number' (安全标志编号) is empty");
	check(SNAPSHOT_MARKS, "number,until\nA,soon\n",
	      "f:2: 'soon' is no day: write it as 2026-03-01");
	check(SNAPSHOT_MARKS, "number,state\nA,ok\n",
	      "f:2: the state 'ok' is none of valid 有效, suspended 暂停, revoked 撤销, withdrawn "
	      "注销, expired 过期");
	check(SNAPSHOT_MARKS, "number\n\xb0\xb2\n",
	      "f: it is no UTF-8 text (the byte 8 is none): save it as UTF-8");
}

static void days_are_read_as_people_write_them(void)
{
	static const char *const DAYS[][2] = {
		{"2026-3-1", "2026-03-01"}, {"2026/03/01", "2026-03-01"},
		{"2026.3.1", "2026-03-01"}, {"2026年3月1日", "2026-03-01"},
		{"2026年3月", "2026-03"},   {"2026-03", "2026-03"}};
	static const char *const NONE[] = {"",	      "2026",	    "2026-02-30", "1.3.2026",
					   "2026-13", "2026-3-1-1", "20260301"};
	char day[SNAPSHOT_DAY_SIZE];
	struct error err;

	for (size_t i = 0; i < sizeof(DAYS) / sizeof(DAYS[0]); i++) {
		CU_ASSERT_EQUAL(snapshot_day(day, DAYS[i][0], &err), 0);
		CU_ASSERT_STRING_EQUAL(day, DAYS[i][1]);
	}
	for (size_t i = 0; i < sizeof(NONE) / sizeof(NONE[0]); i++)
		CU_ASSERT_EQUAL(snapshot_day(day, NONE[i], &err), -1);
}

void suite_snapshot(void)
{
	suite_begin("snapshot");
	claim(columns_are_found_by_their_names_in_both_languages);
	claim(json_is_read_as_csv_is);
	claim(what_cannot_be_relied_on_is_refused_with_its_line);
	claim(days_are_read_as_people_write_them);
}
