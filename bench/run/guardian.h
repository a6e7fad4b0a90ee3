/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller's end of its guardian: a small process of its own (`davy guardian`, run/vigil.h)
 * that outlives the controller and makes the outputs of its slots safe when the controller is dead,
 * stopped or hung. One per controller, for slots on real wires only.
 *
 * A slot on wires goes through it like this:
 *
 *   guardian_ready   before a port is opened: what earlier runs left has been made safe first
 *   guardian_arm     ports are open, no output is requested yet: the image is saved, then armed
 *   guardian_disarm  the slot has let go of its wires
 *
 * The controller shows it every 100 ms that its loop turns. 2 s without that, and it is killed.
 */
#ifndef DAVY_RUN_GUARDIAN_H
#define DAVY_RUN_GUARDIAN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/nsec.h"
#include "loop/loop.h"
#include "run/safe_image.h"
#include "run/writer.h"

#define GUARDIAN_BEAT MSEC(100)
#define GUARDIAN_PATIENCE SEC(2)

struct guardian;

/* Called from the loop, never from inside the call that it answers. */
typedef void guardian_done_fn(void *ctx, const struct error *err);

/*
 * Starts nothing yet. `program` is davy; `state` is the state folder, in which the guardian keeps its
 * guardian.pid and guardian.log; `writer` saves images.
 */
struct guardian *guardian_new(struct loop *loop, const char *program, const char *state,
			      struct writer *writer);
/* What it did to make safe what earlier runs left: {slot, what, level, where, why}; without `why` it is done. */
typedef void guardian_step_fn(void *ctx, const struct value *step);
void guardian_on_step(struct guardian *guardian, guardian_step_fn *fn, void *ctx);
/*
 * Is it there? It is started when it is not, relieves one that an earlier controller left, and makes
 * safe whatever stands in STATE/safe. `done` is called once; an error means that no slot may use wires.
 */
void guardian_ready(struct guardian *guardian, guardian_done_fn *done, void *ctx);
/*
 * This slot is in its care once `fn` was called with NULL: only then may outputs be requested. `fn` is
 * called with an error when that cannot be, and once more later when the guardian is there no longer:
 * nobody would make the outputs safe if this process died, so the slot trips as ERROR. `port_fds` has one
 * descriptor per port of the image, or -1; copies are sent. Arming a slot again replaces what is held
 * of it (a port has come back under another descriptor) and takes over `fn`. Nothing of `image` is kept.
 */
void guardian_arm(struct guardian *guardian, const struct safe_image *image, const int *port_fds,
		  guardian_done_fn *fn, void *ctx);
/*
 * The slot has closed its lines and ports. `safe`: its safe sequence was good, and the image goes. Else
 * the guardian makes it safe now, and holds it until the slot is armed again. Of a slot that is not armed
 * nothing happens.
 */
void guardian_disarm(struct guardian *guardian, int slot, bool safe);
/* Make none of the calls that this ctx waits for; what is armed stays armed. */
void guardian_forget(struct guardian *guardian, void *ctx);
/*
 * Dismiss it. With a slot still armed it is left to itself instead, and makes that slot safe. Accepts
 * NULL. Waits for the guardian's end or word, at most a second.
 */
void guardian_free(struct guardian *guardian);
/* Its process id, 0 while there is none: for tests and `davy list`. */
int guardian_pid(const struct guardian *guardian);

#endif
