/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All runs of an order are kept, as job_order_progress() takes them, whatever they say and whatever becomes of them: what counts is
 * asked when somebody looks, since a signature or a later order may change it.
 */
#include "record/job_standing.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "record/canonical.h"
#include "record/cosign.h"
#include "record/event.h"
#include "record/job_order.h"
#include "record/job_result.h"
#include "record/register.h"
#include "record/store_entry.h"

struct job_standing {
	char *number;
	uint64_t seq; /* of the order's last record */
	struct value *order, *runs, *identifications, *judged;
	struct run_brackets *brackets;
	bool is_broken; /* an order has changed what it must keep */
};

struct job_standing *job_standing_new(const char *number, struct run_brackets *brackets)
{
	struct job_standing *standing = xcalloc(1, sizeof(*standing));

	standing->number = xstrdup(number);
	standing->runs = value_list();
	standing->identifications = value_list();
	standing->judged = value_list();
	standing->brackets = run_brackets_share(brackets);
	return standing;
}

void job_standing_free(struct job_standing *standing)
{
	if (!standing)
		return;
	value_free(standing->order);
	value_free(standing->runs);
	value_free(standing->identifications);
	value_free(standing->judged);
	run_brackets_free(standing->brackets);
	free(standing->number);
	free(standing);
}

static const char *text_of(const struct value *map, const char *name)
{
	const char *text = value_get_text(map, name);

	return text ? text : "";
}

/* ---- runs ---- */

/* Of a list of {"mse:name","mse:value"}. */
static const char *pair_of(const struct value *pairs, const char *name)
{
	for (size_t i = 0; i < value_count(pairs); i++)
		if (!strcmp(text_of(value_at(pairs, i), "mse:name"), name))
			return text_of(value_at(pairs, i), "mse:value");
	return "";
}

/* The figures of its measures: "litres", or of one that has keys "pressure_average[inhalation]". */
static void take_figures(struct value *run, const struct value *event)
{
	const struct value *reports =
		value_get(value_at(value_get(event, "sensorElementList"), 0), "sensorReport");
	struct value *figures = value_set(run, "figures", value_map());

	for (size_t i = 0; i < value_count(reports); i++) {
		const struct value *item = value_get(value_at(reports, i), "mse:item");
		const char *key = value_get_text(item, "mse:key");
		struct value *figure;
		char *name;

		if (!value_get(item, "mse:value"))
			continue;
		name = key ? xprintf("%s[%s]", text_of(item, "mse:measure"), key)
			   : xstrdup(text_of(item, "mse:measure"));
		figure = value_set(figures, name, value_map());
		value_set(figure, "value", value_copy(value_get(item, "mse:value")));
		value_set_text(figure, "unit", text_of(item, "mse:unit"));
		free(name);
	}
}

static void take_run(struct job_standing *standing, const struct entry *entry)
{
	static const char *const KEPT[][2] = {{"run", "mse:run"},
					      {"verdict", "mse:verdict"},
					      {"began", "mse:began"},
					      {"ended", "mse:ended"}};
	const struct value *run = value_get(entry->says, "mse:run");
	const struct value *task = value_get(run, "mse:task"), *dut = value_get(run, "mse:dut");
	struct value *one;

	if (!run || strcmp(pair_of(task, "number"), standing->number) != 0)
		return;
	one = value_add(standing->runs, value_map());
	value_set_text(one, "id", entry->id);
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_set_text(one, "serial", pair_of(dut, "serial"));
	value_set_text(one, "ma", pair_of(dut, "ma"));
	value_set_text(one, "stage", pair_of(task, "stage"));
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		value_set_text(one, KEPT[i][0], value_get_text(run, KEPT[i][1]));
	value_set_bool(one, "simulated", value_get_bool(run, "mse:simulated"));
	value_set_bool(one, "controlled", value_get_bool(run, "mse:controlled"));
	value_set_bool(one, "voided", false);
	take_figures(one, entry->says);
}

/* A check of its fixture decides about a run when it comes, long after the run's own record. */
static void look_at_brackets(const struct job_standing *standing)
{
	for (size_t i = 0; i < value_count(standing->runs); i++) {
		struct value *run = standing->runs->items[i];
		uint64_t seq = (uint64_t)value_get_int(run, "seq", 0);

		value_set_text(run, "bracket",
			       bracket_name(run_brackets_of(standing->brackets, seq, NULL)));
	}
}

static void take_identification(struct job_standing *standing, const struct entry *entry)
{
	struct value *identity = event_extension(entry->says, "identity");
	const struct value *plate = value_get(value_get(identity, "read"), "nameplate");
	struct value *one;

	if (!identity)
		return;
	one = value_add(standing->identifications, value_map());
	value_set_text(one, "serial", text_of(plate, "serial"));
	value_set_text(one, "ma", text_of(plate, "ma"));
	value_set_text(one, "outcome", text_of(identity, "outcome"));
	value_set_text(one, "at", value_get_text(entry->says, "eventTime"));
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_free(identity);
}

static struct value *find_run(const struct job_standing *standing, const char *id)
{
	for (size_t i = 0; id && i < value_count(standing->runs); i++)
		if (!strcmp(text_of(value_at(standing->runs, i), "id"), id))
			return standing->runs->items[i];
	return NULL;
}

static int take_signature(struct job_standing *standing, const struct entry *entry,
			  struct error *err)
{
	struct value *run = find_run(standing, value_get_text(entry->says, "of"));
	enum meaning meaning;

	if (!run)
		return 0;
	if (cosign_meaning(entry->says, &meaning, err) < 0)
		return error_context(err, "record %llu", (unsigned long long)entry->seq);
	if (meaning == MEANING_VOIDED)
		value_set_bool(run, "voided", true);
	if (meaning == MEANING_REJECTED)
		value_set_bool(run, "rejected", true);
	return 0;
}

static void take_declaration(struct job_standing *standing, const struct entry *entry)
{
	struct value *run = find_run(standing, value_get_text(entry->says, "of"));

	if (run)
		value_set_bool(run, "declared", true);
}

/* ---- the order ---- */

static bool is_ours(const struct job_standing *standing, const struct entry *entry)
{
	return !strcmp(text_of(entry->says, "number"), standing->number);
}

static int take_order(struct job_standing *standing, const struct entry *entry, struct error *err)
{
	int kept;

	look_at_brackets(standing);
	kept = standing->order ? job_result_keeps(standing->order, entry->says, standing->runs,
						  standing->identifications, err)
			       : 0;

	value_free(standing->order);
	standing->order = value_copy(entry->says);
	standing->seq = entry->seq;
	standing->is_broken |= kept < 0;
	return kept;
}

static void take_judged(struct job_standing *standing, const struct entry *entry)
{
	struct value *one = value_add(standing->judged, value_map());
	char at[WALL_TIME_SIZE];

	wall_time_write(&entry->at.wall, at);
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_set_text(one, "at", at);
	value_set(one, "says", value_copy(entry->says));
}

int job_standing_take(struct job_standing *standing, const struct entry *entry, struct error *err)
{
	if (!strcmp(entry->kind, ENTRY_EVENT)) {
		take_run(standing, entry);
		take_identification(standing, entry);
	} else if (!strcmp(entry->kind, ENTRY_SIGNATURE)) {
		return take_signature(standing, entry, err);
	} else if (!strcmp(entry->kind, ENTRY_DECLARATION)) {
		take_declaration(standing, entry);
	} else if (!strcmp(entry->kind, ENTRY_JOB_ORDER) && is_ours(standing, entry)) {
		return take_order(standing, entry, err);
	} else if (!strcmp(entry->kind, ENTRY_JOB_RESULT) && is_ours(standing, entry)) {
		take_judged(standing, entry);
	}
	return 0;
}

/* ---- asking ---- */

const struct value *job_standing_order(const struct job_standing *standing)
{
	return standing->order;
}

uint64_t job_standing_seq(const struct job_standing *standing)
{
	return standing->seq;
}

const struct value *job_standing_runs(const struct job_standing *standing)
{
	look_at_brackets(standing);
	return standing->runs;
}

const struct value *job_standing_identifications(const struct job_standing *standing)
{
	return standing->identifications;
}

const struct value *job_standing_judged(const struct job_standing *standing)
{
	return standing->judged;
}

struct value *job_standing_progress(const struct job_standing *standing,
				    const struct wall_time *now)
{
	return job_order_progress(standing->order, job_standing_runs(standing),
				  standing->identifications, now);
}

struct value *job_standing_results(const struct job_standing *standing)
{
	const struct value *results = value_get(standing->order, "results");
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(results); i++)
		value_add(list, job_result(standing->order, value_at(results, i),
					   job_standing_runs(standing), standing->identifications));
	return list;
}

/* ---- judged ---- */

static const struct value *find_result(const struct job_standing *standing, const char *name)
{
	const struct value *results = value_get(standing->order, "results");

	for (size_t i = 0; i < value_count(results); i++)
		if (!strcmp(text_of(value_at(results, i), "name"), name))
			return value_at(results, i);
	return NULL;
}

static int refuse_undecided(const struct job_standing *standing, const struct value *found,
			    struct error *err)
{
	const struct value *units = value_get(found, "units");
	struct buf names;
	int done;

	buf_init(&names);
	for (size_t i = 0; i < value_count(units) && names.size < 200; i++) {
		const struct value *unit = value_at(units, i);

		if (value_get(unit, "why"))
			buf_printf(&names, "%s%s (%s: %s)", names.size ? ", " : "",
				   text_of(unit, "serial"), text_of(unit, "stage"),
				   text_of(unit, "why"));
	}
	done = error_set(err, ERROR_REFUSED,
			 "order %.60s: the result '%.60s' is undecided, %lld of its %zu units have "
			 "neither passed nor failed: %s",
			 standing->number, text_of(found, "name"),
			 (long long)value_get_int(found, "undecided", 0), value_count(units),
			 names.data);
	buf_done(&names);
	return done;
}

static void add_units(struct value *says, const struct value *units)
{
	static const char *const KEPT[] = {"controlled", "run",	  "seq",    "serial",
					   "stage",	 "value", "verdict"};
	struct value *list = value_set(says, "units", value_list());

	for (size_t i = 0; i < value_count(units); i++) {
		struct value *one = value_add(list, value_map());

		for (size_t k = 0; k < sizeof(KEPT) / sizeof(KEPT[0]); k++)
			if (value_get(value_at(units, i), KEPT[k]))
				value_set(one, KEPT[k],
					  value_copy(value_get(value_at(units, i), KEPT[k])));
	}
}

static struct value *describe(const struct job_standing *standing, const struct value *found)
{
	static const char *const KEPT[] = {"verdict", "least", "value", "unit"};
	struct value *says = value_map();

	value_set_text(says, "number", standing->number);
	value_set_text(says, "result", text_of(found, "name"));
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		if (value_get(found, KEPT[i]))
			value_set(says, KEPT[i], value_copy(value_get(found, KEPT[i])));
	add_units(says, value_get(found, "units"));
	return says;
}

struct value *job_standing_judge(const struct job_standing *standing, const char *result,
				 struct error *err)
{
	const struct value *what = find_result(standing, result);
	struct value *found, *says = NULL;

	if (!what)
		error_set(err, ERROR_USAGE, "order %.60s has no result '%.60s'", standing->number,
			  result);
	else if (value_get_bool(standing->order, "rehearsal"))
		error_set(
			err, ERROR_REFUSED,
			"order %.60s is a rehearsal: what its runs say together is shown, and not "
			"recorded",
			standing->number);
	else if (standing->is_broken)
		error_set(err, ERROR_REFUSED,
			  "order %.60s: a later order has changed what its results rest on",
			  standing->number);
	else {
		found = job_result(standing->order, what, job_standing_runs(standing),
				   standing->identifications);
		if (value_get(found, "verdict"))
			says = describe(standing, found);
		else
			refuse_undecided(standing, found, err);
		value_free(found);
	}
	return says;
}

int job_standing_check(const struct job_standing *standing, const struct value *says,
		       struct error *err)
{
	static const char *const MEMBERS[] = {"verdict", "least", "value", "unit", "units"};
	struct value *again = job_standing_judge(standing, text_of(says, "result"), err);
	int done = again ? 0 : -1;

	for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(MEMBERS[0]) && done == 0; i++)
		if (!canonical_same(value_get(again, MEMBERS[i]), value_get(says, MEMBERS[i])))
			done = error_set(err, ERROR_REFUSED,
					 "order %.60s: the records before it say another '%s' of "
					 "the result '%.60s'",
					 standing->number, MEMBERS[i], text_of(says, "result"));
	value_free(again);
	return done;
}

/* ---- in a bench's log ---- */

static int take_all(struct job_standing *standing, struct bench_log *log, struct error *err)
{
	int done = 0;

	for (uint64_t seq = 1; seq <= bench_log_count(log) && done == 0; seq++) {
		struct store_entry found;
		struct error broken;

		done = store_entry_get(bench_log_store(log), seq, &found, err);
		if (done < 0)
			break;
		if (job_standing_take(standing, &found.entry, &broken) < 0 && !standing->is_broken)
			done = error_set(err, broken.kind, "%s", broken.text);
		if (done == 0)
			done = run_brackets_take(standing->brackets, &found.entry, err);
		store_entry_done(&found);
	}
	return done;
}

struct job_standing *job_standing_of(struct bench_log *log, const char *number, struct error *err)
{
	struct run_brackets *brackets = run_brackets_new();
	struct job_standing *standing = job_standing_new(number, brackets);
	int done = take_all(standing, log, err);

	run_brackets_free(brackets);
	if (done == 0)
		return standing;
	job_standing_free(standing);
	return NULL;
}

/* Does the last record of this result say the same, of the same runs? */
static int check_new(const struct job_standing *standing, const struct value *says,
		     struct error *err)
{
	for (size_t i = value_count(standing->judged); i-- > 0;) {
		const struct value *one = value_at(standing->judged, i);
		const struct value *last = value_get(one, "says");

		if (strcmp(text_of(last, "result"), text_of(says, "result")) != 0)
			continue;
		return canonical_same(value_get(last, "units"), value_get(says, "units"))
			       ? error_set(err, ERROR_REFUSED,
					   "order %.60s: the result '%.60s' was recorded, number "
					   "%lld, and nothing has changed since",
					   standing->number, text_of(says, "result"),
					   (long long)value_get_int(one, "seq", 0))
			       : 0;
	}
	return 0;
}

int admit_job_result(struct bench_log *log, const struct value *request, const struct moment *now,
		     struct admitted *admitted, struct error *err)
{
	static const struct register_member MEMBERS[] = {
		{"number", true}, {"result", true}, {"by", true}, {"note", false}, {0}};
	const struct value *says = value_get(request, "says");
	struct job_standing *standing;
	int done = -1;

	if (register_check_members(MEMBERS, NULL, says, err) < 0 ||
	    register_check_person(log, says, now, err) < 0)
		return -1;
	standing = job_standing_of(log, text_of(says, "number"), err);
	if (!standing)
		return -1;
	if (!standing->order)
		error_set(err, ERROR_USAGE, "no order '%.60s' is recorded: davy order list",
			  standing->number);
	else
		admitted->says = job_standing_judge(standing, text_of(says, "result"), err);
	if (admitted->says)
		done = check_new(standing, admitted->says, err);
	if (done == 0) {
		value_set_text(admitted->says, "by", value_get_text(says, "by"));
		value_set_text(admitted->says, "note", value_get_text(says, "note"));
		admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_JOB_RESULT);
	}
	job_standing_free(standing);
	return done;
}
