/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control chart (verdict/chart.h) of a check standard, made anew of what the register has about it, so that nothing
 * but the values is believed.
 */
#ifndef DAVY_RUN_STANDARD_CHART_H
#define DAVY_RUN_STANDARD_CHART_H

#include "base/value.h"
#include "verdict/chart.h"

/*
 * Those of the entries (a list of register_list()) that are about this standard, in their order, each with `value` as a
 * number beside what it says; the caller frees the list.
 */
struct value *standard_values(const struct value *checks, const char *name);
/* The first that has another unit than the first of all; NULL: they have one. */
const struct value *standard_misfit(const struct value *values);
struct chart standard_chart(const struct value *values);

/*
 * What a laboratory takes from it for an instrument's budget: the repeatability of one measurement, as "0.013 Pa"; the caller
 * frees it. NULL: it is not known, since values are too few, of different units, or the last one is out of control.
 */
char *standard_repeatability(const struct value *checks, const char *name);

#endif
