/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a person types them to an instrument. */
#include <stdlib.h>
#include <string.h>

#include "run/typed_bytes.h"
#include "tests/claims.h"

static void are(const char *text, const char *hex)
{
	uint8_t bytes[TYPED_MOST];
	struct error err;
	size_t size;
	char *shown;

	CU_ASSERT_EQUAL_FATAL(typed_bytes(text, bytes, &size, &err), 0);
	shown = typed_hex(bytes, size);
	CU_ASSERT_STRING_EQUAL(shown, hex);
	free(shown);
}

static void are_none(const char *text)
{
	uint8_t bytes[TYPED_MOST];
	struct error err;
	size_t size;

	CU_ASSERT_EQUAL(typed_bytes(text, bytes, &size, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
}

static void pairs_are_read_with_and_without_blanks(void)
{
	are("01 03 0A", "01 03 0a");
	are("01030a", "01 03 0a");
	are("ff  00 ", "ff 00");
	are_none("0");
	are_none("01 0");
	are_none("01,02");
	are_none("0x01");
}

static void text_is_read_with_its_escapes(void)
{
	are("\"AVE\\r\"", "41 56 45 0d");
	are("\"\\n\\t\\\\\\\"\\x7f\"", "0a 09 5c 22 7f");
	are_none("\"open");
	are_none("\"a\"b");
	are_none("\"\\q\"");
	are_none("\"\\x7\"");
	are_none("\"\\");
}

static void nothing_and_too_much_are_refused(void)
{
	char text[2 * TYPED_MOST + 8];

	are_none("");
	are_none("\"\"");
	memset(text, '5', sizeof(text));
	text[2 * TYPED_MOST] = '\0';
	are(text + 2 * TYPED_MOST - 2, "55");
	text[2 * TYPED_MOST] = '5';
	text[2 * TYPED_MOST + 2] = '\0';
	are_none(text);
	text[0] = '"';
	text[TYPED_MOST + 2] = '"';
	text[TYPED_MOST + 3] = '\0';
	are_none(text);
}

void suite_typed_bytes(void)
{
	suite_begin("typed_bytes");
	claim(pairs_are_read_with_and_without_blanks);
	claim(text_is_read_with_its_escapes);
	claim(nothing_and_too_much_are_refused);
}
