/* SPDX-License-Identifier: Apache-2.0 */
/* What a count of pulses has seen so far, edge by edge, and what it comes to. For the backends. */
#ifndef DAVY_PORT_PULSE_TALLY_H
#define DAVY_PORT_PULSE_TALLY_H

#include "port/gpio.h"

#define EDGE_STAMP USEC(1) /* edges are not known to better than this */

struct pulse_tally {
	long rises, falls;
	nsec first_rise, last_rise, last_fall;
	nsec shortest_high, shortest_low;     /* 0: none was seen */
	nsec shortest_period, longest_period; /* rise to rise; 0: none was seen */
};

void pulse_tally_edge(struct pulse_tally *tally, bool rise, nsec time);
/*
 * Whole periods over the span from the first rise to the last. Each end of the span is known to `stamp`,
 * hence a resolution of frequency * stamp / span. With fewer than two rises the frequency is 0, and what
 * may have passed unseen within the gate is the resolution.
 */
struct pulse_count pulse_tally_count(const struct pulse_tally *tally, nsec gate, nsec stamp);

#endif
