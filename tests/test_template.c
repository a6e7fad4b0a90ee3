/* SPDX-License-Identifier: Apache-2.0 */
/* Templates of lines: what they match, what they build, what they refuse. */
#include "codec/template.h"

#include <math.h>
#include <string.h>

#include "tests/claims.h"

static struct capture got[TEMPLATE_CAPTURES];
static size_t got_count;

static bool match(const char *text, const char *line)
{
	return template_match(text, line, got, &got_count);
}

static int refused(const char *text, struct error *err)
{
	size_t captures;

	return template_check(text, &captures, err);
}

static int build(char *line, const char *text, const double *numbers, size_t count,
		 struct error *err)
{
	struct buf out;

	buf_init(&out);
	int result = template_build(&out, text, numbers, count, err);
	strcpy(line, out.data);
	buf_done(&out);
	return result;
}

static void a_number_is_captured_as_value_and_text(void)
{
	CU_ASSERT(match("FLOW {number}", "FLOW +1.250E0"));
	CU_ASSERT_EQUAL(got_count, 1);
	CU_ASSERT(got[0].is_number);
	CU_ASSERT_EQUAL(got[0].number, 1.25);
	CU_ASSERT_STRING_EQUAL(got[0].text, "+1.250E0");
}

static void a_sensor_of_carbon_dioxide_answers_with_leading_zeros(void)
{
	CU_ASSERT(match("Z {number}", "Z 00521"));
	CU_ASSERT_EQUAL(got[0].number, 521);
}

static void a_mass_flow_line_gives_the_number_and_the_gas_behind_words(void)
{
	CU_ASSERT(match("A {} {} {} {number} {} {text}",
			"A +014.70 +025.00 +000.50 +000.48 +000.50     N2"));
	CU_ASSERT_EQUAL(got_count, 2);
	CU_ASSERT_EQUAL(got[0].number, 0.48);
	CU_ASSERT(!got[1].is_number);
	CU_ASSERT_STRING_EQUAL(got[1].text, "N2");
}

static void text_ends_at_the_next_literal_character(void)
{
	CU_ASSERT(match("{text},{text};{text}", "FLOWCO,MFC2;1,2"));
	CU_ASSERT_STRING_EQUAL(got[0].text, "FLOWCO");
	CU_ASSERT_STRING_EQUAL(got[1].text, "MFC2");
	CU_ASSERT_STRING_EQUAL(got[2].text, "1,2");
}

static void text_at_the_end_may_be_empty_and_may_hold_blanks(void)
{
	CU_ASSERT(match("ID {text}", "ID Davy bench 4"));
	CU_ASSERT_STRING_EQUAL(got[0].text, "Davy bench 4");
	CU_ASSERT(match("ID,{text}", "ID,"));
	CU_ASSERT_STRING_EQUAL(got[0].text, "");
}

static void text_before_a_blank_ends_at_the_blank(void)
{
	CU_ASSERT(match("{text} {number}", "SETP 2"));
	CU_ASSERT_STRING_EQUAL(got[0].text, "SETP");
	CU_ASSERT_EQUAL(got[1].number, 2);
}

static void long_text_is_cut_but_matches(void)
{
	char line[201];

	memset(line, 'x', 200);
	line[200] = '\0';
	CU_ASSERT(match("{text}", line));
	CU_ASSERT_EQUAL(strlen(got[0].text), TEMPLATE_TEXT - 1);
}

static void a_captured_byte_that_is_not_ascii_is_shown_as_a_question_mark(void)
{
	CU_ASSERT(match("{text}", "N\xB2\x01"));
	CU_ASSERT_STRING_EQUAL(got[0].text, "N??");
}

static void blanks_match_one_or_more_blanks_but_not_none(void)
{
	CU_ASSERT(match("FLOW  {number}", "FLOW\t 3"));
	CU_ASSERT(match("A {number}", "A      3"));
	CU_ASSERT(!match("OK ", "OK"));
	CU_ASSERT(!match("FLOW SET", "FLOWSET"));
}

static void a_number_may_be_padded_to_the_right(void)
{
	CU_ASSERT(match("P={number}", "P=   12.5"));
	CU_ASSERT_EQUAL(got[0].number, 12.5);
	CU_ASSERT_STRING_EQUAL(got[0].text, "12.5");
}

static void two_numbers_may_touch_when_the_second_has_a_sign(void)
{
	CU_ASSERT(match("{number}{number}", "+1.50-0.25"));
	CU_ASSERT_EQUAL(got[0].number, 1.5);
	CU_ASSERT_EQUAL(got[1].number, -0.25);
}

static void what_is_not_a_finite_decimal_number_does_not_match(void)
{
	static const char *const BAD[] = {"",	 "nan", "inf", "-inf", "0x10", "1e999",
					  "abc", "+",	".",   "-.",   "--1",  "1,5"};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		CU_ASSERT(!match("{number}", BAD[i]));
}

static void odd_but_proper_numbers_match(void)
{
	static const struct {
		const char *line;
		double number;
	} GOOD[] = {{"5.", 5}, {".5", 0.5}, {"-.5", -0.5}, {"1e3", 1000}, {"-0", 0}, {"007", 7}};

	for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
		CU_ASSERT(match("{number}", GOOD[i].line));
		CU_ASSERT_EQUAL(got[0].number, GOOD[i].number);
	}
}

static void the_whole_line_must_match(void)
{
	CU_ASSERT(!match("OK", "OK then"));
	CU_ASSERT(!match("OK then", "OK"));
	CU_ASSERT(!match("{number} Pa", "3 Pa."));
	CU_ASSERT(!match("FLOW {number}", "ERROR 3"));
	CU_ASSERT(match("", ""));
}

static void a_word_is_never_empty_and_never_two(void)
{
	CU_ASSERT(!match("{},{}", ",x"));
	CU_ASSERT(!match("{}", "two words"));
	CU_ASSERT(!match("{};", "two words;"));
	CU_ASSERT(match("{};", "one;"));
}

static void doubled_braces_are_braces(void)
{
	char line[64];
	struct error err;

	CU_ASSERT(match("{{{number}}}", "{4}"));
	CU_ASSERT_EQUAL(got[0].number, 4);
	CU_ASSERT(match("{text}}}", "a}"));
	CU_ASSERT_STRING_EQUAL(got[0].text, "a");
	CU_ASSERT_EQUAL(build(line, "{{{number:%d}}}", (double[]){4}, 1, &err), 0);
	CU_ASSERT_STRING_EQUAL(line, "{4}");
}

static void a_text_before_another_placeholder_has_no_end_and_is_refused(void)
{
	struct error err;

	CU_ASSERT_EQUAL(refused("{text}{number}", &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "template '{text}{number}': '{text}' is followed by another "
			       "placeholder, so its end is not known");
	CU_ASSERT_EQUAL(refused("{}{text}", &err), -1);
	CU_ASSERT(!match("{text}{number}", "a1"));
}

static void an_ill_formed_template_is_refused_and_matches_nothing(void)
{
	static const char *const BAD[] = {
		"FLOW {number",	       "FLOW {value}",	 "FLOW }",
		"{number:3f}",	       "{number:%x}",	 "{number:%s}",
		"{number:%.3}",	       "{number:%100f}", "{number:%.3d}",
		"{number:%.3f extra}", "{number:%n%f}",	 "{number:u17}",
		"{number:}",	       "{number:flags}", "{number:string[4]}",
		"{number:u16 }",
	};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct error err = {0};

		CU_ASSERT_EQUAL(refused(BAD[i], &err), -1);
		CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
		CU_ASSERT(!match(BAD[i], "FLOW 1"));
	}
}

static void captures_are_counted_and_bounded(void)
{
	size_t captures;
	struct error err;

	CU_ASSERT_EQUAL(template_check("A {} {number} {text} {number:%.1f}", &captures, &err), 0);
	CU_ASSERT_EQUAL(captures, 3);
	CU_ASSERT_EQUAL(
		refused("{text},{text},{text},{text},{text},{text},{text},{text},{text}", &err),
		-1);
	CU_ASSERT(!match("{text},{text},{text},{text},{text},{text},{text},{text},{text}",
			 ",,,,,,,,"));
}

static void numbers_are_built_in_the_format_asked_for(void)
{
	static const struct {
		const char *text;
		double number;
		const char *line;
	} CASES[] = {
		{"SETP {number:%.3f}", 1.25, "SETP 1.250"}, {"AS{number:%.2f}", 0.5, "AS0.50"},
		{"X {number:%04d}", 42.4, "X 0042"},	    {"K {number:%d}", 2, "K 2"},
		{"[{number:%6.1f}]", -3.14, "[  -3.1]"},    {"{number:%.2e}", 12345, "1.23e+04"},
		{"{number:%08.2f}", 3.14159, "00003.14"},   {"V {number}", 0.1, "V 0.1"},
		{"V {number}", 32000, "V 32000"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		char line[64];
		struct error err;

		CU_ASSERT_EQUAL(build(line, CASES[i].text, &CASES[i].number, 1, &err), 0);
		CU_ASSERT_STRING_EQUAL(line, CASES[i].line);
	}
}

static void a_built_number_matches_back_to_itself(void)
{
	double number = 0.1 + 0.2;
	char line[64];
	struct error err;

	build(line, "V {number}", &number, 1, &err);
	CU_ASSERT(match("V {number}", line));
	CU_ASSERT_EQUAL(got[0].number, number);
}

static void what_cannot_be_built_adds_nothing_to_the_line(void)
{
	char line[64];
	struct error err;

	CU_ASSERT_EQUAL(build(line, "SET {text}", NULL, 0, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "template 'SET {text}': '{text}' cannot be built, only "
					 "matched");
	CU_ASSERT_STRING_EQUAL(line, "");
	CU_ASSERT_EQUAL(build(line, "SET {number}", NULL, 0, &err), -1);
	CU_ASSERT_EQUAL(build(line, "SET {number}", (double[]){1, 2}, 2, &err), -1);
	CU_ASSERT_EQUAL(build(line, "SET {number}", (double[]){NAN}, 1, &err), -1);
	CU_ASSERT_EQUAL(build(line, "SET {number:%d}", (double[]){1e19}, 1, &err), -1);
	CU_ASSERT_STRING_EQUAL(line, "");
}

/* A set point, a negative flow and a counter of a ProPar controller (gas.md, 4.8), and the same swapped. */
static void hexadecimal_digits_are_the_bytes_of_a_number(void)
{
	CU_ASSERT(match(":0603020121{number:u16}", ":06030201213E80"));
	CU_ASSERT_EQUAL(got_count, 1);
	CU_ASSERT(got[0].is_number);
	CU_ASSERT_EQUAL(got[0].number, 16000);
	CU_ASSERT_STRING_EQUAL(got[0].text, "3E80");
	CU_ASSERT(match(":{number:i16}", ":FFfe"));
	CU_ASSERT_EQUAL(got[0].number, -2);
	CU_ASSERT(match(":0803026841{number:f32}", ":0803026841459CFFAE"));
	CU_ASSERT_DOUBLE_EQUAL(got[0].number, 5023.96, 0.001);
	CU_ASSERT(match("{number:u16le}{number:u8}", "803E07"));
	CU_ASSERT_EQUAL(got[0].number, 16000);
	CU_ASSERT_EQUAL(got[1].number, 7);
}

/* Too few digits, too many, a sign, a blank, no digit, a NaN and an infinity. */
static void what_is_not_exactly_its_digits_does_not_match(void)
{
	static const char *const BAD[] = {"", "3", "3E8", "3E800", "+3E8", " 3E80", "3E8G", "0x3E"};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		CU_ASSERT(!match("{number:u16}", BAD[i]));
	CU_ASSERT(!match("{number:f32}", "7FC00000"));
	CU_ASSERT(!match("{number:f32}", "7F800000"));
}

static void hexadecimal_digits_are_built_in_upper_case_and_only_where_they_fit(void)
{
	static const char SET[] = ":0603010121{number:u16}";
	char line[64];
	struct error err;

	CU_ASSERT_EQUAL(build(line, SET, (double[]){16000}, 1, &err), 0);
	CU_ASSERT_STRING_EQUAL(line, ":06030101213E80");
	CU_ASSERT_EQUAL(build(line, "{number:i16}", (double[]){-2}, 1, &err), 0);
	CU_ASSERT_STRING_EQUAL(line, "FFFE");
	CU_ASSERT_EQUAL(build(line, SET, (double[]){65536}, 1, &err), -1);
	CU_ASSERT_EQUAL(build(line, SET, (double[]){-1}, 1, &err), -1);
	CU_ASSERT_EQUAL(build(line, "{number:f32}", (double[]){NAN}, 1, &err), -1);
	CU_ASSERT_STRING_EQUAL(line, "");
}

void suite_template(void)
{
	suite_begin("template");
	claim(a_number_is_captured_as_value_and_text);
	claim(a_sensor_of_carbon_dioxide_answers_with_leading_zeros);
	claim(a_mass_flow_line_gives_the_number_and_the_gas_behind_words);
	claim(text_ends_at_the_next_literal_character);
	claim(text_at_the_end_may_be_empty_and_may_hold_blanks);
	claim(text_before_a_blank_ends_at_the_blank);
	claim(long_text_is_cut_but_matches);
	claim(a_captured_byte_that_is_not_ascii_is_shown_as_a_question_mark);
	claim(blanks_match_one_or_more_blanks_but_not_none);
	claim(a_number_may_be_padded_to_the_right);
	claim(two_numbers_may_touch_when_the_second_has_a_sign);
	claim(what_is_not_a_finite_decimal_number_does_not_match);
	claim(odd_but_proper_numbers_match);
	claim(the_whole_line_must_match);
	claim(a_word_is_never_empty_and_never_two);
	claim(doubled_braces_are_braces);
	claim(a_text_before_another_placeholder_has_no_end_and_is_refused);
	claim(an_ill_formed_template_is_refused_and_matches_nothing);
	claim(captures_are_counted_and_bounded);
	claim(numbers_are_built_in_the_format_asked_for);
	claim(a_built_number_matches_back_to_itself);
	claim(what_cannot_be_built_adds_nothing_to_the_line);
	claim(hexadecimal_digits_are_the_bytes_of_a_number);
	claim(what_is_not_exactly_its_digits_does_not_match);
	claim(hexadecimal_digits_are_built_in_upper_case_and_only_where_they_fit);
}
