/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed records as others hand them in: what is read is written again byte for byte, also without its later
 * signatures. An input that does not begin with a brace is the headers of a record, one per line, since hardly any change
 * to base64url is another header.
 */
#include <string.h>

#include "record/base64.h"
#include "record/jws.h"
#include "tests/fuzz/fuzz.h"

/* The public half of RFC 8037, appendix A. */
static const struct key *known_key(void)
{
	static const uint8_t PUBLIC[] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7,
					 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
					 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25,
					 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
	static struct key *key;
	struct error err;

	if (!key)
		key = key_from_public(KEY_ED25519, PUBLIC, sizeof(PUBLIC), &err);
	must(key != NULL);
	return key;
}

static void add_record(struct buf *text, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size, *line_end;

	buf_add_text(text, "{\"payload\":\"e30\",\"signatures\":[");
	for (const uint8_t *line = data; line < end; line = line_end + 1) {
		line_end = memchr(line, '\n', (size_t)(end - line));
		line_end = line_end ? line_end : end;
		buf_add_text(text, line == data ? "{\"protected\":\"" : ",{\"protected\":\"");
		base64_write(text, BASE64_URL, line, (size_t)(line_end - line));
		buf_add_text(text, "\",\"signature\":\"AAAA\"}");
	}
	buf_add_text(text, "]}");
}

static void check_prefix(const struct jws *jws, size_t count)
{
	struct error err;
	struct buf text;
	struct jws *part;

	buf_init(&text);
	jws_write(jws, count, &text);
	part = jws_parse(text.data, text.size, "part", &err);
	must(part != NULL && jws_count(part) == count);
	jws_free(part);
	buf_done(&text);
}

static void check_record(const struct jws *jws, const struct buf *text)
{
	struct error err;
	struct buf again;

	buf_init(&again);
	jws_write(jws, SIZE_MAX, &again);
	must(again.size == text->size && memcmp(again.data, text->data, text->size) == 0);
	for (size_t i = 0; i < jws_count(jws); i++) {
		const char *id = jws_key_id(jws, i);

		must(jws_header(jws, i)->kind == VALUE_MAP);
		must(jws_act(jws, i).more == jws_header(jws, i));
		if (jws_verify(jws, i, known_key(), &err) == 0)
			must(!id || strcmp(id, key_id(known_key())) == 0);
		check_prefix(jws, i + 1);
	}
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	struct buf text;
	struct jws *jws;

	buf_init(&text);
	if (size && data[0] == '{')
		buf_add(&text, data, size);
	else
		add_record(&text, data + (size > 0), size - (size > 0));
	jws = jws_parse(text.data, text.size, "input", &err);
	must(jws ? jws_count(jws) > 0 : err.text[0] != '\0');
	if (jws)
		check_record(jws, &text);
	jws_free(jws);
	buf_done(&text);
	return 0;
}
