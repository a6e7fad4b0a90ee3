/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table. The same scale finds the code; else the first row of the dimension takes the value, converted. Shares
 * have one dimension and are told apart by what they are shares of, which their symbols say.
 */
#include "record/uom.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct row {
	const char *symbol, *code, *type;
} ROWS[] = {
	{"Pa", "PAL", "Pressure"},
	{"kPa", "KPA", "Pressure"},
	{"K", "KEL", "Temperature"},
	{"°C", "CEL", "Temperature"},
	{"V", "VLT", "Voltage"},
	{"mV", "2Z", "Voltage"},
	{"A", "AMP", "ElectricCurrent"},
	{"mA", "4K", "ElectricCurrent"},
	{"Ah", "AMH", "ElectricCharge"},
	{"mAh", "E09", "ElectricCharge"},
	{"Ω", "OHM", "Resistance"},
	{"mΩ", "E45", "Resistance"},
	{"Wh", "WHR", "Energy"},
	{"W", "WTT", "Power"},
	{"s", "SEC", "Time"},
	{"ms", "C26", "Time"},
	{"min", "MIN", "Time"},
	{"h", "HUR", "Time"},
	{"kg", "KGM", "Mass"},
	{"g", "GRM", "Mass"},
	{"mm", "MMT", "Length"},
	{"N", "NEW", "Force"},
	{"Hz", "HTZ", "Frequency"},
	{"L", "LTR", "Volume"},
	{"L/min", "L2", "VolumeFlowRate"},
	{"mg/m^3", "GP", "MassConcentration"},
	{"lx", "LUX", "Illuminance"},
	{"%vol", "P1", "VolumeFraction"},
	{"%RH", "P1", "RelativeHumidity"},
	{"%", "P1", "Dimensionless"},
	{"ppm", "59", "Dimensionless"},
	{"1", "C62", "Dimensionless"},
};

enum { ROW_COUNT = sizeof(ROWS) / sizeof(ROWS[0]) };

static bool is_share(const struct unit *unit)
{
	for (size_t i = 0; i < UNIT_DIMENSIONS; i++)
		if (unit->dimension[i] != 0)
			return false;
	return true;
}

static bool has_row_s_scale(const struct unit *unit, const struct row *row,
			    const struct unit *of_row)
{
	if (is_share(unit))
		return !strcmp(unit->symbol, row->symbol);
	return unit->scale == of_row->scale && unit->offset == of_row->offset;
}

int uom_of(const struct unit *unit, struct uom *uom, struct error *err)
{
	const struct row *found = NULL;
	bool exactly = false;

	for (const struct row *row = ROWS; row < ROWS + ROW_COUNT && !exactly; row++) {
		struct unit of_row;

		if (unit_parse(&of_row, row->symbol, err) < 0)
			return -1;
		if (!unit_same_dimension(unit, &of_row))
			continue;
		exactly = has_row_s_scale(unit, row, &of_row);
		if (exactly || (!found && !is_share(unit)))
			found = row;
	}
	if (!found && is_share(unit))
		found = &ROWS[ROW_COUNT - 1];
	if (!found)
		return error_set(
			err, ERROR_USAGE,
			"'%s' has no unit code of UN/ECE Recommendation 20 in this version of davy",
			unit->symbol);
	uom->code = found->code;
	uom->type = found->type;
	return unit_parse(&uom->unit, found->symbol, err);
}

double uom_number(const struct uom *uom, double si)
{
	char text[32];

	snprintf(text, sizeof(text), "%.15g", unit_from_si(&uom->unit, si));
	return strtod(text, NULL);
}

bool uom_is_code(const char *code)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (!strcmp(ROWS[i].code, code))
			return true;
	return false;
}
