/* SPDX-License-Identifier: Apache-2.0 */
/* Days are compared as text, which YYYY-MM-DD is made for. */
#include "cli/listed.h"

#include <stdio.h>

#include "loop/machine_time.h"
#include "record/wall_time.h"

const char *listed_text(const struct value *entry, const char *name)
{
	const char *text = value_get_text(entry, name);

	return text ? text : "";
}

void listed_today(char day[LISTED_DAY_SIZE])
{
	struct machine_time time;
	char text[WALL_TIME_SIZE];

	machine_time_read(&time);
	wall_time_write(&(struct wall_time){.ms = time.wall_ms}, text);
	snprintf(day, LISTED_DAY_SIZE, "%.10s", text);
}
