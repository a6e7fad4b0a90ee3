/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol declares and the controller watched itself (course_conditions.c): of an environment the
 * reading with the least and the greatest value, of a sampling rate the samples whose times were counted,
 * of the method the parameter as it was ordered. None of it was asked for by a line of the script's.
 */
#include <stdlib.h>
#include <string.h>

#include "run/trail_parts.h"

static const char SAMPLING[] = "sampling.", METHOD[] = "method.";

static const char *name_after(const char *name, const char *prefix)
{
	return name && !strncmp(name, prefix, strlen(prefix)) ? name + strlen(prefix) : NULL;
}

static const struct value *declared(const struct trail *trail, const char *what, const char *name)
{
	return value_get(value_get(value_get(trail->head, "protocol_data"), what),
			 name ? name : "");
}

static int watched_channel(const struct trail *trail, const struct value *judged)
{
	const struct value *of = declared(trail, "environment", value_get_text(judged, "measure"));
	const char *channel = value_get_text(of, "channel");

	return channel && trail->fixture ? fixture_find_channel(trail->fixture, channel) : -1;
}

static struct trail_window *window_of(const struct trail *trail, struct trail_wants *wants,
				      int channel)
{
	return trail_window(&wants->windows, channel, trail->watched_at, false, trail->watched,
			    trail->concludes ? trail->concludes : trail->ends);
}

void trail_want_declared(const struct trail *trail, struct trail_wants *wants,
			 const struct value *judged)
{
	int channel = watched_channel(trail, judged);

	if (channel >= 0 && trail->watched)
		window_of(trail, wants, channel);
}

static struct value *tell_watched(const struct trail *trail, struct trail_wants *wants,
				  const struct value *judged, int channel)
{
	const char *key = value_get_text(judged, "key");
	bool highest = key && !strcmp(key, "highest");
	struct trail_window *window = window_of(trail, wants, channel);
	size_t count = trail_kept_until(window, window->to);
	const struct kept *found = window->kept;
	struct value *node = value_map(), *series;

	value_set_text(node, "verb", "environment");
	series = trail_series(trail, channel, window->kept, count);
	if (series)
		value_set(node, "series", series);
	for (size_t i = 1; i < count; i++)
		if (highest ? window->kept[i].value > found->value
			    : window->kept[i].value < found->value)
			found = &window->kept[i];
	value_set(node, "value", value_real(value_get_real(judged, "value", 0)));
	value_set_text(node, "unit", value_get_text(judged, "unit"));
	if (count) {
		struct error ignored;
		struct unit unit;
		const char *symbol = value_get_text(judged, "unit");

		trail_decisive(trail, wants, node, channel, highest ? "highest" : "lowest", found);
		if (symbol && unit_parse(&unit, symbol, &ignored) == 0)
			trail_again(node, unit_from_si(&unit, found->value));
	}
	return node;
}

static struct value *tell_rate(const struct trail *trail, struct trail_wants *wants,
			       const char *name)
{
	int channel = trail->fixture ? fixture_find_channel(trail->fixture, name) : -1;
	struct value *node = value_map(), *counted = value_set(node, "counted", value_map());
	struct probe *probe;

	value_set_text(node, "verb", "sampling");
	value_set_text(counted, "channel", name);
	if (channel < 0)
		return node;
	value_set_text(counted, "unit", trail->fixture->channel[channel].unit.symbol);
	if (!wants->bytes)
		return node;
	probe = probe_add(&wants->probes, PROBE_SAMPLES, channel, trail->watched,
			  trail->concludes ? trail->concludes : trail->ends, counted);
	probe->first = 0;
	probe->last = NSEC_NEVER;
	return node;
}

static struct value *tell_method(const struct trail *trail, const char *name)
{
	const struct value *param = declared(trail, "params", name);
	const struct value *order = value_get(value_get(trail->head, "order"), "params");
	struct value *node = value_map(), *told = value_set(node, "parameter", value_map());

	value_set_text(node, "verb", "method");
	value_set_text(told, "name", name);
	value_set_text(told, "value", value_get_text(param, "value"));
	value_set_text(told, "default", value_get_text(param, "default"));
	value_set_bool(told, "ordered", value_get(order, name) != NULL);
	return node;
}

struct value *trail_tell_declared(const struct trail *trail, struct trail_wants *wants,
				  const struct value *judged)
{
	const char *measure = value_get_text(judged, "measure");
	const char *rate = name_after(measure, SAMPLING), *method = name_after(measure, METHOD);
	int channel = watched_channel(trail, judged);

	if (channel >= 0 && trail->watched)
		return tell_watched(trail, wants, judged, channel);
	if (declared(trail, "sampling", rate))
		return tell_rate(trail, wants, rate);
	return declared(trail, "params", method) ? tell_method(trail, method) : NULL;
}
