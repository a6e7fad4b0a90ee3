/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A controller, forked from the tests, and its clients with blocking sockets (tests/controller_rig.h).
 *
 * Its log goes nowhere: what it has to say to a command is what counts here. Whatever does not come within ten
 * seconds (claims_slowness() times as many) does not come, so that a broken controller fails its claim and not
 * the suite.
 */
#include "tests/controller_rig.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/controller.h"
#include "tests/claims.h"

enum { PATIENCE_MS = 10000 };

/* ---- the controller ---- */

static void serve(const struct house *house, bool leave_when_idle, int ready)
{
	struct error err;

	if (!freopen("/dev/null", "w", stderr)) /* its log */
		_exit(2);
	_exit(controller_serve(house->bench.state, house->bench.program, leave_when_idle, ready,
			       &err) == 0
		      ? 0
		      : 1);
}

/* Returns once it listens, or is gone. */
void house_start(struct house *house, bool leave_when_idle)
{
	int ready[2];
	char byte;

	CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
	fflush(stdout);
	house->pid = fork();
	if (house->pid == 0) {
		close(ready[0]);
		serve(house, leave_when_idle, ready[1]);
	}
	close(ready[1]);
	CU_ASSERT_EQUAL(read(ready[0], &byte, 1), 0);
	close(ready[0]);
}

/* Wait for its end: its exit status, or -1 when it lives on or was killed. */
int house_ended(struct house *house)
{
	int status = 0;

	for (int i = 0; i < PATIENCE_MS / 5 * claims_slowness(); i++) {
		if (waitpid(house->pid, &status, WNOHANG) == house->pid) {
			house->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		}
		nanosleep(&(struct timespec){0, 5000000}, NULL);
	}
	return -1;
}

void house_kill(struct house *house)
{
	CU_ASSERT_EQUAL(kill(house->pid, SIGKILL), 0);
	waitpid(house->pid, NULL, 0);
	house->pid = 0;
}

void house_open(struct house *house)
{
	memset(house, 0, sizeof(*house));
	bench_open(&house->bench);
	bench_be_patient(&house->bench);
	house_start(house, false);
}

void house_close(struct house *house)
{
	if (house->pid)
		house_kill(house);
	bench_close(&house->bench);
}

/* ---- a command ---- */

struct command command_come(const struct house *house)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct command command = {.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	char *path = controller_socket(house->bench.state);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	free(path);
	buf_init(&command.heard);
	CU_ASSERT_EQUAL_FATAL(connect(command.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return command;
}

void command_go(struct command *command)
{
	close(command->fd);
	buf_done(&command->heard);
}

void command_say(const struct command *command, const char *line)
{
	char *text = xprintf("%s\n", line);

	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	CU_ASSERT_EQUAL(send(command->fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	free(text);
}

/* The next line; NULL when none comes, or the other end is gone. */
struct value *command_next(struct command *command)
{
	struct pollfd ready = {.fd = command->fd, .events = POLLIN};
	struct value *event;
	struct error err;
	char bytes[4096], *end;

	while (!(end = memchr(command->heard.data, '\n', command->heard.size))) {
		ssize_t got = poll(&ready, 1, PATIENCE_MS * claims_slowness()) > 0
				      ? recv(command->fd, bytes, sizeof(bytes), 0)
				      : -1;

		if (got <= 0)
			return NULL;
		buf_add(&command->heard, bytes, (size_t)got);
	}
	event = json_parse(command->heard.data, (size_t)(end - command->heard.data), "event", &err);
	buf_drop(&command->heard, (size_t)(end - command->heard.data) + 1);
	return event;
}

/* Skip to an event of this name; the caller frees it. */
struct value *command_hear(struct command *command, const char *name)
{
	struct value *event;

	while ((event = command_next(command))) {
		if (!strcmp(value_get_text(event, "event"), name))
			return event;
		value_free(event);
	}
	CU_FAIL(name);
	return NULL;
}

/* One order for this per slot of "123", as a request. */
void command_batch(struct command *command, struct house *house, const struct mini_order *what,
		   const char *slots)
{
	struct value *request = value_map();
	struct value *orders = value_list();
	struct buf line;

	value_set_text(request, "do", "run");
	for (; *slots; slots++) {
		struct order *order = bench_order(&house->bench, what);
		char serial[] = {'S', *slots, '\0'};

		order->slot = *slots - '0';
		if (strstr(what->header ? what->header : "", "serial"))
			value_set_text(order->dut, "serial", serial);
		value_add(orders, order_to_value(order));
		order_free(order);
	}
	value_set(request, "orders", orders);
	buf_init(&line);
	json_write(&line, request);
	command_say(command, line.data);
	buf_done(&line);
	value_free(request);
}

/* The order for this, as a request. */
void command_run(struct command *command, struct house *house, const struct mini_order *what,
		 int slot)
{
	struct order *order = bench_order(&house->bench, what);
	struct value *request = value_map();
	struct buf line;

	order->slot = slot;
	value_set_text(request, "do", "run");
	value_set(request, "order", order_to_value(order));
	buf_init(&line);
	json_write(&line, request);
	command_say(command, line.data);
	buf_done(&line);
	value_free(request);
	order_free(order);
}

/* Its run has begun; the journal's folder goes into the bench. */
void command_started(struct command *command, struct house *house)
{
	struct value *event = command_hear(command, "started");

	snprintf(house->bench.journal, sizeof(house->bench.journal), "%s/runs/%s",
		 house->bench.state, value_get_text(event, "run"));
	value_free(event);
}

bool command_verdict(struct command *command, const char *verdict, const char *part)
{
	struct value *event = command_hear(command, "verdict");
	const struct value *summary = value_get(event, "summary");
	const char *said_ = value_get_text(summary, "verdict");
	const char *why = value_get_text(summary, "why");
	bool fits = said_ && why && !strcmp(said_, verdict) && strstr(why, part);

	if (!fits)
		printf("        it was: %s: %s\n", said_ ? said_ : "?", why ? why : "?");
	value_free(event);
	return fits;
}

bool command_refused(struct command *command, const char *kind, const char *part)
{
	struct value *event = command_hear(command, "refused");
	const char *why = value_get_text(event, "why");
	bool fits = why && !strcmp(value_get_text(event, "kind"), kind) && strstr(why, part);

	if (!fits)
		printf("        it was: %s\n", why ? why : "?");
	value_free(event);
	return fits;
}

/* How many runs are on; with `first`, a copy of the first's entry. */
size_t house_runs(const struct house *house, struct value **first)
{
	struct command command = command_come(house);
	struct value *event;
	size_t count;

	command_say(&command, "{'do':'status'}");
	event = command_hear(&command, "status");
	count = value_count(value_get(event, "runs"));
	if (first && count)
		*first = value_copy(value_at(value_get(event, "runs"), 0));
	value_free(event);
	command_go(&command);
	return count;
}

struct value *house_run(struct house *house, const struct mini_order *what)
{
	struct command command = command_come(house);
	struct value *event, *summary;

	command_run(&command, house, what, 1);
	command_started(&command, house);
	event = command_hear(&command, "verdict");
	summary = value_copy(value_get(event, "summary"));
	value_free(event);
	command_go(&command);
	return summary;
}
