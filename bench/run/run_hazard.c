/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run on wires leaves in its slot (run/hazard.h): on the disk before its script begins, counted
 * from the end of the run, told to whoever is about to work on that slot, and part of the summary.
 *
 * A run without wires leaves nothing that is hot.
 */
#include <stdio.h>
#include <string.h>

#include "run/hazard.h"
#include "run/run.h"
#include "verdict/duration.h"

static const struct value *declared(const struct run *run)
{
	if (!run->place.hazards || !order_has_wires(run->plan->order))
		return NULL;
	return value_get(run->plan->protocol->data, "hazard");
}

bool hazard_begin(struct run *run, writer_done_fn *fn)
{
	const struct value *says = declared(run);
	struct hazard_now now = hazard_now();
	struct hazard hazard = {.slot = run->plan->order->slot,
				.run = run->folder_id,
				.serial = (char *)value_get_text(run->plan->order->dut, "serial"),
				.text = (char *)value_get_text(says, "text"),
				.zh = (char *)value_get_text(says, "zh"),
				.simulated = run_is_simulated(run),
				.from = -1};
	const char *wait = value_get_text(says, "wait");
	struct error ignored;

	if (!wait || !hazard.text || !hazard.zh || duration_parse(&hazard.wait, wait, &ignored) < 0)
		return false;
	strcpy(hazard.boot, now.boot);
	run->hazardous = true;
	hazards_begin(run->place.hazards, &hazard, fn, run);
	return true;
}

void hazard_end(struct run *run)
{
	struct hazard_now now = hazard_now();

	if (run->hazardous)
		hazards_end(run->place.hazards, run->folder_id, &now);
}

void hazard_forget(struct run *run)
{
	if (run->hazardous)
		hazards_forget(run->place.hazards, run);
}

void hazard_describe(const struct run *run, struct value *summary)
{
	if (run->hazardous)
		value_set(summary, "hazard", value_copy(declared(run)));
}

void hazard_warn(const struct run *run, struct value *warnings)
{
	struct hazard_now now = hazard_now();
	struct value *list;
	struct buf text;

	if (!run->place.hazards || !order_has_wires(run->plan->order))
		return;
	list = hazards_list(run->place.hazards, &now);
	buf_init(&text);
	for (size_t i = 0; i < value_count(list); i++) {
		if (value_get_int(value_at(list, i), "slot", 0) != run->plan->order->slot)
			continue;
		buf_clear(&text);
		hazard_say(&text, value_at(list, i));
		value_add(warnings, value_text(text.data));
	}
	buf_done(&text);
	value_free(list);
}
