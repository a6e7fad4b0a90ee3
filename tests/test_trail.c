/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trail of measures on the small bench: which samples are named for a reading, and whether the value
 * comes out of them again; which bytes; what is told where there are none. tests/claims_why.sh has it on
 * the shipped benches, and in words.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/account.h"
#include "run/trail.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

static struct bench bench;
static struct trail *trail;
static struct value *measures; /* of the run, followed */

/* Rehearse this and follow its measures. */
static void follow(const struct mini_order *what)
{
	struct account *account;
	struct error err;

	bench_open(&bench);
	bench_rehearse(&bench, what);
	account = account_read(bench.journal, &err);
	if (!account)
		CU_FAIL_FATAL(err.text);
	measures = value_copy(account->judged);
	account_free(account);
	trail = trail_read(bench.journal, &err);
	if (!trail || trail_follow(trail, measures, true, &err) < 0)
		CU_FAIL_FATAL(err.text);
}
#define FOLLOW(...) follow(&(struct mini_order){__VA_ARGS__})

static void end(void)
{
	value_free(measures);
	trail_free(trail);
	bench_close(&bench);
}

static const struct value *measure(const char *name)
{
	for (size_t i = 0; i < value_count(measures); i++)
		if (!strcmp(value_get_text(value_at(measures, i), "measure"), name))
			return value_at(measures, i);
	CU_FAIL_FATAL("no such measure");
	return NULL;
}

static const struct value *reading(const char *name)
{
	return value_at(value_get(measure(name), "readings"), 0);
}

static const struct value *decisive(const struct value *node, size_t i)
{
	return value_at(value_get(node, "decisive"), i);
}

static const struct value *evidence(const struct value *node, size_t i)
{
	return value_get(value_get(decisive(node, i), "first"), "evidence");
}

static bool is(const struct value *map, const char *key, const char *text)
{
	const char *said = value_get_text(map, key);

	return said && !strcmp(said, text);
}

static bool same(const struct value *node)
{
	return value_get_bool(value_get(node, "again"), "same");
}

/* ---- samples ---- */

static void a_reading_names_the_one_sample_that_answered_it(void)
{
	FOLLOW(.body = "fx.pressure:mean '1 s' m.x = fx.pressure:read()");

	CU_ASSERT(is(reading("x"), "verb", "read"));
	CU_ASSERT_EQUAL(value_get_int(value_get(reading("x"), "series"), "count", 0), 1);
	CU_ASSERT(is(decisive(reading("x"), 0), "role", "answer"));
	CU_ASSERT(same(reading("x")));
	CU_ASSERT(same(measure("x")));
	end();
}

static void a_mean_counts_its_samples_and_names_both_ends(void)
{
	FOLLOW(.body = "m.x = fx.pressure:mean '1 s'"); /* asked every 200 ms */
	const struct value *series = value_get(reading("x"), "series");

	CU_ASSERT_EQUAL(value_get_int(series, "count", 0), 5);
	CU_ASSERT(value_get_int(value_get(series, "first"), "t", 0) ==
		  value_get_int(decisive(reading("x"), 0), "t", 1));
	CU_ASSERT(value_get_int(value_get(series, "last"), "t", 0) ==
		  value_get_int(decisive(reading("x"), 1), "t", 1));
	CU_ASSERT(same(reading("x")));
	end();
}

static void an_event_lies_between_the_last_without_it_and_the_first_with_it(void)
{
	FOLLOW(.body = "fx.valve:open()\n"
		       "m.x = fx.pressure:becomes { '>= 1.1 kPa', within = '5 s' } * q '10 Pa/s'");
	const struct value *node = reading("x");

	CU_ASSERT(is(decisive(node, 0), "role", "before"));
	CU_ASSERT(is(decisive(node, 1), "role", "met"));
	CU_ASSERT(value_get_real(decisive(node, 0), "value", 0) < 1100);
	CU_ASSERT(value_get_real(decisive(node, 1), "value", 0) >= 1100);
	CU_ASSERT(same(node));
	CU_ASSERT(same(measure("x")));
	end();
}

static void what_was_not_reached_names_its_question_and_the_last_sample(void)
{
	FOLLOW(.body = "m.x = fx.pressure:becomes { '>= 5 kPa', within = '3 s' }");
	const struct value *node = reading("x");

	CU_ASSERT(is(node, "verb", "becomes"));
	CU_ASSERT_PTR_NULL(value_get(node, "reading"));
	CU_ASSERT(is(decisive(node, 0), "role", "last"));
	CU_ASSERT(fabs(value_get_real(decisive(node, 0), "value", 0) - 1000) < 5);
	end();
}

static void a_trace_is_seen_only_up_to_when_it_was_asked(void)
{
	FOLLOW(.body = "local t = fx.pressure:trace '100 ms'\nwait '1 s'\nm.x = t:max()\n"
		       "fx.valve:open() wait '1 s' fx.valve:close()\nm.y = t:max()",
	       .measures = "y = { 'y', limit = '>= 1 Pa' }");

	CU_ASSERT(same(reading("x")));
	CU_ASSERT(same(reading("y")));
	CU_ASSERT(value_get_real(decisive(reading("x"), 0), "value", 0) < 1010);
	CU_ASSERT(value_get_real(decisive(reading("y"), 0), "value", 0) > 1050);
	CU_ASSERT(value_get_int(value_get(reading("y"), "series"), "count", 0) >
		  value_get_int(value_get(reading("x"), "series"), "count", 0));
	end();
}

static void every_verb_gives_its_value_again(void)
{
	FOLLOW(.body = "local t = fx.pressure:trace '200 ms'\n"
		       "m.x = fx.pressure:settles { within = '5 Pa', over = '2 s' }\n"
		       "m.y = fx.shown:holds { '<= 2 kPa', over = '3 s' } * q '1 Pa/s'\n"
		       "m.z = fx.pulses:read() m.a = t:min() m.b = t:mean()\n"
		       "m.c = t:integral() / q '1 s'\n"
		       "m.d = fx.lid:last_before { 'on', of = fx.pressure, within = '1 s' } or q "
		       "'9 Pa'",
	       .measures = "y = { 'y', limit = '>= 1 Pa' }, z = { 'z', limit = '>= 1 Hz' },\n"
			   "a = { 'a', limit = '>= 1 Pa' }, b = { 'b', limit = '>= 1 Pa' },\n"
			   "c = { 'c', limit = '>= 1 Pa' }, d = { 'd', limit = '>= 1 Pa' }");
	const char *const NAMES[] = {"x", "y", "z", "a", "b", "c"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		CU_ASSERT(same(reading(NAMES[i])));
		CU_ASSERT(same(measure(NAMES[i])));
	}
	end();
}

/* ---- bytes ---- */

static void a_sample_shows_the_question_and_the_answer(void)
{
	FOLLOW(.body = "m.x = fx.pressure:read()");
	const struct value *bytes = evidence(reading("x"), 0);
	const char *got = value_get_text(value_at(value_get(bytes, "received"), 0), "hex");

	CU_ASSERT(is(bytes, "device", "meter"));
	CU_ASSERT_EQUAL(value_count(value_get(bytes, "sent")), 1);
	CU_ASSERT_EQUAL(strncmp(got, "01 04 04 ", 9), 0);
	CU_ASSERT_PTR_NOT_NULL(value_get(value_get(bytes, "declared"), "as"));
	end();
}

static void the_levels_of_a_contact_name_its_line(void)
{
	FOLLOW(.body = "m.d = fx.lid:read() m.x = fx.pressure:read()",
	       .measures = "d = { 'd', limit = 'on' }");

	CU_ASSERT(is(evidence(reading("d"), 0), "line", "lid"));
	CU_ASSERT(is(evidence(reading("d"), 0), "level", "on"));
	end();
}

/* ---- who asked ---- */

static void the_line_that_asked_and_the_one_that_gave_stand_word_for_word(void)
{
	FOLLOW(.body = "local p = fx.pressure:read() -- asked here\n  m.x = p -- given here");

	CU_ASSERT_PTR_NOT_NULL(strstr(value_get_text(value_get(reading("x"), "asked"), "text"),
				      "local p = fx.pressure:read() -- asked here"));
	CU_ASSERT_STRING_EQUAL(value_get_text(value_get(measure("x"), "asked"), "text"),
			       "  m.x = p -- given here");
	CU_ASSERT_PTR_NULL(value_get(reading("x"), "via"));
	CU_ASSERT(value_get_bool(reading("x"), "by_protocol"));
	end();
}

static void what_the_fixture_asks_names_the_line_of_the_protocol_that_led_there(void)
{
	FOLLOW(.body = "local function fill() local t = fx.cell:fill '1 s' return t end\n"
		       "local opened = fill()\nm.x = opened * q '1 Pa/s' + q '9 Pa'");
	const struct value *node = reading("x");

	CU_ASSERT_PTR_NOT_NULL(
		strstr(value_get_text(value_get(node, "asked"), "where"), "fixture"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(value_get_text(value_get(node, "via"), "text"), "local function fill()"));
	CU_ASSERT_FALSE(value_get_bool(node, "by_protocol"));
	end();
}

/* ---- what has no samples ---- */

static void an_act_shows_the_setting_of_its_line(void)
{
	FOLLOW(.body = "m.x = fx.valve:open() * q '1 kPa/s' + q '9 Pa'");
	const struct value *acts = value_get(reading("x"), "acts");

	CU_ASSERT(is(acts, "line", "valve"));
	CU_ASSERT_EQUAL(value_count(value_get(acts, "set")), 1);
	CU_ASSERT(is(value_at(value_get(acts, "set"), 0), "level", "open"));
	end();
}

static void a_mistyped_entry_is_told_with_each_try(void)
{
	FOLLOW(.body = "m.x = operator:enter { 'Read it.', id = 'slip', unit = 'Pa' }");
	const struct value *answers = value_get(reading("x"), "answers");

	CU_ASSERT_EQUAL(value_count(answers), 5); /* three tries, and twice why not */
	CU_ASSERT(is(value_at(answers, 0), "text", "12,5"));
	CU_ASSERT_PTR_NOT_NULL(value_get_text(value_at(answers, 1), "why"));
	CU_ASSERT(is(value_at(answers, 4), "text", " 12.5 "));
	end();
}

static void a_reference_is_its_certificate(void)
{
	FOLLOW(.body = "m.x = fx.reference 'weight'");

	CU_ASSERT(is(value_get(reading("x"), "certificate"), "instrument", "weight"));
	end();
}

static void a_figure_of_the_scripts_own_has_no_readings(void)
{
	FOLLOW(.body = "m.x = q '9 Pa' * 2");

	CU_ASSERT_EQUAL(value_count(value_get(measure("x"), "readings")), 0);
	CU_ASSERT(same(measure("x")));
	end();
}

/* ---- what ended it ---- */

static struct value *cause(void)
{
	struct value *found;
	struct error err;

	if (trail_cause(trail, &found, &err) < 0)
		CU_FAIL_FATAL(err.text);
	return found;
}

static void a_run_that_came_to_its_end_has_no_cause(void)
{
	FOLLOW(.body = "m.x = fx.pressure:read()");

	CU_ASSERT_PTR_NULL(cause());
	end();
}

static void an_interlock_names_the_line_and_what_was_waited_for(void)
{
	struct value *found;

	FOLLOW(.fault = "lid_opens",
	       .body = "m.x = fx.pressure:read() fx.valve:open() wait '10 s'");
	found = cause();

	CU_ASSERT(is(value_at(value_get(found, "events"), 0), "k", "trip"));
	CU_ASSERT(is(value_at(value_get(found, "waiting"), 0), "verb", "wait"));
	CU_ASSERT(is(value_at(value_get(found, "named"), 0), "line", "lid"));
	CU_ASSERT_EQUAL(value_count(value_get(value_at(value_get(found, "named"), 0), "edges")), 1);
	value_free(found);
	end();
}

static void a_mute_instrument_is_shown_with_every_try(void)
{
	const struct value *named;
	struct value *found;

	FOLLOW(.fault = "meter.mute", .body = "m.x = fx.pressure:read()");
	found = cause();
	named = value_at(value_get(found, "named"), 0);

	CU_ASSERT_EQUAL(value_count(value_get(named, "sent")), 3);
	CU_ASSERT_PTR_NULL(value_get(named, "received"));
	value_free(found);
	end();
}

static void an_assertion_names_the_question_that_was_not_met(void)
{
	struct value *found;

	FOLLOW(.body = "m.x = fx.pressure:read()\n"
		       "assert(fx.pressure:becomes { '>= 5 kPa', within = '1 s' }, 'too weak')");
	found = cause();

	CU_ASSERT(is(value_at(value_get(found, "events"), 0), "k", "failed"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(value_get_text(value_get(found, "asked"), "text"), "'too weak'"));
	CU_ASSERT(is(value_get(found, "unmet"), "verb", "becomes"));
	value_free(found);
	end();
}

void suite_trail(void)
{
	suite_begin("trail");
	claim(a_reading_names_the_one_sample_that_answered_it);
	claim(a_mean_counts_its_samples_and_names_both_ends);
	claim(an_event_lies_between_the_last_without_it_and_the_first_with_it);
	claim(what_was_not_reached_names_its_question_and_the_last_sample);
	claim(a_trace_is_seen_only_up_to_when_it_was_asked);
	claim(every_verb_gives_its_value_again);
	claim(a_sample_shows_the_question_and_the_answer);
	claim(the_levels_of_a_contact_name_its_line);
	claim(the_line_that_asked_and_the_one_that_gave_stand_word_for_word);
	claim(what_the_fixture_asks_names_the_line_of_the_protocol_that_led_there);
	claim(an_act_shows_the_setting_of_its_line);
	claim(a_mistyped_entry_is_told_with_each_try);
	claim(a_reference_is_its_certificate);
	claim(a_figure_of_the_scripts_own_has_no_readings);
	claim(a_run_that_came_to_its_end_has_no_cause);
	claim(an_interlock_names_the_line_and_what_was_waited_for);
	claim(a_mute_instrument_is_shown_with_every_try);
	claim(an_assertion_names_the_question_that_was_not_met);
}
