/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/hash.h"
#include "cli/words.h"
#include "report/battery_data.h"
#include "report/paper.h"
#include "report/run_curves.h"
#include "run/photo.h"

static const struct {
	struct words undeclared, of_none;
} TEXTS = {
	.undeclared =
		{"the protocol of %.100s does not say which of its channels are the battery's "
		 "voltage and current: bdf = { voltage = …, current = …, within = … } in its "
		 "header",
		 "%.100s 的检验程序未声明哪些通道是电池的电压与电流:须在程序头写 bdf = { voltage = "
		 "…, "
		 "current = …, within = … }"},
	.of_none = {"bdf has the series of a run, and this is of none",
		    "bdf 为一次检验的数据序列,此处没有检验"},
};

/* ---- paper ---- */

enum { ATTACHED_MOST = 3 /* besides photos */ };

struct attachments {
	struct paper_attachment *at;
	size_t count;
	char *record, *digest;
	char **names; /* of photos, two for each: where, and how it is called; NULL behind the last */
	struct buf series;
};

/* As `sha256sum -c` takes it. */
static int add_digest(struct attachments *attachments, const char *folder, struct error *err)
{
	char *path = xprintf("%s/journal", folder);
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	int done = hash_file(path, digest, NULL, err);

	if (done == 0) {
		hash_hex(digest, hex);
		attachments->digest = xprintf("%s  journal\n", hex);
		attachments->at[attachments->count++] = (struct paper_attachment){
			.data = attachments->digest,
			.size = strlen(attachments->digest),
			.name = "journal.sha256",
			.description = "SHA-256 of the run's journal 日志散列"};
	}
	free(path);
	return done;
}

/* Those that the page shows, under the names of their numbers there. */
static void add_photos(struct attachments *attachments, const char *folder,
		       const struct value *photos)
{
	char **name = attachments->names;

	for (size_t i = 0; i < value_count(photos); i++) {
		char *own = photo_name(value_at(photos, i));
		const char *dot = own ? strrchr(own, '.') : NULL;

		if (own) {
			name[0] = xprintf("%s/%s", folder, own);
			name[1] = xprintf(
				"photo-%lld%s",
				(long long)value_get_int(value_at(photos, i), "number", 0), dot);
			attachments->at[attachments->count++] = (struct paper_attachment){
				.path = name[0], .name = name[1], .description = "photo 照片"};
			name += 2;
		}
		free(own);
	}
}

static int attach(struct attachments *attachments, const char *folder, const struct value *photos,
		  struct error *err)
{
	size_t most = ATTACHED_MOST + value_count(photos);

	*attachments = (struct attachments){0};
	attachments->at = xcalloc(most, sizeof(*attachments->at));
	attachments->names = xcalloc(2 * most, sizeof(*attachments->names));
	buf_init(&attachments->series);
	if (!folder)
		return 0;
	attachments->record = xprintf("%s/record.json", folder);
	attachments->at[attachments->count++] =
		(struct paper_attachment){.path = attachments->record,
					  .name = "record.json",
					  .description = "the signed record 经签名的检验记录"};
	if (add_digest(attachments, folder, err) < 0 ||
	    run_curves_csv(folder, &attachments->series, err) < 0)
		return -1;
	attachments->at[attachments->count++] = (struct paper_attachment){
		.data = attachments->series.data,
		.size = attachments->series.size,
		.name = "series.csv.gz",
		.description = "all series of the run, gzip 全部数据序列,gzip 压缩",
		.gzip = true};
	add_photos(attachments, folder, photos);
	return 0;
}

static void attachments_done(struct attachments *attachments)
{
	for (char **name = attachments->names; *name; name++)
		free(*name);
	free(attachments->names);
	free(attachments->at);
	free(attachments->record);
	free(attachments->digest);
	buf_done(&attachments->series);
}

int report_print(const struct report_printed *reports, size_t count, struct error *err)
{
	struct paper_job *jobs = xcalloc(count, sizeof(*jobs));
	struct attachments *attached = xcalloc(count, sizeof(*attached));
	struct paper_result *results = xcalloc(count, sizeof(*results));
	int done = 0;

	for (size_t i = 0; done == 0 && i < count; i++) {
		done = attach(&attached[i], reports[i].folder, reports[i].photos, err);
		jobs[i] = (struct paper_job){.html = reports[i].text.data,
					     .size = reports[i].text.size,
					     .pdf = reports[i].path,
					     .attached = attached[i].at,
					     .attached_count = attached[i].count};
	}
	if (done == 0)
		done = paper_print(jobs, count, NULL, results, err);
	for (size_t i = 0; i < count; i++)
		if (attached[i].series.data)
			attachments_done(&attached[i]);
	free(results);
	free(attached);
	free(jobs);
	return done;
}

/* ---- rows ---- */

static void add_cell(struct buf *out, const struct value *value, bool is_first)
{
	const char *text = value && value->kind == VALUE_TEXT ? value->text : "";

	if (!is_first)
		buf_add_text(out, ",");
	if (value && value->kind == VALUE_INT)
		buf_printf(out, "%lld", (long long)value->integer);
	else
		csv_add_field(out, text);
}

void report_rows(struct buf *out, const struct value *measures)
{
	static const char *const COLUMNS[] = {"number",	    "step",	  "name",   "key",
					      "title",	    "adjustment", "value",  "requirement",
					      "acceptance", "standard",	  "clause", "edition",
					      "grade",	    "conformance"};
	enum { COLUMN_COUNT = sizeof(COLUMNS) / sizeof(COLUMNS[0]) };

	csv_add_mark(out);
	for (int i = 0; i < COLUMN_COUNT; i++)
		buf_printf(out, "%s%s", i ? "," : "", COLUMNS[i]);
	buf_add_text(out, ",verdict,why\r\n");
	for (size_t k = 0; k < value_count(measures); k++) {
		const struct value *measure = value_at(measures, k);
		const struct value *verdict = value_get(measure, "verdict");

		for (int i = 0; i < COLUMN_COUNT; i++)
			add_cell(out, value_get(measure, COLUMNS[i]), i == 0);
		add_cell(out, value_get(verdict, "word"), false);
		add_cell(out, value_get(verdict, "why"), false);
		buf_add_text(out, "\r\n");
	}
}

/* ---- a battery ---- */

int report_battery(struct buf *out, const char *folder, struct error *err)
{
	struct account *account;
	int done;

	if (!folder)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.of_none));
	account = account_read(folder, err);
	if (!account)
		return -1;
	if (battery_data_is_declared(account))
		done = battery_data(account, out, err);
	else
		done = error_set(err, ERROR_USAGE, say(TEXTS.undeclared), account->id);
	account_free(account);
	return done;
}

/* What parts the name is in none of its parts. */
static char *part_of_name(const char *text)
{
	char *part = xstrdup(text && *text ? text : "unnamed");

	for (char *c = part; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == '_' || *c == '/')
			*c = '-';
	return part;
}

char *report_battery_name(const struct value *facts)
{
	const struct value *evidence = value_get(facts, "evidence");
	const char *began = value_get_text(value_get(facts, "run"), "began");
	const char *lab = value_get_text(value_get(facts, "lab"), "name");
	char *institution, *cell, *name, day[9] = "";

	if (began && strlen(began) >= 10)
		snprintf(day, sizeof(day), "%.4s%.2s%.2s", began, began + 5, began + 8);
	institution = part_of_name(value_get_bool(facts, "simulated") ? "SIMULATED"
				   : lab			      ? lab
					 : value_get_text(evidence, "bench"));
	cell = part_of_name(value_get_text(value_get(facts, "dut"), "serial"));
	name = xprintf("%s__%s__%s_%03lld.bdf.csv", institution, cell, day,
		       (long long)value_get_int(evidence, "record", 0));
	free(institution);
	free(cell);
	return name;
}
