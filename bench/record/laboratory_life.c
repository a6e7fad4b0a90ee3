/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events are told as they come, bench by bench; what became of each is known when all declarations and signatures have come.
 */
#include "record/laboratory_life.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/cosign.h"
#include "record/declaration.h"
#include "record/event.h"
#include "record/identity.h"
#include "record/laboratory_conflict.h"
#include "record/laboratory_records.h"

/* ---- names ---- */

static const char *last_of(const char *text, const char *part)
{
	const char *found = NULL;

	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		found = at;
	return found;
}

static void add_name(struct value *names, const char *kind, const char *text)
{
	struct buf name;

	buf_init(&name);
	buf_printf(&name, "%s%s", kind, text);
	if (!strcmp(kind, "SN/"))
		for (size_t i = 0; i < name.size; i++)
			name.data[i] = (char)toupper((unsigned char)name.data[i]);
	value_add(names, value_text(name.data));
	buf_done(&name);
}

static void add_tag(struct value *names, const char *uid)
{
	struct buf folded;

	buf_init(&folded);
	identity_fold_tag(&folded, uid);
	if (folded.size)
		add_name(names, "TAG/", folded.data);
	buf_done(&folded);
}

struct value *laboratory_names_of(const struct value *event)
{
	const struct value *equipment = value_get(event, "epcList");
	struct value *names = value_list(), *identity = event_extension(event, "identity");
	const char *uid = value_get_text(value_get(value_get(identity, "read"), "tag"), "uid");

	for (size_t i = 0; i < value_count(equipment); i++) {
		const char *uri = value_at(equipment, i)->text, *found = strstr(uri, "/eq/");
		const char *serial = last_of(uri, "/SN/");

		if (found)
			add_name(names, "", found + 1);
		if (serial)
			add_name(names, "SN/", serial + 4);
	}
	if (uid)
		add_tag(names, uid);
	value_free(identity);
	return names;
}

struct value *laboratory_names_asked(const char *equipment)
{
	struct value *names = value_list();
	const char *found = !strncmp(equipment, "eq/", 3) ? equipment : strstr(equipment, "/eq/");
	struct buf serial;

	if (found) {
		add_name(names, "", found + (*found == '/'));
		return names;
	}
	buf_init(&serial);
	event_encode(&serial, equipment);
	add_name(names, "SN/", serial.data);
	add_tag(names, equipment);
	buf_done(&serial);
	return names;
}

static bool has_name(const struct value *names, const char *name)
{
	for (size_t i = 0; i < value_count(names); i++)
		if (!strcmp(value_at(names, i)->text, name))
			return true;
	return false;
}

bool laboratory_names_join(struct value *names, const struct value *more, const char *kind)
{
	bool grown = false;

	for (size_t i = 0; i < value_count(more); i++) {
		const char *name = value_at(more, i)->text;

		if (strncmp(name, kind, strlen(kind)) != 0 || has_name(names, name))
			continue;
		value_add(names, value_text(name));
		grown = true;
	}
	return grown;
}

static bool is_about(const struct value *event, const struct value *names)
{
	struct value *own = laboratory_names_of(event);
	bool about = false;

	for (size_t i = 0; i < value_count(own); i++)
		about |= has_name(names, value_at(own, i)->text);
	value_free(own);
	return about;
}

/* ---- one record that is good ---- */

struct telling {
	const struct value *names;
	struct value *life;
	struct value *events;	       /* what each of `life` says, in the same order */
	struct value *declared, *acts; /* each {"of","by","at","why"}, with "reason" or "meaning" */
};

/* Of several pieces, as of a sample, the one that was asked for. */
static const char *specimen_in(const struct value *event, const struct value *names)
{
	const struct value *equipment = value_get(event, "epcList");

	for (size_t i = 0; i < value_count(equipment); i++) {
		struct value *one = value_map(), *list = value_set(one, "epcList", value_list());
		bool is_asked;

		value_add(list, value_copy(value_at(equipment, i)));
		is_asked = is_about(one, names);
		value_free(one);
		if (is_asked)
			return value_at(equipment, i)->text;
	}
	return value_at(equipment, 0) ? value_at(equipment, 0)->text : NULL;
}

static void tell_event(struct telling *telling, const struct value *row,
		       const struct log_record *record)
{
	static const char *const OF_RUN[] = {"run", "protocol", "verdict"};
	const struct value *event = record->entry->says;
	struct value *one, *run, *identity;

	if (!is_about(event, telling->names))
		return;
	one = value_add(telling->life, value_map());
	run = event_extension(event, "run");
	identity = event_extension(event, "identity");
	laboratory_row(one, row);
	value_set_text(one, "id", record->entry->id);
	value_set_text(one, "step", value_get_text(event, "bizStep"));
	value_set_text(one, "specimen", specimen_in(event, telling->names));
	value_set_text(one, "at", value_get_text(event, "eventTime"));
	for (size_t i = 0; run && i < sizeof(OF_RUN) / sizeof(*OF_RUN); i++)
		value_set_text(one, OF_RUN[i], value_get_text(run, OF_RUN[i]));
	if (record->is_simulated)
		value_set_bool(one, "simulated", true);
	value_set_text(one, "identity", value_get_text(identity, "outcome"));
	value_set(one, "names", laboratory_names_of(event));
	value_add(telling->events, value_copy(event));
	value_free(identity);
	value_free(run);
}

static void tell_declaration(struct telling *telling, const struct log_record *record)
{
	const char *of = value_get_text(record->entry->says, "of");
	struct error ignored;
	struct value *declaration = declaration_read(record->entry->says, &ignored), *said;

	if (of && declaration) {
		said = value_add(telling->declared, value_map());
		value_set_text(said, "of", of);
		value_set_text(said, "bench", record->entry->bench);
		value_set_text(said, "reason", value_get_text(declaration, "reason"));
		value_set_text(said, "by", value_get_text(declaration, "mse:declaredBy"));
		value_set_text(said, "at", value_get_text(declaration, "declarationTime"));
		value_set_text(said, "why", value_get_text(declaration, "mse:why"));
	}
	value_free(declaration);
}

/* Who has signed it is in its own bench's log; what is told here is only that it does not count any more. */
static void tell_signature(struct telling *telling, const struct log_record *record)
{
	const char *of = value_get_text(record->entry->says, "of");
	struct error ignored;
	struct value *header = cosign_header(record->entry->says, &ignored), *act;
	enum meaning meaning = meaning_find(value_get_text(header, "meaning"));

	if (of && (meaning == MEANING_VOIDED || meaning == MEANING_REJECTED)) {
		act = value_add(telling->acts, value_map());
		value_set_text(act, "of", of);
		value_set_text(act, "bench", record->entry->bench);
		value_set_text(act, "meaning", meaning_name(meaning));
		value_set_text(act, "by", value_get_text(header, "person"));
		value_set_text(act, "at", value_get_text(header, "time"));
		value_set_text(act, "why", value_get_text(header, "why"));
	}
	value_free(header);
}

static void tell_record(void *ctx, const struct value *row, const struct log_record *record)
{
	struct telling *telling = ctx;

	if (!strcmp(record->entry->kind, ENTRY_EVENT))
		tell_event(telling, row, record);
	else if (!strcmp(record->entry->kind, ENTRY_DECLARATION))
		tell_declaration(telling, record);
	else if (!strcmp(record->entry->kind, ENTRY_SIGNATURE))
		tell_signature(telling, record);
}

/* ---- all of them ---- */

/* Nobody says it of another bench's event. */
static bool is_of(const struct value *said, const struct value *one)
{
	return !strcmp(value_get_text(said, "bench"), value_get_text(one, "bench")) &&
	       !strcmp(value_get_text(said, "of"), value_get_text(one, "id"));
}

static void set_declared(struct value *one, const struct value *declared)
{
	struct value *list = NULL;

	for (size_t i = 0; i < value_count(declared); i++) {
		if (!is_of(value_at(declared, i), one))
			continue;
		if (!list)
			list = value_set(one, "declared", value_list());
		value_add(list, value_copy(value_at(declared, i)));
	}
}

static void set_acts(struct value *one, const struct value *acts)
{
	for (size_t i = 0; i < value_count(acts); i++)
		if (is_of(value_at(acts, i), one))
			value_set(one, value_get_text(value_at(acts, i), "meaning"),
				  value_copy(value_at(acts, i)));
}

static void set_what_became(struct telling *telling)
{
	for (size_t i = 0; i < value_count(telling->life); i++) {
		struct value *one = telling->life->items[i];

		set_declared(one, telling->declared);
		set_acts(one, telling->acts);
	}
}

struct placed {
	int64_t ms;
	size_t index;
};

static int compare_placed(const void *a, const void *b)
{
	const struct placed *one = a, *other = b;

	if (one->ms != other->ms)
		return one->ms < other->ms ? -1 : 1;
	return one->index < other->index ? -1 : one->index > other->index;
}

/* By the time that each of `life` has. */
static struct placed *order_of(const struct value *life)
{
	size_t count = value_count(life);
	struct placed *placed = xcalloc(count + 1, sizeof(*placed));

	for (size_t i = 0; i < count; i++) {
		struct wall_time time = {0};
		struct error ignored;

		wall_time_parse(&time, value_get_text(value_at(life, i), "at"), &ignored);
		placed[i] = (struct placed){time.ms, i};
	}
	qsort(placed, count, sizeof(*placed), compare_placed);
	return placed;
}

static struct value *ordered(const struct value *list, const struct placed *order)
{
	struct value *copy = value_list();

	for (size_t i = 0; i < value_count(list); i++)
		value_add(copy, value_copy(value_at(list, order[i].index)));
	return copy;
}

static void conclude(struct value *told, struct telling *telling)
{
	struct placed *order = order_of(telling->life);
	const struct value *life = value_set(told, "life", ordered(telling->life, order));
	struct value *events = ordered(telling->events, order);

	value_set(told, "conflicts", laboratory_conflicts(life, events));
	value_free(events);
	free(order);
}

struct value *laboratory_life(const struct value *rows, const struct value *names,
			      const struct value *keys)
{
	struct value *told = value_map();
	struct telling telling = {
		.names = names,
		.life = value_list(),
		.events = value_list(),
		.declared = value_list(),
		.acts = value_list(),
	};

	laboratory_records(told, rows, keys, tell_record, &telling);
	set_what_became(&telling);
	conclude(told, &telling);
	value_free(telling.life);
	value_free(telling.events);
	value_free(telling.declared);
	value_free(telling.acts);
	return told;
}
