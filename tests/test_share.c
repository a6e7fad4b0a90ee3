/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that share things. Alone, in virtual time: what the words do and what they refuse. Several in one
 * controller: in real time, whose waits are short, and in virtual time, where no journal may show that
 * there were others. The order in which a command hears of things is the order in which they happened.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/replay.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"
#define SERIAL "dut = { serial = { text = true, simulated = 'S' } }"

/* ---- one run ---- */

static void check_alone(enum verdict verdict, const char *part, const char *body)
{
	struct bench bench;
	struct replay replay;
	struct error err;

	bench_open(&bench);
	bench_run(&bench, .body = body);
	CU_ASSERT(bench_ended(&bench, verdict, part));
	if (replay_run(bench.journal, bench.program, &replay, &err) < 0)
		CU_FAIL(err.text);
	CU_ASSERT_EQUAL(replay.verdict, verdict);
	value_free(replay.summary);
	bench_close(&bench);
}

static void what_is_exclusive_runs_and_returns(void)
{
	check_alone(VERDICT_PASS, "",
		    "local a, b = exclusive('manifold', function()\n"
		    "  wait '1 s' return fx.pressure:read(), 7 end)\n"
		    "assert(b == 7) m.x = a\n"
		    "exclusive({ 'scale', 'manifold', 'operator' }, function() end)\n"
		    "exclusive('operator', function()\n"
		    "  operator:confirm { 'Seat it.', id = 'seat' } end)");
}

static void in_step_alone_goes_on_at_once_and_says_when(void)
{
	check_alone(VERDICT_PASS, "",
		    "wait '2 s'\n"
		    "local released = in_step('chamber')\n"
		    "assert(released - in_step 'chamber' == q '0 s')\n"
		    "local rise = fx.pressure:trace '200 ms' wait '3 s'\n"
		    "m.x = rise:time_to(0.5, { origin = released, start = '0 Pa',\n"
		    "  finish = '1.5 kPa' }) * q '10 kPa/s'");
}

#define ASK "local function ask() operator:confirm { 'Seat it.', id = 'seat' } end\n"

/* Whoever asks second is heard when the first was answered, at whatever bench time that is. */
static void tasks_of_a_run_ask_one_after_the_other(void)
{
	check_alone(
		VERDICT_PASS, "",
		ASK
		"together(ask, ask, function() exclusive('operator', ask) end, ask)\n" MEASURED);
}

static void a_question_that_waits_for_another_of_its_run_can_be_taken_back(void)
{
	check_alone(VERDICT_PASS, "",
		    ASK "race(function() together(ask, ask, ask) end, function() wait '1 ms' end)\n"
			"race(function() ask() wait '9 s' end, ask, function() end)\n" MEASURED);
}

static void nothing_is_taken_inside(void)
{
	check_alone(VERDICT_ERROR,
		    "mini.lua:10: this run has taken manifold: until it is given back it takes "
		    "nothing else and meets nobody",
		    "exclusive('manifold', function() exclusive('scale', function() end) end)");
	check_alone(VERDICT_ERROR, "this run has taken scale, manifold",
		    "exclusive({ 'scale', 'manifold' }, function() in_step 'chamber' end)");
	check_alone(VERDICT_ERROR, "this run has taken manifold",
		    "exclusive('manifold', function() exclusive('manifold', function() end) end)");
}

static void what_is_not_shared_is_refused_by_name(void)
{
	check_alone(VERDICT_ERROR, "the fixture shares no 'pump'",
		    "exclusive('pump', function() end)");
	check_alone(VERDICT_ERROR, "chamber is a meeting: in_step(\"chamber\")",
		    "exclusive('chamber', function() end)");
	check_alone(VERDICT_ERROR, "manifold is exclusive", "in_step 'manifold'");
	check_alone(VERDICT_ERROR, "scale is named twice",
		    "exclusive({ 'scale', 'scale' }, function() end)");
	check_alone(VERDICT_ERROR, "exclusive takes what is shared", "exclusive({}, print)");
	check_alone(VERDICT_ERROR, "exclusive takes names", "exclusive({ {} }, print)");
	check_alone(VERDICT_ERROR, "in_step takes the name", "in_step(7)");
}

static void two_tasks_of_a_run_do_not_both_take(void)
{
	check_alone(VERDICT_ERROR, "this run has taken manifold",
		    "together(function() exclusive('manifold', function() wait '5 s' end) end,\n"
		    "  function() wait '1 s' exclusive('scale', function() end) end)");
}

/* After an error that the script caught, a lost race and a cancelled wait the run takes something else. */
static void what_was_left_is_given_back_before_the_next(void)
{
	check_alone(VERDICT_PASS, "",
		    "local ok, why = pcall(exclusive, 'manifold', function() error 'no' end)\n"
		    "assert(not ok and why == 'mini.lua:10: no')\n"
		    "exclusive('scale', function() end)\n"
		    "race(function() exclusive('scale', function() wait '1 h' end) end,\n"
		    "  function() wait '1 s' end)\n"
		    "in_step 'chamber'\n"
		    "race(function() exclusive('scale', function() end) end,\n"
		    "  function() end)\n"
		    "exclusive('manifold', function() end)\n" MEASURED);
}

static void what_was_left_may_be_taken_again(void)
{
	check_alone(VERDICT_ERROR, "no",
		    "finally(function() exclusive('manifold', function() log 'again' end) end)\n"
		    "exclusive({ 'manifold', 'scale' }, function() error 'no' end)");
}

static void resources_are_declared_well(void)
{
	static const char *const WRONG[] = {
		"resources = { pump = 'mine' }",
		"is \"exclusive\" or \"in_step\"",
		"resources = { operator = 'in_step' }",
		"the operator is always exclusive",
		"resources = 'manifold'",
		"'resources' is a table",
		"resources = { a2345678901234567890123456789012 = 'exclusive' }",
		"31 bytes",
	};

	for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i += 2) {
		struct bench bench;
		char *fixture = xprintf("local bench = fixture { id = 'mini', title = 'T', %s, "
					"world = 'mini/world.lua' } return bench\n",
					WRONG[i]);

		bench_open(&bench);
		bench_put(&bench, "fixtures/mini/fixture.lua", fixture);
		plan_free(bench_plan(&bench, .body = ""));
		CU_ASSERT(bench_refused(&bench, WRONG[i + 1]));
		bench_close(&bench);
		free(fixture);
	}
}

/* ---- several, in real time ---- */

struct several {
	struct house house;
	struct command command;
	char notes[512]; /* "1in 2in …" */
	int over;
	char verdicts[4]; /* by slot */
};

static void begin(struct several *all, enum clock_kind clock, const char *body)
{
	memset(all, 0, sizeof(*all));
	strcpy(all->verdicts, "---");
	house_open(&all->house);
	all->command = command_come(&all->house);
	command_batch(&all->command, &all->house,
		      &(struct mini_order){.clock = clock, .header = SERIAL, .body = body}, "123");
}

enum { EVENTS_MOST = 5000 };

/*
 * Hear until this note, or one that ends with it ("w2": somebody is behind two), or to the end of all
 * (NULL). Each is kept with its slot.
 */
static void hear(struct several *all, const char *until)
{
	struct value *event;

	for (int i = 0; all->over < 3 && i < EVENTS_MOST; i++) {
		event = command_next(&all->command);
		const char *name = value_get_text(event, "event");
		const char *text = value_get_text(event, "text");
		int64_t slot = value_get_int(event, "slot", 0);
		char note[64] = "";

		if (!name)
			break;
		if (!strcmp(name, "note"))
			snprintf(note, sizeof(note), "%d%s", (int)slot, text);
		if (!strcmp(name, "waits"))
			snprintf(note, sizeof(note), "%d%c%d", (int)slot,
				 value_get_bool(event, "in_step") ? 'm' : 'w',
				 (int)value_get_int(event, "others", 0));
		if (!strcmp(name, "verdict") && slot >= 1 && slot <= 3) {
			all->verdicts[slot - 1] =
				*value_get_text(value_get(event, "summary"), "verdict");
			all->over++;
		}
		value_free(event);
		if (*note && strlen(all->notes) + strlen(note) + 2 < sizeof(all->notes))
			strcat(strcat(all->notes, note), " ");
		if (until && *note && (!strcmp(note, until) || !strcmp(note + 1, until)))
			return;
	}
	CU_ASSERT_PTR_NULL(until);
}

static void end(struct several *all)
{
	command_go(&all->command);
	house_close(&all->house);
}

static bool ended(struct several *all, const char *verdicts)
{
	hear(all, NULL);
	if (!strcmp(all->verdicts, verdicts))
		return true;
	printf("        it was: %s (%s)\n", all->verdicts, all->notes);
	return false;
}

/* Does each "in" have its "out" before the next? */
static bool one_at_a_time(const char *notes)
{
	char inside = 0;

	for (const char *at = notes; *at; at = strchr(at, ' ') + 1) {
		if (!strncmp(at + 1, "in ", 3)) {
			if (inside)
				return false;
			inside = *at;
		} else if (!strncmp(at + 1, "out ", 4)) {
			if (inside != *at)
				return false;
			inside = 0;
		}
	}
	return !inside;
}

#define IN_AND_OUT "log 'in' wait '100 ms' log 'out'"

static void one_run_at_a_time_has_it(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL,
	      "for i = 1, 3 do\n"
	      "  exclusive('manifold', function() " IN_AND_OUT " end)\n"
	      "end\n" MEASURED);

	CU_ASSERT(ended(&all, "PPP"));
	CU_ASSERT(one_at_a_time(all.notes));
	CU_ASSERT_PTR_NOT_NULL(strstr(all.notes, "w2"));
	end(&all);
}

/* Each asks for its two at once: in whichever order, nobody holds what another waits for. */
static void runs_that_want_the_same_two_things_do_not_wait_for_ever(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL,
	      "local two = test.dut.serial == 'S2' and { 'scale', 'manifold' }\n"
	      "  or { 'manifold', 'scale' }\n"
	      "for i = 1, 5 do exclusive(two, function() " IN_AND_OUT " end) end\n" MEASURED);

	CU_ASSERT(ended(&all, "PPP"));
	CU_ASSERT(one_at_a_time(all.notes));
	end(&all);
}

static void all_slots_go_on_when_the_last_has_come(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL,
	      "wait(test.dut.serial == 'S2' and '600 ms' or '100 ms')\n"
	      "log 'here' in_step 'chamber' log 'on'\n" MEASURED);
	hear(&all, "2here");
	CU_ASSERT_PTR_NULL(strstr(all.notes, "on"));
	CU_ASSERT_PTR_NOT_NULL(strstr(all.notes, "1here"));
	CU_ASSERT_PTR_NOT_NULL(strstr(all.notes, "3here"));

	CU_ASSERT(ended(&all, "PPP"));
	CU_ASSERT_PTR_NOT_NULL(strstr(all.notes, "1on"));
	CU_ASSERT_PTR_NOT_NULL(strstr(all.notes, "m1"));
	end(&all);
}

static void a_run_that_fails_before_the_meeting_is_not_waited_for(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL,
	      "if test.dut.serial == 'S2' then wait '300 ms' error 'broken' end\n"
	      "in_step 'chamber'\n" MEASURED);

	CU_ASSERT(ended(&all, "PEP"));
	end(&all);
}

static void a_meeting_that_one_run_leaves_out_is_not_waited_for_when_it_ends(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL,
	      "if test.dut.serial ~= 'S3' then in_step 'chamber' log 'on' end\n"
	      "wait '300 ms'\n" MEASURED "log 'out'");
	hear(&all, "3out");
	CU_ASSERT_PTR_NULL(strstr(all.notes, "on"));

	CU_ASSERT(ended(&all, "PPP"));
	end(&all);
}

/* ---- however a run ends, it gives back ---- */

#define FIRST_HOLDS(more)                                                                          \
	"in_step 'chamber' if test.dut.serial ~= 'S1' then wait '500 ms' end\n"                    \
	"exclusive('manifold', function()\n"                                                       \
	"  log 'in'\n"                                                                             \
	"  if test.dut.serial == 'S1' then " more " end\n"                                         \
	"end)\n" MEASURED

static void a_run_that_never_gives_back_does_when_it_is_stopped(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL, FIRST_HOLDS("while true do wait '100 ms' end"));
	hear(&all, "1in");
	hear(&all, "w2");
	CU_ASSERT_PTR_NULL(strstr(all.notes, "2in"));
	CU_ASSERT_PTR_NULL(strstr(all.notes, "3in"));
	command_say(&all.command, "{'do':'stop','slot':1}");

	CU_ASSERT(ended(&all, "APP"));
	end(&all);
}

static void a_run_that_raises_inside_gives_back(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL, FIRST_HOLDS("wait '500 ms' error 'bad'"));

	CU_ASSERT(ended(&all, "EPP"));
	end(&all);
}

static void a_run_that_trips_gives_back(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL, FIRST_HOLDS("fx.pressure:guard '<= 1 Pa' wait '10 s'"));

	CU_ASSERT(ended(&all, "EPP"));
	end(&all);
}

static void a_run_whose_process_is_killed_gives_back(void)
{
	struct several all;
	struct command asks;
	struct value *event;
	const struct value *runs;

	begin(&all, CLOCK_KIND_REAL, FIRST_HOLDS("wait '1 h'"));
	hear(&all, "w2");
	asks = command_come(&all.house);
	command_say(&asks, "{'do':'status'}");
	event = command_hear(&asks, "status");
	runs = value_get(event, "runs");
	for (size_t i = 0; i < value_count(runs); i++)
		if (value_get_int(value_at(runs, i), "slot", 0) == 1)
			kill((pid_t)value_get_int(value_at(runs, i), "runner", 0), SIGKILL);

	CU_ASSERT(ended(&all, "EPP"));
	value_free(event);
	command_go(&asks);
	end(&all);
}

static void a_run_that_waits_may_be_stopped(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL, FIRST_HOLDS("wait '4 s'"));
	hear(&all, "w2");
	command_say(&all.command, "{'do':'stop','slot':2}");

	CU_ASSERT(ended(&all, "PAP"));
	end(&all);
}

/* The next run has the manifold only once the outputs of the one before are safe. */
static void what_a_stopped_run_took_is_its_own_until_it_is_safe(void)
{
	struct several all;

	begin(&all, CLOCK_KIND_REAL,
	      "finally(function() log 'cleans' wait '500 ms' log 'clean' end)\n" FIRST_HOLDS(
		      "fx.motor:on() wait '1 h'"));
	hear(&all, "w2");
	command_say(&all.command, "{'do':'stop','slot':1}");
	hear(&all, "1clean");
	CU_ASSERT_PTR_NULL(strstr(all.notes, "2in"));
	CU_ASSERT_PTR_NULL(strstr(all.notes, "3in"));

	CU_ASSERT(ended(&all, "APP"));
	end(&all);
}

static void the_queue_stands_in_the_status(void)
{
	struct several all;
	struct command asks;
	struct value *event;
	const struct value *one;

	begin(&all, CLOCK_KIND_REAL, FIRST_HOLDS("wait '4 s'"));
	hear(&all, "w2");
	asks = command_come(&all.house);
	command_say(&asks, "{'do':'status'}");
	event = command_hear(&asks, "status");
	one = value_at(value_get(event, "resources"), 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(one);
	CU_ASSERT_STRING_EQUAL(value_get_text(one, "resource"), "manifold");
	CU_ASSERT_EQUAL(value_get_int(one, "slot", 0), 1);
	CU_ASSERT_EQUAL(value_count(value_get(one, "waits")), 2);
	CU_ASSERT(ended(&all, "PPP"));
	value_free(event);
	command_go(&asks);
	end(&all);
}

/* ---- several, in virtual time ---- */

#define SHARES                                                                                     \
	"fx.motor:on() wait '1 s'\n"                                                               \
	"local t = in_step 'chamber'\n"                                                            \
	"for i = 1, 3 do\n"                                                                        \
	"  exclusive({ 'manifold', 'scale' }, function() wait '700 ms' fx.pressure:read() end)\n"  \
	"  together(function() wait '100 ms' end, function()\n"                                    \
	"    operator:confirm { 'Seat it.', id = 'seat' } end,\n"                                  \
	"    function() exclusive('scale', function() fx.pressure:mean '1 s' end) end)\n"          \
	"  in_step 'chamber'\n"                                                                    \
	"end\n" MEASURED

static void in_virtual_time_no_journal_shows_the_others(void)
{
	struct several all;
	struct command alone;
	struct value *event;
	struct buf together, by_itself;
	char *folder;

	begin(&all, CLOCK_KIND_VIRTUAL, SHARES);
	CU_ASSERT(ended(&all, "PPP"));
	alone = command_come(&all.house);
	command_batch(&alone, &all.house, &(struct mini_order){.header = SERIAL, .body = SHARES},
		      "2");
	command_started(&alone, &all.house);
	event = command_hear(&alone, "verdict");

	by_itself = bench_bytes(all.house.bench.journal);
	folder = xstrdup(all.house.bench.journal);
	CU_ASSERT_STRING_EQUAL(folder + strlen(folder) - 2, ".2");
	folder[strlen(folder) - 2] = '\0';
	together = bench_bytes(folder);
	CU_ASSERT_EQUAL(together.size, by_itself.size);
	CU_ASSERT(together.size == by_itself.size &&
		  !memcmp(together.data, by_itself.data, together.size));
	buf_done(&together);
	buf_done(&by_itself);
	free(folder);
	value_free(event);
	command_go(&alone);
	end(&all);
}

/* The clock of a run that waits stands still; it must still be possible to end it. */
static void a_virtual_run_that_waits_may_be_stopped(void)
{
	struct house house;
	struct command holder, others;
	struct value *event;

	house_open(&house);
	holder = command_come(&house);
	command_batch(&holder, &house,
		      &(struct mini_order){.clock = CLOCK_KIND_REAL,
					   .body = "exclusive('manifold', function()\n"
						   "  log 'in' wait '1 h' end)"},
		      "1");
	value_free(command_hear(&holder, "note"));
	others = command_come(&house);
	command_batch(
		&others, &house,
		&(struct mini_order){.body = "fx.motor:on()\n"
					     "exclusive('manifold', function() end)\n" MEASURED},
		"23");
	value_free(command_hear(&others, "waits"));
	value_free(command_hear(&others, "waits"));

	command_say(&others, "{'do':'stop','slot':3}");
	event = command_hear(&others, "verdict");
	CU_ASSERT_EQUAL(value_get_int(event, "slot", 0), 3);
	value_free(event);
	command_say(&holder, "{'do':'stop'}");

	CU_ASSERT(command_verdict(&holder, "ABORTED", ""));
	CU_ASSERT(command_verdict(&others, "PASS", ""));
	command_go(&holder);
	command_go(&others);
	house_close(&house);
}

/* Making safe takes bench time, which must pass although the run waits for another. */
static void a_virtual_run_whose_bench_breaks_while_it_waits_ends(void)
{
	struct house house;
	struct command holder, other;
	const struct value *runs, *run = NULL;
	struct value *event;

	house_open(&house);
	holder = command_come(&house);
	command_batch(&holder, &house,
		      &(struct mini_order){.clock = CLOCK_KIND_REAL,
					   .body = "exclusive('manifold', function()\n"
						   "  log 'in' wait '1 h' end)"},
		      "1");
	value_free(command_hear(&holder, "note"));
	other = command_come(&house);
	command_batch(
		&other, &house,
		&(struct mini_order){.body = "fx.motor:on()\n"
					     "exclusive('manifold', function() end)\n" MEASURED},
		"2");
	value_free(command_hear(&other, "waits"));
	command_say(&other, "{'do':'status'}");
	event = command_hear(&other, "status");
	runs = value_get(event, "runs");
	for (size_t i = 0; i < value_count(runs); i++)
		if (value_get_int(value_at(runs, i), "slot", 0) == 2)
			run = value_at(runs, i);
	kill((pid_t)value_get_int(run, "runner", 0), SIGKILL);

	CU_ASSERT(command_verdict(&other, "ERROR", "killed by signal 9"));
	value_free(event);
	command_go(&holder);
	command_go(&other);
	house_close(&house);
}

void suite_share(void)
{
	suite_begin("share");
	claim(what_is_exclusive_runs_and_returns);
	claim(in_step_alone_goes_on_at_once_and_says_when);
	claim(tasks_of_a_run_ask_one_after_the_other);
	claim(a_question_that_waits_for_another_of_its_run_can_be_taken_back);
	claim(nothing_is_taken_inside);
	claim(what_is_not_shared_is_refused_by_name);
	claim(two_tasks_of_a_run_do_not_both_take);
	claim(what_was_left_is_given_back_before_the_next);
	claim(what_was_left_may_be_taken_again);
	claim(resources_are_declared_well);
	claim(one_run_at_a_time_has_it);
	claim(runs_that_want_the_same_two_things_do_not_wait_for_ever);
	claim(all_slots_go_on_when_the_last_has_come);
	claim(a_run_that_fails_before_the_meeting_is_not_waited_for);
	claim(a_meeting_that_one_run_leaves_out_is_not_waited_for_when_it_ends);
	claim(a_run_that_never_gives_back_does_when_it_is_stopped);
	claim(a_run_that_raises_inside_gives_back);
	claim(a_run_that_trips_gives_back);
	claim(a_run_whose_process_is_killed_gives_back);
	claim(a_run_that_waits_may_be_stopped);
	claim(what_a_stopped_run_took_is_its_own_until_it_is_safe);
	claim(the_queue_stands_in_the_status);
	claim(in_virtual_time_no_journal_shows_the_others);
	claim(a_virtual_run_that_waits_may_be_stopped);
	claim(a_virtual_run_whose_bench_breaks_while_it_waits_ends);
}
