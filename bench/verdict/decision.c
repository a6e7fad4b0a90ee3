/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions.
 *
 * A limit is resolved into regions: disjoint intervals of SI values, in order. Its bounds accept
 * one interval each, and intervals that touch become one, so "± 0.10 %vol or ± 10 %rd" is the
 * wider of the two and is guarded as a whole; the border where one bound takes over from the
 * other is no border. The guard band w then decides:
 *
 *   accepted      the value lies in a region whose ends were moved inwards by w
 *   rejected      the value lies outside every region whose ends were moved outwards by w, or at
 *                 their ends
 *   inconclusive  between
 *
 * With w = 0 nothing lies between, and a value at the end of a region is accepted: acceptance is
 * asked first. Values are judged unrounded; only what is printed is rounded, and the acceptance
 * limit always towards the inside.
 *
 * The conformance probability stands beside the decision and has no part in it. It is the mass of a
 * normal distribution N(y, u) inside the regions, not moved by any band (JCGM 106:2012, 7.3 and 7.4),
 *
 *   p = sum over regions of  Phi((high - y) / u) - Phi((low - y) / u)
 *
 * so that a value at a lone limit has 1/2, and one at the acceptance limit of w = 2 u has 0.977.
 *
 * Not here: the grade of the limit (who may decide on it is asked by the caller), the uncertainty of
 * a reference that %rd refers to.
 */
#include "verdict/decision.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/shown.h"

enum { ACCEPTANCE_DIGITS = 12, TEXT_ROOM = 96 };

struct regions {
	size_t count;
	struct interval region[LIMIT_BOUNDS];
};

/*
 * Names
 */

static const char *const VERDICTS[][2] = {
	[VERDICT_PASS] = {"PASS", "合格"},
	[VERDICT_INCONCLUSIVE] = {"INCONCLUSIVE", "不作判定"},
	[VERDICT_FAIL] = {"FAIL", "不合格"},
	[VERDICT_ABORTED] = {"ABORTED", "检验中止"},
	[VERDICT_ERROR] = {"ERROR", "检验无效(装置故障)"},
};
static const char *const GRADES[] = {
	[GRADE_VERBATIM] = "verbatim",	   [GRADE_LAB] = "lab",
	[GRADE_DECLARED] = "declared",	   [GRADE_SECONDARY] = "secondary",
	[GRADE_UNVERIFIED] = "unverified", [GRADE_EXAMPLE] = "example",
};
static const char *const RULES[] = {[RULE_SIMPLE] = "simple", [RULE_GUARDED] = "guarded"};

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

const char *verdict_name(enum verdict verdict)
{
	return VERDICTS[verdict][0];
}

const char *verdict_chinese(enum verdict verdict)
{
	return VERDICTS[verdict][1];
}

int verdict_parse(enum verdict *verdict, const char *name, struct error *err)
{
	for (int i = VERDICT_PASS; i <= VERDICT_ERROR; i++)
		if (!strcmp(name, VERDICTS[i][0])) {
			*verdict = (enum verdict)i;
			return 0;
		}
	return error_set(
		err, ERROR_USAGE,
		"'%s' is no verdict; there are PASS, INCONCLUSIVE, FAIL, ABORTED and ERROR", name);
}

int grade_parse(enum grade *grade, const char *name, struct error *err)
{
	for (int i = GRADE_VERBATIM; i <= GRADE_EXAMPLE; i++)
		if (!strcmp(name, GRADES[i])) {
			*grade = (enum grade)i;
			return 0;
		}
	return error_set(
		err, ERROR_USAGE,
		"'%s' is no grade of a limit; there are verbatim, lab, declared, secondary, "
		"unverified and example",
		name);
}

const char *grade_name(enum grade grade)
{
	return GRADES[grade];
}

bool grade_decides(enum grade grade, bool simulated)
{
	return grade <= GRADE_DECLARED || (grade == GRADE_EXAMPLE && simulated);
}

int rule_parse(enum decision_rule *rule, const char *name, struct error *err)
{
	for (int i = RULE_SIMPLE; i <= RULE_GUARDED; i++)
		if (!strcmp(name, RULES[i])) {
			*rule = (enum decision_rule)i;
			return 0;
		}
	return error_set(err, ERROR_USAGE, "'%s' is no decision rule; there are simple and guarded",
			 name);
}

const char *rule_name(enum decision_rule rule)
{
	return RULES[rule];
}

/*
 * Regions
 */

static int interval_order(const void *a, const void *b)
{
	double first = ((const struct interval *)a)->low,
	       second = ((const struct interval *)b)->low;

	return (first > second) - (first < second);
}

/* Does `b`, which begins no earlier than `a`, continue it without a gap? */
static bool continues(const struct interval *a, const struct interval *b)
{
	bool apart = limit_exceeds(b->low, a->high);
	bool gap_of_a_point = !limit_exceeds(a->high, b->low) && a->without_high && b->without_low;

	return !apart && !gap_of_a_point;
}

static void regions_append(struct regions *regions, const struct interval *more)
{
	struct interval *last = regions->count ? &regions->region[regions->count - 1] : NULL;

	if (!last || !continues(last, more)) {
		regions->region[regions->count++] = *more;
		return;
	}
	if (more->low == last->low)
		last->without_low &= more->without_low;
	if (more->high == last->high)
		last->without_high &= more->without_high;
	else if (more->high > last->high) {
		last->high = more->high;
		last->without_high = more->without_high;
	}
}

static struct regions regions_of(const struct limit *limit, const struct quantity *quantity)
{
	struct interval intervals[LIMIT_BOUNDS];
	struct regions regions = {0};

	for (size_t i = 0; i < limit->bounds; i++)
		intervals[i] = bound_interval(&limit->bound[i], quantity);
	qsort(intervals, limit->bounds, sizeof(intervals[0]), interval_order);
	for (size_t i = 0; i < limit->bounds; i++)
		regions_append(&regions, &intervals[i]);
	return regions;
}

/* Only regions that still hold something; a negative band moves the ends outwards. */
static struct regions regions_guard(const struct regions *regions, double band)
{
	struct regions guarded = {0};

	for (size_t i = 0; i < regions->count; i++) {
		struct interval region = regions->region[i];

		region.low += band;
		region.high -= band;
		if (!limit_exceeds(region.low, region.high))
			guarded.region[guarded.count++] = region;
	}
	return guarded;
}

static bool regions_hold(const struct regions *regions, double value)
{
	for (size_t i = 0; i < regions->count; i++)
		if (interval_holds(&regions->region[i], value))
			return true;
	return false;
}

/* Outside by at least `band`: a value at the moved end is rejected. */
static bool regions_reject(const struct regions *regions, double value, double band)
{
	struct regions widened = regions_guard(regions, -band);

	for (size_t i = 0; i < widened.count; i++)
		widened.region[i].without_low = widened.region[i].without_high = true;
	return !regions_hold(&widened, value);
}

/*
 * Conformance probability
 */

/* Phi(b) - Phi(a), each tail from its own side: the difference of two numbers near 1 is noise. */
static double normal_between(double a, double b)
{
	static const double ROOT_TWO = 1.4142135623730951;

	if (a > 0)
		return (erfc(a / ROOT_TWO) - erfc(b / ROOT_TWO)) / 2;
	if (b < 0)
		return (erfc(-b / ROOT_TWO) - erfc(-a / ROOT_TWO)) / 2;
	return 1 - (erfc(-a / ROOT_TWO) + erfc(b / ROOT_TWO)) / 2;
}

/* Digits beyond the sixth mean nothing, and may differ from one machine's erfc to another's. */
static double six_digits(double number)
{
	char text[TEXT_ROOM];

	snprintf(text, sizeof(text), "%.6g", number);
	return strtod(text, NULL);
}

static double regions_probability(const struct regions *regions, double value, double standard)
{
	double sum = 0;

	if (!(standard > 0))
		return NAN;
	for (size_t i = 0; i < regions->count; i++)
		sum += normal_between((regions->region[i].low - value) / standard,
				      (regions->region[i].high - value) / standard);
	return six_digits(sum);
}

/*
 * What is printed
 */

static int exponent_of(double number)
{
	return (int)floor(log10(fabs(number)));
}

/* Decimals that show two digits of U and `more`, or all that mean something where there is none. */
static int decimals_for(double end, double expanded, int more)
{
	int most = ACCEPTANCE_DIGITS - 1 - exponent_of(end);
	int wanted = expanded > 0 ? 1 - exponent_of(expanded) + more : most;

	return wanted < most ? wanted : most;
}

/*
 * An end of a region as a number of the unit, rounded to where U matters: `side` 1 rounds an
 * upper end down, -1 a lower end up. What is added first is less than a digit is worth; it keeps
 * 19.4 from becoming 19.39 for its last bit.
 */
static double end_number(double end, int side, double expanded, int more, const struct unit *unit)
{
	struct unit difference = unit_of_difference(unit);
	double number = unit_from_si(unit, end);

	if (number == 0 || isinf(number))
		return number;
	int decimals = decimals_for(number, unit_from_si(&difference, expanded), more);
	double power = pow(10, abs(decimals));
	double steps = side * (decimals < 0 ? number / power : number * power);

	steps = side * floor(steps + 1e-14 * fabs(steps));
	return decimals < 0 ? steps * power : steps / power;
}

static void append(char *text, size_t room, const char *more)
{
	size_t used = strlen(text);

	snprintf(text + used, room - used, "%s", more);
}

static void print_number(double number, const struct unit *unit, char *text, size_t size)
{
	snprintf(text, size, "%.15g%s%s", number + 0.0, strcmp(unit->symbol, "1") ? " " : "",
		 strcmp(unit->symbol, "1") ? unit->symbol : "");
}

static void print_region(const struct interval *region, double expanded, int more,
			 const struct unit *unit, char *text, size_t size)
{
	double low = end_number(region->low, -1, expanded, more, unit);
	double high = end_number(region->high, 1, expanded, more, unit);
	char last[TEXT_ROOM];

	print_number(isinf(region->high) ? low : high, unit, last, sizeof(last));
	if (isinf(region->low) && isinf(region->high))
		snprintf(text, size, "any");
	else if (isinf(region->low))
		snprintf(text, size, "%s %s", region->without_high ? "<" : "<=", last);
	else if (isinf(region->high))
		snprintf(text, size, "%s %s", region->without_low ? ">" : ">=", last);
	else if (region->low == -region->high && !unit_is_point(unit))
		snprintf(text, size, "± %s", last);
	else
		snprintf(text, size, "%.15g .. %s", low + 0.0, last);
}

static void print_regions(struct decision *decision, const struct regions *accepted, double band,
			  int more, const struct unit *unit)
{
	char *text = decision->acceptance;

	text[0] = '\0';
	for (size_t i = 0; i < accepted->count; i++) {
		char region[TEXT_ROOM + 32];

		print_region(&accepted->region[i], band, more, unit, region, sizeof(region));
		append(text, sizeof(decision->acceptance), i ? " or " : "");
		append(text, sizeof(decision->acceptance), region);
	}
	if (!accepted->count)
		append(text, sizeof(decision->acceptance), "none");
}

/* The printed acceptance limit as a limit; NULL where it is none: "none", "any", too long. */
static const struct limit *read_acceptance(struct limit *limit, const struct decision *decision)
{
	struct error ignored;

	return limit_parse(limit, decision->acceptance, &ignored) == 0 ? limit : NULL;
}

/* Rounded inwards by two digits of U, and finer where that would leave out a value that passed. */
static void print_acceptance(struct decision *decision, const struct regions *accepted, double band,
			     const struct quantity *shown)
{
	const struct limit *printed;
	struct limit room;

	for (int more = 0; more < ACCEPTANCE_DIGITS; more++) {
		print_regions(decision, accepted, band, more, &shown->unit);
		printed = read_acceptance(&room, decision);
		if (decision->verdict != VERDICT_PASS || !printed || limit_met(printed, shown))
			return;
	}
}

static void print_why(struct decision *decision, const struct limit *limit,
		      const struct quantity *shown, double band)
{
	struct limit room;
	const struct limit *const limits[SHOWN_LIMITS] = {limit, read_acceptance(&room, decision)};
	char value[160];

	shown_print(shown, band, limits, value, sizeof(value));
	decision->why[0] = '\0';
	if (decision->verdict == VERDICT_FAIL)
		snprintf(decision->why, sizeof(decision->why), "%s is outside %s", value,
			 limit->text);
	else if (decision->verdict == VERDICT_INCONCLUSIVE)
		snprintf(decision->why, sizeof(decision->why), "%s is too close to %s to decide",
			 value, limit->text);
}

/*
 * Deciding
 */

static int check_finite(const struct quantity *quantity, double expanded, struct error *err)
{
	if (!isfinite(quantity->value))
		return error_set(err, ERROR_DEVICE, "the value is not a finite number");
	if (!isfinite(expanded) || expanded < 0)
		return error_set(err, ERROR_DEVICE, "the uncertainty is not a finite number");
	return 0;
}

static void decide_state(struct decision *decision, const struct limit *limit,
			 const struct quantity *quantity)
{
	bool met = limit_met(limit, quantity);

	decision->verdict = met ? VERDICT_PASS : VERDICT_FAIL;
	snprintf(decision->acceptance, sizeof(decision->acceptance), "%s", limit->text);
	if (!met)
		snprintf(decision->why, sizeof(decision->why), "it is %s, not %s",
			 limit_state_word(limit, !limit->bound[0].state), limit->text);
}

static void decide_value(struct decision *decision, const struct limit *limit,
			 const struct quantity *quantity, double band)
{
	struct regions regions = regions_of(limit, quantity);
	struct regions accepted = regions_guard(&regions, band);
	const struct unit *unit = limit_unit(limit);
	struct quantity shown = *quantity;

	if (unit)
		shown.unit = *unit;
	decision->conformance =
		regions_probability(&regions, quantity->value, quantity_standard(quantity));
	if (regions_hold(&accepted, quantity->value))
		decision->verdict = VERDICT_PASS;
	else if (regions_reject(&regions, quantity->value, band))
		decision->verdict = VERDICT_FAIL;
	else
		decision->verdict = VERDICT_INCONCLUSIVE;
	print_acceptance(decision, &accepted, band, &shown);
	print_why(decision, limit, &shown, band);
}

int decide(struct decision *decision, const struct limit *limit, const struct quantity *quantity,
	   enum decision_rule rule, double k, struct error *err)
{
	struct decision made = {.expanded = k * quantity_standard(quantity), .conformance = NAN};

	if (check_finite(quantity, made.expanded, err) < 0 ||
	    limit_check_dimension(limit, quantity, err) < 0)
		return -1;
	if (limit_is_state(limit))
		decide_state(&made, limit, quantity);
	else
		decide_value(&made, limit, quantity, rule == RULE_GUARDED ? made.expanded : 0);
	*decision = made;
	return 0;
}
