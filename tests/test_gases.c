/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gas flows from a line with a cylinder that is connected to it, in date and not used up, and from no other; what flows is
 * metered. The bench has two lines, from which 6 L/min flow while
 * one is open, and a meter that is read every 100 ms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/journal_read.h"
#include "tests/claims.h"
#include "tests/slot_rig.h"

static const struct bench_file FILES[] = {
	{"fixtures/mini/fixture.lua",
	 "return fixture {\n"
	 "  id = 'mini', title = 'A bench for claims', suits = { 'mini' },\n"
	 "  ports = { bus = serial { '19200 8N1' } },\n"
	 "  devices = { meter = device { 'mini_meter', port = 'bus' } },\n"
	 "  lines = { ch4 = valve { safe = 'closed' }, spare = valve { safe = 'closed' },\n"
	 "            stop = contact {} }, estop = 'stop',\n"
	 "  channels = { flow = { from = 'meter.flow', every = '100 ms' } },\n"
	 "  gases = { ch4 = 'flow', spare = 'flow' },\n"
	 "  world = 'mini/world.lua',\n"
	 "}\n"},
	{"fixtures/mini/world.lua", "return world {\n"
				    "  grid = '100 ms', state = { flow = 0 },\n"
				    "  advance = function(w, dt, lines) w.flow = (lines.ch4 or "
				    "lines.spare) and 6 or 0 lines.stop = true end,\n"
				    "}\n"},
	{"fixtures/drivers/mini_meter/driver.lua",
	 "return driver {\n"
	 "  id = 'mini_meter', bus = 'modbus', framing = { within = '100 ms', retries = 2 },\n"
	 "  reads = { flow = { input = 0, as = 'f32', unit = 'L/min' } },\n"
	 "}\n"},
	{"fixtures/drivers/mini_meter/twin.lua",
	 "return simulator {\n"
	 "  id = 'mini_meter', bus = 'modbus', delay = '2 ms',\n"
	 "  registers = { { input = 0, as = 'f32', read = function(w) return w.flow end } },\n"
	 "}\n"},
	{NULL, NULL},
};

/* One connection, of a line to a cylinder with this content; the caller frees the list. */
static struct value *connected(const char *line, const char *content, const char *due, double drawn)
{
	char *text =
		xprintf("[{\"says\":{\"line\":\"%s\",\"cylinder\":\"G-17\",\"component\":\"CH4\"},"
			"\"cylinder\":{\"seq\":2,\"drawn\":%g,\"says\":{\"cylinder\":\"G-17\","
			"\"content\":\"%s\",\"due\":\"%s\"}}}]",
			line, drawn, content, due);
	struct error err;
	struct value *list = json_parse(text, strlen(text), "connections", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	free(text);
	return list;
}

static void open_with(struct slot_rig *rig, struct value *connections)
{
	slot_rig_open_supplied(rig, FILES, connections);
	value_free(connections);
}

static void refuses(struct value *connections, const char *part)
{
	struct slot_rig rig;

	open_with(&rig, connections);
	slot_rig_act(&rig, "ch4", true);
	CU_ASSERT(slot_rig_refused(&rig, part));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "ch4"));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_close(&rig);
}

/* The journal's n-th line of gas; the caller frees it. NULL: there is none. */
static struct value *gas_line(struct slot_rig *rig, int n)
{
	struct journal_reader *reader;
	struct journal_item item;
	struct value *found = NULL;
	struct error err;

	slot_rig_settle(rig);
	reader = journal_reader_open(rig->bench.journal, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	while (!found && journal_reader_next(reader, &item, &err) > 0)
		if (item.kind && !strcmp(item.kind, "gas") && --n == 0)
			found = value_copy(item.line);
	journal_reader_close(reader);
	return found;
}

/* ---- claims ---- */

static void a_line_without_a_cylinder_stays_shut(void)
{
	refuses(value_list(), "ch4 may not be open: no cylinder is connected to ch4: davy gas "
			      "connect CYLINDER ch4");
	refuses(connected("other", "700 L", "2026-12-31", 0), "no cylinder is connected to ch4");
	refuses(connected("slot2/ch4", "700 L", "2026-12-31", 0),
		"no cylinder is connected to ch4");
}

static void a_certificate_holds_to_the_end_of_its_last_day(void)
{
	struct slot_rig rig;

	refuses(connected("ch4", "700 L", "2025-12-31", 0),
		"the certificate of cylinder G-17 on ch4 ran out on 2025-12-31");
	open_with(&rig, connected("ch4", "700 L", "2026-01-01", 0));
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "ch4", true), 0);
	slot_rig_close(&rig);
}

static void a_cylinder_that_is_used_up_stays_shut(void)
{
	refuses(connected("ch4", "700 L", "2026-12-31", 700), "cylinder G-17 on ch4 is used up");
	refuses(connected("ch4", "0 L", "2026-12-31", 0), "cylinder G-17 on ch4 is used up");
}

static void a_content_that_cannot_be_metered_stays_shut(void)
{
	refuses(connected("ch4", "700 L STPD", "2026-12-31", 0),
		"its content is '700 L STPD', and the flow is metered in L");
}

static void a_slot_s_own_cylinder_counts_before_one_of_all(void)
{
	struct value *both = connected("ch4", "0 L", "2026-12-31", 0);
	struct value *own = connected("slot1/ch4", "700 L", "2026-12-31", 0);
	struct slot_rig rig;

	value_add(both, value_copy(value_at(own, 0)));
	value_free(own);
	open_with(&rig, both);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "ch4", true), 0);
	slot_rig_close(&rig);
}

static void a_line_of_a_slot_that_was_disconnected_has_none(void)
{
	struct value *all = connected("ch4", "700 L", "2026-12-31", 0);
	struct value *own = value_add(all, value_map());

	value_set_text(value_set(own, "says", value_map()), "line", "slot1/ch4");
	refuses(all, "no cylinder is connected to ch4");
}

static void what_one_line_drew_is_not_there_for_another(void)
{
	struct value *both = connected("ch4", "0.3 L", "2026-12-31", 0);
	struct value *spare = connected("spare", "0.3 L", "2026-12-31", 0);
	struct slot_rig rig;

	value_add(both, value_copy(value_at(spare, 0)));
	value_free(spare);
	open_with(&rig, both);
	slot_rig_act(&rig, "ch4", true);
	slot_rig_wait(&rig, SEC(2));
	slot_rig_act(&rig, "ch4", false);
	slot_rig_act(&rig, "spare", true);
	CU_ASSERT_EQUAL(rig.tripped, 0);

	slot_rig_wait(&rig, MSEC(1500));
	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "cylinder G-17 on spare is used up"));
	slot_rig_act(&rig, "ch4", true);
	CU_ASSERT_FALSE(slot_rig_level(&rig, "ch4"));
	slot_rig_close(&rig);
}

/* The meter shows the flow one step of the world late: 6 L/min over 5 s, less at most one step of it. */
static void what_flows_is_metered(void)
{
	struct slot_rig rig;
	struct value *line;

	open_with(&rig, connected("ch4", "700 L", "2026-12-31", 0));
	slot_rig_act(&rig, "ch4", true);
	slot_rig_wait(&rig, SEC(5));
	slot_rig_act(&rig, "ch4", false);

	line = gas_line(&rig, 1);
	CU_ASSERT_STRING_EQUAL(value_get_text(line, "line"), "ch4");
	CU_ASSERT_STRING_EQUAL(value_get_text(line, "cylinder"), "G-17");
	CU_ASSERT_STRING_EQUAL(value_get_text(line, "unit"), "L");
	CU_ASSERT_DOUBLE_EQUAL(value_get_real(line, "volume", 0), 0.5, 0.011);
	CU_ASSERT_DOUBLE_EQUAL(value_get_real(line, "seconds", 0), 5, 0.01);
	value_free(line);
	slot_rig_close(&rig);
}

static void each_time_that_it_is_open_is_metered_by_itself(void)
{
	struct slot_rig rig;
	struct value *line;

	open_with(&rig, connected("ch4", "700 L", "2026-12-31", 0));
	for (int i = 0; i < 2; i++) {
		slot_rig_act(&rig, "ch4", true);
		slot_rig_wait(&rig, SEC(2));
		slot_rig_act(&rig, "ch4", false);
		slot_rig_wait(&rig, SEC(1));
	}

	line = gas_line(&rig, 2);
	CU_ASSERT_DOUBLE_EQUAL(value_get_real(line, "volume", 0), 0.2, 0.011);
	value_free(line);
	CU_ASSERT_PTR_NULL(gas_line(&rig, 3));
	slot_rig_close(&rig);
}

static void a_cylinder_that_is_used_up_meanwhile_ends_the_run(void)
{
	struct slot_rig rig;

	open_with(&rig, connected("ch4", "700 L", "2026-12-31", 699.7));
	slot_rig_act(&rig, "ch4", true);

	slot_rig_wait(&rig, MSEC(2800));
	CU_ASSERT_EQUAL(rig.tripped, 0);
	slot_rig_wait(&rig, MSEC(600));

	CU_ASSERT(slot_rig_tripped(&rig, VERDICT_ERROR, "cylinder G-17 on ch4 is used up"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "ch4"));
	slot_rig_close(&rig);
}

/* 0.7 L are left: what another slot takes meanwhile is not there any more. */
static void what_another_slot_draws_is_not_there_for_this_one(void)
{
	struct slot_rig rig;
	struct gas_account *other;

	open_with(&rig, connected("ch4", "0.7 L", "2026-12-31", 0));
	other = gas_account_open(rig.gases);
	slot_rig_act(&rig, "ch4", true);
	slot_rig_wait(&rig, SEC(2));
	gas_account_draw(other, "G-18", 0.7e-3);
	slot_rig_wait(&rig, SEC(1));
	CU_ASSERT_EQUAL(rig.tripped, 0);

	gas_account_draw(other, "G-17", 0.5e-3);
	slot_rig_wait(&rig, MSEC(300));
	CU_ASSERT(
		slot_rig_tripped(&rig, VERDICT_ERROR,
				 "cylinder G-17 on ch4 is used up, as far as it was metered (0.5 L "
				 "of it by other slots meanwhile)"));
	gas_account_close(other, true);
	slot_rig_close(&rig);
}

static double noted(const struct value *connections, const char *what)
{
	return value_get_real(value_get(value_at(connections, 0), "cylinder"), what, -1);
}

static void what_a_run_draws_stands_in_one_place_at_a_time(void)
{
	struct gas_ledger *ledger = gas_ledger_new();
	struct gas_account *first = gas_account_open(ledger), *second = gas_account_open(ledger);
	struct value *connections = connected("ch4", "700 L", "2026-12-31", 0);

	gas_account_draw(first, "G-17", 0.25);
	gas_account_draw(second, "G-17", 0.5);
	gas_ledger_note(ledger, connections);
	CU_ASSERT_EQUAL(noted(connections, "unrecorded"), 0.75);
	CU_ASSERT_EQUAL(noted(connections, "before"), 0.75);

	gas_account_close(first, true);
	gas_ledger_note(ledger, connections);
	CU_ASSERT_EQUAL(noted(connections, "unrecorded"), 0.5);

	gas_account_close(second, false);
	gas_ledger_note(ledger, connections);
	CU_ASSERT_EQUAL(noted(connections, "unrecorded"), 0.5);
	CU_ASSERT_EQUAL(noted(connections, "before"), 0.75);
	value_free(connections);
	gas_ledger_free(ledger);
}

static void what_no_record_tells_of_is_not_left(void)
{
	struct value *connections = connected("ch4", "700 L", "2026-12-31", 699.5);
	struct value *cylinder = (struct value *)value_get(value_at(connections, 0), "cylinder");

	value_set_real(cylinder, "unrecorded", 0.6e-3);
	refuses(connections, "cylinder G-17 on ch4 is used up");
}

static void a_simulation_flows_unasked_and_is_metered(void)
{
	struct slot_rig rig;
	struct value *line;

	slot_rig_open(&rig, NULL, FILES);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "ch4", true), 0);
	slot_rig_wait(&rig, SEC(1));
	slot_rig_make_safe(&rig);

	line = gas_line(&rig, 1);
	CU_ASSERT_PTR_NULL(value_get(line, "cylinder"));
	CU_ASSERT(value_get_real(line, "volume", 0) > 0.08);
	value_free(line);
	slot_rig_close(&rig);
}

void suite_gases(void)
{
	suite_begin("gases");
	claim(a_line_without_a_cylinder_stays_shut);
	claim(a_certificate_holds_to_the_end_of_its_last_day);
	claim(a_cylinder_that_is_used_up_stays_shut);
	claim(a_content_that_cannot_be_metered_stays_shut);
	claim(a_slot_s_own_cylinder_counts_before_one_of_all);
	claim(a_line_of_a_slot_that_was_disconnected_has_none);
	claim(what_one_line_drew_is_not_there_for_another);
	claim(what_flows_is_metered);
	claim(each_time_that_it_is_open_is_metered_by_itself);
	claim(a_cylinder_that_is_used_up_meanwhile_ends_the_run);
	claim(what_another_slot_draws_is_not_there_for_this_one);
	claim(what_a_run_draws_stands_in_one_place_at_a_time);
	claim(what_no_record_tells_of_is_not_left);
	claim(a_simulation_flows_unasked_and_is_metered);
}
