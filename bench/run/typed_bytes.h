/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a person types and reads them. */
#ifndef DAVY_RUN_TYPED_BYTES_H
#define DAVY_RUN_TYPED_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { TYPED_MOST = 256 };

/*
 * Hexadecimal pairs, with or without blanks between ("01 03 0A"), or text in quotation marks with \r \n \t
 * \" \\ \xNN. At least one byte and at most TYPED_MOST; else ERROR_USAGE with how it is done.
 */
int typed_bytes(const char *text, uint8_t bytes[TYPED_MOST], size_t *size, struct error *err);
/* "01 03 0a"; the caller frees it. */
char *typed_hex(const uint8_t *bytes, size_t size);

#endif
