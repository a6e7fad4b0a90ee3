/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units as one table: symbol, the prefixes it takes, dimension, scale, offset.
 *
 * A unit text is a product of factors, each a symbol with an optional power, and at most one "/"
 * with one factor behind it; "kg/m s" can be read in two ways and is refused. A symbol is looked
 * up whole first ("min", "Pa") and then as prefix and symbol ("mm", "hPa"), and only with the
 * prefixes that its row lists, so that a slip ("cA") is an error and not a surprise.
 *
 * Scales such as 0.001 or 1/60 have no exact double. Where the inverse is a whole number the
 * conversion divides by it instead, which rounds once: 30 mV is the same double as 0.03 V, and a
 * value at its limit stays at its limit whichever unit each is written in.
 *
 * A last word that names a state is no factor. It says how the one volume in the unit is counted, so
 * the lengths in the unit must add up to a volume or to its inverse.
 *
 * This file does not convert %LEL to a volume fraction: that takes the gas and its standard.
 */
#include "verdict/unit.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MICRO_SIGN "\u00b5"
#define GREEK_MU "\u03bc"
#define MIDDLE_DOT "·"
#define DEGREE "°"
#define SQUARED "²"
#define CUBED "³"
#define WATER "H2O" /* of mmH2O: its 2 is no power */

enum { MOST_POWER = 9 };

struct row {
	const char *symbol;
	const char *prefixes; /* letters of PREFIXES */
	signed char dimension[UNIT_DIMENSIONS];
	double scale;
	double offset;
};

struct prefix {
	const char *text;
	char letter;
	double scale;
};

struct factor {
	const struct row *row;
	double scale;
	int power;
};

static const struct row ROWS[];
static const struct prefix PREFIXES[];
static const char *const STATES[] = {[GAS_STPD] = "STPD", [GAS_ATPD] = "ATPD", [GAS_BTPS] = "BTPS"};
enum { STATES_END = sizeof(STATES) / sizeof(STATES[0]), VOLUME_POWER = 3 };

/*
 * Looking up
 */

static const struct row *row_find(const char *symbol, size_t size)
{
	for (const struct row *row = ROWS; row->symbol; row++)
		if (strlen(row->symbol) == size && !memcmp(row->symbol, symbol, size))
			return row;
	return NULL;
}

static int symbol_find(struct factor *factor, const char *symbol, size_t size)
{
	factor->row = row_find(symbol, size);
	factor->scale = 1;
	for (const struct prefix *prefix = PREFIXES; !factor->row && prefix->text; prefix++) {
		size_t taken = strlen(prefix->text);

		if (taken >= size || memcmp(prefix->text, symbol, taken))
			continue;
		factor->row = row_find(symbol + taken, size - taken);
		factor->scale = prefix->scale;
		if (factor->row && !strchr(factor->row->prefixes, prefix->letter))
			factor->row = NULL;
	}
	if (!factor->row)
		return -1;
	factor->scale *= factor->row->scale;
	return 0;
}

/*
 * Reading a text
 */

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool symbol_ends(const char *at)
{
	return !*at || strchr(" /^0123456789", *at) || begins(at, MIDDLE_DOT) ||
	       begins(at, SQUARED) || begins(at, CUBED);
}

static size_t symbol_size(const char *text)
{
	size_t size = 0;

	if (text[0] == '1')
		return isdigit((unsigned char)text[1]) ? 0 : 1;
	while (!symbol_ends(text + size))
		size += begins(text + size, WATER) ? strlen(WATER) : 1;
	return size;
}

/* "^-2", "3", "²" or nothing. */
static int power_parse(int *power, const char **at)
{
	const char *text = *at;

	*power = 1;
	if (begins(text, SQUARED) || begins(text, CUBED)) {
		*power = begins(text, SQUARED) ? 2 : 3;
		*at += strlen(SQUARED);
		return 0;
	}
	if (*text != '^' && !isdigit((unsigned char)*text))
		return 0;

	bool negative = begins(text, "^-");
	text += *text == '^' ? 1 + negative : 0;
	if (*text < '1' || *text > '0' + MOST_POWER || isdigit((unsigned char)text[1]))
		return -1;
	*power = negative ? -(*text - '0') : *text - '0';
	*at = text + 1;
	return 0;
}

static int unknown(const char *symbol, size_t size, const char *whole, struct error *err)
{
	for (int state = GAS_STPD; state < STATES_END; state++)
		if (strlen(STATES[state]) == size && !memcmp(symbol, STATES[state], size))
			return error_set(err, ERROR_USAGE,
					 "unit '%s': the state %s stands once, last, and after a "
					 "blank, as in \"L/min %s\"",
					 whole, STATES[state], STATES[state]);
	return error_set(err, ERROR_USAGE, "'%.*s' is not a unit that is known here", (int)size,
			 symbol);
}

static int factor_parse(struct factor *factor, const char **at, const char *whole,
			struct error *err)
{
	const char *symbol = *at;
	size_t size = symbol_size(symbol);

	if (size == 0)
		return error_set(err, ERROR_USAGE, "unit '%s': a symbol is missing before %s",
				 whole, *symbol ? symbol : "its end");
	if (symbol_find(factor, symbol, size) < 0)
		return unknown(symbol, size, whole, err);
	*at += size;
	if (power_parse(&factor->power, at) < 0)
		return error_set(err, ERROR_USAGE,
				 "unit '%s': a power is a whole number from -%d to %d, not 0",
				 whole, MOST_POWER, MOST_POWER);
	if (**at && !strchr(" /", **at) && !begins(*at, MIDDLE_DOT))
		return error_set(err, ERROR_USAGE, "unit '%s': a blank is missing before '%s'",
				 whole, *at);
	return 0;
}

static int unit_take(struct unit *unit, const struct factor *factor, int sign, struct error *err)
{
	int power = sign * factor->power;

	for (int i = 0; i < UNIT_DIMENSIONS; i++) {
		int dimension = unit->dimension[i] + power * factor->row->dimension[i];

		if (abs(dimension) > SCHAR_MAX)
			return error_set(err, ERROR_USAGE, "unit '%s': its powers add up too high",
					 unit->symbol);
		unit->dimension[i] = (signed char)dimension;
	}
	for (int i = 0; i < abs(power); i++)
		unit->scale = power > 0 ? unit->scale * factor->scale : unit->scale / factor->scale;
	unit->offset = factor->row->offset;
	return 0;
}

static const char *skip_product(const char *at)
{
	while (*at == ' ' || begins(at, MIDDLE_DOT))
		at += *at == ' ' ? 1 : strlen(MIDDLE_DOT);
	return at;
}

/* The state that the rest of the text names: a word of its own behind others. */
static enum gas_state state_at(const char *at, const char *whole)
{
	return at > whole && at[-1] == ' ' ? gas_state_find(at) : 0;
}

static int product_parse(struct unit *unit, struct error *err)
{
	const char *at = unit->symbol;
	bool quotient = false, point = false;
	int factors = 0;

	while (*(at = skip_product(at)) && !(unit->state = state_at(at, unit->symbol))) {
		struct factor factor = {.power = 1};
		bool divides = *at == '/';

		if (quotient)
			return error_set(err, ERROR_USAGE,
					 "unit '%s': one unit may follow one '/'; "
					 "write the others with negative powers, as m^-1",
					 unit->symbol);
		if (divides)
			at = skip_product(at + 1);
		if (factor_parse(&factor, &at, unit->symbol, err) < 0 ||
		    unit_take(unit, &factor, divides ? -1 : 1, err) < 0)
			return -1;
		quotient = divides;
		point |= factor.row->offset != 0;
		factors += factor.power == 1 && !divides ? 1 : 2;
	}
	if (point && factors > 1)
		return error_set(err, ERROR_USAGE,
				 "unit '%s': %sC is a point on a scale; write a difference in K",
				 unit->symbol, DEGREE);
	if (unit->state && !unit_has_volume(unit))
		return error_set(err, ERROR_USAGE,
				 "unit '%s': %s is a state of a gas volume, and there is no volume "
				 "in it",
				 unit->symbol, STATES[unit->state]);
	return 0;
}

/* The whole number that the scale is one part of (60 for 1/60), or 0. */
static double divisor_of(double scale)
{
	double inverse = 1 / scale, whole = rint(inverse);

	return scale < 1 && inverse < 1e15 && fabs(inverse - whole) <= 1e-14 * whole ? whole : 0;
}

/* Products of prefixes leave noise in the last bit; a scale is a whole number or its inverse. */
static double scale_tidy(double scale)
{
	double whole = rint(scale), divisor = divisor_of(scale);

	if (divisor > 0)
		return 1 / divisor;
	return whole >= 1 && fabs(scale - whole) <= 1e-14 * whole ? whole : scale;
}

int unit_parse(struct unit *unit, const char *text, struct error *err)
{
	struct unit made = {.scale = 1};

	text += strspn(text, " ");
	size_t size = strlen(text);
	while (size > 0 && text[size - 1] == ' ')
		size--;
	if (size >= sizeof(made.symbol))
		return error_set(err, ERROR_USAGE,
				 "a unit takes at most %zu bytes, this one has %zu",
				 sizeof(made.symbol) - 1, size);
	memcpy(made.symbol, size ? text : "1", size ? size : 1);

	if (product_parse(&made, err) < 0)
		return -1;
	made.scale = scale_tidy(made.scale);
	*unit = made;
	return 0;
}

/*
 * The coherent unit of a dimension
 */

static const char *const BASES[UNIT_DIMENSIONS] = {"m", "kg", "s", "A", "K", "mol", "%LEL", "lx"};
static const char *const NAMED[] = {"1", "N", "Pa", "J", "W", "V", "Ω", "C"};

static const char *named_coherent(const signed char dimension[UNIT_DIMENSIONS])
{
	for (size_t i = 0; i < sizeof(NAMED) / sizeof(NAMED[0]); i++) {
		const struct row *row = row_find(NAMED[i], strlen(NAMED[i]));

		if (!memcmp(row->dimension, dimension, UNIT_DIMENSIONS))
			return NAMED[i];
	}
	return NULL;
}

/* Append one base with its power; false when it does not fit, or no symbol says such a power. */
static bool compose_base(char *symbol, size_t room, const char *before, int base, int power)
{
	size_t used = strlen(symbol);
	int wrote = power == 1 ? snprintf(symbol + used, room - used, "%s%s", before, BASES[base])
			       : snprintf(symbol + used, room - used, "%s%s^%d", before,
					  BASES[base], power);

	return (size_t)wrote < room - used && abs(power) <= MOST_POWER;
}

static bool compose(char *symbol, size_t room, const signed char dimension[UNIT_DIMENSIONS])
{
	bool fits = true;
	int divisors = 0;

	for (int i = 0; i < UNIT_DIMENSIONS; i++) {
		divisors += dimension[i] < 0;
		if (dimension[i] > 0)
			fits &= compose_base(symbol, room, *symbol ? " " : "", i, dimension[i]);
	}
	for (int i = 0; i < UNIT_DIMENSIONS; i++) {
		if (dimension[i] < 0 && divisors == 1)
			fits &= compose_base(symbol, room, "/", i, -dimension[i]);
		else if (dimension[i] < 0)
			fits &= compose_base(symbol, room, *symbol ? " " : "", i, dimension[i]);
	}
	return fits;
}

struct unit unit_coherent(const signed char dimension[UNIT_DIMENSIONS])
{
	struct unit unit = {.scale = 1};
	const char *name = named_coherent(dimension);

	memcpy(unit.dimension, dimension, UNIT_DIMENSIONS);
	if (name)
		strcpy(unit.symbol, name);
	else if (!compose(unit.symbol, sizeof(unit.symbol), dimension))
		unit.symbol[0] = '\0';
	return unit;
}

bool unit_same_dimension(const struct unit *a, const struct unit *b)
{
	return !memcmp(a->dimension, b->dimension, UNIT_DIMENSIONS);
}

bool unit_same_kind(const struct unit *a, const struct unit *b)
{
	return unit_same_dimension(a, b) && a->state == b->state;
}

const char *unit_mismatch(const struct unit *a, const struct unit *b)
{
	if (!unit_same_dimension(a, b))
		return "their units measure different things";
	if (a->state == b->state)
		return NULL;
	return a->state && b->state ? "they are in different states; convert one with :at(…)"
				    : "one is in a state (STPD, ATPD, BTPS) and the other in none; "
				      "write it behind the unit";
}

bool unit_has_volume(const struct unit *unit)
{
	return abs(unit->dimension[0]) == VOLUME_POWER;
}

bool unit_put_state(struct unit *unit, enum gas_state state)
{
	size_t size = strlen(unit->symbol);
	char symbol[sizeof(unit->symbol)];

	if (unit->state)
		size -= strlen(STATES[unit->state]) + 1;
	int wrote =
		snprintf(symbol, sizeof(symbol), "%.*s %s", (int)size, unit->symbol, STATES[state]);
	if (size == 0 || wrote >= (int)sizeof(symbol))
		return false;
	strcpy(unit->symbol, symbol);
	unit->state = state;
	return true;
}

const char *gas_state_name(enum gas_state state)
{
	return STATES[state];
}

enum gas_state gas_state_find(const char *name)
{
	for (int state = GAS_STPD; state < STATES_END; state++)
		if (!strcmp(name, STATES[state]))
			return (enum gas_state)state;
	return 0;
}

bool unit_is_point(const struct unit *unit)
{
	return unit->offset != 0;
}

bool unit_is_plain(const struct unit *unit)
{
	return unit->scale == 1 && unit_same_dimension(unit, &(struct unit){.scale = 1});
}

double unit_to_si(const struct unit *unit, double number)
{
	double divisor = divisor_of(unit->scale);

	return (divisor > 0 ? number / divisor : number * unit->scale) + unit->offset;
}

double unit_from_si(const struct unit *unit, double value)
{
	double divisor = divisor_of(unit->scale);

	value -= unit->offset;
	return divisor > 0 ? value * divisor : value / unit->scale;
}

struct unit unit_of_difference(const struct unit *unit)
{
	return unit_is_point(unit) ? unit_coherent(unit->dimension) : *unit;
}

/*
 * The table. Dimensions: m kg s A K mol %LEL lx.
 */

static const struct prefix PREFIXES[] = {
	{MICRO_SIGN, 'u', 1e-6}, {GREEK_MU, 'u', 1e-6}, {"m", 'm', 1e-3}, {"c", 'c', 1e-2},
	{"h", 'h', 1e2},	 {"k", 'k', 1e3},	{"M", 'M', 1e6},  {NULL},
};

static const struct row ROWS[] = {
	{"1", "", {0}, 1},
	{"%", "", {0}, 1e-2},
	{"%vol", "", {0}, 1e-2},
	{"%RH", "", {0}, 1e-2},
	{"ppm", "", {0}, 1e-6},
	{"%LEL", "", {0, 0, 0, 0, 0, 0, 1}, 1},
	{"m", "umck", {1}, 1},
	{"g", "umk", {0, 1}, 1e-3},
	{"s", "um", {0, 0, 1}, 1},
	{"min", "", {0, 0, 1}, 60},
	{"h", "", {0, 0, 1}, 3600},
	{"d", "", {0, 0, 1}, 86400},
	{"Hz", "kM", {0, 0, -1}, 1},
	{"A", "umk", {0, 0, 0, 1}, 1},
	{"C", "", {0, 0, 1, 1}, 1},
	{"Ah", "m", {0, 0, 1, 1}, 3600},
	{"V", "umk", {2, 1, -3, -1}, 1},
	{"Ω", "mkM", {2, 1, -3, -2}, 1},
	{"\u2126", "mkM", {2, 1, -3, -2}, 1}, /* the ohm sign, another character than omega */
	{"ohm", "mkM", {2, 1, -3, -2}, 1},
	{"W", "mkM", {2, 1, -3}, 1},
	{"J", "mkM", {2, 1, -2}, 1},
	{"Wh", "mk", {2, 1, -2}, 3600},
	{"N", "mk", {1, 1, -2}, 1},
	{"Pa", "mhkM", {-1, 1, -2}, 1},
	{"bar", "m", {-1, 1, -2}, 1e5},
	{"mmHg", "", {-1, 1, -2}, 133.322387415}, /* 13.5951 g/cm3 * 9.80665 m/s2 * 1 mm */
	{"mmH2O", "", {-1, 1, -2}, 9.80665},	  /* 1 g/cm3 * 9.80665 m/s2 * 1 mm */
	{"cmH2O", "", {-1, 1, -2}, 98.0665},
	{"K", "m", {0, 0, 0, 0, 1}, 1},
	{DEGREE "C", "", {0, 0, 0, 0, 1}, 1, 273.15},
	{"℃", "", {0, 0, 0, 0, 1}, 1, 273.15}, /* the one-character form of the same */
	{"mol", "m", {0, 0, 0, 0, 0, 1}, 1},
	{"lx", "k", {0, 0, 0, 0, 0, 0, 0, 1}, 1},
	{"L", "um", {3}, 1e-3},
	{"l", "um", {3}, 1e-3},
	{NULL},
};
