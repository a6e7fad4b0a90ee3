/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy label: what a scan reads back, as a QR code on a label, with the same in words. The code holds that text and
 * nothing else, so that a scanner which types as a keyboard does answers a question with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/label_printer.h"
#include "cli/label_subject.h"
#include "cli/place.h"
#include "cli/report_laboratory.h"
#include "report/page.h"
#include "report/paper.h"
#include "report/qr.h"

struct label_settings {
	const char *state, *lot, *station, *printer, *to, *size, *templates;
	const char *gap;
	int64_t slot;
	bool sim;
};

enum {
	SIDE_LEAST = 15,
	SIDE_MOST = 108 /* mm: what most label printers are wide */,
	GAP_MOST = 25 /* mm, TSPL's inch */
};
enum { MODULE_LEAST = 2 /* dots: a quarter of a millimetre, which common scanners read */ };
enum { LABELS_MOST = 1000, PDF_LARGEST = 64 << 20 };

static const struct option OPTIONS[] = {
	{"lot",
	 OPTION_TEXT,
	 "LOT",
	 offsetof(struct label_settings, lot),
	 {"of the units that were drawn of this lot, or of those named: part and seal, too",
	  "该批所抽样品(或其中指定的)的标签,含用途(检样、备样)与封条编号"}},
	{"station",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct label_settings, station),
	 {"of the slots of this station that have a label", "该接线文件中有标签的工位"}},
	{"slot",
	 OPTION_SLOT,
	 "N",
	 offsetof(struct label_settings, slot),
	 {"with --station: of this slot alone", "配合 --station:仅该工位"}},
	{"printer",
	 OPTION_TEXT,
	 "DEVICE",
	 offsetof(struct label_settings, printer),
	 {"print them on the label printer (TSPL) at DEVICE, as /dev/usb/lp0",
	  "在该设备(如 /dev/usb/lp0)的标签打印机(TSPL)上打印"}},
	{"to",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct label_settings, to),
	 {"write them as a PDF, a label on each page", "写成 PDF,每页一张标签"}},
	{"size",
	 OPTION_TEXT,
	 "WxH",
	 offsetof(struct label_settings, size),
	 {"how large a label is, in mm (else 60x40)", "标签尺寸,宽x高,mm(缺省为 60x40)"}},
	{"gap",
	 OPTION_TEXT,
	 "MM",
	 offsetof(struct label_settings, gap),
	 {"the gap between two labels, in whole mm (else 2); a label printer looks for it",
	  "两张标签之间的间隙,整数 mm(缺省为 2),标签打印机据此定位"}},
	{"sim",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct label_settings, sim),
	 {"the specimens are made up: their labels say SIMULATED. Those with simulated runs alone "
	  "say so anyway",
	  "样品为虚构,标签注明 SIMULATED 仿真;仅有仿真检验记录的样品总会注明"}},
	{"templates",
	 OPTION_TEXT,
	 "DIR",
	 offsetof(struct label_settings, templates),
	 {"the laboratory's templates: its label.html stands before the shipped one (else "
	  "STATE/reports)",
	  "本实验室的模板目录,其中 label.html 优先于随附模板(缺省为 数据目录/reports)"}},
	OPTION_STATE_ROW(struct label_settings),
	{0},
};

static const struct {
	struct words nobody, both, slot, where, size, gap, many, dense, unfit, printed, stopped;
} TEXTS = {
	.nobody = {"whose label? Say a serial number, --lot LOT or --station FILE",
		   "请指明标签对象:出厂编号、--lot 批名,或 --station 接线文件"},
	.both = {"labels are of a station's slots or of specimens, and not of both",
		 "标签或用于工位,或用于样品,不能同时指定"},
	.slot = {"--slot is for --station", "--slot 仅用于 --station"},
	.where = {"--printer or --to says where the labels go",
		  "请用 --printer 或 --to 指明标签输出位置"},
	.size = {"a label is WIDTHxHEIGHT in whole mm, each from %d to %d, and not '%.20s'",
		 "标签尺寸为 宽x高,整数 mm,各为 %d 至 %d,不是 '%.20s'"},
	.gap = {"the gap between two labels is from 0 to %d whole mm",
		"标签间隙为 0 至 %d 的整数 mm"},
	.many = {"at most %d labels at once", "一次最多 %d 张标签"},
	.dense =
		{"'%.60s' is too long for a code on a label of %d x %d mm that a scanner can still "
		 "read: a larger label is needed (--size)",
		 "'%.60s' 过长,在 %d x %d mm "
		 "的标签上二维码过密,扫描器无法读取:请用更大的标签(--size)"},
	.unfit = {"what stands on one of the labels does not fit on %d x %d mm: a larger label is "
		  "needed (--size)",
		  "有标签的文字在 %d x %d mm 上放不下:请用更大的标签(--size)"},
	.printed = {"%zu printed", "已打印 %zu 张"},
	.stopped = {"%zu of %zu labels are on paper, and the next is that of %s",
		    "%2$zu 张标签中已打印 %1$zu 张,下一张为 %3$s"},
};

struct making {
	const struct label_settings *settings;
	char *state;
	struct label_paper paper;
	struct value *labels, *drawings;
};

/* ---- what was asked ---- */

static int read_paper(struct making *making, struct error *err)
{
	const char *size = making->settings->size ? making->settings->size : "60x40";
	struct label_paper *paper = &making->paper;
	const char *gap = making->settings->gap ? making->settings->gap : "2";
	char end;

	if (sscanf(size, "%3dx%3d%c", &paper->width, &paper->height, &end) != 2 ||
	    paper->width < SIDE_LEAST || paper->width > SIDE_MOST || paper->height < SIDE_LEAST ||
	    paper->height > SIDE_MOST)
		return error_set(err, ERROR_USAGE, say(TEXTS.size), SIDE_LEAST, SIDE_MOST, size);
	if (sscanf(gap, "%3d%c", &paper->gap, &end) != 1 || paper->gap < 0 || paper->gap > GAP_MOST)
		return error_set(err, ERROR_USAGE, say(TEXTS.gap), GAP_MOST);
	return 0;
}

static int check(const struct label_settings *settings, int count, struct error *err)
{
	const struct words *wrong = NULL;

	if (settings->station && (settings->lot || count > 0))
		wrong = &TEXTS.both;
	else if (settings->slot && !settings->station)
		wrong = &TEXTS.slot;
	else if (!settings->station && !settings->lot && count == 0)
		wrong = &TEXTS.nobody;
	else if (!settings->printer && !settings->to)
		wrong = &TEXTS.where;
	return wrong ? error_set(err, ERROR_USAGE, "%s", say(*wrong)) : 0;
}

static struct value *find_labels(const struct making *making, char **serials, int count,
				 struct error *err)
{
	const struct label_settings *settings = making->settings;

	if (settings->station)
		return label_of_slots(settings->station, settings->slot, err);
	if (settings->lot)
		return label_of_lot(making->state, settings->lot, serials, count, settings->sim,
				    err);
	return label_of_specimens(making->state, serials, count, settings->sim, err);
}

/* ---- the page ---- */

/* A module is a whole number of dots, else a printer's black and white would distort the code. */
static int draw_code(struct making *making, struct value *label, size_t index, struct error *err)
{
	const struct label_paper *paper = &making->paper;
	const char *text = value_get_text(label, "text");
	int half = paper->width * LABEL_DOTS / 2, high = paper->height * LABEL_DOTS;
	int modules = qr_width(text, err), dots;
	char *name, *side;
	struct buf drawing;

	if (modules < 0)
		return -1;
	dots = (half < high ? half : high) / modules;
	if (dots < MODULE_LEAST)
		return error_set(err, ERROR_USAGE, say(TEXTS.dense), text, paper->width,
				 paper->height);
	buf_init(&drawing);
	if (qr_svg(&drawing, text, err) < 0) {
		buf_done(&drawing);
		return -1;
	}
	name = xprintf("qr%zu", index);
	side = xprintf("%.3f", (double)(modules * dots) / LABEL_DOTS);
	value_set_text(making->drawings, name, (const char *)drawing.data);
	value_set_text(label, "qr", name);
	value_set_text(label, "side", side);
	buf_done(&drawing);
	free(side);
	free(name);
	return 0;
}

/* What a label does not have its template asks about as well. */
static void fill(struct value *label)
{
	static const char *const NAMES[] = {"lot",  "seal",    "kept_at",
					    "slot", "fixture", "simulated"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (!value_get(label, NAMES[i]))
			value_set(label, NAMES[i], value_nil());
}

static struct value *make_facts(struct making *making, struct error *err)
{
	struct value *facts = value_map(), *paper = value_set(facts, "paper", value_map());
	struct value *list = value_set(facts, "labels", value_list());
	int done = report_laboratory(making->state, value_set(facts, "lab", value_map()), err);

	value_set_int(paper, "width", making->paper.width);
	value_set_int(paper, "height", making->paper.height);
	making->drawings = value_map();
	for (size_t i = 0; done == 0 && i < value_count(making->labels); i++) {
		struct value *label = value_add(list, value_copy(value_at(making->labels, i)));

		fill(label);
		done = draw_code(making, label, i, err);
	}
	if (done == 0)
		return facts;
	value_free(facts);
	return NULL;
}

static int write_page(struct making *making, struct buf *out, struct error *err)
{
	const char *given = making->settings->templates;
	char *own = given ? place_absolute(given) : xprintf("%s/reports", making->state);
	char *tree = place_tree(), *shipped = xprintf("%s/reports", tree ? tree : ".");
	const char *folders[] = {own, shipped, NULL};
	struct page *page = page_read("label.html", folders, err);
	struct value *facts = page ? make_facts(making, err) : NULL;
	struct page_facts print = {facts, making->drawings, words_are_chinese()};
	int done = facts ? page_print(page, &print, out, err) : -1;

	value_free(facts);
	page_free(page);
	free(shipped);
	free(tree);
	free(own);
	return done;
}

/* Each label is one page: what does not fit would be on another. */
static int write_pdf(struct making *making, const char *path, struct error *err)
{
	struct paper_job job = {.pdf = path};
	struct paper_result result;
	struct buf text;
	int done;

	buf_init(&text);
	done = write_page(making, &text, err);
	if (done == 0) {
		job.html = (const char *)text.data;
		job.size = text.size;
		done = paper_print(&job, 1, NULL, &result, err);
	}
	if (done == 0 && (size_t)result.pages != value_count(making->labels))
		done = error_set(err, ERROR_USAGE, say(TEXTS.unfit), making->paper.width,
				 making->paper.height);
	buf_done(&text);
	return done;
}

/* ---- paper ---- */

static int print(const struct making *making, const char *pdf, struct error *err)
{
	size_t printed, count = value_count(making->labels);
	int done = label_print(making->settings->printer, pdf, &making->paper, &printed, err);

	if (done == 0)
		printf(say(TEXTS.printed), printed);
	else if (count > 1 && printed < count)
		error_context(err, say(TEXTS.stopped), printed, count,
			      value_get_text(value_at(making->labels, printed), "text"));
	if (done == 0)
		putchar('\n');
	return done;
}

/* They are made in a folder of their own, so that nothing is left of labels that do not fit. */
static int deliver(struct making *making, struct error *err)
{
	char scratch[] = "/tmp/davy-label-XXXXXX", *path;
	const char *to = making->settings->to;
	struct error ignored;
	struct buf pdf;
	int done;

	if (!mkdtemp(scratch))
		return error_os(err, "%s: a scratch folder", scratch);
	path = xprintf("%s/labels.pdf", scratch);
	buf_init(&pdf);
	done = write_pdf(making, path, err);
	if (done == 0 && to)
		done = file_read(path, PDF_LARGEST, &pdf, err);
	if (done == 0 && to)
		done = file_write(to, pdf.data, pdf.size, err);
	if (done == 0 && making->settings->printer)
		done = print(making, path, err);
	buf_done(&pdf);
	free(path);
	file_remove_folder(scratch, &ignored);
	return done;
}

static int label(void *ctx, char **operands, int count, struct error *err)
{
	const struct label_settings *settings = ctx;
	struct making making = {.settings = settings};
	int done = check(settings, count, err);

	if (done == 0)
		done = read_paper(&making, err);
	if (done == 0)
		making.state = place_state(settings->state, err);
	if (making.state)
		making.labels = find_labels(&making, operands, count, err);
	done = making.labels ? 0 : -1;
	if (done == 0 && value_count(making.labels) > LABELS_MOST)
		done = error_set(err, ERROR_USAGE, say(TEXTS.many), LABELS_MOST);
	if (done == 0)
		done = deliver(&making, err);
	value_free(making.drawings);
	value_free(making.labels);
	free(making.state);
	return done == 0 ? EXIT_IS_PASS : -1;
}

const struct command COMMAND_LABEL = {
	.name = "label",
	.operands = "[SERIAL…]",
	.least = 0,
	.most = LABELS_MOST,
	.summary = {"print labels with a code that a scan reads back: of specimens, of a lot, of "
		    "slots",
		    "打印带二维码的标签:样品、批的检样与备样、工位"},
	.more = {"The code is what a run scans: the serial number, or the slot's label in the "
		 "station's file. A label is printed when the printer was seen to print it.",
		 "二维码即检验中扫描核对的内容:出厂编号,或接线文件中该工位的标签。"
		 "仅当打印机确实打印后才算已打印。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct label_settings),
	.run = label,
};
