/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The curves of a run, and its series as a table: what its journal has of them and nothing else, decoded as
 * davy why and a replay decode it, so that nothing is drawn that the bytes do not bear out.
 */
#ifndef DAVY_REPORT_RUN_CURVES_H
#define DAVY_REPORT_RUN_CURVES_H

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/*
 * A curve for each measure that rests on a series, in the order in which they were judged: a list of
 * {measure, key, title, svg}, where `key` is left out of a measure that has none, and of
 * what is watched, whose lowest and highest value are one picture; empty for a run without any.
 * `lang` is "zh" or else English. The caller frees it. NULL: the journal cannot be read, is damaged, or has
 * left the bench.
 */
struct value *run_curves(const char *folder, const char *lang, struct error *err);

/*
 * Append all series of a run as comma-separated values (RFC 4180) with a heading: channel, t_s (bench time in
 * seconds, to the nanosecond), value (all digits that it has; of a contact 0 or 1), unit. In the order of the
 * journal, that is for each channel in the order of its times.
 */
int run_curves_csv(const char *folder, struct buf *out, struct error *err);

#endif
