/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks before and after an interruption. */
#include "run/absence.h"

#include <string.h>

void passed_describe(struct value *line, const struct machine_time *then)
{
	value_set_text(line, "boot", then->boot);
	value_set_int(line, "boot_ms", then->boot_ms);
	value_set_int(line, "wall_ms", then->wall_ms);
	value_set_bool(line, "synchronised", then->is_synchronised);
	value_set_int(line, "error_ms", then->error_ms);
}

static int nobody_knows(struct error *err, const char *when)
{
	return error_set(
		err, ERROR_REFUSED,
		"how long the bench was away cannot be told: the machine was started anew, "
		"and no time server vouched for its calendar %s; connect it to one and try "
		"again, or end the run (davy continue RUN --end)",
		when);
}

static bool is_same_boot(const struct value *line, const struct machine_time *now)
{
	const char *boot = value_get_text(line, "boot");

	return boot && !strcmp(boot, now->boot) && strcmp(boot, "unknown") != 0;
}

int passed_since(const struct value *line, const struct machine_time *now, struct passed *passed,
		 struct error *err)
{
	int64_t then_error = value_get_int(line, "error_ms", -1), ms;

	passed->error = MSEC(1); /* both are whole milliseconds */
	if (is_same_boot(line, now)) {
		passed->by = "machine";
		passed->time = MSEC(now->boot_ms - value_get_int(line, "boot_ms", now->boot_ms));
		return 0;
	}
	if (!value_get_bool(line, "synchronised") || then_error < 0)
		return nobody_knows(err, "before that");
	if (!now->is_synchronised || now->error_ms < 0)
		return nobody_knows(err, "now");
	ms = now->wall_ms - value_get_int(line, "wall_ms", now->wall_ms);
	if (ms < 0)
		return error_set(
			err, ERROR_REFUSED,
			"the calendar is now before the last time that the journal has: one of "
			"the two is wrong, and how long the bench was away cannot be told; set "
			"it right and try again, or end the run (davy continue RUN --end)");
	passed->by = "calendar";
	passed->time = MSEC(ms);
	passed->error += MSEC(then_error + now->error_ms);
	return 0;
}
