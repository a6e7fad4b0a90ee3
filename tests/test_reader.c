/* SPDX-License-Identifier: Apache-2.0 */
/* A reader on a simulated line, in virtual time: what is before it is read, and what is wrong with it is told. */
#include "run/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "loop/loop.h"
#include "port/serial_sim.h"
#include "run/twin.h"
#include "tests/cell.h"
#include "tests/claims.h"
#include "tests/driver_files.h"
#include "tests/reader_frames.h"

static const struct serial_settings SETTINGS = {115200, 8, 'N', 1};

struct desk {
	struct loop *loop;
	struct bench_clock *clock;
	struct serial *serial;
	struct driver *driver;
	struct reader *reader;
	struct timer end;
	int tag_from; /* the tag lies there from this inventory on; -1: never */
	bool mute, damaged;
	const uint8_t *version;
	int asked, heard, begun;
	nsec heard_at;
	char scan[16], text[64];
	struct error err; /* kind 0: it has not failed */
};

static void hear_module(void *ctx, const uint8_t *bytes, size_t size)
{
	struct desk *desk = ctx;
	uint8_t answer[sizeof(TAG)];

	if (desk->mute || size < 3)
		return;
	if (bytes[2] == 0x03) {
		serial_sim_reply(desk->serial, desk->version, sizeof(VERSION), MSEC(20));
		return;
	}
	desk->asked++;
	if (desk->tag_from < 0 || desk->asked < desk->tag_from) {
		serial_sim_reply(desk->serial, NO_TAG, sizeof(NO_TAG), MSEC(20));
		return;
	}
	memcpy(answer, TAG, sizeof(TAG));
	if (desk->damaged)
		answer[10] ^= 1;
	serial_sim_reply(desk->serial, answer, sizeof(answer), MSEC(20));
}

static void said(void *ctx, const char *scan, const char *text)
{
	struct desk *desk = ctx;

	desk->heard++;
	desk->heard_at = clock_now(desk->clock);
	snprintf(desk->scan, sizeof(desk->scan), "%s", scan);
	snprintf(desk->text, sizeof(desk->text), "%s", text);
	loop_quit(desk->loop);
}

static void failed(void *ctx, const struct error *err)
{
	struct desk *desk = ctx;

	desk->err = *err;
	loop_quit(desk->loop);
}

static void began(void *ctx)
{
	struct desk *desk = ctx;

	CU_ASSERT_EQUAL(desk->heard, 0);
	desk->begun++;
}

static void ended(void *ctx)
{
	struct desk *desk = ctx;

	loop_quit(desk->loop);
}

static void begin(struct desk *desk, const char *driver, bool may_be_played)
{
	static const struct reader_handlers HANDLERS = {said, failed, began};
	struct error err;

	desk->loop = loop_new(&err);
	desk->clock = clock_new(desk->loop, CLOCK_KIND_VIRTUAL, 1);
	desk->driver = driver_of(driver);
	desk->serial = serial_sim_new(desk->clock, &SETTINGS, hear_module, desk);
	desk->reader = reader_new(desk->clock, desk->serial, desk->driver, may_be_played, &HANDLERS,
				  desk, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(desk->reader);
}

static void run_for(struct desk *desk, nsec time)
{
	struct error err;

	timer_start(&desk->end, desk->clock, clock_now(desk->clock) + time, TIMER_WAIT, ended,
		    desk);
	loop_run(desk->loop, &err);
	timer_stop(&desk->end);
}

static void end(struct desk *desk)
{
	reader_free(desk->reader);
	driver_free(desk->driver);
	clock_free(desk->clock);
	loop_free(desk->loop);
}

static void a_tag_is_read_once_it_is_there(void)
{
	struct desk desk = {.tag_from = 4, .version = VERSION};

	begin(&desk, "yrm100", false);
	run_for(&desk, SEC(10));
	CU_ASSERT_EQUAL(desk.heard, 1);
	CU_ASSERT_EQUAL(desk.asked, 4);
	CU_ASSERT_STRING_EQUAL(desk.scan, "tag");
	CU_ASSERT_STRING_EQUAL(desk.text, "30751FEB705C5904E3D50D70");
	CU_ASSERT_STRING_EQUAL(reader_identity(desk.reader), "M100 26dBm V1.0");
	CU_ASSERT_EQUAL(desk.begun, 1);
	CU_ASSERT(desk.heard_at > MSEC(600) && desk.heard_at < SEC(1));
	end(&desk);
}

static void no_tag_is_a_doubt_and_silence_a_failure(void)
{
	struct desk desk = {.tag_from = -1, .version = VERSION};

	begin(&desk, "yrm100", false);
	run_for(&desk, SEC(10));
	CU_ASSERT_EQUAL(desk.heard, 0);
	CU_ASSERT_EQUAL(desk.err.kind, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(reader_doubt(desk.reader), "there is no tag"));
	desk.mute = true;
	run_for(&desk, SEC(10));
	CU_ASSERT_EQUAL(desk.err.kind, ERROR_TIMEOUT);
	end(&desk);
}

static void a_damaged_tag_is_asked_for_again_and_never_told(void)
{
	struct desk desk = {.damaged = true, .version = VERSION};

	begin(&desk, "yrm100", false);
	run_for(&desk, SEC(10));
	CU_ASSERT_EQUAL(desk.heard, 0);
	CU_ASSERT_EQUAL(desk.err.kind, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(reader_doubt(desk.reader), "check"));
	desk.damaged = false;
	run_for(&desk, SEC(10));
	CU_ASSERT_EQUAL(desk.heard, 1);
	end(&desk);
}

/* "M100 SIM V1.0!!" and "N100 …", each with its right sum. */
static void a_played_reader_and_another_instrument_read_nothing(void)
{
	static const char *const NAMES[] = {"M100 SIM V1.0!!", "N100 26dBm V1.0"},
				 *const WHY[] = {"simulator", "expected"};

	for (int i = 0; i < 3; i++) {
		struct desk desk = {0};
		uint8_t version[sizeof(VERSION)], sum = 0;
		bool may = i == 2;

		memcpy(version, VERSION, sizeof(version));
		memcpy(version + 6, NAMES[may ? 0 : i], 15);
		for (size_t n = 1; n < 21; n++)
			sum += version[n];
		version[21] = sum;
		desk.version = version;
		begin(&desk, "yrm100", may);
		run_for(&desk, SEC(10));
		CU_ASSERT_EQUAL(desk.heard, may ? 1 : 0);
		CU_ASSERT(may || strstr(desk.err.text, WHY[i]));
		end(&desk);
	}
}

/* A code with a control character in it is told as a doubt, one behind it is read. */
static void a_code_is_heard_when_it_is_said(void)
{
	static const char BAD[] = "MA\x01K\r", GOOD[] = "https://example.com/?n=MAK200012\r";
	struct desk desk = {.mute = true};

	begin(&desk, "qr_reader", false);
	run_for(&desk, SEC(1));
	CU_ASSERT_EQUAL(desk.begun, 1);
	serial_sim_reply(desk.serial, (const uint8_t *)BAD, strlen(BAD), 0);
	run_for(&desk, SEC(1));
	CU_ASSERT_EQUAL(desk.heard, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(reader_doubt(desk.reader), "control character 01"));
	serial_sim_reply(desk.serial, (const uint8_t *)GOOD, strlen(GOOD), 0);
	run_for(&desk, SEC(1));
	CU_ASSERT_EQUAL(desk.heard, 1);
	CU_ASSERT_STRING_EQUAL(desk.scan, "code");
	CU_ASSERT_STRING_EQUAL(desk.text, "https://example.com/?n=MAK200012");
	CU_ASSERT_EQUAL(desk.err.kind, 0);
	end(&desk);
}

static void a_wire_that_goes_is_told(void)
{
	struct desk desk = {.tag_from = -1, .version = VERSION};

	begin(&desk, "yrm100", false);
	run_for(&desk, SEC(1));
	serial_sim_unplug(desk.serial);
	run_for(&desk, SEC(1));
	CU_ASSERT_EQUAL(desk.err.kind, ERROR_LINK);
	CU_ASSERT_PTR_NOT_NULL(strstr(desk.err.text, "wire is gone"));
	end(&desk);
}

static void what_scans_nothing_is_no_reader(void)
{
	static const struct reader_handlers HANDLERS = {said, failed, began};
	struct error err;
	struct desk desk = {.loop = loop_new(&err)};

	desk.clock = clock_new(desk.loop, CLOCK_KIND_VIRTUAL, 1);
	desk.driver = driver_of("sics_scale");
	desk.serial = serial_sim_new(desk.clock, &SETTINGS, hear_module, &desk);
	CU_ASSERT_PTR_NULL(
		reader_new(desk.clock, desk.serial, desk.driver, false, &HANDLERS, &desk, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "no reader"));
	end(&desk);
}

/* ---- its twin ---- */

static struct value *twin_file(const char *path, struct buf *text)
{
	struct cell *cell;
	struct value *data;
	struct error err;

	buf_init(text);
	CU_ASSERT_FATAL(file_read(path, 65536, text, &err) == 0);
	cell = cell_load("simulator", text->data, "");
	CU_ASSERT_FATAL(cell_frame(cell, FRAME_DATA, 0) != NULL);
	data = value_copy(cell_frame(cell, FRAME_DATA, 0)->payload);
	cell_free(cell);
	return data;
}

static void lines_changed(void *ctx, const struct value *lines)
{
	(void)ctx;
	(void)lines;
}

static void is_ready(void *ctx)
{
	(void)ctx;
}

static void world_ended(void *ctx, const char *why)
{
	(void)ctx;
	CU_FAIL(why);
}

/* A tag is laid before the reader after two seconds, and taken away after four. */
static struct world *lay_a_tag(struct desk *desk, const struct buf *twin)
{
	static const char WORLD[] =
		"return world { state = function() return { tags = {}, t = 0 } end, "
		"advance = function(w, dt) w.t = w.t + dt "
		"w.tags.reader = w.t > 2 and w.t < 4 and 'E2801160600002' or nil end }";
	static const struct world_handlers HANDLERS = {lines_changed, lines_changed, is_ready,
						       world_ended};
	struct source_file sources[] = {{"w.lua", WORLD, strlen(WORLD)},
					{"s.lua", twin->data, twin->size}};
	struct value *start = value_map();
	char *program = cell_program();
	struct world *world;
	struct error err;

	value_set_text(start, "mode", "world");
	value_set_text(start, "world", "w.lua");
	value_set_text(value_set(start, "simulators", value_map()), "reader", "s.lua");
	value_set_int(start, "seed", 1);
	value_set_real(start, "severity", 1);
	value_set(start, "dut", value_map());
	value_set(start, "inputs", value_list());
	value_set(start, "outputs", value_map());
	world = world_start(desk->loop, desk->clock, program, -1, MSEC(100), start, sources, 2,
			    &HANDLERS, desk, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(world);
	value_free(start);
	free(program);
	return world;
}

static void a_twin_has_a_tag_as_long_as_it_lies_there(void)
{
	static const struct reader_handlers HANDLERS = {said, failed, began};
	struct error err;
	struct desk desk = {.loop = loop_new(&err)};
	struct buf text;
	struct value *data = twin_file("fixtures/drivers/yrm100/twin.lua", &text);
	struct world *world;
	struct twin_port *port;

	desk.clock = clock_new(desk.loop, CLOCK_KIND_VIRTUAL, 1);
	desk.driver = driver_of("yrm100");
	world = lay_a_tag(&desk, &text);
	port = twin_port_simulated(desk.clock, &SETTINGS, &world, &desk.serial);
	CU_ASSERT_EQUAL_FATAL(twin_port_add(port, "reader", 1, data, "", &err), 0);
	desk.reader =
		reader_new(desk.clock, desk.serial, desk.driver, true, &HANDLERS, &desk, &err);
	run_for(&desk, SEC(10));
	CU_ASSERT_STRING_EQUAL(reader_identity(desk.reader), "M100 SIM V1.0");
	CU_ASSERT_PTR_NOT_NULL(strstr(reader_doubt(desk.reader), "there is no tag"));
	CU_ASSERT_STRING_EQUAL(desk.text, "E2801160600002");
	CU_ASSERT(desk.heard_at > SEC(2) && desk.heard_at < SEC(3));
	while (clock_now(desk.clock) < SEC(4))
		run_for(&desk, SEC(4) - clock_now(desk.clock));
	desk.heard = 0;
	run_for(&desk, SEC(2));
	CU_ASSERT_EQUAL(desk.heard, 0);
	CU_ASSERT_EQUAL(desk.err.kind, 0);
	reader_free(desk.reader);
	twin_port_free(port);
	world_free(world);
	driver_free(desk.driver);
	value_free(data);
	buf_done(&text);
	clock_free(desk.clock);
	loop_free(desk.loop);
}

void suite_reader(void)
{
	suite_begin("reader");
	claim(a_tag_is_read_once_it_is_there);
	claim(no_tag_is_a_doubt_and_silence_a_failure);
	claim(a_damaged_tag_is_asked_for_again_and_never_told);
	claim(a_played_reader_and_another_instrument_read_nothing);
	claim(a_code_is_heard_when_it_is_said);
	claim(a_wire_that_goes_is_told);
	claim(what_scans_nothing_is_no_reader);
	claim(a_twin_has_a_tag_as_long_as_it_lies_there);
}
