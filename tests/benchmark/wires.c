/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went over the wires of a run, out of its journal: the entries carry the time at which each frame
 * was complete, so where it began follows from its size and the line's settings.
 *
 * The wire's limit is what Modbus leaves: the characters of question and answer, a silence before the
 * question, and the time that the device takes for itself. An exchange is a question with an answer; a
 * time in which nobody wanted the line counts as unused, so only a channel that is polled without a
 * pause says anything about the line.
 */
#include "tests/benchmark/wires.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/serial.h"
#include "run/journal_read.h"
#include "tests/benchmark/figures.h"

enum { WIRES_MOST = 16 };

struct wire {
	struct serial_settings settings;
	long exchanges, violated;
	bool asked;
	nsec begun, last; /* of the first frame, and the end of the latest */
	nsec needed;	  /* by the exchanges so far */
	nsec least;	  /* silence */
};

static struct wire wires[WIRES_MOST];

static void read_settings(const struct value *run)
{
	const struct value *ports = value_get(value_get(run, "fixture_data"), "ports");
	struct error err;

	for (size_t i = 0; i < value_count(ports) && i < WIRES_MOST; i++) {
		const char *text = value_get_text(value_at(ports, i), "settings");

		if (!text || serial_settings_parse(&wires[i].settings, text, &err) < 0)
			fprintf(stderr, "wires: port %zu has no settings\n", i);
	}
}

static void take_question(struct wire *wire, nsec began)
{
	nsec silence = began - wire->last;

	wire->asked = true;
	if (wire->begun == 0) {
		wire->begun = began;
		return;
	}
	wire->needed += serial_frame_silence(&wire->settings);
	if (wire->least == 0 || silence < wire->least)
		wire->least = silence;
	if (silence < serial_frame_silence(&wire->settings))
		wire->violated++;
}

static void take_entry(const struct journal_item *item)
{
	struct wire *wire = &wires[item->subject];
	nsec time = serial_transmission_time(&wire->settings, item->size);

	if (item->entry == ENTRY_SENT) {
		take_question(wire, item->time - time);
		wire->needed += time;
	} else if (wire->asked) {
		wire->asked = false;
		wire->exchanges++;
		wire->needed += item->time - wire->last;
	}
	wire->last = item->time;
}

static int read_journal(const char *folder)
{
	struct error err;
	struct journal_reader *reader = journal_reader_open(folder, &err);
	struct journal_item item;
	int more = -1;

	while (reader && (more = journal_reader_next(reader, &item, &err)) > 0) {
		if (item.kind && !strcmp(item.kind, "run"))
			read_settings(item.line);
		else if (!item.kind && item.entry <= ENTRY_STRAY && item.subject < WIRES_MOST)
			take_entry(&item);
	}
	if (more < 0)
		fprintf(stderr, "wires: %s\n", err.text);
	journal_reader_close(reader);
	return more;
}

static void print_wire(const struct wire *wire, size_t number)
{
	double time = nsec_seconds(wire->last - wire->begun);
	char name[32];

	printf("port%zu_baud %d\n", number, wire->settings.baud);
	printf("port%zu_violated %ld\n", number, wire->violated);
	snprintf(name, sizeof(name), "port%zu_per_s", number);
	figure_print(name, (double)wire->exchanges / time);
	snprintf(name, sizeof(name), "port%zu_use", number);
	figure_print(name, nsec_seconds(wire->needed) / time);
	snprintf(name, sizeof(name), "port%zu_silence_ms", number);
	figure_print(name, 1e3 * nsec_seconds(wire->least));
}

void wires_print(const char *state, const char *run)
{
	char *folder = xprintf("%s/runs/%s", state, run);
	long exchanges = 0;

	memset(wires, 0, sizeof(wires));
	if (read_journal(folder) == 0)
		for (size_t i = 0; i < WIRES_MOST; i++) {
			exchanges += wires[i].exchanges;
			if (wires[i].exchanges > 1)
				print_wire(&wires[i], i);
		}
	printf("exchanges %ld\n", exchanges);
	free(folder);
}
