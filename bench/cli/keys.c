/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy keys: who may do what until when, and how that comes about. An administrator has a key that signs nothing but
 * this; each person makes his own key and hands over its public half alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/attest.h"
#include "cli/book.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/listed.h"
#include "cli/passphrase.h"
#include "cli/place.h"
#include "cli/request.h"

struct keys_settings {
	const char *state, *key, *passphrase, *public, *name, *roles, *items, *from, *to, *why;
	bool json;
};

#define TEXT_ROW(option, argument, member, english, chinese)                                       \
	{                                                                                          \
		option, OPTION_TEXT, argument, offsetof(struct keys_settings, member),             \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}

static const struct option OPTIONS[] = {
	TEXT_ROW("key", "FILE", key, "the private key: the new one, or the administrator's",
		 "私钥文件:新建的,或管理员的"),
	OPTION_PASSPHRASE_ROW(struct keys_settings),
	TEXT_ROW("public", "FILE", public, "the public half that is enrolled or takes over",
		 "被登记或接任者的公钥文件"),
	TEXT_ROW("name", "NAME", name, "what the person is called", "姓名"),
	TEXT_ROW("roles", "A,B", roles,
		 "tester, reviewer, signatory, sampler, witness; or bench, simulation",
		 "角色:tester 主检, reviewer 审核, signatory 授权签字人, sampler 抽样人员, "
		 "witness 见证人;或 bench, simulation"),
	TEXT_ROW("items", "A,B", items,
		 "for which protocols: ids, '*' at the end for all that begin so; else all",
		 "授权项目:检验程序编号,末尾 '*' 表示前缀;缺省为全部"),
	TEXT_ROW("from", "TIME", from, "valid from: a day, or a time with its zone; else now",
		 "生效时间:日期或带时区的时间;缺省为现在"),
	TEXT_ROW("to", "TIME", to, "valid until: a day, which counts, or a time with its zone",
		 "有效期至:日期(含当日)或带时区的时间"),
	TEXT_ROW("why", "TEXT", why, "why a key is revoked or rotated", "撤销或更换的原因"),
	OPTION_STATE_ROW(struct keys_settings),
	OPTION_JSON_ROW(struct keys_settings),
	{0},
};

static const struct {
	struct words usage, recorded, made, administrator, nobody, person, name, roles, items,
		until, key, revoked, log, vouched, missing, is_there, goes_on, has_one, is_of,
		rotated;
} TEXTS = {
	.usage = {"davy keys lists who may do what; davy keys init, make, enrol PERSON, revoke "
		  "KEY, hand-over or rotate changes it",
		  "davy keys 列出授权;davy keys init、make、enrol 工号、revoke 密钥、hand-over "
		  "或 rotate 作更改"},
	.recorded = {"recorded as number %lld", "已登记为第 %lld 号记录"},
	.made = {"made %s (keep it to yourself) and %s (others know your signatures by it): key %s",
		 "已生成 %s(请妥善保管)和 %s(交他人,用于登记和核对签名):密钥 %s"},
	.administrator = {"administrator: key %s", "管理员:密钥 %s"},
	.nobody = {"administrator: none yet (davy keys init --key FILE)",
		   "管理员:尚未设立(davy keys init --key 文件)"},
	.person = {"person", "工号"},
	.name = {"name", "姓名"},
	.roles = {"may act as", "角色"},
	.items = {"for", "授权项目"},
	.until = {"from – until", "有效期"},
	.key = {"key", "密钥"},
	.revoked = {"revoked %s: %s", "%s 撤销:%s"},
	.log = {"introduced by the log itself; no administrator has vouched",
		"由记录自身引入,尚无管理员确认"},
	.vouched = {"vouched for", "已由管理员确认"},
	.is_there = {"%s is there already, and a key is never replaced: give --key another name",
		     "%s 已存在,密钥从不覆盖:请为 --key 另取文件名"},
	.goes_on = {"%s is there already: it becomes the administrator's, and no other is made",
		    "%s 已存在:以其为管理员密钥,不另行生成"},
	.has_one = {"this log has its administrator; another one is made by davy keys hand-over",
		    "已设立管理员;更换请用 davy keys hand-over"},
	.is_of = {"%s is the key of %s (%s), and an administrator's signs nothing else: give --key "
		  "a "
		  "new name",
		  "%s 是 %s(%s)的密钥,管理员密钥不得另作他用:请为 --key 另取文件名"},
	.rotated = {"the bench has a new key; an administrator enrols %s/keys/bench.pem.public",
		    "测试台已启用新密钥;请管理员登记 %s/keys/bench.pem.public"},
	.missing = {"davy keys %s needs --%s", "davy keys %s 须有 --%s"},
};

/* ---- the list ---- */

static void join(struct buf *out, const struct value *list)
{
	for (size_t i = 0; i < value_count(list); i++)
		buf_printf(out, "%s%s", i ? " " : "", value_at(list, i)->text);
}

static void add_row(struct table *table, const struct value *one)
{
	char from[LISTED_DAY_SIZE], to[LISTED_DAY_SIZE], revoked[LISTED_DAY_SIZE];
	struct buf roles, items, until;
	char kid[13];

	buf_init(&roles);
	buf_init(&items);
	buf_init(&until);
	join(&roles, value_get(one, "roles"));
	join(&items, value_get(one, "items"));
	listed_day(value_get_text(one, "from"), from);
	listed_day(value_get_text(one, "to"), to);
	listed_day(value_get_text(one, "revoked"), revoked);
	if (*revoked)
		buf_printf(&until, say(TEXTS.revoked), revoked, value_get_text(one, "why"));
	else if (*from && *to)
		buf_printf(&until, "%s – %s", from, to);
	else
		buf_add_text(&until,
			     say(value_get_bool(one, "introduced") ? TEXTS.log : TEXTS.vouched));
	snprintf(kid, sizeof(kid), "%s", value_get_text(one, "kid"));
	table_add(table,
		  (const char *const[]){value_get_text(one, "person"), value_get_text(one, "name"),
					roles.data, items.data, until.data, kid});
	buf_done(&roles);
	buf_done(&items);
	buf_done(&until);
}

static void print_list(const struct roster *roster, const struct value *all)
{
	const struct key *administrator = roster_administrator(roster);
	struct table *table = table_new(6);

	if (administrator)
		printf(say(TEXTS.administrator), key_id(administrator));
	else
		fputs(say(TEXTS.nobody), stdout);
	putchar('\n');
	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.person), say(TEXTS.name), say(TEXTS.roles),
					       say(TEXTS.items), say(TEXTS.until), say(TEXTS.key)});
	for (size_t i = 0; i < value_count(all); i++)
		add_row(table, value_at(all, i));
	table_print(table, 2, stdout);
	table_free(table);
}

static int list_keys(const char *state, bool json, struct error *err)
{
	struct roster *roster = book_roster(state, err);
	struct value *all, *whole;

	if (!roster)
		return -1;
	all = roster_describe(roster);
	if (json) {
		whole = value_map();
		if (roster_administrator(roster))
			value_set_text(whole, "administrator",
				       key_id(roster_administrator(roster)));
		value_set(whole, "keys", all);
		json_print(stdout, whole);
		value_free(whole);
	} else {
		print_list(roster, all);
		value_free(all);
	}
	roster_free(roster);
	return EXIT_IS_PASS;
}

/* ---- keys are made ---- */

static int need(const char *what, const char *option, const char *given, struct error *err)
{
	return given ? 0 : error_set(err, ERROR_USAGE, say(TEXTS.missing), what, option);
}

static struct key *make_key(const struct keys_settings *settings, struct error *err)
{
	char *public = xprintf("%s.public", settings->key), *passphrase = NULL;
	struct key *key = NULL;

	if (file_exists(settings->key))
		error_set(err, ERROR_REFUSED, say(TEXTS.is_there), settings->key);
	else
		passphrase = passphrase_read(settings->passphrase, true, settings->key, err);
	if (passphrase)
		key = key_generate(KEY_ED25519, err);
	if (key && (key_store(key, settings->key, passphrase, err) < 0 ||
		    key_store_public(key, public, err) < 0)) {
		key_free(key);
		key = NULL;
	}
	if (key && !settings->json) {
		printf(say(TEXTS.made), settings->key, public, key_id(key));
		putchar('\n');
	}
	passphrase_free(passphrase);
	free(public);
	return key;
}

/* ---- what an administrator says ---- */

static struct value *saying(const char *what)
{
	struct value *says = value_map();

	value_set_int(says, "v", 1);
	value_set_text(says, "what", what);
	return says;
}

static void set_time(struct value *says, const char *name, const struct wall_time *time)
{
	char text[WALL_TIME_SIZE];

	wall_time_write(time, text);
	value_set_text(says, name, text);
}

static void set_now(struct value *says, const char *name)
{
	struct wall_time now;

	attest_now(&now);
	set_time(says, name, &now);
}

/* A day is the one of this machine's zone: `from` its first moment, `to` its last, since "until" a day includes it. NULL: now. */
static int set_given(struct value *says, const char *name, const char *given, struct error *err)
{
	struct wall_time time;

	attest_now(&time);
	if (given && !strchr(given, 'T')) {
		if (wall_time_parse_day(&time, given, time.zone_minutes, err) < 0)
			return error_context(err, "--%s", name);
		if (!strcmp(name, "to"))
			time.ms += WALL_TIME_DAY_MS - 1;
	} else if (given && wall_time_parse(&time, given, err) < 0) {
		return error_context(err, "--%s", name);
	}
	set_time(says, name, &time);
	return 0;
}

static void set_list(struct value *says, const char *name, const char *given)
{
	struct value *list = value_set(says, name, value_list());
	char *copy = xstrdup(given), *rest;

	for (char *one = strtok_r(copy, ", ", &rest); one; one = strtok_r(NULL, ", ", &rest))
		value_add(list, value_text(one));
	free(copy);
}

/* Takes the request, and prints the number of its record. */
static int ask(const char *state, const struct keys_settings *settings, struct value *request,
	       struct error *err)
{
	struct value *answer = request_append(state, request, err);

	if (!answer)
		return -1;
	if (settings->json) {
		json_print(stdout, answer);
	} else {
		printf(say(TEXTS.recorded), (long long)value_get_int(answer, "seq", 0));
		putchar('\n');
	}
	value_free(answer);
	return EXIT_IS_PASS;
}

/* Takes what is said. */
static int tell(const char *state, const struct keys_settings *settings, struct value *says,
		const struct key *key, struct error *err)
{
	struct value *request = value_map(), *jws;

	value_set_text(request, "kind", ENTRY_KEY);
	jws = attest(says, key, "administrator", value_get_text(says, "what"), NULL, err);
	value_free(says);
	if (!jws) {
		value_free(request);
		return -1;
	}
	value_set(request, "jws", jws);
	return ask(state, settings, request, err);
}

static int tell_as_administrator(const char *state, const struct keys_settings *settings,
				 struct value *says, struct error *err)
{
	struct key *key = passphrase_key(settings->key, settings->passphrase, err);
	int code = -1;

	if (key)
		code = tell(state, settings, says, key, err);
	else
		value_free(says);
	key_free(key);
	return code;
}

/* ---- the acts ---- */

/* Made before, when it could not be recorded: then it is taken up again. */
static struct key *open_key(const struct keys_settings *settings, const struct roster *roster,
			    struct error *err)
{
	const struct holder *holder;
	struct key *key;

	if (!settings->json) {
		printf(say(TEXTS.goes_on), settings->key);
		putchar('\n');
		fflush(stdout);
	}
	key = passphrase_key(settings->key, settings->passphrase, err);
	holder = key ? roster_find(roster, key_id(key)) : NULL;
	if (!holder)
		return key;
	error_set(err, ERROR_REFUSED, say(TEXTS.is_of), settings->key, holder->name,
		  holder->person);
	key_free(key);
	return NULL;
}

static int install(const char *state, const struct keys_settings *settings, struct key *key,
		   struct error *err)
{
	struct value *says = saying("installs");

	value_set(says, "jwk", key_jwk(key));
	set_now(says, "from");
	return tell(state, settings, says, key, err);
}

static int init(const char *state, const struct keys_settings *settings, const char *operand,
		struct error *err)
{
	struct roster *roster;
	struct key *key = NULL;
	int code = -1;

	(void)operand;
	if (need("init", "key", settings->key, err) < 0 || !(roster = book_roster(state, err)))
		return -1;
	if (roster_administrator(roster))
		error_set(err, ERROR_REFUSED, "%s", say(TEXTS.has_one));
	else if (file_exists(settings->key))
		key = open_key(settings, roster, err);
	else
		key = make_key(settings, err);
	if (key)
		code = install(state, settings, key, err);
	key_free(key);
	roster_free(roster);
	return code;
}

static void print_key(const struct keys_settings *settings, const struct key *key)
{
	char *public = xprintf("%s.public", settings->key);
	struct value *made = value_map();

	value_set_text(made, "key", settings->key);
	value_set_text(made, "public", public);
	value_set_text(made, "kid", key_id(key));
	value_set_text(made, "kind", key_kind_name(key_kind(key)));
	json_print(stdout, made);
	value_free(made);
	free(public);
}

static int make(const char *state, const struct keys_settings *settings, const char *operand,
		struct error *err)
{
	struct key *key;
	int code;

	(void)state;
	(void)operand;
	if (need("make", "key", settings->key, err) < 0)
		return -1;
	key = make_key(settings, err);
	if (key && settings->json)
		print_key(settings, key);
	code = key ? EXIT_IS_PASS : -1;
	key_free(key);
	return code;
}

static int enrol(const char *state, const struct keys_settings *settings, const char *person,
		 struct error *err)
{
	struct value *says;
	struct key *key;
	bool is_bench;

	if (!person)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
	if (need("enrol", "public", settings->public, err) < 0 ||
	    need("enrol", "roles", settings->roles, err) < 0 ||
	    need("enrol", "to", settings->to, err) < 0 ||
	    !(key = key_load_public(settings->public, err)))
		return -1;
	is_bench = !strcmp(settings->roles, "bench") || !strcmp(settings->roles, "simulation");
	says = saying("enrols");
	value_set(says, "jwk", key_jwk(key));
	key_free(key);
	value_set_text(says, "person", person);
	value_set_text(says, "name", settings->name ? settings->name : person);
	set_list(says, "roles", settings->roles);
	if (!is_bench || settings->items)
		set_list(says, "items", settings->items ? settings->items : "*");
	if (set_given(says, "from", settings->from, err) == 0 &&
	    set_given(says, "to", settings->to, err) == 0)
		return tell_as_administrator(state, settings, says, err);
	value_free(says);
	return -1;
}

/* By its beginning, which must be that of one key alone. */
static char *find_kid(const char *state, const char *begins, struct error *err)
{
	struct roster *roster = book_roster(state, err);
	struct value *all = roster ? roster_describe(roster) : NULL;
	char *found = NULL;
	int count = 0;

	for (size_t i = 0; i < value_count(all); i++) {
		const char *kid = value_get_text(value_at(all, i), "kid");

		if (strncmp(kid, begins, strlen(begins)) != 0)
			continue;
		free(found);
		found = xstrdup(kid);
		count++;
	}
	if (roster && count != 1) {
		error_set(err, ERROR_USAGE,
			  "'%.50s' is the beginning of %d keys: davy keys --json has them whole",
			  begins, count);
		free(found);
		found = NULL;
	}
	value_free(all);
	roster_free(roster);
	return found;
}

static int revoke(const char *state, const struct keys_settings *settings, const char *begins,
		  struct error *err)
{
	struct value *says;
	char *kid;

	if (!begins)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
	if (need("revoke", "why", settings->why, err) < 0 || !(kid = find_kid(state, begins, err)))
		return -1;
	says = saying("revokes");
	value_set_text(says, "kid", kid);
	value_set_text(says, "why", settings->why);
	free(kid);
	if (set_given(says, "from", settings->from, err) == 0)
		return tell_as_administrator(state, settings, says, err);
	value_free(says);
	return -1;
}

static int hand_over(const char *state, const struct keys_settings *settings, const char *operand,
		     struct error *err)
{
	struct value *says;
	struct key *key;

	(void)operand;
	if (need("hand-over", "public", settings->public, err) < 0 ||
	    !(key = key_load_public(settings->public, err)))
		return -1;
	says = saying("hands_over");
	value_set(says, "jwk", key_jwk(key));
	key_free(key);
	set_now(says, "from");
	return tell_as_administrator(state, settings, says, err);
}

/* The bench does it: nobody else has its key. */
static int rotate(const char *state, const struct keys_settings *settings, const char *operand,
		  struct error *err)
{
	struct value *request;
	int code;

	(void)operand;
	if (need("rotate", "why", settings->why, err) < 0)
		return -1;
	request = value_map();
	value_set_text(request, "kind", ENTRY_HAND_OVER);
	value_set_text(request, "why", settings->why);
	code = ask(state, settings, request, err);
	if (code == EXIT_IS_PASS && !settings->json) {
		printf(say(TEXTS.rotated), state);
		putchar('\n');
	}
	return code;
}

static int run_keys(void *ctx, char **operands, int count, struct error *err)
{
	static const struct {
		const char *name;
		int (*act)(const char *state, const struct keys_settings *settings,
			   const char *operand, struct error *err);
	} ACTS[] = {{"init", init},	{"make", make},		  {"enrol", enrol},
		    {"revoke", revoke}, {"hand-over", hand_over}, {"rotate", rotate}};
	const struct keys_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	if (!state)
		return -1;
	if (count == 0)
		code = list_keys(state, settings->json, err);
	else
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.usage));
	for (size_t i = 0; count && i < sizeof(ACTS) / sizeof(ACTS[0]); i++)
		if (!strcmp(operands[0], ACTS[i].name))
			code = ACTS[i].act(state, settings, count > 1 ? operands[1] : NULL, err);
	free(state);
	return code;
}

const struct command COMMAND_KEYS = {
	.name = "keys",
	.operands = "[init|make|enrol PERSON|revoke KEY|hand-over|rotate]",
	.least = 0,
	.most = 2,
	.summary = {"who may sign what until when; make keys and enrol people",
		    "签名授权一览;生成密钥、登记人员"},
	.more = {"An administrator is installed once (init) and signs nothing but what is said "
		 "here. "
		 "Each person makes his own key (make) with a passphrase and hands FILE.public to "
		 "the administrator, who enrols it. Enrolling a person's next key and revoking the "
		 "last one is how keys change; hand-over makes another key the administrator's. "
		 "rotate gives the bench itself a new key, which its last one signs for.",
		 "管理员只设立一次(init),除授权外不签署任何内容。每个人用口令自行生成密钥"
		 "(make),并把 FILE.public 交管理员登记。更换密钥时登记新密钥并撤销旧密钥;"
		 "hand-over 把管理员职责移交给另一密钥。rotate 为测试台更换密钥。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct keys_settings),
	.run = run_keys,
};
