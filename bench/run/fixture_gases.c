/* SPDX-License-Identifier: Apache-2.0 */
/* Which outputs let certified gas flow, and which channel meters what flows. */
#include <stdio.h>

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
