/* SPDX-License-Identifier: Apache-2.0 */
/* What each flag says, with its evidence, and what a person may look at next. */
#include "cli/audit_told.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/words.h"
#include "record/event.h"

/* ---- what each flag says ---- */

static const struct flag {
	const char *flag;
	struct words what, look;
} FLAGS[] = {
	{"flat_line",
	 {"flat line: the same value all along, where this instrument has noise",
	  "平线:数值始终不变,而该仪器在此量值处本有波动"},
	 {"did the instrument freeze, or was it disconnected or replaced by a constant?",
	  "仪器是否死机、断开,或被恒定值代替?"}},
	{"smooth_line",
	 {"too smooth: as a line or a formula, where this instrument has noise",
	  "过于平滑:如直线或公式,而该仪器在此量值处本有波动"},
	 {"is there a measurement behind these values? See the instrument, and who was there",
	  "这些数值是否真由测量得来?查仪器,问在场人员"}},
	{"same_noise",
	 {"the same noise in two runs: one series seems to be copied from the other",
	  "两次检验的波动相同:一条曲线疑似由另一条复制而来"},
	 {"look at both curves beside each other; were both specimens there?",
	  "将两条曲线并列查看;两件样品当时是否都在?"}},
	{"same_intervals",
	 {"the same times between samples in two runs, to the nanosecond",
	  "两次检验的采样间隔逐个相同,精确到纳秒"},
	 {"one journal seems to be made from the other: when was which recorded?",
	  "一份日志疑似由另一份制成:各自何时记录?"}},
	{"regular_times",
	 {"times more regular than a machine can take them", "采样时刻过于规整,非机器实测所能"},
	 {"what wrote these samples? A real clock scatters",
	  "这些采样由何程序写入?真实时钟必有离散"}},
	{"terminal_digits",
	 {"last digits that are not as chance gives them", "末位数字的分布不似偶然"},
	 {"were values typed by hand, or made up?", "数值是否为手工填写或编造?"}},
	{"times_backwards",
	 {"a sample is not later than the one before it", "采样时刻不晚于前一个"},
	 {"the bench does not write that: what did?", "检验台不会如此写入:由何程序写入?"}},
	{"short_wait",
	 {"a wait ended before it was over", "等待未满规定时间即结束"},
	 {"was the protocol that is named the one that ran? See davy replay",
	  "实际执行的是否为所示程序?见 davy replay"}},
	{"faster_than_time",
	 {"the run took more time than had passed when it was signed",
	  "检验所用时间超过签名时实际经过的时间"},
	 {"was it rehearsed, and passed off as real? Was the clock set?",
	  "是否以演练冒充实测?时钟是否被调整?"}},
	{"slot_twice",
	 {"two runs on one slot at the same time", "同一工位同时进行了两次检验"},
	 {"only one of both can have been there", "两者之中至多一次属实"}},
	{"specimen_twice",
	 {"one serial number in two runs at the same time", "同一出厂编号同时出现在两次检验中"},
	 {"read both nameplates; davy history tells the life of that number",
	  "核对两件样品铭牌;用 davy history 查看该编号的经历"}},
	{"before_the_gas",
	 {"a response before the gas can have come through the sampling line",
	  "响应早于气体经采样管路到达的时间"},
	 {"is the declared transit right, and was the gas where it should be?",
	  "所声明的传输时间是否正确?气体是否在应在之处?"}},
	{"silence",
	 {"a traced channel gave nothing for a while", "缺线:被跟踪的通道一段时间没有数据"},
	 {"see what else happened then: davy show --journal",
	  "查看当时发生了什么:davy show --journal"}},
	{"gap",
	 {"gap: an instrument's messages were lost", "缺线:仪器报文丢失"},
	 {"does what was measured then rest on it? davy why",
	  "当时的测量是否依赖于它?见 davy why"}},
	{"link_lost", {"a wire was lost", "断线:线路中断"}, {"whose plug was it?", "是哪个插头?"}},
	{"tag_twice",
	 {"the same tag was read on two pieces of equipment", "同一电子标签出现在两件设备上"},
	 {"read both nameplates; one of both tags may be a clone",
	  "核对两件设备铭牌;其中一枚标签可能是克隆的"}},
	{"identity_differs",
	 {"what is read on it differs", "读出的内容不一致"},
	 {"read it again; was a nameplate or a tag put onto another piece?",
	  "重新读取;铭牌或标签是否被换到另一件设备上?"}},
	{"after_its_end",
	 {"it had been destroyed, disposed of or used up by a test, and is in use afterwards",
	  "已销毁、报废或在破坏性试验中用掉,其后又在使用"},
	 {"which piece was there, and whose number does it bear? See davy history",
	  "当时在场的是哪一件?其编号属于哪一件?见 davy history"}},
	{"two_benches",
	 {"two benches had it in runs that overlap", "两台检验台在同一时间对它进行了检验"},
	 {"only one of both can have been there; see both nameplates",
	  "两者之中至多一次属实;核对两件设备铭牌"}},
};

static const struct {
	struct words at, from_to, values, other, probability, noise, of_others, digit, waited,
		bench_time, overlap, response, every, rate, serial, look, flagged, flag, flags, run,
		runs, unflagged_one, unflagged, unread, away, unjudged, slots, record, tag,
		as_it_stands;
} TEXTS = {
	.at = {"at %s", "于 %s"},
	.from_to = {"%s to %s", "%s 至 %s"},
	.values = {"%lld values", "%lld 个值"},
	.other = {"and %s %s", "与 %s %s"},
	.probability = {"by chance at most 1 in 10^%.0f", "偶然发生的概率不超过 10 的 -%.0f 次方"},
	.noise = {"expected noise %.3g %s (standard deviation)", "应有波动 %.3g %s(标准差)"},
	.of_others = {"as in its other runs", "据其在其他检验中的表现"},
	.digit = {"last digit %lld in %.1f %%", "末位 %lld 占 %.1f %%"},
	.waited = {"%s of %s, asked for at %s", "%s,应为 %s,位于 %s"},
	.bench_time = {"%s on the bench's clock, of which %s had passed",
		       "检验台时钟记 %s,实际仅过 %s"},
	.overlap = {"for %s", "重叠 %s"},
	.slots = {"slots %lld and %lld", "工位 %lld 与 %lld"},
	.serial = {"serial %s", "编号 %s"},
	.response = {"%.3f s, and the sampling line takes %.3f s or more",
		     "响应 %.3f s,而采样管路至少需 %.3f s"},
	.every = {"asked for every %s", "应每 %s 一次"},
	.rate = {"correlation %.3f", "相关系数 %.3f"},
	.look = {"look: %s", "建议:%s"},
	.flagged = {"%s in %s looked at; a flag is no verdict, and no verdict was changed",
		    "共 %s(查看 %s);提示不是判定,判定均未改变"},
	.flag = {"one flag", "1 处提示"},
	.flags = {"%zu flags", "%zu 处提示"},
	.run = {"one run", "1 次检验"},
	.runs = {"%zu runs", "%zu 次检验"},
	.unflagged_one = {"one run was looked at: nothing implausible was found",
			  "查看了 1 次检验:未发现不合常理之处"},
	.unflagged = {"%zu runs were looked at: nothing implausible was found",
		      "查看了 %zu 次检验:未发现不合常理之处"},
	.record = {"bench %s, record %lld, %s, ", "检验台 %s,记录 %lld,%s,"},
	.tag = {"tag %s", "标签 %s"},
	.as_it_stands =
		{"bundles were taken as they stand: whether what is in one was recorded so, "
		 "davy verify says",
		 "数据包按其现状查看:其内容是否如当初所记录,由 davy verify 验证"},
	.unread = {"NOT READ: %s: %s", "无法读取:%s:%s"},
	.away = {"NOT READ: %s: its series have left the bench", "无法读取:%s:原始数据已移出本机"},
	.unjudged = {"Not judged: %s (%zu of %s)", "未能判断:%s(%zu/%s)"},
};

static const struct {
	const char *why;
	struct words words;
} WHYS[] = {
	{"no_transit",
	 {"whether a response came before the gas: nothing was timed behind a sampling line whose "
	  "transit the fixture declares",
	  "响应是否早于气体:夹具未声明采样管路的传输时间,或未在其后计时"}},
	{"no_real_clock",
	 {"whether times are too regular: virtual and scaled time is exact by right",
	  "采样时刻是否过于规整:虚拟时间本来就是精确的"}},
	{"no_noise",
	 {"whether series are copied: their noise is less than their last digit",
	  "曲线是否复制:波动小于末位数字"}},
};

static const struct flag *flag_of(const char *name)
{
	for (size_t i = 0; i < sizeof(FLAGS) / sizeof(*FLAGS); i++)
		if (!strcmp(FLAGS[i].flag, name))
			return &FLAGS[i];
	return &FLAGS[0];
}

/* ---- one finding ---- */

static void add_time(struct buf *text, const struct value *of, const char *key)
{
	figure_time(text, value_get_int(of, key, 0));
}

static void add_span(struct buf *text, const struct value *of)
{
	struct buf from, to;

	buf_init(&from);
	buf_init(&to);
	add_time(&from, of, "from_ns");
	add_time(&to, of, "to_ns");
	if (value_get(of, "to_ns"))
		buf_printf(text, say(TEXTS.from_to), from.data, to.data);
	else if (value_get(of, "from_ns"))
		buf_printf(text, say(TEXTS.at), from.data);
	buf_done(&from);
	buf_done(&to);
}

/* Two times in a sentence. */
static void add_times(struct buf *text, struct words words, nsec one, nsec other, const char *where)
{
	struct buf a, b;

	buf_init(&a);
	buf_init(&b);
	figure_time(&a, one);
	figure_time(&b, other);
	buf_printf(text, say(words), a.data, b.data, where);
	buf_done(&a);
	buf_done(&b);
}

static void comma(struct buf *text)
{
	buf_add_text(text, words_are_chinese() ? ";" : "; ");
}

static void add_chance(struct buf *text, const struct value *finding)
{
	comma(text);
	buf_printf(text, say(TEXTS.probability), floor(-value_get_real(finding, "log10_p", 0)));
}

static void add_figures(struct buf *text, const struct value *finding)
{
	const char *unit = value_get_text(finding, "unit");

	if (value_get(finding, "values")) {
		comma(text);
		buf_printf(text, say(TEXTS.values), (long long)value_get_int(finding, "values", 0));
	}
	if (value_get(finding, "correlation")) {
		comma(text);
		buf_printf(text, say(TEXTS.rate), value_get_real(finding, "correlation", 0));
	}
	if (value_get(finding, "expected")) {
		comma(text);
		buf_printf(text, say(TEXTS.noise), value_get_real(finding, "expected", 0),
			   unit ? unit : "");
	}
	if (value_get_bool(finding, "from_others")) {
		comma(text);
		buf_add_text(text, say(TEXTS.of_others));
	}
	if (value_get(finding, "digit")) {
		comma(text);
		buf_printf(text, say(TEXTS.digit), (long long)value_get_int(finding, "digit", 0),
			   100 * value_get_real(finding, "share", 0));
	}
}

static void add_facts(struct buf *text, const struct value *finding)
{
	const char *serial = value_get_text(finding, "serial");
	const char *where = value_get_text(finding, "where");

	if (value_get(finding, "asked_ns")) {
		comma(text);
		add_times(text, TEXTS.waited,
			  value_get_int(finding, "to_ns", 0) - value_get_int(finding, "from_ns", 0),
			  value_get_int(finding, "asked_ns", 0), where ? where : "");
	}
	if (value_get(finding, "bench_ns"))
		add_times(text, TEXTS.bench_time, value_get_int(finding, "bench_ns", 0),
			  value_get_int(finding, "wall_ns", 0), "");
	if (value_get(finding, "response_ns")) {
		comma(text);
		buf_printf(text, say(TEXTS.response),
			   nsec_seconds(value_get_int(finding, "response_ns", 0)),
			   nsec_seconds(value_get_int(finding, "transit_ns", 0)));
	}
	if (value_get(finding, "every_ns")) {
		comma(text);
		add_times(text, TEXTS.every, value_get_int(finding, "every_ns", 0), 0, "");
	}
	if (value_get(finding, "overlap_ns")) {
		add_times(text, TEXTS.overlap, value_get_int(finding, "overlap_ns", 0), 0, "");
		comma(text);
		buf_printf(text, say(TEXTS.slots), (long long)value_get_int(finding, "slot", 0),
			   (long long)value_get_int(value_get(finding, "other"), "slot", 0));
		if (serial && *serial) {
			comma(text);
			buf_printf(text, say(TEXTS.serial), serial);
		}
	}
}

/* "RUN", or "BUNDLE: RUN"; the caller frees it. */
static char *name_of(const struct value *says)
{
	const char *bundle = value_get_text(says, "bundle");

	return bundle ? xprintf("%s: %s", bundle, value_get_text(says, "run"))
		      : xstrdup(value_get_text(says, "run"));
}

static void add_other(struct buf *text, const struct value *other)
{
	struct buf span;
	char *name;

	buf_init(&span);
	add_span(&span, other);
	comma(text);
	figure_provenance(text, value_get_bool(other, "simulated"));
	name = name_of(other);
	buf_printf(text, say(TEXTS.other), name, span.data ? span.data : "");
	free(name);
	buf_done(&span);
}

static void add_record(struct buf *text, const struct value *record)
{
	const char *uri = value_get_text(record, "specimen"),
		   *piece = uri ? strstr(uri, "/eq/") : NULL;

	buf_printf(text, say(TEXTS.record), value_get_text(record, "bench"),
		   (long long)value_get_int(record, "seq", 0), value_get_text(record, "at"));
	event_readable(text, piece ? piece + strlen("/eq/") : uri ? uri : "");
}

static void print_look(const struct flag *flag)
{
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, "    ");
	buf_printf(&text, say(TEXTS.look), say(flag->look));
	columns_print(stdout, text.data);
	buf_done(&text);
}

/* Of equipment: two records that cannot both be. */
static void print_pieces(const struct value *finding)
{
	const struct flag *flag = flag_of(value_get_text(finding, "flag"));
	const char *tag = value_get_text(finding, "tag"), *field = value_get_text(finding, "field");
	const struct value *says = value_get(finding, "says");
	struct buf text;

	buf_init(&text);
	buf_printf(&text, "? %s", say(flag->what));
	if (tag) {
		comma(&text);
		buf_printf(&text, say(TEXTS.tag), tag);
	}
	if (field && value_count(says) == 2)
		buf_printf(&text, " — %s: %s / %s", field, value_at(says, 0)->text,
			   value_at(says, 1)->text);
	columns_clean(text.data);
	columns_print(stdout, text.data);
	buf_clear(&text);
	buf_add_text(&text, "    ");
	add_record(&text, value_get(finding, "record"));
	buf_add_text(&text, " / ");
	add_record(&text, value_get(finding, "other"));
	columns_clean(text.data);
	columns_print(stdout, text.data);
	buf_done(&text);
	print_look(flag);
}

static void print_finding(const struct value *finding)
{
	const struct flag *flag = flag_of(value_get_text(finding, "flag"));
	const char *channel = value_get_text(finding, "channel");
	const struct value *other = value_get(finding, "other"), *line = value_get(finding, "line");
	struct buf text;
	char *name;

	buf_init(&text);
	buf_add_text(&text, "? ");
	figure_provenance(&text, value_get_bool(finding, "simulated"));
	name = name_of(finding);
	buf_printf(&text, "%s: %s", name, say(flag->what));
	free(name);
	columns_clean(text.data);
	columns_print(stdout, text.data);
	buf_clear(&text);
	buf_printf(&text, "    %s%s", channel ? channel : "", channel ? " " : "");
	add_span(&text, finding);
	add_figures(&text, finding);
	add_facts(&text, finding);
	if (other)
		add_other(&text, other);
	if (line) {
		comma(&text);
		json_write(&text, line);
	}
	if (value_get(finding, "log10_p"))
		add_chance(&text, finding);
	columns_clean(text.data);
	columns_print(stdout, text.data);
	buf_done(&text);
	print_look(flag);
}

/* ---- all of them ---- */

static size_t count_unjudged(const struct value *runs, const char *why)
{
	size_t count = 0;

	for (size_t i = 0; i < value_count(runs); i++) {
		const struct value *list = value_get(value_at(runs, i), "unjudged");

		for (size_t j = 0; j < value_count(list); j++)
			count += !strcmp(value_get_text(value_at(list, j), "why"), why);
	}
	return count;
}

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

static char *counted(struct words one, struct words many, size_t count)
{
	return count == 1 ? xstrdup(say(one)) : xprintf(say(many), count);
}

static void print_sum(size_t findings, size_t runs)
{
	char *flags = counted(TEXTS.flag, TEXTS.flags, findings);
	char *of = counted(TEXTS.run, TEXTS.runs, runs);

	print_line(findings ? xprintf(say(TEXTS.flagged), flags, of)
			    : counted(TEXTS.unflagged_one, TEXTS.unflagged, runs));
	free(flags);
	free(of);
}

static void print_unjudged(const struct value *runs)
{
	char *of = counted(TEXTS.run, TEXTS.runs, value_count(runs));

	for (size_t i = 0; i < sizeof(WHYS) / sizeof(*WHYS); i++) {
		size_t count = count_unjudged(runs, WHYS[i].why);

		if (count)
			print_line(xprintf(say(TEXTS.unjudged), say(WHYS[i].words), count, of));
	}
	free(of);
}

void audit_print(const struct value *told)
{
	const struct value *runs = value_get(told, "runs"), *findings = value_get(told, "findings");
	const struct value *unread = value_get(told, "unread");

	for (size_t i = 0; i < value_count(findings); i++) {
		const struct value *one = value_at(findings, i);

		if (value_get(one, "record"))
			print_pieces(one);
		else
			print_finding(one);
	}
	for (size_t i = 0; i < value_count(unread); i++) {
		const struct value *one = value_at(unread, i);
		const char *why = value_get_text(one, "why");
		char *name = name_of(one);

		print_line(why ? xprintf(say(TEXTS.unread), name, why)
			       : xprintf(say(TEXTS.away), name));
		free(name);
	}
	print_sum(value_count(findings), value_count(runs));
	print_unjudged(runs);
	if (value_get_bool(told, "bundles"))
		columns_print(stdout, say(TEXTS.as_it_stands));
}
