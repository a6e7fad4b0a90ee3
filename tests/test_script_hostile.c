/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script cannot do: reach out, run away with memory, look at addresses and clocks, or keep the
 * controller from ending it.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strain.h"
#include "tests/cell.h"
#include "tests/claims.h"

#define SAYS(cell, type, n, json) CU_ASSERT_STRING_EQUAL(cell_said(cell, type, n), json)

/* ---- what is not there ---- */

static void check_absent(const char *name)
{
	char *body = xprintf("local x = %s", name);
	char *why = xprintf("t.lua:10: there is no '%s' here", name);
	struct cell *cell = cell_run(body);

	CU_ASSERT(cell_failed(cell, "script", why));
	cell_free(cell);
	free(why);
	free(body);
}

static void there_is_no_way_to_files_processes_or_more_code(void)
{
	static const char *const ABSENT[] = {"io",	   "os",     "debug",	 "package", "load",
					     "loadstring", "dofile", "loadfile", "require"};

	for (size_t i = 0; i < sizeof(ABSENT) / sizeof(ABSENT[0]); i++)
		check_absent(ABSENT[i]);
}

static void there_is_no_coroutine_no_collector_and_no_global_table(void)
{
	check_absent("coroutine");
	check_absent("collectgarbage");
	check_absent("_G");
	check_absent("rawset");
}

static void a_misspelt_global_is_named(void)
{
	struct cell *cell = cell_run("\n\nwiat '1 s'");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:12: there is no 'wiat' here"));
	cell_free(cell);
}

static void a_global_is_not_made_by_assigning(void)
{
	struct cell *cell = cell_run("count = 1");

	CU_ASSERT(cell_failed(cell, "script", "'count' is assigned but never declared"));
	cell_free(cell);
}

static void compiled_lua_is_refused(void)
{
	struct cell *cell = cell_load("driver", "\x1bLua then anything", "");

	CU_ASSERT(cell_failed(cell, "usage", "t.lua:1: this is compiled Lua"));
	cell_free(cell);
}

static void libraries_and_their_metatables_cannot_be_changed(void)
{
	struct cell *library = cell_run("string.format = nil");
	struct cell *text = cell_run("print(getmetatable(''), getmetatable(q '1 Pa'))");
	struct cell *words = cell_run("wait = nil");

	CU_ASSERT(cell_failed(library, "script", "string cannot be changed"));
	SAYS(text, FRAME_NOTE, 0, "{'text':'false false'}");
	CU_ASSERT(cell_failed(words, "script", "'wait' is assigned but never declared"));
	cell_free(library);
	cell_free(text);
	cell_free(words);
}

static void finalizers_and_weak_tables_are_refused_by_name(void)
{
	struct cell *gc = cell_run("setmetatable({}, { __gc = function() end })");
	struct cell *weak = cell_run("setmetatable({}, { __mode = 'k' })");

	CU_ASSERT(cell_failed(gc, "script", "t.lua:10: setmetatable: __gc is not available"));
	CU_ASSERT(cell_failed(weak, "script", "t.lua:10: setmetatable: __mode is not available"));
	cell_free(gc);
	cell_free(weak);
}

/* ---- running away ---- */

/* Does the process stay silent for a while after this body began? It is killed then. */
static bool stays_silent(const char *body)
{
	struct cell *cell = cell_start();
	struct pollfd ready = {.fd = cell->fd, .events = POLLIN};
	bool silent;

	cell_add_source(cell, "t.lua", body);
	cell_add(cell, FRAME_START, 0, "{'mode': 'load', 'kind': 'driver', 'source': 't.lua'}");
	CU_ASSERT(send(cell->fd, cell->packet.data, cell->packet.size, 0) > 0);
	silent = poll(&ready, 1, 100) == 0;
	cell_kill(cell);
	cell_free(cell);
	return silent;
}

static void an_endless_loop_can_still_be_killed(void)
{
	CU_ASSERT(stays_silent("while true do end"));
}

static void a_loop_of_pcalls_can_still_be_killed(void)
{
	CU_ASSERT(stays_silent("while true do pcall(error) end"));
}

static void a_pattern_that_backtracks_can_still_be_killed(void)
{
	CU_ASSERT(stays_silent("return ('a'):rep(10000):find('.-.-.-.-b$')"));
}

/* With a collection inside every allocation, 64 MiB are filled in hours. */
static bool takes_hours(void)
{
	if (STRAIN_TORTURES)
		claim_skip("the torture build collects all of it at every allocation");
	return STRAIN_TORTURES;
}

static void running_out_of_memory_is_reported(void)
{
	if (takes_hours())
		return;
	struct cell *cell = cell_run("local t = {}\n"
				     "for i = 1, 1e9 do t[i] = { i } end");

	CU_ASSERT(cell_failed(cell, "memory", "more than its 64 MiB of memory"));
	cell_free(cell);
}

static void a_pcall_does_not_hide_that_memory_ran_out(void)
{
	if (takes_hours())
		return;
	struct cell *cell = cell_run("pcall(function() local t = {} for i = 1, 1e9 do t[i] = { i } "
				     "end end)\nwait '1 s'");

	CU_ASSERT(cell_failed(cell, "memory", "memory"));
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_REQUEST), 0);
	cell_free(cell);
}

static void a_pcall_does_not_hide_a_text_that_was_too_long(void)
{
	struct cell *cell =
		cell_run("local big = ('x'):rep(2^24 - 1)\n"
			 "pcall(table.concat, { big, big, big, big, big })\nwait '1 s'");

	CU_ASSERT(cell_failed(cell, "memory", "memory"));
	cell_free(cell);
}

static void garbage_is_no_hit(void)
{
	struct cell *cell = cell_run("local keep = {}\n"
				     "for i = 1, 30 do keep[i] = ('x'):rep(2^20 + i) end\n"
				     "for i = 1, 100 do local t = ('y'):rep(2^20 + i) end\n"
				     "print 'fine'");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'fine'}");
	cell_free(cell);
}

static void a_long_repetition_is_refused_before_it_is_made(void)
{
	struct cell *cell = cell_run("local s = ('x'):rep(1e9)");

	CU_ASSERT(cell_failed(cell, "script", "string.rep: the result would pass 16 MiB"));
	cell_free(cell);
}

static void recursion_without_end_runs_out_of_memory(void)
{
	struct cell *cell = cell_run("local function f() return 1 + f() end\nf()");

	CU_ASSERT(cell_failed(cell, "memory", "memory"));
	cell_free(cell);
}

/* ---- the same again ---- */

static void pairs_goes_by_number_then_text_then_truth(void)
{
	struct cell *cell = cell_run(
		"local t = { b = 1, a = 1, [10] = 1, [2] = 1, [true] = 1, [-1.5] = 1, ab = 1 }\n"
		"local keys = {}\n"
		"for k in pairs(t) do keys[#keys + 1] = tostring(k) end\n"
		"print(table.concat(keys, ' '))\n"
		"print(next(t), next({}), next(t, 'ab'))");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'-1.5 2 10 a ab b true'}");
	SAYS(cell, FRAME_NOTE, 1, "{'text':'-1.5 nil b 1'}");
	cell_free(cell);
}

static void removing_while_walking_is_allowed(void)
{
	struct cell *cell = cell_run("local t, seen = { a = 1, b = 1, c = 1 }, ''\n"
				     "for k in pairs(t) do seen = seen .. k t.b = nil end\n"
				     "print(seen)");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'ac'}");
	cell_free(cell);
}

static void a_key_without_an_order_is_refused(void)
{
	struct cell *cell = cell_run("for k in pairs { [{}] = 1 } do end");

	CU_ASSERT(cell_failed(cell, "script", "pairs: a key that is a table has no order"));
	cell_free(cell);
}

static void sorting_is_stable(void)
{
	struct cell *cell = cell_run(
		"local t = {}\n"
		"for i = 1, 400 do t[i] = { k = i % 3, i = i } end\n"
		"table.sort(t, function(a, b) return a.k < b.k end)\n"
		"for i = 2, 400 do\n"
		"  assert(t[i - 1].k < t[i].k or (t[i - 1].k == t[i].k and t[i - 1].i < t[i].i))\n"
		"end\n"
		"print 'stable'");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'stable'}");
	cell_free(cell);
}

static void an_order_that_contradicts_itself_still_ends(void)
{
	struct cell *cell = cell_run("local t = {}\n"
				     "for i = 1, 300 do t[i] = i end\n"
				     "table.sort(t, function() return true end)\nprint(#t)");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'300'}");
	cell_free(cell);
}

static void addresses_never_show(void)
{
	struct cell *cell = cell_run("local t = {}\n"
				     "print(t, print, tostring(t), ('%s %s'):format(t, print))\n"
				     "print(pcall(error, t))\n"
				     "print(pcall(string.format, '%5.2p', t))\n"
				     "error(t)");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'table function table table function'}");
	SAYS(cell, FRAME_NOTE, 1, "{'text':'false table'}");
	SAYS(cell, FRAME_NOTE, 2,
	     "{'text':'false t.lua:13: string.format: %p is not available: an address differs from "
	     "run to run'}");
	CU_ASSERT(cell_failed(cell, "script", "an error that is a table was raised"));
	cell_free(cell);
}

static void the_same_seed_gives_the_same_random_numbers(void)
{
	static const char BODY[] = "print(math.random(), math.random(1, 1000000))";
	struct cell *first = cell_run(BODY), *second = cell_run(BODY);
	char *said = xstrdup(cell_said(first, FRAME_NOTE, 0));

	SAYS(second, FRAME_NOTE, 0, said);
	CU_ASSERT_PTR_NULL(strstr(said, "nil"));
	free(said);
	cell_free(first);
	cell_free(second);
}

static void the_seed_is_the_controllers_to_choose(void)
{
	struct cell *cell = cell_run("math.randomseed(1)");

	CU_ASSERT(cell_failed(cell, "script", "randomseed"));
	cell_free(cell);
}

/* ---- the cell itself ---- */

static bool status_says(pid_t pid, const char *line)
{
	char *path = xprintf("/proc/%d/status", (int)pid);
	char text[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, text, sizeof(text) - 1);

	close(fd);
	free(path);
	text[size > 0 ? size : 0] = '\0';
	return strstr(text, line) != NULL;
}

static void the_filter_is_on_before_a_script_is_read(void)
{
	struct cell *cell;

	if (STRAIN_IS_WATCHED) {
		claim_skip("a sanitized build has no filter");
		return;
	}
	cell = cell_start();
	cell_add_source(cell, "t.lua", "return 1");
	cell_turn(cell);

	CU_ASSERT(status_says(cell->pid, "\nSeccomp:\t2\n"));
	CU_ASSERT(status_says(cell->pid, "\nNoNewPrivs:\t1\n"));
	cell_free(cell);
}

static int count_descriptors(pid_t pid)
{
	char *path = xprintf("ls /proc/%d/fd | wc -l", (int)pid);
	FILE *pipe = popen(path, "r");
	int count = -1;

	if (fscanf(pipe, "%d", &count) != 1)
		count = -1;
	pclose(pipe);
	free(path);
	return count;
}

static void the_socket_is_the_only_descriptor(void)
{
	struct cell *cell;

	if (STRAIN_IS_WATCHED) {
		claim_skip("a sanitized build keeps its standard descriptors");
		return;
	}
	cell = cell_start();
	cell_add_source(cell, "t.lua", "return 1");
	cell_turn(cell);

	CU_ASSERT_EQUAL(count_descriptors(cell->pid), 1);
	cell_free(cell);
}

static void what_is_no_packet_ends_the_process(void)
{
	struct cell *cell = cell_start();

	buf_add_text(&cell->packet, "hello");
	cell_turn(cell);

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_FAILED), 1);
	cell_free(cell);
}

void suite_script_hostile(void)
{
	suite_begin("script_hostile");
	claim(there_is_no_way_to_files_processes_or_more_code);
	claim(there_is_no_coroutine_no_collector_and_no_global_table);
	claim(a_misspelt_global_is_named);
	claim(a_global_is_not_made_by_assigning);
	claim(compiled_lua_is_refused);
	claim(libraries_and_their_metatables_cannot_be_changed);
	claim(finalizers_and_weak_tables_are_refused_by_name);
	claim(an_endless_loop_can_still_be_killed);
	claim(a_loop_of_pcalls_can_still_be_killed);
	claim(a_pattern_that_backtracks_can_still_be_killed);
	claim(running_out_of_memory_is_reported);
	claim(a_pcall_does_not_hide_that_memory_ran_out);
	claim(a_pcall_does_not_hide_a_text_that_was_too_long);
	claim(garbage_is_no_hit);
	claim(a_long_repetition_is_refused_before_it_is_made);
	claim(recursion_without_end_runs_out_of_memory);
	claim(pairs_goes_by_number_then_text_then_truth);
	claim(removing_while_walking_is_allowed);
	claim(a_key_without_an_order_is_refused);
	claim(sorting_is_stable);
	claim(an_order_that_contradicts_itself_still_ends);
	claim(addresses_never_show);
	claim(the_same_seed_gives_the_same_random_numbers);
	claim(the_seed_is_the_controllers_to_choose);
	claim(the_filter_is_on_before_a_script_is_read);
	claim(the_socket_is_the_only_descriptor);
	claim(what_is_no_packet_ends_the_process);
}
