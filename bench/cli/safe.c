/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy safe: make every output safe, now, whatever else is going on.
 *
 * A controller that lives is asked first, since it has the wires: it trips its runs. One that does not
 * answer within a second, or is not done within ten, is killed. Then whatever still stands in STATE/safe
 * is made safe by a guardian without a controller, which holds the lines when this command has ended. It
 * may be called any number of times, with nothing running and by anybody who may use the wires.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/installed.h"
#include "base/json.h"
#include "base/strain.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "loop/clock.h"
#include "loop/process.h"
#include "run/controller.h"
#include "run/guardian.h"
#include "run/guardian_post.h"

#define ANSWER_PATIENCE SEC(1)
#define SAFE_PATIENCE SEC(10)
#define DEATH_PATIENCE SEC(2)

struct safe_settings {
	const char *state;
	bool json;
};

static const struct option OPTIONS[] = {
	OPTION_STATE_ROW(struct safe_settings),
	OPTION_JSON_ROW(struct safe_settings),
	{0},
};

static const struct {
	struct words asked, killed, immortal, nothing, elsewhere, done, failed, damaged, held;
} TEXTS = {
	.asked = {"the controller has made its outputs safe: %d runs were stopped",
		  "控制器已将输出置于安全状态,中止检验 %d 项"},
	.killed = {"the controller (process %d) did not answer and was killed",
		   "控制器(进程 %d)无应答,已强制终止"},
	.immortal =
		{"the controller (process %d) was killed and is not gone: it hangs in the kernel",
		 "控制器(进程 %d)已被强制终止但仍未退出:内核挂起"},
	.nothing = {"nothing is left to be made safe: no run on real wires stands open in %s",
		    "没有需要处理的输出:%s 中没有未结束的实线检验"},
	.elsewhere = {"NOT DONE: this machine's own bench (" INSTALLED_STATE
		      ") is not yours to reach: "
		      "`sudo davy safe`, or join the group davy",
		      "未能执行: 无权访问本机检验台(" INSTALLED_STATE "):请用 `sudo davy safe`,"
		      "或加入 davy 组"},
	.done = {"slot %d  %s: %s (%s)  done", "工位 %d  %s: %s(%s) 已执行"},
	.failed = {"slot %d  %s: %s (%s)  NOT DONE: %s", "工位 %d  %s: %s(%s) 未能执行: %s"},
	.damaged = {"NOT DONE: %s", "未能执行: %s"},
	.held = {"the lines are held at their safe levels by process %d, until the next run on "
		 "them "
		 "or `kill %d`",
		 "信号线由进程 %d 保持在安全电平,直至下一次检验或执行 `kill %d`"},
};

struct making {
	const char *state;
	bool json;
	struct loop *loop;
	struct value *report; /* for --json */
	struct value *steps;
	bool incomplete;  /* something could not be done */
	struct error why; /* there is no guardian */
};

static void say_line(const struct making *making, const char *text)
{
	if (!making->json)
		puts(text);
}

static nsec now_of(const struct making *making)
{
	return clock_now(loop_real_clock(making->loop));
}

/* ---- the controller ---- */

/* Wait for an event of this name: NULL when it does not come, and `gone` when nobody is there. */
static struct value *hear(const struct making *making, int fd, struct buf *heard, const char *name,
			  nsec last, bool *gone)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	struct error ignored;
	char bytes[4096], *end;

	while (!*gone && now_of(making) < last) {
		while ((end = memchr(heard->data, '\n', heard->size))) {
			size_t size = (size_t)(end - heard->data);
			struct value *event = json_parse(heard->data, size, "event", &ignored);
			const char *what = value_get_text(event, "event");

			buf_drop(heard, size + 1);
			if (what && !strcmp(what, name))
				return event;
			value_free(event);
		}
		if (poll(&ready, 1, 20) > 0) {
			ssize_t got = recv(fd, bytes, strain_read(sizeof(bytes)), MSG_DONTWAIT);

			*gone = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
			buf_add(heard, bytes, got > 0 ? (size_t)got : 0);
		}
	}
	return NULL;
}

/* Was it asked, and has it done it? Else it is dead, or as good as that. */
static bool ask(const struct making *making, int fd)
{
	static const char REQUEST[] = "{\"do\":\"safe\"}\n";
	struct value *answer, *done = NULL;
	struct buf heard;
	bool gone = false;
	char text[160];

	buf_init(&heard);
	gone = send(fd, REQUEST, sizeof(REQUEST) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0;
	answer = hear(making, fd, &heard, "safe", now_of(making) + ANSWER_PATIENCE, &gone);
	if (answer)
		done = hear(making, fd, &heard, "made_safe", now_of(making) + SAFE_PATIENCE, &gone);
	if (done) {
		snprintf(text, sizeof(text), say(TEXTS.asked),
			 (int)value_get_int(answer, "runs", 0));
		say_line(making, text);
	}
	value_free(answer);
	value_free(done);
	buf_done(&heard);
	return done || gone;
}

static void kill_controller(struct making *making, pid_t pid)
{
	struct error err;
	struct process *process = process_open(pid, &err);
	bool there = process && controller_pid(making->state) == pid;
	char text[200];

	if (there && process_signal(process, SIGKILL, &err) < 0) {
		making->incomplete = true;
		snprintf(text, sizeof(text), "%s %s", "the controller", err.text);
		say_line(making, text);
	} else if (there) {
		bool dead = process_wait(process, DEATH_PATIENCE);

		making->incomplete |= !dead;
		snprintf(text, sizeof(text), say(dead ? TEXTS.killed : TEXTS.immortal), (int)pid);
		say_line(making, text);
		value_set_int(making->report, "killed", pid);
	}
	process_close(process);
}

static void deal_with_controller(struct making *making)
{
	nsec last = now_of(making) + ANSWER_PATIENCE;
	struct error ignored;
	int fd = controller_find(making->state, &ignored);
	pid_t pid = controller_pid(making->state);

	/* it may be coming up or going away: that takes no second */
	while (fd < 0 && pid && now_of(making) < last) {
		poll(NULL, 0, 20);
		fd = controller_find(making->state, &ignored);
		pid = controller_pid(making->state);
	}
	if (pid && (fd < 0 || !ask(making, fd)))
		kill_controller(making, pid);
	if (fd >= 0)
		close(fd);
}

/* ---- what is left ---- */

static void take_step(void *ctx, const struct value *step)
{
	struct making *making = ctx;
	const char *why = value_get_text(step, "why");
	const char *level = value_get_text(step, "level");
	int slot = (int)value_get_int(step, "slot", 0);
	char text[900];

	making->incomplete |= why != NULL;
	if (!slot)
		snprintf(text, sizeof(text), say(TEXTS.damaged), why ? why : "");
	else
		snprintf(text, sizeof(text), say(why ? TEXTS.failed : TEXTS.done), slot,
			 value_get_text(step, "what"), level ? level : "",
			 value_get_text(step, "where"), why);
	say_line(making, text);
	if (!making->json)
		fflush(stdout);
	value_add(making->steps, value_copy(step));
}

static void is_ready(void *ctx, const struct error *err)
{
	struct making *making = ctx;

	if (err)
		making->why = *err;
	loop_quit(making->loop);
}

static int make_leftovers_safe(struct making *making, struct error *err)
{
	struct guardian *guardian =
		guardian_new(making->loop, "/proc/self/exe", making->state, NULL);
	int done;
	pid_t holder;
	char text[200];

	guardian_on_step(guardian, take_step, making);
	guardian_ready(guardian, is_ready, making);
	done = loop_run(making->loop, err);
	guardian_free(guardian);
	if (done == 0 && making->why.text[0]) {
		*err = making->why;
		done = -1;
	}
	holder = done == 0 ? guardian_post_holder(making->state) : 0;
	if (holder) {
		snprintf(text, sizeof(text), say(TEXTS.held), (int)holder, (int)holder);
		say_line(making, text);
		value_set_int(making->report, "held_by", holder);
	}
	return done;
}

static bool is_anything_left(struct making *making, struct error *err)
{
	char **paths;
	size_t count;
	bool failed = safe_image_list(making->state, &paths, &count, err) < 0;

	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
	making->incomplete |= failed;
	return count > 0 || failed;
}

static int make_safe(struct making *making, struct error *err)
{
	char text[500];

	deal_with_controller(making);
	if (is_anything_left(making, err))
		return make_leftovers_safe(making, err);
	snprintf(text, sizeof(text), say(TEXTS.nothing), making->state);
	say_line(making, text);
	return 0;
}

static void print_report(struct making *making)
{
	value_set_bool(making->report, "safe", !making->incomplete);
	if (making->json)
		json_print(stdout, making->report);
}

static int safe(void *ctx, char **operands, int count, struct error *err)
{
	const struct safe_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	struct making making = {.state = state, .json = settings->json};
	int done = -1;

	(void)operands;
	(void)count;
	if (!state)
		return -1;
	making.report = value_map();
	making.steps = value_set(making.report, "steps", value_list());
	making.loop = loop_new(err);
	if (making.loop)
		done = make_safe(&making, err);
	if (done == 0 && place_misses_system(settings->state)) {
		making.incomplete = true;
		say_line(&making, say(TEXTS.elsewhere));
	}
	if (done == 0)
		print_report(&making);
	loop_free(making.loop);
	value_free(making.report);
	free(state);
	if (done < 0)
		return -1;
	return making.incomplete ? EXIT_IS_ERROR : EXIT_IS_PASS;
}

const struct command COMMAND_SAFE = {
	.name = "safe",
	.operands = "",
	.summary = {"make every output on real wires safe, now", "立即将所有实线输出置于安全状态"},
	.more = {"Stops the runs on real wires and makes safe whatever an earlier one left, also "
		 "when the controller is dead or hangs. Prints what it did, output by output; ends "
		 "with 0 when all of it was done, else with 3. Call it as often as you like.",
		 "中止实线上的检验,并处理此前遗留的输出;控制器失效或无应答时同样有效。逐项列出结果,"
		 "全部完成时退出码为 0,否则为 3。可反复执行。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct safe_settings),
	.run = safe,
};
