/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ordered COUNT STATE PROTOCOL SECONDS: that many runs at once, in real time, each sampling at 10 Hz, ordered of the controller
 * that STATE has, with whatever else that has to do; how late their samples were asked for (lateness.h). What was asked in the first
 * two seconds of a run does not count: others were still starting.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "run/controller.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/lateness.h"

enum { SLOTS_MOST = 256 };

static void give_up(const char *why)
{
	fprintf(stderr, "ordered: %s\n", why);
	exit(1);
}

static void order(int controller, int count, const char *protocol, const char *seconds)
{
	struct value *request = value_map(), *orders;
	struct buf line;

	value_set_text(request, "do", "run");
	orders = value_set(request, "orders", value_list());
	for (int slot = 1; slot <= count; slot++) {
		struct value *one = value_add(orders, value_map());

		value_set_text(one, "protocol", protocol);
		value_set_bool(one, "simulated", true);
		value_set_text(one, "clock", "real");
		value_set_int(one, "slot", slot);
		value_set_text(value_set(one, "params", value_map()), "time", seconds);
	}
	buf_init(&line);
	json_write(&line, request);
	buf_add_byte(&line, '\n');
	if (send(controller, line.data, line.size, MSG_NOSIGNAL) != (ssize_t)line.size)
		give_up("the controller does not take the order");
	buf_done(&line);
	value_free(request);
}

/* 1: a run has ended. */
static int take(const struct value *event, const char *state)
{
	const char *name = value_get_text(event, "event");
	const struct value *summary = value_get(event, "summary");
	char *folder;

	if (name && !strcmp(name, "refused"))
		give_up(value_get_text(event, "why"));
	if (!name || strcmp(name, "verdict") != 0)
		return 0;
	if (strcmp(value_get_text(summary, "verdict"), "PASS") != 0)
		fprintf(stderr, "ordered: %s\n", value_get_text(summary, "why"));
	folder = xprintf("%s/runs/%s", state, value_get_text(summary, "run"));
	lateness_read(folder, SEC(2));
	free(folder);
	return 1;
}

int main(int argc, char **argv)
{
	int count = argc == 5 ? atoi(argv[1]) : 0, controller, ended = 0;
	struct error err;
	struct buf heard;

	if (count < 1 || count > SLOTS_MOST) {
		fprintf(stderr, "ordered COUNT STATE PROTOCOL SECONDS\n");
		return 2;
	}
	controller = controller_find(argv[2], &err);
	if (controller < 0)
		give_up(err.text);
	order(controller, count, argv[3], argv[4]);
	buf_init(&heard);
	while (ended < count) {
		char bytes[65536], *end;
		ssize_t got = recv(controller, bytes, sizeof(bytes), 0);

		if (got <= 0)
			give_up("the controller is gone");
		buf_add(&heard, bytes, (size_t)got);
		while ((end = memchr(heard.data, '\n', heard.size))) {
			size_t size = (size_t)(end - heard.data);
			struct value *event = json_parse(heard.data, size, "event", &err);

			ended += event ? take(event, argv[2]) : 0;
			value_free(event);
			buf_drop(&heard, size + 1);
		}
	}
	lateness_print();
	buf_done(&heard);
	close(controller);
	return 0;
}
