/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy-lua: the program that runs strangers' Lua.
 *
 * Started by the controller with a socket as descriptor 3 and nothing else. It makes a Lua state,
 * locks itself in, and then answers turns: one packet in, what it causes out, IDLE. What it is (loader,
 * runner, world) is said by START. It ends when the controller closes the socket, or after a FAILED
 * that leaves nothing to go on with.
 */
#include <stdio.h>

#include "script/host.h"
#include "script/sandbox.h"

enum { SOCKET_DESCRIPTOR = 3 };

/* All frames of one packet; false: it was no packet. */
static bool deliver_packet(struct host *host, const uint8_t *bytes, size_t size)
{
	size_t offset = 0;
	struct frame frame;
	struct error err;
	int more;

	while ((more = packet_next(bytes, size, &offset, &frame, &err)) > 0) {
		host_deliver(host, &frame);
		value_free(frame.payload);
	}
	if (more < 0)
		host_fail(host, "usage", err.text);
	return more == 0;
}

static int serve(struct host *host)
{
	static uint8_t bytes[PACKET_MOST];
	size_t size;

	while ((size = socket_receive(&host->socket, bytes)) > 0) {
		bool sound = deliver_packet(host, bytes, size);

		socket_idle(&host->socket);
		if (!sound || host->ended)
			return 1;
	}
	return 0;
}

int main(void)
{
	static struct host host;
	struct error err;
	int status = 1;

	if (host_init(&host, SOCKET_DESCRIPTOR, &err) < 0 ||
	    sandbox_enter(SOCKET_DESCRIPTOR, &err) < 0)
		fprintf(stderr, "davy-lua: %s\n", err.text);
	else
		status = serve(&host);
	host_done(&host);
	return status;
}
