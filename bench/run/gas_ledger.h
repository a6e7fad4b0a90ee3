/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the runs of one controller draw from cylinders that several slots share.
 *
 * The log tells of what a run drew once that run is recorded. Until then it stands here, so that two runs that are on at
 * once are not each let have the whole of what is left. Volumes are SI. What a run drew that could not be recorded stays
 * here until the controller ends: the cylinder is thought emptier than the log says, which does no harm.
 */
#ifndef DAVY_RUN_GAS_LEDGER_H
#define DAVY_RUN_GAS_LEDGER_H

#include <stdbool.h>

#include "base/value.h"

struct gas_ledger;
struct gas_account; /* a run's */

struct gas_ledger *gas_ledger_new(void);
void gas_ledger_free(struct gas_ledger *ledger); /* with accounts that are open; accepts NULL */
/*
 * Into each cylinder of these connections (record/cylinder.h), as the log has them now: `unrecorded`, what was drawn and the
 * log does not tell of, and `before`, what the controller's runs drew up to now in all.
 */
void gas_ledger_note(const struct gas_ledger *ledger, struct value *connections);

struct gas_account *gas_account_open(struct gas_ledger *ledger);
void gas_account_draw(struct gas_account *account, const char *cylinder, double volume);
/* From this cylinder, by all runs since the controller began. */
double gas_account_drawn_by_all(const struct gas_account *account, const char *cylinder);
/* The run is over; from now on the log tells what it drew, or nobody does. Accepts NULL. */
void gas_account_close(struct gas_account *account, bool recorded);

#endif
