/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a reading came about: from the request that it answered, the samples which that request saw, and
 * which of them decided; or the act, the certificate or the person that it came from.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/trail_telling.h"
#include "verdict/expression.h"

/* ---- what has no samples ---- */

static void tell_act(struct telling *telling)
{
	const struct trail_request *request = telling->request;
	const char *name = telling_says(request, "line");
	int line = name ? fixture_find_line(telling->trail->fixture, name) : -1;
	struct value *acts = value_set(telling->node, "acts", value_map());

	value_set_text(acts, "line", name);
	if (line < 0)
		return;
	value_set_text(acts, "level",
		       fixture_level_name(&telling->trail->fixture->line[line],
					  value_get_bool(request->says, "on")));
	if (telling->wants->bytes)
		probe_add(&telling->wants->probes, PROBE_LINE, line, request->place, request->end,
			  acts);
}

static void tell_set(struct telling *telling)
{
	const struct trail_request *request = telling->request;
	const char *name = telling_says(request, "device");
	int device = name ? fixture_find_device(telling->trail->fixture, name) : -1;
	struct value *acts = value_set(telling->node, "acts", value_map());

	value_set_text(acts, "device", name);
	if (device < 0)
		return;
	device = telling->trail->fixture->device[device].port;
	value_set_text(acts, "port", telling->trail->fixture->port[device].name);
	if (telling->wants->bytes)
		probe_add(&telling->wants->probes, PROBE_PORT, device, request->place, request->end,
			  acts);
}

static void tell_reference(struct telling *telling)
{
	const struct value *lines = value_get(telling->trail->head, "certificates");
	const char *name = telling_says(telling->request, "name");

	for (size_t i = 0; i < value_count(lines) && name; i++) {
		const struct value *line = value_at(lines, i);
		const char *instrument = value_get_text(line, "instrument");

		if (instrument && !strcmp(instrument, name)) {
			value_set(telling->node, "certificate", value_copy(line));
			return;
		}
	}
}

static void tell_operator(struct telling *telling)
{
	const struct value *answers = telling->request->answers;

	value_set(telling->node, "answers", answers ? value_copy(answers) : value_list());
}

/* Which of the two times it is; once the count is there, the value is compared with it. */
static void tell_pulse(struct telling *telling)
{
	const struct value *value = value_get(telling->request->result, "value");
	int64_t own = value_get_int(telling->node, "reading", 0);
	bool low = value_get_int(value_get(value, "low"), "reading", 0) == own;
	int line = telling->channel >= 0 ? telling->trail->fixture->channel[telling->channel].line
					 : -1;

	value_set_text(telling->node, "which", low ? "low" : "high");
	if (line < 0 || !telling->wants->bytes)
		return;
	value_set_text(telling->node, "line", telling->trail->fixture->line[line].name);
	value_set_int(telling->node, "gate", telling->trail->fixture->line[line].gate);
	probe_add(&telling->wants->probes, PROBE_COUNT, line, 0, telling->request->place,
		  telling->node);
}

static void tell_nothing(struct telling *telling)
{
	(void)telling;
}

/* ---- verbs ---- */

enum sees { NO_SAMPLES = 1, ALL_SINCE, SERIES_SINCE, OF_A_TRACE };

static const struct verb {
	const char *name;
	enum sees sees;
	void (*tell)(struct telling *telling);
} VERBS[] = {
	{"read", ALL_SINCE, trail_tell_read},
	{"mean", SERIES_SINCE, trail_tell_mean},
	{"settles", SERIES_SINCE, trail_tell_settles},
	{"becomes", ALL_SINCE, trail_tell_becomes},
	{"holds", ALL_SINCE, trail_tell_holds},
	{"last_before", ALL_SINCE, trail_tell_last_before},
	{"trace_min", OF_A_TRACE, trail_tell_min},
	{"trace_max", OF_A_TRACE, trail_tell_max},
	{"trace_mean", OF_A_TRACE, trail_tell_trace_mean},
	{"trace_integral", OF_A_TRACE, trail_tell_integral},
	{"trace_slope", OF_A_TRACE, trail_tell_slope},
	{"trace_minutes", OF_A_TRACE, trail_tell_minutes},
	{"trace_time_to", OF_A_TRACE, trail_tell_time_to},
	{"act", NO_SAMPLES, tell_act},
	{"set", NO_SAMPLES, tell_set},
	{"reference", NO_SAMPLES, tell_reference},
	{"enter", NO_SAMPLES, tell_operator},
	{"scan", NO_SAMPLES, tell_operator},
	{"photograph", NO_SAMPLES, tell_operator},
	{"confirm", NO_SAMPLES, tell_operator},
	{"pulse_widths", NO_SAMPLES, tell_pulse},
};

static const struct verb *verb_of(const struct trail_request *request)
{
	static const struct verb OTHER = {"", NO_SAMPLES, tell_nothing};
	const char *name = telling_says(request, "verb");

	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]) && name; i++)
		if (!strcmp(VERBS[i].name, name))
			return &VERBS[i];
	return &OTHER;
}

static const struct trail_request *trace_of(const struct trail *trail,
					    const struct trail_request *request)
{
	return trail_request(trail, (uint32_t)value_get_int(request->says, "trace", 0));
}

static trail_place end_of(const struct trail *trail, const struct trail_request *request)
{
	return request->end ? request->end : trail->ends;
}

/* The samples that it saw; NULL where it saw none. */
static struct trail_window *window_of(const struct trail *trail, struct trail_wants *wants,
				      const struct trail_request *request)
{
	const struct verb *verb = verb_of(request);
	const struct trail_request *trace = trace_of(trail, request);
	int channel;

	if (!trail->fixture || verb->sees == NO_SAMPLES)
		return NULL;
	if (verb->sees == OF_A_TRACE) {
		channel = trace ? telling_channel(trail, trace, "channel") : -1;
		return channel < 0 ? NULL
				   : trail_window(&wants->windows, channel, trace->opened, true,
						  trace->place, request->place);
	}
	channel = telling_channel(trail, request, "channel");
	return channel < 0 ? NULL
			   : trail_window(&wants->windows, channel, request->opened,
					  verb->sees == SERIES_SINCE, request->place,
					  end_of(trail, request));
}

static const struct trail_request *request_of(const struct trail *trail, uint64_t reading,
					      const struct trail_request *request)
{
	const struct trail_reading *made = trail_reading(trail, reading);

	return request || !made ? request : trail_request(trail, made->request);
}

void trail_want(const struct trail *trail, struct trail_wants *wants, uint64_t reading,
		const struct trail_request *request)
{
	int of;

	request = request_of(trail, reading, request);
	if (!request)
		return;
	window_of(trail, wants, request);
	of = telling_channel(trail, request, "of");
	if (of >= 0 && !strcmp(verb_of(request)->name, "last_before"))
		trail_window(&wants->windows, of, request->opened, false, request->place,
			     end_of(trail, request));
}

void trail_rests(const struct trail_request *request, struct value *ids)
{
	for (size_t i = 0; i < value_count(request->says); i++) {
		const struct value *field = value_at(request->says, i);
		const char *key = value_key(request->says, i);
		const char *at = field->kind == VALUE_TEXT ? field->text : NULL;
		uint64_t id;

		/* "text" and the like are words */
		if (!at || !strcmp(key, "where") || !strcmp(key, "text") || !strcmp(key, "zh"))
			continue;
		while ((id = expression_next_reading(field->text, &at)))
			value_add(ids, value_int((int64_t)id));
	}
	const struct value *values = value_get(request->says, "values");

	for (size_t i = 0; i < value_count(values); i++) {
		const struct value *field = value_at(values, i);
		const char *at = field->kind == VALUE_TEXT ? field->text : NULL;
		uint64_t id;

		while (at && (id = expression_next_reading(field->text, &at)))
			value_add(ids, value_int((int64_t)id));
	}
}

/* ---- the whole ---- */

void trail_tell_reading(const struct trail *trail, int64_t id, struct value *node)
{
	static const char *const KEYS[] = {"t", "of", "value", "unit", "u", "sources", "flaw"};
	const struct trail_reading *reading = trail_reading(trail, (uint64_t)id);

	if (id)
		value_set_int(node, "reading", id);
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]) && reading; i++)
		if (value_get(reading->line, KEYS[i]))
			value_set(node, KEYS[i], value_copy(value_get(reading->line, KEYS[i])));
}

/* Is this line of the protocol's own file? */
static bool is_protocols(const struct trail *trail, const char *where)
{
	const char *source = value_get_text(trail->head, "protocol_source");
	size_t size = source ? strlen(source) : 0;

	return size && where && !strncmp(where, source, size) && where[size] == ':';
}

static void tell_request(const struct trail *trail, const struct trail_request *request,
			 struct value *node)
{
	const struct trail_request *trace = trace_of(trail, request);
	struct value *rests = value_set(node, "rests", value_list());
	const char *via = telling_says(request, "via"),
		   *says_where = telling_says(request, "where");

	value_set_int(node, "request", request->id);
	value_set_text(node, "verb", telling_says(request, "verb"));
	value_set(node, "asked", trail_source(trail, says_where));
	if (via)
		value_set(node, "via", trail_source(trail, via));
	value_set_bool(node, "by_protocol", is_protocols(trail, says_where));
	if (request->step[0])
		value_set_text(node, "step", request->step);
	value_set_int(node, "opened", request->opened);
	if (request->end)
		value_set_int(node, "ended", request->ended);
	value_set(node, "says", value_copy(request->says));
	if (trace && value_get(request->says, "trace")) {
		struct value *told = value_set(node, "trace", value_map());

		value_set_text(told, "channel", telling_says(trace, "channel"));
		value_set_text(told, "every", telling_says(trace, "every"));
		value_set_int(told, "opened", trace->opened);
		value_set(told, "asked", trail_source(trail, telling_says(trace, "where")));
	}
	trail_rests(request, rests);
}

struct value *trail_tell(const struct trail *trail, struct trail_wants *wants, uint64_t reading,
			 const struct trail_request *request)
{
	struct telling telling = {.trail = trail, .wants = wants, .node = value_map()};
	struct trail_window *window;

	trail_tell_reading(trail, (int64_t)reading, telling.node);
	telling.request = request_of(trail, reading, request);
	if (!telling.request)
		return telling.node;
	tell_request(trail, telling.request, telling.node);
	telling.channel = telling_channel(trail, telling.request, "channel");
	window = window_of(trail, wants, telling.request);
	if (window) {
		telling.channel = window->channel;
		telling.kept = window->kept;
		telling.count = trail_kept_until(window, end_of(trail, telling.request));
	} else if (verb_of(telling.request)->sees != NO_SAMPLES || !trail->fixture) {
		return telling.node;
	}
	if (verb_of(telling.request)->sees == OF_A_TRACE) {
		telling.count = trail_kept_until(window, telling.request->place);
		trail_find_span(&telling, trace_of(trail, telling.request));
	}
	verb_of(telling.request)->tell(&telling);
	return telling.node;
}
