/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The series of a cell or pack in the Battery Data Format (Battery Data Alliance, ontology 1.3.0): what its protocol says
 * of its channels (`bdf`, scripts/README.md), in the units that the format asks for, and positive where the current charges.
 */
#ifndef DAVY_REPORT_BATTERY_DATA_H
#define DAVY_REPORT_BATTERY_DATA_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "run/account.h"

/* Does the protocol of the run say which channels these are? */
bool battery_data_is_declared(const struct account *account);

/*
 * Append a heading and rows of comma-separated values. There is one row for each sample of the current, with the sample of the
 * voltage that is nearest to it in time; where none is as near as the protocol asks there is no row. Columns:
 *
 *   Test Time / s, Voltage / V, Current / A, Unix Time / s, Step Count / 1 (steps of the protocol that had begun, from 1; 0 before),
 *   Ambient Temperature / degC (where it is declared: the last that was read; empty before the first)
 *
 * and of a simulated run `SIMULATED / 1`, which is 1, as nothing simulated may look real. What the format has beyond these (cycles,
 * charges, energies) no journal says, and nobody makes up. Refused where no row could be made.
 */
int battery_data(const struct account *account, struct buf *out, struct error *err);

#endif
