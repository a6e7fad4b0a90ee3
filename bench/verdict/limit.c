/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits: from text to bounds, and from bounds to intervals of SI values.
 *
 * The text is split at the word "or"; each part is one bound, told by how it begins: a
 * comparison, a "±", a state, or else two ends around "..". The first end of a range may leave
 * its unit to the second. Ends in %rd are held as fractions and become values only together with
 * a reading, when its reference is known.
 *
 * Whatever is asked of a limit is asked of intervals: a bound accepts one, a limit accepts their
 * union. Judging with uncertainty builds on the same intervals (decision.c).
 */
#include "verdict/limit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double NOISE = 1e-12;

static const struct {
	const char *text;
	enum bound_kind kind;
} SIGNS[] = {
	/* a sign comes before the signs that it begins with */
	{"<=", BOUND_AT_MOST}, {"≤", BOUND_AT_MOST}, {">=", BOUND_AT_LEAST},
	{"≥", BOUND_AT_LEAST}, {"<", BOUND_BELOW},   {">", BOUND_ABOVE},
	{"±", BOUND_WITHIN},   {"+-", BOUND_WITHIN}, {"+/-", BOUND_WITHIN},
};

static const struct {
	const char *text;
	bool state;
} STATES[] = {{"on", true}, {"closed", true}, {"off", false}, {"open", false}};

/*
 * Reading
 */

/* A quantity, or a fraction of the reference where it ends in %rd. */
static int end_parse(struct quantity *end, bool *of_reference, const char *text, struct error *err)
{
	static const char PERCENT[] = "%rd";
	char number[sizeof(((struct limit *)NULL)->text)];

	text += strspn(text, " ");
	size_t size = strlen(text);
	snprintf(number, sizeof(number), "%s", text);
	if (size > strlen(PERCENT) && !strcmp(text + size - strlen(PERCENT), PERCENT)) {
		*of_reference = true;
		strcpy(number + size - strlen(PERCENT), "%");
	}
	return quantity_parse(end, number, err);
}

static int within_check(const struct quantity *end, const char *text, struct error *err)
{
	if (unit_is_point(&end->unit))
		return error_set(err, ERROR_USAGE,
				 "'%s': °C is a point on a scale; write a difference in K", text);
	if (end->value < 0)
		return error_set(err, ERROR_USAGE, "'%s': what follows ± is not negative", text);
	return 0;
}

static int comparison_parse(struct bound *bound, const char *text, const char *value,
			    struct error *err)
{
	bool within = bound->kind == BOUND_WITHIN;
	struct quantity end;

	if (end_parse(&end, &bound->of_reference, value, err) < 0 ||
	    (within && within_check(&end, text, err) < 0))
		return -1;
	bound->unit = end.unit;
	bound->high = end.value;
	bound->low = within ? -end.value : end.value;
	return 0;
}

/* "4.25 .. 4.35 V": an end without unit takes that of the other. */
static int range_parse(struct bound *bound, const char *text, const char *dots, struct error *err)
{
	char first[sizeof(((struct limit *)NULL)->text)];
	bool first_of_reference = false;
	struct quantity low, high;

	snprintf(first, sizeof(first), "%.*s", (int)(dots - text), text);
	bound->kind = BOUND_BETWEEN;
	if (end_parse(&low, &first_of_reference, first, err) < 0 ||
	    end_parse(&high, &bound->of_reference, dots + 2, err) < 0)
		return -1;

	if (unit_is_plain(&low.unit))
		low = quantity_of(quantity_number(&low), &high.unit);
	else if (first_of_reference != bound->of_reference)
		return error_set(err, ERROR_USAGE, "'%s': either both ends are in %%rd or none",
				 text);
	int order;
	if (quantity_compare(&order, &low, &high, err) < 0)
		return -1;
	if (order > 0)
		return error_set(err, ERROR_USAGE, "'%s': the first end is the lower one", text);
	bound->unit = high.unit;
	bound->low = low.value;
	bound->high = high.value;
	return 0;
}

static bool state_parse(struct bound *bound, const char *text)
{
	for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++)
		if (!strcmp(text, STATES[i].text)) {
			bound->kind = BOUND_STATE;
			bound->state = STATES[i].state;
			return true;
		}
	return false;
}

static int bound_parse(struct bound *bound, const char *text, struct error *err)
{
	const char *dots = strstr(text, "..");

	*bound = (struct bound){0};
	for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++) {
		size_t size = strlen(SIGNS[i].text);

		if (!strncmp(text, SIGNS[i].text, size)) {
			bound->kind = SIGNS[i].kind;
			return comparison_parse(bound, text, text + size, err);
		}
	}
	if (dots)
		return range_parse(bound, text, dots, err);
	if (state_parse(bound, text))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'%s' is no bound; write \"<= 30 Pa\", \"4.25 .. 4.35 V\", "
			 "\"± 0.1 %%vol\", or a state: on, off, open, closed",
			 text);
}

/* Copy up to the next word "or" without the blanks around, and return what follows it, or NULL. */
static const char *next_part(char *part, const char *text)
{
	const char * or = strstr(text, " or ");
	size_t size = or ? (size_t)(or -text) : strlen(text);

	while (size > 0 && *text == ' ') {
		text++;
		size--;
	}
	while (size > 0 && text[size - 1] == ' ')
		size--;
	memcpy(part, text, size);
	part[size] = '\0';
	return or ? or +strlen(" or ") : NULL;
}

static bool bounds_agree(const struct bound *a, const struct bound *b)
{
	if (a->kind == BOUND_STATE || b->kind == BOUND_STATE)
		return false;
	return a->of_reference || b->of_reference ||
	       (unit_same_kind(&a->unit, &b->unit) &&
		unit_is_point(&a->unit) == unit_is_point(&b->unit));
}

static int bounds_check(const struct limit *limit, struct error *err)
{
	for (size_t i = 0; i < limit->bounds; i++)
		for (size_t j = 0; j < i; j++)
			if (!bounds_agree(&limit->bound[i], &limit->bound[j]))
				return error_set(err, ERROR_USAGE,
						 "its bounds do not go together: they differ in "
						 "what they measure");
	return 0;
}

static int bounds_parse(struct limit *limit, struct error *err)
{
	char part[sizeof(limit->text)];

	for (const char *rest = limit->text; rest;) {
		if (limit->bounds == LIMIT_BOUNDS)
			return error_set(err, ERROR_USAGE, "more than %d bounds", LIMIT_BOUNDS);
		rest = next_part(part, rest);
		if (bound_parse(&limit->bound[limit->bounds++], part, err) < 0)
			return -1;
	}
	return bounds_check(limit, err);
}

int limit_parse(struct limit *limit, const char *text, struct error *err)
{
	struct limit made = {0};

	if (strlen(text) >= sizeof(made.text))
		return error_set(err, ERROR_USAGE, "limit '%s': longer than %zu bytes", text,
				 sizeof(made.text) - 1);
	strcpy(made.text, text);
	if (bounds_parse(&made, err) < 0)
		return error_context(err, "limit '%s'", text);
	*limit = made;
	return 0;
}

/*
 * Asking
 */

bool limit_is_state(const struct limit *limit)
{
	return limit->bound[0].kind == BOUND_STATE;
}

/* A bare percentage beside a content: of a volume, or of the reading? */
static bool is_ambiguous(const struct unit *bound, const struct unit *unit)
{
	return !strcmp(bound->symbol, "%") && strcmp(unit->symbol, "%") != 0 &&
	       !unit_is_plain(unit);
}

static int bound_check(const struct bound *bound, const struct quantity *quantity,
		       struct error *err)
{
	const struct unit *unit = &bound->unit;
	const char *mismatch = unit_mismatch(unit, &quantity->unit);

	if (bound->kind == BOUND_STATE)
		return unit_is_plain(&quantity->unit)
			       ? 0
			       : error_set(err, ERROR_USAGE, "it is a state, and no quantity");
	if (bound->of_reference)
		return quantity->has_reference
			       ? 0
			       : error_set(err, ERROR_USAGE,
					   "it has no reference that %%rd could refer to; "
					   "compare with against()");
	if (mismatch)
		return error_set(err, ERROR_USAGE, "%s", mismatch);
	if (is_ambiguous(unit, &quantity->unit))
		return error_set(err, ERROR_USAGE,
				 "%% can mean two things here: write %s, or %%rd for a share of "
				 "the reference",
				 quantity->unit.symbol);
	if (bound->kind == BOUND_WITHIN && unit_is_point(&quantity->unit))
		return error_set(err, ERROR_USAGE, "only a difference can lie within ±");
	if (bound->kind != BOUND_WITHIN && unit_is_point(unit) != unit_is_point(&quantity->unit))
		return error_set(err, ERROR_USAGE, "°C is a point on a scale and K is not");
	return 0;
}

int limit_check_dimension(const struct limit *limit, const struct quantity *quantity,
			  struct error *err)
{
	char text[96];

	for (size_t i = 0; i < limit->bounds; i++)
		if (bound_check(&limit->bound[i], quantity, err) < 0) {
			quantity_print(quantity, 6, text, sizeof(text));
			return error_context(err, "%s cannot be compared with the limit '%s'", text,
					     limit->text);
		}
	return 0;
}

bool limit_exceeds(double value, double bound)
{
	if (isinf(value) || isinf(bound))
		return value > bound;
	return value - bound > NOISE * fmax(fabs(value), fabs(bound));
}

struct interval bound_interval(const struct bound *bound, const struct quantity *quantity)
{
	double scale = bound->of_reference ? fabs(quantity->reference) : 1;
	struct interval interval = {bound->low * scale, bound->high * scale};

	if (bound->kind == BOUND_AT_MOST || bound->kind == BOUND_BELOW)
		interval.low = -INFINITY;
	if (bound->kind == BOUND_AT_LEAST || bound->kind == BOUND_ABOVE)
		interval.high = INFINITY;
	interval.without_low = bound->kind == BOUND_ABOVE;
	interval.without_high = bound->kind == BOUND_BELOW;
	return interval;
}

bool interval_holds(const struct interval *interval, double value)
{
	if (!isfinite(value))
		return false;
	bool over_low = interval->without_low ? limit_exceeds(value, interval->low)
					      : !limit_exceeds(interval->low, value);
	bool under_high = interval->without_high ? limit_exceeds(interval->high, value)
						 : !limit_exceeds(value, interval->high);
	return over_low && under_high;
}

bool limit_met(const struct limit *limit, const struct quantity *quantity)
{
	if (limit_is_state(limit))
		return isfinite(quantity->value) && limit_met_state(limit, quantity->value != 0);

	for (size_t i = 0; i < limit->bounds; i++) {
		const struct bound *bound = &limit->bound[i];
		struct interval interval = bound_interval(bound, quantity);

		if ((!bound->of_reference || quantity->has_reference) &&
		    interval_holds(&interval, quantity->value))
			return true;
	}
	return false;
}

static bool interval_is_within(const struct interval *inner, const struct interval *outer)
{
	bool low = outer->without_low && !inner->without_low
			   ? limit_exceeds(inner->low, outer->low)
			   : !limit_exceeds(outer->low, inner->low);
	bool high = outer->without_high && !inner->without_high
			    ? limit_exceeds(outer->high, inner->high)
			    : !limit_exceeds(inner->high, outer->high);

	return low && high;
}

static bool bound_is_within(const struct bound *inner, const struct limit *outer)
{
	struct interval one = bound_interval(inner, NULL);

	for (size_t i = 0; i < outer->bounds; i++) {
		struct interval other = bound_interval(&outer->bound[i], NULL);

		if (interval_is_within(&one, &other))
			return true;
	}
	return false;
}

static bool is_of_numbers(const struct limit *limit)
{
	for (size_t i = 0; i < limit->bounds; i++)
		if (limit->bound[i].kind == BOUND_STATE || limit->bound[i].of_reference)
			return false;
	return true;
}

bool limit_is_within(const struct limit *inner, const struct limit *outer)
{
	if (!is_of_numbers(inner) || !is_of_numbers(outer))
		return false;
	for (size_t i = 0; i < inner->bounds; i++)
		if (!bound_is_within(&inner->bound[i], outer))
			return false;
	return true;
}

bool limit_met_state(const struct limit *limit, bool state)
{
	return limit_is_state(limit) && limit->bound[0].state == state;
}

const char *limit_state_word(const struct limit *limit, bool state)
{
	static const char *const PAIRS[][2] = {{"on", "off"}, {"open", "closed"}};

	if (limit_met_state(limit, state))
		return limit->text;
	for (size_t i = 0; i < 2; i++)
		for (size_t side = 0; side < 2; side++)
			if (!strcmp(PAIRS[i][side], limit->text))
				return PAIRS[i][1 - side];
	return "otherwise";
}

const struct unit *limit_unit(const struct limit *limit)
{
	for (size_t i = 0; i < limit->bounds; i++)
		if (limit->bound[i].kind != BOUND_STATE && !limit->bound[i].of_reference)
			return &limit->bound[i].unit;
	return NULL;
}
