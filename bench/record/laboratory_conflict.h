/* SPDX-License-Identifier: Apache-2.0 */
/* What of several benches' records cannot both be (laboratory_life.h says what there is). Pure. */
#ifndef DAVY_RECORD_LABORATORY_CONFLICT_H
#define DAVY_RECORD_LABORATORY_CONFLICT_H

#include "base/value.h"

/* `life` as laboratory_life.h has it, `events` what each of it says, in the same order. The caller frees the list. */
struct value *laboratory_conflicts(const struct value *life, const struct value *events);

#endif
