/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guardian's own process does (`davy guardian`): it stands by its controller, which talks to it
 * over `socket` (run/guardian_talk.h), and when that is dead, makes safe whatever it was armed with. It
 * then holds the lines until the next guardian of this state folder relieves it, or SIGTERM.
 *
 * STATE/guardian.log has what it did, STATE/guardian.pid who it is.
 */
#ifndef DAVY_RUN_VIGIL_H
#define DAVY_RUN_VIGIL_H

#include "base/error.h"

/* Returns when there is nothing left to stand by or to hold. Takes the socket. */
int vigil_keep(const char *state, int socket, struct error *err);

#endif
