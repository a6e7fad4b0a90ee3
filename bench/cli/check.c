/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy check: does this file load, and if it is a protocol, does it pass a good product and catch every
 * bad one?
 *
 * A protocol's `faults` table promises a verdict for each fault of its fixture's world. Each is rehearsed
 * in virtual time, as is the good product; what differs from its promise is reported by name, and so is
 * every fault of the world that nobody claims to catch and that passes. How little of a fault is still
 * caught is found by halving. With --mutants the table itself is tried (mutation.c). Nothing is left on
 * the disk.
 *
 * Ends with 0 when all promises hold, and with --mutants the score is reached (of a part of them: when none
 * escapes); 1 when not; 2 when a file cannot be loaded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/catalogue.h"
#include "cli/check_report.h"
#include "cli/commands.h"
#include "cli/mutation.h"
#include "cli/place.h"
#include "cli/words.h"
#include "cli/workers.h"

struct check_settings {
	const char *limits;
	int64_t seed, jobs;
	struct option_maybe mutants;
	struct value *steps;
	bool no_sweep, claimed, json;
};

static const struct option OPTIONS[] = {
	{"limits",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct check_settings, limits),
	 {"the limit set to judge by; else scripts/limits/example.json of the same tree",
	  "限值文件;缺省为同一目录树的 scripts/limits/example.json"}},
	{"seed",
	 OPTION_WHOLE,
	 "N",
	 offsetof(struct check_settings, seed),
	 {"of all that is random; else 1", "随机数种子;缺省为 1"}},
	{"jobs",
	 OPTION_WHOLE,
	 "N",
	 offsetof(struct check_settings, jobs),
	 {"rehearsals side by side; else one per processor", "并行演练数;缺省为处理器个数"}},
	{"no-sweep",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct check_settings, no_sweep),
	 {"do not look for the smallest fault that is caught", "不查找可检出的最小故障程度"}},
	{"claimed",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct check_settings, claimed),
	 {"leave out what else the world knows: rehearse only the faults that the protocol names",
	  "只演练检验程序列出的故障,不演练仿真世界的其他故障"}},
	{"mutants",
	 OPTION_MAYBE,
	 "[=KINDS]",
	 offsetof(struct check_settings, mutants),
	 {"rehearse the protocol with one weakness at a time, too: would the fault table notice? "
	  "KINDS is some of steps,measures,limits,declarations,calls,assertions,comparisons",
	  "另逐一演练带一处弱点的检验程序:故障表能否发现?KINDS 可取 "
	  "steps,measures,limits,declarations,calls,assertions,comparisons 中若干项"}},
	{"step",
	 OPTION_LIST,
	 "NAME",
	 offsetof(struct check_settings, steps),
	 {"only mutants of this step, or of whatever else stands before their colon",
	  "只演练该步骤(即变异体名称冒号前所示之处)的变异体,可重复"}},
	OPTION_JSON_ROW(struct check_settings),
	{0},
};

static const struct {
	struct words step_of_what;
} TEXTS = {
	.step_of_what = {"--step chooses among mutants: say --mutants, too",
			 "--step 用于挑选变异体,须同时给出 --mutants"},
};

/* One protocol on its way. */
struct checking {
	const char *file, *path;
	struct value *data, *world; /* what the loader said; world may be NULL */
	struct trial_place place;
	struct trial *trial;
	size_t count;
	struct check_report *report;
	struct value *into;   /* what --json says of it */
	struct error refused; /* the good product could not be rehearsed */
	bool is_refused;
};

/* ---- what there is to try ---- */

static void add_trial(struct checking *checking, const char *fault, const struct value *claim)
{
	checking->trial[checking->count++] =
		(struct trial){.fault = fault ? xstrdup(fault) : NULL, .claim = claim};
}

static void add_trials(struct checking *checking, bool only_claimed)
{
	const struct value *claims = value_get(checking->data, "faults");
	const struct value *known = only_claimed ? NULL : value_get(checking->world, "faults");

	checking->trial =
		xcalloc(1 + value_count(claims) + value_count(known), sizeof(*checking->trial));
	add_trial(checking, NULL, NULL);
	for (size_t i = 0; i < value_count(claims); i++)
		add_trial(checking, value_key(claims, i), value_at(claims, i));
	for (size_t i = 0; i < value_count(known); i++) {
		const char *name = value_get_text(value_at(known, i), "name");

		if (name && !value_get(claims, name))
			add_trial(checking, name, NULL);
	}
}

/* The world of the protocol's fixture, for the faults it knows. What is missing is the plan's to say. */
static struct value *load_world(const char *program, const char *tree, const struct value *protocol)
{
	const char *fixture = value_get_text(protocol, "fixture"), *file;
	char *path = xprintf("%s/fixtures/%s/fixture.lua", tree, fixture ? fixture : "");
	struct error ignored;
	struct value *data = catalogue_load(program, "fixture", path, &ignored), *world = NULL;

	free(path);
	file = value_get_text(data, "world");
	if (file) {
		path = xprintf("%s/fixtures/%s", tree, file);
		world = catalogue_load(program, "world", path, &ignored);
		free(path);
	}
	value_free(data);
	return world;
}

/* ---- one protocol ---- */

static struct value *work(void *ctx, size_t index, int cpu)
{
	struct checking *checking = ctx;

	return trial_run(&checking->trial[index], &checking->place, index, cpu);
}

static bool done(void *ctx, size_t index, const struct value *result, const char *why)
{
	struct checking *checking = ctx;
	const struct trial *trial = &checking->trial[index];
	const char *error = value_get_text(result, "error");

	if (!result || error) {
		checking->is_refused = true;
		error_set(&checking->refused,
			  value_get_bool(result, "usage") ? ERROR_USAGE : ERROR_OS, "%s%s%s%s",
			  trial->fault && !result ? "rehearsal of " : "",
			  trial->fault && !result ? trial->fault : "", result ? "" : ": ",
			  error ? error : why);
		return false;
	}
	check_report_trial(checking->report, trial, result);
	return true;
}

static int rehearse_all(struct checking *checking, size_t jobs, struct error *err)
{
	struct workers_task task = {.count = checking->count,
				    .jobs = jobs,
				    .work = work,
				    .done = done,
				    .ctx = checking};
	char scratch[] = "/tmp/davy-check-XXXXXX";
	struct error ignored;
	int result;

	if (!mkdtemp(scratch))
		return error_os(err, "%s: a scratch folder", scratch);
	checking->place.scratch = scratch;
	result = workers_run(&task, err);
	file_remove_folder(scratch, &ignored);
	if (result == 0 && checking->is_refused) {
		*err = checking->refused;
		return -1;
	}
	return result;
}

static char *find_limits(const struct check_settings *settings, const char *tree, struct error *err)
{
	char *path = settings->limits ? place_absolute(settings->limits)
				      : xprintf("%s/scripts/limits/example.json", tree);

	if (file_exists(path))
		return path;
	if (settings->limits)
		error_set(err, ERROR_USAGE, "%s: there is no such limit set", settings->limits);
	free(path);
	return NULL;
}

/* Only a table that holds can say anything of mutants. */
static int check_mutants(struct checking *checking, const struct check_settings *settings,
			 struct error *err)
{
	struct mutation_task task = {.file = checking->file,
				     .data = checking->data,
				     .place = checking->place,
				     .trial = checking->trial,
				     .jobs = (size_t)settings->jobs,
				     .part = {settings->mutants.text, settings->steps},
				     .out = settings->json ? NULL : stdout,
				     .into = checking->into};
	int code;

	for (size_t i = 0; i < checking->count; i++) /* those of the table are in front */
		if (!checking->trial[i].fault || checking->trial[i].claim)
			task.trials++;
	code = mutation_run(&task, err);
	if (code > 0)
		value_set_bool(checking->into, "ok", false);
	return code < 0 ? -1 : code ? EXIT_IS_FAIL : EXIT_IS_PASS;
}

static int check_protocol(struct checking *checking, const struct check_settings *settings,
			  const char *tree, struct error *err)
{
	char *limits = find_limits(settings, tree, err);
	int result = -1;

	if (limits || !settings->limits) {
		checking->place.limits = limits;
		checking->place.seed = settings->seed ? settings->seed : 1;
		checking->place.sweep = !settings->no_sweep && !settings->mutants.given;
		checking->world = load_world(checking->place.program, tree, checking->data);
		add_trials(checking, settings->claimed);
		check_report_head(checking->report, checking->data, limits);
		result = rehearse_all(checking, (size_t)settings->jobs, err);
	}
	if (result == 0)
		result = check_report_end(checking->report) ? EXIT_IS_PASS : EXIT_IS_FAIL;
	if (result == EXIT_IS_PASS && settings->mutants.given)
		result = check_mutants(checking, settings, err);
	for (size_t i = 0; i < checking->count; i++)
		free(checking->trial[i].fault);
	free(checking->trial);
	value_free(checking->world);
	free(limits);
	return result;
}

static int check_file(const char *program, const char *file, const struct check_settings *settings,
		      struct value *list, struct error *err)
{
	const char *kind = catalogue_kind(file);
	char *path = place_absolute(file), *tree = place_tree_of(path);
	struct value *into = value_add(list, value_map());
	struct checking checking = {.file = file,
				    .path = path,
				    .into = into,
				    .place = {.program = program, .protocol = path},
				    .data = catalogue_load(program, kind, file, err)};
	int code = -1;

	value_set_text(into, "file", file);
	value_set_text(into, "kind", kind);
	if (checking.data && !strcmp(kind, "protocol") &&
	    catalogue_has_check(program, path, checking.data, err) < 0) {
		code = -1;
	} else if (checking.data && !strcmp(kind, "protocol")) {
		checking.report = check_report_new(settings->json ? NULL : stdout, into);
		code = check_protocol(&checking, settings, tree, err);
		check_report_free(checking.report);
	} else if (checking.data) {
		code = EXIT_IS_PASS;
		value_set_bool(into, "ok", true);
		if (!settings->json)
			check_report_loaded(stdout, file, kind, checking.data);
	}
	value_free(checking.data);
	free(tree);
	free(path);
	return code;
}

/* ---- the command ---- */

static int check_all(const char *program, char **files, int count,
		     const struct check_settings *settings, struct error *err)
{
	struct value *all = value_map(), *list = value_set(all, "files", value_list());
	int worst = EXIT_IS_PASS;

	for (int i = 0; i < count && worst >= 0; i++) {
		int code = check_file(program, files[i], settings, list, err);

		worst = code < 0 || code > worst ? code : worst;
	}
	if (settings->json && worst >= 0) {
		value_set_bool(all, "ok", worst == EXIT_IS_PASS);
		json_print(stdout, all);
	}
	value_free(all);
	return worst;
}

static int check(void *ctx, char **operands, int count, struct error *err)
{
	struct check_settings *settings = ctx;
	char *program;
	int code;

	if (settings->steps && !settings->mutants.given)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.step_of_what));
	program = place_program(err);
	code = program ? check_all(program, operands, count, settings, err) : -1;
	free(program);
	if (code < 0 && err->kind == ERROR_REFUSED) {
		fprintf(stderr, "davy: %s\n", err->text);
		return EXIT_IS_ABORTED;
	}
	return code;
}

const struct command COMMAND_CHECK = {
	.name = "check",
	.operands = "FILE…",
	.least = 1,
	.most = 1000,
	.summary = {"rehearse a protocol: the good product and every fault",
		    "演练检验程序:合格样品与全部故障"},
	.more = {"Fixtures, drivers, twins, worlds and stations are only loaded.",
		 "工装、驱动、仿真件、仿真模型与测试台文件仅作加载检查。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct check_settings),
	.run = check,
};
