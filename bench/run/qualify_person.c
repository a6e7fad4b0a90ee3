/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a qualification asks of people: to look at something, or to move it. Each question and each answer
 * stands in the journal. A person answers y, n, s (skip) or, where something can be shown once more, a. On
 * a simulated bench its world answers instead: to "see_NAME" what somebody would see of it, and to
 * "move_NAME" by moving it; a world that has no such word has nobody who looks.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "run/qualify.h"

struct phrase qualify_nobody(const struct qualification *q)
{
	if (!order_has_wires(q->run->plan->order))
		return (struct phrase){"the simulated world has nobody who does or sees this",
				       "仿真模型中无人动作或观察此项"};
	if (q->run->plan->order->no_person)
		return (struct phrase){"nobody was there to do or see this (--no-person)",
				       "现场无人动作或观察此项(--no-person)"};
	return (struct phrase){"a person skipped it", "人员跳过了此项"};
}

void qualify_skips_for_nobody(struct qualification *q)
{
	const struct phrase why = qualify_nobody(q);

	qualify_ends(q, CHECK_NOT_LOOKED_AT, &why);
}

void qualify_withdraw(struct qualification *q)
{
	if (!q->asking)
		return;
	q->asking = false;
	q->answered = NULL;
	watch_withdrawn(q->run, q->question);
}

static bool parse_answer(const char *text, enum answer *answer)
{
	static const struct {
		const char *text;
		enum answer answer;
	} WORDS[] = {
		{"y", ANSWER_YES},   {"yes", ANSWER_YES},     {"是", ANSWER_YES},
		{"n", ANSWER_NO},    {"no", ANSWER_NO},	      {"否", ANSWER_NO},
		{"s", ANSWER_SKIP},  {"skip", ANSWER_SKIP},   {"跳过", ANSWER_SKIP},
		{"a", ANSWER_AGAIN}, {"again", ANSWER_AGAIN}, {"再来", ANSWER_AGAIN},
	};

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
		if (strcasecmp(WORDS[i].text, text) != 0)
			continue;
		*answer = WORDS[i].answer;
		return true;
	}
	return false;
}

static void note_answer(struct qualification *q, const char *text)
{
	struct value *line = value_map();

	value_set_int(line, "id", q->question);
	value_set_text(line, "text", text);
	journal_line(q->run->journal, run_now(q->run), "operator", line);
}

static void take(struct qualification *q, const char *text, enum answer answer)
{
	qualify_answered_fn *answered = q->answered;

	q->asking = false;
	q->answered = NULL;
	note_answer(q, text);
	if (answered)
		answered(q, answer);
}

static void world_says(void *ctx, const struct value *says)
{
	struct qualification *q = ctx;
	const char *text = value_get_text(says, "text");
	enum answer answer = ANSWER_YES; /* whatever else a world says of what it did */

	if (q->over || !q->asking || !q->by_world)
		return;
	if (!text)
		answer = ANSWER_SKIP;
	else
		parse_answer(text, &answer);
	take(q, text ? text : "skip", answer);
}

static void nobody_answers(struct qualification *q)
{
	take(q, "skip", ANSWER_SKIP);
}

void qualify_ask(struct qualification *q, const char *id, const char *text, const char *zh,
		 qualify_answered_fn *answered)
{
	bool wires = order_has_wires(q->run->plan->order);
	struct value *line = value_map();

	q->question++;
	q->asking = true;
	q->by_world = !wires;
	q->answered = answered;
	snprintf(q->text, sizeof(q->text), "%s", text);
	snprintf(q->zh, sizeof(q->zh), "%s", zh);
	value_set_int(line, "id", q->question);
	value_set_text(line, "what", id);
	value_set_text(line, "text", text);
	journal_line(q->run->journal, run_now(q->run), "asks", line);
	if (wires && q->run->plan->order->no_person) {
		qualify_after(q, 0, nobody_answers);
		return;
	}
	watch_asks(q->run, q->question, q->text, q->zh, NULL);
	if (!wires)
		slot_ask_operator(q->run->slot, id, world_says, q);
}

bool qualify_answer(struct run *run, uint32_t question, const char *text)
{
	struct qualification *q = run->qualification;
	enum answer answer;

	if (!q || q->over || !q->asking || q->by_world || question != q->question ||
	    run->plan->order->no_person)
		return false;
	if (parse_answer(text + strspn(text, " \t"), &answer)) {
		take(q, text, answer);
		return true;
	}
	watch_asks(run, q->question, q->text, q->zh, "the answer is y, n, s (skip) or a (again)");
	return true;
}

/* ---- something is brought about ---- */

static void moved(struct qualification *q, enum answer answer)
{
	qualify_answered_fn *then = q->moved;

	qualify_withdraw(q);
	q->is_so = NULL;
	q->moved = NULL;
	then(q, answer);
}

static void is_seen(struct qualification *q, bool so)
{
	moved(q, so ? ANSWER_YES : ANSWER_NO);
}

static void says_it_is_done(struct qualification *q, enum answer answer)
{
	if (answer == ANSWER_YES || answer == ANSWER_AGAIN)
		qualify_await(q, q->is_so, q->within, is_seen);
	else
		moved(q, answer);
}

nsec qualify_seen_within(const struct qualification *q, int interlock)
{
	return q->run->plan->fixture->interlock[interlock].channel < 0
		       ? SEEN_WITHIN
		       : SEEN_WITHIN + guard_looks_every(q->run->slot, interlock);
}

void qualify_move(struct qualification *q, const char *id, const char *text, const char *zh,
		  nsec within, qualify_is_fn *is_so, qualify_answered_fn *then)
{
	q->moved = then;
	q->within = within;
	if (is_so(q)) {
		moved(q, ANSWER_YES);
		return;
	}
	if (q->run->plan->order->no_person && order_has_wires(q->run->plan->order)) {
		moved(q, ANSWER_SKIP);
		return;
	}
	qualify_await(q, is_so, NSEC_NEVER, is_seen);
	qualify_ask(q, id, text, zh, says_it_is_done);
}
