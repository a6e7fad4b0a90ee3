/* SPDX-License-Identifier: Apache-2.0 */
/*
 * This process's end of the wire: one packet in, the frames of one turn out.
 *
 * Frames collect in a packet; when the next does not fit, the packet leaves with MORE. A turn is not
 * over before socket_idle.
 */
#ifndef DAVY_SCRIPT_SOCKET_H
#define DAVY_SCRIPT_SOCKET_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "wire/packet.h"

struct socket {
	int fd;
	uint32_t sequence; /* of the last frame added */
	uint32_t seen;	   /* the highest sequence number received */
	nsec time;	   /* bench time of the last frame received */
	struct buf packet;
};

void socket_init(struct socket *socket, int fd);
void socket_done(struct socket *socket);
/* Wait for one packet. Its size, or 0 when the controller has closed or the wire is broken. */
size_t socket_receive(struct socket *socket, uint8_t bytes[PACKET_MOST]);
/* Take note of a frame that was received: what IDLE acknowledges, and the time. */
void socket_note(struct socket *socket, const struct frame *frame);
/* Add one frame to the turn; `payload` may be NULL. Fails when it is too large for any packet. */
int socket_emit(struct socket *socket, enum frame_type type, uint32_t request,
		const struct value *payload, struct error *err);
/* End the turn. */
void socket_idle(struct socket *socket);

#endif
