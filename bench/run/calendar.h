/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can the machine's calendar be believed? A Raspberry Pi without a battery clock wakes in the past. As long as the kernel
 * does not hold its clock for synchronised, a time before the bench's last record, or before there was a Davy, is none: a
 * run on real wires is refused then, until two persons have said what time it is (`davy clock set`), or a time server has.
 *
 * What they say is kept in STATE/clock and counts until the machine is started anew or synchronised. Records made meanwhile
 * say "clock":"manual".
 */
#ifndef DAVY_RUN_CALENDAR_H
#define DAVY_RUN_CALENDAR_H

#include <stdint.h>

#include "base/error.h"

/* Take up again what was said since the machine's start. Blocks on the disk: for the start of a controller. */
void calendar_open(const char *state);
/* It was said, and recorded: from now on, and kept. */
int calendar_state(const char *state, const char *boot, int64_t wall_at_boot_ms, struct error *err);
/* 0, or why the calendar cannot be believed, and what to do (ERROR_REFUSED). */
int calendar_check(const char *state, struct error *err);

#endif
