/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was used up.
 *
 * The file is read once and only ever appended to. A line that cannot be read is a torn one, of a loss of
 * power: it is left where it is, said in the log, and the journal of its run, which was synced before,
 * brings it again. In memory stand also the reservations of runs that have begun and not yet used up
 * anything, so that two slots cannot take one specimen.
 */
#include "run/consumed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "run/journal_read.h"
#include "run/series_away.h"

enum { FILE_MOST = 64 << 20 };

struct entry {
	char *class, *serial, *run;
	bool simulated;
	bool reserved; /* not yet used up */
};

struct consumed {
	struct writer *writer;
	int fd;
	size_t count, room;
	struct entry *entry;
};

/* ---- entries ---- */

static struct entry *add_entry(struct consumed *consumed, const struct specimen *specimen,
			       const char *run)
{
	struct entry *entry;

	if (consumed->count == consumed->room) {
		consumed->room = consumed->room ? consumed->room * 2 : 16;
		consumed->entry =
			xrealloc(consumed->entry, consumed->room * sizeof(*consumed->entry));
	}
	entry = &consumed->entry[consumed->count++];
	*entry = (struct entry){
		.class = xstrdup(specimen->class),
		.serial = xstrdup(specimen->serial),
		.run = xstrdup(run),
		.simulated = specimen->simulated,
	};
	return entry;
}

static void free_entry(struct entry *entry)
{
	free(entry->class);
	free(entry->serial);
	free(entry->run);
}

const char *consumed_by(const struct consumed *consumed, const struct specimen *specimen)
{
	for (size_t i = 0; i < consumed->count; i++) {
		const struct entry *entry = &consumed->entry[i];
		struct specimen one = {entry->class, entry->serial, entry->simulated};

		if (specimen_same(&one, specimen))
			return entry->run;
	}
	return NULL;
}

/* ---- the file ---- */

static void write_line(struct buf *out, const struct specimen *specimen, const char *run)
{
	struct value *line = value_map();

	value_set_text(line, "class", specimen->class);
	value_set_text(line, "serial", specimen->serial);
	value_set_bool(line, "simulated", specimen->simulated);
	value_set_text(line, "run", run);
	json_write(out, line);
	buf_add_byte(out, '\n');
	value_free(line);
}

static void read_line(struct consumed *consumed, const char *path, const char *text, size_t size)
{
	struct error err;
	struct value *line = json_parse(text, size, path, &err);
	const char *run = value_get_text(line, "run");
	struct specimen specimen = {value_get_text(line, "class"), value_get_text(line, "serial"),
				    value_get_bool(line, "simulated")};

	if (specimen.class && specimen.serial && run)
		add_entry(consumed, &specimen, run);
	else if (size)
		log_warning("%s: a line cannot be read: %.*s", path, (int)(size < 80 ? size : 80),
			    text);
	value_free(line);
}

/* 1: the file ends in the middle of a line. */
static int read_file(struct consumed *consumed, const char *path, struct error *err)
{
	struct buf text;
	size_t at = 0;
	int torn;

	buf_init(&text);
	if (file_read(path, FILE_MOST, &text, err) < 0) {
		buf_done(&text);
		return -1;
	}
	while (at < text.size) {
		char *end = memchr(text.data + at, '\n', text.size - at);
		size_t size = end ? (size_t)(end - text.data) - at : text.size - at;

		read_line(consumed, path, text.data + at, size);
		at += size + 1;
	}
	torn = text.size && text.data[text.size - 1] != '\n';
	buf_done(&text);
	return torn;
}

static int open_file(struct consumed *consumed, const char *state, const char *path,
		     struct error *err)
{
	bool there = file_exists(path);
	int torn;

	consumed->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (consumed->fd < 0)
		return error_os(err, "%s", path);
	if (!there && file_sync_folder(state, err) < 0)
		return -1;
	torn = read_file(consumed, path, err);
	if (torn > 0 && write(consumed->fd, "\n", 1) != 1)
		return error_os(err, "%s", path);
	return torn < 0 ? -1 : 0;
}

struct consumed *consumed_open(const char *state, struct writer *writer, struct error *err)
{
	struct consumed *consumed = xcalloc(1, sizeof(*consumed));
	char *path = xprintf("%s/consumed", state);
	int done = file_make_folder(state, err);

	consumed->fd = -1;
	consumed->writer = writer;
	if (done == 0)
		done = open_file(consumed, state, path, err);
	free(path);
	if (done == 0)
		return consumed;
	consumed_close(consumed);
	return NULL;
}

void consumed_close(struct consumed *consumed)
{
	if (!consumed)
		return;
	if (consumed->fd >= 0 && consumed->writer)
		writer_close(consumed->writer, consumed->fd);
	else if (consumed->fd >= 0)
		close(consumed->fd);
	for (size_t i = 0; i < consumed->count; i++)
		free_entry(&consumed->entry[i]);
	free(consumed->entry);
	free(consumed);
}

/* ---- runs ---- */

void consumed_reserve(struct consumed *consumed, const struct specimen *specimen, const char *run)
{
	add_entry(consumed, specimen, run)->reserved = true;
}

static struct entry *reserved_by(const struct consumed *consumed, const char *run)
{
	for (size_t i = 0; i < consumed->count; i++)
		if (consumed->entry[i].reserved && !strcmp(consumed->entry[i].run, run))
			return &consumed->entry[i];
	return NULL;
}

void consumed_release(struct consumed *consumed, const char *run, void *ctx)
{
	struct entry *entry = reserved_by(consumed, run);

	writer_forget(consumed->writer, ctx);
	if (!entry)
		return;
	free_entry(entry);
	*entry = consumed->entry[--consumed->count];
}

void consumed_write(struct consumed *consumed, const char *run, writer_done_fn *fn, void *ctx)
{
	struct entry *entry = reserved_by(consumed, run);
	struct specimen specimen = {entry->class, entry->serial, entry->simulated};
	struct buf line;

	entry->reserved = false;
	buf_init(&line);
	write_line(&line, &specimen, run);
	writer_append(consumed->writer, consumed->fd, line.data, line.size);
	writer_sync(consumed->writer, consumed->fd, fn, ctx);
	buf_done(&line);
}

/* ---- recovery ---- */

static int restore(const char *state, const struct specimen *specimen, const char *run,
		   struct error *err)
{
	struct consumed *consumed = consumed_open(state, NULL, err);
	struct buf line;
	int done = 0;

	if (!consumed)
		return -1;
	buf_init(&line);
	write_line(&line, specimen, run);
	if (!consumed_by(consumed, specimen) &&
	    (write(consumed->fd, line.data, line.size) != (ssize_t)line.size ||
	     fsync(consumed->fd) < 0))
		done = error_os(err, "%s/consumed", state);
	buf_done(&line);
	consumed_close(consumed);
	return done;
}

/* `line` is a journal's "consumes". */
static int restore_line(const char *state, const struct value *line, const char *run,
			struct error *err)
{
	struct specimen specimen = {value_get_text(line, "class"), value_get_text(line, "serial"),
				    value_get_bool(line, "simulated")};

	return specimen.class && specimen.serial ? restore(state, &specimen, run, err) : 0;
}

int consumed_restore(const char *state, const char *folder, const char *run, struct error *err)
{
	struct value *away = series_away(folder);
	struct journal_reader *reader = away ? NULL : journal_reader_open(folder, err);
	struct journal_item item;
	int got = 1, done = 0;

	if (away) {
		done = restore_line(state, value_get(away, "consumes"), run, err);
		value_free(away);
		return done;
	}
	if (!reader)
		return -1;
	while (got > 0 && (got = journal_reader_next(reader, &item, err)) > 0) {
		if (item.kind && !strcmp(item.kind, "start"))
			break;
		if (!item.kind || strcmp(item.kind, "consumes") != 0)
			continue;
		done = restore_line(state, item.line, run, err);
		break;
	}
	journal_reader_close(reader);
	return got < 0 ? -1 : done;
}

/* ---- may it begin? ---- */

bool specimen_of(const struct plan *plan, struct specimen *specimen)
{
	const char *serial = value_get_text(plan->order->dut, "serial");

	/* a run that is taken up again used it up when it began */
	if (!plan->protocol->destructive || !serial || plan->order->continues)
		return false;
	*specimen = (struct specimen){plan->protocol->class, serial, plan->order->simulated};
	return true;
}

static int refuse_unconfirmed(const struct specimen *specimen, const char *destroys,
			      struct specimen_refusal *refusal)
{
	refusal->kind = "confirm";
	refusal->serial = specimen->serial;
	if (destroys)
		return error_set(&refusal->err, ERROR_USAGE,
				 "this test uses up its specimen, which was named '%s' and "
				 "confirmed as '%s': nothing was begun",
				 specimen->serial, destroys);
	return error_set(&refusal->err, ERROR_USAGE,
			 "this test uses up its specimen: confirm it with --destroys %s",
			 specimen->serial);
}

int specimen_check(const struct plan *plan, const struct consumed *consumed,
		   struct specimen_refusal *refusal)
{
	const char *destroys = plan->order->destroys;
	struct specimen specimen;

	*refusal = (struct specimen_refusal){0};
	if (!specimen_of(plan, &specimen))
		return destroys && !plan->order->continues
			       ? error_set(&refusal->err, ERROR_USAGE,
					   "--destroys %s: this run uses up no specimen that was "
					   "named with --dut serial=…",
					   destroys)
			       : 0;
	if (!specimen_is_named(&specimen))
		return error_set(&refusal->err, ERROR_USAGE,
				 "this test uses up its specimen, and its serial number is empty: "
				 "--dut serial=… is what stands on it");
	refusal->run = consumed_by(consumed, &specimen);
	if (refusal->run) {
		refusal->kind = "consumed";
		refusal->serial = specimen.serial;
		return error_set(&refusal->err, ERROR_USAGE,
				 "specimen %s (%s) was used up by run %s: a destructive test needs "
				 "a new one",
				 specimen.serial, specimen.class, refusal->run);
	}
	if (!destroys || strcmp(destroys, specimen.serial) != 0)
		return refuse_unconfirmed(&specimen, destroys, refusal);
	return 0;
}
