/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The far ends of a slot's lines: what the fixture's outputs do is seen, its contacts and pulse lines are
 * driven. A far end is another line of this machine, wired to the near one, or it is the other side of a
 * line of the kernel's GPIO simulator (gpio-sim), which is found by the near line's own place.
 */
#ifndef DAVY_RUN_FAR_LINE_H
#define DAVY_RUN_FAR_LINE_H

#include "run/station.h"

struct far_lines;

/* An output of the fixture has this level now. */
typedef void far_line_fn(void *ctx, int line, bool level);

/*
 * All lines of the fixture, in its order; none may be without a far end. Outputs are looked at every
 * `every` (real time), and told by `changed` when they are not as they were told last; at first each
 * counts as told at its safe level.
 */
struct far_lines *far_lines_open(struct loop *loop, const struct fixture *fixture,
				 const struct station_slot *slot, nsec every, far_line_fn *changed,
				 void *ctx, struct error *err);
/* Look at the outputs now. */
void far_lines_look(struct far_lines *lines);
void far_lines_drive(struct far_lines *lines, int line, bool level);
/* Hertz and seconds of real time; `high` 0: half the period. */
void far_lines_pulse(struct far_lines *lines, int line, double frequency, double high);
/* A pulse line that could not be played as it should since this was asked last; -1: none. */
int far_lines_behind(struct far_lines *lines);
void far_lines_close(struct far_lines *lines); /* accepts NULL */

#endif
