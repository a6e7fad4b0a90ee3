/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs from end to end in virtual time: what a verdict is earned by. A step "S" with the measure x,
 * "a pressure", limit >= 5 Pa; the mini bench shows 1000 Pa (tests/bench_rig.h).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define MEASURED "m.x = fx.pressure:mean '2 s'\n"

static const struct value *measure(const struct bench *bench, size_t n)
{
	return value_at(value_get(bench->end.summary, "measures"), n);
}

static bool has_verdict(const struct value *measure, const char *name)
{
	return measure && !strcmp(value_get_text(measure, "verdict"), name);
}

/* ---- PASS must be earned ---- */

static void a_good_product_passes_and_leaves_the_bench_safe(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "fx.cell:fill '2 s'\n" MEASURED);

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_STRING_EQUAL(bench.why, "");
	CU_ASSERT(journal_is_safe(bench.journal));
	CU_ASSERT_STRING_EQUAL(journal_settings(&bench), "valve=1 valve=0 meter.drive meter.trim");
	bench_close(&bench);
}

static void a_bad_product_fails_by_the_measure_s_name(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:read() - q '999 Pa'");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "x: "));
	CU_ASSERT(rehearsal_names(&bench.end, "x"));
	CU_ASSERT_FALSE(rehearsal_names(&bench.end, "y"));
	bench_close(&bench);
}

static void a_measure_that_was_not_reached_fails_with_the_reason(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:becomes { '>= 5 kPa', within = '3 s' }");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "x: >= 5 kPa was not reached within 3 s"));
	bench_close(&bench);
}

static void a_step_that_gives_no_measure_does_not_pass(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "wait '1 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "step 'S' gave no value for 'x'"));
	bench_close(&bench);
}

static void nothing_measured_does_not_pass_even_where_nothing_is_mandatory(void)
{
	static const char PROTOCOL[] = "protocol { id = 'mini.none', version = 1, language = 1, "
				       "title = 'T', fixture = 'mini' }\n"
				       "step 'S' { measure = { x = { 'x', optional = true,\n"
				       "  limit = { '>= 5 Pa', grade = 'verbatim' } } },\n"
				       "  run = function(m, fx) wait '1 s' end }\n";
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .protocol = PROTOCOL);

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "nothing was measured"));
	bench_close(&bench);
}

static void a_repeat_that_gives_no_value_does_not_pass(void)
{
	static const char PROTOCOL[] = "protocol { id = 'mini.thrice', version = 1, language = 1, "
				       "title = 'T', fixture = 'mini' }\n"
				       "local count = 0\n"
				       "step 'S' { repeats = 3, measure = { x = { 'x',\n"
				       "  limit = { '>= 5 Pa', grade = 'verbatim' } } },\n"
				       "  run = function(m, fx)\n"
				       "    count = count + 1\n"
				       "    if count ~= 2 then m.x = fx.pressure:read() end\n"
				       "  end }\n";
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .protocol = PROTOCOL);

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE,
			      "step 'S' gave no value for 'x' in repeat 2"));
	bench_close(&bench);
}

static void only_one_step_never_passes(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED, .only = "S");

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE,
			      "only step 'S' was run; a part of a test never passes"));
	CU_ASSERT(has_verdict(measure(&bench, 0), "PASS"));
	bench_close(&bench);
}

static void only_one_step_may_fail(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:read() - q '999 Pa'", .only = "S");

	CU_ASSERT(bench_ended(&bench, VERDICT_FAIL, "x: "));
	bench_close(&bench);
}

static void a_gap_is_inconclusive_and_says_what_is_needed(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED "m.y = fx.pressure:read()",
		  .measures = "y = { 'y', limit = { standard = 'AQ 1', clause = '5.2' } }");

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "y: needs 'y' of AQ 1, clause 5.2"));
	bench_close(&bench);
}

static void a_limit_set_fills_the_gap_and_decides_in_simulation(void)
{
	static const char LIMITS[] =
		"{ \"limit_set\": \"demo\", \"laboratory\": \"nobody\", \"grade\": \"example\",\n"
		"  \"limits\": { \"mini.test/y\": { \"limit\": \"<= 2 kPa\" } } }";
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED "m.y = fx.pressure:read()", .limits = LIMITS,
		  .measures = "y = { 'y', limit = { standard = 'AQ 1' } }");

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT(journal_says(bench.journal, "'limit_set':'demo'"));
	bench_close(&bench);
}

static void a_secondary_limit_decides_nothing(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED "m.y = fx.pressure:read()",
		  .measures = "y = { 'y', limit = { '<= 2 Pa', grade = 'secondary' } }");

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "is secondary and decides nothing"));
	bench_close(&bench);
}

static void an_expired_certificate_is_inconclusive(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_put(&bench, "fixtures/mini/calibration.csv",
		  "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"
		  "meter,pressure,,Pa,2 Pa,2,CAL-9,2025-12-31\n");
	bench_run(&bench, .body = MEASURED);

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE,
			      "certificate CAL-9 of meter.pressure ran out on 2025-12-31"));
	bench_close(&bench);
}

static void an_instrument_without_certificate_is_inconclusive(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_put(&bench, "fixtures/mini/calibration.csv",
		  "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n");
	bench_run(&bench, .body = MEASURED);

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE,
			      "there is no certificate for meter.pressure"));
	bench_close(&bench);
}

static void the_device_under_test_needs_no_certificate(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_put(&bench, "fixtures/mini/calibration.csv",
		  "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n");
	bench_run(&bench, .body = "m.x = fx.shown:mean '2 s'");

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

static void an_evidence_measure_outside_its_limit_is_inconclusive(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = MEASURED "m.y = fx.pressure:read()",
		  .measures = "y = { 'y', evidence = true, limit = '<= 5 Pa' }");

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "y: "));
	bench_close(&bench);
}

static void a_guarded_decision_near_the_limit_is_inconclusive(void)
{
	struct bench bench;

	/* the certificate says U = 2 Pa */
	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:mean '2 s' - q '994 Pa'",
		  .header = "decision = 'guarded'");

	CU_ASSERT(bench_ended(&bench, VERDICT_INCONCLUSIVE, "x: "));
	bench_close(&bench);
}

/* ---- what a measure may be ---- */

static void not_a_number_is_never_judged(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "wait '6 s'\nm.x = fx.pressure:read()", .fault = "not_a_number");

	CU_ASSERT_FALSE(bench.end.verdict == VERDICT_PASS || bench.end.verdict == VERDICT_FAIL);
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "meter: pressure is not a number"));
	bench_close(&bench);
}

static void a_division_by_nothing_is_an_error_at_its_line(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "local zero = q '1 Pa' - q '1 Pa'\n"
				  "m.x = q '1 Pa' * (q '1 Pa' / zero)");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "mini.lua:11: "));
	bench_close(&bench);
}

static void another_dimension_is_an_error_that_names_the_measure(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = q '3 V'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "step 'S', measure 'x': "));
	bench_close(&bench);
}

static void an_unknown_unit_is_an_error_that_quotes_it(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = q '3 Pascal'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "Pascal"));
	bench_close(&bench);
}

static void a_measure_given_twice_is_an_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:read() - q '999 Pa'\nm.x = q '9 Pa'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR,
			      "mini.lua:11: measure 'x' was given a value already"));
	CU_ASSERT(has_verdict(measure(&bench, 0), "FAIL"));
	bench_close(&bench);
}

static void an_undeclared_measure_is_an_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.z = q '3 Pa'");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "no measure 'z' is declared in step 'S'"));
	bench_close(&bench);
}

static void what_the_script_says_of_itself_is_not_what_is_judged(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "local before = fx.pressure:mean '1 s'\n"
				  "fx.cell:fill '1 s'\n"
				  "m.x = fx.pressure:mean '1 s' - before");

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_STRING_EQUAL(value_get_text(measure(&bench, 0), "from"), "(r4 - r1)");
	/* 100 Pa/s for one second, whatever the gauge's own error */
	CU_ASSERT(fabs(value_get_real(measure(&bench, 0), "value", 0) - 100) < 12);
	CU_ASSERT(value_get_real(measure(&bench, 0), "U", 9) < 1);
	bench_close(&bench);
}

/* ---- verbs and people ---- */

static void a_simulated_operator_answers(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "operator:confirm { 'Seat it.', id = 'seat' }\n"
				  "assert(operator:scan { 'Scan it.', id = 'code' } == 'AB-1')\n"
				  "m.x = operator:enter { 'Read it.', id = 'mass', unit = 'Pa' }");

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_EQUAL(value_get_real(measure(&bench, 0), "value", 0), 12.5);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "operator"), 3);
	bench_close(&bench);
}

static void a_mistyped_entry_is_asked_again_and_stays_in_the_journal(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = operator:enter { 'Read it.', id = 'slip', unit = 'Pa' }");

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	CU_ASSERT_EQUAL(value_get_real(measure(&bench, 0), "value", 0), 12.5);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "operator"), 3);
	CU_ASSERT_EQUAL(journal_count(bench.journal, "asked_again"), 2);
	bench_close(&bench);
}

static void a_world_that_never_says_a_number_is_not_asked_for_ever(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench,
		  .body = "m.x = operator:enter { 'Read it.', id = 'babble', unit = 'Pa' }");

	CU_ASSERT(
		bench_ended(&bench, VERDICT_ERROR, "'about a dozen' does not begin with a number"));
	CU_ASSERT_EQUAL(journal_count(bench.journal, "operator"), 3);
	bench_close(&bench);
}

static void a_failed_assertion_is_the_bench_s_error(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench,
		  .body = MEASURED
		  "assert(fx.pressure:becomes { '>= 5 kPa', within = '1 s' }, 'it does not rise')");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "it does not rise"));
	CU_ASSERT(has_verdict(measure(&bench, 0), "PASS"));
	bench_close(&bench);
}

/* The lid opens at 5 s, and its level has to last 10 ms: this wait begins in between. */
static void an_edge_from_just_before_a_wait_is_not_missed(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(
		&bench, .fault = "lid_opens",
		.body = "local now = fx.purge:open()\n"
			"wait(q '5005 ms' - now)\n"
			"local time = assert(fx.lid:becomes { 'off', within = '3 s' }, 'missed')\n"
			"assert(time == q '0 s', 'it opened at another time: ' .. tostring(time))\n"
			"m.x = fx.pressure:read()");

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

static void pulses_are_counted_and_their_widths_known(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench,
		  .body = "m.y = fx.pulses:read()\n"
			  "local high, low = fx.pulses:widths()\n"
			  "m.z = q.min(high, low)\n" MEASURED,
		  .measures = "y = { 'y', limit = '249 .. 251 Hz' }, z = { 'z', limit = '1.9 .. "
			      "2.1 ms' }");

	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	bench_close(&bench);
}

/* ---- the same again ---- */

static struct buf run_once(struct bench *bench, int64_t seed)
{
	bench_run(bench, .seed = seed,
		  .body = "fx.cell:fill '3 s'\n"
			  "m.x = fx.pressure:mean '5 s' m.y = q.min(fx.pulses:read(), "
			  "fx.pulses:read())",
		  .measures = "y = { 'y', limit = '>= 1 Hz' }");
	CU_ASSERT(bench_ended(bench, VERDICT_PASS, ""));
	return bench_bytes(bench->journal);
}

static void the_same_seed_gives_the_same_bytes(void)
{
	struct bench bench;
	struct buf first, second;

	bench_open(&bench);
	first = run_once(&bench, 7);
	second = run_once(&bench, 7);

	CU_ASSERT(first.size > 1000);
	CU_ASSERT_EQUAL_FATAL(first.size, second.size);
	CU_ASSERT_EQUAL(memcmp(first.data, second.data, first.size), 0);
	buf_done(&first);
	buf_done(&second);
	bench_close(&bench);
}

static void another_seed_gives_other_readings(void)
{
	struct bench bench;
	struct buf journal;
	double first, second;

	bench_open(&bench);
	journal = run_once(&bench, 7);
	first = value_get_real(measure(&bench, 0), "value", 0);
	buf_done(&journal);
	journal = run_once(&bench, 8);
	second = value_get_real(measure(&bench, 0), "value", 0);
	buf_done(&journal);

	CU_ASSERT_NOT_EQUAL(first, second);
	bench_close(&bench);
}

void suite_run(void)
{
	suite_begin("run");
	claim(a_good_product_passes_and_leaves_the_bench_safe);
	claim(a_bad_product_fails_by_the_measure_s_name);
	claim(a_measure_that_was_not_reached_fails_with_the_reason);
	claim(a_step_that_gives_no_measure_does_not_pass);
	claim(nothing_measured_does_not_pass_even_where_nothing_is_mandatory);
	claim(a_repeat_that_gives_no_value_does_not_pass);
	claim(only_one_step_never_passes);
	claim(only_one_step_may_fail);
	claim(a_gap_is_inconclusive_and_says_what_is_needed);
	claim(a_limit_set_fills_the_gap_and_decides_in_simulation);
	claim(a_secondary_limit_decides_nothing);
	claim(an_expired_certificate_is_inconclusive);
	claim(an_instrument_without_certificate_is_inconclusive);
	claim(the_device_under_test_needs_no_certificate);
	claim(an_evidence_measure_outside_its_limit_is_inconclusive);
	claim(a_guarded_decision_near_the_limit_is_inconclusive);
	claim(not_a_number_is_never_judged);
	claim(a_division_by_nothing_is_an_error_at_its_line);
	claim(another_dimension_is_an_error_that_names_the_measure);
	claim(an_unknown_unit_is_an_error_that_quotes_it);
	claim(a_measure_given_twice_is_an_error);
	claim(an_undeclared_measure_is_an_error);
	claim(what_the_script_says_of_itself_is_not_what_is_judged);
	claim(a_simulated_operator_answers);
	claim(a_mistyped_entry_is_asked_again_and_stays_in_the_journal);
	claim(a_world_that_never_says_a_number_is_not_asked_for_ever);
	claim(a_failed_assertion_is_the_bench_s_error);
	claim(an_edge_from_just_before_a_wait_is_not_missed);
	claim(pulses_are_counted_and_their_widths_known);
	claim(the_same_seed_gives_the_same_bytes);
	claim(another_seed_gives_other_readings);
}
