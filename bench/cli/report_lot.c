/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report_lot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/listed.h"
#include "cli/lot_book.h"
#include "cli/lot_show.h"
#include "cli/report_laboratory.h"
#include "cli/request.h"
#include "cli/sampling_form.h"
#include "cli/words.h"
#include "record/event.h"
#include "record/lot.h"
#include "record/wall_time.h"
#include "run/registered.h"

static const struct {
	struct words no_form, no_day, kernel, dice;
} TEXTS = {
	.no_form = {"record %llu is no sampling form; `davy record collecting --form …` makes one",
		    "记录 %llu 不是抽样单;用 `davy record collecting --form …` 登记"},
	.no_day = {"a day is YYYY-MM-DD, and '%.20s' is none", "日期为 YYYY-MM-DD,'%.20s' 不是"},
	.kernel = {"the kernel's random numbers", "内核随机数"},
	.dice = {"rolls of a die before %s", "掷骰,见证人 %s"},
};

static void set_joined(struct value *map, const char *key, const struct value *list)
{
	char *text = listed_joined(list);

	report_set(map, key, text);
	free(text);
}

static void set_count(struct value *map, const char *key, const struct value *from)
{
	value_set_int(map, key, value_get_int(from, key, 0));
}

/* ---- lots ---- */

static void add_lot(struct value *facts, const struct value *told)
{
	const struct value *says = value_get(told, "says"), *dut = value_get(says, "dut");
	const struct value *file = value_get(says, "file");
	struct value *map = value_set(facts, "lot", value_map());

	report_set(map, "name", listed_text(says, "lot"));
	set_count(map, "units", says);
	set_count(map, "n", says);
	set_count(map, "c", says);
	set_count(map, "spare", says);
	report_set(map, "list", listed_text(file, "name"));
	report_set(map, "list_sha256", listed_text(file, "sha256"));
	set_joined(map, "protocols", value_get(says, "protocols"));
	report_set(map, "ma", value_get_text(dut, "ma"));
	report_set(map, "class", value_get_text(dut, "class"));
	report_set(map, "by", listed_text(says, "by"));
	report_set(map, "power", value_get_text(told, "power"));
}

static void add_outcome(struct value *facts, const struct value *told)
{
	struct value *map = value_set(facts, "outcome", value_map());
	const char *word = value_get_text(told, "verdict");

	report_set(map, "word", word);
	for (int i = LOT_UNDECIDED; i <= LOT_REJECT; i++)
		if (word && !strcmp(word, lot_verdict_name((enum lot_verdict)i)))
			report_set(map, "zh", lot_verdict_title((enum lot_verdict)i));
	set_count(map, "fails", told);
	set_count(map, "undecided", told);
	set_count(map, "uncontrolled", told);
	value_set_bool(map, "recorded", value_count(value_get(told, "recorded")) > 0);
}

static void add_draws(struct value *facts, const struct value *draws)
{
	struct value *list = value_set(facts, "draws", value_list());

	for (size_t i = 0; i < value_count(draws); i++) {
		const struct value *says = value_get(value_at(draws, i), "says");
		bool is_rolled = !strcmp(listed_text(says, "source"), DRAW_FROM_DICE);
		char *source = is_rolled ? xprintf(say(TEXTS.dice), listed_text(says, "witness"))
					 : xstrdup(say(TEXTS.kernel));
		struct value *one = value_add(list, value_map());

		set_count(one, "draw", says);
		set_count(one, "seq", value_at(draws, i));
		report_set_time(one, "at", value_get_text(value_at(draws, i), "at"));
		report_set(one, "source", source);
		report_set(one, "seed", listed_text(says, "seed"));
		report_set(one, "why", value_get_text(says, "why"));
		report_set(one, "by", listed_text(says, "by"));
		set_joined(one, "tested", value_get(says, "tested"));
		set_joined(one, "kept", value_get(says, "kept"));
		free(source);
	}
}

static void add_unit_runs(struct value *unit, const struct value *runs)
{
	struct value *list = value_set(unit, "runs", value_list());

	for (size_t i = 0; i < value_count(runs); i++) {
		const struct value *run = value_at(runs, i);
		const char *why = value_get_text(run, "why");
		struct value *one = value_add(list, value_map());

		report_set(one, "run", value_get_text(run, "run"));
		report_set(one, "protocol", value_get_text(run, "protocol"));
		set_count(one, "seq", run);
		value_set(one, "verdict", report_verdict(value_get_text(run, "verdict"), NULL));
		report_set(one, "why", why ? lot_show_reason(why) : NULL);
	}
}

static void add_units(struct value *facts, const struct value *units)
{
	struct value *list = value_set(facts, "units", value_list());

	for (size_t i = 0; i < value_count(units); i++) {
		const struct value *unit = value_at(units, i);
		struct value *one = value_add(list, value_map());

		report_set(one, "unit", value_get_text(unit, "unit"));
		report_set(one, "part", value_get_text(unit, "part"));
		set_count(one, "draw", unit);
		report_set(one, "seal", value_get_text(unit, "seal"));
		report_set(one, "kept_at", value_get_text(unit, "kept_at"));
		value_set(one, "verdict", report_verdict(value_get_text(unit, "verdict"), NULL));
		add_unit_runs(one, value_get(unit, "runs"));
	}
}

static void add_retests(struct value *facts, const struct value *retests)
{
	static const char *const MEMBERS[] = {"unit", "why", "by", "seal"};
	struct value *list = value_set(facts, "retests", value_list());

	for (size_t i = 0; i < value_count(retests); i++) {
		const struct value *says = value_get(value_at(retests, i), "says");
		struct value *one = value_add(list, value_map());

		for (size_t k = 0; k < sizeof(MEMBERS) / sizeof(MEMBERS[0]); k++)
			report_set(one, MEMBERS[k], value_get_text(says, MEMBERS[k]));
		value_set(one, "verdict",
			  report_verdict(value_get_text(value_at(retests, i), "verdict"), NULL));
	}
}

/* The record of its last verdict, with all that was signed since; else that which began the lot, which nobody signs. */
static int record_of(const char *state, const struct value *told, struct book_event *record,
		     struct error *err)
{
	const struct value *recorded = value_get(told, "recorded");
	const struct value *last = value_at(recorded, value_count(recorded) - 1);
	char number[32];

	if (!last)
		return book_record(state, (uint64_t)value_get_int(told, "seq", 0), record, err);
	snprintf(number, sizeof(number), "%lld", (long long)value_get_int(last, "seq", 0));
	return book_event(state, number, record, err);
}

static void add_lot_facts(struct value *facts, const struct value *told)
{
	add_lot(facts, told);
	add_outcome(facts, told);
	add_draws(facts, value_get(told, "draws"));
	add_units(facts, value_get(told, "units"));
	add_retests(facts, value_get(told, "retests"));
}

struct value *report_lot_facts(const char *state, const char *name, const struct report_wish *wish,
			       struct error *err)
{
	struct lot_standing *lot = lot_book_find(state, name, err);
	struct value *told = lot ? lot_show_describe(lot) : NULL, *facts = value_map();
	struct book_event record = {0};
	int done = told ? record_of(state, told, &record, err) : -1;

	if (done == 0)
		done = report_record_facts(facts, state, &record, wish, err);
	if (done == 0)
		add_lot_facts(facts, told);
	book_event_done(&record);
	value_free(told);
	lot_standing_free(lot);
	if (done == 0)
		return facts;
	value_free(facts);
	return NULL;
}

/* ---- sampling forms ---- */

static void add_equipment(struct value *facts, const struct value *uris)
{
	struct value *list = value_set(facts, "equipment", value_list());

	for (size_t i = 0; i < value_count(uris); i++) {
		struct value *one = value_add(list, value_map());
		struct buf serial;

		buf_init(&serial);
		report_set(one, "identity", value_at(uris, i)->text);
		report_set(one, "serial",
			   event_serial(&serial, value_at(uris, i)->text) ? serial.data : NULL);
		buf_done(&serial);
	}
}

/* Those who signed in this role, in their order. */
static void add_signed(struct value *facts, const char *name, const char *role)
{
	const struct value *signatures = value_get(facts, "signatures");
	struct value *list = value_set(facts, name, value_list());

	for (size_t i = 0; i < value_count(signatures); i++) {
		const char *own = value_get_text(value_at(signatures, i), "role");

		if (own && !strcmp(own, role))
			value_add(list, value_copy(value_at(signatures, i)));
	}
}

struct value *report_sampling_facts(const char *state, const struct book_event *event,
				    const struct report_wish *wish, struct error *err)
{
	struct value *sampling = event_extension(event->event, "says"), *facts = value_map();
	const struct value *form = value_get(sampling, "form");
	int done = form ? report_record_facts(facts, state, event, wish, err)
			: error_set(err, ERROR_USAGE, say(TEXTS.no_form),
				    (unsigned long long)event->seq);

	if (done == 0) {
		value_set(facts, "form", sampling_form_fields(form));
		add_equipment(facts, value_get(event->event, "epcList"));
		add_signed(facts, "samplers", "sampler");
		add_signed(facts, "witnesses", "witness");
		report_set(facts, "lot", value_get_text(sampling, "lot"));
		set_count(facts, "draw", sampling);
	}
	value_free(sampling);
	if (done == 0)
		return facts;
	value_free(facts);
	return NULL;
}

/* ---- certificates ---- */

static void add_certificates(struct value *facts, const struct value *entries, const char *day)
{
	static const char *const MEMBERS[] = {
		"instrument", "quantity", "value", "unit",	 "expanded", "k",   "certificate",
		"due",	      "serial",	  "maker", "laboratory", "gbw",	     "lot", NULL};
	struct value *list = value_set(facts, "certificates", value_list());
	int64_t out = 0;

	for (size_t i = 0; i < value_count(entries); i++) {
		const struct value *says = value_get(value_at(entries, i), "says");
		const char *due = listed_text(says, "due");
		struct value *one = value_add(list, value_map());
		bool is_out = strcmp(due, day) < 0;

		for (const char *const *name = MEMBERS; *name; name++)
			report_set(one, *name, value_get_text(says, *name));
		set_count(one, "seq", value_at(entries, i));
		value_set_bool(one, "out_of_date", is_out);
		value_set_int(one, "days_left", is_out ? 0 : listed_days(day, due));
		out += is_out;
	}
	value_set_int(facts, "out_of_date", out);
}

struct value *report_due_facts(const char *state, const char *day, const struct report_wish *wish,
			       struct error *err)
{
	struct value *facts = value_map(), *answer, *entries, *report;
	struct wall_time ignored;
	char today[LISTED_DAY_SIZE];

	listed_today(today);
	if (day && wall_time_parse_day(&ignored, day, 0, err) < 0) {
		error_set(err, ERROR_USAGE, say(TEXTS.no_day), day);
		goto failed;
	}
	answer = request_register(state, err);
	if (!answer)
		goto failed;
	entries = registered_newest(value_get(answer, "calibrations"));
	add_certificates(facts, entries, day ? day : today);
	report_set(facts, "day", day ? day : today);
	report = value_set(facts, "report", value_map());
	report_set(report, "number", wish->number);
	value_free(entries);
	value_free(answer);
	if (report_laboratory(state, value_set(facts, "lab", value_map()), err) == 0)
		return facts;
failed:
	value_free(facts);
	return NULL;
}
