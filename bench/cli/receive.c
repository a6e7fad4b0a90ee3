/* SPDX-License-Identifier: Apache-2.0 */
/* davy receive: at the laboratory, records that came on a stick are kept, and signed for (run/receiving.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/attest.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/passphrase.h"
#include "run/receiving.h"

struct receive_settings {
	const char *into, *by, *key, *passphrase, *administrator;
	int64_t keep_days;
	bool json;
};

static const struct option OPTIONS[] = {
	{"into",
	 OPTION_TEXT,
	 "FOLDER",
	 offsetof(struct receive_settings, into),
	 {"the laboratory's folder, which keeps every bag and every record once",
	  "实验室的存放目录;每个数据包、每条记录只存一份"}},
	{"by",
	 OPTION_TEXT,
	 "NAME",
	 offsetof(struct receive_settings, by),
	 {"who receives: the laboratory, or the person", "接收方:实验室或人员名称"}},
	{"key",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct receive_settings, key),
	 {"the receiver's private key (davy keys make)", "接收方私钥文件(由 davy keys make 生成)"}},
	OPTION_PASSPHRASE_ROW(struct receive_settings),
	{"keep-days",
	 OPTION_WHOLE,
	 "DAYS",
	 offsetof(struct receive_settings, keep_days),
	 {"undertake to keep it for so many days: then its series may leave the bench",
	  "承诺保存的天数:据此测试台可移出其原始数据"}},
	{"administrator",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct receive_settings, administrator),
	 {"the administrator's public key (JWK), who must have enrolled the bench's",
	  "管理员公钥(JWK);测试台密钥须由其登记"}},
	OPTION_JSON_ROW(struct receive_settings),
	{0},
};

static const struct {
	struct words missing, taken, again, repeated, receipts, whose;
} TEXTS = {
	.missing = {"davy receive needs --%s", "davy receive 须有 --%s"},
	.taken = {"%s: %lld records and the journals of %lld runs, verified from the copy in %s\n",
		  "%s:%lld 条记录、%lld 次检验的日志,已按 %s 中的副本校验\n"},
	.again = {"%s was received before and is not kept twice; its receipts say what they said\n",
		  "%s 此前已接收,不再另存;回执内容不变\n"},
	.repeated = {"%lld of them were here from an earlier bag\n",
		     "其中 %lld 条此前已随其他数据包收到\n"},
	.receipts = {"signed for, record by record: %s goes back to the bench on this stick\n",
		     "已逐条签收:%s 随此盘带回测试台\n"},
	.whose = {"whose bench it is nobody has vouched for: --administrator FILE asks for that\n",
		  "未核实测试台归属:如需核实请用 --administrator 文件\n"},
};

static int check_settings(const struct receive_settings *settings, struct error *err)
{
	const struct {
		const char *name, *given;
	} NEEDED[] = {{"into", settings->into}, {"by", settings->by}, {"key", settings->key}};

	for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++)
		if (!NEEDED[i].given || !NEEDED[i].given[0])
			return error_set(err, ERROR_USAGE, say(TEXTS.missing), NEEDED[i].name);
	return passphrase_needed(settings->key, err);
}

static void print_received(const struct value *says, const struct receive_settings *settings)
{
	const char *bag = value_get_text(says, "bag");
	long long repeated = value_get_int(says, "repeated", 0);

	if (settings->json) {
		json_print(stdout, says);
		return;
	}
	if (value_get_bool(says, "again"))
		printf(say(TEXTS.again), bag);
	else
		printf(say(TEXTS.taken), bag, (long long)value_get_int(says, "records", 0),
		       (long long)value_get_int(says, "journals", 0),
		       value_get_text(says, "folder"));
	if (repeated && !value_get_bool(says, "again"))
		printf(say(TEXTS.repeated), repeated);
	printf(say(TEXTS.receipts), value_get_text(says, "receipts"));
	if (!settings->administrator)
		fputs(say(TEXTS.whose), stdout);
}

static int receive(void *ctx, char **operands, int count, struct error *err)
{
	const struct receive_settings *settings = ctx;
	struct value *says = NULL;
	struct key *key = NULL;
	char at[WALL_TIME_SIZE];
	struct wall_time now;

	(void)count;
	if (check_settings(settings, err) == 0)
		key = passphrase_key(settings->key, settings->passphrase, err);
	attest_now(&now);
	wall_time_write(&now, at);
	if (key)
		says = receiving(&(struct receiving_wish){.bag = operands[0],
							  .into = settings->into,
							  .by = settings->by,
							  .at = at,
							  .administrator = settings->administrator,
							  .keep_days = settings->keep_days,
							  .key = key},
				 err);
	if (says)
		print_received(says, settings);
	key_free(key);
	value_free(says);
	return says ? EXIT_IS_PASS : -1;
}

const struct command COMMAND_RECEIVE = {
	.name = "receive",
	.operands = "BAG",
	.least = 1,
	.most = 1,
	.summary = {"at the laboratory: keep the records that came on a stick, and sign for them",
		    "实验室端:收存随存储盘送来的记录并签收"},
	.more = {"Needs neither a bench nor a network. The bag (davy push to a destination of kind "
		 "bag, "
		 "or davy export) is copied, proved from the copy, and signed for record by "
		 "record; "
		 "the receipts lie beside it on the stick, for davy outbox receipts at the bench. "
		 "A bag that "
		 "does not prove itself gets none, and its bad file is named. It may be killed or "
		 "done "
		 "again at any time: nothing is kept twice.",
		 "无需测试台与网络。数据包(davy push 至 bag 类目的地,或 davy export)先复制,"
		 "再按副本校验,并逐条签收;回执写回存储盘,在测试台用 davy outbox receipts 收录。"
		 "校验不过的数据包不予签收,并指出损坏的文件。可随时中断或重复执行,不会重复存放。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct receive_settings),
	.run = receive,
};
