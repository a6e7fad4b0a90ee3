/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries are admitted by a table of members. What a number, a unit or a date means is not looked at here: whoever uses
 * an entry reads it with his own reader, and run/registered.h asks that reader before an entry comes so far.
 *
 * Records of a kind are found by a subject of the store's index, which all of them have in common.
 */
#include "record/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/kept_file.h"
#include "record/store_entry.h"
#include "record/wall_time.h"

struct member {
	const char *name;
	bool needed;
};

static const struct member CALIBRATION[] = {
	{"instrument", true}, {"quantity", false},  {"value", false},	   {"unit", true},
	{"expanded", true},   {"k", true},	    {"certificate", true}, {"due", true},
	{"serial", false},    {"maker", false},	    {"laboratory", false}, {"gbw", false},
	{"lot", false},	      {"remaining", false}, {"by", false},	   {"note", false},
	{NULL, false},
};

static const struct member CHECK[] = {
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

static bool is_member(const struct member *members, const char *name)
{
	while (members->name && strcmp(members->name, name) != 0)
		members++;
	return members->name;
}

static int check_text(const char *name, const struct value *text, struct error *err)
{
	if (text->kind != VALUE_TEXT || strlen(text->text) != text->size || has_control(text->text))
		return error_set(err, ERROR_USAGE, "'%s' is a text of one line", name);
	if (text->size > REGISTER_TEXT_MOST)
		return error_set(err, ERROR_USAGE, "'%s' has %zu bytes and may have %d", name,
				 text->size, REGISTER_TEXT_MOST);
	return 0;
}

static int check_members(const struct member *members, const struct value *says, struct error *err)
{
	if (!says || says->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "it says nothing");
	for (size_t i = 0; i < value_count(says); i++) {
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

static int admit_texts(struct bench_log *log, const struct member *members, const char *subject,
		       const struct value *request, struct admitted *admitted, struct error *err)
{
	const struct value *says = value_get(request, "says");

	if (check_members(members, says, err) < 0)
		return -1;
	admitted->says = value_copy(says);
	admitted->subjects[0] = subject;
	return keep_file(log, request, admitted->says, err);
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

static void add_entry(struct value *list, const struct entry *entry)
{
	struct value *one = value_add(list, value_map());
	char at[WALL_TIME_SIZE];

	wall_time_write(&entry->at.wall, at);
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_set_text(one, "id", entry->id);
	value_set_text(one, "at", at);
	value_set(one, "says", value_copy(entry->says));
}

static int add_record(struct bench_log *log, uint64_t seq, struct value *list, struct error *err)
{
	struct store_entry found;

	if (store_entry_get(bench_log_store(log), seq, &found, err) < 0)
		return -1;
	add_entry(list, &found.entry);
	store_entry_done(&found);
	return 0;
}

struct value *register_list(struct bench_log *log, const char *kind, struct error *err)
{
	struct value *list = value_list();
	char subject[sizeof(REGISTER_SUBJECT("")) + ENTRY_NAME_MOST];
	uint64_t *seqs;
	size_t count;
	int done;

	snprintf(subject, sizeof(subject), REGISTER_SUBJECT("%s"), kind);
	done = store_about(bench_log_store(log), subject, &seqs, &count, err);
	for (size_t i = 0; done == 0 && i < count; i++)
		done = add_record(log, seqs[i], list, err);
	if (done == 0) {
		free(seqs);
		return list;
	}
	value_free(list);
	return NULL;
}
