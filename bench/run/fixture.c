/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixtures: names resolved to indices, words to enums, texts to quantities; once, before anything runs.
 * What the guard enforces, and in which order the bench is made safe, is in fixture_rules.c.
 */
#include "run/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/shape.h"
#include "verdict/duration.h"

#define DEFAULT_GATE MSEC(500)
#define DEFAULT_GRACE SEC(10)

static const struct value *field(const struct value *value, const char *key)
{
	return value_get(value, key);
}

int fixture_duration(nsec *time, const struct value *value, const char *key, nsec otherwise,
		     struct error *err)
{
	const char *text = value_get_text(value, key);

	*time = otherwise;
	if (text && duration_parse(time, text, err) < 0)
		return error_context(err, "%s", key);
	return 0;
}

int fixture_name(char name[32], const char *from, struct error *err)
{
	if (strlen(from) > 31)
		return error_set(err, ERROR_USAGE, "'%s': a name has at most 31 bytes", from);
	strcpy(name, from);
	return 0;
}

int fixture_too_many(size_t count, const char *what, struct error *err)
{
	if (count <= FIXTURE_MOST)
		return 0;
	return error_set(err, ERROR_USAGE, "more than %d %s", FIXTURE_MOST, what);
}

static int compile_ports(struct fixture *fixture, const struct value *ports, struct error *err)
{
	for (size_t i = 0; i < value_count(ports); i++) {
		struct fixture_port *port = &fixture->port[fixture->port_count++];
		const char *settings = value_get_text(value_at(ports, i), "settings");

		if (fixture_name(port->name, value_key(ports, i), err) < 0)
			return -1;
		if (serial_settings_parse(&port->settings, settings ? settings : "", err) < 0)
			return error_context(err, "port '%s'", port->name);
		port->rs485 = value_get_bool(value_at(ports, i), "rs485");
	}
	return 0;
}

static const struct driver *driver_named(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->driver_count; i++)
		if (!strcmp(fixture->driver[i]->id, name))
			return fixture->driver[i];
	return NULL;
}

static int compile_drivers(struct fixture *fixture, const struct value *drivers, struct error *err)
{
	for (size_t i = 0; i < value_count(drivers); i++) {
		const char *name = value_key(drivers, i);
		struct driver *driver = driver_compile(value_at(drivers, i), name, err);

		if (!driver)
			return -1;
		snprintf(driver->id, sizeof(driver->id), "%s", name);
		fixture->driver[fixture->driver_count++] = driver;
	}
	return 0;
}

int fixture_find_port(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->port_count; i++)
		if (name && !strcmp(fixture->port[i].name, name))
			return (int)i;
	return -1;
}

static bool list_has(const struct value *list, const char *name)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (value_at(list, i)->kind == VALUE_TEXT && !strcmp(value_at(list, i)->text, name))
			return true;
	return false;
}

static int compile_safe_write(struct fixture_device *device, const char *name,
			      const struct value *text, const struct value *whole,
			      struct error *err)
{
	int index = driver_find_write(device->driver, name);
	const struct driver_item *write;
	struct exchange ignored;

	if (index < 0 || text->kind != VALUE_TEXT)
		return error_set(err, ERROR_USAGE, "the driver has no such write");
	write = &device->driver->write[index];
	if (driver_setting(write, text->text, &device->safe[device->safe_count].number, err) < 0)
		return -1;
	device->safe[device->safe_count].write = index;
	device->safe[device->safe_count].teardown = list_has(value_get(whole, "teardown"), name);
	if (fixture_duration(&device->safe[device->safe_count].longest, value_get(whole, "longest"),
			     name, 0, err) < 0)
		return error_context(err, "longest");
	/* what cannot be sent must not be found out when it has to be */
	if (exchange_write(&ignored, device->driver, write, device->unit,
			   device->safe[device->safe_count++].number, err) == 0)
		return 0;
	err->kind = ERROR_USAGE;
	return -1;
}

/* Only what has a safe value can be away from it. */
static int check_safe_names(const struct value *whole, struct error *err)
{
	const struct value *safe = field(whole, "safe"), *longest = field(whole, "longest");
	const struct value *teardown = field(whole, "teardown");

	for (size_t i = 0; i < value_count(longest); i++)
		if (!value_get(safe, value_key(longest, i)))
			return error_set(err, ERROR_USAGE,
					 "longest: '%s' has no value under `safe` to be away from",
					 value_key(longest, i));
	for (size_t i = 0; i < value_count(teardown); i++)
		if (value_at(teardown, i)->kind != VALUE_TEXT ||
		    !value_get(safe, value_at(teardown, i)->text))
			return error_set(err, ERROR_USAGE,
					 "teardown: '%s' has no value under `safe` to be away from",
					 value_at(teardown, i)->kind == VALUE_TEXT
						 ? value_at(teardown, i)->text
						 : "?");
	return 0;
}

static int compile_safe_writes(struct fixture_device *device, const struct value *whole,
			       struct error *err)
{
	const struct value *safe = field(whole, "safe");

	if (check_safe_names(whole, err) < 0)
		return -1;
	if (value_count(safe) > FIXTURE_SAFE_WRITES)
		return error_set(err, ERROR_USAGE, "more than %d safe writes", FIXTURE_SAFE_WRITES);
	for (size_t i = 0; i < value_count(safe); i++) {
		const char *name = value_key(safe, i);

		if (compile_safe_write(device, name, value_at(safe, i), whole, err) < 0)
			return error_context(err, "safe.%s", name);
	}
	return 0;
}

static int compile_device(struct fixture *fixture, const char *name, const struct value *value,
			  struct error *err)
{
	struct fixture_device *device = &fixture->device[fixture->device_count++];
	const char *driver = value_get_text(value, "driver");

	if (fixture_name(device->name, name, err) < 0)
		return -1;
	device->driver = driver ? driver_named(fixture, driver) : NULL;
	device->port = fixture_find_port(fixture, value_get_text(value, "port"));
	device->unit = (int)value_get_int(value, "unit", 1);
	device->dut = value_get_bool(value, "dut");
	if (!device->driver)
		return error_set(err, ERROR_USAGE, "driver '%s' was not found",
				 driver ? driver : "");
	if (device->port < 0)
		return error_set(err, ERROR_USAGE, "its port is not declared under ports");
	if (device->driver->bus == BUS_MODBUS && (device->unit < 1 || device->unit > 247))
		return error_set(err, ERROR_USAGE, "unit %d: a Modbus unit is 1 to 247",
				 device->unit);
	return compile_safe_writes(device, value, err);
}

static int compile_devices(struct fixture *fixture, const struct value *devices, struct error *err)
{
	for (size_t i = 0; i < value_count(devices); i++) {
		const char *name = value_key(devices, i);

		if (compile_device(fixture, name, value_at(devices, i), err) < 0)
			return error_context(err, "device '%s'", name);
	}
	return 0;
}

static int line_kind_of(const char *kind, struct error *err)
{
	static const char *const KINDS[] = {"valve", "switch", "contact", "pulse"};

	for (int i = 0; kind && i < 4; i++)
		if (!strcmp(kind, KINDS[i]))
			return i + 1;
	return error_set(err, ERROR_USAGE, "kind is valve, switch, contact or pulse");
}

static int read_safe_level(struct fixture_line *line, const char *safe, struct error *err)
{
	if (!safe)
		return error_set(err, ERROR_USAGE, "an output needs `safe = \"…\"`");
	line->safe = !strcmp(safe, "open") || !strcmp(safe, "on");
	if (line->safe || !strcmp(safe, "closed") || !strcmp(safe, "off"))
		return 0;
	return error_set(err, ERROR_USAGE, "safe is open, closed, on or off, not '%s'", safe);
}

static int compile_line(struct fixture *fixture, const char *name, const struct value *value,
			struct error *err)
{
	struct fixture_line *line = &fixture->line[fixture->line_count++];
	const char *active = value_get_text(value, "active");
	int kind = line_kind_of(value_get_text(value, "kind"), err);

	if (kind < 0 || fixture_name(line->name, name, err) < 0)
		return -1;
	line->kind = (enum line_kind)kind;
	line->output = kind == LINE_VALVE || kind == LINE_SWITCH;
	line->active_low = active && !strcmp(active, "low");
	line->teardown = value_get_bool(value, "teardown");
	line->read_back = line->shows = -1;
	if (line->output && read_safe_level(line, value_get_text(value, "safe"), err) < 0)
		return -1;
	if (fixture_duration(&line->debounce, value, "debounce", 0, err) < 0 ||
	    fixture_duration(&line->longest, value, "longest", 0, err) < 0)
		return -1;
	return fixture_duration(&line->gate, value, "gate", DEFAULT_GATE, err);
}

static int compile_lines(struct fixture *fixture, const struct value *lines, struct error *err)
{
	for (size_t i = 0; i < value_count(lines); i++) {
		const char *name = value_key(lines, i);

		if (compile_line(fixture, name, value_at(lines, i), err) < 0)
			return error_context(err, "line '%s'", name);
	}
	return 0;
}

static int compile_head(struct fixture *fixture, const struct value *value, struct error *err)
{
	const char *estop = value_get_text(value, "estop");
	const char *world = value_get_text(value, "world");

	snprintf(fixture->id, sizeof(fixture->id), "%s", value_get_text(value, "id"));
	snprintf(fixture->world, sizeof(fixture->world), "%s", world ? world : "");
	fixture->estop = estop ? fixture_find_line(fixture, estop) : -1;
	if (estop && (fixture->estop < 0 || fixture->line[fixture->estop].kind != LINE_CONTACT))
		return error_set(err, ERROR_USAGE, "estop: '%s' is no contact", estop);
	return fixture_duration(&fixture->grace, value, "grace", DEFAULT_GRACE, err);
}

static int check_counts(const struct value *value, const struct value *drivers, struct error *err)
{
	static const char *const GROUPS[] = {"ports",	 "devices",    "lines",
					     "channels", "interlocks", "references"};

	for (size_t i = 0; i < sizeof(GROUPS) / sizeof(GROUPS[0]); i++)
		if (fixture_too_many(value_count(field(value, GROUPS[i])), GROUPS[i], err) < 0)
			return -1;
	if (!value_get_text(value, "id"))
		return error_set(err, ERROR_USAGE, "the fixture has no id");
	return fixture_too_many(value_count(drivers), "drivers", err);
}

struct fixture *fixture_compile(const struct value *value, const struct value *drivers,
				const char *where, struct error *err)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	if (shape_check("fixture", value, err) < 0 || check_counts(value, drivers, err) < 0 ||
	    compile_ports(fixture, field(value, "ports"), err) < 0 ||
	    compile_drivers(fixture, drivers, err) < 0 ||
	    compile_devices(fixture, field(value, "devices"), err) < 0 ||
	    fixture_check_streams(fixture, err) < 0 ||
	    compile_lines(fixture, field(value, "lines"), err) < 0 ||
	    fixture_compile_channels(fixture, field(value, "channels"), err) < 0 ||
	    fixture_compile_rules(fixture, value, err) < 0 ||
	    fixture_compile_gases(fixture, field(value, "gases"), err) < 0 ||
	    fixture_compile_references(fixture, field(value, "references"), err) < 0 ||
	    compile_head(fixture, value, err) < 0) {
		error_context(err, "%s", where);
		fixture_free(fixture);
		return NULL;
	}
	return fixture;
}

void fixture_free(struct fixture *fixture)
{
	if (!fixture)
		return;
	for (size_t i = 0; i < fixture->driver_count; i++)
		driver_free(fixture->driver[i]);
	free(fixture);
}

/* ---- looking up and describing ---- */

int fixture_find_line(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->line_count; i++)
		if (!strcmp(fixture->line[i].name, name))
			return (int)i;
	return -1;
}

int fixture_find_channel(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->channel_count; i++)
		if (!strcmp(fixture->channel[i].name, name))
			return (int)i;
	return -1;
}

int fixture_find_device(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->device_count; i++)
		if (!strcmp(fixture->device[i].name, name))
			return (int)i;
	return -1;
}

int fixture_find_setting(const struct fixture_device *device, int write)
{
	for (size_t i = 0; i < device->safe_count; i++)
		if (device->safe[i].write == write)
			return (int)i;
	return -1;
}

int fixture_find_reference(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->reference_count; i++)
		if (!strcmp(fixture->reference[i].name, name))
			return (int)i;
	return -1;
}

int fixture_find_certified(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->reference_count; i++)
		if (!strcmp(fixture->reference[i].certified, name))
			return (int)i;
	return -1;
}

const char *fixture_level_name(const struct fixture_line *line, bool level)
{
	if (line->kind == LINE_VALVE)
		return level ? "open" : "closed";
	return level ? "on" : "off";
}

static void describe_devices(const struct fixture *fixture, struct value *devices)
{
	for (size_t i = 0; i < fixture->device_count; i++) {
		const struct driver *driver = fixture->device[i].driver;
		struct value *writes = value_set(devices, fixture->device[i].name, value_map());

		for (size_t w = 0; w < driver->write_count; w++) {
			const struct driver_item *write = &driver->write[w];
			struct value *words = value_set(writes, write->name, value_list());

			for (size_t n = 0; n < write->word_count; n++)
				value_add(words, value_text(write->word[n].text));
		}
	}
}

void fixture_describe(const struct fixture *fixture, struct value *start)
{
	static const char *const KINDS[] = {"", "valve", "switch", "contact", "pulse"};
	struct value *channels = value_set(start, "channels", value_map());
	struct value *lines = value_set(start, "lines", value_map());
	struct value *references;

	for (size_t i = 0; i < fixture->channel_count; i++) {
		const struct fixture_channel *channel = &fixture->channel[i];
		struct value *one;

		if (channel->hidden)
			continue;
		one = value_set(channels, channel->name, value_map());
		value_set_text(one, "kind", channel->state ? "state" : "number");
		value_set_text(one, "unit", channel->unit.symbol);
	}
	for (size_t i = 0; i < fixture->line_count; i++) {
		struct value *one = value_set(lines, fixture->line[i].name, value_map());

		value_set_text(one, "kind", KINDS[fixture->line[i].kind]);
	}
	describe_devices(fixture, value_set(start, "devices", value_map()));
	references = value_set(start, "references", value_list());
	for (size_t i = 0; i < fixture->reference_count; i++)
		value_add(references, value_text(fixture->reference[i].name));
}

void fixture_tell_world(const struct fixture *fixture, struct value *start)
{
	struct value *inputs = value_set(start, "inputs", value_list());
	struct value *outputs = value_set(start, "outputs", value_map());

	for (size_t i = 0; i < fixture->line_count; i++) {
		const struct fixture_line *line = &fixture->line[i];

		if (line->output)
			value_set_bool(outputs, line->name, line->safe);
		else
			value_add(inputs, value_text(line->name));
	}
}
