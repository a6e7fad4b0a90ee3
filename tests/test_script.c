/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language as a script meets it: what each word asks of the controller, and what comes of the
 * answer. Every claim drives the real davy-lua. The step's body starts at t.lua:10.
 */
#include <math.h>
#include <string.h>

#include "tests/cell.h"
#include "tests/claims.h"

#define SAYS(cell, type, n, json) CU_ASSERT_STRING_EQUAL(cell_said(cell, type, n), json)

/* ---- measures ---- */

static void a_difference_of_readings_is_measured_as_an_expression(void)
{
	struct cell *cell = cell_run("local before = fx.pressure:mean '5 s'\n"
				     "m.x = before - fx.pressure:mean '5 s'");

	cell_answer(cell, 2, "{'reading': 1, 'number': 1003, 'unit': 'Pa'}");
	cell_answer(cell, 3, "{'reading': 2, 'number': 1000, 'unit': 'Pa'}");

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'from':'(r1 - r2)','measure':'x','step':'S','where':'t.lua:11'}");
	cell_free(cell);
}

static void a_step_ends_and_then_all_is_done(void)
{
	struct cell *cell = cell_run("m.x = q '3 Pa'");

	SAYS(cell, FRAME_REQUEST, 0, "{'repeat':1,'step':'S','verb':'step_end'}");
	cell_answer(cell, 2, NULL);

	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DONE), 1);
	cell_free(cell);
}

static void an_undeclared_measure_is_refused_at_its_line(void)
{
	struct cell *cell = cell_run("\nm.leek = q '3 Pa'");

	CU_ASSERT(
		cell_failed(cell, "script", "t.lua:11: no measure 'leek' is declared in step 'S'"));
	cell_free(cell);
}

static void a_measure_is_taken_once(void)
{
	struct cell *cell = cell_run("m.x = q '3 Pa'\nm.x = q '2 Pa'");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:11: measure 'x' was given a value already"));
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_MEASURE), 1);
	cell_free(cell);
}

static void a_bare_number_is_no_measured_value(void)
{
	struct cell *cell = cell_run("m.x = 3");

	CU_ASSERT(cell_failed(cell, "script", "m.x was given a bare number"));
	cell_free(cell);
}

static void a_text_is_no_measured_value(void)
{
	struct cell *cell = cell_run("m.x = '3 Pa'");

	CU_ASSERT(cell_failed(cell, "script", "m.x was given a bare string"));
	cell_free(cell);
}

static void a_boolean_is_no_measured_value(void)
{
	struct cell *cell = cell_run("m.x = true");

	CU_ASSERT(cell_failed(cell, "script", "a state is read with ch:read()"));
	cell_free(cell);
}

static void a_value_that_is_no_number_cannot_be_made(void)
{
	struct cell *cell = cell_run("m.x = q(0/0, 'Pa')");

	CU_ASSERT(cell_failed(cell, "script", "a quantity must be finite"));
	cell_free(cell);
}

/* What JSON cannot say. */
static void answer_number(struct cell *cell, uint32_t request, double number)
{
	struct value *result = value_map();
	struct value *value;

	value_set_bool(result, "ok", true);
	value = value_set(result, "value", value_map());
	value_set_int(value, "reading", 1);
	value_set_real(value, "number", number);
	value_set_text(value, "unit", "Pa");
	cell_add_value(cell, FRAME_RESULT, request, result);
	value_free(result);
	cell_turn(cell);
}

static void a_reading_that_is_no_number_cannot_be_measured(void)
{
	struct cell *cell = cell_run("m.x = fx.pressure:read()");

	answer_number(cell, 2, INFINITY);

	CU_ASSERT(cell_failed(cell, "script", "m.x was given a value that is not finite"));
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_MEASURE), 0);
	cell_free(cell);
}

static void a_condition_not_reached_is_measured_with_its_reason(void)
{
	struct cell *cell = cell_run("m.x = fx.pressure:becomes { '>= 1 kPa', within = '30 s' }");

	cell_answer(cell, 2, "{'why': 'it was 0.4 kPa after 30 s'}");

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'measure':'x','step':'S','where':'t.lua:10','why':'it was 0.4 kPa after 30 s'}");
	cell_free(cell);
}

static void a_reason_that_a_condition_gave_may_be_assigned(void)
{
	struct cell *cell =
		cell_run("local v, why = fx.pressure:becomes { '>= 1 kPa', within = '3 s' }\n"
			 "m.x = v or why");

	cell_answer(cell, 2, "{'why': 'too low'}");

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'measure':'x','step':'S','where':'t.lua:11','why':'too low'}");
	cell_free(cell);
}

static void nothing_is_measured_as_no_value(void)
{
	struct cell *cell = cell_run("m.x = nil");

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'measure':'x','step':'S','where':'t.lua:10','why':'no value was given'}");
	cell_free(cell);
}

static void a_measure_per_gas_has_a_key(void)
{
	struct cell *cell = cell_run("m.y['ch4_1'] = q '1 Pa'\nm.y['ch4_2'] = m.y['ch4_1']");

	SAYS(cell, FRAME_MEASURE, 1,
	     "{'from':'[1 Pa]','key':'ch4_2','measure':'y','step':'S','where':'t.lua:11'}");
	cell_free(cell);
}

static void a_repeated_step_numbers_its_measures(void)
{
	struct cell *cell = cell_run_repeats("m.x = q '1 Pa'", 2);

	cell_answer(cell, 2, NULL);
	SAYS(cell, FRAME_REQUEST, 0, "{'repeat':2,'step':'S','verb':'step_begin'}");
	cell_answer(cell, 3, NULL);

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'from':'[1 Pa]','key':'2','measure':'x','step':'S','where':'t.lua:10'}");
	cell_free(cell);
}

/* ---- channels and outputs ---- */

static void a_condition_says_what_it_waits_for(void)
{
	struct cell *cell =
		cell_run("fx.pressure:becomes { at_least = q '0.3 Pa', within = '30 s' }");

	SAYS(cell, FRAME_REQUEST, 0,
	     "{'channel':'pressure','limit':'>= 0.3 Pa','verb':'becomes','where':'t.lua:10',"
	     "'within':'[30 s]'}");
	cell_free(cell);
}

static void a_condition_without_an_end_is_refused(void)
{
	struct cell *cell = cell_run("fx.pressure:becomes '>= 1 Pa'");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:10: becomes needs within"));
	cell_free(cell);
}

static void a_limit_that_does_not_parse_is_refused_at_its_line(void)
{
	struct cell *cell = cell_run("fx.pressure:becomes { 'about 3 Pa', within = '1 s' }");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:10: becomes: "));
	cell_free(cell);
}

static void holds_says_how_long_and_whether_to_the_end(void)
{
	struct cell *cell =
		cell_run("local held, all, why = fx.pressure:holds { '<= 3 Pa', over = '1 min' }\n"
			 "print(held, all, why)");

	cell_answer(
		cell, 2,
		"{'reading': 5, 'number': 42, 'unit': 's', 'to_the_end': false, 'why': 'left'}");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'42 s false left'}");
	cell_free(cell);
}

static void a_trace_is_asked_by_its_number(void)
{
	struct cell *cell = cell_run("local t = fx.methane:trace '1 s'\n"
				     "m.x = -t:after('10 s'):min()");

	cell_answer(cell, 2, "{'trace': 4}");
	SAYS(cell, FRAME_REQUEST, 0,
	     "{'after':'[10 s]','trace':4,'verb':'trace_min','where':'t.lua:11'}");
	cell_answer(cell, 3, "{'reading': 9, 'number': -2, 'unit': 'Pa'}");

	SAYS(cell, FRAME_MEASURE, 0, "{'from':'-r9','measure':'x','step':'S','where':'t.lua:11'}");
	cell_free(cell);
}

static void time_to_counts_from_an_act(void)
{
	struct cell *cell = cell_run("local t = fx.methane:trace '1 s'\n"
				     "local at = fx.air:open()\n"
				     "t:time_to(0.9, { origin = at, start = '0 %vol' })");

	cell_answer(cell, 2, "{'trace': 1}");
	SAYS(cell, FRAME_REQUEST, 0, "{'line':'air','on':true,'verb':'act','where':'t.lua:11'}");
	cell_answer(cell, 3, "{'reading': 7, 'number': 12.5, 'unit': 's'}");

	SAYS(cell, FRAME_REQUEST, 0,
	     "{'fraction':0.9,'origin':'r7','start':'[0 %vol]','trace':1,'verb':'trace_time_to',"
	     "'where':'t.lua:12'}");
	cell_free(cell);
}

static void the_fixtures_own_method_runs_in_the_callers_task(void)
{
	struct cell *cell = cell_run("fx.gas:blow '2 s'");

	cell_answer(cell, 2, "{'reading': 7, 'number': 12.5, 'unit': 's'}");

	SAYS(cell, FRAME_REQUEST, 0,
	     "{'for':'[2 s]','verb':'wait','via':'t.lua:10','where':'f.lua:9'}");
	cell_free(cell);
}

static void a_method_of_a_channel_calls_the_channels_verbs(void)
{
	struct cell *cell = cell_run("m.x = fx.methane:twice()");

	cell_answer(cell, 2, "{'reading': 7, 'number': 1, 'unit': 'Pa'}");

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'from':'(2 * r7)','measure':'x','step':'S','where':'t.lua:10'}");
	cell_free(cell);
}

static void a_contact_is_read_as_a_channel(void)
{
	struct cell *cell = cell_run("m.x = fx.hood:becomes { 'on', within = '5 s' }");

	SAYS(cell, FRAME_REQUEST, 0,
	     "{'channel':'hood','limit':'on','verb':'becomes','where':'t.lua:10','within':'[5 "
	     "s]'}");
	cell_free(cell);
}

static void a_long_wait_may_say_how_often_to_look(void)
{
	struct cell *becomes =
		cell_run("fx.methane:becomes { '>= 1 %vol', within = '9 h', every = '10 s' }");
	struct cell *before =
		cell_run("fx.hood:last_before { 'off', of = fx.methane, every = '1 s' }");

	SAYS(becomes, FRAME_REQUEST, 0,
	     "{'channel':'methane','every':'[10 s]','limit':'>= 1 %vol','verb':'becomes',"
	     "'where':'t.lua:10','within':'[9 h]'}");
	SAYS(before, FRAME_REQUEST, 0,
	     "{'channel':'hood','every':'[1 s]','limit':'off','of':'methane',"
	     "'verb':'last_before','where':'t.lua:10'}");
	cell_free(becomes);
	cell_free(before);
}

static void a_device_takes_only_what_its_driver_writes(void)
{
	struct cell *good = cell_run("fx.controller:set { setpoint = '0.2 L/min' }");
	struct cell *bad = cell_run("fx.controller:set { setpiont = '0.2 L/min' }");

	SAYS(good, FRAME_REQUEST, 0,
	     "{'device':'controller','values':{'setpoint':'[0.2 L/min]'},'verb':'set',"
	     "'where':'t.lua:10'}");
	CU_ASSERT(cell_failed(bad, "script",
			      "controller has no 'setpiont' to set; it has: setpoint"));
	cell_free(good);
	cell_free(bad);
}

static void a_setting_in_words_is_one_of_the_driver_s_words(void)
{
	struct cell *good = cell_run("fx.controller:set { valve = 'open' }");
	struct cell *bad = cell_run("fx.controller:set { valve = 'ajar' }");
	struct cell *worse = cell_run("fx.controller:set { valve = 1 }");

	SAYS(good, FRAME_REQUEST, 0,
	     "{'device':'controller','values':{'valve':'open'},'verb':'set','where':'t.lua:10'}");
	CU_ASSERT(cell_failed(bad, "script", "controller.valve is shut or open, not 'ajar'"));
	CU_ASSERT(cell_failed(worse, "script", "controller.valve is shut or open, not a number"));
	cell_free(good);
	cell_free(bad);
	cell_free(worse);
}

static void what_is_not_in_the_fixture_is_named_with_what_is(void)
{
	struct cell *cell = cell_run("fx.methan:read()");

	CU_ASSERT(cell_failed(cell, "script",
			      "t.lua:10: the fixture has no 'methan'; it has: air, "));
	cell_free(cell);
}

static void pulse_widths_are_two_readings(void)
{
	struct cell *cell = cell_run("local high, low = fx.beat:widths()\nm.x = q.min(high, low)");

	cell_answer(cell, 2,
		    "{'high': {'reading': 3, 'number': 0.5, 'unit': 's'},"
		    " 'low': {'reading': 4, 'number': 0.25, 'unit': 's'}}");

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'from':'min(r3, r4)','measure':'x','step':'S','where':'t.lua:11'}");
	cell_free(cell);
}

static void the_operator_reads_both_languages(void)
{
	struct cell *cell = cell_run("operator:confirm { 'Close the lid.', zh = 'Z', id = 'lid' }");

	SAYS(cell, FRAME_REQUEST, 0,
	     "{'id':'lid','text':'Close the lid.','verb':'confirm','where':'t.lua:10','zh':'Z'}");
	cell_free(cell);
}

static void a_refused_act_is_raised_at_its_line(void)
{
	struct cell *cell = cell_run("fx.air:open()");

	cell_send(cell, FRAME_RESULT, 2, "{'ok': false, 'why': 'the hood is open'}");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:10: the hood is open"));
	cell_free(cell);
}

static void an_assertion_says_what_the_bench_owes(void)
{
	struct cell *cell = cell_run("assert(fx.pressure:becomes { '>= 1 Pa', within = '1 s' })");

	cell_answer(cell, 2, "{'why': 'it stayed at 0 Pa'}");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:10: it stayed at 0 Pa"));
	cell_free(cell);
}

static void every_error_says_where_it_was_raised(void)
{
	struct cell *format = cell_run("\nprint(('%d'):format(q '3 Pa'))");
	struct cell *sort = cell_run("\ntable.sort { 3, 'a' }");
	struct cell *nothing = cell_run("\nerror()");

	CU_ASSERT(cell_failed(format, "script",
			      "t.lua:11: bad argument #1 to 'format' (number expected, got "
			      "quantity)"));
	CU_ASSERT(cell_failed(sort, "script", "t.lua:11: attempt to compare string with number"));
	CU_ASSERT(cell_failed(nothing, "script", "t.lua:11: an error that is a nil was raised"));
	cell_free(format);
	cell_free(sort);
	cell_free(nothing);
}

/* ---- quantities ---- */

static void adding_up_in_a_loop_does_not_nest(void)
{
	struct cell *cell = cell_run("local sum = q '1 Pa'\n"
				     "for i = 1, 300 do sum = sum + q '1 Pa' end\n"
				     "m.x = sum / 301 * 2");
	const char *said = cell_said(cell, FRAME_MEASURE, 0);

	CU_ASSERT_PTR_NOT_NULL(strstr(said, "{'from':'(([1 Pa] + [1 Pa] + "));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "[1 Pa]) / 301 * 2)'"));
	cell_free(cell);
}

static void an_expression_that_grows_without_end_is_refused(void)
{
	struct cell *cell = cell_run("local sum = q '1 Pa'\n"
				     "while true do sum = sum + q '1 Pa' end");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:11: this value is calculated from too much"));
	cell_free(cell);
}

static void a_bare_number_is_not_compared_with_a_pressure(void)
{
	struct cell *cell = cell_run("if q '3 Pa' > 2 then print 'yes' end");

	CU_ASSERT(cell_failed(cell, "script", "a bare number cannot be added to or compared with"));
	cell_free(cell);
}

static void a_text_may_stand_for_a_quantity(void)
{
	struct cell *cell = cell_run("if q '3 Pa' > '2 Pa' then m.x = '1 kPa' - q '3 Pa' end");

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'from':'([1 kPa] - [3 Pa])','measure':'x','step':'S','where':'t.lua:10'}");
	cell_free(cell);
}

static void unlike_units_are_not_added(void)
{
	struct cell *cell = cell_run("m.x = q '3 Pa' + q '2 V'");

	CU_ASSERT(cell_failed(cell, "script", "t.lua:10: "));
	cell_free(cell);
}

static void against_and_mean_are_calls_in_the_expression(void)
{
	struct cell *cell = cell_run("m.x = q.mean { q '3 Pa', q '5 Pa' }\n"
				     "m.y.a = q '3 Pa':against(q '2 Pa')\n"
				     "print(q.mean { q '3 Pa', q '5 Pa' })");

	SAYS(cell, FRAME_MEASURE, 0,
	     "{'from':'mean([3 Pa], [5 Pa])','measure':'x','step':'S','where':'t.lua:10'}");
	SAYS(cell, FRAME_MEASURE, 1,
	     "{'from':'against([3 Pa], [2 Pa])','key':'a','measure':'y','step':'S',"
	     "'where':'t.lua:11'}");
	SAYS(cell, FRAME_NOTE, 0, "{'text':'4 Pa'}");
	cell_free(cell);
}

static void parameters_are_quantities_and_texts(void)
{
	struct cell *cell = cell_run("print(2 * p.flow, p.mode, dut.serial, dut.span:number())");

	SAYS(cell, FRAME_NOTE, 0, "{'text':'1 L/min a SIM-1 4.0'}");
	cell_free(cell);
}

static void a_parameter_that_was_not_declared_is_named(void)
{
	struct cell *cell = cell_run("print(p.fool)");

	CU_ASSERT(cell_failed(cell, "script",
			      "no parameter 'fool' is declared; there are: flow, mode"));
	cell_free(cell);
}

void suite_script(void)
{
	suite_begin("script");
	claim(a_difference_of_readings_is_measured_as_an_expression);
	claim(a_step_ends_and_then_all_is_done);
	claim(an_undeclared_measure_is_refused_at_its_line);
	claim(a_measure_is_taken_once);
	claim(a_bare_number_is_no_measured_value);
	claim(a_text_is_no_measured_value);
	claim(a_boolean_is_no_measured_value);
	claim(a_value_that_is_no_number_cannot_be_made);
	claim(a_reading_that_is_no_number_cannot_be_measured);
	claim(a_condition_not_reached_is_measured_with_its_reason);
	claim(a_reason_that_a_condition_gave_may_be_assigned);
	claim(nothing_is_measured_as_no_value);
	claim(a_measure_per_gas_has_a_key);
	claim(a_repeated_step_numbers_its_measures);
	claim(a_condition_says_what_it_waits_for);
	claim(a_condition_without_an_end_is_refused);
	claim(a_limit_that_does_not_parse_is_refused_at_its_line);
	claim(holds_says_how_long_and_whether_to_the_end);
	claim(a_trace_is_asked_by_its_number);
	claim(time_to_counts_from_an_act);
	claim(the_fixtures_own_method_runs_in_the_callers_task);
	claim(a_method_of_a_channel_calls_the_channels_verbs);
	claim(a_contact_is_read_as_a_channel);
	claim(a_long_wait_may_say_how_often_to_look);
	claim(a_device_takes_only_what_its_driver_writes);
	claim(a_setting_in_words_is_one_of_the_driver_s_words);
	claim(what_is_not_in_the_fixture_is_named_with_what_is);
	claim(pulse_widths_are_two_readings);
	claim(the_operator_reads_both_languages);
	claim(a_refused_act_is_raised_at_its_line);
	claim(an_assertion_says_what_the_bench_owes);
	claim(every_error_says_where_it_was_raised);
	claim(adding_up_in_a_loop_does_not_nest);
	claim(an_expression_that_grows_without_end_is_refused);
	claim(a_bare_number_is_not_compared_with_a_pressure);
	claim(a_text_may_stand_for_a_quantity);
	claim(unlike_units_are_not_added);
	claim(against_and_mean_are_calls_in_the_expression);
	claim(parameters_are_quantities_and_texts);
	claim(a_parameter_that_was_not_declared_is_named);
}
