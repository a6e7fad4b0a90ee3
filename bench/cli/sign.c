/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy sign and davy void: a person puts his signature under an event, behind those that are there. What is signed is
 * shown before the passphrase is asked for; whoever gives it has read it. The key is used in this process alone.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "cli/attest.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/request.h"
#include "cli/signer.h"
#include "record/cosign.h"
#include "record/signing.h"

struct sign_settings {
	const char *state, *as, *key, *passphrase, *why;
	bool refused, reject, json;
};

static const struct option SIGN_OPTIONS[] = {
	{"as",
	 OPTION_TEXT,
	 "ROLE",
	 offsetof(struct sign_settings, as),
	 {"tester, reviewer, signatory, sampler or witness",
	  "tester 主检, reviewer 审核, signatory 授权签字人, sampler 抽样人员, witness 见证人"}},
	{"refused",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct sign_settings, refused),
	 {"a sampler or the tester signs that the inspected party's witness would not sign",
	  "由抽样人员或主检签署:受检单位见证人拒绝签字"}},
	{"reject",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct sign_settings, reject),
	 {"the reviewer signs that it is not accepted", "审核人签署:审核不通过"}},
	OPTION_KEY_ROW(struct sign_settings),
	OPTION_PASSPHRASE_ROW(struct sign_settings),
	OPTION_STATE_ROW(struct sign_settings),
	OPTION_JSON_ROW(struct sign_settings),
	{0},
};

static const struct option VOID_OPTIONS[] = {
	{"as",
	 OPTION_TEXT,
	 "ROLE",
	 offsetof(struct sign_settings, as),
	 {"reviewer or signatory; else signatory", "reviewer 或 signatory;缺省为 signatory"}},
	{"why",
	 OPTION_TEXT,
	 "TEXT",
	 offsetof(struct sign_settings, why),
	 {"why it counts no more", "作废原因"}},
	OPTION_KEY_ROW(struct sign_settings),
	OPTION_PASSPHRASE_ROW(struct sign_settings),
	OPTION_STATE_ROW(struct sign_settings),
	OPTION_JSON_ROW(struct sign_settings),
	{0},
};

static const struct {
	struct words as, why, done, role;
} TEXTS = {
	.as = {"davy sign needs --as tester, reviewer, signatory, sampler or witness",
	       "davy sign 须有 --as tester、reviewer、signatory、sampler 或 witness"},
	.role = {"--refused is for a sampler or the tester, --reject for the reviewer",
		 "--refused 仅限抽样人员或主检,--reject 仅限审核人"},
	.why = {"davy void needs --why", "davy void 须有 --why"},
	.done = {"%s %s, recorded as number %lld", "%s %s,已登记为第 %lld 号记录"},
};

/* 0: nobody signs so. */
static enum meaning meaning_of(enum role role, const struct sign_settings *settings)
{
	static const enum meaning USUAL[] = {
		[ROLE_TESTER] = MEANING_TESTED,	     [ROLE_REVIEWER] = MEANING_REVIEWED,
		[ROLE_SIGNATORY] = MEANING_APPROVED, [ROLE_SAMPLER] = MEANING_SAMPLED,
		[ROLE_WITNESS] = MEANING_WITNESSED,  [ROLE_ADMINISTRATOR] = 0,
	};

	if (settings->refused)
		return role == ROLE_SAMPLER || role == ROLE_TESTER ? MEANING_REFUSED : 0;
	if (settings->reject)
		return role == ROLE_REVIEWER ? MEANING_REJECTED : 0;
	return role < ROLE_ADMINISTRATOR ? USUAL[role] : 0;
}

/* The signature behind the others, if it may be; the request for its record. */
static struct value *sign_event(struct book_event *event, const struct roster *roster,
				const struct key *key, const struct signing *wanted,
				const char *why, struct error *err)
{
	struct signing signing = *wanted;
	struct value *more = value_map(), *says = NULL;
	struct wall_time now;
	char time[WALL_TIME_SIZE];
	struct jws_act act = {role_name(signing.role), meaning_name(signing.meaning), time, NULL,
			      more};

	attest_now(&now);
	wall_time_write(&now, time);
	value_set_text(more, "why", why);
	signing.key_id = key_id(key);
	signing.item = cosign_item(event->event);
	signing.at_ms = now.ms;
	if (signing_check(roster, event->jws, jws_count(event->jws), &signing, err) == 0) {
		act.person = roster_find(roster, signing.key_id)->person;
		if (jws_sign(event->jws, key, &act, err) == 0)
			says = cosign_describe(event->jws, jws_count(event->jws) - 1, err);
	}
	if (says)
		value_set_text(says, "kind", ENTRY_SIGNATURE);
	value_free(more);
	return says;
}

static void tell(const struct sign_settings *settings, enum meaning meaning,
		 const struct value *answer)
{
	if (settings->json) {
		json_print(stdout, answer);
		return;
	}
	printf(say(TEXTS.done), meaning_name(meaning), meaning_title(meaning),
	       (long long)value_get_int(answer, "seq", 0));
	putchar('\n');
}

static int sign_named(const char *state, const char *name, const struct sign_settings *settings,
		      const struct signing *wanted, struct error *err)
{
	struct value *request = NULL, *answer = NULL;
	struct signer signer;

	if (signer_open(&signer, state, name, settings->json, settings->key, settings->passphrase,
			err) == 0)
		request = sign_event(&signer.event, signer.roster, signer.key, wanted,
				     settings->why, err);
	if (request)
		answer = request_append(state, request, err);
	if (answer)
		tell(settings, wanted->meaning, answer);
	value_free(answer);
	signer_done(&signer);
	return answer ? EXIT_IS_PASS : -1;
}

static int run_sign(void *ctx, char **operands, int count, struct error *err)
{
	const struct sign_settings *settings = ctx;
	struct signing wanted = {.role = role_find(settings->as)};
	char *state;
	int code;

	(void)count;
	if (!wanted.role)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.as));
	wanted.meaning = meaning_of(wanted.role, settings);
	if (!wanted.meaning)
		return error_set(
			err, ERROR_USAGE, "%s",
			say(settings->refused || settings->reject ? TEXTS.role : TEXTS.as));
	state = place_state(settings->state, err);
	code = state ? sign_named(state, operands[0], settings, &wanted, err) : -1;
	free(state);
	return code;
}

static int run_void(void *ctx, char **operands, int count, struct error *err)
{
	const struct sign_settings *settings = ctx;
	struct signing wanted = {.role = settings->as ? role_find(settings->as) : ROLE_SIGNATORY,
				 .meaning = MEANING_VOIDED};
	char *state;
	int code;

	(void)count;
	if (!settings->why || !settings->why[0])
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.why));
	if (!wanted.role)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.as));
	state = place_state(settings->state, err);
	code = state ? sign_named(state, operands[0], settings, &wanted, err) : -1;
	free(state);
	return code;
}

const struct command COMMAND_SIGN = {
	.name = "sign",
	.operands = "RUN|NUMBER",
	.least = 1,
	.most = 1,
	.summary = {"put your signature under a run, a step of a life or a lot's verdict",
		    "在检验、环节或批判定的记录上签名"},
	.more = {"What is signed is shown before the passphrase is asked for. The bench has signed "
		 "before anybody could edit; then the tester signs, a reviewer who is another "
		 "person, and the authorised signatory. A signature is a record of its own and is "
		 "never taken back; what was wrong is corrected by davy correct, or a run voided "
		 "by davy void.",
		 "先显示所签内容,再询问口令。测试台在任何人能改动之前已签名;其后依次为主检、"
		 "审核(不得为主检本人)、授权签字人。签名本身是一条记录,不可撤回;"
		 "有误时用 davy correct 更正,或用 davy void 作废。"},
	.options = SIGN_OPTIONS,
	.settings_size = sizeof(struct sign_settings),
	.run = run_sign,
};

const struct command COMMAND_VOID = {
	.name = "void",
	.operands = "RUN|NUMBER",
	.least = 1,
	.most = 1,
	.summary = {"a reviewer or signatory says that a run counts no more",
		    "审核人或授权签字人宣布检验作废"},
	.more = {"The run and its record stay; nothing is deleted. No later PASS removes a FAIL: "
		 "only "
		 "this does, with a name and a reason.",
		 "检验及其记录仍保留,不作删除。其后的合格不能取消此前的不合格;"
		 "只有署名并说明原因的作废才可以。"},
	.options = VOID_OPTIONS,
	.settings_size = sizeof(struct sign_settings),
	.run = run_void,
};
