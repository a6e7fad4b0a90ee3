/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That a printer has taken a label's bytes says nothing: it is asked until it has printed. A label is sent when the one
 * before is on paper, so that it is known which one is not.
 */
#include "cli/label_printer.h"

#include <stdint.h>

#include "base/buf.h"
#include "cli/page_bitmaps.h"
#include "cli/printer_device.h"
#include "cli/words.h"
#include "loop/clock.h"
#include "loop/loop.h"

/* The longest label at the slowest speed takes some ten seconds; between two questions a short one must not be missed. */
#define PRINTS_WITHIN SEC(20)
#define BEGINS_WITHIN SEC(5)
#define ASKED_EVERY MSEC(20)

static const struct {
	struct words silent, head_open, jam, no_paper, no_ribbon, paused, fault, busy, went_silent,
		not_seen, too_long, not_printed;
} TEXTS = {
	.silent = {"%s: the printer does not say how it is, so nothing was sent: is it on, and "
		   "does it speak TSPL? --to FILE makes a PDF for any other printer",
		   "%s:打印机未应答状态查询,未发送任何内容:请检查是否通电、是否支持 TSPL 指令;"
		   "其他打印机请用 --to 文件 生成 PDF"},
	.head_open = {"%s: the printer's head is open: close it", "%s:打印头未合上,请合上"},
	.jam = {"%s: the paper is jammed in the printer: open it and lay the labels in anew",
		"%s:打印机卡纸,请打开并重新装入标签纸"},
	.no_paper = {"%s: the printer has no labels: put in a roll", "%s:打印机缺标签纸,请装纸"},
	.no_ribbon = {"%s: the printer has no ribbon: put one in, or set it to direct thermal "
		      "labels",
		      "%s:打印机缺碳带,请装碳带;使用热敏标签纸时请将打印机设为热敏模式"},
	.paused = {"%s: the printer is paused: press its button PAUSE",
		   "%s:打印机处于暂停状态,请按其暂停键"},
	.fault = {"%s: the printer says that something is wrong with it: look at its lamp, turn it "
		  "off and on",
		  "%s:打印机报告故障,请查看指示灯并重新通电"},
	.busy = {"%s: the printer is printing something else: wait until it is ready",
		 "%s:打印机正在打印其他内容,请待其空闲后再打印"},
	.went_silent = {"%s: the printer has ceased to say how it is: look at plug and power",
			"%s:打印机不再应答,请检查接线与电源"},
	.not_seen = {"%s: the printer has taken the label and was not seen to print it: does it "
		     "speak TSPL?",
		     "%s:打印机已接收数据,但未见其打印:请确认其支持 TSPL 指令"},
	.too_long = {"%s: the printer has been printing one label for 20 s: are its labels as "
		     "large as --size says?",
		     "%s:一张标签已打印 20 秒仍未结束:请核对标签纸尺寸与 --size 是否一致"},
	.not_printed = {"label %zu is not on paper, or not whole (turn the printer off and on, or "
			"it may print it later)",
			"第 %zu 张标签未打印或不完整(请将打印机断电重启,以免其随后补打)"},
};

struct printing {
	struct printer_device printer;
	const struct label_paper *paper;
	struct loop *loop;
	size_t printed;
};

/* ---- how it is ---- */

/* False: it does not answer. */
static bool ask(const struct printer_device *printer, enum label_state *state)
{
	struct error ignored;
	struct buf bytes;
	uint8_t answer;
	bool answered;

	buf_init(&bytes);
	label_ask(&bytes);
	printer_forget(printer);
	answered = printer_tell(printer, &bytes, &ignored) == 0 && printer_hear(printer, &answer);
	buf_done(&bytes);
	if (answered)
		*state = label_answer(answer);
	return answered;
}

/* What keeps it from printing, as a sentence; 0: nothing. */
static int check(const struct printer_device *printer, enum label_state state, struct error *err)
{
	static const struct words *const WHY[] = {
		[LABEL_HEAD_OPEN] = &TEXTS.head_open, [LABEL_JAM] = &TEXTS.jam,
		[LABEL_NO_PAPER] = &TEXTS.no_paper,   [LABEL_NO_RIBBON] = &TEXTS.no_ribbon,
		[LABEL_PAUSED] = &TEXTS.paused,	      [LABEL_IN_ERROR] = &TEXTS.fault,
	};

	if (!WHY[state])
		return 0;
	return error_set(err, ERROR_DEVICE, say(*WHY[state]), printer->name);
}

static int check_before(const struct printer_device *printer, struct error *err)
{
	enum label_state state;

	if (!ask(printer, &state))
		return error_set(err, ERROR_TIMEOUT, say(TEXTS.silent), printer->name);
	if (state == LABEL_PRINTING)
		return error_set(err, ERROR_DEVICE, say(TEXTS.busy), printer->name);
	return check(printer, state, err);
}

/* ---- one label ---- */

static void rested(void *ctx)
{
	loop_quit(ctx);
}

static int rest(struct loop *loop, struct error *err)
{
	struct bench_clock *clock = loop_real_clock(loop);
	struct timer timer = {0};

	timer_start(&timer, clock, clock_now(clock) + ASKED_EVERY, TIMER_WAIT, rested, loop);
	return loop_run(loop, err);
}

static int await_printed(const struct printing *printing, struct error *err)
{
	const struct printer_device *printer = &printing->printer;
	struct bench_clock *clock = loop_real_clock(printing->loop);
	nsec began = clock_now(clock);
	enum label_state state;
	bool was_printing = false;

	for (;;) {
		nsec since;

		if (!ask(printer, &state))
			return error_set(err, ERROR_TIMEOUT, say(TEXTS.went_silent), printer->name);
		if (check(printer, state, err) < 0)
			return -1;
		if (was_printing && state == LABEL_READY)
			return 0;
		was_printing |= state == LABEL_PRINTING;
		since = clock_now(clock) - began;
		if (!was_printing && since > BEGINS_WITHIN)
			return error_set(err, ERROR_DEVICE, say(TEXTS.not_seen), printer->name);
		if (since > PRINTS_WITHIN)
			return error_set(err, ERROR_TIMEOUT, say(TEXTS.too_long), printer->name);
		if (rest(printing->loop, err) < 0)
			return -1;
	}
}

static int print_label(void *ctx, const void *bytes, size_t size, struct error *err)
{
	struct printing *printing = ctx;
	struct ticket_picture picture;
	struct buf told;
	int done;

	buf_init(&told);
	done = ticket_read(bytes, size, &picture, err);
	if (done == 0)
		done = label_add(&told, printing->paper, &picture, err);
	if (done == 0)
		done = check_before(&printing->printer, err);
	if (done == 0) {
		done = printer_tell(&printing->printer, &told, err);
		if (done == 0)
			done = await_printed(printing, err);
		if (done < 0)
			error_context(err, say(TEXTS.not_printed), printing->printed + 1);
	}
	buf_done(&told);
	printing->printed += done == 0;
	return done;
}

int label_print(const char *device, const char *pdf, const struct label_paper *paper,
		size_t *printed, struct error *err)
{
	struct page_dots dots = {.width = paper->width * LABEL_DOTS,
				 .height = paper->height * LABEL_DOTS};
	struct printing printing = {.paper = paper, .loop = loop_new(err)};
	int done = printing.loop ? printer_open(&printing.printer, device, false, err) : -1;

	if (done == 0) {
		done = page_bitmaps(pdf, &dots, print_label, &printing, err);
		printer_close(&printing.printer);
	}
	loop_free(printing.loop);
	*printed = printing.printed;
	return done;
}

int label_printer_look(const char *device, bool *answered, struct error *err)
{
	struct printer_device printer;
	enum label_state state = LABEL_READY;
	int done = printer_open(&printer, device, true, err);

	if (done < 0)
		return -1;
	*answered = ask(&printer, &state);
	done = *answered ? check(&printer, state, err) : 0;
	printer_close(&printer);
	return done;
}
