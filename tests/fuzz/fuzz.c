/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fuzz targets share: promises, the parts of an input, a journal's folder.
 *
 * The folder lies in memory, because every input writes it anew. It has the process in its name, and
 * is left behind when the process dies of a finding: all.sh gives TMPDIR, which it removes as a whole.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"

static char folder[96];

void fuzz_must(bool kept, const char *promise, const char *file, int line)
{
	if (kept)
		return;
	fprintf(stderr, "%s:%d: it does not hold: %s\n", file, line, promise);
	abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	return xstrndup((const char *)data, size);
}

struct fuzz_parts fuzz_split(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;

	if (!end)
		return (struct fuzz_parts){fuzz_text(data, size), data + size, 0};
	return (struct fuzz_parts){
		.first = fuzz_text(data, (size_t)(end - data)),
		.rest = end + 1,
		.size = size - (size_t)(end - data) - 1,
	};
}

static void remove_folder(void)
{
	struct error ignored;

	file_remove_folder(folder, &ignored);
}

static void make_folder(void)
{
	const char *below = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%.60s/davy-fuzz-XXXXXX", below ? below : "/dev/shm");
	must(mkdtemp(folder) != NULL);
	atexit(remove_folder);
}

void fuzz_beside(const char *name, const void *data, size_t size)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!data) {
		unlink(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

const char *fuzz_journal(const void *data, size_t size)
{
	if (!folder[0])
		make_folder();
	fuzz_beside("journal", data, size);
	return folder;
}
