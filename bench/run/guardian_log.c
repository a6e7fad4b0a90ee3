/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that wait in memory while there are more urgent things than a disk. */
#include "run/guardian_log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/loop.h"

void guardian_log_open(struct guardian_log *log, const char *state)
{
	log->state = state;
	buf_init(&log->text);
}

void guardian_log_note(struct guardian_log *log, const char *format, ...)
{
	time_t seconds = (time_t)(loop_wall_time() / SEC(1));
	struct tm utc;
	char stamp[32], text[640];
	va_list arguments;

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	buf_printf(&log->text, "%s %s\n", stamp, text);
}

void guardian_log_write(struct guardian_log *log)
{
	char *path;
	int fd;

	if (!log->text.size)
		return;
	path = xprintf("%s/guardian.log", log->state);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	free(path);
	if (fd >= 0) {
		ssize_t ignored = write(fd, log->text.data, log->text.size);

		(void)ignored;
		close(fd);
	}
	buf_clear(&log->text);
}

void guardian_log_close(struct guardian_log *log)
{
	guardian_log_write(log);
	buf_done(&log->text);
}

/* The nearer of two places in a text, of which either may be NULL. */
static const char *nearer(const char *one, const char *other)
{
	return !one || (other && other < one) ? other : one;
}

double guardian_log_safe_after(const char *text, int slot, const char *run, const char *output,
			       bool *known)
{
	char again[48], left[48], step[80];
	char *mark = xprintf("slot %d: outputs of run %s\n", slot, run);
	const char *line = strstr(text, mark), *end;
	double ms = -1;

	*known = line != NULL;
	line = line ? line + strlen(mark) : "";
	free(mark);
	snprintf(again, sizeof(again), " slot %d: outputs of run ", slot);
	snprintf(left, sizeof(left), " slot %d: left by run ", slot);
	snprintf(step, sizeof(step), " slot %d: %s (", slot, output);
	end = nearer(strstr(line, again), strstr(line, left));
	while ((line = strstr(line, step)) && (!end || line < end)) {
		const char *done = strstr(line, ": done "), *stop = strchr(line, '\n');

		if (done && (!stop || done < stop))
			ms = atof(done + strlen(": done "));
		line += strlen(step);
	}
	return ms;
}
