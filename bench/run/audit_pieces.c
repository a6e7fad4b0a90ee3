/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that have a tag or a piece in common are held against each other, and no others. What is kept of each is what that takes.
 */
#include "run/audit_pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/event.h"
#include "record/laboratory_conflict.h"
#include "record/laboratory_life.h"

/* As many records of one piece are held against each other: a standard may have been in thousands of runs. */
enum { TOGETHER_MOST = 500 };

struct taken {
	char *id;
	struct value *life, *event; /* as laboratory_conflict.h wants them */
};

/* Under which name a record is looked up. */
struct named {
	char *name;
	size_t index;
};

struct audit_pieces {
	struct taken *taken;
	size_t count, room;
	struct named *named;
	size_t named_count, named_room;
	struct value *declared; /* map: "BENCH ID" of events that are declared wrong */
};

static const struct {
	const char *what, *flag;
} FLAGS[] = {
	{"other_piece", "tag_twice"},
	{"differs", "identity_differs"},
	{"after_end", "after_its_end"},
	{"same_time", "two_benches"},
};

struct audit_pieces *audit_pieces_new(void)
{
	struct audit_pieces *pieces = xcalloc(1, sizeof(*pieces));

	pieces->declared = value_map();
	return pieces;
}

void audit_pieces_free(struct audit_pieces *pieces)
{
	if (!pieces)
		return;
	for (size_t i = 0; i < pieces->count; i++) {
		free(pieces->taken[i].id);
		value_free(pieces->taken[i].life);
		value_free(pieces->taken[i].event);
	}
	for (size_t i = 0; i < pieces->named_count; i++)
		free(pieces->named[i].name);
	free(pieces->taken);
	free(pieces->named);
	value_free(pieces->declared);
	free(pieces);
}

/* ---- one record ---- */

static struct value *life_of(const struct entry *entry)
{
	struct value *run = event_extension(entry->says, "run"), *one = value_map();
	const struct value *equipment = value_get(entry->says, "epcList");

	value_set_text(one, "bench", entry->bench);
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_set_text(one, "step", value_get_text(entry->says, "bizStep"));
	value_set_text(one, "at", value_get_text(entry->says, "eventTime"));
	if (value_at(equipment, 0))
		value_set_text(one, "specimen", value_at(equipment, 0)->text);
	if (value_get_bool(run, "simulated"))
		value_set_bool(one, "simulated", true);
	value_free(run);
	return one;
}

/* Of an event, what is asked of it; of a run its times alone. */
static struct value *part_of(const struct value *event)
{
	static const char *const KEPT[] = {"log", "identity"};
	struct value *part = value_map(), *run = event_extension(event, "run");

	for (size_t i = 0; i < sizeof(KEPT) / sizeof(*KEPT); i++) {
		struct value *one = event_extension(event, KEPT[i]);

		if (one)
			event_extend(part, KEPT[i], one);
		value_free(one);
	}
	if (run) {
		struct value *times = value_map();

		value_set_text(times, "began", value_get_text(run, "began"));
		value_set_text(times, "ended", value_get_text(run, "ended"));
		event_extend(part, "run", times);
		value_free(times);
	}
	value_free(run);
	return part;
}

static void add_name(struct audit_pieces *pieces, const char *name)
{
	if (pieces->named_count == pieces->named_room) {
		pieces->named_room = pieces->named_room ? pieces->named_room * 2 : 64;
		pieces->named =
			xrealloc(pieces->named, pieces->named_room * sizeof(*pieces->named));
	}
	pieces->named[pieces->named_count++] = (struct named){xstrdup(name), pieces->count};
}

/* Several of a sample say nothing of each: a record is held against others where it is of one piece. */
static void take_event(struct audit_pieces *pieces, const struct entry *entry)
{
	struct value *names;

	if (value_count(value_get(entry->says, "epcList")) != 1)
		return;
	names = laboratory_names_of(entry->says);
	for (size_t i = 0; i < value_count(names); i++)
		if (strncmp(value_at(names, i)->text, "SN/", 3) != 0)
			add_name(pieces, value_at(names, i)->text);
	value_free(names);
	if (pieces->count == pieces->room) {
		pieces->room = pieces->room ? pieces->room * 2 : 64;
		pieces->taken = xrealloc(pieces->taken, pieces->room * sizeof(*pieces->taken));
	}
	pieces->taken[pieces->count++] = (struct taken){
		.id = xprintf("%s %s", entry->bench, entry->id),
		.life = life_of(entry),
		.event = part_of(entry->says),
	};
}

static void take_declaration(struct audit_pieces *pieces, const struct entry *entry)
{
	const char *of = value_get_text(entry->says, "of");
	char *id = of ? xprintf("%s %s", entry->bench, of) : NULL;

	if (id)
		value_set_bool(pieces->declared, id, true);
	free(id);
}

void audit_pieces_take(struct audit_pieces *pieces, const struct entry *entry)
{
	if (!strcmp(entry->kind, ENTRY_EVENT))
		take_event(pieces, entry);
	else if (!strcmp(entry->kind, ENTRY_DECLARATION))
		take_declaration(pieces, entry);
}

/* ---- those that have a name in common ---- */

static int by_name(const void *one, const void *other)
{
	const struct named *a = one, *b = other;
	int order = strcmp(a->name, b->name);

	return order ? order : a->index < b->index ? -1 : a->index > b->index;
}

/* What is told once: the flag, both pieces and the field. */
static char *key_of(const struct value *conflict)
{
	const char *a = value_get_text(value_get(conflict, "a"), "specimen");
	const char *b = value_get_text(value_get(conflict, "b"), "specimen");
	const char *field = value_get_text(conflict, "field");

	if (a && b && strcmp(a, b) > 0) {
		const char *c = a;

		a = b;
		b = c;
	}
	return xprintf("%s %s %s %s", value_get_text(conflict, "what"), a ? a : "", b ? b : "",
		       field ? field : "");
}

static void tell(struct value *findings, struct value *told, const struct value *conflict)
{
	char *key = key_of(conflict);
	struct value *finding;

	if (value_get(told, key)) {
		free(key);
		return;
	}
	value_set_bool(told, key, true);
	free(key);
	finding = value_add(findings, value_map());
	for (size_t i = 0; i < sizeof(FLAGS) / sizeof(*FLAGS); i++)
		if (!strcmp(FLAGS[i].what, value_get_text(conflict, "what")))
			value_set_text(finding, "flag", FLAGS[i].flag);
	value_set_bool(finding, "simulated", false);
	value_set(finding, "record", value_copy(value_get(conflict, "a")));
	value_set(finding, "other", value_copy(value_get(conflict, "b")));
	value_set_text(finding, "tag", value_get_text(conflict, "tag"));
	value_set_text(finding, "field", value_get_text(conflict, "field"));
	if (value_get(conflict, "says"))
		value_set(finding, "says", value_copy(value_get(conflict, "says")));
}

/* Out of a bundle it may have come again. */
static bool is_there(const struct audit_pieces *pieces, const struct named *named, size_t first,
		     size_t end)
{
	for (size_t i = first; i < end; i++)
		if (!strcmp(pieces->taken[named[i].index].id, pieces->taken[named[end].index].id))
			return true;
	return false;
}

/* The latest of them, each once, and none that was declared wrong. */
static void compare(const struct audit_pieces *pieces, const struct named *named, size_t count,
		    struct value *findings, struct value *told)
{
	struct value *life = value_list(), *events = value_list(), *conflicts;
	size_t first = count > TOGETHER_MOST ? count - TOGETHER_MOST : 0;

	for (size_t i = first; i < count; i++) {
		const struct taken *taken = &pieces->taken[named[i].index];

		if (value_get(pieces->declared, taken->id) || is_there(pieces, named, first, i))
			continue;
		value_add(life, value_copy(taken->life));
		value_add(events, value_copy(taken->event));
	}
	conflicts = laboratory_conflicts(life, events);
	for (size_t i = 0; i < value_count(conflicts); i++)
		tell(findings, told, value_at(conflicts, i));
	value_free(conflicts);
	value_free(life);
	value_free(events);
}

void audit_pieces_tell(const struct audit_pieces *pieces, struct value *findings)
{
	struct named *named = pieces->named;
	struct value *told = value_map();
	size_t next;

	if (pieces->named_count)
		qsort(named, pieces->named_count, sizeof(*named), by_name);
	for (size_t i = 0; i < pieces->named_count; i = next) {
		for (next = i + 1;
		     next < pieces->named_count && !strcmp(named[i].name, named[next].name); next++)
			;
		if (next - i > 1)
			compare(pieces, named + i, next - i, findings, told);
	}
	value_free(told);
}
