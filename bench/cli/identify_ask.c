/* SPDX-License-Identifier: Apache-2.0 */
/* A table of questions. A day that cannot be read is asked again at once, while the nameplate is still before one's eyes. */
#include "cli/identify_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/words.h"
#include "record/snapshot.h"

enum { ANSWER_MOST = 4096 };

static const struct question {
	const char *group, *member; /* no group: of `read` itself */
	const char *without;	    /* what it has not got where "-" is answered, or NULL */
	bool is_day;
	struct words text;
} QUESTIONS[] = {
	{NULL,
	 "class",
	 NULL,
	 false,
	 {"kind of equipment, as self_rescuer.chemical_oxygen",
	  "产品类别,如 self_rescuer.chemical_oxygen"}},
	{"code", "text", "code", false, {"scan its code (QR)", "扫描二维码"}},
	{"tag", "uid", "tag", false, {"read its electronic tag", "读取电子标签"}},
	{"nameplate",
	 "ma",
	 "ma",
	 false,
	 {"safety mark number on the nameplate", "铭牌:安全标志编号"}},
	{"nameplate",
	 "serial",
	 "serial",
	 false,
	 {"serial number on the nameplate", "铭牌:出厂编号"}},
	{"nameplate", "model", NULL, false, {"model on the nameplate", "铭牌:型号"}},
	{"nameplate", "maker", NULL, false, {"maker on the nameplate", "铭牌:生产单位"}},
	{"nameplate",
	 "made",
	 NULL,
	 true,
	 {"date of manufacture, as 2026-03-01 or 2026-03",
	  "铭牌:生产日期,如 2026-03-01 或 2026-03"}},
	{"nameplate", "life", "life", true, {"end of its service life", "铭牌:使用期限至"}},
	{NULL, "arrived", NULL, true, {"when it arrived here", "到货日期"}},
	{"seal",
	 "state",
	 "seal",
	 false,
	 {"its seal: intact, broken, absent", "封印:intact 完好、broken 破坏、absent 无"}},
	{"seal", "number", NULL, false, {"number of the seal", "封印编号"}},
	{NULL, "mass", NULL, false, {"its mass, as 2.11 kg", "质量,如 2.11 kg"}},
	{NULL,
	 "nominal",
	 NULL,
	 false,
	 {"mass of a sound one, as 2.09 .. 2.11 kg", "完好产品质量,如 2.09 .. 2.11 kg"}},
};
enum { QUESTION_COUNT = sizeof(QUESTIONS) / sizeof(QUESTIONS[0]) };

static const struct {
	struct words ended, hint, seal[3];
} TEXTS = {
	.ended = {"the input has ended before all was asked: nothing was recorded",
		  "输入提前结束:未作记录"},
	.hint = {"Empty: not looked at.  -: it has none.", "直接回车:未查看。-:产品没有该项。"},
	.seal = {{"intact", "完好"}, {"broken", "破坏"}, {"absent", "无"}},
};

static bool is_there(const struct value *read, const struct question *question)
{
	const struct value *map = question->group ? value_get(read, question->group) : read;
	const struct value *without = value_get(read, "without");

	for (size_t i = 0; question->without && i < value_count(without); i++)
		if (!strcmp(value_at(without, i)->text, question->without))
			return true;
	return value_get(map, question->member);
}

static struct value *child_of(struct value *map, const char *name, struct value *(*make)(void))
{
	struct value *child = (struct value *)value_get(map, name);

	return child ? child : value_set(map, name, make());
}

/* In whichever language it was said. */
static const char *seal_word(const char *text)
{
	for (int i = 0; i < 3; i++)
		if (!strcmp(text, TEXTS.seal[i].chinese))
			return TEXTS.seal[i].english;
	return text;
}

static int ask(char answer[ANSWER_MOST], const struct question *question, struct error *err)
{
	fprintf(stderr, "%s: ", say(question->text));
	fflush(stderr);
	if (!fgets(answer, ANSWER_MOST, stdin))
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.ended));
	answer[strcspn(answer, "\r\n")] = '\0';
	return 0;
}

/* Ask until the answer can be used: a day as a day. "" where there is none. */
static int ask_well(char answer[ANSWER_MOST], const struct question *question, struct error *err)
{
	char day[SNAPSHOT_DAY_SIZE];
	struct error why;

	while (ask(answer, question, err) == 0) {
		if (utf8_valid_size(answer, strlen(answer)) != strlen(answer))
			continue;
		if (!question->is_day || !answer[0] || !strcmp(answer, "-"))
			return 0;
		if (snapshot_day(day, answer, &why) == 0) {
			snprintf(answer, ANSWER_MOST, "%s", day);
			return 0;
		}
		fprintf(stderr, "%s\n", why.text);
	}
	return -1;
}

int identify_ask(struct value *read, struct error *err)
{
	char answer[ANSWER_MOST];

	fprintf(stderr, "%s\n", say(TEXTS.hint));
	for (int i = 0; i < QUESTION_COUNT; i++) {
		const struct question *question = &QUESTIONS[i];

		if (is_there(read, question))
			continue;
		if (ask_well(answer, question, err) < 0)
			return -1;
		if (!answer[0] || (!strcmp(answer, "-") && !question->without))
			continue;
		if (!strcmp(answer, "-"))
			value_add(child_of(read, "without", value_list),
				  value_text(question->without));
		else
			value_set_text(question->group ? child_of(read, question->group, value_map)
						       : read,
				       question->member, seal_word(answer));
	}
	return 0;
}
