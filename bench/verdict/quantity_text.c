/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantities as text: "30 Pa" read, "28.41 s ± 0.62 s" printed.
 *
 * What is printed without a number of digits reads back as the same double: the shortest decimal
 * that does is looked for, in the quantity's own unit. Where there is an uncertainty, it says how
 * many digits of the value are worth printing.
 */
#include "verdict/quantity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_ROOM = 80 };

/*
 * Reading
 */

static size_t digits_size(const char *text)
{
	return strspn(text, "0123456789");
}

size_t quantity_number_size(const char *text)
{
	size_t size = *text == '-' || *text == '+';
	size_t whole = digits_size(text + size), part = 0;

	size += whole;
	if (text[size] == '.' && text[size + 1] != '.') {
		part = digits_size(text + size + 1);
		size += 1 + part;
	}
	if (whole + part == 0)
		return 0;

	if (text[size] == 'e' || text[size] == 'E') {
		size_t sign = text[size + 1] == '-' || text[size + 1] == '+';
		size_t exponent = digits_size(text + size + 1 + sign);

		size += exponent ? 1 + sign + exponent : 0;
	}
	return size;
}

int quantity_parse(struct quantity *quantity, const char *text, struct error *err)
{
	const char *start = text + strspn(text, " ");
	size_t size = quantity_number_size(start);
	struct unit unit;

	if (size == 0)
		return error_set(err, ERROR_USAGE,
				 "'%s' does not begin with a number; write a value and its unit, "
				 "such as \"30 Pa\"",
				 text);
	if (unit_parse(&unit, start + size, err) < 0)
		return error_context(err, "'%s'", text);

	struct quantity made = quantity_of(strtod(start, NULL), &unit);
	if (!isfinite(made.value))
		return error_set(err, ERROR_USAGE, "'%s' is too large for a number", text);
	*quantity = made;
	return 0;
}

/*
 * Printing
 */

static double round_to_digits(double number, int digits)
{
	char text[TEXT_ROOM];

	snprintf(text, sizeof(text), "%.*e", digits - 1, number);
	return strtod(text, NULL);
}

/*
 * The shortest decimal that gives `value` back. Converting to the unit may have moved the number
 * by a step or two, so its neighbours are tried as well before settling for the nearest.
 */
static void print_shortest(double value, const struct unit *unit, char *text, size_t size)
{
	double number = unit_from_si(unit, value);

	for (int digits = 1; digits <= 17; digits++) {
		double rounded = round_to_digits(number, digits);

		if (unit_to_si(unit, rounded) == value) {
			snprintf(text, size, "%.*g", digits < 15 ? 15 : digits, rounded + 0.0);
			return;
		}
	}

	double below = nextafter(number, -INFINITY), above = nextafter(number, INFINITY);
	const double tries[] = {below, above, nextafter(below, -INFINITY),
				nextafter(above, INFINITY)};
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (unit_to_si(unit, tries[i]) == value)
			number = tries[i];
	snprintf(text, size, "%.17g", number);
}

static void append_unit(const struct unit *unit, char *text, size_t size)
{
	size_t used = strlen(text);

	if (strcmp(unit->symbol, "1"))
		snprintf(text + used, size - used, " %s", unit->symbol);
}

void quantity_print(const struct quantity *quantity, int digits, char *text, size_t size)
{
	if (digits > 0)
		snprintf(text, size, "%.15g",
			 round_to_digits(quantity_number(quantity), digits) + 0.0);
	else
		print_shortest(quantity->value, &quantity->unit, text, size);
	append_unit(&quantity->unit, text, size);
}

/* Decimals that show two significant digits of `uncertainty`; negative for tens and hundreds. */
static int decimals_of(double uncertainty)
{
	char text[TEXT_ROOM];

	snprintf(text, sizeof(text), "%.1e", uncertainty);
	return 1 - atoi(strchr(text, 'e') + 1);
}

static void print_decimals(double number, int decimals, char *text, size_t size)
{
	if (decimals < 0) {
		double step = pow(10, -decimals);

		number = rint(number / step) * step;
	}
	if (fabs(number) < 0.5 * pow(10, -decimals))
		number = 0; /* not "-0.000" */
	snprintf(text, size, "%.*f", decimals > 0 ? decimals : 0, number + 0.0);
}

void quantity_print_finer(const struct quantity *quantity, double expanded, int more, char *text,
			  size_t size)
{
	struct unit unit = unit_of_difference(&quantity->unit);
	double uncertainty = unit_from_si(&unit, expanded), number = quantity_number(quantity);
	char value[TEXT_ROOM], within[TEXT_ROOM];

	if (!(uncertainty > 0) || !isfinite(uncertainty)) {
		quantity_print(quantity, 6 + more < 15 ? 6 + more : 0, text, size);
		return;
	}
	int decimals = decimals_of(uncertainty);
	if (decimals + more > 15 || fabs(number) + uncertainty > 1e15) {
		snprintf(value, sizeof(value), "%.*g", 6 + more < 17 ? 6 + more : 17, number);
		snprintf(within, sizeof(within), "%.2g", uncertainty);
	} else {
		print_decimals(number, decimals + more, value, sizeof(value));
		print_decimals(uncertainty, decimals, within, sizeof(within));
	}
	append_unit(&quantity->unit, value, sizeof(value));
	append_unit(&unit, within, sizeof(within));
	snprintf(text, size, "%s ± %s", value, within);
}

void quantity_print_within(const struct quantity *quantity, double expanded, char *text,
			   size_t size)
{
	quantity_print_finer(quantity, expanded, 0, text, size);
}

void quantity_print_expanded(const struct quantity *quantity, double k, char *text, size_t size)
{
	double expanded = k * quantity_standard(quantity);

	quantity_print_within(quantity, expanded, text, size);
	size_t used = strlen(text);
	if (expanded > 0)
		snprintf(text + used, size - used, " (k = %g)", k);
}
