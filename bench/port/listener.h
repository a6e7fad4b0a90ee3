/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an instrument says unasked, taken out of the bytes of a port before anybody else on it sees
 * them. The rest goes on, in order, to whoever listened on the port before: a link.
 *
 * A frame is a message when its fixed bytes, its size and its check are right, a line when all of it
 * matches a template. What only might become a message is held back, but never for longer than a
 * message takes (see listener.c): it then goes on as it stands.
 */
#ifndef DAVY_PORT_LISTENER_H
#define DAVY_PORT_LISTENER_H

#include <stddef.h>
#include <stdint.h>

#include "codec/frame.h"
#include "loop/clock.h"
#include "port/serial.h"

struct listener;

/* One kind of message; all of a port are frames, or all are lines. */
struct listener_kind {
	const struct frame_layout *frame;
	const char *line; /* a template, where `frame` is NULL */
};

/*
 * A message of kinds[kind], with its line's end if it has one. `whole` is the bench time at which its
 * last bit arrived, as far as the bytes that came behind it in the same piece tell. May free listener
 * and port.
 */
typedef void listener_message_fn(void *ctx, size_t kind, nsec whole, const uint8_t *bytes,
				 size_t size);

/*
 * Stand between the port and its user, who has been set already (serial->on_bytes). `kinds` and `ends`
 * (what ends a line) are borrowed until listener_free.
 */
struct listener *listener_new(struct bench_clock *clock, struct serial *serial,
			      const struct listener_kind *kinds, size_t count, const char *ends,
			      listener_message_fn *message, void *ctx);
/* Before the port is closed. What is held back is forgotten. Accepts NULL. */
void listener_free(struct listener *listener);

#endif
