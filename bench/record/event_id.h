/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of events: UUID version 7 (RFC 9562, 5.7) as URN, urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91. Pure: the
 * time and the random bytes are handed in.
 *
 * Names of one bench grow from each to the next, whatever its clock does: within one millisecond the twelve bits behind
 * the version count (method 1 of RFC 9562, 6.2), and where the clock stands still or goes back, the time of the name
 * before goes on. So the time in a name is a hint, and no evidence.
 */
#ifndef DAVY_RECORD_EVENT_ID_H
#define DAVY_RECORD_EVENT_ID_H

#include <stdint.h>

#include "base/error.h"

enum {
	EVENT_ID_TEXT_SIZE = 46, /* with its NUL */
	EVENT_ID_RANDOM_SIZE = 8,
};

/* The name before; zeros where there is none. */
struct event_ids {
	uint64_t ms; /* since 1970, 48 bits */
	unsigned count;
};

/* The next name. Of the random bytes 62 bits are used. */
void event_id_next(struct event_ids *ids, uint64_t wall_ms,
		   const uint8_t random[EVENT_ID_RANDOM_SIZE], char text[EVENT_ID_TEXT_SIZE]);
/*
 * Go on behind a name that was given before (a start of the program). Refused (ERROR_USAGE) unless it is exactly such a
 * text: lower case, version 7, the RFC's variant.
 */
int event_id_continue(struct event_ids *ids, const char *text, struct error *err);

#endif
