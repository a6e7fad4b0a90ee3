/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller as commands meet it: a local socket, lines of JSON, runs watched, stopped, refused.
 * Runs that must be caught in the middle keep real time.
 */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/claims.h"
#include "tests/controller_rig.h"

#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"
#define PARTS "y = { 'y', per = 'part', limit = '>= 5 Pa' }"
#define LONG_RUN                                                                                   \
	"fx.valve:open()\n" MEASURED                                                               \
	"for i = 1, 50 do m.y[i] = fx.pressure:read() wait '100 ms' end"

/* ---- runs ---- */

static void a_run_is_watched_to_its_verdict(void)
{
	struct house house;
	struct command command;
	struct value *event;

	house_open(&house);
	command = command_come(&house);
	command_run(&command, &house, &(struct mini_order){.body = MEASURED "log 'well'"}, 1);

	command_started(&command, &house);
	event = command_hear(&command, "judged");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_get(event, "measure"), "verdict"), "PASS");
	value_free(event);
	event = command_hear(&command, "note");
	CU_ASSERT_STRING_EQUAL(value_get_text(event, "text"), "well");
	value_free(event);
	CU_ASSERT(command_verdict(&command, "PASS", ""));

	CU_ASSERT_EQUAL(journal_count(house.bench.journal, "verdict"), 1);
	command_go(&command);
	house_close(&house);
}

static void one_connection_may_order_one_run_after_the_other(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);

	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));

	command_go(&command);
	house_close(&house);
}

static void a_busy_slot_is_refused_and_another_is_found(void)
{
	struct house house;
	struct command first, second, third;

	house_open(&house);
	first = command_come(&house);
	command_run(
		&first, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		1);
	command_started(&first, &house);

	second = command_come(&house);
	command_run(&second, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(command_refused(&second, "bench", "slot 1 is busy with another run"));
	third = command_come(&house);
	command_run(&third, &house, &(struct mini_order){.body = MEASURED}, 0);
	CU_ASSERT(command_verdict(&third, "PASS", ""));

	command_go(&first);
	command_go(&second);
	command_go(&third);
	house_close(&house);
}

static void status_names_run_slot_and_processes(void)
{
	struct house house;
	struct command command;
	struct value *run = NULL;

	house_open(&house);
	CU_ASSERT_EQUAL(house_runs(&house, NULL), 0);
	command = command_come(&house);
	command_run(
		&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		3);
	command_started(&command, &house);
	value_free(command_hear(&command, "judged"));

	CU_ASSERT_EQUAL_FATAL(house_runs(&house, &run), 1);

	CU_ASSERT_PTR_NOT_NULL(strstr(house.bench.journal, value_get_text(run, "run")));
	CU_ASSERT_STRING_EQUAL(value_get_text(run, "protocol"), "mini.test");
	CU_ASSERT_EQUAL(value_get_int(run, "slot", 0), 3);
	CU_ASSERT_EQUAL(kill((pid_t)value_get_int(run, "world", 0), 0), 0);
	CU_ASSERT_EQUAL(kill((pid_t)value_get_int(run, "runner", 0), SIGKILL), 0);
	CU_ASSERT(
		command_verdict(&command, "ERROR", "the script's process was killed by signal 9"));
	value_free(run);
	command_go(&command);
	house_close(&house);
}

static void a_run_is_stopped_by_its_connection(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	command_run(
		&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = LONG_RUN, .measures = PARTS},
		1);
	command_started(&command, &house);
	value_free(command_hear(&command, "judged"));

	command_say(&command, "{'do':'stop','why':'stopped by a claim'}");

	CU_ASSERT(command_verdict(&command, "ABORTED", "stopped by a claim"));
	CU_ASSERT(journal_is_safe(house.bench.journal));
	command_go(&command);
	house_close(&house);
}

static void an_answer_that_nobody_asked_for_does_nothing(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	command_say(&command, "{'do':'answer','id':7,'text':'yes'}");
	command_run(&command, &house,
		    &(struct mini_order){
			    .body = "operator:confirm { 'Seat it.', id = 'seat' }\n" MEASURED},
		    1);
	command_say(&command, "{'do':'answer','id':1000,'text':'yes'}");

	CU_ASSERT(command_verdict(&command, "PASS", ""));
	CU_ASSERT_EQUAL(house_runs(&house, NULL), 0);
	command_go(&command);
	house_close(&house);
}

static void an_answer_to_what_was_no_question_is_not_taken(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	command_run(
		&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = MEASURED "wait '600 ms'"},
		1);
	command_started(&command, &house);
	for (int round = 0; round < 20; round++) {
		for (int id = 1; id < 12; id++) {
			char line[64];

			snprintf(line, sizeof(line), "{'do':'answer','id':%d,'text':'yes'}", id);
			command_say(&command, line);
		}
		nanosleep(&(struct timespec){0, 50000000}, NULL);
	}

	CU_ASSERT(command_verdict(&command, "PASS", ""));
	command_go(&command);
	house_close(&house);
}

static void a_run_goes_on_when_its_command_has_gone(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	command_run(
		&command, &house,
		&(struct mini_order){.clock = CLOCK_KIND_REAL, .body = MEASURED "wait '300 ms'"},
		1);
	command_started(&command, &house);
	command_go(&command);

	for (int i = 0; i < 400 && house_runs(&house, NULL) > 0; i++)
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
	command = command_come(&house);
	command_run(&command, &house, &(struct mini_order){.body = "", .fault = "flood"}, 1);

	CU_ASSERT(command_refused(&command, "usage", "knows no fault 'flood'"));
	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	command_go(&command);
	house_close(&house);
}

static void nonsense_is_refused_and_the_connection_stays(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);

	command_say(&command, "{'do':'dance'}");
	CU_ASSERT(command_refused(&command, "usage", "the controller does not know 'dance'"));
	command_say(&command, "not JSON");
	CU_ASSERT(command_refused(&command, "usage", "request"));
	command_say(&command, "[]");
	CU_ASSERT(command_refused(&command, "usage", "the controller does not know ''"));
	command_say(&command, "{'do':'run'}");
	CU_ASSERT(command_refused(&command, "usage", "an order names a protocol"));
	command_say(&command, "{'do':'outbox'}");
	CU_ASSERT(command_refused(&command, "usage", "the outbox cannot be asked ''"));
	command_say(&command, "{'do':'outbox','ask':{'what':'next','destination':7}}");
	CU_ASSERT(command_refused(&command, "usage", "names no destination"));
	command_say(&command, "{'do':'stop'}");

	CU_ASSERT_EQUAL(house_runs(&house, NULL), 0);
	command_go(&command);
	house_close(&house);
}

/* A line of so many bytes, or its beginning; how much of it was taken. */
static size_t send_long(const struct command *command, size_t size)
{
	static char flood[1 << 16];
	size_t sent = 0;
	ssize_t more = 1;

	memset(flood, 'x', sizeof(flood));
	while (sent < size && more > 0) {
		more = send(command->fd, flood, sizeof(flood), MSG_NOSIGNAL);
		sent += more > 0 ? (size_t)more : 0;
	}
	return sent;
}

static void ten_megabytes_of_request_are_refused_and_harm_nobody(void)
{
	struct house house;
	struct command command, other;

	house_open(&house);
	command = command_come(&house);
	other = command_come(&house);
	CU_ASSERT(send_long(&command, 10 << 20) >= 10 << 20);
	command_say(&other, "{'do':'dance'}");
	CU_ASSERT(command_refused(&other, "usage", "'dance'"));
	command_say(&command, "");
	CU_ASSERT(command_refused(&command, "usage", "one line of JSON of at most 1 MiB"));
	command_say(&command, "{'do':'sing'}");
	CU_ASSERT(command_refused(&command, "usage", "'sing'"));

	CU_ASSERT_EQUAL(house_runs(&house, NULL), 0);
	command_go(&other);
	command_go(&command);
	house_close(&house);
}

static void a_line_without_end_ends_the_connection(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	CU_ASSERT(send_long(&command, 100 << 20) < 100 << 20);

	CU_ASSERT(command_refused(&command, "usage", "one line of JSON"));
	CU_ASSERT_PTR_NULL(command_next(&command));
	CU_ASSERT_EQUAL(house_runs(&house, NULL), 0);
	command_go(&command);
	house_close(&house);
}

static void a_request_that_says_something_twice_is_refused(void)
{
	struct house house;
	struct command command;

	house_open(&house);
	command = command_come(&house);
	command_say(&command, "{'do':'status','do':'safe'}");
	CU_ASSERT(command_refused(&command, "usage", "duplicate object key"));
	command_say(&command, "{'do':'append','record':{'kind':'event','step':'storing',"
			      "'equipment':['urn:x:1'],'equipment':['urn:x:2']}}");
	CU_ASSERT(command_refused(&command, "usage", "duplicate object key"));

	CU_ASSERT_EQUAL(house_runs(&house, NULL), 0);
	command_go(&command);
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
	claim(an_answer_to_what_was_no_question_is_not_taken);
	claim(a_run_goes_on_when_its_command_has_gone);
	claim(an_order_that_cannot_be_planned_is_refused_as_usage);
	claim(nonsense_is_refused_and_the_connection_stays);
	claim(ten_megabytes_of_request_are_refused_and_harm_nobody);
	claim(a_line_without_end_ends_the_connection);
	claim(a_request_that_says_something_twice_is_refused);
}
