/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contacts that show what an output does: a contactor that has welded, a valve that sticks.
 *
 * An output that is driven gives its contact the fixture's time. What the contact does meanwhile counts
 * for nothing, but for reaching the output's level; from then on, or from the end of that time on, it must
 * show that level, until the output is driven again. Whoever sees that it does not ends the run as ERROR:
 * a contactor that does not open makes no bench safe, and one that does not close tests nothing.
 *
 * Whoever takes the outputs drives them, too: one whose wire had floated may have been away from safe until
 * then. The bench is not up before each contact shows its output's level; what it does on the way there
 * counts for nothing, and it is judged at the end of its time, or once all else is known if that is later.
 * Contacts that agree keep nobody waiting.
 *
 * A contact is a wire and keeps the machine's time, also where the bench's is scaled.
 *
 * The safe sequence waits for the contacts too, but for nothing they show: everything else is made safe
 * all the same (slot_safe.c).
 */
#include <stdio.h>

#include "run/slot.h"

bool contact_differs(const struct slot *slot, int line, char *why, size_t size)
{
	const struct fixture_line *spec = &slot->fixture->line[line];
	const struct fixture_line *contact = &slot->fixture->line[spec->read_back];
	bool level = gpio_get(slot->line[line].gpio);
	bool shown = gpio_get(slot->line[spec->read_back].gpio);

	if (shown == level)
		return false;
	snprintf(why, size, "%s is %s, but its contact %s says %s: %s", spec->name,
		 fixture_level_name(spec, level), contact->name, fixture_level_name(contact, shown),
		 level == spec->safe ? "welded, stuck, or its wire is broken"
				     : "it has not moved, or its wire is broken");
	return true;
}

static void trip_if_it_differs(struct slot *slot, int line)
{
	char why[240];

	if (!slot->tripped && contact_differs(slot, line, why, sizeof(why)))
		slot_trip(slot, VERDICT_ERROR, why);
}

static void settled(struct slot *slot, int line)
{
	timer_stop(&slot->line[line].follows);
	if (slot->line[line].noted)
		safe_contact_known(slot, line);
	else if (slot->up)
		trip_if_it_differs(slot, line);
	else
		slot_check_up(slot);
}

static void time_is_over(void *ctx)
{
	struct slot_line *line = ctx;

	settled(line->slot, line->index);
}

void contact_awaited(struct slot *slot, int index)
{
	const struct fixture_line *spec = &slot->fixture->line[index];
	struct slot_line *line = &slot->line[index];

	if (spec->read_back >= 0)
		timer_start(&line->follows, slot->wire_clock,
			    clock_now(slot->wire_clock) + spec->within, TIMER_CONDITION,
			    time_is_over, line);
}

void contact_moved(struct slot *slot, int contact)
{
	int line = slot->fixture->line[contact].shows;

	if (line < 0)
		return;
	if (!slot->up && !slot->tripped)
		slot_check_up(slot);
	else if (!timer_armed(&slot->line[line].follows))
		trip_if_it_differs(slot, line);
	else if (gpio_get(slot->line[line].gpio) == gpio_get(slot->line[contact].gpio))
		settled(slot, line);
}

void contacts_taken(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->line_count; i++)
		contact_awaited(slot, (int)i);
}

/* Why the bench is not up yet: once for each output. */
static void note_awaited(struct slot *slot, int index)
{
	const struct fixture_line *spec = &slot->fixture->line[index];
	const struct fixture_line *contact = &slot->fixture->line[spec->read_back];
	bool shown = gpio_get(slot->line[spec->read_back].gpio);
	struct value *line;

	if (slot->line[index].told_late)
		return;
	slot->line[index].told_late = true;
	line = value_map();
	value_set_text(line, "what", spec->name);
	value_set_text(line, "level", fixture_level_name(spec, spec->safe));
	value_set_text(line, "contact", contact->name);
	value_set_text(line, "shows", fixture_level_name(contact, shown));
	value_set_int(line, "within_ns", spec->within);
	journal_line(slot->journal, slot_now(slot), "awaits", line);
}

bool contacts_ready(struct slot *slot)
{
	char ignored[240];
	bool all = true;

	for (size_t i = 0; i < slot->fixture->line_count && !slot->tripped; i++) {
		if (slot->fixture->line[i].read_back < 0 ||
		    !contact_differs(slot, (int)i, ignored, sizeof(ignored)))
			continue;
		all = false;
		if (timer_armed(&slot->line[i].follows))
			note_awaited(slot, (int)i);
		else
			trip_if_it_differs(slot, (int)i);
	}
	if (all)
		contacts_forget(slot);
	return all;
}

void contacts_forget(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->line_count; i++)
		timer_stop(&slot->line[i].follows);
}
