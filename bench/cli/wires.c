/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy wires: a station, wire by wire. Each port and line of each slot's fixture, which wire it is on, what that
 * is on this machine now, and who has it. The station is checked as a run would check it, and further: all its
 * slots at once, and by what names mean and not by how they are written.
 *
 * Nothing is opened, requested or driven: it may be called while runs are on. Wires that Davy has itself, for
 * a run or to hold them safe, are well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/catalogue.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "port/gpio_look.h"
#include "port/serial_where.h"
#include "run/station.h"

struct wires_settings {
	int64_t slot;
	bool json;
};

static const struct option OPTIONS[] = {
	{"slot",
	 OPTION_WHOLE,
	 "N",
	 offsetof(struct wires_settings, slot),
	 {"this slot alone", "仅此工位"}},
	OPTION_JSON_ROW(struct wires_settings),
	{0},
};

static const struct {
	struct words slot, part, is, wire, there, who, port, output, input, pulse, free, missing,
		twice, well, faults, no_slot, no_fixture;
} TEXTS = {
	.slot = {"slot", "工位"},
	.part = {"part", "部件"},
	.is = {"is", "用途"},
	.wire = {"wire", "接线"},
	.there = {"there", "现为"},
	.who = {"who has it", "占用者"},
	.port = {"port %d %d%c%d%s", "串口 %d %d%c%d%s"},
	.output = {"output, safe %s", "输出,安全状态 %s"},
	.input = {"contact", "触点输入"},
	.pulse = {"pulse", "脉冲输入"},
	.free = {"nobody", "无"},
	.missing = {"MISSING", "缺失"},
	.twice = {"%s and %s are one wire (%s), and outputs have a wire of their own",
		  "%s 与 %s 是同一接线(%s),输出须独占接线"},
	.well = {"every wire is there", "全部接线就绪"},
	.faults = {"not in order: %zu", "异常:%zu 项"},
	.no_fixture =
		{"%s: fixture '%s' was not found (looked for fixtures/%s/fixture.lua above the "
		 "station and from here)",
		 "%s:未找到工装 '%s'(已在接线文件上级目录及当前位置查找 fixtures/%s/fixture.lua)"},
	.no_slot = {"%s has no slot %lld", "%s 没有工位 %lld"},
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
	bool json;
	size_t faults;
	struct seen *seen;
	struct table *table;
	struct value *list;	  /* for --json */
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
	snprintf(one->whose, sizeof(one->whose), "%s %d %s", say(TEXTS.slot), slot, name);
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

static bool is_ours(const char *user)
{
	return !strncmp(user, "davy", strlen("davy"));
}

/* `there` and `user` are NULL and `err` says why where nothing is. */
static void add_row(struct looking *looking, int slot, const char *name, const char *is,
		    const char *where, const char *there, const char *user, const struct error *err)
{
	struct value *one = value_add(looking->list, value_map());
	char number[16];

	if (!there)
		complain(looking, err->text);
	else if (*user && !is_ours(user))
		looking->faults++;
	value_set_int(one, "slot", slot);
	value_set_text(one, "part", name);
	value_set_text(one, "is", is);
	value_set_text(one, "wire", where);
	value_set_text(one, "there", there);
	value_set_text(one, "who", user);
	snprintf(number, sizeof(number), "%d", slot);
	table_add(looking->table,
		  (const char *const[]){number, name, is, where, there ? there : say(TEXTS.missing),
					!there	? ""
					: *user ? user
						: say(TEXTS.free)});
}

static void look_at_port(struct looking *looking, int slot, const struct fixture_port *spec,
			 const struct station_port *port)
{
	struct serial_found found;
	struct error err;
	char is[80], there[300], user[96] = "";
	bool is_there = serial_find(port->where, "/sys", &found, &err) == 0;

	snprintf(is, sizeof(is), say(TEXTS.port), spec->settings.baud, spec->settings.data_bits,
		 spec->settings.parity, spec->settings.stop_bits, spec->rs485 ? " RS-485" : "");
	if (is_there) {
		snprintf(there, sizeof(there), "%s%s%s%s", found.path, found.usb[0] ? " (" : "",
			 found.usb, found.usb[0] ? ")" : "");
		if (!serial_holder(found.path, user, sizeof(user)))
			user[0] = '\0';
		check_alone(looking, slot, port->name, found.path, true);
	}
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

/* ---- one slot ---- */

static int load_drivers(const struct looking *looking, const char *tree,
			const struct value *fixture, struct value *drivers, struct error *err)
{
	const struct value *devices = value_get(fixture, "devices");

	for (size_t i = 0; i < value_count(devices); i++) {
		const char *name = value_get_text(value_at(devices, i), "driver");
		struct value *driver;
		char *path;

		if (!name || value_get(drivers, name))
			continue;
		path = xprintf("%s/fixtures/drivers/%s/driver.lua", tree, name);
		driver = catalogue_load(looking->program, "driver", path, err);
		free(path);
		if (!driver)
			return -1;
		value_set(drivers, name, driver);
	}
	return 0;
}

/* The fixture is looked for above the station, then where the command was given. */
static char *tree_with(const struct looking *looking, const char *fixture)
{
	char *tree = place_tree_of(looking->station);
	char *path = xprintf("%s/fixtures/%s/fixture.lua", tree, fixture);
	bool found = file_exists(path);

	free(path);
	if (found)
		return tree;
	free(tree);
	return place_tree();
}

static struct fixture *load_fixture(const struct looking *looking, const char *name,
				    struct error *err)
{
	char *tree = tree_with(looking, name);
	char *path = xprintf("%s/fixtures/%s/fixture.lua", tree, name);
	bool there = file_exists(path);
	struct value *data = there ? catalogue_load(looking->program, "fixture", path, err) : NULL;
	struct value *drivers = value_map();
	struct fixture *fixture = NULL;

	if (!there)
		error_set(err, ERROR_USAGE, say(TEXTS.no_fixture), looking->name, name, name);
	if (data && load_drivers(looking, tree, data, drivers, err) == 0)
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
	struct fixture *fixture = load_fixture(looking, value_get_text(slot, "fixture"), &err);

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

/* ---- the command ---- */

static void print_text(const struct looking *looking)
{
	if (table_count(looking->table) > 1)
		table_print(looking->table, 0, stdout);
	for (size_t i = 0; i < value_count(looking->complaints); i++)
		columns_print(stdout, value_at(looking->complaints, i)->text);
	if (looking->faults)
		printf(say(TEXTS.faults), looking->faults);
	else
		printf("%s", say(TEXTS.well));
	printf("\n");
}

static void print_json(struct looking *looking, const struct value *station)
{
	struct value *object = value_map();

	value_set_text(object, "station", looking->name);
	value_set_text(object, "name", value_get_text(station, "name"));
	value_set(object, "wires", value_copy(looking->list));
	value_set(object, "complaints", value_copy(looking->complaints));
	json_print(stdout, object);
	value_free(object);
}

static int look(struct looking *looking, const struct value *station, int64_t only,
		struct error *err)
{
	const struct value *slots = value_get(station, "slots");

	if (only && !station_find_slot(station, (int)only))
		return error_set(err, ERROR_USAGE, say(TEXTS.no_slot), looking->name,
				 (long long)only);
	table_has_head(looking->table);
	table_add(looking->table,
		  (const char *const[]){say(TEXTS.slot), say(TEXTS.part), say(TEXTS.is),
					say(TEXTS.wire), say(TEXTS.there), say(TEXTS.who)});
	for (size_t i = 0; i < value_count(slots); i++)
		if (!only || value_get_int(value_at(slots, i), "number", 0) == only)
			look_at_slot(looking, station, value_at(slots, i));
	if (looking->json)
		print_json(looking, station);
	else
		print_text(looking);
	return looking->faults ? EXIT_IS_ERROR : 0;
}

static void looking_done(struct looking *looking)
{
	while (looking->seen) {
		struct seen *seen = looking->seen;

		looking->seen = seen->next;
		free(seen);
	}
	table_free(looking->table);
	value_free(looking->list);
	value_free(looking->complaints);
}

static int wires(void *ctx, char **operands, int count, struct error *err)
{
	const struct wires_settings *settings = ctx;
	char *path = place_absolute(operands[0]), *program = place_program(err);
	char *tree = place_tree_of(path);
	struct looking looking = {.json = settings->json,
				  .program = program,
				  .station = path,
				  .name = place_short(path, tree),
				  .table = table_new(6),
				  .list = value_list(),
				  .complaints = value_list()};
	struct value *station = program ? catalogue_load(program, "station", path, err) : NULL;
	int code = station ? look(&looking, station, settings->slot, err) : -1;

	(void)count;
	value_free(station);
	looking_done(&looking);
	free(tree);
	free(program);
	free(path);
	return code;
}

const struct command COMMAND_WIRES = {
	.name = "wires",
	.operands = "STATION",
	.least = 1,
	.most = 1,
	.summary = {"a station's wires: are they there, and who has them",
		    "测试台接线:是否就绪,由谁占用"},
	.more = {"Nothing is opened or driven. Exit code 0 when every wire is there and nobody "
		 "else's, 3 when not, 2 "
		 "when the station cannot be read.",
		 "不打开也不驱动任何接线。全部就绪且未被他人占用时退出码为 0,否则为 3;文件有误为 "
		 "2。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct wires_settings),
	.run = wires,
};
