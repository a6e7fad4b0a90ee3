/* SPDX-License-Identifier: Apache-2.0 */
/* A leaf's input, written once here for the store, for verification and for bundles. */
#include "record/leaf.h"

#include "base/buf.h"
#include "base/value.h"
#include "record/canonical.h"
#include "record/merkle.h"

enum { LEAF_VERSION = 1 };

static void set_digest(struct value *map, const char *name, const uint8_t digest[HASH_SIZE])
{
	char hex[HASH_HEX_SIZE];

	hash_hex(digest, hex);
	value_set_text(map, name, hex);
}

int leaf_hash(const struct leaf *leaf, uint8_t hash[HASH_SIZE], uint8_t next_prev[HASH_SIZE],
	      struct error *err)
{
	struct value *map = value_map();
	struct buf input;
	int result;

	value_set_int(map, "v", LEAF_VERSION);
	value_set_int(map, "seq", (int64_t)leaf->seq);
	value_set_text(map, "id", leaf->id);
	value_set_text(map, "typ", leaf->type);
	set_digest(map, "sha256", leaf->text);
	set_digest(map, "prev", leaf->prev);
	buf_init(&input);
	result = canonical_write(&input, map, "a leaf", err);
	if (result == 0) {
		merkle_leaf(input.data, input.size, hash);
		hash_of(input.data, input.size, next_prev);
	}
	buf_done(&input);
	value_free(map);
	return result;
}
