/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reading for people: what was asked and by which line, the samples it was computed from, those that
 * decided with the bytes they came from, and whether the value comes out of them again.
 *
 * A reading without samples says where it is from instead: an act, a certificate, a person. Of what a
 * person said the journal has the words and not their truth, and that is said here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/figures.h"
#include "cli/why_text.h"
#include "verdict/quantity.h"

static const struct {
	struct words unmet, lost, flaw, asked, via, no_via, at, open, trace, samples, one, none,
		minute, minutes, crossing, decided, counted, rests, again, differs, acts, told,
		certificate, typed, again_asked, nothing_typed, simulated_person, person, parameter,
		ordered, by_default, own;
} TEXTS = {
	.unmet = {"not reached", "未达到"},
	.lost = {"the journal has no such reading", "日志中无此读数"},
	.flaw = {"INCOMPLETE", "不完整"},
	.asked = {"asked by", "请求行"},
	.via = {"called by", "调用行"},
	.no_via = {"which line of the protocol led there is not in the journal",
		   "由检验程序的哪一行引至此处,日志中无记载"},
	.own = {"the controller's own: no line of a script asked for it",
		"控制器自身所得:并无程序行发出请求"},
	.at = {"asked at %.6f s, answered at %.6f s", "请求于 %.6f s,得出于 %.6f s"},
	.open = {"asked at %.6f s, and never answered", "请求于 %.6f s,未得出"},
	.trace = {"traced from %.6f s on, by", "自 %.6f s 起记录,程序行"},
	.samples = {"samples of %s: %lld, from %.6f s (%.10g) to %.6f s (%.10g); lowest %.10g, "
		    "highest %.10g %s",
		    "%s 采样:%lld 个,自 %.6f s(%.10g)至 %.6f s(%.10g);最低 %.10g,最高 %.10g %s"},
	.one = {"sample of %s: 1, at %.6f s: %.10g %s", "%s 采样:1 个,于 %.6f s:%.10g %s"},
	.none = {"the journal has no sample that it saw", "日志中无其所见采样"},
	.minute = {"the minute that decided: from %.6f s to %.6f s, %lld samples",
		   "决定性的一分钟:自 %.6f s 至 %.6f s,%lld 个采样"},
	.minutes = {"minutes averaged: %lld", "平均的分钟数:%lld"},
	.crossing =
		{"the level %.10g was crossed at %.6f s, between the two samples below (linear)",
		 "%.10g 于 %.6f s 越过,位于下列两个采样之间(线性内插)"},
	.decided = {"decisive sample", "决定性采样"},
	.counted = {"samples of %s: %lld", "%s 采样:%lld 个"},
	.rests = {"rests on", "依据"},
	.again = {"worked out again from this: %.12g %s, the same", "由此重新算得:%.12g %s,一致"},
	.differs = {"DIFFERS: this gives %.12g %s now; davy replay says which is right",
		    "不一致:由此现算得 %.12g %s;请用 davy replay 查明"},
	.acts = {"%s was set to %s at %.6f s", "%s 置为 %s,时刻 %.6f s"},
	.told = {"what crossed %s meanwhile", "其间端口 %s 上的字节"},
	.certificate = {"certificate %s: %.10g %s, U = %s (k = %g), valid to %s",
			"证书 %s:%.10g %s,U = %s(k = %g),有效期至 %s"},
	.typed = {"typed at %.6f s: '%s'", "输入于 %.6f s:'%s'"},
	.again_asked = {"asked again at %.6f s: %s", "重新询问于 %.6f s:%s"},
	.nothing_typed = {"the journal has no answer", "日志中无回答"},
	.person = {"The journal has what the person typed, not whether it is true.",
		   "日志只记下此人的输入,不能证明其真实。"},
	.simulated_person = {"This person is simulated: the world's file answered.",
			     "此人系仿真:由仿真世界文件作答。"},
	.parameter = {"%s = %s (%s)", "%s = %s(%s)"},
	.ordered = {"as it was ordered", "委托给定"},
	.by_default = {"the protocol's own value", "检验程序默认值"},
};

static const struct {
	const char *role;
	struct words words;
} ROLES[] = {
	{"answer", {"the answer", "该次示值"}},
	{"first", {"the first", "首个"}},
	{"last", {"the last", "末个"}},
	{"lowest", {"the lowest", "最低"}},
	{"highest", {"the highest", "最高"}},
	{"before", {"the last that was not there yet", "最后一次尚未达到"}},
	{"met", {"the first that was", "首次达到"}},
	{"held", {"the last that held", "最后保持"}},
	{"left", {"the first that did not", "首次离开"}},
	{"value", {"the value", "该值"}},
};

static const char *role_of(const struct value *sample)
{
	const char *role = value_get_text(sample, "role");

	for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]) && role; i++)
		if (!strcmp(ROLES[i].role, role))
			return say(ROLES[i].words);
	return role ? role : "";
}

static const char *unit_of(const struct value *map)
{
	const char *unit = value_get_text(map, "unit");

	return unit && strcmp(unit, "1") != 0 ? unit : "";
}

static void add_sample(struct buf *out, const struct value *sample)
{
	if (value_get(sample, "on"))
		buf_printf(out, "%d", value_get_bool(sample, "on"));
	else
		buf_printf(out, "%.10g %s", value_get_real(sample, "value", 0), unit_of(sample));
}

/* Of differences: K for °C. */
static const char *step_unit(const struct value *map)
{
	return strcmp(unit_of(map), "°C") != 0 ? unit_of(map) : "K";
}

/* "r472 = 32.24 s" or what stands in its place. */
static void add_value(struct buf *out, const struct value *node)
{
	const char *of = value_get_text(node, "of");

	if (value_get(node, "reading"))
		buf_printf(out, "r%lld", (long long)value_get_int(node, "reading", 0));
	if (value_get(node, "reading") && !value_get(node, "value"))
		buf_printf(out, ": %s", say(TEXTS.lost));
	else if (value_get(node, "reading"))
		buf_printf(out, " = %.10g %s", value_get_real(node, "value", 0), unit_of(node));
	else if (!value_get(node, "value") && value_get(node, "request"))
		buf_add_text(out, say(TEXTS.unmet));
	if (value_get(node, "u") && value_get_real(node, "u", 0) > 0)
		buf_printf(out, " (u = %.2g %s)", value_get_real(node, "u", 0), step_unit(node));
	if (of && value_get(node, "value"))
		buf_printf(out, ", %s", of);
}

/* ---- samples ---- */

static void print_series(const struct value *series, size_t indent)
{
	const struct value *first = value_get(series, "first"), *last = value_get(series, "last");
	long long count = value_get_int(series, "count", 0);
	const char *channel = value_get_text(series, "channel");

	if (count == 1)
		why_line(indent, say(TEXTS.one), channel, why_seconds(first, "t"),
			 value_get_real(first, "value", 0), unit_of(series));
	else
		why_line(indent, say(TEXTS.samples), channel, count, why_seconds(first, "t"),
			 value_get_real(first, "value", 0), why_seconds(last, "t"),
			 value_get_real(last, "value", 0),
			 value_get_real(value_get(series, "lowest"), "value", 0),
			 value_get_real(value_get(series, "highest"), "value", 0), unit_of(series));
}

static void print_decisive(const struct value *node, size_t indent)
{
	const struct value *decisive = value_get(node, "decisive");
	struct buf line;

	buf_init(&line);
	for (size_t i = 0; i < value_count(decisive); i++) {
		const struct value *sample = value_at(decisive, i);

		buf_clear(&line);
		add_sample(&line, sample);
		why_line(indent, "%s, %s: %s %s, %.6f s", say(TEXTS.decided), role_of(sample),
			 value_get_text(sample, "channel"), line.data, why_seconds(sample, "t"));
		why_evidence(sample, indent + 2);
	}
	buf_done(&line);
}

static void print_again(const struct value *node, size_t indent)
{
	const struct value *again = value_get(node, "again");

	if (again)
		why_line(indent, say(value_get_bool(again, "same") ? TEXTS.again : TEXTS.differs),
			 value_get_real(again, "value", 0), unit_of(node));
}

static void print_samples(const struct value *node, size_t indent)
{
	const struct value *minute = value_get(node, "minute");
	const struct value *series = value_get(node, "series");

	if (series)
		print_series(series, indent);
	if (value_get(node, "minutes"))
		why_line(indent, say(TEXTS.minutes), (long long)value_get_int(node, "minutes", 0));
	if (minute)
		why_line(indent, say(TEXTS.minute), why_seconds(minute, "begin"),
			 why_seconds(minute, "end"), (long long)value_get_int(minute, "count", 0));
	if (value_get(node, "crossed"))
		why_line(indent, say(TEXTS.crossing), value_get_real(node, "level", 0),
			 why_seconds(node, "crossed"));
	print_decisive(node, indent);
}

/* ---- what has none ---- */

static void print_acts(const struct value *acts, size_t indent)
{
	const struct value *set = value_get(acts, "set");

	for (size_t i = 0; i < value_count(set); i++)
		why_line(indent, say(TEXTS.acts), value_get_text(acts, "line"),
			 value_get_text(value_at(set, i), "level"),
			 why_seconds(value_at(set, i), "t"));
	if (!value_get(acts, "port"))
		return;
	why_line(indent, say(TEXTS.told), value_get_text(acts, "port"));
	why_bytes(acts, indent + 2);
}

static void print_certificate(const struct value *line, size_t indent)
{
	why_line(indent, say(TEXTS.certificate), value_get_text(line, "certificate"),
		 value_get_real(line, "value", 0), unit_of(line), value_get_text(line, "expanded"),
		 value_get_real(line, "k", 0), value_get_text(line, "due"));
}

static void print_answers(const struct value *answers, size_t indent, bool simulated)
{
	for (size_t i = 0; i < value_count(answers); i++) {
		const struct value *answer = value_at(answers, i);
		const char *text = value_get_text(answer, "text");
		char *why = figure_why(answer);

		if (why)
			why_line(indent, say(TEXTS.again_asked), why_seconds(answer, "t"), why);
		else
			why_line(indent, say(TEXTS.typed), why_seconds(answer, "t"),
				 text ? text : "");
		free(why);
	}
	if (!value_count(answers))
		why_line(indent, "%s", say(TEXTS.nothing_typed));
	else
		why_line(indent, "%s", say(simulated ? TEXTS.simulated_person : TEXTS.person));
}

static void print_parameter(const struct value *parameter, size_t indent)
{
	why_line(indent, say(TEXTS.parameter), value_get_text(parameter, "name"),
		 value_get_text(parameter, "value"),
		 say(value_get_bool(parameter, "ordered") ? TEXTS.ordered : TEXTS.by_default));
}

/* The samples of a channel that were counted, by its first and its last. */
static void print_counted(const struct value *counted, size_t indent)
{
	static const char *const ENDS[] = {"first", "last"};

	why_line(indent, say(TEXTS.counted), value_get_text(counted, "channel"),
		 (long long)value_get_int(counted, "count", 0));
	for (int i = 0; i < 2; i++) {
		const struct value *end = value_get(counted, ENDS[i]);
		struct value *sample;

		if (!end)
			continue;
		why_line(indent, "%s: %.10g %s, %.6f s", say(ROLES[1 + i].words),
			 value_get_real(end, "value", 0), unit_of(counted), why_seconds(end, "t"));
		sample = value_map();
		value_set(sample, "first", value_copy(end));
		why_evidence(sample, indent + 2);
		value_free(sample);
	}
}

static void print_pulse(const struct value *node, size_t indent)
{
	struct value *sample = value_map(), *first = value_set(sample, "first", value_map());

	value_set(first, "evidence", value_copy(node));
	why_evidence(sample, indent);
	value_free(sample);
}

static void print_origin(const struct value *node, size_t indent, bool simulated)
{
	if (value_get(node, "acts"))
		print_acts(value_get(node, "acts"), indent);
	if (value_get(node, "certificate"))
		print_certificate(value_get(node, "certificate"), indent);
	if (value_get(node, "answers"))
		print_answers(value_get(node, "answers"), indent, simulated);
	if (value_get(node, "parameter"))
		print_parameter(value_get(node, "parameter"), indent);
	if (value_get(node, "counted"))
		print_counted(value_get(node, "counted"), indent);
	if (value_get(node, "pulse"))
		print_pulse(node, indent);
}

/* ---- the whole ---- */

static void print_request(const struct value *node, size_t indent)
{
	const struct value *trace = value_get(node, "trace");

	if (!value_get(node, "request")) {
		if (value_get(node, "value") && !value_get(node, "verb"))
			why_line(indent, "%s", say(TEXTS.own));
		return;
	}
	if (value_get(node, "ended"))
		why_line(indent, say(TEXTS.at), why_seconds(node, "opened"),
			 why_seconds(node, "ended"));
	else
		why_line(indent, say(TEXTS.open), why_seconds(node, "opened"));
	why_source(indent, TEXTS.asked, value_get(node, "asked"));
	if (value_get(node, "via"))
		why_source(indent, TEXTS.via, value_get(node, "via"));
	else if (!value_get_bool(node, "by_protocol"))
		why_line(indent, "%s", say(TEXTS.no_via));
	if (trace) {
		char *english = xprintf(TEXTS.trace.english, why_seconds(trace, "opened"));
		char *chinese = xprintf(TEXTS.trace.chinese, why_seconds(trace, "opened"));

		why_source(indent, (struct words){english, chinese}, value_get(trace, "asked"));
		free(english);
		free(chinese);
	}
}

static void print_rests(const struct value *node, size_t indent)
{
	const struct value *rests = value_get(node, "rests");
	struct buf line;

	buf_init(&line);
	for (size_t i = 0; i < value_count(rests); i++)
		buf_printf(&line, "%sr%lld", i ? ", " : "", (long long)value_at(rests, i)->integer);
	why_row(indent, TEXTS.rests, line.data);
	buf_done(&line);
}

void why_reading(const struct value *node, size_t indent, bool simulated)
{
	char *asked = why_asked(node);
	struct buf line;

	buf_init(&line);
	add_value(&line, node);
	if (line.size)
		why_line(indent, "%s", line.data);
	if (*asked)
		why_line(indent + 2, "%s", asked);
	why_row(indent + 2, TEXTS.flaw, value_get_text(node, "flaw"));
	print_request(node, indent + 2);
	print_samples(node, indent + 2);
	print_origin(node, indent + 2, simulated);
	print_again(node, indent + 2);
	print_rests(node, indent + 2);
	buf_done(&line);
	free(asked);
}

void why_reading_short(const struct value *node, size_t indent)
{
	const struct value *decisive = value_get(node, "decisive");
	char *asked = why_asked(node);
	struct buf line;

	buf_init(&line);
	add_value(&line, node);
	buf_printf(&line, "%s%s", line.size ? ": " : "", asked);
	for (size_t i = 0; i < value_count(decisive); i++) {
		buf_printf(&line, "; %s ", role_of(value_at(decisive, i)));
		add_sample(&line, value_at(decisive, i));
		buf_printf(&line, " @ %.3f s", why_seconds(value_at(decisive, i), "t"));
	}
	why_line(indent, "%s", line.data);
	buf_done(&line);
	free(asked);
}
