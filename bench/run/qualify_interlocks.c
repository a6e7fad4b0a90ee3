/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does each interlock refuse, does it trip, and does the emergency stop?
 *
 * Refuse: what is needed is broken while everything is safe, and then each output that it guards must be
 * refused, by this very interlock: whatever else those outputs need is brought about first. Trip: all that
 * is needed holds, one of the outputs leaves safe, what is needed is broken, and every output must be safe.
 * One that needs another output cannot be broken from here: taking that output away must be refused.
 * One with `after` forbids nothing; it must trip when its effect stays away.
 *
 * A device's setting is moved to another of its driver's words ("on", "off"), or, where it takes a number,
 * a tenth of the way into the fixture's own bounds of it (chosen: little, and more than instruments round
 * off). Where there are neither, nobody has said which other value would be harmless, and it stays where it
 * is. Contacts and readings are broken by a person.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/qualify.h"

#define STEP "Interlocks"
#define ESTOP_STEP "Emergency stop"
#define TRIP_PATIENCE SEC(1) /* once what is needed is seen to be broken */
#define EFFECT_PATIENCE SEC(2)

static const struct fixture_interlock *interlock_of(const struct qualification *q)
{
	return &q->run->plan->fixture->interlock[q->check[q->next - 1].index];
}

static const char *needed_name(const struct qualification *q)
{
	const struct fixture_interlock *interlock = interlock_of(q);
	const struct fixture *fixture = q->run->plan->fixture;

	return interlock->line >= 0 ? fixture->line[interlock->line].name
				    : fixture->channel[interlock->channel].name;
}

static bool needs_output(const struct qualification *q)
{
	const struct fixture_interlock *interlock = interlock_of(q);

	return interlock->line >= 0 && q->run->plan->fixture->line[interlock->line].output;
}

/* A reading that has not come is not one that is broken. */
static bool is_broken(struct qualification *q)
{
	const struct fixture_interlock *interlock = interlock_of(q);
	char ignored[200];

	return (interlock->channel < 0 || q->run->slot->channel[interlock->channel].seen) &&
	       !guard_holds(q->run->slot, qualify_check(q)->index, ignored, sizeof(ignored));
}

/* ---- guarded outputs, lines and settings ---- */

static void say_output(const struct qualification *q, const struct fixture_output *output,
		       char *text, size_t size)
{
	const struct fixture *fixture = q->run->plan->fixture;
	const struct fixture_device *device;

	if (output->line >= 0) {
		snprintf(text, size, "%s", fixture->line[output->line].name);
		return;
	}
	device = &fixture->device[output->device];
	snprintf(text, size, "%s.%s", device->name,
		 device->driver->write[device->safe[output->setting].write].name);
}

/* One of its words that is not the safe one; -1: its write has none. */
static int other_word(const struct qualification *q, const struct fixture_output *output)
{
	const struct fixture_device *device = &q->run->plan->fixture->device[output->device];
	const struct fixture_setting *setting = &device->safe[output->setting];
	const struct driver_item *write = &device->driver->write[setting->write];

	for (size_t i = 0; i < write->word_count; i++)
		if (limit_exceeds(write->word[i].number, setting->number) ||
		    limit_exceeds(setting->number, write->word[i].number))
			return (int)i;
	return -1;
}

/* What a bound accepts around the safe value, SI; false: it is no interval with two ends. */
static bool bounds_around(const struct limit *limit, double safe, struct interval *interval)
{
	for (size_t i = 0; i < limit->bounds; i++) {
		*interval = bound_interval(&limit->bound[i], NULL);
		if (interval_holds(interval, safe))
			return isfinite(interval->low) && isfinite(interval->high);
	}
	return false;
}

/* A number that its setting takes, a little away from safe, in the driver's unit. */
static bool other_number(const struct qualification *q, const struct fixture_output *output,
			 double *number)
{
	const struct fixture *fixture = q->run->plan->fixture;
	const struct fixture_device *device = &fixture->device[output->device];
	const struct fixture_setting *setting = &device->safe[output->setting];
	const struct unit *unit = &device->driver->write[setting->write].unit;
	double safe = unit_to_si(unit, setting->number);
	struct interval interval;

	for (size_t i = 0; i < fixture->bound_count; i++) {
		const struct fixture_bound *bound = &fixture->bound[i];
		double far;

		if (bound->device != output->device || bound->write != setting->write ||
		    !bounds_around(&bound->limit, safe, &interval))
			continue;
		far = interval.high - safe > safe - interval.low ? interval.high : interval.low;
		*number = unit_from_si(unit, safe + (far - safe) / 10);
		return limit_exceeds(*number, setting->number) ||
		       limit_exceeds(setting->number, *number);
	}
	return false;
}

/* What this setting is moved to; false: nobody has said. */
static bool other_value(const struct qualification *q, const struct fixture_output *output,
			double *number)
{
	const struct fixture_device *device = &q->run->plan->fixture->device[output->device];
	int word = other_word(q, output);

	if (word < 0)
		return other_number(q, output, number);
	*number = device->driver->write[device->safe[output->setting].write].word[word].number;
	return true;
}

static bool can_move(const struct qualification *q, const struct fixture_output *output)
{
	double ignored;

	return output->line >= 0 ||
	       (q->device_is_well[output->device] && other_value(q, output, &ignored));
}

static void move_away(struct qualification *q, const struct fixture_output *output,
		      qualify_done_fn *acted)
{
	const struct fixture *fixture = q->run->plan->fixture;
	double number;

	if (output->line >= 0)
		qualify_act(q, output->line, !fixture->line[output->line].safe, acted);
	else if (other_value(q, output, &number))
		qualify_set(q, output->device,
			    fixture->device[output->device].safe[output->setting].write, number,
			    acted);
}

/* ---- breaking it ---- */

static void break_it(struct qualification *q, qualify_answered_fn *then)
{
	const struct fixture_interlock *interlock = interlock_of(q);
	char id[64], text[CHECK_WHY], zh[CHECK_WHY];

	snprintf(id, sizeof(id), "move_%s", needed_name(q));
	snprintf(text, sizeof(text),
		 "Break the interlock \"%s\": bring %s out of \"%s\" (n: done, and nothing is "
		 "seen; s: skip)",
		 interlock->text, needed_name(q), interlock->limit.text);
	snprintf(zh, sizeof(zh), "请破坏联锁\"%s\":使 %s 不满足 \"%s\"(n 已动作而无反应,s 跳过)",
		 interlock->text, needed_name(q), interlock->limit.text);
	qualify_move(q, id, text, zh, qualify_seen_within(q, qualify_check(q)->index), is_broken,
		     then);
}

static void was_not_broken(struct qualification *q, enum answer answer)
{
	if (answer == ANSWER_NO)
		qualify_fails(q, "%s was moved, and is seen to hold all the same",
			      "%s 已动作,而联锁仍判为满足", needed_name(q));
	else
		qualify_skips_for_nobody(q);
}

static void nothing_to_move(struct qualification *q)
{
	qualify_skips(q,
		      "no output that it guards can be moved from here: a setting needs words in "
		      "its driver, or bounds in the fixture",
		      "其所保护的输出均无法由此驱动:设定值须有驱动中的词或工装中的界限");
}

/* ---- it refuses ---- */

static void try_guard(struct qualification *q);

static void guard_tried(struct qualification *q, const struct error *err)
{
	char name[80];

	say_output(q, &interlock_of(q)->guards[q->tries], name, sizeof(name));
	if (err && err->kind == ERROR_REFUSED && strstr(err->text, interlock_of(q)->text)) {
		size_t used = strlen(q->refused);

		snprintf(q->refused + used, sizeof(q->refused) - used, "%s%s", used ? ", " : "",
			 name);
		q->tries++;
		try_guard(q);
	} else if (err) {
		qualify_skips(q, "%s", "%s", err->text);
	} else {
		qualify_fails(q, "%s was not refused, though the interlock was broken",
			      "联锁已破坏,而 %s 未被拒绝", name);
	}
}

static void guard_prepared(struct qualification *q, const struct error *err)
{
	if (err)
		qualify_skips(q, "%s", "%s", err->text);
	else
		move_away(q, &interlock_of(q)->guards[q->tries], guard_tried);
}

static void try_guard(struct qualification *q)
{
	const struct fixture_interlock *interlock = interlock_of(q);

	while (q->tries < interlock->guard_count && !can_move(q, &interlock->guards[q->tries]))
		q->tries++;
	if (q->tries < interlock->guard_count) {
		qualify_prepare(q, &interlock->guards[q->tries], qualify_check(q)->index,
				guard_prepared);
		return;
	}
	if (!q->refused[0]) {
		nothing_to_move(q);
		return;
	}
	phrase_set(&q->found, "refused: %.220s", "已拒绝:%.220s", q->refused);
	qualify_holds(q);
}

static void is_broken_for_refusal(struct qualification *q, enum answer answer)
{
	if (answer == ANSWER_YES)
		try_guard(q);
	else
		was_not_broken(q, answer);
}

static void needed_is_taken_away(struct qualification *q, const struct error *err)
{
	if (err)
		qualify_skips(q, "%s", "%s", err->text);
	else
		try_guard(q);
}

static void begin_refuses(struct qualification *q)
{
	const struct fixture_interlock *interlock = interlock_of(q);

	q->tries = 0;
	q->refused[0] = '\0';
	if (needs_output(q))
		qualify_act(q, interlock->line, !limit_met_state(&interlock->limit, true),
			    needed_is_taken_away);
	else
		break_it(q, is_broken_for_refusal);
}

/* ---- how it tripped ---- */

/* Since this input moved, or since the trip where there is none. */
static void tripped_well(struct qualification *q, int input)
{
	const struct slot *slot = q->run->slot;
	nsec from = input >= 0 ? slot->line[input].moved : q->trip.time;
	double all = (double)(run_now(q->run) - from) / 1e6;
	double first = (double)(q->trip.time - from) / 1e6;

	qualify_figure(q, "tripped after", first, "ms");
	qualify_figure(q, "all safe after", all, "ms");
	if (input >= 0)
		phrase_set(&q->found, "tripped; every output safe %.3f ms after the contact moved",
			   "已跳闸;触点动作后 %.3f ms 全部输出安全", all);
	else
		phrase_set(&q->found, "tripped; every output safe %.3f ms after the trip",
			   "已跳闸;跳闸后 %.3f ms 全部输出安全", all);
}

/* It did not trip by what was provoked, or not all is safe; else false. */
static bool tripped_badly(struct qualification *q, const char *by)
{
	struct phrase why;

	if (!strstr(q->trip.why.text, by)) {
		phrase_lead(&why, "it tripped otherwise: ", "因其他原因跳闸:", &q->trip.why);
		qualify_ends(q, CHECK_NOT_LOOKED_AT, &why);
		return true;
	}
	if (qualify_is_safe(q, &why))
		return false;
	phrase_lead(&why, "after the trip: ", "跳闸后:", &why);
	qualify_ends(q, CHECK_FAILS, &why);
	return true;
}

/* ---- it trips ---- */

static void it_tripped(struct qualification *q)
{
	if (tripped_badly(q, interlock_of(q)->text))
		return;
	tripped_well(q, interlock_of(q)->line);
	qualify_holds(q);
}

static void no_trip_came(struct qualification *q)
{
	char how[200];

	if (guard_holds(q->run->slot, qualify_check(q)->index, how, sizeof(how)))
		qualify_skips(q, "%s, and nobody can break it from here", "%s,且无法由此破坏", how);
	else
		qualify_fails(q, "%s, and nothing tripped", "%s,而未跳闸", how);
}

static void is_broken_for_trip(struct qualification *q, enum answer answer)
{
	if (answer == ANSWER_YES)
		qualify_after(q, TRIP_PATIENCE, no_trip_came);
	else
		was_not_broken(q, answer);
}

static void taking_it_away_was_tried(struct qualification *q, const struct error *err)
{
	if (err && err->kind == ERROR_REFUSED && strstr(err->text, interlock_of(q)->text)) {
		phrase_set(&q->found, "%s may not be taken away", "%s 不允许撤除", needed_name(q));
		qualify_holds(q);
	} else if (err) {
		qualify_skips(q, "%s", "%s", err->text);
	} else {
		qualify_fails(q, "%s was taken away from under an output that needs it",
			      "%s 被撤除,而仍有输出需要它", needed_name(q));
	}
}

static void provoke(struct qualification *q)
{
	const struct fixture_interlock *interlock = interlock_of(q);
	nsec effect = interlock->after + (interlock->fresh ? interlock->fresh : interlock->after);

	if (needs_output(q)) {
		qualify_act(q, interlock->line, !limit_met_state(&interlock->limit, true),
			    taking_it_away_was_tried);
		return;
	}
	q->on_trip = it_tripped;
	if (interlock->after)
		qualify_after(q, effect + EFFECT_PATIENCE, no_trip_came);
	else
		break_it(q, is_broken_for_trip);
}

static bool guarded_is_at_rest(struct qualification *q)
{
	return q->output.line < 0 || !timer_armed(&q->run->slot->line[q->output.line].follows);
}

static void guarded_came_to_rest(struct qualification *q, bool so)
{
	(void)so;
	provoke(q);
}

static void guarded_is_away(struct qualification *q, const struct error *err)
{
	if (err)
		qualify_skips(q, "%s", "%s", err->text);
	else
		qualify_await(q, guarded_is_at_rest, SEC(3), guarded_came_to_rest);
}

static void ready_to_trip(struct qualification *q, const struct error *err)
{
	struct fixture_output output = q->output;

	if (err)
		qualify_skips(q, "%s", "%s", err->text);
	else
		move_away(q, &output, guarded_is_away);
}

/* How long this output may be away from safe, with nothing else going on, until something trips. */
static nsec may_stay(const struct qualification *q, const struct fixture_output *output)
{
	const struct fixture *fixture = q->run->plan->fixture;
	nsec most = NSEC_NEVER;

	if (output->line >= 0 && fixture->line[output->line].longest)
		most = fixture->line[output->line].longest;
	for (size_t i = 0; i < fixture->interlock_count; i++) {
		const struct fixture_interlock *other = &fixture->interlock[i];

		if (other->after && other->after < most && guard_guards(other, output))
			most = other->after;
	}
	return most;
}

/* A line that may stay away for long, else a setting with words, else one with bounds; NULL: none. */
static const struct fixture_output *best_guard(const struct qualification *q)
{
	const struct fixture_interlock *interlock = interlock_of(q);
	const struct fixture_output *best = NULL;
	nsec most = -1;

	for (size_t i = 0; i < interlock->guard_count; i++) {
		const struct fixture_output *guard = &interlock->guards[i];
		nsec stays = guard->line >= 0 ? may_stay(q, guard) : other_word(q, guard) >= 0;

		if (!can_move(q, guard) || stays <= most)
			continue;
		best = guard;
		most = stays;
	}
	return best;
}

static void begin_trips(struct qualification *q)
{
	const struct fixture_output *guard = best_guard(q);

	if (guard)
		qualify_prepare(q, guard, -1, ready_to_trip);
	else
		nothing_to_move(q);
}

/* ---- the emergency stop ---- */

static int estop_of(const struct qualification *q)
{
	return q->run->plan->fixture->estop;
}

static bool is_pressed(struct qualification *q)
{
	return !gpio_get(q->run->slot->line[estop_of(q)].gpio);
}

static bool is_released(struct qualification *q)
{
	return !is_pressed(q);
}

static void move_estop(struct qualification *q, bool press, qualify_answered_fn *then)
{
	const char *name = q->run->plan->fixture->line[estop_of(q)].name;
	char id[64], text[CHECK_WHY], zh[CHECK_WHY];

	snprintf(id, sizeof(id), "move_%s", name);
	snprintf(text, sizeof(text), "%s the emergency stop (%s)%s", press ? "Press" : "Release",
		 name, press ? " (n: pressed, and nothing is seen; s: skip)" : "");
	snprintf(zh, sizeof(zh), "请%s急停(%s)%s", press ? "按下" : "复位", name,
		 press ? "(n 已按下而无反应,s 跳过)" : "");
	qualify_move(q, id, text, zh, SEEN_WITHIN, press ? is_pressed : is_released, then);
}

static void was_released(struct qualification *q, enum answer answer)
{
	if (answer != ANSWER_YES)
		phrase_set(&q->not_up, "the emergency stop was not released", "急停未复位");
	qualify_holds(q);
}

static void estop_tripped(struct qualification *q)
{
	if (tripped_badly(q, "E-stop"))
		return;
	tripped_well(q, estop_of(q));
	move_estop(q, false, was_released);
}

static void estop_did_nothing(struct qualification *q)
{
	qualify_fails(q, "the emergency stop is pressed, and nothing tripped",
		      "急停已按下而未跳闸");
}

static void estop_was_pressed(struct qualification *q, enum answer answer)
{
	if (answer == ANSWER_YES)
		qualify_after(q, TRIP_PATIENCE, estop_did_nothing);
	else if (answer == ANSWER_NO)
		qualify_fails(q,
			      "it was pressed, and nothing was seen of it: its wire is broken, or "
			      "another's",
			      "已按下而无反应:断线或接错");
	else
		qualify_skips_for_nobody(q);
}

static void press_it(struct qualification *q, const struct error *err)
{
	(void)err; /* where no output could be moved it trips all the same */
	q->on_trip = estop_tripped;
	q->trip.by_estop = true;
	move_estop(q, true, estop_was_pressed);
}

static void ready_for_estop(struct qualification *q, const struct error *err)
{
	struct fixture_output output = q->output;

	if (err)
		press_it(q, err);
	else
		move_away(q, &output, press_it);
}

static void begin_estop(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (size_t i = 0; i < fixture->safe_count; i++) {
		struct fixture_output output = {.line = fixture->safe_sequence[i]};

		if (may_stay(q, &output) != NSEC_NEVER)
			continue;
		qualify_prepare(q, &output, -1, ready_for_estop);
		return;
	}
	press_it(q, NULL);
}

/* ---- the plan ---- */

static void plan_one(struct qualification *q, int index, qualify_fn *begin, const char *does,
		     const char *zh)
{
	const struct fixture_interlock *interlock = &q->run->plan->fixture->interlock[index];
	struct check *check = qualify_add(q, begin, index, true, STEP);

	snprintf(check->name, sizeof(check->name), "interlock %d %s", index + 1, does);
	snprintf(check->zh, sizeof(check->zh), "联锁 %d %s", index + 1, zh);
	phrase_set(&check->expected, "%s", "%s", interlock->text);
}

void qualify_plan_interlocks(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;
	struct check *check;

	for (size_t i = 0; i < fixture->interlock_count; i++) {
		if (!fixture->interlock[i].after)
			plan_one(q, (int)i, begin_refuses, "refuses", "拒绝动作");
		plan_one(q, (int)i, begin_trips, "trips", "跳闸");
	}
	if (fixture->estop < 0)
		return;
	check = qualify_add(q, begin_estop, fixture->estop, true, ESTOP_STEP);
	snprintf(check->name, sizeof(check->name), "emergency stop");
	snprintf(check->zh, sizeof(check->zh), "急停");
	phrase_set(&check->expected, "every output safe", "全部输出处于安全状态");
}
