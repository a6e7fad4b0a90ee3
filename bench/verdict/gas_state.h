/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same gas counted in another state. What is kept is the dry gas, by amount, as an ideal one:
 *
 *   V' = V (n / n'),  n = (p - w) / T   dry gas per volume in a state, but for the gas constant
 *
 *   state   T            p              w: partial pressure of water
 *   STPD    273.15 K     101.325 kPa    0              42 CFR 84.304: "0 °C, 760 mmHg, dry"
 *   ATPD    the room's   the room's     0
 *   BTPS    310.15 K     the room's     6282.4 Pa      saturated at 37 °C: IAPWS SR1-86(1992), eq. 1
 *
 * Respiratory tables take 47 mmHg (6266 Pa) for the last one, which is 0.02 % of a volume at sea level.
 * Something per volume ("g/L STPD") goes the other way.
 *
 * The uncertainties of gas, temperature and pressure all propagate with their derivatives, each taken
 * once: a pressure that stands in both states cancels as far as it does.
 */
#ifndef DAVY_VERDICT_GAS_STATE_H
#define DAVY_VERDICT_GAS_STATE_H

#include "base/error.h"
#include "verdict/quantity.h"

/*
 * `gas`, whose unit names its state, in the state `to`. `temperature` is of the room and in °C,
 * `pressure` the room's absolute one: a difference in K is refused, and so is a pressure below that
 * of water vapour at 37 °C, which a gauge pressure would be. Both are always needed, so that a
 * protocol reads the same whatever state its instruments count in. `result` may be `gas`.
 */
int gas_state_convert(struct quantity *result, const struct quantity *gas, enum gas_state to,
		      const struct quantity *temperature, const struct quantity *pressure,
		      struct error *err);

#endif
