/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which run decides for a unit is job_order_progress()'s to say; here its verdict is held against what the unit went through before,
 * and its figure against those of the others. Every run of the stages is in what comes out, whether it counts or not.
 */
#include "record/job_result.h"

#include <math.h>
#include <string.h>

#include "base/spelling.h"
#include "record/canonical.h"
#include "record/job_order.h"
#include "record/register.h"
#include "record/run_bracket.h"
#include "verdict/decision.h"
#include "verdict/quantity.h"

static const double SLACK = 1e-9; /* of a step: what converting between units may cost, no more */

static const char *text_of(const struct value *map, const char *name)
{
	const char *text = value_get_text(map, name);

	return text ? text : "";
}

static const struct value *find_named(const struct value *list, const char *name)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (!strcmp(text_of(value_at(list, i), "name"), name))
			return value_at(list, i);
	return NULL;
}

/* ---- what an order may say ---- */

static int check_figure(const struct value *result, struct error *err)
{
	const char *measure = value_get_text(result, "measure");
	const char *down_to = value_get_text(result, "down_to");
	struct quantity step;

	if (!measure != !down_to)
		return error_set(err, ERROR_USAGE, "'measure' and 'down_to' are said together");
	if (!down_to)
		return 0;
	if (quantity_parse(&step, down_to, err) < 0)
		return error_context(err, "down_to");
	return step.value > 0 ? 0
			      : error_set(err, ERROR_USAGE,
					  "'down_to' is a step above zero, not %.40s", down_to);
}

/* No specimen is two of the units. */
static int check_unit(const struct value *result, const struct value *order, size_t stage,
		      const char *serial, struct error *err)
{
	const struct value *names = value_get(result, "stages");
	size_t seen = 0;

	for (size_t i = 0; i <= stage; i++) {
		const struct value *of = value_get(
			find_named(value_get(order, "stages"), value_at(names, i)->text), "of");

		for (size_t k = 0; k < value_count(of); k++)
			seen += spelling_same(value_at(of, k)->text, serial);
	}
	return seen == 1 ? 0
			 : error_set(err, ERROR_USAGE,
				     "specimen %.60s stands twice in its stages, and is one unit",
				     serial);
}

static int check_stage(const struct value *result, const struct value *order, size_t at,
		       int64_t *units, struct error *err)
{
	const struct value *name = value_at(value_get(result, "stages"), at);
	const struct value *stage, *of;

	if (name->kind != VALUE_TEXT)
		return error_set(err, ERROR_USAGE, "'stages' are names of stages");
	stage = find_named(value_get(order, "stages"), name->text);
	of = value_get(stage, "of");
	if (!stage || !of)
		return error_set(err, ERROR_USAGE,
				 stage ? "stage '%.60s' does not say which specimens it is 'of'"
				       : "there is no stage '%.60s'",
				 name->text);
	for (size_t i = 0; i < value_count(of); i++)
		if (check_unit(result, order, at, value_at(of, i)->text, err) < 0)
			return -1;
	*units += (int64_t)value_count(of);
	return 0;
}

static int check_units(const struct value *result, const struct value *order, struct error *err)
{
	const struct value *stages = value_get(result, "stages");
	int64_t units = 0, registered = value_get_int(result, "units", 0);

	if (!stages || stages->kind != VALUE_LIST || !value_count(stages))
		return error_set(err, ERROR_USAGE, "'stages' is a list of the stages it rests on");
	for (size_t i = 0; i < value_count(stages); i++)
		if (check_stage(result, order, i, &units, err) < 0)
			return -1;
	if (units != registered)
		return error_set(err, ERROR_USAGE,
				 "its stages are of %lld specimens, and 'units' registers %lld",
				 (long long)units, (long long)registered);
	return 0;
}

static int check_result(const struct value *results, size_t at, const struct value *order,
			struct error *err)
{
	static const struct register_member MEMBERS[] = {
		{"name", true}, {"clause", false}, {"measure", false}, {"down_to", false}, {0}};
	static const char *const OTHERS[] = {"stages", "units", NULL};
	const struct value *result = value_at(results, at);

	if (register_check_members(MEMBERS, OTHERS, result, err) < 0)
		return -1;
	if (find_named(results, text_of(result, "name")) != result)
		return error_set(err, ERROR_USAGE, "there is a result of this name already");
	return check_figure(result, err) < 0 ? -1 : check_units(result, order, err);
}

int job_result_check(const struct value *order, struct error *err)
{
	const struct value *results = value_get(order, "results");

	if (results && (results->kind != VALUE_LIST || value_count(results) > JOB_RESULTS_MOST))
		return error_set(err, ERROR_USAGE, "'results' is a list of at most %d",
				 JOB_RESULTS_MOST);
	for (size_t i = 0; i < value_count(results); i++)
		if (check_result(results, i, order, err) < 0)
			return error_context(err, "result %zu (%.60s)", i + 1,
					     text_of(value_at(results, i), "name"));
	return 0;
}

/* ---- units ---- */

/* An order and what was found of it, while one of its results is worked out. */
struct look {
	const struct value *order, *result, *runs;
	struct value *progress;
};

static const struct value *stage_of(const struct look *look, const struct value *place)
{
	return value_at(value_get(look->order, "stages"), (size_t)value_get_int(place, "stage", 0));
}

static const char *serial_of(const struct look *look, const struct value *place)
{
	return text_of(value_at(value_get(look->order, "specimens"),
				(size_t)value_get_int(place, "specimen", 0)),
		       "serial");
}

static bool is_of_result(const struct value *result, const char *stage)
{
	const struct value *names = value_get(result, "stages");

	for (size_t i = 0; i < value_count(names); i++)
		if (!strcmp(value_at(names, i)->text, stage))
			return true;
	return false;
}

static const struct value *find_place(const struct look *look, int64_t specimen, const char *stage)
{
	for (size_t i = 0; i < value_count(look->progress); i++) {
		const struct value *place = value_at(look->progress, i);

		if (value_get_int(place, "specimen", -1) == specimen &&
		    !strcmp(text_of(stage_of(look, place), "name"), stage))
			return place;
	}
	return NULL;
}

static const struct value *find_run(const struct value *runs, const char *name)
{
	for (size_t i = 0; *name && i < value_count(runs); i++)
		if (!strcmp(text_of(value_at(runs, i), "run"), name))
			return value_at(runs, i);
	return NULL;
}

static bool has_verdict(const struct value *map, enum verdict verdict)
{
	return !strcmp(text_of(map, "verdict"), verdict_name(verdict));
}

/* Of one that asks for checks of its fixture: the one after it is still to come, or one of both has spoilt it. */
static bool is_unchecked(const struct value *run)
{
	return job_run_is_spoilt(run) ||
	       !strcmp(text_of(run, "bracket"), bracket_name(BRACKET_AWAITED));
}

/* A run that is rejected or declared wrong, or whose fixture is not known to have been good, passes nothing. */
static bool is_good(const struct value *run)
{
	return has_verdict(run, VERDICT_PASS) && !is_unchecked(run) &&
	       !value_get_bool(run, "rejected") && !value_get_bool(run, "declared");
}

/* All stages that it came after, the nearest first. Has the unit come through each? */
static bool take_before(const struct look *look, struct value *unit, const struct value *place)
{
	const char *after = value_get_text(stage_of(look, place), "after");
	struct value *list = after ? value_set(unit, "before", value_list()) : NULL;
	bool good = true;

	while (after) {
		const struct value *before =
			find_place(look, value_get_int(place, "specimen", -1), after);
		struct value *one = value_add(list, value_map());

		value_set_text(one, "stage", after);
		value_set_text(one, "state", value_get_text(before, "state"));
		value_set_text(one, "run", value_get_text(before, "run"));
		value_set_text(one, "verdict", value_get_text(before, "verdict"));
		good &= before && is_good(find_run(look->runs, text_of(before, "run")));
		after = before ? value_get_text(stage_of(look, before), "after") : NULL;
	}
	return good;
}

/* In the unit of the step; NAN: the run has no such figure. */
static double figure_of(const struct value *result, const struct value *run)
{
	const char *measure = value_get_text(result, "measure");
	const struct value *figure = value_get(value_get(run, "figures"), measure ? measure : "");
	double number = value_get_real(figure, "value", NAN);
	struct error ignored;
	struct quantity step;
	struct unit unit;

	if (!measure || quantity_parse(&step, text_of(result, "down_to"), &ignored) < 0 ||
	    unit_parse(&unit, text_of(figure, "unit"), &ignored) < 0 ||
	    !unit_same_kind(&unit, &step.unit))
		return NAN;
	return !strcmp(unit.symbol, step.unit.symbol)
		       ? number
		       : unit_from_si(&step.unit, unit_to_si(&unit, number));
}

/* Why a unit has neither passed nor failed; NULL: it has. */
static const char *why_not(const struct look *look, const struct value *run, bool came_through)
{
	if (!run)
		return "none";
	if (is_unchecked(run))
		return "bracket";
	if (has_verdict(run, VERDICT_FAIL))
		return NULL;
	if (!has_verdict(run, VERDICT_PASS))
		return "inconclusive";
	if (value_get_bool(run, "rejected"))
		return "rejected";
	if (value_get_bool(run, "declared"))
		return "declared";
	if (!came_through)
		return "before";
	return value_get_text(look->result, "measure") && isnan(figure_of(look->result, run))
		       ? "figure"
		       : NULL;
}

static void add_unit(struct value *units, const struct look *look, const struct value *place)
{
	struct value *unit = value_add(units, value_map());
	const struct value *run = find_run(look->runs, text_of(place, "run"));
	double figure = figure_of(look->result, run);
	const char *why = why_not(look, run, take_before(look, unit, place));

	value_set_text(unit, "serial", serial_of(look, place));
	value_set_text(unit, "stage", text_of(stage_of(look, place), "name"));
	value_set_text(unit, "why", why);
	if (!run)
		return;
	value_set_text(unit, "verdict", text_of(run, "verdict"));
	value_set_text(unit, "run", text_of(run, "run"));
	value_set_int(unit, "seq", value_get_int(run, "seq", 0));
	value_set_bool(unit, "controlled", value_get_bool(run, "controlled"));
	if (!isnan(figure))
		value_set_real(unit, "value", figure);
}

static void add_units(struct value *units, const struct look *look)
{
	for (size_t i = 0; i < value_count(look->progress); i++) {
		const struct value *place = value_at(look->progress, i);

		if (is_of_result(look->result, text_of(stage_of(look, place), "name")))
			add_unit(units, look, place);
	}
}

/* ---- runs that decide nothing ---- */

static bool is_unit(const struct value *units, const struct value *run)
{
	for (size_t i = 0; i < value_count(units); i++)
		if (spelling_same(text_of(value_at(units, i), "serial"), text_of(run, "serial")))
			return true;
	return false;
}

static bool decides(const struct value *units, const char *run)
{
	for (size_t i = 0; i < value_count(units); i++)
		if (!strcmp(text_of(value_at(units, i), "run"), run))
			return true;
	return false;
}

static const char *why_other(const struct value *units, const struct value *run)
{
	if (value_get_bool(run, "voided"))
		return "voided";
	if (!is_unit(units, run))
		return "replaced";
	return has_verdict(run, VERDICT_ERROR) || has_verdict(run, VERDICT_ABORTED) ? "undecided"
										    : "aside";
}

static void add_others(struct value *others, const struct look *look, const struct value *units)
{
	for (size_t i = 0; i < value_count(look->runs); i++) {
		const struct value *run = value_at(look->runs, i);
		struct value *one;

		if (!is_of_result(look->result, text_of(run, "stage")) ||
		    decides(units, text_of(run, "run")))
			continue;
		one = value_add(others, value_map());
		value_set_text(one, "serial", text_of(run, "serial"));
		value_set_text(one, "stage", text_of(run, "stage"));
		value_set_text(one, "run", text_of(run, "run"));
		value_set_text(one, "verdict", text_of(run, "verdict"));
		value_set_text(one, "why", why_other(units, run));
	}
}

/* ---- all of them ---- */

static void count(struct value *says, const char *name, const struct value *units,
		  bool (*counts)(const struct value *unit))
{
	int64_t is = 0;

	for (size_t i = 0; i < value_count(units); i++)
		is += counts(value_at(units, i));
	value_set_int(says, name, is);
}

static bool has_failed(const struct value *unit)
{
	return has_verdict(unit, VERDICT_FAIL) && !value_get(unit, "why");
}

static bool is_undecided(const struct value *unit)
{
	return value_get(unit, "why") != NULL;
}

static bool is_uncontrolled(const struct value *unit)
{
	return value_get(unit, "run") && !value_get_bool(unit, "controlled");
}

/* The least of them, once each has one. */
static void set_figure(struct value *says, const struct value *result, const struct value *units)
{
	double least = INFINITY, width;
	struct quantity step;
	struct error ignored;

	if (!value_count(units) || quantity_parse(&step, text_of(result, "down_to"), &ignored) < 0)
		return;
	for (size_t i = 0; i < value_count(units); i++) {
		double one = value_get_real(value_at(units, i), "value", NAN);

		if (isnan(one))
			return;
		least = fmin(least, one);
	}
	width = quantity_number(&step);
	value_set_real(says, "least", least);
	value_set_real(says, "value", floor(least / width + SLACK) * width);
	value_set_text(says, "unit", step.unit.symbol);
}

struct value *job_result(const struct value *order, const struct value *result,
			 const struct value *runs, const struct value *identifications)
{
	static const char *const SAID[] = {"name", "clause", "measure", "down_to"};
	const struct wall_time now = {0};
	struct look look = {.order = order,
			    .result = result,
			    .runs = runs,
			    .progress = job_order_progress(order, runs, identifications, &now)};
	struct value *says = value_map(), *units;

	for (size_t i = 0; i < sizeof(SAID) / sizeof(SAID[0]); i++)
		value_set_text(says, SAID[i], value_get_text(result, SAID[i]));
	units = value_set(says, "units", value_list());
	add_units(units, &look);
	add_others(value_set(says, "others", value_list()), &look, units);
	count(says, "fails", units, has_failed);
	count(says, "undecided", units, is_undecided);
	count(says, "uncontrolled", units, is_uncontrolled);
	if (!value_get_int(says, "undecided", 0)) {
		value_set_text(says, "verdict",
			       verdict_name(value_get_int(says, "fails", 0) ? VERDICT_FAIL
									    : VERDICT_PASS));
		set_figure(says, result, units);
	}
	value_free(look.progress);
	return says;
}

/* ---- an order in the place of another ---- */

/* Does the result rest on this stage, by itself or as one that others come after? */
static bool rests_on(const struct value *order, const struct value *result, const char *stage)
{
	const struct value *stages = value_get(order, "stages"), *names;

	if (is_of_result(result, stage))
		return true;
	names = value_get(result, "stages");
	for (size_t i = 0; i < value_count(names); i++) {
		const struct value *one = find_named(stages, value_at(names, i)->text);

		for (; one; one = find_named(stages, text_of(one, "after")))
			if (!strcmp(text_of(one, "name"), stage))
				return true;
	}
	return false;
}

static bool has_begun(const struct value *order, const struct value *result,
		      const struct value *runs)
{
	for (size_t i = 0; i < value_count(runs); i++)
		if (rests_on(order, result, text_of(value_at(runs, i), "stage")))
			return true;
	return false;
}

/* The same stage, but for which specimens it is of. */
static bool is_same_stage(const struct value *one, const struct value *other)
{
	struct value *a = value_copy(one), *b = other ? value_copy(other) : value_map();
	bool is;

	value_set_text(a, "of", "");
	value_set_text(b, "of", "");
	is = canonical_same(a, b);
	value_free(a);
	value_free(b);
	return is;
}

static int check_stages(const struct value *order, const struct value *next,
			const struct value *result, struct error *err)
{
	const struct value *stages = value_get(order, "stages");

	for (size_t i = 0; i < value_count(stages); i++) {
		const char *name = text_of(value_at(stages, i), "name");

		if (rests_on(order, result, name) &&
		    !is_same_stage(value_at(stages, i),
				   find_named(value_get(next, "stages"), name)))
			return error_set(err, ERROR_REFUSED,
					 "runs that the result '%.60s' rests on are there already: "
					 "its stage '%.60s' stays as it is",
					 text_of(result, "name"), name);
	}
	return 0;
}

static int check_same(const struct value *order, const struct value *next, const char *result,
		      const char *member, struct error *err)
{
	return canonical_same(value_get(order, member), value_get(next, member))
		       ? 0
		       : error_set(err, ERROR_REFUSED,
				   "runs that the result '%.60s' rests on are there already: what "
				   "the order says of '%s' stays as it is",
				   result, member);
}

static const struct value *find_specimen(const struct value *order, const char *serial)
{
	const struct value *specimens = value_get(order, "specimens");

	for (size_t i = 0; i < value_count(specimens); i++)
		if (spelling_same(text_of(value_at(specimens, i), "serial"), serial))
			return value_at(specimens, i);
	return NULL;
}

static int check_decided(const struct value *order, const struct value *next,
			 const struct value *unit, const struct value *run,
			 const struct value *result, struct error *err)
{
	const struct value *stage = find_named(value_get(next, "stages"), text_of(unit, "stage"));
	bool has_decided = has_verdict(unit, VERDICT_FAIL) || has_verdict(unit, VERDICT_PASS);

	if (!has_decided || job_run_is_spoilt(run))
		return 0;
	if (stage && job_stage_is_of(stage, text_of(unit, "serial")) &&
	    canonical_same(find_specimen(order, text_of(unit, "serial")),
			   find_specimen(next, text_of(unit, "serial"))))
		return 0;
	return error_set(
		err, ERROR_REFUSED,
		"specimen %.60s is a unit of the result '%.60s' and has its verdict, %s in "
		"run %.80s: it stays one, as it is",
		text_of(unit, "serial"), text_of(result, "name"), text_of(unit, "verdict"),
		text_of(unit, "run"));
}

static int check_kept(const struct value *order, const struct value *next,
		      const struct value *result, const struct value *runs,
		      const struct value *identifications, struct error *err)
{
	const struct value *other = find_named(value_get(next, "results"), text_of(result, "name"));
	static const char *const WHOLE[] = {"limits", "certificate", "rehearsal"};
	struct value *found;
	const struct value *units;
	int done = 0;

	if (!other || !canonical_same(other, result))
		return error_set(err, ERROR_REFUSED,
				 "runs that the result '%.60s' rests on are there already: it "
				 "stays as it is",
				 text_of(result, "name"));
	for (size_t i = 0; i < sizeof(WHOLE) / sizeof(WHOLE[0]); i++)
		if (check_same(order, next, text_of(result, "name"), WHOLE[i], err) < 0)
			return -1;
	if (check_stages(order, next, result, err) < 0)
		return -1;
	found = job_result(order, result, runs, identifications);
	units = value_get(found, "units");
	for (size_t i = 0; i < value_count(units) && done == 0; i++)
		done = check_decided(order, next, value_at(units, i),
				     find_run(runs, text_of(value_at(units, i), "run")), result,
				     err);
	value_free(found);
	return done;
}

int job_result_keeps(const struct value *order, const struct value *next, const struct value *runs,
		     const struct value *identifications, struct error *err)
{
	const struct value *results = value_get(order, "results");

	for (size_t i = 0; i < value_count(results); i++) {
		const struct value *result = value_at(results, i);

		if (has_begun(order, result, runs) &&
		    check_kept(order, next, result, runs, identifications, err) < 0)
			return -1;
	}
	return 0;
}
