/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal, read once: its samples become series by channel, its lines go to the facts. Samples
 * are taken as they stand there; that they are what the bytes say, and breaths what the flow says,
 * is for a replay.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/entry.h"
#include "record/jws.h"
#include "run/audit_parts.h"
#include "run/journal_read.h"

/* Of bench time: thirty years; of a block, whose values are 120,000 at most, an hour. */
#define LATEST SEC(1000000000)
#define LONGEST_SPACING SEC(3600)
/* Wall time that nanoseconds hold, with thirty years to spare. */
#define WALL_MOST (INT64_MAX - LATEST)
/* By so much a bench's clock may be said to be wrong: a day. */
#define ERROR_MOST_MS 86400000

static const double COUNTS_MOST = 1e15;

struct reading {
	struct audited *audited;
	struct audited_facts *facts;
	struct value *findings;
	struct value *identities; /* device to identity */
};

struct value *audited_finding(struct value *findings, const struct audited *audited,
			      const char *flag)
{
	struct value *finding = value_add(findings, value_map());

	value_set_text(finding, "flag", flag);
	value_set_text(finding, "run", audited->run);
	value_set_text(finding, "bundle", audited->bundle);
	value_set_bool(finding, "simulated", audited->simulated);
	return finding;
}

/* ---- lines ---- */

static void take_head(struct audited *audited, const struct value *line)
{
	const struct value *order = value_get(line, "order");
	const char *serial = value_get_text(value_get(order, "dut"), "serial");
	const char *ma = value_get_text(value_get(order, "dut"), "ma");
	const char *clock = value_get_text(order, "clock");
	struct error ignored;

	audited->simulated = value_get_bool(line, "simulated");
	audited->real_time = value_get(line, "wires") && clock && !strcmp(clock, "real");
	audited->slot = value_get_int(order, "slot", 0);
	free(audited->serial);
	audited->serial = xstrdup(serial ? serial : "");
	free(audited->ma);
	audited->ma = xstrdup(ma ? ma : "");
	audited->fixture = fixture_compile(value_get(line, "fixture_data"),
					   value_get(line, "drivers"), "journal", &ignored);
	if (!audited->fixture)
		return;
	audited->series_count = audited->fixture->channel_count;
	audited->series = xcalloc(audited->series_count + 1, sizeof(*audited->series));
	for (size_t i = 0; i < audited->series_count; i++) {
		const struct fixture_channel *channel = &audited->fixture->channel[i];
		struct audited_series *series = &audited->series[i];

		memcpy(series->name, channel->name, sizeof(series->name));
		series->unit = channel->unit;
		series->stamped_here = true;
		series->step = channel->state || channel->breath ? 0 : 2 * channel->resolution;
	}
}

static void take_line(struct reading *reading, const struct journal_item *item)
{
	struct audited *audited = reading->audited;

	if (!strcmp(item->kind, "run") && !reading->facts) {
		take_head(audited, item->line);
		reading->facts = audited_facts_new(audited, reading->findings);
	} else if (!strcmp(item->kind, "anchor")) {
		audited->has_one_clock = !audited->begun_ns;
		if (!audited->begun_ns)
			audited->begun_ns = value_get_int(item->line, "ns", 0);
		if (audited->begun_ns < 0 || audited->begun_ns > WALL_MOST)
			audited->begun_ns = 0;
	} else if (!strcmp(item->kind, "simulated")) {
		audited->simulated = true;
	} else if (!strcmp(item->kind, "device") && value_get_text(item->line, "device")) {
		const char *identity = value_get_text(item->line, "identity");

		value_set_text(reading->identities, value_get_text(item->line, "device"),
			       identity ? identity : "");
	}
	if (reading->facts)
		audited_facts_line(reading->facts, item);
}

/* ---- samples ---- */

/* What is no time and no count is left out: a journal from elsewhere may say anything. */
static void add(struct audited_series *series, nsec time, double value)
{
	if (time < 0 || time > LATEST || !isfinite(value) ||
	    (series->step > 0 && fabs(value / series->step) > COUNTS_MOST))
		return;
	if (series->count == series->room) {
		series->room = series->room ? series->room * 2 : 256;
		series->times = xrealloc(series->times, series->room * sizeof(*series->times));
		series->values = xrealloc(series->values, series->room * sizeof(*series->values));
	}
	series->times[series->count] = time;
	series->values[series->count++] = value;
}

static double real_at(const struct journal_item *item, size_t index)
{
	double real;

	memcpy(&real, item->data + index * sizeof(real), sizeof(real));
	return real;
}

static nsec time_at(const struct journal_item *item, size_t index)
{
	nsec time;

	memcpy(&time, item->data + index * sizeof(time), sizeof(time));
	return time;
}

static void take_entry(struct audited *audited, const struct journal_item *item)
{
	size_t reals = item->size / sizeof(double);
	struct audited_series *series;

	if (item->subject >= audited->series_count)
		return;
	series = &audited->series[item->subject];
	if (item->entry == ENTRY_SAMPLE && reals >= 1) {
		add(series, item->time, real_at(item, 0));
	} else if (item->entry == ENTRY_BLOCK && reals > 3) {
		if (time_at(item, 1) < 0 || time_at(item, 1) > LATEST || time_at(item, 2) < 0 ||
		    time_at(item, 2) > LONGEST_SPACING)
			return;
		series->stamped_here = false;
		for (size_t i = 3; i < reals; i++)
			add(series, time_at(item, 1) + (nsec)(i - 3) * time_at(item, 2),
			    real_at(item, i));
	}
}

/* ---- the whole ---- */

static void name_instruments(struct reading *reading)
{
	struct audited *audited = reading->audited;

	for (size_t i = 0; i < audited->series_count; i++) {
		int device = audited->fixture->channel[i].device;
		const char *name = device >= 0 ? audited->fixture->device[device].name : "";
		const char *identity = value_get_text(reading->identities, name);

		audited->series[i].instrument = xprintf(
			"%s %s.%s %s", audited->simulated ? "simulated" : "real",
			audited->fixture->id, audited->series[i].name, identity ? identity : "");
	}
}

/* Which bench signed its record, and when by its own clock. */
static void take_record(struct audited *audited, const char *path)
{
	struct error none_yet;
	struct entry entry;
	struct jws *record = NULL;
	struct buf text;

	buf_init(&text);
	if (file_exists(path) && file_read(path, JWS_LARGEST, &text, &none_yet) == 0)
		record = entry_parse(&entry, text.data, text.size, path, &none_yet);
	if (record) {
		int64_t at_ms = entry.at.wall.ms;

		free(audited->bench);
		audited->bench = xstrdup(entry.bench);
		audited->recorded_ms = at_ms > 0 && at_ms <= WALL_MOST / 1000000 ? at_ms : 0;
		audited->error_ms = entry.at.error_ms > 0 && entry.at.error_ms <= ERROR_MOST_MS
					    ? entry.at.error_ms
					    : 0;
		entry_done(&entry);
	}
	jws_free(record);
	buf_done(&text);
}

static struct audited *audited_new(const char *folder, const struct audit_origin *origin)
{
	struct audited *audited = xcalloc(1, sizeof(*audited));
	char *own = xprintf("%s/record.json", folder);

	audited->run = xstrdup(strrchr(folder, '/') + 1);
	audited->bundle = origin && origin->bundle ? xstrdup(origin->bundle) : NULL;
	audited->bench = xstrdup("");
	audited->serial = xstrdup("");
	audited->ma = xstrdup("");
	take_record(audited, origin && origin->record ? origin->record : own);
	free(own);
	return audited;
}

struct audited *audited_read(const char *folder, const struct audit_origin *origin,
			     struct value *findings, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(folder, err);
	struct reading reading = {.findings = findings};
	struct journal_item item;
	int more = -1;

	if (!reader)
		return NULL;
	reading.audited = audited_new(folder, origin);
	reading.identities = value_map();
	while ((more = journal_reader_next(reader, &item, err)) > 0) {
		if (!item.kind) {
			take_entry(reading.audited, &item);
			continue;
		}
		if (item.time < 0 || item.time > LATEST) {
			more = error_set(err, ERROR_DEVICE, "a line's time is %.0f s",
					 nsec_seconds(item.time));
			break;
		}
		reading.audited->end = item.time;
		take_line(&reading, &item);
	}
	if (more == 0 && reading.facts) {
		name_instruments(&reading);
		audited_facts_end(reading.facts, reading.audited);
	} else if (more == 0) {
		more = error_set(err, ERROR_USAGE, "it was cut short before it began");
	}
	journal_reader_head(reader, reading.audited->head);
	audited_facts_free(reading.facts);
	value_free(reading.identities);
	journal_reader_close(reader);
	fixture_free(reading.audited->fixture);
	reading.audited->fixture = NULL;
	if (more == 0)
		return reading.audited;
	audited_free(reading.audited);
	return NULL;
}

void audited_free(struct audited *audited)
{
	if (!audited)
		return;
	for (size_t i = 0; i < audited->series_count; i++) {
		free(audited->series[i].instrument);
		free(audited->series[i].times);
		free(audited->series[i].values);
	}
	fixture_free(audited->fixture);
	free(audited->series);
	free(audited->serial);
	free(audited->ma);
	free(audited->bench);
	free(audited->bundle);
	free(audited->run);
	free(audited);
}
