/* SPDX-License-Identifier: Apache-2.0 */
/* Claims about calibration files: what they say, and what they may not say. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/calibration.h"
#include "tests/claims.h"

#define HEAD "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"

static struct calibration *parse(const char *text)
{
	struct error err = {.text = ""};
	struct calibration *calibration = calibration_parse(text, "cal.csv", &err);

	CU_ASSERT_STRING_EQUAL(err.text, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(calibration);
	return calibration;
}

/* The certificate of "it", "is" in a file whose third line is this. */
static struct certificate certificate_of(const char *line)
{
	char *text = xprintf(HEAD "# a remark\n%s\n", line);
	struct calibration *calibration = parse(text);
	const struct certificate *found = calibration_find(calibration, 1, "it", "is");
	struct certificate certificate;

	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	certificate = *found;
	calibration_free(calibration);
	free(text);
	return certificate;
}

static void expect_refused(const char *text, const char *sentence)
{
	struct error err = {.text = ""};

	CU_ASSERT_PTR_NULL(calibration_parse(text, "cal.csv", &err));
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_STRING_EQUAL(err.text, sentence);
}

static void expect_line_refused(const char *line, const char *sentence)
{
	char *text = xprintf(HEAD "%s\n", line);

	expect_refused(text, sentence);
	free(text);
}

static void a_share_of_the_reading_grows_with_it(void)
{
	struct certificate certificate = certificate_of("it,is,,L/min,0.5 %,2,C-1,2027-06-30");

	CU_ASSERT_EQUAL(certificate.absolute, 0);
	CU_ASSERT_DOUBLE_EQUAL(certificate_standard(&certificate, 0.01), 0.000025, 1e-18);
	CU_ASSERT_DOUBLE_EQUAL(certificate_standard(&certificate, -0.01), 0.000025, 1e-18);
	CU_ASSERT_STRING_EQUAL(certificate.number, "C-1");
}

static void an_absolute_uncertainty_is_held_in_si(void)
{
	struct certificate certificate = certificate_of("it,is,,kPa,30 Pa,2,C-1,2027-06-30");

	CU_ASSERT_EQUAL(certificate.relative, 0);
	CU_ASSERT_DOUBLE_EQUAL(certificate_standard(&certificate, 101325), 15, 1e-12);
}

static void a_volume_fraction_has_an_absolute_part_and_a_share(void)
{
	struct certificate absolute = certificate_of("it,is,,%vol,0.02 %vol,2,C-1,2027-06-30");
	struct certificate share = certificate_of("it,is,,%vol,0.5 %,2,C-1,2027-06-30");
	struct certificate both = certificate_of("it,is,,%vol,0.02 %vol + 0.5 %,2,C-1,2027-06-30");

	CU_ASSERT_DOUBLE_EQUAL(absolute.absolute, 0.0002, 1e-18);
	CU_ASSERT_EQUAL(absolute.relative, 0);
	CU_ASSERT_EQUAL(share.absolute, 0);
	CU_ASSERT_DOUBLE_EQUAL(share.relative, 0.005, 1e-18);
	CU_ASSERT_DOUBLE_EQUAL(certificate_standard(&both, 0.04), 0.0002, 1e-15);
	CU_ASSERT_STRING_EQUAL(both.expanded, "0.02 %vol + 0.5 %");
}

static void an_exponent_is_no_sum(void)
{
	struct certificate certificate = certificate_of("it,is,,Pa,1e+1 Pa,2,C-1,2027-06-30");

	CU_ASSERT_DOUBLE_EQUAL(certificate.absolute, 10, 1e-12);
}

static void an_uncertainty_in_celsius_is_a_difference(void)
{
	struct certificate certificate = certificate_of("it,is,,°C,0.5 °C,2,C-1,2027-06-30");

	CU_ASSERT_DOUBLE_EQUAL(certificate.absolute, 0.5, 1e-12);
}

static void a_reference_has_a_certified_value(void)
{
	struct calibration *calibration =
		parse(HEAD "methane_2,,2.01,%vol,1 %,2,GBW-7,2027-06-30\n");
	const struct certificate *certificate = calibration_find(calibration, 3, "methane_2", "");

	CU_ASSERT_PTR_NOT_NULL_FATAL(certificate);
	CU_ASSERT_TRUE(certificate->has_value);
	CU_ASSERT_DOUBLE_EQUAL(certificate->value.value, 0.0201, 1e-15);
	CU_ASSERT_EQUAL(certificate->value.sources, 0);
	calibration_free(calibration);
}

static void a_slots_own_certificate_goes_before_the_common_one(void)
{
	struct calibration *calibration = parse(HEAD "flow,rate,,L/min,1 %,2,COMMON,2027-06-30\n"
						     "slot2/flow,rate,,L/min,1 %,2,OWN,2027-06-30\n"
						     "slot3/gauge,p,,Pa,1 %,2,OTHER,2027-06-30\n");

	CU_ASSERT_STRING_EQUAL(calibration_find(calibration, 1, "flow", "rate")->number, "COMMON");
	CU_ASSERT_STRING_EQUAL(calibration_find(calibration, 2, "flow", "rate")->number, "OWN");
	CU_ASSERT_PTR_NULL(calibration_find(calibration, 2, "gauge", "p"));
	CU_ASSERT_PTR_NULL(calibration_find(calibration, 1, "flow", ""));
	calibration_free(calibration);
}

static void a_certificate_holds_to_the_end_of_its_last_day(void)
{
	struct certificate certificate = certificate_of("it,is,,Pa,1 %,2,C-1,2024-02-29");
	nsec last_day = SEC(1709164800); /* 2024-02-29 00:00 UTC */

	CU_ASSERT_FALSE(certificate_expired(&certificate, last_day));
	CU_ASSERT_FALSE(certificate_expired(&certificate, last_day + SEC(86400) - 1));
	CU_ASSERT_TRUE(certificate_expired(&certificate, last_day + SEC(86400)));
}

static void a_day_beyond_nanoseconds_is_far_away(void)
{
	struct certificate certificate = certificate_of("it,is,,Pa,1 %,2,C-1,9999-12-31");

	CU_ASSERT_FALSE(certificate_expired(&certificate, NSEC_NEVER));
}

#define MORE_HEAD                                                                                  \
	"instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due,repeatability,"     \
	"check_standard\n"

static void an_instrument_may_have_the_repeatability_of_a_check_standard(void)
{
	struct calibration *calibration =
		parse(MORE_HEAD "it,is,,kPa,1 %,2,C-1,2027-06-30,12 Pa,cell\n"
				"other,is,,kPa,1 %,2,C-2,2027-06-30,,\n"
				"third,is,,kPa,1 %,2,C-3,2027-06-30,unknown,cell\n");
	const struct certificate *certificate = calibration_find(calibration, 1, "it", "is");
	struct value *described = certificate_describe(certificate);

	CU_ASSERT_DOUBLE_EQUAL(certificate->repeatability, 12, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(value_get_real(described, "repeatability", 0), 0.012, 1e-15);
	CU_ASSERT_STRING_EQUAL(value_get_text(described, "check_standard"), "cell");
	CU_ASSERT_EQUAL(calibration_find(calibration, 1, "other", "is")->repeatability, 0);
	value_free(described);
	certificate = calibration_find(calibration, 1, "third", "is");
	described = certificate_describe(certificate);
	CU_ASSERT(isnan(certificate->repeatability));
	CU_ASSERT_PTR_NULL(value_get(described, "repeatability"));
	CU_ASSERT_STRING_EQUAL(value_get_text(described, "check_standard"), "cell");
	value_free(described);
	calibration_free(calibration);

	expect_refused(MORE_HEAD "it,is,,kPa,1 %,2,C-1,2027-06-30,-1 Pa,cell\n",
		       "cal.csv:2: column 'repeatability': '-1 Pa' is no standard deviation: write "
		       "\"0.02 %vol\"");
	expect_refused(MORE_HEAD "it,is,,kPa,1 %,2,C-1,2027-06-30,1 s,cell\n",
		       "cal.csv:2: column 'repeatability': '1 s' does not fit what it reads");
	expect_refused(MORE_HEAD "it,is,,kPa,1 %,2,C-1,2027-06-30,1 Pa,\n",
		       "cal.csv:2: column 'check_standard': is empty and must not be");
	expect_refused(MORE_HEAD "it,,5,kPa,1 %,2,C-1,2027-06-30,1 Pa,cell\n",
		       "cal.csv:2: column 'repeatability': '1 Pa' does not fit what it reads");
}

static void a_certificate_is_described_as_written(void)
{
	struct certificate certificate = certificate_of("it,is,,Pa,1 %,1.96,C-1,2027-06-30");
	struct value *described = certificate_describe(&certificate);

	CU_ASSERT_STRING_EQUAL(value_get_text(described, "certificate"), "C-1");
	CU_ASSERT_STRING_EQUAL(value_get_text(described, "expanded"), "1 %");
	CU_ASSERT_EQUAL(value_get_real(described, "k", 0), 1.96);
	CU_ASSERT_STRING_EQUAL(value_get_text(described, "due"), "2027-06-30");
	value_free(described);
}

static void a_budget_calls_each_line_by_a_name_of_its_own(void)
{
	struct calibration *calibration = parse(HEAD "flow,rate,,L/min,1 %,2,C-1,2027-06-30\n"
						     "gauge,p,,Pa,1 %,2,C-1,2027-06-30\n"
						     "slot2/gauge,p,,Pa,1 %,2,C-2,2027-06-30\n");

	CU_ASSERT_STRING_EQUAL(calibration_find(calibration, 1, "flow", "rate")->source,
			       "cert:C-1");
	CU_ASSERT_STRING_EQUAL(calibration_find(calibration, 1, "gauge", "p")->source,
			       "cert:C-1/3");
	CU_ASSERT_STRING_EQUAL(calibration_find(calibration, 2, "gauge", "p")->source, "cert:C-2");
	calibration_free(calibration);
}

/* 12 characters of three bytes each and 2 more bytes: 38, cut to 24 and the line. */
static void a_long_number_is_cut_between_characters_and_keeps_its_line(void)
{
	struct certificate certificate =
		certificate_of("it,is,,Pa,1 %,2,校准证书校准证书校准证书-1,2027-06-30");

	CU_ASSERT_STRING_EQUAL(certificate.number, "校准证书校准证书校准证书-1");
	CU_ASSERT_STRING_EQUAL(certificate.source, "cert:校准证书校准证书/3");
}

static void the_lines_that_count_in_a_slot_are_described_by_their_sources(void)
{
	struct calibration *calibration =
		parse(HEAD "gauge,p,,Pa,1 %,2,C-1,2027-06-30\n"
			   "slot2/gauge,p,,Pa,1 %,2,C-2,2027-01-31\n"
			   "methane_2,,2.01,%vol,1 %,2,GBW-7,2027-06-30\n");
	struct value *one = calibration_describe(calibration, 1);
	struct value *two = calibration_describe(calibration, 2);
	const struct value *own = value_get(two, "cert:C-2");

	CU_ASSERT_EQUAL(value_count(one), 2);
	CU_ASSERT_EQUAL(value_get_real(value_get(one, "cert:GBW-7"), "value", 0), 2.01);
	CU_ASSERT_PTR_NOT_NULL(value_get(one, "cert:C-1"));
	CU_ASSERT_EQUAL(value_count(two), 2);
	CU_ASSERT_PTR_NULL(value_get(two, "cert:C-1"));
	CU_ASSERT_STRING_EQUAL(value_get_text(own, "instrument"), "slot2/gauge");
	CU_ASSERT_STRING_EQUAL(value_get_text(own, "quantity"), "p");
	CU_ASSERT_STRING_EQUAL(value_get_text(own, "due"), "2027-01-31");
	value_free(one);
	value_free(two);
	calibration_free(calibration);
}

static void what_a_spreadsheet_writes_is_read_as_meant(void)
{
	struct calibration *calibration =
		parse("\xef\xbb\xbf"
		      "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\r\n"
		      "\r\n"
		      " flow , rate ,,L/min,\"0.5 %\",2,\"No. 7, \"\"A\"\"\",2027-06-30\r\n");
	const struct certificate *certificate = calibration_find(calibration, 1, "flow", "rate");

	CU_ASSERT_PTR_NOT_NULL_FATAL(certificate);
	CU_ASSERT_STRING_EQUAL(certificate->number, "No. 7, \"A\"");
	CU_ASSERT_STRING_EQUAL(certificate->due, "2027-06-30");
	calibration_free(calibration);
}

static void no_calibration_knows_no_certificate(void)
{
	struct calibration *calibration = calibration_none();

	CU_ASSERT_PTR_NULL(calibration_find(calibration, 1, "flow", "rate"));
	calibration_free(calibration);
	calibration_free(NULL);
}

static void a_wrong_head_line_is_refused_by_its_column(void)
{
	expect_refused("", "cal.csv: no head line; it is "
			   "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due");
	expect_refused("# mine\ninstrument,quantity,value,unit,uncertainty,k,certificate,due\n",
		       "cal.csv:2: column 5 is called 'uncertainty' and must be "
		       "'expanded_uncertainty'; the head line is "
		       "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due");
	expect_line_refused(
		"flow,rate,,Pa,1 %,2,C-1",
		"cal.csv:2: 7 columns; these 8 are needed: "
		"instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due");
}

static void a_wrong_field_is_refused_by_line_and_column(void)
{
	expect_line_refused(",rate,,Pa,1 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'instrument': is empty and must not be");
	expect_line_refused("slot0/flow,rate,,Pa,1 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'instrument': 'slot0/flow': a name, or slotN/name "
			    "for the one of slot N (from 1)");
	expect_line_refused("gas,,,Pa,1 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'value': is empty: a reference needs its certified "
			    "value, an instrument names what it reads in column 'quantity'");
	expect_line_refused("gas,,2 %vol,%vol,1 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'value': '2 %vol' is not a number; the unit has its "
			    "own column");
	expect_line_refused("flow,rate,2,Pa,1 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'value': '2': an instrument that reads 'rate' has "
			    "no certified value; leave the column empty, or 'quantity' for a "
			    "reference");
	expect_line_refused("flow,rate,,Pa,1 %,0.5,C-1,2027-06-30",
			    "cal.csv:2: column 'k': '0.5' is no coverage factor: a number from 1 "
			    "on, as the certificate says (usually 2)");
	expect_line_refused("flow,rate,,Pa,1 %,2,,2027-06-30",
			    "cal.csv:2: column 'certificate': is empty and must not be");
	expect_line_refused("flow,rate,,Pa,1 %,2,C-1,2027-02-29",
			    "cal.csv:2: column 'due': '2027-02-29' is no day: write the last valid "
			    "one as YYYY-MM-DD");
}

static void a_wrong_uncertainty_is_refused_with_what_is_allowed(void)
{
	expect_line_refused("flow,rate,,Pa,about 1 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'expanded_uncertainty': 'about 1 %' is no "
			    "uncertainty: write \"0.5 %\" of the reading, \"0.02 %vol\" absolute, "
			    "or both with a + between");
	expect_line_refused("flow,rate,,Pa,1 s,2,C-1,2027-06-30",
			    "cal.csv:2: column 'expanded_uncertainty': '1 s' does not fit a "
			    "quantity in 'Pa': give it in that unit, or in % of the reading");
	expect_line_refused("flow,rate,,Pa,0 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'expanded_uncertainty': '0 %' is zero, which no "
			    "certificate says");
	expect_line_refused("air,humidity,,%,2 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'expanded_uncertainty': '2 %' of a quantity in % "
			    "can mean two things: write %rd for a share of the reading");
	expect_line_refused("air,temperature,,°C,1 %,2,C-1,2027-06-30",
			    "cal.csv:2: column 'expanded_uncertainty': '1 %': a share of a "
			    "temperature in °C means nothing; give it in K");
}

static void infinity_is_no_number(void)
{
	struct error err;

	CU_ASSERT_PTR_NULL(
		calibration_parse(HEAD "gas,,inf,Pa,1 %,2,C-1,2027-06-30\n", "cal.csv", &err));
	CU_ASSERT_PTR_NULL(
		calibration_parse(HEAD "gas,,1e999,Pa,1 %,2,C-1,2027-06-30\n", "cal.csv", &err));
	CU_ASSERT_PTR_NULL(
		calibration_parse(HEAD "gas,,1,Pa,nan Pa,2,C-1,2027-06-30\n", "cal.csv", &err));
}

static void the_same_instrument_twice_is_refused_with_both_lines(void)
{
	expect_refused(HEAD "flow,rate,,Pa,1 %,2,C-1,2027-06-30\n\nflow,rate,,Pa,2 %,2,C-2,"
			    "2028-06-30\n",
		       "cal.csv:4: column 'instrument': 'flow' with quantity 'rate' stands in line "
		       "2 already; keep the one that is valid");
}

void suite_calibration(void)
{
	suite_begin("calibration");
	claim(a_share_of_the_reading_grows_with_it);
	claim(an_absolute_uncertainty_is_held_in_si);
	claim(a_volume_fraction_has_an_absolute_part_and_a_share);
	claim(an_exponent_is_no_sum);
	claim(an_uncertainty_in_celsius_is_a_difference);
	claim(a_reference_has_a_certified_value);
	claim(a_slots_own_certificate_goes_before_the_common_one);
	claim(a_certificate_holds_to_the_end_of_its_last_day);
	claim(a_day_beyond_nanoseconds_is_far_away);
	claim(a_certificate_is_described_as_written);
	claim(an_instrument_may_have_the_repeatability_of_a_check_standard);
	claim(a_budget_calls_each_line_by_a_name_of_its_own);
	claim(a_long_number_is_cut_between_characters_and_keeps_its_line);
	claim(the_lines_that_count_in_a_slot_are_described_by_their_sources);
	claim(what_a_spreadsheet_writes_is_read_as_meant);
	claim(no_calibration_knows_no_certificate);
	claim(a_wrong_head_line_is_refused_by_its_column);
	claim(a_wrong_field_is_refused_by_line_and_column);
	claim(a_wrong_uncertainty_is_refused_with_what_is_allowed);
	claim(infinity_is_no_number);
	claim(the_same_instrument_twice_is_refused_with_both_lines);
}
