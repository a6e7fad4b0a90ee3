/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A protocol is a test program, and its fault table is that program's test suite. A mutant is caught by the
 * first rehearsal of the table that comes out otherwise than the table says: another verdict, or a measure
 * that was to show it and did not.
 *
 * A rehearsal is the good product, or a fault of the table at one of four severities:
 *  - whole: 1, as the table has it;
 *  - edge: the smallest severity, to 1/256, at which the protocol itself still gives the promised verdict
 *    by the named measure. A gross fault cannot tell a limit from one that is half its value wider; one
 *    at the limit's edge can, and it is the figure that `davy check` prints;
 *  - below: the greatest severity at which it does not, for the guard band alone;
 *  - near: a quarter above the edge, if the protocol keeps its promise there.
 * The edge serves for changes of a limit alone: then every reading is the same to the last bit, and the
 * limit is all that can make a difference. A mutant of the script takes another course, with other noise,
 * which at the edge would be caught by chance; it meets whole faults and near ones.
 *
 * Which rehearsals, in which order: those likely to catch it first. What changes how a measure is judged
 * can show only where that measure is named, or where nobody is; all else meets every rehearsal before it
 * counts as an escape. The seed is one and the same, so the answer is, too. Edges that no mutant of a part
 * would be rehearsed at are not looked for.
 */
#include "cli/mutation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/catalogue.h"
#include "cli/mutation_report.h"
#include "cli/workers.h"

enum { EDGE_STEPS = 8, FILE_MOST = 4 << 20 };

#define ABOVE_EDGE 1.25

/* One fault and one of the measures that must show it. */
struct edge {
	const struct trial *trial;
	const char *measure; /* NULL: the table names none */
	double edge, near;   /* near: 1 where there is none */
	double below; /* the greatest severity at which it does not show it; 0: none was seen */
	enum verdict verdict; /* … and what the protocol says there */
};

/* The edges of one fault, which stand together: what is rehearsed for one of them serves the others. */
struct edges_of_fault {
	size_t first, count;
};

struct mutation {
	struct mutation_task *task;
	struct mutant *mutant; /* those to rehearse in front, as their part asks */
	size_t mutants, made;
	struct edge *edge;
	size_t edges;
	struct edges_of_fault *fault;
	size_t faults;
	struct mutation_report *report;
	struct error died;
	bool is_dead;
};

/* The table may name "alarm[light]" of the measure "alarm". */
static bool is_of_measure(const char *named, const char *measure)
{
	size_t size = strlen(measure);

	return !strncmp(named, measure, size) && (!named[size] || named[size] == '[');
}

/* ---- where the edges are ---- */

/* A fault of the world; those of the wires are there or not. */
static bool has_severity(const struct trial *trial)
{
	return trial->fault && !strchr(trial->fault, '.');
}

/* Does the table say what is judged, or that the bench failed? */
static bool is_judged(const struct trial *trial)
{
	const char *verdict = value_get_text(trial->claim, "verdict");

	return trial->fault && verdict && strcmp(verdict, "ERROR") != 0;
}

/* Might the mutant be rehearsed at this fault's edge, below it, or near it? (hunt_judgement, hunt_place) */
static bool has_use(const struct mutant *mutant, const char *measure)
{
	if (mutant->kind == MUTANT_WIDENED || mutant->kind == MUTANT_TURNED)
		return measure && is_of_measure(measure, mutant->measure);
	return mutant->kind == MUTANT_SIMPLE || mutant->from;
}

static void list_edge(struct mutation *mutation, const struct trial *trial, const char *measure)
{
	for (size_t i = 0; i < mutation->mutants; i++)
		if (has_use(&mutation->mutant[i], measure)) {
			mutation->edge[mutation->edges++] = (struct edge){
				.trial = trial, .measure = measure, .edge = 1, .near = 1};
			mutation->fault[mutation->faults].count++;
			return;
		}
}

static void list_edges(struct mutation *mutation)
{
	size_t most = 1;

	for (size_t i = 0; i < mutation->task->trials; i++)
		most += 1 + value_count(value_get(mutation->task->trial[i].claim, "measures"));
	mutation->edge = xcalloc(most, sizeof(*mutation->edge));
	mutation->fault = xcalloc(mutation->task->trials + 1, sizeof(*mutation->fault));
	for (size_t i = 0; i < mutation->task->trials; i++) {
		const struct trial *trial = &mutation->task->trial[i];
		const struct value *measures = value_get(trial->claim, "measures");

		if (!has_severity(trial))
			continue;
		mutation->fault[mutation->faults] = (struct edges_of_fault){mutation->edges, 0};
		if (value_count(measures) == 0)
			list_edge(mutation, trial, NULL);
		for (size_t m = 0; m < value_count(measures); m++)
			list_edge(mutation, trial, value_at(measures, m)->text);
		mutation->faults += mutation->fault[mutation->faults].count > 0;
	}
}

/* Does this measure show the fault as the table says? */
static bool shows(const struct edge *edge, const struct value *result)
{
	const char *wanted = value_get_text(edge->trial->claim, "verdict");
	const char *verdict = value_get_text(result, "verdict");

	return verdict && !strcmp(wanted, verdict) &&
	       (!edge->measure || trial_shows(result, edge->measure, wanted));
}

struct tried {
	double severity;
	struct value *result; /* NULL: it could not begin */
};

/* One fault's rehearsals so far. */
struct search {
	const struct mutation *mutation;
	const struct trial *trial;
	size_t index;
	int cpu;
	struct tried *tried;
	size_t count;
};

static const struct value *rehearse_at(struct search *search, double severity)
{
	const struct trial_place *place = &search->mutation->task->place;
	struct error ignored;
	size_t last = search->count;

	for (size_t i = 0; i < search->count; i++) /* halved again and again: equal to the bit */
		if (search->tried[i].severity == severity)
			return search->tried[i].result;
	search->tried = xrealloc(search->tried, ++search->count * sizeof(*search->tried));
	search->tried[last].severity = severity;
	search->tried[last].result = trial_rehearse(search->trial, place, search->index,
						    search->cpu, severity, &ignored);
	return search->tried[last].result;
}

static void find_edge(struct search *search, const struct edge *edge, struct value *found)
{
	double missed = 0, caught = 1, near = 1;
	const struct value *result;
	const char *verdict = "";
	struct error ignored;

	for (int i = 0; i < EDGE_STEPS; i++) {
		double severity = (missed + caught) / 2;

		result = rehearse_at(search, severity);
		if (shows(edge, result)) {
			caught = severity;
		} else {
			missed = severity;
			verdict = value_get_text(result, "verdict");
		}
	}
	if (caught * ABOVE_EDGE < 1) {
		result = rehearse_at(search, caught * ABOVE_EDGE);
		if (result && trial_holds(edge->trial, result, &ignored))
			near = caught * ABOVE_EDGE;
	}
	value_set_real(found, "edge", caught);
	value_set_real(found, "near", near);
	value_set_real(found, "below", missed);
	value_set_text(found, "verdict", verdict ? verdict : "");
}

static struct value *find_edges(void *ctx, size_t index, int cpu)
{
	struct mutation *mutation = ctx;
	const struct edges_of_fault *fault = &mutation->fault[index];
	struct search search = {.mutation = mutation,
				.trial = mutation->edge[fault->first].trial,
				.index = index,
				.cpu = cpu};
	struct value *found = value_map(), *list = value_set(found, "edges", value_list());

	for (size_t i = 0; i < fault->count; i++)
		find_edge(&search, &mutation->edge[fault->first + i], value_add(list, value_map()));
	for (size_t i = 0; i < search.count; i++)
		value_free(search.tried[i].result);
	free(search.tried);
	return found;
}

static void keep_edge(struct mutation *mutation, struct edge *edge, const struct value *found)
{
	struct error ignored;

	edge->edge = value_get_real(found, "edge", 1);
	edge->near = value_get_real(found, "near", 1);
	edge->below = value_get_real(found, "below", 0);
	if (verdict_parse(&edge->verdict, value_get_text(found, "verdict"), &ignored) < 0)
		edge->below = 0;
	mutation_report_edge(mutation->report, edge->trial->fault, edge->measure, edge->edge);
}

static bool edges_found(void *ctx, size_t index, const struct value *result, const char *why)
{
	struct mutation *mutation = ctx;
	const struct edges_of_fault *fault = &mutation->fault[index];
	const struct value *list = value_get(result, "edges");

	if (!result) {
		mutation->is_dead = true;
		error_set(&mutation->died, ERROR_OS, "rehearsal of %s: %s",
			  mutation->edge[fault->first].trial->fault, why);
		return false;
	}
	for (size_t i = 0; i < fault->count; i++)
		keep_edge(mutation, &mutation->edge[fault->first + i], value_at(list, i));
	return true;
}

/* ---- one mutant ---- */

struct hunt {
	const struct mutation *mutation;
	const struct mutant *mutant;
	struct trial_place place;
	size_t index;
	int cpu;
	int64_t tried;
	struct value *result; /* of the hunt */
};

static bool names_measure(const struct trial *trial, const char *measure)
{
	const struct value *measures = value_get(trial->claim, "measures");

	for (size_t i = 0; i < value_count(measures); i++)
		if (is_of_measure(value_at(measures, i)->text, measure))
			return true;
	return false;
}

/* Is one of the measures that must show the fault taken in this step? */
static bool is_of_step(const struct hunt *hunt, const struct trial *trial)
{
	const struct value *steps = value_get(hunt->mutation->task->data, "steps");

	for (size_t i = 0; i < value_count(steps); i++) {
		const char *name = value_get_text(value_at(steps, i), "name");
		const struct value *measures = value_get(value_at(steps, i), "measures");

		for (size_t m = 0;
		     name && !strcmp(name, hunt->mutant->step) && m < value_count(measures); m++)
			if (names_measure(trial, value_key(measures, m)))
				return true;
	}
	return false;
}

/* Below the edge the verdict stays what it is there, at it the edge's measure shows the fault. */
static bool is_same(const struct trial *trial, double severity, const struct edge *edge,
		    const struct value *result, struct error *why)
{
	const char *verdict = value_get_text(result, "verdict");

	if (!edge)
		return trial_holds(trial, result, why);
	if (severity < edge->edge)
		return verdict && !strcmp(verdict, verdict_name(edge->verdict));
	return shows(edge, result);
}

/* Rehearse the mutant once; without an edge the table says what must come out. */
static bool caught_by(struct hunt *hunt, const struct trial *trial, double severity,
		      const struct edge *edge)
{
	struct error why = {0};
	struct value *result =
		trial_rehearse(trial, &hunt->place, hunt->index, hunt->cpu, severity, &why);
	bool same = !result || is_same(trial, severity, edge, result, &why);

	hunt->tried++;
	if (!result)
		value_set_text(hunt->result, "error", why.text);
	if (!same) {
		const char *verdict = value_get_text(result, "verdict");

		value_set_text(hunt->result, "caught_by", trial->fault ? trial->fault : "");
		if (severity < 1)
			value_set_real(hunt->result, "severity", severity);
		value_set_text(hunt->result, "verdict", verdict);
		value_set_text(hunt->result, "how",
			       why.text[0] ? why.text : value_get_text(result, "why"));
		value_set_text(hunt->result, "why", value_get_text(result, "why"));
	}
	value_free(result);
	return !same;
}

typedef bool choose_fn(const struct hunt *hunt, const struct trial *trial);

static bool is_good(const struct hunt *hunt, const struct trial *trial)
{
	(void)hunt;
	return !trial->fault;
}

/* The step "Conditions" calls a sampling rate "sampling.flow", and what a method asks "method.hold". */
static bool is_named(const struct hunt *hunt, const struct trial *trial)
{
	const struct mutant *mutant = hunt->mutant;
	const char *section = mutant->section ? mutant->section : "";
	char name[64];

	snprintf(name, sizeof(name), "%s%s",
		 !strcmp(section, "params")	? "method."
		 : !strcmp(section, "sampling") ? "sampling."
						: "",
		 mutant->measure);
	return trial->fault && names_measure(trial, name);
}

static bool is_anonymous(const struct hunt *hunt, const struct trial *trial)
{
	(void)hunt;
	return is_judged(trial) && value_count(value_get(trial->claim, "measures")) == 0;
}

static bool is_own(const struct hunt *hunt, const struct trial *trial)
{
	return trial->fault && is_of_step(hunt, trial);
}

static bool is_error(const struct hunt *hunt, const struct trial *trial)
{
	return trial->fault && !is_judged(trial) && !is_own(hunt, trial);
}

static bool is_other(const struct hunt *hunt, const struct trial *trial)
{
	return is_judged(trial) && !is_own(hunt, trial);
}

static bool whole(struct hunt *hunt, choose_fn *choose)
{
	const struct mutation_task *task = hunt->mutation->task;

	for (size_t i = 0; i < task->trials; i++)
		if (choose(hunt, &task->trial[i]) && caught_by(hunt, &task->trial[i], 1, NULL))
			return true;
	return false;
}

/* Did another measure of the same fault lead to the same rehearsal? */
static bool is_repeated(const struct mutation *mutation, size_t index)
{
	const struct edge *edge = mutation->edge;

	for (size_t i = index; i-- > 0 && edge[i].trial == edge[index].trial;)
		if (edge[i].near == edge[index].near)
			return true;
	return false;
}

static bool near(struct hunt *hunt, choose_fn *choose)
{
	for (size_t i = 0; i < hunt->mutation->edges; i++) {
		const struct edge *edge = &hunt->mutation->edge[i];

		if (edge->near < 1 && choose(hunt, edge->trial) &&
		    !is_repeated(hunt->mutation, i) &&
		    caught_by(hunt, edge->trial, edge->near, NULL))
			return true;
	}
	return false;
}

/* The edges of the mutant's measure, or all of them. */
static bool edges(struct hunt *hunt)
{
	const char *measure = hunt->mutant->measure;

	for (size_t i = 0; i < hunt->mutation->edges; i++) {
		const struct edge *edge = &hunt->mutation->edge[i];

		if (edge->measure && (!measure[0] || is_of_measure(edge->measure, measure)) &&
		    caught_by(hunt, edge->trial, edge->edge, edge))
			return true;
	}
	return false;
}

/* Just below its edge a guarded decision is none: whatever decides there does not guard. */
static bool below(struct hunt *hunt)
{
	for (size_t i = 0; i < hunt->mutation->edges; i++) {
		const struct edge *edge = &hunt->mutation->edge[i];

		if (edge->below > 0 && edge->verdict == VERDICT_INCONCLUSIVE &&
		    caught_by(hunt, edge->trial, edge->below, edge))
			return true;
	}
	return false;
}

static bool hunt_judgement(struct hunt *hunt)
{
	bool turned = hunt->mutant->kind == MUTANT_TURNED;

	return (turned && whole(hunt, is_good)) ||
	       (hunt->mutant->kind == MUTANT_SIMPLE && below(hunt)) ||
	       (mutant_is_of_limit(hunt->mutant) && edges(hunt)) || whole(hunt, is_named) ||
	       whole(hunt, is_anonymous) || (!turned && whole(hunt, is_good));
}

static bool hunt_step(struct hunt *hunt)
{
	return whole(hunt, is_own) || whole(hunt, is_error) || whole(hunt, is_other) ||
	       whole(hunt, is_good);
}

static bool hunt_place(struct hunt *hunt)
{
	return whole(hunt, is_good) || whole(hunt, is_own) || whole(hunt, is_error) ||
	       near(hunt, is_own) || near(hunt, is_error) || whole(hunt, is_other) ||
	       near(hunt, is_other);
}

static struct value *hunt_mutant(void *ctx, size_t index, int cpu)
{
	const struct mutation *mutation = ctx;
	const struct mutant *mutant = &mutation->mutant[index];
	struct hunt hunt = {.mutation = mutation,
			    .mutant = mutant,
			    .place = mutation->task->place,
			    .index = index,
			    .cpu = cpu,
			    .result = value_map()};

	hunt.place.mutant = mutant;
	if (mutant->kind == MUTANT_STEP)
		hunt_step(&hunt);
	else if (mutant->from)
		hunt_place(&hunt);
	else
		hunt_judgement(&hunt);
	value_set_int(hunt.result, "rehearsals", hunt.tried);
	return hunt.result;
}

static bool mutant_hunted(void *ctx, size_t index, const struct value *result, const char *why)
{
	struct mutation *mutation = ctx;
	const struct mutant *mutant = &mutation->mutant[index];
	const char *error = value_get_text(result, "error");

	if (error) { /* it says nothing of the table */
		mutation->is_dead = true;
		error_set(&mutation->died, ERROR_OS, "mutant '%s' could not begin: %s",
			  mutant->name, error);
		return false;
	}
	mutation_report_mutant(mutation->report, mutant, result, why);
	return true;
}

/* ---- all of them ---- */

static struct limit_set *read_limits(const char *path, struct error *err)
{
	struct limit_set *set = NULL;
	struct buf text;

	buf_init(&text);
	if (file_read(path, FILE_MOST, &text, err) == 0)
		set = limit_set_parse(text.data, text.size, path, err);
	buf_done(&text);
	return set;
}

static int list_mutants(struct mutation *mutation, struct error *err)
{
	const struct mutation_task *task = mutation->task;
	struct value *sites = catalogue_load(task->place.program, "sites", task->file, err);
	struct limit_set *set = NULL;
	struct protocol *protocol = NULL;

	if (sites && task->place.limits)
		set = read_limits(task->place.limits, err);
	if (sites && (set || !task->place.limits))
		protocol = protocol_compile(task->data, set, task->file, err);
	if (protocol)
		mutation->made = mutants_of(protocol, value_get(sites, "sites"), &mutation->mutant);
	value_free(sites);
	limit_set_free(set);
	protocol_free(protocol);
	return protocol ? 0 : -1;
}

static int choose_mutants(struct mutation *mutation, struct error *err)
{
	const struct mutation_task *task = mutation->task;
	int chosen = mutation_part_choose(&task->part, mutation->mutant, mutation->made, err);

	if (chosen < 0)
		return error_context(err, "%s", task->file);
	mutation->mutants = (size_t)chosen;
	return 0;
}

static int rehearse_all(struct mutation *mutation, struct error *err)
{
	struct workers_task edges = {.count = mutation->faults,
				     .jobs = mutation->task->jobs,
				     .work = find_edges,
				     .done = edges_found,
				     .ctx = mutation};
	struct workers_task hunts = {.count = mutation->mutants,
				     .jobs = mutation->task->jobs,
				     .work = hunt_mutant,
				     .done = mutant_hunted,
				     .ctx = mutation};

	int done = workers_run(&edges, err);

	if (done == 0 && !mutation->is_dead) {
		mutation_report_head(mutation->report, mutation->mutants);
		done = workers_run(&hunts, err);
	}
	if (done < 0 || !mutation->is_dead)
		return done;
	*err = mutation->died;
	return -1;
}

int mutation_run(struct mutation_task *task, struct error *err)
{
	struct mutation mutation = {.task = task};
	char scratch[] = "/tmp/davy-check-XXXXXX";
	struct error ignored;
	int code;

	if (list_mutants(&mutation, err) < 0 || choose_mutants(&mutation, err) < 0) {
		free(mutation.mutant);
		return -1;
	}
	if (!mkdtemp(scratch)) {
		free(mutation.mutant);
		return error_os(err, "%s: a scratch folder", scratch);
	}
	task->place.scratch = scratch;
	task->place.sweep = false;
	list_edges(&mutation);
	mutation.report = mutation_report_new(task->out, value_get(task->data, "escapes"));
	for (size_t i = mutation.mutants; i < mutation.made; i++)
		mutation_report_left_out(mutation.report, &mutation.mutant[i]);
	code = rehearse_all(&mutation, err);
	file_remove_folder(scratch, &ignored);
	if (code == 0)
		code = mutation_report_end(mutation.report, task->into) ? 0 : 1;
	mutation_report_free(mutation.report);
	free(mutation.edge);
	free(mutation.fault);
	free(mutation.mutant);
	return code;
}
