/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gas: what may flow (run/gas_supply.h), and how much has.
 *
 * From an output's opening to its closing the guard asks the meter by itself. What flowed is the mean of each two readings
 * over the time between them; before the first and behind the last the nearest one counts. Two outputs that are open at
 * once on one meter are each charged with all of it: who drew what is not known, and a cylinder that is thought emptier
 * than it is does no harm.
 */
#include <stdio.h>
#include <string.h>

#include "run/slot.h"

static int gas_of(const struct slot *slot, int line)
{
	for (size_t i = 0; i < slot->fixture->gas_count; i++)
		if (slot->fixture->gas[i].line == line)
			return (int)i;
	return -1;
}

/* From the cylinder of this line in this run, by whichever line. */
static double drawn_of(const struct slot *slot, int gas)
{
	const struct gas_source *source = slot->settings.supply->source;
	double drawn = 0;

	for (size_t i = 0; i < slot->fixture->gas_count; i++)
		if (!strcmp(source[i].cylinder, source[gas].cylinder))
			drawn += slot->gas[i].drawn;
	return drawn;
}

/* … and by other slots since the register was read. */
static double drawn_by_others(const struct slot *slot, int gas, double drawn)
{
	const struct gas_source *source = &slot->settings.supply->source[gas];

	if (!slot->settings.account)
		return 0;
	return gas_account_drawn_by_all(slot->settings.account, source->cylinder) - source->before -
	       drawn;
}

int gas_allows(const struct slot *slot, int line, struct error *err)
{
	const struct gas_supply *supply = slot->settings.supply;
	int gas = gas_of(slot, line);
	double drawn;

	if (gas < 0 || !supply)
		return 0;
	drawn = drawn_of(slot, gas);
	return gas_supply_allows(supply, slot->fixture, (size_t)gas, slot_now(slot), drawn,
				 drawn_by_others(slot, gas, drawn), err);
}

static void flowed(struct slot *slot, int index, nsec until, double flow)
{
	struct slot_gas *gas = &slot->gas[index];
	double mean = gas->measured ? (gas->flow + flow) / 2 : flow;

	if (until > gas->until && mean > 0) {
		double volume = mean * nsec_seconds(until - gas->until);

		gas->drawn += volume;
		if (slot->settings.account && slot->settings.supply)
			gas_account_draw(slot->settings.account,
					 slot->settings.supply->source[index].cylinder, volume);
	}
	gas->until = until;
	gas->flow = flow;
	gas->measured = true;
}

static void opened(struct slot *slot, int index)
{
	struct slot_gas *gas = &slot->gas[index];

	gas->open = true;
	gas->measured = false;
	gas->since = gas->until = slot_now(slot);
	gas->drawn_before = gas->drawn;
	guard_want(slot, &gas->interest, slot->fixture->gas[index].meter);
}

static void tell(struct slot *slot, int index)
{
	const struct fixture_gas *spec = &slot->fixture->gas[index];
	const struct slot_gas *gas = &slot->gas[index];
	struct value *line = value_map();

	value_set_text(line, "line", slot->fixture->line[spec->line].name);
	if (slot->settings.supply)
		value_set_text(line, "cylinder", slot->settings.supply->source[index].cylinder);
	value_set_real(line, "seconds", nsec_seconds(slot_now(slot) - gas->since));
	if (gas->measured) {
		value_set_real(line, "volume",
			       unit_from_si(&spec->unit, gas->drawn - gas->drawn_before));
		value_set_text(line, "unit", spec->unit.symbol);
	}
	journal_line(slot->journal, slot_now(slot), "gas", line);
}

static void closed(struct slot *slot, int index)
{
	struct slot_gas *gas = &slot->gas[index];

	gas->open = false;
	slot_unwant(slot, &gas->interest);
	if (gas->measured)
		flowed(slot, index, slot_now(slot), gas->flow);
	tell(slot, index);
}

void gas_moved(struct slot *slot, int line, bool level)
{
	bool opens = level != slot->fixture->line[line].safe;
	int gas = gas_of(slot, line);

	if (gas < 0 || opens == slot->gas[gas].open)
		return;
	if (opens)
		opened(slot, gas);
	else
		closed(slot, gas);
}

void gas_sample(struct slot *slot, int channel, const struct bench_sample *sample)
{
	struct error why;

	for (size_t i = 0; i < slot->fixture->gas_count; i++) {
		struct slot_gas *gas = &slot->gas[i];

		if (slot->fixture->gas[i].meter != channel || !gas->open ||
		    sample->asked < gas->since)
			continue;
		flowed(slot, (int)i, sample->time, sample->value);
		if (gas_allows(slot, slot->fixture->gas[i].line, &why) < 0)
			slot_trip(slot, VERDICT_ERROR, why.text);
	}
}

void gas_forget(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->gas_count; i++)
		if (slot->gas[i].open)
			closed(slot, (int)i);
}
