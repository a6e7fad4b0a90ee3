/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has no measure to speak for it: the end of a run that did not come to its own, a check of a
 * qualification, what was typed at a bench operated by hand; and what no journal can prove.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/figures.h"
#include "cli/why_text.h"

static const struct {
	struct words head, named_line, waiting, since, via, named, named_port, set, edge, nothing,
		unmet, seen, port, more, person, said, read, typed, refused, beyond, simulated,
		wires, hand, check, forced, only, torn, fault;
} TEXTS = {
	.head = {"WHAT ENDED IT", "为何终止"},
	.named_line = {"the line that it names", "所指程序行"},
	.unmet = {"what the script had been told", "程序此前得到的回答"},
	.waiting = {"the script was waiting for", "程序当时正在等待"},
	.since = {"since %.6f s, asked by", "自 %.6f s 起,请求行"},
	.via = {"called by", "调用行"},
	.named = {"last in the journal of %s, which that sentence names:",
		  "上句所提 %s 在日志中的最后记载:"},
	.named_port = {"last in the journal of %s, which that sentence names, on port %s:",
		       "上句所提 %s(端口 %s)在日志中的最后记载:"},
	.set = {"set to %s at %.6f s", "置为 %s,时刻 %.6f s"},
	.edge = {"an edge to %s at %.6f s", "变为 %s,时刻 %.6f s"},
	.nothing = {"nothing", "无"},
	.seen = {"WHAT THE JOURNAL HAS OF THIS CHECK", "日志中此项检查的记载"},
	.port = {"port %s:", "端口 %s:"},
	.more = {"… and %zu more", "… 另有 %zu 条"},
	.person = {"a person was asked: %s", "询问人员:%s"},
	.said = {"the person said: %s", "人员回答:%s"},
	.read = {"read by %s: %s", "由 %s 读取:%s"},
	.typed = {"WHAT WAS TYPED", "输入的命令"},
	.refused = {"refused", "拒绝"},
	.beyond = {"WHAT THIS JOURNAL CANNOT SAY", "本日志不能证明之处"},
	.simulated = {"This run is SIMULATED: its instruments, gases, specimen and people were "
		      "played by "
		      "Davy. Its bytes show how the method works, and nothing of any product.",
		      "本次检验为仿真:其设备、气体、样品与人员均由 Davy "
		      "扮演。其字节只说明方法如何运作,不"
		      "涉及任何产品。"},
	.fault = {"The world simulated the fault '%s'.", "仿真世界模拟了故障 '%s'。"},
	.wires = {"That a sensor was in the gas, and that each wire went where the station file "
		  "says, is "
		  "for people to attest.",
		  "传感器确在气体之中、各线路确如台站文件所述,须由人员证实。"},
	.hand = {"The bench was operated by hand: nothing was judged, and this is no evidence "
		 "about a "
		 "product.",
		 "本次为手动操作:未作任何判定,不构成关于产品的证据。"},
	.check = {"What a person was asked to look at stands here as the person said it.",
		  "需人员查看之处,仅以其回答为据。"},
	.forced = {"It was begun although its environment was not as the protocol asks (--force).",
		   "环境不符合检验程序要求时仍强制开始(--force)。"},
	.only = {"Only the step '%s' was run.", "仅执行了步骤 '%s'。"},
	.torn = {"%lld bytes behind its last whole line were torn off by a loss of power.",
		 "末行之后有 %lld 字节因断电残缺。"},
};

/* ---- the end of a run ---- */

/* The caller frees it. */
static char *reason_of(const struct value *line)
{
	const char *text = value_get_text(value_get(line, "says"), "text");
	char *reason = text ? figure_reason(text, NULL) : figure_why(line);

	return reason ? reason : xstrdup("");
}

static const char *kind_of(const struct value *line)
{
	static const struct {
		const char *kind;
		struct words words;
	} KINDS[] = {
		{"trip", {"the bench was made safe at once", "台架立即置于安全状态"}},
		{"stop", {"stopped", "停止"}},
		{"failed", {"the script failed", "检验程序出错"}},
		{"environment", {"the environment", "环境条件"}},
		{"recovered",
		 {"ended afterwards, its controller was gone", "控制器中断后补记结束"}},
		{"refusal", {"the guard refused", "防护拒绝"}},
		{"wire", {"a wire", "接线"}},
	};
	const char *kind = value_get_text(line, "k");

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (!strcmp(KINDS[i].kind, kind))
			return say(KINDS[i].words);
	return kind;
}

static void print_levels(const struct value *list, struct words name, size_t indent)
{
	for (size_t i = 0; i < value_count(list); i++)
		why_line(indent, say(name), value_get_text(value_at(list, i), "level"),
			 why_seconds(value_at(list, i), "t"));
}

static void print_waiting(const struct value *waiting, size_t indent)
{
	for (size_t i = 0; i < value_count(waiting); i++) {
		const struct value *one = value_at(waiting, i);
		char *asked = why_asked(one);
		char *english = xprintf(TEXTS.since.english, why_seconds(one, "opened"));
		char *chinese = xprintf(TEXTS.since.chinese, why_seconds(one, "opened"));

		why_row(indent, TEXTS.waiting, asked);
		why_source(indent + 2, (struct words){english, chinese}, value_get(one, "asked"));
		why_source(indent + 2, TEXTS.via, value_get(one, "via"));
		free(english);
		free(chinese);
		free(asked);
	}
}

static void print_event(const struct value *event, size_t indent)
{
	char *reason = reason_of(event);

	why_line(indent, "%.6f s  %s: %s", why_seconds(event, "t"), kind_of(event), reason);
	free(reason);
}

static void print_named(const struct value *named, size_t indent)
{
	for (size_t i = 0; i < value_count(named); i++) {
		const struct value *one = value_at(named, i);
		const char *port = value_get_text(one, "port"), *line = value_get_text(one, "line");

		if (port)
			why_line(indent, say(TEXTS.named_port), value_get_text(one, "name"), port);
		else
			why_line(indent, say(TEXTS.named), line);
		why_bytes(one, indent + 2);
		print_levels(value_get(one, "set"), TEXTS.set, indent + 2);
		print_levels(value_get(one, "edges"), TEXTS.edge, indent + 2);
		if (value_count(one) < 3)
			why_line(indent + 2, "%s", say(TEXTS.nothing));
	}
}

void why_cause(const struct value *cause, size_t indent, bool simulated)
{
	const struct value *events = value_get(cause, "events");

	why_line(indent, "%s", say(TEXTS.head));
	for (size_t i = 0; i < value_count(events); i++)
		print_event(value_at(events, i), indent + 2);
	why_source(indent + 2, TEXTS.named_line, value_get(cause, "asked"));
	if (value_get(cause, "unmet")) {
		why_line(indent + 2, "%s:", say(TEXTS.unmet));
		why_reading(value_get(cause, "unmet"), indent + 4, simulated);
	}
	print_waiting(value_get(cause, "waiting"), indent + 2);
	print_named(value_get(cause, "named"), indent + 2);
}

/* ---- a check ---- */

static void print_some(const struct value *map, const char *key, size_t indent)
{
	const struct value *list = value_get(map, key);
	size_t count = value_count(list);
	struct value *some = value_map(), *ends = value_set(some, key, value_list());

	if (count)
		value_add(ends, value_copy(value_at(list, 0)));
	if (count > 1)
		value_add(ends, value_copy(value_at(list, count - 1)));
	why_bytes(some, indent);
	if (count > 2)
		why_line(indent + 2, say(TEXTS.more), count - 2);
	value_free(some);
}

static void print_seen(const char *name, const struct value *seen, size_t indent)
{
	if (!value_count(seen))
		return;
	why_line(indent, say(TEXTS.port), name);
	print_some(seen, "sent", indent + 2);
	print_some(seen, "received", indent + 2);
	print_some(seen, "stray", indent + 2);
	print_some(seen, "streamed", indent + 2);
	print_levels(value_get(seen, "set"), TEXTS.set, indent + 2);
	print_levels(value_get(seen, "edges"), TEXTS.edge, indent + 2);
}

void why_check(const struct value *measure, size_t indent)
{
	const struct value *seen = value_get(measure, "seen");
	const struct value *events = value_get(seen, "events");

	if (!seen)
		return;
	why_line(indent, "%s", say(TEXTS.seen));
	for (size_t i = 0; i < value_count(events); i++) {
		const struct value *event = value_at(events, i);
		const char *kind = value_get_text(event, "k");
		const char *text = value_get_text(event, "text");

		if (!strcmp(kind, "asks"))
			why_line(indent + 2, say(TEXTS.person),
				 say_either(text, value_get_text(event, "zh")));
		else if (!strcmp(kind, "operator") && value_get_text(event, "reader"))
			why_line(indent + 2, say(TEXTS.read), value_get_text(event, "reader"),
				 text ? text : "");
		else if (!strcmp(kind, "operator"))
			why_line(indent + 2, say(TEXTS.said), text ? text : "");
		else
			print_event(event, indent + 2);
	}
	for (size_t i = 0; i < value_count(seen); i++)
		if (strcmp(value_key(seen, i), "events") != 0)
			print_seen(value_key(seen, i), value_at(seen, i), indent + 2);
}

/* ---- by hand ---- */

void why_typed(const struct value *typed, size_t indent)
{
	why_line(indent, "%s", say(TEXTS.typed));
	for (size_t i = 0; i < value_count(typed); i++) {
		const struct value *one = value_at(typed, i);
		char *why = figure_why(one);
		struct buf answer;

		buf_init(&answer);
		if (why)
			buf_printf(&answer, "%s: %s", say(TEXTS.refused), why);
		else if (value_get(one, "answer"))
			json_write(&answer, value_get(one, "answer"));
		why_line(indent + 2, "%.6f s  %s", why_seconds(one, "t"),
			 value_get_text(one, "text"));
		if (answer.size)
			why_line(indent + 4, "%s", answer.data);
		buf_done(&answer);
		free(why);
	}
}

/* ---- what a journal does not prove ---- */

void why_limits_of_proof(const struct value *tree)
{
	const struct value *order = value_get(tree, "order");
	const char *only = value_get_text(order, "only"), *fault = value_get_text(order, "fault");

	printf("\n");
	why_line(0, "%s", say(TEXTS.beyond));
	if (value_get_bool(order, "by_hand"))
		why_line(2, "%s", say(TEXTS.hand));
	if (value_get_bool(tree, "simulated"))
		why_line(2, "%s", say(TEXTS.simulated));
	if (fault)
		why_line(2, say(TEXTS.fault), fault);
	if (value_get_bool(tree, "wires"))
		why_line(2, "%s", say(TEXTS.wires));
	if (value_get_bool(order, "qualifies"))
		why_line(2, "%s", say(TEXTS.check));
	if (value_get_bool(order, "force"))
		why_line(2, "%s", say(TEXTS.forced));
	if (only)
		why_line(2, say(TEXTS.only), only);
	if (value_get(tree, "torn"))
		why_line(2, say(TEXTS.torn), (long long)value_get_int(tree, "torn", 0));
}
