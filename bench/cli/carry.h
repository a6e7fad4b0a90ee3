/* SPDX-License-Identifier: Apache-2.0 */
/* Records on a stick: a destination of kind "bag" (record/outbox_carry.h). */
#ifndef DAVY_CLI_CARRY_H
#define DAVY_CLI_CARRY_H

#include <stdbool.h>

#include "base/error.h"

/* 1 where destinations.json has such a destination of that name, 0 where it has none of that kind, -1. */
int carry_is(const char *state, const char *destination, struct error *err);
/*
 * One trip: take the receipts that lie on the stick, then write onto it, as one bag, all that is due. What came of it is printed;
 * an exit code, or -1 with nothing carried.
 */
int carry_once(const char *state, const char *destination, struct error *err);
/*
 * Take the receipts at `path` (one bag of them, or a folder that has some; NULL: the destination's own folder). Each statement that is
 * refused is printed and makes the code EXIT_IS_ERROR. With `quietly` it is no error that there are none.
 */
int carry_receipts(const char *state, const char *destination, const char *path, bool quietly,
		   struct error *err);

#endif
