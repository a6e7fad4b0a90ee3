/* SPDX-License-Identifier: Apache-2.0 */
/* What stands on labels: of specimens, of the drawn units of a lot, of the slots of a station. */
#ifndef DAVY_CLI_LABEL_SUBJECT_H
#define DAVY_CLI_LABEL_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"

/*
 * Each is a list of {"text","part",…}, which the caller frees; NULL and the sentence. `text` is what is read back, by a
 * scan as by a person: a serial number as it was given or drawn, or the label of a slot as its station has it.
 *
 * A specimen has "simulated" where `all_simulated`, or where the bench's log has runs of that serial number and none of
 * them is real: it was never there.
 */

/* Of these serial numbers (texts). */
struct value *label_of_specimens(const char *state, char **serials, int count, bool all_simulated,
				 struct error *err);
/*
 * Of the units that were drawn last, or of these of them: "part" "tested" or "kept", "lot", and of sealed ones "seal"
 * and "kept_at". Refused (ERROR_USAGE): nothing was drawn, or one of these was not.
 */
struct value *label_of_lot(const char *state, const char *lot, char **serials, int count,
			   bool all_simulated, struct error *err);
/*
 * Of the slots of a station that have a label, or of one: "part" "slot", "slot", "fixture". Refused (ERROR_USAGE): it
 * has none.
 */
struct value *label_of_slots(const char *station, int64_t slot, struct error *err);

#endif
