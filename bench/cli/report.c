/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy report: a record as a page that people read. The page is made out of a template (report/page.h) and of facts
 * (report_subject.h); it says of itself which of both, so that it can be made again. Nothing is written unless all that was asked
 * for could be made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/place.h"
#include "cli/report_photos.h"
#include "cli/report_print.h"
#include "cli/report_subject.h"
#include "cli/ticket_printer.h"
#include "report/page.h"

struct report_settings {
	const char *state, *template, *templates, *format, *to, *printer, *number, *amends, *why;
};

static const struct option OPTIONS[] = {
	{"template",
	 OPTION_TEXT,
	 "NAME",
	 offsetof(struct report_settings, template),
	 {"test_report (else), original_record or receipt of a RUN; sampling_form of a RECORD, "
	  "lot_summary of a LOT, calibrations_due on a DAY; or one of the laboratory's own, of a "
	  "RUN",
	  "检验报告 test_report(缺省)、原始记录 original_record、现场凭条 receipt(检验);"
	  "抽样单 sampling_form(记录)、批汇总 lot_summary(批)、校准到期清单 calibrations_due(日期);"
	  "或本实验室的模板(检验)"}},
	{"templates",
	 OPTION_TEXT,
	 "DIR",
	 offsetof(struct report_settings, templates),
	 {"the laboratory's templates, which stand before the shipped ones (else STATE/reports)",
	  "本实验室的模板目录,优先于随附模板(缺省为 数据目录/reports)"}},
	{"format",
	 OPTION_TEXT,
	 "FORMAT",
	 offsetof(struct report_settings, format),
	 {"html (else), pdf, csv: the items as rows, bdf: a battery's series in the Battery Data "
	  "Format, or json: the facts that templates are given",
	  "html(缺省)、pdf、csv(逐项一行)、bdf(电池数据序列,Battery Data Format)"
	  "或 json(模板所用的数据)"}},
	{"to",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct report_settings, to),
	 {"where it is written, of several reports a folder; else one goes to standard output",
	  "输出文件,多份报告时为目录;缺省时单份写到标准输出"}},
	{"printer",
	 OPTION_TEXT,
	 "DEVICE",
	 offsetof(struct report_settings, printer),
	 {"print it on the ticket printer (80 mm, ESC/POS) at DEVICE, as /dev/usb/lp0",
	  "在该设备(如 /dev/usb/lp0)的 80 mm 小票打印机(ESC/POS)上打印"}},
	{"number",
	 OPTION_TEXT,
	 "NUMBER",
	 offsetof(struct report_settings, number),
	 {"the report's number; else the bench and the record's number",
	  "报告编号;缺省为测试台与记录号"}},
	{"amends",
	 OPTION_TEXT,
	 "NUMBER",
	 offsetof(struct report_settings, amends),
	 {"the number of the report that this one replaces, with --why",
	  "本报告所代替的原报告编号,须同时给出 --why"}},
	{"why",
	 OPTION_TEXT,
	 "TEXT",
	 offsetof(struct report_settings, why),
	 {"what was changed, and why", "更改内容与原因"}},
	OPTION_STATE_ROW(struct report_settings),
	{0},
};

static const struct {
	struct words format, amends, same, name, where, folder, once, no_rows, no_page;
} TEXTS = {
	.format = {"a report is html, pdf, csv, bdf or json, and not '%.40s'",
		   "报告格式为 html、pdf、csv、bdf 或 json,不是 '%.40s'"},
	.amends = {"an amended report says what it replaces and why: --amends NUMBER --why TEXT",
		   "更改后的报告须写明所代替的报告与原因:--amends 编号 --why 说明"},
	.same = {"an amended report needs a number of its own, and '%.60s' is that of the report "
		 "it replaces",
		 "更改后的报告须有新编号,'%.60s' 是原报告的编号"},
	.name = {"'%.60s' is no name of a template: letters, digits, '_' and '-'",
		 "'%.60s' 不是模板名:只用字母、数字、'_' 与 '-'"},
	.where = {"--to says where %s goes", "请用 --to 指明 %s 的位置"},
	.folder = {"several reports go into a folder that is there, and %.200s is none",
		   "多份报告须写入已有目录,%.200s 不是目录"},
	.no_rows = {"csv has the items of a run, and %s has none", "csv 为检验的逐项结果,%s 没有"},
	.no_page = {"a printer prints pages, and %.40s has none: leave --format away",
		    "打印机只打印页面,%.40s 不是页面:请去掉 --format"},
	.once = {"--number and --amends are for one report, and these are %zu",
		 "--number 与 --amends 只用于一份报告,现为 %zu 份"},
};

enum format { FORMAT_HTML, FORMAT_PDF, FORMAT_CSV, FORMAT_BDF, FORMAT_JSON, FORMAT_COUNT };
static const char *const FORMATS[FORMAT_COUNT] = {"html", "pdf", "csv", "bdf", "json"};

/* All reports of one command: their texts, where they go, and what they are about. */
struct making {
	const struct report_settings *settings;
	const char *state, *template;
	const char *to; /* as it was said, or where it lies until it is on the printer's paper */
	enum format format;
	size_t count;
	struct report_printed *at;
};

/* ---- what was asked ---- */

static int format_of(const char *name, enum format *format, struct error *err)
{
	for (int i = 0; i < FORMAT_COUNT; i++)
		if (!name || !strcmp(name, FORMATS[i])) {
			*format = (enum format)i;
			return 0;
		}
	return error_set(err, ERROR_USAGE, say(TEXTS.format), name);
}

static int check(const struct report_settings *settings, struct error *err)
{
	static const char NAMES[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	if (!settings->amends != !settings->why)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.amends));
	if (settings->printer && settings->format &&
	    strcmp(settings->format, FORMATS[FORMAT_PDF]) != 0)
		return error_set(err, ERROR_USAGE, say(TEXTS.no_page), settings->format);
	if (settings->template && settings->template[strspn(settings->template, NAMES)])
		return error_set(err, ERROR_USAGE, say(TEXTS.name), settings->template);
	return 0;
}

static int check_number(const struct making *making, const struct value *facts, struct error *err)
{
	const char *number = value_get_text(value_get(facts, "report"), "number");
	const char *amends = making->settings->amends;

	if (amends && number && !strcmp(amends, number))
		return error_set(err, ERROR_USAGE, say(TEXTS.same), number);
	return 0;
}

static bool is_folder(const char *path)
{
	struct stat info;

	return path && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int check_many(const struct making *making, struct error *err)
{
	const struct report_settings *settings = making->settings;

	if (making->count > 1 && (settings->number || settings->amends))
		return error_set(err, ERROR_USAGE, say(TEXTS.once), making->count);
	if (!making->to && (making->count > 1 || making->format == FORMAT_PDF))
		return error_set(err, ERROR_USAGE, say(TEXTS.where), FORMATS[making->format]);
	if (making->count > 1 && !is_folder(making->to))
		return error_set(err, ERROR_USAGE, say(TEXTS.folder), making->to);
	return 0;
}

/* ---- texts ---- */

static int write_page(const struct making *making, struct report_made *made, struct buf *out,
		      struct error *err)
{
	const char *given = making->settings->templates;
	char *own = given ? place_absolute(given) : xprintf("%s/reports", making->state);
	char *tree = place_tree(), *shipped = xprintf("%s/reports", tree);
	const char *folders[] = {own, shipped, NULL};
	char *name = xprintf("%s.html", making->template);
	struct page *page = page_read(name, folders, err);
	struct page_facts print = {made->facts, made->drawings, words_are_chinese()};
	char digest[HASH_HEX_SIZE];
	int done = -1;

	if (page) {
		struct value *report = (struct value *)value_get(made->facts, "report");

		page_digest(page, digest);
		value_set_text(report, "template", name);
		value_set_text(report, "template_sha256", digest);
		done = page_print(page, &print, out, err);
	}
	page_free(page);
	free(name);
	free(shipped);
	free(tree);
	free(own);
	return done;
}

static int write_text(const struct making *making, struct report_made *made, struct buf *out,
		      struct error *err)
{
	switch (making->format) {
	case FORMAT_JSON:
		json_write(out, made->facts);
		buf_add_text(out, "\n");
		return 0;
	case FORMAT_CSV:
		if (!value_get(made->facts, "measures"))
			return error_set(err, ERROR_USAGE, say(TEXTS.no_rows), making->template);
		report_rows(out, value_get(made->facts, "measures"));
		return 0;
	case FORMAT_BDF:
		return report_battery(out, made->folder, err);
	case FORMAT_HTML:
	case FORMAT_PDF:
	case FORMAT_COUNT:
		break;
	}
	return write_page(making, made, out, err);
}

/* The number, in which a path has no meaning; a template that is none of a test report stands behind it. */
static char *path_of(const struct making *making, const struct value *facts)
{
	const char *number = value_get_text(value_get(facts, "report"), "number");
	bool is_usual = !strcmp(making->template, "test_report");
	const char *to = making->to;
	char *name, *path;

	if (!is_folder(to))
		return to ? xstrdup(to) : NULL;
	name = making->format == FORMAT_BDF
		       ? report_battery_name(facts)
		       : xprintf("%s%s%s.%s", number ? number : making->template,
				 is_usual ? "" : "-", is_usual ? "" : making->template,
				 FORMATS[making->format]);
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '_';
	path = xprintf("%s/%s", to, name);
	free(name);
	return path;
}

static int make_one(const struct making *making, const char *subject,
		    struct report_printed *printed, struct error *err)
{
	const struct report_settings *settings = making->settings;
	struct report_wish wish = {settings->number, settings->amends, settings->why};
	struct report_made made;
	int done = report_make(&made, making->state, making->template, subject, &wish, err);

	if (done == 0)
		done = check_number(making, made.facts, err);
	if (done == 0)
		done = write_text(making, &made, &printed->text, err);
	if (done == 0) {
		printed->path = path_of(making, made.facts);
		printed->folder = made.folder ? xstrdup(made.folder) : NULL;
		printed->photos = report_photos_shown(made.facts);
	}
	report_made_done(&made);
	return done;
}

/* ---- all of them ---- */

static int print_tickets(const struct making *making, struct error *err)
{
	const char **paths = xcalloc(making->count, sizeof(*paths));
	int done;

	for (size_t i = 0; i < making->count; i++)
		paths[i] = making->at[i].path;
	done = ticket_print(making->settings->printer, paths, making->count, err);
	free(paths);
	return done;
}

static int deliver(const struct making *making, struct error *err)
{
	if (making->format == FORMAT_PDF) {
		int done = report_print(making->at, making->count, err);

		return done == 0 && making->settings->printer ? print_tickets(making, err) : done;
	}
	for (size_t i = 0; i < making->count; i++) {
		const struct report_printed *one = &making->at[i];

		if (!one->path)
			fwrite(one->text.data, 1, one->text.size, stdout);
		else if (file_write(one->path, one->text.data, one->text.size, err) < 0)
			return -1;
	}
	return 0;
}

static int make_all(struct making *making, const struct value *subjects, struct error *err)
{
	int done;

	making->count = value_count(subjects);
	done = check_many(making, err);
	making->at = xcalloc(making->count, sizeof(*making->at));
	for (size_t i = 0; i < making->count; i++)
		buf_init(&making->at[i].text);
	for (size_t i = 0; done == 0 && i < making->count; i++)
		done = make_one(making, value_at(subjects, i)->text, &making->at[i], err);
	if (done == 0)
		done = deliver(making, err);
	for (size_t i = 0;
	     done == 0 && making->count > 1 && making->settings->to && i < making->count; i++)
		printf("%s\n", making->at[i].path);
	for (size_t i = 0; i < making->count; i++) {
		buf_done(&making->at[i].text);
		free(making->at[i].path);
		free(making->at[i].folder);
		value_free(making->at[i].photos);
	}
	free(making->at);
	return done;
}

/* What goes to the printer and nowhere else lies in a folder of its own meanwhile. */
static int make_to(struct making *making, const struct value *subjects, struct error *err)
{
	char scratch[] = "/tmp/davy-report-XXXXXX";
	struct error ignored;
	int done;

	making->to = making->settings->to;
	if (making->to || !making->settings->printer)
		return make_all(making, subjects, err);
	if (!mkdtemp(scratch))
		return error_os(err, "%s: a scratch folder", scratch);
	making->to = scratch;
	done = make_all(making, subjects, err);
	file_remove_folder(scratch, &ignored);
	return done;
}

static int report(void *ctx, char **operands, int count, struct error *err)
{
	const struct report_settings *settings = ctx;
	const char *usual = settings->printer ? "receipt" : "test_report";
	struct making making = {.settings = settings,
				.template = settings->template ? settings->template : usual};
	char *state = NULL;
	struct value *subjects = NULL;
	int done = check(settings, err);

	if (done == 0)
		done = format_of(settings->printer && !settings->format ? FORMATS[FORMAT_PDF]
									: settings->format,
				 &making.format, err);
	if (done == 0)
		state = place_state(settings->state, err);
	making.state = state;
	if (state)
		subjects = report_subjects(state, making.template, operands, count, err);
	done = subjects ? make_to(&making, subjects, err) : -1;
	value_free(subjects);
	free(state);
	return done == 0 ? EXIT_IS_PASS : -1;
}

const struct command COMMAND_REPORT = {
	.name = "report",
	.operands = "[RUN|RECORD|ORDER|LOT|DAY…]",
	.least = 0,
	.most = 1000,
	.summary = {"make test reports, original records, sampling forms, summaries and receipts",
		    "出具检验报告、原始记录、抽样单、批汇总或现场凭条"},
	.more = {"The page says what the signed record says. It is a draft until the authorised "
		 "signatory has signed the record (davy sign). A PDF has the signed record and the "
		 "journal's digest attached, and the whole series behind its curves.",
		 "页面内容取自经签名的检验记录。授权签字人签名(davy sign)之前为草稿。"
		 "PDF 附有经签名的记录、日志散列与曲线的全部数据。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct report_settings),
	.run = report,
};
