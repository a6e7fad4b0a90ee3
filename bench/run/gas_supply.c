/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection of one slot's line counts before one of that line on every slot.
 *
 * Certificates know nothing of fixtures: a cylinder that was connected for one component certifies the line, one that was
 * connected for each of them certifies "LINE.GAS" for each. Whether that is what the fixture asks for is seen when a slot
 * opens, and told when gas is to flow.
 */
#include "run/gas_supply.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/cylinder.h"
#include "record/entry.h"
#include "run/calibration.h"
#include "run/registered.h"

static_assert(GAS_CYLINDER == CYLINDER_NAME_MOST + 1, "a cylinder's number is not cut");

static const char *text_of(const struct value *map, const char *name)
{
	const char *text = value_get_text(map, name);

	return text ? text : "";
}

/* ---- certificates ---- */

static const struct value *components_on(const struct value *connection)
{
	return value_get(value_get(value_get(connection, "cylinder"), "says"), "components");
}

static const struct value *component_of(const struct value *connection, const char *gas)
{
	const struct value *components = components_on(connection);

	for (size_t i = 0; i < value_count(components); i++)
		if (!strcmp(text_of(value_at(components, i), "gas"), gas))
			return value_at(components, i);
	return NULL;
}

static void copy_texts(struct value *to, const struct value *from, const char *const *names)
{
	for (; *names; names++)
		value_set_text(to, *names, value_get_text(from, *names));
}

/* What a calibration entry would say of this line. */
static struct value *certificate_of(const char *line, const struct value *cylinder,
				    const struct value *component)
{
	static const char *const OF_CYLINDER[] = {"cylinder", "certificate", "due", "gbw",
						  "lot",      "maker",	     NULL};
	static const char *const OF_COMPONENT[] = {"value", "unit", "expanded", "k", NULL};
	struct value *says = value_map();

	value_set_text(says, "instrument", line);
	copy_texts(says, cylinder, OF_CYLINDER);
	copy_texts(says, component, OF_COMPONENT);
	if (value_get(cylinder, "file"))
		value_set(says, "file", value_copy(value_get(cylinder, "file")));
	return says;
}

static void certify(struct value *calibrations, const struct value *connection,
		    const char *reference, const struct value *component)
{
	const struct value *cylinder = value_get(connection, "cylinder");
	struct value *entry = value_add(calibrations, value_map());

	value_set_int(entry, "seq", value_get_int(cylinder, "seq", 0));
	value_set_text(entry, "at", text_of(connection, "at"));
	value_set(entry, "says", certificate_of(reference, value_get(cylinder, "says"), component));
}

/* "mix.CH4", or, of one slot's line, "slot2/mix.CH4". A gas whose name no fixture could say is nobody's reference. */
static void certify_each(struct value *calibrations, const struct value *connection)
{
	const struct value *components = components_on(connection);
	const char *line = text_of(value_get(connection, "says"), "line");

	for (size_t i = 0; i < value_count(components); i++) {
		const char *gas = text_of(value_at(components, i), "gas");
		char *reference = xprintf("%s.%s", line, gas);

		if (!strchr(gas, '/') && strlen(gas) < FIXTURE_COMPONENT &&
		    strlen(reference) < FIXTURE_CERTIFIED)
			certify(calibrations, connection, reference, value_at(components, i));
		free(reference);
	}
}

/* A line's entry of a calibration stays where no cylinder was ever connected; a later connection takes its place. */
void gas_supply_certify(struct value *calibrations, const struct value *connections)
{
	for (size_t i = 0; i < value_count(connections); i++) {
		const struct value *one = value_at(connections, i);
		const char *gas = value_get_text(value_get(one, "says"), "component");
		const struct value *component = gas ? component_of(one, gas) : NULL;

		if (component)
			certify(calibrations, one, text_of(value_get(one, "says"), "line"),
				component);
		else if (!gas)
			certify_each(calibrations, one);
	}
}

/* ---- asking ---- */

static int check_kind(const char *what, const char *text, const char *like, struct error *err)
{
	struct quantity quantity;
	struct unit unit;

	if (quantity_parse(&quantity, text, err) < 0 || unit_parse(&unit, like, err) < 0)
		return error_context(err, "%s", what);
	if (!unit_same_dimension(&quantity.unit, &unit) || quantity.value < 0)
		return error_set(err, ERROR_USAGE, "%s: '%.40s' is not like '5 %s'", what, text,
				 like);
	return 0;
}

static int check_certificate(const struct value *cylinder, const struct value *component,
			     struct error *err)
{
	struct value *request = value_map();
	int done;

	value_set_text(request, "kind", ENTRY_CALIBRATION);
	value_set(request, "says", certificate_of(text_of(component, "gas"), cylinder, component));
	done = registered_check(request, err);
	value_free(request);
	return done;
}

/* A reference may be named after it. */
static int check_gas(const char *gas, struct error *err)
{
	if (strlen(gas) < FIXTURE_COMPONENT && !strchr(gas, '/'))
		return 0;
	return error_set(err, ERROR_USAGE, "gas '%.40s': 1 to %d bytes, without a /", gas,
			 FIXTURE_COMPONENT - 1);
}

static int check_cylinder(const struct value *says, struct error *err)
{
	const struct value *components = value_get(says, "components");

	for (size_t i = 0; i < value_count(components); i++)
		if (check_gas(text_of(value_at(components, i), "gas"), err) < 0 ||
		    check_certificate(says, value_at(components, i), err) < 0)
			return -1;
	if (check_kind("content", text_of(says, "content"), "L", err) < 0)
		return -1;
	return check_kind("residual", text_of(says, "residual"), "MPa", err);
}

int gas_supply_check(const struct value *request, struct error *err)
{
	const char *kind = value_get_text(request, "kind");
	const struct value *says = value_get(request, "says");

	if (kind && !strcmp(kind, ENTRY_CYLINDER))
		return check_cylinder(says, err);
	if (kind && !strcmp(kind, ENTRY_CONNECTION) && value_get(says, "pressure"))
		return check_kind("pressure", text_of(says, "pressure"), "MPa", err);
	return 0;
}

/* ---- a slot ---- */

static const struct value *connected_to(const struct value *connections, const char *line)
{
	for (size_t i = 0; i < value_count(connections); i++)
		if (!strcmp(text_of(value_get(value_at(connections, i), "says"), "line"), line))
			return value_at(connections, i);
	return NULL;
}

static const struct value *connection_of(const struct value *connections, int slot,
					 const char *line)
{
	char *own = xprintf("slot%d/%s", slot, line);
	const struct value *found = connected_to(connections, own);

	free(own);
	return found ? found : connected_to(connections, line);
}

/* Is this reference what the connection says of its line? A sentence into `trouble` when not. */
static void check_reference(struct gas_source *source, const struct fixture_reference *reference,
			    const char *line, const struct value *connection)
{
	const char *chosen = value_get_text(value_get(connection, "says"), "component");

	if (!reference->gas[0] && !chosen && !strcmp(reference->name, line))
		snprintf(
			source->trouble, sizeof(source->trouble),
			"it was connected for each of its components, and this bench asks for one: "
			"connect it again with --of GAS (davy gas)");
	else if (reference->gas[0] && chosen)
		snprintf(source->trouble, sizeof(source->trouble),
			 "it was connected for its %.15s alone, and this bench asks for its %s by "
			 "itself: connect it again with --of each (davy gas)",
			 chosen, reference->gas);
	else if (reference->gas[0] && !component_of(connection, reference->gas))
		snprintf(source->trouble, sizeof(source->trouble),
			 "its certificate has no %s, which this bench asks for (%s): connect "
			 "another",
			 reference->gas, reference->name);
}

static void check_references(struct gas_source *source, const struct fixture *fixture, int line,
			     const struct value *connection)
{
	const char *name = fixture->line[line].name;

	for (size_t i = 0; i < fixture->reference_count && !source->trouble[0]; i++) {
		const struct fixture_reference *reference = &fixture->reference[i];

		if (reference->line == line || !strcmp(reference->name, name))
			check_reference(source, reference, name, connection);
	}
}

static void fill(struct gas_source *source, const struct fixture *fixture,
		 const struct fixture_gas *gas, const struct value *connection)
{
	const struct value *cylinder = value_get(connection, "cylinder");
	const struct value *says = value_get(cylinder, "says");
	double drawn = value_get_real(cylinder, "drawn", 0);
	struct quantity content;
	struct error err;

	if (!cylinder) /* somebody has disconnected it */
		return;
	snprintf(source->cylinder, sizeof(source->cylinder), "%s", text_of(says, "cylinder"));
	snprintf(source->due, sizeof(source->due), "%s", text_of(says, "due"));
	if (quantity_parse(&content, text_of(says, "content"), &err) < 0 ||
	    !unit_same_kind(&content.unit, &gas->unit)) {
		snprintf(source->trouble, sizeof(source->trouble),
			 "its content is '%.40s', and the flow is metered in %s: enter it so (davy "
			 "gas add)",
			 text_of(says, "content"), gas->unit.symbol);
		return;
	}
	source->left = content.value - unit_to_si(&content.unit, drawn) -
		       value_get_real(cylinder, "unrecorded", 0);
	source->before = value_get_real(cylinder, "before", 0);
	check_references(source, fixture, gas->line, connection);
}

struct gas_supply *gas_supply_new(const struct fixture *fixture, const struct value *connections,
				  int slot, nsec wall)
{
	struct gas_supply *supply = xcalloc(1, sizeof(*supply));

	supply->wall = wall;
	for (size_t i = 0; i < fixture->gas_count; i++) {
		const struct fixture_gas *gas = &fixture->gas[i];
		const struct value *connection =
			connection_of(connections, slot, fixture->line[gas->line].name);

		if (connection)
			fill(&supply->source[i], fixture, gas, connection);
	}
	return supply;
}

int gas_supply_allows(const struct gas_supply *supply, const struct fixture *fixture, size_t gas,
		      nsec time, double drawn, double by_others, struct error *err)
{
	const struct gas_source *source = &supply->source[gas];
	const struct unit *unit = &fixture->gas[gas].unit;
	const char *line = fixture->line[fixture->gas[gas].line].name;

	if (!source->cylinder[0])
		return error_set(err, ERROR_REFUSED,
				 "no cylinder is connected to %s: davy gas connect CYLINDER %s",
				 line, line);
	if (source->trouble[0])
		return error_set(err, ERROR_REFUSED, "cylinder %s on %s: %s", source->cylinder,
				 line, source->trouble);
	if (calibration_is_over(source->due, supply->wall + time))
		return error_set(err, ERROR_REFUSED,
				 "the certificate of cylinder %s on %s ran out on %s: connect "
				 "another (davy gas connect)",
				 source->cylinder, line, source->due);
	if (drawn + by_others >= source->left) {
		char others[64] = "";

		if (by_others > 0)
			snprintf(others, sizeof(others),
				 " (%.4g %s of it by other slots meanwhile)",
				 unit_from_si(unit, by_others), unit->symbol);
		return error_set(
			err, ERROR_REFUSED,
			"cylinder %s on %s is used up, as far as it was metered%s: connect "
			"another, or say anew what it holds (davy gas add)",
			source->cylinder, line, others);
	}
	return 0;
}

struct value *gas_supply_describe(const struct gas_supply *supply, const struct fixture *fixture)
{
	struct value *map = value_map();

	for (size_t i = 0; i < fixture->gas_count; i++) {
		const struct gas_source *source = &supply->source[i];
		struct value *one;

		if (!source->cylinder[0])
			continue;
		one = value_set(map, fixture->line[fixture->gas[i].line].name, value_map());
		value_set_text(one, "cylinder", source->cylinder);
		value_set_text(one, "due", source->due);
		value_set_real(one, "left", unit_from_si(&fixture->gas[i].unit, source->left));
		value_set_text(one, "unit", fixture->gas[i].unit.symbol);
	}
	return map;
}
