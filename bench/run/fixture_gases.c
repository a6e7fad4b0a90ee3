/* SPDX-License-Identifier: Apache-2.0 */
/* Which outputs let certified gas flow, which channel meters what flows, and what has a certified value. */
#include <stdio.h>
#include <string.h>

#include "run/fixture.h"

/* A flow over time is a volume, counted as the meter counts. */
static int volume_of(struct unit *volume, const struct unit *flow)
{
	struct quantity second, one;
	struct error ignored;

	if (unit_parse(volume, "L", &ignored) < 0 || quantity_parse(&second, "1 s", &ignored) < 0)
		return -1;
	one = quantity_of(1, flow);
	if (quantity_multiply(&one, &one, &second, &ignored) < 0 ||
	    !unit_same_dimension(&one.unit, volume))
		return -1;
	return !flow->state || unit_put_state(volume, flow->state) ? 0 : -1;
}

static int compile_gas(struct fixture *fixture, const char *name, const struct value *meter,
		       struct error *err)
{
	struct fixture_gas *gas = &fixture->gas[fixture->gas_count];
	const char *channel = meter->kind == VALUE_TEXT ? meter->text : "?";
	const struct fixture_channel *spec;

	if (fixture->gas_count == FIXTURE_GASES)
		return error_set(err, ERROR_USAGE, "more than %d of a fixture", FIXTURE_GASES);
	gas->line = fixture_find_line(fixture, name);
	if (gas->line < 0 || !fixture->line[gas->line].output)
		return error_set(err, ERROR_USAGE, "'%s' is no output", name);
	gas->meter = fixture_find_channel(fixture, channel);
	if (gas->meter < 0)
		return error_set(err, ERROR_USAGE, "'%s': there is no channel '%s' to meter it",
				 name, channel);
	spec = &fixture->channel[gas->meter];
	if (spec->dut || spec->breath || volume_of(&gas->unit, &spec->unit) < 0)
		return error_set(
			err, ERROR_USAGE,
			"'%s': channel '%s' is no flow meter of the bench: it counts in '%s'", name,
			channel, spec->unit.symbol);
	fixture->gas_count++;
	return 0;
}

int fixture_compile_gases(struct fixture *fixture, const struct value *gases, struct error *err)
{
	for (size_t i = 0; i < value_count(gases); i++)
		if (compile_gas(fixture, value_key(gases, i), value_at(gases, i), err) < 0)
			return error_context(err, "gases");
	return 0;
}

static bool is_gas(const struct fixture *fixture, int line)
{
	for (size_t i = 0; i < fixture->gas_count; i++)
		if (fixture->gas[i].line == line)
			return true;
	return false;
}

/* One component of what comes from a line. */
static int compile_component(const struct fixture *fixture, struct fixture_reference *reference,
			     const struct value *value, struct error *err)
{
	const char *of = value_get_text(value, "of"), *gas = value_get_text(value, "gas");

	if (!of || !gas)
		return error_set(
			err, ERROR_USAGE,
			"a component says of which line it is, and which gas: { \"%%vol\", "
			"of = \"mix\", gas = \"CH4\" }");
	if (!*gas || strlen(gas) >= sizeof(reference->gas) || strpbrk(gas, "/\""))
		return error_set(err, ERROR_USAGE,
				 "'%.40s' is no gas: 1 to %zu bytes, without / and \"", gas,
				 sizeof(reference->gas) - 1);
	reference->line = fixture_find_line(fixture, of);
	if (reference->line < 0 || !is_gas(fixture, reference->line))
		return error_set(err, ERROR_USAGE, "'%.40s' is no output under gases", of);
	strcpy(reference->gas, gas);
	snprintf(reference->certified, sizeof(reference->certified), "%s.%s", of, gas);
	return 0;
}

static int compile_reference(const struct fixture *fixture, struct fixture_reference *reference,
			     const struct value *value, struct error *err)
{
	bool is_component = value->kind == VALUE_MAP;
	const char *unit = is_component		       ? value_get_text(value, "unit")
			   : value->kind == VALUE_TEXT ? value->text
						       : NULL;

	if (unit_parse(&reference->unit, unit ? unit : "?", err) < 0)
		return -1;
	if (is_component)
		return compile_component(fixture, reference, value, err);
	reference->line = -1;
	strcpy(reference->certified, reference->name);
	return 0;
}

int fixture_compile_references(struct fixture *fixture, const struct value *references,
			       struct error *err)
{
	for (size_t i = 0; i < value_count(references); i++) {
		struct fixture_reference *reference =
			&fixture->reference[fixture->reference_count++];

		if (fixture_name(reference->name, value_key(references, i), err) < 0)
			return -1;
		if (compile_reference(fixture, reference, value_at(references, i), err) < 0)
			return error_context(err, "reference '%s'", reference->name);
	}
	return 0;
}
