/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentence is formatted aside and then copied, so that an error's own text may be among the
 * arguments. Whatever a device or a file put into it, it stays one line: control characters become
 * spaces. A sentence that is too long is cut at its end, between two characters, never inside one.
 *
 * Nothing here logs or prints; who shows an error is decided far above.
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void make_one_line(char *text)
{
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
}

/* The length of `text` without a character that was cut in its middle at the end. */
static size_t whole_characters(const char *text, size_t size)
{
	size_t lead = size;

	while (lead > 0 && size - lead < 3 && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (lead == 0)
		return size;

	unsigned char first = (unsigned char)text[lead - 1];
	size_t follow = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;

	return size - lead < follow ? lead - 1 : size;
}

static void error_say(struct error *err, const char *text)
{
	size_t size = strlen(text);

	if (size >= sizeof(err->text))
		size = whole_characters(text, sizeof(err->text) - 1);
	memcpy(err->text, text, size);
	err->text[size] = '\0';
	make_one_line(err->text);
}

int error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
	char text[sizeof(err->text) + 1];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	err->kind = kind;
	err->os = 0;
	error_say(err, text);
	return -1;
}

int error_os(struct error *err, const char *format, ...)
{
	int os = errno;
	const char *reason = strerror(os);
	char what[sizeof(err->text)], text[sizeof(err->text) + 1];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	if (snprintf(text, sizeof(text), "%s: %s", what, reason) < 0)
		text[0] = '\0';

	err->kind = ERROR_OS;
	err->os = os;
	error_say(err, text);
	return -1;
}

int error_context(struct error *err, const char *format, ...)
{
	char whose[sizeof(err->text)], text[sizeof(err->text) + 1];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(whose, sizeof(whose), format, arguments);
	va_end(arguments);
	if (snprintf(text, sizeof(text), "%s: %s", whose, err->text) < 0)
		text[0] = '\0';

	error_say(err, text);
	return -1;
}
