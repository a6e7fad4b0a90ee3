/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the signed bytes alone. What speaks against signing stands in it like everything else: items that failed, that
 * were not decided or not reached, that it was simulated, or not under control, the runs before it, and that somebody
 * has declared it wrong.
 */
#include "cli/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "cli/figures.h"
#include "cli/words.h"
#include "record/event.h"
#include "record/signing.h"

static const struct {
	struct words record, specimen, run, ended, verdict, failed, undecided, open, earlier,
		simulated, uncontrolled, says, signed_by, declared, step, lot, unit;
} TEXTS = {
	.record = {"record", "记录"},
	.step = {"step", "环节"},
	.lot = {"lot", "批"},
	.unit = {"unit", "检样"},
	.specimen = {"specimen", "样品"},
	.run = {"run", "检验"},
	.ended = {"at", "时间"},
	.verdict = {"verdict", "判定"},
	.failed = {"failed", "不合格项"},
	.undecided = {"undecided", "未判定项"},
	.open = {"not reached", "未做项目"},
	.earlier = {"earlier", "此前"},
	.simulated = {"SIMULATED 仿真: nothing was measured", "SIMULATED 仿真:未作任何测量"},
	.uncontrolled = {"uncontrolled 未受控: it was no run for a certificate 非出证检验",
			 "未受控 uncontrolled:非出证检验"},
	.declared = {"declared wrong", "已声明有误"},
	.says = {"says", "说明"},
	.signed_by = {"signed", "签名"},
};

static void line(struct words name, const char *text)
{
	struct buf out;

	if (!text || !text[0])
		return;
	buf_init(&out);
	columns_pad(&out, say(name), 16);
	buf_add_text(&out, text);
	columns_clean(out.data);
	puts(out.data);
	buf_done(&out);
}

static void print_verdict(const struct value *run)
{
	const char *verdict = value_get_text(run, "verdict");
	struct buf text;

	if (!verdict)
		return;
	buf_init(&text);
	figure_verdict(&text, verdict);
	figure_add_why(&text, ": ", run);
	line(TEXTS.verdict, text.data);
	buf_done(&text);
}

/* What is not PASS, by what it is: FAIL says something of the specimen, the rest that nothing is known. */
static void print_item(const struct value *item)
{
	const char *verdict = value_get_text(item, "verdict");
	struct buf text;

	if (!verdict || !strcmp(verdict, "PASS"))
		return;
	buf_init(&text);
	figure_measure(&text, item);
	buf_add_text(&text, "  ");
	figure_verdict(&text, verdict);
	line(strcmp(verdict, "FAIL") ? TEXTS.undecided : TEXTS.failed, text.data);
	buf_done(&text);
}

static void print_items(const struct value *event)
{
	const struct value *elements = value_get(event, "sensorElementList");

	for (size_t i = 0; i < value_count(elements); i++) {
		const struct value *reports = value_get(value_at(elements, i), "sensorReport");

		for (size_t k = 0; k < value_count(reports); k++) {
			struct value *item = event_extension(value_at(reports, k), "item");

			print_item(item);
			value_free(item);
		}
	}
}

static void print_open(const struct value *run)
{
	const struct value *open = value_get(run, "notReached");
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(open); i++)
		buf_printf(&text, "%s%s/%s", i ? ", " : "",
			   value_get_text(value_at(open, i), "step"),
			   value_get_text(value_at(open, i), "measure"));
	line(TEXTS.open, text.data);
	buf_done(&text);
}

static void print_earlier(const struct value *run)
{
	const struct value *earlier = value_get(run, "earlier");
	size_t count = value_count(earlier);

	for (size_t i = 0; i < count; i++) {
		const struct value *one = value_at(earlier, i);
		const char *verdict = value_get_text(one, "verdict");
		const char *ended = value_get_text(one, "ended");
		struct buf text;

		buf_init(&text);
		buf_printf(&text, "%zu/%zu  ", i + 1, count + 1);
		figure_verdict(&text, verdict ? verdict : "ERROR");
		buf_printf(&text, "  %s  #%lld", ended ? ended : "",
			   (long long)value_get_int(one, "seq", 0));
		line(TEXTS.earlier, text.data);
		buf_done(&text);
	}
}

static void print_run(const struct value *event)
{
	struct value *run = event_extension(event, "run");
	struct buf text;

	if (!run)
		return;
	buf_init(&text);
	buf_printf(&text, "%s  %s", value_get_text(run, "run"), value_get_text(run, "protocol"));
	line(TEXTS.run, text.data);
	print_verdict(run);
	print_items(event);
	print_open(run);
	print_earlier(run);
	if (value_get_bool(run, "simulated"))
		puts(say(TEXTS.simulated));
	else if (!value_get_bool(run, "controlled"))
		puts(say(TEXTS.uncontrolled));
	buf_done(&text);
	value_free(run);
}

static void print_says(const struct value *event)
{
	struct value *says = event_extension(event, "says");

	for (size_t i = 0; i < value_count(says); i++) {
		const struct value *one = value_at(says, i);
		struct buf text;

		buf_init(&text);
		if (one->kind == VALUE_TEXT)
			buf_printf(&text, "%s: %s", value_key(says, i), one->text);
		if (text.size)
			line(TEXTS.says, text.data);
		buf_done(&text);
	}
	value_free(says);
}

static void print_declarations(const struct value *declarations)
{
	for (size_t i = 0; i < value_count(declarations); i++) {
		const struct value *one = value_at(declarations, i);
		struct buf text;

		buf_init(&text);
		buf_printf(&text, "%s  (%s)  %s: %s", value_get_text(one, "reason"),
			   value_get_text(one, "mse:declaredBy"),
			   value_get_text(one, "declarationTime"), value_get_text(one, "mse:why"));
		line(TEXTS.declared, text.data);
		buf_done(&text);
	}
}

static void print_signatures(const struct book_event *event, const struct roster *roster)
{
	for (size_t i = 0; i < jws_count(event->jws); i++) {
		const struct holder *holder = roster_find(roster, jws_key_id(event->jws, i));
		struct jws_act act = jws_act(event->jws, i);
		const char *why = value_get_text(act.more, "why");
		enum meaning meaning = meaning_find(act.meaning);
		struct buf text;

		buf_init(&text);
		buf_printf(&text, "%s %s  %s (%s)  %s", act.meaning ? act.meaning : "",
			   meaning ? meaning_title(meaning) : "", holder ? holder->name : "?",
			   act.person ? act.person : "bench", act.time ? act.time : "");
		if (why)
			buf_printf(&text, ": %s", why);
		line(TEXTS.signed_by, text.data);
		buf_done(&text);
	}
}

/* Of a lot's verdict: what is signed is that it follows from these runs. */
static void print_lot(const struct value *says)
{
	const struct value *runs = value_get(says, "runs");
	char *text;

	if (!value_get_text(says, "lot") || !value_get_text(says, "verdict"))
		return;
	text = xprintf("%s: %s  n %lld, c %lld, %lld FAIL", value_get_text(says, "lot"),
		       value_get_text(says, "verdict"), (long long)value_get_int(says, "n", 0),
		       (long long)value_get_int(says, "c", 0),
		       (long long)value_get_int(says, "fails", 0));
	line(TEXTS.lot, text);
	free(text);
	for (size_t i = 0; i < value_count(runs); i++) {
		const struct value *run = value_at(runs, i);
		const char *unit = value_get_text(run, "unit"), *name = value_get_text(run, "run");
		const char *verdict = value_get_text(run, "verdict");

		text = xprintf("%s  %s  %s", unit ? unit : "?", verdict ? verdict : "?",
			       name ? name : "?");
		line(TEXTS.unit, text);
		free(text);
	}
}

void summary_print(const struct book_event *event, const struct roster *roster)
{
	const struct value *equipment = value_get(event->event, "epcList");
	const char *step = value_get_text(event->event, "bizStep");
	char number[32];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)event->seq);
	line(TEXTS.record, number);
	line(TEXTS.step, step);
	for (size_t i = 0; i < value_count(equipment); i++) {
		struct buf text;

		buf_init(&text);
		event_readable(&text, value_at(equipment, i)->text);
		line(TEXTS.specimen, text.data);
		buf_done(&text);
	}
	print_lot(event->event);
	line(TEXTS.ended, value_get_text(event->event, "eventTime"));
	print_run(event->event);
	print_says(event->event);
	print_signatures(event, roster);
	print_declarations(event->declarations);
}
