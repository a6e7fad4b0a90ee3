/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, read from the first on; there is one text for one proof. */
#include "record/tlog_proof.h"

#include <inttypes.h>
#include <string.h>

#include "record/base64.h"

static const char FIRST[] = "c2sp.org/tlog-proof@v1\nindex ";

void tlog_proof_write(struct buf *out, const struct tlog_proof *proof)
{
	buf_printf(out, "%s%" PRIu64 "\n", FIRST, proof->index);
	for (size_t i = 0; i < proof->path.count; i++) {
		base64_write(out, BASE64_PADDED, proof->path.hashes[i], HASH_SIZE);
		buf_add_byte(out, '\n');
	}
	buf_add_byte(out, '\n');
	buf_add(out, proof->checkpoint, proof->checkpoint_size);
}

static const char *read_index(const char *text, const char *end, uint64_t *index)
{
	const char *digit = text;

	*index = 0;
	while (digit < end && *digit >= '0' && *digit <= '9' && digit - text < 18)
		*index = *index * 10 + (uint64_t)(*digit++ - '0');
	return digit == text || (*text == '0' && digit > text + 1) || digit == end || *digit != '\n'
		       ? NULL
		       : digit + 1;
}

static bool read_hash(const char *line, size_t size, uint8_t hash[HASH_SIZE])
{
	struct buf bytes;
	bool good;

	buf_init(&bytes);
	good = base64_read(&bytes, BASE64_PADDED, line, size) == 0 && bytes.size == HASH_SIZE;
	if (good)
		memcpy(hash, bytes.data, HASH_SIZE);
	buf_done(&bytes);
	return good;
}

int tlog_proof_parse(struct tlog_proof *proof, const char *text, size_t size, struct error *err)
{
	const char *end = text + size, *line = text + strlen(FIRST);

	*proof = (struct tlog_proof){0};
	if (size < strlen(FIRST) || memcmp(text, FIRST, strlen(FIRST)) != 0)
		return error_set(err, ERROR_REFUSED, "its proof is none of version 1");
	line = read_index(line, end, &proof->index);
	while (line && line < end && *line != '\n') {
		const char *line_end = memchr(line, '\n', (size_t)(end - line));

		if (!line_end || proof->path.count == MERKLE_DEEPEST ||
		    !read_hash(line, (size_t)(line_end - line),
			       proof->path.hashes[proof->path.count++]))
			return error_set(err, ERROR_REFUSED,
					 "its proof has a line that is no hash");
		line = line_end + 1;
	}
	if (!line || line == end)
		return error_set(err, ERROR_REFUSED, "its proof has no index, or no checkpoint");
	proof->checkpoint = line + 1;
	proof->checkpoint_size = (size_t)(end - line - 1);
	return 0;
}
