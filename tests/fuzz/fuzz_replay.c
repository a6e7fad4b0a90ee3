/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a replay takes out of a journal: its head, compiled, and samples out of bytes. The input is a tree
 * { run, sources, start, entries }; the journal is written from it with the chain and the digests that
 * it needs, and with the frozen limits that its protocol gives, where the tree says none.
 */
#include <string.h>

#include "base/hash.h"
#include "run/chain.h"
#include "run/replay_bytes.h"
#include "run/replay_head.h"
#include "tests/fuzz/tree.h"

FUZZ_TREES

/* A map without the two keys that every line has; the caller's. */
static struct value *fields_of(const struct value *from)
{
	struct value *fields = value_map();

	if (!from || from->kind != VALUE_MAP)
		return fields;
	for (size_t i = 0; i < value_count(from); i++)
		if (strcmp(value_key(from, i), "k") != 0 && strcmp(value_key(from, i), "t") != 0)
			value_set(fields, value_key(from, i), value_copy(value_at(from, i)));
	return fields;
}

static void add_steps(struct value *run, const struct value *sources)
{
	const char *name = value_get_text(run, "limits_source");
	const char *text = name ? value_get_text(sources, name) : NULL;
	struct error ignored;
	struct limit_set *set;
	struct protocol *protocol;

	if (value_get(run, "steps"))
		return;
	set = text ? limit_set_parse(text, strlen(text), "set", &ignored) : NULL;
	protocol = protocol_compile(value_get(run, "protocol_data"), set, "tree", &ignored);
	if (protocol)
		value_set(run, "steps", protocol_describe(protocol));
	protocol_free(protocol);
	limit_set_free(set);
}

static void write_source(struct chain *chain, struct buf *out, const char *name,
			 const struct value *text)
{
	struct value *line = value_map();
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	if (name && text->kind == VALUE_TEXT) {
		hash_of(text->text, text->size, digest);
		hash_hex(digest, hex);
		value_set_text(line, "name", name);
		value_set_text(line, "sha256", hex);
		value_set(line, "text", value_copy(text));
	}
	chain_write_line(chain, out, 0, "source", line);
}

static void write_journal(struct buf *out, const struct value *tree)
{
	const struct value *sources = value_get(tree, "sources");
	const struct value *start = value_get(tree, "start");
	const struct value *entries = value_get(tree, "entries");
	struct value *run = fields_of(value_get(tree, "run")), *line = value_map();
	struct chain chain;

	add_steps(run, sources);
	chain_init(&chain);
	chain_write_line(&chain, out, 0, "run", run);
	for (size_t i = 0; i < value_count(sources); i++)
		write_source(&chain, out, value_key(sources, i), value_at(sources, i));
	value_set(line, "says", start ? value_copy(start) : value_nil());
	chain_write_line(&chain, out, 0, start ? "start" : "concludes", line);
	if (entries && entries->kind == VALUE_TEXT && entries->size > 0 &&
	    entries->size <= CHAIN_SEGMENT_MOST)
		chain_write_segment(&chain, out, 0, entries->text, entries->size);
	chain_done(&chain);
}

static void read_bytes(const struct replay_head *head, const char *folder)
{
	struct replay_bytes *bytes = replay_bytes_new(head->fixture, replay_head_wire_scale(head));
	struct bench_sample samples[FRAME_FIELDS];
	struct error err;
	struct journal_reader *reader = journal_reader_open(folder, &err);
	struct journal_item item;

	must(reader != NULL);
	while (journal_reader_next(reader, &item, &err) > 0) {
		if (item.kind)
			continue;
		if (replay_bytes_take(bytes, &item, &err) < 0)
			break;
		if ((item.entry == ENTRY_SAMPLE || item.entry == ENTRY_BLOCK) &&
		    replay_bytes_samples(bytes, &item, samples, &err) < 0)
			break;
	}
	journal_reader_close(reader);
	replay_bytes_free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value *tree = tree_read(data, size);
	struct replay_head head;
	const char *folder, *name;
	struct buf file;
	struct error err;

	if (!tree)
		return 0;
	buf_init(&file);
	write_journal(&file, tree);
	value_free(tree);
	folder = fuzz_journal(file.data, file.size);
	buf_done(&file);
	if (replay_head_read(&head, folder, &err) == 0) {
		replay_head_source(&head, "protocol_source", &name);
		read_bytes(&head, folder);
	}
	replay_head_done(&head);
	return 0;
}
