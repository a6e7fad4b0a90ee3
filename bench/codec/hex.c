/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes for people.
 *
 * Error sentences show what stood on the wire, cut so that a 256-byte frame leaves room for the
 * sentence around it; the whole frame is in the journal. Texts from instruments end in sentences,
 * journals and JSON, which must be UTF-8: one flipped bit on the line must not be able to spoil
 * those, so whatever is not printable ASCII becomes a question mark.
 */
#include "codec/hex.h"

#include <stdio.h>
#include <string.h>

const char *hex_text(char text[HEX_TEXT], const uint8_t *bytes, size_t size)
{
	size_t shown = size < HEX_SHOWN ? size : HEX_SHOWN;

	text[0] = '\0';
	for (size_t i = 0; i < shown; i++)
		sprintf(text + 3 * i, "%02X ", bytes[i]);

	if (size > shown)
		strcpy(text + 3 * shown, "…");
	else if (size > 0)
		text[3 * size - 1] = '\0';
	return text;
}

char hex_printable(uint8_t byte)
{
	return byte >= ' ' && byte <= '~' ? (char)byte : '?';
}
