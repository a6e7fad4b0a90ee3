/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stopwatch at the far end of the wires, for claims in shell:
 *
 *   davy-rig-tests --probe pull LABEL LINE high|low
 *   davy-rig-tests --probe value LABEL LINE
 *   davy-rig-tests --probe when (pull LABEL LINE high|low | kill PID SIGNAL) within SECONDS LABEL:LINE=LEVEL …
 *
 * The last does what it says, watches the wires without rest, and prints the milliseconds until each had its level
 * for the last time; with exit status 1 when one has not by then.
 */
#ifndef DAVY_TESTS_RIG_PROBE_H
#define DAVY_TESTS_RIG_PROBE_H

/* The words after --probe; the exit status. */
int rig_probe(int count, char **words);

#endif
