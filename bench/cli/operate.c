/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy operate: a person moves the lines of a bench, asks its instruments and looks at bytes, through the
 * controller and its guard. What is typed is the controller's language (run/run_operate.c); here it is only sent,
 * one command after the other, and answers are put into words.
 *
 * Commands may come from a file or a pipe: the end of input is "quit", and the code then tells whether all of
 * them were done.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/conversation.h"
#include "cli/figures.h"
#include "cli/place.h"

struct operate_settings {
	int64_t slot;
	struct option_maybe sim;
	const char *state;
};

static const struct option OPTIONS[] = {
	{"slot",
	 OPTION_SLOT,
	 "N",
	 offsetof(struct operate_settings, slot),
	 {"the station's slot; else 1", "测试台的工位;缺省为 1"}},
	{"sim",
	 OPTION_MAYBE,
	 "[=FAULT]",
	 offsetof(struct operate_settings, sim),
	 {"STATION is the name of a fixture, simulated, perhaps with a fault: to learn on",
	  "STATION 为工装名,仿真运行,可带故障名:供练习"}},
	OPTION_STATE_ROW(struct operate_settings),
	{0},
};

static const struct {
	struct words ready, prompt, done, ends, no_fixture, gone, sent, came, silent, lines,
		devices, can_be, reads, sets, unsafe;
} TEXTS = {
	.ready =
		{"read NAME, set NAME VALUE, send PORT BYTES, watch PORT, unwatch PORT, show, quit",
		 "read 名称、set 名称 值、send 端口 字节、watch 端口、unwatch 端口、show、quit"},
	.prompt = {"> ", "> "},
	.done = {"done", "已执行"},
	.ends = {"everything safe; recorded as maintenance: %s", "已全部置于安全状态;维护记录: %s"},
	.no_fixture = {"there is no fixture '%s'; `davy list fixtures` shows those there are",
		       "没有工装 '%s';见 `davy list fixtures`"},
	.gone = {"the controller is gone; the guardian makes the outputs safe",
		 "控制器已退出;由守护进程将输出置于安全状态"},
	.sent = {"sent", "发出"},
	.came = {"came", "收到"},
	.silent = {"nothing came within 0.5 s", "0.5 s 内无应答"},
	.lines = {"lines", "信号线"},
	.devices = {"devices", "仪器"},
	.can_be = {"can be %s", "可置为 %s"},
	.reads = {"read", "可读"},
	.sets = {"set", "可设"},
	.unsafe = {"NOT SAFE", "非安全"},
};

struct session {
	struct loop *loop;
	struct conversation *conversation;
	struct watch *input;
	struct buf typed;
	bool ready, busy, ended_input, refused, leaving, over;
	int code;
	struct error *err;
};

/* ---- what is told ---- */

static void add_line(const struct value *line, struct table *table)
{
	const char *name = value_get_text(line, "name"), *level = value_get_text(line, "level");
	bool output = value_get(line, "safe") != NULL;
	char other[80] = "";

	if (output)
		snprintf(other, sizeof(other), say(TEXTS.can_be), value_get_text(line, "other"));
	table_add(table,
		  (const char *const[]){
			  name, level,
			  output && !value_get_bool(line, "safe") ? say(TEXTS.unsafe) : "", other});
}

static void print_lines(const struct value *lines)
{
	struct table *table = table_new(4);

	printf("%s:\n", say(TEXTS.lines));
	for (size_t i = 0; i < value_count(lines); i++)
		add_line(value_at(lines, i), table);
	table_print(table, 2, stdout);
	table_free(table);
}

static void print_items(const char *device, const struct value *items)
{
	for (size_t i = 0; i < value_count(items); i++) {
		const struct value *item = value_at(items, i), *words = value_get(item, "words");
		const char *unit = value_get_text(item, "unit");

		printf("%s%s.%s", i ? ", " : "", device, value_get_text(item, "name"));
		if (words)
			for (size_t w = 0; w < value_count(words); w++)
				printf("%s%s", w ? "|" : " ", value_at(words, w)->text);
		else if (unit && unit[0])
			printf(" (%s)", unit);
	}
	printf("\n");
}

static void print_devices(const struct value *devices)
{
	if (value_count(devices))
		printf("%s:\n", say(TEXTS.devices));
	for (size_t i = 0; i < value_count(devices); i++) {
		const struct value *device = value_at(devices, i);
		const char *name = value_get_text(device, "name");
		const char *identity = value_get_text(device, "identity");

		printf("  %s  %s  %s\n", name, value_get_text(device, "port"),
		       identity && identity[0] ? identity : "?");
		if (value_count(value_get(device, "reads"))) {
			printf("    %s: ", say(TEXTS.reads));
			print_items(name, value_get(device, "reads"));
		}
		if (value_count(value_get(device, "writes"))) {
			printf("    %s: ", say(TEXTS.sets));
			print_items(name, value_get(device, "writes"));
		}
	}
}

/* Hexadecimal, and what of it is text. */
static void print_bytes(const char *hex)
{
	printf("%s  \"", hex);
	for (const char *at = hex; at[0] && at[1]; at += at[2] ? 3 : 2) {
		char digits[3] = {at[0], at[1], '\0'};
		int byte = (int)strtol(digits, NULL, 16);

		putchar(byte >= ' ' && byte < 127 ? byte : '.');
	}
	printf("\"\n");
}

static void print_answer(const struct value *answer)
{
	const char *value = value_get_text(answer, "value"), *came = value_get_text(answer, "came");

	if (value_get(answer, "lines")) {
		print_lines(value_get(answer, "lines"));
		print_devices(value_get(answer, "devices"));
	} else if (value) {
		printf("%s\n", value);
	} else if (came && came[0]) {
		print_bytes(came);
	} else {
		printf("%s\n", came ? say(TEXTS.silent) : say(TEXTS.done));
	}
}

/* ---- what is typed ---- */

static void say_command(struct session *session, const char *text)
{
	struct value *request = value_map();

	value_set_text(request, "do", "operate");
	value_set_text(request, "text", text);
	session->busy = true;
	text += strspn(text, " \t");
	session->leaving = strcspn(text, " \t") == 4 && !strncmp(text, "quit", 4);
	conversation_say(session->conversation, request);
}

static void prompt(const struct session *session)
{
	if (isatty(STDIN_FILENO) && session->ready && !session->busy && !session->leaving &&
	    !session->over)
		printf("%s", say(TEXTS.prompt));
	fflush(stdout);
}

/* The next command, when the one before was answered. */
static void next_command(struct session *session)
{
	while (session->ready && !session->busy && !session->leaving && !session->over) {
		char *end = session->typed.size
				    ? memchr(session->typed.data, '\n', session->typed.size)
				    : NULL;
		size_t size = end ? (size_t)(end - session->typed.data) : session->typed.size;
		char *line;

		if (!end && !session->ended_input)
			break;
		if (!end && size == 0) {
			say_command(session, "quit");
			break;
		}
		line = xstrndup(session->typed.data, size);
		buf_drop(&session->typed, end ? size + 1 : size);
		line[strcspn(line, "\r")] = '\0';
		if (line[strspn(line, " \t")] && line[0] != '#')
			say_command(session, line);
		free(line);
	}
	prompt(session);
}

static void typed(void *ctx, uint32_t events)
{
	struct session *session = ctx;
	char bytes[4096];
	ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));

	(void)events;
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0) {
		buf_add(&session->typed, bytes, (size_t)got);
	} else {
		session->ended_input = true;
		loop_unwatch(session->input);
		session->input = NULL;
	}
	next_command(session);
}

/* A plain file can be no watch: it is read at once. */
static void listen_to_input(struct session *session)
{
	struct error ignored;

	session->input = loop_watch(session->loop, STDIN_FILENO, POLLIN, typed, session, &ignored);
	while (!session->input && !session->ended_input)
		typed(session, POLLIN);
}

static void interrupted(void *ctx, int number)
{
	struct session *session = ctx;
	struct value *request = value_map();

	(void)number;
	value_set_text(request, "do", "stop");
	value_set_text(request, "why", "stopped by whoever operated it");
	conversation_say(session->conversation, request);
}

/* ---- events ---- */

static void finish(struct session *session, int code)
{
	session->over = true;
	session->code = code;
	loop_quit(session->loop);
}

static void print_end(const char *verdict, const struct value *summary)
{
	char *why = figure_why(summary);

	printf("%s: %s\n", verdict, why ? why : "");
	free(why);
}

static void take_verdict(struct session *session, const struct value *event)
{
	const struct value *summary = value_get(event, "summary");
	const char *verdict = value_get_text(summary, "verdict");
	bool well = verdict && !strcmp(verdict, "INCONCLUSIVE");

	if (!well)
		print_end(verdict, summary);
	printf(say(TEXTS.ends), value_get_text(summary, "run"));
	printf("\n");
	finish(session, !well && verdict && !strcmp(verdict, "ABORTED") ? EXIT_IS_ABORTED
			: !well						? EXIT_IS_ERROR
			: session->refused				? EXIT_IS_ERROR
									: 0);
}

static void take_operated(struct session *session, const struct value *event)
{
	char *why = figure_why(event);

	session->busy = false;
	if (why) {
		session->refused = true;
		fflush(stdout);
		fprintf(stderr, "davy: %s\n", why);
	} else {
		print_answer(value_get(event, "answer"));
	}
	free(why);
	if (session->ready) {
		next_command(session);
		return;
	}
	session->ready = true; /* the first answer says what there is */
	if (isatty(STDIN_FILENO))
		printf("%s\n", say(TEXTS.ready));
	listen_to_input(session);
	next_command(session);
}

static void take_event(void *ctx, const struct value *event)
{
	struct session *session = ctx;
	const char *name = value_get_text(event, "event"), *why = value_get_text(event, "why");

	if (!strcmp(name, "operated")) {
		take_operated(session, event);
	} else if (!strcmp(name, "bytes")) {
		bool sent = !strcmp(value_get_text(event, "direction"), "sent");

		printf("%s %s: ", value_get_text(event, "port"),
		       say(sent ? TEXTS.sent : TEXTS.came));
		print_bytes(value_get_text(event, "hex"));
		fflush(stdout);
	} else if (!strcmp(name, "note")) {
		fprintf(stderr, "davy: %s\n", value_get_text(event, "text"));
	} else if (!strcmp(name, "refused")) {
		const char *kind = value_get_text(event, "kind");

		finish(session,
		       error_set(session->err,
				 kind && !strcmp(kind, "usage") ? ERROR_USAGE : ERROR_REFUSED, "%s",
				 why ? why : "refused"));
	} else if (!strcmp(name, "verdict")) {
		take_verdict(session, event);
	}
}

static void pause_of_events(void *ctx)
{
	(void)ctx;
}

static void controller_gone(void *ctx)
{
	struct session *session = ctx;

	if (!session->over)
		finish(session, error_set(session->err, ERROR_OS, "%s", say(TEXTS.gone)));
}

/* ---- */

static struct value *order_of(const struct operate_settings *settings, const char *operand,
			      struct error *err)
{
	struct value *order = value_map();
	char *tree = place_tree();
	char *path = settings->sim.given ? xprintf("%s/fixtures/%s/fixture.lua", tree, operand)
					 : place_absolute(operand);

	free(tree);
	value_set_bool(order, "by_hand", true);
	value_set_int(order, "slot", settings->slot ? settings->slot : 1);
	value_set_text(order, "clock", "real");
	value_set_bool(order, "simulated", settings->sim.given);
	value_set_text(order, settings->sim.given ? "fixture" : "station", path);
	value_set_text(order, "fault", settings->sim.text);
	if (settings->sim.given && !file_exists(path)) {
		error_set(err, ERROR_USAGE, say(TEXTS.no_fixture), operand);
		value_free(order);
		order = NULL;
	}
	free(path);
	return order;
}

static int hold_session(struct session *session, const char *state, struct value *order)
{
	static const struct conversation_handlers HANDLERS = {take_event, pause_of_events,
							      controller_gone};
	struct value *request;

	if (loop_signal(session->loop, SIGINT, interrupted, session, session->err) < 0 ||
	    loop_signal(session->loop, SIGTERM, interrupted, session, session->err) < 0)
		return -1;
	session->conversation =
		conversation_open(session->loop, state, &HANDLERS, session, session->err);
	if (!session->conversation)
		return -1;
	request = value_map();
	value_set_text(request, "do", "run");
	value_set(request, "order", value_copy(order));
	conversation_say(session->conversation, request);
	return loop_run(session->loop, session->err) < 0 ? -1 : session->code;
}

static int operate(void *ctx, char **operands, int count, struct error *err)
{
	const struct operate_settings *settings = ctx;
	struct session session = {.loop = loop_new(err), .err = err};
	struct value *order = session.loop ? order_of(settings, operands[0], err) : NULL;
	char *state = order ? place_state(settings->state, err) : NULL;
	int code = -1;

	(void)count;
	buf_init(&session.typed);
	if (state)
		code = hold_session(&session, state, order);
	conversation_close(session.conversation);
	loop_unwatch(session.input);
	buf_done(&session.typed);
	value_free(order);
	free(state);
	loop_free(session.loop);
	return code;
}

const struct command COMMAND_OPERATE = {
	.name = "operate",
	.operands = "STATION",
	.least = 1,
	.most = 1,
	.summary = {"move the lines of a bench and ask its instruments, by hand",
		    "手动操作测试台:驱动信号线、询问仪器"},
	.more = {"Everything passes the guard, is recorded as maintenance, and is never evidence.\n"
		 "Commands: show; read NAME; set NAME VALUE; send PORT BYTES (hexadecimal, or "
		 "\"text\\r\"); watch PORT; unwatch PORT; quit.\n"
		 "Ctrl-C makes everything safe and ends. Commands may also come from a file: davy "
		 "operate STATION <FILE.",
		 "全部操作受联锁保护,记为维护记录,不作检验证据。\n"
		 "命令:show;read 名称;set 名称 值;send 端口 字节(十六进制或 "
		 "\"text\\r\");watch 端口;unwatch 端口;quit。\n"
		 "Ctrl-C 将全部输出置于安全状态并结束。命令也可来自文件:davy operate STATION "
		 "<FILE。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct operate_settings),
	.run = operate,
};
