/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run may be made of whose results go into a certificate (`davy run --certificate`). Every other run is uncontrolled
 * 未受控, and says so.
 *
 * A run for a certificate is on real wires, whole, and unforced; all files that it was made of but the station (which says
 * where this machine's wires are) are approved (record/approval.h); its certificates are those of the register, and in date.
 *
 * A laboratory's limit set of grade `lab` decides on real wires only where it is approved; in an uncontrolled run its
 * limits are shown and decide nothing, so that measures that lean on them are INCONCLUSIVE. A simulation, which decides
 * about nothing real, takes it as it is.
 */
#ifndef DAVY_RUN_CONTROL_H
#define DAVY_RUN_CONTROL_H

#include <stdbool.h>

#include "base/error.h"
#include "run/plan.h"

/* Is what was read as this source approved at the plan's wall time? */
int control_check_source(const struct plan *plan, const struct plan_source *source,
			 struct error *err);
/* May this plan, which is compiled, be a run for a certificate? 0, also where it is none; or why not. */
int control_check(const struct plan *plan, struct error *err);

#endif
