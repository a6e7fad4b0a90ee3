/* SPDX-License-Identifier: Apache-2.0 */
#include "run/typed_bytes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static int take_escape(const char **text, uint8_t *byte)
{
	static const char NAMES[] = "rnt\\\"", MEANS[] = "\r\n\t\\\"";
	const char *name = strchr(NAMES, **text);
	char digits[3] = {0};

	if (**text && name) {
		*byte = (uint8_t)MEANS[name - NAMES];
		(*text)++;
		return 0;
	}
	if (**text != 'x' || !isxdigit((unsigned char)(*text)[1]) ||
	    !isxdigit((unsigned char)(*text)[2]))
		return -1;
	memcpy(digits, *text + 1, 2);
	*byte = (uint8_t)strtoul(digits, NULL, 16);
	*text += 3;
	return 0;
}

/* "text\r", in quotation marks. */
static int parse_quoted(const char *text, uint8_t *bytes, size_t *size)
{
	*size = 0;
	for (text++; *text && *text != '"';) {
		if (*size == TYPED_MOST)
			return -1;
		if (*text != '\\') {
			bytes[(*size)++] = (uint8_t)*text++;
			continue;
		}
		text++;
		if (take_escape(&text, &bytes[(*size)++]) < 0)
			return -1;
	}
	return *text == '"' && text[1] == '\0' ? 0 : -1;
}

static int parse_hex(const char *text, uint8_t *bytes, size_t *size)
{
	char digits[3] = {0};

	for (*size = 0; *text; text += strspn(text, " ")) {
		if (*size == TYPED_MOST || !isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]))
			return -1;
		memcpy(digits, text, 2);
		bytes[(*size)++] = (uint8_t)strtoul(digits, NULL, 16);
		text += 2;
	}
	return 0;
}

int typed_bytes(const char *text, uint8_t bytes[TYPED_MOST], size_t *size, struct error *err)
{
	int done = text[0] == '"' ? parse_quoted(text, bytes, size) : parse_hex(text, bytes, size);

	if (done == 0 && *size > 0)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "bytes are hexadecimal, as in 01 03 0A, or \"text\\r\" with \\r \\n \\t "
			 "\\xNN; no more than %d",
			 TYPED_MOST);
}

char *typed_hex(const uint8_t *bytes, size_t size)
{
	struct buf text;
	char *hex;

	buf_init(&text);
	for (size_t i = 0; i < size; i++)
		buf_printf(&text, "%s%02x", i ? " " : "", bytes[i]);
	hex = buf_detach(&text);
	buf_done(&text);
	return hex;
}
