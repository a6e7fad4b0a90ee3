/* SPDX-License-Identifier: Apache-2.0 */
/* The calendar is the C library's; here is the form. */
#include "record/wall_time.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

enum { ZONE_MOST = 14 * 60 };

/* The library makes a day that is none into another one. */
static bool is_a_date(const struct tm *date)
{
	struct tm again = *date;

	timegm(&again);
	return again.tm_mon == date->tm_mon && again.tm_mday == date->tm_mday;
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

/* One part: so many digits and the mark behind them; NUL: none. */
static bool take_part(const char **text, int digits, char mark, int *part)
{
	*part = take_digits(text, digits);
	return *part >= 0 && (!mark || take_mark(text, mark));
}

/* Year, month and day, and the mark behind them. */
static bool take_date(const char **text, char mark, struct tm *date)
{
	if (!take_part(text, 4, '-', &date->tm_year) || !take_part(text, 2, '-', &date->tm_mon) ||
	    !take_part(text, 2, mark, &date->tm_mday))
		return false;
	date->tm_year -= 1900;
	date->tm_mon -= 1;
	return is_a_date(date);
}

static bool take_time(const char *text, struct tm *date, int *ms, int *zone_minutes)
{
	return take_date(&text, 'T', date) && take_part(&text, 2, ':', &date->tm_hour) &&
	       take_part(&text, 2, ':', &date->tm_min) &&
	       take_part(&text, 2, '\0', &date->tm_sec) && take_fraction(&text, ms) &&
	       take_zone(&text, zone_minutes) && !*text && date->tm_hour <= 23 &&
	       date->tm_min <= 59 && date->tm_sec <= 59;
}

int wall_time_parse(struct wall_time *time, const char *text, struct error *err)
{
	struct tm date = {0};
	int ms, zone_minutes;

	if (!take_time(text, &date, &ms, &zone_minutes))
		return error_set(err, ERROR_USAGE,
				 "'%.60s' is no time; write it with its zone, as "
				 "2026-03-02T10:31:22.418+08:00",
				 text);
	time->zone_minutes = zone_minutes;
	time->ms = ((int64_t)timegm(&date) - zone_minutes * 60) * 1000 + ms;
	return 0;
}

int wall_time_parse_day(struct wall_time *time, const char *text, int zone_minutes,
			struct error *err)
{
	struct tm date = {0};
	const char *rest = text;

	if (!take_date(&rest, '\0', &date) || *rest)
		return error_set(err, ERROR_USAGE, "'%.60s' is no day; write it as 2026-03-02",
				 text);
	time->zone_minutes = zone_minutes;
	time->ms = ((int64_t)timegm(&date) - zone_minutes * 60) * 1000;
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
	int64_t ms = (local % 1000 + 1000) % 1000;
	time_t seconds = (time_t)((local - ms) / 1000);
	char zone[8], date[24];
	struct tm parts;

	strftime(date, sizeof(date), "-%m-%dT%H:%M:%S", gmtime_r(&seconds, &parts));
	wall_time_zone(time, zone);
	snprintf(text, WALL_TIME_SIZE, "%04d%s.%03d%s", parts.tm_year + 1900, date, (int)ms, zone);
}
