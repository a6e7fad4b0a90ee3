/* SPDX-License-Identifier: Apache-2.0 */
/* From the plain data that a journal has of a measure, so that years later the same text comes out. */
#include "run/measure_shown.h"

#include <math.h>
#include <string.h>

#include "verdict/shown.h"

static const char *limit_text(const struct value *measure)
{
	const char *text = value_get_text(value_get(measure, "limit"), "limit");

	return text ? text : "";
}

/* The word for a level, when the limit is one; else NULL. */
static const char *state_word(const struct value *measure, double value)
{
	const char *limit = limit_text(measure);

	if (!strcmp(limit, "on") || !strcmp(limit, "off"))
		return value != 0 ? "on" : "off";
	if (!strcmp(limit, "open") || !strcmp(limit, "closed"))
		return value != 0 ? "closed" : "open";
	return NULL;
}

static const struct limit *parse_limit(struct limit *limit, const char *text)
{
	struct error ignored;

	return text && limit_parse(limit, text, &ignored) == 0 ? limit : NULL;
}

/* Beside its limit and what was accepted; a figure that was judged to be outside is shown outside. */
static void add_quantity(struct buf *out, const struct value *measure, const struct unit *unit)
{
	struct quantity quantity = quantity_of(value_get_real(measure, "value", NAN), unit);
	struct unit step = unit_of_difference(unit);
	struct limit limit, accepted;
	const struct limit *const limits[SHOWN_LIMITS] = {
		parse_limit(&limit, limit_text(measure)),
		parse_limit(&accepted, value_get_text(measure, "acceptance"))};
	char text[160];

	quantity.has_reference = value_get(measure, "reference") != NULL;
	quantity.reference = unit_to_si(&step, value_get_real(measure, "reference", 0));
	shown_print(&quantity, unit_to_si(&step, value_get_real(measure, "U", 0)), limits, text,
		    sizeof(text));
	buf_add_text(out, text);
}

void measure_shown(struct buf *out, const struct value *measure)
{
	double value = value_get_real(measure, "value", NAN);
	const char *symbol = value_get_text(measure, "unit"), *word;
	struct error ignored;
	struct unit unit;

	if (!value_get(measure, "value"))
		return;
	word = state_word(measure, value);
	if (word) {
		buf_add_text(out, word);
		return;
	}
	if (unit_parse(&unit, symbol ? symbol : "", &ignored) < 0) {
		buf_printf(out, "%.6g %s", value, symbol ? symbol : "");
		return;
	}
	add_quantity(out, measure, &unit);
}
