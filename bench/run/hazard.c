/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is small and replaced as a whole: one line for each specimen that must not be touched yet. A
 * line that cannot be read is said in the log and dropped with the next change; the journals of the runs
 * have the same in their heads.
 */
#include "run/hazard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "loop/loop.h"

enum { FILE_MOST = 4 << 20 };

struct hazards {
	struct writer *writer;
	char *path;
	size_t count, room;
	struct hazard *hazard;
};

struct hazard_now hazard_now(void)
{
	struct hazard_now now = {.since = loop_boot_time()};
	struct buf text;
	struct error ignored;

	buf_init(&text);
	if (file_read("/proc/sys/kernel/random/boot_id", 4096, &text, &ignored) == 0)
		snprintf(now.boot, sizeof(now.boot), "%.*s", (int)strcspn(text.data, "\n"),
			 text.data);
	buf_done(&text);
	return now;
}

/* Where boots have no name, one that is younger than the entry is another. */
static bool is_of_this_boot(const struct hazard *hazard, const struct hazard_now *now)
{
	return !strcmp(hazard->boot, now->boot) && hazard->from <= now->since;
}

nsec hazard_left(const struct hazard *hazard, const struct hazard_now *now)
{
	nsec waited = !is_of_this_boot(hazard, now) ? now->since
		      : hazard->from < 0	    ? 0
						    : now->since - hazard->from;

	return waited < hazard->wait ? hazard->wait - waited : 0;
}

/* ---- entries ---- */

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static struct hazard *add(struct hazards *hazards, const struct hazard *from)
{
	struct hazard *hazard;

	if (hazards->count == hazards->room) {
		hazards->room = hazards->room ? hazards->room * 2 : 16;
		hazards->hazard =
			xrealloc(hazards->hazard, hazards->room * sizeof(*hazards->hazard));
	}
	hazard = &hazards->hazard[hazards->count++];
	*hazard = *from;
	hazard->run = copy(from->run);
	hazard->serial = copy(from->serial);
	hazard->text = copy(from->text);
	hazard->zh = copy(from->zh);
	return hazard;
}

static void done(struct hazard *hazard)
{
	free(hazard->run);
	free(hazard->serial);
	free(hazard->text);
	free(hazard->zh);
}

/* True when something was dropped. */
static bool drop_passed(struct hazards *hazards, const struct hazard_now *now)
{
	size_t kept = 0, count = hazards->count;

	for (size_t i = 0; i < count; i++) {
		if (hazard_left(&hazards->hazard[i], now) > 0)
			hazards->hazard[kept++] = hazards->hazard[i];
		else
			done(&hazards->hazard[i]);
	}
	hazards->count = kept;
	return kept < count;
}

/* ---- the file ---- */

/* What it is and whose; not how long it waits. */
static struct value *describe(const struct hazard *hazard)
{
	struct value *map = value_map();

	value_set_int(map, "slot", hazard->slot);
	value_set_text(map, "run", hazard->run);
	value_set_text(map, "serial", hazard->serial);
	value_set_text(map, "text", hazard->text);
	value_set_text(map, "zh", hazard->zh);
	value_set_bool(map, "simulated", hazard->simulated);
	return map;
}

static void write_all(const struct hazards *hazards, struct buf *out)
{
	for (size_t i = 0; i < hazards->count; i++) {
		const struct hazard *hazard = &hazards->hazard[i];
		struct value *line = describe(hazard);

		value_set_int(line, "wait_ns", hazard->wait);
		value_set_text(line, "boot", hazard->boot);
		if (hazard->from >= 0)
			value_set_int(line, "from_ns", hazard->from);
		json_write(out, line);
		buf_add_byte(out, '\n');
		value_free(line);
	}
}

static void replace(struct hazards *hazards, writer_done_fn *fn, void *ctx)
{
	struct buf text;

	buf_init(&text);
	write_all(hazards, &text);
	writer_replace(hazards->writer, hazards->path, text.data, text.size, fn, ctx);
	buf_done(&text);
}

static void read_line(struct hazards *hazards, const char *text, size_t size)
{
	struct error err;
	struct value *line = json_parse(text, size, hazards->path, &err);
	const char *boot = value_get_text(line, "boot");
	struct hazard hazard = {
		.slot = (int)value_get_int(line, "slot", 0),
		.run = (char *)value_get_text(line, "run"),
		.serial = (char *)value_get_text(line, "serial"),
		.text = (char *)value_get_text(line, "text"),
		.zh = (char *)value_get_text(line, "zh"),
		.simulated = value_get_bool(line, "simulated"),
		.wait = value_get_int(line, "wait_ns", 0),
		.from = value_get_int(line, "from_ns", -1),
	};

	snprintf(hazard.boot, sizeof(hazard.boot), "%s", boot ? boot : "");
	if (hazard.run && hazard.text && hazard.zh)
		add(hazards, &hazard);
	else if (size)
		log_warning("%s: a line cannot be read: %.*s", hazards->path,
			    (int)(size < 80 ? size : 80), text);
	value_free(line);
}

static int read_file(struct hazards *hazards, struct error *err)
{
	struct buf text;
	int got = 0;

	buf_init(&text);
	if (file_exists(hazards->path))
		got = file_read(hazards->path, FILE_MOST, &text, err);
	for (size_t at = 0; got == 0 && at < text.size;) {
		const char *end = memchr(text.data + at, '\n', text.size - at);
		size_t size = end ? (size_t)(end - text.data) - at : text.size - at;

		read_line(hazards, text.data + at, size);
		at += size + 1;
	}
	buf_done(&text);
	return got;
}

/* Of another boot: from this one's beginning on. Of a run that this boot has lost: from now on. */
static bool begin_to_wait(struct hazards *hazards, const struct hazard_now *now)
{
	bool changed = false;

	for (size_t i = 0; i < hazards->count; i++) {
		struct hazard *hazard = &hazards->hazard[i];
		bool same = is_of_this_boot(hazard, now);

		if (same && hazard->from >= 0)
			continue;
		hazard->from = same ? now->since : 0;
		strcpy(hazard->boot, now->boot);
		changed = true;
	}
	return changed;
}

static int bring_up_to_date(struct hazards *hazards, const struct hazard_now *now,
			    struct error *err)
{
	bool passed = drop_passed(hazards, now);
	bool changed = begin_to_wait(hazards, now) || passed;
	struct buf text;
	int written = 0;

	if (!changed)
		return 0;
	buf_init(&text);
	write_all(hazards, &text);
	written = file_write(hazards->path, text.data, text.size, err);
	buf_done(&text);
	return written;
}

struct hazards *hazards_open(const char *state, struct writer *writer, const struct hazard_now *now,
			     struct error *err)
{
	struct hazards *hazards = xcalloc(1, sizeof(*hazards));

	hazards->writer = writer;
	hazards->path = xprintf("%s/hazards", state);
	if (read_file(hazards, err) == 0 && (!writer || bring_up_to_date(hazards, now, err) == 0))
		return hazards;
	hazards_close(hazards);
	return NULL;
}

void hazards_close(struct hazards *hazards)
{
	if (!hazards)
		return;
	for (size_t i = 0; i < hazards->count; i++)
		done(&hazards->hazard[i]);
	free(hazards->hazard);
	free(hazards->path);
	free(hazards);
}

/* ---- runs ---- */

/* A run that is taken up again has an entry of before. */
static void forget_run(struct hazards *hazards, const char *run)
{
	size_t kept = 0, count = hazards->count;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(hazards->hazard[i].run, run) != 0)
			hazards->hazard[kept++] = hazards->hazard[i];
		else
			done(&hazards->hazard[i]);
	}
	hazards->count = kept;
}

void hazards_begin(struct hazards *hazards, const struct hazard *hazard, writer_done_fn *fn,
		   void *ctx)
{
	forget_run(hazards, hazard->run);
	add(hazards, hazard);
	replace(hazards, fn, ctx);
}

void hazards_end(struct hazards *hazards, const char *run, const struct hazard_now *now)
{
	bool known = false;

	for (size_t i = 0; i < hazards->count; i++) {
		if (strcmp(hazards->hazard[i].run, run) != 0)
			continue;
		hazards->hazard[i].from = now->since;
		known = true;
	}
	if (drop_passed(hazards, now) || known)
		replace(hazards, NULL, NULL);
}

void hazards_forget(struct hazards *hazards, void *ctx)
{
	writer_forget(hazards->writer, ctx);
}

/* ---- for people ---- */

struct value *hazards_list(const struct hazards *hazards, const struct hazard_now *now)
{
	struct value *list = value_list();

	for (size_t i = 0; i < hazards->count; i++) {
		const struct hazard *hazard = &hazards->hazard[i];
		nsec left = hazard_left(hazard, now);
		struct value *one;

		if (!left)
			continue;
		one = value_add(list, describe(hazard));
		value_set_bool(one, "running", hazard->from < 0);
		value_set_int(one, "left_ns", left);
	}
	return list;
}

void hazard_say(struct buf *out, const struct value *one)
{
	const char *serial = value_get_text(one, "serial");
	nsec left = value_get_int(one, "left_ns", 0);

	if (value_get_bool(one, "simulated"))
		buf_add_text(out, "SIMULATED 仿真: ");
	buf_printf(out, "specimen %s in slot %lld: %s %s: do not touch it ", serial ? serial : "?",
		   (long long)value_get_int(one, "slot", 0), value_get_text(one, "text"),
		   value_get_text(one, "zh"));
	if (value_get_bool(one, "running"))
		buf_printf(out, "until %lld min after the end of run %s",
			   (long long)((left + SEC(60) - 1) / SEC(60)), value_get_text(one, "run"));
	else
		buf_printf(out, "for %lld min (run %s)",
			   (long long)((left + SEC(60) - 1) / SEC(60)), value_get_text(one, "run"));
}
