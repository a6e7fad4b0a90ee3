/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Safe images: that what is sent blindly is what a run would send, that an image survives its file, and that
 * a damaged one is refused by name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "run/rehearsal.h"
#include "run/safe_image.h"
#include "run/station.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/guardian_rig.h"

/* ---- the shipped fixtures ---- */

static struct order *order_for(const char *protocol)
{
	struct order *order = xcalloc(1, sizeof(*order));
	char here[4096];

	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(here, sizeof(here)));
	order->protocol = xprintf("%s/%s", here, protocol);
	order->slot = 1;
	order->dut = value_map();
	order->params = value_map();
	order->simulated = true;
	order->severity = 1;
	order->clock = CLOCK_KIND_VIRTUAL;
	order->scale = 1;
	return order;
}

struct planned {
	struct loop *loop;
	struct plan *plan;
	struct error err;
};

static void take_plan(void *ctx, struct plan *plan, const struct error *err)
{
	struct planned *planned = ctx;

	planned->plan = plan;
	if (err)
		planned->err = *err;
	loop_quit(planned->loop);
}

static struct plan *plan_of(const struct bench *bench, const char *protocol)
{
	struct planned planned = {0};
	struct planning *planning;
	struct error err;

	planned.loop = loop_new(&err);
	planning = planning_start(planned.loop, bench->program, order_for(protocol), take_plan,
				  &planned);
	loop_run(planned.loop, &err);
	planning_free(planning);
	loop_free(planned.loop);
	if (!planned.plan)
		CU_FAIL_FATAL(planned.err.text);
	return planned.plan;
}

/* Wires called after what they are. */
static struct safe_image *image_of(const struct fixture *fixture)
{
	struct station_slot *wires = xcalloc(1, sizeof(*wires));
	struct safe_image *image;
	struct error err;

	wires->number = 1;
	for (size_t i = 0; i < fixture->line_count; i++)
		snprintf(wires->line[i].where, sizeof(wires->line[i].where), "wire-%s",
			 fixture->line[i].name);
	for (size_t i = 0; i < fixture->port_count; i++)
		snprintf(wires->port[i].where, sizeof(wires->port[i].where), "/dev/%s",
			 fixture->port[i].name);
	image = safe_image_new(fixture, wires, "run", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(image);
	free(wires);
	return image;
}

static void stop_at_once(void *ctx, struct run *run)
{
	(void)ctx;
	run_stop(run, "for the claim");
}

/* A run that is stopped as soon as it is there ends with its safe writes. */
static void rehearse_stopped(const struct bench *bench, const char *protocol, char folder[256])
{
	struct rehearsal_place place = {
		.program = bench->program, .state = bench->state, .cpu = -1};
	struct rehearsal end = {0};
	struct error err;

	CU_ASSERT_EQUAL_FATAL(
		rehearse(&place, order_for(protocol), NULL, stop_at_once, NULL, &end, &err), 0);
	CU_ASSERT_EQUAL(end.verdict, VERDICT_ABORTED);
	snprintf(folder, 256, "%s/runs/%s", bench->state, value_get_text(end.summary, "run"));
	value_free(end.summary);
}

/* How many of the image's writes the run sent on their ports, one after the other. */
static size_t sent_by(const char *folder, const struct safe_image *image)
{
	struct journal_reader *reader;
	struct journal_item item;
	struct error err;
	size_t found = 0;

	reader = journal_reader_open(folder, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	while (found < image->write_count && journal_reader_next(reader, &item, &err) == 1) {
		const struct safe_write *write = &image->write[found];

		if (!item.kind && item.entry == ENTRY_SENT && item.subject == write->port &&
		    item.size == write->size && !memcmp(item.data, write->bytes, item.size))
			found++;
	}
	journal_reader_close(reader);
	return found;
}

static void check_fixture(const char *protocol)
{
	struct bench bench;
	struct plan *plan;
	struct safe_image *image;
	char folder[256];

	bench_open(&bench);
	plan = plan_of(&bench, protocol);
	image = image_of(plan->fixture);
	rehearse_stopped(&bench, protocol, folder);

	CU_ASSERT_TRUE(image->write_count > 0);
	CU_ASSERT_EQUAL(sent_by(folder, image), image->write_count);
	safe_image_free(image);
	plan_free(plan);
	bench_close(&bench);
}

static void the_bytes_are_those_that_a_run_on_the_gas_bench_sends(void)
{
	check_fixture("scripts/gas/methane_transmitter.lua");
}

static void the_bytes_are_those_that_a_run_on_the_breathing_bench_sends(void)
{
	check_fixture("scripts/self_rescuer/capacity.lua");
}

static void the_bytes_are_those_that_a_run_on_the_battery_bench_sends(void)
{
	check_fixture("scripts/battery/pack.lua");
}

static void every_output_is_there_in_the_order_of_the_safe_sequence(void)
{
	struct bench bench;
	struct plan *plan;
	struct safe_image *image;
	const struct fixture *fixture;

	bench_open(&bench);
	plan = plan_of(&bench, "scripts/gas/methane_transmitter.lua");
	fixture = plan->fixture;
	image = image_of(fixture);

	CU_ASSERT_EQUAL(image->line_count, fixture->safe_count);
	for (size_t i = 0; i < image->line_count; i++) {
		const struct fixture_line *line = &fixture->line[fixture->safe_sequence[i]];

		CU_ASSERT_STRING_EQUAL(image->line[i].name, line->name);
		CU_ASSERT_EQUAL(image->line[i].wire.settings.level, line->safe);
		CU_ASSERT_EQUAL(image->line[i].wire.settings.use, GPIO_USE_OUTPUT);
		CU_ASSERT_EQUAL(image->line[i].wire.active_low, line->active_low);
	}
	safe_image_free(image);
	plan_free(plan);
	bench_close(&bench);
}

/* ---- written down and read back ---- */

static struct safe_image *example(void)
{
	struct safe_image *image = image_new(7);

	image_add_line(image, "GPIO27", false);
	image_add_line(image, "gpiochip0:5", true);
	image->line[1].wire.active_low = true;
	image->line[1].wire.bias = GPIO_BIAS_PULL_UP;
	image->line[1].wire.drive = GPIO_OPEN_DRAIN;
	image_add_port(image, "/dev/serial/by-id/x");
	image->port[0].wire.settings = (struct serial_settings){19200, 7, 'E', 2};
	image->port[0].wire.rs485 = image->port[0].wire.echo = true;
	image_add_write(image, "OUTP 0\r\n");
	image_add_write(image, "\x01\x06\xff");
	strcpy(image->watchdog, "/dev/watchdog");
	return image;
}

static void an_image_survives_its_file(void)
{
	struct safe_image *image = example(), *back;
	struct value *there = safe_image_to_value(image), *again;
	struct error err;
	struct buf text;
	char state[64], *path;

	guardian_state_open(state);
	path = xprintf("%s/slot7.json", state);
	buf_init(&text);
	json_write(&text, there);
	CU_ASSERT_EQUAL(file_write(path, text.data, text.size, &err), 0);
	back = safe_image_read(path, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(back);
	again = safe_image_to_value(back);

	CU_ASSERT_TRUE(value_same(there, again));
	CU_ASSERT_EQUAL(back->slot, 7);
	CU_ASSERT_EQUAL(back->line[1].wire.drive, GPIO_OPEN_DRAIN);
	CU_ASSERT_EQUAL(back->port[0].wire.settings.baud, 19200);
	CU_ASSERT_EQUAL(back->write[1].size, 3);
	CU_ASSERT_EQUAL(back->write[1].bytes[2], 0xff);
	value_free(there);
	value_free(again);
	safe_image_free(image);
	safe_image_free(back);
	buf_done(&text);
	free(path);
	guardian_state_close(state);
}

/* The example with one field of its first item under `list` (NULL: of itself) replaced, or dropped by NULL. */
static void check_refused(const char *list, const char *key, struct value *instead, const char *why)
{
	struct safe_image *image = example(), *back;
	struct value *map = safe_image_to_value(image);
	struct value *item = list ? (struct value *)value_at(value_get(map, list), 0) : map;
	struct error err = {0};

	value_set(item, key, instead ? instead : value_nil());
	back = safe_image_from_value(map, "slot7.json", &err);

	CU_ASSERT_PTR_NULL(back);
	if (strcmp(err.text, why) != 0) {
		printf("        it said: %s\n", err.text);
		CU_FAIL(why);
	}
	safe_image_free(back);
	safe_image_free(image);
	value_free(map);
}

static void what_is_not_known_is_not_guessed_at(void)
{
	check_refused(NULL, "slot", NULL, "slot7.json: 'slot' is missing");
	check_refused(NULL, "lines", NULL, "slot7.json: 'lines' is no list of at most 48");
	check_refused("lines", "high", NULL, "slot7.json: lines[0]: its 'high' is missing");
	check_refused("lines", "high", value_int(1), "slot7.json: lines[0]: its 'high' is missing");
	check_refused("lines", "bias", value_text("sideways"),
		      "slot7.json: lines[0]: its 'bias' is none that is known");
	check_refused("lines", "name", value_text("0123456789012345678901234567890123456789"),
		      "slot7.json: lines[0]: its 'name' is too long");
	check_refused("writes", "port", value_text("elsewhere"),
		      "slot7.json: writes[0]: its 'port' is none of the ports");
	check_refused("writes", "bytes", value_text("0g"),
		      "slot7.json: writes[0]: its 'bytes' are no bytes");
	check_refused("writes", "bytes", value_text("012"),
		      "slot7.json: writes[0]: its 'bytes' are no bytes");
	check_refused("writes", "bytes", value_text(""),
		      "slot7.json: writes[0]: its 'bytes' are no bytes");
	check_refused("writes", "pause_ns", value_int(-1),
		      "slot7.json: writes[0]: its 'pause_ns' is missing or too long");
	check_refused("writes", "pause_ns", value_int(SEC(3600)),
		      "slot7.json: writes[0]: its 'pause_ns' is missing or too long");
}

static void put(const char *state, const char *name, const char *text)
{
	char *path = xprintf("%s/safe/%s", state, name);
	struct error err;

	CU_ASSERT_EQUAL(file_write(path, text, strlen(text), &err), 0);
	free(path);
}

static void only_images_are_listed_and_half_written_ones_are_not(void)
{
	char state[64], *folder;
	struct error err;
	char **paths;
	size_t count;

	guardian_state_open(state);
	CU_ASSERT_EQUAL(safe_image_list(state, &paths, &count, &err), 0); /* no folder: none */
	CU_ASSERT_EQUAL(count, 0);
	free(paths);
	folder = xprintf("%s/safe", state);
	CU_ASSERT_EQUAL(file_make_folder(folder, &err), 0);
	put(state, "slot1.json", "{}");
	put(state, "slot12.json", "{}");
	put(state, "slot1.json.Xa4Lq2", "{");
	put(state, "notes", "");

	CU_ASSERT_EQUAL(safe_image_list(state, &paths, &count, &err), 0);
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(paths[0], "/safe/slot1.json"));
	CU_ASSERT_PTR_NOT_NULL(strstr(paths[1], "/safe/slot12.json"));
	free(paths[0]);
	free(paths[1]);
	free(paths);
	free(folder);
	guardian_state_close(state);
}

void suite_safe_image(void)
{
	suite_begin("safe_image");
	claim(the_bytes_are_those_that_a_run_on_the_gas_bench_sends);
	claim(the_bytes_are_those_that_a_run_on_the_breathing_bench_sends);
	claim(the_bytes_are_those_that_a_run_on_the_battery_bench_sends);
	claim(every_output_is_there_in_the_order_of_the_safe_sequence);
	claim(an_image_survives_its_file);
	claim(what_is_not_known_is_not_guessed_at);
	claim(only_images_are_listed_and_half_written_ones_are_not);
}
