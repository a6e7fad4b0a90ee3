/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attending runs from their order to their verdict.
 *
 * A run is the controller's and outlives this command; a broken pipe behind stdout ends the showing
 * and not the run. What ends it early from here is a person: Ctrl-C once lets the script clean up, twice
 * makes everything safe at once; a closed terminal and a SIGTERM count as the first.
 *
 * With --json stdout gets the summary and nothing else; progress then goes to stderr, if that is a
 * terminal.
 */
#include "cli/attend.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/conversation.h"
#include "cli/figures.h"
#include "cli/order.h"
#include "cli/progress.h"
#include "cli/questions.h"
#include "cli/summaries.h"
#include "verdict/decision.h"

#define REDRAW_EVERY MSEC(500)

static const struct {
	struct words stop_once, stop_twice, stop_early, gone, gone_early, no_input, unconfirmed,
		unfit;
} TEXTS = {
	.stop_once =
		{"stopping: the script's finally blocks run now; Ctrl-C again makes everything "
		 "safe at once",
		 "正在停止:正在执行 finally 收尾;再按 Ctrl-C 立即全部置于安全状态"},
	.stop_twice = {"making everything safe now", "立即全部置于安全状态"},
	.stop_early = {"stopped before the run had begun: nothing was driven",
		       "检验开始前已停止:未驱动任何输出"},
	.gone = {"the controller is gone before the verdict of %s; the run is ended as ABORTED at "
		 "its next start",
		 "控制器在 %s 判定前消失;下次启动时该次检验按 ABORTED 结束"},
	.gone_early = {"the controller is gone before the run had begun", "控制器在检验开始前消失"},
	.no_input = {"the operator's answer cannot be read: standard input has ended",
		     "无法读取操作员的回答:标准输入已结束"},
	.unconfirmed =
		{"this test uses up its specimen: confirm it with --destroys %s. Nothing was "
		 "begun",
		 "本试验为破坏性试验,样品将被耗尽:请用 --destroys %s 确认。检验未开始"},
	.unfit = {"", "环境条件不符合检验要求,检验未开始;--force 可强制进行,但不判合格"},
};

struct watching {
	struct loop *loop;
	struct conversation *conversation;
	struct progress *progress;
	struct timer redraw; /* while nothing is told time goes on */
	bool json, mortal;
	int stops;
	int code; /* what to end with, or -1 with the sentence */
	size_t runs, ended;
	enum verdict worst;	 /* of those that ended; 0: none has */
	struct value *summaries; /* as they ended, for --json */
	struct value *orders;
	char *run;
	struct questions *questions;
	struct error *err;
};

/* ---- stopping ---- */

static void finish(struct watching *watching, int code)
{
	watching->code = code;
	loop_quit(watching->loop);
}

static void stop(struct watching *watching, const char *why)
{
	struct value *request;

	if (questions_confirming(watching->questions)) { /* nobody has a run to stop */
		progress_say(watching->progress, say(TEXTS.stop_early));
		finish(watching, EXIT_IS_ABORTED);
		return;
	}
	request = value_map();
	value_set_text(request, "do", "stop");
	value_set_text(request, "why", why);
	conversation_say(watching->conversation, request);
	watching->stops++;
	progress_say(watching->progress,
		     say(watching->stops == 1 ? TEXTS.stop_once : TEXTS.stop_twice));
	progress_show(watching->progress);
}

static void interrupted(void *ctx, int number)
{
	struct watching *watching = ctx;

	(void)number;
	questions_drop_keys(watching->questions);
	stop(watching, "stopped by the operator (Ctrl-C)");
}

static void told_to_end(void *ctx, int number)
{
	struct watching *watching = ctx;

	if (watching->stops == 0)
		stop(watching, number == SIGHUP
				       ? "stopped: the terminal of davy run was closed (SIGHUP)"
				       : "stopped: davy run was told to end (SIGTERM)");
}

/*
 * Whoever has the terminal next finds it as it was. A group that no shell looks after is not stopped by this signal's
 * default action, as ever.
 */
static void stop_for_a_while(void *ctx, int number)
{
	struct watching *watching = ctx;
	sigset_t this, before;

	progress_away(watching->progress);
	questions_pause(watching->questions);
	sigemptyset(&this);
	sigaddset(&this, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &this, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	questions_resume(watching->questions);
	progress_show(watching->progress);
}

static void go_on(void *ctx, int number)
{
	struct watching *watching = ctx;

	(void)number;
	questions_resume(watching->questions);
}

static int take_signals(struct watching *watching, struct error *err)
{
	if (loop_signal(watching->loop, SIGINT, interrupted, watching, err) < 0 ||
	    loop_signal(watching->loop, SIGHUP, told_to_end, watching, err) < 0 ||
	    loop_signal(watching->loop, SIGTSTP, stop_for_a_while, watching, err) < 0 ||
	    loop_signal(watching->loop, SIGCONT, go_on, watching, err) < 0)
		return -1;
	return loop_signal(watching->loop, SIGTERM, told_to_end, watching, err);
}

/* ---- the operator ---- */

static void say_orders(struct watching *watching)
{
	struct value *request = value_map();

	value_set_text(request, "do", "run");
	value_set(request, "orders", value_copy(watching->orders));
	conversation_say(watching->conversation, request);
}

static void say_answer(void *ctx, struct value *request)
{
	struct watching *watching = ctx;

	conversation_say(watching->conversation, request);
}

/* The serial number was typed again: order once more, with it. The controller compares. */
static void confirm(void *ctx, int64_t slot, const char *text)
{
	struct watching *watching = ctx;
	struct value *orders = value_list();

	for (size_t i = 0; i < value_count(watching->orders); i++) {
		struct value *order = value_add(orders, value_copy(value_at(watching->orders, i)));

		if (value_count(watching->orders) == 1 || value_get_int(order, "slot", 0) == slot)
			value_set_text(order, "destroys", text);
	}
	value_free(watching->orders);
	watching->orders = orders;
	say_orders(watching);
}

static void no_input(void *ctx)
{
	stop(ctx, say(TEXTS.no_input));
}

/* ---- events ---- */

/* A specimen that the test would use up: asked about once, on a terminal. */
static void take_specimen(struct watching *watching, const struct value *event)
{
	if (order_refuses_specimen(watching->orders, event, watching->err))
		finish(watching, -1);
	else if (!watching->json && isatty(STDIN_FILENO))
		questions_confirm(watching->questions, value_get_int(event, "of_slot", 1));
	else
		finish(watching, error_set(watching->err, ERROR_USAGE, say(TEXTS.unconfirmed),
					   value_get_text(event, "serial")));
}

static void take_refusal(struct watching *watching, const struct value *event)
{
	const char *why = value_get_text(event, "why"), *kind = value_get_text(event, "kind");

	if (watching->stops) {
		progress_say(watching->progress, say(TEXTS.stop_early));
		finish(watching, EXIT_IS_ABORTED);
		return;
	}
	if (kind && (!strcmp(kind, "confirm") || !strcmp(kind, "consumed"))) {
		take_specimen(watching, event);
		return;
	}
	finish(watching, error_set(watching->err,
				   kind && !strcmp(kind, "usage") ? ERROR_USAGE : ERROR_REFUSED,
				   "%s", why ? why : "refused"));
}

/* One more run has ended; the last of them ends the command, by the worst verdict. */
static void take_end(struct watching *watching, const struct value *event, struct value *summary,
		     const char *verdict)
{
	enum verdict ended;
	struct error ignored;

	questions_end_of(watching->questions, value_get_int(event, "slot", 0));
	if (verdict_parse(&ended, verdict, &ignored) < 0)
		ended = VERDICT_ERROR;
	/* whoever reads only the code must not take it for recorded */
	if (ended == VERDICT_PASS && value_get(summary, "unrecorded"))
		ended = VERDICT_ERROR;
	watching->worst = watching->ended++ ? verdict_worse(watching->worst, ended) : ended;
	value_add(watching->summaries, summary);
	if (watching->ended < watching->runs)
		return;
	progress_end(watching->progress);
	questions_tell_unused(watching->questions);
	if (watching->json && !watching->mortal &&
	    summaries_print(watching->summaries, watching->runs, watching->run, watching->err) < 0)
		finish(watching, -1);
	else
		finish(watching, (int)figure_exit(verdict_name(watching->worst)));
}

static void take_verdict(struct watching *watching, const struct value *event)
{
	const struct value *summary = value_get(event, "summary");
	const char *verdict = value_get_text(summary, "verdict");

	if (value_get_bool(summary, "unfit") && say(TEXTS.unfit)[0])
		progress_say(watching->progress, say(TEXTS.unfit));
	take_end(watching, event, value_copy(summary), verdict ? verdict : "");
}

/* One run of several could not begin: the others go on. */
static void take_refused_slot(struct watching *watching, const struct value *event)
{
	struct value *summary = value_map();

	value_set_int(summary, "slot", value_get_int(event, "slot", 0));
	value_set_text(summary, "refused", value_get_text(event, "why"));
	take_end(watching, event, summary, "ERROR");
}

/* Runs of one order have their protocol and their limit set in common. */
static void take_first(struct watching *watching, const struct value *event)
{
	watching->run = xstrdup(value_get_text(event, "run"));
	figure_warn(value_get(event, "warnings"));
	if (progress_is_live(watching->progress))
		questions_hide_keys(watching->questions);
}

static void take_event(void *ctx, const struct value *event)
{
	struct watching *watching = ctx;
	const char *name = value_get_text(event, "event");

	progress_take(watching->progress, event);
	if (!name)
		return;
	if (!strcmp(name, "started") && !watching->run)
		take_first(watching, event);
	else if (!strcmp(name, "operator"))
		questions_take(watching->questions, event);
	else if (!strcmp(name, "withdrawn"))
		questions_withdraw(watching->questions, event);
	else if (!strcmp(name, "refused") && value_get(event, "slot"))
		take_refused_slot(watching, event);
	else if (!strcmp(name, "refused"))
		take_refusal(watching, event);
	else if (!strcmp(name, "verdict"))
		take_verdict(watching, event);
}

static void pause_of_events(void *ctx)
{
	struct watching *watching = ctx;

	progress_show(watching->progress);
}

static void redraw(void *ctx)
{
	struct watching *watching = ctx;
	struct bench_clock *clock = loop_real_clock(watching->loop);

	progress_show(watching->progress);
	timer_start(&watching->redraw, clock, clock_now(clock) + REDRAW_EVERY, TIMER_WAIT, redraw,
		    watching);
}

static void controller_gone(void *ctx)
{
	struct watching *watching = ctx;

	if (watching->mortal && watching->run) {
		finish(watching, ATTEND_GONE);
		return;
	}
	if (watching->run)
		error_set(watching->err, ERROR_LINK, say(TEXTS.gone), watching->run);
	else
		error_set(watching->err, ERROR_LINK, "%s", say(TEXTS.gone_early));
	finish(watching, -1);
}

/* ---- the whole ---- */

static FILE *progress_goes_to(bool json)
{
	if (!json)
		return stdout;
	return isatty(STDERR_FILENO) ? stderr : NULL;
}

static int watch(struct watching *watching, const char *state, struct value *orders)
{
	static const struct conversation_handlers HANDLERS = {take_event, pause_of_events,
							      controller_gone};
	char *remark;

	watching->orders = orders;
	watching->conversation =
		conversation_open(watching->loop, state, &HANDLERS, watching, watching->err);
	if (!watching->conversation || take_signals(watching, watching->err) < 0)
		return -1;
	remark = order_remark(value_at(orders, 0));
	if (remark)
		progress_remark(watching->progress, remark);
	free(remark);
	say_orders(watching);
	redraw(watching);
	if (loop_run(watching->loop, watching->err) < 0)
		return -1;
	return watching->code;
}

int attend_runs(const char *state, struct value *orders, const struct attending *attending,
		struct error *err)
{
	static const struct questions_handlers ANSWERED = {say_answer, confirm, no_input};
	struct watching watching = {.json = attending->json,
				    .mortal = attending->mortal,
				    .err = err,
				    .loop = loop_new(err),
				    .runs = value_count(orders)};
	int code;

	if (!watching.loop) {
		value_free(orders);
		return -1;
	}
	watching.summaries = value_list();
	watching.progress = progress_new(progress_goes_to(attending->json), attending->brief,
					 watching.runs > 1, loop_real_clock(watching.loop));
	watching.questions = questions_new(watching.loop, watching.progress, &attending->photos,
					   attending->readers, &ANSWERED, &watching);
	code = watch(&watching, state, orders);
	timer_stop(&watching.redraw);
	questions_free(watching.questions);
	conversation_close(watching.conversation);
	progress_free(watching.progress);
	loop_free(watching.loop);
	value_free(watching.summaries);
	value_free(watching.orders);
	if (attending->run)
		*attending->run = watching.run;
	else
		free(watching.run);
	return code;
}
