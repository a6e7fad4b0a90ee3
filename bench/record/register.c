/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries are admitted by a table of members. What a number, a unit or a date means is not looked at here: whoever uses
 * an entry reads it with his own reader, and run/registered.h asks that reader before an entry comes so far.
 *
 * Records of a kind are found by a subject of the store's index, which all of them have in common.
 */
#include "record/register.h"

#include <stdio.h>
#include <string.h>

#include "record/kept_file.h"
#include "record/roster.h"
#include "record/store_entry.h"
#include "record/wall_time.h"

static const struct register_member CALIBRATION[] = {
	{"instrument", true}, {"quantity", false},  {"value", false},	       {"unit", true},
	{"expanded", true},   {"k", true},	    {"certificate", true},     {"due", true},
	{"serial", false},    {"maker", false},	    {"laboratory", false},     {"gbw", false},
	{"lot", false},	      {"remaining", false}, {"check_standard", false}, {"by", false},
	{"note", false},      {NULL, false},
};

static const struct register_member CHECK[] = {
	{"standard", true}, {"value", true}, {"unit", true}, {"instrument", false},
	{"by", false},	    {"note", false}, {NULL, false},
};

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

static bool is_member(const struct register_member *members, const char *name)
{
	while (members->name && strcmp(members->name, name) != 0)
		members++;
	return members->name;
}

static bool is_list(const char *const *lists, const char *name)
{
	while (lists && *lists && strcmp(*lists, name) != 0)
		lists++;
	return lists && *lists;
}

static int check_text(const char *name, const struct value *text, struct error *err)
{
	if (text->kind != VALUE_TEXT || strlen(text->text) != text->size || has_control(text->text))
		return error_set(err, ERROR_USAGE, "'%s' is a text of one line", name);
	if (text->size && (text->text[0] == ' ' || text->text[text->size - 1] == ' '))
		return error_set(err, ERROR_USAGE, "'%s' begins or ends with a blank", name);
	if (text->size > REGISTER_TEXT_MOST)
		return error_set(err, ERROR_USAGE, "'%s' has %zu bytes and may have %d", name,
				 text->size, REGISTER_TEXT_MOST);
	return 0;
}

int register_check_members(const struct register_member *members, const char *const *lists,
			   const struct value *says, struct error *err)
{
	if (!says || says->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "it says nothing");
	for (size_t i = 0; i < value_count(says); i++) {
		if (is_list(lists, value_key(says, i)))
			continue;
		if (!is_member(members, value_key(says, i)))
			return error_set(err, ERROR_USAGE, "nothing is called '%.40s' here",
					 value_key(says, i));
		if (check_text(value_key(says, i), value_at(says, i), err) < 0)
			return -1;
	}
	for (; members->name; members++) {
		const char *text = value_get_text(says, members->name);

		if (members->needed && (!text || !*text))
			return error_set(err, ERROR_USAGE, "its '%s' is missing", members->name);
	}
	return 0;
}

int register_check_person(struct bench_log *log, const struct value *says, const struct moment *now,
			  struct error *err)
{
	const struct roster *roster = bench_log_roster(log, err);

	if (!roster)
		return -1;
	return roster_administrator(roster)
		       ? roster_knows(roster, value_get_text(says, "by"), now->wall.ms, err)
		       : 0;
}

static int keep_file(struct bench_log *log, const struct value *request, struct value *says,
		     struct error *err)
{
	const char *path = value_get_text(request, "path");
	struct value *file;

	if (!path)
		return 0;
	file = kept_file_add(bench_log_state(log), path, err);
	if (!file)
		return -1;
	value_set(says, "file", file);
	return 0;
}

int register_take(struct bench_log *log, const struct value *request, struct admitted *admitted,
		  struct error *err)
{
	admitted->says = value_copy(value_get(request, "says"));
	return keep_file(log, request, admitted->says, err);
}

static int admit_texts(struct bench_log *log, const struct register_member *members,
		       const char *subject, const struct value *request, struct admitted *admitted,
		       struct error *err)
{
	if (register_check_members(members, NULL, value_get(request, "says"), err) < 0)
		return -1;
	admitted->subjects[0] = subject;
	return register_take(log, request, admitted, err);
}

int admit_calibration(struct bench_log *log, const struct value *request, const struct moment *now,
		      struct admitted *admitted, struct error *err)
{
	(void)now;
	return admit_texts(log, CALIBRATION, REGISTER_SUBJECT(ENTRY_CALIBRATION), request, admitted,
			   err);
}

int admit_check(struct bench_log *log, const struct value *request, const struct moment *now,
		struct admitted *admitted, struct error *err)
{
	(void)now;
	return admit_texts(log, CHECK, REGISTER_SUBJECT(ENTRY_CHECK), request, admitted, err);
}

/* ---- reading ---- */

struct listing {
	const char *kind;
	struct value *list;
};

/* What is of another kind is no entry, whatever it is said to be about. */
static int add_entry(void *ctx, const struct store_entry *found, struct error *err)
{
	const struct listing *listing = ctx;
	const struct entry *entry = &found->entry;
	char at[WALL_TIME_SIZE];
	struct value *one;

	(void)err;
	if (strcmp(entry->kind, listing->kind) != 0)
		return 0;
	one = value_add(listing->list, value_map());
	wall_time_write(&entry->at.wall, at);
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_set_text(one, "id", entry->id);
	value_set_text(one, "at", at);
	value_set(one, "says", value_copy(entry->says));
	return 0;
}

struct value *register_list(struct bench_log *log, const char *kind, struct error *err)
{
	struct listing listing = {.kind = kind, .list = value_list()};
	char subject[sizeof(REGISTER_SUBJECT("")) + ENTRY_NAME_MOST];

	snprintf(subject, sizeof(subject), REGISTER_SUBJECT("%s"), kind);
	if (store_entry_each(bench_log_store(log), subject, add_entry, &listing, err) == 0)
		return listing.list;
	value_free(listing.list);
	return NULL;
}

static bool is_same(const struct value *a, const struct value *b, const char *member)
{
	const char *one = value_get_text(value_get(a, "says"), member);
	const char *other = value_get_text(value_get(b, "says"), member);

	return !strcmp(one ? one : "", other ? other : "");
}

struct value *register_last_of_each(struct bench_log *log, const char *kind, const char *member,
				    struct error *err)
{
	struct value *all = register_list(log, kind, err), *list;

	if (!all)
		return NULL;
	list = value_list();
	for (size_t i = 0; i < value_count(all); i++) {
		size_t at = 0;

		while (at < value_count(list) &&
		       !is_same(value_at(list, at), value_at(all, i), member))
			at++;
		if (at == value_count(list)) {
			value_add(list, value_copy(value_at(all, i)));
			continue;
		}
		value_free(list->items[at]);
		list->items[at] = value_copy(value_at(all, i));
	}
	value_free(all);
	return list;
}
