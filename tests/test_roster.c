/* SPDX-License-Identifier: Apache-2.0 */
/* Who may sign what: enrolled, revoked, handed over by the administrator and nobody else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "record/canonical.h"
#include "record/roster.h"
#include "record/wall_time.h"
#include "tests/claims.h"

#define YEAR "\"from\":\"2026-03-01T00:00:00.000+08:00\",\"to\":\"2027-03-01T00:00:00.000+08:00\""
#define TESTER                                                                                     \
	"\"name\":\"Li\",\"person\":\"0017\",\"roles\":[\"tester\"],\"items\":[\"gas.*\","         \
	"\"pack\"]"

struct office {
	struct key *administrator, *person, *other;
	struct roster *roster;
	struct error err;
};

static void office_open(struct office *office)
{
	memset(office, 0, sizeof(*office));
	office->administrator = key_generate(KEY_ED25519, &office->err);
	office->person = key_generate(KEY_ED25519, &office->err);
	office->other = key_generate(KEY_SM2, &office->err);
	CU_ASSERT_FATAL(office->administrator && office->person && office->other);
	office->roster = roster_new(office->administrator, &office->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(office->roster);
}

static void office_close(struct office *office)
{
	roster_free(office->roster);
	key_free(office->administrator);
	key_free(office->person);
	key_free(office->other);
}

/* A record with this payload (canonical or not), signed by this key in this role, given to the roster. */
static int give_as(struct office *office, const char *payload, size_t size, const struct key *by,
		   const char *role)
{
	struct jws *record = jws_new(payload, size);
	int taken;

	CU_ASSERT_EQUAL_FATAL(jws_sign(record, by,
				       &(struct jws_act){.role = role,
							 .meaning = "enrolled",
							 .time = "2026-03-01T08:00:00.000+08:00"},
				       &office->err),
			      0);
	taken = roster_take(office->roster, record, &office->err);
	jws_free(record);
	return taken;
}

/* The members of this JSON and the key's, in canonical form. */
static int give(struct office *office, const char *what, const struct key *key, const char *members)
{
	char *text = xprintf("{\"v\":1,\"what\":\"%s\",%s}", what, members);
	struct value *says = json_parse(text, strlen(text), "claim", &office->err);
	struct buf payload;
	int taken;

	if (!says)
		CU_FAIL_FATAL(office->err.text);
	if (key)
		value_set(says, "jwk", key_jwk(key));
	buf_init(&payload);
	CU_ASSERT_EQUAL_FATAL(canonical_write(&payload, says, "claim", &office->err), 0);
	taken = give_as(office, payload.data, payload.size, office->administrator, "administrator");
	buf_done(&payload);
	value_free(says);
	free(text);
	return taken;
}

static int64_t at(const char *text)
{
	struct wall_time time;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(wall_time_parse(&time, text, &err), 0);
	return time.ms;
}

static bool allows(struct office *office, const struct key *key, enum role role, const char *item,
		   const char *time)
{
	return roster_allows(office->roster, key_id(key), role, item, at(time), &office->err) !=
	       NULL;
}

static bool says(const struct office *office, const char *part)
{
	if (strstr(office->err.text, part))
		return true;
	printf("        it was: %s\n", office->err.text);
	return false;
}

#define MAY "2026-05-04T10:00:00.000+08:00"

static void an_enrolled_person_may_sign_his_items_in_his_roles_in_his_time(void)
{
	struct office office;

	office_open(&office);
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person, TESTER "," YEAR), 0);

	CU_ASSERT(allows(&office, office.person, ROLE_TESTER, "gas.methane", MAY));
	CU_ASSERT(allows(&office, office.person, ROLE_TESTER, "pack", MAY));
	CU_ASSERT(allows(&office, office.person, ROLE_TESTER, NULL, MAY));
	CU_ASSERT_FALSE(allows(&office, office.person, ROLE_TESTER, "packs", MAY));
	CU_ASSERT(says(&office, "Li (0017) is not authorised for packs"));
	CU_ASSERT_FALSE(allows(&office, office.person, ROLE_REVIEWER, "pack", MAY));
	CU_ASSERT(says(&office, "Li (0017) is not authorised as reviewer 审核"));
	CU_ASSERT_FALSE(allows(&office, office.person, ROLE_TESTER, "pack",
			       "2026-02-28T23:59:59.999+08:00"));
	CU_ASSERT(says(&office, "may sign only from 2026-03-01T00:00:00.000+08:00 on"));
	CU_ASSERT_FALSE(allows(&office, office.person, ROLE_TESTER, "pack",
			       "2027-03-01T00:00:00.000+08:00"));
	CU_ASSERT(says(&office, "has run out on 2027-03-01"));
	CU_ASSERT_FALSE(allows(&office, office.other, ROLE_TESTER, "pack", MAY));
	CU_ASSERT(says(&office, "is nobody's whom an administrator has enrolled"));
	CU_ASSERT_FALSE(allows(&office, office.administrator, ROLE_TESTER, "pack", MAY));
	CU_ASSERT(says(&office, "says who may sign, and signs nothing else"));
	CU_ASSERT_STRING_EQUAL(roster_find(office.roster, key_id(office.person))->person, "0017");
	office_close(&office);
}

static void a_bench_signs_for_any_item(void)
{
	struct office office;

	office_open(&office);
	CU_ASSERT_EQUAL(give(&office, "enrols", office.other,
			     "\"name\":\"bench 7\",\"person\":\"B07\",\"roles\":[\"bench\"]," YEAR),
			0);
	CU_ASSERT(allows(&office, office.other, ROLE_BENCH, "gas.methane", MAY));
	CU_ASSERT_FALSE(allows(&office, office.other, ROLE_TESTER, "gas.methane", MAY));
	CU_ASSERT(says(&office, "bench 7 (B07) is not authorised as tester"));
	office_close(&office);
}

static void a_revoked_key_signs_nothing_from_its_day_on(void)
{
	struct office office;
	char *revoke;

	office_open(&office);
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person, TESTER "," YEAR), 0);
	revoke = xprintf(
		"\"kid\":\"%s\",\"from\":\"2026-05-01T00:00:00.000+08:00\",\"why\":\"stolen\"",
		key_id(office.person));
	CU_ASSERT_EQUAL(give(&office, "revokes", NULL, revoke), 0);
	CU_ASSERT(allows(&office, office.person, ROLE_TESTER, "pack",
			 "2026-04-30T23:59:59.999+08:00"));
	CU_ASSERT_FALSE(allows(&office, office.person, ROLE_TESTER, "pack", MAY));
	CU_ASSERT(says(&office, "is not valid since 2026-05-01T00:00:00.000+08:00: stolen"));
	free(revoke);

	/* a later day does not give it back */
	revoke = xprintf(
		"\"kid\":\"%s\",\"from\":\"2026-06-01T00:00:00.000+08:00\",\"why\":\"again\"",
		key_id(office.person));
	CU_ASSERT_EQUAL(give(&office, "revokes", NULL, revoke), 0);
	CU_ASSERT_FALSE(allows(&office, office.person, ROLE_TESTER, "pack", MAY));
	CU_ASSERT(says(&office, "is not valid since 2026-05-01T00:00:00.000+08:00: stolen"));
	free(revoke);
	CU_ASSERT_EQUAL(
		give(&office, "revokes", NULL,
		     "\"kid\":\"x\",\"from\":\"2026-06-01T00:00:00.000+08:00\",\"why\":\"w\""),
		-1);
	CU_ASSERT(says(&office, "a key that nobody has"));
	office_close(&office);
}

static void only_the_administrator_enrols_and_as_such(void)
{
	struct office office;
	static const char PAYLOAD[] = "{\"what\":\"enrols\"}";

	office_open(&office);
	CU_ASSERT_EQUAL(give_as(&office, PAYLOAD, strlen(PAYLOAD), office.person, "administrator"),
			-1);
	CU_ASSERT(says(&office, "the administrator has not signed it"));
	CU_ASSERT_EQUAL(give_as(&office, PAYLOAD, strlen(PAYLOAD), office.administrator, "tester"),
			-1);
	CU_ASSERT(says(&office, "signed it as something else"));
	office_close(&office);
}

static void a_hand_over_makes_another_the_administrator(void)
{
	struct office office;

	office_open(&office);
	CU_ASSERT_EQUAL(give(&office, "hands_over", office.person,
			     "\"from\":\"2026-03-01T00:00:00.000+08:00\""),
			0);
	CU_ASSERT(key_same(roster_administrator(office.roster), office.person));
	CU_ASSERT_EQUAL(give(&office, "enrols", office.other, TESTER "," YEAR), -1);
	CU_ASSERT(says(&office, "the administrator has not signed it"));
	office_close(&office);
}

/* What the first record of a log says of bench B07 and these keys. */
static int introduce(struct office *office, const struct key *bench, const struct key *simulation)
{
	struct value *says = value_map();
	int done;

	value_set_text(says, "bench", "B07");
	value_set(says, "benchKey", key_jwk(bench));
	value_set(says, "simulationKey", key_jwk(simulation));
	done = roster_introduce(office->roster, says, &office->err);
	value_free(says);
	return done;
}

/* A log that says itself whose it is: nobody is known beforehand. */
static void office_open_unknown(struct office *office)
{
	office_open(office);
	roster_free(office->roster);
	office->roster = roster_new(NULL, &office->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(office->roster);
}

static void a_log_introduces_its_benchs_keys_and_each_signs_its_own(void)
{
	struct office office;

	office_open_unknown(&office);
	CU_ASSERT_EQUAL(introduce(&office, office.person, office.other), 0);
	CU_ASSERT(allows(&office, office.person, ROLE_BENCH, "gas.methane", MAY));
	CU_ASSERT_FALSE(allows(&office, office.person, ROLE_SIMULATION, "gas.methane", MAY));
	CU_ASSERT(says(&office, "B07 (B07) is not authorised as simulation"));
	CU_ASSERT(allows(&office, office.other, ROLE_SIMULATION, "gas.methane", MAY));
	CU_ASSERT_FALSE(allows(&office, office.other, ROLE_BENCH, "gas.methane", MAY));
	CU_ASSERT(says(&office, "B07 (B07) is not authorised as bench"));
	CU_ASSERT_EQUAL(introduce(&office, office.administrator, office.administrator), -1);
	CU_ASSERT(says(&office, "one key twice"));
	office_close(&office);
}

static void the_first_administrator_says_so_with_his_own_key(void)
{
	struct office office;
	static const char FROM[] = "\"from\":\"2026-03-01T00:00:00.000+08:00\"";

	office_open_unknown(&office);
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person, TESTER "," YEAR), -1);
	CU_ASSERT(says(&office, "no administrator yet"));
	CU_ASSERT_EQUAL(give(&office, "installs", office.person, FROM), -1);
	CU_ASSERT(says(&office, "the administrator has not signed it"));
	CU_ASSERT_PTR_NULL(roster_administrator(office.roster));
	CU_ASSERT_EQUAL(give(&office, "installs", office.administrator, FROM), 0);
	CU_ASSERT(key_same(roster_administrator(office.roster), office.administrator));
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person, TESTER "," YEAR), 0);
	CU_ASSERT_EQUAL(give(&office, "installs", office.other, FROM), -1);
	CU_ASSERT(says(&office, "this log has its administrator"));
	CU_ASSERT_FALSE(allows(&office, office.administrator, ROLE_TESTER, "pack", MAY));
	CU_ASSERT(says(&office, "he says who may sign, and signs nothing else"));
	office_close(&office);
}

static void who_is_known_from_elsewhere_is_confirmed_by_the_log_or_the_log_is_anothers(void)
{
	struct office office;
	static const char FROM[] = "\"from\":\"2026-03-01T00:00:00.000+08:00\"";

	office_open(&office);
	CU_ASSERT_EQUAL(give(&office, "installs", office.administrator, FROM), 0);
	CU_ASSERT_EQUAL(give(&office, "installs", office.administrator, FROM), -1);
	CU_ASSERT(says(&office, "this log has its administrator"));
	office_close(&office);
	office_open(&office);
	CU_ASSERT_EQUAL(give(&office, "installs", office.person, FROM), -1);
	CU_ASSERT(says(&office, "another than the one who is known"));
	office_close(&office);
}

static void a_key_that_is_a_benchs_is_no_administrators(void)
{
	struct office office;

	office_open_unknown(&office);
	CU_ASSERT_EQUAL(introduce(&office, office.administrator, office.other), 0);
	CU_ASSERT_EQUAL(give(&office, "installs", office.administrator,
			     "\"from\":\"2026-03-01T00:00:00.000+08:00\""),
			-1);
	CU_ASSERT(says(&office, "is nobody's before"));
	office_close(&office);
}

static void an_administrator_says_whose_an_introduced_bench_is_and_takes_nothing_from_it(void)
{
	struct office office;
	struct value *all;

	office_open(&office);
	CU_ASSERT_EQUAL(introduce(&office, office.person, office.other), 0);
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person, TESTER "," YEAR), -1);
	CU_ASSERT(says(&office, "this is the key of bench B07 for what it measures"));
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person,
			     "\"name\":\"hall 2\",\"person\":\"B08\",\"roles\":[\"bench\"]," YEAR),
			-1);
	CU_ASSERT(says(&office, "this is the key of bench B07 for what it measures"));
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person,
			     "\"name\":\"hall 2\",\"person\":\"B07\",\"roles\":[\"bench\"]," YEAR),
			0);
	CU_ASSERT_STRING_EQUAL(roster_find(office.roster, key_id(office.person))->name, "hall 2");
	CU_ASSERT(allows(&office, office.person, ROLE_BENCH, "pack",
			 "2031-01-01T00:00:00.000+08:00"));
	all = roster_describe(office.roster);
	CU_ASSERT_EQUAL(value_count(all), 2);
	CU_ASSERT_FALSE(value_get_bool(value_at(all, 0), "introduced"));
	CU_ASSERT(value_get_bool(value_at(all, 1), "introduced"));
	value_free(all);
	office_close(&office);
}

static void what_is_no_enrolment_is_refused(void)
{
	static const struct {
		const char *members, *part;
	} CASES[] = {
		{"\"person\":\"1\",\"roles\":[\"tester\"],\"items\":[\"a\"]," YEAR, "'name'"},
		{"\"name\":\"\",\"person\":\"1\",\"roles\":[\"tester\"],\"items\":[\"a\"]," YEAR,
		 "'name'"},
		{"\"name\":\"N\",\"person\":\"1\",\"items\":[\"a\"]," YEAR, "no roles"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[],\"items\":[\"a\"]," YEAR,
		 "no roles"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"boss\"],\"items\":[\"a\"]," YEAR,
		 "role 1 is none"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"tester\",\"tester\"],\"items\":["
		 "\"a\"]," YEAR,
		 "role 2"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[7],\"items\":[\"a\"]," YEAR, "role 1"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"administrator\"],\"items\":[\"a\"]"
		 "," YEAR,
		 "signs nothing"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"administrator\",\"tester\"],"
		 "\"items\":[\"a\"]," YEAR,
		 "signs nothing"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"bench\",\"tester\"],\"items\":["
		 "\"a\"]," YEAR,
		 "no person's"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"bench\"],\"items\":[\"a\"]," YEAR,
		 "no items"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"tester\"]," YEAR, "list the items"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"tester\"],\"items\":[\"\"]," YEAR,
		 "item 1"},
		{"\"name\":\"N\",\"person\":\"1\",\"roles\":[\"tester\"],\"items\":[\"a*b\"]," YEAR,
		 "item 1"},
		{TESTER ",\"from\":\"2026-03-01T00:00:00.000+08:00\"", "does not say 'to'"},
		{TESTER ",\"from\":\"March\",\"to\":\"2026-03-01T00:00:00.000+08:00\"",
		 "'from': 'March' is no time"},
		{TESTER ",\"from\":\"2026-03-01T00:00:00.000+08:00\",\"to\":\"2026-03-01T00:00:00."
			"000+08:00\"",
		 "ends before it begins"},
		{TESTER ",\"id_card\":\"110101\"," YEAR, "'id_card', which it may not say"},
	};
	struct office office;

	office_open(&office);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		CU_ASSERT_EQUAL(give(&office, "enrols", office.person, CASES[i].members), -1);
		CU_ASSERT(says(&office, CASES[i].part));
	}
	CU_ASSERT_EQUAL(give(&office, "enrols", NULL, TESTER "," YEAR), -1);
	CU_ASSERT(says(&office, "no JSON Web Key of Ed25519 or SM2"));
	CU_ASSERT_EQUAL(give(&office, "appoints", office.person, TESTER "," YEAR), -1);
	CU_ASSERT(says(&office, "neither installs nor enrols nor revokes nor hands over"));
	CU_ASSERT_EQUAL(give(&office, "enrols", office.administrator, TESTER "," YEAR), -1);
	CU_ASSERT(says(&office, "the administrator's own key, which signs nothing"));
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person, TESTER "," YEAR), 0);
	CU_ASSERT_EQUAL(give(&office, "enrols", office.person, TESTER "," YEAR), -1);
	CU_ASSERT(says(&office, "was enrolled before"));
	CU_ASSERT_EQUAL(give(&office, "hands_over", office.person,
			     "\"from\":\"2026-03-01T00:00:00.000+08:00\""),
			-1);
	CU_ASSERT(says(&office, "the next key must be nobody's before"));
	CU_ASSERT_EQUAL(give_as(&office, "{ }", 3, office.administrator, "administrator"), -1);
	CU_ASSERT(says(&office, "not in canonical form (RFC 8785)"));
	CU_ASSERT_EQUAL(give_as(&office, "{}", 2, office.administrator, "administrator"), -1);
	CU_ASSERT(says(&office, "its version is not 1"));
	office_close(&office);
}

void suite_roster(void)
{
	suite_begin("who may sign what");
	claim(an_enrolled_person_may_sign_his_items_in_his_roles_in_his_time);
	claim(a_bench_signs_for_any_item);
	claim(a_revoked_key_signs_nothing_from_its_day_on);
	claim(only_the_administrator_enrols_and_as_such);
	claim(a_hand_over_makes_another_the_administrator);
	claim(a_log_introduces_its_benchs_keys_and_each_signs_its_own);
	claim(the_first_administrator_says_so_with_his_own_key);
	claim(who_is_known_from_elsewhere_is_confirmed_by_the_log_or_the_log_is_anothers);
	claim(a_key_that_is_a_benchs_is_no_administrators);
	claim(an_administrator_says_whose_an_introduced_bench_is_and_takes_nothing_from_it);
	claim(what_is_no_enrolment_is_refused);
}
