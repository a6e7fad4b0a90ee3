/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller's end of a Lua process: starts it, hands it one turn at a time, hears what it
 * emits, notices when it hangs, floods or dies.
 *
 * Frames added before a flush go out as one packet, one turn; a further packet waits until the peer
 * has answered the one before with IDLE. From flush to IDLE the peer's clock is held; when the peer
 * dies, until `ended` was called. A peer is hung when it owes a turn and has used more than 1 s of
 * processor time, or more than 5 s have passed, since the turn began (turns.md 5). Quotas per turn:
 * 1 MiB, 1,000 notes (a frame that breaks one ends the peer).
 *
 * Nonsense, which ends it, too: what packet_next refuses, a sequence that skips, a frame that only
 * the controller sends, anything out of turn or behind IDLE or MORE, an IDLE that answers another
 * frame than the last, a packet that ends with none of IDLE, MORE, DONE and FAILED.
 */
#ifndef DAVY_WIRE_PEER_H
#define DAVY_WIRE_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "loop/clock.h"
#include "loop/loop.h"
#include "wire/packet.h"

struct peer;

struct peer_handlers {
	/* One frame that is not IDLE or MORE; the payload is borrowed for the call. */
	void (*frame)(void *ctx, const struct frame *frame);
	/* The turn is over and nothing is queued. */
	void (*idle)(void *ctx);
	/*
	 * The peer is gone, hung, or talked nonsense (then it has been killed). Called once, never
	 * after peer_free. `why` is a clause: "was killed by signal 9 (Killed)", "used more than
	 * 1 s of processor time in one turn".
	 */
	void (*ended)(void *ctx, const char *why);
};

struct peer *peer_start(struct loop *loop, struct bench_clock *clock, char *const argv[], int cpu,
			const struct peer_handlers *handlers, void *ctx, struct error *err);
/*
 * Add a frame to the turn being prepared; `payload` (NULL: nil) is copied. Returns its sequence. A
 * packet that is full is flushed and another one begun; a frame too large for any ends the peer.
 */
uint32_t peer_add(struct peer *peer, enum frame_type type, uint32_t request,
		  const struct value *payload);
/* Add a source file, in chunks, to the turn being prepared. `name`: at most 4,000 bytes. */
void peer_add_source(struct peer *peer, const char *name, const char *text, size_t size);
void peer_flush(struct peer *peer);
bool peer_owes(const struct peer *peer);
pid_t peer_pid(const struct peer *peer);
void peer_free(struct peer *peer); /* kills; accepts NULL; may be called from a handler */

#endif
