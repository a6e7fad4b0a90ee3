/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bench that trips while it is qualified.
 *
 * A trip ends no qualification: it is what a check provoked, or what it found. The guard makes the bench
 * safe as ever; then the slot is closed and opened anew, by the same road that every run takes, so that
 * nothing of a tripped bench is used on. A bench that does not come up again moves nothing any more.
 */
#include <stdio.h>
#include <string.h>

#include "run/qualify.h"

#define SETTLE_MOST SEC(15) /* for readings that interlocks need, once the bench is up */

/* ---- opening the slot anew, after a trip ---- */

/* What an interlock needs and can be known of a bench that only stands there. */
static bool readings_are_there(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (size_t i = 0; i < fixture->interlock_count; i++) {
		const struct fixture_interlock *interlock = &fixture->interlock[i];
		const struct fixture_channel *channel =
			interlock->channel >= 0 ? &fixture->channel[interlock->channel] : NULL;

		if (channel && !interlock->after && !channel->breath && channel->device >= 0 &&
		    q->device_is_well[channel->device] &&
		    !q->run->slot->channel[interlock->channel].seen)
			return false;
	}
	return true;
}

static void is_up_again(struct qualification *q, bool so)
{
	(void)so;
	qualify_next(q);
}

static void reopened(void *ctx, const struct error *err)
{
	struct run *run = ctx;
	struct qualification *q = run->qualification;

	if (q->over || !q->trip.reopening)
		return;
	q->trip.reopening = false;
	if (err)
		snprintf(q->not_up, sizeof(q->not_up), "the bench does not come up again: %.300s",
			 err->text);
	qualify_await(q, readings_are_there, err ? 0 : SETTLE_MOST, is_up_again);
}

void qualify_reopen(struct qualification *q)
{
	struct error err;

	memset(&q->trip, 0, sizeof(q->trip));
	q->trip.reopening = true;
	q->reopened++;
	if (run_reopen_slot(q->run, reopened, &err) == 0)
		return;
	q->over = true;
	run_end_early(q->run, VERDICT_ERROR, err.text);
	run_make_safe(q->run);
}

/* ---- trips ---- */

bool qualify_is_safe(const struct qualification *q, char *why, size_t size)
{
	const struct fixture *fixture = q->run->plan->fixture;
	const struct slot *slot = q->run->slot;

	for (size_t i = 0; i < fixture->line_count; i++) {
		const struct fixture_line *line = &fixture->line[i];

		if (!line->output)
			continue;
		if (gpio_get(slot->line[i].gpio) != line->safe) {
			snprintf(why, size, "after the trip %s is %s", line->name,
				 fixture_level_name(line, !line->safe));
			return false;
		}
		if (line->read_back >= 0 && contact_differs(slot, (int)i, why, size))
			return false;
	}
	return true;
}

static void all_is_safe(void *ctx, const struct error *err)
{
	struct run *run = ctx;
	struct qualification *q = run->qualification;
	qualify_fn *on_trip = q->on_trip;

	(void)err;
	if (q->over)
		return;
	q->on_trip = NULL;
	if (!q->trip.unsafe[0])
		qualify_is_safe(q, q->trip.unsafe, sizeof(q->trip.unsafe));
	if (q->trip.unsafe[0]) {
		snprintf(q->not_up, sizeof(q->not_up), "after a trip: %.360s", q->trip.unsafe);
		qualify_ends(q, CHECK_FAILS, NULL, q->trip.unsafe);
	} else if (on_trip) {
		on_trip(q);
	} else {
		qualify_ends(q, CHECK_FAILS, NULL, q->trip.why);
	}
}

static void note_trip(struct qualification *q, const char *why)
{
	qualify_fn *on_trip = q->on_trip;

	qualify_forget_waits(q);
	q->trip.seen = true;
	q->trip.time = run_now(q->run);
	snprintf(q->trip.why, sizeof(q->trip.why), "%s", why);
	q->on_trip = on_trip;
	slot_make_safe(q->run->slot, all_is_safe, q->run);
}

/* All checks were made, and at the end the bench could not be made safe: that is what it is, too. */
static bool ends_unsafe(struct qualification *q, const char *why)
{
	static const struct check LAST = {.step = "End",
					  .name = "safe at the end",
					  .zh = "结束时安全",
					  .expected = "everything safe"};

	watch_step(q->run, LAST.step, 1);
	qualify_tell(q, &LAST, CHECK_FAILS, NULL, why);
	return true;
}

bool qualify_tripped(struct run *run, enum verdict verdict, const char *why)
{
	struct qualification *q = run->qualification;

	if (q && run->state == RUN_SAFING && !run->cause && !run->slot->worldless)
		return ends_unsafe(q, why);
	if (!run->plan->order->qualifies || run->cause || run->state > RUN_RUNNING ||
	    run->slot->worldless || (q && q->over))
		return false;
	if (verdict == VERDICT_ABORTED && !(q && q->trip.by_estop && !q->trip.seen))
		return false;
	if (!q) {
		run->state = RUN_RUNNING;
		slot_make_safe(run->slot, NULL, NULL);
		qualify_begin(run, why);
	} else if (q->trip.seen) {
		snprintf(q->trip.unsafe, sizeof(q->trip.unsafe), "%s", why);
	} else if (q->trip.reopening) {
		q->trip.reopening = false;
		snprintf(q->not_up, sizeof(q->not_up), "the bench does not come up again: %.300s",
			 why);
		slot_make_safe(run->slot, NULL, NULL);
		qualify_after(q, 0, qualify_next);
	} else if (q->next == 0 || qualify_check(q)->settled) {
		/* between two checks: whatever was moved last did not go back */
		snprintf(q->not_up, sizeof(q->not_up), "on the way back to safe: %.300s", why);
		qualify_forget_waits(q);
		slot_make_safe(run->slot, NULL, NULL);
		qualify_after(q, 0, qualify_next);
	} else {
		note_trip(q, why);
	}
	return true;
}
