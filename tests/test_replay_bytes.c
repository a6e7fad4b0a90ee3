/* SPDX-License-Identifier: Apache-2.0 */
/* An instrument's bytes read again: over a real wire an answer comes in pieces. */
#include <string.h>

#include "run/replay_bytes.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

struct rig {
	struct bench bench;
	struct plan *plan;
	struct replay_bytes *bytes;
	uint8_t reply[MODBUS_ADU_MOST];
	size_t size;
	struct error err;
};

/* What the meter answers when it shows 1000 Pa. */
static void begin(struct rig *rig)
{
	static const uint8_t SHOWN[] = {0x44, 0x7a, 0x00, 0x00};
	struct modbus_request request = {
		.unit = 1, .function = MODBUS_READ_INPUT, .address = 0, .count = 2};

	memset(rig, 0, sizeof(*rig));
	bench_open(&rig->bench);
	rig->plan = bench_plan(&rig->bench, .body = "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->plan);
	rig->bytes = replay_bytes_new(rig->plan->fixture, 1);
	rig->size = modbus_reply_encode(&request, SHOWN, sizeof(SHOWN), rig->reply);
}

static void end(struct rig *rig)
{
	replay_bytes_free(rig->bytes);
	plan_free(rig->plan);
	bench_close(&rig->bench);
}

static void take(struct rig *rig, enum entry_kind kind, const uint8_t *data, size_t size)
{
	struct journal_item item = {.entry = kind, .data = data, .size = size};

	CU_ASSERT_EQUAL(replay_bytes_take(rig->bytes, &item, &rig->err), 0);
}

static int sample(struct rig *rig, double value)
{
	struct bench_sample samples[FRAME_FIELDS];
	double entry[3] = {value, 0, 0};
	struct journal_item item = {
		.entry = ENTRY_SAMPLE,
		.subject = (uint16_t)fixture_find_channel(rig->plan->fixture, "pressure"),
		.data = (const uint8_t *)entry,
		.size = sizeof(entry)};

	return replay_bytes_samples(rig->bytes, &item, samples, &rig->err);
}

static void the_pieces_of_an_answer_belong_together(void)
{
	struct rig rig;

	begin(&rig);
	for (size_t cut = 1; cut < rig.size; cut++) {
		take(&rig, ENTRY_SENT, rig.reply, 8);
		take(&rig, ENTRY_RECEIVED, rig.reply, cut);
		CU_ASSERT_EQUAL(sample(&rig, 1000), -1);
		take(&rig, ENTRY_RECEIVED, rig.reply + cut, rig.size - cut);
		CU_ASSERT_EQUAL(sample(&rig, 1000), 1);
		CU_ASSERT_EQUAL(sample(&rig, 1001), -1);
	}
	end(&rig);
}

static void a_question_begins_anew(void)
{
	struct rig rig;

	begin(&rig);
	take(&rig, ENTRY_SENT, rig.reply, 8);
	take(&rig, ENTRY_RECEIVED, (const uint8_t *)"\x01\x04\x04",
	     3); /* and silence: asked again */
	take(&rig, ENTRY_SENT, rig.reply, 8);
	take(&rig, ENTRY_RECEIVED, rig.reply, rig.size);
	CU_ASSERT_EQUAL(sample(&rig, 1000), 1);
	end(&rig);
}

void suite_replay_bytes(void)
{
	suite_begin("replay bytes");
	claim(the_pieces_of_an_answer_belong_together);
	claim(a_question_begins_anew);
}
