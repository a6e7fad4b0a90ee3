/* SPDX-License-Identifier: Apache-2.0 */
/* The controller's desk: who is connected, which runs are on. The protocol is in run/controller.h. */
#ifndef DAVY_RUN_DESK_H
#define DAVY_RUN_DESK_H

#include <stdbool.h>

#include "base/error.h"
#include "loop/loop.h"

struct desk;

/* Takes the listening descriptor, also on failure. With `leave_when_idle` quits the loop when idle. */
struct desk *desk_open(struct loop *loop, const char *state, const char *program, int listener,
		       bool leave_when_idle, struct error *err);
/* Stop every run (a second time: at once), take no new one, quit the loop when all have ended. */
void desk_close(struct desk *desk);
void desk_free(struct desk *desk); /* accepts NULL */

#endif
