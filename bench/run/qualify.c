/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The qualification of an installation, one check after the other.
 *
 * A check begins with every output safe and the bench up, waits for one thing at a time (a timer, an act, an
 * answer, a contact that moves), and ends in qualify_ends. Between two checks whatever is away from safe
 * goes back, in the fixture's order and through the guard, and contacts that show outputs come to rest.
 *
 * A trip ends no qualification (qualify_trip.c). What does end it is what ends any run: a person, `davy
 * safe`, an emergency stop that nobody was asked to press, and ERROR where the qualification itself fails.
 *
 * What does not hold is a FAIL of the bench, which is the item here; what was not looked at leaves the
 * whole INCONCLUSIVE. PASS is left when every check holds.
 */
#include "run/qualify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

#define LOOK_EVERY MSEC(5)

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

void qualify_tell(struct qualification *q, const struct check *check, enum check_state state,
		  const struct phrase *why)
{
	struct value *measure = value_map();

	value_set_text(measure, "step", check->step);
	value_set_text(measure, "measure", check->name);
	value_set_text(measure, "zh", check->zh);
	phrase_put(measure, "expected", &check->expected);
	phrase_put(measure, "found", &q->found);
	q->found = (struct phrase){"", ""};
	value_set_text(measure, "verdict", VERDICTS[state]);
	if (why)
		phrase_put(measure, "why", why);
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

void qualify_ends(struct qualification *q, enum check_state state, const struct phrase *why)
{
	struct check *check = qualify_check(q);

	qualify_forget_waits(q);
	check->settled = true;
	check->failed = state == CHECK_FAILS;
	qualify_tell(q, check, state, why);
	if (!q->over)
		qualify_after(q, 0, qualify_next);
}

void qualify_holds(struct qualification *q)
{
	qualify_ends(q, CHECK_HOLDS, NULL);
}

void qualify_fails(struct qualification *q, const char *text, const char *zh, ...)
{
	struct phrase why;
	va_list values;

	va_start(values, zh);
	phrase_print(&why, text, zh, values);
	va_end(values);
	qualify_ends(q, CHECK_FAILS, &why);
}

void qualify_skips(struct qualification *q, const char *text, const char *zh, ...)
{
	struct phrase why;
	va_list values;

	va_start(values, zh);
	phrase_print(&why, text, zh, values);
	va_end(values);
	qualify_ends(q, CHECK_NOT_LOOKED_AT, &why);
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
	watch_step(q->run, qualify_end_check.step, 1);
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

static const struct phrase *why_nothing_moves(const struct qualification *q)
{
	static const struct phrase NO_CONSENT = {"nobody has consented that outputs are moved",
						 "无人同意驱动输出"};

	if (q->not_up.text[0])
		return &q->not_up;
	if (q->dangerous.text[0])
		return &q->dangerous;
	return q->consented ? NULL : &NO_CONSENT;
}

static void begin_check(struct qualification *q)
{
	struct check *check = &q->check[q->next];
	const char *before = q->next > 0 ? q->check[q->next - 1].step : "";

	if (q->over)
		return;
	if (check->moves && !q->consented && !q->consent_asked && !q->not_up.text[0] &&
	    !q->dangerous.text[0]) {
		ask_consent(q);
		return;
	}
	q->next++;
	if (strcmp(before, check->step) != 0)
		watch_step(q->run, check->step, 1);
	if (check->moves && why_nothing_moves(q))
		qualify_ends(q, CHECK_NOT_LOOKED_AT, why_nothing_moves(q));
	else
		check->begin(q);
}

void qualify_next(struct qualification *q)
{
	if (q->next == q->count)
		end_all(q);
	else if (q->trip.seen && !q->not_up.text[0])
		qualify_reopen(q);
	else if (q->trip.seen || !q->run->slot->up || q->run->slot->tripped)
		begin_check(q);
	else
		go_back(q);
}

/* ---- the whole ---- */

static void bring_up_begin(struct qualification *q)
{
	if (q->not_up.text[0]) {
		qualify_ends(q, CHECK_FAILS, &q->not_up);
		return;
	}
	phrase_set(&q->found, "as expected", "符合");
	qualify_holds(q);
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
	phrase_set(&check->expected,
		   "wires open, nobody presses the E-stop, contacts show their outputs",
		   "接线可打开,急停未按下,触点与其输出一致");
}

void qualify_begin(struct run *run, const char *not_up)
{
	struct qualification *q = xcalloc(1, sizeof(*q));

	run->qualification = q;
	q->run = run;
	q->consented = run->plan->order->consents || !order_has_wires(run->plan->order);
	if (not_up)
		phrase_set(&q->not_up, "%s", "%s", not_up);
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

static const char *text_of(const struct value *check, const char *key, const char *other)
{
	const char *text = value_get_text(check, key);

	if (!text)
		text = value_get_text(check, other);
	return text ? text : "";
}

/* So many bytes of it, and no half letter. */
static int part_of(const char *text, size_t most)
{
	return (int)utf8_valid_size(text, strnlen(text, most));
}

static void say_worst(struct phrase *why, enum verdict worst, size_t count, size_t all,
		      const struct value *first)
{
	const char *name = text_of(first, "measure", ""), *zh = text_of(first, "zh", "measure");
	const char *reason = text_of(first, "why", "");
	const char *reason_zh = text_of(first, "why_zh", "why");

	if (worst == VERDICT_PASS) {
		phrase_set(why, "all %zu checks hold", "全部 %zu 项检查符合", all);
		return;
	}
	if (!first) {
		phrase_set(why, "nothing was checked", "未作任何检查");
		return;
	}
	snprintf(why->text, sizeof(why->text), "%zu of %zu checks %s, first %.*s: %.*s", count, all,
		 worst == VERDICT_FAIL ? "do not hold" : "could not be made", part_of(name, 90),
		 name, part_of(reason, 220), reason);
	snprintf(why->zh, sizeof(why->zh), "%zu 项检查中有 %zu 项%s,首项:%.*s:%.*s", all, count,
		 worst == VERDICT_FAIL ? "不符合" : "未能进行", part_of(zh, 90), zh,
		 part_of(reason_zh, 220), reason_zh);
}

enum verdict qualify_verdict(const struct value *checks, struct phrase *why)
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
	say_worst(why, worst, count[worst], value_count(checks), first[worst]);
	return worst;
}
