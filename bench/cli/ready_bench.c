/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: the controller, and what earlier runs have left. The controller is asked over a socket with a time by which
 * it must answer, so that one that hangs is named, and does not hang who asks.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/installed.h"
#include "cli/book.h"
#include "cli/conversation.h"
#include "cli/figures.h"
#include "cli/ready_parts.h"
#include "run/account.h"
#include "run/controller.h"
#include "run/hazard.h"

#define STATUS_PATIENCE SEC(3)
#define REGISTER_PATIENCE SEC(30) /* a log of years is looked through first */
enum { COMING_TRIES = 20, COMING_MS = 100 };

static const struct {
	struct words elsewhere, join, answers, restart, is_on, wait, was_cut, look_at,
		is_interrupted, go_on, no_record, verify, none_open, damaged, waits, untouched,
		none_waits, kept, not_kept;
} TEXTS = {
	.elsewhere = {"this machine's own bench (" INSTALLED_STATE
		      ") is not yours to look into: not "
		      "looked at",
		      "无权访问本机检验台(" INSTALLED_STATE "),未查看"},
	.join = {"join the group davy", "请加入 davy 组"},
	.answers = {"it answers", "应答正常"},
	.restart = {"davy safe ends one that hangs", "davy safe 可终止无应答的控制器"},
	.kept = {"they can be kept", "可以登记"},
	.not_kept = {"none can be kept: real runs are refused", "无法登记:真实检验将被拒绝"},
	.is_on = {"%s is on in slot %lld", "%s 正在 %lld 号工位进行"},
	.wait = {"wait for its end, or stop it", "请等待其结束,或中止"},
	.was_cut = {"%s was cut short: ABORTED", "%s 中断:按检验中止结束"},
	.is_interrupted = {"%s is interrupted", "%s 已中断"},
	.go_on = {"davy continue goes on with it, or ends it",
		  "davy continue 可继续或结束该次检验"},
	.look_at = {"test that specimen again", "请重新检验该样品"},
	.no_record = {"%s has its verdict and no record yet", "%s 已有判定,尚无记录"},
	.verify = {"look once more, then davy verify", "请稍后再看,再执行 davy verify"},
	.none_open = {"none", "无"},
	.damaged = {"%s: %s", "%s:%s"},
	.waits = {"specimen %s in slot %lld: %s, for %s%s",
		  "%2$lld 号工位样品 %1$s:%3$s,还须 %4$s%5$s"},
	.untouched = {"do not touch it until then", "届时之前请勿触碰"},
	.none_waits = {"none waits", "无待冷却或待处置的样品"},
};

/* ---- asking ---- */

static void add_unfinished(struct value *list, const char *folder, const char *name)
{
	struct error why;
	struct account *account = account_read(folder, &why);
	struct value *one;

	if (account && !account->head) {
		account_free(account);
		return;
	}
	one = value_add(list, value_map());
	value_set_text(one, "run", name);
	if (account) {
		value_set_bool(one, "simulated", value_get_bool(account->head, "simulated"));
		value_set_text(one, "verdict", value_get_text(account->verdict, "verdict"));
		value_set_bool(one, "interrupted", account->interrupted);
	} else {
		value_set_text(one, "why", why.text);
	}
	account_free(account);
}

/* A list of {"run","simulated","verdict","interrupted","why"}; of a run whose journal has no line nothing was begun. */
static struct value *unfinished_runs(const char *state)
{
	char *runs = xprintf("%s/runs", state), **names = NULL;
	struct value *list = value_list();
	struct error none_yet;
	size_t count = 0;

	if (file_list(runs, &names, &count, &none_yet) < 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		char *folder = xprintf("%s/%s", runs, names[i]);
		char *record = xprintf("%s/record.json", folder);

		if (!file_exists(record))
			add_unfinished(list, folder, names[i]);
		free(record);
		free(folder);
		free(names[i]);
	}
	free(names);
	free(runs);
	return list;
}

/* One that comes up or goes away just now is waited for. */
static int connect_soon(const char *state, struct error *err)
{
	int fd = controller_find(state, err);

	for (int i = 0; fd < 0 && controller_pid(state) && i < COMING_TRIES; i++) {
		poll(NULL, 0, COMING_MS);
		fd = controller_find(state, err);
	}
	return fd < 0 && !controller_pid(state) ? controller_connect(state, err) : fd;
}

/* A socket whose controller has said its status; -1, and why. One that leaves when nobody needs it may hang up. */
static int ask_status(struct ready *ready)
{
	struct error *why = &ready->status_why;

	for (int again = 0; again < COMING_TRIES; again++) {
		int fd = connect_soon(ready->state, why);

		if (fd < 0)
			return -1;
		ready->status = conversation_ask(fd, "status", STATUS_PATIENCE, why);
		if (ready->status)
			return fd;
		close(fd);
		if (why->kind != ERROR_LINK)
			return -1;
	}
	return -1;
}

void ready_ask(struct ready *ready)
{
	int fd;

	ready->had_controller = controller_pid(ready->state) != 0;
	ready->unfinished = unfinished_runs(ready->state);
	fd = ask_status(ready);
	if (ready->status)
		ready->registered =
			conversation_ask(fd, "register", REGISTER_PATIENCE, &ready->registered_why);
	else
		ready->registered_why = ready->status_why;
	if (fd >= 0)
		close(fd);
	ready->roster = book_roster(ready->state, &ready->roster_why);
}

/* ---- the controller ---- */

void ready_controller(const struct ready *ready, struct ready_finding *finding)
{
	if (ready->misses_system)
		ready_find(finding, READY_NO, xstrdup(say(TEXTS.elsewhere)), say(TEXTS.join));
	if (ready->status)
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.answers)), NULL);
	else
		ready_find(finding, READY_NO, xstrdup(ready->status_why.text),
			   controller_pid(ready->state) ? say(TEXTS.restart) : NULL);
}

/* ---- records ---- */

/*
 * What the controller could not read it cannot add to; one that has not answered has said nothing of it. The reason says what to
 * do, and stands where it widens no column.
 */
void ready_records(const struct ready *ready, struct ready_finding *finding)
{
	if (!ready->registered && (!ready->status || ready->registered_why.kind != ERROR_REFUSED))
		ready_unseen(finding, ready->registered_why.text);
	else if (!ready->registered)
		ready_find(finding, READY_NO, xstrdup(say(TEXTS.not_kept)),
			   ready->registered_why.text);
	else
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.kept)), NULL);
}

/* ---- runs ---- */

static const struct value *named(const struct value *runs, const char *name)
{
	for (size_t i = 0; i < value_count(runs); i++)
		if (!strcmp(listed_text(value_at(runs, i), "run"), name))
			return value_at(runs, i);
	return NULL;
}

static void look_at_running(const struct ready *ready, struct ready_finding *finding,
			    const struct value *one)
{
	const char *name = listed_text(one, "run");
	bool is_simulated = value_get_bool(named(ready->unfinished, name), "simulated");

	ready_find(finding, is_simulated ? READY_LOOK : READY_NO,
		   xprintf(say(TEXTS.is_on), name, (long long)value_get_int(one, "slot", 0)),
		   say(TEXTS.wait));
}

/* A controller that was there before has none but those that are on, and those that end just now. */
static void look_at_left(const struct ready *ready, struct ready_finding *finding,
			 const struct value *one)
{
	const char *name = listed_text(one, "run");

	if (value_get(one, "why"))
		ready_find(finding, READY_LOOK,
			   xprintf(say(TEXTS.damaged), name, listed_text(one, "why")), NULL);
	else if (value_get(one, "verdict"))
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.no_record), name),
			   say(TEXTS.verify));
	else if (value_get_bool(one, "interrupted"))
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.is_interrupted), name),
			   say(TEXTS.go_on));
	else if (!ready->had_controller)
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.was_cut), name),
			   say(TEXTS.look_at));
}

void ready_runs(const struct ready *ready, struct ready_finding *finding)
{
	const struct value *runs = value_get(ready->status, "runs");

	for (size_t i = 0; i < value_count(runs); i++)
		look_at_running(ready, finding, value_at(runs, i));
	for (size_t i = 0; i < value_count(ready->unfinished); i++) {
		const struct value *one = value_at(ready->unfinished, i);

		if (!named(runs, listed_text(one, "run")))
			look_at_left(ready, finding, one);
	}
	if (!ready->status)
		ready_unseen(finding, ready->status_why.text);
	else if (!value_count(finding->found))
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.none_open)), NULL);
}

/* ---- hazards ---- */

static void look_at_hazard(struct ready_finding *finding, const struct value *one)
{
	struct buf left;

	buf_init(&left);
	figure_duration(&left, value_get_int(one, "left_ns", 0));
	ready_find(finding, READY_NO,
		   xprintf(say(TEXTS.waits), listed_text(one, "serial"),
			   (long long)value_get_int(one, "slot", 0),
			   say_either(value_get_text(one, "text"), value_get_text(one, "zh")),
			   left.data,
			   value_get_bool(one, "running")
				   ? say((struct words){" after its run", "(检验结束后起计)"})
				   : ""),
		   say(TEXTS.untouched));
	buf_done(&left);
}

/* What was simulated is no hazard. */
void ready_hazards(const struct ready *ready, struct ready_finding *finding)
{
	struct hazard_now now = hazard_now();
	struct error why;
	struct hazards *hazards = hazards_open(ready->state, NULL, &now, &why);
	struct value *list = hazards ? hazards_list(hazards, &now) : NULL;

	if (!hazards)
		ready_unseen(finding, why.text);
	for (size_t i = 0; i < value_count(list); i++)
		if (!value_get_bool(value_at(list, i), "simulated"))
			look_at_hazard(finding, value_at(list, i));
	if (!value_count(finding->found))
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.none_waits)), NULL);
	value_free(list);
	hazards_close(hazards);
}
