/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every word of the language that waits, in everything that can come of a wait: it ends, it is taken
 * back in the turn in which it was asked, on its way, twice, it is stopped, the instrument says nothing
 * any more, the wire goes, and it stands where nobody can wait. One table; each claim goes through all of
 * it, and says which word it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "port/serial_sim.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define RISE "local rise = fx.pressure:trace '200 ms'\nlocal a = fx.valve:open()\nwait '2 s'\n"

/* `before` makes what the word is asked of. A specimen that is adjusted is measured once more at the end. */
static const struct word {
	const char *name, *before, *word;
	bool adjusts;
} WORDS[] = {
	{"wait", "", "wait '1 s'"},
	{"read", "", "fx.pressure:read()"},
	{"is", "", "fx.lid:is 'on'"},
	{"is, of an instrument", "", "fx.pressure:is '>= 5 Pa'"},
	{"mean", "", "fx.pressure:mean '1 s'"},
	{"settles", "", "fx.pressure:settles { within = '10 Pa', over = '1 s' }"},
	{"becomes", "", "fx.pressure:becomes { at_least = '900 Pa', within = '5 s' }"},
	{"becomes, in vain", "", "fx.pressure:becomes { at_least = '9 MPa', within = '1 s' }"},
	{"settles, in vain", "",
	 "fx.pressure:settles { within = '1 mPa', over = '1 s', patience = '2 s' }"},
	{"holds", "", "fx.pressure:holds { at_least = '900 Pa', over = '1 s' }"},
	{"holds, in vain", "", "fx.pressure:holds { at_least = '9 MPa', over = '1 s' }"},
	{"last_before", "",
	 "fx.pressure:last_before { at_least = '9 MPa', of = fx.shown, within = '1 s' }"},
	{"guard", "", "fx.pressure:guard '<= 9 kPa'"},
	{"widths", "fx.pulses:read()\n", "fx.pulses:widths()"},
	{"pulses", "", "fx.pulses:read()"},
	{"trace", "", "fx.pressure:trace '200 ms'"},
	{"min", RISE, "rise:min()"},
	{"max", RISE, "rise:max()"},
	{"trace mean", RISE, "rise:mean()"},
	{"slope", RISE, "rise:slope()"},
	{"integral", RISE, "rise:integral()"},
	{"after", RISE, "rise:after '10 ms':max()"},
	{"time_to", RISE, "rise:time_to(0.5, { origin = a })"},
	{"open and close", "", "(function() fx.purge:open() fx.purge:close() end)()"},
	{"on", "", "fx.motor:on()"},
	{"set", "", "fx.meter:set { drive = '100 Pa', trim = '3 Pa' }"},
	{"reference", "", "fx.reference 'weight'"},
	{"confirm", "", "operator:confirm { 'Seat it', id = 'seat' }"},
	{"enter", "", "operator:enter { 'Its mass', id = 'mass', unit = 'g' }"},
	{"enter, mistyped", "", "operator:enter { 'Its mass', id = 'slip', unit = 'g' }"},
	{"scan", "", "operator:scan { 'Its code', id = 'code' }"},
	{"photograph", "", "operator:photograph { 'Its seal', id = 'seal' }"},
	{"adjust", "", "operator:adjust 'zero'", .adjusts = true},
	{"consecutive", "", "consecutive { 'x' }"},
	{"exclusive", "", "exclusive('manifold', function() wait '1 s' end)"},
	{"exclusive, of two", "", "exclusive({ 'manifold', 'scale' }, function() wait '1 s' end)"},
	{"in_step", "", "in_step 'chamber'"},
	{"together", "", "together(function() wait '1 s' end, function() fx.shown:read() end)"},
	{"race", "", "race(function() wait '1 s' end, function() fx.shown:mean '9 s' end)"},
	{"a method of the fixture", "", "fx.cell:fill '1 s'"},
};
enum { COUNT = sizeof(WORDS) / sizeof(WORDS[0]) };

struct circumstance {
	const char *body; /* what is done with word(), after the motor is on */
	enum verdict verdict;
	const char *why;
	void (*at_now)(struct bench *bench);
	const char *peer; /* what runs the script, or NULL */
};

/* A davy-lua behind somebody who says every CANCEL twice. */
static void put_peer(struct bench *bench, const char *peer)
{
	char *path = xprintf("%s/peer.sh", bench->folder);
	char *text = xprintf("#!/bin/sh\nDAVY_LUA=%s exec %.*s/davy-tests --as-peer %s\n",
			     bench->program, (int)(strrchr(bench->program, '/') - bench->program),
			     bench->program, peer);

	bench_put(bench, "peer.sh", text);
	chmod(path, 0755);
	free(text);
	free(bench->runner);
	bench->runner = path;
}

static bool is_met(struct bench *bench, const struct word *word, const struct circumstance *at)
{
	char *body = xprintf("m.x = fx.pressure:read()\nfx.motor:on()\n%s"
			     "local function word() return %s end\n%s%s",
			     word->before, word->word, at->body,
			     word->adjusts ? "\nm.y = fx.pressure:read()" : "");

	bench_run(bench, .body = body, .at_now = at->at_now,
		  .header = word->adjusts ? ADJUSTS_HEADER : NULL,
		  .measures = word->adjusts ? ADJUSTS_MEASURE : NULL);
	free(body);
	return bench_ended(bench, at->verdict, at->why) && journal_is_safe(bench->journal);
}

static void check_words(const struct circumstance *at)
{
	struct bench bench;

	bench_open(&bench);
	if (at->peer)
		put_peer(&bench, at->peer);
	for (size_t i = 0; i < COUNT; i++) {
		bool met = is_met(&bench, &WORDS[i], at);

		CU_ASSERT(met);
		if (!met)
			printf("        the word was: %s\n", WORDS[i].name);
	}
	bench_close(&bench);
}
#define CHECK_WORDS(...) check_words(&(struct circumstance){__VA_ARGS__})

/* ---- it ends ---- */

static void every_word_ends(void)
{
	CHECK_WORDS(.body = "word()\nword()", .verdict = VERDICT_PASS, .why = "");
}

static void every_word_ends_in_a_pcall_and_in_tasks_of_a_task(void)
{
	CHECK_WORDS(.body = "assert(pcall(word))\n"
			    "together(function() together(function() assert(pcall(word)) end) end)",
		    .verdict = VERDICT_PASS, .why = "");
}

/* ---- it is taken back ---- */

static void every_word_can_be_taken_back_in_the_turn_that_asked(void)
{
	CHECK_WORDS(.body = "race(word, function() end)\nwait '2 s'", .verdict = VERDICT_PASS,
		    .why = "");
}

static void every_word_can_be_taken_back_on_its_way(void)
{
	CHECK_WORDS(.body = "for _, time in ipairs { '1 ms', '30 ms', '70 ms', '300 ms' } do\n"
			    "  race(function() word() wait '9 s' end, function() wait(time) end)\n"
			    "end\nwait '2 s'\nword()",
		    .verdict = VERDICT_PASS, .why = "");
}

/* Two groups end in one instant, both around the word. */
static void every_word_can_be_taken_back_by_two_at_once(void)
{
	CHECK_WORDS(.body = "race(function()\n"
			    "  race(function() word() wait '9 s' end, function() wait '70 ms' "
			    "end)\n"
			    "end, function() wait '70 ms' end)\nwait '2 s'",
		    .verdict = VERDICT_PASS, .why = "");
}

static void every_word_can_be_taken_back_twice_and_after_its_end(void)
{
	CHECK_WORDS(.body = "race(function() word() wait '9 s' end, function() wait '70 ms' end)\n"
			    "race(word, function() end)\nwait '2 s'\nword()",
		    .verdict = VERDICT_PASS, .why = "", .peer = "runner:cancels");
}

/* ---- it is stopped ---- */

#define WHILE_IT_WAITS                                                                             \
	"finally(function() fx.motor:off() log 'torn down' end)\n"                                 \
	"together(function() word() wait '9 s' end,\n"                                             \
	"  function() wait '70 ms' log 'now' wait '9 s' end)"

static void every_word_can_be_stopped(void)
{
	CHECK_WORDS(.body = WHILE_IT_WAITS, .verdict = VERDICT_ABORTED,
		    .why = "stopped by the operator", .at_now = bench_stop_soon);
}

static void every_word_can_be_stopped_twice(void)
{
	CHECK_WORDS(.body = WHILE_IT_WAITS, .verdict = VERDICT_ABORTED,
		    .why = "stopped by the operator", .at_now = bench_stop_twice_soon);
}

static void every_word_can_be_stopped_inside_a_finally_block(void)
{
	CHECK_WORDS(.body = "finally(function() log 'now' pcall(word) end)",
		    .at_now = bench_stop_soon, .verdict = VERDICT_ABORTED,
		    .why = "stopped by the operator");
}

/* ---- nobody answers ---- */

static struct serial *bus(struct bench *bench)
{
	return bench->run->slot->port[0].serial;
}

static void mute(struct bench *bench)
{
	serial_sim_set_fault(bus(bench), LINE_MUTE);
}

static void mute_soon(struct bench *bench)
{
	bench_soon(bench, mute);
}

static void unplug(struct bench *bench)
{
	serial_sim_unplug(bus(bench));
}

static void unplug_soon(struct bench *bench)
{
	bench_soon(bench, unplug);
}

static void no_word_outlives_a_mute_instrument(void)
{
	CHECK_WORDS(.body = "log 'now'\npcall(word)\nfx.pressure:read()", .at_now = mute_soon,
		    .verdict = VERDICT_ERROR, .why = "no reply");
}

static void no_word_outlives_an_instrument_that_falls_silent_on_its_way(void)
{
	CHECK_WORDS(.body = "together(function() pcall(word) end,\n"
			    "  function() wait '70 ms' log 'now' end)\nfx.pressure:read()",
		    .at_now = mute_soon, .verdict = VERDICT_ERROR, .why = "no reply");
}

static void no_word_outlives_its_wire(void)
{
	CHECK_WORDS(.body = "log 'now'\npcall(word)\nfx.pressure:read()", .at_now = unplug_soon,
		    .verdict = VERDICT_ERROR, .why = "LINK LOST");
}

static void no_word_outlives_a_wire_that_goes_on_its_way(void)
{
	CHECK_WORDS(.body = "together(function() pcall(word) end,\n"
			    "  function() wait '70 ms' log 'now' end)\nfx.pressure:read()",
		    .at_now = unplug_soon, .verdict = VERDICT_ERROR, .why = "LINK LOST");
}

/* ---- where nobody can wait ---- */

#define NOT_HERE "cannot be used inside a callback of table.sort or string.gsub"

static void no_word_waits_inside_a_sort(void)
{
	CHECK_WORDS(.body = "table.sort({ 2, 1 }, function() word() end)", .verdict = VERDICT_ERROR,
		    .why = NOT_HERE);
}

static void no_word_waits_inside_gsub(void)
{
	CHECK_WORDS(.body = "('abc'):gsub('.', function() word() end)", .verdict = VERDICT_ERROR,
		    .why = NOT_HERE);
}

static void no_word_waits_while_a_text_is_made(void)
{
	CHECK_WORDS(.body = "log(setmetatable({}, { __tostring = function() word() end }))",
		    .verdict = VERDICT_ERROR, .why = NOT_HERE);
}

void suite_words(void)
{
	suite_begin("words");
	claim(every_word_ends);
	claim(every_word_ends_in_a_pcall_and_in_tasks_of_a_task);
	claim(every_word_can_be_taken_back_in_the_turn_that_asked);
	claim(every_word_can_be_taken_back_on_its_way);
	claim(every_word_can_be_taken_back_by_two_at_once);
	claim(every_word_can_be_taken_back_twice_and_after_its_end);
	claim(every_word_can_be_stopped);
	claim(every_word_can_be_stopped_twice);
	claim(every_word_can_be_stopped_inside_a_finally_block);
	claim(no_word_outlives_a_mute_instrument);
	claim(no_word_outlives_an_instrument_that_falls_silent_on_its_way);
	claim(no_word_outlives_its_wire);
	claim(no_word_outlives_a_wire_that_goes_on_its_way);
	claim(no_word_waits_inside_a_sort);
	claim(no_word_waits_inside_gsub);
	claim(no_word_waits_while_a_text_is_made);
}
