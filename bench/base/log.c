/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each line goes out in one write, so that lines of several processes on one terminal or in one
 * service journal never mix. No levels to choose and no clock: who collects the lines stamps them.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void log_line(const char *mark, const char *format, va_list arguments)
{
	char line[1024];
	size_t head = (size_t)snprintf(line, sizeof(line), "davy: %s", mark);

	vsnprintf(line + head, sizeof(line) - head - 1, format, arguments);

	size_t size = strlen(line);

	line[size++] = '\n';
	if (write(STDERR_FILENO, line, size) < 0)
		return; /* nowhere left to say so */
}

void log_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line("", format, arguments);
	va_end(arguments);
}

void log_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line("warning: ", format, arguments);
	va_end(arguments);
}
