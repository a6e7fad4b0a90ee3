/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes faster than an eye can follow: the readings of a run, what it waits for, and settings of devices.
 *
 * The latest of each is kept and told at most every 100 ms of real time, whatever the bench clock does; the
 * last of a series is always told, so that what stands on a screen is what was last read. Nobody who
 * watches: nothing is kept. The events:
 *
 *   {"event":"reading","channel":"cell","value":4.97,"unit":"kPa","at":NS}    bench time of the sample
 *   {"event":"awaits","awaits":[{"id":12,"kind":"becomes","channel":"cell","limit":">= 5 kPa","until":NS}],
 *    "asked":{"cell":NS}}
 *
 * "awaits" has all that is waited for, oldest first: "wait", or a condition by its name (run/condition.h), or
 * a "guard" of the script, which has no "until". "settles" says "band", "unit" and "over" (ns) instead of a limit.
 * A setting is told as a line is, {"event":"output","line":"meter.drive","level":"100 Pa","safe":false}: at once when it leaves
 * its safe value or is back there, and otherwise as a reading is: a ramp sets one many times a second.
 *
 * "asked" are the channels that are asked for now, and how old a reading may be before its rate does not explain it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "run/run.h"

#define SHOW_EVERY MSEC(100)

struct shown {
	struct timer soon; /* of the machine's clock */
	nsec told;	   /* when it last told, by that clock */
	bool waits_anew;
	struct value *away;  /* setting → whether it is away from safe, as it was told */
	struct value *level; /* … that is away → the level that is still to be told */
	struct {
		double value; /* SI */
		nsec at;
		bool anew;
	} channel[FIXTURE_MOST];
};

static void tell_readings(struct run *run)
{
	for (size_t i = 0; i < run->plan->fixture->channel_count; i++) {
		const struct fixture_channel *channel = &run->plan->fixture->channel[i];
		struct value *event;

		if (!run->shown->channel[i].anew)
			continue;
		run->shown->channel[i].anew = false;
		event = watch_event(run, "reading");
		value_set_text(event, "channel", channel->name);
		value_set_real(event, "value",
			       unit_from_si(&channel->unit, run->shown->channel[i].value));
		value_set_text(event, "unit", channel->unit.symbol);
		value_set_int(event, "at", run->shown->channel[i].at);
		watch_tell(run, event);
	}
}

static void tell_levels(struct run *run)
{
	struct value *levels = run->shown->level;

	run->shown->level = value_map();
	for (size_t i = 0; i < value_count(levels); i++)
		watch_driven(run, value_key(levels, i), value_at(levels, i)->text, false);
	value_free(levels);
}

static const char *kind_of(const struct request *request)
{
	static const char *const CONDITIONS[] = {
		[CONDITION_MEAN] = "mean",
		[CONDITION_SETTLES] = "settles",
		[CONDITION_BECOMES] = "becomes",
		[CONDITION_HOLDS] = "holds",
		[CONDITION_LAST_BEFORE] = "last_before",
	};

	if (request->kind == REQUEST_WAIT)
		return "wait";
	if (request->kind == REQUEST_GUARD)
		return "guard";
	if (request->kind != REQUEST_CONDITION ||
	    request->condition.kind >= sizeof(CONDITIONS) / sizeof(CONDITIONS[0]))
		return NULL;
	return CONDITIONS[request->condition.kind]; /* a single reading comes at once: NULL */
}

static void describe_condition(const struct run *run, const struct condition *condition,
			       struct value *one)
{
	const struct unit *unit = &run->plan->fixture->channel[condition->channel].unit;

	value_set_int(one, "until", condition->deadline);
	if (condition->kind == CONDITION_SETTLES) { /* a difference: offsets do not count */
		value_set_real(one, "band", condition->band / unit->scale);
		value_set_text(one, "unit", unit->symbol);
		value_set_int(one, "over", condition->over);
	} else if (condition->kind != CONDITION_MEAN) {
		value_set_text(one, "limit", condition->limit.text);
	}
}

static struct value *describe_request(const struct run *run, const struct request *request)
{
	struct value *one = value_map();

	value_set_int(one, "id", request->id);
	value_set_text(one, "kind", kind_of(request));
	if (request->channel >= 0)
		value_set_text(one, "channel", run->plan->fixture->channel[request->channel].name);
	if (request->kind == REQUEST_WAIT)
		value_set_int(one, "until", request->deadline);
	else if (request->kind == REQUEST_GUARD)
		value_set_text(one, "limit", request->limit.text);
	else
		describe_condition(run, &request->condition, one);
	return one;
}

/* The course has the newest first. */
static void describe_waits(const struct run *run, const struct request *request, struct value *list)
{
	const struct request *open[COURSE_OPEN_MOST];
	size_t count = 0;

	for (; request && count < COURSE_OPEN_MOST; request = request->next)
		if (kind_of(request))
			open[count++] = request;
	while (count > 0)
		value_add(list, describe_request(run, open[--count]));
}

static void tell_waits(struct run *run)
{
	const struct fixture *fixture = run->plan->fixture;
	struct value *event, *asked;

	if (!run->shown->waits_anew)
		return;
	run->shown->waits_anew = false;
	event = watch_event(run, "awaits");
	describe_waits(run, run->course.open, value_set(event, "awaits", value_list()));
	asked = value_set(event, "asked", value_map());
	for (size_t i = 0; run->slot && i < fixture->channel_count; i++) {
		nsec age = slot_explains(run->slot, (int)i);

		if (age != NSEC_NEVER && !fixture->channel[i].state)
			value_set_int(asked, fixture->channel[i].name, age);
	}
	watch_tell(run, event);
}

static void tell_shown(void *ctx)
{
	struct run *run = ctx;

	run->shown->told = clock_now(loop_real_clock(run->place.loop));
	tell_readings(run);
	tell_levels(run);
	tell_waits(run);
}

static void tell_soon(struct run *run)
{
	struct shown *shown = run->shown;

	if (!timer_armed(&shown->soon))
		timer_start(&shown->soon, loop_real_clock(run->place.loop),
			    shown->told + SHOW_EVERY, TIMER_WAIT, tell_shown, run);
}

void shown_begin(struct run *run)
{
	if (!run->handlers.event)
		return;
	run->shown = xcalloc(1, sizeof(*run->shown));
	run->shown->told = -SHOW_EVERY;
	run->shown->away = value_map();
	run->shown->level = value_map();
}

void shown_end(struct run *run)
{
	if (!run->shown)
		return;
	timer_stop(&run->shown->soon);
	value_free(run->shown->away);
	value_free(run->shown->level);
	free(run->shown);
	run->shown = NULL;
}

void watch_sample(struct run *run, int channel, const struct bench_sample *sample)
{
	if (!run->shown || run->plan->fixture->channel[channel].state)
		return;
	run->shown->channel[channel].value = sample->value;
	run->shown->channel[channel].at = sample->time;
	run->shown->channel[channel].anew = true;
	tell_soon(run);
}

void watch_awaits(struct run *run)
{
	if (!run->shown)
		return;
	run->shown->waits_anew = true;
	tell_soon(run);
}

void watch_setting(struct run *run, int device, int index, const char *level, bool away)
{
	const struct fixture_device *spec = &run->plan->fixture->device[device];
	char name[96];

	if (!run->shown)
		return;
	snprintf(name, sizeof(name), "%s.%s", spec->name,
		 spec->driver->write[spec->safe[index].write].name);
	if (away && value_get_bool(run->shown->away, name)) {
		value_set_text(run->shown->level, name, level);
		tell_soon(run);
		return;
	}
	tell_levels(run); /* what was before it */
	value_set_bool(run->shown->away, name, away);
	watch_driven(run, name, level, !away);
	watch_awaits(run); /* what is asked for changes with what is energised */
}
