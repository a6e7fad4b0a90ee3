/* SPDX-License-Identifier: Apache-2.0 */
/* The last test is found by the records about the same identity; one that nobody tested waits for no objection. */
#include "record/disposal.h"

#include "record/event.h"
#include "record/laboratory.h"
#include "record/store_entry.h"

enum { DAY_MS = 24 * 3600 * 1000 };

/* When the last test of it was recorded. */
static int take_test(void *last_ms, const struct store_entry *found, struct error *err)
{
	int64_t *ms = last_ms;

	(void)err;
	if (value_get(found->entry.says, "mse:run") && found->entry.at.wall.ms > *ms)
		*ms = found->entry.at.wall.ms;
	return 0;
}

static int check_period(const char *identity, int64_t tested_ms, int days, const struct moment *now,
			struct error *err)
{
	struct wall_time until = now->wall;
	char text[WALL_TIME_SIZE];

	if (tested_ms == INT64_MIN)
		return 0;
	if (days < 0)
		return error_set(err, ERROR_REFUSED,
				 "the laboratory has not stated how long objections are possible: "
				 "it writes \"objectionDays\" (days) into its laboratory.json");
	until.ms = tested_ms + (int64_t)days * DAY_MS;
	if (now->wall.ms >= until.ms)
		return 0;
	wall_time_write(&until, text);
	return error_set(err, ERROR_REFUSED,
			 "%.200s: objections against its test are possible until %s; it is kept "
			 "until then",
			 identity, text);
}

int disposal_check(struct bench_log *log, const struct value *event, const struct moment *now,
		   struct error *err)
{
	const struct value *equipment = value_get(event, "epcList");
	const char *by = value_get_text(value_get(event, "mse:says"), "mse:by");
	struct roster *roster = bench_log_roster(log, err);
	int days, done;

	if (!roster || roster_knows(roster, by, now->wall.ms, err) < 0 ||
	    laboratory_objection_days(bench_log_state(log), &days, err) < 0)
		return -1;
	done = 0;
	for (size_t i = 0; i < value_count(equipment) && done == 0; i++) {
		const char *identity = value_at(equipment, i)->text;
		int64_t tested_ms = INT64_MIN;

		done = store_entry_each(bench_log_store(log), identity, take_test, &tested_ms, err);
		if (done == 0)
			done = check_period(identity, tested_ms, days, now, err);
	}
	return done;
}
