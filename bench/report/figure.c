/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a measure is one of its readings is asked of its expression, and of the numbers, too: a share of
 * something has the expression of what it is a share of. Limits are put where their unit's numbers lie on the
 * channel's axis.
 */
#include "report/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/measure_shown.h"
#include "verdict/quantity.h"

/* Decimal numbers of a journal have all their digits, but were rounded once by their unit. */
#define SAME 1e-9

/* What stands between a number in the measure's unit and the axis it is shown at. */
struct scale {
	struct unit measure, axis; /* axis: of a time the second */
	double offset;		   /* SI: the reference, or when the time began */
	bool of_time;
};

static const char *text_of(const struct value *map, const char *key)
{
	const char *text = value_get_text(map, key);

	return text ? text : "";
}

static bool has_unit(struct unit *unit, const struct value *map)
{
	struct error ignored;

	return unit_parse(unit, text_of(map, "unit"), &ignored) == 0;
}

static double at_axis(const struct scale *scale, double value)
{
	double si = value + scale->offset;

	return scale->of_time || !isfinite(si) ? si : unit_from_si(&scale->axis, si);
}

/* ---- which reading it is ---- */

static const struct value *decisive(const struct value *reading, const char *role)
{
	const struct value *list = value_get(reading, "decisive");

	for (size_t i = 0; i < value_count(list); i++)
		if (!strcmp(text_of(value_at(list, i), "role"), role))
			return value_at(list, i);
	return NULL;
}

/* The one sample that it is, where there is one. */
static const struct value *sample_of(const struct value *reading)
{
	static const char *const ROLES[] = {"value", "answer", "lowest", "highest"};
	const struct value *sample = NULL;

	for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]) && !sample; i++)
		sample = decisive(reading, ROLES[i]);
	return sample;
}

static bool is_of_series(const struct value *reading)
{
	return value_get_int(value_get(reading, "series"), "count", 0) > 1;
}

/* In SI; the measure's is put on the reading's side of its reference. */
static double measured(const struct value *measure, const struct unit *unit)
{
	struct unit step = unit_of_difference(unit);

	return unit_to_si(unit, value_get_real(measure, "value", NAN)) +
	       unit_to_si(&step, value_get_real(measure, "reference", 0));
}

/* What an expression goes on with behind its first reading, if it begins with that and `lead`; else NULL. */
static const char *behind_first(const struct value *measure, const char *lead)
{
	const struct value *first = value_at(value_get(measure, "readings"), 0);
	const char *from = text_of(measure, "from");
	char begins[40];
	size_t size;

	size = (size_t)snprintf(begins, sizeof(begins), "%sr%lld", lead,
				(long long)value_get_int(first, "reading", -1));
	return strncmp(from, begins, size) == 0 ? from + size : NULL;
}

static const struct value *same_reading(const struct value *measure, const struct unit *unit)
{
	const struct value *first = value_at(value_get(measure, "readings"), 0);
	const char *rest = value_get(measure, "reference") ? behind_first(measure, "against(")
							   : behind_first(measure, "");
	double value = measured(measure, unit), number;
	struct unit its;

	if (!rest || (*rest != '\0' && *rest != ',') || !is_of_series(first) ||
	    !has_unit(&its, first) || !unit_same_dimension(unit, &its))
		return NULL;
	number = unit_to_si(&its, value_get_real(first, "value", NAN));
	return fabs(number - value) <= SAME * fmax(fabs(number), fabs(value)) ? first : NULL;
}

/* The reading that an expression begins with, if it is no more than that less something: "(r472 - …". */
static const struct value *timed_reading(const struct value *measure)
{
	const struct value *first = value_at(value_get(measure, "readings"), 0);
	const char *alone = behind_first(measure, ""), *rest = behind_first(measure, "(");
	bool is_first = (alone && !*alone) || (rest && !strncmp(rest, " - ", 3));

	return is_first && is_of_series(first) ? first : NULL;
}

/* ---- limits ---- */

static const char *shown_text(const struct value *measure, const char *key)
{
	return !strcmp(key, "limit") ? value_get_text(value_get(measure, "limit"), "limit")
				     : value_get_text(measure, key);
}

static bool touch(const struct interval *a, const struct interval *b)
{
	return a->low <= b->high && b->low <= a->high;
}

/* What a limit accepts, bounds that overlap as one: how many pieces. In SI, without the scale's offset. */
static size_t accepted_by(const char *text, const struct value *measure, const struct unit *unit,
			  struct interval piece[LIMIT_BOUNDS])
{
	struct unit step = unit_of_difference(unit);
	struct quantity quantity = quantity_of(value_get_real(measure, "value", 0), unit);
	struct error ignored;
	struct limit limit;
	size_t count = 0;

	quantity.has_reference = value_get(measure, "reference") != NULL;
	quantity.reference = unit_to_si(&step, value_get_real(measure, "reference", 0));
	if (!text || limit_parse(&limit, text, &ignored) < 0 || limit_is_state(&limit) ||
	    limit_check_dimension(&limit, &quantity, &ignored) < 0)
		return 0;
	for (size_t i = 0; i < limit.bounds; i++) {
		struct interval its = bound_interval(&limit.bound[i], &quantity);

		for (size_t j = 0; j < count;) {
			if (!touch(&its, &piece[j])) {
				j++;
				continue;
			}
			if (piece[j].low < its.low) {
				its.low = piece[j].low;
				its.without_low = piece[j].without_low;
			}
			if (piece[j].high > its.high) {
				its.high = piece[j].high;
				its.without_high = piece[j].without_high;
			}
			piece[j] = piece[--count];
		}
		piece[count++] = its;
	}
	return count;
}

static void add_limit(struct figure *figure, enum curve_limit_kind kind, double at, bool of_time,
		      const char *label)
{
	size_t place = figure->limits;

	if (!isfinite(at) || place == FIGURE_LIMITS)
		return;
	snprintf(figure->label[place], sizeof(figure->label[place]), "%s", label);
	figure->limit[place] = (struct curve_limit){.kind = kind, .at = at, .of_time = of_time};
	figure->limits++;
}

/* "≤ 200 mmH2O", as the limit has it; beside a reference "≤ 1.55 %vol", as the axis has it. */
static void add_end(struct figure *figure, const struct scale *scale, double value, bool is_high,
		    bool without)
{
	bool as_written = scale->of_time || scale->offset == 0;
	double number = as_written ? unit_from_si(&scale->measure, value) : at_axis(scale, value);
	const char *symbol = as_written ? scale->measure.symbol : scale->axis.symbol;
	char label[64];

	if (!isfinite(value))
		return;
	snprintf(label, sizeof(label), "%s %.6g %s",
		 is_high ? (without ? "<" : "≤") : (without ? ">" : "≥"), number, symbol);
	add_limit(figure, CURVE_LIMIT, at_axis(scale, value), scale->of_time, label);
}

static void add_limits(struct figure *figure, const struct scale *scale,
		       const struct value *measure)
{
	struct interval piece[LIMIT_BOUNDS];
	size_t count = accepted_by(shown_text(measure, "limit"), measure, &scale->measure, piece);

	for (size_t i = 0; i < count; i++) {
		add_end(figure, scale, piece[i].low, false, piece[i].without_low);
		add_end(figure, scale, piece[i].high, true, piece[i].without_high);
	}
}

static void add_bands(struct figure *figure, const struct scale *scale, const struct value *measure)
{
	const char *text = value_get_text(measure, "acceptance");
	struct interval piece[LIMIT_BOUNDS];
	size_t count = accepted_by(text ? text : shown_text(measure, "limit"), measure,
				   &scale->measure, piece);

	for (size_t i = 0; i < count; i++) {
		double low = piece[i].low;

		/* nothing is accepted before the time began */
		if (scale->of_time)
			low = fmax(low, 0);
		figure->band[figure->bands++] = (struct curve_band){
			at_axis(scale, low), at_axis(scale, piece[i].high), scale->of_time};
	}
}

/* ---- the two kinds ---- */

static double expanded_of(const struct value *measure, const struct scale *scale)
{
	struct unit step = unit_of_difference(&scale->measure),
		    axis = unit_of_difference(&scale->axis);
	double si = unit_to_si(&step, value_get_real(measure, "U", 0));

	return scale->of_time ? si : unit_from_si(&axis, si);
}

static void put_shown(struct figure *figure, const struct value *measure)
{
	struct buf shown;

	buf_init(&shown);
	measure_shown(&shown, measure);
	snprintf(figure->shown, sizeof(figure->shown), "%s%s",
		 value_get(measure, "reference") ? "Δ " : "", shown.data);
	buf_done(&shown);
}

static void add_reference(struct figure *figure, const struct scale *scale,
			  const struct value *measure)
{
	char label[64];
	double at = at_axis(scale, 0);

	if (!value_get(measure, "reference"))
		return;
	snprintf(label, sizeof(label), "%.6g %s", at, scale->axis.symbol);
	add_limit(figure, CURVE_REFERENCE, at, false, label);
}

static void make_of_value(struct figure *figure, const struct value *measure,
			  const struct value *reading, const struct unit *unit)
{
	const struct value *series = value_get(reading, "series"), *sample = sample_of(reading);
	const struct value *place = sample ? sample : series,
			   *minute = value_get(reading, "minute");
	struct unit step = unit_of_difference(unit);
	struct scale scale = {.measure = *unit};
	nsec from = minute ? value_get_int(minute, "begin", 0)
			   : value_get_int(value_get(series, "first"), "t", 0),
	     to = minute ? value_get_int(minute, "end", 0)
			 : value_get_int(value_get(series, "last"), "t", 0);

	/* an area is no value of its channel */
	if (!has_unit(&scale.axis, place) || !unit_same_dimension(unit, &scale.axis))
		return;
	figure->channel = value_get_text(place, "channel");
	scale.offset = unit_to_si(&step, value_get_real(measure, "reference", 0));
	figure->mark = (struct curve_mark){
		.time = sample ? value_get_int(sample, "t", 0) : from + (to - from) / 2,
		.value = unit_from_si(&scale.axis, measured(measure, unit)),
		.expanded = expanded_of(measure, &scale),
		.from = sample ? 0 : from,
		.to = sample ? 0 : to};
	add_limits(figure, &scale, measure);
	add_bands(figure, &scale, measure);
	add_reference(figure, &scale, measure);
}

/* The level that a time counts to: the one that was crossed, or the ends of what was waited for. */
static void add_levels(struct figure *figure, const struct value *reading, const struct unit *axis)
{
	struct value *map = value_map();
	struct interval piece[LIMIT_BOUNDS];
	char label[64];
	size_t count;

	if (value_get(reading, "level")) {
		double level = value_get_real(reading, "level", NAN);

		snprintf(label, sizeof(label), "%.6g %s", level, axis->symbol);
		add_limit(figure, CURVE_LEVEL, level, false, label);
	}
	count = accepted_by(value_get_text(value_get(reading, "says"), "limit"), map, axis, piece);
	for (size_t i = 0; i < count; i++)
		for (int high = 0; high < 2; high++) {
			double si = high ? piece[i].high : piece[i].low;
			double level = isfinite(si) ? unit_from_si(axis, si) : NAN;

			snprintf(label, sizeof(label), "%s %.6g %s", high ? "≤" : "≥", level,
				 axis->symbol);
			add_limit(figure, CURVE_LEVEL, level, false, label);
		}
	value_free(map);
}

/* When it happened: where the line crosses the level, or else between the samples without it and with it. */
static nsec end_of(const struct value *reading, nsec elapsed)
{
	const struct value *before = decisive(reading, "before"), *met = decisive(reading, "met");
	nsec end = value_get_int(reading, "opened", 0) + elapsed;

	if (value_get(reading, "crossed"))
		return value_get_int(reading, "crossed", 0);
	if (met && end > value_get_int(met, "t", 0))
		return value_get_int(met, "t", 0);
	if (before && end < value_get_int(before, "t", 0))
		return value_get_int(before, "t", 0);
	return end;
}

static void make_of_time(struct figure *figure, const struct value *measure,
			 const struct value *reading, const struct unit *unit)
{
	const struct value *series = value_get(reading, "series"), *met = decisive(reading, "met");
	struct scale scale = {.measure = *unit, .of_time = true};
	struct unit second;
	nsec end;

	if (!has_unit(&scale.axis, series) || !has_unit(&second, reading))
		return;
	end = end_of(reading,
		     (nsec)llround(1e9 * unit_to_si(&second, value_get_real(reading, "value", 0))));
	figure->channel = value_get_text(series, "channel");
	figure->of_time = true;
	figure->origin =
		end - (nsec)llround(1e9 * unit_to_si(unit, value_get_real(measure, "value", 0)));
	scale.offset = nsec_seconds(figure->origin);
	figure->mark = (struct curve_mark){
		.time = end,
		.value = value_get_real(
			reading, "level",
			value_get_real(met ? met : value_get(series, "last"), "value", 0)),
		.expanded = expanded_of(measure, &scale),
		.of_time = true};
	add_limits(figure, &scale, measure);
	add_levels(figure, reading, &scale.axis);
	add_bands(figure, &scale, measure);
}

void figure_make(struct figure *figure, const struct value *measure)
{
	const struct value *reading;
	struct unit unit, second;
	struct error ignored;

	*figure = (struct figure){0};
	if (!value_get(measure, "value") || !has_unit(&unit, measure) ||
	    unit_parse(&second, "s", &ignored) < 0)
		return;
	reading = same_reading(measure, &unit);
	if (unit_same_dimension(&unit, &second)) {
		reading = timed_reading(measure);
		if (reading)
			make_of_time(figure, measure, reading, &unit);
	} else if (reading) {
		make_of_value(figure, measure, reading, &unit);
	}
	put_shown(figure, measure);
	figure->mark.text = figure->shown;
	for (size_t i = 0; i < figure->limits; i++)
		figure->limit[i].text = figure->label[i];
}
