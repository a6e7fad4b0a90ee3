/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loader makes of a file, and what it refuses: plain data for a sound one, a sentence with
 * the file's line for any other.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "tests/cell.h"
#include "tests/claims.h"

#define HEAD                                                                                       \
	"local test = protocol {\n"                                                                \
	"  id = 't', version = 3, language = 1, title = 'T', zh = 'Z', fixture = 'f', standard = " \
	"'S 1',\n"

#define MEASURED                                                                                   \
	"step 'A' { measure = { x = { 'a', limit = { '<= 30 Pa', grade = 'verbatim' } } },\n"      \
	"  run = function() end }\n"

/* ---- what a protocol becomes ---- */

static void check_data(const char *kind, const char *text, const char *more, const char *json)
{
	struct cell *cell = cell_load(kind, text, more);

	CU_ASSERT_STRING_EQUAL(cell_said(cell, FRAME_DATA, 0), json);
	if (strcmp(cell_said(cell, FRAME_DATA, 0), json) != 0)
		cell_failed(cell, "", cell_said(cell, FRAME_DATA, 0));
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DONE), 1);
	cell_free(cell);
}

static void check_refused(const char *kind, const char *text, const char *more, const char *why)
{
	struct cell *cell = cell_load(kind, text, more);

	CU_ASSERT(cell_failed(cell, "usage", why));
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DATA), 0);
	cell_free(cell);
}

static void a_protocol_becomes_its_header_and_its_steps(void)
{
	check_data(
		"protocol",
		HEAD
		"}\n"
		"step 'A' { zh = 'ZA', clause = '5.4', repeats = 3,\n"
		"  measure = { x = { 'a', zh = 'ZX', limit = { '<= 30 Pa', grade = 'verbatim',\n"
		"    edition = '2006', key = 'k' } }, y = { 'b', per = 'gas', evidence = true,\n"
		"    limit = { standard = 'S 2' } } }, run = function() end }\n",
		"",
		"{'decision':'simple','dut':{},'faults':{},'fixture':'f','id':'t','params':{},"
		"'standard':'S 1','steps':[{'clause':'5.4','line':4,'measures':{"
		"'x':{'evidence':false,'limit':{'clause':'5.4','edition':'2006','grade':'verbatim',"
		"'key':'k','standard':'S 1','text':'<= 30 Pa'},'meaning':'a','optional':false,"
		"'zh':'ZX'},'y':{'evidence':true,'limit':{'clause':'5.4','key':'y',"
		"'standard':'S 2'},'meaning':'b','optional':false,'per':'gas'}},"
		"'name':'A','repeats':3,'zh':'ZA'}],'title':'T','version':3,'zh':'Z'}");
}

/* One part of the data, by its path. */
static void check_part(const char *kind, const char *text, const char *more, const char *part)
{
	struct cell *cell = cell_load(kind, text, more);
	bool found = strstr(cell_said(cell, FRAME_DATA, 0), part) != NULL;

	CU_ASSERT(found);
	if (!found)
		cell_failed(cell, part, cell_said(cell, FRAME_DATA, 0));
	cell_free(cell);
}

static void a_parameter_is_its_text_its_default_and_its_range(void)
{
	check_part("protocol",
		   HEAD "params = { flow = { '0.2 L/min', range = '0.1 .. 1 L/min', ask = 'Flow' } "
			"} }\n" MEASURED,
		   ", 'params': {'flow': '300 mL/min'}",
		   "'params':{'flow':{'ask':'Flow','default':'0.2 L/min','range':'0.1 .. 1 L/min',"
		   "'unit':'L/min','value':'300 mL/min'}}");
}

static void a_computed_bound_reads_back_as_the_same_number(void)
{
	check_part("protocol",
		   HEAD "params = { duration = '60 min' } }\n"
			"step 'A' { measure = { x = { 'a', limit = { grade = 'declared',\n"
			"  at_least = 0.7 * test.params.duration } } }, run = function() end }\n",
		   "", "'text':'>= 42 min'");
}

static void data_of_the_dut_come_from_the_order_or_the_simulation(void)
{
	static const char TEXT[] =
		HEAD "dut = { serial = { ask = 'Serial', text = true, simulated = 'SIM-1' },\n"
		     "  span = { simulated = '4 %vol', range = '1 .. 100 %vol' } } }\n" MEASURED;

	check_part(
		"protocol", TEXT, ", 'simulated': true, 'dut': {'span': '5 %vol'}",
		"'dut':{'serial':{'ask':'Serial','simulated':'SIM-1','text':true,'value':'SIM-1'},"
		"'span':{'range':'1 .. 100 %vol','simulated':'4 %vol','text':false,"
		"'value':'5 %vol'}}");
	check_part("protocol", TEXT, "",
		   "'dut':{'serial':{'ask':'Serial','simulated':'SIM-1','text':true},"
		   "'span':{'range':'1 .. 100 %vol','simulated':'4 %vol','text':false}}");
}

static void what_a_maker_declares_as_a_limit_has_to_be_one(void)
{
	static const char TEXT[] =
		HEAD "dut = { trip = { limit = 'V', simulated = '4.25 .. 4.35 V' } } }\n" MEASURED;

	check_part("protocol", TEXT, ", 'simulated': true",
		   "'dut':{'trip':{'simulated':'4.25 .. 4.35 V','text':true,"
		   "'value':'4.25 .. 4.35 V'}}");
	check_refused("protocol", TEXT, ", 'dut': {'trip': '4.25 .. 4.35'}",
		      "t.lua:1: dut 'trip': ");
	check_refused("protocol", TEXT, ", 'dut': {'trip': '4.3 A'}", "t.lua:1: dut 'trip': ");
}

static void a_fault_is_its_verdict_and_the_measures_that_catch_it(void)
{
	check_part("protocol",
		   HEAD "faults = { worn = { 'FAIL', 'x', params = { n = '5' } }, open = 'ERROR' } "
			"}\n" MEASURED,
		   "",
		   "'faults':{'open':{'measures':{},'verdict':'ERROR'},"
		   "'worn':{'measures':['x'],'params':{'n':'5'},'verdict':'FAIL'}}");
}

/* ---- what a protocol is refused for ---- */

static void a_parameter_out_of_its_range_is_refused(void)
{
	check_refused("protocol",
		      HEAD
		      "params = { flow = { '0.2 L/min', range = '0.1 .. 1 L/min' } } }\n" MEASURED,
		      ", 'params': {'flow': '3 L/min'}",
		      "t.lua:1: parameter 'flow' is 3 L/min, out of its range; allowed is "
		      "0.1 .. 1 L/min");
}

static void a_parameter_of_another_dimension_is_refused(void)
{
	check_refused("protocol",
		      HEAD
		      "params = { flow = { '0.2 L/min', range = '0.1 .. 1 L/min' } } }\n" MEASURED,
		      ", 'params': {'flow': '3 V'}", "t.lua:1: parameter 'flow': ");
}

static void an_unknown_parameter_is_refused_with_what_there_is(void)
{
	check_refused("protocol", HEAD "params = { flow = '1 L/min' } }\n" MEASURED,
		      ", 'params': {'flwo': '3'}",
		      "t.lua:1: there is no parameter 'flwo'; there are: flow");
	check_refused(
		"protocol", HEAD "}\n" MEASURED, ", 'dut': {'serail': '3'}",
		"t.lua:1: there is no data of the device under test 'serail'; there are: none");
}

static void a_limit_that_does_not_parse_is_refused_at_its_step(void)
{
	check_refused("protocol",
		      HEAD "}\n\nstep 'A' { measure = { x = { 'a', limit = { '<= 30 Pq',\n"
			   "grade = 'lab' } } }, run = function() end }\n",
		      "", "t.lua:5: step 'A', measure 'x': ");
}

static void a_limit_without_a_grade_is_refused(void)
{
	check_refused("protocol",
		      HEAD "}\nstep 'A' { measure = { x = { 'a', limit = '<= 30 Pa' } },\n"
			   "run = function() end }\n",
		      "", "t.lua:4: step 'A', measure 'x': the limit '<= 30 Pa' has no grade");
}

static void an_unknown_grade_is_refused(void)
{
	check_refused("protocol",
		      HEAD "}\nstep 'A' { measure = { x = { 'a', limit = { '<= 30 Pa',\n"
			   "grade = 'official' } } }, run = function() end }\n",
		      "", "t.lua:4: step 'A', measure 'x': ");
}

static void steps_are_named_once_and_have_something_to_do(void)
{
	check_refused("protocol", HEAD "}\n" MEASURED MEASURED, "",
		      "t.lua:6: step 'A': there is a step of this name already");
	check_refused("protocol", HEAD "}\nstep 'B' { measure = {} }\n", "",
		      "t.lua:4: step 'B' has no run");
}

static void a_protocol_that_measures_nothing_is_refused(void)
{
	check_refused("protocol", HEAD "}\nstep 'B' { run = function() end }\n", "",
		      "t.lua:1: no step declares a measure");
}

static void a_misspelt_field_is_named(void)
{
	check_refused("protocol", HEAD "titel = 'x' }\n" MEASURED, "",
		      "t.lua:1: protocol has no field 'titel'; it has: adjusts, bdf, bounds, "
		      "bracket, checks, class, decision, ");
}

/* A factor that nobody reads would be one of 1. */
static void a_misspelt_field_of_a_driver_is_named(void)
{
#define READS "return driver { id = 'd', bus = 'modbus', reads = { x = { input = 0, "
	check_refused("driver", READS "scal = 0.1 } } }", "",
		      "t.lua:1: reads.x has no field 'scal'; it has: ");
	check_refused("driver", READS "digit = '0.1 Pa' } } }", "",
		      "t.lua:1: reads.x: 'digit' is a number, not a string");
	check_refused("driver", READS "} }, framing = { endings = 'x' } }", "",
		      "t.lua:1: framing has no field 'endings'");
	check_refused("simulator", "return simulator { id = 'd', bus = 'modbus', answer = {} }", "",
		      "t.lua:1: simulator has no field 'answer'");
#undef READS
}

static void an_unknown_word_is_told_those_that_there_are(void)
{
	check_refused(
		"simulator", "return twin { id = 'd', bus = 'modbus' }", "",
		"t.lua:1: there is no 'twin' here (misspelt, or used before its 'local'?); the "
		"words of this file are: simulator");
}

static void a_fault_names_only_measures_that_exist(void)
{
	check_refused("protocol", HEAD "faults = { worn = { 'FAIL', 'z' } } }\n" MEASURED, "",
		      "t.lua:1: fault 'worn' names the measure 'z', which no step declares");
}

static void waiting_outside_a_step_is_refused(void)
{
	check_refused("protocol", HEAD "}\nwait '1 s'\n" MEASURED, "",
		      "t.lua:4: 'wait' belongs inside a step's run");
}

static void a_syntax_error_names_its_line(void)
{
	check_refused("protocol", "local x =\n=", "", "t.lua:2: ");
}

static void another_language_is_refused(void)
{
	check_refused("protocol", HEAD "language = 2 }\n" MEASURED, "",
		      "t.lua:1: protocol is written for language 2");
}

static void a_protocol_says_its_language(void)
{
	check_refused("protocol",
		      "protocol { id = 't', version = 1, title = 'T', fixture = 'f' }\n" MEASURED,
		      "",
		      "t.lua:1: protocol needs the version of the language that it is written in");
}

/* ---- fixtures and instruments ---- */

static void a_fixture_becomes_plain_data(void)
{
	check_data(
		"fixture",
		"local b = fixture { id = 'f', ports = { bus = serial { '9600 8N1', rs485 = true } "
		"},\n"
		"devices = { mfc = device { 'flow', port = 'bus', unit = 2, safe = { set = q '0 "
		"L/min' } } },\n"
		"lines = { air = valve { safe = 'closed', longest = '10 min' } }, grace = '5 s',\n"
		"interlocks = { { 'shut', needs = 'hood', guards = { 'air' } } },\n"
		"channels = { flow = { 'mfc.flow', every = '1 s' } }, world = 'w.lua' }\n"
		"function b.air:twice() end\nreturn b",
		"",
		"{'channels':{'flow':{'every':'1 s','from':'mfc.flow'}},"
		"'devices':{'mfc':{'driver':'flow','dut':false,'port':'bus','safe':{'set':'0 "
		"L/min'},"
		"'unit':2}},'grace':'5 s','groups':{},'id':'f',"
		"'interlocks':[{'guards':['air'],'limit':'on','needs':'hood','text':'shut'}],"
		"'lines':{'air':{'kind':'valve','longest':'10 min','safe':'closed'}},"
		"'ports':{'bus':{'rs485':true,'settings':'9600 8N1'}},'references':{},"
		"'safe_sequence':{},'suits':{},'world':'w.lua'}");
}

static void a_method_needs_something_to_belong_to(void)
{
	check_refused("fixture", "local b = fixture { id = 'f' }\nfunction b.gas:apply() end", "",
		      "t.lua:2: the fixture has no 'gas'");
}

static void a_driver_keeps_flags_and_unnamed_parts(void)
{
	check_data("driver",
		   "return driver { id = 'd', bus = 'modbus', reads = {\n"
		   "status = { input = 3, as = 'flags', 'warm', 'fault' } },\n"
		   "healthy = { { 'status', without = 'fault' } } }",
		   "",
		   "{'bus':'modbus','healthy':[{'items':['status'],'without':'fault'}],'id':'d',"
		   "'reads':{'status':{'as':'flags','flags':['warm','fault'],'input':3}}}");
}

static void a_simulator_keeps_the_order_of_its_entries(void)
{
	check_data(
		"simulator",
		"return simulator { id = 's', bus = 'line', delay = '15 ms', answers = {\n"
		"{ '*IDN?', 'X' }, { 'FLOW?', function() end } },\n"
		"registers = { { holding = 16, as = 'u16', scale = 0.01, read = function() end,\n"
		"write = function() end } }, frames = { { 'FF', 'u16', function() end } } }",
		"",
		"{'answers':[{'1':'*IDN?','text':'X'},{'1':'FLOW?','call':true}],'bus':'line',"
		"'delay':'15 ms','frames':[{'ask':'FF','call':true,'reply':'u16'}],'id':'s',"
		"'registers':[{'as':'u16','holding':16,'read':true,'scale':0.01,'write':true}]}");
}

static void a_world_names_its_faults_and_operators(void)
{
	check_data("world",
		   "return world { grid = '50 ms', advance = function() end,\n"
		   "faults = { worn = function() end, old = { title = 'Old', function() end } },\n"
		   "operator = { change = function() end } }",
		   "",
		   "{'faults':[{'name':'old','title':'Old'},{'name':'worn'}],'grid':'50 ms',"
		   "'operator':['change']}");
}

static void a_world_takes_in_what_lies_in_its_own_folder(void)
{
	struct cell *cell = cell_start();

	cell_add_source(cell, "b/world.lua",
			"local cell = part 'cell'\n"
			"return world { grid = cell.grid, advance = function() end }");
	cell_add_source(cell, "b/world/cell.lua", "return { grid = '50 ms' }");
	cell_send(cell, FRAME_START, 0,
		  "{'mode': 'load', 'kind': 'world', 'source': 'b/world.lua'}");

	CU_ASSERT_STRING_EQUAL(cell_said(cell, FRAME_DATA, 0),
			       "{'faults':{},'grid':'50 ms','operator':{}}");
	cell_free(cell);
	check_refused("world", "\nlocal cell = part 'cell'", "",
		      "t.lua:2: this world has no part 'cell': there is no t/cell.lua");
	check_refused("driver", "local cell = part 'cell'", "", "t.lua:1: there is no 'part' here");
}

static void a_station_becomes_its_slots(void)
{
	check_data("station",
		   "return station { name = 'b', slots = { slot { 1, fixture = 'f',\n"
		   "ports = { bus = '/dev/x' }, lines = { air = 'GPIO4' } } } }",
		   "",
		   "{'name':'b','slots':[{'fixture':'f','lines':{'air':{'where':'GPIO4'}},"
		   "'number':1,'ports':{'bus':{'where':'/dev/x'}}}]}");
	check_data(
		"station",
		"return station { watchdog = '/dev/watchdog', slots = { slot { 2, fixture = 'f',\n"
		"ports = { bus = { '/dev/x', echo = true } },\n"
		"lines = { lid = { 'GPIO5', bias = 'pull-up' },\n"
		"  motor = { 'gpiochip0:5', drive = 'open-drain' } },\n"
		"rig = { ports = { bus = '/dev/y' }, lines = { lid = 'gpiochip1:4' } } } } }",
		"",
		"{'slots':[{'fixture':'f',"
		"'lines':{'lid':{'bias':'pull-up','where':'GPIO5'},"
		"'motor':{'drive':'open-drain','where':'gpiochip0:5'}},'number':2,"
		"'ports':{'bus':{'echo':true,'where':'/dev/x'}},"
		"'rig':{'lines':{'lid':'gpiochip1:4'},'ports':{'bus':'/dev/y'}}}],"
		"'watchdog':'/dev/watchdog'}");
}

/* A slot on lines 2 and 3, and what is wrong with it. */
static void check_slot_refused(const char *slot, const char *part)
{
	char text[400];

	snprintf(text, sizeof(text), "return station { slots = {\nslot { %s } } }", slot);
	check_refused("station", text, "", part);
}

static void a_wire_that_is_written_wrongly_is_refused(void)
{
	check_slot_refused("fixture = 'f'", "t.lua:2: a slot begins with its number");
	check_slot_refused("0, fixture = 'f'", "t.lua:2: a slot begins with its number");
	check_slot_refused("1", "t.lua:2: slot needs a text: fixture");
	check_slot_refused("1, fixture = 'f', wires = {}", "t.lua:2: slot has no field 'wires'");
	check_slot_refused("1, fixture = 'f', ports = { bus = 3 }", "t.lua:2: ports.bus");
	check_slot_refused("1, fixture = 'f', ports = { bus = { echo = true } }",
			   "t.lua:2: ports.bus begins with where it is");
	check_slot_refused("1, fixture = 'f', ports = { bus = { '/dev/x', baud = 9600 } }",
			   "t.lua:2: ports.bus has no field 'baud'");
	check_slot_refused("1, fixture = 'f', lines = { lid = '' }",
			   "t.lua:2: lines.lid begins with where it is");
	check_slot_refused("1, fixture = 'f', lines = { lid = { 'GPIO5', bias = 'up' } }",
			   "t.lua:2: lines.lid: bias is one of \"off\", \"pull-down\", "
			   "\"pull-up\", not 'up'");
	check_slot_refused("1, fixture = 'f', lines = { lid = { 'GPIO5', drive = 'hard' } }",
			   "t.lua:2: lines.lid: drive is one of");
	check_slot_refused("1, fixture = 'f', lines = { 'GPIO5' }", "t.lua:2: lines");
}

static void a_far_end_belongs_to_a_wire(void)
{
	check_slot_refused("1, fixture = 'f', rig = { ports = { bus = '/dev/y' } }",
			   "t.lua:2: rig.ports.bus: the slot has no wire 'bus'");
	check_slot_refused("1, fixture = 'f', ports = { bus = '/dev/x' }, "
			   "rig = { ports = { bus = 3 } }",
			   "t.lua:2: rig.ports.bus is where its far end is");
}

static void a_slot_is_there_once_and_made_with_its_word(void)
{
	check_refused("station",
		      "return station { slots = {\nslot { 1, fixture = 'f' },\n"
		      "slot { 1, fixture = 'g' } } }",
		      "", "t.lua:3: slot 1 is there already: t.lua:2");
	check_refused("station", "return station { slots = { { 1, fixture = 'f' } } }", "",
		      "t.lua:1: slots: 1 is not made with slot { … }");
}

static void a_file_of_another_kind_is_refused(void)
{
	check_refused("driver", "return station { name = 'b' }", "",
		      "t.lua:1: there is no 'station'");
	check_refused("driver", "return {}", "", "t.lua:1: this file declares no driver");
}

/* ---- the files that are shipped ---- */

static bool loads(const char *kind, const char *path)
{
	struct buf text;
	struct error err;
	struct cell *cell;
	bool done;

	buf_init(&text);
	if (file_read(path, 1 << 20, &text, &err) < 0) {
		buf_done(&text);
		return false;
	}
	cell = cell_load(kind, text.data, ", 'simulated': true");
	done = cell_frames(cell, FRAME_DATA) == 1;
	if (!done)
		cell_failed(cell, "", path);
	cell_free(cell);
	buf_done(&text);
	return done;
}

static void steps_after_the_sixteenth_come_in_frames_of_their_own(void)
{
	struct cell *cell = cell_load(
		"protocol",
		"protocol { id = 'x', version = 1, language = 1, title = 't', zh = 't', standard = "
		"'s', "
		"class = 'c', fixture = 'f' }\n"
		"for i = 1, 18 do step('S' .. i) { measure = { x = { 'x', limit = { '<= 1 Pa', "
		"grade = 'example' } } }, run = function(m) m.x = q '1 Pa' end } end",
		"");

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DATA), 3);
	CU_ASSERT_EQUAL(value_count(value_get(cell_frame(cell, FRAME_DATA, 0)->payload, "steps")),
			16);
	CU_ASSERT_PTR_NOT_NULL(strstr(cell_said(cell, FRAME_DATA, 2), "'name':'S18'"));
	cell_free(cell);
}

static const char SMALL_DRIVER[] =
	"return driver { id = 'a', bus = 'modbus', reads = { x = { input = 0, as = 'u16', "
	"unit = 'Pa' } } }";

static void a_loader_takes_another_file_and_has_forgotten_the_first(void)
{
	struct cell *cell = cell_load("driver", SMALL_DRIVER, "");

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DONE), 1);
	cell_add_source(cell, "second.lua", SMALL_DRIVER);
	cell_send(cell, FRAME_START, 0,
		  "{'mode': 'load', 'kind': 'driver', 'source': 'second.lua'}");
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DONE), 1);

	cell_add_source(cell, "third.lua", SMALL_DRIVER);
	cell_send(cell, FRAME_START, 0, "{'mode': 'load', 'kind': 'driver', 'source': 't.lua'}");
	CU_ASSERT(cell_failed(cell, "usage", "t.lua: this file was not sent"));
	cell_free(cell);
}

static void the_gas_bench_and_its_protocols_load(void)
{
	CU_ASSERT(loads("fixture", "fixtures/gas_bench/fixture.lua"));
	CU_ASSERT(loads("world", "fixtures/gas_bench/world.lua"));
	CU_ASSERT(loads("protocol", "scripts/gas/methane_transmitter.lua"));
	CU_ASSERT(loads("protocol", "scripts/gas/methane_reliability.lua"));
	CU_ASSERT(loads("driver", "fixtures/drivers/alicat_mfc/driver.lua"));
	CU_ASSERT(loads("simulator", "fixtures/drivers/alicat_mfc/twin.lua"));
	CU_ASSERT(loads("driver", "fixtures/drivers/methane_transmitter/driver.lua"));
	CU_ASSERT(loads("simulator", "fixtures/drivers/methane_transmitter/twin.lua"));
	CU_ASSERT(loads("driver", "fixtures/drivers/winsen_ch4/driver.lua"));
	CU_ASSERT(loads("simulator", "fixtures/drivers/winsen_ch4/twin.lua"));
}

/* ---- two measures in one statement ---- */

#define BODY(text)                                                                                 \
	HEAD "}\nstep 'A' { measure = { x = { 'a', limit = { '<= 30 Pa', grade = 'verbatim' } "    \
	     "},\n"                                                                                \
	     "  y = { 'b', limit = { '<= 30 Pa', grade = 'verbatim' } } },\n" text " }\n"

#define TWO(line, a, b)                                                                            \
	"t.lua:" line ": " a " and " b " are assigned in one statement: Lua fixes no order for "   \
	"that, and the record has one; write a statement for each"

static void two_measures_in_one_statement_are_refused_with_their_line(void)
{
	check_refused("protocol", BODY("run = function(m, fx)\n local p = 1\n m.x, m.y = p, p end"),
		      "", TWO("8", "m.x", "m.y"));
	check_refused("protocol", BODY("run = function(m, fx)\n m.x['a'], p, m['y'] = 1, 2, 3 end"),
		      "", TWO("7", "m.x['a']", "m['y']"));
	check_refused("protocol",
		      BODY("run = function(record, fx)\n -- m.x, m.y = 1\n"
			   " together(function() record.x,\n record.y = fx:f(1, 2), 3 end) end"),
		      "", TWO("8", "record.x", "record.y"));
}

static void in_a_function_beside_the_step_it_is_found_too(void)
{
	check_refused(
		"protocol",
		BODY("run = function(m, fx) end") "local function take(m)\n"
						  " for i = 1, 2 do m.x, m.y = i, i end end\n",
		"", TWO("8", "m.x", "m.y"));
}

static void what_only_looks_like_it_is_let_through(void)
{
	check_part("protocol",
		   BODY("run = function(m, fx)\n"
			" local a, b = m.x, m.y\n"
			" log('m.x, m.y = 1' .. [[ m.x, m.y = 2 ]], m.x, m.y == 1)\n"
			" --[==[ m.x, m.y = 3 ]==]\n"
			" local t = { m.x, y = 1, m.y }\n"
			" a, m.x = 1, 2  t.a, t.b = 1, 2  m.y = a, m.x\n"
			" if a then return m.x, m.y end end"),
		   "", "'id':'t'");
}

void suite_script_loader(void)
{
	suite_begin("script_loader");
	claim(a_protocol_becomes_its_header_and_its_steps);
	claim(a_parameter_is_its_text_its_default_and_its_range);
	claim(a_computed_bound_reads_back_as_the_same_number);
	claim(data_of_the_dut_come_from_the_order_or_the_simulation);
	claim(what_a_maker_declares_as_a_limit_has_to_be_one);
	claim(a_fault_is_its_verdict_and_the_measures_that_catch_it);
	claim(a_parameter_out_of_its_range_is_refused);
	claim(a_parameter_of_another_dimension_is_refused);
	claim(an_unknown_parameter_is_refused_with_what_there_is);
	claim(a_limit_that_does_not_parse_is_refused_at_its_step);
	claim(a_limit_without_a_grade_is_refused);
	claim(an_unknown_grade_is_refused);
	claim(steps_are_named_once_and_have_something_to_do);
	claim(a_protocol_that_measures_nothing_is_refused);
	claim(a_misspelt_field_is_named);
	claim(a_misspelt_field_of_a_driver_is_named);
	claim(an_unknown_word_is_told_those_that_there_are);
	claim(a_fault_names_only_measures_that_exist);
	claim(waiting_outside_a_step_is_refused);
	claim(a_syntax_error_names_its_line);
	claim(another_language_is_refused);
	claim(a_protocol_says_its_language);
	claim(a_fixture_becomes_plain_data);
	claim(a_method_needs_something_to_belong_to);
	claim(a_driver_keeps_flags_and_unnamed_parts);
	claim(a_simulator_keeps_the_order_of_its_entries);
	claim(a_world_names_its_faults_and_operators);
	claim(a_world_takes_in_what_lies_in_its_own_folder);
	claim(a_station_becomes_its_slots);
	claim(a_wire_that_is_written_wrongly_is_refused);
	claim(a_far_end_belongs_to_a_wire);
	claim(a_slot_is_there_once_and_made_with_its_word);
	claim(a_file_of_another_kind_is_refused);
	claim(steps_after_the_sixteenth_come_in_frames_of_their_own);
	claim(a_loader_takes_another_file_and_has_forgotten_the_first);
	claim(the_gas_bench_and_its_protocols_load);
	claim(two_measures_in_one_statement_are_refused_with_their_line);
	claim(in_a_function_beside_the_step_it_is_found_too);
	claim(what_only_looks_like_it_is_let_through);
}
