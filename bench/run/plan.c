/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an order to a plan.
 *
 * Where things are: the protocol's folder, or one above it, holds `fixtures/`; a fixture is
 * fixtures/NAME/fixture.lua, a driver fixtures/drivers/NAME/driver.lua with its twin.lua beside it, the
 * parts of a world in a folder that is named like it (world_parts.h). A protocol outside such a tree
 * uses the one that Davy was installed with ($DAVY_SHARE).
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
#include "base/installed.h"
#include "run/loader.h"
#include "run/world_parts.h"

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
	return installed_share();
}

const struct plan_source *plan_find_source(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->source_count; i++)
		if (!strcmp(plan->source[i].name, name))
			return &plan->source[i];
	return NULL;
}

/* Takes what is in `text`. */
static const struct plan_source *add_source(struct plan *plan, const char *name, struct buf *text,
					    struct error *err)
{
	struct plan_source *source;

	if (plan->source_count == PLAN_SOURCES) {
		buf_done(text);
		error_set(err, ERROR_USAGE, "more than %d files make up this test", PLAN_SOURCES);
		return NULL;
	}
	source = &plan->source[plan->source_count++];
	source->size = text->size;
	source->text = buf_detach(text);
	buf_done(text);
	source->name = xstrdup(name);
	return source;
}

const struct plan_source *plan_read(struct plan *plan, const char *root, const char *path,
				    struct error *err)
{
	size_t size = strlen(root);
	const char *slash = strrchr(path, '/');
	const char *name = !strncmp(path, root, size) && path[size] == '/' ? path + size + 1
			   : slash					   ? slash + 1
									   : path;
	const struct plan_source *known = plan_find_source(plan, name);
	struct buf text;

	if (known)
		return known;
	buf_init(&text);
	if (file_read(path, FILE_MOST, &text, err) < 0) {
		buf_done(&text);
		return NULL;
	}
	return add_source(plan, name, &text, err);
}

const struct plan_source *plan_add_text(struct plan *plan, const char *name, char *text,
					struct error *err)
{
	struct buf bytes;

	buf_init(&bytes);
	buf_add_text(&bytes, text);
	free(text);
	return add_source(plan, name, &bytes, err);
}

/* Every part of a world, before the world that asks for them is evaluated. */
static int read_parts(struct plan *plan, const char *root, const char *world, struct error *err)
{
	size_t count;
	char **parts = world_parts(world, &count);
	int done = 0;

	for (size_t i = 0; i < count; i++) {
		if (done == 0 && !plan_read(plan, root, parts[i], err))
			done = -1;
		free(parts[i]);
	}
	free(parts);
	return done;
}

static bool is_part(const struct plan *plan, const char *name)
{
	return plan->world_source && world_has_part(plan->world_source, name);
}

static size_t find_parts(const struct plan *plan, struct source_file *parts)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->source_count; i++) {
		const struct plan_source *source = &plan->source[i];

		if (is_part(plan, source->name))
			parts[count++] =
				(struct source_file){source->name, source->text, source->size};
	}
	return count;
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
	struct source_file parts[PLAN_SOURCES];
	const struct order *order = planning->plan->order;
	struct load_request request = {
		.kind = kind,
		.name = source->name,
		.text = source->text,
		.size = source->size,
		.parts = parts,
		.part_count = strcmp(kind, "world") ? 0 : find_parts(planning->plan, parts),
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
	const struct plan_source *source = plan_read(planning->plan, planning->root, path, &err);

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

	if (plan->order->station && !plan->station_data)
		load_file(planning, "station", xstrdup(plan->order->station), &plan->station_data,
			  NULL, compile, &plan->station_source);
	else
		compile(planning);
}

static void load_world(struct planning *planning)
{
	struct plan *plan = planning->plan;
	const char *world = value_get_text(plan->fixture_data, "world");
	struct error err;
	char *path;

	if (order_has_wires(plan->order) || !world) {
		load_station(planning);
		return;
	}
	path = xprintf("%s/fixtures/%s", planning->root, world);
	if (read_parts(plan, planning->root, path, &err) < 0) {
		free(path);
		finish(planning, &err);
		return;
	}
	load_file(planning, "world", path, &plan->world_data, NULL, load_station,
		  &plan->world_source);
}

static void load_twin(struct planning *planning, const char *device, char *path)
{
	struct plan *plan = planning->plan;
	struct error err;
	const struct plan_source *source = plan_read(planning->plan, planning->root, path, &err);

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
		if (driver && !order_has_wires(plan->order) && file_exists(twin)) {
			load_twin(planning, device, twin);
			return;
		}
		free(twin);
	}
	load_world(planning);
}

/* ---- beginning and ending ---- */

static void compile(struct planning *planning)
{
	struct error err;
	bool done = plan_compile(planning->plan, planning->root, &err) == 0;

	finish(planning, done ? NULL : &err);
}

/* ---- without a protocol ---- */

static struct value *data_of(const char *id, const char *title, const char *zh, const char *class,
			     const char *fixture)
{
	struct value *data = value_map();

	value_set_text(data, "id", id);
	value_set_int(data, "version", 1);
	value_set_text(data, "title", title);
	value_set_text(data, "zh", zh);
	value_set_text(data, "standard", "none");
	value_set_text(data, "class", class);
	value_set_text(data, "fixture", fixture);
	return data;
}

static void add_step(struct value *steps, const char *name, const char *zh)
{
	struct value *step = value_add(steps, value_map());

	value_set_text(step, "name", name);
	value_set_text(step, "zh", zh);
}

/* What a protocol says, of a qualification: its steps, whose measures are made from the fixture. */
static struct value *installation_is_tested(const char *fixture)
{
	struct value *data = data_of("qualification", "Qualification of an installation",
				     "安装确认", "installation", fixture);
	struct value *steps = value_set(data, "steps", value_list());

	add_step(steps, "Devices", "仪器");
	add_step(steps, "Timing", "时间");
	add_step(steps, "Lines", "信号线");
	add_step(steps, "Interlocks", "联锁");
	add_step(steps, "Emergency stop", "急停");
	add_step(steps, "Plug", "控制器终止");
	add_step(steps, "End", "结束");
	return data;
}

/* … and of a session that tests nothing. */
static struct value *nothing_is_tested(const char *fixture)
{
	return data_of("maintenance", "Operated by hand", "手动操作(维护)", "maintenance", fixture);
}

static void without_protocol(struct planning *planning, const char *fixture)
{
	struct plan *plan = planning->plan;
	bool qualifies = plan->order->qualifies;

	plan->protocol_source = qualifies ? "davy qualify" : "davy operate";
	plan->protocol_data =
		qualifies ? installation_is_tested(fixture) : nothing_is_tested(fixture);
	protocol_loaded(planning);
}

static void station_loaded(struct planning *planning)
{
	struct plan *plan = planning->plan;
	const struct value *slot = station_find_slot(plan->station_data, plan->order->slot);
	const char *fixture = value_get_text(slot, "fixture");
	struct error err;

	if (fixture) {
		without_protocol(planning, fixture);
		return;
	}
	error_set(&err, ERROR_USAGE, "%s has no slot %d", plan->station_source, plan->order->slot);
	finish(planning, &err);
}

/* ".../fixtures/NAME/fixture.lua" */
static void fixture_named(struct planning *planning)
{
	char *folder = xstrdup(planning->plan->order->fixture);
	char *slash = strrchr(folder, '/');

	if (slash)
		*slash = '\0';
	slash = strrchr(folder, '/');
	without_protocol(planning, slash ? slash + 1 : folder);
	free(folder);
}

static void start(void *ctx)
{
	struct planning *planning = ctx;
	struct plan *plan = planning->plan;
	bool scripted = order_needs_protocol(plan->order);
	struct error err;

	planning->bench_loader = loader_open(planning->loop, planning->program, &err);
	if (planning->bench_loader && scripted)
		planning->protocol_loader = loader_open(planning->loop, planning->program, &err);
	if (!planning->bench_loader || (!planning->protocol_loader && scripted)) {
		finish(planning, &err);
		return;
	}
	if (!scripted && plan->order->station)
		load_file(planning, "station", xstrdup(plan->order->station), &plan->station_data,
			  NULL, station_loaded, &plan->station_source);
	else if (!scripted)
		fixture_named(planning);
	else
		load_file(planning, "protocol", xstrdup(plan->order->protocol),
			  &plan->protocol_data, NULL, protocol_loaded, &plan->protocol_source);
}

struct planning *planning_start(struct loop *loop, const char *program, struct order *order,
				plan_done_fn *done, void *ctx)
{
	struct planning *planning = xcalloc(1, sizeof(*planning));

	planning->loop = loop;
	planning->program = program;
	planning->done = done;
	planning->ctx = ctx;
	planning->root = find_root(order->protocol  ? order->protocol
				   : order->station ? order->station
						    : order->fixture);
	planning->plan = xcalloc(1, sizeof(*planning->plan));
	planning->plan->order = order;
	planning->plan->drivers = value_map();
	planning->plan->simulators = value_map();
	planning->plan->simulator_sources = value_map();
	timer_start(&planning->start, loop_real_clock(loop), 0, TIMER_WAIT, start, planning);
	return planning;
}

void planning_take_register(struct planning *planning, const struct value *registered)
{
	value_free(planning->plan->registered);
	planning->plan->registered = value_copy(registered);
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
	free(plan->wires);
	limit_set_free(plan->limit_set);
	value_free(plan->warnings);
	value_free(plan->check);
	value_free(plan->registered);
	free(plan->supply);
	calibration_free(plan->calibration);
	order_free(plan->order);
	free(plan);
}

/* ---- what the Lua processes are told ---- */

const char *plan_slot_label(const struct plan *plan)
{
	return value_get_text(station_find_slot(plan->station_data, plan->order->slot), "label");
}

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
	if (plan_slot_label(plan))
		value_set_bool(value, "labelled", true);
	if (order->mutant) {
		struct value *changed = mutant_for_runner(order->mutant);

		if (changed)
			value_set(value, "mutant", changed);
	}
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
	value_set_text(value_set(value, "dut", declared_dut(plan)), PROTOCOL_SLOT_SCAN,
		       plan_slot_label(plan));
	return value;
}

size_t plan_world_sources(const struct plan *plan, struct source_file *sources)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->source_count; i++) {
		const struct plan_source *source = &plan->source[i];
		bool wanted = plan->world_source && (is_part(plan, source->name) ||
						     !strcmp(source->name, plan->world_source));

		for (size_t d = 0; d < value_count(plan->simulator_sources) && !wanted; d++)
			wanted = !strcmp(source->name, value_at(plan->simulator_sources, d)->text);
		if (wanted)
			sources[count++] =
				(struct source_file){source->name, source->text, source->size};
	}
	return count;
}
