/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256. Signatures, with all else that OpenSSL does, are at home in record. */
#ifndef DAVY_BASE_HASH_H
#define DAVY_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { HASH_SIZE = 32, HASH_HEX_SIZE = 65 };

struct hash; /* one digest context, reusable */

struct hash *hash_new(void);
void hash_free(struct hash *hash);
void hash_start(struct hash *hash);
void hash_add(struct hash *hash, const void *data, size_t size);
void hash_finish(struct hash *hash, uint8_t digest[HASH_SIZE]);

/* One shot. */
void hash_of(const void *data, size_t size, uint8_t digest[HASH_SIZE]);
/* Of a whole file (file_open), of whatever size; `size` becomes how many bytes there were, and may be NULL. */
int hash_file(const char *path, uint8_t digest[HASH_SIZE], int64_t *size, struct error *err);
/* Lower-case hexadecimal with its NUL. */
void hash_hex(const uint8_t digest[HASH_SIZE], char hex[HASH_HEX_SIZE]);
/* From exactly such a text; false for NULL and any other, and `digest` is undefined then. */
bool hash_from_hex(const char *hex, uint8_t digest[HASH_SIZE]);

#endif
