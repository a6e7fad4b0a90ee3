/* SPDX-License-Identifier: Apache-2.0 */
/* A moment as records have it. */
#include "record/moment.h"

#include <string.h>

static const char SYSTEM[] = "system", MANUAL[] = "manual";

struct value *moment_describe(const struct moment *moment)
{
	struct value *says = value_map();
	char wall[WALL_TIME_SIZE];

	wall_time_write(&moment->wall, wall);
	value_set_text(says, "wall", wall);
	value_set_text(says, "boot", moment->boot);
	value_set_int(says, "bootMs", moment->boot_ms);
	value_set_bool(says, "synchronised", moment->is_synchronised);
	if (moment->error_ms >= 0)
		value_set_int(says, "maxErrorMs", moment->error_ms);
	value_set_text(says, "clock", moment->is_manual ? MANUAL : SYSTEM);
	return says;
}

int moment_read(struct moment *moment, const struct value *says, struct error *err)
{
	const char *wall = value_get_text(says, "wall"), *boot = value_get_text(says, "boot");
	const char *clock = value_get_text(says, "clock");

	if (!wall || !boot || !boot[0] || strlen(boot) >= MOMENT_BOOT_SIZE || !clock ||
	    (strcmp(clock, SYSTEM) != 0 && strcmp(clock, MANUAL) != 0))
		return error_set(err, ERROR_USAGE, "it does not say when it was recorded");
	*moment = (struct moment){
		.boot_ms = value_get_int(says, "bootMs", -1),
		.is_synchronised = value_get_bool(says, "synchronised"),
		.error_ms = value_get_int(says, "maxErrorMs", -1),
		.is_manual = !strcmp(clock, MANUAL),
	};
	strcpy(moment->boot, boot);
	return wall_time_parse(&moment->wall, wall, err);
}
