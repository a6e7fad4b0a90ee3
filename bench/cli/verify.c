/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy verify: what records, journals and a checkpoint prove (run/proof.h), and what they do not. Ends with 0 when all of
 * it fits, and with 3 when something does not; the first bad record is named.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/place.h"
#include "record/bag.h"
#include "run/account.h"
#include "run/proof.h"

struct verify_settings {
	const char *state, *checkpoint, *administrator;
	bool all, no_replay, json;
};

static const struct option OPTIONS[] = {
	{"all",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct verify_settings, all),
	 {"the whole state folder: what is meant where nothing is named",
	  "整个数据目录;未指明对象时即此"}},
	{"checkpoint",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct verify_settings, checkpoint),
	 {"an older checkpoint, from paper or another bundle: the log of now must begin with it",
	  "较早的检查点(来自纸质报告或其他数据包):现有日志须包含它"}},
	{"administrator",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct verify_settings, administrator),
	 {"the administrator's public key (JWK), who must have enrolled the bench's",
	  "管理员公钥(JWK);测试台密钥须由其登记"}},
	{"no-replay",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct verify_settings, no_replay),
	 {"do no run again from its journal", "不按日志重演检验"}},
	OPTION_STATE_ROW(struct verify_settings),
	OPTION_JSON_ROW(struct verify_settings),
	{0},
};

/* What each word of run/proof.h says to people; `%s` is its count, size or run. */
static const struct {
	const char *what;
	bool is_proved;
	struct words words;
} STATEMENTS[] = {
	{"records",
	 true,
	 {"records (%s): each in its one form, signed by this log's keys, each behind the one "
	  "before "
	  "it",
	  "%s 条记录:格式唯一、由本日志密钥签名、次序相连"}},
	{"chosen",
	 true,
	 {"records (%s): each in its one form, signed by this log's keys, and in the log of the "
	  "checkpoint",
	  "%s 条记录:格式唯一、由本日志密钥签名、均在检查点所指日志中"}},
	{"checkpoint",
	 true,
	 {"they are those of the bench's signed checkpoint at %s records",
	  "与测试台签名的检查点(%s 条记录)一致"}},
	{"older",
	 true,
	 {"the log of now begins with the %s records of the older checkpoint",
	  "现有日志以较早检查点的 %s 条记录开头"}},
	{"database", true, {"the database says the same in every row", "数据库逐行一致"}},
	{"keys",
	 true,
	 {"the keys in the state folder are the log's own, as of its last record",
	  "数据目录中的密钥即日志当前使用的密钥"}},
	{"journals",
	 true,
	 {"journals (%s): bytes, chain and every series are those in the records, and the records "
	  "follow "
	  "from them",
	  "%s 份检验日志:字节、哈希链、各数据序列与记录相符,记录可由其重新得出"}},
	{"photos",
	 true,
	 {"photos (%s): the files whose digests were recorded", "%s 张照片:文件与登记的摘要一致"}},
	{"replays",
	 true,
	 {"runs done again from their journals (%s): the same measures and verdicts",
	  "%s 次检验按日志重演,项目与结论相同"}},
	{"folder",
	 true,
	 {"every recorded run has its journal, and every decided journal its record",
	  "有记录必有日志,有结论必有记录"}},
	{"folderAway",
	 true,
	 {"every recorded run has its journal here, or two receivers' receipts for it, and every "
	  "decided journal its record",
	  "有记录必有日志或两个接收方的签收,有结论必有记录"}},
	{"bag",
	 true,
	 {"every file of the bundle is the one that was put into it", "数据包各文件完整"}},
	{"administrator",
	 true,
	 {"the administrator has enrolled the bench's key, for these times",
	  "测试台密钥由该管理员登记且在有效期内"}},
	{"persons",
	 true,
	 {"signatures of persons (%s): by keys that were enrolled, each in its turn and in time",
	  "%s 个人员签名:密钥已登记、在有效期内、签署次序正确"}},
	{"lists",
	 true,
	 {"lists of lots (%s): each the one whose digest was recorded before anything was drawn",
	  "%s 份批清单:与抽样前登记的摘要一致"}},
	{"draws",
	 true,
	 {"draws (%s): done again from list and seed, the same units",
	  "%s 次抽样:按清单与种子重算,抽中样品相同"}},
	{"lots",
	 true,
	 {"verdicts of lots (%s): they follow from the runs before them",
	  "%s 项批判定:可由其前的检验得出"}},
	{"lots",
	 false,
	 {"draws and verdicts of lots whose other records are not in the bundle (%s)",
	  "%s 项抽样或批判定:所依据的其他记录不在数据包中"}},
	{"results",
	 true,
	 {"results of job orders (%s): they follow from the runs before them",
	  "%s 项任务综合结果:可由其前的检验得出"}},
	{"results",
	 false,
	 {"results of job orders whose runs may not be in the bundle (%s)",
	  "%s 项任务综合结果:所依据的检验不一定在数据包中"}},
	{"gas",
	 false,
	 {"that the sensor was in the gas, or that the specimen was the one that was named",
	  "传感器确在所述气体中、样品即所称样品"}},
	{"key",
	 false,
	 {"who holds the bench's key: compare its name with one that you have from elsewhere, or "
	  "give "
	  "--administrator",
	  "测试台密钥由谁持有:请与另行取得的密钥名核对,或给出 --administrator"}},
	{"after",
	 false,
	 {"what came after the last checkpoint (%s records here)",
	  "最后检查点之后的内容(此处 %s 条记录)"}},
	{"time",
	 false,
	 {"that the times are right: they are the bench's claim", "时间正确:时间仅为测试台所称"}},
	{"choice",
	 false,
	 {"that there are no other records of it: a bundle is a choice",
	  "没有其他相关记录:数据包只是选集"}},
	{"database", false, {"the database was not compared", "数据库未比对"}},
	{"older", false, {"the older checkpoint was not compared", "较早检查点未比对"}},
	{"replay", false, {"runs that were not done again (%s)", "%s 次检验未重演"}},
	{"away",
	 false,
	 {"what is in the series of %s: they are not here, and were not looked at",
	  "%s 的原始数据内容:不在本机,未予查看"}},
	{"journal", false, {"its journal is not in the bundle: %s", "数据包中无此检验日志:%s"}},
	{"kind",
	 false,
	 {"what records of kinds that this version does not know say (%s)",
	  "本版本不识别的 %s 条记录的内容"}},
	{"copy",
	 false,
	 {"the second copy of record %s, which stands in the database: power went before it was "
	  "written, and the next start of a controller writes it",
	  "第 %s 号记录的副本:数据库中已有该记录,副本写入前断电,控制器下次启动时补写"}},
	{"beside",
	 false,
	 {"the copy of its record beside the journal of %s: it is not there, and the next start of "
	  "a controller writes it",
	  "检验 %s 的日志旁的记录副本:现不存在,控制器下次启动时补写"}},
	{"unbegun",
	 false,
	 {"a run whose controller was gone before the first line of its journal was on the disk: "
	  "%s",
	  "控制器在日志首行落盘之前中断的检验:%s"}},
	{"unrecorded",
	 false,
	 {"a run that has no verdict or no record yet: %s", "尚无结论或尚无记录的检验:%s"}},
};

static const struct {
	struct words good, bad, owed, first, proved, not_proved, log, run, replay, problem_record,
		problem_other, no_bundle;
} TEXTS = {
	.good = {"✓ everything fits", "✓ 全部相符"},
	.bad = {"✗ NOT as it was recorded", "✗ 与原记录不符"},
	.owed = {"✗ NOT whole: power went, or something was removed; start the bench's controller, "
		 "then verify again",
		 "✗ 不完整:曾断电,或有内容被移除;请启动该测试台的控制器后再次验证"},
	.first = {"the first bad record is number %" PRId64, "第一条不符的记录:第 %" PRId64 " 号"},
	.proved = {"Proved:", "已证明:"},
	.not_proved = {"NOT proved:", "未证明:"},
	.log = {"log %s, bench %s, key %s, %" PRId64 " records",
		"日志 %s,测试台 %s,密钥 %s,%" PRId64 " 条记录"},
	.run = {"record %" PRId64 "  %s", "第 %" PRId64 " 号记录  %s"},
	.replay = {"    journal %" PRId64 " bytes, %" PRId64 " series; done again: %" PRId64
		   " messages, %" PRId64 " samples, %" PRId64 " readings, %" PRId64 " measures\n",
		   "    日志 %" PRId64 " 字节,%" PRId64 " 个数据序列;重演:消息 %" PRId64
		   ",采样 %" PRId64 ",读数 %" PRId64 ",项目 %" PRId64 "\n"},
	.problem_record = {"  ✗ record %" PRId64 "%s%s: ", "  ✗ 第 %" PRId64 " 号记录%s%s:"},
	.problem_other = {"  ✗ %s: ", "  ✗ %s:"},
	.no_bundle =
		{"%s is no bundle: it has no bagit.txt, as an export that was cut off has none",
		 "%s 不是数据包:没有 bagit.txt(中断的导出即如此)"},
};

/* ---- printing ---- */

static const struct words *words_of(const char *what, bool is_proved)
{
	for (size_t i = 0; i < sizeof(STATEMENTS) / sizeof(STATEMENTS[0]); i++)
		if (!strcmp(STATEMENTS[i].what, what) && STATEMENTS[i].is_proved == is_proved)
			return &STATEMENTS[i].words;
	return NULL;
}

/* Before and behind the "%s" of a statement. */
static void add_statement(struct buf *line, const char *text, const char *figure)
{
	const char *place = strstr(text, "%s");

	if (!place) {
		buf_add_text(line, text);
		return;
	}
	buf_add(line, text, (size_t)(place - text));
	buf_add_text(line, figure);
	buf_add_text(line, place + 2);
}

static void print_statement(const struct value *one, bool is_proved)
{
	const char *what = value_get_text(one, "what"), *why = value_get_text(one, "why");
	const char *run = value_get_text(one, "run");
	const struct words *words = words_of(what, is_proved);
	char number[24];
	struct buf line;

	snprintf(number, sizeof(number), "%" PRId64,
		 value_get_int(one, "count",
			       value_get_int(one, "size", value_get_int(one, "seq", 0))));
	buf_init(&line);
	buf_add_text(&line, is_proved ? "  ✓ " : "  – ");
	add_statement(&line, words ? say(*words) : what, run ? run : number);
	if (why)
		buf_printf(&line, ": %s", why);
	columns_clean(line.data);
	columns_print(stdout, line.data);
	buf_done(&line);
}

static void print_statements(const struct value *list, bool is_proved)
{
	if (!value_count(list))
		return;
	puts(say(is_proved ? TEXTS.proved : TEXTS.not_proved));
	for (size_t i = 0; i < value_count(list); i++)
		print_statement(value_at(list, i), is_proved);
}

static void print_run(const struct value *run)
{
	const struct value *replay = value_get(run, "replay");
	const char *verdict = value_get_text(run, "verdict");
	struct buf line;

	buf_init(&line);
	figure_provenance(&line, value_get_bool(run, "simulated"));
	figure_verdict(&line, verdict ? verdict : "");
	buf_add_text(&line, "  ");
	buf_printf(&line, say(TEXTS.run), value_get_int(run, "seq", 0), value_get_text(run, "run"));
	columns_clean(line.data);
	puts(line.data);
	if (replay)
		printf(say(TEXTS.replay), value_get_int(run, "bytes", 0),
		       value_get_int(run, "series", 0), value_get_int(replay, "messages", 0),
		       value_get_int(replay, "samples", 0), value_get_int(replay, "readings", 0),
		       value_get_int(replay, "measures", 0));
	buf_done(&line);
}

static void print_problem(const struct value *problem)
{
	const char *run = value_get_text(problem, "run"), *file = value_get_text(problem, "file");
	char *why = figure_reason(value_get_text(problem, "why"), NULL);
	int64_t seq = value_get_int(problem, "seq", 0);
	struct buf line;

	buf_init(&line);
	if (seq)
		buf_printf(&line, say(TEXTS.problem_record), seq, run ? ", " : "", run ? run : "");
	else if (run || file)
		buf_printf(&line, say(TEXTS.problem_other), run ? run : file);
	else
		buf_add_text(&line, "  ✗ ");
	buf_add_text(&line, why);
	columns_clean(line.data);
	columns_print(stdout, line.data);
	buf_done(&line);
	free(why);
}

static const char *headline(const struct value *found)
{
	const struct value *problems = value_get(found, "problems");
	size_t owed = 0;

	for (size_t i = 0; i < value_count(problems); i++)
		owed += value_get_bool(value_at(problems, i), "owed");
	if (value_get_bool(found, "good"))
		return say(TEXTS.good);
	return say(owed == value_count(problems) ? TEXTS.owed : TEXTS.bad);
}

static void print_found(const struct value *found)
{
	const struct value *log = value_get(found, "log"), *runs = value_get(found, "runs");
	const struct value *problems = value_get(found, "problems");
	const char *origin = value_get_text(log, "origin");

	for (size_t i = 0; i < value_count(runs); i++)
		print_run(value_at(runs, i));
	if (origin) {
		printf(say(TEXTS.log), origin, value_get_text(log, "bench"),
		       value_get_text(log, "key"), value_get_int(log, "records", 0));
		putchar('\n');
	}
	puts(headline(found));
	for (size_t i = 0; i < value_count(problems); i++)
		print_problem(value_at(problems, i));
	if (value_get_int(found, "first", 0)) {
		fputs("  ", stdout);
		printf(say(TEXTS.first), value_get_int(found, "first", 0));
		putchar('\n');
	}
	print_statements(value_get(found, "proved"), true);
	print_statements(value_get(found, "notProved"), false);
}

static int report(const struct value *found, bool json)
{
	if (json)
		json_print(stdout, found);
	else
		print_found(found);
	return value_get_bool(found, "good") ? EXIT_IS_PASS : EXIT_IS_ERROR;
}

/* ---- what is to be verified ---- */

static bool is_number(const char *text)
{
	return text[0] && strspn(text, "0123456789") == strlen(text) && strlen(text) < 19;
}

static struct value *prove_state(const struct verify_settings *settings, const char *operand,
				 struct proof_wish *wish, struct error *err)
{
	char *state = place_state(settings->state, err), *folder = NULL;
	struct value *found = NULL;

	if (state && operand && is_number(operand))
		wish->seq = strtoull(operand, NULL, 10);
	else if (state && operand)
		folder = account_find(state, operand, err);
	if (folder)
		wish->run = strrchr(folder, '/') + 1;
	if (state && (!operand || wish->seq || wish->run))
		found = proof_of_state(state, wish, err);
	else if (state && is_number(operand))
		error_set(err, ERROR_USAGE, "records are numbered from 1");
	if (found && wish->seq > (uint64_t)value_get_int(value_get(found, "log"), "records", 0) &&
	    value_get_bool(found, "good")) {
		error_set(err, ERROR_USAGE, "there is no record %s", operand);
		value_free(found);
		found = NULL;
	}
	free(folder);
	free(state);
	return found;
}

static int verify(void *ctx, char **operands, int count, struct error *err)
{
	const struct verify_settings *settings = ctx;
	const char *operand = count ? operands[0] : NULL;
	struct proof_wish wish = {.checkpoint = settings->checkpoint,
				  .administrator = settings->administrator};
	char *program = settings->no_replay ? NULL : place_program(err);
	struct value *found = NULL;
	int code = -1;

	wish.program = program;
	if (operand && settings->all)
		error_set(err, ERROR_USAGE,
			  "--all is the whole state folder, and names nothing else");
	else if (!settings->no_replay && !program)
		;
	else if (operand && bag_is(operand))
		found = proof_of_bundle(operand, &wish, err);
	else if (operand && strchr(operand, '/'))
		error_set(err, ERROR_USAGE, say(TEXTS.no_bundle), operand);
	else
		found = prove_state(settings, operand, &wish, err);
	if (found)
		code = report(found, settings->json);
	value_free(found);
	free(program);
	return code;
}

const struct command COMMAND_VERIFY = {
	.name = "verify",
	.operands = "[RECORD|RUN|BUNDLE]",
	.least = 0,
	.most = 1,
	.summary = {"prove that records and journals are as they were made; say what is not proved",
		    "证明记录与日志未被改动,并说明未证明的内容"},
	.more = {"Works without a network and without a controller. Ends with 0 when everything "
		 "fits, and with "
		 "3 when something does not, naming the first bad record. reports/verify.html does "
		 "the same for a bundle in any browser, offline, but for doing runs again and the "
		 "signatures of persons.",
		 "无需网络与控制器。全部相符时以 0 结束;不符时以 3 结束并指出第一条不符的记录。"
		 "reports/verify.html "
		 "可在任何浏览器中离线验证数据包,但不重演检验,也不验证人员签名。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct verify_settings),
	.run = verify,
};
