/* SPDX-License-Identifier: Apache-2.0 */
/* What a person read and scanned, checked by a table of its members. */
#include <string.h>

#include "base/utf8.h"
#include "record/identity.h"
#include "record/snapshot.h"
#include "verdict/limit.h"

enum { TEXT_MOST = 300, CODE_MOST = 3000 /* bytes: a QR code holds 2953 */, PHOTOS_MOST = 20 };

static const char *const PLATE[] = {"ma", "serial", "model", "maker", "made", "life", NULL};
static const char *const TAG[] = {"uid", "text", "ma", "serial", "model", "maker", "made", NULL};
static const char *const CODE[] = {"text", "ma", "serial", "model", "maker", "made", NULL};
static const char *const DOCUMENT[] = {"ma", "serial", "model", "maker", "made", NULL};
static const char *const SEAL[] = {"state", "number", NULL};
static const char *const READERS[] = {"tag", "code", NULL};
static const char *const SEAL_STATES[] = {"intact", "broken", "absent", NULL};
static const char *const WITHOUT[] = {"ma", "serial", "seal", "tag", "code", "life", NULL};
static const char *const TEXTS[] = {"class", "mass", "nominal", "arrived", NULL};

static const struct {
	const char *name;
	const char *const *members;
} GROUPS[] = {{"nameplate", PLATE},   {"tag", TAG},   {"code", CODE},
	      {"document", DOCUMENT}, {"seal", SEAL}, {"readers", READERS}};
enum { GROUP_COUNT = sizeof(GROUPS) / sizeof(GROUPS[0]) };

static bool is_one_of(const char *const *names, const char *name)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

static int check_text(const char *name, const struct value *text, struct error *err)
{
	size_t most = !strcmp(name, "text") ? CODE_MOST : TEXT_MOST;

	if (text->kind != VALUE_TEXT || strlen(text->text) != text->size ||
	    utf8_valid_size(text->text, text->size) != text->size)
		return error_set(err, ERROR_USAGE, "'%s' is no text", name);
	if (text->size > most)
		return error_set(err, ERROR_USAGE, "'%s' has %zu bytes and may have %zu", name,
				 text->size, most);
	return 0;
}

/* Days come as snapshot_day() writes them, so that they can be compared as texts. */
static int check_day(const char *name, const char *text, bool whole, struct error *err)
{
	char day[SNAPSHOT_DAY_SIZE];

	if (!text || !*text)
		return 0;
	if (snapshot_day(day, text, err) < 0)
		return error_context(err, "%s", name);
	if (strcmp(day, text) != 0 || (whole && strlen(day) < SNAPSHOT_DAY_SIZE - 1))
		return error_set(err, ERROR_USAGE, "%s: '%.40s' is no day: write it as 2026-03-01",
				 name, text);
	return 0;
}

static int check_group(const struct value *group, const char *const *members, struct error *err)
{
	if (group->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "it has named members");
	for (size_t i = 0; i < value_count(group); i++) {
		const char *name = value_key(group, i);

		if (!is_one_of(members, name))
			return error_set(err, ERROR_USAGE, "nothing is called '%.40s' here", name);
		if (check_text(name, value_at(group, i), err) < 0)
			return -1;
	}
	return check_day("made", value_get_text(group, "made"), false, err) < 0 ||
			       check_day("life", value_get_text(group, "life"), false, err) < 0
		       ? -1
		       : 0;
}

static int check_without(const struct value *without, struct error *err)
{
	if (without->kind != VALUE_LIST)
		return error_set(err, ERROR_USAGE, "'without' is a list");
	for (size_t i = 0; i < value_count(without); i++)
		if (value_at(without, i)->kind != VALUE_TEXT ||
		    !is_one_of(WITHOUT, value_at(without, i)->text))
			return error_set(err, ERROR_USAGE,
					 "what equipment may be without is ma, serial, seal, tag, "
					 "code, life");
	return 0;
}

static int check_member(const char *name, const struct value *value, struct error *err)
{
	for (int i = 0; i < GROUP_COUNT; i++)
		if (!strcmp(name, GROUPS[i].name))
			return check_group(value, GROUPS[i].members, err) < 0
				       ? error_context(err, "%s", name)
				       : 0;
	if (!strcmp(name, "without"))
		return check_without(value, err);
	if (!strcmp(name, "photos") && value->kind == VALUE_INT && value->integer >= 0 &&
	    value->integer <= PHOTOS_MOST)
		return 0;
	if (!is_one_of(TEXTS, name))
		return error_set(err, ERROR_USAGE, "nothing is called '%.40s' here", name);
	return check_text(name, value, err);
}

/* What the mass is compared with must be comparable, whatever the mass is. */
static int check_mass(const struct value *read, struct error *err)
{
	const char *mass = value_get_text(read, "mass"), *nominal = value_get_text(read, "nominal");
	struct quantity quantity, kilogram;
	struct limit limit;

	quantity_parse(&kilogram, "1 kg", err);
	if (mass && (quantity_parse(&quantity, mass, err) < 0 ||
		     !unit_same_kind(&quantity.unit, &kilogram.unit)))
		return error_set(err, ERROR_USAGE, "mass: '%.40s' is no mass: write it as 2.11 kg",
				 mass);
	if (nominal && (limit_parse(&limit, nominal, err) < 0 ||
			limit_check_dimension(&limit, &kilogram, err) < 0))
		return error_set(err, ERROR_USAGE,
				 "nominal: '%.40s' is no range of masses: write it as "
				 "2.09 .. 2.11 kg",
				 nominal);
	return 0;
}

int identity_check_read(const struct value *read, struct error *err)
{
	const char *seal;

	if (!read || read->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "it does not say what was read");
	for (size_t i = 0; i < value_count(read); i++)
		if (check_member(value_key(read, i), value_at(read, i), err) < 0)
			return -1;
	seal = value_get_text(value_get(read, "seal"), "state");
	if (value_get(read, "seal") && (!seal || !is_one_of(SEAL_STATES, seal)))
		return error_set(err, ERROR_USAGE, "a seal is intact, broken or absent");
	if (check_day("arrived", value_get_text(read, "arrived"), true, err) < 0)
		return -1;
	return check_mass(read, err);
}
