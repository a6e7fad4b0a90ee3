/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running out of memory aborts the process. No caller can do better half-way through a turn, and a
 * dead controller is a state that the guardian and the wiring make safe.
 */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *memory)
{
	if (!memory) {
		fputs("davy: out of memory\n", stderr);
		abort();
	}
	return memory;
}

void *xcalloc(size_t count, size_t size)
{
	return or_abort(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *old, size_t size)
{
	return or_abort(realloc(old, size ? size : 1));
}

void *xmemdup(const void *data, size_t size)
{
	void *copy = or_abort(malloc(size ? size : 1));

	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *xstrdup(const char *text)
{
	return or_abort(strdup(text));
}

char *xstrndup(const char *text, size_t size)
{
	return or_abort(strndup(text, size));
}

char *xprintf(const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return or_abort(text);
}
