/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions over several values of an expression, without collecting them.
 *
 * A tally holds the running mean as a quantity (moved by 1/n of the distance to each new value,
 * which is allowed for °C, too), Welford's sum of squares for the standard deviation, and the two
 * extremes, so that a mean of a thousand readings needs the memory of one. What a calculation adds
 * of its own gets a source named after its text.
 */
#include "verdict/tally.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tally_extremes(struct tally *tally, const struct quantity *value, struct error *err)
{
	int with_least, with_greatest;

	if (quantity_compare(&with_least, value, &tally->least, err) < 0 ||
	    quantity_compare(&with_greatest, value, &tally->greatest, err) < 0)
		return -1;
	if (with_least < 0)
		tally->least = *value;
	if (with_greatest > 0)
		tally->greatest = *value;
	return 0;
}

int tally_add(struct tally *tally, const struct quantity *value, struct error *err)
{
	tally->count++;
	if (tally->count == 1) {
		tally->mean = tally->least = tally->greatest = *value;
		tally->mean.has_reference = false;
		return 0;
	}

	double before = value->value - tally->mean.value;
	if (quantity_blend(&tally->mean, &tally->mean, value, 1.0 / (double)tally->count, err) < 0)
		return -1;
	tally->squares += before * (value->value - tally->mean.value);
	return tally_extremes(tally, value, err);
}

static int tally_mean(struct quantity *result, const struct tally *tally, struct error *err)
{
	(void)err;
	*result = tally->mean;
	return 0;
}

static int tally_least(struct quantity *result, const struct tally *tally, struct error *err)
{
	(void)err;
	*result = tally->least;
	return 0;
}

static int tally_greatest(struct quantity *result, const struct tally *tally, struct error *err)
{
	(void)err;
	*result = tally->greatest;
	return 0;
}

static int tally_range(struct quantity *result, const struct tally *tally, struct error *err)
{
	return quantity_subtract(result, &tally->greatest, &tally->least, err);
}

/* A source of this one calculation: its own text tells it from others of the kind. */
static int add_own_source(struct quantity *result, const char *kind, const struct tally *tally,
			  double standard, struct error *err)
{
	uint32_t mark = 2166136261u; /* FNV-1a */
	char source[40];

	for (const char *c = tally->from; c < tally->to; c++)
		mark = (mark ^ (uint8_t)*c) * 16777619u;
	snprintf(source, sizeof(source), "%s%08x", kind, mark);
	return quantity_add_source(result, source, standard, err);
}

static int tally_deviation(struct quantity *result, const struct tally *tally, struct error *err)
{
	if (tally->count < 2)
		return error_set(err, ERROR_USAGE, "stdev takes at least two values");

	double freedom = (double)tally->count - 1;
	double deviation = sqrt(tally->squares / freedom);
	if (!isfinite(deviation))
		return error_set(err, ERROR_USAGE, "the result is too large for a number");
	*result = (struct quantity){.value = deviation,
				    .unit = unit_of_difference(&tally->mean.unit)};
	return add_own_source(result, "#repeat", tally, deviation / sqrt(2 * freedom), err);
}

/* Anywhere between two values, no place more likely than another (JCGM 100:2008, 4.3.7). */
static int tally_within(struct quantity *result, const struct tally *tally, struct error *err)
{
	if (tally->count != 2)
		return error_set(err, ERROR_USAGE, "within takes two values");
	*result = tally->mean;
	return add_own_source(result, "#within", tally,
			      (tally->greatest.value - tally->least.value) / (2 * sqrt(3)), err);
}

static int tally_abs(struct quantity *result, const struct tally *tally, struct error *err)
{
	if (tally->count != 1)
		return error_set(err, ERROR_USAGE, "abs takes one value");
	if (tally->least.value < 0 || unit_is_point(&tally->least.unit))
		return quantity_negate(result, &tally->least, err);
	*result = tally->least;
	return 0;
}

static const struct {
	const char *name;
	tally_result_fn *result;
} FUNCTIONS[] = {
	{"mean", tally_mean},	  {"stdev", tally_deviation}, {"min", tally_least},
	{"max", tally_greatest},  {"range", tally_range},     {"abs", tally_abs},
	{"within", tally_within},
};

tally_result_fn *tally_find(const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]); i++)
		if (strlen(FUNCTIONS[i].name) == size && !memcmp(FUNCTIONS[i].name, name, size))
			return FUNCTIONS[i].result;
	return NULL;
}
