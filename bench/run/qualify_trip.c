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

static void does_not_come_up(struct qualification *q, const char *why)
{
	phrase_set(&q->not_up, "the bench does not come up again: %s", "测试台无法重新启动:%s",
		   why);
}

static void reopened(void *ctx, const struct error *err)
{
	struct run *run = ctx;
	struct qualification *q = run->qualification;

	if (q->over || !q->trip.reopening)
		return;
	q->trip.reopening = false;
	if (err)
		does_not_come_up(q, err->text);
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

/* An output whose wire was never open: nobody knows where it is. NULL: there is none. */
static const char *unknown_output(const struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (size_t i = 0; i < fixture->line_count; i++)
		if (fixture->line[i].output && !q->run->slot->line[i].gpio)
			return fixture->line[i].name;
	return NULL;
}

bool qualify_is_safe(const struct qualification *q, struct phrase *why)
{
	const struct fixture *fixture = q->run->plan->fixture;
	const struct slot *slot = q->run->slot;
	char differs[240];

	for (size_t i = 0; i < fixture->line_count; i++) {
		const struct fixture_line *line = &fixture->line[i];

		if (!line->output)
			continue;
		if (gpio_get(slot->line[i].gpio) != line->safe) {
			phrase_set(why, "%s is %s", "%s 处于 %s", line->name,
				   fixture_level_name(line, !line->safe));
			return false;
		}
		if (line->read_back >= 0 &&
		    contact_differs(slot, (int)i, differs, sizeof(differs))) {
			phrase_set(why, "%s", "%s", differs);
			return false;
		}
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
	if (!q->trip.unsafe.text[0] && !unknown_output(q)) /* nobody has moved what was not open */
		qualify_is_safe(q, &q->trip.unsafe);
	if (q->trip.unsafe.text[0]) {
		phrase_lead(&q->not_up, "after a trip: ", "跳闸后:", &q->trip.unsafe);
		qualify_ends(q, CHECK_FAILS, &q->not_up);
	} else if (on_trip) {
		on_trip(q);
	} else {
		qualify_ends(q, CHECK_FAILS, &q->trip.why);
	}
}

static void note_trip(struct qualification *q, const char *why)
{
	qualify_fn *on_trip = q->on_trip;

	qualify_forget_waits(q);
	q->trip.seen = true;
	q->trip.time = run_now(q->run);
	phrase_set(&q->trip.why, "%s", "%s", why);
	q->on_trip = on_trip;
	slot_make_safe(q->run->slot, all_is_safe, q->run);
}

/* ---- the end ---- */

const struct check qualify_end_check = {.step = "End",
					.name = "safe at the end",
					.zh = "结束时安全",
					.expected = {"everything safe", "全部处于安全状态"}};

static bool ends_unsafe(struct qualification *q, const char *why)
{
	struct phrase said;

	phrase_set(&said, "%s", "%s", why);
	q->end_is_known = true;
	qualify_tell(q, &qualify_end_check, CHECK_FAILS, &said);
	return true;
}

static enum check_state how_it_ends(struct qualification *q, struct phrase *why)
{
	const char *unknown = unknown_output(q);

	if (unknown) {
		phrase_set(why, "the wire of %s was not open", "%s 的接线未打开", unknown);
		return CHECK_NOT_LOOKED_AT;
	}
	if (!qualify_is_safe(q, why))
		return CHECK_FAILS;
	if (q->run->slot->unsafe) {
		phrase_set(why, "an instrument did not acknowledge its safe value",
			   "有仪器未确认其安全值");
		return CHECK_FAILS;
	}
	phrase_set(&q->found,
		   q->run->plan->fixture->safe_write_count
			   ? "every output is safe, and instruments acknowledged their safe values"
			   : "every output is safe",
		   q->run->plan->fixture->safe_write_count
			   ? "全部输出处于安全状态,各仪器已确认安全值"
			   : "全部输出处于安全状态");
	return CHECK_HOLDS;
}

void qualify_conclude(struct run *run)
{
	struct qualification *q = run->qualification;
	struct phrase why = {"", ""};
	enum check_state state;

	if (!q || q->count == 0 || q->next < q->count || q->end_is_known || run->cause)
		return;
	state = how_it_ends(q, &why);
	q->end_is_known = true;
	qualify_tell(q, &qualify_end_check, state, &why);
}

/* ---- what the slot tells ---- */

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
		phrase_set(&q->trip.unsafe, "%s", "%s", why);
	} else if (q->trip.reopening) {
		q->trip.reopening = false;
		does_not_come_up(q, why);
		slot_make_safe(run->slot, NULL, NULL);
		qualify_after(q, 0, qualify_next);
	} else if (q->next == 0 || qualify_check(q)->settled) {
		/* between two checks: whatever was moved last did not go back */
		phrase_set(&q->not_up, "on the way back to safe: %s", "恢复安全时:%s", why);
		qualify_forget_waits(q);
		slot_make_safe(run->slot, NULL, NULL);
		qualify_after(q, 0, qualify_next);
	} else {
		note_trip(q, why);
	}
	return true;
}
