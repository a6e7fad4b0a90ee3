/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy outbox: what has not reached its destination yet, why, and what a person can do about it.
 *
 * It ends with 1 where something is parked, a destination is paused, or something waits for longer than a day.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/book.h"
#include "cli/carry.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/push.h"
#include "cli/request.h"
#include "push/outcome.h"
#include "record/outbox.h"
#include "record/outbox_carry.h"
#include "record/wall_time.h"

struct outbox_settings {
	const char *state, *to, *why;
	bool json;
};

static const struct option OPTIONS[] = {
	{"to",
	 OPTION_TEXT,
	 "DESTINATION",
	 offsetof(struct outbox_settings, to),
	 {"of this destination alone", "仅此目的地"}},
	{"why",
	 OPTION_TEXT,
	 "TEXT",
	 offsetof(struct outbox_settings, why),
	 {"of a release: what was put right", "放行理由:已作何改正"}},
	OPTION_STATE_ROW(struct outbox_settings),
	OPTION_JSON_ROW(struct outbox_settings),
	{0},
};

static const struct {
	struct words what, which, number, to, to_receipts, why, none, destination, fresh, retry,
		accepted, carried, parked, delivered, oldest, state, record, reason, paused, alarm,
		behind, free_disk, low_disk, released, receipt, no_rows, day, hour, minute;
} TEXTS = {
	.what = {"davy outbox list, show RECORD, release [RECORD], receipts [PATH], drain or "
		 "rebuild",
		 "davy outbox list、show 记录号、release [记录号]、receipts [路径]、drain 或 "
		 "rebuild"},
	.which = {"davy outbox show names a record", "davy outbox show 须给出记录号"},
	.number = {"'%.40s' is no number of a record", "'%.40s' 不是记录号"},
	.to = {"davy outbox release needs --to DESTINATION",
	       "davy outbox release 须有 --to 目的地"},
	.to_receipts =
		{"davy outbox receipts needs --to DESTINATION, whose receivers may sign them",
		 "davy outbox receipts 须有 --to 目的地,以核对其接收方签名"},
	.why = {"davy outbox release needs --why: what was put right",
		"davy outbox release 须有 --why,说明已作何改正"},
	.none = {"no destination is named: records stay here until destinations.json of the state "
		 "folder names one",
		 "未设目的地:在数据目录的 destinations.json 中设定之前,记录只存于本机"},
	.destination = {"destination", "目的地"},
	.fresh = {"new", "待送"},
	.retry = {"retry", "待重试"},
	.accepted = {"accepted", "已受理"},
	.carried = {"carried", "已带走"},
	.parked = {"parked", "搁置"},
	.delivered = {"delivered", "已送达"},
	.oldest = {"oldest waits", "最久等待"},
	.state = {"state", "状态"},
	.record = {"record", "记录号"},
	.reason = {"why", "原因"},
	.paused = {"%s is PAUSED and is probed every hour (at once: davy outbox drain): %s%s%s",
		   "%s 已暂停,每小时试探一次(立即试送:davy outbox drain):%s%s%s"},
	.alarm = {"ALARM: at %s a record has waited for more than a day",
		  "警报:%s 有记录等待超过一天"},
	.behind = {"behind record %lld", "待记录 %lld 先送达"},
	.free_disk = {"free disk: %.1f GiB of %.1f GiB (%.0f %%)",
		      "存储余量:%.1f GiB / %.1f GiB(%.0f %%)"},
	.low_disk =
		{"ALARM: less than a fifth of the disk is free; where it fills up tests stop, and "
		 "nothing is deleted to make room",
		 "警报:存储余量不足五分之一;存满时停止检验,不会删除任何记录"},
	.released = {"%lld released; they are sent again, word for word",
		     "已放行 %lld 条;将按原文重新发送"},
	.receipt = {"receipt %lld: %s %s%s%s", "回执 %lld:%s %s%s%s"},
	.no_rows = {"record %lld goes to no destination: by their \"records\", \"from\" and "
		    "\"simulated\" in destinations.json none asks for it (what was simulated "
		    "goes only where \"simulated\" is true)",
		    "记录 %lld 不送往任何目的地:destinations.json 中各目的地的 "
		    "records、from、simulated "
		    "均不包括它(仿真记录仅送往 simulated 为 true 的目的地)"},
	.day = {"%lld d %lld h", "%lld 天 %lld 小时"},
	.hour = {"%lld h %lld min", "%lld 小时 %lld 分"},
	.minute = {"%lld min", "%lld 分"},
};

/* ---- asking ---- */

static struct value *ask(const char *state, const char *what, const char *destination, int64_t seq,
			 const char *why, struct error *err)
{
	struct value *request = value_map(), *says = value_map();

	value_set_text(says, "what", what);
	value_set_text(says, "destination", destination);
	value_set_text(says, "why", why);
	if (seq)
		value_set_int(says, "seq", seq);
	value_set_text(request, "do", "outbox");
	value_set(request, "ask", says);
	return request_answer(state, request, err);
}

/* ---- showing ---- */

static char *age_text(int64_t ms)
{
	int64_t minutes = ms > 0 ? ms / 60000 : 0;

	if (minutes >= 24 * 60)
		return xprintf(say(TEXTS.day), (long long)(minutes / (24 * 60)),
			       (long long)(minutes / 60 % 24));
	return minutes >= 60 ? xprintf(say(TEXTS.hour), (long long)(minutes / 60),
				       (long long)(minutes % 60))
			     : xprintf(say(TEXTS.minute), (long long)minutes);
}

static const char *reason_text(const char *name)
{
	const struct push_words *words = push_reason_words(name);

	return words ? say_either(words->english, words->chinese) : name ? name : "";
}

static const char *state_text(const char *state)
{
	const struct {
		const char *state;
		struct words words;
	} STATES[] = {{"new", TEXTS.fresh},	    {"retry", TEXTS.retry},
		      {"accepted", TEXTS.accepted}, {"carried", TEXTS.carried},
		      {"parked", TEXTS.parked},	    {"delivered", TEXTS.delivered}};

	for (size_t i = 0; state && i < sizeof(STATES) / sizeof(STATES[0]); i++)
		if (!strcmp(STATES[i].state, state))
			return say(STATES[i].words);
	return state ? state : "";
}

static bool is_ours(const struct value *says, const char *key, const char *to)
{
	const char *name = value_get_text(says, key);

	return !to || (name && !strcmp(name, to));
}

static void add_count(struct buf *text, const struct value *says, const char *key)
{
	buf_clear(text);
	buf_printf(text, "%lld", (long long)value_get_int(says, key, 0));
}

static void print_counts(const struct value *answer, const char *to)
{
	static const char *const KEYS[] = {"new",     "retry",	"accepted",
					   "carried", "parked", "delivered"};
	enum { COUNTS = sizeof(KEYS) / sizeof(KEYS[0]) };
	const struct value *list = value_get(answer, "destinations");
	int64_t now = value_get_int(answer, "nowMs", 0);
	struct table *table = table_new(COUNTS + 2);
	struct buf cells[COUNTS];

	for (size_t k = 0; k < COUNTS; k++)
		buf_init(&cells[k]);
	table_add(table,
		  (const char *const[]){say(TEXTS.destination), say(TEXTS.fresh), say(TEXTS.retry),
					say(TEXTS.accepted), say(TEXTS.carried), say(TEXTS.parked),
					say(TEXTS.delivered), say(TEXTS.oldest)});
	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *says = value_at(list, i);
		char *age = value_get(says, "oldestMs")
				    ? age_text(now - value_get_int(says, "oldestMs", now))
				    : xstrdup("—");

		for (size_t k = 0; k < COUNTS; k++)
			add_count(&cells[k], says, KEYS[k]);
		if (is_ours(says, "name", to))
			table_add(table,
				  (const char *const[]){value_get_text(says, "name"), cells[0].data,
							cells[1].data, cells[2].data, cells[3].data,
							cells[4].data, cells[5].data, age});
		free(age);
	}
	table_print(table, 0, stdout);
	table_free(table);
	for (size_t k = 0; k < COUNTS; k++)
		buf_done(&cells[k]);
}

static void print_pauses(const struct value *answer, const char *to)
{
	const struct value *list = value_get(answer, "destinations");

	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *says = value_at(list, i);
		const char *name = value_get_text(says, "name");
		const char *paused = value_get_text(says, "paused");
		const char *detail = value_get_text(says, "detail");

		if (!is_ours(says, "name", to))
			continue;
		if (paused) {
			printf(say(TEXTS.paused), name, reason_text(paused), detail ? " — " : "",
			       detail ? detail : "");
			putchar('\n');
		}
		if (value_get_bool(says, "alarm")) {
			printf(say(TEXTS.alarm), name);
			putchar('\n');
		}
	}
}

/* What was tried and not delivered; what is new says nothing yet. */
static void print_rows(const struct value *rows, const char *to, bool all)
{
	struct table *table = table_new(4);
	size_t count = 0;

	table_add(table, (const char *const[]){say(TEXTS.record), say(TEXTS.destination),
					       say(TEXTS.state), say(TEXTS.reason)});
	for (size_t i = 0; i < value_count(rows); i++) {
		const struct value *row = value_at(rows, i);
		int64_t behind = value_get_int(row, "waitsFor", 0);
		const char *reason = value_get_text(row, "reason");
		const char *detail = value_get_text(row, "detail");
		char *number, *why;

		if (!is_ours(row, "destination", to) || (!all && !reason && !behind))
			continue;
		number = xprintf("%lld", (long long)value_get_int(row, "seq", 0));
		why = behind ? xprintf(say(TEXTS.behind), (long long)behind)
			     : xprintf("%s%s%s", reason_text(reason), detail ? " — " : "",
				       detail ? detail : "");
		table_add(table,
			  (const char *const[]){number, value_get_text(row, "destination"),
						state_text(value_get_text(row, "state")), why});
		free(number);
		free(why);
		count++;
	}
	if (count) {
		putchar('\n');
		table_print(table, 0, stdout);
	}
	table_free(table);
}

static void print_disk(const char *state)
{
	struct statvfs disk;
	double free_bytes, whole;

	if (statvfs(state, &disk) < 0 || disk.f_blocks == 0)
		return;
	free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
	whole = (double)disk.f_blocks * (double)disk.f_frsize;
	printf(say(TEXTS.free_disk), free_bytes / (1 << 30), whole / (1 << 30),
	       100 * free_bytes / whole);
	putchar('\n');
	if (free_bytes < whole / 5)
		printf("%s\n", say(TEXTS.low_disk));
}

static int verdict_of(const struct value *answer, const char *to)
{
	const struct value *list = value_get(answer, "destinations");
	bool amiss = false;

	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *says = value_at(list, i);

		if (is_ours(says, "name", to))
			amiss |= value_get(says, "paused") || value_get_bool(says, "alarm") ||
				 value_get_int(says, "parked", 0) > 0;
	}
	return amiss ? EXIT_IS_FAIL : EXIT_IS_PASS;
}

static int print_list(const struct value *answer, const char *state,
		      const struct outbox_settings *settings)
{
	if (settings->json) {
		json_print(stdout, answer);
		return verdict_of(answer, settings->to);
	}
	if (!value_count(value_get(answer, "destinations"))) {
		printf("%s\n", say(TEXTS.none));
		return EXIT_IS_PASS;
	}
	print_counts(answer, settings->to);
	print_pauses(answer, settings->to);
	print_disk(state);
	print_rows(value_get(answer, "waiting"), settings->to, false);
	return verdict_of(answer, settings->to);
}

/* ---- verbs ---- */

static int list(const char *state, const char *what, const struct outbox_settings *settings,
		struct error *err)
{
	struct value *answer = ask(state, what, NULL, 0, NULL, err);
	int code = answer ? print_list(answer, state, settings) : -1;

	value_free(answer);
	return code;
}

struct looking {
	int64_t seq;
	struct value *receipts;
};

static int look_at(void *ctx, const struct jws *jws, const struct entry *entry, struct error *err)
{
	const struct looking *looking = ctx;
	const struct value *receipts = value_get(entry->says, "receipts");

	(void)jws;
	(void)err;
	if (strcmp(entry->kind, ENTRY_RECEIPT) != 0)
		return 0;
	for (size_t i = 0; i < value_count(receipts); i++) {
		struct value *found;

		if (value_get_int(value_at(receipts, i), "seq", 0) != looking->seq)
			continue;
		found = value_add(looking->receipts, value_copy(value_at(receipts, i)));
		value_set_int(found, "receipt", (int64_t)entry->seq);
		value_set_text(found, "destination", value_get_text(entry->says, "destination"));
	}
	return 0;
}

static void print_receipts(const struct value *receipts)
{
	for (size_t i = 0; i < value_count(receipts); i++) {
		const struct value *receipt = value_at(receipts, i);
		const char *reason = value_get_text(receipt, "reason");
		const char *why = value_get_text(receipt, "why");
		const char *body = value_get_text(receipt, "body");
		int64_t status = value_get_int(receipt, "status", 0);
		const char *sqlstate = value_get_text(receipt, "sqlstate");
		char *http = status	? xprintf(" HTTP %lld", (long long)status)
			     : sqlstate ? xprintf(" SQLSTATE %s", sqlstate)
					: xstrdup("");

		printf(say(TEXTS.receipt), (long long)value_get_int(receipt, "receipt", 0),
		       value_get_text(receipt, "destination"),
		       state_text(value_get_text(receipt, "outcome")), http,
		       reason || why ? ": " : "");
		printf("%s\n", why ? why : reason_text(reason));
		if (body && reason)
			printf("    %s\n", body);
		free(http);
	}
}

static int show(const char *state, int64_t seq, const struct outbox_settings *settings,
		struct error *err)
{
	struct value *answer = ask(state, "show", NULL, seq, NULL, err);
	struct looking looking = {.seq = seq, .receipts = value_list()};

	if (answer && book_each(state, look_at, &looking, err) < 0) {
		value_free(answer);
		answer = NULL;
	}
	if (answer && settings->json) {
		value_set(answer, "receipts", value_copy(looking.receipts));
		json_print(stdout, answer);
	} else if (answer && !value_count(value_get(answer, "rows"))) {
		printf(say(TEXTS.no_rows), (long long)seq);
		putchar('\n');
	} else if (answer) {
		print_rows(value_get(answer, "rows"), settings->to, true);
		print_receipts(looking.receipts);
	}
	value_free(looking.receipts);
	value_free(answer);
	return answer ? EXIT_IS_PASS : -1;
}

static int release(const char *state, int64_t seq, const struct outbox_settings *settings,
		   struct error *err)
{
	struct value *answer;

	if (!settings->to)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.to));
	if (!settings->why || !settings->why[0])
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.why));
	answer = ask(state, "release", settings->to, seq, settings->why, err);
	if (!answer)
		return -1;
	if (settings->json) {
		json_print(stdout, answer);
	} else {
		printf(say(TEXTS.released), (long long)value_get_int(answer, "released", 0));
		putchar('\n');
	}
	value_free(answer);
	return EXIT_IS_PASS;
}

static int drain_one(const char *state, const char *name, struct error *err)
{
	struct value *answer = ask(state, "hasten", name, 0, NULL, err);
	int code;

	value_free(answer);
	code = answer ? push_once(state, name, err) : -1;
	return code;
}

/*
 * Each destination in its turn; one that cannot be had keeps nothing from the others. A stick is brought by a person, who says
 * so.
 */
static int drain(const char *state, const struct outbox_settings *settings, struct error *err)
{
	struct value *before = ask(state, "list", NULL, 0, NULL, err);
	const struct value *names = value_get(before, "destinations");
	int worst = before ? EXIT_IS_PASS : -1, code;

	for (size_t i = 0; i < value_count(names) && worst >= 0; i++) {
		if (!is_ours(value_at(names, i), "name", settings->to) ||
		    (!settings->to && outbox_is_bag(value_at(names, i))))
			continue;
		code = drain_one(state, value_get_text(value_at(names, i), "name"), err);
		worst = code < 0 ? -1 : code > worst ? code : worst;
	}
	value_free(before);
	if (worst < 0)
		return -1;
	code = list(state, "list", settings, err);
	return code > worst || code < 0 ? code : worst;
}

static int receipts(const char *state, const char *path, const struct outbox_settings *settings,
		    struct error *err)
{
	if (!settings->to)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.to_receipts));
	return carry_receipts(state, settings->to, path, false, err);
}

static int run_outbox(void *ctx, char **operands, int count, struct error *err)
{
	const struct outbox_settings *settings = ctx;
	const char *what = count ? operands[0] : "list", *given = count > 1 ? operands[1] : NULL;
	bool is_path = !strcmp(what, "receipts");
	const char *number = is_path ? NULL : given;
	char *end = NULL, *state;
	int64_t seq = number ? strtoll(number, &end, 10) : 0;
	int code = -1;

	if (number && (*end || seq < 1))
		return error_set(err, ERROR_USAGE, say(TEXTS.number), number);
	state = place_state(settings->state, err);
	if (!state)
		return -1;
	if (!strcmp(what, "show") && !number)
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.which));
	else if (!strcmp(what, "show"))
		code = show(state, seq, settings, err);
	else if (!strcmp(what, "release"))
		code = release(state, seq, settings, err);
	else if (is_path)
		code = receipts(state, given, settings, err);
	else if (!strcmp(what, "drain") && !number)
		code = drain(state, settings, err);
	else if ((!strcmp(what, "list") || !strcmp(what, "rebuild")) && !number)
		code = list(state, what, settings, err);
	else
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.what));
	free(state);
	return code;
}

const struct command COMMAND_OUTBOX = {
	.name = "outbox",
	.operands = "[list|show|release|receipts|drain|rebuild] [RECORD|PATH]",
	.least = 0,
	.most = 2,
	.summary = {"what has not reached the platform or the laboratory yet, and why",
		    "尚未送达平台或实验室的记录及其原因"},
	.more = {"`show` tells of one record with all receipts; `release` lets what was parked or "
		 "carried be sent again, once what was wrong is put right; `receipts` takes what a "
		 "receiver has signed for of a bag on a stick; `drain` brings now whatever can be "
		 "brought; `rebuild` makes the outbox again from the records and receipts. A "
		 "record "
		 "is never edited for a receiver. It ends with 1 where something is parked, paused "
		 "or has waited for more than a day.",
		 "`show` 给出一条记录及其全部回执;`release` "
		 "在改正之后放行搁置或已带走的记录;`receipts` "
		 "收录接收方对存储盘上数据包的签收;`drain` "
		 "立即投递;"
		 "`rebuild` "
		 "由记录与回执重建待送清单。记录从不为接收方改动。有搁置、暂停或等待超过一天的"
		 "记录时退出码为 1。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct outbox_settings),
	.run = run_outbox,
};
