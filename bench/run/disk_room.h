/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is there room for another run? Nothing is ever deleted to make some: where there is too little, tests stop.
 */
#ifndef DAVY_RUN_DISK_ROOM_H
#define DAVY_RUN_DISK_ROOM_H

#include <stdint.h>

#include "base/error.h"

/* Bytes that a run on real wires must find. Chosen: many times the journals of the shipped protocols. */
#define DISK_ROOM_LEAST ((uint64_t)256 << 20)

/* 0 when so much is free on the disk of this folder; else ERROR_REFUSED. */
int disk_room_check(const char *folder, uint64_t least, struct error *err);

#endif
