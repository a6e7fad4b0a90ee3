/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversion between states: a factor and its logarithmic derivatives.
 *
 * With n = (p - w) / T the factor is n / n'. Its logarithm depends on the room's pressure by
 * 1 / (p - w) of each state at that pressure, and on the room's temperature by -1 / T of the one at
 * that temperature, so a state is described by its n and those two. Taking them from the formula
 * instead of multiplying quantities keeps a resolution from being counted twice where the pressure
 * stands in both states.
 */
#include "verdict/gas_state.h"

#include <stdio.h>

static const double STANDARD_PRESSURE = 101325, STANDARD_TEMPERATURE = 273.15; /* Pa, K */
static const double BODY_TEMPERATURE = 310.15, BODY_VAPOUR = 6282.4;	       /* K, Pa */

struct content {
	double amount;	       /* of dry gas per volume, over the gas constant: Pa/K */
	double by_pressure;    /* d ln(amount) / d (pressure of the room), 1/Pa */
	double by_temperature; /* d ln(amount) / d (temperature of the room), 1/K */
};

static struct content content_of(enum gas_state state, double temperature, double pressure)
{
	switch (state) {
	case GAS_ATPD:
		return (struct content){pressure / temperature, 1 / pressure, -1 / temperature};
	case GAS_BTPS:
		pressure -= BODY_VAPOUR;
		return (struct content){pressure / BODY_TEMPERATURE, 1 / pressure, 0};
	case GAS_STPD:
		break;
	}
	return (struct content){STANDARD_PRESSURE / STANDARD_TEMPERATURE, 0, 0};
}

static int check_gas(const struct quantity *gas, struct error *err)
{
	char text[80];

	if (gas->unit.state)
		return 0;
	quantity_print(gas, 6, text, sizeof(text));
	return error_set(err, ERROR_USAGE,
			 "%s is in no state that it could be converted from; write STPD, ATPD or "
			 "BTPS behind the unit where the value comes from",
			 text);
}

static int check_room(const struct quantity *temperature, const struct quantity *pressure,
		      struct error *err)
{
	struct unit pascal = unit_coherent((const signed char[UNIT_DIMENSIONS]){-1, 1, -2});
	char text[80];

	quantity_print(temperature, 6, text, sizeof(text));
	if (!unit_is_point(&temperature->unit) || !(temperature->value > 0))
		return error_set(err, ERROR_USAGE,
				 "the temperature of the room is %s; it must be one in °C", text);
	quantity_print(pressure, 6, text, sizeof(text));
	if (!unit_same_kind(&pressure->unit, &pascal) || !(pressure->value > BODY_VAPOUR))
		return error_set(err, ERROR_USAGE,
				 "the pressure of the room is %s; it must be the absolute one, "
				 "such as \"101.3 kPa\"",
				 text);
	return 0;
}

int gas_state_convert(struct quantity *result, const struct quantity *gas, enum gas_state to,
		      const struct quantity *temperature, const struct quantity *pressure,
		      struct error *err)
{
	struct quantity made = *gas;

	if (check_gas(gas, err) < 0 || check_room(temperature, pressure, err) < 0)
		return -1;
	if (!unit_put_state(&made.unit, to))
		return error_set(err, ERROR_USAGE, "the unit '%s' has no room for another state",
				 gas->unit.symbol);

	struct content from = content_of(gas->unit.state, temperature->value, pressure->value);
	struct content into = content_of(to, temperature->value, pressure->value);
	double sign = gas->unit.dimension[0] > 0 ? 1 : -1;
	double factor = sign > 0 ? from.amount / into.amount : into.amount / from.amount;
	double value = gas->value * factor;
	double by_temperature = sign * value * (from.by_temperature - into.by_temperature);
	double by_pressure = sign * value * (from.by_pressure - into.by_pressure);

	if (quantity_combine(&made, value, &made.unit, gas, factor, temperature, by_temperature,
			     err) < 0)
		return -1;
	return quantity_combine(result, value, &made.unit, &made, 1, pressure, by_pressure, err);
}
