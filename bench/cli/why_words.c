/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a script asked for, in words: a sentence for each verb, in which {name} stands for the field of the
 * request that is called so. A field that is not there is left out with the words in the same pair of
 * brackets: "[, from {from} to {to}]".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/why_text.h"

static const struct {
	const char *verb;
	struct words words;
} VERBS[] = {
	{"read", {"one fresh reading of {channel}", "{channel} 的一次新读数"}},
	{"is", {"a look whether {channel} is {limit}", "查看 {channel} 是否为 {limit}"}},
	{"mean", {"mean of {channel} over {over}", "{channel} 在 {over} 内的平均值"}},
	{"settles",
	 {"{channel}, once it had stayed within {within} for {over}",
	  "{channel} 在 {over} 内变化不超过 {within} 后的示值"}},
	{"becomes",
	 {"time until {channel} was {limit}[, waited for {within} at most]",
	  "直至 {channel} 为 {limit} 的时间[,最长等待 {within}]"}},
	{"holds",
	 {"how long {channel} stayed {limit}, over {over} at most",
	  "{channel} 保持 {limit} 的时间,最长 {over}"}},
	{"last_before",
	 {"{of} as it was last asked for before {channel} was {limit}",
	  "{channel} 变为 {limit} 之前最后一次询问的 {of}"}},
	{"trace_min", {"least value in the trace of {trace}", "{trace} 曲线的最小值"}},
	{"trace_max", {"greatest value in the trace of {trace}", "{trace} 曲线的最大值"}},
	{"trace_mean", {"mean of the trace of {trace}", "{trace} 曲线的平均值"}},
	{"trace_slope",
	 {"slope of the line through the trace of {trace} (least squares)",
	  "{trace} 曲线的斜率(最小二乘)"}},
	{"trace_integral",
	 {"area under the trace of {trace}[, from {from} to {to}]",
	  "{trace} 曲线下的面积[,自 {from} 至 {to}]"}},
	{"trace_minutes",
	 {"{of} of the one-minute averages of {trace}, from {from} to {to}",
	  "{trace} 各分钟平均值的 {of},自 {from} 至 {to}"}},
	{"trace_time_to",
	 {"time from {origin} until the trace of {trace} had covered {percent} of the way[ from "
	  "{start} to {finish}]",
	  "自 {origin} 起至 {trace} 曲线走完[自 {start} 至 {finish} ]全程的 {percent} 所经时间"}},
	{"act",
	 {"bench time at which {line} was made {level}", "{line} 置为 {level} 时的台钟时间"}},
	{"set",
	 {"bench time at which {device} had taken {values}",
	  "{device} 接受 {values} 时的台钟时间"}},
	{"reference", {"certified value of {name}", "{name} 的证书值"}},
	{"enter", {"what a person read and typed: {text}", "人工读取并输入:{text}"}},
	{"scan", {"what a person scanned: {text}", "人工扫描:{text}"}},
	{"photograph", {"SHA-256 of the photo: {text}", "照片的 SHA-256:{text}"}},
	{"confirm", {"what a person confirmed: {text}", "人工确认:{text}"}},
	{"pulse_widths",
	 {"shortest {which} time of a pulse in the last count of {channel}",
	  "{channel} 最近一次计数中最短的脉冲时间({which})"}},
	{"consecutive",
	 {"how many of the latest keys passed, counted from the judgements of this run",
	  "由本次检验各判定计得的最近连续合格数"}},
	{"in_step",
	 {"bench time at which all runs of the batch went on", "同批各检验共同继续时的台钟时间"}},
	{"wait", {"a wait of {for}", "等待 {for}"}},
	{"trace", {"a trace of {channel}", "记录 {channel} 曲线"}},
	{"environment",
	 {"watched by the controller itself while the run went on: the protocol declares it, no "
	  "line "
	  "of it asks",
	  "由控制器在检验全程自行监视:检验程序予以声明,并无某一行程序发出请求"}},
	{"sampling",
	 {"a rate, counted by the controller from the times of the samples: 10 intervals over the "
	  "time "
	  "that they took, the least of all (davy replay counts them again)",
	  "采样率,由控制器按采样时刻计数:10 个间隔除以其所经时间,取最小者(davy replay "
	  "可重新计数)"}},
	{"method",
	 {"a parameter of the method, held against what the method asks",
	  "方法参数,与方法的要求比较"}},
};

static const struct {
	const char *word;
	struct words words;
} FIELDS[] = {
	{"mean", {"mean", "平均"}},   {"max", {"greatest", "最大者"}},
	{"min", {"least", "最小者"}}, {"count", {"number", "数目"}},
	{"high", {"high", "高电平"}}, {"low", {"low", "低电平"}},
};

static void add_values(struct buf *out, const struct value *values)
{
	for (size_t i = 0; i < value_count(values); i++)
		buf_printf(out, "%s%s = %s", i ? ", " : "", value_key(values, i),
			   value_get_text(values, value_key(values, i)));
}

/* A constant stands in brackets in an expression. */
static void add_text(struct buf *out, const char *text)
{
	size_t size = strlen(text);

	if (text[0] == '[' && !strchr(text + 1, '[') && text[size - 1] == ']')
		buf_add(out, text + 1, size - 2);
	else
		buf_add_text(out, text);
}

static const char *word_of(const char *text)
{
	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
		if (!strcmp(FIELDS[i].word, text))
			return say(FIELDS[i].words);
	return text;
}

/* Append the field `name` of a node; false where it has none. */
static bool add_field(struct buf *out, const struct value *node, const char *name)
{
	const struct value *says = value_get(node, "says");
	const char *text = value_get_text(says, name);

	if (!strcmp(name, "trace"))
		text = value_get_text(value_get(node, "trace"), "channel");
	else if (!strcmp(name, "level"))
		text = value_get_text(value_get(node, "acts"), "level");
	else if (!strcmp(name, "which"))
		text = value_get_text(node, "which");
	else if (!strcmp(name, "text"))
		text = say_either(text, value_get_text(says, "zh"));
	if (!strcmp(name, "percent"))
		buf_printf(out, "%g %%", 100 * value_get_real(says, "fraction", 0));
	else if (!strcmp(name, "values"))
		add_values(out, value_get(says, name));
	else if (!text)
		return false;
	else if (!strcmp(name, "of") || !strcmp(name, "which"))
		buf_add_text(out, word_of(text));
	else
		add_text(out, text);
	return true;
}

/* Up to the end or a closing bracket; false: a field was missing. */
static bool expand(struct buf *out, const struct value *node, const char **at)
{
	bool whole = true;

	while (**at && **at != ']') {
		char name[24] = "";

		if (**at == '[') {
			size_t before = out->size;

			++*at;
			if (!expand(out, node, at)) {
				out->size = before;
				out->data[before] = '\0';
			}
			*at += **at == ']';
		} else if (sscanf(*at, "{%23[a-z]}", name) == 1) {
			whole = add_field(out, node, name) && whole;
			*at += strlen(name) + 2;
		} else {
			buf_add_byte(out, (uint8_t) * (*at)++);
		}
	}
	return whole;
}

char *why_asked(const struct value *node)
{
	const char *verb = value_get_text(node, "verb"), *at;
	struct buf out;

	buf_init(&out);
	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]) && verb; i++) {
		if (strcmp(VERBS[i].verb, verb) != 0)
			continue;
		at = say(VERBS[i].words);
		expand(&out, node, &at);
		return buf_detach(&out);
	}
	buf_add_text(&out, verb ? verb : "");
	return buf_detach(&out);
}
