/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols as data. The loader has checked the author's words; here every measure gets the limit
 * that will judge it, from the protocol or from the laboratory's set, and from then on nothing that a
 * script says can change it.
 */
#include "run/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/shape.h"

static void copy_text(char *to, size_t size, const struct value *from, const char *key)
{
	const char *text = value_get_text(from, key);

	snprintf(to, size, "%s", text ? text : "");
}

int protocol_compile_measure(struct protocol_measure *measure, const char *name,
			     const struct value *value, const char *protocol,
			     const struct limit_set *set, struct error *err)
{
	const struct value *said = value_get(value, "limit");
	struct value *limit;
	int done;

	snprintf(measure->name, sizeof(measure->name), "%s", name);
	copy_text(measure->meaning, sizeof(measure->meaning), value, "meaning");
	copy_text(measure->zh, sizeof(measure->zh), value, "zh");
	measure->per = value_get(value, "per") != NULL;
	measure->evidence = value_get_bool(value, "evidence");
	measure->optional = value_get_bool(value, "optional");
	copy_text(measure->share_of, sizeof(measure->share_of), value, "share_of");

	limit = value_count(said) ? value_copy(said)
				  : value_map(); /* an empty table may be a list */
	if (!value_get_text(limit, "key"))
		value_set_text(limit, "key", name);
	done = limit_freeze(&measure->limit, limit, protocol, set, err);
	value_free(limit);
	return done < 0 ? error_context(err, "measure '%s'", name) : 0;
}

static int compile_step(struct protocol_step *step, const struct value *value, const char *protocol,
			const struct limit_set *set, struct error *err)
{
	const struct value *measures = value_get(value, "measures");

	copy_text(step->name, sizeof(step->name), value, "name");
	copy_text(step->zh, sizeof(step->zh), value, "zh");
	copy_text(step->clause, sizeof(step->clause), value, "clause");
	step->repeats = (int)value_get_int(value, "repeats", 1);
	step->measure = xcalloc(value_count(measures) + 1, sizeof(*step->measure));
	step->measure_count = value_count(measures);
	for (size_t i = 0; i < step->measure_count; i++)
		if (protocol_compile_measure(&step->measure[i], value_key(measures, i),
					     value_at(measures, i), protocol, set, err) < 0)
			return error_context(err, "step '%s'", step->name);
	for (size_t i = 0; i < step->measure_count; i++)
		if (step->measure[i].share_of[0] &&
		    !protocol_find_measure(step, step->measure[i].share_of))
			return error_set(err, ERROR_USAGE,
					 "step '%s': measure '%s' is a share of '%s', which is not "
					 "declared there",
					 step->name, step->measure[i].name,
					 step->measure[i].share_of);
	return 0;
}

/* Two steps of one name stay in their order. */
static int by_name_then_place(const void *a, const void *b)
{
	const struct protocol_step *first = *(const struct protocol_step *const *)a;
	const struct protocol_step *second = *(const struct protocol_step *const *)b;
	int order = strcmp(first->name, second->name);

	return order ? order : (first > second) - (first < second);
}

/* A script names its steps at each turn, and a protocol may have thousands. */
static void sort_steps(struct protocol *protocol)
{
	protocol->by_name = xcalloc(protocol->step_count + 1, sizeof(const struct protocol_step *));
	for (size_t i = 0; i < protocol->step_count; i++)
		protocol->by_name[i] = &protocol->step[i];
	qsort(protocol->by_name, protocol->step_count, sizeof(const struct protocol_step *),
	      by_name_then_place);
}

struct protocol *protocol_compile(const struct value *value, const struct limit_set *set,
				  const char *where, struct error *err)
{
	struct protocol *protocol = xcalloc(1, sizeof(*protocol));
	const struct value *steps = value_get(value, "steps");
	const char *rule = value_get_text(value, "decision");

	protocol->data = value_copy(value);
	copy_text(protocol->id, sizeof(protocol->id), value, "id");
	copy_text(protocol->title, sizeof(protocol->title), value, "title");
	copy_text(protocol->zh, sizeof(protocol->zh), value, "zh");
	copy_text(protocol->standard, sizeof(protocol->standard), value, "standard");
	copy_text(protocol->class, sizeof(protocol->class), value, "class");
	copy_text(protocol->fixture, sizeof(protocol->fixture), value, "fixture");
	copy_text(protocol->deviation, sizeof(protocol->deviation), value, "deviation");
	protocol->version = value_get_int(value, "version", 0);
	protocol->step = xcalloc(value_count(steps) + 2, sizeof(*protocol->step));
	protocol->step_count = value_count(steps);

	if (shape_check("protocol", value, err) < 0 ||
	    rule_parse(&protocol->rule, rule ? rule : "simple", err) < 0)
		goto failed;
	for (size_t i = 0; i < protocol->step_count; i++)
		if (compile_step(&protocol->step[i], value_at(steps, i), protocol->id, set, err) <
		    0)
			goto failed;
	if (declarations_compile(protocol, protocol->data, set, err) < 0)
		goto failed;
	sort_steps(protocol);
	return protocol;

failed:
	error_context(err, "%s", where);
	protocol_free(protocol);
	return NULL;
}

void protocol_free(struct protocol *protocol)
{
	if (!protocol)
		return;
	for (size_t i = 0; i < protocol->step_count; i++)
		free(protocol->step[i].measure);
	free(protocol->step);
	free(protocol->by_name);
	declarations_done(protocol);
	value_free(protocol->data);
	free(protocol);
}

const struct protocol_step *protocol_find_step(const struct protocol *protocol, const char *name)
{
	size_t from = 0, to = name ? protocol->step_count : 0;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(protocol->by_name[middle]->name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	if (!name || from == protocol->step_count ||
	    strcmp(protocol->by_name[from]->name, name) != 0)
		return NULL;
	return protocol->by_name[from];
}

const struct protocol_measure *protocol_find_measure(const struct protocol_step *step,
						     const char *name)
{
	for (size_t i = 0; name && i < step->measure_count; i++)
		if (!strcmp(step->measure[i].name, name))
			return &step->measure[i];
	return NULL;
}

static void add_key(struct value *keys, const char *key)
{
	for (size_t i = 0; i < value_count(keys); i++)
		if (!strcmp(value_at(keys, i)->text, key))
			return;
	value_add(keys, value_text(key));
}

struct value *protocol_warnings(const struct protocol *protocol, const struct limit_set *set)
{
	struct value *keys = value_list(), *warnings = value_list();

	for (size_t i = 0; i < protocol->step_count; i++)
		for (size_t m = 0; m < protocol->step[i].measure_count; m++)
			add_key(keys, protocol->step[i].measure[m].limit.key);
	if (set)
		limit_set_warn(set, protocol->id, keys, warnings);
	value_free(keys);
	return warnings;
}

static void describe_measure(const struct protocol_measure *measure, struct value *measures)
{
	struct value *one = value_set(measures, measure->name, value_map());

	value_set_text(one, "meaning", measure->meaning);
	if (measure->zh[0])
		value_set_text(one, "zh", measure->zh);
	if (measure->evidence)
		value_set_bool(one, "evidence", true);
	if (measure->optional)
		value_set_bool(one, "optional", true);
	value_set(one, "limit", limit_describe(&measure->limit));
}

struct value *protocol_describe(const struct protocol *protocol)
{
	struct value *steps = value_list();

	for (size_t i = 0; i < protocol->step_count; i++) {
		const struct protocol_step *step = &protocol->step[i];
		struct value *one = value_add(steps, value_map());
		struct value *measures;

		value_set_text(one, "name", step->name);
		if (step->zh[0])
			value_set_text(one, "zh", step->zh);
		if (step->clause[0])
			value_set_text(one, "clause", step->clause);
		measures = value_set(one, "measures", value_map());
		for (size_t m = 0; m < step->measure_count; m++)
			describe_measure(&step->measure[m], measures);
	}
	return steps;
}
