/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who only listens to a controller: he hears what every run's own connection hears, and can do nothing to them, least of all by
 * not reading.
 */
#include <string.h>

#include "tests/claims.h"
#include "tests/controller_rig.h"

#define MEASURED "m.x = fx.pressure:mean '200 ms'\n"
/* Some 4 MB of events: more than any socket holds. */
#define FLOOD "for i = 1, 4000 do log(string.rep('x', 1000)) wait '1 ms' end\n" MEASURED

static struct command listener(const struct house *house)
{
	struct command command = command_come(house);

	command_say(&command, "{'do':'listen'}");
	value_free(command_hear(&command, "listening"));
	return command;
}

static void a_listener_hears_every_run_and_that_it_is_played(void)
{
	struct house house;
	struct command command, other;
	struct value *event;

	house_open(&house);
	other = listener(&house);
	command = command_come(&house);
	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 3);
	CU_ASSERT(command_verdict(&command, "PASS", ""));

	event = command_hear(&other, "started");
	CU_ASSERT_EQUAL(value_get_int(event, "slot", 0), 3);
	CU_ASSERT(value_get_bool(event, "played"));
	value_free(event);
	event = command_hear(&other, "judged");
	CU_ASSERT(value_get_bool(event, "played"));
	value_free(event);
	event = command_hear(&other, "verdict");
	CU_ASSERT_EQUAL(value_get_int(event, "slot", 0), 3);
	CU_ASSERT(value_get_bool(event, "played"));
	value_free(event);
	command_go(&other);
	command_go(&command);
	house_close(&house);
}

static void a_listener_that_does_not_read_misses_what_he_is_told_of_and_the_run_passes(void)
{
	struct house house;
	struct command command, other;
	struct value *event;
	int64_t heard = 0, missed;

	house_open(&house);
	other = listener(&house);
	command = command_come(&house);
	command_run(&command, &house, &(struct mini_order){.body = FLOOD}, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));

	while ((event = command_next(&other)) &&
	       strcmp(value_get_text(event, "event"), "missed") != 0) {
		heard++;
		value_free(event);
	}
	missed = value_get_int(event, "count", 0);
	CU_ASSERT(heard > 10 && missed > 1000);
	value_free(event);
	/* he hears of the next run as if nothing had been */
	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	value_free(command_hear(&other, "started"));
	value_free(command_hear(&other, "verdict"));
	command_go(&other);
	command_go(&command);
	house_close(&house);
}

static void a_listener_that_goes_is_missed_by_nobody(void)
{
	struct house house;
	struct command command, other;

	house_open(&house);
	other = listener(&house);
	command_go(&other);
	command = command_come(&house);
	command_run(&command, &house, &(struct mini_order){.body = MEASURED}, 1);
	CU_ASSERT(command_verdict(&command, "PASS", ""));
	command_go(&command);
	house_close(&house);
}

void suite_listen(void)
{
	suite_begin("listen");
	claim(a_listener_hears_every_run_and_that_it_is_played);
	claim(a_listener_that_does_not_read_misses_what_he_is_told_of_and_the_run_passes);
	claim(a_listener_that_goes_is_missed_by_nobody);
}
