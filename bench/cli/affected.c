/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy affected: every run whose record names an instrument, a certificate or a cylinder (ISO/IEC 17025, 7.10): what has
 * to be looked at again when it turns out to have been wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/book.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/place.h"
#include "record/event.h"
#include "record/wall_time.h"

struct affected_settings {
	const char *state, *instrument, *since;
	bool json;
};

static const struct option OPTIONS[] = {
	{"instrument",
	 OPTION_TEXT,
	 "ID",
	 offsetof(struct affected_settings, instrument),
	 {"an instrument, a serial number, a certificate or a cylinder, as records name it",
	  "仪器、编号、证书或气瓶,与记录中写法一致"}},
	{"since",
	 OPTION_TEXT,
	 "DATE",
	 offsetof(struct affected_settings, since),
	 {"from this day on; else ever", "自该日起;缺省为全部"}},
	OPTION_STATE_ROW(struct affected_settings),
	OPTION_JSON_ROW(struct affected_settings),
	{0},
};

static const struct {
	struct words instrument, number, run, verdict, ended, specimen, count, day;
} TEXTS = {
	.instrument = {"davy affected needs --instrument", "davy affected 须有 --instrument"},
	.number = {"record", "记录"},
	.run = {"run", "检验编号"},
	.verdict = {"verdict", "判定"},
	.ended = {"ended", "结束"},
	.specimen = {"specimen", "样品"},
	.count = {"runs that name it: %zu", "涉及 %zu 次检验"},
	.day = {"--since takes a day, YYYY-MM-DD, and '%s' is none",
		"--since 须为日期 YYYY-MM-DD,'%s' 不是"},
};

struct affected {
	const char *name, *since;
	struct value *runs;
};

/* Is this the whole of some text in there? */
static bool names(const struct value *tree, const char *name)
{
	if (tree->kind == VALUE_TEXT)
		return !strcmp(tree->text, name);
	for (size_t i = 0; i < value_count(tree); i++)
		if (names(value_at(tree, i), name))
			return true;
	return false;
}

static bool run_names(const struct value *run, const char *name)
{
	static const char *const WHERE[] = {"devices",	     "certificates", "sources",
					    "calibration",   "gases",	     "environment",
					    "station_source"};

	for (size_t i = 0; i < sizeof(WHERE) / sizeof(*WHERE); i++)
		if (value_get(run, WHERE[i]) && names(value_get(run, WHERE[i]), name))
			return true;
	return false;
}

static int look(void *ctx, const struct jws *jws, const struct entry *entry, struct error *err)
{
	static const char *const KEPT[] = {"run", "protocol", "verdict", "ended"};
	struct affected *affected = ctx;
	struct value *run =
		strcmp(entry->kind, ENTRY_EVENT) ? NULL : event_extension(entry->says, "run");
	const char *ended = value_get_text(run, "ended");

	(void)jws;
	(void)err;
	if (run && run_names(run, affected->name) &&
	    (!affected->since || (ended && strncmp(ended, affected->since, 10) >= 0))) {
		struct value *one = value_add(affected->runs, value_map());

		value_set_int(one, "seq", (int64_t)entry->seq);
		for (size_t i = 0; i < sizeof(KEPT) / sizeof(*KEPT); i++)
			value_set_text(one, KEPT[i], value_get_text(run, KEPT[i]));
		value_set_text(one, "specimen",
			       value_at(value_get(entry->says, "epcList"), 0)->text);
	}
	value_free(run);
	return 0;
}

static void print_runs(const struct value *runs)
{
	struct table *table = table_new(5);

	table_has_head(table);
	table_add(table,
		  (const char *const[]){say(TEXTS.number), say(TEXTS.run), say(TEXTS.verdict),
					say(TEXTS.ended), say(TEXTS.specimen)});
	for (size_t i = 0; i < value_count(runs); i++) {
		const struct value *one = value_at(runs, i);
		struct buf verdict, specimen;
		char number[24];

		buf_init(&verdict);
		buf_init(&specimen);
		figure_verdict(&verdict, value_get_text(one, "verdict"));
		event_readable(&specimen, value_get_text(one, "specimen"));
		snprintf(number, sizeof(number), "%lld", (long long)value_get_int(one, "seq", 0));
		table_add(table,
			  (const char *const[]){number, value_get_text(one, "run"), verdict.data,
						value_get_text(one, "ended"), specimen.data});
		buf_done(&verdict);
		buf_done(&specimen);
	}
	if (value_count(runs))
		table_print(table, 2, stdout);
	table_free(table);
	printf(say(TEXTS.count), value_count(runs));
	putchar('\n');
}

static int run_affected(void *ctx, char **operands, int count, struct error *err)
{
	const struct affected_settings *settings = ctx;
	struct affected affected = {.name = settings->instrument, .since = settings->since};
	struct wall_time ignored;
	char *state;
	int code = -1;

	(void)operands;
	(void)count;
	if (!settings->instrument)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.instrument));
	if (settings->since && wall_time_parse_day(&ignored, settings->since, 0, err) < 0)
		return error_set(err, ERROR_USAGE, say(TEXTS.day), settings->since);
	state = place_state(settings->state, err);
	if (!state)
		return -1;
	affected.runs = value_list();
	if (book_each(state, look, &affected, err) == 0) {
		code = EXIT_IS_PASS;
		if (settings->json)
			json_print(stdout, affected.runs);
		else
			print_runs(affected.runs);
	}
	value_free(affected.runs);
	free(state);
	return code;
}

const struct command COMMAND_AFFECTED = {
	.name = "affected",
	.operands = "",
	.least = 0,
	.most = 0,
	.summary = {"every run that used an instrument or a certificate",
		    "列出用过某仪器或证书的检验"},
	.options = OPTIONS,
	.settings_size = sizeof(struct affected_settings),
	.run = run_affected,
};
