/* SPDX-License-Identifier: Apache-2.0 */
/* What a PostgreSQL server's refusals mean for a record, row by row, and where libpq says them. */
#include <string.h>

#include "push/outcome.h"
#include "push/sqlstate.h"
#include "tests/claims.h"

static void every_code_has_the_outcome_of_the_table(void)
{
	static const struct {
		const char *code;
		enum push_outcome outcome;
		bool rests;
		const char *reason;
	} ROWS[] = {
		{"08006", PUSH_RETRY, true, "cut_off"},
		{"22021", PUSH_PARKED, false, "refused"},
		{"22P05", PUSH_PARKED, false, "refused"},
		{"23502", PUSH_PARKED, false, "refused"},
		{"23505", PUSH_PARKED, false, "not_compared"},
		{"23514", PUSH_PARKED, false, "refused"},
		{"25006", PUSH_RETRY, true, "busy"},
		{"25P02", PUSH_PARKED, false, "unknown_answer"},
		{"28000", PUSH_PAUSED, false, "not_allowed"},
		{"28P01", PUSH_PAUSED, false, "not_allowed"},
		{"3D000", PUSH_PAUSED, false, "not_there"},
		{"3F000", PUSH_PAUSED, false, "not_there"},
		{"40001", PUSH_RETRY, false, "busy"},
		{"40P01", PUSH_RETRY, false, "busy"},
		{"42501", PUSH_PAUSED, false, "not_allowed"},
		{"42703", PUSH_PAUSED, false, "not_there"},
		{"42P01", PUSH_PAUSED, false, "not_there"},
		{"44000", PUSH_PARKED, false, "refused"},
		{"53100", PUSH_RETRY, true, "busy"},
		{"53300", PUSH_RETRY, true, "busy"},
		{"54000", PUSH_PARKED, false, "record_too_large"},
		{"55P03", PUSH_RETRY, true, "busy"},
		{"57014", PUSH_RETRY, true, "busy"},
		{"57P01", PUSH_RETRY, true, "busy"},
		{"57P03", PUSH_RETRY, true, "busy"},
		{"58030", PUSH_RETRY, true, "broken"},
		{"F0000", PUSH_RETRY, true, "broken"},
		{"P0001", PUSH_PARKED, false, "refused"},
		{"P0002", PUSH_PARKED, false, "unknown_answer"},
		{"XX001", PUSH_RETRY, true, "broken"},
		{"00000", PUSH_PARKED, false, "unknown_answer"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct push_answer answer = {.after_ms = -1};
		struct push_verdict verdict;

		strcpy(answer.sqlstate, ROWS[i].code);
		verdict = push_judge(&answer, 3, 0.25);
		CU_ASSERT_EQUAL(verdict.outcome, ROWS[i].outcome);
		CU_ASSERT_EQUAL(verdict.rests, ROWS[i].rests);
		CU_ASSERT_STRING_EQUAL(push_reason_name(verdict.reason), ROWS[i].reason);
		CU_ASSERT_EQUAL(verdict.delay_ms, ROWS[i].outcome == PUSH_RETRY	   ? 10000
						  : ROWS[i].outcome == PUSH_PAUSED ? PUSH_PROBE_MS
										   : 0);
	}
}

static void trouble_on_the_way_outweighs_what_was_said_before_it(void)
{
	struct push_answer answer = {
		.trouble = PUSH_NOT_PROVEN, .sqlstate = "23514", .after_ms = -1};

	CU_ASSERT_EQUAL(push_judge(&answer, 0, 0.5).outcome, PUSH_PAUSED);
}

static void a_code_is_found_in_what_libpq_says_in_whatever_language(void)
{
	static const struct {
		const char *says, *code;
	} ROWS[] = {
		{"connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28000: no entry",
		 "28000"},
		{"致命错误:  57P03: 数据库系统启动中", "57P03"},
		{"FATAL:  role \"12345: x\" does not exist", ""},
		{"FATAL:  3D00: too short", ""},
		{"FATAL:  3D0000: too long", ""},
		{"FATAL:  3d000: no capitals", ""},
		{"could not connect: Connection refused", ""},
		{":  ", ""},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		char code[SQLSTATE_SIZE] = "?";

		CU_ASSERT_EQUAL(sqlstate_find(ROWS[i].says, code), ROWS[i].code[0] != '\0');
		CU_ASSERT_STRING_EQUAL(code, ROWS[i].code);
	}
}

void suite_sqlstate(void)
{
	suite_begin("what a database's refusals mean");
	claim(every_code_has_the_outcome_of_the_table);
	claim(trouble_on_the_way_outweighs_what_was_said_before_it);
	claim(a_code_is_found_in_what_libpq_says_in_whatever_language);
}
