/* SPDX-License-Identifier: Apache-2.0 */
/* Read from the records themselves, since those are what was signed. */
#include "run/run_earlier.h"

#include <stdlib.h>

#include "record/event.h"
#include "record/store_entry.h"

static void take_run(struct value *list, const struct entry *entry, bool simulated)
{
	static const char *const KEPT[] = {"run", "protocol", "verdict", "ended"};
	struct value *run = event_extension(entry->says, "run"), *one;

	if (run && value_get_bool(run, "simulated") == simulated) {
		one = value_add(list, value_map());
		value_set_int(one, "seq", (int64_t)entry->seq);
		for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
			value_set_text(one, KEPT[i], value_get_text(run, KEPT[i]));
	}
	value_free(run);
}

static int read_record(struct store *store, uint64_t seq, struct value *list, bool simulated,
		       struct error *err)
{
	struct store_entry found;

	if (store_entry_get(store, seq, &found, err) < 0)
		return -1;
	take_run(list, &found.entry, simulated);
	store_entry_done(&found);
	return 0;
}

struct value *run_earlier(struct bench_log *log, const char *specimen, bool simulated,
			  struct error *err)
{
	struct store *store = bench_log_store(log);
	struct value *list = value_list();
	uint64_t *seqs;
	size_t count;
	int done = store_about(store, specimen, &seqs, &count, err);

	for (size_t i = 0; i < count && done == 0; i++)
		done = read_record(store, seqs[i], list, simulated, err);
	free(seqs);
	if (done == 0)
		return list;
	value_free(list);
	return NULL;
}
