/* SPDX-License-Identifier: Apache-2.0 */
#include "record/run_outcome.h"

#include <stddef.h>

#include "record/event.h"

static void copy(struct value *to, const struct value *from, const char *key)
{
	if (value_get(from, key))
		value_set(to, key, value_copy(value_get(from, key)));
}

static void add_item(struct value *items, const struct value *item)
{
	static const char *const KEPT[] = {"step", "measure", "key",	   "adjustment",
					   "unit", "value",   "reference", "verdict"};
	struct value *one = value_add(items, value_map());

	for (size_t i = 0; i < sizeof(KEPT) / sizeof(*KEPT); i++)
		copy(one, item, KEPT[i]);
	if (value_get(item, "limit"))
		copy(value_set(one, "limit", value_map()), value_get(item, "limit"), "limit");
}

static void add_items(struct value *items, const struct value *event)
{
	const struct value *elements = value_get(event, "sensorElementList");

	for (size_t i = 0; i < value_count(elements); i++) {
		const struct value *reports = value_get(value_at(elements, i), "sensorReport");

		for (size_t j = 0; j < value_count(reports); j++) {
			struct value *item = event_extension(value_at(reports, j), "item");

			if (item)
				add_item(items, item);
			value_free(item);
		}
	}
}

struct value *run_outcome(const struct value *event)
{
	static const char *const KEPT[] = {"run",	"protocol", "version", "verdict",
					   "simulated", "slot",	    "dut"};
	struct value *run = event_extension(event, "run"), *log, *one, *kept;

	if (!run)
		return NULL;
	one = value_map();
	log = event_extension(event, "log");
	copy(one, log, "bench");
	kept = value_set(one, "run", value_map());
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(*KEPT); i++)
		copy(kept, run, KEPT[i]);
	add_items(value_set(one, "items", value_list()), event);
	value_free(log);
	value_free(run);
	return one;
}
