/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixture "lung": a breathing machine (switch `machine`) of 30 L/min at 20 breaths a minute, a sine,
 * so 1.5 L a breath and 94.2 L/min at the peak. A module shows flow and a pressure of 5 Pa per L/min; an
 * analyser shows the gas 240 ms after it was breathed: 1 %vol inhaled, 5 %vol exhaled. Valve `feed` may
 * be open only while 2 %vol or more are exhaled. Channels mouth_flow, mouth_pressure, mouth_co2, asked
 * every 50 ms, and the breath channels inhaled, exhaled, peak, least, tidal.
 *
 * "wave" sends the same unasked, in blocks of 500 ms: wave_flow (50 Hz), wave_co2 (100 Hz), and the breath
 * channel wave_inhaled.
 */
#ifndef DAVY_TESTS_LUNG_H
#define DAVY_TESTS_LUNG_H

#include "tests/bench_rig.h"

/* Write its files into the tree. */
void lung_put(struct bench *bench);
/* A protocol of one step on it, with the measure x and this limit. */
struct lung_order {
	const char *limit; /* of x */
	const char *body;
	const char *fault;
	const char *header; /* more fields of protocol { … } */
};
void lung_rehearse(struct bench *bench, const struct lung_order *what);
#define lung_run(bench, ...) lung_rehearse(bench, &(struct lung_order){__VA_ARGS__})

#endif
