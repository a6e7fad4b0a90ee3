/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow.
 *
 * Invariants: `data` is never NULL after buf_init, and data[size] is always NUL (not counted), so a
 * buffer of text is a C string at any time.
 */
#ifndef DAVY_BASE_BUF_H
#define DAVY_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;
	size_t size;
	size_t room;
};

void buf_init(struct buf *buf);
void buf_done(struct buf *buf); /* frees; the buffer may be buf_init'ed again */
void buf_clear(struct buf *buf);
void buf_add(struct buf *buf, const void *data, size_t size);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_byte(struct buf *buf, uint8_t byte);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Remove the first `count` bytes (count <= size). */
void buf_drop(struct buf *buf, size_t count);
/* Give the bytes away: the caller frees the result; the buffer is empty afterwards. */
char *buf_detach(struct buf *buf);

#endif
