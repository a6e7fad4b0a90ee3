/* SPDX-License-Identifier: Apache-2.0 */
/* A mark of accreditation on a page is a statement to courts, so a scope that cannot be read is refused, not skipped. */
#include "cli/report_laboratory.h"

#include <string.h>

#include "cli/report_record.h"
#include "cli/words.h"
#include "record/laboratory.h"

static const char SCOPE[] =
	"laboratory.json: \"scope\" is a list of {\"standard\":\"…\",\"items\":[\"…\"]}, "
	"where items may be missing";

/* "…", or {"zh":"…","en":"…"}. */
static void set_either(struct value *map, const char *key, const struct value *given)
{
	const char *english = value_get_text(given, "en"), *chinese = value_get_text(given, "zh");

	if (given && given->kind == VALUE_TEXT)
		report_set(map, key, given->text);
	else if (english)
		report_set(map, key, say_either(english, chinese));
	else
		report_set(map, key, chinese);
}

static bool is_scope(const struct value *scope)
{
	for (size_t i = 0; i < value_count(scope); i++) {
		const struct value *items = value_get(value_at(scope, i), "items");

		if (!value_get_text(value_at(scope, i), "standard") ||
		    (items && items->kind != VALUE_LIST))
			return false;
		for (size_t k = 0; k < value_count(items); k++)
			if (value_at(items, k)->kind != VALUE_TEXT)
				return false;
	}
	return scope->kind == VALUE_LIST;
}

int report_laboratory(const char *state, struct value *map, struct error *err)
{
	static const char *const TEXTS[] = {"name", "address", "phone", "contact", "cma", "cnas"};
	struct value *given;
	const struct value *scope, *days;

	if (laboratory_read(state, &given, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
		set_either(map, TEXTS[i], value_get(given, TEXTS[i]));
	scope = value_get(given, "scope");
	days = value_get(given, "objectionDays");
	value_set(map, "scope", scope ? value_copy(scope) : value_nil());
	value_set(map, "objection_days", days ? value_copy(days) : value_nil());
	value_free(given);
	scope = value_get(map, "scope");
	if (scope->kind == VALUE_NIL || is_scope(scope))
		return 0;
	return error_set(err, ERROR_USAGE, "%s", SCOPE);
}

bool report_is_accredited(const struct value *laboratory, const char *standard, const char *measure)
{
	const struct value *scope = value_get(laboratory, "scope");

	for (size_t i = 0; standard && measure && i < value_count(scope); i++) {
		const struct value *items = value_get(value_at(scope, i), "items");

		if (strcmp(value_get_text(value_at(scope, i), "standard"), standard) != 0)
			continue;
		if (!items)
			return true;
		for (size_t k = 0; k < value_count(items); k++)
			if (!strcmp(value_at(items, k)->text, measure))
				return true;
	}
	return false;
}
