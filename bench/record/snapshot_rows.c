/* SPDX-License-Identifier: Apache-2.0 */
/* Rows out of a file, CSV or JSON: whatever its first character makes of it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/spelling.h"
#include "base/utf8.h"
#include "record/snapshot.h"
#include "record/wall_time.h"

enum {
	MARKS = 1 << SNAPSHOT_MARKS,
	PROHIBITED = 1 << SNAPSHOT_PROHIBITED,
	SEEN = 1 << SNAPSHOT_SEEN
};

/* What a field is called, and in which lists it stands and must stand. */
static const struct column {
	const char *english, *chinese[3];
	int lists, needed;
	bool is_day;
} COLUMNS[SNAPSHOT_FIELDS] = {
	[SNAPSHOT_NUMBER] =
		{"number", {"安全标志编号", "安标编号", "证书编号"}, MARKS | SEEN, MARKS, false},
	[SNAPSHOT_MAKER] =
		{"maker", {"生产单位", "生产企业", "制造商"}, MARKS | PROHIBITED, 0, false},
	[SNAPSHOT_MODEL] =
		{"model", {"型号", "规格型号", "产品型号"}, MARKS | PROHIBITED, PROHIBITED, false},
	[SNAPSHOT_PRODUCT] = {"product", {"产品名称", "名称"}, MARKS | PROHIBITED, 0, false},
	[SNAPSHOT_STANDARD] = {"standard", {"执行标准", "标准", "产品标准"}, MARKS, 0, false},
	[SNAPSHOT_FROM] = {"from", {"发证日期", "有效期起", "生效日期"}, MARKS, 0, true},
	[SNAPSHOT_UNTIL] = {"until", {"有效期至", "有效期止", "有效期"}, MARKS, 0, true},
	[SNAPSHOT_STATE] = {"state", {"状态", "证书状态"}, MARKS, 0, false},
	[SNAPSHOT_SINCE] = {"since", {"禁止日期", "淘汰日期", "禁用日期"}, PROHIBITED, 0, true},
	[SNAPSHOT_BASIS] = {"basis", {"依据", "文件号", "公告"}, PROHIBITED, 0, false},
	[SNAPSHOT_TAG] = {"tag", {"电子标签", "标签"}, SEEN, 0, false},
	[SNAPSHOT_SERIAL] = {"serial", {"出厂编号", "编号"}, SEEN, SEEN, false},
	[SNAPSHOT_AT] = {"at", {"时间", "检查日期", "日期"}, SEEN, 0, false},
	[SNAPSHOT_WHERE] = {"where", {"地点", "单位", "使用单位"}, SEEN, 0, false},
};

static const struct {
	const char *english, *chinese[2];
} STATES[] = {
	{"valid", {"有效", "正常"}},	   {"suspended", {"暂停", "暂扣"}},
	{"revoked", {"撤销", "吊销"}},	   {"withdrawn", {"注销", "已注销"}},
	{"expired", {"过期", "到期失效"}},
};
enum { STATE_COUNT = sizeof(STATES) / sizeof(STATES[0]) };

const char *snapshot_state_title(const char *state)
{
	for (int i = 0; i < STATE_COUNT; i++)
		if (!strcmp(state, STATES[i].english))
			return STATES[i].chinese[0];
	return state;
}

/* A file that is being read. */
struct reading {
	const char *where;
	enum snapshot_list list;
	snapshot_row_fn *each;
	void *ctx;
	struct snapshot_row row;
	char day[SNAPSHOT_FIELDS][SNAPSHOT_DAY_SIZE];
};

/* ---- days ---- */

static int refuse_day(const char *text, struct error *err)
{
	return error_set(err, ERROR_USAGE, "'%.40s' is no day: write it as 2026-03-01", text);
}

/* The numbers in a text, `most` of them; -1: there are more, or one is too long. */
static int numbers_in(const char *text, int *numbers, int most)
{
	int count = 0;

	while (*text) {
		char *end;

		if (!isdigit((unsigned char)*text)) {
			text++;
			continue;
		}
		if (count == most || strspn(text, "0123456789") > 4)
			return -1;
		numbers[count++] = (int)strtol(text, &end, 10);
		text = end;
	}
	return count;
}

int snapshot_day(char day[SNAPSHOT_DAY_SIZE], const char *text, struct error *err)
{
	int n[3], count = numbers_in(text, n, 3);
	struct wall_time time;
	char whole[40];

	if ((count != 2 && count != 3) || n[0] < 1000 || n[1] > 99 || (count == 3 && n[2] > 99))
		return refuse_day(text, err);
	snprintf(whole, sizeof(whole), "%04d-%02d-%02d", n[0], n[1], count == 3 ? n[2] : 1);
	if (wall_time_parse_day(&time, whole, 0, err) < 0)
		return refuse_day(text, err);
	snprintf(day, SNAPSHOT_DAY_SIZE, "%.*s", count == 3 ? 10 : 7, whole);
	return 0;
}

/* ---- one row ---- */

static int refuse(const struct reading *reading, struct error *err)
{
	return error_context(err, "%s:%u", reading->where, reading->row.line);
}

static int take_day(struct reading *reading, int field, struct error *err)
{
	if (!*reading->row.field[field])
		return 0;
	if (snapshot_day(reading->day[field], reading->row.field[field], err) < 0)
		return refuse(reading, err);
	reading->row.field[field] = reading->day[field];
	return 0;
}

static int take_state(struct reading *reading, struct error *err)
{
	const char *text = reading->row.field[SNAPSHOT_STATE];

	if (!*text)
		return 0;
	for (int i = 0; i < STATE_COUNT; i++)
		if (spelling_same(text, STATES[i].english) ||
		    spelling_same(text, STATES[i].chinese[0]) ||
		    spelling_same(text, STATES[i].chinese[1])) {
			reading->row.field[SNAPSHOT_STATE] = STATES[i].english;
			return 0;
		}
	error_set(
		err, ERROR_USAGE,
		"the state '%.40s' is none of valid 有效, suspended 暂停, revoked 撤销, withdrawn "
		"注销, expired 过期",
		text);
	return refuse(reading, err);
}

static int take_row(struct reading *reading, struct error *err)
{
	for (int i = 0; i < SNAPSHOT_FIELDS; i++) {
		if (!(COLUMNS[i].lists & 1 << reading->list))
			reading->row.field[i] = "";
		if ((COLUMNS[i].needed & 1 << reading->list) &&
		    spelling_is_blank(reading->row.field[i])) {
			error_set(err, ERROR_USAGE, "its '%s' (%s) is empty", COLUMNS[i].english,
				  COLUMNS[i].chinese[0]);
			return refuse(reading, err);
		}
		if (COLUMNS[i].is_day && take_day(reading, i, err) < 0)
			return -1;
	}
	if (take_state(reading, err) < 0)
		return -1;
	reading->each(reading->ctx, &reading->row);
	return 0;
}

struct value *snapshot_row_describe(const struct snapshot_row *row)
{
	struct value *map = value_map();

	for (int i = 0; i < SNAPSHOT_FIELDS; i++)
		if (*row->field[i])
			value_set_text(map, COLUMNS[i].english, row->field[i]);
	return map;
}

/* ---- both forms ---- */

static int find_field(const char *name)
{
	for (int i = 0; i < SNAPSHOT_FIELDS; i++) {
		if (spelling_same(name, COLUMNS[i].english))
			return i;
		for (int k = 0; k < 3 && COLUMNS[i].chinese[k]; k++)
			if (spelling_same(name, COLUMNS[i].chinese[k]))
				return i;
	}
	return -1;
}

/* The field that each column is, -1 for none. A needed one must be there, and none twice. */
static int take_head(const struct reading *reading, const struct csv *csv, int *fields,
		     struct error *err)
{
	bool there[SNAPSHOT_FIELDS] = {false};

	for (size_t i = 0; i < CSV_FIELDS_MOST; i++) {
		fields[i] = i < csv->count ? find_field(csv->field[i]) : -1;
		if (fields[i] < 0)
			continue;
		if (there[fields[i]])
			return error_set(err, ERROR_USAGE, "%s:%u: two columns are '%s' (%s)",
					 reading->where, csv->line, COLUMNS[fields[i]].english,
					 COLUMNS[fields[i]].chinese[0]);
		there[fields[i]] = true;
	}
	for (int i = 0; i < SNAPSHOT_FIELDS; i++)
		if ((COLUMNS[i].needed & 1 << reading->list) && !there[i])
			return error_set(err, ERROR_USAGE,
					 "%s:%u: its first row names the columns, and none is '%s' "
					 "(%s)",
					 reading->where, csv->line, COLUMNS[i].english,
					 COLUMNS[i].chinese[0]);
	return 0;
}

static int read_csv(struct reading *reading, char *text, size_t *rows, struct error *err)
{
	int fields[CSV_FIELDS_MOST], more;
	struct csv csv;

	csv_begin(&csv, text, reading->where);
	more = csv_next(&csv, err);
	if (more == 1 && take_head(reading, &csv, fields, err) < 0)
		return -1;
	while (more == 1 && (more = csv_next(&csv, err)) == 1) {
		reading->row.line = csv.line;
		for (int i = 0; i < SNAPSHOT_FIELDS; i++)
			reading->row.field[i] = "";
		for (size_t i = 0; i < csv.count && i < CSV_FIELDS_MOST; i++)
			if (fields[i] >= 0)
				reading->row.field[fields[i]] = csv.field[i];
		if (take_row(reading, err) < 0)
			return -1;
		++*rows;
	}
	return more;
}

static int read_object(struct reading *reading, const struct value *object, struct error *err)
{
	for (int i = 0; i < SNAPSHOT_FIELDS; i++)
		reading->row.field[i] = "";
	for (size_t i = 0; i < value_count(object); i++) {
		int field = value_key(object, i) ? find_field(value_key(object, i)) : -1;

		if (field < 0 || value_at(object, i)->kind == VALUE_NIL)
			continue;
		if (value_at(object, i)->kind != VALUE_TEXT) {
			error_set(err, ERROR_USAGE, "'%s' is no text", COLUMNS[field].english);
			return refuse(reading, err);
		}
		reading->row.field[field] = value_at(object, i)->text;
	}
	return take_row(reading, err);
}

static int read_json(struct reading *reading, const char *text, size_t size, size_t *rows,
		     struct error *err)
{
	struct value *list = json_parse(text, size, reading->where, err);
	int done = list ? 0 : -1;

	if (list && list->kind != VALUE_LIST)
		done = error_set(err, ERROR_USAGE, "%s: it is no list of objects", reading->where);
	for (size_t i = 0; done == 0 && i < value_count(list); i++, ++*rows) {
		reading->row.line = (unsigned)i + 1;
		done = read_object(reading, value_at(list, i), err);
	}
	value_free(list);
	return done;
}

int snapshot_read(const char *text, size_t size, const char *where, enum snapshot_list list,
		  snapshot_row_fn *each, void *ctx, size_t *rows, struct error *err)
{
	struct reading reading = {.where = where, .list = list, .each = each, .ctx = ctx};
	size_t good = utf8_valid_size(text, size);
	char *copy;
	int done;

	*rows = 0;
	if (good < size || memchr(text, '\0', size))
		return error_set(err, ERROR_USAGE,
				 "%s: it is no UTF-8 text (the byte %zu is none): save it as UTF-8",
				 where, good < size ? good + 1 : strlen(text) + 1);
	if (text[strspn(text, " \t\r\n")] == '[') {
		done = read_json(&reading, text, size, rows, err);
	} else {
		copy = xstrndup(text, size);
		done = read_csv(&reading, copy, rows, err);
		free(copy);
	}
	if (done == 0 && *rows == 0)
		return error_set(err, ERROR_USAGE, "%s: it has no rows", where);
	return done;
}
