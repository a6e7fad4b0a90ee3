/* SPDX-License-Identifier: Apache-2.0 */
/* How runs stand between the checks of their fixture: histories, a letter per record, and what follows for each run. */
#include "record/run_bracket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/event.h"
#include "tests/claims.h"

struct made {
	const char *verdict, *place, *digest, *by;
	bool is_check, is_simulated, is_controlled;
};

static void give(struct run_brackets *brackets, uint64_t seq, const struct made *made)
{
	struct value *event = value_map(), *run = value_map(), *told;
	struct entry entry = {.kind = ENTRY_EVENT, .seq = seq, .says = event, .payload = event};
	char id[24];
	struct error err;

	snprintf(id, sizeof(id), "r%llu", (unsigned long long)seq);
	entry.id = id;
	value_add(value_set(event, "epcList", value_list()), value_text(made->place));
	value_set_text(run, "run", id);
	value_set_text(run, "protocol", made->is_check ? made->by : "product");
	value_set_text(run, "verdict", made->verdict);
	value_set_bool(run, "simulated", made->is_simulated);
	value_set_bool(run, "controlled", made->is_controlled);
	told = value_set(run, made->is_check ? "checks" : "bracket", value_map());
	if (!made->is_check)
		value_set_text(told, "by", made->by);
	value_set_text(told, "place", made->place);
	value_set_text(told, "fixture", made->digest);
	event_extend(event, "run", run);
	CU_ASSERT_EQUAL(run_brackets_take(brackets, &entry, &err), 0);
	value_free(run);
	value_free(event);
}

/* Somebody has declared the record at this place wrong. */
static void declare(struct run_brackets *brackets, uint64_t seq, uint64_t of)
{
	struct value *says = value_map();
	struct entry entry = {.kind = ENTRY_DECLARATION, .seq = seq, .says = says, .id = "d"};
	struct error err;

	value_set(says, "of", value_printf("r%llu", (unsigned long long)of));
	CU_ASSERT_EQUAL(run_brackets_take(brackets, &entry, &err), 0);
	value_free(says);
}

/*
 * Checks: P passed, F failed, E error, I inconclusive, A aborted; p for no certificate; of another slot 2, another fixture's
 * file 3, another protocol 4, simulated 5, all passed; x: slot 2 failed, y: another file's failed. r a run, c one for a certificate;
 * s simulated. D: the record before is declared wrong.
 */
static void give_letter(struct run_brackets *brackets, uint64_t seq, char letter)
{
	static const char LETTERS[] = "PFEIAp2345xyrcs";
	static const char *const VERDICTS[] = {"PASS", "FAIL", "ERROR", "INCONCLUSIVE", "ABORTED",
					       "PASS", "PASS", "PASS",	"PASS",		"PASS",
					       "FAIL", "FAIL", "PASS",	"PASS",		"PASS"};
	const char *found = strchr(LETTERS, letter);

	if (letter == 'D') {
		declare(brackets, seq, seq - 1);
		return;
	}
	if (!found)
		CU_FAIL_FATAL("a letter that is none");
	give(brackets, seq,
	     &(struct made){
		     .verdict = VERDICTS[found - LETTERS],
		     .place = strchr("2x", letter) ? "slot/2" : "slot/1",
		     .digest = strchr("3y", letter) ? "d2" : "d1",
		     .by = letter == '4' ? "other" : "check",
		     .is_check = !strchr("rcs", letter),
		     .is_simulated = letter == '5' || letter == 's',
		     .is_controlled = strchr("PFc", letter) != NULL,
	     });
}

static void histories(void)
{
	/* What each run of the history stands as: g good, u unchecked, a awaited, s spoilt. */
	static const struct {
		const char *history, *stand;
	} TABLE[] = {
		{"r", "u"},	{"Pr", "a"},	 {"PrP", "g"},	{"PrrP", "gg"},	 {"PrF", "s"},
		{"PrrF", "ss"}, {"PrPrF", "gs"}, {"PrFP", "s"}, {"PrFrP", "su"}, {"PrFPrP", "sg"},
		{"rP", "u"},	{"rPrP", "ug"},	 {"rF", "s"},	{"FrP", "u"},	 {"FrF", "s"},
		{"PFrP", "u"},	{"FPrP", "g"},	 {"PrE", "a"},	{"PrEP", "g"},	 {"PrEF", "s"},
		{"PrAIP", "g"}, {"PrErP", "gu"}, {"PErP", "u"}, {"PEPrP", "g"},	 {"PAr", "u"},
		{"PIrP", "u"},	{"Pr2", "a"},	 {"2rP", "u"},	{"P2rP", "g"},	 {"PrxP", "g"},
		{"Pr3", "a"},	{"3rP", "u"},	 {"PryP", "g"}, {"Pr4", "a"},	 {"4rP", "u"},
		{"Pr5P", "g"},	{"5rP", "u"},	 {"PsP", "u"},	{"5s5", "g"},	 {"5sP5", "g"},
		{"prp", "g"},	{"pcP", "u"},	 {"Pcp", "a"},	{"PcpP", "g"},	 {"PcP", "g"},
		{"PrPD", "a"},	{"PrPDP", "g"},	 {"PDrP", "u"}, {"PrFDP", "s"},	 {"PcpF", "s"},
	};
	static const char LETTERS[] = "-guas";

	for (size_t i = 0; i < sizeof(TABLE) / sizeof(TABLE[0]); i++) {
		struct run_brackets *brackets = run_brackets_new();
		const char *history = TABLE[i].history;
		char stand[16] = "";

		for (size_t k = 0; history[k]; k++)
			give_letter(brackets, k + 1, history[k]);
		for (size_t k = 0; history[k]; k++)
			if (strchr("rcs", history[k]))
				stand[strlen(stand)] =
					LETTERS[run_brackets_of(brackets, k + 1, NULL)];
		if (strcmp(stand, TABLE[i].stand) != 0)
			printf("%s: %s\n", history, stand);
		CU_ASSERT_STRING_EQUAL(stand, TABLE[i].stand);
		run_brackets_free(brackets);
	}
}

static void the_check_that_failed_is_named(void)
{
	struct run_brackets *brackets = run_brackets_new();
	const char *check;

	for (size_t i = 0; i < 5; i++)
		give_letter(brackets, i + 1, "PrEFP"[i]);
	CU_ASSERT_EQUAL(run_brackets_of(brackets, 2, &check), BRACKET_SPOILT);
	CU_ASSERT_STRING_EQUAL(check, "r4");
	CU_ASSERT_EQUAL(run_brackets_of(brackets, 1, &check), BRACKET_NONE);
	CU_ASSERT_PTR_NULL(check);
	CU_ASSERT_EQUAL(run_brackets_of(brackets, 99, &check), BRACKET_NONE);
	run_brackets_free(brackets);
}

/* A run of which nobody knows the fixture's file is like no check. */
static void an_unknown_fixture_is_not_the_same(void)
{
	struct run_brackets *brackets = run_brackets_new();
	struct made made = {.verdict = "PASS", .place = "slot/1", .by = "check", .is_check = true};

	give(brackets, 1, &made);
	made.is_check = false;
	give(brackets, 2, &made);
	CU_ASSERT_EQUAL(run_brackets_of(brackets, 2, NULL), BRACKET_UNCHECKED);
	run_brackets_free(brackets);
}

/* As one who has a store looks them up. */
static void the_order_of_asking_does_not_matter(void)
{
	struct run_brackets *brackets = run_brackets_new(), *others = run_brackets_new();

	give_letter(brackets, 3, 'F');
	give_letter(brackets, 2, 'r');
	give_letter(others, 1, 'P');
	give_letter(others, 2, 'r');
	CU_ASSERT_EQUAL(run_brackets_of(brackets, 2, NULL), BRACKET_SPOILT);
	give_letter(brackets, 1, 'P');
	give_letter(brackets, 2, 'r');
	CU_ASSERT_EQUAL(run_brackets_of(brackets, 2, NULL), BRACKET_SPOILT);
	CU_ASSERT_EQUAL(run_brackets_of(others, 2, NULL), BRACKET_AWAITED);
	give_letter(others, 4, 'P');
	give_letter(others, 3, 'E');
	CU_ASSERT_EQUAL(run_brackets_of(others, 2, NULL), BRACKET_GOOD);
	run_brackets_free(brackets);
	run_brackets_free(others);
}

void suite_run_bracket(void)
{
	suite_begin("run_bracket");
	claim(histories);
	claim(the_check_that_failed_is_named);
	claim(an_unknown_fixture_is_not_the_same);
	claim(the_order_of_asking_does_not_matter);
}
