/* SPDX-License-Identifier: Apache-2.0 */
/* Read from the records themselves, since those are what was signed. */
#include "run/run_earlier.h"

#include "record/event.h"
#include "record/store_entry.h"

struct looking {
	struct value *list;
	bool simulated;
};

static int take_run(void *ctx, const struct store_entry *found, struct error *err)
{
	static const char *const KEPT[] = {"run", "protocol", "verdict", "ended"};
	const struct looking *looking = ctx;
	struct value *run = event_extension(found->entry.says, "run"), *one;

	(void)err;
	if (run && value_get_bool(run, "simulated") == looking->simulated) {
		one = value_add(looking->list, value_map());
		value_set_int(one, "seq", (int64_t)found->entry.seq);
		for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
			value_set_text(one, KEPT[i], value_get_text(run, KEPT[i]));
	}
	value_free(run);
	return 0;
}

struct value *run_earlier(struct bench_log *log, const char *specimen, bool simulated,
			  struct error *err)
{
	struct looking looking = {.list = value_list(), .simulated = simulated};

	if (store_entry_each(bench_log_store(log), specimen, take_run, &looking, err) == 0)
		return looking.list;
	value_free(looking.list);
	return NULL;
}
