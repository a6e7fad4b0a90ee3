/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy audit: what the journals of runs hold that is implausible (run/audit.h), and what records say of equipment that
 * cannot both be (run/audit_pieces.h), told as sentences with their evidence. Runs that are named, and those of bundles
 * that other benches have exported, are held against all others of the store and against each other; without a name,
 * all of the store are told.
 *
 * It ends with 0 where nothing was flagged, with 1 where something was, and with 5 where nothing
 * was but a run could not be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/audit_told.h"
#include "cli/book.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "run/account.h"
#include "run/audit.h"
#include "run/audit_pieces.h"
#include "run/series_away.h"

struct audit_settings {
	const char *state;
	bool store, json;
};

static const struct option OPTIONS[] = {
	{"store",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct audit_settings, store),
	 {"every run of the store, as without a name", "全部检验(不指定检验时也是如此)"}},
	OPTION_STATE_ROW(struct audit_settings),
	OPTION_JSON_ROW(struct audit_settings),
	{0},
};

static const struct {
	struct words either, no_name;
} TEXTS = {
	.either = {"davy audit names runs and bundles, or says --store: not both",
		   "davy audit 或指明检验、数据包,或用 --store,不可并用"},
	.no_name = {"what its record calls it is no name of a run", "记录中的检验编号不成立"},
};

struct reading {
	struct audit *audit;
	struct audit_pieces *pieces;
	struct value *wanted; /* runs that are told, by their names */
	struct value *unread;
	bool has_bundles;
};

/* ---- runs of this bench ---- */

static void leave_out(struct reading *reading, const char *run, const char *bundle, const char *why)
{
	struct value *one = value_add(reading->unread, value_map());

	value_set_text(one, "run", run);
	value_set_text(one, "bundle", bundle);
	value_set_text(one, "why", why);
}

static void read_run(struct reading *reading, const char *folder, const struct audit_origin *origin)
{
	struct value *away;
	struct error why;

	if (audit_take(reading->audit, folder, origin, &why) == 0)
		return;
	away = series_away(folder);
	leave_out(reading, strrchr(folder, '/') + 1, origin ? origin->bundle : NULL,
		  away ? NULL : why.text);
	value_free(away);
}

static void read_store(struct reading *reading, const char *state)
{
	size_t count;
	char **names = account_list(state, &count);

	for (size_t i = 0; i < count; i++) {
		char *folder = xprintf("%s/runs/%s", state, names[i]);

		read_run(reading, folder, NULL);
		free(folder);
		free(names[i]);
	}
	free(names);
}

static int take_entry(void *pieces, const struct jws *jws, const struct entry *entry,
		      struct error *err)
{
	(void)jws;
	(void)err;
	audit_pieces_take(pieces, entry);
	return 0;
}

/* ---- bundles ---- */

static bool is_bundle(const char *operand)
{
	char *path = xprintf("%s/bagit.txt", operand);
	bool is = file_exists(path);

	free(path);
	return is;
}

/* Into `records`, name of a run to the path of its record, where it is of one. */
static int read_record(struct reading *reading, struct value *records, const char *path,
		       struct error *err)
{
	struct entry entry;
	struct jws *jws = NULL;
	const char *run;
	struct buf text;

	buf_init(&text);
	if (file_read(path, JWS_LARGEST, &text, err) == 0)
		jws = entry_parse(&entry, text.data, text.size, path, err);
	buf_done(&text);
	if (!jws)
		return -1;
	run = value_get_text(value_get(entry.says, "mse:run"), "mse:run");
	if (!strcmp(entry.kind, ENTRY_EVENT) && run)
		value_set_text(records, run, path);
	audit_pieces_take(reading->pieces, &entry);
	entry_done(&entry);
	jws_free(jws);
	return 0;
}

static struct value *read_records(struct reading *reading, const char *bundle)
{
	char *folder = xprintf("%s/data/records", bundle), **names;
	struct value *records = value_map();
	struct error why;
	size_t count;

	if (file_list(folder, &names, &count, &why) < 0) {
		leave_out(reading, "data/records", bundle, why.text);
		count = 0;
		names = NULL;
	}
	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s", folder, names[i]);

		if (read_record(reading, records, path, &why) < 0)
			leave_out(reading, names[i], bundle, why.text);
		free(path);
		free(names[i]);
	}
	free(names);
	free(folder);
	return records;
}

/* One whose series have left is in the bundle without its journal. */
static void read_bundle_run(struct reading *reading, const char *bundle, const char *run,
			    const char *record)
{
	char *folder = xprintf("%s/data/runs/%s", bundle, run);
	char *journal = xprintf("%s/journal", folder);

	value_add(reading->wanted, value_text(run));
	if (strchr(run, '/'))
		leave_out(reading, run, bundle, say(TEXTS.no_name));
	else if (file_exists(journal))
		read_run(reading, folder, &(struct audit_origin){bundle, record});
	else
		leave_out(reading, run, bundle, NULL);
	free(journal);
	free(folder);
}

static void read_bundle(struct reading *reading, const char *operand)
{
	char *bundle = xstrdup(operand);
	struct value *records;

	while (strlen(bundle) > 1 && bundle[strlen(bundle) - 1] == '/')
		bundle[strlen(bundle) - 1] = '\0';
	reading->has_bundles = true;
	records = read_records(reading, bundle);
	for (size_t i = 0; i < value_count(records); i++)
		read_bundle_run(reading, bundle, value_key(records, i), value_at(records, i)->text);
	value_free(records);
	free(bundle);
}

/* ---- what is told ---- */

static bool is_wanted(const struct value *wanted, const char *run)
{
	for (size_t i = 0; run && i < value_count(wanted); i++)
		if (!strcmp(value_at(wanted, i)->text, run))
			return true;
	return false;
}

/* Those of `key` that are about a run that is wanted or came in a bundle; of equipment, where there are bundles. */
static void keep_wanted(struct value *told, const char *key, const struct reading *reading)
{
	const struct value *all = value_get(told, key);
	struct value *kept = value_list();

	for (size_t i = 0; i < value_count(all); i++) {
		const struct value *one = value_at(all, i);

		if (is_wanted(reading->wanted, value_get_text(one, "run")) ||
		    is_wanted(reading->wanted, value_get_text(value_get(one, "other"), "run")) ||
		    value_get(one, "bundle") || (reading->has_bundles && value_get(one, "record")))
			value_add(kept, value_copy(one));
	}
	value_set(told, key, kept);
}

static int read_all(struct reading *reading, const char *state, char **operands, int count,
		    struct error *err)
{
	for (int i = 0; i < count; i++) {
		char *folder =
			is_bundle(operands[i]) ? NULL : account_find(state, operands[i], err);

		if (!folder && !is_bundle(operands[i]))
			return -1;
		if (folder)
			value_add(reading->wanted, value_text(strrchr(folder, '/') + 1));
		free(folder);
	}
	read_store(reading, state);
	if (book_each(state, take_entry, reading->pieces, err) < 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (is_bundle(operands[i]))
			read_bundle(reading, operands[i]);
	return 0;
}

static struct value *conclude(struct reading *reading, bool is_choice, struct error *err)
{
	struct value *told = audit_findings(reading->audit, err), *findings;

	if (!told)
		return NULL;
	findings = value_set(told, "findings", value_copy(value_get(told, "findings")));
	audit_pieces_tell(reading->pieces, findings);
	value_set(told, "unread", value_copy(reading->unread));
	value_set_bool(told, "bundles", reading->has_bundles);
	if (is_choice) {
		keep_wanted(told, "runs", reading);
		keep_wanted(told, "findings", reading);
		keep_wanted(told, "unread", reading);
	}
	return told;
}

static int audit_all(const char *state, char **operands, int count, bool json, struct error *err)
{
	struct reading reading = {
		.audit = audit_new(err),
		.pieces = audit_pieces_new(),
		.wanted = value_list(),
		.unread = value_list(),
	};
	struct value *told = NULL;
	int code = -1;

	if (reading.audit && read_all(&reading, state, operands, count, err) == 0)
		told = conclude(&reading, count > 0, err);
	if (told) {
		if (json)
			json_print(stdout, told);
		else
			audit_print(told);
		code = value_count(value_get(told, "findings")) ? EXIT_IS_FAIL
		       : value_count(value_get(told, "unread")) ? EXIT_IS_INCONCLUSIVE
								: EXIT_IS_PASS;
	}
	value_free(told);
	audit_free(reading.audit);
	audit_pieces_free(reading.pieces);
	value_free(reading.wanted);
	value_free(reading.unread);
	return code;
}

static int run_audit(void *ctx, char **operands, int count, struct error *err)
{
	const struct audit_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	if (state && settings->store && count)
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.either));
	else if (state)
		code = audit_all(state, operands, count, settings->json, err);
	free(state);
	return code;
}

const struct command COMMAND_AUDIT = {
	.name = "audit",
	.operands = "[RUN…|BUNDLE…]",
	.most = 1000,
	.summary = {"implausible data: copies, flat lines, impossible times, cloned tags",
		    "不合常理的数据:复制的曲线、平线、不可能的时刻、克隆的标签"},
	.more = {"Without a name every run of the store; runs that are named, and those of "
		 "bundles (davy export), are held against all of it and each other. Each flag has "
		 "its evidence and is for a person to look at: no verdict is changed. Simulated "
		 "runs are shown as that. It ends with 1 where something was flagged, with 5 where "
		 "a run could not be read.",
		 "不指定检验时查看全部;指定的检验、以及数据包(davy "
		 "export)中的检验与全部对照,并相互对照。每处提示附有证据,供人查看,"
		 "不改变任何判定。"
		 "仿真检验均注明。有提示时退出码为 1,有检验无法读取时为 5。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct audit_settings),
	.run = run_audit,
};
