/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages between the controller and its Lua processes (design: turns.md, "The packet").
 *
 * A packet is one SOCK_SEQPACKET datagram of at most 64 KiB: frames one after the other, each
 *
 *   offset size
 *        0    4  magic "Davy"
 *        4    2  schema (PACKET_SCHEMA), little-endian like all that follows
 *        6    2  type
 *        8    4  payload length
 *       12    4  sequence: of the sender, from 1, each one more
 *       16    4  request id, 0 where there is none
 *       20    4  zero
 *       24    8  bench time, ns
 *       32    …  payload: one value tree (wire/binary.h)
 *
 * A turn is one packet to a process, then all it emits, then IDLE, whose request id field carries
 * the last sequence number seen. Long turns are several packets; every one but the last ends with
 * MORE.
 */
#ifndef DAVY_WIRE_PACKET_H
#define DAVY_WIRE_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"

enum { PACKET_SCHEMA = 1, PACKET_MOST = 65536, PACKET_HEAD = 32 };

enum frame_type {
	/* controller to Lua */
	FRAME_SOURCE = 1, /* one chunk of a source file, before START */
	FRAME_START,
	FRAME_RESULT,  /* the end of a request */
	FRAME_STOP,    /* cancel all tasks, run the finally blocks */
	FRAME_ADVANCE, /* world: live on until this bench time, stop at your first edge */
	FRAME_LINES,   /* world: these outputs have these levels from now on */
	FRAME_ASK,     /* world: a device was asked; answer with FRAME_ANSWER */
	/* Lua to controller */
	FRAME_REQUEST = 32,
	FRAME_CANCEL,
	FRAME_MEASURE,
	FRAME_NOTE,
	FRAME_OUT,    /* world: lines it drives, and the instant reached */
	FRAME_ANSWER, /* world: what the device says */
	FRAME_DATA,   /* loader: what a file compiled to */
	FRAME_IDLE,
	FRAME_MORE,
	FRAME_DONE,
	FRAME_FAILED,
};

struct frame {
	enum frame_type type;
	uint32_t sequence;
	uint32_t request;
	nsec time;
	struct value *payload; /* nil where it carries nothing; whoever holds the frame owns it */
};

const char *frame_type_name(enum frame_type type);

/*
 * Append one frame. Fails, leaving `packet` as it was, when the packet would grow over PACKET_MOST.
 */
int packet_add(struct buf *packet, enum frame_type type, uint32_t sequence, uint32_t request,
	       nsec time, const struct value *payload, struct error *err);

/*
 * Take the next frame from packet bytes at *offset. 1: a frame (free its payload), 0: the end,
 * -1: not a packet of this schema; the error names the offset. Every payload is checked against the
 * schema table of its type (wire/schema.h).
 */
int packet_next(const uint8_t *bytes, size_t size, size_t *offset, struct frame *frame,
		struct error *err);

#endif
