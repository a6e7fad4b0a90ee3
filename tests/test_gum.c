/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets against worked examples of JCGM 100:2008 (the GUM). Where the figures come from:
 *
 *   H.1   end gauge of 50 mm: inputs, components in nm (25, 5.8, 3.9, 6.7, 2.9, 16.6) and the result
 *         50 000 838 nm with u = 32 nm as in the documentation of another calculator (MSLNZ/GTC,
 *         docs/API/GUM_H1.rst), which says that it follows H.1. By hand: 625 + 33.64 + 15.21 + 44.89 +
 *         8.333 + 275.525 = 1002.60, root 31.664
 *   5.2.2 ten resistors of 1000 ohm measured with one standard of u = 0.1 ohm, in series: correlated,
 *         u = 10 x 0.1 = 1 ohm; as if independent it would be 0.1 x root 10 = 0.316 ohm. By hand.
 *   4.3.7 a rectangle of half-width a has a / root 3. By hand.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/claims.h"
#include "verdict/expression.h"

static struct error err;

struct inputs {
	struct quantity reading[16];
};

static const struct quantity *reading_of(void *ctx, uint64_t id)
{
	return &((struct inputs *)ctx)->reading[id - 1];
}

static struct quantity input(const char *text, const char *source, double standard)
{
	struct quantity made = {.value = NAN};

	if (quantity_parse(&made, text, &err) < 0 ||
	    (standard > 0 && quantity_add_source(&made, source, standard, &err) < 0))
		CU_FAIL("an input of a test is refused");
	return made;
}

static struct quantity evaluated(struct inputs *inputs, const char *expression)
{
	struct quantity result = {.value = NAN};

	if (expression_evaluate(&result, expression, reading_of, inputs, &err) < 0)
		CU_FAIL("an expression of a test is refused");
	return result;
}

static double component(const struct quantity *quantity, const char *source)
{
	for (size_t i = 0; i < quantity->sources; i++)
		if (!strcmp(quantity->source[i].source, source))
			return quantity->source[i].standard;
	return 0;
}

/* l = l_s + d - l_s (d_alpha theta + alpha_s d_theta); lengths in mm, the rest as plain numbers. */
static void the_end_gauge_of_h_1_has_its_budget(void)
{
	struct inputs inputs = {{
		input("50.000623 mm", "l_s", 25e-9),
		input("0.000215 mm", "d0", 5.8e-9),
		input("0 mm", "d1", 3.9e-9),
		input("0 mm", "d2", 6.7e-9),
		input("0", "d_alpha", 1e-6 / sqrt(3)),
		input("-0.1", "theta", 0.41),
		input("11.5e-6", "alpha_s", 2e-6 / sqrt(3)),
		input("0", "d_theta", 0.05 / sqrt(3)),
	}};
	struct quantity l = evaluated(&inputs, "r1 + r2 + r3 + r4 - r1 * (r5 * r6 + r7 * r8)");

	CU_ASSERT_DOUBLE_EQUAL(l.value, 50000838e-9, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(fabs(component(&l, "l_s")), 25e-9, 0.05e-9);
	CU_ASSERT_DOUBLE_EQUAL(fabs(component(&l, "d0")), 5.8e-9, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(fabs(component(&l, "d_alpha")), 2.88679e-9, 1e-14);
	CU_ASSERT_DOUBLE_EQUAL(fabs(component(&l, "d_theta")), 16.599e-9, 1e-12);
	CU_ASSERT_EQUAL(component(&l, "theta"), 0);
	CU_ASSERT_EQUAL(component(&l, "alpha_s"), 0);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&l), 31.664e-9, 0.001e-9);
}

/* 50 mm x 1e-6 x 0.1 x 1/root 3 falls when alpha reads high: the sign stays in the budget. */
static void a_component_keeps_the_sign_of_its_sensitivity(void)
{
	struct inputs inputs = {
		{input("50 mm", "l_s", 0), input("0", "alpha", 1e-6), input("0.1", "theta", 0)}};
	struct quantity l = evaluated(&inputs, "r1 - r1 * r2 * r3");

	CU_ASSERT_DOUBLE_EQUAL(component(&l, "alpha"), -5e-9, 1e-18);
}

static void ten_resistors_of_one_standard_are_correlated(void)
{
	struct inputs inputs;

	for (int i = 0; i < 10; i++)
		inputs.reading[i] = input("1000", "standard", 0.1);
	struct quantity series = evaluated(&inputs, "r1+r2+r3+r4+r5+r6+r7+r8+r9+r10");
	struct quantity mean = evaluated(&inputs, "mean(r1,r2,r3,r4,r5,r6,r7,r8,r9,r10)");

	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&series), 1, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&mean), 0.1, 1e-12);
}

static void ten_resistors_of_ten_standards_are_not(void)
{
	struct inputs inputs;
	char source[16];

	for (int i = 0; i < 10; i++) {
		snprintf(source, sizeof(source), "standard %d", i);
		inputs.reading[i] = input("1000", source, 0.1);
	}
	struct quantity series = evaluated(&inputs, "r1+r2+r3+r4+r5+r6+r7+r8+r9+r10");

	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&series), 0.316227766, 1e-9);
}

static void what_lies_between_two_values_is_a_rectangle(void)
{
	struct inputs inputs = {{input("19 s", "", 0), input("21 s", "", 0)}};
	struct quantity between = evaluated(&inputs, "within(r1, r2)");

	CU_ASSERT_EQUAL(between.value, 20);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&between), 0.577350269, 1e-9);
}

void suite_gum(void)
{
	suite_begin("gum");
	claim(the_end_gauge_of_h_1_has_its_budget);
	claim(a_component_keeps_the_sign_of_its_sensitivity);
	claim(ten_resistors_of_one_standard_are_correlated);
	claim(ten_resistors_of_ten_standards_are_not);
	claim(what_lies_between_two_values_is_a_rectangle);
}
