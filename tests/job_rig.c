/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/job_rig.h"

#include "record/event.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

struct value *job_rig_run(const char *serial, const char *stage, const char *verdict, int day,
			  double litres)
{
	struct value *run = value_map(), *figure;

	value_set_text(run, "serial", serial);
	value_set_text(run, "stage", stage);
	value_set(run, "run", value_printf("%s-%s-%d", serial, stage, day));
	value_set_text(run, "verdict", verdict);
	value_set(run, "began", value_printf("2026-03-%02dT08:00:00+00:00", day));
	value_set(run, "ended", value_printf("2026-03-%02dT09:00:00+00:00", day));
	if (litres > 0) {
		figure = value_set(value_set(run, "figures", value_map()), "litres", value_map());
		value_set_real(figure, "value", litres);
		value_set_text(figure, "unit", "L STPD");
	}
	return run;
}

uint64_t job_rig_record(struct people *people, const struct value *run)
{
	static const char *const KEPT[] = {"run", "verdict", "began", "ended"};
	struct bench_entry entry = {.kind = ENTRY_EVENT, .is_measured = true};
	struct value *says = value_map(), *event, *pair, *report, *item;
	const struct value *figure = value_get(value_get(run, "figures"), "litres");
	const char *subjects[] = {"urn:x:unit", NULL};
	char id[EVENT_ID_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		value_set_text(says, KEPT[i], value_get_text(run, KEPT[i]));
	value_set_text(says, "protocol", "gas.methane");
	value_set_bool(says, "simulated", false);
	value_set(says, "dut", value_list());
	pair = value_add((struct value *)value_get(says, "dut"), value_map());
	value_set_text(pair, "name", "serial");
	value_set_text(pair, "value", value_get_text(run, "serial"));
	value_set(says, "task", value_list());
	for (int i = 0; i < 2; i++) {
		pair = value_add((struct value *)value_get(says, "task"), value_map());
		value_set_text(pair, "name", i ? "stage" : "number");
		value_set_text(pair, "value", i ? value_get_text(run, "stage") : "N");
	}
	bench_log_name(people->log, &people->now, id);
	event = event_new(LIFE_INSPECTING, id, &people->now.wall, "urn:x:unit");
	event_extend(event, "run", says);
	pair = value_add(value_set(event, "bizTransactionList", value_list()), value_map());
	value_set_text(pair, "type", "testres");
	value_set(
		pair, "bizTransaction",
		value_printf("%srun/%s", bench_log_base(people->log), value_get_text(run, "run")));
	if (figure) {
		report = value_add(
			value_set(value_add(value_set(event, "sensorElementList", value_list()),
					    value_map()),
				  "sensorReport", value_list()),
			value_map());
		value_set_text(report, "type", "Volume");
		item = value_copy(figure);
		value_set_text(item, "measure", "litres");
		event_extend(report, "item", item);
		value_free(item);
	}
	entry.says = event;
	entry.subjects = subjects;
	people->last.text.size = 0;
	if (bench_log_append(people->log, &entry, &people->now, &people->last, &people->err) < 0)
		CU_FAIL_FATAL(people->err.text);
	people->now.wall.ms += 60000;
	value_free(event);
	value_free(says);
	return people->last.seq;
}

uint64_t job_rig_ask(struct people *people, const char *kind, const char *says)
{
	struct value *request = value_map();

	value_set_text(request, "kind", kind);
	value_set(request, "says", said(says));
	return people_ask(people, request);
}
