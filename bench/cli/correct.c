/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy correct: an event is declared wrong, or not to have happened. It stays where it is; what is right instead is an
 * event of its own, recorded before and named here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/attest.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/request.h"
#include "cli/signer.h"
#include "record/declaration.h"

struct correct_settings {
	const char *state, *reason, *why, *corrective, *as, *key, *passphrase;
	bool json;
};

static const struct option OPTIONS[] = {
	{"reason",
	 OPTION_TEXT,
	 "REASON",
	 offsetof(struct correct_settings, reason),
	 {"incorrect_data or did_not_occur", "incorrect_data 数据有误,或 did_not_occur 未曾发生"}},
	{"why",
	 OPTION_TEXT,
	 "TEXT",
	 offsetof(struct correct_settings, why),
	 {"what is wrong with it", "错误说明"}},
	{"corrective",
	 OPTION_TEXT,
	 "NUMBER",
	 offsetof(struct correct_settings, corrective),
	 {"the record that says what is right (davy record)", "更正事件的记录号(davy record)"}},
	{"as",
	 OPTION_TEXT,
	 "ROLE",
	 offsetof(struct correct_settings, as),
	 {"tester, reviewer, signatory or sampler; else reviewer",
	  "tester、reviewer、signatory 或 sampler;缺省为 reviewer"}},
	OPTION_KEY_ROW(struct correct_settings),
	OPTION_PASSPHRASE_ROW(struct correct_settings),
	OPTION_STATE_ROW(struct correct_settings),
	OPTION_JSON_ROW(struct correct_settings),
	{0},
};

static const struct {
	struct words reason, why, as, done, none;
} TEXTS = {
	.reason = {"--reason is incorrect_data or did_not_occur",
		   "--reason 须为 incorrect_data 或 did_not_occur"},
	.why = {"davy correct needs --why", "davy correct 须有 --why"},
	.as = {"nobody declares a record wrong as '%.40s': --as is tester, reviewer, signatory or "
	       "sampler",
	       "不能以 '%.40s' 的身份声明更正:--as 须为 tester、reviewer、signatory 或 sampler"},
	.done = {"record %lld is declared %s, recorded as number %lld; it stays, and is not edited",
		 "第 %lld 号记录已声明为 %s,登记为第 %lld 号记录;原记录保留不改"},
	.none = {"what did not occur has no corrective event", "未曾发生的事件没有更正事件"},
};

/* The ids of what is right: one, or none. */
static int read_correctives(const char *state, const char *name, struct value *ids,
			    struct error *err)
{
	struct book_event right;

	if (!name)
		return 0;
	if (book_event(state, name, &right, err) < 0)
		return -1;
	value_add(ids, value_text(value_get_text(right.event, "eventID")));
	book_event_done(&right);
	return 0;
}

static int check_role(const char *name, struct error *err)
{
	switch (role_find(name)) {
	case ROLE_TESTER:
	case ROLE_REVIEWER:
	case ROLE_SIGNATORY:
	case ROLE_SAMPLER:
		return 0;
	default:
		return error_set(err, ERROR_USAGE, say(TEXTS.as), name);
	}
}

static struct value *declare(const struct signer *signer, const struct value *ids,
			     const struct correct_settings *settings, struct error *err)
{
	const struct book_event *event = &signer->event;
	const char *role = settings->as ? settings->as : "reviewer";
	const struct holder *holder = roster_find(signer->roster, key_id(signer->key));
	struct value *request = NULL, *declared, *jws;
	struct wall_time now;

	attest_now(&now);
	if (!holder) {
		roster_allows(signer->roster, key_id(signer->key), role_find(role), NULL, now.ms,
			      err);
		return NULL;
	}
	declared = declaration_new(event->event, settings->reason, settings->why, holder->person,
				   ids, &now);
	jws = attest(declared, signer->key, role, DECLARATION_MEANING, holder->person, err);
	value_free(declared);
	if (jws) {
		request = value_map();
		value_set_text(request, "kind", ENTRY_DECLARATION);
		value_set_text(request, "of", value_get_text(event->event, "eventID"));
		value_set_int(request, "seq", (int64_t)event->seq);
		value_set(request, "jws", jws);
	}
	return request;
}

static void tell(const struct correct_settings *settings, uint64_t seq, const struct value *answer)
{
	if (settings->json) {
		json_print(stdout, answer);
		return;
	}
	printf(say(TEXTS.done), (long long)seq, settings->reason,
	       (long long)value_get_int(answer, "seq", 0));
	putchar('\n');
}

static int correct(const char *state, const char *name, const struct correct_settings *settings,
		   struct error *err)
{
	struct value *ids = value_list(), *request = NULL, *answer = NULL;
	struct signer signer = {0};

	if (read_correctives(state, settings->corrective, ids, err) == 0 &&
	    signer_open(&signer, state, name, settings->json, settings->key, settings->passphrase,
			err) == 0)
		request = declare(&signer, ids, settings, err);
	if (request)
		answer = request_append(state, request, err);
	if (answer)
		tell(settings, signer.event.seq, answer);
	value_free(answer);
	value_free(ids);
	signer_done(&signer);
	return answer ? EXIT_IS_PASS : -1;
}

static int run_correct(void *ctx, char **operands, int count, struct error *err)
{
	const struct correct_settings *settings = ctx;
	const char *reason = settings->reason;
	char *state;
	int code = -1;

	(void)count;
	if (!reason || (strcmp(reason, "incorrect_data") && strcmp(reason, "did_not_occur")))
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.reason));
	if (!settings->why || !settings->why[0])
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.why));
	if (!strcmp(reason, "did_not_occur") && settings->corrective)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.none));
	if (settings->as && check_role(settings->as, err) < 0)
		return -1;
	state = place_state(settings->state, err);
	if (state)
		code = correct(state, operands[0], settings, err);
	free(state);
	return code;
}

const struct command COMMAND_CORRECT = {
	.name = "correct",
	.operands = "RUN|NUMBER",
	.least = 1,
	.most = 1,
	.summary = {"declare that a record is wrong; nothing is edited",
		    "声明记录有误;不改动原记录"},
	.more = {"First record what is right (davy record, or a new run), then name it with "
		 "--corrective. Both stay in the log, with who said so, when and why.",
		 "先登记正确的内容(davy record 或重新检验),再用 --corrective 指明。"
		 "两条记录均保留,并注明何人、何时、为何更正。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct correct_settings),
	.run = run_correct,
};
