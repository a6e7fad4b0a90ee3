/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stages in their order, since one may come only after one before it. What counts is when a run began and when the one before it ended,
 * as the bench recorded both; nothing is kept beside the log that could say otherwise. Simulated runs all begin at one moment, which is
 * nobody's: of a rehearsal the numbers of their records stand in the place of times.
 */
#include <string.h>

#include "base/spelling.h"
#include "record/identity.h"
#include "record/job_order.h"
#include "record/run_bracket.h"
#include "verdict/decision.h"
#include "verdict/duration.h"

/* One stage of one specimen, while it is looked at. */
struct place {
	const struct value *order, *specimen, *stage, *runs, *identifications;
	const struct value *before; /* of the stage that it comes after, as it was found; or NULL */
	const struct wall_time *now;
	int64_t from, until, ended;  /* when a run may begin; when the stage before ended */
	int64_t count;		     /* runs of it */
	const struct value *decided; /* the run whose verdict counts; or NULL */
};

static const char *text_of(const struct value *map, const char *name)
{
	const char *text = value_get_text(map, name);

	return text ? text : "";
}

static int64_t ms_of(const struct value *map, const char *name)
{
	struct wall_time time;
	struct error ignored;

	return wall_time_parse(&time, text_of(map, name), &ignored) == 0 ? time.ms : INT64_MIN;
}

static bool is_rehearsal(const struct place *place)
{
	return value_get_bool(place->order, "rehearsal");
}

/* When a run began or ended, or a specimen was identified: ms, of a rehearsal its record's number. */
static int64_t moment_of(const struct place *place, const struct value *map, const char *name)
{
	return is_rehearsal(place) ? value_get_int(map, "seq", INT64_MIN) : ms_of(map, name);
}

static int64_t duration_ms(const struct value *stage, const char *name, int64_t otherwise)
{
	nsec time;
	struct error ignored;

	if (!value_get_text(stage, name) ||
	    duration_parse(&time, value_get_text(stage, name), &ignored) < 0)
		return otherwise;
	return time / 1000000;
}

/* Where one of both has no certificate number, as of a run whose protocol does not ask for it, the serial number tells. */
static bool is_about(const struct value *one, const struct value *specimen)
{
	const char *ma = text_of(specimen, "ma"), *other = text_of(one, "ma");

	return spelling_same(text_of(one, "serial"), text_of(specimen, "serial")) &&
	       (!*ma || !*other || spelling_same(other, ma));
}

bool job_stage_is_of(const struct value *stage, const char *serial)
{
	const struct value *of = value_get(stage, "of");

	for (size_t i = 0; i < value_count(of); i++)
		if (spelling_same(value_at(of, i)->text, serial))
			return true;
	return !of;
}

/* Has it been identified, without anything that does not fit, between the stage before and this moment? */
static bool is_identified(const struct place *place, int64_t until)
{
	if (!value_get_bool(place->stage, "reidentify"))
		return true;
	for (size_t i = 0; i < value_count(place->identifications); i++) {
		const struct value *one = value_at(place->identifications, i);
		enum identity_outcome outcome = identity_outcome_find(text_of(one, "outcome"));
		int64_t at = moment_of(place, one, "at");

		if (is_about(one, place->specimen) && at >= place->ended && at <= until &&
		    (outcome == IDENTITY_NOTHING_FOUND || outcome == IDENTITY_CANNOT_VERIFY))
			return true;
	}
	return false;
}

static bool is_run_of(const struct place *place, const struct value *run)
{
	int64_t began = moment_of(place, run, "began");

	return !strcmp(text_of(run, "stage"), text_of(place->stage, "name")) &&
	       is_about(run, place->specimen) && !value_get_bool(run, "voided") &&
	       value_get_bool(run, "simulated") == is_rehearsal(place) && began >= place->from &&
	       began <= place->until && is_identified(place, began);
}

static bool decides(const struct value *run)
{
	enum verdict verdict;
	struct error ignored;

	return verdict_parse(&verdict, text_of(run, "verdict"), &ignored) == 0 &&
	       verdict != VERDICT_ERROR && verdict != VERDICT_ABORTED;
}

bool job_run_is_spoilt(const struct value *run)
{
	const char *bracket = text_of(run, "bracket");

	return !strcmp(bracket, bracket_name(BRACKET_SPOILT)) ||
	       !strcmp(bracket, bracket_name(BRACKET_UNCHECKED));
}

/* A FAIL stands, but for one that is spoilt; else the last that decided something counts. */
static void take_runs(struct place *place)
{
	bool failed = false;

	for (size_t i = 0; i < value_count(place->runs); i++) {
		const struct value *run = value_at(place->runs, i);

		if (!is_run_of(place, run))
			continue;
		place->count++;
		if (failed || !decides(run))
			continue;
		place->decided = run;
		failed = !strcmp(text_of(run, "verdict"), verdict_name(VERDICT_FAIL)) &&
			 !job_run_is_spoilt(run);
	}
}

/* When the stage may begin, once the one before it is done. */
static void take_interval(struct place *place)
{
	place->from = INT64_MIN;
	place->until = INT64_MAX;
	place->ended = INT64_MIN;
	if (!place->before)
		return;
	place->ended = moment_of(place, place->before, "ended");
	if (place->ended == INT64_MIN) {
		place->from = INT64_MAX;
		return;
	}
	if (is_rehearsal(place)) {
		place->from = place->ended + 1; /* no interval is kept between records */
		return;
	}
	place->from = place->ended + duration_ms(place->stage, "least", 0);
	if (value_get_text(place->stage, "most"))
		place->until = place->ended + duration_ms(place->stage, "most", 0);
}

static const char *state_of(const struct place *place)
{
	int64_t now = is_rehearsal(place) ? INT64_MAX - 1 : place->now->ms;

	if (place->decided)
		return "done";
	if (now < place->from)
		return "waiting";
	if (now > place->until)
		return "late";
	return is_identified(place, now) ? "left" : "identify";
}

static void set_time(struct value *map, const char *name, const struct place *place, int64_t ms)
{
	char text[WALL_TIME_SIZE];

	if (ms == INT64_MIN || ms == INT64_MAX || is_rehearsal(place))
		return;
	wall_time_write(&(struct wall_time){.ms = ms, .zone_minutes = place->now->zone_minutes},
			text);
	value_set_text(map, name, text);
}

static void describe(struct value *one, struct place *place)
{
	take_interval(place);
	take_runs(place);
	value_set_text(one, "state", state_of(place));
	value_set_int(one, "runs", place->count);
	set_time(one, "from", place, place->from);
	set_time(one, "until", place, place->until);
	if (!place->decided)
		return;
	value_set_text(one, "verdict", text_of(place->decided, "verdict"));
	value_set_text(one, "run", text_of(place->decided, "run"));
	value_set_text(one, "ended", text_of(place->decided, "ended"));
	value_set_int(one, "seq", value_get_int(place->decided, "seq", 0));
}

/* The stage `name` of this specimen among what was found; NULL: it has none. */
static const struct value *found_of(const struct value *list, const struct value *stages,
				    const char *name, int64_t specimen)
{
	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *one = value_at(list, i);
		const struct value *stage =
			value_at(stages, (size_t)value_get_int(one, "stage", 0));

		if (value_get_int(one, "specimen", -1) == specimen &&
		    !strcmp(text_of(stage, "name"), name))
			return one;
	}
	return NULL;
}

struct value *job_order_progress(const struct value *order, const struct value *runs,
				 const struct value *identifications, const struct wall_time *now)
{
	const struct value *stages = value_get(order, "stages");
	const struct value *specimens = value_get(order, "specimens");
	struct value *list = value_list();

	for (size_t s = 0; s < value_count(stages); s++)
		for (size_t i = 0; i < value_count(specimens); i++) {
			struct place place = {.order = order,
					      .specimen = value_at(specimens, i),
					      .stage = value_at(stages, s),
					      .runs = runs,
					      .identifications = identifications,
					      .now = now};
			const char *after = value_get_text(place.stage, "after");
			struct value *one;

			if (!job_stage_is_of(place.stage, text_of(place.specimen, "serial")))
				continue;
			if (after)
				place.before = found_of(list, stages, after, (int64_t)i);
			one = value_add(list, value_map());
			value_set_int(one, "specimen", (int64_t)i);
			value_set_int(one, "stage", (int64_t)s);
			describe(one, &place);
		}
	return list;
}
