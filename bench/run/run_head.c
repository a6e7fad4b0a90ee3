/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a run's journal: its name, and all that it was decided to be before anything happened. The
 * order, the frozen limits, the compiled data and every source, word for word, so that the run can be done
 * again without any of the files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "loop/machine_time.h"
#include "run/registered.h"
#include "run/run.h"

enum { JOURNAL_QUOTA_MIB = 2048 };

/* The id of a run without wires comes from what determines it: the same seed gives the same bytes. */
void head_name(struct run *run)
{
	const struct plan *plan = run->plan;
	const struct order *order = plan->order;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE], stamp[32];
	time_t seconds = (time_t)(plan->wall / 1000000000);
	struct value *what = order_to_value(order);
	struct buf text;
	struct tm utc;

	buf_init(&text);
	value_set_text(what, "protocol", plan->protocol->id);
	json_write(&text, what);
	for (size_t i = 0; i < plan->source_count; i++)
		buf_add(&text, plan->source[i].text, plan->source[i].size);
	if (order_has_wires(order))
		buf_printf(&text, "%lld", (long long)plan->wall);
	hash_of(text.data, text.size, digest);
	hash_hex(digest, hex);
	buf_done(&text);
	value_free(what);

	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(run->id, sizeof(run->id), "%s%s%s-%s-%.10s", order->simulated ? "sim" : "",
		 order->rig ? "-" : "", order_has_wires(order) ? stamp : "", plan->protocol->id,
		 hex);
}

uint64_t run_quota(const struct run *run)
{
	return run->place.quota ? run->place.quota : (uint64_t)JOURNAL_QUOTA_MIB << 20;
}

/* The id names the run; a rehearsal done again gets a folder of its own. */
int head_open(struct run *run, struct error *err)
{
	char *folder = NULL;

	for (int again = 1; again < 100000; again++) {
		free(folder);
		if (again == 1)
			snprintf(run->folder_id, sizeof(run->folder_id), "%s", run->id);
		else
			snprintf(run->folder_id, sizeof(run->folder_id), "%s.%d", run->id, again);
		folder = xprintf("%s/runs/%s", run->place.state, run->folder_id);
		if (!file_exists(folder))
			break;
	}
	run->journal = journal_create(run->place.writer, folder, run_quota(run), err);
	free(folder);
	return run->journal ? 0 : -1;
}

static void write_sources(struct run *run)
{
	for (size_t i = 0; i < run->plan->source_count; i++) {
		const struct plan_source *source = &run->plan->source[i];
		struct value *line = value_map();
		uint8_t digest[HASH_SIZE];
		char hex[HASH_HEX_SIZE];

		hash_of(source->text, source->size, digest);
		hash_hex(digest, hex);
		value_set_text(line, "name", source->name);
		value_set_text(line, "sha256", hex);
		value_set(line, "text", value_bytes(source->text, source->size));
		journal_line(run->journal, 0, "source", line);
	}
}

static struct value *anchor(const struct run *run, nsec wall)
{
	struct value *line = value_map();
	time_t seconds = (time_t)(wall / 1000000000);
	char stamp[32];
	struct machine_time now;
	struct tm utc;

	machine_time_read(&now);
	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &utc);
	value_set_text(line, "wall", stamp);
	value_set_int(line, "ns", wall);
	value_set_text(line, "from",
		       !order_has_wires(run->plan->order) ? "stated"
		       : now.is_stated			  ? "manual"
							  : "system");
	return line;
}

void head_anchor(struct run *run, nsec wall, nsec moved)
{
	struct value *line = anchor(run, wall);

	value_set_int(line, "moved_ns", moved);
	journal_line(run->journal, run_now(run), "anchor", line);
}

struct value *head_describe(const struct run *run)
{
	const struct plan *plan = run->plan;
	struct value *line = value_map(), *certificates;

	value_set_int(line, "format", 1);
	value_set_text(line, "davy", DAVY_VERSION);
	value_set_text(line, "run", run->id);
	value_set_text(line, "protocol", plan->protocol->id);
	value_set_int(line, "version", plan->protocol->version);
	value_set_text(line, "title", plan->protocol->title);
	value_set_text(line, "zh", plan->protocol->zh);
	value_set_text(line, "standard", plan->protocol->standard);
	value_set_text(line, "deviation", plan->protocol->deviation);
	value_set_text(line, "decision", rule_name(plan->protocol->rule));
	value_set_bool(line, "simulated", plan->order->simulated);
	value_set(line, "order", order_to_value(plan->order));
	value_set_text(line, "limit_set",
		       plan->limit_set ? limit_set_name(plan->limit_set) : "none");
	if (plan->limits_unsigned)
		value_set_bool(line, "limits_unsigned", true);
	value_set_text(line, "calibration", plan->calibration_name);
	value_set_text(line, "calibration_from", plan->calibration_from);
	certificates = value_set(line, "certificates",
				 calibration_describe(plan->calibration, plan->order->slot));
	if (!strcmp(plan->calibration_from, "register"))
		registered_describe(certificates, value_get(plan->registered, "calibrations"));
	if (plan->supply)
		value_set(line, "gases", gas_supply_describe(plan->supply, plan->fixture));
	if (value_count(plan->warnings))
		value_set(line, "warnings", value_copy(plan->warnings));
	value_set_text(line, "protocol_source", plan->protocol_source);
	value_set_text(line, "fixture_source", plan->fixture_source);
	value_set_text(line, "limits_source", plan->limits_source);
	if (plan->wires) {
		value_set_text(line, "station_source", plan->station_source);
		value_set(line, "wires", station_slot_describe(plan->wires));
	}
	if (plan->check)
		value_set(line, "bracket_check", value_copy(plan->check));
	value_set(line, "steps", protocol_describe(plan->protocol));
	value_set(line, "protocol_data", value_copy(plan->protocol_data));
	value_set(line, "fixture_data", value_copy(plan->fixture_data));
	value_set(line, "drivers", value_copy(plan->drivers));
	return line;
}

void head_write(struct run *run)
{
	journal_line(run->journal, 0, "run", head_describe(run));
	journal_line(run->journal, 0, "anchor", anchor(run, run->plan->wall));
	write_sources(run);
}
