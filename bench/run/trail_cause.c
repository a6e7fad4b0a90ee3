/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ended a run before its end: the first line that says so, what the script was waiting for then, and
 * what the journal has last of the instruments and lines that the reason names. The names are looked for as
 * words; which of them brought it about is for whoever reads it to say.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/trail_parts.h"

static bool ends_run(const struct value *line)
{
	static const char *const KINDS[] = {"trip", "stop", "failed", "recovered"};
	const char *kind = value_get_text(line, "k");

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (kind && !strcmp(kind, KINDS[i]))
			return true;
	return kind && !strcmp(kind, "environment") && !value_get_bool(line, "fit");
}

static bool is_forced(const struct trail *trail)
{
	return value_get_bool(value_get(trail->head, "order"), "force");
}

static const struct trail_event *first_end(const struct trail *trail)
{
	for (size_t i = 0; i < trail->events; i++) {
		const char *kind = value_get_text(trail->event[i].line, "k");

		if (ends_run(trail->event[i].line) &&
		    !(is_forced(trail) && !strcmp(kind, "environment")))
			return &trail->event[i];
	}
	return NULL;
}

static const char *reason_of(const struct value *line)
{
	const char *text = value_get_text(value_get(line, "says"), "text");

	return text ? text : value_get_text(line, "why");
}

/* "file:line" at the beginning of a sentence, the caller's, or NULL; `rest` is what follows it. */
static char *place_in(const char *text, const char **rest)
{
	const char *colon = strstr(text, ".lua:");
	size_t digits = colon ? strspn(colon + 5, "0123456789") : 0;

	*rest = text;
	if (!digits || memchr(text, ' ', (size_t)(colon - text)))
		return NULL;
	*rest = colon + 5 + digits;
	return xstrndup(text, (size_t)(*rest - text));
}

/* ---- what it names ---- */

static bool names(const char *sentence, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = sentence; (at = strstr(at, name)) != NULL; at++) {
		char before = at > sentence ? at[-1] : ' ', after = at[size];

		if (!isalnum((unsigned char)before) && before != '_' &&
		    !isalnum((unsigned char)after) && after != '_')
			return true;
	}
	return false;
}

static void want_port(const struct trail *trail, struct probes *probes, struct value *named,
		      const char *name, int port, trail_place place)
{
	const char *its = trail->fixture->port[port].name;
	struct value *one;

	for (size_t i = 0; i < value_count(named); i++)
		if (value_get_text(value_at(named, i), "port") &&
		    !strcmp(value_get_text(value_at(named, i), "port"), its))
			return;
	one = value_add(named, value_map());
	value_set_text(one, "name", name);
	value_set_text(one, "port", its);
	probe_add(probes, PROBE_LAST, port, 0, place, one);
}

static void want_line(const struct trail *trail, struct probes *probes, struct value *named,
		      int line, trail_place place)
{
	struct value *one = value_add(named, value_map());

	value_set_text(one, "name", trail->fixture->line[line].name);
	value_set_text(one, "line", trail->fixture->line[line].name);
	probe_add(probes, PROBE_LINE, line, 0, place, one);
}

static void want_named(const struct trail *trail, struct probes *probes, struct value *named,
		       const char *sentence, trail_place place)
{
	const struct fixture *fixture = trail->fixture;

	for (size_t i = 0; i < fixture->device_count; i++)
		if (names(sentence, fixture->device[i].name))
			want_port(trail, probes, named, fixture->device[i].name,
				  fixture->device[i].port, place);
	for (size_t i = 0; i < fixture->channel_count; i++)
		if (names(sentence, fixture->channel[i].name) && fixture->channel[i].device >= 0)
			want_port(trail, probes, named, fixture->channel[i].name,
				  fixture->device[fixture->channel[i].device].port, place);
	for (size_t i = 0; i < fixture->line_count; i++)
		if (names(sentence, fixture->line[i].name))
			want_line(trail, probes, named, (int)i, place);
}

/* Of a line's settings and edges before it, the last of each counts. */
static void keep_last(struct value *named)
{
	static const char *const KEYS[] = {"set", "edges"};

	for (size_t i = 0; i < value_count(named); i++) {
		struct value *one = (struct value *)value_at(named, i);

		for (int k = 0; k < 2; k++) {
			const struct value *list = value_get(one, KEYS[k]);
			size_t count = value_count(list);
			struct value *last;

			if (count < 2)
				continue;
			last = value_list();
			value_add(last, value_copy(value_at(list, count - 1)));
			value_set(one, KEYS[k], last);
		}
	}
}

/* ---- what was asked ---- */

static bool is_unmet(const struct trail_request *request)
{
	const struct value *value = value_get(request->result, "value");

	return value_get_text(value, "why") ||
	       (value_get(value, "to_the_end") && !value_get_bool(value, "to_the_end")) ||
	       (request->result && !value_get_bool(request->result, "ok"));
}

/* Of the same instant: what the script was told just before it failed. */
static const struct trail_request *unmet_at(const struct trail *trail,
					    const struct trail_event *event)
{
	nsec time = value_get_int(event->line, "t", 0);

	for (size_t i = trail->requests; i-- > 0;) {
		const struct trail_request *request = &trail->request[i];

		if (request->end && request->end < event->place && request->ended == time &&
		    is_unmet(request))
			return request;
	}
	return NULL;
}

static struct value *waiting_at(const struct trail *trail, const struct trail_event *event)
{
	struct value *waiting = value_list();

	for (size_t i = 0; i < trail->requests; i++) {
		const struct trail_request *request = &trail->request[i];
		const char *via = value_get_text(request->says, "via");
		struct value *one;

		if (request->place > event->place || (request->end && request->end < event->place))
			continue;
		one = value_add(waiting, value_map());
		value_set_text(one, "verb", value_get_text(request->says, "verb"));
		value_set_int(one, "opened", request->opened);
		value_set_text(one, "step", request->step[0] ? request->step : NULL);
		value_set(one, "asked",
			  trail_source(trail, value_get_text(request->says, "where")));
		if (via)
			value_set(one, "via", trail_source(trail, via));
		value_set(one, "says", value_copy(request->says));
	}
	return waiting;
}

/* ---- the whole ---- */

static int fill(const struct trail *trail, const struct trail_event *event, struct value *cause,
		struct trail_wants *wants, struct error *err)
{
	const struct trail_request *unmet = unmet_at(trail, event);
	const char *reason = reason_of(event->line);
	struct value *named = value_set(cause, "named", value_list());
	char *where = reason ? place_in(reason, &reason) : NULL;

	if (where)
		value_set(cause, "asked", trail_source(trail, where));
	free(where);
	value_set(cause, "waiting", waiting_at(trail, event));
	if (unmet)
		trail_want(trail, wants, 0, unmet);
	if (trail_fill(trail, &wants->windows, err) < 0)
		return -1;
	if (unmet)
		value_set(cause, "unmet", trail_tell(trail, wants, 0, unmet));
	if (reason && trail->fixture)
		want_named(trail, &wants->probes, named, reason, event->place);
	if (trail_probe(trail, &wants->probes, err) < 0)
		return -1;
	keep_last(named);
	return 0;
}

int trail_cause(struct trail *trail, struct value **cause, struct error *err)
{
	const struct trail_event *event = first_end(trail);
	struct trail_wants wants = {.bytes = true};
	struct value *events;
	int done;

	*cause = NULL;
	if (!event)
		return 0;
	*cause = value_map();
	events = value_set(*cause, "events", value_list());
	for (size_t i = 0; i < trail->events; i++)
		if (ends_run(trail->event[i].line))
			value_add(events, value_copy(trail->event[i].line));
	done = fill(trail, event, *cause, &wants, err);
	trail_windows_done(&wants.windows);
	free(wants.probes.probe);
	if (done == 0)
		return 0;
	value_free(*cause);
	*cause = NULL;
	return -1;
}

struct value *trail_typed(const struct trail *trail)
{
	struct value *typed = value_list();

	for (size_t i = 0; i < trail->events; i++) {
		const struct value *line = trail->event[i].line;
		const char *kind = value_get_text(line, "k");
		struct value *one;

		if (!strcmp(kind, "operates")) {
			one = value_add(typed, value_map());
			value_set_int(one, "t", value_get_int(line, "t", 0));
			value_set_text(one, "text", value_get_text(line, "text"));
		} else if (!strcmp(kind, "operated") && value_count(typed)) {
			one = (struct value *)value_at(typed, value_count(typed) - 1);
			if (value_get(line, "answer"))
				value_set(one, "answer", value_copy(value_get(line, "answer")));
			value_set_text(one, "why", value_get_text(line, "why"));
		}
	}
	return typed;
}
