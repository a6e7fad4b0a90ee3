/* SPDX-License-Identifier: Apache-2.0 */
/* A standard has some hundred values in its life, and they are walked through each time. */
#include "run/standard_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static const char *says_of(const struct value *entry, const char *name)
{
	const char *text = value_get_text(value_get(entry, "says"), name);

	return text ? text : "";
}

static double number_of(const struct value *values, size_t index)
{
	return value_get_real(value_at(values, index), "value", NAN);
}

struct value *standard_values(const struct value *checks, const char *name)
{
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(checks); i++) {
		const struct value *entry = value_at(checks, i);

		if (!strcmp(says_of(entry, "standard"), name))
			value_set_real(value_add(list, value_copy(entry)), "value",
				       strtod(says_of(entry, "value"), NULL));
	}
	return list;
}

const struct value *standard_misfit(const struct value *values)
{
	const char *unit = says_of(value_at(values, 0), "unit");

	for (size_t i = 0; i < value_count(values); i++)
		if (strcmp(says_of(value_at(values, i), "unit"), unit) != 0)
			return value_at(values, i);
	return NULL;
}

struct chart standard_chart(const struct value *values)
{
	double *numbers = xcalloc(value_count(values) + 1, sizeof(*numbers));
	struct chart chart;

	for (size_t i = 0; i < value_count(values); i++)
		numbers[i] = number_of(values, i);
	chart_make(&chart, numbers, value_count(values));
	free(numbers);
	return chart;
}

char *standard_repeatability(const struct value *checks, const char *name)
{
	struct value *values = standard_values(checks, name);
	struct chart chart = standard_chart(values);
	bool is_known = chart.has_limits && !standard_misfit(values) &&
			!chart_is_out(&chart, number_of(values, value_count(values) - 1));
	char *text = is_known ? xprintf("%.12g %s", chart.deviation,
					says_of(value_at(values, 0), "unit"))
			      : NULL;

	value_free(values);
	return text;
}
