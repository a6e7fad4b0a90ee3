/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who lets a specimen be tested once more (`davy run --retest`), or a unit in reserve of a lot (lot_retest.h). Where an administrator has enrolled people, it is one of them
 * who may review or approve results at that time; where nobody is enrolled, whoever was named.
 */
#ifndef DAVY_RECORD_RETEST_H
#define DAVY_RECORD_RETEST_H

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"

/* {"enrolled":true,"persons":["0003",…]}: who may now, by staff number; the caller frees it. */
struct value *retest_authorisers(struct bench_log *log, const struct moment *now,
				 struct error *err);
/* Is this one of them? */
int retest_check_authoriser(const char *by, const struct value *authorisers, struct error *err);
/* May the re-test of an order be run, as far as that says? Of an order that is none, yes. */
int retest_check(const struct value *retest, const struct value *authorisers, struct error *err);

#endif
