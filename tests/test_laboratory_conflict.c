/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several benches' records say that cannot both be, and what only looks so: each claim is two records, held against
 * each other. That they are verified before is a claim of tests/claims_postgres.sh.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "record/laboratory_conflict.h"
#include "record/laboratory_life.h"
#include "tests/claims.h"

/* One record: `life` members and `event` members of a piece with this serial number at this bench. */
struct told {
	const char *bench, *serial, *step, *at, *life, *event;
};

#define LOG(SYNCHRONISED)                                                                          \
	"\"mse:log\":{\"mse:at\":{\"mse:maxErrorMs\":1000,\"mse:synchronised\":" SYNCHRONISED "}}"
#define RUN(BEGAN, ENDED)                                                                          \
	LOG("true")                                                                                \
	",\"mse:run\":{\"mse:began\":\"2026-03-02T" BEGAN                                          \
	"+08:00\",\"mse:ended\":\"2026-03-02T" ENDED "+08:00\"}"
#define READ(UID, MAKER)                                                                           \
	LOG("true")                                                                                \
	",\"mse:identity\":{\"mse:read\":{\"mse:tag\":{\"mse:uid\":\"" UID                         \
	"\"},\"mse:nameplate\":{\"mse:maker\":\"" MAKER "\"}}}"
#define NOON "2026-03-02T12:00:00.000+08:00"

static struct value *parse(const char *text)
{
	struct error err;
	struct value *value = json_parse(text, strlen(text), "a claim", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	return value;
}

static void add(struct value *life, struct value *events, const struct told *told, int seq)
{
	char *one = xprintf("{\"bench\":\"%s\",\"seq\":%d,\"step\":\"%s\",\"at\":\"%s\","
			    "\"specimen\":\"https://%s.example/eq/MA/M1/SN/%s\"%s}",
			    told->bench, seq, told->step, told->at, told->bench, told->serial,
			    told->life ? told->life : "");
	char *event = xprintf("{%s}", told->event);

	value_add(life, parse(one));
	value_add(events, parse(event));
	free(event);
	free(one);
}

/* The conflicts of both, freed by the caller. */
static struct value *conflicts(const struct told *a, const struct told *b)
{
	struct value *life = value_list(), *events = value_list(), *list;

	add(life, events, a, 7);
	add(life, events, b, 9);
	list = laboratory_conflicts(life, events);
	value_free(life);
	value_free(events);
	return list;
}

/* Whichever is told first: `what`, or nothing where it is NULL. */
static void find(const struct told *a, const struct told *b, const char *what)
{
	for (int turn = 0; turn < 2; turn++) {
		struct value *list = turn ? conflicts(b, a) : conflicts(a, b);

		CU_ASSERT_EQUAL(value_count(list), what ? 1 : 0);
		if (what)
			CU_ASSERT_STRING_EQUAL(value_get_text(value_at(list, 0), "what"), what);
		value_free(list);
	}
}

static const struct told RUN_HERE = {"B01",	   "S1",
				     "inspecting", "2026-03-02T12:10:00.000+08:00",
				     NULL,	   RUN("12:00:00.000", "12:10:00.000")};

static void two_runs_at_the_same_time_cannot_both_be(void)
{
	struct told there = RUN_HERE;

	there.bench = "B02";
	there.event = RUN("12:09:00.000", "12:20:00.000");
	find(&RUN_HERE, &there, "same_time");
	there.event = RUN("12:02:00.000", "12:03:00.000");
	find(&RUN_HERE, &there, "same_time");
}

static void runs_that_meet_within_what_clocks_may_be_wrong_say_nothing(void)
{
	struct told there = RUN_HERE;

	there.bench = "B02";
	there.event = RUN("12:09:58.000", "12:20:00.000");
	find(&RUN_HERE, &there, NULL);
	there.event = RUN("12:09:57.999", "12:20:00.000");
	find(&RUN_HERE, &there, "same_time");
	there.event = RUN("12:10:00.000", "12:20:00.000");
	find(&RUN_HERE, &there, NULL);
}

static void other_pieces_and_the_same_bench_and_simulations_and_errors_say_nothing(void)
{
	struct told there = RUN_HERE;

	find(&RUN_HERE, &there, NULL); /* two slots of one bench are its own matter */
	there.bench = "B02";
	there.serial = "S2";
	find(&RUN_HERE, &there, NULL);
	there.serial = "S1";
	there.life = ",\"simulated\":true";
	find(&RUN_HERE, &there, NULL);
	there.life = ",\"declared\":[{\"reason\":\"did_not_occur\"}]";
	find(&RUN_HERE, &there, NULL);
	there.life = NULL;
	find(&RUN_HERE, &there, "same_time");
}

static void what_has_come_to_its_end_is_not_in_use_afterwards(void)
{
	struct told end = {"B01", "S1", "destruction", NOON, NULL, LOG("true")};
	struct told later = {"B02", "S1",	"receiving", "2026-03-02T12:00:02.001+08:00",
			     NULL,  LOG("true")};

	end.step = "destroying";
	find(&end, &later, "after_end");
	later.at = "2026-03-02T12:00:02.000+08:00";
	find(&end, &later, NULL);
	later.at = "2026-03-02T11:00:00.000+08:00";
	find(&end, &later, NULL);
}

static void clocks_that_nobody_set_are_told_of(void)
{
	struct told end = {"B01", "S1", "destroying", NOON, NULL, LOG("false")};
	struct told later = {"B02", "S1",	"receiving", "2026-03-03T12:00:00.000+08:00",
			     NULL,  LOG("true")};
	struct value *list = conflicts(&end, &later);

	CU_ASSERT_EQUAL_FATAL(value_count(list), 1);
	CU_ASSERT_PTR_NOT_NULL(value_get(value_at(list, 0), "clocks"));
	CU_ASSERT_STRING_EQUAL(value_get_text(value_get(value_at(list, 0), "a"), "bench"), "B01");
	CU_ASSERT_EQUAL(value_get_int(value_get(value_at(list, 0), "b"), "seq", 0), 9);
	value_free(list);
	end.event = LOG("true");
	list = conflicts(&end, &later);
	CU_ASSERT_EQUAL_FATAL(value_count(list), 1);
	CU_ASSERT_PTR_NULL(value_get(value_at(list, 0), "clocks"));
	value_free(list);
}

static void a_tag_on_two_pieces_is_found_however_it_is_written(void)
{
	struct told here = {"B01", "S1", "inspecting", NOON, NULL, READ("E200 3412", "Maker A")};
	struct told there = {"B02", "S2", "inspecting", NOON, NULL, READ("e2:00:34:12", "MAKER A")};
	struct value *list;

	find(&here, &there, "other_piece");
	there.event = READ("E200 3413", "Maker B");
	find(&here, &there, NULL);
	there.serial = "S1";
	list = conflicts(&here, &there);
	CU_ASSERT_EQUAL_FATAL(value_count(list), 1);
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(list, 0), "what"), "differs");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(list, 0), "field"), "maker");
	CU_ASSERT_STRING_EQUAL(value_at(value_get(value_at(list, 0), "says"), 1)->text, "Maker B");
	value_free(list);
}

static void equipment_is_looked_up_by_the_names_that_its_events_have(void)
{
	static const char EVENT[] =
		"{\"epcList\":[\"https://b.example/x/eq/MA/M%2F1/SN/cl-7%20a\"],"
		"\"mse:identity\":{\"mse:read\":{\"mse:tag\":{\"mse:uid\":\"E2:00 34\"}}}}";
	static const char *const ASKED[] = {"cl-7 a",
					    "CL-7 A",
					    "e20034",
					    "E2 00 34",
					    "eq/MA/M%2F1/SN/cl-7%20a",
					    "https://other.example/eq/MA/M%2F1/SN/cl-7%20a"};
	struct value *event = parse(EVENT), *names = laboratory_names_of(event);

	CU_ASSERT_EQUAL(value_count(names), 3);
	for (size_t i = 0; i < sizeof(ASKED) / sizeof(*ASKED); i++) {
		struct value *asked = laboratory_names_asked(ASKED[i]);
		size_t before = value_count(names), of = value_count(asked);
		struct value *all = value_copy(names);

		laboratory_names_join(all, asked, "");
		CU_ASSERT(value_count(all) < before + of);
		value_free(all);
		value_free(asked);
	}
	value_free(names);
	value_free(event);
}

static void what_no_log_begins_is_told_as_not_verified(void)
{
	struct value *rows =
		parse("[{\"bench\":\"B01\",\"seq\":2,\"kind\":\"event\",\"jws\":\"{}\","
		      "\"cameBy\":\"B01\",\"cameAt\":\"now\"},"
		      "{\"bench\":\"B02\",\"seq\":1,\"kind\":\"log\",\"jws\":\"{}\"}]");
	struct value *names = laboratory_names_asked("S1");
	struct value *told = laboratory_life(rows, names, NULL);

	CU_ASSERT_EQUAL(value_count(value_get(told, "unverified")), 2);
	CU_ASSERT_EQUAL(value_count(value_get(told, "life")), 0);
	CU_ASSERT_EQUAL(value_count(value_get(told, "benches")), 0);
	value_free(told);
	value_free(names);
	value_free(rows);
}

void suite_laboratory_conflict(void)
{
	suite_begin("what benches of a laboratory say that cannot both be");
	claim(two_runs_at_the_same_time_cannot_both_be);
	claim(runs_that_meet_within_what_clocks_may_be_wrong_say_nothing);
	claim(other_pieces_and_the_same_bench_and_simulations_and_errors_say_nothing);
	claim(what_has_come_to_its_end_is_not_in_use_afterwards);
	claim(clocks_that_nobody_set_are_told_of);
	claim(a_tag_on_two_pieces_is_found_however_it_is_written);
	claim(equipment_is_looked_up_by_the_names_that_its_events_have);
	claim(what_no_log_begins_is_told_as_not_verified);
}
