/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of a journal and its place in the hash chain.
 *
 * A line is made in one pass: the first two keys by hand, the caller's map behind them as the JSON
 * writer gives it (its opening brace becomes a comma), then the chain over exactly these bytes. What is
 * hashed is what is written: nobody has to bring the text into a canonical form to check it.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "run/chain.h"

static const char BEGINNING[] = "davy journal 1";

void chain_init(struct chain *chain)
{
	chain->hash = hash_new();
	hash_of(BEGINNING, strlen(BEGINNING), chain->digest);
}

void chain_set(struct chain *chain, const char *hex)
{
	bool is_digest = hash_from_hex(hex, chain->digest);

	assert(is_digest);
	(void)is_digest;
}

void chain_done(struct chain *chain)
{
	hash_free(chain->hash);
	chain->hash = NULL;
}

void chain_add(struct chain *chain, const void *text, size_t text_size, const void *raw,
	       size_t raw_size)
{
	hash_start(chain->hash);
	hash_add(chain->hash, chain->digest, sizeof(chain->digest));
	hash_add(chain->hash, text, text_size);
	if (raw_size > 0)
		hash_add(chain->hash, raw, raw_size);
	hash_finish(chain->hash, chain->digest);
}

/* Everything from `start` on is a line's JSON text: go on by it and end the line. */
static void end_line(struct chain *chain, struct buf *out, size_t start, const void *raw,
		     size_t size)
{
	char hex[HASH_HEX_SIZE];

	assert(out->size - start <= CHAIN_LINE_MOST);
	chain_add(chain, out->data + start, out->size - start, raw, size);
	hash_hex(chain->digest, hex);
	buf_add_byte(out, ' ');
	buf_add(out, hex, HASH_HEX_SIZE - 1);
	buf_add_byte(out, '\n');
}

void chain_write_line(struct chain *chain, struct buf *out, nsec time, const char *kind,
		      struct value *fields)
{
	size_t start = out->size, after;

	buf_printf(out, "{\"k\":\"%s\",\"t\":%" PRId64, kind, time);
	after = out->size;
	if (value_count(fields) > 0) {
		assert(!value_get(fields, "k") && !value_get(fields, "t"));
		json_write(out, fields);
		out->data[after] = ',';
	} else {
		buf_add_byte(out, '}');
	}
	value_free(fields);
	end_line(chain, out, start, NULL, 0);
}

void chain_write_segment(struct chain *chain, struct buf *out, nsec time, const void *raw,
			 size_t size)
{
	size_t start = out->size;

	assert(size > 0 && size <= CHAIN_SEGMENT_MOST);
	buf_printf(out, "{\"k\":\"segment\",\"t\":%" PRId64 ",\"bytes\":%zu}", time, size);
	end_line(chain, out, start, raw, size);
	buf_add(out, raw, size);
	buf_add_byte(out, '\n');
}
