/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The meter decodes real Modbus requests and replies after rig->delay; what it cannot decode it
 * does not answer. The chatter goes straight to the user of the port, so that no pacing of the line
 * limits it.
 */
#include "tests/link_rig.h"

#include <stdio.h>
#include <string.h>

#include "tests/claims.h"

static const struct serial_settings SETTINGS = {9600, 8, 'N', 1};

static void meter_hears(void *ctx, const uint8_t *bytes, size_t size)
{
	struct link_rig *rig = ctx;
	struct modbus_request request;
	uint8_t reply[MODBUS_ADU_MOST], data[2];
	struct error err;

	if (++rig->asked == rig->good_from)
		serial_sim_set_fault(rig->serial, LINE_GOOD);
	if (modbus_request_decode(&request, bytes, size, &err) < 0)
		return;
	data[0] = 0x12;
	data[1] = (uint8_t)(0x30 + request.address);
	size = modbus_reply_encode(&request, data, sizeof(data), reply);
	serial_sim_reply(rig->serial, reply, size, rig->delay);
}

static void tapped(void *ctx, enum link_direction direction, nsec time, const uint8_t *bytes,
		   size_t size)
{
	struct link_rig *rig = ctx;

	(void)bytes;
	if (clock_kind(rig->clock) == CLOCK_KIND_VIRTUAL)
		CU_ASSERT_EQUAL(time, clock_now(rig->clock));
	if (direction == LINK_SENT)
		rig->sent_at = time;
	if (direction == LINK_RECEIVED)
		rig->received_at = time;
	buf_printf(&rig->tap, "%c%zu ", " SRX"[direction], size);
}

void link_rig_begin_on(struct link_rig *rig, enum clock_kind kind)
{
	struct error err;

	memset(rig, 0, sizeof(*rig));
	buf_init(&rig->tap);
	rig->delay = MSEC(5);
	rig->loop = loop_new(&err);
	rig->clock = clock_new(rig->loop, kind, 1);
	rig->serial = serial_sim_new(rig->clock, &SETTINGS, meter_hears, rig);
	rig->link = link_new(rig->clock, rig->serial, serial_frame_silence(&SETTINGS), tapped, rig);
}

void link_rig_begin(struct link_rig *rig)
{
	link_rig_begin_on(rig, CLOCK_KIND_VIRTUAL);
}

void link_rig_end(struct link_rig *rig)
{
	timer_stop(&rig->chatter);
	link_free(rig->link);
	clock_free(rig->clock);
	loop_free(rig->loop);
	buf_done(&rig->tap);
}

static void time_is_up(void *ctx)
{
	loop_quit(ctx);
}

void link_rig_run(struct link_rig *rig, nsec until)
{
	struct error err;

	timer_start(&rig->end, rig->clock, until, TIMER_WAIT, time_is_up, rig->loop);
	CU_ASSERT_EQUAL(loop_run(rig->loop, &err), 0);
	timer_stop(&rig->end);
}

static void chatters(void *ctx)
{
	struct link_rig *rig = ctx;

	rig->serial->on_bytes(rig->serial->ctx, (const uint8_t *)"x", 1);
	timer_start(&rig->chatter, rig->clock, clock_now(rig->clock) + rig->chatter_every,
		    TIMER_BYTES, chatters, rig);
}

void link_rig_chatter(struct link_rig *rig, nsec every)
{
	rig->chatter_every = every;
	timer_start(&rig->chatter, rig->clock, clock_now(rig->clock) + every, TIMER_BYTES, chatters,
		    rig);
}

static size_t measure(void *ctx, const uint8_t *bytes, size_t size)
{
	const struct link_poll *poll = ctx;

	return modbus_reply_size(&poll->request, bytes, size);
}

static int check(void *ctx, const uint8_t *bytes, size_t size, struct error *err)
{
	const struct link_poll *poll = ctx;
	uint8_t data[MODBUS_ADU_MOST];
	size_t data_size;

	return modbus_reply_decode(&poll->request, bytes, size, data, &data_size, err);
}

static size_t measure_line(void *ctx, const uint8_t *bytes, size_t size)
{
	const uint8_t *end = memchr(bytes, '\n', size);

	(void)ctx;
	return end ? (size_t)(end - bytes) + 1 : 0;
}

static void poll_done(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct link_poll *poll = ctx;
	struct link_rig *rig = poll->rig;

	poll->calls++;
	poll->time = clock_now(rig->clock);
	poll->size = size;
	if (bytes)
		memcpy(poll->bytes, bytes, size);
	poll->err = err ? *err : (struct error){0};
	strncat(rig->order, poll->name, sizeof(rig->order) - strlen(rig->order) - 1);
	if (poll->then)
		poll->then(poll);
}

struct link_poll link_poll_of(struct link_rig *rig, const char *name, uint16_t address)
{
	return (struct link_poll){
		.rig = rig,
		.name = name,
		.request = {.unit = 1,
			    .function = MODBUS_READ_INPUT,
			    .address = address,
			    .count = 1},
	};
}

void link_poll_ask(struct link_poll *poll, nsec within, int retries)
{
	uint8_t adu[MODBUS_ADU_MOST];
	char what[32];

	snprintf(what, sizeof(what), "input register %u", poll->request.address);
	link_ask(poll->rig->link, &(struct link_question){
					  .bytes = adu,
					  .size = modbus_request_encode(&poll->request, adu),
					  .what = what,
					  .within = within,
					  .retries = retries,
					  .measure = measure,
					  .check = check,
					  .codec = poll,
					  .done = poll_done,
					  .ctx = poll,
				  });
}

void link_poll_ask_line(struct link_poll *poll, const char *text, nsec within, int retries)
{
	char what[32];

	snprintf(what, sizeof(what), "'%s'", text);
	link_ask(poll->rig->link, &(struct link_question){
					  .bytes = (const uint8_t *)text,
					  .size = strlen(text),
					  .what = what,
					  .within = within,
					  .retries = retries,
					  .measure = measure_line,
					  .done = poll_done,
					  .ctx = poll,
				  });
}

void link_poll_tell(struct link_poll *poll)
{
	link_ask(poll->rig->link, &(struct link_question){
					  .bytes = (const uint8_t *)"12345678",
					  .size = 8,
					  .what = "'12345678'",
					  .no_answer = true,
					  .done = poll_done,
					  .ctx = poll,
				  });
}
