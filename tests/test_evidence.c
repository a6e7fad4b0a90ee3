/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings and their budgets: which sources a reading gets, what cancels, and what speaks against
 * resting a decision on it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/evidence.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

struct readings {
	struct fixture *fixture;
	struct calibration *calibration;
	struct evidence evidence;
};

static const char FIXTURE[] = "{'id':'f','ports':{'bus':{'settings':'9600 8N1'}},"
			      "'devices':{'gauge':{'driver':'meter','port':'bus','unit':1},"
			      "'spare':{'driver':'meter','port':'bus','unit':2},"
			      "'specimen':{'driver':'meter','port':'bus','unit':3,'dut':true}},"
			      "'lines':{'lid':{'kind':'contact'},'turns':{'kind':'pulse'}},"
			      "'references':{'weight':'Pa','other':'Pa','volt':'V'},"
			      "'channels':{'pressure':'gauge.pressure','second':'spare.pressure',"
			      "'shown':'specimen.pressure'}}";

static const char DRIVERS[] = "{'meter':{'id':'meter','bus':'modbus','reads':{"
			      "'pressure':{'input':0,'as':'f32','unit':'Pa'}}}}";

#define HEAD_LINE "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"

/* U = 1 Pa + 0.2 % with k = 2: u = 1.5 Pa at 1000 Pa */
static const char CERTIFICATES[] = HEAD_LINE "gauge,pressure,,Pa,1 Pa + 0.2 %,2,A-1,2026-06-30\n"
					     "spare,pressure,,Pa,2 Pa,2,B-2,2025-12-31\n"
					     "weight,,1000,Pa,1 Pa,2,C-3,2026-06-30\n"
					     "volt,,5,Pa,1 Pa,2,D-4,2026-06-30\n"
					     "clock,time,,s,0.02 %,2,T-5,2026-06-30\n";

static struct readings readings_with(const char *certificates)
{
	struct value *fixture = said(FIXTURE), *drivers = said(DRIVERS);
	struct readings readings;
	struct error err;

	readings.fixture = fixture_compile(fixture, drivers, "f", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(readings.fixture);
	readings.calibration =
		certificates ? calibration_parse(certificates, "c.csv", &err) : calibration_none();
	CU_ASSERT_PTR_NOT_NULL_FATAL(readings.calibration);
	value_free(fixture);
	value_free(drivers);
	return readings;
}

/* The evidence points into what it was made of: begun where that lies. */
static void begin(struct readings *readings)
{
	evidence_init(&readings->evidence, readings->fixture, readings->calibration, 1,
		      PLAN_STATED_EPOCH);
}

static void done(struct readings *readings)
{
	evidence_done(&readings->evidence);
	fixture_free(readings->fixture);
	calibration_free(readings->calibration);
}

static uint64_t read_as(struct readings *readings, const char *channel,
			const struct outcome *outcome)
{
	return evidence_value(&readings->evidence, fixture_find_channel(readings->fixture, channel),
			      outcome);
}

static double source(const struct quantity *quantity, const char *name)
{
	for (size_t i = 0; i < quantity->sources; i++)
		if (!strncmp(quantity->source[i].source, name, strlen(name)))
			return quantity->source[i].standard;
	return 0;
}

static void a_budget_has_each_source_by_its_name(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct outcome outcome = {
		.met = true, .value = 1000, .resolution = 0.3, .spread = 0.6, .of_mean = 0.4};
	const struct reading *reading;
	uint64_t id;

	begin(&readings);
	id = read_as(&readings, "pressure", &outcome);
	reading = evidence_find(&readings.evidence, id);

	CU_ASSERT_DOUBLE_EQUAL(source(&reading->quantity, "cert:A-1"), 1.5, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(source(&reading->quantity, "#res"), 0.3 / sqrt(3), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(source(&reading->quantity, "#move"), 0.6 / sqrt(3), 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(source(&reading->quantity, "#mean"), 0.4, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&reading->quantity),
			       sqrt(2.25 + 0.03 + 0.12 + 0.16), 1e-12);
	CU_ASSERT_STRING_EQUAL(reading->flaw, "");
	done(&readings);
}

static void each_reading_has_the_repeatability_of_its_check_standard(void)
{
	struct readings readings =
		readings_with("instrument,quantity,value,unit,expanded_uncertainty,k,certificate,"
			      "due,repeatability,check_standard\n"
			      "gauge,pressure,,Pa,1 Pa,2,A-1,2026-06-30,0.5 Pa,cell\n");
	struct outcome outcome = {.met = true, .value = 1000};
	struct quantity difference;
	struct error err;
	char flaw[EVIDENCE_FLAW];

	begin(&readings);
	read_as(&readings, "pressure", &outcome);
	read_as(&readings, "pressure", &outcome);
	CU_ASSERT_DOUBLE_EQUAL(source(&evidence_find(&readings.evidence, 1)->quantity, "#check"),
			       0.5, 1e-12);

	/* the certificate's part cancels, theirs do not */
	CU_ASSERT_EQUAL(evidence_evaluate(&readings.evidence, "r1 - r2", &difference, flaw, &err),
			0);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&difference), sqrt(0.5), 1e-12);
	done(&readings);
}

static void a_check_standard_that_gives_nothing_is_a_flaw_in_words(void)
{
	struct readings readings =
		readings_with("instrument,quantity,value,unit,expanded_uncertainty,k,certificate,"
			      "due,repeatability,check_standard\n"
			      "gauge,pressure,,Pa,1 Pa,2,A-1,2026-06-30,unknown,cell\n");
	struct outcome outcome = {.met = true, .value = 1000};
	const struct reading *reading;

	begin(&readings);
	reading = evidence_find(&readings.evidence, read_as(&readings, "pressure", &outcome));
	CU_ASSERT_STRING_EQUAL(reading->flaw,
			       "check standard cell does not give the repeatability of "
			       "gauge.pressure now: davy check-standard show cell");
	CU_ASSERT_EQUAL(source(&reading->quantity, "#check"), 0);
	done(&readings);
}

static void a_difference_of_one_gauge_cancels_its_absolute_part(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct outcome before = {.met = true, .value = 1000, .resolution = 0.3};
	struct outcome after = {.met = true, .value = 900, .resolution = 0.3};
	struct quantity difference;
	char flaw[EVIDENCE_FLAW];
	struct error err;

	begin(&readings);
	read_as(&readings, "pressure", &before);
	read_as(&readings, "pressure", &after);

	CU_ASSERT_EQUAL(evidence_evaluate(&readings.evidence, "(r1 - r2)", &difference, flaw, &err),
			0);

	/* of 0.2 % of 100 Pa with k = 2 */
	CU_ASSERT_DOUBLE_EQUAL(difference.value, 100, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(source(&difference, "cert:A-1"), 0.1, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&difference), sqrt(0.01 + 0.06), 1e-9);
	done(&readings);
}

static void two_gauges_do_not_cancel(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct outcome outcome = {.met = true, .value = 1000};
	struct quantity difference;
	char flaw[EVIDENCE_FLAW];
	struct error err;

	begin(&readings);
	read_as(&readings, "pressure", &outcome);
	read_as(&readings, "second", &outcome);

	CU_ASSERT_EQUAL(evidence_evaluate(&readings.evidence, "r1 - r2", &difference, flaw, &err),
			0);

	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&difference), sqrt(2.25 + 1), 1e-9);
	done(&readings);
}

static void an_expired_certificate_is_a_flaw_in_words(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct outcome outcome = {.met = true, .value = 1000};

	begin(&readings);

	CU_ASSERT_STRING_EQUAL(
		evidence_find(&readings.evidence, read_as(&readings, "second", &outcome))->flaw,
		"certificate B-2 of spare.pressure ran out on 2025-12-31");
	done(&readings);
}

/* The flaw of a reading of `channel` in `slot`, so many nanoseconds of bench time after the start. */
static void flaw_of(const char *certificates, const char *channel, int slot, nsec now, char *flaw)
{
	struct readings readings = readings_with(certificates);
	struct outcome outcome = {.met = true, .value = 1000};

	begin(&readings);
	readings.evidence.slot = slot;
	readings.evidence.now = now;
	strcpy(flaw,
	       evidence_find(&readings.evidence, read_as(&readings, channel, &outcome))->flaw);
	done(&readings);
}

#define LINE(due) HEAD_LINE "gauge,pressure,,Pa,2 Pa,2,A-1," due "\n"

/* Runs in simulation begin on 2026-01-01 at 00:00 UTC. */
static void a_certificate_counts_on_its_last_valid_day_and_not_the_day_after(void)
{
	char flaw[EVIDENCE_FLAW];

	flaw_of(LINE("2025-12-31"), "pressure", 1, 0, flaw);
	CU_ASSERT_STRING_EQUAL(flaw, "certificate A-1 of gauge.pressure ran out on 2025-12-31");
	flaw_of(LINE("2026-01-01"), "pressure", 1, 0, flaw);
	CU_ASSERT_STRING_EQUAL(flaw, "");
}

static void a_certificate_that_runs_out_during_a_run_counts_until_midnight(void)
{
	nsec midnight = SEC(24 * 3600);
	char flaw[EVIDENCE_FLAW];

	flaw_of(LINE("2026-01-01"), "pressure", 1, midnight - 1, flaw);
	CU_ASSERT_STRING_EQUAL(flaw, "");
	flaw_of(LINE("2026-01-01"), "pressure", 1, midnight, flaw);
	CU_ASSERT_STRING_EQUAL(flaw, "certificate A-1 of gauge.pressure ran out on 2026-01-01");
}

static void a_certificate_bound_to_another_slot_is_none(void)
{
	static const char OTHER[] = HEAD_LINE "slot2/gauge,pressure,,Pa,2 Pa,2,A-1,2027-12-31\n";
	char flaw[EVIDENCE_FLAW];

	flaw_of(OTHER, "pressure", 1, 0, flaw);
	CU_ASSERT_STRING_EQUAL(flaw, "there is no certificate for gauge.pressure in slot 1, only "
				     "one bound to slot 2");
	flaw_of(OTHER, "pressure", 2, 0, flaw);
	CU_ASSERT_STRING_EQUAL(flaw, "");
}

static void a_certificate_in_another_unit_is_a_flaw_that_says_both(void)
{
	char flaw[EVIDENCE_FLAW];

	flaw_of(HEAD_LINE "gauge,pressure,,V,0.1 V,2,A-1,2027-12-31\n", "pressure", 1, 0, flaw);
	CU_ASSERT_STRING_EQUAL(flaw, "certificate A-1 of gauge.pressure is in V, and the reading "
				     "in Pa");
	flaw_of(HEAD_LINE "gauge,pressure,,kPa,0.002 kPa,2,A-1,2027-12-31\n", "pressure", 1, 0,
		flaw);
	CU_ASSERT_STRING_EQUAL(flaw, "");
}

static void the_longest_names_leave_the_date_in_the_sentence(void)
{
	char certificates[400], flaw[EVIDENCE_FLAW];

	snprintf(certificates, sizeof(certificates),
		 HEAD_LINE "gauge,pressure,,Pa,2 Pa,2,%047d,2025-12-31\n", 7);
	flaw_of(certificates, "pressure", 1, 0, flaw);
	CU_ASSERT_PTR_NOT_NULL(strstr(flaw, "ran out on 2025-12-31"));
}

static void two_instruments_of_one_certificate_do_not_cancel(void)
{
	struct readings readings =
		readings_with(HEAD_LINE "gauge,pressure,,Pa,2 Pa,2,A-1,2027-12-31\n"
					"spare,pressure,,Pa,2 Pa,2,A-1,2027-12-31\n");
	struct outcome outcome = {.met = true, .value = 1000};
	struct quantity difference;
	char flaw[EVIDENCE_FLAW];
	struct error err;

	begin(&readings);
	read_as(&readings, "pressure", &outcome);
	read_as(&readings, "second", &outcome);

	CU_ASSERT_EQUAL(evidence_evaluate(&readings.evidence, "r1 - r2", &difference, flaw, &err),
			0);

	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&difference), sqrt(2), 1e-9);
	done(&readings);
}

/* A gate of 0.5 s that is wrong by U = 0.02 s: 4 % of 500 Hz are 20 Hz, with k = 2 u is 10 Hz. */
static void an_absolute_part_of_the_clock_is_taken_over_the_gate(void)
{
	struct readings readings =
		readings_with(HEAD_LINE "clock,time,,s,0.02 s,2,T-5,2027-12-31\n");
	struct outcome outcome = {.met = true, .value = 500};
	const struct quantity *turns;

	begin(&readings);
	turns = &evidence_find(&readings.evidence, read_as(&readings, "turns", &outcome))->quantity;

	CU_ASSERT_DOUBLE_EQUAL(source(turns, "cert:T-5"), 10, 1e-9);
	done(&readings);
}

static void a_reading_is_described_by_what_was_read(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct outcome outcome = {.met = true, .value = 1000};
	struct value *described;
	struct error err;

	begin(&readings);
	described = evidence_describe(&readings.evidence, read_as(&readings, "pressure", &outcome));
	CU_ASSERT_STRING_EQUAL(value_get_text(described, "of"), "pressure");
	value_free(described);
	described = evidence_describe(&readings.evidence,
				      evidence_reference(&readings.evidence, 0, &err));
	CU_ASSERT_STRING_EQUAL(value_get_text(described, "of"),
			       readings.fixture->reference[0].name);
	value_free(described);
	described =
		evidence_describe(&readings.evidence, evidence_time(&readings.evidence, SEC(1), 0));
	CU_ASSERT_STRING_EQUAL(value_get_text(described, "of"), "clock");
	value_free(described);
	done(&readings);
}

static void an_absent_certificate_is_a_flaw_in_words(void)
{
	struct readings readings = readings_with(NULL);
	struct outcome outcome = {.met = true, .value = 1000};

	begin(&readings);

	CU_ASSERT_STRING_EQUAL(
		evidence_find(&readings.evidence, read_as(&readings, "pressure", &outcome))->flaw,
		"there is no certificate for gauge.pressure");
	CU_ASSERT_STRING_EQUAL(
		evidence_find(&readings.evidence, evidence_time(&readings.evidence, SEC(1), 0))
			->flaw,
		"there is no certificate for clock.time");
	done(&readings);
}

static void the_device_under_test_and_contacts_need_no_certificate(void)
{
	struct readings readings = readings_with(NULL);
	struct outcome outcome = {.met = true, .value = 1};

	begin(&readings);

	CU_ASSERT_STRING_EQUAL(
		evidence_find(&readings.evidence, read_as(&readings, "shown", &outcome))->flaw, "");
	CU_ASSERT_STRING_EQUAL(
		evidence_find(&readings.evidence, read_as(&readings, "lid", &outcome))->flaw, "");
	done(&readings);
}

static void a_flaw_is_handed_on_to_what_is_calculated(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct outcome outcome = {.met = true, .value = 1000};
	struct quantity result;
	char flaw[EVIDENCE_FLAW];
	struct error err;

	begin(&readings);
	read_as(&readings, "pressure", &outcome);
	read_as(&readings, "second", &outcome);

	CU_ASSERT_EQUAL(evidence_evaluate(&readings.evidence, "mean(r1, r1)", &result, flaw, &err),
			0);
	CU_ASSERT_STRING_EQUAL(flaw, "");
	CU_ASSERT_EQUAL(evidence_evaluate(&readings.evidence, "mean(r1, r2)", &result, flaw, &err),
			0);
	CU_ASSERT_STRING_EQUAL(flaw, "certificate B-2 of spare.pressure ran out on 2025-12-31");
	done(&readings);
}

static void a_time_has_the_clock_s_part_and_its_gap_s(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	const struct quantity *time;

	begin(&readings);
	time = &evidence_find(&readings.evidence,
			      evidence_time(&readings.evidence, SEC(100), MSEC(600)))
			->quantity;

	CU_ASSERT_EQUAL(time->value, 100);
	CU_ASSERT_DOUBLE_EQUAL(source(time, "cert:T-5"), 0.01, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(source(time, "#time"), 0.3 / sqrt(3), 1e-12);
	done(&readings);
}

static void a_frequency_rests_on_the_clock(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct outcome outcome = {.met = true, .value = 500, .resolution = 1};
	const struct quantity *turns;

	begin(&readings);
	turns = &evidence_find(&readings.evidence, read_as(&readings, "turns", &outcome))->quantity;

	CU_ASSERT_DOUBLE_EQUAL(source(turns, "cert:T-5"), 0.05, 1e-12);
	done(&readings);
}

static void a_reference_has_its_certified_value(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	const struct quantity *weight;
	struct error err;
	uint64_t id;

	begin(&readings);
	id = evidence_reference(&readings.evidence,
				fixture_find_reference(readings.fixture, "weight"), &err);
	CU_ASSERT_FATAL(id > 0);
	weight = &evidence_find(&readings.evidence, id)->quantity;

	CU_ASSERT_EQUAL(weight->value, 1000);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(weight), 0.5, 1e-12);
	done(&readings);
}

static void a_reference_without_certificate_is_refused_by_name(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct error err;

	begin(&readings);

	CU_ASSERT_EQUAL(evidence_reference(&readings.evidence,
					   fixture_find_reference(readings.fixture, "other"), &err),
			0);
	CU_ASSERT_STRING_EQUAL(err.text, "the calibration file has no certified value for 'other'; "
					 "add its certificate");
	done(&readings);
}

static void a_reference_in_another_dimension_is_refused(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct error err;

	begin(&readings);

	CU_ASSERT_EQUAL(evidence_reference(&readings.evidence,
					   fixture_find_reference(readings.fixture, "volt"), &err),
			0);
	CU_ASSERT_STRING_EQUAL(err.text, "the certificate of 'volt' is in Pa, the fixture says V");
	done(&readings);
}

static void a_reading_that_there_is_not_cannot_be_used(void)
{
	struct readings readings = readings_with(CERTIFICATES);
	struct quantity result;
	char flaw[EVIDENCE_FLAW];
	struct error err;

	begin(&readings);

	CU_ASSERT_PTR_NULL(evidence_find(&readings.evidence, 0));
	CU_ASSERT_PTR_NULL(evidence_find(&readings.evidence, 1));
	CU_ASSERT_EQUAL(evidence_evaluate(&readings.evidence, "r1", &result, flaw, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "r1"));
	done(&readings);
}

void suite_evidence(void)
{
	suite_begin("evidence");
	claim(a_budget_has_each_source_by_its_name);
	claim(each_reading_has_the_repeatability_of_its_check_standard);
	claim(a_check_standard_that_gives_nothing_is_a_flaw_in_words);
	claim(a_difference_of_one_gauge_cancels_its_absolute_part);
	claim(two_gauges_do_not_cancel);
	claim(an_expired_certificate_is_a_flaw_in_words);
	claim(a_certificate_counts_on_its_last_valid_day_and_not_the_day_after);
	claim(a_certificate_that_runs_out_during_a_run_counts_until_midnight);
	claim(a_certificate_bound_to_another_slot_is_none);
	claim(a_certificate_in_another_unit_is_a_flaw_that_says_both);
	claim(the_longest_names_leave_the_date_in_the_sentence);
	claim(two_instruments_of_one_certificate_do_not_cancel);
	claim(an_absolute_part_of_the_clock_is_taken_over_the_gate);
	claim(a_reading_is_described_by_what_was_read);
	claim(an_absent_certificate_is_a_flaw_in_words);
	claim(the_device_under_test_and_contacts_need_no_certificate);
	claim(a_flaw_is_handed_on_to_what_is_calculated);
	claim(a_time_has_the_clock_s_part_and_its_gap_s);
	claim(a_frequency_rests_on_the_clock);
	claim(a_reference_has_its_certified_value);
	claim(a_reference_without_certificate_is_refused_by_name);
	claim(a_reference_in_another_dimension_is_refused);
	claim(a_reading_that_there_is_not_cannot_be_used);
}
