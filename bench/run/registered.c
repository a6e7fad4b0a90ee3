/* SPDX-License-Identifier: Apache-2.0 */
/* The register is short and walked through. */
#include "run/registered.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "record/entry.h"
#include "record/register.h"
#include "run/calibration.h"
#include "run/standard_chart.h"

/* The columns of a calibration file, as the register calls them. */
static const char *const COLUMNS[] = {
	"instrument", "quantity",    "value", "unit",	       "expanded",
	"k",	      "certificate", "due",   "repeatability", "check_standard"};
enum { COLUMN_COUNT = sizeof(COLUMNS) / sizeof(COLUMNS[0]) };

static const char HEAD[] =
	"instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due,repeatability,"
	"check_standard\n";

static const char *text_of(const struct value *says, const char *name)
{
	const char *text = value_get_text(says, name);

	return text ? text : "";
}

/* Every field in quotes: whatever a text has in it, it stays one. */
static void add_row(struct buf *csv, const struct value *says)
{
	for (int i = 0; i < COLUMN_COUNT; i++) {
		buf_add_text(csv, i ? ",\"" : "\"");
		for (const char *c = text_of(says, COLUMNS[i]); *c; c++) {
			if (*c == '"')
				buf_add_text(csv, "\"");
			buf_add(csv, c, 1);
		}
		buf_add_text(csv, "\"");
	}
	buf_add_text(csv, "\n");
}

/* ---- asking ---- */

static int check_calibration(const struct value *says, struct error *err)
{
	struct calibration *calibration;
	struct buf csv;

	if (!says || says->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "it says nothing");
	buf_init(&csv);
	buf_add_text(&csv, HEAD);
	add_row(&csv, says);
	calibration = calibration_parse(csv.data, "the entry", err);
	buf_done(&csv);
	if (!calibration)
		return -1;
	calibration_free(calibration);
	return 0;
}

static int check_measured(const struct value *says, struct error *err)
{
	const char *value = text_of(says, "value");
	struct unit unit;
	char *end;
	double number = strtod(value, &end);

	if (!*value || *end || !isfinite(number))
		return error_set(err, ERROR_USAGE, "'%.40s' is no number", value);
	return unit_parse(&unit, text_of(says, "unit"), err);
}

int registered_check(const struct value *request, struct error *err)
{
	const char *kind = value_get_text(request, "kind");
	const struct value *says = value_get(request, "says");

	if (kind && says && !strcmp(kind, ENTRY_CALIBRATION))
		return check_calibration(says, err);
	if (kind && says && !strcmp(kind, ENTRY_CHECK))
		return check_measured(says, err);
	return 0;
}

/* ---- reading ---- */

static bool is_about_same(const struct value *a, const struct value *b)
{
	a = value_get(a, "says");
	b = value_get(b, "says");
	return !strcmp(text_of(a, "instrument"), text_of(b, "instrument")) &&
	       !strcmp(text_of(a, "quantity"), text_of(b, "quantity"));
}

static const struct value *last_of(const struct value *calibrations, const struct value *entry)
{
	for (size_t i = value_count(calibrations); i-- > 0;)
		if (is_about_same(value_at(calibrations, i), entry))
			return value_at(calibrations, i);
	return entry;
}

static bool is_first(const struct value *calibrations, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_about_same(value_at(calibrations, i), value_at(calibrations, index)))
			return false;
	return true;
}

struct value *registered_newest(const struct value *calibrations)
{
	struct value *newest = value_list();

	for (size_t i = 0; i < value_count(calibrations); i++)
		if (is_first(calibrations, i))
			value_add(newest,
				  value_copy(last_of(calibrations, value_at(calibrations, i))));
	return newest;
}

static void add_entry(struct buf *csv, const struct value *says, const struct value *checks)
{
	const char *standard = value_get_text(says, "check_standard");
	struct value *whole = value_copy(says);
	char *repeatability = standard ? standard_repeatability(checks, standard) : NULL;

	if (standard)
		value_set_text(whole, "repeatability",
			       repeatability ? repeatability : CALIBRATION_UNKNOWN);
	add_row(csv, whole);
	free(repeatability);
	value_free(whole);
}

char *registered_csv(const struct value *calibrations, const struct value *checks)
{
	struct value *newest = registered_newest(calibrations);
	struct buf csv;

	buf_init(&csv);
	if (value_count(newest))
		buf_add_text(&csv, HEAD);
	for (size_t i = 0; i < value_count(newest); i++)
		add_entry(&csv, value_get(value_at(newest, i), "says"), checks);
	value_free(newest);
	if (csv.size)
		return buf_detach(&csv);
	buf_done(&csv);
	return NULL;
}

/* The entry that this certificate was made of. */
static const struct value *entry_of(const struct value *newest, const struct value *certificate)
{
	for (size_t i = 0; i < value_count(newest); i++) {
		const struct value *says = value_get(value_at(newest, i), "says");

		if (!strcmp(text_of(says, "instrument"), text_of(certificate, "instrument")) &&
		    !strcmp(text_of(says, "quantity"), text_of(certificate, "quantity")))
			return value_at(newest, i);
	}
	return NULL;
}

void registered_describe(struct value *certificates, const struct value *calibrations)
{
	static const char *const KEPT[] = {"serial", "gbw", "lot", "remaining", "cylinder"};
	struct value *newest = registered_newest(calibrations);

	for (size_t i = 0; i < value_count(certificates); i++) {
		struct value *certificate = certificates->items[i];
		const struct value *entry = entry_of(newest, certificate);
		const struct value *says = value_get(entry, "says");

		if (!entry)
			continue;
		value_set_int(certificate, "record", value_get_int(entry, "seq", 0));
		value_set_text(certificate, "file",
			       value_get_text(value_get(says, "file"), "sha256"));
		for (size_t k = 0; k < sizeof(KEPT) / sizeof(KEPT[0]); k++)
			value_set_text(certificate, KEPT[k], value_get_text(says, KEPT[k]));
	}
	value_free(newest);
}
