/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions fed by hand: each kind, and what they must not be fooled by. Times are in ms, the channel
 * is 0 and in Pa; channel 1 is the other of last_before.
 */
#include <string.h>

#include "run/condition.h"
#include "tests/claims.h"

struct trial {
	struct condition condition;
	struct outcome outcome;
	bool ended;
};

/* A condition opened at 1000 ms with a deadline at 11000 ms. */
static struct trial begin(enum condition_kind kind, const char *limit)
{
	struct trial trial = {.condition = {.kind = kind,
					    .of = kind == CONDITION_LAST_BEFORE ? 1 : -1,
					    .opened = SEC(1),
					    .deadline = SEC(11)}};
	struct error err;

	CU_ASSERT_EQUAL(unit_parse(&trial.condition.probe.unit, "Pa", &err), 0);
	if (limit)
		CU_ASSERT_EQUAL(limit_parse(&trial.condition.limit, limit, &err), 0);
	condition_begin(&trial.condition);
	return trial;
}

static void tell(struct trial *trial, int channel, int asked, int time, double value)
{
	struct bench_sample sample = {.asked = MSEC(asked),
				      .time = MSEC(time),
				      .value = value,
				      .resolution = 0.5,
				      .weight = 1};

	if (!trial->ended)
		trial->ended =
			condition_sample(&trial->condition, channel, &sample, &trial->outcome);
}

/* An answer that took 10 ms. */
static void show(struct trial *trial, int time, double value)
{
	tell(trial, 0, time - 10, time, value);
}

static void due(struct trial *trial)
{
	condition_due(&trial->condition, &trial->outcome);
	trial->ended = true;
}

static void done(struct trial *trial)
{
	condition_done(&trial->condition);
}

/* ---- read and is ---- */

static void a_read_takes_the_first_sample(void)
{
	struct trial trial = begin(CONDITION_READ, NULL);

	show(&trial, 1020, 7);

	CU_ASSERT(trial.ended && trial.outcome.met && !trial.outcome.is_time);
	CU_ASSERT_EQUAL(trial.outcome.value, 7);
	CU_ASSERT_EQUAL(trial.outcome.resolution, 0.5);
	done(&trial);
}

static void an_answer_asked_before_the_condition_opened_does_not_count(void)
{
	struct trial trial = begin(CONDITION_READ, NULL);

	tell(&trial, 0, 999, 1005, 3);
	CU_ASSERT_FALSE(trial.ended);
	tell(&trial, 0, 1000, 1010, 7);

	CU_ASSERT(trial.ended);
	CU_ASSERT_EQUAL(trial.outcome.value, 7);
	done(&trial);
}

static void a_stale_answer_does_not_make_becomes_true(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	tell(&trial, 0, 990, 1010, 9);
	show(&trial, 1100, 1);

	CU_ASSERT_FALSE(trial.ended);
	done(&trial);
}

static void another_channel_does_not_count(void)
{
	struct trial trial = begin(CONDITION_READ, NULL);

	tell(&trial, 2, 1000, 1010, 7);

	CU_ASSERT_FALSE(trial.ended);
	done(&trial);
}

static void is_says_whether_the_limit_is_met_now(void)
{
	struct trial yes = begin(CONDITION_IS, ">= 5 Pa"), no = begin(CONDITION_IS, ">= 5 Pa");

	show(&yes, 1020, 5);
	show(&no, 1020, 4.9);

	CU_ASSERT(yes.ended && yes.outcome.truth);
	CU_ASSERT(no.ended && no.outcome.met && !no.outcome.truth);
	done(&yes);
	done(&no);
}

/* ---- becomes ---- */

static void an_event_lies_in_the_middle_of_two_samples(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	show(&trial, 3000, 1);
	show(&trial, 3400, 6);

	CU_ASSERT(trial.ended && trial.outcome.met && trial.outcome.is_time);
	CU_ASSERT_EQUAL(trial.outcome.elapsed, MSEC(2200));
	CU_ASSERT_EQUAL(trial.outcome.gap, MSEC(400));
	done(&trial);
}

static void what_is_so_at_the_first_sample_happened_since_the_opening(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	show(&trial, 1100, 6);

	CU_ASSERT_EQUAL(trial.outcome.elapsed, MSEC(50));
	CU_ASSERT_EQUAL(trial.outcome.gap, MSEC(100));
	done(&trial);
}

static void a_limit_met_exactly_at_the_deadline_is_met(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	show(&trial, 10900, 1);
	show(&trial, 11000, 6);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.elapsed, MSEC(9950));
	done(&trial);
}

/* Nobody looks at a contact between its edges, and nothing can happen there unseen. */
static void what_a_contact_becomes_it_becomes_at_its_edge(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	trial.condition.at_edges = true;
	tell(&trial, 0, 1000, 1000, 0);
	tell(&trial, 0, 9000, 9000, 6);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.gap, MSEC(2));
	CU_ASSERT_EQUAL(trial.outcome.elapsed, MSEC(7999));
	done(&trial);
}

static void what_a_contact_is_already_took_no_time(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	trial.condition.at_edges = true;
	tell(&trial, 0, 1000, 1000, 6);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.gap, 0);
	CU_ASSERT_EQUAL(trial.outcome.elapsed, 0);
	done(&trial);
}

/* It was not told yet when the wait began, and is no longer what it was. */
static void an_edge_from_just_before_took_no_time(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	trial.condition.at_edges = true;
	tell(&trial, 0, 1000, 1000, 0);
	tell(&trial, 0, 1010, 990, 6);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.gap, 0);
	CU_ASSERT_EQUAL(trial.outcome.elapsed, 0);
	done(&trial);
}

static void becomes_says_what_was_not_reached(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	show(&trial, 2000, 1);
	due(&trial);

	CU_ASSERT_FALSE(trial.outcome.met);
	CU_ASSERT_STRING_EQUAL(trial.outcome.why,
			       ">= 5 Pa was not reached within 10 s (last seen: 1 Pa)");
	done(&trial);
}

/* ---- holds ---- */

static void holds_ends_at_the_first_sample_outside(void)
{
	struct trial trial = begin(CONDITION_HOLDS, "<= 5 Pa");

	show(&trial, 2000, 1);
	show(&trial, 3000, 6);

	CU_ASSERT(trial.ended && trial.outcome.met && !trial.outcome.to_the_end);
	CU_ASSERT_EQUAL(trial.outcome.elapsed, MSEC(1500));
	CU_ASSERT_STRING_EQUAL(trial.outcome.why, "6 Pa left <= 5 Pa");
	done(&trial);
}

static void holds_to_the_end_is_the_whole_time(void)
{
	struct trial trial = begin(CONDITION_HOLDS, "<= 5 Pa");

	show(&trial, 2000, 1);
	due(&trial);

	CU_ASSERT(trial.outcome.met && trial.outcome.to_the_end);
	CU_ASSERT_EQUAL(trial.outcome.elapsed, SEC(10));
	done(&trial);
}

static void what_leaves_exactly_at_the_end_did_not_hold_to_it(void)
{
	struct trial trial = begin(CONDITION_HOLDS, "<= 5 Pa");

	show(&trial, 10800, 1);
	show(&trial, 11000, 6);

	CU_ASSERT(trial.ended && !trial.outcome.to_the_end);
	done(&trial);
}

static void holds_without_any_reading_has_held_nothing(void)
{
	struct trial trial = begin(CONDITION_HOLDS, "<= 5 Pa");

	due(&trial);

	CU_ASSERT_FALSE(trial.outcome.met);
	CU_ASSERT_STRING_EQUAL(trial.outcome.why, "no reading came in the time");
	done(&trial);
}

/* ---- mean ---- */

static void a_mean_is_over_what_was_asked_within_its_time(void)
{
	struct trial trial = begin(CONDITION_MEAN, NULL);

	tell(&trial, 0, 990, 1005, 100);
	show(&trial, 2000, 4);
	show(&trial, 3000, 6);
	CU_ASSERT_FALSE(trial.ended);
	due(&trial);

	CU_ASSERT(trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.value, 5);
	CU_ASSERT_DOUBLE_EQUAL(trial.outcome.of_mean, 1, 1e-12); /* s = sqrt 2, over sqrt 2 */
	CU_ASSERT_EQUAL(trial.outcome.resolution, 0.5);
	done(&trial);
}

static void a_mean_of_nothing_says_so(void)
{
	struct trial trial = begin(CONDITION_MEAN, NULL);

	due(&trial);

	CU_ASSERT_FALSE(trial.outcome.met);
	CU_ASSERT_STRING_EQUAL(trial.outcome.why, "no reading came in the time");
	done(&trial);
}

/* ---- settles ---- */

static struct trial begin_settling(void)
{
	struct trial trial = begin(CONDITION_SETTLES, NULL);

	trial.condition.over = SEC(1);
	trial.condition.band = 0.25;
	return trial;
}

static void a_value_settles_when_its_window_is_whole_and_narrow(void)
{
	struct trial trial = begin_settling();

	show(&trial, 1500, 5.0);
	show(&trial, 2000, 5.125);
	CU_ASSERT_FALSE(trial.ended); /* half a second is not one */
	show(&trial, 2500, 5.25);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.value, 5.125);
	CU_ASSERT_EQUAL(trial.outcome.spread, 0.125);
	done(&trial);
}

static void a_value_that_moves_does_not_settle(void)
{
	struct trial trial = begin_settling();

	for (int i = 0; i < 19; i++)
		show(&trial, 1500 + 500 * i, 5 + 0.3 * i);
	CU_ASSERT_FALSE(trial.ended);
	due(&trial);

	CU_ASSERT_STRING_EQUAL(trial.outcome.why, "not settled within 10 s");
	done(&trial);
}

static void a_value_settles_after_it_has_moved(void)
{
	struct trial trial = begin_settling();

	show(&trial, 1500, 9);
	show(&trial, 2000, 5);
	show(&trial, 2500, 5);
	CU_ASSERT_FALSE(trial.ended);
	show(&trial, 3000, 5);

	CU_ASSERT(trial.ended);
	CU_ASSERT_EQUAL(trial.outcome.spread, 0);
	done(&trial);
}

/* ---- last_before ---- */

static void last_before_gives_the_other_s_value_at_the_event(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, "<= 1 Pa");

	show(&trial, 2000, 9);
	tell(&trial, 1, 2000, 2010, 42);
	show(&trial, 3000, 0);

	CU_ASSERT(trial.ended && trial.outcome.met && !trial.outcome.is_time);
	CU_ASSERT_EQUAL(trial.outcome.value, 42);
	done(&trial);
}

static void last_before_a_contact_s_edge_is_just_before_it(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, ">= 5 Pa");

	trial.condition.at_edges = true;
	tell(&trial, 0, 1000, 1000, 0);
	tell(&trial, 1, 1100, 1110, 42);
	tell(&trial, 1, 4990, 5000, 43);
	tell(&trial, 1, 5099, 5109, 44);
	tell(&trial, 0, 5100, 5100, 6);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.value,
			43); /* the next was asked for when it may have happened */
	done(&trial);
}

static void an_event_must_first_be_seen_not_to_be(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, "<= 1 Pa");

	tell(&trial, 1, 1000, 1010, 42);
	show(&trial, 2000, 0); /* it is so already: nothing has happened */
	CU_ASSERT_FALSE(trial.ended);
	show(&trial, 3000, 9);
	tell(&trial, 1, 3000, 3010, 43);
	show(&trial, 4000, 0);

	CU_ASSERT(trial.ended);
	CU_ASSERT_EQUAL(trial.outcome.value, 43);
	done(&trial);
}

static void an_event_without_a_value_before_it_does_not_count(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, "<= 1 Pa");

	show(&trial, 2000, 9);
	show(&trial, 3000, 0);

	CU_ASSERT_FALSE(trial.ended);
	done(&trial);
}

/* When the charger lets go between two looks, the voltage asked for after the first is too late. */
static void a_value_asked_for_after_the_last_sight_of_before_does_not_count(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, "<= 1 Pa");

	tell(&trial, 1, 1990, 2000, 42);
	show(&trial, 2005, 9);
	tell(&trial, 1, 2500, 2510, 17);
	show(&trial, 3000, 0);

	CU_ASSERT(trial.ended);
	CU_ASSERT_EQUAL(trial.outcome.value, 42);
	done(&trial);
}

static void an_event_that_does_not_come_is_named(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, "<= 1 Pa");

	due(&trial);

	CU_ASSERT_STRING_EQUAL(trial.outcome.why, "<= 1 Pa did not come within 10 s");
	done(&trial);
}

/* ---- samples that come late ---- */

static void a_sample_from_after_the_deadline_ends_what_was_not_met(void)
{
	struct trial trial = begin(CONDITION_BECOMES, ">= 5 Pa");

	show(&trial, 11001, 9);

	CU_ASSERT(trial.ended && !trial.outcome.met);
	CU_ASSERT_STRING_EQUAL(trial.outcome.why,
			       ">= 5 Pa was not reached within 10 s (last seen: nothing)");
	done(&trial);
}

static void a_mean_is_over_its_time_though_it_is_known_later(void)
{
	struct trial trial = begin(CONDITION_MEAN, NULL);

	show(&trial, 2000, 1);
	show(&trial, 11000, 3);
	CU_ASSERT_FALSE(trial.ended);
	show(&trial, 11500, 99);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.value, 2);
	done(&trial);
}

static void what_held_to_the_deadline_held_whatever_comes_after(void)
{
	struct trial trial = begin(CONDITION_HOLDS, ">= 5 Pa");

	show(&trial, 10999, 9);
	show(&trial, 11500, 0);

	CU_ASSERT(trial.ended && trial.outcome.to_the_end);
	CU_ASSERT_EQUAL(trial.outcome.elapsed, SEC(10));
	done(&trial);
}

/* Channel 0 tells at once, channel 1 in blocks. */
static void last_before_waits_for_what_was_said_until_the_event(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, "<= 1 Pa");

	trial.condition.of_late = true;
	tell(&trial, 1, 1500, 1500, 41);
	show(&trial, 2000, 9);
	show(&trial, 2200, 0);
	show(&trial, 2400, 9); /* over again; it happened all the same */
	CU_ASSERT_FALSE(trial.ended);
	tell(&trial, 1, 1990, 1990, 42);
	tell(&trial, 1, 2010, 2010, 43);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.value, 42);
	done(&trial);
}

static void last_before_takes_what_there_is_when_no_more_comes(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, "<= 1 Pa");

	trial.condition.of_late = true;
	tell(&trial, 1, 1500, 1500, 41);
	show(&trial, 2000, 9);
	show(&trial, 2200, 0);
	due(&trial);

	CU_ASSERT(trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.value, 41);
	done(&trial);
}

/* Channel 0 tells in blocks: the event lies before values that are known already. */
static void last_before_finds_a_value_among_those_told_since(void)
{
	struct trial trial = begin(CONDITION_LAST_BEFORE, "<= 1 Pa");

	for (int i = 0; i < 500; i++)
		tell(&trial, 1, 1100 + 10 * i, 1105 + 10 * i, 1100 + 10 * i);
	tell(&trial, 0, 3000, 3000, 9);
	tell(&trial, 0, 3005, 3005, 0);

	CU_ASSERT(trial.ended && trial.outcome.met);
	CU_ASSERT_EQUAL(trial.outcome.value, 3000);
	done(&trial);
}

void suite_condition(void)
{
	suite_begin("condition");
	claim(a_read_takes_the_first_sample);
	claim(an_answer_asked_before_the_condition_opened_does_not_count);
	claim(a_stale_answer_does_not_make_becomes_true);
	claim(another_channel_does_not_count);
	claim(is_says_whether_the_limit_is_met_now);
	claim(an_event_lies_in_the_middle_of_two_samples);
	claim(what_is_so_at_the_first_sample_happened_since_the_opening);
	claim(a_limit_met_exactly_at_the_deadline_is_met);
	claim(what_a_contact_becomes_it_becomes_at_its_edge);
	claim(what_a_contact_is_already_took_no_time);
	claim(an_edge_from_just_before_took_no_time);
	claim(becomes_says_what_was_not_reached);
	claim(holds_ends_at_the_first_sample_outside);
	claim(holds_to_the_end_is_the_whole_time);
	claim(what_leaves_exactly_at_the_end_did_not_hold_to_it);
	claim(holds_without_any_reading_has_held_nothing);
	claim(a_mean_is_over_what_was_asked_within_its_time);
	claim(a_mean_of_nothing_says_so);
	claim(a_value_settles_when_its_window_is_whole_and_narrow);
	claim(a_value_that_moves_does_not_settle);
	claim(a_value_settles_after_it_has_moved);
	claim(last_before_gives_the_other_s_value_at_the_event);
	claim(last_before_a_contact_s_edge_is_just_before_it);
	claim(an_event_must_first_be_seen_not_to_be);
	claim(an_event_without_a_value_before_it_does_not_count);
	claim(a_value_asked_for_after_the_last_sight_of_before_does_not_count);
	claim(an_event_that_does_not_come_is_named);
	claim(a_sample_from_after_the_deadline_ends_what_was_not_met);
	claim(a_mean_is_over_its_time_though_it_is_known_later);
	claim(what_held_to_the_deadline_held_whatever_comes_after);
	claim(last_before_waits_for_what_was_said_until_the_event);
	claim(last_before_takes_what_there_is_when_no_more_comes);
	claim(last_before_finds_a_value_among_those_told_since);
}
