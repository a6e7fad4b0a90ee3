/* SPDX-License-Identifier: Apache-2.0 */
/* How long a bench was away, by the clocks of its machine before and after. */
#include <string.h>

#include "run/absence.h"
#include "tests/claims.h"

static struct error error;

static const struct machine_time THEN = {.boot = "a",
					 .boot_ms = 500000,
					 .wall_ms = 1800000000000,
					 .is_synchronised = true,
					 .error_ms = 20};

static int passed(const struct machine_time *then, const struct machine_time *now,
		  struct passed *passed)
{
	struct value *line = value_map();
	int done;

	passed_describe(line, then);
	done = passed_since(line, now, passed, &error);
	value_free(line);
	return done;
}

static void a_machine_that_was_not_started_anew_counts_on(void)
{
	struct machine_time now = THEN;
	struct passed was;

	now.boot_ms += 61000;
	now.wall_ms -= 3600000; /* set back meanwhile: it moves nothing */
	now.is_synchronised = false;

	CU_ASSERT_EQUAL(passed(&THEN, &now, &was), 0);
	CU_ASSERT_EQUAL(was.time, SEC(61));
	CU_ASSERT_EQUAL(was.error, MSEC(1));
	CU_ASSERT_STRING_EQUAL(was.by, "machine");
}

static void after_a_new_start_the_calendar_counts_with_its_error(void)
{
	struct machine_time now = THEN;
	struct passed was;

	strcpy(now.boot, "b");
	now.boot_ms = 9000;
	now.wall_ms += 61000;
	now.error_ms = 300;

	CU_ASSERT_EQUAL(passed(&THEN, &now, &was), 0);
	CU_ASSERT_EQUAL(was.time, SEC(61));
	CU_ASSERT_EQUAL(was.error, MSEC(321));
	CU_ASSERT_STRING_EQUAL(was.by, "calendar");
}

static void a_calendar_that_nobody_vouches_for_tells_nothing(void)
{
	struct machine_time now = THEN, then = THEN;
	struct passed was;

	strcpy(now.boot, "b");
	now.is_synchronised = false;
	now.is_stated = true;
	CU_ASSERT(passed(&THEN, &now, &was) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "vouched for its calendar now"));

	now.is_synchronised = true;
	then.is_synchronised = false;
	CU_ASSERT(passed(&then, &now, &was) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "vouched for its calendar before that"));
}

static void a_calendar_that_goes_back_tells_nothing(void)
{
	struct machine_time now = THEN;
	struct passed was;

	strcpy(now.boot, "b");
	now.wall_ms -= 1;

	CU_ASSERT(passed(&THEN, &now, &was) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "before the last time that the journal has"));
}

void suite_absence(void)
{
	suite_begin("absence");
	claim(a_machine_that_was_not_started_anew_counts_on);
	claim(after_a_new_start_the_calendar_counts_with_its_error);
	claim(a_calendar_that_nobody_vouches_for_tells_nothing);
	claim(a_calendar_that_goes_back_tells_nothing);
}
