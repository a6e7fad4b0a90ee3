/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people who watch a run are told: small maps with an "event", in the order in which things happen.
 *
 * Watching is not recording: what changes faster than an eye can follow is thinned (run_shown.c). All of it
 * stands in the journal.
 */
#include <stdio.h>
#include <string.h>

#include "run/run.h"

struct value *watch_event(const struct run *run, const char *name)
{
	struct value *event;

	if (!run->handlers.event)
		return NULL;
	event = value_map();
	value_set_text(event, "event", name);
	value_set_int(event, "t", run_now(run));
	value_set_int(event, "slot", run->plan->order->slot);
	value_set_bool(event, "played", run_is_simulated(run) || run->plan->order->rig);
	return event;
}

void watch_tell(struct run *run, struct value *event)
{
	run->handlers.event(run->ctx, event);
	value_free(event);
}

/* How bench time goes on between events: so many times as fast as the machine's; 0: nobody can say. */
static void describe_clock(const struct run *run, struct value *event)
{
	switch (run->plan->order->clock) {
	case CLOCK_KIND_REAL:
		value_set_real(event, "pace", 1);
		break;
	case CLOCK_KIND_SCALED:
		value_set_real(event, "pace", run->plan->order->scale);
		break;
	case CLOCK_KIND_VIRTUAL:
		value_set_real(event, "pace", 0);
		break;
	}
}

/* "AQ 6203-2006 5.4"; nothing where there is neither. */
static void add_clause(struct value *clauses, const char *standard, const char *clause)
{
	char text[200];

	if (!*standard && !*clause)
		return;
	snprintf(text, sizeof(text), "%s%s%s", standard, *standard && *clause ? " " : "", clause);
	for (size_t i = 0; i < value_count(clauses); i++)
		if (!strcmp(value_at(clauses, i)->text, text))
			return;
	value_add(clauses, value_text(text));
}

/* The clauses that its measures' limits are from; where they name none, the step's own. */
static void describe_clauses(const struct protocol *protocol, const struct protocol_step *step,
			     struct value *clauses)
{
	for (size_t i = 0; i < step->measure_count; i++)
		add_clause(clauses, step->measure[i].limit.standard, step->measure[i].limit.clause);
	if (!value_count(clauses))
		add_clause(clauses, protocol->standard, step->clause);
}

void watch_started(struct run *run)
{
	struct value *event = watch_event(run, "started");

	if (!event)
		return;
	value_set_text(event, "run", run->folder_id);
	value_set_text(event, "protocol", run->plan->protocol->id);
	value_set_text(event, "title", run->plan->protocol->title);
	value_set_text(event, "zh", run->plan->protocol->zh);
	value_set_text(event, "deviation", run->plan->protocol->deviation);
	value_set_bool(event, "simulated", run->plan->order->simulated);
	if (run->plan->wires) {
		value_set_text(event, "wires", run->plan->order->rig ? "rig" : "real");
		value_set_text(event, "station", run->plan->station_source);
	}
	value_set_int(event, "steps", (int64_t)run->plan->protocol->step_count);
	describe_clock(run, event);
	hazard_warn(run, value_set(event, "warnings", value_copy(run->plan->warnings)));
	watch_tell(run, event);
}

void watch_step(struct run *run, const char *name, int repeat)
{
	struct value *event = watch_event(run, "step");
	const struct protocol_step *step;

	if (!event)
		return;
	step = protocol_find_step(run->plan->protocol, name);
	value_set_text(event, "step", name);
	value_set_text(event, "zh", step->zh);
	value_set_int(event, "number", step - run->plan->protocol->step + 1);
	value_set_int(event, "repeat", repeat);
	value_set_int(event, "repeats", step->repeats);
	describe_clauses(run->plan->protocol, step, value_set(event, "clauses", value_list()));
	hazard_describe(run, event);
	watch_tell(run, event);
}

void watch_driven(struct run *run, const char *name, const char *level, bool safe)
{
	struct value *event = watch_event(run, "output");

	if (!event)
		return;
	value_set_text(event, "line", name);
	value_set_text(event, "level", level);
	value_set_bool(event, "safe", safe);
	watch_tell(run, event);
}

void watch_output(struct run *run, int index, bool level)
{
	const struct fixture_line *line = &run->plan->fixture->line[index];

	watch_driven(run, line->name, fixture_level_name(line, level), level == line->safe);
	watch_awaits(run); /* what is asked for changes with what is energised */
}

void watch_judged(struct run *run, const struct judged *judged)
{
	struct value *event = watch_event(run, "judged"), *measure;

	if (!event)
		return;
	measure = value_set(event, "measure", judged_describe(judged));
	if (judged->measure->zh[0])
		value_set_text(measure, "zh", judged->measure->zh);
	watch_tell(run, event);
}

void watch_adjusted(struct run *run, const struct value *adjustment)
{
	struct value *event = watch_event(run, "adjusted");

	if (!event)
		return;
	value_set_text(event, "what", value_get_text(adjustment, "what"));
	value_set_text(event, "by", value_get_text(adjustment, "by"));
	watch_tell(run, event);
}

void watch_note(struct run *run, const char *text)
{
	struct value *event = watch_event(run, "note");

	if (!event)
		return;
	value_set_text(event, "text", text);
	watch_tell(run, event);
}

void watch_question(struct run *run, const struct request *request, const char *why)
{
	struct value *event = watch_event(run, "operator");

	if (!event)
		return;
	value_set_int(event, "id", request->id);
	value_set_text(event, "verb", request->operator_verb);
	value_set_text(event, "name", request->operator_id);
	if (!strcmp(request->operator_verb, PHOTOGRAPH)) {
		value_set_text(event, "photos", value_get_text(run->plan->station_data, "photos"));
		value_set_text(event, "camera", value_get_text(run->plan->station_data, "camera"));
	}
	if (!strcmp(request->operator_verb, "scan") &&
	    value_get(run->plan->station_data, "readers"))
		value_set(event, "readers",
			  value_copy(value_get(run->plan->station_data, "readers")));
	value_set_text(event, "text", request->text);
	if (request->zh)
		value_set_text(event, "zh", request->zh);
	value_set_text(event, "why", why);
	value_set_text(event, "unit", request->operator_unit);
	value_set_bool(event, "simulated", !order_has_wires(run->plan->order));
	watch_tell(run, event);
}

void watch_waits(struct run *run, const char *what, bool in_step, size_t others)
{
	struct value *event = watch_event(run, "waits");

	if (!event)
		return;
	value_set_text(event, "for", what);
	value_set_bool(event, "in_step", in_step);
	value_set_int(event, "others", (int64_t)others);
	watch_tell(run, event);
}

void watch_goes_on(struct run *run)
{
	struct value *event = watch_event(run, "goes_on");

	if (event)
		watch_tell(run, event);
}

void watch_simulated(struct run *run, const char *why)
{
	struct value *event = watch_event(run, "simulated");

	if (!event)
		return;
	value_set_text(event, "why", why);
	watch_tell(run, event);
}

void watch_operated(struct run *run, struct value *answer, const char *why)
{
	struct value *event = watch_event(run, "operated");

	if (!event) {
		value_free(answer);
		return;
	}
	value_set_text(event, "why", why);
	if (answer)
		value_set(event, "answer", answer);
	watch_tell(run, event);
}

void watch_checked(struct run *run, const struct value *measure)
{
	struct value *event = watch_event(run, "judged");

	if (!event)
		return;
	value_set(event, "measure", value_copy(measure));
	watch_tell(run, event);
}

void watch_asks(struct run *run, uint32_t id, const char *text, const char *zh, const char *why)
{
	struct value *event = watch_event(run, "operator");

	if (!event)
		return;
	value_set_int(event, "id", id);
	value_set_text(event, "text", text);
	value_set_text(event, "zh", zh);
	value_set_text(event, "why", why);
	value_set_bool(event, "simulated", !order_has_wires(run->plan->order));
	watch_tell(run, event);
}

void watch_withdrawn(struct run *run, uint32_t id)
{
	struct value *event = watch_event(run, "withdrawn");

	if (!event)
		return;
	value_set_int(event, "id", id);
	watch_tell(run, event);
}

void watch_bytes(struct run *run, int port, const char *direction, const char *hex)
{
	struct value *event = watch_event(run, "bytes");

	if (!event)
		return;
	value_set_text(event, "port", run->plan->fixture->port[port].name);
	value_set_text(event, "direction", direction);
	value_set_text(event, "hex", hex);
	watch_tell(run, event);
}

void watch_stopping(struct run *run, enum verdict verdict, const char *why)
{
	struct value *event = watch_event(run, "stopping");

	if (!event)
		return;
	value_set_text(event, "verdict", verdict_name(verdict));
	value_set_text(event, "why", why);
	watch_tell(run, event);
}

struct value *run_summary(struct run *run, enum verdict verdict, const char *why)
{
	const struct plan *plan = run->plan;
	struct value *summary = value_map();
	struct value *measures;

	value_set_text(summary, "run", run->id);
	value_set_text(summary, "protocol", plan->protocol->id);
	value_set_int(summary, "version", plan->protocol->version);
	value_set_text(summary, "verdict", verdict_name(verdict));
	value_set_text(summary, "zh", verdict_chinese(verdict));
	value_set_text(summary, "why", why);
	value_set_bool(summary, "simulated", run_is_simulated(run));
	value_set_bool(summary, "controlled", plan->order->certificate && !run_is_simulated(run));
	if (run->simulated_why)
		value_set_text(summary, "simulated_why", run->simulated_why);
	if (plan->wires)
		value_set_text(summary, "wires", plan->order->rig ? "rig" : "real");
	if (plan->order->fault)
		value_set_text(summary, "fault", plan->order->fault);
	if (plan->order->only)
		value_set_text(summary, "only", plan->order->only);
	if (plan->order->by_hand)
		value_set_bool(summary, "by_hand", true);
	if (plan->order->qualifies)
		value_set_bool(summary, "qualifies", true);
	if (run->unfit)
		value_set_bool(summary, "unfit", true);
	if (plan->order->force)
		value_set_bool(summary, "force", true);
	if (plan->order->as_left)
		value_set_bool(summary, "as_left", true);
	if (value_count(run->course.judgement.adjustments))
		value_set(summary, "adjustments", value_copy(run->course.judgement.adjustments));
	if (plan->protocol->deviation[0])
		value_set_text(summary, "deviation", plan->protocol->deviation);
	value_set_int(summary, "slot", plan->order->slot);
	value_set_int(summary, "seed", plan->order->seed);
	value_set(summary, "dut", value_copy(plan->order->dut));
	value_set_int(summary, "bench_time_ns", run_now(run));
	if (value_count(plan->warnings))
		value_set(summary, "warnings", value_copy(plan->warnings));
	hazard_describe(run, summary);
	measures = value_set(summary, "measures", value_list());
	for (size_t i = 0; i < run->course.judgement.count; i++)
		value_add(measures, judged_describe(&run->course.judgement.judged[i]));
	for (size_t i = 0; i < value_count(run->checks); i++)
		value_add(measures, value_copy(value_at(run->checks, i)));
	return summary;
}

void watch_ended(struct run *run, const struct value *summary)
{
	struct value *event = watch_event(run, "verdict");

	if (!event)
		return;
	value_set(event, "summary", value_copy(summary));
	watch_tell(run, event);
}
