/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantities: arithmetic that carries uncertainty along.
 *
 * Every operation is linearised at its operands: result = ca * a + cb * b with the partial
 * derivatives ca and cb. quantity_combine() is the one place where contributions meet. They are
 * gathered in a budget with room for both operands, merged by source name with their signs, and
 * folded back into the table:
 *
 *   named source    fully correlated with itself    add:           ca * ua + cb * ub
 *   '#' source      independent of everything       root of sum:   sqrt((ca * ua)^2 + (cb * ub)^2)
 *
 * So a reading minus itself keeps its resolution, which is too cautious and on purpose: the table
 * does not know that both came from the same look at the display.
 *
 * Invariants: values and contributions are finite, source names are unique within a quantity, no
 * contribution is zero.
 *
 * Not here: second-order terms, degrees of freedom (k is given), correlation coefficients other
 * than zero and one.
 */
#include "verdict/quantity.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUDGET_ROOM = 2 * QUANTITY_SOURCES + 1, TEXT_ROOM = 80 };

static const char OTHERS[] = "#others";
static const double MOST_STANDARD = 1e150; /* the square of it is a number */

/* More than one quantity holds, while an operation lasts. */
struct budget {
	size_t count;
	struct contribution source[BUDGET_ROOM];
};

/*
 * Budgets
 */

static double root_of_squares(double a, double b)
{
	return sqrt(a * a + b * b);
}

static bool independent(const struct contribution *contribution)
{
	return contribution->source[0] == '#';
}

static struct contribution *budget_find(struct budget *budget, const char *source)
{
	for (size_t i = 0; i < budget->count; i++)
		if (!strcmp(budget->source[i].source, source))
			return &budget->source[i];
	return NULL;
}

static void budget_add(struct budget *budget, const struct contribution *more, double sensitivity)
{
	struct contribution *known = budget_find(budget, more->source);
	double standard = sensitivity * more->standard;

	if (known && independent(known)) {
		known->standard = root_of_squares(known->standard, standard);
	} else if (known) {
		known->standard += standard;
	} else {
		budget->source[budget->count] = *more;
		budget->source[budget->count++].standard = standard;
	}
}

static void budget_add_all(struct budget *budget, const struct quantity *of, double sensitivity)
{
	for (size_t i = 0; i < of->sources; i++)
		budget_add(budget, &of->source[i], sensitivity);
}

static void budget_remove(struct budget *budget, struct contribution *gone)
{
	size_t after = (size_t)(&budget->source[budget->count] - (gone + 1));

	memmove(gone, gone + 1, after * sizeof(*gone));
	budget->count--;
}

static void budget_drop_nothings(struct budget *budget)
{
	for (size_t i = budget->count; i-- > 0;)
		if (budget->source[i].standard == 0)
			budget_remove(budget, &budget->source[i]);
}

static struct contribution *budget_smallest_independent(struct budget *budget)
{
	struct contribution *smallest = NULL;

	for (size_t i = 0; i < budget->count; i++) {
		struct contribution *one = &budget->source[i];

		if (independent(one) && strcmp(one->source, OTHERS) &&
		    (!smallest || fabs(one->standard) < fabs(smallest->standard)))
			smallest = one;
	}
	return smallest;
}

/* One fewer, unless this is the first to go among the others: then it is only renamed. */
static int budget_fold_one(struct budget *budget, struct error *err)
{
	struct contribution *smallest = budget_smallest_independent(budget);
	struct contribution *others = budget_find(budget, OTHERS);

	if (!smallest)
		return error_set(err, ERROR_USAGE,
				 "more than %d sources of uncertainty meet in one value",
				 QUANTITY_SOURCES);
	if (!others) {
		strcpy(smallest->source, OTHERS);
		return 0;
	}
	others->standard = root_of_squares(others->standard, smallest->standard);
	budget_remove(budget, smallest);
	return 0;
}

/* Make the budget the quantity's own. */
static int budget_settle(struct budget *budget, struct quantity *quantity, struct error *err)
{
	budget_drop_nothings(budget);
	while (budget->count > QUANTITY_SOURCES)
		if (budget_fold_one(budget, err) < 0)
			return -1;

	for (size_t i = 0; i < budget->count; i++)
		if (!(fabs(budget->source[i].standard) < MOST_STANDARD))
			return error_set(err, ERROR_USAGE,
					 "the uncertainty from %s is too large for a number",
					 budget->source[i].source);
	quantity->sources = budget->count;
	memcpy(quantity->source, budget->source, budget->count * sizeof(budget->source[0]));
	return 0;
}

int quantity_add_source(struct quantity *quantity, const char *source, double standard,
			struct error *err)
{
	struct budget budget = {0};
	struct contribution more = {.standard = standard};

	if (!*source || strlen(source) >= sizeof(more.source))
		return error_set(err, ERROR_USAGE,
				 "'%s': the name of a source of uncertainty has 1 to %zu bytes",
				 source, sizeof(more.source) - 1);
	strcpy(more.source, source);

	budget_add_all(&budget, quantity, 1);
	budget_add(&budget, &more, 1);
	return budget_settle(&budget, quantity, err);
}

double quantity_standard(const struct quantity *quantity)
{
	double sum = 0;

	for (size_t i = 0; i < quantity->sources; i++)
		sum += quantity->source[i].standard * quantity->source[i].standard;
	return sqrt(sum);
}

/*
 * Values
 */

struct quantity quantity_of(double number, const struct unit *unit)
{
	return (struct quantity){.value = unit_to_si(unit, number), .unit = *unit};
}

double quantity_number(const struct quantity *quantity)
{
	return unit_from_si(&quantity->unit, quantity->value);
}

double quantity_in(const struct quantity *quantity, const struct unit *unit)
{
	return unit_same_kind(&quantity->unit, unit) ? unit_from_si(unit, quantity->value) : NAN;
}

/*
 * Arithmetic
 */

/* "30 Pa and 4 V cannot be added" and why not. */
static int refuse(const struct quantity *a, const struct quantity *b, const char *what,
		  const char *why, struct error *err)
{
	char first[TEXT_ROOM], second[TEXT_ROOM];

	quantity_print(a, 6, first, sizeof(first));
	quantity_print(b, 6, second, sizeof(second));
	return error_set(err, ERROR_USAGE, "%s and %s cannot be %s: %s", first, second, what, why);
}

static int need_same_kind(const struct quantity *a, const struct quantity *b, const char *what,
			  struct error *err)
{
	const char *why = unit_mismatch(&a->unit, &b->unit);

	return why ? refuse(a, b, what, why, err) : 0;
}

static int need_no_point(const struct quantity *a, const struct quantity *b, const char *what,
			 struct error *err)
{
	if (!unit_is_point(&a->unit) && !unit_is_point(&b->unit))
		return 0;
	return refuse(a, b, what, "°C is a point on a scale; only differences, in K, can", err);
}

int quantity_combine(struct quantity *result, double value, const struct unit *unit,
		     const struct quantity *a, double ca, const struct quantity *b, double cb,
		     struct error *err)
{
	struct quantity made = {.value = value, .unit = *unit};
	struct budget budget = {0};

	if (!isfinite(value))
		return error_set(err, ERROR_USAGE, "the result is too large for a number");
	budget_add_all(&budget, a, ca);
	budget_add_all(&budget, b, cb);
	if (budget_settle(&budget, &made, err) < 0)
		return -1;
	*result = made;
	return 0;
}

int quantity_add(struct quantity *result, const struct quantity *a, const struct quantity *b,
		 struct error *err)
{
	if (need_same_kind(a, b, "added", err) < 0)
		return -1;
	if (unit_is_point(&a->unit) && unit_is_point(&b->unit))
		return need_no_point(a, b, "added", err);

	const struct unit *unit = unit_is_point(&b->unit) ? &b->unit : &a->unit;
	return quantity_combine(result, a->value + b->value, unit, a, 1, b, 1, err);
}

int quantity_subtract(struct quantity *result, const struct quantity *a, const struct quantity *b,
		      struct error *err)
{
	if (need_same_kind(a, b, "subtracted", err) < 0)
		return -1;
	if (unit_is_point(&b->unit) && !unit_is_point(&a->unit))
		return need_no_point(a, b, "subtracted", err);

	struct unit unit = unit_is_point(&b->unit) ? unit_of_difference(&a->unit) : a->unit;
	return quantity_combine(result, a->value - b->value, &unit, a, 1, b, -1, err);
}

static bool is_number(const struct quantity *quantity)
{
	static const struct unit ONE;

	return unit_same_dimension(&quantity->unit, &ONE);
}

/* The operand whose unit a product (sign 1) or quotient (sign -1) keeps; NULL: neither's. */
static const struct quantity *unit_giver(const struct quantity *a, const struct quantity *b,
					 int sign)
{
	if (unit_is_plain(&b->unit) || (is_number(b) && !is_number(a)))
		return a;
	if (sign < 0 || !is_number(a))
		return NULL;
	return unit_is_plain(&a->unit) || !is_number(b) ? b : a;
}

/* The unit of a product is in the state of the volumes in it, or in none once they cancelled. */
static int unit_take_state(struct unit *unit, const struct quantity *a, const struct quantity *b,
			   const char *what, struct error *err)
{
	enum gas_state state = a->unit.state ? a->unit.state : b->unit.state;
	bool mixed = a->unit.state != b->unit.state;

	if (state && mixed && unit_has_volume(&a->unit) && unit_has_volume(&b->unit))
		return refuse(a, b, what,
			      a->unit.state && b->unit.state
				      ? "they are in different states; convert one with :at(…)"
				      : "the volume in one is in a state and that in the other in "
					"none; write it behind the unit",
			      err);
	if (!state || unit->dimension[0] == 0)
		return 0;
	if (!unit_has_volume(unit) || !unit_put_state(unit, state))
		return refuse(a, b, what,
			      "a volume in a state goes only into what is a volume again, or per "
			      "volume; cancel the volumes first",
			      err);
	return 0;
}

static int unit_of_product(struct unit *unit, const struct quantity *a, const struct quantity *b,
			   int sign, struct error *err)
{
	const struct quantity *giver = unit_giver(a, b, sign);
	const char *what = sign > 0 ? "multiplied" : "divided";
	signed char dimension[UNIT_DIMENSIONS];
	bool writable = true;

	if (giver) {
		*unit = giver->unit;
		return 0;
	}
	for (int i = 0; i < UNIT_DIMENSIONS; i++) {
		int power = a->unit.dimension[i] + sign * b->unit.dimension[i];

		writable &= abs(power) <= SCHAR_MAX;
		dimension[i] = (signed char)power;
	}
	*unit = unit_coherent(dimension);
	if (!writable || !*unit->symbol)
		return refuse(a, b, what, "the result has no unit that could be written", err);
	return unit_take_state(unit, a, b, what, err);
}

int quantity_multiply(struct quantity *result, const struct quantity *a, const struct quantity *b,
		      struct error *err)
{
	struct unit unit;

	if (need_no_point(a, b, "multiplied", err) < 0 || unit_of_product(&unit, a, b, 1, err) < 0)
		return -1;
	return quantity_combine(result, a->value * b->value, &unit, a, b->value, b, a->value, err);
}

int quantity_divide(struct quantity *result, const struct quantity *a, const struct quantity *b,
		    struct error *err)
{
	struct unit unit;

	if (need_no_point(a, b, "divided", err) < 0 || unit_of_product(&unit, a, b, -1, err) < 0)
		return -1;
	if (b->value == 0)
		return refuse(a, b, "divided", "that is a division by zero", err);

	double ratio = a->value / b->value;
	return quantity_combine(result, ratio, &unit, a, 1 / b->value, b, -ratio / b->value, err);
}

int quantity_blend(struct quantity *result, const struct quantity *a, const struct quantity *b,
		   double weight, struct error *err)
{
	if (need_same_kind(a, b, "averaged", err) < 0)
		return -1;
	if (unit_is_point(&a->unit) != unit_is_point(&b->unit))
		return need_no_point(a, b, "averaged", err);
	return quantity_combine(result, a->value + weight * (b->value - a->value), &a->unit, a,
				1 - weight, b, weight, err);
}

int quantity_negate(struct quantity *result, const struct quantity *a, struct error *err)
{
	if (unit_is_point(&a->unit))
		return error_set(err, ERROR_USAGE,
				 "a value in °C has no opposite: it is a point on a scale");
	if (result != a)
		*result = *a;
	result->value = -result->value;
	for (size_t i = 0; i < result->sources; i++)
		result->source[i].standard = -result->source[i].standard;
	return 0;
}

int quantity_against(struct quantity *result, const struct quantity *a,
		     const struct quantity *reference, struct error *err)
{
	double value = reference->value;
	bool percentages = !unit_is_point(&reference->unit);

	if (quantity_subtract(result, a, reference, err) < 0)
		return -1;
	result->has_reference = percentages;
	result->reference = percentages ? value : 0;
	return 0;
}

int quantity_compare(int *order, const struct quantity *a, const struct quantity *b,
		     struct error *err)
{
	if (need_same_kind(a, b, "compared", err) < 0)
		return -1;
	if (unit_is_point(&a->unit) != unit_is_point(&b->unit))
		return need_no_point(a, b, "compared", err);
	*order = (a->value > b->value) - (a->value < b->value);
	return 0;
}
