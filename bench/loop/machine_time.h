/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine's clocks say, for those who must be able to tell later how far they could be believed: wall time
 * and its zone, whether the kernel holds it for synchronised and how far off it may be (adjtimex(2)), and where in
 * which start of the machine it was said.
 */
#ifndef DAVY_LOOP_MACHINE_TIME_H
#define DAVY_LOOP_MACHINE_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct machine_time {
	char boot[40];	  /* the kernel's id of this start; "unknown" where there is none */
	int64_t boot_ms;  /* since then, sleep included */
	int64_t wall_ms;  /* since 1970-01-01T00:00:00Z */
	int zone_minutes; /* east of Greenwich, as this machine is set */
	bool is_synchronised;
	int64_t error_ms; /* the kernel's own bound; -1: it has none */
	bool is_stated;	  /* wall time is what persons have said, counted on since then */
};

/* May be called by any thread, as may the others. */
void machine_time_read(struct machine_time *time);
/*
 * Persons have said what time it is: as long as the kernel does not hold its own calendar for synchronised, wall time
 * (loop_wall_time(), too) is this much behind the machine's start, sleep included. The kernel's clock is not set.
 */
void machine_time_state(int64_t wall_at_boot_ms);

#endif
