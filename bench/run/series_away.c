/* SPDX-License-Identifier: Apache-2.0 */
#include "run/series_away.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"

enum { AWAY_MOST = 1 << 20, DAY_SIZE = 10 };

static char *path_of(const char *folder, const char *name)
{
	return xprintf("%s/%s", folder, name);
}

struct value *series_away(const char *folder)
{
	char *path = path_of(folder, "away.json"), *journal = path_of(folder, "journal");
	struct value *away = NULL;
	struct error none;
	struct buf text;

	buf_init(&text);
	if (!file_exists(journal) && file_exists(path) &&
	    file_read(path, AWAY_MOST, &text, &none) == 0)
		away = json_parse(text.data, text.size, path, &none);
	buf_done(&text);
	free(journal);
	free(path);
	return away;
}

char *series_away_text(const struct value *away)
{
	const struct value *holders = value_get(away, "holders");
	const char *since = value_get_text(away, "since");
	struct buf text;

	buf_init(&text);
	buf_printf(&text, "since %.*s with ", DAY_SIZE, since ? since : "?");
	for (size_t i = 0; i < value_count(holders); i++) {
		const char *receiver = value_get_text(value_at(holders, i), "receiver");

		buf_printf(&text, "%s%s (record %lld)", i ? " and " : "", receiver ? receiver : "?",
			   (long long)value_get_int(value_at(holders, i), "receipt", 0));
	}
	return buf_detach(&text);
}

int series_away_refuse(const struct value *away, const char *folder, struct error *err)
{
	const char *run = strrchr(folder, '/');
	char *text = series_away_text(away);

	error_set(err, ERROR_REFUSED,
		  "the series of %.100s are not here: they are %s; have a copy brought back and "
		  "take it "
		  "with davy series fetch BAG",
		  run ? run + 1 : folder, text);
	free(text);
	return -1;
}

/* "last" is by when the journal was written. */
static void keep_time(const char *journal, const char *path)
{
	struct stat status;

	if (stat(journal, &status) == 0)
		utimensat(AT_FDCWD, path, (const struct timespec[]){status.st_mtim, status.st_mtim},
			  0);
}

int series_away_make(const char *folder, const struct value *away, struct error *err)
{
	char *path = path_of(folder, "away.json"), *journal = path_of(folder, "journal");
	struct buf text;
	int done;

	buf_init(&text);
	json_write(&text, away);
	buf_add_byte(&text, '\n');
	done = file_write(path, text.data, text.size, err);
	buf_done(&text);
	if (done == 0)
		keep_time(journal, path);
	if (done == 0 && unlink(journal) < 0)
		done = error_os(err, "%s: cannot be removed", journal);
	if (done == 0)
		done = file_sync_folder(folder, err);
	free(journal);
	free(path);
	return done;
}
