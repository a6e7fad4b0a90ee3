/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal's lines by their numbers: what was asked, what came of it, and in which order.
 *
 * A reading does not say which request it was made for, but it stands right before that request's result
 * with nothing but readings of the same request between: the levels of a slope, the area under a trace.
 * A reading that any other line follows was made by the controller for itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/trail_parts.h"

struct indexing {
	struct trail *trail;
	trail_place place;
	size_t loose; /* so many readings at the end belong to nobody yet */
	char step[96];
	struct value *measure; /* the latest line "measure", until it is judged */
	size_t request_room, reading_room, judged_room, event_room;
};

#define GROW(array, count, room)                                                                   \
	do {                                                                                       \
		if ((count) < (room))                                                              \
			break;                                                                     \
		(room) = (room) ? (room)*2 : 64;                                                   \
		(array) = xrealloc((array), (room) * sizeof(*(array)));                            \
	} while (0)

/* ---- finding ---- */

const struct trail_request *trail_request(const struct trail *trail, uint32_t id)
{
	size_t low = 0, high = trail->requests;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (trail->request[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < trail->requests && trail->request[low].id == id ? &trail->request[low] : NULL;
}

static struct trail_request *request_of(struct indexing *indexing, const struct value *line)
{
	return (struct trail_request *)trail_request(indexing->trail,
						     (uint32_t)value_get_int(line, "id", 0));
}

const struct trail_reading *trail_reading(const struct trail *trail, uint64_t id)
{
	return id && id <= trail->readings && trail->reading[id - 1].line ? &trail->reading[id - 1]
									  : NULL;
}

/* Line number `number` of a text, without its end. */
static char *line_of(const struct value *text, long number)
{
	const char *at = text->text, *end = text->text + text->size, *stop;

	for (; number > 1 && at; number--) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	if (!at || at >= end)
		return NULL;
	stop = memchr(at, '\n', (size_t)(end - at));
	return xstrndup(at, (size_t)((stop ? stop : end) - at));
}

struct value *trail_source(const struct trail *trail, const char *where)
{
	struct value *asked = value_map();
	const char *colon = where ? strrchr(where, ':') : NULL;
	char *name = colon ? xstrndup(where, (size_t)(colon - where)) : NULL;
	const struct value *source = name ? value_get(trail->sources, name) : NULL;
	char *text = source && source->kind == VALUE_TEXT ? line_of(source, atol(colon + 1)) : NULL;

	value_set_text(asked, "where", where);
	value_set_text(asked, "text", text);
	free(text);
	free(name);
	return asked;
}

/* ---- reading ---- */

static void take_head(struct trail *trail, const struct value *line)
{
	struct error ignored;

	if (trail->head)
		return;
	trail->head = value_copy(line);
	trail->fixture = fixture_compile(value_get(line, "fixture_data"),
					 value_get(line, "drivers"), "journal", &ignored);
}

static void take_request(struct indexing *indexing, const struct journal_item *item)
{
	struct trail *trail = indexing->trail;
	const struct value *says = value_get(item->line, "says");
	uint32_t id = (uint32_t)value_get_int(item->line, "id", 0);
	const char *verb = value_get_text(says, "verb"), *step = value_get_text(says, "step");
	struct trail_request *request;

	if (trail->requests && trail->request[trail->requests - 1].id >= id)
		return; /* the run ended by it */
	GROW(trail->request, trail->requests, indexing->request_room);
	request = &trail->request[trail->requests++];
	*request = (struct trail_request){
		.id = id, .opened = item->time, .ended = NSEC_NEVER, .place = indexing->place};
	request->says = says ? value_copy(says) : value_map();
	if (verb && step && !strcmp(verb, "step_begin"))
		strncpy(indexing->step, step, sizeof(indexing->step) - 1);
	memcpy(request->step, indexing->step, sizeof(request->step));
}

static void take_result(struct indexing *indexing, const struct journal_item *item)
{
	struct trail_request *request = request_of(indexing, item->line);
	struct trail *trail = indexing->trail;

	if (!request)
		return;
	request->ended = item->time;
	request->end = indexing->place;
	if (!request->result && value_get(item->line, "says"))
		request->result = value_copy(value_get(item->line, "says"));
	for (size_t i = trail->readings - indexing->loose; i < trail->readings; i++)
		trail->reading[i].request = request->id;
}

static void take_cancel(struct indexing *indexing, const struct journal_item *item)
{
	struct trail_request *request = request_of(indexing, item->line);

	if (!request || request->end)
		return;
	request->ended = item->time;
	request->end = indexing->place;
}

static void take_reading(struct indexing *indexing, const struct journal_item *item)
{
	struct trail *trail = indexing->trail;
	int64_t id = value_get_int(item->line, "id", 0);

	if (id != (int64_t)trail->readings + 1)
		return; /* the numbers follow one upon the other, and a trip may take some back */
	GROW(trail->reading, trail->readings, indexing->reading_room);
	trail->reading[trail->readings++] =
		(struct trail_reading){.line = value_copy(item->line), .place = indexing->place};
	indexing->loose++;
}

static void take_judged(struct indexing *indexing, const struct journal_item *item)
{
	struct trail *trail = indexing->trail;
	const struct trail_judged *before =
		trail->judgements ? &trail->judged[trail->judgements - 1] : NULL;
	trail_place place = before ? before->place : 0;

	GROW(trail->judged, trail->judgements, indexing->judged_room);
	trail->judged[trail->judgements++] = (struct trail_judged){.line = value_copy(item->line),
								   .measure = indexing->measure,
								   .place = indexing->place,
								   .before = place};
	indexing->measure = NULL;
}

static void take_measure(struct indexing *indexing, const struct journal_item *item)
{
	value_free(indexing->measure);
	indexing->measure = value_copy(value_get(item->line, "says"));
}

/* What a person said to a request, or why it could not be taken. */
static void take_answer(struct indexing *indexing, const struct journal_item *item)
{
	struct trail_request *request = request_of(indexing, item->line);
	struct value *answer;

	if (!request)
		return;
	if (!request->answers)
		request->answers = value_list();
	answer = value_add(request->answers, value_map());
	value_set_int(answer, "t", item->time);
	value_set_text(answer, "text", value_get_text(item->line, "text"));
	value_set_text(answer, "why", value_get_text(item->line, "why"));
}

static void take_event(struct indexing *indexing, const struct journal_item *item)
{
	struct trail *trail = indexing->trail;

	GROW(trail->event, trail->events, indexing->event_room);
	trail->event[trail->events++] =
		(struct trail_event){.line = value_copy(item->line), .place = indexing->place};
}

static bool is_event(const char *kind)
{
	static const char *const KINDS[] = {
		"trip",	    "stop",	"failed", "refusal", "refused",	    "wire",	"recovered",
		"operates", "operated", "asks",	  "verdict", "environment", "operator", "pulls"};

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strcmp(kind, KINDS[i]))
			return true;
	return false;
}

static void take_line(struct indexing *indexing, const struct journal_item *item)
{
	struct trail *trail = indexing->trail;
	const char *kind = item->kind;

	if (!strcmp(kind, "run"))
		take_head(trail, item->line);
	else if (!strcmp(kind, "source") && value_get_text(item->line, "name") &&
		 value_get(item->line, "text"))
		value_set(trail->sources, value_get_text(item->line, "name"),
			  value_copy(value_get(item->line, "text")));
	else if (!strcmp(kind, "request"))
		take_request(indexing, item);
	else if (!strcmp(kind, "result"))
		take_result(indexing, item);
	else if (!strcmp(kind, "cancel"))
		take_cancel(indexing, item);
	else if (!strcmp(kind, "measure"))
		take_measure(indexing, item);
	else if (!strcmp(kind, "judged"))
		take_judged(indexing, item);
	else if (!strcmp(kind, "reading"))
		take_reading(indexing, item);
	if (!strcmp(kind, "operator") || !strcmp(kind, "asked_again"))
		take_answer(indexing, item);
	if (strcmp(kind, "reading") != 0)
		indexing->loose = 0;
}

static void take_marks(struct indexing *indexing, const struct journal_item *item)
{
	struct trail *trail = indexing->trail;

	if (!strcmp(item->kind, "watch") && !trail->watched) {
		trail->watched = indexing->place;
		trail->watched_at = item->time;
	}
	if (!strcmp(item->kind, "concludes"))
		trail->concludes = indexing->place;
	if (!strcmp(item->kind, "start") || !strcmp(item->kind, "watch"))
		trail->script = true;
	if (is_event(item->kind))
		take_event(indexing, item);
}

int trail_index(struct trail *trail, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(trail->folder, err);
	struct indexing indexing = {.trail = trail};
	struct journal_item item;
	int more = -1;

	while (reader && (more = journal_reader_next(reader, &item, err)) > 0) {
		indexing.place++;
		if (!item.kind)
			continue;
		take_line(&indexing, &item);
		take_marks(&indexing, &item);
	}
	trail->ends = indexing.place + 1;
	value_free(indexing.measure);
	journal_reader_close(reader);
	return more < 0 ? -1 : 0;
}
