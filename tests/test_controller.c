/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller as commands meet it: a process of its own, a local socket, lines of JSON; and what is
 * left when it is killed. Runs that must be caught in the middle keep real time.
 */
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
#include "base/file.h"
#include "base/json.h"
#include "run/controller.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

enum { PATIENCE_MS = 10000 };

#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"
#define PARTS "y = { 'y', per = 'part', limit = '>= 5 Pa' }"
#define LONG_RUN                                                                                   \
	"fx.valve:open()\n" MEASURED                                                               \
	"for i = 1, 50 do m.y[i] = fx.pressure:read() wait '100 ms' end"

struct house {
	struct bench bench;
	pid_t pid;
};

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
static void start(struct house *house, bool leave_when_idle)
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
static int ended(struct house *house)
{
	int status = 0;

	for (int i = 0; i < PATIENCE_MS / 5; i++) {
		if (waitpid(house->pid, &status, WNOHANG) == house->pid) {
			house->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		}
		nanosleep(&(struct timespec){0, 5000000}, NULL);
	}
	return -1;
}

static void house_open(struct house *house)
{
	memset(house, 0, sizeof(*house));
	bench_open(&house->bench);
	bench_be_patient(&house->bench);
	start(house, false);
}

static void house_close(struct house *house)
{
	if (house->pid) {
		kill(house->pid, SIGKILL);
		waitpid(house->pid, NULL, 0);
	}
	bench_close(&house->bench);
}

/* ---- a command ---- */

struct command {
	int fd;
	struct buf heard;
};

static struct command come(const struct house *house)
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

static void go(struct command *command)
{
	close(command->fd);
	buf_done(&command->heard);
}

static void say(const struct command *command, const char *line)
{
	char *text = xprintf("%s\n", line);

	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	CU_ASSERT_EQUAL(send(command->fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	free(text);
}

/* The next line; NULL when none comes, or the other end is gone. */
static struct value *next_event(struct command *command)
{
	struct pollfd ready = {.fd = command->fd, .events = POLLIN};
	struct value *event;
	struct error err;
	char bytes[4096], *end;

	while (!(end = memchr(command->heard.data, '\n', command->heard.size))) {
		ssize_t got = poll(&ready, 1, PATIENCE_MS) > 0
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
static struct value *hear(struct command *command, const char *name)
{
	struct value *event;

	while ((event = next_event(command))) {
		if (!strcmp(value_get_text(event, "event"), name))
			return event;
		value_free(event);
	}
	CU_FAIL(name);
	return NULL;
}

/* The order for this, as a request. */
static void ask_run(struct command *command, struct house *house, const struct mini_order *what,
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
	say(command, line.data);
	buf_done(&line);
	value_free(request);
	order_free(order);
}

/* Its run has begun; the journal's folder goes into the bench. */
static void hear_started(struct command *command, struct house *house)
{
	struct value *event = hear(command, "started");

	snprintf(house->bench.journal, sizeof(house->bench.journal), "%s/runs/%s",
		 house->bench.state, value_get_text(event, "run"));
	value_free(event);
}

static bool hear_verdict(struct command *command, const char *verdict, const char *part)
{
	struct value *event = hear(command, "verdict");
	const struct value *summary = value_get(event, "summary");
	const char *said_ = value_get_text(summary, "verdict");
	const char *why = value_get_text(summary, "why");
	bool fits = said_ && why && !strcmp(said_, verdict) && strstr(why, part);

	if (!fits)
		printf("        it was: %s: %s\n", said_ ? said_ : "?", why ? why : "?");
	value_free(event);
	return fits;
}

static bool hear_refused(struct command *command, const char *kind, const char *part)
{
	struct value *event = hear(command, "refused");
	const char *why = value_get_text(event, "why");
	bool fits = why && !strcmp(value_get_text(event, "kind"), kind) && strstr(why, part);

	if (!fits)
		printf("        it was: %s\n", why ? why : "?");
	value_free(event);
	return fits;
}

/* How many runs are on; with `first`, a copy of the first's entry. */
static size_t count_runs(const struct house *house, struct value **first)
{
	struct command command = come(house);
	struct value *event;
	size_t count;

	say(&command, "{'do':'status'}");
	event = hear(&command, "status");
	count = value_count(value_get(event, "runs"));
	if (first && count)
		*first = value_copy(value_at(value_get(event, "runs"), 0));
	value_free(event);
	go(&command);
	return count;
}

/* ---- runs ---- */

static void a_run_is_watched_to_its_verdict(void)
{
	struct house house;
	struct command command;
	struct value *event;

	house_open(&house);
	command = come(&house);
	ask_run(&command, &house, &(struct mini_order){.body = MEASURED "log 'well'"}, 1);

	hear_started(&command, &house);
	event = hear(&command, "judged");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_get(event, "measure"), "verdict"), "PASS");
	value_free(event);
	event = hear(&command, "note");
	CU_ASSERT_STRING_EQUAL(value_get_text(event, "text"), "well");
	value_free(event);
	CU_ASSERT(hear_verdict(&command, "PASS", ""));

	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "verdict"), 1);
	go(&command);
	house_close(&house);
}

static void one_connection_may_order_one_run_after_the_other(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = come(&house);

	ask_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(hear_verdict(&command, "PASS", ""));
	ask_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(hear_verdict(&command, "PASS", ""));

	go(&command);
	house_close(&house);
}

static void a_busy_slot_is_refused_and_another_is_found(void)
{
	struct house house;
	struct command first, second, third;

	house_open(&house);
	first = come(&house);
	ask_run(&first, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		1);
	hear_started(&first, &house);

	second = come(&house);
	ask_run(&second, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(hear_refused(&second, "bench", "slot 1 is busy with another run"));
	third = come(&house);
	ask_run(&third, &house, &(struct mini_order){.body = MEASURED}, 0);
	CU_ASSERT(hear_verdict(&third, "PASS", ""));

	go(&first);
	go(&second);
	go(&third);
	house_close(&house);
}

static void status_names_run_slot_and_processes(void)
{
	struct house house;
	struct command command;
	struct value *run = NULL;

	house_open(&house);
	CU_ASSERT_EQUAL(count_runs(&house, NULL), 0);
	command = come(&house);
	ask_run(&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		3);
	hear_started(&command, &house);
	value_free(hear(&command, "judged"));

	CU_ASSERT_EQUAL_FATAL(count_runs(&house, &run), 1);

	CU_ASSERT_PTR_NOT_NULL(strstr(house.bench.journal, value_get_text(run, "run")));
	CU_ASSERT_STRING_EQUAL(value_get_text(run, "protocol"), "mini.test");
	CU_ASSERT_EQUAL(value_get_int(run, "slot", 0), 3);
	CU_ASSERT_EQUAL(kill((pid_t)value_get_int(run, "world", 0), 0), 0);
	CU_ASSERT_EQUAL(kill((pid_t)value_get_int(run, "runner", 0), SIGKILL), 0);
	CU_ASSERT(hear_verdict(&command, "ERROR", "the script's process was killed by signal 9"));
	value_free(run);
	go(&command);
	house_close(&house);
}

static void a_run_is_stopped_by_its_connection(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = come(&house);
	ask_run(&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		1);
	hear_started(&command, &house);
	value_free(hear(&command, "judged"));

	say(&command, "{'do':'stop','why':'stopped by a claim'}");

	CU_ASSERT(hear_verdict(&command, "ABORTED", "stopped by a claim"));
	CU_ASSERT(journal_is_safe(house.bench.journal));
	go(&command);
	house_close(&house);
}

static void an_answer_that_nobody_asked_for_does_nothing(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = come(&house);
	say(&command, "{'do':'answer','id':7,'text':'yes'}");
	ask_run(&command, &house,
		&(struct mini_order){
			.body = "operator:confirm { 'Seat it.', id = 'seat' }\n" MEASURED},
		1);
	say(&command, "{'do':'answer','id':1000,'text':'yes'}");

	CU_ASSERT(hear_verdict(&command, "PASS", ""));
	CU_ASSERT_EQUAL(count_runs(&house, NULL), 0);
	go(&command);
	house_close(&house);
}

static void a_run_goes_on_when_its_command_has_gone(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = come(&house);
	ask_run(&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = MEASURED "wait '300 ms'"},
		1);
	hear_started(&command, &house);
	go(&command);

	for (int i = 0; i < 400 && count_runs(&house, NULL) > 0; i++)
		nanosleep(&(struct timespec){0, 10000000}, NULL);

	CU_ASSERT(journal_says(house.bench.journal, "'verdict':'PASS'"));
	house_close(&house);
}

/* ---- what is refused ---- */

static void an_order_that_cannot_be_planned_is_refused_as_usage(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = come(&house);
	ask_run(&command, &house, &(struct mini_order){.body = "", .fault = "flood"}, 1);

	CU_ASSERT(hear_refused(&command, "usage", "knows no fault 'flood'"));
	ask_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(hear_verdict(&command, "PASS", ""));
	go(&command);
	house_close(&house);
}

static void nonsense_is_refused_and_the_connection_stays(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = come(&house);

	say(&command, "{'do':'dance'}");
	CU_ASSERT(hear_refused(&command, "usage", "the controller does not know 'dance'"));
	say(&command, "not JSON");
	CU_ASSERT(hear_refused(&command, "usage", "request"));
	say(&command, "[]");
	CU_ASSERT(hear_refused(&command, "usage", "the controller does not know ''"));
	say(&command, "{'do':'run'}");
	CU_ASSERT(hear_refused(&command, "usage", "an order names a protocol"));
	say(&command, "{'do':'stop'}");

	CU_ASSERT_EQUAL(count_runs(&house, NULL), 0);
	go(&command);
	house_close(&house);
}

static void a_line_without_end_ends_the_connection(void)
{
	static char flood[1 << 16];
	struct house house;
	struct command command;
	ssize_t sent = 1;

	house_open(&house);
	command = come(&house);
	memset(flood, 'x', sizeof(flood));
	for (int i = 0; i < 64 && sent > 0; i++)
		sent = send(command.fd, flood, sizeof(flood), MSG_NOSIGNAL);

	CU_ASSERT_PTR_NULL(next_event(&command));
	CU_ASSERT_EQUAL(count_runs(&house, NULL), 0);
	go(&command);
	house_close(&house);
}

/* ---- its own life ---- */

static void a_second_controller_is_refused_by_the_folder_s_name(void)
{
	struct house house;
	struct error err = {0};

	house_open(&house);

	CU_ASSERT_EQUAL(controller_serve(house.bench.state, house.bench.program, true, -1, &err),
			-1);

	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "another controller has the state folder"));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, house.bench.state));
	house_close(&house);
}

static void an_idle_controller_leaves(void)
{
	struct house house = {0};

	bench_open(&house.bench);
	start(&house, true);

	CU_ASSERT_EQUAL(ended(&house), 0);
	house_close(&house);
}

static void a_controller_leaves_after_its_last_run(void)
{
	struct house house = {0};
	struct command command;

	bench_open(&house.bench);
	start(&house, true);
	command = come(&house);
	ask_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(hear_verdict(&command, "PASS", ""));
	go(&command);

	CU_ASSERT_EQUAL(ended(&house), 0);
	house_close(&house);
}

static void a_controller_that_is_told_to_stop_ends_its_runs(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = come(&house);
	ask_run(&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		1);
	hear_started(&command, &house);
	value_free(hear(&command, "judged"));

	kill(house.pid, SIGTERM);

	CU_ASSERT(hear_verdict(&command, "ABORTED", "the controller was told to stop"));
	CU_ASSERT_EQUAL(ended(&house), 0);
	CU_ASSERT(journal_is_safe(house.bench.journal));
	go(&command);
	house_close(&house);
}

/* Is it no more than an entry that nobody has read? */
static bool is_dead(int64_t pid)
{
	char *path = xprintf("/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	char state = 'Z';

	if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (file)
		fclose(file);
	free(path);
	return state == 'Z';
}

/* Kill it this long after the run's n-th measure; a second one must end the run, once. */
static void check_killed(int measures, int after_ms)
{
	struct house house;
	struct command command;
	struct value *run = NULL;
	int judged;

	house_open(&house);
	command = come(&house);
	ask_run(&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		1);
	hear_started(&command, &house);
	for (int i = 0; i < measures; i++)
		value_free(hear(&command, "judged"));
	count_runs(&house, &run);
	nanosleep(&(struct timespec){0, after_ms * 1000000L}, NULL);

	kill(house.pid, SIGKILL);
	waitpid(house.pid, NULL, 0);
	judged = journal_count(house.bench.journal, "judged");
	start(&house, false);

	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "verdict"), 1);
	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "recovered"), 1);
	CU_ASSERT(journal_says(house.bench.journal, "'verdict':'ABORTED'"));
	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "judged"), judged);
	CU_ASSERT(judged >= measures - 1);
	CU_ASSERT_EQUAL(count_runs(&house, NULL), 0);
	CU_ASSERT(is_dead(value_get_int(run, "world", 1)));
	value_free(run);
	go(&command);
	house_close(&house);
}

static void a_run_whose_controller_was_killed_gets_its_verdict_from_the_next(void)
{
	check_killed(0, 0);
	check_killed(1, 3);
	check_killed(3, 50);
}

static void the_next_controllers_leave_a_verdict_alone(void)
{
	struct house house;
	struct command command;
	struct buf before, after;

	house_open(&house);
	command = come(&house);
	ask_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	hear_started(&command, &house);
	CU_ASSERT(hear_verdict(&command, "PASS", ""));
	before = bench_bytes(house.bench.journal);
	kill(house.pid, SIGKILL);
	waitpid(house.pid, NULL, 0);

	start(&house, false);

	after = bench_bytes(house.bench.journal);
	CU_ASSERT_EQUAL_FATAL(before.size, after.size);
	CU_ASSERT_EQUAL(memcmp(before.data, after.data, after.size), 0);
	buf_done(&before);
	buf_done(&after);
	go(&command);
	house_close(&house);
}

void suite_controller(void)
{
	suite_begin("controller");
	claim(a_run_is_watched_to_its_verdict);
	claim(one_connection_may_order_one_run_after_the_other);
	claim(a_busy_slot_is_refused_and_another_is_found);
	claim(status_names_run_slot_and_processes);
	claim(a_run_is_stopped_by_its_connection);
	claim(an_answer_that_nobody_asked_for_does_nothing);
	claim(a_run_goes_on_when_its_command_has_gone);
	claim(an_order_that_cannot_be_planned_is_refused_as_usage);
	claim(nonsense_is_refused_and_the_connection_stays);
	claim(a_line_without_end_ends_the_connection);
	claim(a_second_controller_is_refused_by_the_folder_s_name);
	claim(an_idle_controller_leaves);
	claim(a_controller_leaves_after_its_last_run);
	claim(a_controller_that_is_told_to_stop_ends_its_runs);
	claim(a_run_whose_controller_was_killed_gets_its_verdict_from_the_next);
	claim(the_next_controllers_leave_a_verdict_alone);
}
