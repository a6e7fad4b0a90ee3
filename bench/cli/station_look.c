/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A station, wire by wire. It is checked as a run would check it, and further: all its slots at once, and by what
 * names mean and not by how they are written.
 */
#include "cli/station_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/catalogue.h"
#include "cli/place.h"
#include "cli/reader_port.h"
#include "cli/words.h"
#include "port/gpio_look.h"
#include "port/serial_where.h"
#include "run/station.h"

static const struct {
	struct words slot, port, reader, output, input, pulse, twice, no_fixture;
} TEXTS = {
	.slot = {"slot", "工位"},
	.port = {"port %d %d%c%d%s", "串口 %d %d%c%d%s"},
	.reader = {"reader %d %d%c%d", "读取器 %d %d%c%d"},
	.output = {"output, safe %s", "输出,安全状态 %s"},
	.input = {"contact", "触点输入"},
	.pulse = {"pulse", "脉冲输入"},
	.twice = {"%s and %s are one wire (%s), and outputs have a wire of their own",
		  "%s 与 %s 是同一接线(%s),输出须独占接线"},
	.no_fixture =
		{"%s: fixture '%s' was not found (looked for fixtures/%s/fixture.lua above the "
		 "station and from here)",
		 "%s:未找到工装 '%s'(已在接线文件上级目录及当前位置查找 fixtures/%s/fixture.lua)"},
};

/* A wire by what it means: "gpiochip0:5", "/dev/ttyS1". */
struct seen {
	struct seen *next;
	char place[144];
	char whose[64]; /* "slot 2 valve" */
	bool output;	/* or a port: nobody else may have it */
	int slot;
};

struct looking {
	const char *program, *station, *name; /* of the station: its path; its name in sentences */
	size_t faults;
	struct seen *seen;
	struct value *list; /* of the wires */
	struct value *readers;
	struct value *complaints; /* list of sentences */
};

static void complain(struct looking *looking, const char *sentence)
{
	looking->faults++;
	value_add(looking->complaints, value_text(sentence));
}

/* ---- one wire ---- */

/* Outputs and ports are one part's; of inputs a slot has each but once. */
static void check_alone(struct looking *looking, int slot, const char *name, const char *place,
			bool output)
{
	struct seen *one = xcalloc(1, sizeof(*one));

	snprintf(one->place, sizeof(one->place), "%s", place);
	if (slot)
		snprintf(one->whose, sizeof(one->whose), "%s %d %s", say(TEXTS.slot), slot, name);
	else
		snprintf(one->whose, sizeof(one->whose), "%s", name);
	one->output = output;
	one->slot = slot;
	for (const struct seen *other = looking->seen; other; other = other->next) {
		char *text;

		if (strcmp(other->place, place) != 0 ||
		    !(output || other->output || other->slot == slot))
			continue;
		text = xprintf(say(TEXTS.twice), other->whose, one->whose, place);
		complain(looking, text);
		free(text);
	}
	one->next = looking->seen;
	looking->seen = one;
}

/* Davy calls itself so, whatever it has the wire for. */
bool station_look_is_taken(const struct value *wire)
{
	const char *user = value_get_text(wire, "who");

	return user && *user && strncmp(user, "davy", strlen("davy")) != 0;
}

/* `there` and `user` are NULL and `err` says why where nothing is. */
static void add_row(struct looking *looking, int slot, const char *name, const char *is,
		    const char *where, const char *there, const char *user, const struct error *err)
{
	struct value *one = value_add(looking->list, value_map());

	value_set_int(one, "slot", slot);
	value_set_text(one, "part", name);
	value_set_text(one, "is", is);
	value_set_text(one, "wire", where);
	value_set_text(one, "there", there);
	value_set_text(one, "who", user);
	if (!there)
		complain(looking, err->text);
	else if (station_look_is_taken(one))
		looking->faults++;
}

/* What is at `where`, and who has it; false: nothing. */
static bool find_port(const char *where, struct serial_found *found, char *there, size_t size,
		      char *user, size_t user_size, struct error *err)
{
	if (serial_find(where, "/sys", found, err) < 0)
		return false;
	snprintf(there, size, "%s%s%s%s", found->path, found->usb[0] ? " (" : "", found->usb,
		 found->usb[0] ? ")" : "");
	if (!serial_holder(found->path, user, user_size))
		user[0] = '\0';
	return true;
}

static void look_at_port(struct looking *looking, int slot, const struct fixture_port *spec,
			 const struct station_port *port)
{
	struct serial_found found;
	struct error err;
	char is[80], there[300], user[96] = "";
	bool is_there =
		find_port(port->where, &found, there, sizeof(there), user, sizeof(user), &err);

	snprintf(is, sizeof(is), say(TEXTS.port), spec->settings.baud, spec->settings.data_bits,
		 spec->settings.parity, spec->settings.stop_bits, spec->rs485 ? " RS-485" : "");
	if (is_there)
		check_alone(looking, slot, port->name, found.path, true);
	add_row(looking, slot, port->name, is, port->where, is_there ? there : NULL, user, &err);
}

static void look_at_line(struct looking *looking, int slot, const struct fixture_line *spec,
			 const struct station_line *line)
{
	struct gpio_seen seen = {0};
	struct error err;
	char is[80], there[160], place[96];
	bool is_there = gpio_look(line->where, &seen, &err) == 0;

	snprintf(is, sizeof(is),
		 say(spec->output		? TEXTS.output
		     : spec->kind == LINE_PULSE ? TEXTS.pulse
						: TEXTS.input),
		 fixture_level_name(spec, spec->safe));
	if (is_there) {
		snprintf(place, sizeof(place), "%s:%u", seen.chip, seen.offset);
		snprintf(there, sizeof(there), "%s (%s)", place, seen.label);
		check_alone(looking, slot, line->name, place, spec->output);
	}
	add_row(looking, slot, line->name, is, line->where, is_there ? there : NULL, seen.user,
		&err);
}

/* ---- the readers ---- */

static void look_at_reader(struct looking *looking, const char *name, const char *place)
{
	struct value *one = value_add(looking->readers, value_map());
	struct error err;
	struct driver *driver = reader_port_driver(name, &err);
	char is[80], there[300], user[96] = "";
	const struct serial_settings *settings;
	struct serial_found found;
	struct serial_wire wire;

	value_set_text(one, "part", name);
	value_set_text(one, "wire", place);
	if (driver && reader_port_wire(driver, place, &wire, &err) == 0) {
		settings = &wire.settings;
		snprintf(is, sizeof(is), say(TEXTS.reader), settings->baud, settings->data_bits,
			 settings->parity, settings->stop_bits);
		value_set_text(one, "is", is);
		value_set_text(one, "wire", wire.where);
		if (find_port(wire.where, &found, there, sizeof(there), user, sizeof(user), &err)) {
			value_set_text(one, "there", there);
			value_set_text(one, "who", user);
			check_alone(looking, 0, name, found.path, true);
		}
	}
	if (!value_get(one, "there")) {
		error_context(&err, "%s", name);
		value_set_text(one, "why", err.text);
	}
	driver_free(driver);
}

/* ---- one slot ---- */

static int load_drivers(const char *program, const char *tree, const struct value *fixture,
			struct value *drivers, struct error *err)
{
	const struct value *devices = value_get(fixture, "devices");

	for (size_t i = 0; i < value_count(devices); i++) {
		const char *name = value_get_text(value_at(devices, i), "driver");
		struct value *driver;
		char *path;

		if (!name || value_get(drivers, name))
			continue;
		path = xprintf("%s/fixtures/drivers/%s/driver.lua", tree, name);
		driver = catalogue_load(program, "driver", path, err);
		free(path);
		if (!driver)
			return -1;
		value_set(drivers, name, driver);
	}
	return 0;
}

/* The fixture is looked for above the station, then where the command was given. */
static char *tree_with(const char *station, const char *fixture)
{
	char *tree = place_tree_of(station);
	char *path = xprintf("%s/fixtures/%s/fixture.lua", tree, fixture);
	bool found = file_exists(path);

	free(path);
	if (found)
		return tree;
	free(tree);
	return place_tree();
}

struct fixture *station_look_fixture(const char *program, const char *station, const char *name,
				     struct error *err)
{
	char *tree = tree_with(station, name);
	char *path = xprintf("%s/fixtures/%s/fixture.lua", tree, name);
	bool there = file_exists(path);
	struct value *data = there ? catalogue_load(program, "fixture", path, err) : NULL;
	struct value *drivers = value_map();
	struct fixture *fixture = NULL;

	if (!there)
		error_set(err, ERROR_USAGE, say(TEXTS.no_fixture), place_short(station, tree), name,
			  name);
	if (data && load_drivers(program, tree, data, drivers, err) == 0)
		fixture = fixture_compile(data, drivers, place_short(path, tree), err);
	value_free(data);
	value_free(drivers);
	free(path);
	free(tree);
	return fixture;
}

static void look_at_slot(struct looking *looking, const struct value *station,
			 const struct value *slot)
{
	int number = (int)value_get_int(slot, "number", 0);
	struct station_slot *wires = NULL;
	struct error err;
	struct fixture *fixture = station_look_fixture(looking->program, looking->station,
						       value_get_text(slot, "fixture"), &err);

	if (fixture)
		wires = station_slot_compile(station, number, fixture, looking->name, &err);
	if (!wires)
		complain(looking, err.text);
	for (size_t i = 0; wires && i < wires->port_count; i++)
		look_at_port(looking, number, &fixture->port[i], &wires->port[i]);
	for (size_t i = 0; wires && i < wires->line_count; i++)
		look_at_line(looking, number, &fixture->line[i], &wires->line[i]);
	free(wires);
	fixture_free(fixture);
}

/* ---- the whole ---- */

static void looking_done(struct looking *looking)
{
	while (looking->seen) {
		struct seen *seen = looking->seen;

		looking->seen = seen->next;
		free(seen);
	}
}

struct value *station_look(const char *program, const char *path, const struct value *station,
			   int64_t only)
{
	char *tree = place_tree_of(path);
	struct value *found = value_map();
	const struct value *slots = value_get(station, "slots");
	const struct value *readers = value_get(station, "readers");
	struct looking looking = {.program = program,
				  .station = path,
				  .name = place_short(path, tree),
				  .list = value_set(found, "wires", value_list()),
				  .readers = value_set(found, "readers", value_list()),
				  .complaints = value_set(found, "complaints", value_list())};

	for (size_t i = 0; i < value_count(slots); i++)
		if (!only || value_get_int(value_at(slots, i), "number", 0) == only)
			look_at_slot(&looking, station, value_at(slots, i));
	for (size_t i = 0; i < value_count(readers); i++)
		look_at_reader(&looking, value_key(readers, i), value_at(readers, i)->text);
	value_set_int(found, "faults", (int64_t)looking.faults);
	looking_done(&looking);
	free(tree);
	return found;
}
