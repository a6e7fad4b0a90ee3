/* SPDX-License-Identifier: Apache-2.0 */
/* From what davy run was told to what it orders from the controller. */
#ifndef DAVY_CLI_ORDER_H
#define DAVY_CLI_ORDER_H

#include "base/error.h"
#include "base/value.h"
#include "cli/options.h"

struct run_settings {
	const char *state, *station, *limits, *only, *clock, *slots;
	int64_t seed;
	double severity;
	struct value *dut, *params, *task, *photos, *readers;
	const char *photos_from, *camera;
	const char *retest, *why, *authorised_by;
	const char *order, *stage; /* of a job order (job_state.h) */
	struct option_maybe sim;
	const char *destroys, *verdict;
	bool rig, force, certificate, brief, json;
};

extern const struct option RUN_OPTIONS[];

/*
 * A list of orders for the protocol that `name` finds, one per slot of "1,2,3" and one without a slot
 * when none is named; the caller frees it. NULL: something in it is wrong.
 */
struct value *orders_of_settings(const struct run_settings *settings, const char *name,
				 struct error *err);

/* What is remarked of a simulated run's fault: "fault drop (0.5)"; NULL: it has none. The caller frees it. */
char *order_remark(const struct value *order);
/*
 * May this specimen, whose using up the controller has refused, be confirmed by a person? True: no, since it is used up
 * already, or these orders have confirmed another; and the sentence.
 */
bool order_refuses_specimen(const struct value *orders, const struct value *refusal,
			    struct error *err);

#endif
