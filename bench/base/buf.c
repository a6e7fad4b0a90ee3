/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow by doubling, with a NUL kept behind the last one. Room never shrinks: a buffer is
 * cleared and filled again for every line or packet, and stops asking for memory after the first few.
 * An empty buffer owns nothing (its `data` is one shared NUL, never written with anything else), so
 * one that was detached needs no buf_done.
 *
 * The bytes handed to buf_add may lie inside the same buffer (a line that quotes itself); the copy
 * is then taken after growing, from where they moved to.
 */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { BUF_FIRST_ROOM = 64 };

static char EMPTY[1];

void buf_init(struct buf *buf)
{
	*buf = (struct buf){.data = EMPTY};
}

void buf_done(struct buf *buf)
{
	if (buf->room)
		free(buf->data);
	*buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
	buf->size = 0;
	buf->data[0] = '\0';
}

/* Make room for `more` bytes and the NUL. */
static void buf_reserve(struct buf *buf, size_t more)
{
	if (more < buf->room - buf->size)
		return;

	size_t room = buf->room ? buf->room : BUF_FIRST_ROOM;

	while (more >= room - buf->size)
		room *= 2;
	buf->data = xrealloc(buf->room ? buf->data : NULL, room);
	buf->room = room;
}

void buf_add(struct buf *buf, const void *data, size_t size)
{
	if (size == 0)
		return;

	uintptr_t offset = (uintptr_t)data - (uintptr_t)buf->data;
	bool inside = offset < buf->room;

	buf_reserve(buf, size);
	memcpy(buf->data + buf->size, inside ? buf->data + offset : data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_byte(struct buf *buf, uint8_t byte)
{
	buf_reserve(buf, 1);
	buf->data[buf->size++] = (char)byte;
	buf->data[buf->size] = '\0';
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list arguments, again;

	va_start(arguments, format);
	va_copy(again, arguments);

	size_t left = buf->room - buf->size;
	int size = vsnprintf(buf->data + buf->size, left, format, arguments);

	assert(size >= 0);
	if ((size_t)size >= left) {
		buf_reserve(buf, (size_t)size);
		vsnprintf(buf->data + buf->size, (size_t)size + 1, format, again);
	}
	buf->size += (size_t)size;
	va_end(again);
	va_end(arguments);
}

void buf_drop(struct buf *buf, size_t count)
{
	assert(count <= buf->size);
	memmove(buf->data, buf->data + count, buf->size - count + 1);
	buf->size -= count;
}

char *buf_detach(struct buf *buf)
{
	char *data = buf->room ? buf->data : xstrdup("");

	buf_init(buf);
	return data;
}
