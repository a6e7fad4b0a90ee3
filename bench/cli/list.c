/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy list: what there is to run, what it runs on, and what was run.
 *
 * Protocols, fixtures and drivers are the files below the tree, each evaluated now; one that cannot be
 * is named on stderr with its line and left out, and the command ends with 2. Runs are the folders below
 * the state folder, each journal read with its chain. Of one specimen it is the log that tells.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/bracketed.h"
#include "cli/catalogue.h"
#include "cli/columns.h"
#include "cli/declared.h"
#include "cli/commands.h"
#include "cli/conversation.h"
#include "cli/figures.h"
#include "cli/history.h"
#include "cli/place.h"
#include "run/account.h"
#include "run/hazard.h"
#include "run/series_away.h"

struct list_settings {
	const char *state;
	bool json;
};

static const struct option OPTIONS[] = {
	OPTION_STATE_ROW(struct list_settings),
	OPTION_JSON_ROW(struct list_settings),
	{0},
};

static const struct {
	struct words protocols, fixtures, drivers, runs, id, version, title, standard, fixture,
		declares, file, faults, bus, reads, writes, twin, yes, no, run, verdict, bench_time,
		open, interrupted, damaged, away, none, resources, resource, slot, waiting, hazards,
		serial, hazard, untouched, after_run, specimen, no_kind, no_serial, not_there;
} TEXTS = {
	.protocols = {"PROTOCOLS", "检验程序"},
	.fixtures = {"FIXTURES", "测试工装"},
	.drivers = {"DRIVERS", "检测设备驱动"},
	.runs = {"RUNS", "检验"},
	.id = {"id", "编号"},
	.version = {"v", "版本"},
	.title = {"title", "名称"},
	.standard = {"standard", "标准"},
	.fixture = {"fixture", "工装"},
	.declares = {"declares", "声明"},
	.file = {"file", "文件"},
	.faults = {"faults for --sim=", "仿真故障 --sim="},
	.bus = {"bus", "总线"},
	.reads = {"reads", "读"},
	.writes = {"writes", "写"},
	.twin = {"twin", "仿真件"},
	.yes = {"yes", "有"},
	.no = {"no", "无"},
	.run = {"run", "检验编号"},
	.verdict = {"verdict", "判定"},
	.bench_time = {"bench time", "试验时间"},
	.open = {"running or cut short", "进行中或中断"},
	.interrupted = {"interrupted (davy continue)", "已中断(davy continue)"},
	.damaged = {"damaged", "日志损坏"},
	.away = {"series not here (davy series)", "原始数据已移出(davy series)"},
	.none = {"none", "无"},
	.resources = {"RESOURCES TAKEN", "占用中的共享资源"},
	.resource = {"resource", "资源"},
	.slot = {"slot", "工位"},
	.waiting = {"slots that wait, in their order", "依次等待的工位"},
	.hazards = {"HAZARDS", "危险样品"},
	.serial = {"serial", "样品编号"},
	.hazard = {"hazard", "危险"},
	.untouched = {"do not touch for", "禁止触碰"},
	.specimen = {"SPECIMEN %s", "样品 %s"},
	.no_kind =
		{"davy list knows protocols, fixtures, drivers, runs, resources, hazards and dut "
		 "SERIAL, but no '%s'",
		 "davy list 可列出 protocols、fixtures、drivers、runs、resources、hazards 与 "
		 "dut 编号,没有 '%s'"},
	.no_serial = {"davy list dut needs a serial number, as it was given to --dut serial=…; and "
		      "nothing else takes one",
		      "davy list dut 须给出样品编号(即 --dut serial=… 的值);其他类别不带编号"},
	.not_there = {"the log has no specimen of this number", "记录中没有该编号的样品"},
	.after_run = {"after its run", "检验结束后"},
};

struct listing {
	const char *program, *state;
	char *tree;
	bool json, broken;
	struct value *all; /* for --json: kind → list of maps */
	struct run_brackets *brackets;
	bool brackets_read; /* once, and only where a run asks for checks */
};

static void complain(struct listing *listing, const struct error *err)
{
	listing->broken = true;
	fprintf(stderr, "davy: %s\n", err->text);
}

static void print_table(struct words title, struct table *table)
{
	printf("%s\n", say(title));
	if (table_count(table) > 1)
		table_print(table, 2, stdout);
	else
		printf("  %s\n", say(TEXTS.none));
	table_free(table);
}

/* Load every file of a kind below `below` and let `add` make a row of it. */
static void each_file(struct listing *listing, const char *below, const char *ending,
		      const char *kind, struct table *table, struct value *list,
		      void (*add)(struct listing *, struct table *, struct value *, const char *))
{
	char *folder = xprintf("%s/%s", listing->tree, below);
	size_t count;
	char **paths = catalogue_walk(folder, ending, &count);

	for (size_t i = 0; i < count; i++) {
		struct error err;
		struct value *data = catalogue_load(listing->program, kind, paths[i], &err);

		if (data)
			add(listing, table, value_add(list, data), paths[i]);
		else
			complain(listing, &err);
		free(paths[i]);
	}
	free(paths);
	free(folder);
}

/* ---- protocols ---- */

static void add_protocol(struct listing *listing, struct table *table, struct value *data,
			 const char *path)
{
	struct buf declared;
	char version[24];

	buf_init(&declared);
	declared_add(&declared, data);
	snprintf(version, sizeof(version), "%lld", (long long)value_get_int(data, "version", 0));
	table_add(table,
		  (const char *const[]){
			  value_get_text(data, "id"), version, value_get_text(data, "fixture"),
			  value_get_text(data, "standard"), place_short(path, listing->tree),
			  say_either(value_get_text(data, "title"), value_get_text(data, "zh")),
			  declared.data});
	buf_done(&declared);
}

static void list_protocols(struct listing *listing, struct value *list)
{
	struct table *table = table_new(7);

	table_has_head(table);
	table_add(table,
		  (const char *const[]){say(TEXTS.id), say(TEXTS.version), say(TEXTS.fixture),
					say(TEXTS.standard), say(TEXTS.file), say(TEXTS.title),
					say(TEXTS.declares)});
	each_file(listing, "scripts", ".lua", "protocol", table, list, add_protocol);
	if (!listing->json)
		print_table(TEXTS.protocols, table);
	else
		table_free(table);
}

/* ---- fixtures ---- */

/* The names of the faults that the fixture's world knows; they also go into `data`. */
static void read_faults(struct listing *listing, struct value *data, struct buf *names)
{
	const char *file = value_get_text(data, "world");
	char *path = xprintf("%s/fixtures/%s", listing->tree, file ? file : "");
	struct error err;
	struct value *world = file ? catalogue_load(listing->program, "world", path, &err) : NULL;
	const struct value *faults = value_get(world, "faults");

	if (file && !world)
		complain(listing, &err);
	for (size_t i = 0; i < value_count(faults); i++)
		buf_printf(names, "%s%s", i ? " " : "",
			   value_get_text(value_at(faults, i), "name"));
	if (faults)
		value_set(data, "faults", value_copy(faults));
	value_free(world);
	free(path);
}

static void add_fixture(struct listing *listing, struct table *table, struct value *data,
			const char *path)
{
	struct buf faults;

	(void)path;
	buf_init(&faults);
	read_faults(listing, data, &faults);
	table_add(table, (const char *const[]){value_get_text(data, "id"),
					       say_either(value_get_text(data, "title"),
							  value_get_text(data, "zh")),
					       faults.data});
	buf_done(&faults);
}

static void list_fixtures(struct listing *listing, struct value *list)
{
	struct table *table = table_new(3);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.id), say(TEXTS.title), say(TEXTS.faults)});
	each_file(listing, "fixtures", "/fixture.lua", "fixture", table, list, add_fixture);
	if (!listing->json)
		print_table(TEXTS.fixtures, table);
	else
		table_free(table);
}

/* ---- drivers ---- */

static void add_names(struct buf *out, const struct value *map)
{
	for (size_t i = 0; i < value_count(map); i++)
		buf_printf(out, "%s%s", i ? " " : "", value_key(map, i));
}

static void add_driver(struct listing *listing, struct table *table, struct value *data,
		       const char *path)
{
	char *twin = xprintf("%.*stwin.lua", (int)(strlen(path) - strlen("driver.lua")), path);
	bool has_twin = file_exists(twin);
	struct buf reads, writes;

	(void)listing;
	buf_init(&reads);
	buf_init(&writes);
	add_names(&reads, value_get(data, "reads"));
	add_names(&writes, value_get(data, "writes"));
	value_set_bool(data, "twin", has_twin);
	table_add(table, (const char *const[]){value_get_text(data, "id"),
					       value_get_text(data, "bus"), reads.data, writes.data,
					       say(has_twin ? TEXTS.yes : TEXTS.no)});
	buf_done(&reads);
	buf_done(&writes);
	free(twin);
}

static void list_drivers(struct listing *listing, struct value *list)
{
	struct table *table = table_new(5);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.id), say(TEXTS.bus), say(TEXTS.reads),
					       say(TEXTS.writes), say(TEXTS.twin)});
	each_file(listing, "fixtures", "/driver.lua", "driver", table, list, add_driver);
	if (!listing->json)
		print_table(TEXTS.drivers, table);
	else
		table_free(table);
}

/* ---- runs ---- */

static void set_bracket(struct listing *listing, struct value *one, const struct account *account)
{
	struct error err;

	if (!value_get(value_get(account->head, "protocol_data"), "bracket"))
		return;
	if (!listing->brackets_read) {
		listing->brackets_read = true;
		listing->brackets = bracketed_read(listing->state, &err);
		if (!listing->brackets)
			complain(listing, &err);
	}
	bracketed_set(one, listing->brackets, (uint64_t)value_get_int(account->record, "seq", 0));
}

static void add_run(struct listing *listing, struct table *table, struct value *list,
		    const struct account *account)
{
	const char *verdict = value_get_text(account->verdict, "verdict");
	const char *fault = value_get_text(value_get(account->head, "order"), "fault");
	struct value *one = value_add(list, value_map());
	struct buf words, time;

	buf_init(&words);
	buf_init(&time);
	if (verdict)
		figure_verdict(&words, verdict);
	else
		buf_add_text(&words, say(account->interrupted ? TEXTS.interrupted : TEXTS.open));
	set_bracket(listing, one, account);
	bracketed_add(&words, value_get(one, "bracket"));
	figure_time(&time, account->time);
	table_add(table, (const char *const[]){
				 account->id, words.data, time.data,
				 value_get_bool(account->head, "simulated") ? "SIMULATED 仿真" : "",
				 fault});
	value_set_text(one, "run", account->id);
	value_set_text(one, "protocol", value_get_text(account->head, "protocol"));
	value_set_text(one, "verdict", verdict);
	if (account->interrupted)
		value_set_bool(one, "interrupted", true);
	value_set_bool(one, "simulated", value_get_bool(account->head, "simulated"));
	value_set_text(one, "fault", fault);
	value_set_int(one, "bench_time_ns", account->time);
	buf_done(&words);
	buf_done(&time);
}

static void add_damaged(struct listing *listing, struct table *table, struct value *list,
			const char *name, bool is_away, const struct error *err)
{
	struct value *one = value_add(list, value_map());

	if (!is_away)
		complain(listing, err);
	value_set_text(one, "run", name);
	value_set_text(one, "why", err->text);
	table_add(table, (const char *const[]){name, say(is_away ? TEXTS.away : TEXTS.damaged),
					       NULL, NULL, NULL});
}

static bool has_left(const char *folder)
{
	struct value *away = series_away(folder);

	value_free(away);
	return away != NULL;
}

static void list_runs(struct listing *listing, struct value *list)
{
	struct table *table = table_new(5);
	size_t count;
	char **names = account_list(listing->state, &count);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.run), say(TEXTS.verdict),
					       say(TEXTS.bench_time), "", ""});
	for (size_t i = 0; i < count; i++) {
		char *folder = xprintf("%s/runs/%s", listing->state, names[i]);
		struct error err;
		struct account *account = account_read(folder, &err);

		if (account)
			add_run(listing, table, list, account);
		else
			add_damaged(listing, table, list, names[i], has_left(folder), &err);
		account_free(account);
		free(folder);
		free(names[i]);
	}
	free(names);
	run_brackets_free(listing->brackets);
	listing->brackets = NULL;
	if (!listing->json)
		print_table(TEXTS.runs, table);
	else
		table_free(table);
}

/* ---- resources ---- */

static void add_resource(struct table *table, const struct value *resource)
{
	const struct value *waits = value_get(resource, "waits");
	struct buf slots;
	char slot[24];

	snprintf(slot, sizeof(slot), "%lld", (long long)value_get_int(resource, "slot", 0));
	buf_init(&slots);
	for (size_t i = 0; i < value_count(waits); i++)
		buf_printf(&slots, "%s%lld", i ? ", " : "", (long long)value_at(waits, i)->integer);
	table_add(table,
		  (const char *const[]){value_get_text(resource, "resource"), slot, slots.data});
	buf_done(&slots);
}

/* What runs that are on have taken; without a controller there are none. */
static void list_resources(struct listing *listing, struct value *list)
{
	struct value *status = conversation_status(listing->state);
	const struct value *resources = value_get(status, "resources");
	struct table *table = table_new(3);

	table_has_head(table);
	table_add(table,
		  (const char *const[]){say(TEXTS.resource), say(TEXTS.slot), say(TEXTS.waiting)});
	for (size_t i = 0; i < value_count(resources); i++) {
		add_resource(table, value_at(resources, i));
		value_add(list, value_copy(value_at(resources, i)));
	}
	value_free(status);
	if (!listing->json)
		print_table(TEXTS.resources, table);
	else
		table_free(table);
}

/* ---- hazards ---- */

static void add_hazard(struct table *table, const struct value *hazard)
{
	struct buf left;
	char slot[24];

	snprintf(slot, sizeof(slot), "%lld", (long long)value_get_int(hazard, "slot", 0));
	buf_init(&left);
	figure_duration(&left, value_get_int(hazard, "left_ns", 0));
	if (value_get_bool(hazard, "running"))
		buf_printf(&left, " %s", say(TEXTS.after_run));
	table_add(table,
		  (const char *const[]){
			  slot, value_get_text(hazard, "serial"),
			  say_either(value_get_text(hazard, "text"), value_get_text(hazard, "zh")),
			  left.data, value_get_text(hazard, "run"),
			  value_get_bool(hazard, "simulated") ? "SIMULATED 仿真" : ""});
	buf_done(&left);
}

/* What earlier runs have left in the slots; a controller is not needed to know. */
static void list_hazards(struct listing *listing, struct value *list)
{
	struct hazard_now now = hazard_now();
	struct error err;
	struct hazards *hazards = hazards_open(listing->state, NULL, &now, &err);
	struct value *found = hazards ? hazards_list(hazards, &now) : value_list();
	struct table *table = table_new(6);

	if (!hazards)
		complain(listing, &err);
	table_has_head(table);
	table_add(table,
		  (const char *const[]){say(TEXTS.slot), say(TEXTS.serial), say(TEXTS.hazard),
					say(TEXTS.untouched), say(TEXTS.run), ""});
	for (size_t i = 0; i < value_count(found); i++) {
		add_hazard(table, value_at(found, i));
		value_add(list, value_copy(value_at(found, i)));
	}
	hazards_close(hazards);
	value_free(found);
	if (!listing->json)
		print_table(TEXTS.hazards, table);
	else
		table_free(table);
}

/* ---- the command ---- */

static const struct {
	const char *name;
	void (*list)(struct listing *listing, struct value *list);
} KINDS[] = {
	{"protocols", list_protocols}, {"fixtures", list_fixtures},   {"drivers", list_drivers},
	{"runs", list_runs},	       {"resources", list_resources}, {"hazards", list_hazards},
};

enum { KIND_COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };

static int check_kind(const char *kind, const char *serial, struct error *err)
{
	bool is_known = !kind || !strcmp(kind, "dut"), is_dut = kind && is_known;

	for (int i = 0; i < KIND_COUNT && !is_known; i++)
		is_known = !strcmp(kind, KINDS[i].name);
	if (!is_known)
		return error_set(err, ERROR_USAGE, say(TEXTS.no_kind), kind);
	if (is_dut != (serial != NULL))
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.no_serial));
	return 0;
}

static int list_specimen(const struct listing *listing, const char *serial, struct error *err)
{
	struct value *all = value_map(), *history;
	char *title = xprintf(say(TEXTS.specimen), serial);

	columns_clean(title);
	history = history_of_specimen(listing->state, serial, err);
	if (history && !listing->json) {
		printf("%s\n", title);
		history_print(history);
		if (!value_count(history))
			printf("  %s\n", say(TEXTS.not_there));
	}
	if (history)
		value_set(all, "dut", history);
	if (history && listing->json)
		json_print(stdout, all);
	value_free(all);
	free(title);
	return history ? EXIT_IS_PASS : -1;
}

static void list_wanted(struct listing *listing, const char *kind)
{
	listing->all = value_map();
	for (int i = 0; i < KIND_COUNT; i++)
		if (!kind || !strcmp(kind, KINDS[i].name))
			KINDS[i].list(listing,
				      value_set(listing->all, KINDS[i].name, value_list()));
	if (listing->json)
		json_print(stdout, listing->all);
	value_free(listing->all);
}

static int list(void *ctx, char **operands, int count, struct error *err)
{
	const struct list_settings *settings = ctx;
	const char *kind = count ? operands[0] : NULL, *serial = count > 1 ? operands[1] : NULL;
	struct listing listing = {.json = settings->json};
	char *state, *program;
	int code = -1;

	if (check_kind(kind, serial, err) < 0)
		return -1;
	state = place_state(settings->state, err);
	program = state && !serial ? place_program(err) : NULL;
	listing.state = state;
	if (state && serial) {
		code = list_specimen(&listing, serial, err);
	} else if (program) {
		listing.program = program;
		listing.tree = place_tree();
		list_wanted(&listing, kind);
		code = listing.broken ? EXIT_IS_USAGE : 0;
	}
	free(listing.tree);
	free(program);
	free(state);
	return code;
}

const struct command COMMAND_LIST = {
	.name = "list",
	.operands = "[protocols|fixtures|drivers|runs|resources|hazards|dut SERIAL]",
	.most = 2,
	.summary = {"what there is to run, and what was run", "列出检验程序、工装、驱动与检验"},
	.more = {"`davy list dut SERIAL` has all that the bench's log knows of a specimen, newest "
		 "first: its runs with their verdicts, the steps of its life, and whether any of "
		 "it "
		 "was voided or declared wrong, by whom and why.",
		 "`davy list dut 编号` 列出记录中该样品的全部检验与环节(新者在前):判定,"
		 "以及是否作废或已声明有误、何人、为何。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct list_settings),
	.run = list,
};
