/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocking packets on one SOCK_SEQPACKET descriptor.
 *
 * This is the whole of input and output of a Lua process: it may wait only in recv, and it writes only
 * in send, which blocks while the controller is behind. There is nothing to do when the wire breaks but
 * to end: the controller is gone, and with it every reason to go on.
 *
 * Invariant: the packet being collected always has room for the frame that ends it (MORE or IDLE).
 * It deliberately does not check what the frames carry; the receiving side does, with the schema table.
 */
#include "script/socket.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strain.h"

enum { END_OF_PACKET = PACKET_HEAD + 16 };

void socket_init(struct socket *socket, int fd)
{
	*socket = (struct socket){.fd = fd};
	buf_init(&socket->packet);
}

void socket_done(struct socket *socket)
{
	buf_done(&socket->packet);
}

size_t socket_receive(struct socket *socket, uint8_t bytes[PACKET_MOST])
{
	ssize_t size;

	do
		size = recv(socket->fd, bytes, PACKET_MOST, 0);
	while (size < 0 && errno == EINTR);
	return size > 0 ? (size_t)size : 0;
}

void socket_note(struct socket *socket, const struct frame *frame)
{
	socket->seen = frame->sequence;
	socket->time = frame->time;
}

static void send_packet(struct socket *socket)
{
	ssize_t sent;

	do
		sent = send(socket->fd, socket->packet.data, socket->packet.size, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	buf_clear(&socket->packet);
	if (sent < 0)
		_exit(1);
}

static int add_frame(struct socket *socket, enum frame_type type, uint32_t request,
		     const struct value *payload, struct error *err)
{
	struct value nothing = {.kind = VALUE_NIL};

	if (packet_add(&socket->packet, type, socket->sequence + 1, request, socket->time,
		       payload ? payload : &nothing, err) < 0)
		return -1;
	socket->sequence++;
	return 0;
}

/* Does the packet still have room for its last frame? If not, take the newest frame off again. */
static int keep_room(struct socket *socket, size_t before, struct error *err)
{
	if (socket->packet.size <= PACKET_MOST - END_OF_PACKET)
		return 0;
	socket->packet.size = before;
	socket->packet.data[before] = '\0';
	socket->sequence--;
	return error_set(err, ERROR_USAGE, "a message is larger than %d KiB", PACKET_MOST / 1024);
}

static int try_emit(struct socket *socket, enum frame_type type, uint32_t request,
		    const struct value *payload, struct error *err)
{
	size_t before = socket->packet.size;

	if (add_frame(socket, type, request, payload, err) < 0)
		return -1;
	return keep_room(socket, before, err);
}

static void end_packet(struct socket *socket, enum frame_type type, uint32_t request)
{
	struct error err;

	if (add_frame(socket, type, request, NULL, &err) < 0)
		_exit(1); /* cannot be: room was kept */
	send_packet(socket);
}

int socket_emit(struct socket *socket, enum frame_type type, uint32_t request,
		const struct value *payload, struct error *err)
{
	struct error full;
	bool alone = STRAIN_TORTURES && socket->packet.size > 0; /* it goes without company */

	if (!alone && try_emit(socket, type, request, payload, &full) == 0)
		return 0;
	if (socket->packet.size > 0)
		end_packet(socket, FRAME_MORE, 0);
	return try_emit(socket, type, request, payload, err);
}

void socket_idle(struct socket *socket)
{
	end_packet(socket, FRAME_IDLE, socket->seen);
}
