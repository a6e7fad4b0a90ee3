/* SPDX-License-Identifier: Apache-2.0 */
/* One file, read anew whenever it is asked, so that a change counts from the next use on. */
#include "record/laboratory.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"

enum { LABORATORY_MOST = 65536, BENCH_MOST = 24 };

static int refuse(const char *path, struct error *err)
{
	return error_set(err, ERROR_USAGE,
			 "%s: \"base\" is a URI that ends with '/', as "
			 "https://lab.example.cn/, and \"bench\" a short name without blanks or "
			 "'+', as B07",
			 path);
}

int laboratory_read(const char *state, struct value **laboratory, struct error *err)
{
	char *path = xprintf("%s/laboratory.json", state);
	struct buf text;
	int done = 0;

	*laboratory = NULL;
	buf_init(&text);
	if (file_exists(path)) {
		done = file_read(path, LABORATORY_MOST, &text, err);
		if (done == 0)
			*laboratory = json_parse(text.data, text.size, path, err);
		if (!*laboratory)
			done = -1;
	}
	if (*laboratory) {
		const char *base = value_get_text(*laboratory, "base");
		const char *bench = value_get_text(*laboratory, "bench");

		if (!base || !strchr(base, ':') || base[strlen(base) - 1] != '/' || !bench ||
		    !bench[0] || strlen(bench) > BENCH_MOST || strpbrk(bench, " +/\t\n"))
			done = refuse(path, err);
	}
	if (done < 0) {
		value_free(*laboratory);
		*laboratory = NULL;
	}
	buf_done(&text);
	free(path);
	return done;
}

int laboratory_objection_days(const char *state, int *days, struct error *err)
{
	struct value *laboratory;

	if (laboratory_read(state, &laboratory, err) < 0)
		return -1;
	*days = (int)value_get_int(laboratory, "objectionDays", -1);
	value_free(laboratory);
	return 0;
}

int laboratory_identity_rules(const char *state, struct value **rules, struct error *err)
{
	struct value *laboratory;
	int64_t days, months;

	*rules = NULL;
	if (laboratory_read(state, &laboratory, err) < 0)
		return -1;
	days = value_get_int(laboratory, "snapshotDays", LABORATORY_SNAPSHOT_DAYS);
	months = value_get_int(laboratory, "arrivalMonths", -1);
	value_free(laboratory);
	if (days < 0 || days > 36500 || months < -1 || months > 1200)
		return error_set(
			err, ERROR_USAGE,
			"laboratory.json: snapshotDays and arrivalMonths are whole numbers, "
			"of days and of months");
	*rules = value_map();
	value_set_int(*rules, "snapshotDays", days);
	if (months >= 0)
		value_set_int(*rules, "arrivalMonths", months);
	return 0;
}

int laboratory_wants_sm2(const char *state, bool *wants, struct error *err)
{
	struct value *laboratory;

	if (laboratory_read(state, &laboratory, err) < 0)
		return -1;
	*wants = value_get_bool(laboratory, "sm2");
	value_free(laboratory);
	return 0;
}
