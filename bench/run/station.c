/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stations: names of wires bound to a fixture's ports and lines.
 *
 * Nothing is opened here. What is refused is what would be wrong on every machine: a valve that no wire
 * drives, two parts on one wire, an output that two slots would fight for. Inputs may be shared by
 * slots: one E-stop button serves a whole bench.
 */
#include "run/station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/shape.h"

const struct value *station_find_slot(const struct value *station, int number)
{
	const struct value *slots = value_get(station, "slots");

	for (size_t i = 0; i < value_count(slots); i++)
		if (value_get_int(value_at(slots, i), "number", 0) == number)
			return value_at(slots, i);
	return NULL;
}

int station_check_slot(const struct value *station, int number, const char *fixture,
		       const char *where, struct error *err)
{
	const struct value *slot = station_find_slot(station, number);
	const char *there = value_get_text(slot, "fixture");

	if (!slot)
		return error_set(err, ERROR_USAGE, "%s has no slot %d", where, number);
	if (!there || strcmp(there, fixture) != 0)
		return error_set(err, ERROR_USAGE,
				 "%s: slot %d holds fixture '%s', and the protocol needs '%s'",
				 where, number, there ? there : "", fixture);
	return 0;
}

/* ---- one wire ---- */

static int set_where(char place[STATION_WHERE], const char *text, struct error *err)
{
	if (strlen(text) >= STATION_WHERE)
		return error_set(err, ERROR_USAGE, "'%.40s…': a wire's name has at most %d bytes",
				 text, STATION_WHERE - 1);
	strcpy(place, text);
	return 0;
}

static const struct value *wire_of(const struct value *slot, const char *group, const char *name,
				   struct error *err)
{
	const struct value *wire = value_get(value_get(slot, group), name);

	if (!wire)
		error_set(err, ERROR_USAGE,
			  "%s '%s' of the fixture has no wire: name it under %s = { … }",
			  !strcmp(group, "ports") ? "port" : "line", name, group);
	return wire;
}

static int set_ends(char where[STATION_WHERE], char far[STATION_WHERE], const struct value *slot,
		    const char *group, const char *name, const struct value *wire,
		    struct error *err)
{
	const char *near = value_get_text(wire, "where");
	const char *other = value_get_text(value_get(value_get(slot, "rig"), group), name);

	if (set_where(where, near ? near : "", err) < 0)
		return -1;
	return set_where(far, other ? other : "", err);
}

/* The place of a word among `words`, which ends with NULL; `otherwise` when nothing is said. */
static int word_of(const struct value *wire, const char *key, const char *const *words,
		   int otherwise, struct error *err)
{
	const char *word = value_get_text(wire, key);

	for (int i = 0; word && words[i]; i++)
		if (!strcmp(word, words[i]))
			return i;
	if (!word)
		return otherwise;
	return error_set(err, ERROR_USAGE, "'%s' is no %s", word, key);
}

static int bind_port(struct station_port *port, const struct value *slot, const char *name,
		     struct error *err)
{
	const struct value *wire = wire_of(slot, "ports", name, err);

	snprintf(port->name, sizeof(port->name), "%s", name);
	if (!wire || set_ends(port->where, port->far, slot, "ports", name, wire, err) < 0)
		return -1;
	port->echo = value_get_bool(wire, "echo");
	return 0;
}

static int bind_line(struct station_line *line, const struct value *slot,
		     const struct fixture_line *spec, struct error *err)
{
	static const char *const BIASES[] = {"pull-up", "pull-down", "off", NULL};
	static const enum gpio_bias BIAS[] = {GPIO_BIAS_PULL_UP, GPIO_BIAS_PULL_DOWN, GPIO_BIAS_OFF,
					      GPIO_BIAS_AS_IS};
	static const char *const DRIVES[] = {"push-pull", "open-drain", "open-source", NULL};
	static const enum gpio_drive DRIVE[] = {GPIO_PUSH_PULL, GPIO_OPEN_DRAIN, GPIO_OPEN_SOURCE};
	const struct value *wire = wire_of(slot, "lines", spec->name, err);
	int bias, drive;

	snprintf(line->name, sizeof(line->name), "%s", spec->name);
	if (!wire || set_ends(line->where, line->far, slot, "lines", spec->name, wire, err) < 0)
		return -1;
	bias = word_of(wire, "bias", BIASES, 3, err);
	drive = word_of(wire, "drive", DRIVES, 0, err);
	if (bias < 0 || drive < 0)
		return error_context(err, "line '%s'", spec->name);
	if (!spec->output && value_get_text(wire, "drive"))
		return error_set(err, ERROR_USAGE,
				 "line '%s' is an input of the fixture, and nothing drives it "
				 "from here: leave `drive` out",
				 spec->name);
	line->bias = BIAS[bias];
	line->drive = DRIVE[drive];
	return 0;
}

/* ---- the slot as a whole ---- */

static int check_known(const struct station_slot *slot, const struct fixture *fixture,
		       const struct value *written, struct error *err)
{
	const struct value *ports = value_get(written, "ports");
	const struct value *lines = value_get(written, "lines");

	for (size_t i = 0; i < value_count(ports); i++) {
		size_t n = 0;

		while (n < slot->port_count && strcmp(slot->port[n].name, value_key(ports, i)) != 0)
			n++;
		if (n == slot->port_count)
			return error_set(err, ERROR_USAGE, "fixture %s has no port '%s'",
					 fixture->id, value_key(ports, i));
	}
	for (size_t i = 0; i < value_count(lines); i++)
		if (fixture_find_line(fixture, value_key(lines, i)) < 0)
			return error_set(err, ERROR_USAGE, "fixture %s has no line '%s'",
					 fixture->id, value_key(lines, i));
	return 0;
}

/* Of simulated wires it is asked as well, which are bound to nothing. */
int station_check_identities(const struct value *written, const struct fixture *fixture,
			     struct error *err)
{
	const struct value *identities = value_get(written, "identities");

	for (size_t i = 0; i < value_count(identities); i++)
		if (fixture_find_device(fixture, value_key(identities, i)) < 0)
			return error_set(err, ERROR_USAGE,
					 "identities: fixture %s has no device '%s'", fixture->id,
					 value_key(identities, i));
	return 0;
}

static int refuse_twice(const char *what, const char *one, const char *other, const char *where,
			struct error *err)
{
	return error_set(err, ERROR_USAGE,
			 "%s '%s' and '%s' are both on %s: each has a wire of "
			 "its own",
			 what, one, other, where);
}

static int check_twice(const struct station_slot *slot, struct error *err)
{
	for (size_t i = 0; i < slot->port_count; i++)
		for (size_t n = i + 1; n < slot->port_count; n++)
			if (!strcmp(slot->port[i].where, slot->port[n].where))
				return refuse_twice("ports", slot->port[i].name, slot->port[n].name,
						    slot->port[i].where, err);
	for (size_t i = 0; i < slot->line_count; i++)
		for (size_t n = i + 1; n < slot->line_count; n++)
			if (!strcmp(slot->line[i].where, slot->line[n].where))
				return refuse_twice("lines", slot->line[i].name, slot->line[n].name,
						    slot->line[i].where, err);
	return 0;
}

static const char *name_of_wire(const struct value *lines, const char *where)
{
	for (size_t i = 0; i < value_count(lines); i++) {
		const char *place = value_get_text(value_at(lines, i), "where");

		if (place && !strcmp(place, where))
			return value_key(lines, i);
	}
	return NULL;
}

/* An output is driven by one slot. Of an input of ours that another slot drives, that slot tells. */
static int check_others(const struct station_slot *slot, const struct fixture *fixture,
			const struct value *station, struct error *err)
{
	const struct value *slots = value_get(station, "slots");

	for (size_t s = 0; s < value_count(slots); s++) {
		const struct value *other = value_at(slots, s);
		long long number = value_get_int(other, "number", 0);

		for (size_t i = 0; number != slot->number && i < slot->line_count; i++) {
			const char *theirs =
				name_of_wire(value_get(other, "lines"), slot->line[i].where);

			if (theirs && fixture->line[i].output)
				return error_set(err, ERROR_USAGE,
						 "output '%s' is on %s, and so is '%s' of slot "
						 "%lld: an output belongs to one slot",
						 slot->line[i].name, slot->line[i].where, theirs,
						 number);
		}
	}
	return 0;
}

static int compile(struct station_slot *slot, const struct value *station,
		   const struct fixture *fixture, struct error *err)
{
	const struct value *written = station_find_slot(station, slot->number);
	const char *watchdog = value_get_text(station, "watchdog");

	if (shape_check("station", station, err) < 0)
		return -1;
	if (set_where(slot->watchdog, watchdog ? watchdog : "", err) < 0)
		return error_context(err, "watchdog");
	for (size_t i = 0; i < fixture->port_count; i++)
		if (bind_port(&slot->port[slot->port_count++], written, fixture->port[i].name,
			      err) < 0)
			return -1;
	for (size_t i = 0; i < fixture->line_count; i++)
		if (bind_line(&slot->line[slot->line_count++], written, &fixture->line[i], err) < 0)
			return -1;
	if (check_known(slot, fixture, written, err) < 0 ||
	    station_check_identities(written, fixture, err) < 0 || check_twice(slot, err) < 0)
		return -1;
	return check_others(slot, fixture, station, err);
}

struct station_slot *station_slot_compile(const struct value *station, int number,
					  const struct fixture *fixture, const char *where,
					  struct error *err)
{
	struct station_slot *slot = xcalloc(1, sizeof(*slot));

	slot->number = number;
	snprintf(slot->fixture, sizeof(slot->fixture), "%s", fixture->id);
	if (compile(slot, station, fixture, err) == 0)
		return slot;
	error_context(err, "%s: slot %d", where, number);
	free(slot);
	return NULL;
}

struct value *station_slot_describe(const struct station_slot *slot)
{
	struct value *wires = value_map();
	struct value *ports = value_set(wires, "ports", value_map());
	struct value *lines = value_set(wires, "lines", value_map());

	for (size_t i = 0; i < slot->port_count; i++)
		value_set_text(ports, slot->port[i].name, slot->port[i].where);
	for (size_t i = 0; i < slot->line_count; i++)
		value_set_text(lines, slot->line[i].name, slot->line[i].where);
	return wires;
}
