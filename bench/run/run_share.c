/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run shares with other runs: things that one at a time may have, meetings, and the operator.
 *
 * In real and scaled time a wait takes the time it takes. In virtual time it takes none: the run's clock is
 * held until the others have come round, and the journal does not show that there were any. So that it
 * does not, a grant is always told by a timer of this very instant, armed when the request came: it fires
 * at the same place among all else of the instant whether the grant came at once or an hour of real time
 * later.
 *
 * For the operator a run stands in the queue once. What it wants of him besides waits in the run until that is
 * done with, in bench time, and then begins as if it had only then been wanted: a clock that was held for it would
 * keep from ending what it waits for.
 *
 * What was taken is given back when the script gives it, at the latest once the outputs are safe: whoever
 * is next shall not find this run's valves open on a manifold. Nobody waits in step for a run that stops.
 */
#include <stdio.h>
#include <string.h>

#include "run/run.h"

static bool is_virtual(const struct run *run)
{
	return clock_kind(run->clock) == CLOCK_KIND_VIRTUAL;
}

static void let_clock_go(struct live *live)
{
	if (live->holds_clock)
		clock_release(live->run->clock);
	live->holds_clock = false;
}

void share_wait(struct live *live, timer_fn *go_on)
{
	struct run *run = live->run;

	if (!is_virtual(run))
		return;
	live->holds_clock = true;
	clock_hold(run->clock);
	timer_start(&live->timer, run->clock, run_now(run), TIMER_CONDITION, go_on, live);
}

void share_go_on(struct live *live, timer_fn *go_on)
{
	struct run *run = live->run;

	if (is_virtual(run))
		let_clock_go(live);
	else
		timer_start(&live->timer, run->clock, run_now(run), TIMER_CONDITION, go_on, live);
}

static void names_of(const struct claim *claim, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < claim->count && at < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%s", i ? ", " : "", claim->name[i]);
}

static void tell_waits(struct run *run, const struct claim *claim, size_t before)
{
	char names[RESOURCE_NAMES * (RESOURCE_NAME + 2)];

	names_of(claim, names, sizeof(names));
	watch_waits(run, names, false, before);
}

static void tell_goes_on(struct run *run, const struct claim *claim)
{
	if (claim->before)
		watch_goes_on(run);
}

static struct live *live_of(struct run *run, uint32_t id)
{
	const struct request *request = course_find(&run->course, id);

	return request ? request->host : NULL;
}

/* ---- exclusive ---- */

static void took(void *ctx)
{
	struct live *live = ctx;
	struct run *run = live->run;
	nsec now = run_now(run);

	live->ended = true;
	runner_line(run, now, "ends", live->id, NULL);
	course_took(&run->course, live->id, now);
}

static void taken_granted(void *ctx)
{
	struct run *run = ctx;

	tell_goes_on(run, &run->taken);
	share_go_on(live_of(run, run->course.taken.id), took);
}

static void taken_waits(void *ctx, size_t before)
{
	struct run *run = ctx;

	tell_waits(run, &run->taken, before);
}

static void begin_taking(struct live *live)
{
	struct run *run = live->run;

	for (size_t i = 0; i < run->course.taken.count; i++)
		claim_add(&run->taken, run->course.taken.name[i]);
	share_wait(live, took);
	resource_ask(run->place.resources, &run->taken);
}

void share_give(struct run *run)
{
	resource_give(&run->taken);
}

/* ---- in step ---- */

static void met(void *ctx)
{
	struct live *live = ctx;
	struct run *run = live->run;
	nsec now = run_now(run);

	live->ended = true;
	runner_line(run, now, "ends", live->id, NULL);
	course_acted(&run->course, live->id, now);
}

static void released(void *ctx)
{
	struct run *run = ctx;
	struct live *live = run->meets;

	run->meets = NULL;
	if (run->member.missing)
		watch_goes_on(run);
	share_go_on(live, met);
}

static void missed(void *ctx, size_t missing)
{
	struct run *run = ctx;

	watch_waits(run, run->member.at, true, missing);
}

static void begin_meeting(struct live *live, const struct request *request)
{
	struct run *run = live->run;

	share_wait(live, met);
	run->meets = live;
	meeting_arrive(&run->member, request->text);
}

/* ---- the operator ---- */

static void person_is_free(void *ctx)
{
	struct live *live = ctx;

	runner_ask_operator(live, course_find(&live->run->course, live->id), NULL);
}

static void person_granted(void *ctx)
{
	struct live *live = ctx;

	tell_goes_on(live->run, &live->person);
	share_go_on(live, person_is_free);
}

static void person_waits(void *ctx, size_t before)
{
	struct live *live = ctx;

	tell_waits(live->run, &live->person, before);
}

static void begin_asking(struct live *live)
{
	struct run *run = live->run;

	share_wait(live, person_is_free);
	if (run->taken.held && claim_has(&run->taken, RESOURCE_OPERATOR)) {
		share_go_on(live, person_is_free);
		return;
	}
	live->person.granted = person_granted;
	live->person.waits = person_waits;
	live->person.ctx = live;
	live->person.slot = run->plan->order->slot;
	claim_add(&live->person, RESOURCE_OPERATOR);
	resource_ask(run->place.resources, &live->person);
}

/* ---- one thing of the operator at a time ---- */

static bool takes_person(const struct run *run)
{
	for (size_t i = 0; i < run->course.taken.count; i++)
		if (!strcmp(run->course.taken.name[i], RESOURCE_OPERATOR))
			return true;
	return false;
}

/* What this run wanted of the operator before, and still does. */
static bool is_behind_another(const struct live *live)
{
	for (const struct live *other = live->run->lives; other; other = other->next)
		if (other->for_person && other->id < live->id)
			return true;
	return false;
}

static void begin(struct live *live, const struct request *request)
{
	live->queued = live->for_person && is_behind_another(live);
	if (live->queued)
		return;
	if (request->kind == REQUEST_TAKE)
		begin_taking(live);
	else if (request->kind == REQUEST_MEET)
		begin_meeting(live, request);
	else
		begin_asking(live);
}

static void begin_queued(struct run *run)
{
	struct live *first = NULL;

	for (struct live *live = run->lives; live; live = live->next)
		if (live->queued && (!first || live->id < first->id))
			first = live;
	if (first)
		begin(first, course_find(&run->course, first->id));
}

/* ---- from outside ---- */

void share_open(struct run *run)
{
	if (!run->place.resources)
		run->place.resources = run->own_resources = resources_new();
	if (!run->place.meeting)
		run->place.meeting = run->own_meeting = meeting_new();
	run->taken.granted = taken_granted;
	run->taken.waits = taken_waits;
	run->taken.ctx = run;
	run->taken.slot = run->plan->order->slot;
	run->member.released = released;
	run->member.missed = missed;
	run->member.ctx = run;
	meeting_join(run->place.meeting, &run->member);
}

void share_begin(struct live *live, const struct request *request)
{
	live->shares = request->kind == REQUEST_TAKE || request->kind == REQUEST_MEET ||
		       request->kind == REQUEST_OPERATOR;
	live->for_person = request->kind == REQUEST_OPERATOR ||
			   (request->kind == REQUEST_TAKE && takes_person(live->run));
	if (live->shares)
		begin(live, request);
}

/* The course has taken the request off its list; the live is in the run's until its end. */
void share_close(struct live *live, const struct request *request)
{
	struct run *run = live->run;

	let_clock_go(live);
	resource_give(&live->person);
	if (!live->ended && !live->queued && request->kind == REQUEST_TAKE)
		resource_give(&run->taken);
	if (!live->ended && request->kind == REQUEST_MEET && run->meets == live) {
		run->meets = NULL;
		meeting_withdraw(&run->member);
	}
	live->queued = false;
	if (live->for_person) {
		live->for_person = false;
		begin_queued(run);
	}
}

void share_leave(struct run *run)
{
	for (struct live *live = run->lives; live; live = live->next) {
		if (!live->shares)
			continue;
		live->queued = live->for_person = false;
		timer_stop(&live->timer);
		let_clock_go(live); /* making safe takes bench time */
		resource_give(&live->person);
	}
	if (!run->course.taken.held)
		resource_give(&run->taken);
	run->meets = NULL;
	meeting_leave(&run->member);
}

void share_done(struct run *run)
{
	resource_give(&run->taken);
	meeting_leave(&run->member);
	resources_free(run->own_resources);
	meeting_free(run->own_meeting);
}
