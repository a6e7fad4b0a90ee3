/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trials. Every rehearsal gets a state folder of its own, removed when its summary is read. The sweep
 * halves the interval between no fault, which is taken to pass, and the whole fault, which does not: so
 * it says how good the protocol is and not only that it works.
 */
#include "cli/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "run/rehearsal.h"

enum {
	SWEEP_STEPS = 5,
	MUTANT_QUOTA = 512 << 20, /* a loop that a mutant has made endless ends here */
};

static struct order *make_order(const struct trial *trial, const struct trial_place *place,
				double severity, struct error *err)
{
	const struct value *params = value_get(trial->claim, "params");
	const struct value *dut = value_get(trial->claim, "dut");
	struct value *value = value_map();
	struct order *order;

	value_set_text(value, "protocol", place->protocol);
	value_set_text(value, "limits", place->limits);
	value_set_int(value, "slot", 1);
	value_set_int(value, "seed", place->seed);
	value_set_bool(value, "simulated", true);
	value_set_text(value, "fault", trial->fault);
	value_set_real(value, "severity", severity);
	if (params)
		value_set(value, "params", value_copy(params));
	if (dut)
		value_set(value, "dut", value_copy(dut));
	order = order_from_value(value, err);
	value_free(value);
	return order;
}

/* Rehearse once; the caller frees the rehearsal's summary. */
static int rehearse_once(const struct trial *trial, const struct trial_place *place, size_t index,
			 int cpu, double severity, struct rehearsal *rehearsal, struct error *err)
{
	char *state = xprintf("%s/%zu", place->scratch, index);
	struct rehearsal_place at = {.program = place->program,
				     .state = state,
				     .cpu = cpu,
				     .quota = place->mutant ? MUTANT_QUOTA : 0};
	struct order *order = make_order(trial, place, severity, err);
	struct error ignored;
	int done = -1;

	if (order)
		order->mutant = place->mutant;
	if (order)
		done = rehearse(&at, order, NULL, NULL, NULL, rehearsal, err);
	file_remove_folder(state, &ignored);
	free(state);
	return done;
}

/*
 * Was nothing found? A claim may shorten its rehearsal below what the method asks, and what is short
 * never passes: that alone is no catch.
 */
static bool let_through(const struct rehearsal *rehearsal)
{
	const struct value *measures = value_get(rehearsal->summary, "measures");

	if (rehearsal->verdict != VERDICT_INCONCLUSIVE)
		return rehearsal->verdict == VERDICT_PASS;
	for (size_t i = 0; i < value_count(measures); i++) {
		const char *verdict = value_get_text(value_at(measures, i), "verdict");
		const char *name = value_get_text(value_at(measures, i), "measure");

		if (verdict && strcmp(verdict, "PASS") != 0 &&
		    (!name || strncmp(name, "method.", strlen("method.")) != 0))
			return false;
	}
	return value_count(measures) > 0;
}

static double sweep(const struct trial *trial, const struct trial_place *place, size_t index,
		    int cpu)
{
	double missed = 0, caught = 1;

	for (int i = 0; i < SWEEP_STEPS; i++) {
		double severity = (missed + caught) / 2;
		struct rehearsal rehearsal;
		struct error ignored;

		if (rehearse_once(trial, place, index, cpu, severity, &rehearsal, &ignored) < 0)
			break;
		if (let_through(&rehearsal))
			missed = severity;
		else
			caught = severity;
		value_free(rehearsal.summary);
	}
	return caught;
}

/* What a report needs of a summary: the measures that did not pass, without their sources. */
static void add_measures(struct value *result, const struct value *summary)
{
	const struct value *all = value_get(summary, "measures");
	struct value *measures = value_set(result, "measures", value_list());

	for (size_t i = 0; i < value_count(all); i++) {
		const char *verdict = value_get_text(value_at(all, i), "verdict");
		struct value *one;

		if (verdict && !strcmp(verdict, "PASS"))
			continue;
		one = value_add(measures, value_copy(value_at(all, i)));
		value_set(one, "sources", value_nil());
	}
	value_set_int(result, "judged", (int64_t)value_count(all));
}

static void add_rehearsal(struct value *result, const struct rehearsal *rehearsal)
{
	value_set_text(result, "verdict", verdict_name(rehearsal->verdict));
	value_set_text(result, "why", value_get_text(rehearsal->summary, "why"));
	value_set_int(result, "bench_time_ns", rehearsal->bench_time);
	value_set_int(result, "real_ns", rehearsal->real_time);
	if (value_get(rehearsal->summary, "warnings"))
		value_set(result, "warnings",
			  value_copy(value_get(rehearsal->summary, "warnings")));
	add_measures(result, rehearsal->summary);
}

struct value *trial_rehearse(const struct trial *trial, const struct trial_place *place,
			     size_t index, int cpu, double severity, struct error *err)
{
	struct rehearsal rehearsal;
	struct value *result;

	if (rehearse_once(trial, place, index, cpu, severity, &rehearsal, err) < 0)
		return NULL;
	result = value_map();
	add_rehearsal(result, &rehearsal);
	value_free(rehearsal.summary);
	return result;
}

struct value *trial_run(const struct trial *trial, const struct trial_place *place, size_t index,
			int cpu)
{
	struct value *result = value_map();
	struct rehearsal rehearsal;
	struct error err;

	if (rehearse_once(trial, place, index, cpu, 1, &rehearsal, &err) < 0) {
		value_set_text(result, "error", err.text);
		value_set_bool(result, "usage", err.kind == ERROR_USAGE);
		return result;
	}
	add_rehearsal(result, &rehearsal);
	value_free(rehearsal.summary);
	if (trial->fault && trial->claim && place->sweep && rehearsal.verdict != VERDICT_PASS)
		value_set_real(result, "caught", sweep(trial, place, index, cpu));
	return result;
}

/* ---- against the table ---- */

static bool is_named(const struct value *judged, const char *named)
{
	const char *name = value_get_text(judged, "measure"), *key = value_get_text(judged, "key");
	const char *bracket = strchr(named, '[');
	size_t size = bracket ? (size_t)(bracket - named) : strlen(named);

	if (!name || strlen(name) != size || strncmp(name, named, size) != 0)
		return false;
	return !bracket || (key && strlen(key) + 2 == strlen(bracket) &&
			    !strncmp(bracket + 1, key, strlen(key)));
}

bool trial_shows(const struct value *result, const char *named, const char *verdict)
{
	const struct value *measures = value_get(result, "measures");
	bool judged = verdict && (!strcmp(verdict, "FAIL") || !strcmp(verdict, "INCONCLUSIVE"));

	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *one = value_at(measures, i);
		const char *own = value_get_text(one, "verdict");

		if (is_named(one, named) && (!judged || (own && !strcmp(own, verdict))))
			return true;
	}
	return false;
}

bool trial_holds(const struct trial *trial, const struct value *result, struct error *complaint)
{
	const struct value *measures = value_get(trial->claim, "measures");
	const char *verdict = value_get_text(result, "verdict");
	const char *wanted = trial->fault ? value_get_text(trial->claim, "verdict") : "PASS";

	if (trial->fault && !trial->claim)
		return true;
	if (!wanted || !verdict || strcmp(wanted, verdict) != 0) {
		error_set(complaint, ERROR_REFUSED, "%s was promised", wanted ? wanted : "nothing");
		return false;
	}
	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *name = value_at(measures, i);

		if (name->kind == VALUE_TEXT && !trial_shows(result, name->text, wanted)) {
			error_set(complaint, ERROR_REFUSED, "'%s' was to show it and did not",
				  name->text);
			return false;
		}
	}
	return true;
}
