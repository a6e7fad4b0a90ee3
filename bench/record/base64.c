/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64. Bits are gathered in a word and given out from its top; what is left over must be zero. */
#include "record/base64.h"

static const char *alphabet(enum base64_form form)
{
	return form == BASE64_URL
		       ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		       : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

void base64_write(struct buf *out, enum base64_form form, const void *data, size_t size)
{
	const char *letters = alphabet(form);
	const uint8_t *bytes = data;
	unsigned gathered = 0;
	int bits = 0;

	for (size_t i = 0; i < size; i++) {
		gathered = (gathered << 8 | bytes[i]) & 0xffff;
		for (bits += 8; bits >= 6; bits -= 6)
			buf_add_byte(out, (uint8_t)letters[gathered >> (bits - 6) & 63]);
	}
	if (bits)
		buf_add_byte(out, (uint8_t)letters[gathered << (6 - bits) & 63]);
	if (form == BASE64_PADDED)
		for (size_t i = size; i % 3; i++)
			buf_add_byte(out, '=');
}

/* The value of a character, or 64. */
static unsigned value_of(const char *letters, char character)
{
	unsigned byte = (unsigned char)character;

	if (byte - 'A' < 26)
		return byte - 'A';
	if (byte - 'a' < 26)
		return byte - 'a' + 26;
	if (byte - '0' < 10)
		return byte - '0' + 52;
	return character == letters[62] ? 62 : character == letters[63] ? 63 : 64;
}

/* The characters before the padding; SIZE_MAX where that is wrong. */
static size_t without_padding(enum base64_form form, const char *text, size_t size)
{
	if (form == BASE64_URL)
		return size;
	if (size % 4)
		return SIZE_MAX;
	for (int i = 0; i < 2 && size && text[size - 1] == '='; i++)
		size--;
	return size;
}

int base64_read(struct buf *out, enum base64_form form, const char *text, size_t size)
{
	const char *letters = alphabet(form);
	size_t before = out->size, count = without_padding(form, text, size);
	unsigned gathered = 0, value = 0;
	int bits = 0;

	if (count == SIZE_MAX || count % 4 == 1)
		return -1;
	for (size_t i = 0; i < count; i++) {
		value = value_of(letters, text[i]);
		if (value == 64)
			break;
		gathered = (gathered << 6 | value) & 0xffff;
		for (bits += 6; bits >= 8; bits -= 8)
			buf_add_byte(out, (uint8_t)(gathered >> (bits - 8)));
	}
	if (value != 64 && !(gathered & ((1u << bits) - 1)))
		return 0;
	out->size = before;
	out->data[before] = '\0';
	return -1;
}
