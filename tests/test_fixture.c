/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixtures: what an author got wrong is refused with the name of the device, line, channel or
 * interlock; names become indices; the safe sequence forgets no output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/fixture.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/fixture_texts.h"

static const char DRIVERS[] = "{'meter':{'id':'meter','bus':'modbus',"
			      "'reads':{'pressure':{'input':0,'as':'f32','unit':'Pa','digit':0.1},"
			      "'heat':{'input':2,'as':'f32','unit':'°C','digit':0.1}},"
			      "'writes':{'drive':{'holding':16,'unit':'Pa','range':'0 .. 500 Pa'},"
			      "'output':{'holding':17,'words':{'off':0,'on':1}}}}}";

/* Whole fixtures around the part that a claim is about. */
#define PORTS "'ports':{'bus':{'settings':'9600 8N1'}}"
#define METER "'devices':{'m':{'driver':'meter','port':'bus','unit':1}}"
#define FIXTURE(rest) "{'id':'f'," PORTS "," rest "}"

static struct fixture *sound(const char *json)
{
	return fixture_sound(json, DRIVERS);
}

static void check_refused(const char *json, const char *why)
{
	fixture_refused(json, DRIVERS, why);
}

/* ---- refusals ---- */

static void a_port_s_settings_are_named(void)
{
	check_refused("{'id':'f','ports':{'bus':{'settings':'fast'}}}", "f.lua: port 'bus': ");
}

static void a_device_names_its_missing_driver_and_port(void)
{
	check_refused(FIXTURE("'devices':{'m':{'driver':'scale','port':'bus'}}"),
		      "f.lua: device 'm': driver 'scale' was not found");
	check_refused(FIXTURE("'devices':{'m':{'driver':'meter','port':'usb'}}"),
		      "f.lua: device 'm': its port is not declared under ports");
}

static void a_modbus_unit_is_1_to_247(void)
{
	check_refused(FIXTURE("'devices':{'m':{'driver':'meter','port':'bus','unit':0}}"),
		      "f.lua: device 'm': unit 0: a Modbus unit is 1 to 247");
	check_refused(FIXTURE("'devices':{'m':{'driver':'meter','port':'bus','unit':248}}"),
		      "f.lua: device 'm': unit 248: ");
}

#define SAFE(safe) FIXTURE("'devices':{'m':{'driver':'meter','port':'bus','safe':{" safe "}}}")

static void a_safe_write_is_one_that_can_be_sent(void)
{
	check_refused(SAFE("'speed':'0 Pa'"),
		      "f.lua: device 'm': safe.speed: the driver has no such write");
	check_refused(SAFE("'drive':'0 V'"), "f.lua: device 'm': safe.drive: '0 V' is not in Pa");
	check_refused(SAFE("'drive':'none'"), "f.lua: device 'm': safe.drive: ");
	check_refused(SAFE("'drive':'900 Pa'"),
		      "safe.drive: drive: 900 Pa is outside the instrument's range 0 .. 500 Pa");
}

static void a_safe_write_may_be_one_of_the_write_s_words(void)
{
	struct fixture *fixture = sound(SAFE("'output':'off','drive':'0 Pa'"));

	CU_ASSERT_EQUAL(fixture->device[0].safe_count, 2);
	CU_ASSERT_EQUAL(fixture->device[0].safe[0].number, 0);
	fixture_free(fixture);
	check_refused(SAFE("'output':'0'"),
		      "f.lua: device 'm': safe.output: output is off, on, not '0'");
}

static void no_safe_write_is_left_out_in_silence(void)
{
	check_refused(SAFE("'a':'0 Pa','b':'0 Pa','c':'0 Pa','d':'0 Pa','e':'0 Pa'"),
		      "f.lua: device 'm': more than 4 safe writes");
}

static void a_line_has_a_kind(void)
{
	check_refused(FIXTURE("'lines':{'v':{'kind':'tap','safe':'closed'}}"),
		      "f.lua: line 'v': kind is valve, switch, contact or pulse");
}

static void an_output_says_what_is_safe(void)
{
	check_refused(FIXTURE("'lines':{'v':{'kind':'valve'}}"),
		      "f.lua: line 'v': an output needs `safe");
	check_refused(FIXTURE("'lines':{'v':{'kind':'valve','safe':'shut'}}"),
		      "f.lua: line 'v': safe is open, closed, on or off, not 'shut'");
}

static void a_line_s_times_are_times(void)
{
	check_refused(FIXTURE("'lines':{'v':{'kind':'valve','safe':'closed','longest':'5'}}"),
		      "f.lua: line 'v': longest: ");
	check_refused(FIXTURE("'lines':{'c':{'kind':'contact','debounce':'3 Pa'}}"),
		      "f.lua: line 'c': debounce: ");
}

static void a_channel_comes_from_something_that_is_there(void)
{
	check_refused(FIXTURE(METER ",'channels':{'p':'n.pressure'}"),
		      "f.lua: channel 'p': there is no device 'n'");
	check_refused(FIXTURE(METER ",'channels':{'p':'m.flow'}"),
		      "f.lua: channel 'p': device 'm' has no read 'flow'");
	check_refused(FIXTURE("'channels':{'p':'lid'}"),
		      "f.lua: channel 'p': 'lid' is neither a line nor `device.read`");
	check_refused(FIXTURE("'channels':{'p':{'every':'1 s'}}"),
		      "f.lua: channel 'p': needs `from`");
}

static void a_channel_s_resolution_is_of_its_dimension(void)
{
	check_refused(FIXTURE(METER ",'channels':{'p':{'from':'m.pressure','resolution':'1 V'}}"),
		      "f.lua: channel 'p': resolution: '1 V' is not in Pa");
}

#define LINES "'lines':{'v':{'kind':'valve','safe':'closed'},'lid':{'kind':'contact'}}"

static void an_interlock_needs_something_that_is_there(void)
{
	check_refused(FIXTURE(LINES ",'interlocks':[{'text':'t','needs':'door','guards':['v']}]"),
		      "f.lua: interlock 1: needs 'door', which is no line and no channel");
}

static void an_interlock_guards_outputs(void)
{
	check_refused(FIXTURE(LINES ",'interlocks':[{'text':'t','needs':'lid','guards':['lid']}]"),
		      "f.lua: interlock 1: guards 'lid', which is no output");
}

static void no_guarded_output_is_left_out_in_silence(void)
{
	char *many = xstrdup("'v'"), *json;

	for (int i = 0; i < 16; i++) {
		char *more = xprintf("%s,'v'", many);

		free(many);
		many = more;
	}
	json = xprintf(FIXTURE(LINES ",'interlocks':[{'text':'t','needs':'lid','guards':[%s]}]"),
		       many);

	check_refused(json, "f.lua: interlock 1: guards more than 16 outputs");
	free(json);
	free(many);
}

static void an_interlock_s_limit_fits_what_it_is_asked_of(void)
{
	check_refused(FIXTURE(LINES ",'interlocks':[{'text':'t','needs':'lid','limit':'<= 5 Pa',"
				    "'guards':['v']}]"),
		      "f.lua: interlock 1: '<= 5 Pa' is asked of a line");
	check_refused(FIXTURE(LINES "," METER ",'channels':{'p':'m.pressure'},"
				    "'interlocks':[{'text':'t','needs':'p','limit':'<= 5 V',"
				    "'guards':['v']}]"),
		      "f.lua: interlock 1: ");
	check_refused(FIXTURE(LINES "," METER ",'channels':{'p':'m.pressure'},"
				    "'interlocks':[{'text':'t','needs':'p','guards':['v']}]"),
		      "f.lua: interlock 1: ");
}

static void the_safe_sequence_is_of_outputs(void)
{
	check_refused(FIXTURE(LINES ",'safe_sequence':['lid']"),
		      "f.lua: safe_sequence: 'lid' is no output");
}

static void the_emergency_stop_is_a_contact(void)
{
	check_refused(FIXTURE(LINES ",'estop':'button'"), "f.lua: estop: 'button' is no contact");
	check_refused(FIXTURE(LINES ",'estop':'v'"), "f.lua: estop: 'v' is no contact");
}

static void a_reference_has_a_unit(void)
{
	check_refused(FIXTURE("'references':{'w':'lbs'}"), "f.lua: reference 'w': ");
}

static void a_name_that_does_not_fit_is_refused(void)
{
	check_refused(FIXTURE("'lines':{'a_valve_with_a_name_of_32_bytes_':"
			      "{'kind':'valve','safe':'closed'}}"),
		      "a name has at most 31 bytes");
}

static void more_than_can_be_held_is_refused(void)
{
	struct value *value = said(FIXTURE("'lines':{}")), *drivers = said("{}");
	struct value *lines = value_set(value, "lines", value_map());
	struct fixture *fixture;
	struct error err;
	char name[16];

	for (int i = 0; i <= FIXTURE_MOST; i++) {
		snprintf(name, sizeof(name), "line%d", i);
		value_set_text(value_set(lines, name, value_map()), "kind", "contact");
	}
	fixture = fixture_compile(value, drivers, "f.lua", &err);

	CU_ASSERT_PTR_NULL(fixture);
	CU_ASSERT_STRING_EQUAL(err.text, "f.lua: more than 48 lines");
	value_free(value);
	value_free(drivers);
}

/* ---- what comes out ---- */

static void the_safe_sequence_is_completed_in_order_of_declaration(void)
{
	struct fixture *fixture =
		sound(FIXTURE("'lines':{'a':{'kind':'valve','safe':'closed'},"
			      "'b':{'kind':'switch','safe':'on'},'in':{'kind':'contact'},"
			      "'c':{'kind':'valve','safe':'open'}},'safe_sequence':['c','c']"));
	const int *order = fixture->safe_sequence;

	CU_ASSERT_EQUAL_FATAL(fixture->safe_count, 3);
	CU_ASSERT_STRING_EQUAL(fixture->line[order[0]].name, "c");
	CU_ASSERT_STRING_EQUAL(fixture->line[order[1]].name, "a");
	CU_ASSERT_STRING_EQUAL(fixture->line[order[2]].name, "b");
	CU_ASSERT(fixture->line[order[0]].safe && !fixture->line[order[1]].safe);
	fixture_free(fixture);
}

static void a_channel_shows_the_dut_s_doing_when_it_or_its_device_says_so(void)
{
	struct fixture *fixture = sound(FIXTURE(
		"'devices':{'m':{'driver':'meter','port':'bus','unit':1},"
		"'x':{'driver':'meter','port':'bus','unit':2,'dut':true}},"
		"'channels':{'a':'m.pressure','b':{'from':'m.heat','dut':true},'c':'x.heat'}"));

	CU_ASSERT_FALSE(fixture->channel[0].dut);
	CU_ASSERT_TRUE(fixture->channel[1].dut);
	CU_ASSERT_TRUE(fixture->channel[2].dut);
	CU_ASSERT_FALSE(fixture->device[0].dut); /* whose certificate counts as before */
	fixture_free(fixture);
}

static void contacts_and_pulses_are_channels_under_their_names(void)
{
	struct fixture *fixture = sound(FIXTURE("'lines':{'lid':{'kind':'contact'},"
						"'turns':{'kind':'pulse'},"
						"'v':{'kind':'valve','safe':'closed'}}"));
	int lid = fixture_find_channel(fixture, "lid");
	int turns = fixture_find_channel(fixture, "turns");

	CU_ASSERT_FATAL(lid >= 0 && turns >= 0);
	CU_ASSERT(fixture->channel[lid].state);
	CU_ASSERT_FALSE(fixture->channel[turns].state);
	CU_ASSERT_STRING_EQUAL(fixture->channel[turns].unit.symbol, "Hz");
	CU_ASSERT_EQUAL(fixture_find_channel(fixture, "v"), -1);
	fixture_free(fixture);
}

static void a_channel_has_its_driver_s_unit_and_resolution(void)
{
	struct fixture *fixture = sound(
		FIXTURE(METER ",'channels':{'p':'m.pressure',"
			      "'q':{'from':'m.pressure','resolution':'4 Pa','every':'1 s'}}"));
	const struct fixture_channel *p = &fixture->channel[0], *q = &fixture->channel[1];

	CU_ASSERT_STRING_EQUAL(p->unit.symbol, "Pa");
	CU_ASSERT_DOUBLE_EQUAL(p->resolution, 0.05, 1e-12);
	CU_ASSERT_EQUAL(p->every, 0);
	CU_ASSERT_EQUAL(q->resolution, 2);
	CU_ASSERT_EQUAL(q->every, SEC(1));
	fixture_free(fixture);
}

static void a_resolution_in_degrees_is_a_difference(void)
{
	struct fixture *fixture =
		sound(FIXTURE(METER ",'channels':{'t':{'from':'m.heat','resolution':'0.5 °C'}}"));

	CU_ASSERT_DOUBLE_EQUAL(fixture->channel[0].resolution, 0.25, 1e-9);
	fixture_free(fixture);
}

static void levels_have_the_words_of_their_kind(void)
{
	struct fixture_line valve = {.kind = LINE_VALVE}, lamp = {.kind = LINE_SWITCH};

	CU_ASSERT_STRING_EQUAL(fixture_level_name(&valve, true), "open");
	CU_ASSERT_STRING_EQUAL(fixture_level_name(&valve, false), "closed");
	CU_ASSERT_STRING_EQUAL(fixture_level_name(&lamp, true), "on");
	CU_ASSERT_STRING_EQUAL(fixture_level_name(&lamp, false), "off");
}

static void the_runner_is_told_names_and_no_wires(void)
{
	struct fixture *fixture = sound(
		FIXTURE(METER ",'channels':{'p':'m.pressure'}," LINES ",'references':{'w':'kg'}"));
	struct value *start = value_map();
	struct value *expected =
		said("{'channels':{'p':{'kind':'number','unit':'Pa'},"
		     "'lid':{'kind':'state','unit':'1'}},"
		     "'lines':{'v':{'kind':'valve'},'lid':{'kind':'contact'}},"
		     "'devices':{'m':{'drive':[],'output':['off','on']}},'references':['w']}");
	struct buf json;

	fixture_describe(fixture, start);

	buf_init(&json);
	json_write(&json, start);
	if (!value_same(start, expected))
		CU_FAIL(json.data);
	buf_done(&json);
	value_free(expected);
	value_free(start);
	fixture_free(fixture);
}

void suite_fixture(void)
{
	suite_begin("fixture");
	claim(a_port_s_settings_are_named);
	claim(a_device_names_its_missing_driver_and_port);
	claim(a_modbus_unit_is_1_to_247);
	claim(a_safe_write_is_one_that_can_be_sent);
	claim(a_safe_write_may_be_one_of_the_write_s_words);
	claim(no_safe_write_is_left_out_in_silence);
	claim(a_line_has_a_kind);
	claim(an_output_says_what_is_safe);
	claim(a_line_s_times_are_times);
	claim(a_channel_comes_from_something_that_is_there);
	claim(a_channel_s_resolution_is_of_its_dimension);
	claim(an_interlock_needs_something_that_is_there);
	claim(an_interlock_guards_outputs);
	claim(no_guarded_output_is_left_out_in_silence);
	claim(an_interlock_s_limit_fits_what_it_is_asked_of);
	claim(the_safe_sequence_is_of_outputs);
	claim(the_emergency_stop_is_a_contact);
	claim(a_reference_has_a_unit);
	claim(a_name_that_does_not_fit_is_refused);
	claim(more_than_can_be_held_is_refused);
	claim(the_safe_sequence_is_completed_in_order_of_declaration);
	claim(a_channel_shows_the_dut_s_doing_when_it_or_its_device_says_so);
	claim(contacts_and_pulses_are_channels_under_their_names);
	claim(a_channel_has_its_driver_s_unit_and_resolution);
	claim(a_resolution_in_degrees_is_a_difference);
	claim(levels_have_the_words_of_their_kind);
	claim(the_runner_is_told_names_and_no_wires);
}
