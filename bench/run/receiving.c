/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copied first, then proved from the copy: what is signed for is what is here. Then the records by their ids, then the
 * receipts here, then the receipts on the stick; each has its name only when it is whole.
 */
#include "run/receiving.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "record/bag.h"
#include "record/entry.h"
#include "record/received.h"
#include "run/proof.h"
#include "run/tree_copy.h"

enum { KEY_SHOWN = 8, NAME_MOST = 120 };

struct receiver {
	const struct receiving_wish *wish;
	char *name;   /* of the bag */
	char *folder; /* here */
	char digest[HASH_HEX_SIZE];
	bool is_again;
	struct value *records; /* of its statements: list of maps */
	char *origin;
	int64_t repeated, journals;
};

static char *join(const char *folder, const char *name)
{
	return xprintf("%s/%s", folder, name);
}

/* ---- the bag ---- */

static int take_name(struct receiver *of, struct error *err)
{
	char *path = xstrdup(of->wish->bag), *end;
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		path[--size] = '\0';
	end = strrchr(path, '/');
	of->name = xstrdup(end ? end + 1 : path);
	free(path);
	for (const char *at = of->name; *at; at++)
		if (*at <= ' ' || *at > '~')
			return error_set(err, ERROR_USAGE, "'%.100s' is no bag's name", of->name);
	if (!of->name[0] || of->name[0] == '.' || strlen(of->name) > NAME_MOST)
		return error_set(err, ERROR_USAGE, "'%.100s' is no bag's name", of->name);
	if (!bag_is(of->wish->bag))
		return error_set(
			err, ERROR_USAGE,
			"%s is no bag: it has no bagit.txt, as one that was cut off has none",
			of->wish->bag);
	return 0;
}

/* The same bag under whatever name. */
static int find_here(struct receiver *of, struct error *err)
{
	char *bags = join(of->wish->into, "bags"), **names = NULL, hex[HASH_HEX_SIZE];
	size_t count = 0;
	int done = file_make_folder(bags, err);

	if (done == 0)
		done = received_bag_digest(of->wish->bag, of->digest, err);
	if (done == 0)
		done = file_list(bags, &names, &count, err);
	for (size_t i = 0; i < count; i++) {
		char *folder = join(bags, names[i]);
		struct error none;

		if (!of->is_again && bag_is(folder) && !strstr(names[i], ".part") &&
		    received_bag_digest(folder, hex, &none) == 0 && !strcmp(hex, of->digest)) {
			of->is_again = true;
			free(of->name);
			of->name = xstrdup(names[i]);
		}
		free(folder);
		free(names[i]);
	}
	free(names);
	if (done == 0) {
		of->folder = join(bags, of->name);
		if (!of->is_again && file_exists(of->folder))
			done = error_set(
				err, ERROR_REFUSED,
				"%s is here, and is another bag of the same name: nothing is "
				"received",
				of->folder);
	}
	free(bags);
	return done;
}

static int prove(const struct receiver *of, const char *folder, struct error *err)
{
	const struct proof_wish wish = {.administrator = of->wish->administrator};
	struct value *found = proof_of_bundle(folder, &wish, err);
	const struct value *first = value_at(value_get(found, "problems"), 0);
	const char *file = value_get_text(first, "file"), *why = value_get_text(first, "why");
	long long seq = value_get_int(first, "seq", 0);
	char *which = file ? xstrdup(file) : seq ? xprintf("record %lld", seq) : xstrdup("it");
	int done = found ? 0 : -1;

	if (found && !value_get_bool(found, "good"))
		done = error_set(
			err, ERROR_REFUSED,
			"%s: %.120s: %.200s; nothing of it is received, and nothing signed for",
			of->name, which, why ? why : "it is not good");
	free(which);
	value_free(found);
	return done;
}

/* Copy it and prove the copy. */
static int fetch(struct receiver *of, char **part, struct error *err)
{
	*part = xprintf("%s.part", of->folder);
	if (file_exists(*part) && file_remove_folder(*part, err) < 0)
		return -1;
	if (tree_copy(of->wish->bag, *part, err) < 0)
		return error_context(err, "%s", of->name);
	if (prove(of, *part, err) < 0)
		return -1;
	return received_bag_digest(*part, of->digest, err);
}

/* ---- its records ---- */

static char *path_of_record(const struct receiver *of, const char *id)
{
	const char *end = strrchr(id, ':');

	return xprintf("%s/records/%s.json", of->wish->into, end ? end + 1 : id);
}

/* One that is here under this id is this one. */
static int check_known(struct receiver *of, const char *id, const struct buf *text,
		       struct error *err)
{
	char *path = path_of_record(of, id);
	struct buf here;
	int done = 0;

	buf_init(&here);
	if (file_exists(path)) {
		done = file_read(path, JWS_LARGEST, &here, err);
		if (done == 0 &&
		    (here.size != text->size || memcmp(here.data, text->data, text->size) != 0))
			done = error_set(
				err, ERROR_REFUSED,
				"%s: another record is here under the id %.80s, in %s: find out "
				"who has used it twice; nothing is received",
				of->name, id, path);
		of->repeated += done == 0;
	}
	buf_done(&here);
	free(path);
	return done;
}

static void describe(struct receiver *of, const char *folder, const struct entry *entry,
		     const struct buf *text)
{
	struct value *one = value_add(of->records, value_map());
	const struct value *journal = received_journal(entry);
	const char *run = value_get_text(value_get(entry->says, "mse:run"), "mse:run");
	char *path = xprintf("%s/data/runs/%s/journal", folder, run ? run : "-");
	char hex[HASH_HEX_SIZE];
	uint8_t digest[HASH_SIZE];

	hash_of(text->data, text->size, digest);
	hash_hex(digest, hex);
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_set_text(one, "id", entry->id);
	value_set_text(one, "sha256", hex);
	if (journal && file_exists(path)) {
		value_set(one, "journal", value_copy(journal));
		of->journals++;
	}
	if (entry->seq == 1 && !of->origin)
		of->origin = xstrdup(value_get_text(entry->says, "origin"));
	free(path);
}

typedef int record_fn(struct receiver *of, const char *folder, const struct entry *entry,
		      const struct buf *text, struct error *err);

static int each_record(struct receiver *of, const char *folder, record_fn *take, struct error *err)
{
	char *records = join(folder, "data/records"), **names = NULL;
	size_t count = 0;
	int done = file_list(records, &names, &count, err);

	for (size_t i = 0; i < count; i++) {
		char *path = join(records, names[i]);
		struct entry entry;
		struct jws *jws = NULL;
		struct buf text;

		buf_init(&text);
		if (done == 0)
			done = file_read(path, JWS_LARGEST, &text, err);
		if (done == 0)
			jws = entry_parse(&entry, text.data, text.size, names[i], err);
		if (jws) {
			done = take(of, folder, &entry, &text, err);
			entry_done(&entry);
			jws_free(jws);
		} else {
			done = -1;
		}
		buf_done(&text);
		free(path);
		free(names[i]);
	}
	free(names);
	free(records);
	return done;
}

static int look_at(struct receiver *of, const char *folder, const struct entry *entry,
		   const struct buf *text, struct error *err)
{
	describe(of, folder, entry, text);
	return check_known(of, entry->id, text, err);
}

static int keep(struct receiver *of, const char *folder, const struct entry *entry,
		const struct buf *text, struct error *err)
{
	char *path = path_of_record(of, entry->id);
	int done = file_exists(path) ? 0 : file_write(path, text->data, text->size, err);

	(void)folder;
	free(path);
	return done;
}

/* What was being written when it was killed has the record's name and more (file_write). */
static int clear_torn(const char *records, struct error *err)
{
	char **names = NULL;
	size_t count = 0;
	int done = file_list(records, &names, &count, err);

	for (size_t i = 0; i < count; i++) {
		char *path = join(records, names[i]);

		if (done == 0 && strstr(names[i], ".json.") && unlink(path) < 0)
			done = error_os(err, "%s: cannot be removed", path);
		free(path);
		free(names[i]);
	}
	free(names);
	return done;
}

static int keep_all(struct receiver *of, struct error *err)
{
	char *records = join(of->wish->into, "records");
	int done = file_make_folder(records, err);

	if (done == 0)
		done = clear_torn(records, err);
	if (done == 0)
		done = each_record(of, of->folder, keep, err);
	free(records);
	return done;
}

/* ---- its receipts ---- */

/* From record `first` on as many as fit into one statement; `next` becomes the first behind them. */
static struct value *statement_of(const struct receiver *of, size_t first, size_t *next)
{
	struct value *says = value_map(), *records;
	struct buf text;

	value_set_int(says, "v", 1);
	value_set_text(says, "what", "received");
	value_set_text(says, "origin", of->origin);
	value_set_text(says, "bag", of->name);
	value_set_text(says, "bagSha256", of->digest);
	value_set_text(says, "by", of->wish->by);
	value_set_text(says, "at", of->wish->at);
	if (of->wish->keep_days)
		value_set_int(says, "keepDays", of->wish->keep_days);
	records = value_set(says, "records", value_list());
	buf_init(&text);
	for (*next = first;
	     *next < value_count(of->records) && value_count(records) < RECEIVED_RECORDS_MOST;
	     (*next)++) {
		json_write(&text, value_at(of->records, *next));
		/* base64 makes four bytes of three, and there is a header */
		if (*next > first && text.size > RECEIVED_BYTES_MOST / 4 * 3 - JWS_HEADER_LARGEST)
			break;
		value_add(records, value_copy(value_at(of->records, *next)));
	}
	buf_done(&text);
	return says;
}

static int add_statement(struct bag *bag, const struct value *says, const struct key *key,
			 int64_t part, struct error *err)
{
	char *name = xprintf("data/receipts/%03lld.json", (long long)part);
	struct jws *jws = received_sign(says, key, err);
	struct buf text;
	int done = jws ? 0 : -1;

	buf_init(&text);
	if (jws) {
		jws_write(jws, SIZE_MAX, &text);
		done = bag_add(bag, name, text.data, text.size, err);
	}
	buf_done(&text);
	jws_free(jws);
	free(name);
	return done;
}

static int write_statements(const struct receiver *of, struct bag *bag, struct error *err)
{
	struct value *all = value_list(), *info = value_map();
	size_t next = 0;
	int done = 0;

	while (next < value_count(of->records))
		value_add(all, statement_of(of, next, &next));
	for (size_t i = 0; i < value_count(all) && done == 0; i++) {
		struct value *says = all->items[i];

		value_set_int(says, "part", (int64_t)i + 1);
		value_set_int(says, "parts", (int64_t)value_count(all));
		done = add_statement(bag, says, of->wish->key, (int64_t)i + 1, err);
	}
	value_set_text(info, "External-Identifier", of->name);
	value_set_text(info, "External-Description",
		       "receipts for the records of a Davy test bench; take them to it with "
		       "davy outbox receipts");
	value_set_text(info, "Bag-Software-Agent", "davy " DAVY_VERSION);
	if (done == 0)
		done = bag_finish(bag, info, err);
	value_free(info);
	value_free(all);
	return done;
}

static int make_receipts(const struct receiver *of, const char *folder, struct error *err)
{
	char *part = xprintf("%s.part", folder);
	struct bag *bag = NULL;
	int done = 0;

	if (file_exists(part))
		done = file_remove_folder(part, err);
	if (done == 0)
		bag = bag_new(folder, err);
	done = bag ? write_statements(of, bag, err) : -1;
	bag_free(bag);
	free(part);
	return done;
}

static void take_fault(void *ctx, const char *file, const char *why)
{
	(void)file;
	(void)why;
	*(bool *)ctx = true;
}

static bool is_whole(const char *folder)
{
	bool is_bad = false;
	struct error none;

	return bag_is(folder) && bag_check(folder, take_fault, &is_bad, &none) == 0 && !is_bad;
}

/* On the stick, where they are not there, or no more as they were. */
static int bring_receipts(const char *here, const char *there, struct error *err)
{
	char was[HASH_HEX_SIZE], is[HASH_HEX_SIZE], *part;
	int done = received_bag_digest(here, was, err);

	if (done < 0)
		return -1;
	if (is_whole(there) && received_bag_digest(there, is, err) == 0 && !strcmp(was, is))
		return 0;
	part = xprintf("%s.part", there);
	if (file_exists(part))
		done = file_remove_folder(part, err);
	if (done == 0 && file_exists(there))
		done = file_remove_folder(there, err);
	if (done == 0)
		done = tree_copy(here, part, err);
	if (done == 0 && !is_whole(part))
		done = error_set(err, ERROR_OS, "%s: read again it is not what was written", part);
	if (done == 0)
		done = tree_name(part, there, err);
	free(part);
	if (done < 0)
		error_context(
			err,
			"the bag is received, and its receipts could not be put on the stick; do "
			"the same once more when it is in order");
	return done;
}

static int receipts(const struct receiver *of, char **there, struct error *err)
{
	char *name = xprintf("%s-%.*s", of->name, KEY_SHOWN, key_id(of->wish->key));
	char *all = join(of->wish->into, "receipts"), *here = join(all, name);
	char *above = xstrdup(of->wish->bag), *end;
	size_t size = strlen(above);
	int done = file_make_folder(all, err);

	while (size > 1 && above[size - 1] == '/')
		above[--size] = '\0';
	end = strrchr(above, '/');
	if (end)
		*end = '\0';
	*there = xprintf("%s/%s%s", end ? above : ".", RECEIPTS_PREFIX, name);
	if (done == 0 && !bag_is(here))
		done = make_receipts(of, here, err);
	if (done == 0)
		done = bring_receipts(here, *there, err);
	free(above);
	free(here);
	free(all);
	free(name);
	return done;
}

/* ---- all of it ---- */

/* One at a time in a folder: another one's unfinished copies are its own. Closing the descriptor ends it; -1. */
static int lock(const char *into, struct error *err)
{
	char *path = join(into, "lock");
	int fd = file_make_folder(into, err) < 0
			 ? -1
			 : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0 && file_exists(into))
		error_os(err, "%s: cannot be opened", path);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		error_set(err, ERROR_REFUSED, "another davy receive is at work in %s", into);
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

static int receive(struct receiver *of, char **there, struct error *err)
{
	char *part = NULL;
	int done = take_name(of, err);

	if (done == 0)
		done = find_here(of, err);
	if (done == 0 && of->is_again)
		done = prove(of, of->folder, err);
	else if (done == 0)
		done = fetch(of, &part, err);
	if (done == 0)
		done = each_record(of, part ? part : of->folder, look_at, err);
	if (done == 0 && part)
		done = tree_name(part, of->folder, err);
	if (done < 0 && part) {
		struct error none;

		file_remove_folder(part, &none);
	}
	free(part);
	if (done == 0)
		done = keep_all(of, err);
	return done < 0 ? -1 : receipts(of, there, err);
}

struct value *receiving(const struct receiving_wish *wish, struct error *err)
{
	struct receiver of = {.wish = wish, .records = value_list()};
	struct value *says = NULL;
	char *there = NULL;
	int fd = lock(wish->into, err);

	if (fd >= 0 && receive(&of, &there, err) == 0) {
		says = value_map();
		value_set_text(says, "bag", of.name);
		value_set_text(says, "folder", of.folder);
		value_set_text(says, "receipts", there);
		value_set_int(says, "records", (int64_t)value_count(of.records));
		value_set_int(says, "repeated", of.repeated);
		value_set_int(says, "journals", of.journals);
		value_set_bool(says, "again", of.is_again);
	}
	value_free(of.records);
	free(of.origin);
	free(of.folder);
	free(of.name);
	free(there);
	if (fd >= 0)
		close(fd);
	return says;
}
