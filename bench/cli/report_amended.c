/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log is read once more: what a record replaces stands in declarations behind it, whose events are before both. The record's own
 * number makes the report's, so that one of what is right has a number of its own by itself.
 */
#include "cli/report_amended.h"

#include <string.h>

#include "base/buf.h"
#include "cli/report_record.h"
#include "record/declaration.h"

struct search {
	const char *id; /* of the event that the report is of */
	const struct book_event *event;
	struct buf amends, why, superseded;
};

struct value *report_number(const char *bench, uint64_t seq)
{
	return value_printf("%s-%06llu", bench ? bench : "?", (unsigned long long)seq);
}

static bool names(const struct value *declaration, const char *id)
{
	const struct value *ids = value_get(declaration, "correctiveEventIDs");

	for (size_t i = 0; id && i < value_count(ids); i++)
		if (value_at(ids, i)->kind == VALUE_TEXT && !strcmp(value_at(ids, i)->text, id))
			return true;
	return false;
}

static void add(struct buf *list, const char *between, const char *text)
{
	buf_printf(list, "%s%s", list->size ? between : "", text ? text : "");
}

static void add_number(struct buf *list, const char *bench, uint64_t seq)
{
	struct value *number = report_number(bench, seq);

	add(list, ", ", number->text);
	value_free(number);
}

static int take_declaration(struct search *search, const struct entry *entry, struct error *err)
{
	struct value *declaration = declaration_read(entry->says, err);

	if (!declaration)
		return -1;
	if (names(declaration, search->id)) {
		add_number(&search->amends, entry->bench,
			   (uint64_t)value_get_int(entry->says, "seq", 0));
		add(&search->why, "; ", value_get_text(declaration, "mse:why"));
	}
	value_free(declaration);
	return 0;
}

static int take(void *ctx, const struct jws *jws, const struct entry *entry, struct error *err)
{
	struct search *search = ctx;
	const struct value *declarations = search->event->declarations;

	(void)jws;
	if (!strcmp(entry->kind, ENTRY_DECLARATION))
		return take_declaration(search, entry, err);
	for (size_t i = 0; i < value_count(declarations); i++)
		if (names(value_at(declarations, i), entry->id)) {
			add_number(&search->superseded, entry->bench, entry->seq);
			break;
		}
	return 0;
}

int report_amended(struct value *report, const char *state, const struct book_event *event,
		   struct error *err)
{
	struct search search = {.id = value_get_text(event->event, "eventID"), .event = event};
	int done;

	buf_init(&search.amends);
	buf_init(&search.why);
	buf_init(&search.superseded);
	done = book_each(state, take, &search, err);
	if (done == 0) {
		report_set(report, "amends", search.amends.data);
		report_set(report, "amends_why", search.why.data);
		report_set(report, "superseded_by", search.superseded.data);
	}
	buf_done(&search.amends);
	buf_done(&search.why);
	buf_done(&search.superseded);
	return done;
}
