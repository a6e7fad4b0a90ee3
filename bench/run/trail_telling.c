/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every kind of reading is told with: its samples, those that decided, and the value worked out again
 * from them.
 *
 * The levels of a time_to come from the journal's decimal numbers, which have all their digits but may have
 * been rounded once by their unit; so "the same" means to one part in 10^9. Bit for bit is what davy replay
 * is for.
 */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "run/trail_telling.h"

const char *telling_says(const struct trail_request *request, const char *key)
{
	return value_get_text(request->says, key);
}

int telling_channel(const struct trail *trail, const struct trail_request *request, const char *key)
{
	const char *name = telling_says(request, key);

	return name && trail->fixture ? fixture_find_channel(trail->fixture, name) : -1;
}

nsec telling_nsec(double seconds)
{
	return (nsec)(seconds * 1e9 + 0.5);
}

/* What a field says, SI; `otherwise` where there is none. */
double telling_amount(const struct telling *telling, const char *key, double otherwise)
{
	const char *text = telling_says(telling->request, key);
	struct quantity quantity;
	struct error ignored;

	if (!text || trail_evaluate(telling->trail, text, &quantity, &ignored) < 0)
		return otherwise;
	return quantity.value;
}

struct series telling_series_of(const struct kept *kept, size_t count)
{
	struct series series;

	series_init(&series);
	for (size_t i = 0; i < count; i++)
		if (!series.count || series.samples[series.count - 1].time < kept[i].time)
			series_add_weighted(&series, kept[i].time, kept[i].value, kept[i].weight);
	return series;
}

void trail_again(struct value *node, double number)
{
	double there = value_get_real(node, "value", NAN);
	double close = 1e-9 * fmax(fabs(there), fabs(number)) + 1e-15;
	struct value *again = value_set(node, "again", value_map());

	value_set_real(again, "value", number);
	value_set_bool(again, "same", there == number || fabs(there - number) <= close);
}

/* A value in SI, told in the reading's unit. */
void telling_again(struct value *node, double value)
{
	const char *symbol = value_get_text(node, "unit");
	struct error ignored;
	struct unit unit;

	if (symbol && unit_parse(&unit, symbol, &ignored) == 0)
		trail_again(node, unit_from_si(&unit, value));
}

static void tell_kept(struct value *map, const struct fixture_channel *channel,
		      const struct kept *kept)
{
	value_set_int(map, "t", kept->time);
	value_set_real(map, "value", unit_from_si(&channel->unit, kept->value));
	if (channel->state && channel->line >= 0)
		value_set_bool(map, "on", kept->value != 0);
}

struct value *trail_series(const struct trail *trail, int index, const struct kept *kept,
			   size_t count)
{
	const struct fixture_channel *channel = &trail->fixture->channel[index];
	const struct kept *lowest = kept, *highest = kept;
	struct value *series;

	if (count == 0)
		return NULL;
	for (size_t i = 1; i < count; i++) {
		lowest = kept[i].value < lowest->value ? &kept[i] : lowest;
		highest = kept[i].value > highest->value ? &kept[i] : highest;
	}
	series = value_map();
	value_set_text(series, "channel", channel->name);
	value_set_text(series, "unit", channel->unit.symbol);
	value_set_int(series, "count", (int64_t)count);
	tell_kept(value_set(series, "first", value_map()), channel, &kept[0]);
	tell_kept(value_set(series, "last", value_map()), channel, &kept[count - 1]);
	tell_kept(value_set(series, "lowest", value_map()), channel, lowest);
	tell_kept(value_set(series, "highest", value_map()), channel, highest);
	return series;
}

static struct value *list_in(struct value *map, const char *key)
{
	if (!value_get(map, key))
		value_set(map, key, value_list());
	return (struct value *)value_get(map, key);
}

void trail_decisive(const struct trail *trail, struct trail_wants *wants, struct value *node,
		    int channel, const char *role, const struct kept *kept)
{
	const struct fixture_channel *spec = &trail->fixture->channel[channel];
	struct value *one = value_map();
	struct probe *probe;

	value_set_text(one, "role", role);
	value_set_text(one, "channel", spec->name);
	value_set_text(one, "unit", spec->unit.symbol);
	tell_kept(one, spec, kept);
	value_add(list_in(node, "decisive"), one);
	if (!wants->bytes)
		return;
	probe = probe_add(&wants->probes, PROBE_SAMPLES, channel, kept->place, kept->place, one);
	probe->first = probe->last = kept->time;
}

void telling_decides(const struct telling *telling, const char *role, const struct kept *kept)
{
	trail_decisive(telling->trail, telling->wants, telling->node, telling->channel, role, kept);
}

/* Where none alone decided: the ends of what was taken. */
void telling_ends_decide(const struct telling *telling, const struct kept *kept, size_t count)
{
	if (count)
		telling_decides(telling, "first", &kept[0]);
	if (count > 1)
		telling_decides(telling, "last", &kept[count - 1]);
}

void telling_series(const struct telling *telling, const struct kept *kept, size_t count)
{
	struct value *series = trail_series(telling->trail, telling->channel, kept, count);

	if (series)
		value_set(telling->node, "series", series);
}

/* Those with a time in [from, to]; `count` is how many of them. */
const struct kept *telling_between(const struct kept *kept, nsec from, nsec to, size_t *count)
{
	const struct kept *end = kept + *count;

	while (kept < end && kept->time < from)
		kept++;
	while (end > kept && end[-1].time > to)
		end--;
	*count = (size_t)(end - kept);
	return kept;
}
