/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the file for its own digest, one over its entries for theirs. */
#include "run/journal_digest.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "run/journal_read.h"

static const char *const WHAT[] = {
	[ENTRY_SENT] = "sent",	   [ENTRY_RECEIVED] = "received", [ENTRY_STRAY] = "stray",
	[ENTRY_SAMPLE] = "sample", [ENTRY_EDGE] = "edge",	  [ENTRY_PULSE] = "pulse",
	[ENTRY_SET] = "set",	   [ENTRY_STREAMED] = "streamed", [ENTRY_BLOCK] = "block",
	[ENTRY_LISTEN] = "listen", [ENTRY_BREATH] = "breath",
};

struct series {
	struct series *next;
	enum entry_kind kind;
	uint16_t subject;
	int64_t entries;
	struct hash *hash;
};

static void set_digest(struct value *map, struct hash *hash)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_finish(hash, digest);
	hash_hex(digest, hex);
	value_set_text(map, "sha256", hex);
}

/* ---- the file ---- */

static int digest_file(const char *folder, struct value *says, struct error *err)
{
	char *path = xprintf("%s/journal", folder), hex[HASH_HEX_SIZE];
	uint8_t digest[HASH_SIZE];
	int64_t size;
	int done = hash_file(path, digest, &size, err);

	hash_hex(digest, hex);
	value_set_text(says, "sha256", hex);
	value_set_int(says, "bytes", size);
	free(path);
	return done;
}

/* ---- series ---- */

static struct series *series_of(struct series **first, enum entry_kind kind, uint16_t subject)
{
	struct series **place = first;

	while (*place && ((*place)->kind != kind || (*place)->subject != subject))
		place = &(*place)->next;
	if (!*place) {
		*place = xcalloc(1, sizeof(**place));
		(*place)->kind = kind;
		(*place)->subject = subject;
		(*place)->hash = hash_new();
		hash_start((*place)->hash);
	}
	return *place;
}

static void little_endian(uint8_t *bytes, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
}

static void take_entry(struct series **first, const struct journal_item *item)
{
	struct series *series = series_of(first, item->entry, item->subject);
	uint8_t head[12];

	little_endian(head, (uint64_t)item->time, 8);
	little_endian(head + 8, item->size, 4);
	hash_add(series->hash, head, sizeof(head));
	hash_add(series->hash, item->data, item->size);
	series->entries++;
}

static int digest_series(const char *folder, struct series **first, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(folder, err);
	struct journal_item item;
	int more = reader ? 1 : -1;

	while (more > 0 && (more = journal_reader_next(reader, &item, err)) > 0)
		if (!item.kind)
			take_entry(first, &item);
	journal_reader_close(reader);
	return more;
}

static void describe(struct value *list, struct series *series)
{
	struct value *one = value_add(list, value_map());

	value_set_text(one, "what", WHAT[series->kind]);
	value_set_int(one, "subject", series->subject);
	value_set_int(one, "entries", series->entries);
	set_digest(one, series->hash);
}

struct value *journal_digest(const char *folder, struct error *err)
{
	struct value *says = value_map(), *list;
	struct series *series = NULL;
	int done = digest_file(folder, says, err);

	if (done == 0)
		done = digest_series(folder, &series, err);
	list = value_set(says, "series", value_list());
	while (series) {
		struct series *next = series->next;

		describe(list, series);
		hash_free(series->hash);
		free(series);
		series = next;
	}
	if (done == 0)
		return says;
	value_free(says);
	return NULL;
}
