/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lot_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "record/event.h"
#include "record/lot.h"
#include "record/store_entry.h"
#include "tests/claims.h"

enum { UNITS = 60 };
#define PLACE "https://lab.example/bench/B07/fixture/f/slot/1"

static struct value *said_so(struct lot_rig *rig, const char *text)
{
	char *json = xstrdup(text);
	struct value *value;

	for (char *c = json; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_parse(json, strlen(json), "claim", &rig->people.err);
	if (!value)
		CU_FAIL_FATAL(rig->people.err.text);
	free(json);
	return value;
}

uint64_t lot_rig_ask(struct lot_rig *rig, const char *kind, const char *says, const char *list)
{
	struct value *request = value_map();

	value_set_text(request, "kind", kind);
	value_set(request, "says", said_so(rig, says));
	if (list)
		value_set_text(request, "path",
			       record_rig_write(rig->outside, "units.txt", list, 0644));
	return people_ask(&rig->people, request);
}

void lot_rig_open(struct lot_rig *rig)
{
	struct buf list;

	*rig = (struct lot_rig){.outside = record_rig_new()};
	people_open(&rig->people);
	buf_init(&list);
	for (int i = UNITS; i >= 1; i--)
		buf_printf(&list, "B-%02d\r\n", i);
	if (!lot_rig_ask(rig, ENTRY_LOT,
			 "{'lot':'L1','n':3,'c':1,'spare':2,'dut':{'ma':'MFC1'},"
			 "'protocols':['gas.methane'],'by':'0021'}",
			 list.data))
		CU_FAIL_FATAL(rig->people.err.text);
	buf_done(&list);
}

void lot_rig_close(struct lot_rig *rig)
{
	lot_standing_free(rig->standing);
	people_close(&rig->people);
	record_rig_free(rig->outside);
}

void lot_rig_draw(struct lot_rig *rig)
{
	if (!lot_rig_ask(
		    rig, ENTRY_DRAW,
		    "{'lot':'L1','rolls':'3162316231623162316231625','witness':'W','by':'0021'}",
		    NULL))
		CU_FAIL_FATAL(rig->people.err.text);
	rig->people.now.wall.ms += 60000;
}

struct lot_standing *lot_rig_lot(struct lot_rig *rig, const char *name)
{
	struct bench_log *log = rig->people.log;
	struct run_brackets *brackets = run_brackets_new();
	struct lot_standing *lot = lot_standing_new(name, bench_log_base(log), brackets);

	for (uint64_t seq = 1; seq <= bench_log_count(log); seq++) {
		struct store_entry found;

		if (store_entry_get(bench_log_store(log), seq, &found, &rig->people.err) < 0)
			CU_FAIL_FATAL(rig->people.err.text);
		CU_ASSERT_EQUAL(run_brackets_take(brackets, &found.entry, &rig->people.err), 0);
		CU_ASSERT_EQUAL(lot_standing_take(lot, &found.entry, &rig->people.err), 0);
		store_entry_done(&found);
	}
	run_brackets_free(brackets);
	return lot;
}

const struct lot_standing *lot_rig_look(struct lot_rig *rig)
{
	lot_standing_free(rig->standing);
	rig->standing = lot_rig_lot(rig, "L1");
	return rig->standing;
}

const char *lot_rig_unit(struct lot_rig *rig, size_t at)
{
	const struct value *draw = lot_standing_draw(lot_rig_look(rig));
	const struct value *tested = value_get(draw, "tested");

	return at < value_count(tested)
		       ? value_at(tested, at)->text
		       : value_at(value_get(draw, "kept"), at - value_count(tested))->text;
}

enum lot_verdict lot_rig_verdict(struct lot_rig *rig)
{
	struct lot_outcome outcome;

	lot_standing_outcome(lot_rig_look(rig), &outcome);
	return outcome.verdict;
}

static struct value *describe_check(const struct lot_rig *rig, uint64_t seq)
{
	struct value *named = value_map();
	struct store_entry check;
	char hex[HASH_HEX_SIZE];
	struct error err;

	if (store_entry_get(bench_log_store(rig->people.log), seq, &check, &err) < 0)
		CU_FAIL_FATAL(err.text);
	entry_digest(&check.entry, hex);
	value_set_int(named, "seq", (int64_t)seq);
	value_set_text(named, "id", check.entry.id);
	value_set_text(named, "sha256", hex);
	store_entry_done(&check);
	return named;
}

static struct value *describe_run(const struct lot_rig *rig, const struct lot_run *run)
{
	struct wall_time began = {.ms = rig->people.now.wall.ms - run->began_ms};
	struct value *says = value_map();
	char time[WALL_TIME_SIZE];

	wall_time_write(&began, time);
	value_set(says, "run",
		  value_printf("run-%llu", (unsigned long long)bench_log_count(rig->people.log)));
	value_set_text(says, "protocol", run->protocol ? run->protocol : "gas.methane");
	value_set_text(says, "verdict", run->verdict);
	value_set_bool(says, "simulated", run->is_simulated);
	value_set_bool(says, "controlled", run->is_controlled);
	value_set_text(says, "began", time);
	if (run->is_bracketed || run->is_check) {
		struct value *told =
			value_set(says, run->is_check ? "checks" : "bracket", value_map());

		value_set_text(told, "by", "gas.check");
		value_set_text(told, "place", PLACE);
		value_set_text(told, "fixture", "d1");
		if (run->names)
			value_set(told, "check", describe_check(rig, run->names));
	}
	if (run->voids)
		value_set_text(value_set(says, "retest", value_map()), "voids", run->voids);
	return says;
}

static uint64_t record_run(struct lot_rig *rig, const char *uri, const struct lot_run *run)
{
	struct people *people = &rig->people;
	const char *const subjects[] = {uri, run->is_bracketed ? PLACE : NULL, NULL};
	struct bench_entry entry = {.kind = ENTRY_EVENT,
				    .is_measured = true,
				    .is_simulated = run->is_simulated,
				    .subjects = subjects};
	struct value *says = describe_run(rig, run), *event, *transaction;
	char id[EVENT_ID_TEXT_SIZE];

	bench_log_name(people->log, &people->now, id);
	event = event_new(LIFE_INSPECTING, id, &people->now.wall, uri);
	event_extend(event, "run", says);
	transaction = value_add(value_set(event, "bizTransactionList", value_list()), value_map());
	value_set_text(transaction, "type", "testres");
	value_set(
		transaction, "bizTransaction",
		value_printf("%srun/%s", bench_log_base(people->log), value_get_text(says, "run")));
	entry.says = event;
	people->last.text.size = 0;
	if (bench_log_append(people->log, &entry, &people->now, &people->last, &people->err) < 0)
		CU_FAIL_FATAL(people->err.text);
	people->now.wall.ms += 60000;
	value_free(says);
	value_free(event);
	return people->last.seq;
}

uint64_t lot_rig_run(struct lot_rig *rig, size_t unit, const struct lot_run *run)
{
	uint64_t seq;
	struct buf uri;

	buf_init(&uri);
	event_identity(&uri, bench_log_base(rig->people.log), "MFC1",
		       run->serial ? run->serial : lot_rig_unit(rig, unit));
	seq = record_run(rig, uri.data, run);
	buf_done(&uri);
	return seq;
}

uint64_t lot_rig_check(struct lot_rig *rig, const char *verdict)
{
	return record_run(rig, PLACE,
			  &(struct lot_run){.verdict = verdict,
					    .protocol = "gas.check",
					    .is_check = true,
					    .is_controlled = true});
}

uint64_t lot_rig_run_class(struct lot_rig *rig, const char *class, const char *serial,
			   const struct lot_run *run)
{
	uint64_t seq;
	struct buf uri;

	buf_init(&uri);
	event_class_identity(&uri, bench_log_base(rig->people.log), class, serial);
	seq = record_run(rig, uri.data, run);
	buf_done(&uri);
	return seq;
}
