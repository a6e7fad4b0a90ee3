/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One slot of a station, played at the far ends of its wires: the fixture's world and the twins of its
 * instruments, with the protocol's simulated specimen, on the clock that its order says. Whoever tests at
 * the near ends drives real wires and meets instruments that call themselves simulated.
 */
#ifndef DAVY_RUN_FAR_SLOT_H
#define DAVY_RUN_FAR_SLOT_H

#include "run/plan.h"

struct far_slot;

struct far_slot_handlers {
	/* It plays from here on. */
	void (*plays)(void *ctx, struct far_slot *slot);
	/* Who looks on should know this; `text` is a sentence. */
	void (*says)(void *ctx, struct far_slot *slot, const char *text);
	/* It cannot be played, or no more. Called once, from the loop; nothing follows but far_slot_close. */
	void (*failed)(void *ctx, struct far_slot *slot, const struct error *err);
};

/*
 * Takes the order, which names the station, a slot of it and a real or scaled clock. `program` is davy-lua;
 * it and `handlers` live until far_slot_close.
 */
struct far_slot *far_slot_open(struct loop *loop, const char *program, struct order *order,
			       const struct far_slot_handlers *handlers, void *ctx);
void far_slot_close(struct far_slot *slot); /* accepts NULL; the wires are let go */

/* Once it plays. */
const struct plan *far_slot_plan(const struct far_slot *slot);
const struct station_slot *far_slot_wires(const struct far_slot *slot);
/* What a device of the fixture calls itself, or "" where it cannot say. */
const char *far_slot_identity(const struct far_slot *slot, int device);
/*
 * What a person does at the bench, as the world's `operator` has it. `done` is told what came of it, NULL when
 * there is no such act, once, unless the slot is closed first.
 */
typedef void far_slot_act_fn(void *ctx, const char *id, const char *answer);
void far_slot_act(struct far_slot *slot, const char *id, far_slot_act_fn *done, void *ctx);

#endif
