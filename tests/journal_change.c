/* SPDX-License-Identifier: Apache-2.0 */
/* A journal written again line by line, each with the chain that it would have had. */
#include "tests/journal_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/chain.h"

static bool change_text(struct buf *text, const struct journal_change *change)
{
	char from[160], to[160], *at;
	struct buf changed;

	snprintf(from, sizeof(from), "%s", change->from);
	snprintf(to, sizeof(to), "%s", change->to);
	for (char *c = from; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	for (char *c = to; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	at = strstr(text->data, from);
	if (!at)
		return false;
	buf_init(&changed);
	buf_add(&changed, text->data, (size_t)(at - text->data));
	buf_add_text(&changed, to);
	buf_add_text(&changed, at + strlen(from));
	buf_done(text);
	*text = changed;
	return true;
}

static bool change_entries(char *raw, size_t size, struct journal_change *change)
{
	for (size_t at = 0; at + ENTRY_HEAD_SIZE <= size;) {
		uint32_t length;

		memcpy(&length, raw + at + 4, 4);
		if (raw[at] == (char)change->entry && change->skip-- == 0) {
			raw[at + ENTRY_HEAD_SIZE + change->byte] ^= 1;
			return true;
		}
		at += ENTRY_HEAD_SIZE + length;
	}
	return false;
}

bool journal_rewrite(const struct buf *old, struct buf *new, struct journal_change *change)
{
	struct chain chain;
	size_t at = 0;
	bool changed = false;

	chain_init(&chain);
	while (at < old->size) {
		const char *line = old->data + at, *end = strchr(line, '\n');
		size_t size = (size_t)(end - line) - CHAIN_TAIL, raw_size = 0;
		struct buf text;
		char *raw, hex[HASH_HEX_SIZE], kind[40];

		at += size + CHAIN_TAIL + 1;
		buf_init(&text);
		buf_add(&text, line, size);
		if (!strncmp(line, "{\"k\":\"segment\"", 14))
			raw_size = strtoul(strstr(text.data, "\"bytes\":") + 8, NULL, 10);
		raw = xmemdup(old->data + at, raw_size + 1);
		at += raw_size ? raw_size + 1 : 0;

		snprintf(kind, sizeof(kind), "{\"k\":\"%s\"",
			 change->kind ? change->kind : "segment");
		if (!changed && !strncmp(text.data, kind, strlen(kind)))
			changed = change->kind ? change_text(&text, change)
					       : change_entries(raw, raw_size, change);
		chain_add(&chain, text.data, text.size, raw, raw_size);
		hash_hex(chain.digest, hex);
		buf_printf(new, "%s %s\n", text.data, hex);
		if (raw_size) {
			buf_add(new, raw, raw_size);
			buf_add_byte(new, '\n');
		}
		buf_done(&text);
		free(raw);
	}
	chain_done(&chain);
	return changed;
}
