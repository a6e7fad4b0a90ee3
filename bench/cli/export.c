/* SPDX-License-Identifier: Apache-2.0 */
/* davy export: a choice of records with all that proves them, as a folder to be given away (run/bundle.h). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "run/account.h"
#include "run/bundle.h"
#include "run/series_away.h"

struct export_settings {
	const char *state, *to;
	bool json;
};

static const struct option OPTIONS[] = {
	{"to",
	 OPTION_TEXT,
	 "FOLDER",
	 offsetof(struct export_settings, to),
	 {"the bundle, which must not be there yet", "数据包目录,须尚不存在"}},
	OPTION_STATE_ROW(struct export_settings),
	OPTION_JSON_ROW(struct export_settings),
	{0},
};

static const struct {
	struct words where, written, away, photo, last;
} TEXTS = {
	.where = {"say where to, with --to FOLDER", "请用 --to 目录 指明去处"},
	.written = {"%s: %" PRId64 " records and the journals of %" PRId64
		    " runs; verified, and whole\n",
		    "%s:%" PRId64 " 条记录,%" PRId64 " 次检验的日志;已校验,完整\n"},
	.away = {"the series of %s are not in it: they are %s; davy series fetch takes a copy "
		 "back\n",
		 "%s 的原始数据不在其中:%s;可用 davy series fetch 取回副本\n"},
	.photo = {"not in it, and davy verify says so of the bundle: %s\n",
		  "数据包中缺照片,davy verify 会指出:%s\n"},
	.last = {"verify it with `davy verify %s`, or with reports/verify.html in a browser\n",
		 "验证:`davy verify %s`,或在浏览器中打开 reports/verify.html\n"},
};

struct asked {
	char **runs;
	uint64_t *seqs;
	size_t run_count, seq_count;
};

static int take_operands(struct asked *asked, const char *state, char **operands, int count,
			 struct error *err)
{
	asked->runs = xcalloc((size_t)count + 1, sizeof(*asked->runs));
	asked->seqs = xcalloc((size_t)count + 1, sizeof(*asked->seqs));
	for (int i = 0; i < count; i++) {
		size_t digits = strspn(operands[i], "0123456789");
		char *folder;

		if (digits && digits < 19 && !operands[i][digits]) {
			asked->seqs[asked->seq_count++] = strtoull(operands[i], NULL, 10);
			continue;
		}
		folder = account_find(state, operands[i], err);
		if (!folder)
			return -1;
		asked->runs[asked->run_count++] = xstrdup(strrchr(folder, '/') + 1);
		free(folder);
	}
	return 0;
}

static void print_away(const struct value *away)
{
	for (size_t i = 0; i < value_count(away); i++) {
		char *text = series_away_text(value_at(away, i));

		printf(say(TEXTS.away), value_key(away, i), text);
		free(text);
	}
}

static void print_written(const struct value *says, bool json)
{
	const char *folder = value_get_text(says, "folder");

	if (json) {
		json_print(stdout, says);
		return;
	}
	printf(say(TEXTS.written), folder, value_get_int(says, "records", 0),
	       value_get_int(says, "runs", 0));
	print_away(value_get(says, "away"));
	for (size_t i = 0; i < value_count(value_get(says, "photosMissing")); i++)
		printf(say(TEXTS.photo), value_at(value_get(says, "photosMissing"), i)->text);
	printf(say(TEXTS.last), folder);
}

static int export(void *ctx, char **operands, int count, struct error *err)
{
	const struct export_settings *settings = ctx;
	char *state = settings->to ? place_state(settings->state, err) : NULL;
	struct asked asked = {0};
	struct value *says = NULL;

	if (!settings->to)
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.where));
	if (state && take_operands(&asked, state, operands, count, err) == 0)
		says = bundle_write(&(struct bundle_wish){.state = state,
							  .runs = asked.runs,
							  .run_count = asked.run_count,
							  .seqs = asked.seqs,
							  .seq_count = asked.seq_count,
							  .folder = settings->to},
				    err);
	if (says)
		print_written(says, settings->json);
	for (size_t i = 0; i < asked.run_count; i++)
		free(asked.runs[i]);
	free(asked.runs);
	free(asked.seqs);
	free(state);
	value_free(says);
	return says ? EXIT_IS_PASS : -1;
}

const struct command COMMAND_EXPORT = {
	.name = "export",
	.operands = "RUN|RECORD…",
	.least = 1,
	.most = 1000,
	.summary = {"write records, journals and proofs into a folder that anyone can verify",
		    "导出记录、日志与证明,任何人可验证"},
	.more = {"The bundle (BagIt) holds what is asked for, the keys, persons' signatures and "
		 "whatever else "
		 "happened to the same equipment. It has its name only when it is whole: what was "
		 "cut off is "
		 "called FOLDER.part.",
		 "数据包(BagIt)含所要求的记录、密钥、人员签名及同一设备的其他记录。完整后才得其名;"
		 "中断的导出名为 目录.part。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct export_settings),
	.run = export,
};
