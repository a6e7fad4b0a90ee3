/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What davy audit reads of a journal and of records that came in another bench's bundle (run/audit.h, run/audit_pieces.h). The
 * input is two parts: lines of JSON up to an empty one, which become lines of a journal on the small fixture, or, where their
 * kind is "event" or "declaration", what records say; and bytes, which become samples. The chain is put on here. Such a run
 * stands between two honest ones, one of which has the same samples moved.
 */
#include <string.h>

#include "base/json.h"
#include "run/audit.h"
#include "run/audit_pieces.h"
#include "run/chain.h"
#include "tests/fuzz/bench.h"
#include "tests/fuzz/fuzz.h"

enum { SAMPLES_MOST = 600, FLAT = 32, ENTRY_SAMPLE_KIND = 4, ENTRY_HEAD = 16 };

static const double COUNT = 0.01 / 60000; /* of the meter, in m3/s */

/* ---- a journal ---- */

static void write_head(struct chain *chain, struct buf *out, const char *name)
{
	struct value *head = value_map(), *order = value_set(head, "order", value_map());

	value_set_text(head, "run", name);
	value_set_bool(head, "simulated", false);
	value_set(head, "wires", value_map());
	value_set_text(order, "clock", "real");
	value_set_int(order, "slot", 1);
	value_set_text(value_set(order, "dut", value_map()), "serial", "7");
	value_set(head, "fixture_data", bench_fixture_data());
	value_set(head, "drivers", bench_drivers_data());
	chain_write_line(chain, out, 0, "run", head);
}

/* As the writer of journals lays them out on the machines that Davy runs on: little-endian. */
static void add_sample(struct buf *entries, int64_t time, double value)
{
	uint8_t head[ENTRY_HEAD] = {ENTRY_SAMPLE_KIND, 0, 0, 0, sizeof(value)};

	memcpy(head + 8, &time, sizeof(time));
	buf_add(entries, head, sizeof(head));
	buf_add(entries, &value, sizeof(value));
}

/* Low bits of a byte are noise; one of the others holds a value for long, one holds the clock. */
static void write_samples(struct chain *chain, struct buf *out, const uint8_t *data, size_t size,
			  int moved)
{
	int64_t time = 1000000;
	struct buf entries;
	size_t count = 0;

	buf_init(&entries);
	for (size_t i = 0; i < size && count < SAMPLES_MOST; i++)
		for (int k = data[i] & 0x40 ? FLAT : 1; k > 0 && count < SAMPLES_MOST;
		     k--, count++) {
			time += data[i] & 0x80 ? 0 : 200000000 + (data[i] & 0x3f) * 977 + k;
			add_sample(&entries, time, (500 + moved + (data[i] & 0x3f)) * COUNT);
		}
	if (entries.size)
		chain_write_segment(chain, out, time, entries.data, entries.size);
	buf_done(&entries);
}

static void take_run(struct audit *audit, const char *name, const struct value *lines,
		     const uint8_t *data, size_t size, int moved)
{
	struct chain chain;
	struct error err;
	struct buf file;
	int taken;

	buf_init(&file);
	chain_init(&chain);
	write_head(&chain, &file, name);
	for (size_t i = 0; i < value_count(lines); i++) {
		const struct value *line = value_at(lines, i);

		chain_write_line(&chain, &file, value_get_int(line, "t", 0),
				 value_get_text(line, "k"), value_copy(value_get(line, "of")));
	}
	write_samples(&chain, &file, data, size, moved);
	chain_done(&chain);
	taken = audit_take(audit, fuzz_journal(file.data, file.size), NULL, &err);
	must(taken == 0 || value_count(lines));
	buf_done(&file);
}

/* ---- the input ---- */

static void take_record(struct audit_pieces *pieces, const struct value *line, size_t seq)
{
	const char *id = value_get_text(line, "id"), *bench = value_get_text(line, "bench");

	audit_pieces_take(pieces, &(struct entry){.id = id ? id : "id",
						  .kind = value_get_text(line, "k"),
						  .bench = bench ? bench : "B",
						  .seq = seq,
						  .says = value_get(line, "says")});
}

static void take_line(const char *text, size_t size, struct value *lines,
		      struct audit_pieces *pieces)
{
	struct error ignored;
	struct value *line = json_parse(text, size, "line", &ignored), *one, *of;
	const char *kind = line && line->kind == VALUE_MAP ? value_get_text(line, "k") : NULL;

	if (kind && (!strcmp(kind, ENTRY_EVENT) || !strcmp(kind, ENTRY_DECLARATION))) {
		take_record(pieces, line, value_count(lines) + 2);
	} else if (kind) {
		one = value_add(lines, value_map());
		of = value_set(one, "of", value_map());
		value_set_text(one, "k", kind);
		value_set_int(one, "t", value_get_int(line, "t", 0));
		for (size_t i = 0; i < value_count(line); i++)
			if (strcmp(value_key(line, i), "k") != 0 && strcmp(value_key(line, i), "t"))
				value_set(of, value_key(line, i), value_copy(value_at(line, i)));
	}
	value_free(line);
}

/* Returns where the samples begin. */
static size_t take_lines(const char *text, size_t size, struct value *lines,
			 struct audit_pieces *pieces)
{
	size_t at = 0;

	while (at < size) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end ? (size_t)(end - text) - at : size - at;

		if (!length)
			return at + 1;
		take_line(text + at, length, lines, pieces);
		at += length + (end != NULL);
	}
	return size;
}

static void check(const struct value *findings)
{
	for (size_t i = 0; i < value_count(findings); i++) {
		const struct value *one = value_at(findings, i);

		must(value_get_text(one, "flag") != NULL);
		must(value_get_text(one, "run") || value_get(one, "record"));
		must(!value_get(one, "log10_p") ||
		     value_get_real(one, "log10_p", 0) < AUDIT_BUDGET);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value *lines = value_list(), *told, *findings;
	struct audit_pieces *pieces = audit_pieces_new();
	struct error err;
	struct audit *audit = audit_new(&err);
	struct buf json;
	size_t at;

	must(audit != NULL);
	at = take_lines((const char *)data, size, lines, pieces);
	take_run(audit, "honest", NULL, data, size, 0);
	take_run(audit, "input", lines, data + at, size - at, 0);
	take_run(audit, "moved", NULL, data + at, size - at, 11);
	told = audit_findings(audit, &err);
	must(told != NULL);
	findings = value_set(told, "findings", value_copy(value_get(told, "findings")));
	audit_pieces_tell(pieces, findings);
	check(findings);
	buf_init(&json);
	json_write(&json, told);
	buf_done(&json);
	value_free(told);
	audit_free(audit);
	audit_pieces_free(pieces);
	value_free(lines);
	return 0;
}
