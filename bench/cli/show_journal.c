/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal for human eyes: one row per line or entry, bench time in seconds first. Lines stay the JSON
 * that was hashed; entries get the names that the fixture in the journal's own head gives to ports,
 * channels and lines, bytes as hex, samples in their channel's unit.
 */
#include "cli/show_journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "run/breath_channel.h"
#include "run/fixture.h"
#include "run/journal_read.h"

struct printing {
	FILE *out;
	struct fixture *fixture; /* or NULL, before the head and in a journal without one */
};

static void print_text_line(struct printing *printing, const struct journal_item *item)
{
	char *text = xstrdup(item->text);

	columns_clean(text);
	fprintf(printing->out, "%14.6f  %s\n", nsec_seconds(item->time), text);
	free(text);
	if (strcmp(item->kind, "run") != 0 || printing->fixture)
		return;
	struct error ignored;

	printing->fixture = fixture_compile(value_get(item->line, "fixture_data"),
					    value_get(item->line, "drivers"), "journal", &ignored);
}

/* ---- entries ---- */

static const char *subject_name(const struct printing *printing, const struct journal_item *item)
{
	const struct fixture *fixture = printing->fixture;

	if (!fixture)
		return "?";
	switch (item->entry) {
	case ENTRY_SENT:
	case ENTRY_RECEIVED:
	case ENTRY_STRAY:
	case ENTRY_STREAMED:
		return item->subject < fixture->port_count ? fixture->port[item->subject].name
							   : "?";
	case ENTRY_SAMPLE:
	case ENTRY_BLOCK:
	case ENTRY_LISTEN:
	case ENTRY_BREATH:
		return item->subject < fixture->channel_count ? fixture->channel[item->subject].name
							      : "?";
	case ENTRY_EDGE:
	case ENTRY_PULSE:
	case ENTRY_SET:
		break;
	}
	return item->subject < fixture->line_count ? fixture->line[item->subject].name : "?";
}

static void print_bytes(FILE *out, const struct journal_item *item)
{
	for (size_t i = 0; i < item->size; i++)
		fprintf(out, "%s%02X", i ? " " : "", item->data[i]);
	fprintf(out, "  |");
	for (size_t i = 0; i < item->size; i++)
		fputc(item->data[i] >= ' ' && item->data[i] < 0x7f ? item->data[i] : '.', out);
	fputc('|', out);
}

static double real_at(const struct journal_item *item, size_t index)
{
	double real = 0;

	if (item->size >= (index + 1) * sizeof(real))
		memcpy(&real, item->data + index * sizeof(real), sizeof(real));
	return real;
}

static void print_sample(const struct printing *printing, const struct journal_item *item)
{
	const struct fixture *fixture = printing->fixture;

	if (fixture && item->subject < fixture->channel_count) {
		const struct unit *unit = &fixture->channel[item->subject].unit;

		fprintf(printing->out, "%.9g %s", unit_from_si(unit, real_at(item, 0)),
			unit->symbol);
	} else {
		fprintf(printing->out, "%.9g", real_at(item, 0));
	}
}

static nsec time_at(const struct journal_item *item, size_t index)
{
	nsec time = 0;

	if (item->size >= (index + 1) * sizeof(time))
		memcpy(&time, item->data + index * sizeof(time), sizeof(time));
	return time;
}

/* "100 from 12.005 s every 0.005 s: 1.5 1.6 … Pa" */
static void print_block(const struct printing *printing, const struct journal_item *item)
{
	static const struct unit BARE = {.scale = 1};
	const struct fixture *fixture = printing->fixture;
	size_t count = item->size / sizeof(double);
	const struct unit *unit = fixture && item->subject < fixture->channel_count
					  ? &fixture->channel[item->subject].unit
					  : &BARE;

	fprintf(printing->out, "%zu from %.9g s", count > 3 ? count - 3 : 0,
		nsec_seconds(time_at(item, 1)));
	if (time_at(item, 2))
		fprintf(printing->out, " every %.9g s", nsec_seconds(time_at(item, 2)));
	fputc(':', printing->out);
	for (size_t i = 3; i < count; i++)
		fprintf(printing->out, " %.9g", unit_from_si(unit, real_at(item, i)));
	fprintf(printing->out, " %s", unit->symbol);
}

static void print_breath(const struct printing *printing, const struct journal_item *item)
{
	struct breath_entry entry;
	struct bench_sample sample;

	if (item->size != sizeof(entry))
		return;
	memcpy(&entry, item->data, sizeof(entry));
	if (breath_entry_sample(&entry, &sample))
		print_sample(printing, item);
	else
		fputs("lost", printing->out);
	fprintf(printing->out, ", from %.6f s to %.6f s", nsec_seconds(entry.begin),
		nsec_seconds(entry.end));
}

static void print_level(const struct printing *printing, const struct journal_item *item)
{
	const struct fixture *fixture = printing->fixture;
	bool level = item->size > 0 && item->data[0];

	if (fixture && item->subject < fixture->line_count)
		fputs(fixture_level_name(&fixture->line[item->subject], level), printing->out);
	else
		fputs(level ? "1" : "0", printing->out);
}

static void print_entry(const struct printing *printing, const struct journal_item *item)
{
	static const char *const NAMES[] = {
		[ENTRY_SENT] = "sent",	   [ENTRY_RECEIVED] = "received", [ENTRY_STRAY] = "stray",
		[ENTRY_SAMPLE] = "sample", [ENTRY_EDGE] = "edge",	  [ENTRY_PULSE] = "pulse",
		[ENTRY_SET] = "set",	   [ENTRY_STREAMED] = "streamed", [ENTRY_BLOCK] = "block",
		[ENTRY_LISTEN] = "listen", [ENTRY_BREATH] = "breath"};

	fprintf(printing->out, "%14.6f  %-8s %-12s ", nsec_seconds(item->time), NAMES[item->entry],
		subject_name(printing, item));
	switch (item->entry) {
	case ENTRY_SENT:
	case ENTRY_RECEIVED:
	case ENTRY_STRAY:
	case ENTRY_STREAMED:
		print_bytes(printing->out, item);
		break;
	case ENTRY_SAMPLE:
		print_sample(printing, item);
		break;
	case ENTRY_BLOCK:
		print_block(printing, item);
		break;
	case ENTRY_LISTEN:
		fputs(item->size > 0 && item->data[0] ? "begins" : "ends", printing->out);
		break;
	case ENTRY_BREATH:
		print_breath(printing, item);
		break;
	case ENTRY_EDGE:
	case ENTRY_SET:
		print_level(printing, item);
		break;
	case ENTRY_PULSE:
		fprintf(printing->out, "%.9g Hz, shortest high %.6g s, low %.6g s",
			real_at(item, 0), real_at(item, 2), real_at(item, 3));
		break;
	}
	fputc('\n', printing->out);
}

int show_journal(const char *folder, FILE *out, struct error *err)
{
	struct printing printing = {.out = out};
	struct journal_reader *reader = journal_reader_open(folder, err);
	struct journal_item item;
	int more = -1;

	while (reader && (more = journal_reader_next(reader, &item, err)) > 0 && !ferror(out)) {
		if (item.kind)
			print_text_line(&printing, &item);
		else
			print_entry(&printing, &item);
	}
	fixture_free(printing.fixture);
	journal_reader_close(reader);
	return more < 0 ? -1 : 0;
}
