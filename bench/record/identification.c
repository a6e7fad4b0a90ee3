/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen before is found by the equipment, and by its tag; what other benches have seen stands in their snapshots. */
#include "record/identification.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "record/approval.h"
#include "record/canonical.h"
#include "record/event.h"
#include "record/identity.h"
#include "record/kept_file.h"
#include "record/laboratory.h"
#include "record/register.h"
#include "record/snapshot.h"
#include "record/store_entry.h"

enum { PHOTOS_MOST = 20, SEEN_MOST = 50, ROWS_MOST = 20 };

static const struct register_member SAYS[] = {
	{"by", false}, {"place", false}, {"note", false}, {NULL, false}};

struct identification {
	struct bench_log *log;
	const struct value *read, *plate;
	struct value *facts, *seen;
	char *uri;     /* of the equipment */
	char *subject; /* by which its tag is found, or NULL */
};

static const char *text_of(const struct value *map, const char *name)
{
	const char *text = value_get_text(map, name);

	return text ? text : "";
}

/* ---- which equipment ---- */

static char *name_of(const struct identification *it, const char *event)
{
	const char *ma = text_of(it->plate, "ma"), *serial = text_of(it->plate, "serial");
	const char *class = text_of(it->read, "class"), *base = bench_log_base(it->log);
	struct buf uri;

	buf_init(&uri);
	if (*ma && *serial) {
		event_identity(&uri, base, ma, serial);
	} else if (*class && *serial) {
		event_class_identity(&uri, base, class, serial);
	} else {
		buf_printf(&uri, "%seq/unmarked/", base);
		event_encode(&uri, event);
	}
	return buf_detach(&uri);
}

static char *tag_subject(const struct value *read)
{
	const char *uid = text_of(value_get(read, "tag"), "uid");
	struct buf subject;

	if (!identity_same_tag(uid, uid))
		return NULL;
	buf_init(&subject);
	buf_add_text(&subject, REGISTER_SUBJECT("tag:"));
	identity_fold_tag(&subject, uid);
	return buf_detach(&subject);
}

/* ---- what this bench has seen ---- */

static int take_seen(void *ctx, const struct store_entry *found, struct error *err)
{
	struct identification *it = ctx;
	const struct value *event = found->entry.says;
	struct value *identity, *says, *one;
	const struct value *read;

	(void)err;
	if (strcmp(found->entry.kind, ENTRY_EVENT) != 0 || value_count(it->seen) == SEEN_MOST)
		return 0;
	identity = event_extension(event, "identity");
	says = event_extension(event, "says");
	read = value_get(identity, "read");
	one = value_add(it->seen, value_map());
	value_set_text(one, "tag", value_get_text(value_get(read, "tag"), "uid"));
	value_set_text(one, "number",
		       read ? text_of(value_get(read, "nameplate"), "ma")
			    : text_of(it->plate, "ma"));
	value_set_text(one, "serial",
		       read ? text_of(value_get(read, "nameplate"), "serial")
			    : text_of(it->plate, "serial"));
	value_set_text(one, "at", value_get_text(event, "eventTime"));
	value_set_text(one, "where", value_get_text(says, "place"));
	value_set(one, "record", value_printf("%llu", (unsigned long long)found->entry.seq));
	value_free(says);
	value_free(identity);
	return 0;
}

static bool has_record(const struct value *seen, uint64_t seq)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)seq);
	for (size_t i = 0; i < value_count(seen); i++)
		if (!strcmp(text_of(value_at(seen, i), "record"), text))
			return true;
	return false;
}

/* What is about the tag and not about the equipment. */
static int take_other(void *ctx, const struct store_entry *found, struct error *err)
{
	struct identification *it = ctx;

	return has_record(it->seen, found->entry.seq) ? 0 : take_seen(ctx, found, err);
}

static int look_in_log(struct identification *it, struct error *err)
{
	struct store *store = bench_log_store(it->log);

	if (store_entry_each(store, it->uri, take_seen, it, err) < 0)
		return -1;
	return it->subject ? store_entry_each(store, it->subject, take_other, it, err) : 0;
}

/* ---- what snapshots have ---- */

struct matching {
	const struct identification *it;
	enum snapshot_list list;
	struct value *rows;
};

static bool same(const struct value *map, const char *name, const char *text)
{
	return !spelling_is_blank(text_of(map, name)) && spelling_same(text_of(map, name), text);
}

static bool is_about(const struct matching *matching, const struct snapshot_row *row)
{
	const struct identification *it = matching->it;

	switch (matching->list) {
	case SNAPSHOT_MARKS:
		return same(it->plate, "ma", row->field[SNAPSHOT_NUMBER]);
	case SNAPSHOT_PROHIBITED:
		return same(it->plate, "model", row->field[SNAPSHOT_MODEL]);
	case SNAPSHOT_SEEN:
		return identity_same_tag(text_of(value_get(it->read, "tag"), "uid"),
					 row->field[SNAPSHOT_TAG]) ||
		       (same(it->plate, "ma", row->field[SNAPSHOT_NUMBER]) &&
			same(it->plate, "serial", row->field[SNAPSHOT_SERIAL]));
	}
	return false;
}

static void take_row(void *ctx, const struct snapshot_row *row)
{
	struct matching *matching = ctx;

	if (value_count(matching->rows) < ROWS_MOST && is_about(matching, row))
		value_add(matching->rows, snapshot_row_describe(row));
}

static struct value *describe_snapshot(const struct value *snapshot, const struct value *approvals,
				       const struct moment *now)
{
	static const char *const KEPT[] = {"as_of", "scope", "source", "rows"};
	const struct value *says = value_get(snapshot, "says");
	const char *sha256 = value_get_text(value_get(says, "file"), "sha256");
	struct value *described = value_map();
	struct error ignored;

	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		value_set_text(described, strcmp(KEPT[i], "rows") ? KEPT[i] : "of",
			       value_get_text(says, KEPT[i]));
	value_set_text(described, "sha256", sha256);
	value_set_int(described, "record", value_get_int(snapshot, "seq", 0));
	value_set_bool(described, "controlled",
		       sha256 && approval_check(approvals, "snapshot", sha256, now->wall.ms,
						&ignored) == 0);
	return described;
}

static void add_seen(struct value *seen, struct value *rows)
{
	for (size_t i = 0; i < value_count(rows) && value_count(seen) < SEEN_MOST; i++)
		value_add(seen, value_copy(value_at(rows, i)));
	value_free(rows);
}

static int look_in_snapshot(struct identification *it, const struct value *snapshot,
			    const struct value *approvals, const struct moment *now,
			    struct error *err)
{
	const char *name = value_get_text(value_get(snapshot, "says"), "list");
	struct matching matching = {
		.it = it, .list = snapshot_list_find(name), .rows = value_list()};
	struct value *described;

	if (snapshot_each(bench_log_state(it->log), snapshot, take_row, &matching, err) < 0) {
		value_free(matching.rows);
		return -1;
	}
	if (matching.list == SNAPSHOT_SEEN) {
		add_seen(it->seen, matching.rows);
		return 0;
	}
	described = describe_snapshot(snapshot, approvals, now);
	value_set(described, "rows", matching.rows);
	value_set(it->facts, name, described);
	return 0;
}

static int look_in_snapshots(struct identification *it, const struct moment *now, struct error *err)
{
	struct value *snapshots = snapshot_list_counting(it->log, err);
	struct value *approvals = snapshots ? approval_list(it->log, err) : NULL;
	int done = approvals ? 0 : -1;

	for (size_t i = 0; i < value_count(snapshots) && done == 0; i++)
		done = look_in_snapshot(it, value_at(snapshots, i), approvals, now, err);
	value_free(approvals);
	value_free(snapshots);
	return done;
}

/* ---- the event ---- */

static int keep_photos(struct identification *it, const struct value *photos, struct value **files,
		       struct error *err)
{
	*files = value_list();
	if (value_count(photos) > PHOTOS_MOST)
		return error_set(err, ERROR_USAGE, "there are at most %d photos", PHOTOS_MOST);
	for (size_t i = 0; i < value_count(photos); i++) {
		const struct value *path = value_at(photos, i);
		struct value *file =
			path->kind == VALUE_TEXT
				? kept_file_add(bench_log_state(it->log), path->text, err)
				: NULL;

		if (!file)
			return path->kind == VALUE_TEXT
				       ? -1
				       : error_set(err, ERROR_USAGE, "a photo is a file's path");
		value_add(*files, file);
	}
	return 0;
}

static void set_disposition(struct value *event, enum identity_outcome outcome)
{
	const char *set = outcome == IDENTITY_SUSPECTED	 ? "no_pedigree_match"
			  : outcome == IDENTITY_MISMATCH ? "mismatch_instance"
							 : NULL;
	struct value *persistent;

	value_set_text(event, "disposition", "unknown");
	if (!set)
		return;
	persistent = value_set(event, "persistentDisposition", value_map());
	value_add(value_set(persistent, "set", value_list()), value_text(set));
}

/* `files` is taken. */
static struct value *weigh(struct identification *it, struct value *files, struct value *rules)
{
	struct value *identity = value_map(), *read = value_copy(it->read), *found;

	value_set_int(read, "photos", (int64_t)value_count(files));
	value_set(it->facts, "seen", it->seen);
	it->seen = NULL;
	found = identity_assess(read, it->facts, rules);
	value_set_int(identity, "method", IDENTITY_METHOD);
	value_set_text(identity, "foundBy", it->subject);
	value_set(identity, "read", read);
	value_set(identity, "facts", value_copy(it->facts));
	value_set(identity, "rules", rules);
	value_set_text(identity, "outcome", value_get_text(found, "outcome"));
	value_set(identity, "findings", value_copy(value_get(found, "findings")));
	value_set(identity, "files", files);
	value_free(found);
	return identity;
}

static int make_event(struct identification *it, const char *id, const struct value *request,
		      const struct moment *now, struct admitted *admitted, struct error *err)
{
	struct value *files, *rules, *identity;

	if (keep_photos(it, value_get(request, "photos"), &files, err) < 0 ||
	    laboratory_identity_rules(bench_log_state(it->log), &rules, err) < 0) {
		value_free(files);
		return -1;
	}
	identity = weigh(it, files, rules);
	admitted->says = event_new(LIFE_INSPECTING, id, &now->wall, it->uri);
	set_disposition(admitted->says, identity_outcome_find(value_get_text(identity, "outcome")));
	event_extend(admitted->says, "identity", identity);
	if (value_count(value_get(request, "says")))
		event_extend(admitted->says, "says", value_get(request, "says"));
	value_free(identity);
	return event_check(admitted->says, err);
}

static void take_subjects(struct admitted *admitted)
{
	admitted->subjects[0] = value_at(value_get(admitted->says, "epcList"), 0)->text;
	admitted->subjects[1] = identification_found_by(admitted->says);
}

static int check_request(struct bench_log *log, const struct value *request,
			 const struct moment *now, struct error *err)
{
	const struct value *says = value_get(request, "says");

	if (identity_check_read(value_get(request, "read"), err) < 0)
		return -1;
	if (value_get(value_get(request, "read"), "photos"))
		return error_set(err, ERROR_USAGE, "photos are counted by the bench");
	if (says && register_check_members(SAYS, NULL, says, err) < 0)
		return -1;
	return register_check_person(log, says, now, err);
}

int admit_identification(struct bench_log *log, const struct value *request,
			 const struct moment *now, struct admitted *admitted, struct error *err)
{
	const struct value *read = value_get(request, "read");
	struct identification it = {
		.log = log, .read = read, .plate = value_get(read, "nameplate")};
	char id[EVENT_ID_TEXT_SIZE], today[WALL_TIME_SIZE];
	int done;

	if (check_request(log, request, now, err) < 0)
		return -1;
	bench_log_name(log, now, id);
	wall_time_write(&now->wall, today);
	it.facts = value_map();
	it.seen = value_list();
	it.uri = name_of(&it, id);
	it.subject = tag_subject(read);
	value_set(it.facts, "today", value_printf("%.10s", today));
	done = look_in_log(&it, err) < 0 || look_in_snapshots(&it, now, err) < 0
		       ? -1
		       : make_event(&it, id, request, now, admitted, err);
	if (done == 0) {
		admitted->kind = ENTRY_EVENT;
		take_subjects(admitted);
	}
	value_free(it.facts);
	value_free(it.seen);
	free(it.uri);
	free(it.subject);
	return done;
}

const char *identification_found_by(const struct value *event)
{
	return value_get_text(value_get(event, "mse:identity"), "mse:foundBy");
}

/* In the order of their members JSON objects differ, and mean the same. */
static bool say_the_same(const struct value *a, const struct value *b)
{
	struct buf one, other;
	struct error ignored;
	bool same;

	buf_init(&one);
	buf_init(&other);
	same = a && b && canonical_write(&one, a, "identity", &ignored) == 0 &&
	       canonical_write(&other, b, "identity", &ignored) == 0 && one.size == other.size &&
	       !memcmp(one.data, other.data, one.size);
	buf_done(&other);
	buf_done(&one);
	return same;
}

int identification_verify(const struct value *event, struct error *err)
{
	struct value *identity = event_extension(event, "identity"), *found;
	bool good;

	if (value_get_int(identity, "method", 0) != IDENTITY_METHOD) {
		value_free(identity);
		return 0;
	}
	found = identity_assess(value_get(identity, "read"), value_get(identity, "facts"),
				value_get(identity, "rules"));
	good = say_the_same(value_get(identity, "outcome"), value_get(found, "outcome")) &&
	       say_the_same(value_get(identity, "findings"), value_get(found, "findings"));
	value_free(found);
	value_free(identity);
	return good ? 0
		    : error_set(err, ERROR_REFUSED,
				"its identification does not say what follows from what was read");
}
