/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy identify: is this piece of equipment what it is said to be? What is read on it is held against snapshots of registers and
 * against what this bench has seen; what comes of it is recorded, and is no verdict (record/identity.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/book.h"
#include "cli/commands.h"
#include "cli/identified.h"
#include "cli/identify_ask.h"
#include "cli/identify_reader.h"
#include "cli/place.h"
#include "cli/request.h"
#include "record/event.h"
#include "record/identification.h"
#include "record/snapshot.h"

struct identify_settings {
	const char *state, *class, *seal, *seal_number, *mass, *nominal, *arrived, *without, *at;
	const char *by, *note;
	struct value *plate, *tag, *code, *document, *photos, *readers;
	bool json;
};

#define TEXT_ROW(name, member, argument, english, chinese)                                         \
	{                                                                                          \
		name, OPTION_TEXT, argument, offsetof(struct identify_settings, member),           \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}
#define PAIR_ROW(name, member, english, chinese)                                                   \
	{                                                                                          \
		name, OPTION_PAIR, "KEY=VALUE", offsetof(struct identify_settings, member),        \
		{                                                                                  \
			english, chinese                                                           \
		}                                                                                  \
	}

static const struct option OPTIONS[] = {
	TEXT_ROW("class", class, "CLASS", "what it is: self_rescuer.chemical_oxygen …",
		 "产品类别:self_rescuer.chemical_oxygen 等"),
	PAIR_ROW("plate", plate,
		 "on its nameplate: ma, serial, model, maker, made, life (until when it may be "
		 "used)",
		 "铭牌:ma 安标编号、serial 出厂编号、model 型号、maker 生产单位、made "
		 "生产日期、life "
		 "使用期限"),
	PAIR_ROW("tag", tag, "of its electronic tag: uid, text (as it came), or what it says: ma …",
		 "电子标签:uid、text 原文,或其内容 ma 等"),
	PAIR_ROW("code", code, "of its code (QR): text as it was scanned, or what it says: ma …",
		 "二维码:text 原文,或其内容 ma 等"),
	PAIR_ROW("document", document, "of the certificate that came with it: ma, model, maker …",
		 "随附证书:ma、model、maker 等"),
	{"reader",
	 OPTION_PAIR,
	 "DRIVER=PLACE",
	 offsetof(struct identify_settings, readers),
	 {"a reader that reads its tag or code: yrm100=/dev/ttyUSB0, qr_reader='usb:VENDOR:PRODUCT,"
	  "115200 8N1'; once for each",
	  "读取标签或二维码的读取器:yrm100=/dev/ttyUSB0、qr_reader='usb:VENDOR:PRODUCT,115200 "
	  "8N1' 等,每个一次"}},
	TEXT_ROW("seal", seal, "STATE", "intact, broken or absent",
		 "封印:intact 完好、broken 破坏、absent 无"),
	TEXT_ROW("seal-number", seal_number, "NUMBER", "the seal's number", "封印编号"),
	TEXT_ROW("mass", mass, "MASS", "what it weighs: '2.11 kg'", "质量:'2.11 kg'"),
	TEXT_ROW("nominal", nominal, "RANGE", "what a sound one weighs: '2.09 .. 2.11 kg'",
		 "完好产品质量:'2.09 .. 2.11 kg'"),
	TEXT_ROW("arrived", arrived, "DAY", "when it arrived here", "到货日期"),
	TEXT_ROW("without", without, "LIST",
		 "what it has not got: ma, serial, seal, tag, code, life",
		 "产品没有的项目:ma、serial、seal、tag、code、life"),
	{"photo",
	 OPTION_LIST,
	 "FILE",
	 offsetof(struct identify_settings, photos),
	 {"a photo of it, which is kept; once for each", "照片文件,随记录保存,每张一次"}},
	TEXT_ROW("place", at, "TEXT", "where it was looked at", "检查地点"),
	TEXT_ROW("by", by, "PERSON", "who looked at it, by staff number", "检查人(工号)"),
	TEXT_ROW("note", note, "TEXT", "a remark", "备注"),
	OPTION_STATE_ROW(struct identify_settings),
	OPTION_JSON_ROW(struct identify_settings),
	{0},
};

static const struct {
	struct words nothing, other;
} TEXTS = {
	.nothing =
		{"nothing was read: give --plate and the others (davy help identify), or sit at a "
		 "terminal and be asked",
		 "未给出任何所见:请用 --plate 等选项(davy help identify),或在终端按提示输入"},
	.other = {"record %s is no identification", "记录 %s 不是核验记录"},
};

/* ---- what was read ---- */

/* Days as they are compared; the others as they are. */
static int take_group(struct value *read, const char *name, const struct value *group,
		      struct error *err)
{
	struct value *map;
	char day[SNAPSHOT_DAY_SIZE];

	if (!value_count(group))
		return 0;
	map = value_set(read, name, value_copy(group));
	for (size_t i = 0; i < value_count(group); i++) {
		const char *key = value_key(group, i), *text = value_at(group, i)->text;

		if (strcmp(key, "made") != 0 && strcmp(key, "life") != 0)
			continue;
		if (snapshot_day(day, text, err) < 0)
			return error_context(err, "--%s %s",
					     strcmp(name, "nameplate") ? name : "plate", key);
		value_set_text(map, key, day);
	}
	return 0;
}

static void take_without(struct value *read, const char *text)
{
	struct value *list;

	if (!text)
		return;
	list = value_set(read, "without", value_list());
	while (*text) {
		size_t size = strcspn(text, ", ");

		if (size) {
			char *one = xstrndup(text, size);

			value_add(list, value_text(one));
			free(one);
		}
		text += size + (text[size] != '\0');
	}
}

static int take_arrival(struct value *read, const char *arrived, struct error *err)
{
	char day[SNAPSHOT_DAY_SIZE];

	if (!arrived)
		return 0;
	if (snapshot_day(day, arrived, err) < 0)
		return error_context(err, "--arrived");
	value_set_text(read, "arrived", day);
	return 0;
}

static struct value *read_of(const struct identify_settings *settings, struct error *err)
{
	struct value *read = value_map(), *seal;

	value_set_text(read, "class", settings->class);
	value_set_text(read, "mass", settings->mass);
	value_set_text(read, "nominal", settings->nominal);
	take_without(read, settings->without);
	if (settings->seal || settings->seal_number) {
		seal = value_set(read, "seal", value_map());
		value_set_text(seal, "state", settings->seal);
		value_set_text(seal, "number", settings->seal_number);
	}
	if (take_group(read, "nameplate", settings->plate, err) == 0 &&
	    take_group(read, "tag", settings->tag, err) == 0 &&
	    take_group(read, "code", settings->code, err) == 0 &&
	    take_group(read, "document", settings->document, err) == 0 &&
	    take_arrival(read, settings->arrived, err) == 0)
		return read;
	value_free(read);
	return NULL;
}

/* ---- the record ---- */

static struct value *request_of(const struct identify_settings *settings, struct value *read)
{
	struct value *request = value_map(), *says = value_map(), *photos;

	value_set_text(request, "kind", REQUEST_IDENTIFICATION);
	value_set(request, "read", read);
	value_set_text(says, "by", settings->by);
	value_set_text(says, "place", settings->at);
	value_set_text(says, "note", settings->note);
	value_set(request, "says", says);
	photos = value_set(request, "photos", value_list());
	for (size_t i = 0; i < value_count(settings->photos); i++) {
		char *path = place_absolute(value_at(settings->photos, i)->text);

		value_add(photos, value_text(path));
		free(path);
	}
	return request;
}

static int show(const struct identify_settings *settings, const char *state, const char *name,
		struct error *err)
{
	struct book_event found;
	struct value *identity;
	int code = -1;

	if (book_event(state, name, &found, err) < 0)
		return -1;
	identity = event_extension(found.event, "identity");
	if (!identity) {
		error_set(err, ERROR_USAGE, say(TEXTS.other), name);
	} else {
		code = identified_exit(value_get_text(identity, "outcome"));
		if (settings->json)
			json_print(stdout, identity);
		else
			identified_print(found.event, found.seq);
	}
	value_free(identity);
	book_event_done(&found);
	return code;
}

static int identify(const struct identify_settings *settings, const char *state, struct error *err)
{
	struct value *read = read_of(settings, err), *answer;
	char number[24];
	bool asks;

	if (!read)
		return -1;
	asks = !settings->json && isatty(STDIN_FILENO) && !value_get(read, "nameplate");
	if (identify_by_readers(read, settings->readers, asks, err) < 0 ||
	    (asks && identify_ask(read, err) < 0)) {
		value_free(read);
		return -1;
	}
	if (!value_count(read)) {
		value_free(read);
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.nothing));
	}
	answer = request_append(state, request_of(settings, read), err);
	if (!answer)
		return -1;
	snprintf(number, sizeof(number), "%lld", (long long)value_get_int(answer, "seq", 0));
	value_free(answer);
	return show(settings, state, number, err);
}

static int run_identify(void *ctx, char **operands, int count, struct error *err)
{
	const struct identify_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	if (state)
		code = count ? show(settings, state, operands[0], err)
			     : identify(settings, state, err);
	free(state);
	return code;
}

const struct command COMMAND_IDENTIFY = {
	.name = "identify",
	.operands = "[RECORD]",
	.least = 0,
	.most = 1,
	.summary =
		{"is a piece of equipment what it is said to be? what its tag, code and nameplate "
		 "say, against registers",
		 "核验产品身份:电子标签、二维码、铭牌与登记快照比对"},
	.more = {"At a terminal it asks for what is not given; a scanner types as a keyboard does, "
		 "and "
		 "a reader on a serial line is named with --reader. "
		 "What was not looked at shows as that, and so nothing is found only where all was "
		 "looked at. It ends with 0 where nothing was found, 5 where it cannot be "
		 "verified, "
		 "1 where something does not fit or a counterfeit is suspected: no verdict, which "
		 "an "
		 "authority gives. With RECORD it shows one again.\n"
		 "laboratory.json may say snapshotDays (how old a snapshot may be; 30, our own "
		 "choice, where it does not) and arrivalMonths (how long after its manufacture a "
		 "self-rescuer may arrive).",
		 "在终端上逐项询问未给出的内容,扫码枪如键盘输入,串口读取器用 --reader "
		 "给出。未查看的项目如实列出,"
		 "全部查看过才可能"
		 "“未发现异常”。退出码:0 未发现异常,5 无法核验,1 "
		 "信息不符或存疑;这不是判定,由主管部门"
		 "认定。给出 RECORD 时再次显示该记录。\n"
		 "laboratory.json 可规定 snapshotDays(快照时限,缺省 30 天,为本软件自定)与 "
		 "arrivalMonths(自救器到货距生产的最长月数)。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct identify_settings),
	.run = run_identify,
};
