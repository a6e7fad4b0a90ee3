/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol declares beside its steps: what the loader makes of it, what it refuses, and what does
 * not fit the fixture.
 */
#include <string.h>

#include "tests/bench_rig.h"
#include "tests/cell.h"
#include "tests/claims.h"
#include "tests/lung.h"

#define HEAD                                                                                       \
	"local test = protocol {\n"                                                                \
	"  id = 't', version = 3, language = 1, title = 'T', class = 'c', fixture = 'f', "         \
	"standard = 'S 1',\n"

#define MEASURED                                                                                   \
	"step 'A' { measure = { x = { 'a', limit = { '<= 30 Pa', grade = 'verbatim' } } },\n"      \
	"  run = function() end }\n"

static void check_becomes(const char *declared, const char *more, const char *part)
{
	char text[1200];
	struct cell *cell;
	bool found;

	snprintf(text, sizeof(text), HEAD "%s }\n" MEASURED, declared);
	cell = cell_load("protocol", text, more);
	found = strstr(cell_said(cell, FRAME_DATA, 0), part) != NULL;
	CU_ASSERT(found);
	if (!found)
		cell_failed(cell, part, cell_said(cell, FRAME_DATA, 0));
	cell_free(cell);
}

static void check_refused(const char *declared, const char *why)
{
	char text[1200];
	struct cell *cell;

	snprintf(text, sizeof(text), HEAD "%s }\n" MEASURED, declared);
	cell = cell_load("protocol", text, "");
	CU_ASSERT(cell_failed(cell, "usage", why));
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DATA), 0);
	cell_free(cell);
}

/* ---- what becomes of it ---- */

static void an_environment_is_its_channel_its_period_and_its_limit(void)
{
	check_becomes("environment = { temperature = { '20 .. 26 °C', channel = 'room', "
		      "clause = '4', grade = 'verbatim' } }",
		      "",
		      "'environment':{'temperature':{'channel':'room','every':'10 s','limit':{"
		      "'clause':'4','grade':'verbatim','key':'environment.temperature',"
		      "'standard':'S 1','text':'20 .. 26 °C'},"
		      "'meaning':'temperature of the environment','zh':'环境温度'}}");
}

static void an_environment_may_have_its_own_name_and_a_gap(void)
{
	check_becomes("environment = { wind = { channel = 'draught', every = '1 min', "
		      "meaning = 'draught', zh = '风' } }",
		      "",
		      "'environment':{'wind':{'channel':'draught','every':'1 min','limit':{"
		      "'key':'environment.wind','standard':'S 1'},'meaning':'draught',"
		      "'zh':'风'}}");
}

static void a_rate_is_a_limit_that_the_protocol_vouches_for(void)
{
	check_becomes("sampling = { mouth = '100 Hz' }", "",
		      "'sampling':{'mouth':{'limit':{'grade':'declared',"
		      "'key':'sampling.mouth','source':'the protocol','text':'>= 100 Hz'}}}");
}

static void a_rate_may_come_from_a_standard(void)
{
	check_becomes("sampling = { mouth = { '100 Hz', clause = '7', standard = 'S 2', "
		      "grade = 'verbatim', source = 'read' } }",
		      "",
		      "'sampling':{'mouth':{'limit':{'clause':'7','grade':'verbatim',"
		      "'key':'sampling.mouth','source':'read','standard':'S 2',"
		      "'text':'>= 100 Hz'}}}");
}

static void a_method_may_be_left_with_another_value(void)
{
	check_becomes(
		"params = { cycles = { '500', range = '1 .. 500', method = '>= 500' } }",
		", 'params': {'cycles': '5'}",
		"'cycles':{'default':'500','method':{'grade':'declared','key':'method.cycles',"
		"'source':'the protocol','text':'>= 500'},'range':'1 .. 500','unit':'1',"
		"'value':'5'}");
}

static void what_is_destructive_says_so(void)
{
	check_becomes("destructive = true, dut = { serial = { ask = 'No', text = true } }", "",
		      "'destructive':true");
}

static void a_fault_may_name_what_the_controller_records(void)
{
	check_becomes(
		"params = { n = { '5', method = '>= 5' } }, sampling = { c = '1 Hz' },\n"
		"environment = { temperature = { channel = 'room' } },\n"
		"faults = { a = { 'INCONCLUSIVE', 'temperature', 'sampling.c', 'method.n' } }",
		"", "'measures':['temperature','sampling.c','method.n']");
}

/* ---- what is refused ---- */

static void an_environment_without_channel_is_refused(void)
{
	check_refused("environment = { temperature = { '20 .. 26 °C', grade = 'verbatim' } }",
		      "t.lua:1: environment 'temperature' needs a text: channel = ");
}

static void an_environment_without_grade_is_refused(void)
{
	check_refused("environment = { temperature = { '20 .. 26 °C', channel = 'room' } }",
		      "t.lua:1: environment 'temperature': the limit '20 .. 26 °C' has no grade");
}

static void an_environment_that_is_no_table_is_refused(void)
{
	check_refused("environment = { temperature = '20 .. 26 °C' }",
		      "t.lua:1: environment 'temperature' is written temperature = {");
	check_refused("environment = { { '20 .. 26 °C' } }",
		      "t.lua:1: environment '1' is written temperature = {");
}

static void an_environment_is_looked_at_in_a_time_that_passes(void)
{
	check_refused("environment = { pressure = { channel = 'room', every = '0 s' } }",
		      "t.lua:1: environment 'pressure': every is more than 0 s");
	check_refused("environment = { pressure = { channel = 'room', every = '3 Pa' } }",
		      "t.lua:1: environment 'pressure': every: ");
}

static void a_misspelt_field_of_an_environment_is_named(void)
{
	check_refused("environment = { pressure = { channel = 'room', evry = '1 s' } }",
		      "t.lua:1: environment 'pressure': limit has no field 'evry'");
}

static void a_rate_that_is_none_is_refused(void)
{
	check_refused("sampling = { mouth = '100 Pa' }", "t.lua:1: sampling of 'mouth': ");
	check_refused("sampling = { mouth = '0 Hz' }",
		      "t.lua:1: sampling of 'mouth': a rate is more than 0 Hz");
	check_refused("sampling = { mouth = 100 }",
		      "t.lua:1: sampling of 'mouth' is a rate by channel");
	check_refused("sampling = { '100 Hz' }", "t.lua:1: sampling of '1' is a rate by channel");
}

static void a_default_is_what_the_method_asks(void)
{
	check_refused("params = { cycles = { '5', method = '>= 500' } }",
		      "t.lua:1: parameter 'cycles': method: the default 5 is not what the method "
		      "asks (>= 500)");
}

static void a_method_is_a_limit_of_a_quantity(void)
{
	check_refused("params = { gas = { 'CH4', text = true, method = '>= 5' } }",
		      "t.lua:1: parameter 'gas': method: a limit is of a quantity");
	check_refused("params = { cycles = { '500', method = 500 } }",
		      "t.lua:1: parameter 'cycles': method is a limit, as in method = ");
	check_refused("params = { cycles = { '500', method = '>= 5 s' } }",
		      "t.lua:1: parameter 'cycles': method: ");
}

static void what_is_destructive_names_its_specimen(void)
{
	check_refused("destructive = true",
		      "t.lua:1: protocol: what is destructive names its specimen");
	check_refused("destructive = true, dut = { serial = { ask = 'No' } }",
		      "t.lua:1: protocol: what is destructive names its specimen");
	check_refused("destructive = 'yes', dut = { serial = { text = true } }",
		      "t.lua:1: protocol: 'destructive' is a boolean, not a string");
}

static void the_name_of_the_controllers_own_step_is_kept(void)
{
	struct cell *cell =
		cell_load("protocol", HEAD "}\nstep 'Conditions' { run = function() end }\n", "");

	CU_ASSERT(cell_failed(cell, "usage",
			      "t.lua:4: step 'Conditions': this name is kept for what"));
	cell_free(cell);
}

/* ---- against the fixture ---- */

static void check_no_plan(const char *header, const char *only, const char *part)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .header = header, .only = only, .body = "m.x = fx.pressure:read()");
	CU_ASSERT(bench_refused(&bench, part));
	bench_close(&bench);
}

static void a_channel_that_is_not_there_is_named(void)
{
	check_no_plan("environment = { temperature = { '1 .. 2 Pa', channel = 'room' } }", NULL,
		      "mini.lua: environment 'temperature': fixture mini has no channel 'room'");
	check_no_plan("sampling = { room = '1 Hz' }", NULL,
		      "mini.lua: sampling of 'room': fixture mini has no channel 'room'");
}

static void a_battery_names_channels_of_its_units(void)
{
	check_becomes("bdf = { voltage = 'u', current = '-i', within = '1 s' }", "",
		      "'bdf':{'current':'-i','voltage':'u','within':'1 s'}");
	check_refused("bdf = { voltage = 'u', within = '1 s' }", "current");
	check_refused("bdf = { voltage = 'u', current = 'i', within = '0 s' }", "bdf: within: ");
	check_refused("bdf = { voltage = 'u', current = 'i', within = '1 V' }", "bdf: within: ");
	check_refused("bdf = { voltage = 'u', current = 'i', within = '1 s', power = 'p' }",
		      "'power'");
	check_no_plan("bdf = { voltage = 'room', current = 'pressure', within = '1 s' }", NULL,
		      "mini.lua: bdf: voltage: fixture mini has no channel 'room'");
	check_no_plan("bdf = { voltage = 'pressure', current = 'pressure', within = '1 s' }", NULL,
		      "mini.lua: bdf: voltage: channel 'pressure' is not in V");
}

static void an_environment_is_a_number_of_the_limits_dimension(void)
{
	check_no_plan("environment = { temperature = { '1 .. 2 °C', channel = 'pressure' } }", NULL,
		      "mini.lua: environment 'temperature': ");
	check_no_plan("environment = { lid = { channel = 'lid' } }", NULL,
		      "mini.lua: environment 'lid': channel 'lid' is a state");
}

static void an_environment_is_seen_by_the_bench_and_before_the_start(void)
{
	struct bench bench;

	check_no_plan("environment = { pressure = { '1 .. 2 Pa', channel = 'shown' } }", NULL,
		      "environment 'pressure': channel 'shown' is the device under test");
	bench_open(&bench);
	lung_put(&bench);
	lung_run(&bench, .limit = ">= 0 %vol", .body = "m.x = fx.inhaled:read()",
		 .header = "environment = { co2 = { '>= 0 %vol', channel = 'inhaled', "
			   "grade = 'verbatim', source = 's', clause = '1' } },");
	CU_ASSERT(bench_refused(&bench, "channel 'inhaled' says nothing until something breathes"));
	bench_close(&bench);
}

static void the_controllers_own_step_is_not_run_alone(void)
{
	check_no_plan("sampling = { pressure = '1 Hz' }", "Conditions",
		      "mini.test has no step 'Conditions'");
}

void suite_declarations(void)
{
	suite_begin("declarations");
	claim(an_environment_is_its_channel_its_period_and_its_limit);
	claim(an_environment_may_have_its_own_name_and_a_gap);
	claim(a_rate_is_a_limit_that_the_protocol_vouches_for);
	claim(a_rate_may_come_from_a_standard);
	claim(a_method_may_be_left_with_another_value);
	claim(what_is_destructive_says_so);
	claim(a_fault_may_name_what_the_controller_records);
	claim(an_environment_without_channel_is_refused);
	claim(an_environment_without_grade_is_refused);
	claim(an_environment_that_is_no_table_is_refused);
	claim(an_environment_is_looked_at_in_a_time_that_passes);
	claim(a_misspelt_field_of_an_environment_is_named);
	claim(a_rate_that_is_none_is_refused);
	claim(a_default_is_what_the_method_asks);
	claim(a_method_is_a_limit_of_a_quantity);
	claim(what_is_destructive_names_its_specimen);
	claim(the_name_of_the_controllers_own_step_is_kept);
	claim(a_channel_that_is_not_there_is_named);
	claim(an_environment_is_a_number_of_the_limits_dimension);
	claim(a_battery_names_channels_of_its_units);
	claim(an_environment_is_seen_by_the_bench_and_before_the_start);
	claim(the_controllers_own_step_is_not_run_alone);
}
