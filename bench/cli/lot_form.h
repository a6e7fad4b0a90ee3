/* SPDX-License-Identifier: Apache-2.0 */
/* What a lot says on the sampling form (抽样单), and of which units. */
#ifndef DAVY_CLI_LOT_FORM_H
#define DAVY_CLI_LOT_FORM_H

#include "base/error.h"
#include "base/value.h"

/*
 * Add the fields that the lot knows to `form`: method, base, count, tested, kept, kept_at and seal; the identities of all units of its
 * last draw, tested and in reserve, to the list `equipment`; and to `says` which lot and draw it was. Refused: a lot that was not drawn,
 * a unit that is not sealed, and a form that says one of those fields itself.
 */
int lot_form_fill(const char *state, const char *name, const char *base, struct value *form,
		  struct value *equipment, struct value *says, struct error *err);

#endif
