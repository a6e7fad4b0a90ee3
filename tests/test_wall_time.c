/* SPDX-License-Identifier: Apache-2.0 */
/* Wall times of records, read and written. */
#include <stdio.h>
#include <string.h>

#include "record/wall_time.h"
#include "tests/claims.h"

static void check_time(const char *text, int64_t ms, const char *again)
{
	struct wall_time time;
	struct error err;
	char written[WALL_TIME_SIZE];

	if (wall_time_parse(&time, text, &err) < 0) {
		CU_FAIL(err.text);
		return;
	}
	CU_ASSERT_EQUAL(time.ms, ms);
	wall_time_write(&time, written);
	CU_ASSERT_STRING_EQUAL(written, again);
}

static void a_time_is_read_with_its_zone_and_written_in_it(void)
{
	check_time("1970-01-01T00:00:00.000+00:00", 0, "1970-01-01T00:00:00.000+00:00");
	check_time("2026-03-02T10:31:22.418+08:00", 1772418682418, "2026-03-02T10:31:22.418+08:00");
	check_time("2026-03-02T10:31:22+08:00", 1772418682000, "2026-03-02T10:31:22.000+08:00");
	check_time("2026-03-02T10:31:22.5+08:00", 1772418682500, "2026-03-02T10:31:22.500+08:00");
	check_time("2026-03-02T10:31:22.418999999+08:00", 1772418682418,
		   "2026-03-02T10:31:22.418+08:00");
	check_time("2024-02-29T23:59:59.999-03:30", 1709263799999, "2024-02-29T23:59:59.999-03:30");
	check_time("1969-12-31T23:59:59.999+00:00", -1, "1969-12-31T23:59:59.999+00:00");
	check_time("2000-02-29T00:00:00.000+14:00", 951732000000, "2000-02-29T00:00:00.000+14:00");
}

static void every_day_of_four_centuries_is_written_as_it_is_read(void)
{
	struct wall_time time = {.zone_minutes = 480}, again;
	struct error err;
	char text[WALL_TIME_SIZE];

	for (int64_t day = 0; day < 146097; day++) {
		time.ms = (day - 30000) * 86400000 + 12345678;
		wall_time_write(&time, text);
		if (wall_time_parse(&again, text, &err) < 0 || again.ms != time.ms) {
			CU_FAIL_FATAL(text);
		}
	}
}

static void what_is_no_time_is_refused(void)
{
	static const char *const BAD[] = {
		"",
		"2026-03-02",
		"2026-03-02T10:31:22",
		"2026-03-02T10:31:22Z",
		"2026-03-02 10:31:22+08:00",
		"2026-03-02T10:31:22+0800",
		"2026-03-02T10:31:22+08:00 ",
		"2026-03-02T10:31:22.+08:00",
		"2026-03-02T10:31:22.1234567890+08:00",
		"2026-02-29T10:31:22+08:00",
		"2100-02-29T10:31:22+08:00",
		"2026-04-31T10:31:22+08:00",
		"2026-13-01T10:31:22+08:00",
		"2026-00-01T10:31:22+08:00",
		"2026-03-00T10:31:22+08:00",
		"2026-03-02T24:00:00+08:00",
		"2026-03-02T10:60:22+08:00",
		"2026-03-02T10:31:60+08:00",
		"2026-03-02T10:31:22+14:01",
		"2026-03-02T10:31:22+08:60",
		"+026-03-02T10:31:22+08:00",
		"2026-3-2T10:31:22+08:00",
	};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct wall_time time;
		struct error err;

		if (wall_time_parse(&time, BAD[i], &err) == 0)
			printf("        %s was taken\n", BAD[i]);
		CU_ASSERT_EQUAL(wall_time_parse(&time, BAD[i], &err), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is no time"));
	}
}

static void a_day_is_its_first_moment_in_a_zone(void)
{
	struct wall_time day, first, last;
	struct error err;
	char text[WALL_TIME_SIZE];

	CU_ASSERT_EQUAL(wall_time_parse_day(&day, "2026-12-31", 480, &err), 0);
	CU_ASSERT_EQUAL(wall_time_parse(&first, "2026-12-31T00:00:00+08:00", &err), 0);
	CU_ASSERT_EQUAL(wall_time_parse(&last, "2026-12-31T23:59:59.999+08:00", &err), 0);

	CU_ASSERT_EQUAL(day.ms, first.ms);
	CU_ASSERT_EQUAL(day.zone_minutes, 480);
	CU_ASSERT_EQUAL(day.ms + WALL_TIME_DAY_MS - 1, last.ms);
	wall_time_write(&day, text);
	CU_ASSERT_STRING_EQUAL(text, "2026-12-31T00:00:00.000+08:00");
}

static void what_is_no_day_is_refused(void)
{
	static const char *const BAD[] = {
		"",
		"2026-99-99",
		"2026-02-29",
		"2026-00-10",
		"2026-03-00",
		"2026-3-2",
		"2026-03-2",
		"2026-03-32",
		"tomorrow",
		"2026-03-021",
		"2026-03-02 ",
		"2026/03/02",
		" 2026-03-02",
		"2026-03-02T00:00:00+00:00",
	};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct wall_time time;
		struct error err;

		if (wall_time_parse_day(&time, BAD[i], 0, &err) == 0)
			printf("        %s was taken\n", BAD[i]);
		CU_ASSERT_EQUAL(wall_time_parse_day(&time, BAD[i], 0, &err), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is no day"));
	}
}

void suite_wall_time(void)
{
	suite_begin("wall times of records");
	claim(a_time_is_read_with_its_zone_and_written_in_it);
	claim(every_day_of_four_centuries_is_written_as_it_is_read);
	claim(what_is_no_time_is_refused);
	claim(a_day_is_its_first_moment_in_a_zone);
	claim(what_is_no_day_is_refused);
}
