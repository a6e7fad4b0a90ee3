/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy wires: a station (station_look.h), wire by wire. Nothing is opened, requested or driven: it may be called while
 * runs are on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/catalogue.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/station_look.h"
#include "run/station.h"

struct wires_settings {
	int64_t slot;
	bool json;
};

static const struct option OPTIONS[] = {
	{"slot",
	 OPTION_SLOT,
	 "N",
	 offsetof(struct wires_settings, slot),
	 {"this slot alone", "仅此工位"}},
	OPTION_JSON_ROW(struct wires_settings),
	{0},
};

static const struct {
	struct words slot, all, part, is, wire, there, who, free, missing, well, faults, no_slot;
} TEXTS = {
	.slot = {"slot", "工位"},
	.all = {"all", "全部"},
	.part = {"part", "部件"},
	.is = {"is", "用途"},
	.wire = {"wire", "接线"},
	.there = {"there", "现为"},
	.who = {"who has it", "占用者"},
	.free = {"nobody", "无"},
	.missing = {"MISSING", "缺失"},
	.well = {"every wire is there", "全部接线就绪"},
	.faults = {"not in order: %zu", "异常:%zu 项"},
	.no_slot = {"%s has no slot %lld", "%s 没有工位 %lld"},
};

static void add_row(struct table *table, const struct value *one)
{
	const char *there = value_get_text(one, "there"), *who = value_get_text(one, "who");
	const char *is = value_get_text(one, "is");
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)value_get_int(one, "slot", 0));
	table_add(table, (const char *const[]){value_get(one, "slot") ? number : say(TEXTS.all),
					       value_get_text(one, "part"), is ? is : "",
					       value_get_text(one, "wire"),
					       there ? there : say(TEXTS.missing),
					       !there ? ""
					       : *who ? who
						      : say(TEXTS.free)});
}

static void print_wires(const struct value *wires, const struct value *readers)
{
	struct table *table = table_new(6);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.slot), say(TEXTS.part), say(TEXTS.is),
					       say(TEXTS.wire), say(TEXTS.there), say(TEXTS.who)});
	for (size_t i = 0; i < value_count(wires); i++)
		add_row(table, value_at(wires, i));
	for (size_t i = 0; i < value_count(readers); i++)
		add_row(table, value_at(readers, i));
	table_print(table, 0, stdout);
	table_free(table);
}

/* A reader that is missing, or that somebody else has, is a fault here, where each wire is looked at for itself. */
static size_t faults_of(const struct value *found)
{
	const struct value *readers = value_get(found, "readers");
	size_t faults = (size_t)value_get_int(found, "faults", 0);

	for (size_t i = 0; i < value_count(readers); i++)
		faults += value_get(value_at(readers, i), "why") ||
			  station_look_is_taken(value_at(readers, i));
	return faults;
}

static void print_text(const struct value *found)
{
	const struct value *wires = value_get(found, "wires");
	const struct value *complaints = value_get(found, "complaints");
	const struct value *readers = value_get(found, "readers");
	size_t faults = faults_of(found);

	if (value_count(wires) || value_count(readers))
		print_wires(wires, readers);
	for (size_t i = 0; i < value_count(complaints); i++)
		columns_print(stdout, value_at(complaints, i)->text);
	for (size_t i = 0; i < value_count(readers); i++)
		if (value_get(value_at(readers, i), "why"))
			columns_print(stdout, value_get_text(value_at(readers, i), "why"));
	if (faults)
		printf(say(TEXTS.faults), faults);
	else
		printf("%s", say(TEXTS.well));
	printf("\n");
}

static void print_json(const struct value *found, const char *name, const struct value *station)
{
	struct value *object = value_map();

	value_set_text(object, "station", name);
	value_set_text(object, "name", value_get_text(station, "name"));
	value_set(object, "wires", value_copy(value_get(found, "wires")));
	value_set(object, "readers", value_copy(value_get(found, "readers")));
	value_set(object, "complaints", value_copy(value_get(found, "complaints")));
	json_print(stdout, object);
	value_free(object);
}

static int look(const struct wires_settings *settings, const char *program, const char *path,
		const struct value *station, struct error *err)
{
	char *tree = place_tree_of(path);
	const char *name = place_short(path, tree);
	struct value *found = NULL;
	int code = -1;

	if (settings->slot && !station_find_slot(station, (int)settings->slot))
		error_set(err, ERROR_USAGE, say(TEXTS.no_slot), name, (long long)settings->slot);
	else
		found = station_look(program, path, station, settings->slot);
	if (found && settings->json)
		print_json(found, name, station);
	else if (found)
		print_text(found);
	if (found)
		code = faults_of(found) ? EXIT_IS_ERROR : 0;
	value_free(found);
	free(tree);
	return code;
}

static int wires(void *ctx, char **operands, int count, struct error *err)
{
	const struct wires_settings *settings = ctx;
	char *path = place_absolute(operands[0]), *program = place_program(err);
	struct value *station = program ? catalogue_load(program, "station", path, err) : NULL;
	int code = station ? look(settings, program, path, station, err) : -1;

	(void)count;
	value_free(station);
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
