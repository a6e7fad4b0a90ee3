/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link EXCHANGES: the controller's own share of an exchange, in virtual time: the link with its turns,
 * silences and deadlines, the codec, and the simulated line, answered in this process.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/modbus.h"
#include "loop/loop.h"
#include "port/link.h"
#include "port/serial_sim.h"
#include "tests/benchmark/figures.h"

static struct {
	struct loop *loop;
	struct serial *serial;
	struct link *link;
	long left;
} bench;

static const struct modbus_request QUESTION = {
	.unit = 1, .function = MODBUS_READ_INPUT, .address = 0, .count = 2};

static void ask(void);

static void hear(void *ctx, const uint8_t *bytes, size_t size)
{
	static const uint8_t REGISTERS[4] = {0x41, 0x20, 0x00, 0x00};
	uint8_t reply[MODBUS_ADU_MOST];
	struct modbus_request request;
	struct error err;

	(void)ctx;
	if (modbus_request_decode(&request, bytes, size, &err) == 0)
		serial_sim_reply(bench.serial, reply,
				 modbus_reply_encode(&request, REGISTERS, sizeof(REGISTERS), reply),
				 0);
}

static size_t reply_size(void *ctx, const uint8_t *bytes, size_t size)
{
	(void)ctx;
	return modbus_reply_size(&QUESTION, bytes, size);
}

static int check_reply(void *ctx, const uint8_t *bytes, size_t size, struct error *err)
{
	uint8_t data[MODBUS_ADU_MOST];
	size_t got;

	(void)ctx;
	return modbus_reply_decode(&QUESTION, bytes, size, data, &got, err);
}

static void answered(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	(void)ctx;
	(void)bytes;
	(void)size;
	if (err) {
		fprintf(stderr, "link: %s\n", err->text);
		exit(1);
	}
	if (--bench.left > 0)
		ask();
	else
		loop_quit(bench.loop);
}

static void ask(void)
{
	uint8_t adu[MODBUS_ADU_MOST];
	struct link_question question = {
		.bytes = adu,
		.size = modbus_request_encode(&QUESTION, adu),
		.what = "input register 0",
		.within = MSEC(300),
		.measure = reply_size,
		.check = check_reply,
		.done = answered,
	};

	link_ask(bench.link, &question);
}

int main(int argc, char **argv)
{
	struct serial_settings settings = {115200, 8, 'N', 1};
	long exchanges = argc > 1 ? atol(argv[1]) : 20000;
	struct bench_clock *clock;
	struct error err;

	bench.loop = loop_new(&err);
	if (!bench.loop)
		return 1;
	clock = clock_new(bench.loop, CLOCK_KIND_VIRTUAL, 1);
	bench.serial = serial_sim_new(clock, &settings, hear, NULL);
	bench.link = link_new(clock, bench.serial, serial_frame_silence(&settings), NULL, NULL);
	bench.left = exchanges;
	nsec began = figure_processor();

	ask();
	if (loop_run(bench.loop, &err) < 0)
		return 1;
	figure_print("link_us", (double)(figure_processor() - began) / 1e3 / (double)exchanges);
	link_free(bench.link);
	clock_free(clock);
	loop_free(bench.loop);
	return 0;
}
