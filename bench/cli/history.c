/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A specimen is what stands in an event's epcList. Two with one serial number, of two certificates or classes, are shown
 * together: which of them was meant is seen in the column of the specimen.
 */
#include "cli/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "cli/book.h"
#include "cli/bracketed.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/identified.h"
#include "cli/words.h"
#include "record/event.h"
#include "record/signing.h"

static const struct {
	struct words number, what, became, at, specimen, declared;
} TEXTS = {
	.number = {"record", "记录"},
	.what = {"run or step", "检验或环节"},
	.became = {"verdict, and what became of it", "判定及其后处置"},
	.at = {"at", "时间"},
	.specimen = {"specimen", "样品"},
	.declared = {"declared wrong", "已声明有误"},
};

/* ---- which ---- */

/* Of this serial number, or this identity? */
static bool is_of(const char *uri, const char *name)
{
	struct buf serial;
	bool same;

	buf_init(&serial);
	same = event_serial(&serial, uri) && spelling_same(serial.data, name);
	buf_done(&serial);
	return same || !strcmp(uri, name);
}

static bool is_wanted(void *name, const struct entry *entry)
{
	const struct value *equipment = value_get(entry->says, "epcList");

	for (size_t i = 0; i < value_count(equipment); i++)
		if (is_of(value_at(equipment, i)->text, name))
			return true;
	return false;
}

static bool is_same(void *uri, const struct entry *entry)
{
	const struct value *equipment = value_get(entry->says, "epcList");

	for (size_t i = 0; i < value_count(equipment); i++)
		if (!strcmp(value_at(equipment, i)->text, uri))
			return true;
	return false;
}

/* ---- what ---- */

static void set_acts(struct value *one, const struct jws *jws)
{
	for (size_t i = 0; i < jws_count(jws); i++) {
		struct jws_act act = jws_act(jws, i);
		enum meaning meaning = meaning_find(act.meaning);
		struct value *said;

		if (meaning != MEANING_VOIDED && meaning != MEANING_REJECTED)
			continue;
		said = value_set(one, act.meaning, value_map());
		value_set_text(said, "by", act.person);
		value_set_text(said, "at", act.time);
		value_set_text(said, "why", value_get_text(act.more, "why"));
	}
}

static void set_declared(struct value *one, const struct value *declarations)
{
	struct value *list;

	if (!value_count(declarations))
		return;
	list = value_set(one, "declared", value_list());
	for (size_t i = 0; i < value_count(declarations); i++) {
		const struct value *declaration = value_at(declarations, i);
		struct value *said = value_add(list, value_map());

		value_set_text(said, "reason", value_get_text(declaration, "reason"));
		value_set_text(said, "by", value_get_text(declaration, "mse:declaredBy"));
		value_set_text(said, "at", value_get_text(declaration, "declarationTime"));
		value_set_text(said, "why", value_get_text(declaration, "mse:why"));
	}
}

static void set_identity(struct value *one, const struct value *event)
{
	struct value *identity = event_extension(event, "identity");

	value_set_text(one, "identity", value_get_text(identity, "outcome"));
	value_free(identity);
}

/* Of several pieces of equipment, as of a sample, the one that was asked for. */
static const char *specimen_in(const struct value *event, const char *name)
{
	const struct value *equipment = value_get(event, "epcList");

	for (size_t i = 0; i < value_count(equipment); i++)
		if (is_of(value_at(equipment, i)->text, name))
			return value_at(equipment, i)->text;
	return value_at(equipment, 0)->text;
}

static void describe(struct value *one, const struct book_event *event,
		     const struct run_brackets *brackets, const char *name)
{
	static const char *const OF_RUN[] = {"run", "protocol", "verdict"};
	const char *step = value_get_text(event->event, "bizStep");
	struct value *run = event_extension(event->event, "run");

	value_set_int(one, "seq", (int64_t)event->seq);
	value_set_text(one, "step", step);
	value_set_text(one, "specimen", specimen_in(event->event, name));
	value_set_text(one, "at", value_get_text(event->event, "eventTime"));
	for (size_t i = 0; run && i < sizeof(OF_RUN) / sizeof(*OF_RUN); i++)
		value_set_text(one, OF_RUN[i], value_get_text(run, OF_RUN[i]));
	if (run)
		value_set_bool(one, "simulated", value_get_bool(run, "simulated"));
	value_free(run);
	set_identity(one, event->event);
	bracketed_set(one, brackets, event->seq);
	set_acts(one, event->jws);
	set_declared(one, event->declarations);
}

/* The whole log is gone through for checks only where a run asks for them. */
static int read_brackets(const char *state, const struct book_events *events,
			 struct run_brackets **brackets, struct error *err)
{
	bool asks = false;

	for (size_t i = 0; i < events->count; i++)
		asks |= bracketed_asks(events->at[i].event);
	*brackets = asks ? bracketed_read(state, err) : NULL;
	return asks && !*brackets ? -1 : 0;
}

static struct value *history(const char *state, book_wanted_fn *wanted, char *name,
			     struct error *err)
{
	struct book_events events;
	struct run_brackets *brackets = NULL;
	struct value *list = NULL;

	if (book_events(state, wanted, name, &events, err) == 0 &&
	    read_brackets(state, &events, &brackets, err) == 0) {
		list = value_list();
		for (size_t i = events.count; i > 0; i--)
			describe(value_add(list, value_map()), &events.at[i - 1], brackets, name);
	}
	run_brackets_free(brackets);
	book_events_done(&events);
	return list;
}

struct value *history_of_specimen(const char *state, const char *serial, struct error *err)
{
	char *name = xstrdup(serial);
	struct value *list = history(state, is_wanted, name, err);

	free(name);
	return list;
}

struct value *history_of_record(const char *state, uint64_t seq, struct error *err)
{
	struct value *list = NULL;
	struct book_event event;
	char number[24], *uri;

	snprintf(number, sizeof(number), "%llu", (unsigned long long)seq);
	if (book_event(state, number, &event, err) < 0)
		return NULL;
	uri = xstrdup(value_at(value_get(event.event, "epcList"), 0)->text);
	list = history(state, is_same, uri, err);
	free(uri);
	book_event_done(&event);
	return list;
}

const struct value *history_at(const struct value *history, uint64_t seq)
{
	for (size_t i = 0; i < value_count(history); i++)
		if (value_get_int(value_at(history, i), "seq", 0) == (int64_t)seq)
			return value_at(history, i);
	return NULL;
}

struct value *history_before(const struct value *history, uint64_t seq)
{
	bool simulated = value_get_bool(history_at(history, seq), "simulated");
	struct value *list = value_list();

	for (size_t i = value_count(history); i > 0; i--) {
		const struct value *one = value_at(history, i - 1);

		if (value_get_text(one, "run") && value_get_int(one, "seq", 0) < (int64_t)seq &&
		    value_get_bool(one, "simulated") == simulated)
			value_add(list, value_copy(one));
	}
	return list;
}

/* ---- shown ---- */

static void add_said(struct buf *out, const char *what, const char *more, const struct value *said)
{
	const char *by = value_get_text(said, "by"), *at = value_get_text(said, "at");
	const char *why = value_get_text(said, "why");

	buf_printf(out, "%s%s %s", out->size ? "; " : "", what, more);
	buf_printf(out, " (%s) %.10s", by ? by : "?", at ? at : "");
	if (why)
		buf_printf(out, ": %s", why);
}

void history_fate(struct buf *out, const struct value *one)
{
	static const enum meaning SAID[] = {MEANING_REJECTED, MEANING_VOIDED};
	const char *verdict = value_get_text(one, "verdict");
	const struct value *declared = value_get(one, "declared");

	if (verdict)
		figure_verdict(out, verdict);
	bracketed_add(out, value_get(one, "bracket"));
	identified_outcome(out, value_get_text(one, "identity"));
	for (size_t i = 0; i < sizeof(SAID) / sizeof(*SAID); i++) {
		const struct value *said = value_get(one, meaning_name(SAID[i]));

		if (said)
			add_said(out, meaning_name(SAID[i]), meaning_title(SAID[i]), said);
	}
	for (size_t i = 0; i < value_count(declared); i++)
		add_said(out, say(TEXTS.declared), value_get_text(value_at(declared, i), "reason"),
			 value_at(declared, i));
}

/* An identity without what all identities of a bench begin with: "MA/MFC1/SN/7". */
static const char *short_of(const char *uri)
{
	const char *found = strstr(uri, "/eq/"), *next;

	while (found && (next = strstr(found + 1, "/eq/")))
		found = next;
	return found ? found + strlen("/eq/") : uri;
}

void history_what(struct buf *out, const struct value *one)
{
	const char *run = value_get_text(one, "run"), *step = value_get_text(one, "step");
	enum life_step life = life_step_of(step);

	if (run)
		buf_add_text(out, run);
	else
		buf_printf(out, "%s %s", life ? life_step_name(life) : step,
			   life ? life_step_title(life) : "");
}

static void add_row(struct table *table, const struct value *one)
{
	struct buf what, became, specimen;
	char number[24];

	buf_init(&what);
	buf_init(&became);
	buf_init(&specimen);
	snprintf(number, sizeof(number), "%lld", (long long)value_get_int(one, "seq", 0));
	history_what(&what, one);
	figure_provenance(&became, value_get_bool(one, "simulated"));
	history_fate(&became, one);
	event_readable(&specimen, short_of(value_get_text(one, "specimen")));
	columns_clean(became.data);
	table_add(table, (const char *const[]){number, what.data, value_get_text(one, "at"),
					       became.data, specimen.data});
	buf_done(&what);
	buf_done(&became);
	buf_done(&specimen);
}

void history_print(const struct value *history)
{
	struct table *table = table_new(5);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.number), say(TEXTS.what), say(TEXTS.at),
					       say(TEXTS.became), say(TEXTS.specimen)});
	for (size_t i = 0; i < value_count(history); i++)
		add_row(table, value_at(history, i));
	if (value_count(history))
		table_print(table, 2, stdout);
	table_free(table);
}
