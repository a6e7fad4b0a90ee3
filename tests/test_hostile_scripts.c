/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile scripts on one of two slots. Each has the valve open when it turns hostile; each ends as ERROR
 * with a sentence that says what it did, safe, and nothing of it shows in the other slot's journal.
 *
 * What a script cannot even name is in test_script_hostile.c; processes that do not keep to the wire's
 * rules are in test_hostile_peers.c.
 */
#include "tests/claims.h"
#include "tests/neighbours.h"

#define SPINS "the script's process used more than 1 s of processor time in one turn"
/*
 * The processor's second may be over before the memory is, or the wire's mebibyte: where every access is looked at, and on
 * a small board.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__aarch64__)
#define EATS "used more than"
#define FLOODS "the script's process "
#else
#define EATS "the script used more than its 64 MiB of memory"
#define FLOODS "the script's process sent more than 1 MiB in one turn"
#endif

/* Name of the claim, what the verdict says, the body after HOSTILE_OPENED (its first line is 12). */
#define SCRIPTS(X)                                                                                 \
	/* time */                                                                                 \
	X(a_pattern_that_backtracks, SPINS, "('a'):rep(10000):find('.-.-.-.-b$')")                 \
	X(a_replacement_that_backtracks, SPINS, "('a'):rep(10000):gsub('.-.-.-.-b$', 'c')")        \
	X(a_pcall_around_an_endless_loop, SPINS,                                                   \
	  "while true do pcall(function() while true do end end) end")                             \
	X(a_handler_of_errors_that_loops, SPINS,                                                   \
	  "xpcall(error, function() while true do end end)")                                       \
	X(an_error_object_whose_text_loops, "an error that is a table was raised",                 \
	  "error(setmetatable({}, { __tostring = function() while true do end end }))")            \
	X(a_note_whose_text_loops, SPINS,                                                          \
	  "log(setmetatable({}, { __tostring = function() while true do end end }))")              \
	X(a_variable_whose_closing_loops, SPINS,                                                   \
	  "pcall(function()\n"                                                                     \
	  "  local x <close> = setmetatable({}, { __close = function() while true do end end })\n" \
	  "  error 'out'\n"                                                                        \
	  "end)")                                                                                  \
	X(a_closing_that_raises_for_ever, "mini.lua:15: again",                                    \
	  "local function close()\n"                                                               \
	  "  local x <close> = setmetatable({}, { __close = function()\n"                          \
	  "    error 'once' end })\n"                                                              \
	  "  error 'again'\n"                                                                      \
	  "end\n"                                                                                  \
	  "for i = 1, 1e4 do pcall(close) end\n"                                                   \
	  "error('mini.lua:15: again', 0)")                                                        \
	X(an_index_that_leads_to_itself, "'__index' chain too long; possible loop",                \
	  "local t = {}\nsetmetatable(t, { __index = t })\nlocal x = t.x")                         \
	X(moving_a_table_without_end, SPINS, "table.move({}, 1, 1e15, 2)")                         \
	X(an_order_that_never_ends, SPINS,                                                         \
	  "table.sort({ 2, 1 }, function() while true do end end)")                                \
	X(catching_every_refusal, "the script asked 10,000 things without letting time pass",      \
	  "while true do pcall(wait, '0 s') end")                                                  \
	X(a_finally_block_that_never_ends, SPINS,                                                  \
	  "finally(function() while true do end end)\nfx.valve:close()")                           \
	/* memory */                                                                               \
	X(a_text_of_a_thousand_million_letters,                                                    \
	  "mini.lua:12: string.rep: the result would pass 16 MiB", "string.rep('x', 1e9)")         \
	X(many_long_texts, EATS, "local t = {}\nfor i = 1, 100 do t[i] = ('x'):rep(2^23 + i) end") \
	X(joining_what_is_made_up_on_the_way, EATS,                                                \
	  "table.concat(setmetatable({}, { __index = function() return ('x'):rep(9999) end }),"    \
	  " '', 1, 1e9)")                                                                          \
	X(a_recursion_without_end, EATS, "local function f() return 1 + f() end\nf()")             \
	X(a_table_of_a_million_tables, EATS,                                                       \
	  "local t = {}\nwhile true do t = { t, {}, {}, {} } end")                                 \
	/* the stack of C */                                                                       \
	X(a_recursion_through_gsub, "stack overflow",                                              \
	  "local function f(s) return (s:gsub('.', f)) end\nf 'x'")                                \
	X(a_recursion_through_sort, "stack overflow",                                              \
	  "local function f() table.sort({ 2, 1 }, f) end\nf()")                                   \
	X(a_recursion_through_tostring, "stack overflow",                                          \
	  "local t = setmetatable({}, { __tostring = function(t) return tostring(t) end })\n"      \
	  "tostring(t)")                                                                           \
	X(a_recursion_through_handlers_of_errors, "mini.lua:13: enough",                           \
	  "local function f() return xpcall(f, f) end\nf() error 'enough'")                        \
	X(a_pattern_nested_too_deeply, "pattern too complex",                                      \
	  "('x'):rep(300000):find(('x?'):rep(300000))")                                            \
	/* tasks */                                                                                \
	X(a_million_tasks_at_once, "too many results to unpack",                                   \
	  "local t = {}\nfor i = 1, 1e6 do t[i] = log end\ntogether(table.unpack(t))")             \
	X(ten_million_tasks_one_by_one, SPINS, "for i = 1, 1e7 do together(function() end) end")   \
	X(tasks_that_start_tasks, EATS, "local function bomb() together(bomb, bomb) end\nbomb()")  \
	X(requests_taken_back_at_once, FLOODS,                                                     \
	  "while true do race(function() wait '1 s' end, function() end) end")                     \
	/* reaching out */                                                                         \
	X(starting_processes, "mini.lua:12: there is no 'os' here", "os.execute ':(){ :|:& };:'")  \
	X(loading_bytecode, "mini.lua:12: there is no 'load' here",                                \
	  "load('\\27Lua\\x54\\0\\x19\\x93\\r\\n\\x1a\\n', 'x', 'b')()")                           \
	X(making_bytecode, "mini.lua:12: attempt to call a nil value (field 'dump')",              \
	  "string.dump(function() end)")                                                           \
	X(making_coroutines, "mini.lua:12: there is no 'coroutine' here",                          \
	  "local f = coroutine.wrap(function() end)")                                              \
	X(changing_what_texts_can_do, "attempt to index a boolean value",                          \
	  "getmetatable('').__index = function() return 'PASS' end")                               \
	X(changing_the_library_of_texts, "string cannot be changed",                               \
	  "table.insert(string, function() end)")                                                  \
	X(a_metatable_for_a_library, "this table's metatable is protected",                        \
	  "setmetatable(string, { __index = {} })")                                                \
	X(a_metatable_for_the_names, "this table's metatable is protected",                        \
	  "setmetatable(_ENV, {})")                                                                \
	X(a_finalizer, "mini.lua:12: setmetatable: __gc is not available",                         \
	  "setmetatable({}, { __gc = function() while true do end end })")                         \
	/* waiting where nobody can */                                                             \
	X(a_wait_inside_a_sort, "cannot be used inside a callback of table.sort",                  \
	  "table.sort({ 2, 1 }, function() wait '1 s' end)")                                       \
	X(an_act_inside_gsub, "cannot be used inside a callback of table.sort or string.gsub",     \
	  "('abc'):gsub('.', function() fx.motor:on() end)")                                       \
	X(a_race_inside_a_handler_of_errors, "mini.lua:13: not there",                             \
	  "xpcall(error, function() race(function() wait '9 s' end, wait) end)\n"                  \
	  "error 'not there'")                                                                     \
	X(a_million_errors_of_megabytes, "mini.lua:13: yyyyyyyy",                                  \
	  "finally(function() log 'torn down' error(('z'):rep(2^20)) "                             \
	  "end)\nerror(('y'):rep(2^20))")                                                          \
	/* what it says */                                                                         \
	X(a_flood_of_notes, "the script's process wrote more than 1000 notes in one turn",         \
	  "while true do log 'x' end")                                                             \
	X(a_flood_of_long_notes, "the script's process sent more than 1 MiB in one turn",          \
	  "while true do log(('x'):rep(3999)) end")                                                \
	X(a_note_that_is_too_long, "mini.lua:12: a note has at most 4000 bytes",                   \
	  "log(('x'):rep(4001))")                                                                  \
	X(an_error_of_megabytes, "xxxxxxxx", "error(('x'):rep(2^24), 0)")                          \
	X(an_error_of_no_letters, "mini.lua:12: \xff", "error('\\xff\\0\\27[2J PASS', 0)")         \
	X(an_error_that_is_nothing, "an error that is a nil was raised", "error()")                \
	X(a_question_that_contains_itself, "a table is nested too deeply",                         \
	  "local t = {}\nt.t = t\noperator:confirm { 'Well?', id = t }")                           \
	X(a_question_that_is_a_function, "a function cannot be sent",                              \
	  "operator:confirm { 'Well?', id = log }")                                                \
	X(a_wait_of_a_googol, "must be 0 s or more", "wait '1e100 s'")                             \
	X(a_wait_of_no_number, "a number that is not finite", "wait(q '1 s' * (0 / 0))")

#define FUNCTION(name, part, text)                                                                 \
	static void name(void)                                                                     \
	{                                                                                          \
		neighbours_check(&(struct mini_order){.body = HOSTILE_OPENED text}, NULL, part);   \
	}
SCRIPTS(FUNCTION)

/* ---- what only looks hostile ---- */

static void passes_and_says(const char *body, const char *note)
{
	struct neighbours both;

	neighbours_open(&both);
	neighbours_run(&both, &(struct mini_order){.body = body}, NULL);

	CU_ASSERT(neighbours_ended(&both, VERDICT_PASS, ""));
	CU_ASSERT(journal_says(both.hostile.journal, note));
	neighbours_close(&both);
}

/* `__gc` given after setmetatable is a field like any other. */
static void a_finalizer_behind_the_back_never_runs(void)
{
	passes_and_says(HOSTILE_OPENED "local mt, ran = {}, 0\n"
				       "for i = 1, 1e5 do setmetatable({}, mt) end\n"
				       "mt.__gc = function() ran = ran + 1 end\n"
				       "for i = 1, 1e5 do local t = { {} } end\n"
				       "log('it ran ' .. ran)",
			"it ran 0");
}

/* A variable is closed while its task still can wait. */
static void a_closing_may_wait(void)
{
	passes_and_says(HOSTILE_OPENED
			"do\n"
			"  local x <close> = setmetatable({}, { __close = function()\n"
			"    wait '1 s' fx.valve:close() log 'closed' end })\n"
			"end\n"
			"log 'after'",
			"closed");
}

void suite_hostile_scripts(void)
{
#define CLAIM(name, ...) claim(name);
	suite_begin("hostile_scripts");
	SCRIPTS(CLAIM)
	claim(a_finalizer_behind_the_back_never_runs);
	claim(a_closing_may_wait);
#undef CLAIM
}
