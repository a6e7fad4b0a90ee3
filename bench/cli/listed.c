/* SPDX-License-Identifier: Apache-2.0 */
/* Days are compared as text, which YYYY-MM-DD is made for. */
#include "cli/listed.h"

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "loop/machine_time.h"
#include "record/wall_time.h"
#include "verdict/quantity.h"

const char *listed_text(const struct value *entry, const char *name)
{
	const char *text = value_get_text(entry, name);

	return text ? text : "";
}

char *listed_joined(const struct value *list)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(list); i++)
		if (value_at(list, i)->kind == VALUE_TEXT)
			buf_printf(&text, "%s%s", text.size ? ", " : "", value_at(list, i)->text);
	return buf_detach(&text);
}

void listed_today(char day[LISTED_DAY_SIZE])
{
	struct machine_time time;
	char text[WALL_TIME_SIZE];

	machine_time_read(&time);
	wall_time_write(&(struct wall_time){.ms = time.wall_ms}, text);
	snprintf(day, LISTED_DAY_SIZE, "%.10s", text);
}

void listed_day(const char *text, char day[LISTED_DAY_SIZE])
{
	struct machine_time here;
	struct wall_time time;
	char whole[WALL_TIME_SIZE];
	struct error ignored;

	day[0] = '\0';
	if (!text || wall_time_parse(&time, text, &ignored) < 0)
		return;
	machine_time_read(&here);
	time.zone_minutes = here.zone_minutes;
	wall_time_write(&time, whole);
	snprintf(day, LISTED_DAY_SIZE, "%.10s", whole);
}

int64_t listed_days(const char *from, const char *to)
{
	struct wall_time first, last;
	struct error ignored;

	if (wall_time_parse_day(&first, from, 0, &ignored) < 0 ||
	    wall_time_parse_day(&last, to, 0, &ignored) < 0)
		return -1;
	return (last.ms - first.ms) / WALL_TIME_DAY_MS;
}

double listed_left(const struct value *cylinder, struct unit *unit)
{
	struct quantity content;
	struct error ignored;

	if (quantity_parse(&content, listed_text(value_get(cylinder, "says"), "content"),
			   &ignored) < 0)
		return NAN;
	*unit = content.unit;
	return quantity_number(&content) - value_get_real(cylinder, "drawn", 0);
}
