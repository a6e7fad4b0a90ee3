/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The far end of a line: what instruments make of bytes that come in pieces, with junk, several questions
 * at once, for a neighbour. The line is a simulated one seen from its other side: what the claim "asks"
 * is its far end's reply. 9600 baud: about 1 ms per byte; each device thinks for 5 ms.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/modbus.h"
#include "port/serial_sim.h"
#include "run/far_port.h"
#include "tests/bench_rig.h"
#include "tests/cell.h"
#include "tests/claims.h"
#include "tests/clock_rig.h"

static const char WORLD[] = "return world { state = { asked = 0 }, advance = function() end }";

static const char MODBUS[] =
	"return simulator { id = 'm', bus = 'modbus', registers = { { input = 0, as = 'u16',\n"
	"read = function(w) w.asked = w.asked + 1 return 256 * w.asked + 7 end } } }";
static const char LINE[] =
	"return simulator { id = 'l', bus = 'line', answers = {\n"
	"{ 'P?', function(w) w.asked = w.asked + 1 return 'P ' .. w.asked end },\n"
	"{ 'ID?', 'ID SIM-1' } } }";
static const char FRAME[] = "return simulator { id = 'f', bus = 'frame', frames = {\n"
			    "{ 'FF 01 u8 check:sum8[0..2]', 'FF 02 u8 check:sum8[0..2]',\n"
			    "function(w, n) return n + 1 end } } }";

/* What the loader says of the three. */
static const char *const DATA[] = {
	"{'bus':'modbus','registers':[{'input':0,'as':'u16','read':true}]}",
	"{'bus':'line','answers':[{'1':'P?','call':true},{'1':'ID?','text':'ID SIM-1'}]}",
	"{'bus':'frame','frames':[{'ask':'FF 01 u8 check:sum8[0..2]',"
	"'reply':'FF 02 u8 check:sum8[0..2]','call':true}]}",
};

enum kind { METER, GAUGE, SENSOR };

struct stage {
	struct clock_rig *rig;
	struct world *world;
	struct far_port *port;
	struct serial *line; /* the far port's */
	struct value *data;
};

static void note_reply(void *ctx, const uint8_t *bytes, size_t size)
{
	struct stage *stage = ctx;

	for (size_t i = 0; i < size; i++)
		buf_printf(&stage->rig->diary, "%02X", bytes[i]);
	buf_printf(&stage->rig->diary, " ");
}

static void ignore(void *ctx, const struct value *lines)
{
	(void)ctx;
	(void)lines;
}

static void ready(void *ctx)
{
	(void)ctx;
}

static void world_ended(void *ctx, const char *why)
{
	struct stage *stage = ctx;

	buf_printf(&stage->rig->diary, "%s ", why);
}

static void start_world(struct stage *stage)
{
	static const struct world_handlers HANDLERS = {ignore, ignore, ready, world_ended};
	const struct source_file sources[] = {{"w.lua", WORLD, strlen(WORLD)},
					      {"m.lua", MODBUS, strlen(MODBUS)},
					      {"l.lua", LINE, strlen(LINE)},
					      {"f.lua", FRAME, strlen(FRAME)}};
	struct value *start = said("{'mode':'world','world':'w.lua','seed':1,'severity':1.0,"
				   "'dut':{},'inputs':[],'outputs':{},'simulators':"
				   "{'meter':'m.lua','gauge':'l.lua','sensor':'f.lua'}}");
	char *program = cell_program();

	stage->world = world_start(stage->rig->loop, stage->rig->clock, program, -1, MSEC(100),
				   start, sources, 4, &HANDLERS, stage, &stage->rig->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stage->world);
	value_free(start);
	free(program);
}

/* One device of this kind on the line; a meter is unit 1. Not yet connected. */
static void stage_init(struct stage *stage, enum kind kind, double scale)
{
	static const char *const NAMES[] = {"meter", "gauge", "sensor"};
	static const struct serial_settings SETTINGS = {9600, 8, 'N', 1};

	memset(stage, 0, sizeof(*stage));
	stage->rig = clock_rig_new(CLOCK_KIND_VIRTUAL, 1);
	start_world(stage);
	stage->port = far_port_new(stage->rig->clock, scale, &stage->world);
	stage->data = said(DATA[kind]);
	CU_ASSERT_EQUAL_FATAL(twin_port_add(far_port_twins(stage->port), NAMES[kind], 1,
					    stage->data, "\r\n", &stage->rig->err),
			      0);
	stage->line = serial_sim_new(stage->rig->clock, &SETTINGS, note_reply, stage);
}

static void stage_begin(struct stage *stage, enum kind kind)
{
	stage_init(stage, kind, 1);
	far_port_connect(stage->port, stage->line, NULL);
}

/* These bytes leave for the devices `after` from now. */
static void send_bytes(struct stage *stage, const void *bytes, size_t size, nsec after)
{
	serial_sim_reply(stage->line, bytes, size, after);
}

static void send_text(struct stage *stage, const char *text, nsec after)
{
	send_bytes(stage, text, strlen(text), after);
}

/* Read input register 0 of this unit. */
static size_t question(uint8_t unit, uint8_t *adu)
{
	struct modbus_request request = {
		.unit = unit, .function = MODBUS_READ_INPUT, .address = 0, .count = 1};

	return modbus_request_encode(&request, adu);
}

/* Within the next 500 ms the line carried these replies, in this order: "P 1" as hex, in pieces. */
static void check_replies(struct stage *stage, const char *wanted)
{
	clock_rig_run(stage->rig, clock_now(stage->rig->clock) + MSEC(500));
	check_diary(stage->rig, wanted);
	buf_clear(&stage->rig->diary);
}

static void stage_done(struct stage *stage)
{
	far_port_free(stage->port);
	world_free(stage->world);
	value_free(stage->data);
	clock_rig_free(stage->rig);
}

#define P_1 "5020310D0A "
#define P_2 "5020320D0A "
#define ID_REPLY "49442053494D2D310D0A "

/* ---- pieces ---- */

static void a_question_in_single_bytes_is_answered_once(void)
{
	struct stage stage;

	stage_begin(&stage, GAUGE);
	for (size_t i = 0; i < 4; i++)
		send_bytes(&stage, "P?\r\n" + i, 1, MSEC(10) * (nsec)i);
	check_replies(&stage, P_1);
	stage_done(&stage);
}

static void modbus_in_pieces_is_a_question_at_its_last_byte(void)
{
	struct stage stage;
	uint8_t adu[MODBUS_ADU_MOST];
	size_t size;

	stage_begin(&stage, METER);
	size = question(1, adu);
	send_bytes(&stage, adu, 3, 0);
	send_bytes(&stage, adu + 3, size - 4, MSEC(20));
	clock_rig_run(stage.rig, MSEC(60));
	CU_ASSERT_EQUAL(stage.rig->diary.size, 0);

	send_bytes(&stage, adu + size - 1, 1, 0);
	check_replies(&stage, "0104020107F962 ");
	stage_done(&stage);
}

static void what_was_cut_off_is_forgotten_after_a_silence(void)
{
	struct stage stage;
	uint8_t adu[MODBUS_ADU_MOST];
	size_t size;

	stage_begin(&stage, METER);
	size = question(1, adu);
	send_bytes(&stage, adu, size - 2, 0);
	send_bytes(&stage, adu, size, MSEC(100));
	check_replies(&stage, "0104020107F962 ");

	stage_done(&stage);
}

/* ---- several at once ---- */

static void two_lines_in_one_read_are_both_heard(void)
{
	struct stage stage;

	stage_begin(&stage, GAUGE);
	send_text(&stage, "ID?\r\nP?\r\n", 0);
	check_replies(&stage, ID_REPLY P_1);
	stage_done(&stage);
}

static void whoever_asks_again_at_once_gets_one_answer(void)
{
	struct stage stage;

	stage_begin(&stage, GAUGE);
	send_text(&stage, "P?\r\nP?\r\n", 0);
	check_replies(&stage, P_2);
	stage_done(&stage);
}

/* ---- what is no question here ---- */

static void a_neighbours_question_is_met_with_silence_and_hides_none(void)
{
	struct stage stage;
	uint8_t adu[2 * MODBUS_ADU_MOST];
	size_t size;

	stage_begin(&stage, METER);
	size = question(2, adu);
	size += question(1, adu + size);
	send_bytes(&stage, adu, size, 0);
	check_replies(&stage, "0104020107F962 ");
	stage_done(&stage);
}

static void a_wrong_crc_is_met_with_silence(void)
{
	struct stage stage;
	uint8_t adu[MODBUS_ADU_MOST];
	size_t size;

	stage_begin(&stage, METER);
	size = question(1, adu);
	adu[size - 1] ^= 0x40;
	send_bytes(&stage, adu, size, 0);
	check_replies(&stage, "");

	adu[size - 1] ^= 0x40;
	send_bytes(&stage, adu, size, 0);
	check_replies(&stage, "0104020107F962 ");
	stage_done(&stage);
}

static void a_line_that_nobody_understands_costs_itself(void)
{
	struct stage stage;

	stage_begin(&stage, GAUGE);
	send_text(&stage, "XP?\r\nWHAT\r\n\r\nP?\r\n", 0);
	check_replies(&stage, P_1);
	stage_done(&stage);
}

/* Its tail would be a question, if it were a line. */
static void a_line_longer_than_any_question_costs_itself(void)
{
	struct stage stage;
	char text[520];

	stage_begin(&stage, GAUGE);
	memset(text, 'x', 512);
	memcpy(text + 512, "P?\r\n", 5);
	send_text(&stage, text, 0);
	clock_rig_run(stage.rig, SEC(1));
	check_replies(&stage, "");

	send_text(&stage, "P?\r\n", 0);
	check_replies(&stage, P_1);
	stage_done(&stage);
}

static void a_frame_is_found_behind_junk(void)
{
	static const uint8_t BYTES[] = {0x00, 0xff, 0xff, 0xff, 0x01, 0x05, 0x05};
	struct stage stage;

	stage_begin(&stage, SENSOR);
	send_bytes(&stage, BYTES, sizeof(BYTES), 0);
	check_replies(&stage, "FF020607 ");
	stage_done(&stage);
}

static void a_frame_is_found_behind_ever_so_much_junk(void)
{
	static const uint8_t FRAMED[] = {0xff, 0x01, 0x05, 0x05};
	struct stage stage;
	uint8_t junk[1500] = {0};

	stage_begin(&stage, SENSOR);
	send_bytes(&stage, junk, sizeof(junk), 0);
	send_bytes(&stage, FRAMED, sizeof(FRAMED), 0);
	clock_rig_run(stage.rig, SEC(2));
	check_diary(stage.rig, "FF020607 ");
	stage_done(&stage);
}

/* ---- replies ---- */

/* Thirty times faster than it says: the wire's own milliseconds remain. */
static void an_instrument_thinks_in_scaled_time(void)
{
	struct stage stage;
	uint8_t adu[MODBUS_ADU_MOST];

	stage_init(&stage, METER, 30);
	far_port_connect(stage.port, stage.line, NULL);
	send_bytes(&stage, adu, question(1, adu), 0);
	clock_rig_run(stage.rig, MSEC(17)); /* 8 bytes there, 7 back, and 5 ms / 30 */
	check_diary(stage.rig, "0104020107F962 ");
	stage_done(&stage);
}

static void a_mute_line_carries_no_reply(void)
{
	struct stage stage;

	stage_begin(&stage, GAUGE);
	far_port_set_fault(stage.port, LINE_MUTE);
	send_text(&stage, "P?\r\n", 0);
	check_replies(&stage, "");
	stage_done(&stage);
}

/* However fast its world goes: whoever waits for it waits in real time. */
static void a_late_reply_is_late_by_real_time(void)
{
	struct stage stage;

	stage_init(&stage, GAUGE, 100);
	far_port_connect(stage.port, stage.line, NULL);
	far_port_set_fault(stage.port, LINE_LATE);
	send_text(&stage, "P?\r\n", 0);
	clock_rig_run(stage.rig, MSEC(1990));
	CU_ASSERT_EQUAL(stage.rig->diary.size, 0);

	clock_rig_run(stage.rig, MSEC(2100));
	check_diary(stage.rig, P_1);
	stage_done(&stage);
}

/* ---- without a line ---- */

static void a_device_can_be_tried_before_there_is_a_line(void)
{
	struct stage stage;

	stage_init(&stage, GAUGE, 1);
	CU_ASSERT_TRUE(far_port_try(stage.port, (const uint8_t *)"ID?\r\n", 5, note_reply, &stage));
	check_diary(stage.rig, ID_REPLY);
	CU_ASSERT_FALSE(
		far_port_try(stage.port, (const uint8_t *)"WHO\r\n", 5, note_reply, &stage));
	buf_clear(&stage.rig->diary);

	far_port_connect(stage.port, stage.line, NULL);
	send_text(&stage, "ID?\r\n", 0);
	check_replies(&stage, ID_REPLY);
	stage_done(&stage);
}

static int looks;

static void look(void *ctx)
{
	(void)ctx;
	looks++;
}

static void lines_are_looked_at_before_a_question_is(void)
{
	struct stage stage;

	looks = 0;
	stage_begin(&stage, GAUGE);
	far_port_before_hearing(stage.port, look, NULL);
	send_text(&stage, "P?\r\n", 0);
	check_replies(&stage, P_1);
	CU_ASSERT_EQUAL(looks, 1);
	stage_done(&stage);
}

void suite_far_port(void)
{
	suite_begin("far_port");
	claim(a_question_in_single_bytes_is_answered_once);
	claim(modbus_in_pieces_is_a_question_at_its_last_byte);
	claim(what_was_cut_off_is_forgotten_after_a_silence);
	claim(two_lines_in_one_read_are_both_heard);
	claim(whoever_asks_again_at_once_gets_one_answer);
	claim(a_neighbours_question_is_met_with_silence_and_hides_none);
	claim(a_wrong_crc_is_met_with_silence);
	claim(a_line_that_nobody_understands_costs_itself);
	claim(a_line_longer_than_any_question_costs_itself);
	claim(a_frame_is_found_behind_junk);
	claim(a_frame_is_found_behind_ever_so_much_junk);
	claim(an_instrument_thinks_in_scaled_time);
	claim(a_mute_line_carries_no_reply);
	claim(a_late_reply_is_late_by_real_time);
	claim(a_device_can_be_tried_before_there_is_a_line);
	claim(lines_are_looked_at_before_a_question_is);
}
