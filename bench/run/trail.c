/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From measures to what they rest on, in three passes over the journal: its lines, which say what was asked
 * and what came of it; the samples of every request that a measure rests on; the bytes of those samples
 * that decided.
 *
 * A reading may rest on others: a time counts from an act, a level is a reading of its own. They are
 * followed until nothing new comes up, each once, right behind the one that named it first.
 */
#include "run/trail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/trail_parts.h"
#include "verdict/expression.h"

struct trail *trail_read(const char *folder, struct error *err)
{
	struct trail *trail = xcalloc(1, sizeof(*trail));

	trail->folder = xstrdup(folder);
	trail->sources = value_map();
	if (trail_index(trail, err) == 0)
		return trail;
	trail_free(trail);
	return NULL;
}

void trail_free(struct trail *trail)
{
	if (!trail)
		return;
	for (size_t i = 0; i < trail->requests; i++) {
		value_free(trail->request[i].says);
		value_free(trail->request[i].result);
		value_free(trail->request[i].answers);
	}
	for (size_t i = 0; i < trail->readings; i++)
		value_free(trail->reading[i].line);
	for (size_t i = 0; i < trail->judgements; i++) {
		value_free(trail->judged[i].line);
		value_free(trail->judged[i].measure);
	}
	for (size_t i = 0; i < trail->events; i++)
		value_free(trail->event[i].line);
	free(trail->request);
	free(trail->reading);
	free(trail->judged);
	free(trail->event);
	fixture_free(trail->fixture);
	value_free(trail->head);
	value_free(trail->sources);
	free(trail->folder);
	free(trail);
}

/* ---- calculating ---- */

struct evaluation {
	const struct trail *trail;
	struct quantity reading;
};

static const struct quantity *reading_of(void *ctx, uint64_t id)
{
	struct evaluation *evaluation = ctx;
	const struct trail_reading *reading = trail_reading(evaluation->trail, id);
	const char *symbol = reading ? value_get_text(reading->line, "unit") : NULL;
	struct error ignored;
	struct unit unit;

	if (!symbol || unit_parse(&unit, symbol, &ignored) < 0)
		return NULL;
	evaluation->reading = quantity_of(value_get_real(reading->line, "value", NAN), &unit);
	return &evaluation->reading;
}

int trail_evaluate(const struct trail *trail, const char *text, struct quantity *result,
		   struct error *err)
{
	struct evaluation evaluation = {.trail = trail};

	return expression_evaluate(result, text, reading_of, &evaluation, err);
}

/* ---- the readings of a measure ---- */

static bool has_id(const struct value *ids, uint64_t id)
{
	for (size_t i = 0; i < value_count(ids); i++)
		if ((uint64_t)value_at(ids, i)->integer == id)
			return true;
	return false;
}

/* Ids that are still to be followed, the next one last. */
struct pending {
	uint64_t *id;
	size_t count, room;
};

static void pending_add(struct pending *pending, uint64_t id)
{
	if (pending->count == pending->room) {
		pending->room = pending->room ? pending->room * 2 : 16;
		pending->id = xrealloc(pending->id, pending->room * sizeof(*pending->id));
	}
	pending->id[pending->count++] = id;
}

static void pending_add_rests(struct pending *pending, const struct trail *trail, uint64_t id)
{
	const struct trail_reading *reading = trail_reading(trail, id);
	const struct trail_request *request =
		reading ? trail_request(trail, reading->request) : NULL;
	struct value *rests = value_list();

	if (request)
		trail_rests(request, rests);
	for (size_t i = value_count(rests); i-- > 0;)
		pending_add(pending, (uint64_t)value_at(rests, i)->integer);
	value_free(rests);
}

/* This one and all that it rests on, each behind the one that named it first. */
static void add_reading(const struct trail *trail, struct value *ids, uint64_t first)
{
	struct pending pending = {0};

	pending_add(&pending, first);
	while (pending.count) {
		uint64_t id = pending.id[--pending.count];

		if (has_id(ids, id))
			continue;
		value_add(ids, value_int((int64_t)id));
		pending_add_rests(&pending, trail, id);
	}
	free(pending.id);
}

static struct value *readings_of(const struct trail *trail, const struct value *measure)
{
	const char *from = value_get_text(measure, "from"), *at = from;
	struct value *ids = value_list();
	uint64_t id;

	while (at && (id = expression_next_reading(from, &at)))
		add_reading(trail, ids, id);
	return ids;
}

/* ---- one measure ---- */

static bool same_text(const struct value *a, const struct value *b, const char *key)
{
	const char *one = value_get_text(a, key), *other = value_get_text(b, key);

	return (!one && !other) || (one && other && !strcmp(one, other));
}

static const struct trail_judged *judged_of(const struct trail *trail, const struct value *measure)
{
	for (size_t i = 0; i < trail->judgements; i++) {
		const struct value *line = trail->judged[i].line;

		if (same_text(line, measure, "step") && same_text(line, measure, "measure") &&
		    same_text(line, measure, "key") &&
		    value_get_int(line, "t", 0) == value_get_int(measure, "t", 0))
			return &trail->judged[i];
	}
	return NULL;
}

/* The request whose answer is the reason why a measure has no value: the latest before it. */
static const struct trail_request *unmet_before(const struct trail *trail, trail_place place,
						const char *why)
{
	for (size_t i = trail->requests; i-- > 0;) {
		const struct trail_request *request = &trail->request[i];
		const char *said = value_get_text(value_get(request->result, "value"), "why");

		if (request->end && request->end < place && said && !strcmp(said, why))
			return request;
	}
	return NULL;
}

static const struct trail_request *unmet_of(const struct trail *trail,
					    const struct trail_judged *judged)
{
	const char *why = judged ? value_get_text(judged->measure, "why") : NULL;

	return why ? unmet_before(trail, judged->place, why) : NULL;
}

static const struct value *measure_data(const struct trail *trail, const struct value *measure)
{
	const struct value *steps = value_get(value_get(trail->head, "protocol_data"), "steps");
	const char *name = value_get_text(measure, "measure");

	for (size_t i = 0; i < value_count(steps) && name; i++) {
		const char *step = value_get_text(value_at(steps, i), "name");
		const char *its = value_get_text(measure, "step");

		if (step && its && !strcmp(step, its))
			return value_get(value_get(value_at(steps, i), "measures"), name);
	}
	return NULL;
}

static void want_measure(const struct trail *trail, struct trail_wants *wants,
			 const struct value *measure)
{
	struct value *ids = readings_of(trail, measure);
	const struct trail_request *unmet = unmet_of(trail, judged_of(trail, measure));

	for (size_t i = 0; i < value_count(ids); i++)
		trail_want(trail, wants, (uint64_t)value_at(ids, i)->integer, NULL);
	if (unmet)
		trail_want(trail, wants, 0, unmet);
	trail_want_declared(trail, wants, measure);
	value_free(ids);
}

/* The expression, unless it was judged as a share of something else. */
static void calculate_again(const struct trail *trail, struct value *measure)
{
	const char *from = value_get_text(measure, "from"),
		   *symbol = value_get_text(measure, "unit");
	struct quantity result;
	struct error ignored;
	struct unit unit;

	if (!from || !symbol || value_get(measure, "share_of") ||
	    unit_parse(&unit, symbol, &ignored) < 0 ||
	    trail_evaluate(trail, from, &result, &ignored) < 0)
		return;
	result.unit = unit;
	trail_again(measure, quantity_number(&result));
}

static void tell_measure(const struct trail *trail, struct trail_wants *wants,
			 struct value *measure)
{
	const struct trail_judged *judged = judged_of(trail, measure);
	const struct trail_request *unmet = unmet_of(trail, judged);
	const struct value *data = measure_data(trail, measure);
	struct value *ids = readings_of(trail, measure), *readings, *declared;

	if (value_get_text(data, "share_of"))
		value_set_text(measure, "share_of", value_get_text(data, "share_of"));
	value_set_text(measure, "meaning", value_get_text(data, "meaning"));
	value_set_text(measure, "zh", value_get_text(data, "zh"));
	if (judged && judged->measure && value_get_text(judged->measure, "where"))
		value_set(measure, "asked",
			  trail_source(trail, value_get_text(judged->measure, "where")));
	readings = value_set(measure, "readings", value_list());
	declared = trail_tell_declared(trail, wants, measure);
	if (declared) {
		trail_tell_reading(trail, value_count(ids) ? value_at(ids, 0)->integer : 0,
				   declared);
		value_add(readings, declared);
	}
	for (size_t i = 0; i < value_count(ids) && !declared; i++)
		value_add(readings,
			  trail_tell(trail, wants, (uint64_t)value_at(ids, i)->integer, NULL));
	if (unmet)
		value_add(readings, trail_tell(trail, wants, 0, unmet));
	calculate_again(trail, measure);
	value_free(ids);
}

/* ---- a check of a qualification ---- */

static bool is_between(const struct trail_judged *judged, trail_place place)
{
	return place > judged->before && place < judged->place;
}

static void tell_check(const struct trail *trail, struct trail_wants *wants, struct value *measure)
{
	const struct trail_judged *judged = judged_of(trail, measure);
	struct value *seen, *events;

	if (!judged)
		return;
	seen = value_set(measure, "seen", value_map());
	events = value_set(seen, "events", value_list());
	for (size_t i = 0; i < trail->events; i++)
		if (is_between(judged, trail->event[i].place))
			value_add(events, value_copy(trail->event[i].line));
	for (size_t i = 0; wants->bytes && trail->fixture && i < trail->fixture->port_count; i++)
		probe_add(&wants->probes, PROBE_PORT, (int)i, judged->before, judged->place,
			  value_set(seen, trail->fixture->port[i].name, value_map()));
	for (size_t i = 0; wants->bytes && trail->fixture && i < trail->fixture->line_count; i++)
		probe_add(&wants->probes, PROBE_LINE, (int)i, judged->before, judged->place,
			  value_set(seen, trail->fixture->line[i].name, value_map()));
}

/* ---- the whole ---- */

static bool is_check(const struct value *measure)
{
	return value_get(measure, "expected") != NULL;
}

int trail_follow(struct trail *trail, struct value *measures, bool bytes, struct error *err)
{
	struct trail_wants wants = {.bytes = bytes};
	int done;

	for (size_t i = 0; i < value_count(measures); i++)
		if (!is_check(value_at(measures, i)))
			want_measure(trail, &wants, value_at(measures, i));
	done = trail_fill(trail, &wants.windows, err);
	for (size_t i = 0; i < value_count(measures) && done == 0; i++) {
		struct value *measure = (struct value *)value_at(measures, i);

		if (is_check(measure))
			tell_check(trail, &wants, measure);
		else
			tell_measure(trail, &wants, measure);
	}
	if (done == 0)
		done = trail_probe(trail, &wants.probes, err);
	trail_windows_done(&wants.windows);
	free(wants.probes.probe);
	return done;
}
