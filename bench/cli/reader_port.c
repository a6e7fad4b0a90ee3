/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reader_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/catalogue.h"
#include "cli/place.h"
#include "cli/words.h"
#include "run/reader.h"

static const struct {
	struct words no_speed, no_driver;
} TEXTS = {
	.no_speed = {"driver %s does not say how its line is set: write %s=%s,9600 8N1",
		     "驱动 %s 未说明串口参数:请写 %s=%s,9600 8N1"},
	.no_driver = {"there is no such driver", "没有这个驱动"},
};

int reader_port_wire(const struct driver *driver, const char *place, struct serial_wire *wire,
		     struct error *err)
{
	const char *comma = strchr(place, ',');

	*wire = (struct serial_wire){.settings = driver->settings};
	snprintf(wire->where, sizeof(wire->where), "%.*s",
		 comma ? (int)(comma - place) : (int)strlen(place), place);
	if (comma)
		return serial_settings_parse(&wire->settings, comma + 1 + strspn(comma + 1, " "),
					     err);
	if (driver->has_settings)
		return 0;
	return error_set(err, ERROR_USAGE, say(TEXTS.no_speed), driver->id, driver->id, place);
}

struct serial *reader_port_open(struct loop *loop, const struct driver *driver, const char *place,
				struct error *err)
{
	struct serial_wire wire;

	if (reader_port_wire(driver, place, &wire, err) < 0)
		return NULL;
	return serial_real_open(loop, &wire, err);
}

char *reader_port_name(const struct driver *driver, const struct serial *serial,
		       const char *identity)
{
	return xprintf("%s on %s%s%s", driver->id, serial_real_identity(serial),
		       *identity ? ": " : "", identity);
}

/* ---- asking ---- */

struct asking {
	struct loop *loop;
	struct error *err;
	bool has_begun;
};

static void began(void *ctx)
{
	struct asking *asking = ctx;

	asking->has_begun = true;
	loop_quit(asking->loop);
}

static void failed(void *ctx, const struct error *err)
{
	struct asking *asking = ctx;

	*asking->err = *err;
	loop_quit(asking->loop);
}

static void said(void *ctx, const char *scan, const char *text)
{
	(void)ctx;
	(void)scan;
	(void)text;
}

char *reader_port_ask(const struct driver *driver, const char *place, struct error *err)
{
	static const struct reader_handlers HANDLERS = {said, failed, began};
	struct asking asking = {.loop = loop_new(err), .err = err};
	struct serial *serial = NULL;
	struct reader *reader = NULL;
	char *name = NULL;

	if (asking.loop)
		serial = reader_port_open(asking.loop, driver, place, err);
	if (serial)
		reader = reader_new(loop_real_clock(asking.loop), serial, driver, false, &HANDLERS,
				    &asking, err);
	if (reader && loop_run(asking.loop, err) == 0 && asking.has_begun)
		name = reader_port_name(driver, serial, reader_identity(reader));
	reader_free(reader);
	loop_free(asking.loop);
	return name;
}

struct driver *reader_port_driver(const char *name, struct error *err)
{
	char *program = place_program(err), *tree = place_tree();
	char *path = xprintf("%s/fixtures/drivers/%s/driver.lua", tree ? tree : ".", name);
	struct value *data = NULL;
	struct driver *driver = NULL;

	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name) ||
	    access(path, R_OK) < 0)
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.no_driver));
	else if (program)
		data = catalogue_load(program, "driver", path, err);
	if (data)
		driver = driver_compile(data, place_short(path, tree ? tree : ""), err);
	value_free(data);
	free(path);
	free(tree);
	free(program);
	return driver;
}
