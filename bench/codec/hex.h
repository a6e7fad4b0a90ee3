/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a person reads them in a sentence. Pure functions. */
#ifndef DAVY_CODEC_HEX_H
#define DAVY_CODEC_HEX_H

#include <stddef.h>
#include <stdint.h>

enum { HEX_SHOWN = 32, HEX_TEXT = 3 * HEX_SHOWN + 8 };

/* Write "FF 01 86" to `text`, an ellipsis for all beyond HEX_SHOWN bytes. Returns `text`. */
const char *hex_text(char text[HEX_TEXT], const uint8_t *bytes, size_t size);
/* A byte of an instrument's text: itself when printable ASCII, else '?'. */
char hex_printable(uint8_t byte);

#endif
