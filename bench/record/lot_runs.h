/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runs that a lot's verdict rests on, as its record names them: list of {"controlled","run","seq","sha256","unit","verdict"}.
 * `sha256` is of the run's record (entry_digest()). Records of earlier versions name no digest, and stay good.
 */
#ifndef DAVY_RECORD_LOT_RUNS_H
#define DAVY_RECORD_LOT_RUNS_H

#include <stdbool.h>

#include "base/value.h"

/* Are they what the log has now? A digest that the record does not name is not compared. */
bool lot_runs_same(const struct value *recorded, const struct value *now);

#endif
