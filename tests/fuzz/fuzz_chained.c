/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal whose chain fits, whatever its lines and entries say: the input is a journal's file without
 * the chain, which is put behind each line here, as no change of bytes would find it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "run/chain.h"
#include "run/journal_read.h"
#include "tests/fuzz/fuzz.h"

/* How many raw bytes follow a line, at most as many as there are. */
static size_t raw_bytes(const char *text, size_t size, size_t left)
{
	static const char SEGMENT[] = "{\"k\":\"segment\",";
	struct error ignored;
	struct value *line;
	int64_t bytes;

	if (size < strlen(SEGMENT) || strncmp(text, SEGMENT, strlen(SEGMENT)) != 0)
		return 0;
	line = json_parse(text, size, "line", &ignored);
	bytes = value_get_int(line, "bytes", 0);
	value_free(line);
	return bytes < 0 ? 0 : (uint64_t)bytes < left ? (size_t)bytes : left;
}

static void chain_up(struct buf *out, const char *text, size_t size)
{
	struct chain chain;
	char hex[HASH_HEX_SIZE];

	chain_init(&chain);
	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t line = end ? (size_t)(end - text) : size;
		size_t behind = end ? size - line - 1 : 0;
		size_t raw = raw_bytes(text, line, behind);

		chain_add(&chain, text, line, end ? end + 1 : NULL, raw);
		hash_hex(chain.digest, hex);
		buf_add(out, text, line);
		buf_printf(out, " %s\n", hex);
		if (raw > 0) {
			buf_add(out, end + 1, raw);
			buf_add_byte(out, '\n');
		}
		text += size - behind + raw;
		size = behind - raw;
	}
	chain_done(&chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_reader *reader;
	struct journal_item item;
	struct error err;
	struct buf file;
	size_t seen = 0;
	int got;

	buf_init(&file);
	chain_up(&file, (const char *)data, size);
	reader = journal_reader_open(fuzz_journal(file.data, file.size), &err);
	must(reader != NULL);
	while ((got = journal_reader_next(reader, &item, &err)) > 0) {
		for (size_t i = 0; !item.kind && i < item.size; i++)
			seen += item.data[i];
		must(!item.kind || strlen(item.text) > 0);
	}
	must(got == 0 || !strstr(err.text, "the chain does not fit"));
	must(got == 0 || err.kind == ERROR_REFUSED);
	must(seen <= size * 255);
	journal_reader_close(reader);
	buf_done(&file);
	return 0;
}
