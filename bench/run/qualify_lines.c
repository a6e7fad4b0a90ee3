/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does each line move, both ways?
 *
 * An output leaves safe through the guard, alone but for what its interlocks need, and goes back. A contact
 * that shows it must follow both times: the guard sees to that, and trips. Where there is none only a person
 * can say what moved. He is asked afterwards, when the output is safe again, so that nothing waits away from
 * safe for somebody who has gone; he may have it shown once more.
 *
 * An input is moved by a person, away from where it is and back, and both must be seen. Of a pulse input
 * only that pulses come is asked.
 */
#include <stdio.h>
#include <string.h>

#include "run/qualify.h"

#define STEP "Lines"
#define SHOWN_FOR                                                                                  \
	SEC(2) /* an output that somebody looks at; half its longest time, if that is less */
#define READING_WITHIN SEC(15)
#define COUNTED_FOR SEC(1)

static const struct fixture_line *line_of(const struct qualification *q)
{
	return &q->run->plan->fixture->line[q->line];
}

/* ---- what interlocks need first ---- */

static void prepare_next(struct qualification *q);

static void prepare_ends(struct qualification *q, const struct error *err)
{
	qualify_done_fn *prepared = q->prepared;

	q->prepared = NULL;
	prepared(q, err);
}

static void not_prepared(struct qualification *q)
{
	const struct fixture_interlock *interlock = &q->run->plan->fixture->interlock[q->preparing];
	char how[200];
	struct error err;

	guard_holds(q->run->slot, (int)q->preparing, how, sizeof(how));
	error_set(&err, ERROR_REFUSED, "interlock: %s, but %s", interlock->text, how);
	prepare_ends(q, &err);
}

static bool now_holds(struct qualification *q)
{
	char ignored[200];

	return guard_holds(q->run->slot, (int)q->preparing, ignored, sizeof(ignored));
}

static void reading_came(struct qualification *q, bool so)
{
	if (so)
		prepare_next(q);
	else
		not_prepared(q);
}

static void contact_was_moved(struct qualification *q, enum answer answer)
{
	if (answer == ANSWER_YES)
		prepare_next(q);
	else
		not_prepared(q);
}

static void needed_was_moved(struct qualification *q, const struct error *err)
{
	if (err)
		prepare_ends(q, err);
	else
		qualify_await(q, now_holds, 0, reading_came);
}

static void bring_about(struct qualification *q, const struct fixture_interlock *interlock)
{
	const struct fixture *fixture = q->run->plan->fixture;
	const struct fixture_line *line =
		interlock->line >= 0 ? &fixture->line[interlock->line] : NULL;
	bool level = line && limit_met_state(&interlock->limit, true);
	const char *name = line ? line->name : fixture->channel[interlock->channel].name;
	char id[64], text[CHECK_WHY], zh[CHECK_WHY];

	if (!line && !q->run->slot->channel[interlock->channel].seen) {
		qualify_await(q, now_holds, READING_WITHIN, reading_came);
		return;
	}
	if (line && line->output) {
		qualify_act(q, interlock->line, level, needed_was_moved);
		return;
	}
	snprintf(id, sizeof(id), "move_%s", name);
	snprintf(text, sizeof(text),
		 "Bring %s to \"%s\": %s (n: done, and nothing is seen; s: skip)", name,
		 interlock->limit.text, interlock->text);
	snprintf(zh, sizeof(zh), "请使 %s 满足 \"%s\":%s(n 已动作而无反应,s 跳过)", name,
		 interlock->limit.text, interlock->text);
	qualify_move(q, id, text, zh, qualify_seen_within(q, (int)q->preparing), now_holds,
		     contact_was_moved);
}

static void prepare_next(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (; q->preparing < fixture->interlock_count; q->preparing++) {
		const struct fixture_interlock *interlock = &fixture->interlock[q->preparing];

		if ((int)q->preparing == q->except || interlock->after ||
		    !guard_guards(interlock, &q->output) || now_holds(q))
			continue;
		bring_about(q, interlock);
		return;
	}
	prepare_ends(q, NULL);
}

void qualify_prepare(struct qualification *q, const struct fixture_output *output, int except,
		     qualify_done_fn *prepared)
{
	q->output = *output;
	q->except = except;
	q->preparing = 0;
	q->prepared = prepared;
	prepare_next(q);
}

/* ---- outputs ---- */

static void begin_output(struct qualification *q);

static bool is_at_rest(struct qualification *q)
{
	return !timer_armed(&q->run->slot->line[q->line].follows);
}

/* How long its contact took, in ms. */
static double followed_in(const struct qualification *q)
{
	const struct slot *slot = q->run->slot;

	return (double)(slot->line[line_of(q)->read_back].moved - slot->line[q->line].driven) / 1e6;
}

static void seen_to_move(struct qualification *q)
{
	phrase_set(&q->found, "seen to move, both ways", "观察到动作,双向");
	qualify_holds(q);
}

static void not_seen_to_move(struct qualification *q)
{
	phrase_set(&q->found, "not seen to move", "未观察到动作");
	qualify_fails(q,
		      "whoever looked saw otherwise: it sticks, or its wire is broken or another's",
		      "观察者所见不符:卡住、断线或接错");
}

static void was_looked_at(struct qualification *q, enum answer answer)
{
	if (answer == ANSWER_AGAIN)
		begin_output(q);
	else if (answer == ANSWER_YES)
		seen_to_move(q);
	else if (answer == ANSWER_NO)
		not_seen_to_move(q);
	else
		qualify_skips_for_nobody(q);
}

static nsec shown_for(const struct fixture_line *line)
{
	return line->longest && line->longest / 2 < SHOWN_FOR ? line->longest / 2 : SHOWN_FOR;
}

static void ask_what_was_seen(struct qualification *q)
{
	const struct fixture_line *line = line_of(q);
	const char *away = fixture_level_name(line, !line->safe);
	const char *safe = fixture_level_name(line, line->safe);
	double seconds = nsec_seconds(shown_for(line));
	char id[64], text[CHECK_WHY], zh[CHECK_WHY];

	snprintf(id, sizeof(id), "see_%s", line->name);
	snprintf(text, sizeof(text),
		 "%s was %s for %.2g s, alone, and is %s again. Is that what was seen? (y/n, s: "
		 "skip, "
		 "a: again)",
		 line->name, away, seconds, safe);
	snprintf(zh, sizeof(zh),
		 "%s 曾单独处于 %s %.2g s,现已恢复 %s。所见是否如此?(y/n,s 跳过,a 再来一次)",
		 line->name, away, seconds, safe);
	qualify_ask(q, id, text, zh, was_looked_at);
}

static void followed_back(struct qualification *q, bool so)
{
	(void)so; /* one that does not follow trips */
	qualify_figure(q, "back after", followed_in(q), "ms");
	phrase_set(&q->found, "%s follows, both ways", "%s 双向跟随",
		   q->run->plan->fixture->line[line_of(q)->read_back].name);
	qualify_holds(q);
}

static void is_back(struct qualification *q, const struct error *err)
{
	if (err)
		qualify_fails(q, "%s", "%s", err->text);
	else if (line_of(q)->read_back >= 0)
		qualify_await(q, is_at_rest, line_of(q)->within + SEC(1), followed_back);
	else
		ask_what_was_seen(q);
}

static void bring_back(struct qualification *q)
{
	qualify_act(q, q->line, line_of(q)->safe, is_back);
}

static void followed_away(struct qualification *q, bool so)
{
	(void)so;
	qualify_figure(q, "away after", followed_in(q), "ms");
	bring_back(q);
}

static void is_away(struct qualification *q, const struct error *err)
{
	if (err && err->kind == ERROR_REFUSED)
		qualify_skips(q, "%s", "%s", err->text);
	else if (err)
		qualify_fails(q, "%s", "%s", err->text);
	else if (line_of(q)->read_back >= 0)
		qualify_await(q, is_at_rest, line_of(q)->within + SEC(1), followed_away);
	else
		qualify_after(q, shown_for(line_of(q)), bring_back);
}

static void output_prepared(struct qualification *q, const struct error *err)
{
	if (err)
		qualify_skips(q, "%s", "%s", err->text);
	else
		qualify_act(q, q->line, !line_of(q)->safe, is_away);
}

static void begin_output(struct qualification *q)
{
	q->line = qualify_check(q)->index;
	qualify_prepare(q, &(struct fixture_output){.line = q->line}, -1, output_prepared);
}

/* ---- inputs ---- */

static bool is_as_wanted(struct qualification *q)
{
	return gpio_get(q->run->slot->line[q->line].gpio) == q->wanted;
}

static void was_not_moved(struct qualification *q, enum answer answer)
{
	const char *level = fixture_level_name(line_of(q), !q->wanted);

	if (answer != ANSWER_NO) {
		qualify_skips_for_nobody(q);
		return;
	}
	phrase_set(&q->found, "%s", "%s", level);
	qualify_fails(q, "it was moved, and stays %s: stuck, or its wire is broken or another's",
		      "已动作而仍为 %s:卡住、断线或接错", level);
}

static void move_input(struct qualification *q, qualify_answered_fn *then)
{
	const struct fixture_line *line = line_of(q);
	const char *is = fixture_level_name(line, !q->wanted);
	const char *wanted = fixture_level_name(line, q->wanted);
	char id[64], text[CHECK_WHY], zh[CHECK_WHY];

	snprintf(id, sizeof(id), "move_%s", line->name);
	snprintf(text, sizeof(text),
		 "Move %s: it is %s, bring it to %s (n: done, and nothing is seen; s: skip)",
		 line->name, is, wanted);
	snprintf(zh, sizeof(zh), "请动作 %s:当前 %s,使其变为 %s(n 已动作而无反应,s 跳过)",
		 line->name, is, wanted);
	qualify_move(q, id, text, zh, SEEN_WITHIN, is_as_wanted, then);
}

static void is_where_it_was(struct qualification *q, enum answer answer)
{
	if (answer != ANSWER_YES) {
		was_not_moved(q, answer);
		return;
	}
	phrase_set(&q->found, "moves, both ways", "双向动作");
	qualify_holds(q);
}

static void has_moved(struct qualification *q, enum answer answer)
{
	if (answer != ANSWER_YES) {
		was_not_moved(q, answer);
		return;
	}
	q->wanted = !q->wanted;
	move_input(q, is_where_it_was);
}

static void begin_input(struct qualification *q)
{
	q->line = qualify_check(q)->index;
	if (q->not_up.text[0]) {
		qualify_ends(q, CHECK_NOT_LOOKED_AT, &q->not_up);
		return;
	}
	q->wanted = !gpio_get(q->run->slot->line[q->line].gpio);
	move_input(q, has_moved);
}

static void counted(void *ctx, const struct pulse_count *count)
{
	struct qualification *q = ctx;
	if (q->over || qualify_check(q)->settled)
		return;
	if (count->lost) {
		qualify_fails(q, "edges came faster than they could be taken",
			      "脉冲过快,来不及计数");
	} else if (count->frequency > 0) {
		phrase_set(&q->found, "%.6g Hz", "%.6g Hz", count->frequency);
		qualify_holds(q);
	} else {
		qualify_skips(q, "no pulses came, and nobody says that any should",
			      "没有脉冲,也无从得知是否应有");
	}
}

static void begin_pulses(struct qualification *q)
{
	struct error err;

	q->line = qualify_check(q)->index;
	if (q->not_up.text[0])
		qualify_ends(q, CHECK_NOT_LOOKED_AT, &q->not_up);
	else if (gpio_count(q->run->slot->line[q->line].gpio, COUNTED_FOR, counted, q, &err) < 0)
		qualify_fails(q, "%s", "%s", err.text);
}

/* ---- the plan ---- */

static void plan_output(struct qualification *q, int index)
{
	const struct fixture *fixture = q->run->plan->fixture;
	const struct fixture_line *line = &fixture->line[index];
	struct check *check = qualify_add(q, begin_output, index, true, STEP);

	snprintf(check->name, sizeof(check->name), "output %s", line->name);
	snprintf(check->zh, sizeof(check->zh), "输出 %s", line->name);
	phrase_set(&check->expected, "%s and %s again", "%s 后恢复 %s",
		   fixture_level_name(line, !line->safe), fixture_level_name(line, line->safe));
	if (line->read_back >= 0)
		phrase_set(&check->expected, "%s and %s again, as shown by %s",
			   "%s 后恢复 %s,由 %s 显示", fixture_level_name(line, !line->safe),
			   fixture_level_name(line, line->safe),
			   fixture->line[line->read_back].name);
}

static void plan_input(struct qualification *q, int index)
{
	const struct fixture_line *line = &q->run->plan->fixture->line[index];
	bool pulses = line->kind == LINE_PULSE;
	struct check *check =
		qualify_add(q, pulses ? begin_pulses : begin_input, index, false, STEP);

	snprintf(check->name, sizeof(check->name), "input %s", line->name);
	snprintf(check->zh, sizeof(check->zh), "输入 %s", line->name);
	if (pulses)
		phrase_set(&check->expected, "pulses come", "有脉冲");
	else
		phrase_set(&check->expected, "moves, both ways", "双向动作");
}

void qualify_plan_lines(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (size_t i = 0; i < fixture->line_count; i++)
		if (fixture->line[i].output)
			plan_output(q, (int)i);
	for (size_t i = 0; i < fixture->line_count; i++)
		if (!fixture->line[i].output && fixture->line[i].shows < 0 &&
		    (int)i != fixture->estop)
			plan_input(q, (int)i);
}
