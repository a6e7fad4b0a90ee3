/* SPDX-License-Identifier: Apache-2.0 */
/* What went over the wires of a run, read back from its journal. */
#ifndef DAVY_BENCHMARK_WIRES_H
#define DAVY_BENCHMARK_WIRES_H

/*
 * Print, for each port that spoke in STATE/runs/RUN: how many exchanges, how many in a second between
 * the first and the last, and the least silence before a question.
 */
void wires_print(const char *state, const char *run);

#endif
