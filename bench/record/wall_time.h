/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wall time as records have it: RFC 3339 with milliseconds and the zone in which it was said. A claim, not an order:
 * what came before what is said by the numbers of records.
 */
#ifndef DAVY_RECORD_WALL_TIME_H
#define DAVY_RECORD_WALL_TIME_H

#include <stdint.h>

#include "base/error.h"

enum { WALL_TIME_SIZE = 36 }; /* room for one and its NUL */
enum { WALL_TIME_DAY_MS = 24 * 60 * 60 * 1000 };

struct wall_time {
	int64_t ms;	  /* since 1970-01-01T00:00:00Z, leap seconds left out */
	int zone_minutes; /* east of Greenwich */
};

/*
 * "2026-03-02T10:31:22.418+08:00", as EPCIS wants it: "T" and the offset in full (no "Z"), none, or up to nine digits
 * behind the second, of which three count. Refused: days and hours that are none, a leap second, offsets beyond 14:00.
 */
int wall_time_parse(struct wall_time *time, const char *text, struct error *err);
/*
 * "2026-03-02": its first moment in a zone so many minutes east of Greenwich. Refused: a day that is none, and a day with
 * anything behind it.
 */
int wall_time_parse_day(struct wall_time *time, const char *text, int zone_minutes,
			struct error *err);
/* With three digits behind the second. `ms` between the years 0 and 9999, `zone_minutes` within 14 hours. */
void wall_time_write(const struct wall_time *time, char text[WALL_TIME_SIZE]);
/* "+08:00" */
void wall_time_zone(const struct wall_time *time, char text[8]);

#endif
