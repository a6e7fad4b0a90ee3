/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process of one destination: asks the controller what is due, brings it there, reports what came of it, waits. It
 * keeps nothing that would be missed: whenever it is killed, what it had not reported is due again, and the receiver
 * knows it by its ID.
 */
#ifndef DAVY_PUSH_COURIER_H
#define DAVY_PUSH_COURIER_H

#include <stdbool.h>

#include "base/error.h"

struct courier_place {
	const char *state, *destination;
	int controller; /* a connected stream socket, on which this process speaks alone */
	bool leaves;	/* when nothing is due for the moment; else when the controller is gone */
};

/* -1 where the controller is gone, or the destination is none. */
int courier_run(const struct courier_place *place, struct error *err);

#endif
