/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which mutants there are, and what each changes.
 *
 * Limits, measures and steps are changed where they are frozen, in the plan; places of the script, in the
 * text that the runner compiles, between two bytes that the loader named (prelude/sites.lua), and no line
 * moves. What is not made, and why:
 *  - a limit made narrower: it refuses good products, which no table of bad ones is asked about;
 *  - a `finally` left out: it puts the bench back after all is judged;
 *  - a wait made shorter: it is left out whole.
 *
 * "Half" of a widened limit was chosen: more than the uncertainty of anything here, and less than what
 * would turn a limit into none. A bound at zero has no half of its value and stays as it is.
 */
#include "run/mutant.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct makes {
	struct mutant *mutant;
	size_t count, room;
};

static struct mutant *add(struct makes *makes, enum mutant_kind kind, const char *step,
			  const char *measure)
{
	struct mutant *mutant;

	if (makes->count == makes->room) {
		makes->room = makes->room ? 2 * makes->room : 64;
		makes->mutant = xrealloc(makes->mutant, makes->room * sizeof(*makes->mutant));
	}
	mutant = &makes->mutant[makes->count++];
	memset(mutant, 0, sizeof(*mutant));
	mutant->kind = kind;
	snprintf(mutant->step, sizeof(mutant->step), "%s", step);
	snprintf(mutant->measure, sizeof(mutant->measure), "%s", measure);
	return mutant;
}

/* "STEP: MEASURE what", in both languages. */
static void call(struct mutant *mutant, const char *what, const char *zh)
{
	const char *between = mutant->measure[0] ? " " : "";

	snprintf(mutant->name, sizeof(mutant->name), "%s: %s%s%s", mutant->step, mutant->measure,
		 between, what);
	snprintf(mutant->zh, sizeof(mutant->zh), "%s:%s%s%s", mutant->step, mutant->measure,
		 between, zh);
}

/* ---- limits ---- */

static bool has_end(const struct bound *bound, bool upper)
{
	bool two = bound->kind == BOUND_BETWEEN || bound->kind == BOUND_WITHIN;

	return two || (upper ? bound->kind == BOUND_AT_MOST || bound->kind == BOUND_BELOW
			     : bound->kind == BOUND_AT_LEAST || bound->kind == BOUND_ABOVE);
}

/* Where the end lies when it is half its value further out, or half the distance from the other. */
static double further_out(const struct bound *bound, bool upper)
{
	double end = upper ? bound->high : bound->low, sign = upper ? 1 : -1;
	struct quantity quantity = {.value = end, .unit = bound->unit};
	double number;

	if (bound->kind == BOUND_BETWEEN && bound->high > bound->low)
		return end + sign * (bound->high - bound->low) / 2;
	if (bound->of_reference)
		return end + sign * fabs(end) / 2;
	number = quantity_number(&quantity);
	return quantity_of(number + sign * fabs(number) / 2, &bound->unit).value;
}

static void widen(struct bound *bound, bool upper)
{
	double end = further_out(bound, upper);

	if (bound->kind == BOUND_WITHIN)
		bound->kind = BOUND_BETWEEN;
	if (bound->kind != BOUND_BETWEEN)
		bound->low = bound->high = end;
	else if (upper)
		bound->high = end;
	else
		bound->low = end;
}

static void turn(struct limit *limit, size_t which)
{
	static const char *const STATES[][2] = {
		{"on", "off"}, {"off", "on"}, {"open", "closed"}, {"closed", "open"}};
	struct bound *bound = &limit->bound[which];

	switch (bound->kind) {
	case BOUND_AT_MOST:
		bound->kind = BOUND_AT_LEAST;
		break;
	case BOUND_AT_LEAST:
		bound->kind = BOUND_AT_MOST;
		break;
	case BOUND_BELOW:
		bound->kind = BOUND_ABOVE;
		break;
	case BOUND_ABOVE:
		bound->kind = BOUND_BELOW;
		break;
	case BOUND_BETWEEN:
	case BOUND_WITHIN: /* the comparison with its lower end is the other way round */
		bound->kind = BOUND_AT_MOST;
		bound->high = bound->low;
		break;
	case BOUND_STATE:
		bound->state = !bound->state;
		for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++)
			if (!strcmp(limit->text, STATES[i][0])) {
				strcpy(limit->text, STATES[i][1]);
				break;
			}
		break;
	}
}

static void add_limit(struct makes *makes, const char *step, const struct protocol_measure *measure)
{
	const struct limit *limit = &measure->limit.limit;
	char which[24], zh[24], text[64], chinese[64];

	for (size_t i = 0; measure->limit.known && i < limit->bounds; i++) {
		const struct bound *bound = &limit->bound[i];
		bool several = limit->bounds > 1;
		struct mutant *mutant;

		which[0] = '\0';
		if (several)
			snprintf(which, sizeof(which), "bound %zu ", i + 1);
		snprintf(zh, sizeof(zh), several ? "第%zu项限值" : "限值", i + 1);
		for (int upper = 1; upper >= 0; upper--) {
			double end = upper ? bound->high : bound->low;

			if (!has_end(bound, upper) || further_out(bound, upper) == end)
				continue;
			mutant = add(makes, MUTANT_WIDENED, step, measure->name);
			mutant->bound = i;
			mutant->upper = upper;
			snprintf(text, sizeof(text), "%s%s end widened", which,
				 upper ? "upper" : "lower");
			snprintf(chinese, sizeof(chinese), "%s%s放宽一半", zh,
				 upper ? "上限" : "下限");
			call(mutant, text, chinese);
		}
		mutant = add(makes, MUTANT_TURNED, step, measure->name);
		mutant->bound = i;
		snprintf(text, sizeof(text), "%sturned round", which);
		snprintf(chinese, sizeof(chinese), "%s比较方向颠倒", zh);
		call(mutant, text, chinese);
	}
}

/* ---- measures, steps, declarations ---- */

static void add_measure(struct makes *makes, const char *step,
			const struct protocol_measure *measure)
{
	call(add(makes, MUTANT_LEFT_OUT, step, measure->name), "left out", "不作记录");
	if (measure->evidence)
		call(add(makes, MUTANT_OTHER_KIND, step, measure->name), "taken for the product's",
		     "误作样品项目");
	else
		call(add(makes, MUTANT_OTHER_KIND, step, measure->name), "taken for evidence",
		     "误作证据项目");
	add_limit(makes, step, measure);
}

static int line_of_step(const struct protocol *protocol, const char *name)
{
	const struct value *steps = value_get(protocol->data, "steps");

	for (size_t i = 0; i < value_count(steps); i++) {
		const char *own = value_get_text(value_at(steps, i), "name");

		if (own && !strcmp(own, name))
			return (int)value_get_int(value_at(steps, i), "line", 0);
	}
	return 0;
}

static void add_step(struct makes *makes, const struct protocol *protocol,
		     const struct protocol_step *step)
{
	size_t first = makes->count;

	if (protocol->step_count > 1)
		call(add(makes, MUTANT_STEP, step->name, ""), "removed", "整个步骤被删除");
	for (size_t i = 0; i < step->measure_count; i++)
		add_measure(makes, step->name, &step->measure[i]);
	for (size_t i = first; i < makes->count; i++)
		makes->mutant[i].line = line_of_step(protocol, step->name);
}

static void add_section(struct makes *makes, const char *section, const char *zh,
			const struct value *table, const char *only_with)
{
	for (size_t i = 0; i < value_count(table); i++) {
		struct mutant *mutant;

		if (only_with && !value_get(value_at(table, i), only_with))
			continue;
		mutant = add(makes, MUTANT_DECLARED, "", value_key(table, i));
		mutant->section = section;
		snprintf(mutant->name, sizeof(mutant->name), "%s: %s left out",
			 only_with ? only_with : section, mutant->measure);
		snprintf(mutant->zh, sizeof(mutant->zh), "%s:未声明 %s", zh, mutant->measure);
	}
}

static void add_declared(struct makes *makes, const struct protocol *protocol)
{
	const struct value *data = protocol->data;

	if (protocol->rule == RULE_GUARDED) {
		struct mutant *mutant = add(makes, MUTANT_SIMPLE, "", "");

		snprintf(mutant->name, sizeof(mutant->name), "decision: simple for guarded");
		snprintf(mutant->zh, sizeof(mutant->zh), "判定规则:不扣除不确定度");
	}
	for (size_t i = 0; i < protocol->condition_count; i++)
		add_limit(makes, "Conditions", protocol->condition[i].measure);
	add_section(makes, "environment", "环境条件", value_get(data, "environment"), NULL);
	add_section(makes, "sampling", "采样率", value_get(data, "sampling"), NULL);
	add_section(makes, "params", "方法要求", value_get(data, "params"), "method");
}

/* ---- places of the script ---- */

static const struct {
	const char *kind;
	enum mutant_kind is;
	const char *english, *chinese;
} SITES[] = {
	{"call", MUTANT_CALL, "left out", "略去"},
	{"assertion", MUTANT_ASSERTION, "asserts nothing", "不再断言"},
	{"comparison", MUTANT_COMPARISON, "turned round", "比较方向颠倒"},
};

static void add_site(struct makes *makes, const struct value *site)
{
	const char *kind = value_get_text(site, "kind"), *name = value_get_text(site, "name");
	const char *step = value_get_text(site, "step"), *with = value_get_text(site, "with");

	for (size_t i = 0; kind && name && with && i < sizeof(SITES) / sizeof(SITES[0]); i++) {
		struct mutant *mutant;

		if (strcmp(kind, SITES[i].kind) != 0)
			continue;
		mutant = add(makes, SITES[i].is, step ? step : "", "");
		snprintf(mutant->name, sizeof(mutant->name), "%.180s %s", name, SITES[i].english);
		snprintf(mutant->zh, sizeof(mutant->zh), "%.180s %s", name, SITES[i].chinese);
		snprintf(mutant->with, sizeof(mutant->with), "%s", with);
		mutant->line = (int)value_get_int(site, "line", 0);
		mutant->from = value_get_int(site, "from", 1);
		mutant->to = value_get_int(site, "to", 0);
	}
}

size_t mutants_of(const struct protocol *protocol, const struct value *sites,
		  struct mutant **mutants)
{
	struct makes makes = {NULL, 0, 0};

	for (size_t i = 0; i < protocol->step_count; i++)
		if (!protocol->step[i].automatic)
			add_step(&makes, protocol, &protocol->step[i]);
	add_declared(&makes, protocol);
	for (size_t i = 0; i < value_count(sites); i++)
		add_site(&makes, value_at(sites, i));
	*mutants = makes.mutant;
	return makes.count;
}

bool mutant_is_of_limit(const struct mutant *mutant)
{
	return mutant->kind == MUTANT_WIDENED || mutant->kind == MUTANT_TURNED ||
	       mutant->kind == MUTANT_SIMPLE;
}

/* ---- for plans ---- */

static struct value *without_step(const struct value *steps, const char *name)
{
	struct value *rest = value_list();

	for (size_t i = 0; i < value_count(steps); i++) {
		const char *own = value_get_text(value_at(steps, i), "name");

		if (!own || strcmp(own, name) != 0)
			value_add(rest, value_copy(value_at(steps, i)));
	}
	return rest;
}

static struct value *without(const struct value *map, const char *key)
{
	struct value *rest = value_map();

	for (size_t i = 0; i < value_count(map); i++)
		if (strcmp(value_key(map, i), key) != 0)
			value_set(rest, value_key(map, i), value_copy(value_at(map, i)));
	return rest;
}

void mutant_change_data(const struct mutant *mutant, struct value *data)
{
	if (mutant->kind == MUTANT_STEP) {
		value_set(data, "steps", without_step(value_get(data, "steps"), mutant->step));
	} else if (mutant->kind == MUTANT_DECLARED && strcmp(mutant->section, "params") != 0) {
		value_set(data, mutant->section,
			  without(value_get(data, mutant->section), mutant->measure));
	} else if (mutant->kind == MUTANT_DECLARED) {
		struct value *params = value_copy(value_get(data, "params"));

		value_set(params, mutant->measure,
			  without(value_get(params, mutant->measure), "method"));
		value_set(data, "params", params);
	}
}

static void change_measure(const struct mutant *mutant, struct protocol_measure *measure)
{
	struct limit *limit = &measure->limit.limit;

	if (mutant->kind == MUTANT_LEFT_OUT)
		measure->optional = true;
	else if (mutant->kind == MUTANT_OTHER_KIND)
		measure->evidence = !measure->evidence;
	else if (mutant->kind == MUTANT_WIDENED)
		widen(&limit->bound[mutant->bound], mutant->upper);
	else if (mutant->kind == MUTANT_TURNED)
		turn(limit, mutant->bound);
}

void mutant_change_protocol(const struct mutant *mutant, struct protocol *protocol)
{
	if (mutant->kind == MUTANT_SIMPLE)
		protocol->rule = RULE_SIMPLE;
	for (size_t i = 0; mutant->measure[0] && i < protocol->step_count; i++) {
		struct protocol_step *step = &protocol->step[i];

		for (size_t m = 0; m < step->measure_count; m++)
			if (!strcmp(step->name, mutant->step) &&
			    !strcmp(step->measure[m].name, mutant->measure))
				change_measure(mutant, &step->measure[m]);
	}
}

struct value *mutant_for_runner(const struct mutant *mutant)
{
	struct value *value = value_map();

	if (mutant->kind == MUTANT_STEP) {
		value_set_text(value, "removes", mutant->step);
	} else if (mutant->kind == MUTANT_LEFT_OUT) {
		value_set_text(value, "step", mutant->step);
		value_set_text(value, "measure", mutant->measure);
	} else if (mutant->from) {
		value_set_int(value, "from", mutant->from);
		value_set_int(value, "to", mutant->to);
		value_set_text(value, "with", mutant->with);
	} else {
		value_free(value);
		return NULL;
	}
	return value;
}
