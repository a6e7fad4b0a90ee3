/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated world in the real davy-lua: its grid, its lines, its devices, its faults, its noise. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/cell.h"
#include "tests/claims.h"

#define SAYS(cell, type, n, json) CU_ASSERT_STRING_EQUAL(cell_said(cell, type, n), json)

static const char WORLD[] =
	"return world {\n"
	"  grid = '100 ms',\n"
	"  state = function(dut) return { steps = -1, span = dut.span, flow = 0, left = 1 } end,\n"
	"  advance = function(w, dt, lines)\n"
	"    w.steps = w.steps + 1\n"
	"    w.dt = dt\n"
	"    lines.alarm = w.steps >= 5 or (lines.air and w.steps >= 2)\n"
	"    lines.beat = { 200, 0.0025 }\n"
	"  end,\n"
	"  faults = { worn = { title = 'Worn', function(w, severity) w.span = w.span * severity "
	"end } },\n"
	"  operator = { change = function(w) w.left = 60 return 'changed' end },\n"
	"}\n";

static const char TWIN[] =
	"return simulator { id = 's', bus = 'line',\n"
	"  registers = {\n"
	"    { input = 0, read = function(w) return w.span end },\n"
	"    { input = 1, read = function(w) return w:noise('a', 0.5) end },\n"
	"    { holding = 2, read = function(w) return w.flow end,\n"
	"      write = function(w, v) if v > 9 then return false end w.flow = v end },\n"
	"    { input = 3, as = 'string[8]', read = function(w) return tostring(w.dut.span) end },\n"
	"    { input = 4, read = function(w) return 0/0 end },\n"
	"  },\n"
	"  answers = { { '*IDN?', 'SIM' },\n"
	"    { 'SET {number}', function(w, v) w.flow = v return 'OK ' .. v end },\n"
	"    { 'MUTE', function() end }, { 'WHO', function(w) return w.device end } },\n"
	"  frames = { { 'FF u16', 'FF u16 u16', function(w, n) return n, w.left end } } }\n";

static const char START[] =
	"{'mode': 'world', 'world': 'w.lua', 'simulators': {'mfc': 's.lua', 'second': 's.lua'},"
	" 'seed': %d, 'severity': 0.5%s, 'dut': {'span': '4 %%vol', 'serial': 'X-1'},"
	" 'inputs': ['alarm', 'beat'], 'outputs': {'air': false}}";

static struct cell *world_begin(const char *text, int seed, const char *more)
{
	struct cell *cell = cell_start();
	char *start = xprintf(START, seed, more);

	cell_add_source(cell, "w.lua", text);
	cell_add_source(cell, "s.lua", TWIN);
	cell_send(cell, FRAME_START, 0, start);
	free(start);
	return cell;
}

static struct cell *world_new(void)
{
	return world_begin(WORLD, 7, "");
}

static void ask(struct cell *cell, const char *json)
{
	cell_send(cell, FRAME_ASK, 9, json);
}

static void a_world_begins_with_all_lines_it_drives(void)
{
	struct cell *cell = world_new();

	SAYS(cell, FRAME_OUT, 0, "{'lines':{'alarm':false,'beat':[200.0,0.0025]},'reached':0}");
	cell_free(cell);
}

static void a_world_stops_at_its_first_edge(void)
{
	struct cell *cell = world_new();

	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 900000000}");
	SAYS(cell, FRAME_OUT, 0, "{'lines':{'alarm':true},'reached':500000000}");

	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 900000000}");
	SAYS(cell, FRAME_OUT, 0, "{'lines':{},'reached':900000000}");
	cell_free(cell);
}

static void the_grid_does_not_depend_on_who_looks(void)
{
	struct cell *cell = world_new();

	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 50000000}");
	SAYS(cell, FRAME_OUT, 0, "{'lines':{},'reached':0}");
	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 499999999}");
	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 600000000}");

	SAYS(cell, FRAME_OUT, 0, "{'lines':{'alarm':true},'reached':500000000}");
	cell_free(cell);
}

static void a_misspelt_line_is_named(void)
{
	struct cell *cell = world_begin("return world {\n"
					"  advance = function(w, dt, lines)\n"
					"    lines.alarn, lines.beat = true, 200\n"
					"  end }\n",
					7, "");

	CU_ASSERT(cell_failed(cell, "usage",
			      "w.lua: it drives a line 'alarn', which the fixture does not have, "
			      "and not its 'alarm'"));
	cell_free(cell);
}

static void a_world_may_drive_more_than_the_fixture_has(void)
{
	struct cell *cell =
		world_begin("return world {\n"
			    "  advance = function(w, dt, lines)\n"
			    "    lines.alarm, lines.beat, lines.siren = true, 200, true\n"
			    "  end }\n",
			    7, "");

	SAYS(cell, FRAME_OUT, 0, "{'lines':{'alarm':true,'beat':200.0},'reached':0}");
	cell_free(cell);
}

static const char RISING[] = "return world {\n"
			     "  state = { steps = -1 },\n"
			     "  advance = function(w, dt, lines)\n"
			     "    w.steps = w.steps + 1\n"
			     "    lines.beat = 200 + w.steps // 2\n"
			     "    lines.alarm = w.steps == 4\n"
			     "  end }\n";

static void a_pulse_line_tells_its_changes_without_stopping_the_world(void)
{
	struct cell *cell = world_begin(RISING, 7, "");

	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 350000000}");

	SAYS(cell, FRAME_OUT, 0,
	     "{'lines':{},'pulses':[{'lines':{'beat':201.0},'t':200000000}],'reached':300000000}");
	cell_free(cell);
}

static void an_edge_stops_the_world_after_the_pulses_on_the_way(void)
{
	struct cell *cell = world_begin(RISING, 7, "");

	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 900000000}");

	SAYS(cell, FRAME_OUT, 0,
	     "{'lines':{'alarm':true,'beat':202.0},"
	     "'pulses':[{'lines':{'beat':201.0},'t':200000000}],'reached':400000000}");
	cell_free(cell);
}

static void pulses_that_fill_an_answer_are_told_before_the_world_goes_on(void)
{
	struct cell *cell = world_begin(
		"return world { advance = function(w, dt, lines)\n"
		"  w.n = (w.n or 0) + 1 lines.beat = 200 + w.n lines.alarm = false end }\n",
		7, "");

	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 3600000000000}");

	const struct frame *out = cell_frame(cell, FRAME_OUT, 0);

	CU_ASSERT_EQUAL(value_count(value_get(out->payload, "pulses")), 256);
	CU_ASSERT_EQUAL(value_get_int(out->payload, "reached", 0), MSEC(25600));
	cell_free(cell);
}

static void an_output_reaches_the_physics(void)
{
	struct cell *cell = world_new();

	cell_send(cell, FRAME_LINES, 0, "{'lines': {'air': true}}");
	cell_send(cell, FRAME_ADVANCE, 0, "{'to': 900000000}");

	SAYS(cell, FRAME_OUT, 0, "{'lines':{'alarm':true},'reached':200000000}");
	cell_free(cell);
}

static void registers_are_read_out_of_the_world(void)
{
	struct cell *cell = world_new();

	ask(cell, "{'device': 'mfc', 'op': 'read', 'index': [1, 4]}");

	SAYS(cell, FRAME_ANSWER, 0, "{'values':[4.0,'4 %vol']}");
	CU_ASSERT_EQUAL(cell_frame(cell, FRAME_ANSWER, 0)->request, 9);
	cell_free(cell);
}

static void a_register_takes_a_number_or_refuses_it(void)
{
	struct cell *cell = world_new();

	ask(cell, "{'device': 'mfc', 'op': 'write', 'index': 3, 'number': 2.5}");
	SAYS(cell, FRAME_ANSWER, 0, "{'ok':true}");
	ask(cell, "{'device': 'mfc', 'op': 'write', 'index': 3, 'number': 10.5}");
	SAYS(cell, FRAME_ANSWER, 0, "{'ok':false}");
	ask(cell, "{'device': 'mfc', 'op': 'write', 'index': 1, 'number': 1.5}");
	SAYS(cell, FRAME_ANSWER, 0, "{'ok':false}");

	ask(cell, "{'device': 'mfc', 'op': 'read', 'index': [3]}");
	SAYS(cell, FRAME_ANSWER, 0, "{'values':[2.5]}");
	cell_free(cell);
}

static void a_question_is_answered_with_its_captures_or_with_silence(void)
{
	struct cell *cell = world_new();

	ask(cell, "{'device': 'mfc', 'op': 'answer', 'index': 1, 'captures': []}");
	SAYS(cell, FRAME_ANSWER, 0, "{'text':'SIM'}");
	ask(cell, "{'device': 'mfc', 'op': 'answer', 'index': 2, 'captures': [1.5]}");
	SAYS(cell, FRAME_ANSWER, 0, "{'text':'OK 1.5'}");
	ask(cell, "{'device': 'mfc', 'op': 'answer', 'index': 3, 'captures': []}");
	SAYS(cell, FRAME_ANSWER, 0, "{}");
	cell_free(cell);
}

static void a_twin_of_two_devices_knows_which_is_asked(void)
{
	struct cell *cell = world_new();

	ask(cell, "{'device': 'second', 'op': 'answer', 'index': 4, 'captures': []}");
	SAYS(cell, FRAME_ANSWER, 0, "{'text':'second'}");
	ask(cell, "{'device': 'mfc', 'op': 'answer', 'index': 4, 'captures': []}");
	SAYS(cell, FRAME_ANSWER, 0, "{'text':'mfc'}");
	cell_free(cell);
}

static void a_limit_in_the_dut_s_data_is_its_two_ends(void)
{
	static const char TEXT[] =
		"return world { state = function(dut)\n"
		"  return { span = dut.trip.low + 10 * dut.trip.high, flow = dut.most.high } end,\n"
		"  advance = function() end }\n";
	struct cell *cell = cell_start();

	cell_add_source(cell, "w.lua", TEXT);
	cell_add_source(cell, "s.lua", TWIN);
	cell_send(cell, FRAME_START, 0,
		  "{'mode': 'world', 'world': 'w.lua', 'simulators': {'mfc': 's.lua'}, 'seed': 1,"
		  " 'severity': 0.5, 'dut': {'trip': '4.25 .. 4.5 V', 'most': '<= 45 °C'},"
		  " 'inputs': [], 'outputs': {}}");

	ask(cell, "{'device': 'mfc', 'op': 'read', 'index': [1]}");
	SAYS(cell, FRAME_ANSWER, 0, "{'values':[49.25]}");
	ask(cell, "{'device': 'mfc', 'op': 'read', 'index': [3]}");
	SAYS(cell, FRAME_ANSWER, 0, "{'values':[45.0]}");
	cell_free(cell);
}

static void a_frame_is_answered_with_numbers(void)
{
	struct cell *cell = world_new();

	ask(cell, "{'device': 'mfc', 'op': 'frame', 'index': 1, 'fields': [3.0]}");

	SAYS(cell, FRAME_ANSWER, 0, "{'fields':[3.0,1.0]}");
	cell_free(cell);
}

static void a_simulated_operator_answers_what_the_world_knows(void)
{
	struct cell *cell = world_new();

	ask(cell, "{'device': '', 'op': 'operator', 'id': 'change'}");
	SAYS(cell, FRAME_ANSWER, 0, "{'text':'changed'}");
	ask(cell, "{'device': '', 'op': 'operator', 'id': 'other'}");
	SAYS(cell, FRAME_ANSWER, 0, "{}");
	cell_free(cell);
}

static void a_fault_is_applied_with_its_severity(void)
{
	struct cell *cell = world_begin(WORLD, 7, ", 'fault': 'worn'");

	ask(cell, "{'device': 'mfc', 'op': 'read', 'index': [1]}");

	SAYS(cell, FRAME_ANSWER, 0, "{'values':[2.0]}");
	cell_free(cell);
}

/* By half, which is its severity here; and what is broken is. */
static void a_fault_may_move_a_figure_or_break_something(void)
{
	static const char TEXT[] = "return world {\n"
				   "  state = { beat = 200, is_dead = false },\n"
				   "  advance = function(w, dt, lines) lines.alarm, lines.beat = "
				   "w.is_dead, w.beat end,\n"
				   "  faults = { fast = moves('beat', 300, 'fast', '快'), dead = "
				   "breaks('is_dead', 'dead', '坏'),\n"
				   "    odd = moves('pulse', 3, 'odd', '错') } }\n";
	struct cell *cell = world_begin(TEXT, 7, ", 'fault': 'fast'");

	SAYS(cell, FRAME_OUT, 0, "{'lines':{'alarm':false,'beat':250.0},'reached':0}");
	cell_free(cell);
	cell = world_begin(TEXT, 7, ", 'fault': 'dead'");
	SAYS(cell, FRAME_OUT, 0, "{'lines':{'alarm':true,'beat':200.0},'reached':0}");
	cell_free(cell);
	cell = world_begin(TEXT, 7, ", 'fault': 'odd'");
	CU_ASSERT(cell_failed(cell, "usage",
			      "this world's state has no figure 'pulse' that a fault could move"));
	cell_free(cell);
}

static void an_unknown_fault_is_refused_with_those_there_are(void)
{
	struct cell *cell = world_begin(WORLD, 7, ", 'fault': 'wron'");

	CU_ASSERT(cell_failed(cell, "usage", "the world has no fault 'wron'; it has: worn"));
	cell_free(cell);
}

static char *noise_of(int seed)
{
	struct cell *cell = world_begin(WORLD, seed, "");
	char *said;

	ask(cell, "{'device': 'mfc', 'op': 'read', 'index': [2, 2, 2]}");
	said = xstrdup(cell_said(cell, FRAME_ANSWER, 0));
	cell_free(cell);
	return said;
}

static void the_same_seed_gives_the_same_noise_and_another_another(void)
{
	char *first = noise_of(7), *again = noise_of(7), *other = noise_of(8);

	CU_ASSERT_STRING_EQUAL(first, again);
	CU_ASSERT_STRING_NOT_EQUAL(first, other);
	CU_ASSERT_PTR_NOT_NULL(strstr(first, "{'values':["));
	free(first);
	free(again);
	free(other);
}

static void noise_has_the_deviation_that_was_asked_for(void)
{
	static const char TEXT[] =
		"return world { state = {}, advance = function(w)\n"
		"  if w.done then return end\n"
		"  local sum, squares = 0, 0\n"
		"  for i = 1, 10000 do local n = w:noise('x', 3) sum = sum + n squares = squares + "
		"n * n end\n"
		"  w.done = true\n"
		"  assert(math.abs(sum / 10000) < 0.15, sum)\n"
		"  assert(math.abs(math.sqrt(squares / 10000) - 3) < 0.1, squares)\n"
		"end }\n";
	struct cell *cell = world_begin(TEXT, 7, "");

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_OUT), 1);
	cell_free(cell);
}

static void a_register_without_a_value_ends_the_world(void)
{
	struct cell *cell = world_new();

	ask(cell, "{'device': 'mfc', 'op': 'read', 'index': [5]}");

	CU_ASSERT(cell_failed(cell, "script", "simulator of mfc: register 5 has no value"));
	cell_free(cell);
}

static void an_error_in_the_physics_names_its_line(void)
{
	struct cell *cell = world_begin("return world {\nadvance = function(w, dt, lines)\n"
					"  lines.alarm = w.missing > 3\nend }",
					7, "");

	CU_ASSERT(cell_failed(cell, "usage", "w.lua:3: attempt to compare number with nil"));
	cell_free(cell);
}

void suite_script_world(void)
{
	suite_begin("script_world");
	claim(a_world_begins_with_all_lines_it_drives);
	claim(a_misspelt_line_is_named);
	claim(a_world_may_drive_more_than_the_fixture_has);
	claim(a_world_stops_at_its_first_edge);
	claim(the_grid_does_not_depend_on_who_looks);
	claim(a_pulse_line_tells_its_changes_without_stopping_the_world);
	claim(an_edge_stops_the_world_after_the_pulses_on_the_way);
	claim(pulses_that_fill_an_answer_are_told_before_the_world_goes_on);
	claim(an_output_reaches_the_physics);
	claim(registers_are_read_out_of_the_world);
	claim(a_register_takes_a_number_or_refuses_it);
	claim(a_question_is_answered_with_its_captures_or_with_silence);
	claim(a_twin_of_two_devices_knows_which_is_asked);
	claim(a_limit_in_the_dut_s_data_is_its_two_ends);
	claim(a_frame_is_answered_with_numbers);
	claim(a_simulated_operator_answers_what_the_world_knows);
	claim(a_fault_is_applied_with_its_severity);
	claim(a_fault_may_move_a_figure_or_break_something);
	claim(an_unknown_fault_is_refused_with_those_there_are);
	claim(the_same_seed_gives_the_same_noise_and_another_another);
	claim(noise_has_the_deviation_that_was_asked_for);
	claim(a_register_without_a_value_ends_the_world);
	claim(an_error_in_the_physics_names_its_line);
}
