/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units of measurement: a symbol, a dimension and a scale to the coherent SI unit.
 *
 * Symbols as the standards write them, with the prefixes in use on a bench: m mm cm km, kg g mg,
 * s ms µs min h d, A mA, V mV, Ω (also "ohm") mΩ kΩ MΩ, W, Wh, J, Ah mAh, C, N, mol, Hz kHz, Pa
 * hPa kPa MPa, bar mbar, mmHg mmH2O cmH2O (conventional, NIST SP 811 appendix B.8), K, °C (also
 * ℃), L (also "l") mL, and "1", %, %vol, %RH, ppm (fractions are dimensionless), %LEL (a dimension
 * of its own: converting needs the gas), lx klx (illuminance, another: no lamp's candela is needed here). Products with a space or "·"; one "/" and one unit behind
 * it for a quotient ("L/min", "mV/s", "/min"); whole powers with ^ ("s^2", "kg m^-1"), or as in
 * "m3" and "m³". "%rd" (percent of the reading's reference) belongs to limits, not to units.
 *
 * The unit of a gas volume, or of something per volume, may end in the state in which the volume is
 * counted: "L STPD", "L/min BTPS", "g/L STPD". Volumes of two states, and those of one with those
 * of none, are different kinds: no arithmetic mixes them (gas_state.h converts).
 *
 * °C is a point on a scale: the difference of two is in K, K may be added to one or taken from
 * it, and every other arithmetic on it is refused.
 */
#ifndef DAVY_VERDICT_UNIT_H
#define DAVY_VERDICT_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { UNIT_DIMENSIONS = 8 }; /* m kg s A K mol %LEL lx */

enum gas_state {
	GAS_STPD = 1, /* 0 °C, 101.325 kPa, dry */
	GAS_ATPD,     /* temperature and pressure of the room, dry */
	GAS_BTPS,     /* 37 °C, pressure of the room, saturated with water */
};

struct unit {
	char symbol[24]; /* as written; composed for derived units */
	signed char dimension[UNIT_DIMENSIONS];
	enum gas_state state; /* of its volume; 0: none */
	double scale;	      /* SI value = number * scale + offset */
	double offset;	      /* 273.15 for °C, else 0 */
};

/* Parse a unit symbol; "" and "1" are the number one. Unknown units are named in the error. */
int unit_parse(struct unit *unit, const char *text, struct error *err);
/*
 * The coherent unit of a dimension, with a composed symbol ("Pa", "m^3/s"). A dimension too rich
 * to be written in a symbol gets the symbol "".
 */
struct unit unit_coherent(const signed char dimension[UNIT_DIMENSIONS]);
bool unit_same_dimension(const struct unit *a, const struct unit *b);
/* The same dimension, in the same state or both in none: values of one kind. */
bool unit_same_kind(const struct unit *a, const struct unit *b);
/* Why they are not of one kind, as a clause about "they"; NULL when they are. */
const char *unit_mismatch(const struct unit *a, const struct unit *b);
/* Is there one volume in it, as a factor or a divisor? Only such a unit has a state. */
bool unit_has_volume(const struct unit *unit);
/* The same unit in `state`; false, with nothing changed, where its symbol has no room for it. */
bool unit_put_state(struct unit *unit, enum gas_state state);
const char *gas_state_name(enum gas_state state); /* "STPD" */
enum gas_state gas_state_find(const char *name);  /* 0: none of them */
bool unit_is_point(const struct unit *unit);	  /* °C */
bool unit_is_plain(const struct unit *unit);	  /* the number one itself, not a percentage */

/* A number in this unit to SI and back, rounded once where the scale allows it: 30 mV is 0.03 V. */
double unit_to_si(const struct unit *unit, double number);
double unit_from_si(const struct unit *unit, double value);
/* The unit of differences: K for °C, else the unit itself. */
struct unit unit_of_difference(const struct unit *unit);

#endif
