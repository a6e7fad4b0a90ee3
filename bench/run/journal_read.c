/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a journal (run/journal.h has the format), and ending one that was cut short.
 *
 * The file goes through one buffer, so a journal of any size is read in little memory. A line is
 * believed only after its chain was checked; until then its text says at most how many raw bytes stand
 * behind it, within a bound. Entries are shown straight from the buffer, which does not move before the
 * next line is wanted.
 *
 * Three things can be wrong and are kept apart. The file stops inside a line or its raw bytes: a torn
 * tail, what a power cut leaves; reading ends well before it. A whole line that does not fit: the chain
 * is broken, reading ends with an error, for good. The disk cannot be read: an error that says nothing
 * about the journal.
 *
 * A power cut can also leave bytes that were never written so (a page that did not reach the card). So
 * a journal without a verdict is ended behind its last good line whatever follows, and what follows is
 * kept. Only where a verdict stands among the lines that do not fit, nothing is touched: it was
 * decided, then damaged, and a person must look at it.
 *
 * Invariant: `place` is the offset behind the last good line, and `chain` belongs to that place.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/strain.h"
#include "run/chain.h"
#include "run/journal_read.h"
#include "run/series_away.h"

enum { READ_SIZE = 64 << 10 };

struct journal_reader {
	char *path;
	int fd;
	struct chain chain;
	struct buf bytes;
	size_t used;		   /* of `bytes`: lines that were shown */
	size_t entry, entries_end; /* in `bytes`: the entries still to be shown */
	uint64_t place;
	unsigned long lines;
	nsec last;	  /* the latest time a good line has */
	const char *text; /* the latest good line, in `bytes` and as a tree */
	struct value *object;
	bool broken;
	struct error error; /* when broken */
};

struct journal_reader *journal_reader_open(const char *folder, struct error *err)
{
	struct journal_reader *reader = xcalloc(1, sizeof(*reader));
	struct value *away;

	reader->path = xprintf("%s/journal", folder);
	chain_init(&reader->chain);
	buf_init(&reader->bytes);
	reader->fd = file_open(reader->path, err);
	if (reader->fd >= 0)
		return reader;

	away = series_away(folder);
	if (away)
		series_away_refuse(away, folder, err);
	value_free(away);
	journal_reader_close(reader);
	return NULL;
}

void journal_reader_close(struct journal_reader *reader)
{
	if (!reader)
		return;
	if (reader->fd >= 0)
		close(reader->fd);
	chain_done(&reader->chain);
	buf_done(&reader->bytes);
	value_free(reader->object);
	free(reader->path);
	free(reader);
}

size_t journal_reader_torn(const struct journal_reader *reader)
{
	return reader->bytes.size - reader->used;
}

void journal_reader_head(const struct journal_reader *reader, char hex[65])
{
	hash_hex(reader->chain.digest, hex);
}

uint64_t journal_reader_place(const struct journal_reader *reader)
{
	return reader->place;
}

nsec journal_reader_latest(const struct journal_reader *reader)
{
	return reader->last;
}

/* ---- bytes and lines ---- */

__attribute__((format(printf, 3, 4))) static int broken(struct journal_reader *reader,
							struct error *err, const char *format, ...)
{
	char what[240];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	reader->broken = true;
	error_set(&reader->error, ERROR_REFUSED,
		  "%s: line %lu (byte %llu): %s: the journal was changed or damaged after it was "
		  "written; keep the file as it is, and go by a copy if there is one",
		  reader->path, reader->lines + 1, (unsigned long long)reader->place, what);
	*err = reader->error;
	return -1;
}

/* 1: there is more in the buffer, which begins with the line again; 0: the file ends. */
static int read_more(struct journal_reader *reader, struct error *err)
{
	char block[READ_SIZE];
	ssize_t count;

	buf_drop(&reader->bytes, reader->used);
	reader->used = 0;
	do
		count = read(reader->fd, block, strain_read(sizeof(block)));
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return error_os(err, "%s: cannot read on after byte %llu", reader->path,
				(unsigned long long)reader->place);
	buf_add(&reader->bytes, block, (size_t)count);
	return count > 0;
}

static const char *line_start(const struct journal_reader *reader)
{
	return reader->bytes.data + reader->used;
}

/* 1: a line of `*size` bytes and its LF are in the buffer; 0: the file ends before. */
static int find_line(struct journal_reader *reader, size_t *size, struct error *err)
{
	size_t seen = 0;

	for (;;) {
		const char *start = line_start(reader);
		size_t have = journal_reader_torn(reader);
		const char *end = memchr(start + seen, '\n', have - seen);
		int more;

		*size = end ? (size_t)(end - start) : have;
		if (*size > CHAIN_LINE_MOST + CHAIN_TAIL)
			return broken(reader, err, "no line ends within %d bytes",
				      CHAIN_LINE_MOST + CHAIN_TAIL);
		if (end)
			return 1;
		seen = have;
		more = read_more(reader, err);
		if (more <= 0)
			return more;
	}
}

/* How many raw bytes follow this line, before anything is known of its chain. */
static int raw_size(struct journal_reader *reader, size_t text_size, size_t *size,
		    struct error *err)
{
	static const char SEGMENT[] = "{\"k\":\"segment\",";
	struct error ignored;
	struct value *object;
	int64_t bytes;

	*size = 0;
	if (strncmp(line_start(reader), SEGMENT, strlen(SEGMENT)) != 0)
		return 0;
	object = json_parse(line_start(reader), text_size, reader->path, &ignored);
	bytes = value_get_int(object, "bytes", -1);
	value_free(object);
	if (bytes < 1 || bytes > CHAIN_SEGMENT_MOST)
		return broken(reader, err, "a segment does not say how long it is (1 to %d bytes)",
			      CHAIN_SEGMENT_MOST);
	*size = (size_t)bytes;
	return 0;
}

/* 1: the raw bytes and their LF are in the buffer, too; 0: the file ends before. */
static int find_raw(struct journal_reader *reader, size_t from, size_t size, struct error *err)
{
	while (journal_reader_torn(reader) < from + size + 1) {
		int more = read_more(reader, err);

		if (more <= 0)
			return more;
	}
	if (line_start(reader)[from + size] != '\n')
		return broken(reader, err, "the segment does not end where it says");
	return 1;
}

/* Is the line what its chain says? `next` is the chain behind it then. */
static int check_chain(struct journal_reader *reader, size_t text_size, size_t raw_bytes,
		       struct chain *next, struct error *err)
{
	const char *text = line_start(reader);
	char hex[HASH_HEX_SIZE];

	*next = reader->chain;
	chain_add(next, text, text_size, text + text_size + CHAIN_TAIL + 1, raw_bytes);
	hash_hex(next->digest, hex);
	if (text[text_size] != ' ' || memcmp(text + text_size + 1, hex, HASH_HEX_SIZE - 1) != 0)
		return broken(reader, err, "the chain does not fit");
	return 0;
}

static uint64_t get_little_endian(const uint8_t *bytes, size_t size)
{
	uint64_t number = 0;

	for (size_t i = size; i-- > 0;)
		number = number << 8 | bytes[i];
	return number;
}

/* The size of the entry at `head`, of which `left` bytes are there; 0: it is none. */
static size_t entry_size(struct journal_reader *reader, const uint8_t *head, size_t left,
			 struct error *err)
{
	size_t size;

	if (left < ENTRY_HEAD_SIZE) {
		broken(reader, err, "the segment ends inside an entry");
		return 0;
	}
	size = (size_t)get_little_endian(head + 4, 4);
	if (size > left - ENTRY_HEAD_SIZE) {
		broken(reader, err, "an entry is longer than its segment");
		return 0;
	}
	if (head[0] < ENTRY_SENT || head[0] > ENTRY_BREATH || head[1] != 0) {
		broken(reader, err, "an entry of kind %u, which this version does not know",
		       head[0]);
		return 0;
	}
	return ENTRY_HEAD_SIZE + size;
}

static int check_entries(struct journal_reader *reader, size_t from, size_t raw_bytes,
			 struct error *err)
{
	const uint8_t *raw = (const uint8_t *)line_start(reader) + from;

	for (size_t at = 0, size; at < raw_bytes; at += size) {
		size = entry_size(reader, raw + at, raw_bytes - at, err);
		if (size == 0)
			return -1;
	}
	return 0;
}

/* The line in the buffer fits its chain, which is `next` behind it: it is used up if it is one of a journal. */
static int take_line(struct journal_reader *reader, size_t text_size, size_t raw_bytes,
		     const struct chain *next, struct error *err)
{
	char *text = reader->bytes.data + reader->used;
	size_t whole = text_size + CHAIN_TAIL + 1;
	struct error ignored;
	nsec time;

	value_free(reader->object);
	reader->object = json_parse(text, text_size, reader->path, &ignored);
	if (!value_get_text(reader->object, "k") || !value_get(reader->object, "t"))
		return broken(reader, err, "no line of a journal, though its chain fits");
	if (check_entries(reader, whole, raw_bytes, err) < 0)
		return -1;
	text[text_size] = '\0';
	reader->text = text;
	time = value_get_int(reader->object, "t", 0);
	if (time > reader->last)
		reader->last = time;

	if (raw_bytes > 0) {
		reader->entry = reader->used + whole;
		reader->entries_end = reader->entry + raw_bytes;
		whole += raw_bytes + 1;
	}
	reader->used += whole;
	reader->place += whole;
	reader->chain = *next;
	reader->lines++;
	return 1;
}

/* 1: one more good line; 0: the file ends. */
static int next_line(struct journal_reader *reader, struct error *err)
{
	size_t size, raw_bytes, text_size;
	struct chain next;
	int got = find_line(reader, &size, err);

	if (got <= 0)
		return got;
	if (size <= CHAIN_TAIL)
		return broken(reader, err, "too short for a line of a journal");
	text_size = size - CHAIN_TAIL;
	if (raw_size(reader, text_size, &raw_bytes, err) < 0)
		return -1;
	if (raw_bytes > 0) {
		got = find_raw(reader, size + 1, raw_bytes, err);
		if (got <= 0)
			return got;
	}
	if (check_chain(reader, text_size, raw_bytes, &next, err) < 0)
		return -1;
	return take_line(reader, text_size, raw_bytes, &next, err);
}

/* ---- entries ---- */

static void next_entry(struct journal_reader *reader, struct journal_item *item)
{
	const uint8_t *head = (const uint8_t *)reader->bytes.data + reader->entry;

	*item = (struct journal_item){
		.entry = head[0],
		.subject = (uint16_t)get_little_endian(head + 2, 2),
		.time = (nsec)get_little_endian(head + 8, 8),
		.data = head + ENTRY_HEAD_SIZE,
		.size = (size_t)get_little_endian(head + 4, 4),
	};
	reader->entry += ENTRY_HEAD_SIZE + item->size;
}

int journal_reader_next(struct journal_reader *reader, struct journal_item *item, struct error *err)
{
	int got;

	if (reader->broken) {
		*err = reader->error;
		return -1;
	}
	while (reader->entry == reader->entries_end) {
		got = next_line(reader, err);
		if (got <= 0)
			return got;
		if (reader->entry < reader->entries_end)
			continue;
		*item = (struct journal_item){
			.kind = value_get_text(reader->object, "k"),
			.time = value_get_int(reader->object, "t", 0),
			.line = reader->object,
			.text = reader->text,
		};
		return 1;
	}
	next_entry(reader, item);
	return 1;
}

/* ---- ending a journal that was cut short ---- */

/* Does the script stand in a wait that may be interrupted (its request; 0: no), and has that been written already? */
struct standing {
	int64_t id;
	char name[48];
	bool told;
};

static bool is_one_of(const char *kind, const char *const *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

static void take_standing(struct standing *standing, const struct journal_item *item)
{
	static const char *const OVER[] = {"stop", "trip"}, *const ENDS[] = {"ends", "result",
									     "cancel"};
	int64_t id = value_get_int(item->line, "id", 0);
	const char *name = value_get_text(item->line, "interruption");

	if (strcmp(item->kind, "stands") == 0) {
		standing->id = id;
		snprintf(standing->name, sizeof(standing->name), "%s", name ? name : "");
	} else if (is_one_of(item->kind, OVER, 2) ||
		   (id == standing->id && is_one_of(item->kind, ENDS, 3))) {
		standing->id = 0;
	}
	standing->told = strcmp(item->kind, "interrupted") == 0;
}

/* 1: a good line of kind "verdict" is there; 0: none up to the end or to where the chain breaks. */
static int read_up_to_verdict(struct journal_reader *reader, struct standing *standing,
			      struct error *err)
{
	struct journal_item item;
	int got;

	*standing = (struct standing){0};
	while ((got = journal_reader_next(reader, &item, err)) > 0) {
		if (item.kind && strcmp(item.kind, "verdict") == 0)
			return 1;
		if (item.kind)
			take_standing(standing, &item);
	}
	return reader->broken ? 0 : got;
}

static bool has_whole_verdict(const char *tail, size_t size)
{
	static const char VERDICT[] = "{\"k\":\"verdict\",";
	const char *end = tail + size, *found = tail;

	while ((found = memmem(found, (size_t)(end - found), VERDICT, strlen(VERDICT)))) {
		if ((found == tail || found[-1] == '\n') &&
		    memchr(found, '\n', (size_t)(end - found)))
			return true;
		found++;
	}
	return false;
}

static int keep_torn(const char *folder, const char *tail, size_t size, struct error *err)
{
	char *path = xprintf("%s/torn", folder);
	int kept;

	for (int number = 2; file_exists(path); number++) {
		free(path);
		path = xprintf("%s/torn.%d", folder, number);
	}
	kept = file_write(path, tail, size, err);
	free(path);
	return kept;
}

static int replace_tail(const struct journal_reader *reader, const struct buf *lines,
			struct error *err)
{
	int fd = open(reader->path, O_WRONLY | O_APPEND | O_CLOEXEC), done = -1;

	if (fd >= 0 && ftruncate(fd, (off_t)reader->place) == 0 &&
	    file_write_all(fd, lines->data, lines->size) == 0)
		done = fdatasync(fd);
	if (done < 0)
		error_os(err,
			 "%s: cannot end this journal, whose run was cut short; mend the disk or "
			 "the rights on it and start again",
			 reader->path);
	if (fd >= 0)
		close(fd);
	return done;
}

static struct value *describe_torn(const char *tail, size_t size)
{
	struct value *torn = value_map();
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_of(tail, size, digest);
	hash_hex(digest, hex);
	value_set_int(torn, "torn_bytes", (int64_t)size);
	value_set_text(torn, "torn_sha256", hex);
	return torn;
}

/* `standing`: it may be taken up again; NULL: it is over. */
static void write_ending(struct journal_reader *reader, struct buf *out, const char *tail,
			 size_t size, const struct standing *standing, const char *why)
{
	struct value *torn = describe_torn(tail, size), *verdict;

	if (standing) {
		value_set_int(torn, "id", standing->id);
		value_set_text(torn, "interruption", standing->name);
		chain_write_line(&reader->chain, out, reader->last, "interrupted", torn);
		return;
	}
	chain_write_line(&reader->chain, out, reader->last, "recovered", torn);

	verdict = value_map();
	value_set_text(verdict, "verdict", "ABORTED");
	value_set_text(verdict, "why", why);
	value_set_text(verdict, "cause", "power");
	chain_write_line(&reader->chain, out, reader->last, "verdict", verdict);
}

static int end_before(struct journal_reader *reader, const char *folder, const char *tail,
		      size_t size, const struct standing *standing, const char *why,
		      struct error *err)
{
	struct buf lines;
	int done;

	if (has_whole_verdict(tail, size))
		return broken(reader, err, "the chain does not fit up to the verdict behind it");
	if (size > 0 && keep_torn(folder, tail, size, err) < 0)
		return -1;
	buf_init(&lines);
	write_ending(reader, &lines, tail, size, standing, why);
	done = replace_tail(reader, &lines, err);
	buf_done(&lines);
	return done;
}

/* The tail can be long when the chain broke early, so it is mapped and not read. */
static int end_reader(struct journal_reader *reader, const char *folder,
		      const struct standing *standing, const char *why, struct error *err)
{
	struct stat stat;
	char *map;
	int done;

	if (fstat(reader->fd, &stat) < 0)
		return error_os(err, "%s: cannot tell how long it is", reader->path);
	if (stat.st_size == 0)
		return end_before(reader, folder, "", 0, standing, why, err);
	map = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, reader->fd, 0);
	if (map == MAP_FAILED)
		return error_os(err, "%s: cannot be mapped to be ended", reader->path);
	done = end_before(reader, folder, map + reader->place, (size_t)stat.st_size - reader->place,
			  standing, why, err);
	munmap(map, (size_t)stat.st_size);
	return done;
}

static int end_journal(const char *folder, bool for_good, const char *why, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(folder, err);
	struct standing standing;
	struct error damage;
	int ended;

	if (!reader)
		return -1;
	ended = read_up_to_verdict(reader, &standing, &damage);
	if (ended < 0)
		*err = damage;
	else if (ended > 0)
		ended = JOURNAL_HAD_ENDED;
	else if (standing.id && !for_good && standing.told && journal_reader_torn(reader) == 0)
		ended = JOURNAL_STANDS;
	else if (end_reader(reader, folder, standing.id && !for_good ? &standing : NULL, why, err) <
		 0)
		ended = -1;
	else
		ended = standing.id && !for_good ? JOURNAL_INTERRUPTED : JOURNAL_ENDED;
	journal_reader_close(reader);
	return ended;
}

int journal_end_cut_short(const char *folder, const char *why, struct error *err)
{
	return end_journal(folder, false, why, err);
}

int journal_end_interrupted(const char *folder, const char *why, struct error *err)
{
	int ended = end_journal(folder, true, why, err);

	if (ended != JOURNAL_HAD_ENDED)
		return ended < 0 ? -1 : 0;
	return error_set(err, ERROR_REFUSED, "it has its verdict already");
}
