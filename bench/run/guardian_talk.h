/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the controller and its guardian say to each other: maps as JSON, one per packet of a SEQPACKET
 * socket pair, with the descriptors of ports beside them.
 *
 *   controller   {"say":"begin"}                                  first, and before each slot
 *                {"say":"beat"}                                   every 100 ms
 *                {"say":"arm","order":N,"image":{…},"held":[port indices]} and a descriptor for each
 *                {"say":"disarm","slot":N,"safe":true|false}
 *                {"say":"dismiss"}                                nothing comes after it
 *   guardian     {"say":"step","slot":N,"what","level","where","why"}  of what earlier runs left
 *                {"say":"ready"} or {"say":"unfit","why"}         the answer to "begin"
 *                {"say":"beat"}                                   the answer to each
 *                {"say":"armed","order":N} or {"say":"refused","order":N,"why"}
 *                {"say":"dismissed","holds":true|false}           it stays while it holds lines
 */
#ifndef DAVY_RUN_GUARDIAN_TALK_H
#define DAVY_RUN_GUARDIAN_TALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/value.h"

enum { TALK_FDS = 64 };

struct talk {
	struct value *message; /* or NULL: nothing was there, or nonsense, or more than 256 KiB */
	bool gone;	       /* the other end is closed */
	size_t fd_count;
	int fd[TALK_FDS];
};

/* Never waits: a full socket is an error. Takes `message`; `fds` stay the caller's. */
int talk_send(int socket, struct value *message, const int *fds, size_t fd_count,
	      struct error *err);
/* A map with this to say. */
struct value *talk_new(const char *say);
/* The next packet, if one is there. talk_done frees the message and closes descriptors that are left (>= 0). */
void talk_receive(int socket, struct talk *talk);
void talk_done(struct talk *talk);
bool talk_says(const struct talk *talk, const char *say);

#endif
