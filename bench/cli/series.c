/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy series: who holds the raw series of runs besides this bench, letting them go where two receivers do, and taking a
 * copy back. What a run's record says of them, digest by digest, stays in any case.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "cli/attest.h"
#include "cli/book.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/request.h"
#include "record/received.h"
#include "run/account.h"
#include "run/series_away.h"
#include "run/series_holders.h"
#include "run/series_release.h"
#include "run/tree_copy.h"

struct series_settings {
	const char *state, *by, *why;
	int64_t older_than;
	bool json;
};

static const struct option OPTIONS[] = {
	{"older-than",
	 OPTION_WHOLE,
	 "DAYS",
	 offsetof(struct series_settings, older_than),
	 {"of a release without runs: all that were recorded longer ago",
	  "放行时未指定检验:早于此天数的全部"}},
	{"by",
	 OPTION_TEXT,
	 "PERSON",
	 offsetof(struct series_settings, by),
	 {"who lets them go", "放行人"}},
	{"why", OPTION_TEXT, "TEXT", offsetof(struct series_settings, why), {"why", "理由"}},
	OPTION_STATE_ROW(struct series_settings),
	OPTION_JSON_ROW(struct series_settings),
	{0},
};

static const struct {
	struct words usage, who, which, bag, run, holders, here, away, none, released, fetched,
		is_here, other, not_in, no_bag, none_left, no_record, yes, nothing;
} TEXTS = {
	.usage = {"davy series list [RUN…], release RUN… (or --older-than DAYS), or fetch BAG "
		  "[RUN…]",
		  "davy series list [检验…]、release 检验…(或 --older-than 天数)、fetch 数据包 "
		  "[检验…]"},
	.who = {"davy series release needs --by PERSON and --why TEXT",
		"davy series release 须有 --by 人员 与 --why 理由"},
	.which = {"davy series release names runs, or says --older-than DAYS",
		  "davy series release 须指明检验,或给出 --older-than 天数"},
	.bag = {"davy series fetch names the bag that came back: the copy that a receiver keeps",
		"davy series fetch 须指明取回的数据包(接收方保存的副本)"},
	.run = {"run", "检验"},
	.holders = {"held by a receipt of", "据回执持有者"},
	.here = {"series", "原始数据"},
	.yes = {"here", "在本机"},
	.away = {"left the bench", "已移出"},
	.none = {"nobody", "无"},
	.nothing = {"no run is older than that and here with a record",
		    "没有符合条件、已有记录且在本机的检验"},
	.released = {"%s: %.1f MB have left the bench; who holds them and why is record %lld\n",
		     "%s:%.1f MB 已移出本机;持有者及理由见第 %lld 号记录\n"},
	.fetched = {"%s: its journal is back, and is the one that was recorded\n",
		    "%s:日志已取回,与记录一致\n"},
	.is_here = {"%s: its journal is here; nothing is fetched\n", "%s:日志在本机,无需取回\n"},
	.other = {"%s: the journal in %s is not the one that was recorded (SHA-256 %s): it is not "
		  "taken",
		  "%s:%s 中的日志与记录不符(SHA-256 %s):不予采用"},
	.not_in = {"%s: there is no journal of it in %s", "%s:%s 中没有其日志"},
	.no_bag = {"%s: there are no runs in it, as data/runs: name the bag that came back",
		   "%s:其中没有检验(data/runs):请指明取回的数据包"},
	.none_left = {"%s: no run in it has left this bench; nothing is fetched\n",
		      "%s:其中没有已移出本机的检验,无需取回\n"},
	.no_record = {"%s has no record: its series are nowhere else, and stay",
		      "%s 没有记录:其原始数据别处没有,保留在本机"},
};

/* ---- what the log says ---- */

/* A run that is recorded. */
struct recorded {
	char *run;
	uint64_t seq;
	int64_t at_ms;
	struct value *journal;
};

struct looking {
	struct series_holders *holders;
	struct recorded *runs;
	size_t count;
};

static int take_entry(void *ctx, const struct jws *jws, const struct entry *entry,
		      struct error *err)
{
	struct looking *looking = ctx;
	const struct value *journal = received_journal(entry);
	const char *run = value_get_text(value_get(entry->says, "mse:run"), "mse:run");

	(void)jws;
	if (series_holders_take(looking->holders, entry, err) < 0)
		return error_context(err, "record %llu", (unsigned long long)entry->seq);
	if (!journal || !run)
		return 0;
	looking->runs = xrealloc(looking->runs, (looking->count + 1) * sizeof(*looking->runs));
	looking->runs[looking->count++] = (struct recorded){.run = xstrdup(run),
							    .seq = entry->seq,
							    .at_ms = entry->at.wall.ms,
							    .journal = value_copy(journal)};
	return 0;
}

static void looking_done(struct looking *looking)
{
	for (size_t i = 0; i < looking->count; i++) {
		free(looking->runs[i].run);
		value_free(looking->runs[i].journal);
	}
	free(looking->runs);
	series_holders_free(looking->holders);
}

static int look(const char *state, struct looking *looking, struct error *err)
{
	*looking = (struct looking){.holders = series_holders_new()};
	return book_each(state, take_entry, looking, err);
}

static const struct recorded *find_run(const struct looking *looking, const char *state,
				       const char *name, struct error *err)
{
	char *folder = account_find(state, name, err);
	const struct recorded *found = NULL;

	for (size_t i = 0; folder && i < looking->count && !found; i++)
		if (!strcmp(looking->runs[i].run, strrchr(folder, '/') + 1))
			found = &looking->runs[i];
	if (folder && !found)
		error_set(err, ERROR_REFUSED, say(TEXTS.no_record), strrchr(folder, '/') + 1);
	free(folder);
	return found;
}

static char *folder_of(const char *state, const struct recorded *run)
{
	return xprintf("%s/runs/%s", state, run->run);
}

static bool is_here(const char *state, const struct recorded *run)
{
	char *path = xprintf("%s/runs/%s/journal", state, run->run);
	bool is = file_exists(path);

	free(path);
	return is;
}

/* ---- list ---- */

static void list_run(const char *state, const struct looking *looking, const struct recorded *run,
		     struct table *table, struct value *list)
{
	struct value *holders = series_holders_of(looking->holders, run->seq, run->journal);
	struct value *one = value_add(list, value_map());
	bool here = is_here(state, run);
	struct buf names;

	buf_init(&names);
	for (size_t i = 0; i < value_count(holders); i++)
		buf_printf(&names, "%s%s (%lld)", i ? ", " : "",
			   value_get_text(value_at(holders, i), "receiver"),
			   (long long)value_get_int(value_at(holders, i), "receipt", 0));
	table_add(table, (const char *const[]){run->run, say(here ? TEXTS.yes : TEXTS.away),
					       names.size ? names.data : say(TEXTS.none)});
	value_set_text(one, "run", run->run);
	value_set_int(one, "seq", (int64_t)run->seq);
	value_set_bool(one, "here", here);
	value_set(one, "holders", holders);
	buf_done(&names);
}

static int list_series(const char *state, const struct looking *looking, char **names, int count,
		       bool json, struct error *err)
{
	struct table *table = table_new(3);
	struct value *list = value_list();
	int done = 0;

	table_has_head(table);
	table_add(table,
		  (const char *const[]){say(TEXTS.run), say(TEXTS.here), say(TEXTS.holders)});
	for (size_t i = 0; count == 0 && i < looking->count; i++)
		list_run(state, looking, &looking->runs[i], table, list);
	for (int i = 0; i < count && done == 0; i++) {
		const struct recorded *run = find_run(looking, state, names[i], err);

		done = run ? 0 : -1;
		if (run)
			list_run(state, looking, run, table, list);
	}
	if (done == 0 && json)
		json_print(stdout, list);
	else if (done == 0)
		table_print(table, 0, stdout);
	table_free(table);
	value_free(list);
	return done < 0 ? -1 : EXIT_IS_PASS;
}

/* ---- release ---- */

static int release(const char *state, const struct recorded *run,
		   const struct series_settings *settings, struct error *err)
{
	struct value *request = value_map(), *says = value_set(request, "ask", value_map()),
		     *answer;

	value_set_text(request, "do", "outbox");
	value_set_text(says, "what", SERIES_RELEASE_REQUEST);
	value_set_text(says, "run", run->run);
	value_set_int(says, "seq", (int64_t)run->seq);
	value_set_text(says, "by", settings->by);
	value_set_text(says, "why", settings->why);
	answer = request_answer(state, request, err);
	if (!answer)
		return -1;
	if (settings->json)
		json_print(stdout, answer);
	else
		printf(say(TEXTS.released), run->run,
		       (double)value_get_int(answer, "bytes", 0) / 1e6,
		       (long long)value_get_int(answer, "record", 0));
	value_free(answer);
	return 0;
}

/* Each that is old enough; one that may not leave is told of, and keeps nothing from the others. */
static int release_old(const char *state, const struct looking *looking,
		       const struct series_settings *settings, struct error *err)
{
	int code = EXIT_IS_PASS;
	struct wall_time now;
	bool any = false;

	attest_now(&now);
	for (size_t i = 0; i < looking->count; i++) {
		const struct recorded *run = &looking->runs[i];
		int64_t age = (now.ms - run->at_ms) / WALL_TIME_DAY_MS;

		if (age < settings->older_than || !is_here(state, run))
			continue;
		any = true;
		if (release(state, run, settings, err) == 0)
			continue;
		if (err->kind == ERROR_LINK)
			return -1;
		fprintf(stderr, "davy: %s\n", err->text);
		code = EXIT_IS_ERROR;
	}
	if (!any)
		puts(say(TEXTS.nothing));
	return code;
}

static int release_series(const char *state, const struct looking *looking, char **names, int count,
			  const struct series_settings *settings, struct error *err)
{
	if (!settings->by || !settings->by[0] || !settings->why || !settings->why[0])
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.who));
	if (count == 0 && settings->older_than < 1)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.which));
	if (count == 0)
		return release_old(state, looking, settings, err);
	for (int i = 0; i < count; i++) {
		const struct recorded *run = find_run(looking, state, names[i], err);

		if (!run || release(state, run, settings, err) < 0)
			return -1;
	}
	return EXIT_IS_PASS;
}

/* ---- fetch ---- */

static bool is_recorded(const struct recorded *run, const char *path, char hex[HASH_HEX_SIZE],
			struct error *err)
{
	const char *was = value_get_text(run->journal, "mse:sha256");
	uint8_t digest[HASH_SIZE];

	hex[0] = '\0';
	if (hash_file(path, digest, NULL, err) < 0)
		return false;
	hash_hex(digest, hex);
	return was && !strcmp(was, hex);
}

/* Beside its place first: what has the journal's name is the journal. */
static int fetch(const char *state, const struct recorded *run, const char *bag, struct error *err)
{
	char *folder = folder_of(state, run), hex[HASH_HEX_SIZE];
	char *from = xprintf("%s/data/runs/%s", bag, run->run);
	char *part = xprintf("%s/fetched.part", folder), *copy = xprintf("%s/journal", part);
	char *to = xprintf("%s/journal", folder);
	struct error none;
	int done = 0;

	if (!file_exists(from))
		done = error_set(err, ERROR_USAGE, say(TEXTS.not_in), run->run, bag);
	if (done == 0 && file_exists(part))
		done = file_remove_folder(part, err);
	if (done == 0)
		done = tree_copy(from, part, err);
	if (done == 0 && !is_recorded(run, copy, hex, err))
		done = error_set(err, ERROR_REFUSED, say(TEXTS.other), run->run, bag, hex);
	if (done == 0)
		done = tree_name(copy, to, err);
	if (file_exists(part))
		file_remove_folder(part, &none);
	if (done == 0)
		printf(say(TEXTS.fetched), run->run);
	free(to);
	free(copy);
	free(part);
	free(from);
	free(folder);
	return done;
}

/* Whichever runs of the bag are not here. */
static int fetch_all(const char *state, const struct looking *looking, const char *bag,
		     struct error *err)
{
	size_t fetched = 0;

	for (size_t i = 0; i < looking->count; i++) {
		const struct recorded *run = &looking->runs[i];
		char *from = xprintf("%s/data/runs/%s", bag, run->run);
		bool wanted = file_exists(from) && !is_here(state, run);

		free(from);
		if (wanted && fetch(state, run, bag, err) < 0)
			return -1;
		fetched += wanted;
	}
	if (!fetched)
		printf(say(TEXTS.none_left), bag);
	return 0;
}

static int check_bag(const char *bag, struct error *err)
{
	char *runs = xprintf("%s/data/runs", bag);
	bool there = file_exists(runs);

	free(runs);
	return there ? 0 : error_set(err, ERROR_USAGE, say(TEXTS.no_bag), bag);
}

static int fetch_series(const char *state, const struct looking *looking, char **names, int count,
			struct error *err)
{
	const char *bag = count ? names[0] : NULL;

	if (!bag)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.bag));
	if (check_bag(bag, err) < 0)
		return -1;
	for (int i = 1; i < count; i++) {
		const struct recorded *run = find_run(looking, state, names[i], err);

		if (!run)
			return -1;
		if (is_here(state, run))
			printf(say(TEXTS.is_here), run->run);
		else if (fetch(state, run, bag, err) < 0)
			return -1;
	}
	if (count == 1 && fetch_all(state, looking, bag, err) < 0)
		return -1;
	return EXIT_IS_PASS;
}

static int run_series(void *ctx, char **operands, int count, struct error *err)
{
	const struct series_settings *settings = ctx;
	const char *what = count ? operands[0] : "list";
	char *state = place_state(settings->state, err), **names = operands + (count > 0);
	int rest = count ? count - 1 : 0, code = -1;
	struct looking looking;

	if (!state)
		return -1;
	if (look(state, &looking, err) < 0)
		;
	else if (!strcmp(what, "list"))
		code = list_series(state, &looking, names, rest, settings->json, err);
	else if (!strcmp(what, "release"))
		code = release_series(state, &looking, names, rest, settings, err);
	else if (!strcmp(what, "fetch"))
		code = fetch_series(state, &looking, names, rest, err);
	else
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
	looking_done(&looking);
	free(state);
	return code;
}

const struct command COMMAND_SERIES = {
	.name = "series",
	.operands = "[list|release|fetch] [RUN|BAG…]",
	.least = 0,
	.most = 1000,
	.summary = {"who holds the raw series of runs, letting them leave the bench, and taking "
		    "them back",
		    "原始数据由谁持有、移出本机、取回"},
	.more = {"Nothing is deleted because a disk is full. The journal of a run may leave when "
		 "two "
		 "different receivers have signed for that very file and undertaken to keep it for "
		 "as long "
		 "as the laboratory asks (retentionDays in destinations.json): `release` records "
		 "who and why, "
		 "and then removes it. The run's record stays, with the digest of every series; "
		 "davy verify "
		 "says what is not here and who has it. `fetch` takes a copy back, if it is the "
		 "file that was "
		 "recorded.",
		 "存储已满不是删除的理由。须有两个不同接收方对同一日志文件签收,并承诺按实验室要求"
		 "(destinations.json 的 retentionDays)保存:`release` "
		 "先登记放行人与理由,再移除文件。"
		 "检验记录及各系列摘要保留;davy verify 会说明哪些不在本机、由谁持有。`fetch` "
		 "取回副本,"
		 "须与记录一致。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct series_settings),
	.run = run_series,
};
