/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a quantity is called in an EPCIS event: the code of its unit (UN/ECE Recommendation 20) and the kind of
 * measurement (CBV 2.0, sensor measurement types). A unit without a code of its own is given in one of its dimension
 * that has one; the text that was shown keeps the unit of the instrument.
 */
#ifndef DAVY_RECORD_UOM_H
#define DAVY_RECORD_UOM_H

#include "base/error.h"
#include "verdict/unit.h"

struct uom {
	const char *code; /* "KPA" */
	const char *type; /* "Pressure" */
	struct unit unit; /* in which the number is to be given */
};

/* Refused (ERROR_USAGE) where no unit of its dimension has a code here. */
int uom_of(const struct unit *unit, struct uom *uom, struct error *err);
/*
 * The number of a value in SI, to 15 significant digits: as many as any decimal number keeps on its way through a
 * double, so that what was 41.6 is 41.6 again and canonical JSON has one text for it.
 */
double uom_number(const struct uom *uom, double si);

/* Is it one of the codes that this table has? */
bool uom_is_code(const char *code);

#endif
