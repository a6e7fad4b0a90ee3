/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stopwatch at the far end of the wires, for claims in shell:
 *
 *   davy-rig-tests --probe chip LABEL LINES                    makes a chip that stays, prints its name
 *   davy-rig-tests --probe pull LABEL LINE high|low
 *   davy-rig-tests --probe value LABEL LINE
 *   davy-rig-tests --probe when ACT within SECONDS LABEL:LINE=LEVEL …
 *   davy-rig-tests --probe module PORT FILE                    a reader of tags (tag_module.h)
 *
 * ACT is `pull LABEL LINE high|low`, `kill PID SIGNAL` or `nothing`. The last does it, watches the wires without
 * rest, and prints the milliseconds until each had come to its level for the last time; the exit status is 1 when one
 * has not within that time.
 */
#ifndef DAVY_TESTS_RIG_PROBE_H
#define DAVY_TESTS_RIG_PROBE_H

/* The words after --probe; the exit status. */
int rig_probe(int count, char **words);

#endif
