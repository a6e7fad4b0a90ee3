/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The qualification of an installation, one check after the other.
 *
 * A check begins with every output safe and the bench up, waits for one thing at a time (a timer, an act, an
 * answer, a contact that moves), and ends in qualify_ends. Between two checks whatever is away from safe
 * goes back, in the fixture's order and through the guard, and contacts that show outputs come to rest.
 *
 * A trip ends no qualification: it is what a check provoked, or what it found. The guard makes the bench
 * safe as ever; then the slot is closed and opened anew, by the same road that every run takes, so that
 * nothing of a tripped bench is used on. A bench that does not come up again moves nothing any more. What
 * does end it is what ends any run: a person, `davy safe`, an emergency stop that nobody was asked to
 * press, and ERROR where the qualification itself fails.
 *
 * What does not hold is a FAIL of the bench, which is the item here; what was not looked at leaves the
 * whole INCONCLUSIVE. PASS is left when every check holds.
 */
#include "run/qualify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define LOOK_EVERY MSEC(5)
#define SETTLE_MOST SEC(15) /* for readings that interlocks need, once the bench is up */

/* ---- what a check waits for ---- */

struct check *qualify_check(struct qualification *q)
{
	return q->next > 0 ? &q->check[q->next - 1] : NULL;
}

void qualify_forget_waits(struct qualification *q)
{
	timer_stop(&q->timer);
	q->after = NULL;
	q->is_so = NULL;
	q->acted = NULL;
	q->prepared = NULL;
	q->moved = NULL;
	q->on_trip = NULL;
	q->trip.by_estop = false;
	qualify_withdraw(q);
	for (size_t i = 0; q->run->slot && i < q->run->plan->fixture->port_count; i++)
		if (q->run->slot->port[i].link)
			link_cancel(q->run->slot->port[i].link, q);
}

static void time_has_come(void *ctx)
{
	struct qualification *q = ctx;
	qualify_fn *after = q->after;

	q->after = NULL;
	if (after && !q->over)
		after(q);
}

void qualify_after(struct qualification *q, nsec delay, qualify_fn *fn)
{
	q->after = fn;
	timer_start(&q->timer, q->run->clock, run_now(q->run) + delay, TIMER_WAIT, time_has_come,
		    q);
}

static void look(struct qualification *q)
{
	bool so = q->is_so(q);

	if (!so && run_now(q->run) < q->patience) {
		qualify_after(q, LOOK_EVERY, look);
		return;
	}
	q->is_so = NULL;
	q->awaited(q, so);
}

void qualify_await(struct qualification *q, qualify_is_fn *is_so, nsec patience,
		   void (*awaited)(struct qualification *q, bool so))
{
	q->is_so = is_so;
	q->awaited = awaited;
	q->patience = patience == NSEC_NEVER ? NSEC_NEVER : run_now(q->run) + patience;
	qualify_after(q, 0, look);
}

static void act_done(void *ctx, const struct error *err)
{
	struct qualification *q = ctx;
	qualify_done_fn *acted = q->acted;

	q->acted = NULL;
	if (acted && !q->over)
		acted(q, err);
}

void qualify_act(struct qualification *q, int line, bool level, qualify_done_fn *acted)
{
	q->acted = acted;
	slot_act(q->run->slot, line, level, act_done, q);
}

void qualify_set(struct qualification *q, int device, int write, double number,
		 qualify_done_fn *acted)
{
	q->acted = acted;
	slot_set(q->run->slot, device, write, number, act_done, q);
}

/* ---- what came of a check ---- */

static const char *const VERDICTS[] = {NULL, "PASS", "FAIL", "INCONCLUSIVE"};

static void next(struct qualification *q);

static void tell(struct qualification *q, const struct check *check, enum check_state state,
		 const char *found, const char *why)
{
	struct value *measure = value_map();

	value_set_text(measure, "step", check->step);
	value_set_text(measure, "measure", check->name);
	value_set_text(measure, "zh", check->zh);
	value_set_text(measure, "expected", check->expected);
	value_set_text(measure, "found", found && found[0] ? found : NULL);
	value_set_text(measure, "verdict", VERDICTS[state]);
	value_set_text(measure, "why", why && why[0] ? why : NULL);
	if (q->figures)
		value_set(measure, "figures", q->figures);
	q->figures = NULL;
	value_add(q->run->checks, value_copy(measure));
	watch_checked(q->run, measure);
	journal_line(q->run->journal, run_now(q->run), "judged", measure);
	run_check_quota(q->run);
}

void qualify_figure(struct qualification *q, const char *name, double value, const char *unit)
{
	struct value *figure;

	if (!q->figures)
		q->figures = value_list();
	figure = value_add(q->figures, value_map());
	value_set_text(figure, "name", name);
	value_set_real(figure, "value", value);
	value_set_text(figure, "unit", unit);
}

void qualify_ends(struct qualification *q, enum check_state state, const char *found,
		  const char *why)
{
	struct check *check = qualify_check(q);

	qualify_forget_waits(q);
	check->settled = true;
	check->failed = state == CHECK_FAILS;
	tell(q, check, state, found, why);
	if (!q->over)
		qualify_after(q, 0, next);
}

/* ---- the bench, between two checks ---- */

static void back_to_safe(void *ctx, const struct error *err)
{
	(void)ctx;
	(void)err; /* what could not be is seen by the next check, or trips */
}

static bool contacts_are_at_rest(struct qualification *q)
{
	for (size_t i = 0; i < q->run->plan->fixture->line_count; i++)
		if (timer_armed(&q->run->slot->line[i].follows))
			return false;
	return true;
}

static void begin_check(struct qualification *q);

static void at_rest(struct qualification *q, bool so)
{
	(void)so;
	begin_check(q);
}

/* In the order in which a bench is made safe, nothing is taken from under an output that needs it. */
static void go_back(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;
	struct slot *slot = q->run->slot;

	for (size_t i = 0; i < fixture->safe_count && !slot->tripped; i++) {
		int line = fixture->safe_sequence[i];

		if (slot->line[line].gpio &&
		    gpio_get(slot->line[line].gpio) != fixture->line[line].safe)
			slot_act(slot, line, fixture->line[line].safe, back_to_safe, q);
	}
	qualify_await(q, contacts_are_at_rest, SEC(3), at_rest);
}

static void end_all(struct qualification *q)
{
	if (q->over)
		return;
	q->over = true;
	run_make_safe(q->run);
}

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
	next(q);
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

static void reopen(struct qualification *q)
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

/* ---- consent ---- */

static void consent_given(struct qualification *q, enum answer answer)
{
	q->consented = answer == ANSWER_YES;
	begin_check(q);
}

static void ask_consent(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;
	struct value *left = value_list();
	struct buf text, zh;

	q->consent_asked = true;
	buf_init(&text);
	buf_init(&zh);
	hazard_warn(q->run, left);
	for (size_t i = 0; i < value_count(left); i++)
		buf_printf(&text, "%s. ", value_at(left, i)->text);
	buf_printf(&zh, "%s", text.data ? text.data : "");
	buf_add_text(&text, "From here on outputs are moved, one at a time:");
	buf_add_text(&zh, "以下将逐个驱动输出:");
	for (size_t i = 0; i < fixture->safe_count; i++) {
		buf_printf(&text, " %s", fixture->line[fixture->safe_sequence[i]].name);
		buf_printf(&zh, " %s", fixture->line[fixture->safe_sequence[i]].name);
	}
	buf_add_text(&text,
		     ". Shut off gas, power and batteries, and keep hands out. Go on? (y/n)");
	buf_add_text(&zh, "。请先切断气源、电源与电池,双手离开。是否继续?(y/n)");
	qualify_ask(q, "consent", text.data, zh.data, consent_given);
	buf_done(&text);
	buf_done(&zh);
	value_free(left);
}

/* ---- one after the other ---- */

static const char *why_nothing_moves(const struct qualification *q)
{
	if (q->not_up[0])
		return q->not_up;
	if (q->dangerous[0])
		return q->dangerous;
	return q->consented ? NULL : "nobody has consented that outputs are moved";
}

static void begin_check(struct qualification *q)
{
	struct check *check = &q->check[q->next];
	const char *before = q->next > 0 ? q->check[q->next - 1].step : "";

	if (q->over)
		return;
	if (check->moves && !q->consented && !q->consent_asked && !q->not_up[0] &&
	    !q->dangerous[0]) {
		ask_consent(q);
		return;
	}
	q->next++;
	if (strcmp(before, check->step) != 0)
		watch_step(q->run, check->step, 1);
	if (check->moves && why_nothing_moves(q))
		qualify_ends(q, CHECK_NOT_LOOKED_AT, NULL, why_nothing_moves(q));
	else
		check->begin(q);
}

static void next(struct qualification *q)
{
	if (q->next == q->count)
		end_all(q);
	else if (q->trip.seen && !q->not_up[0])
		reopen(q);
	else if (q->trip.seen || !q->run->slot->up || q->run->slot->tripped)
		begin_check(q);
	else
		go_back(q);
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
	tell(q, &LAST, CHECK_FAILS, NULL, why);
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
		qualify_after(q, 0, next);
	} else if (q->next == 0 || qualify_check(q)->settled) {
		/* between two checks: whatever was moved last did not go back */
		snprintf(q->not_up, sizeof(q->not_up), "on the way back to safe: %.300s", why);
		qualify_forget_waits(q);
		slot_make_safe(run->slot, NULL, NULL);
		qualify_after(q, 0, next);
	} else {
		note_trip(q, why);
	}
	return true;
}

/* ---- the whole ---- */

static void bring_up_begin(struct qualification *q)
{
	if (q->not_up[0])
		qualify_ends(q, CHECK_FAILS, NULL, q->not_up);
	else
		qualify_ends(q, CHECK_HOLDS, "as expected", NULL);
}

struct check *qualify_add(struct qualification *q, qualify_fn *begin, int index, bool moves,
			  const char *step)
{
	struct check *check = &q->check[q->count++];

	*check = (struct check){.begin = begin, .index = index, .moves = moves, .step = step};
	return check;
}

static void plan_bring_up(struct qualification *q)
{
	struct check *check = qualify_add(q, bring_up_begin, 0, false, "Devices");

	snprintf(check->name, sizeof(check->name), "the bench comes up");
	snprintf(check->zh, sizeof(check->zh), "测试台启动");
	snprintf(check->expected, sizeof(check->expected),
		 "wires open, nobody presses the E-stop, contacts show their outputs");
}

void qualify_begin(struct run *run, const char *not_up)
{
	struct qualification *q = xcalloc(1, sizeof(*q));

	run->qualification = q;
	q->run = run;
	q->consented = run->plan->order->consents || !order_has_wires(run->plan->order);
	if (not_up)
		snprintf(q->not_up, sizeof(q->not_up), "%s", not_up);
	if (run->plan->order->pulls) {
		qualify_pull(q);
		return;
	}
	plan_bring_up(q);
	qualify_plan_devices(q);
	qualify_plan_timing(q);
	qualify_plan_lines(q);
	qualify_plan_interlocks(q);
	qualify_plan_plug(q);
	qualify_after(q, 0, begin_check);
}

void qualify_end(struct run *run)
{
	if (!run->qualification)
		return;
	run->qualification->over = true;
	qualify_forget_waits(run->qualification);
}

void qualify_free(struct run *run)
{
	if (run->qualification)
		value_free(run->qualification->figures);
	free(run->qualification);
	run->qualification = NULL;
}

/* ---- the verdict ---- */

enum verdict qualify_verdict(const struct value *checks, char why[RUN_WHY])
{
	size_t count[VERDICT_ERROR + 1] = {0};
	const struct value *first[VERDICT_ERROR + 1] = {NULL};
	enum verdict worst = VERDICT_PASS;
	struct error ignored;

	for (size_t i = 0; i < value_count(checks); i++) {
		const struct value *check = value_at(checks, i);
		const char *name = value_get_text(check, "verdict");
		enum verdict verdict;

		if (!name || verdict_parse(&verdict, name, &ignored) < 0)
			verdict = VERDICT_ERROR;
		worst = verdict_worse(worst, verdict);
		if (count[verdict]++ == 0)
			first[verdict] = check;
	}
	if (value_count(checks) == 0)
		worst = VERDICT_INCONCLUSIVE;
	if (worst == VERDICT_PASS)
		snprintf(why, RUN_WHY, "all %zu checks hold", value_count(checks));
	else if (!first[worst])
		snprintf(why, RUN_WHY, "nothing was checked");
	else
		snprintf(why, RUN_WHY, "%zu of %zu checks %s, first %.90s: %.220s", count[worst],
			 value_count(checks),
			 worst == VERDICT_FAIL ? "do not hold" : "could not be made",
			 value_get_text(first[worst], "measure"),
			 value_get_text(first[worst], "why") ? value_get_text(first[worst], "why")
							     : "");
	return worst;
}
