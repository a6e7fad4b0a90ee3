/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot is read through before it is recorded, so that nobody learns in a storeroom that it cannot be read. */
#include "record/snapshot.h"

#include <string.h>

#include "record/kept_file.h"
#include "record/register.h"
#include "record/wall_time.h"

static const struct register_member MEMBERS[] = {
	{"list", true}, {"as_of", true}, {"scope", true}, {"source", true},
	{"by", false},	{"note", false}, {NULL, false},
};

static const char *const NAMES[] = {
	[SNAPSHOT_MARKS] = "marks", [SNAPSHOT_PROHIBITED] = "prohibited", [SNAPSHOT_SEEN] = "seen"};

const char *snapshot_list_name(enum snapshot_list list)
{
	return NAMES[list];
}

enum snapshot_list snapshot_list_find(const char *name)
{
	for (int i = SNAPSHOT_MARKS; name && i <= SNAPSHOT_SEEN; i++)
		if (!strcmp(name, NAMES[i]))
			return (enum snapshot_list)i;
	return 0;
}

/* ---- what is asked ---- */

static int check_says(const struct value *says, const struct moment *now, struct error *err)
{
	const char *scope, *as_of;
	struct wall_time day;

	if (register_check_members(MEMBERS, NULL, says, err) < 0)
		return -1;
	scope = value_get_text(says, "scope");
	as_of = value_get_text(says, "as_of");
	if (!snapshot_list_find(value_get_text(says, "list")))
		return error_set(err, ERROR_USAGE,
				 "'%.40s' is no list: there are marks, prohibited and seen",
				 value_get_text(says, "list"));
	if (strcmp(scope, "complete") != 0 && strcmp(scope, "partial") != 0)
		return error_set(err, ERROR_USAGE, "its scope is complete or partial, not '%.40s'",
				 scope);
	if (wall_time_parse_day(&day, as_of, now->wall.zone_minutes, err) < 0)
		return error_context(err, "as_of");
	if (day.ms > now->wall.ms)
		return error_set(err, ERROR_USAGE,
				 "it is said to be of a day that is yet to come, %s", as_of);
	return 0;
}

/* ---- its file ---- */

static void count_row(void *ctx, const struct snapshot_row *row)
{
	(void)ctx;
	(void)row;
}

static int read_rows(const char *state, const struct value *says, snapshot_row_fn *each, void *ctx,
		     size_t *rows, struct error *err)
{
	const char *list = value_get_text(says, "list");
	const struct value *file = value_get(says, "file");
	const char *name = value_get_text(file, "name"), *hex = value_get_text(file, "sha256");
	struct buf text;
	int done;

	buf_init(&text);
	done = kept_file_get(state, hex ? hex : "", &text, err);
	if (done < 0)
		error_context(
			err,
			"the snapshot '%s', which can be imported again (davy register import)",
			list);
	else
		done = snapshot_read(text.data, text.size, name ? name : "snapshot",
				     snapshot_list_find(list), each, ctx, rows, err);
	buf_done(&text);
	return done;
}

int admit_snapshot(struct bench_log *log, const struct value *request, const struct moment *now,
		   struct admitted *admitted, struct error *err)
{
	const struct value *says = value_get(request, "says");
	size_t rows;

	if (check_says(says, now, err) < 0 || register_check_person(log, says, now, err) < 0)
		return -1;
	if (!value_get_text(request, "path"))
		return error_set(err, ERROR_USAGE, "it does not say which file it is");
	if (register_take(log, request, admitted, err) < 0 ||
	    read_rows(bench_log_state(log), admitted->says, count_row, NULL, &rows, err) < 0)
		return -1;
	value_set(admitted->says, "rows", value_printf("%zu", rows));
	admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_SNAPSHOT);
	return 0;
}

/* ---- what counts ---- */

/* Is there a later one of this list, which stands in its place? */
static bool is_replaced(const struct value *all, size_t index)
{
	const char *list = value_get_text(value_get(value_at(all, index), "says"), "list");

	if (!list || !strcmp(list, NAMES[SNAPSHOT_SEEN]))
		return false;
	for (size_t i = index + 1; i < value_count(all); i++) {
		const char *other = value_get_text(value_get(value_at(all, i), "says"), "list");

		if (other && !strcmp(other, list))
			return true;
	}
	return false;
}

struct value *snapshot_list_counting(struct bench_log *log, struct error *err)
{
	struct value *all = register_list(log, ENTRY_SNAPSHOT, err), *list;

	if (!all)
		return NULL;
	list = value_list();
	for (size_t i = 0; i < value_count(all); i++)
		if (!is_replaced(all, i))
			value_add(list, value_copy(value_at(all, i)));
	value_free(all);
	return list;
}

int snapshot_each(const char *state, const struct value *snapshot, snapshot_row_fn *each, void *ctx,
		  struct error *err)
{
	size_t rows;

	return read_rows(state, value_get(snapshot, "says"), each, ctx, &rows, err);
}
