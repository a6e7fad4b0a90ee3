/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the register (record/register.h) says, as runs use it. Of all entries about an instrument's quantity the last one
 * counts. Certificates of the register are read by the reader of calibration files: it makes such a file of them, which the
 * journal keeps as one of its sources, so that a run can be done again without the register.
 */
#ifndef DAVY_RUN_REGISTERED_H
#define DAVY_RUN_REGISTERED_H

#include "base/error.h"
#include "base/value.h"

#define REGISTERED_SOURCE "register/calibration.csv"

/* May this request be recorded? Whoever uses the entry later must be able to read it. Other kinds are not looked at. */
int registered_check(const struct value *request, struct error *err);

/*
 * Those of the entries (a list of register_list()) that count, in the order in which their instruments were first entered;
 * the caller frees the list.
 */
struct value *registered_newest(const struct value *calibrations);
/*
 * Them as a calibration file, with the repeatability that an instrument has of a check standard among `checks`; the caller frees
 * the text. NULL where there is none.
 */
char *registered_csv(const struct value *calibrations, const struct value *checks);
/*
 * Add to certificates as calibration_describe() gives them what the register has beside: `record` (its number), `file` (its
 * digest), serial, gbw, lot, remaining, cylinder.
 */
void registered_describe(struct value *certificates, const struct value *calibrations);

#endif
