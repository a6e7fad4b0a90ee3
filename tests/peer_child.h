/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer's process does in the claims: take turns, or whatever else its mode is. */
#ifndef DAVY_TESTS_PEER_CHILD_H
#define DAVY_TESTS_PEER_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "wire/packet.h"

/* Be the peer on descriptor 3; the exit status. Modes with a colon are those of hostile_child.h. */
int peer_child(const char *mode);

/* ---- for others that take turns ---- */

typedef void peer_answer_fn(void);

/* The function that answers a turn in this mode, or NULL. */
peer_answer_fn *peer_mode(const char *mode);
/* Answer every turn with this, until the socket is closed. */
void peer_serve(peer_answer_fn *answer);
/* The packet that began the turn. */
const uint8_t *peer_turn_bytes(size_t *size);
/* Add a frame to the answer; send what was added, as it is or with an IDLE behind it. */
void peer_turn_add(enum frame_type type, uint32_t request, const struct value *payload);
void peer_turn_send(void);
void peer_turn_idle(void);

#endif
