/* SPDX-License-Identifier: Apache-2.0 */
/* The file is read backwards, in steps that double, until the last line is whole in what was read. */
#include "record/log_tail.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "record/entry.h"

enum { FIRST_STEP = 65536 };

/* The last line in these bytes, which end the file; NULL: it begins before them. */
static const char *last_line(const char *bytes, size_t size, bool is_whole, size_t *length)
{
	size_t end = size, begin;

	while (end > 0 && bytes[end - 1] != '\n')
		end--;
	if (end == 0)
		return NULL;
	for (begin = end - 1; begin > 0 && bytes[begin - 1] != '\n'; begin--)
		;
	*length = end - 1 - begin;
	return begin > 0 || is_whole ? bytes + begin : NULL;
}

static int read_moment(const char *line, size_t size, struct moment *moment, struct error *err)
{
	struct entry entry;
	struct jws *record = entry_parse(&entry, line, size, "the last record", err);

	if (!record)
		return -1;
	*moment = entry.at;
	entry_done(&entry);
	jws_free(record);
	return 1;
}

static int read_back(int file, off_t end, struct moment *moment, struct error *err)
{
	for (off_t step = FIRST_STEP;; step *= 2) {
		off_t size = step < end ? step : end;
		char *bytes = xcalloc((size_t)size + 1, 1);
		ssize_t got = pread(file, bytes, (size_t)size, end - size);
		size_t length;
		const char *line =
			got == size ? last_line(bytes, (size_t)size, size == end, &length) : NULL;
		int done = line ? read_moment(line, length, moment, err) : 0;

		free(bytes);
		if (line || got != size || size == end || step > JWS_LARGEST)
			return got < 0 ? error_os(err, "the records cannot be read") : done;
	}
}

int log_tail_moment(const char *state, struct moment *moment, struct error *err)
{
	char *path = xprintf("%s/records/records.jsonl", state);
	int file = open(path, O_RDONLY | O_CLOEXEC), done = 0;
	struct stat status;

	if (file >= 0 && fstat(file, &status) == 0 && status.st_size > 0)
		done = read_back(file, status.st_size, moment, err);
	if (file >= 0)
		close(file);
	free(path);
	return done;
}
