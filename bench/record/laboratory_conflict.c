/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a journey takes nobody here knows, so two places are held against each other only where one piece would have
 * been at both at the same moment.
 */
#include "record/laboratory_conflict.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "record/event.h"
#include "record/identity.h"

struct seen {
	const struct value *one; /* of the life */
	enum life_step step;
	const char *piece; /* its identity without the base; or NULL */
	struct value *run, *read;
	struct wall_time at, began, ended;
	int64_t error_ms;
	bool is_synchronised;
	bool counts; /* real, and not declared wrong */
};

static bool parse(struct wall_time *time, const char *text)
{
	struct error ignored;

	return text && wall_time_parse(time, text, &ignored) == 0;
}

static const char *piece_of(const char *uri)
{
	const char *found = uri ? strstr(uri, "/eq/") : NULL;

	return found && !strstr(found, "/eq/unmarked/") ? found + 1 : NULL;
}

static void look_at(struct seen *seen, const struct value *one, const struct value *event)
{
	struct value *log = event_extension(event, "log");
	struct value *identity = event_extension(event, "identity");
	const struct value *at = value_get(log, "at");

	seen->one = one;
	seen->step = life_step_of(value_get_text(one, "step"));
	seen->piece = piece_of(value_get_text(one, "specimen"));
	seen->run = event_extension(event, "run");
	seen->read = value_copy(value_get(identity, "read"));
	seen->error_ms = value_get_int(at, "maxErrorMs", 0);
	seen->is_synchronised = value_get_bool(at, "synchronised");
	seen->counts = !value_get_bool(one, "simulated") && !value_get(one, "declared") &&
		       parse(&seen->at, value_get_text(one, "at"));
	if (seen->run && (!parse(&seen->began, value_get_text(seen->run, "began")) ||
			  !parse(&seen->ended, value_get_text(seen->run, "ended")))) {
		value_free(seen->run);
		seen->run = NULL;
	}
	value_free(identity);
	value_free(log);
}

/* ---- what is found ---- */

static struct value *describe(const struct seen *seen)
{
	struct value *says = value_map();

	value_set_text(says, "bench", value_get_text(seen->one, "bench"));
	value_set_int(says, "seq", value_get_int(seen->one, "seq", 0));
	value_set_text(says, "at", value_get_text(seen->one, "at"));
	value_set_text(says, "specimen", value_get_text(seen->one, "specimen"));
	return says;
}

static struct value *found(struct value *list, const char *what, const struct seen *a,
			   const struct seen *b)
{
	struct value *says = value_add(list, value_map());

	value_set_text(says, "what", what);
	value_set(says, "a", describe(a));
	value_set(says, "b", describe(b));
	return says;
}

static bool is_one_piece(const struct seen *a, const struct seen *b)
{
	return a->piece && b->piece && !strcmp(a->piece, b->piece);
}

static bool is_one_bench(const struct seen *a, const struct seen *b)
{
	return !strcmp(value_get_text(a->one, "bench"), value_get_text(b->one, "bench"));
}

static void judge_clocks(struct value *says, const struct seen *a, const struct seen *b)
{
	if (!a->is_synchronised || !b->is_synchronised)
		value_set_bool(says, "clocks", false);
}

static void find_same_time(struct value *list, const struct seen *a, const struct seen *b)
{
	int64_t from, to;

	if (!is_one_piece(a, b) || is_one_bench(a, b) || !a->run || !b->run)
		return;
	from = a->began.ms > b->began.ms ? a->began.ms : b->began.ms;
	to = a->ended.ms < b->ended.ms ? a->ended.ms : b->ended.ms;
	if (to - from > a->error_ms + b->error_ms)
		judge_clocks(found(list, "same_time", a, b), a, b);
}

/* What no longer happens to what has come to such an end. */
static bool is_excluded(const struct seen *end, const struct seen *later)
{
	switch (end->step) {
	case LIFE_DESTRUCTION:
	case LIFE_DISPOSAL:
		return later->step && later->step != LIFE_DESTRUCTION &&
		       later->step != LIFE_DISPOSAL;
	case LIFE_DESTRUCTIVE_TEST:
		return later->step == LIFE_DESTRUCTIVE_TEST || later->step == LIFE_ISSUING ||
		       later->step == LIFE_INSTALLING;
	default:
		return false;
	}
}

static void find_after_end(struct value *list, const struct seen *end, const struct seen *later)
{
	const struct wall_time *began = later->run ? &later->began : &later->at;

	if (is_one_piece(end, later) && is_excluded(end, later) &&
	    began->ms - end->at.ms > end->error_ms + later->error_ms)
		judge_clocks(found(list, "after_end", end, later), end, later);
}

/* What is read on one thing of itself; the nameplate, where it has it, and else the tag. */
static const char *reads(const struct value *read, const char *field)
{
	const char *text = value_get_text(value_get(read, "nameplate"), field);

	return text ? text : value_get_text(value_get(read, "tag"), field);
}

static void find_other_piece(struct value *list, const struct seen *a, const struct seen *b)
{
	static const char *const FIELDS[] = {"ma", "serial", "model", "maker", "made"};
	const char *one = value_get_text(value_get(a->read, "tag"), "uid");
	const char *other = value_get_text(value_get(b->read, "tag"), "uid");
	bool same_tag = one && other && identity_same_tag(one, other);

	if (same_tag && a->piece && b->piece && strcmp(a->piece, b->piece) != 0)
		value_set_text(found(list, "other_piece", a, b), "tag", one);
	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++) {
		const char *here = reads(a->read, FIELDS[i]), *there = reads(b->read, FIELDS[i]);
		struct value *says;

		if ((!same_tag && !is_one_piece(a, b)) || !here || !there ||
		    spelling_same(here, there))
			continue;
		says = found(list, "differs", a, b);
		value_set_text(says, "field", FIELDS[i]);
		says = value_set(says, "says", value_list());
		value_add(says, value_text(here));
		value_add(says, value_text(there));
	}
}

struct value *laboratory_conflicts(const struct value *life, const struct value *events)
{
	size_t count = value_count(life);
	struct seen *seen = xcalloc(count + 1, sizeof(*seen));
	struct value *list = value_list();

	for (size_t i = 0; i < count; i++)
		look_at(&seen[i], value_at(life, i), value_at(events, i));
	for (size_t i = 0; i < count; i++)
		for (size_t k = i + 1; k < count && seen[i].counts; k++) {
			if (!seen[k].counts)
				continue;
			find_same_time(list, &seen[i], &seen[k]);
			find_after_end(list, &seen[i], &seen[k]);
			find_after_end(list, &seen[k], &seen[i]);
			find_other_piece(list, &seen[i], &seen[k]);
		}
	for (size_t i = 0; i < count; i++) {
		value_free(seen[i].run);
		value_free(seen[i].read);
	}
	free(seen);
	return list;
}
