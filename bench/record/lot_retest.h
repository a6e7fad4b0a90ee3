/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unit in reserve is tested because one of the sample has FAILed (备样复检). Somebody who may authorise it orders it, with the
 * reason; the seal that was found on the unit is the one that was put on it. The first outcome stays beside it for good, and the
 * lot's verdict rests on the units that were drawn to be tested, as before.
 *
 *   lot-retest   {"lot":"…","unit":"…","seal":"…","authorised_by":"0003","why":"…","by":"0017"}
 *                `seal` is what was scanned on the unit. Runs of the unit that were begun after this record are its result.
 *
 * Who may ask for a re-test within which time is the inspection's own rule, which nobody has read here: it is the authoriser's to
 * keep, and his reason stands in the record.
 */
#ifndef DAVY_RECORD_LOT_RETEST_H
#define DAVY_RECORD_LOT_RETEST_H

#include "record/admission.h"
#include "record/lot_standing.h"

#define ENTRY_LOT_RETEST "lot-retest"

/*
 * May this unit be tested again, as the lot stands? Refused (ERROR_REFUSED): none has FAILed, it is not in reserve, it has no seal
 * or another one, it was ordered before.
 */
int lot_retest_check(const struct lot_standing *standing, const struct value *says,
		     struct error *err);
/* The request has the same members. */
int admit_lot_retest(struct bench_log *log, const struct value *request, const struct moment *now,
		     struct admitted *admitted, struct error *err);

#endif
