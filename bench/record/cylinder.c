/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cylinders and connections are few and walked through; what was drawn is found by its cylinder.
 *
 * What a number or a unit means is looked at before a request comes here (run/gas_supply.h), by those who use it.
 */
#include "record/cylinder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/register.h"
#include "record/store_entry.h"
#include "record/wall_time.h"
#include "verdict/quantity.h"

static const struct register_member CYLINDER[] = {
	{"cylinder", true}, {"balance", true},	   {"certificate", true}, {"due", true},
	{"content", true},  {"residual", true},	   {"gbw", false},	  {"lot", false},
	{"maker", false},   {"laboratory", false}, {"by", true},	  {"note", false},
	{NULL, false},
};

static const struct register_member COMPONENT[] = {
	{"gas", true},	    {"value", true}, {"unit", true},
	{"expanded", true}, {"k", true},     {NULL, false},
};

static const struct register_member CONNECTION[] = {
	{"line", true}, {"cylinder", true}, {"component", false}, {"pressure", true},
	{"leak", true}, {"by", true},	    {"note", false},	  {NULL, false},
};

static const struct register_member DISCONNECTION[] = {
	{"line", true}, {"by", true}, {"note", false}, {NULL, false}};

void cylinder_debit_subject(const char *cylinder, char subject[CYLINDER_SUBJECT_SIZE])
{
	snprintf(subject, CYLINDER_SUBJECT_SIZE, REGISTER_SUBJECT(ENTRY_DEBIT) ":%s", cylinder);
}

static const char *text_of(const struct value *map, const char *name)
{
	const char *text = value_get_text(map, name);

	return text ? text : "";
}

/* ---- what there is ---- */

struct tally {
	uint64_t since;
	struct unit unit;
	double drawn; /* SI */
};

static int take_debit(void *ctx, const struct store_entry *found, struct error *err)
{
	struct tally *tally = ctx;
	const struct value *says = found->entry.says;
	struct unit unit;

	if (strcmp(found->entry.kind, ENTRY_DEBIT) != 0 || found->entry.seq < tally->since)
		return 0;
	if (unit_parse(&unit, text_of(says, "unit"), err) < 0)
		return error_context(err, "record %llu", (unsigned long long)found->entry.seq);
	tally->drawn += unit_to_si(&unit, strtod(text_of(says, "volume"), NULL));
	return 0;
}

/* The entry with what was drawn since it was made. */
static int add_drawn(struct bench_log *log, struct value *cylinder, struct error *err)
{
	const struct value *says = value_get(cylinder, "says");
	struct tally tally = {.since = (uint64_t)value_get_int(cylinder, "seq", 0)};
	char subject[CYLINDER_SUBJECT_SIZE];
	struct quantity content;

	if (quantity_parse(&content, text_of(says, "content"), err) < 0)
		return -1;
	tally.unit = content.unit;
	cylinder_debit_subject(text_of(says, "cylinder"), subject);
	if (store_entry_each(bench_log_store(log), subject, take_debit, &tally, err) < 0)
		return -1;
	value_set_real(cylinder, "drawn", unit_from_si(&tally.unit, tally.drawn));
	return 0;
}

struct value *cylinder_list(struct bench_log *log, struct error *err)
{
	struct value *list = register_last_of_each(log, ENTRY_CYLINDER, "cylinder", err);

	for (size_t i = 0; i < value_count(list); i++)
		if (add_drawn(log, list->items[i], err) < 0) {
			value_free(list);
			return NULL;
		}
	return list;
}

static const struct value *find(const struct value *cylinders, const char *name)
{
	for (size_t i = 0; i < value_count(cylinders); i++)
		if (!strcmp(text_of(value_get(value_at(cylinders, i), "says"), "cylinder"), name))
			return value_at(cylinders, i);
	return NULL;
}

struct value *cylinder_connections(struct bench_log *log, struct error *err)
{
	struct value *last = register_last_of_each(log, ENTRY_CONNECTION, "line", err),
		     *list = NULL;
	struct value *cylinders = last ? cylinder_list(log, err) : NULL;

	if (cylinders)
		list = value_list();
	for (size_t i = 0; list && i < value_count(last); i++) {
		const struct value *one = value_at(last, i);
		const struct value *cylinder =
			find(cylinders, text_of(value_get(one, "says"), "cylinder"));

		struct value *line = value_add(list, value_copy(one));

		if (cylinder)
			value_set(line, "cylinder", value_copy(cylinder));
	}
	value_free(cylinders);
	value_free(last);
	return list;
}

struct value *cylinder_debit(const char *cylinder, const char *line, double volume,
			     const char *unit, const char *run)
{
	struct value *says = value_map();

	value_set_text(says, "cylinder", cylinder);
	value_set_text(says, "line", line);
	value_set(says, "volume", value_printf("%.6g", volume));
	value_set_text(says, "unit", unit);
	value_set_text(says, "run", run);
	return says;
}

/* ---- what is asked ---- */

static int check_name(const struct value *says, const char *member, struct error *err)
{
	const char *name = text_of(says, member);

	if (strlen(name) > CYLINDER_NAME_MOST)
		return error_set(err, ERROR_USAGE, "'%s' has %zu bytes and may have %d", member,
				 strlen(name), CYLINDER_NAME_MOST);
	if (strpbrk(name, "\"\\"))
		return error_set(err, ERROR_USAGE, "'%s' has a quote or a backslash in it", member);
	return 0;
}

static int check_components(const struct value *components, struct error *err)
{
	if (!components || components->kind != VALUE_LIST || value_count(components) == 0 ||
	    value_count(components) > CYLINDER_COMPONENTS)
		return error_set(err, ERROR_USAGE, "a cylinder has 1 to %d certified components",
				 CYLINDER_COMPONENTS);
	for (size_t i = 0; i < value_count(components); i++)
		if (register_check_members(COMPONENT, NULL, value_at(components, i), err) < 0)
			return error_context(err, "component %zu", i + 1);
	return 0;
}

int admit_cylinder(struct bench_log *log, const struct value *request, const struct moment *now,
		   struct admitted *admitted, struct error *err)
{
	static const char *const LISTS[] = {"components", NULL};
	const struct value *says = value_get(request, "says");

	if (register_check_members(CYLINDER, LISTS, says, err) < 0 ||
	    check_name(says, "cylinder", err) < 0 ||
	    check_components(value_get(says, "components"), err) < 0 ||
	    register_check_person(log, says, now, err) < 0)
		return -1;
	admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_CYLINDER);
	return register_take(log, request, admitted, err);
}

/* `component` is NULL where each counts by itself. */
static int check_component(const struct value *cylinder, const char *component, struct error *err)
{
	const struct value *components = value_get(value_get(cylinder, "says"), "components");

	if (!component)
		return 0;

	for (size_t i = 0; i < value_count(components); i++)
		if (!strcmp(text_of(value_at(components, i), "gas"), component))
			return 0;
	return error_set(err, ERROR_USAGE, "its certificate has no component '%.40s'", component);
}

/* The last valid day is a valid one. */
static int check_date(const struct value *cylinder, const struct moment *now, struct error *err)
{
	const char *due = text_of(value_get(cylinder, "says"), "due");
	char today[WALL_TIME_SIZE];

	wall_time_write(&(struct wall_time){.ms = now->wall.ms}, today);
	if (strncmp(due, today, strlen("YYYY-MM-DD")) >= 0)
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "its certificate ran out on %s: enter a new one (davy gas add), or take "
			 "another cylinder",
			 due);
}

static int check_pressure(const struct value *cylinder, const char *pressure, struct error *err)
{
	const char *least = text_of(value_get(cylinder, "says"), "residual");
	struct quantity is, residual;
	int order;

	if (quantity_parse(&is, pressure, err) < 0 || quantity_parse(&residual, least, err) < 0 ||
	    quantity_compare(&order, &is, &residual, err) < 0)
		return -1;
	if (order > 0)
		return 0;
	return error_set(
		err, ERROR_REFUSED,
		"it stands at %s, and below %s its certificate does not hold: it is used up",
		pressure, least);
}

static int check_cylinder(struct bench_log *log, const struct value *says, const struct moment *now,
			  struct error *err)
{
	const char *name = text_of(says, "cylinder");
	struct value *cylinders = cylinder_list(log, err);
	const struct value *cylinder = find(cylinders, name);
	int done = -1;

	if (!cylinder && cylinders)
		error_set(err, ERROR_REFUSED,
			  "no cylinder '%.48s' is in the register: enter it first (davy gas add)",
			  name);
	else if (cylinder)
		done = check_component(cylinder, value_get_text(says, "component"), err) < 0 ||
				       check_date(cylinder, now, err) < 0 ||
				       check_pressure(cylinder, text_of(says, "pressure"), err) < 0
			       ? error_context(err, "cylinder %.48s", name)
			       : 0;
	value_free(cylinders);
	return done;
}

int admit_connection(struct bench_log *log, const struct value *request, const struct moment *now,
		     struct admitted *admitted, struct error *err)
{
	const struct value *says = value_get(request, "says");
	bool connects = value_get(says, "cylinder");

	if (register_check_members(connects ? CONNECTION : DISCONNECTION, NULL, says, err) < 0 ||
	    check_name(says, "line", err) < 0 || register_check_person(log, says, now, err) < 0 ||
	    (connects && check_cylinder(log, says, now, err) < 0))
		return -1;
	admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_CONNECTION);
	return register_take(log, request, admitted, err);
}
