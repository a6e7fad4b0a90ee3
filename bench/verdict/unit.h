/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units of measurement: a symbol, a dimension and a scale to the coherent SI unit.
 *
 * Symbols as the standards write them: m mm, kg g mg, s ms µs min h, A mA, V mV, Ω (also "ohm") mΩ,
 * W mW, Wh, J, Ah mAh, C, Hz kHz, Pa hPa kPa MPa bar mbar, K, °C, L mL m3, and "1", %, %vol, ppm
 * (volume fractions are dimensionless), %LEL (a dimension of its own: converting needs the gas).
 * Products with a space or "·", one "/" for a quotient ("L/min", "1 mV/s", "20 /min"), whole powers
 * with ^ ("s^2"). "%rd" (percent of the reading's reference) belongs to limits, not to units.
 *
 * °C is a point on a scale: the difference of two is in K, K may be added to one, and every other
 * arithmetic on it is refused.
 */
#ifndef DAVY_VERDICT_UNIT_H
#define DAVY_VERDICT_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { UNIT_DIMENSIONS = 8 }; /* m kg s A K mol %LEL, one spare */

struct unit {
	char symbol[24];                       /* as written; composed for derived units */
	signed char dimension[UNIT_DIMENSIONS];
	double scale;                          /* SI value = number * scale (+ offset) */
	double offset;                         /* 273.15 for °C, else 0 */
};

/* Parse a unit symbol; "" and "1" are the number one. Unknown units are named in the error. */
int unit_parse(struct unit *unit, const char *text, struct error *err);
/* The coherent unit of a dimension, with a composed symbol ("Pa", "m^3/s"). */
struct unit unit_coherent(const signed char dimension[UNIT_DIMENSIONS]);
bool unit_same_dimension(const struct unit *a, const struct unit *b);
bool unit_is_point(const struct unit *unit); /* °C */

#endif
