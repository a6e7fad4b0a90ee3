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
};

/* May be called by any thread. */
void machine_time_read(struct machine_time *time);

#endif
