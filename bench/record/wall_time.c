/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days since 1970 are counted as in the proleptic Gregorian calendar, in years that begin in March, so that the leap day
 * is the last of its year (Hinnant, "chrono-compatible low-level date algorithms").
 */
#include "record/wall_time.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ZONE_MOST = 14 * 60, DAY_MS = 86400000 };

struct parts {
	int year, month, day, hour, minute, second, ms;
};

static int64_t days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static void date_of(int64_t days, struct parts *parts)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * of_year + 2) / 153;

	parts->day = (int)(of_year - (153 * month + 2) / 5 + 1);
	parts->month = (int)(month < 10 ? month + 3 : month - 9);
	parts->year = (int)(year_of_era + era * 400 + (parts->month <= 2));
}

static bool is_a_date(const struct parts *parts)
{
	struct parts again;

	if (parts->month < 1 || parts->month > 12 || parts->day < 1 || parts->day > 31)
		return false;
	date_of(days_of(parts->year, parts->month, parts->day), &again);
	return again.month == parts->month && again.day == parts->day;
}

/* So many digits at `*text`, which then stands behind them; -1: there are not. */
static int take_digits(const char **text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return -1;
		number = number * 10 + (**text - '0');
	}
	return number;
}

static bool take_mark(const char **text, char mark)
{
	if (**text != mark)
		return false;
	(*text)++;
	return true;
}

static bool take_fraction(const char **text, int *ms)
{
	int digits = 0;

	*ms = 0;
	if (!take_mark(text, '.'))
		return true;
	for (; isdigit((unsigned char)**text); (*text)++, digits++)
		if (digits < 3)
			*ms = *ms * 10 + (**text - '0');
	for (int i = digits; i < 3; i++)
		*ms *= 10;
	return digits >= 1 && digits <= 9;
}

static bool take_zone(const char **text, int *minutes)
{
	int sign = **text == '-' ? -1 : 1, hour, minute;

	if (!take_mark(text, '+') && !take_mark(text, '-'))
		return false;
	hour = take_digits(text, 2);
	if (hour < 0 || !take_mark(text, ':'))
		return false;
	minute = take_digits(text, 2);
	*minutes = sign * (hour * 60 + minute);
	return minute >= 0 && minute < 60 && hour * 60 + minute <= ZONE_MOST;
}

static bool take_time(const char *text, struct parts *parts, int *zone_minutes)
{
	parts->year = take_digits(&text, 4);
	if (parts->year < 0 || !take_mark(&text, '-'))
		return false;
	parts->month = take_digits(&text, 2);
	if (parts->month < 0 || !take_mark(&text, '-'))
		return false;
	parts->day = take_digits(&text, 2);
	if (parts->day < 0 || !take_mark(&text, 'T'))
		return false;
	parts->hour = take_digits(&text, 2);
	if (parts->hour < 0 || parts->hour > 23 || !take_mark(&text, ':'))
		return false;
	parts->minute = take_digits(&text, 2);
	if (parts->minute < 0 || parts->minute > 59 || !take_mark(&text, ':'))
		return false;
	parts->second = take_digits(&text, 2);
	return parts->second >= 0 && parts->second <= 59 && take_fraction(&text, &parts->ms) &&
	       take_zone(&text, zone_minutes) && *text == '\0' && is_a_date(parts);
}

int wall_time_parse(struct wall_time *time, const char *text, struct error *err)
{
	struct parts parts;
	int zone_minutes;

	if (!take_time(text, &parts, &zone_minutes))
		return error_set(err, ERROR_USAGE,
				 "'%.60s' is no time; write it with its zone, as "
				 "2026-03-02T10:31:22.418+08:00",
				 text);
	time->zone_minutes = zone_minutes;
	time->ms = days_of(parts.year, parts.month, parts.day) * DAY_MS +
		   ((parts.hour * 60 + parts.minute - zone_minutes) * 60LL + parts.second) * 1000 +
		   parts.ms;
	return 0;
}

void wall_time_zone(const struct wall_time *time, char text[8])
{
	int minutes = time->zone_minutes < 0 ? -time->zone_minutes : time->zone_minutes;

	snprintf(text, 8, "%c%02u:%02u", time->zone_minutes < 0 ? '-' : '+',
		 (unsigned)(minutes / 60) % 100, (unsigned)(minutes % 60));
}

void wall_time_write(const struct wall_time *time, char text[WALL_TIME_SIZE])
{
	int64_t local = time->ms + time->zone_minutes * 60000LL;
	int64_t days = (local >= 0 ? local : local - (DAY_MS - 1)) / DAY_MS;
	unsigned of_day = (unsigned)(local - days * DAY_MS);
	struct parts parts;
	char zone[8];

	date_of(days, &parts);
	wall_time_zone(time, zone);
	snprintf(text, WALL_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03u%s",
		 (unsigned)parts.year % 10000, (unsigned)parts.month % 100,
		 (unsigned)parts.day % 100, of_day / 3600000, of_day / 60000 % 60,
		 of_day / 1000 % 60, of_day % 1000, zone);
}
