/* SPDX-License-Identifier: Apache-2.0 */
/* Who has signed a lot's verdict, beside it in the list that lot_standing_verdicts() gives. */
#ifndef DAVY_RECORD_LOT_SIGNED_H
#define DAVY_RECORD_LOT_SIGNED_H

#include "record/entry.h"

/*
 * Add what a record of kind "signature" says to the verdict that it is under, if that is one of these: to its "signed", a list of
 * {"seq","role","meaning","person","time"}. Fails where the signature cannot be read; whether it is good is not looked at.
 */
int lot_signed_take(struct value *verdicts, const struct entry *entry, struct error *err);

#endif
