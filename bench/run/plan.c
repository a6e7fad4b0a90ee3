/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an order to a plan.
 *
 * Where things are: the protocol's folder, or one above it, holds `fixtures/`; a fixture is
 * fixtures/NAME/fixture.lua, a driver fixtures/drivers/NAME/driver.lua with its twin.lua beside it. A
 * protocol outside such a tree uses the one that Davy was installed with ($DAVY_SHARE).
 *
 * Loading goes step by step: the protocol names the fixture, the fixture its drivers and its world. Two
 * loaders are started at once: one for the protocol, and one for all files of the bench, whose data say
 * what is safe, so that a protocol cannot reach into them. Then everything is compiled, and what is
 * missing is said now and not when the gas is on.
 */
#include "run/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "port/serial_sim.h"
#include "run/loader.h"
#include "verdict/duration.h"

enum { FILE_MOST = 4 << 20 };

struct planning {
	struct loop *loop;
	const char *program;
	struct plan *plan;
	char *root; /* the folder that holds fixtures/ */
	plan_done_fn *done;
	void *ctx;
	struct loader *protocol_loader, *bench_loader;
	struct timer start;
	/* what is being loaded, and what comes after */
	size_t next_device;
	struct value **into; /* where the loaded data belongs */
	const char *into_key;
	void (*after)(struct planning *);
};

static void finish(struct planning *planning, const struct error *err)
{
	struct plan *plan = planning->plan;

	planning->plan = NULL;
	if (err) {
		plan_free(plan);
		plan = NULL;
	}
	planning->done(planning->ctx, plan, err);
}

/* ---- files ---- */

static char *find_root(const char *protocol)
{
	char *folder = xstrdup(protocol);
	const char *share = getenv("DAVY_SHARE");
	char *slash;

	while ((slash = strrchr(folder, '/'))) {
		char *fixtures;
		bool found;

		*slash = '\0';
		fixtures = xprintf("%s/fixtures", folder);
		found = file_exists(fixtures);
		free(fixtures);
		if (found)
			return folder;
	}
	free(folder);
	return xstrdup(share ? share : "/usr/share/davy");
}

const struct plan_source *plan_find_source(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->source_count; i++)
		if (!strcmp(plan->source[i].name, name))
			return &plan->source[i];
	return NULL;
}

/* Read a file into the plan's sources; sentences call it by its path below the root. */
static const struct plan_source *add_source(struct planning *planning, const char *path,
					    struct error *err)
{
	struct plan *plan = planning->plan;
	size_t root = strlen(planning->root);
	const char *slash = strrchr(path, '/');
	const char *name = !strncmp(path, planning->root, root) && path[root] == '/'
				   ? path + root + 1
			   : slash ? slash + 1
				   : path;
	const struct plan_source *known = plan_find_source(plan, name);
	struct plan_source *source;
	struct buf text;

	if (known)
		return known;
	if (plan->source_count == PLAN_SOURCES) {
		error_set(err, ERROR_USAGE, "more than %d files make up this test", PLAN_SOURCES);
		return NULL;
	}
	buf_init(&text);
	if (file_read(path, FILE_MOST, &text, err) < 0) {
		buf_done(&text);
		return NULL;
	}
	source = &plan->source[plan->source_count++];
	source->size = text.size;
	source->text = buf_detach(&text);
	buf_done(&text);
	source->name = xstrdup(name);
	return source;
}

/* ---- loading, one file after the other ---- */

static void loaded(void *ctx, struct value *data, const struct error *err)
{
	struct planning *planning = ctx;

	if (err) {
		finish(planning, err);
		return;
	}
	if (planning->into_key)
		value_set(*planning->into, planning->into_key, data);
	else
		*planning->into = data;
	planning->after(planning);
}

static void load(struct planning *planning, const char *kind, const struct plan_source *source,
		 struct value **into, const char *key, void (*after)(struct planning *))
{
	bool protocol = !strcmp(kind, "protocol");
	const struct order *order = planning->plan->order;
	struct load_request request = {
		.kind = kind,
		.name = source->name,
		.text = source->text,
		.size = source->size,
		.params = order->params,
		.dut = order->dut,
		.simulated = order->simulated,
	};

	planning->into = into;
	planning->into_key = key;
	planning->after = after;
	loader_load(protocol ? planning->protocol_loader : planning->bench_loader, &request, loaded,
		    planning);
}

static void load_file(struct planning *planning, const char *kind, char *path, struct value **into,
		      const char *key, void (*after)(struct planning *), const char **name)
{
	struct error err;
	const struct plan_source *source = add_source(planning, path, &err);

	free(path);
	if (!source) {
		finish(planning, &err);
		return;
	}
	if (name)
		*name = source->name;
	load(planning, kind, source, into, key, after);
}

static void load_next_device(struct planning *planning);
static void compile(struct planning *planning);

static void protocol_loaded(struct planning *planning)
{
	struct plan *plan = planning->plan;
	const char *fixture = value_get_text(plan->protocol_data, "fixture");
	char *path = xprintf("%s/fixtures/%s/fixture.lua", planning->root, fixture ? fixture : "");
	struct error err;

	if (!file_exists(path)) {
		error_set(&err, ERROR_USAGE,
			  "%s: fixture '%s' was not found (looked for fixtures/%s/fixture.lua)",
			  plan->protocol_source, fixture ? fixture : "", fixture ? fixture : "");
		free(path);
		finish(planning, &err);
		return;
	}
	load_file(planning, "fixture", path, &plan->fixture_data, NULL, load_next_device,
		  &plan->fixture_source);
}

static void load_station(struct planning *planning)
{
	struct plan *plan = planning->plan;

	if (plan->order->station)
		load_file(planning, "station", xstrdup(plan->order->station), &plan->station_data,
			  NULL, compile, &plan->station_source);
	else
		compile(planning);
}

static void load_world(struct planning *planning)
{
	struct plan *plan = planning->plan;
	const char *world = value_get_text(plan->fixture_data, "world");

	if (!plan->order->simulated || !world) {
		load_station(planning);
		return;
	}
	load_file(planning, "world", xprintf("%s/fixtures/%s", planning->root, world),
		  &plan->world_data, NULL, load_station, &plan->world_source);
}

static void load_twin(struct planning *planning, const char *device, char *path)
{
	struct plan *plan = planning->plan;
	struct error err;
	const struct plan_source *source = add_source(planning, path, &err);

	free(path);
	if (!source) {
		finish(planning, &err);
		return;
	}
	value_set_text(plan->simulator_sources, device, source->name);
	load(planning, "simulator", source, &plan->simulators, device, load_next_device);
}

/* Every driver once, whichever devices share it; then the device's twin. */
static void load_next_device(struct planning *planning)
{
	struct plan *plan = planning->plan;
	const struct value *devices = value_get(plan->fixture_data, "devices");

	while (planning->next_device < value_count(devices)) {
		const char *device = value_key(devices, planning->next_device);
		const char *driver =
			value_get_text(value_at(devices, planning->next_device), "driver");
		char *twin;

		if (driver && !value_get(plan->drivers, driver)) {
			load_file(planning, "driver",
				  xprintf("%s/fixtures/drivers/%s/driver.lua", planning->root,
					  driver),
				  &plan->drivers, driver, load_next_device, NULL);
			return;
		}
		planning->next_device++;
		twin = xprintf("%s/fixtures/drivers/%s/twin.lua", planning->root,
			       driver ? driver : "");
		if (driver && plan->order->simulated && file_exists(twin)) {
			load_twin(planning, device, twin);
			return;
		}
		free(twin);
	}
	load_world(planning);
}

/* ---- compiling ---- */

static const struct value *station_slot(const struct plan *plan)
{
	const struct value *slots = value_get(plan->station_data, "slots");

	for (size_t i = 0; i < value_count(slots); i++)
		if (value_get_int(value_at(slots, i), "number", 0) == plan->order->slot)
			return value_at(slots, i);
	return NULL;
}

/* The slot must be there, and hold the fixture that the protocol needs. */
static int check_station(const struct plan *plan, struct error *err)
{
	const char *needed = value_get_text(plan->protocol_data, "fixture");
	const struct value *slot = station_slot(plan);
	const char *there = value_get_text(slot, "fixture");

	if (!plan->station_data)
		return 0;
	if (!slot)
		return error_set(err, ERROR_USAGE, "%s has no slot %d", plan->station_source,
				 plan->order->slot);
	if (!there || strcmp(there, needed) != 0)
		return error_set(err, ERROR_USAGE,
				 "%s: slot %d holds fixture '%s', and the protocol needs '%s'",
				 plan->station_source, plan->order->slot, there ? there : "",
				 needed);
	return 0;
}

/* The station's own, else the example that comes with the fixture. */
static char *calibration_path(const struct planning *planning)
{
	const struct plan *plan = planning->plan;
	const char *own = value_get_text(plan->station_data, "calibration");
	const char *station = plan->order->station;

	if (own)
		return own[0] == '/' ? xstrdup(own)
				     : xprintf("%.*s/%s", (int)(strrchr(station, '/') - station),
					       station, own);
	return xprintf("%s/fixtures/%s/calibration.csv", planning->root,
		       value_get_text(plan->protocol_data, "fixture"));
}

static int read_calibration(struct planning *planning, struct error *err)
{
	struct plan *plan = planning->plan;
	char *path = calibration_path(planning);
	const struct plan_source *source;

	if (!file_exists(path) && !value_get_text(plan->station_data, "calibration")) {
		free(path);
		snprintf(plan->calibration_name, sizeof(plan->calibration_name), "none");
		plan->calibration = calibration_none();
		return 0;
	}
	source = add_source(planning, path, err);
	free(path);
	if (!source)
		return -1;
	snprintf(plan->calibration_name, sizeof(plan->calibration_name), "%s", source->name);
	plan->calibration = calibration_parse(source->text, source->name, err);
	return plan->calibration ? 0 : -1;
}

static int read_limits(struct planning *planning, struct error *err)
{
	struct plan *plan = planning->plan;
	const struct plan_source *source;

	if (!plan->order->limits)
		return 0;
	source = add_source(planning, plan->order->limits, err);
	if (!source)
		return -1;
	plan->limits_source = source->name;
	plan->limit_set = limit_set_parse(source->text, source->size, source->name, err);
	if (!plan->limit_set)
		return -1;
	if (!plan->order->simulated)
		return error_set(err, ERROR_USAGE,
				 "%s: a run on real wires takes only a signed limit set, and this "
				 "version cannot check signatures yet",
				 source->name);
	return 0;
}

static int read_grid(struct plan *plan, struct error *err)
{
	const char *grid = value_get_text(plan->world_data, "grid");

	plan->grid = MSEC(100);
	if (grid && duration_parse(&plan->grid, grid, err) < 0)
		return error_context(err, "%s: grid", plan->world_source);
	if (plan->grid < MSEC(1))
		return error_set(err, ERROR_USAGE, "%s: the grid is at least 1 ms",
				 plan->world_source);
	return 0;
}

static bool fault_is_known(const struct plan *plan, const char *fault)
{
	const struct value *faults = value_get(plan->world_data, "faults");

	for (size_t i = 0; i < value_count(faults); i++) {
		const char *name = value_get_text(value_at(faults, i), "name");

		if (name && !strcmp(name, fault))
			return true;
	}
	return false;
}

/* "flow", a fault of the world, or "meter.mute", one of the line to a device. */
static int check_fault(const struct plan *plan, const char *fault, struct error *err)
{
	const char *dot = strrchr(fault, '.');
	enum line_fault ignored;
	char name[32];

	if (!dot && !fault_is_known(plan, fault))
		return error_set(
			err, ERROR_USAGE,
			"%s knows no fault '%s'; `davy list fixtures` shows those it knows",
			plan->world_source, fault);
	if (!dot)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(dot - fault), fault);
	if (fixture_find_device(plan->fixture, name) < 0)
		return error_set(err, ERROR_USAGE, "fault '%s': fixture %s has no device '%s'",
				 fault, plan->fixture->id, name);
	if (line_fault_parse(&ignored, dot + 1, err) < 0)
		return error_context(err, "fault '%s'", fault);
	return 0;
}

static int check_twins(const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->fixture->device_count; i++) {
		const struct fixture_device *device = &plan->fixture->device[i];

		if (!value_get(plan->simulators, device->name))
			return error_set(err, ERROR_USAGE,
					 "device '%s': driver %s has no twin (looked for "
					 "fixtures/drivers/%s/twin.lua): what cannot be simulated "
					 "cannot be rehearsed",
					 device->name, device->driver->id, device->driver->id);
	}
	return 0;
}

static int check_order(const struct plan *plan, struct error *err)
{
	const struct order *order = plan->order;

	if (!order->simulated)
		return error_set(err, ERROR_USAGE,
				 "real wires are not driven by this version yet: add --sim to run "
				 "%s against its simulated bench",
				 plan->protocol->id);
	if (!plan->world_data)
		return error_set(err, ERROR_USAGE, "fixture %s has no world to simulate it with",
				 plan->fixture->id);
	if (check_twins(plan, err) < 0 ||
	    (order->fault && check_fault(plan, order->fault, err) < 0))
		return -1;
	if (order->only && !protocol_find_step(plan->protocol, order->only))
		return error_set(err, ERROR_USAGE, "%s has no step '%s'", plan->protocol->id,
				 order->only);
	return 0;
}

static void compile(struct planning *planning)
{
	struct plan *plan = planning->plan;
	struct error err;

	if (check_station(plan, &err) < 0 || read_limits(planning, &err) < 0 ||
	    read_calibration(planning, &err) < 0)
		goto failed;
	plan->protocol =
		protocol_compile(plan->protocol_data, plan->limit_set, plan->protocol_source, &err);
	if (!plan->protocol)
		goto failed;
	plan->fixture =
		fixture_compile(plan->fixture_data, plan->drivers, plan->fixture_source, &err);
	if (!plan->fixture || read_grid(plan, &err) < 0 || check_order(plan, &err) < 0)
		goto failed;
	plan->wall = plan->order->simulated ? PLAN_STATED_EPOCH : loop_wall_time();
	finish(planning, NULL);
	return;

failed:
	finish(planning, &err);
}

/* ---- beginning and ending ---- */

static void start(void *ctx)
{
	struct planning *planning = ctx;
	struct plan *plan = planning->plan;
	struct error err;

	planning->protocol_loader = loader_open(planning->loop, planning->program, &err);
	if (planning->protocol_loader)
		planning->bench_loader = loader_open(planning->loop, planning->program, &err);
	if (!planning->bench_loader) {
		finish(planning, &err);
		return;
	}
	load_file(planning, "protocol", xstrdup(plan->order->protocol), &plan->protocol_data, NULL,
		  protocol_loaded, &plan->protocol_source);
}

struct planning *planning_start(struct loop *loop, const char *program, struct order *order,
				plan_done_fn *done, void *ctx)
{
	struct planning *planning = xcalloc(1, sizeof(*planning));

	planning->loop = loop;
	planning->program = program;
	planning->done = done;
	planning->ctx = ctx;
	planning->root = find_root(order->protocol);
	planning->plan = xcalloc(1, sizeof(*planning->plan));
	planning->plan->order = order;
	planning->plan->drivers = value_map();
	planning->plan->simulators = value_map();
	planning->plan->simulator_sources = value_map();
	timer_start(&planning->start, loop_real_clock(loop), 0, TIMER_WAIT, start, planning);
	return planning;
}

void planning_free(struct planning *planning)
{
	if (!planning)
		return;
	timer_stop(&planning->start);
	loader_free(planning->protocol_loader);
	loader_free(planning->bench_loader);
	plan_free(planning->plan);
	free(planning->root);
	free(planning);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->source_count; i++) {
		free(plan->source[i].name);
		free(plan->source[i].text);
	}
	value_free(plan->protocol_data);
	value_free(plan->fixture_data);
	value_free(plan->drivers);
	value_free(plan->simulators);
	value_free(plan->simulator_sources);
	value_free(plan->world_data);
	value_free(plan->station_data);
	protocol_free(plan->protocol);
	fixture_free(plan->fixture);
	limit_set_free(plan->limit_set);
	calibration_free(plan->calibration);
	order_free(plan->order);
	free(plan);
}

/* ---- what the Lua processes are told ---- */

struct value *plan_runner_start(const struct plan *plan)
{
	const struct order *order = plan->order;
	struct value *value = value_map();

	value_set_text(value, "mode", "run");
	value_set_text(value, "protocol", plan->protocol_source);
	value_set_text(value, "fixture", plan->fixture_source);
	value_set(value, "params", value_copy(order->params));
	value_set(value, "dut", value_copy(order->dut));
	value_set_bool(value, "simulated", order->simulated);
	value_set_int(value, "seed", order->seed);
	value_set_text(value, "only", order->only);
	return value;
}

/* What the DUT declares, as the loader found it: a simulated DUT's own figures where none were given. */
static struct value *declared_dut(const struct plan *plan)
{
	const struct value *dut = value_get(plan->protocol_data, "dut");
	struct value *map = value_map();

	for (size_t i = 0; i < value_count(dut); i++)
		value_set_text(map, value_key(dut, i), value_get_text(value_at(dut, i), "value"));
	return map;
}

struct value *plan_world_start(const struct plan *plan)
{
	const struct order *order = plan->order;
	struct value *value = value_map();

	value_set_text(value, "mode", "world");
	value_set_text(value, "world", plan->world_source);
	value_set(value, "simulators", value_copy(plan->simulator_sources));
	value_set_int(value, "seed", order->seed);
	if (order->fault && !strchr(order->fault, '.'))
		value_set_text(value, "fault", order->fault);
	value_set_real(value, "severity", order->severity);
	value_set(value, "dut", declared_dut(plan));
	return value;
}

size_t plan_world_sources(const struct plan *plan, struct source_file *sources)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->source_count; i++) {
		const struct plan_source *source = &plan->source[i];
		bool wanted = plan->world_source && !strcmp(source->name, plan->world_source);

		for (size_t d = 0; d < value_count(plan->simulator_sources) && !wanted; d++)
			wanted = !strcmp(source->name, value_at(plan->simulator_sources, d)->text);
		if (wanted)
			sources[count++] =
				(struct source_file){source->name, source->text, source->size};
	}
	return count;
}
