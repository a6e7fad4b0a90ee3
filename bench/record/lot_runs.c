/* SPDX-License-Identifier: Apache-2.0 */
#include "record/lot_runs.h"

#include <string.h>

/* What a record says beyond what the log has is another thing than the log has. */
static bool is_same(const struct value *recorded, const struct value *now)
{
	if (!recorded || recorded->kind != VALUE_MAP)
		return false;
	for (size_t i = 0; i < value_count(now); i++) {
		const char *name = value_key(now, i);
		const struct value *said = value_get(recorded, name);

		if (said ? !value_same(said, value_at(now, i)) : strcmp(name, "sha256") != 0)
			return false;
	}
	return value_count(recorded) == value_count(now) - (value_get(recorded, "sha256") ? 0 : 1);
}

bool lot_runs_same(const struct value *recorded, const struct value *now)
{
	if (!recorded || recorded->kind != VALUE_LIST || !now ||
	    value_count(recorded) != value_count(now))
		return false;
	for (size_t i = 0; i < value_count(now); i++)
		if (!is_same(value_at(recorded, i), value_at(now, i)))
			return false;
	return true;
}
