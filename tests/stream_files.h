/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small bench (tests/bench_rig.h) with devices that speak by themselves on ports of their own.
 *
 * "ramp" sends a frame every 100 ms: counter, its own clock in ms, and 20 samples 5 ms apart of a pressure
 * that is 100 Pa for each second of bench time; it also answers the question for its mode. "teller" sends
 * a line "Z number" every 200 ms, the bench time in ms. Both are channels of the same names.
 */
#ifndef DAVY_TESTS_STREAM_FILES_H
#define DAVY_TESTS_STREAM_FILES_H

#include "tests/bench_rig.h"

extern const struct bench_file STREAM_FILES[];
/* bench_open, with these files in place of the small bench's. */
void bench_open_streams(struct bench *bench);

#endif
