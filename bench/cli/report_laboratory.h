/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a laboratory says of itself on its reports, in STATE/laboratory.json (record/laboratory.h):
 *
 *   "name":{"zh":"…","en":"…"}, "address":{"zh":"…","en":"…"}, "phone":"…", "contact":"…",
 *   "cma":"…", "cnas":"…",      the numbers of its accreditations
 *   "scope":[{"standard":"AQ 6203-2006","items":["t90","basic_error"]},{"standard":"…"}]
 *
 * `scope` is its accredited scope (能力附表): of each standard the measures named, or all. Texts may be given in one language
 * alone, as text.
 */
#ifndef DAVY_CLI_REPORT_LABORATORY_H
#define DAVY_CLI_REPORT_LABORATORY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"

/* Into `map`: {"name","address","phone","contact","cma","cnas","scope","objection_days"}, each there or nil. */
int report_laboratory(const char *state, struct value *map, struct error *err);
/* Is what a measure of this name says of this standard in the scope? Nothing is where none was entered. */
bool report_is_accredited(const struct value *laboratory, const char *standard,
			  const char *measure);

#endif
