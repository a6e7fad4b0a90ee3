/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is there room for another run? Nothing is ever deleted to make some: where there is too little, tests stop.
 */
#ifndef DAVY_RUN_DISK_ROOM_H
#define DAVY_RUN_DISK_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Bytes that a run on real wires must find, unless a fifth of the disk is free, however small it is. Chosen: four times the
 * largest journal of the shipped protocols, and where a disk is commonly said to be filling up.
 */
#define DISK_ROOM_LEAST ((uint64_t)64 << 20)

/* Of a disk of so many bytes; 0 is one whose bytes nobody counts, as one in memory alone. Pure. */
bool disk_has_room(uint64_t there, uint64_t whole, uint64_t least);
/* 0 when so much is free on the disk of this folder, or a fifth of it; else ERROR_REFUSED. */
int disk_room_check(const char *folder, uint64_t least, struct error *err);

#endif
