/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template of a lot has other facts than one of a run, so the template says what is named on the command line. The bench's
 * last checkpoint is drawn on every page that rests on a record: it is of the moment at which the page is made, and on paper in
 * somebody else's hands it is a witness of the log as it was then.
 */
#include "cli/report_subject.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/job_state.h"
#include "cli/report_lot.h"
#include "cli/report_photos.h"
#include "cli/report_run.h"
#include "cli/words.h"
#include "record/checkpoint.h"
#include "record/event.h"
#include "report/qr.h"
#include "report/run_curves.h"

enum { CHECKPOINT_MOST = 65536 };

static const struct {
	struct words no_run, needs, one, no_runs;
} TEXTS = {
	.no_run =
		{"record %.20s is of no run; `davy report --template sampling_form` is for samples "
		 "taken",
		 "记录 %.20s 不是检验记录;抽样单用 `davy report --template sampling_form`"},
	.needs = {"%s needs %s", "%s 需要%s"},
	.one = {"%s is about one thing, and '%.40s' is too much", "%s 只针对一项,'%.40s' 多余"},
	.no_runs = {"job order %.40s has no run yet", "委托 %.40s 尚无检验"},
};

/* ---- the checkpoint ---- */

/* Where there is none the page shows none; its digests stand beside it. One that cannot be read is refused. */
static int draw_checkpoint(struct report_made *made, const char *state, struct error *err)
{
	struct value *evidence = (struct value *)value_get(made->facts, "evidence");
	char *path = xprintf("%s/checkpoint", state);
	struct checkpoint *checkpoint = NULL;
	struct buf text, drawing;
	int done = 0;

	buf_init(&text);
	buf_init(&drawing);
	if (evidence && file_exists(path)) {
		done = file_read(path, CHECKPOINT_MOST, &text, err);
		if (done == 0)
			checkpoint = checkpoint_parse(text.data, text.size, path, err);
		done = checkpoint ? qr_svg(&drawing, text.data, err) : -1;
	}
	if (checkpoint && done == 0) {
		value_set_text(made->drawings, "checkpoint", drawing.data);
		value_set_text(evidence, "checkpoint_qr", "checkpoint");
		value_set_int(evidence, "checkpoint_size", (int64_t)checkpoint->size);
	}
	checkpoint_free(checkpoint);
	buf_done(&drawing);
	buf_done(&text);
	free(path);
	return done;
}

/* ---- curves ---- */

static bool is_same(const char *a, const char *b)
{
	return a ? b && !strcmp(a, b) : !b;
}

/* The measure names its curve, too, for a template that shows them side by side. */
static void name_curve(struct value *facts, const struct value *curve, const char *drawing)
{
	const struct value *measures = value_get(facts, "measures");

	for (size_t i = 0; i < value_count(measures); i++) {
		struct value *measure = (struct value *)value_at(measures, i);

		if (is_same(value_get_text(measure, "name"), value_get_text(curve, "measure")) &&
		    (!value_get(curve, "key") ||
		     is_same(value_get_text(measure, "key"), value_get_text(curve, "key"))))
			value_set_text(measure, "curve", drawing);
	}
}

static int draw_curves(struct report_made *made, struct error *err)
{
	struct value *drawn = run_curves(made->folder, words_are_chinese() ? "zh" : "en", err);
	struct value *curves = value_set(made->facts, "curves", value_list());

	if (!drawn)
		return -1;
	for (size_t i = 0; i < value_count(drawn); i++) {
		const struct value *curve = value_at(drawn, i);
		char *drawing = xprintf("curve%zu", i + 1);
		struct value *one = value_add(curves, value_map());

		report_set(one, "title", value_get_text(curve, "title"));
		report_set(one, "measure", value_get_text(curve, "measure"));
		report_set(one, "key", value_get_text(curve, "key"));
		report_set(one, "drawing", drawing);
		value_set_text(made->drawings, drawing, value_get_text(curve, "svg"));
		name_curve(made->facts, curve, drawing);
		free(drawing);
	}
	value_free(drawn);
	return 0;
}

/* ---- photos ---- */

static void draw_photos(struct report_made *made, const struct value *event)
{
	struct value *run = event_extension(event, "run");

	report_photos(made->facts, made->drawings, made->folder, value_get(run, "photos"));
	value_free(run);
}

/* ---- facts ---- */

static int make_run(struct report_made *made, const char *state, const char *name,
		    const struct report_wish *wish, struct error *err)
{
	struct account *account;
	struct book_event event = {0};
	struct value *readings = NULL;
	int done = -1;

	made->folder = account_find(state, name, err);
	account = made->folder ? account_read(made->folder, err) : NULL;
	if (account && book_event(state, account->id, &event, err) == 0)
		made->facts = report_run_facts(state, account, &event, wish, err);
	if (made->facts)
		readings = report_readings(account, err);
	if (readings) {
		value_set(made->facts, "readings", readings);
		draw_photos(made, event.event);
		done = draw_curves(made, err);
	}
	book_event_done(&event);
	account_free(account);
	return done;
}

/* A number of a record says the run that it is of. */
static int make_run_or_record(struct report_made *made, const char *state, const char *name,
			      const struct report_wish *wish, struct error *err)
{
	struct book_event event = {0};
	const char *run;
	int done;

	if (name[strspn(name, "0123456789")])
		return make_run(made, state, name, wish, err);
	if (book_event(state, name, &event, err) < 0)
		return -1;
	run = value_get_text(value_get(event.event, "mse:run"), "mse:run");
	done = run ? make_run(made, state, run, wish, err)
		   : error_set(err, ERROR_USAGE, say(TEXTS.no_run), name);
	book_event_done(&event);
	return done;
}

static int make_sampling(struct report_made *made, const char *state, const char *name,
			 const struct report_wish *wish, struct error *err)
{
	struct book_event event = {0};

	if (book_event(state, name, &event, err) == 0)
		made->facts = report_sampling_facts(state, &event, wish, err);
	book_event_done(&event);
	return made->facts ? 0 : -1;
}

static int make_lot(struct report_made *made, const char *state, const char *name,
		    const struct report_wish *wish, struct error *err)
{
	made->facts = report_lot_facts(state, name, wish, err);
	return made->facts ? 0 : -1;
}

static int make_due(struct report_made *made, const char *state, const char *name,
		    const struct report_wish *wish, struct error *err)
{
	made->facts = report_due_facts(state, *name ? name : NULL, wish, err);
	return made->facts ? 0 : -1;
}

/* What the shipped templates are about; a laboratory's own are about runs. */
static const struct subject {
	const char *template;
	bool is_of_runs;
	struct words needs; /* what is named; of NULL nothing need be */
	int (*make)(struct report_made *made, const char *state, const char *name,
		    const struct report_wish *wish, struct error *err);
} SUBJECTS[] = {
	{"test_report",
	 true,
	 {"a RUN, the number of its RECORD, or a job ORDER", "检验编号、记录号或委托号"},
	 make_run_or_record},
	{"sampling_form", false, {"the RECORD of a sample taken", "抽样记录号"}, make_sampling},
	{"lot_summary", false, {"a LOT", "批号"}, make_lot},
	{"calibrations_due", false, {NULL, NULL}, make_due},
};

static const struct subject *subject_of(const char *template)
{
	for (size_t i = 0; i < sizeof(SUBJECTS) / sizeof(SUBJECTS[0]); i++)
		if (!strcmp(SUBJECTS[i].template, template))
			return &SUBJECTS[i];
	return &SUBJECTS[0];
}

/* ---- who is meant ---- */

/* The runs of a job order, if it is one: 1, 0 where no order is called so, or -1. */
static int add_runs_of_order(struct value *subjects, const struct job_log *log, const char *name,
			     struct error *err)
{
	for (size_t i = 0; i < log->count; i++) {
		const struct job_standing *standing = log->at[i];
		const struct value *runs = job_standing_runs(standing);
		const char *number = value_get_text(job_standing_order(standing), "number");

		if (!number || strcmp(number, name) != 0)
			continue;
		for (size_t k = 0; k < value_count(runs); k++)
			if (value_get_text(value_at(runs, k), "run"))
				value_add(subjects,
					  value_text(value_get_text(value_at(runs, k), "run")));
		return value_count(runs) ? 1
					 : error_set(err, ERROR_USAGE, say(TEXTS.no_runs), name);
	}
	return 0;
}

static int add_subject(struct value *subjects, const struct job_log *log, const char *name,
		       struct error *err)
{
	int of_order = add_runs_of_order(subjects, log, name, err);

	if (of_order == 0)
		value_add(subjects, value_text(name));
	return of_order < 0 ? -1 : 0;
}

static int add_all(struct value *subjects, const char *state, char **operands, int count,
		   struct error *err)
{
	struct job_log log;
	int done = job_log_read(&log, state, err);

	for (int i = 0; done == 0 && i < count; i++)
		done = add_subject(subjects, &log, operands[i], err);
	job_log_done(&log);
	return done;
}

struct value *report_subjects(const char *state, const char *template, char **operands, int count,
			      struct error *err)
{
	const struct subject *subject = subject_of(template);
	struct value *subjects = value_list();
	int done = 0;

	if (count == 0 && subject->needs.english)
		done = error_set(err, ERROR_USAGE, say(TEXTS.needs), template, say(subject->needs));
	else if (subject->is_of_runs)
		done = add_all(subjects, state, operands, count, err);
	else if (count > 1)
		done = error_set(err, ERROR_USAGE, say(TEXTS.one), template, operands[1]);
	else
		value_add(subjects, value_text(count ? operands[0] : ""));
	if (done == 0)
		return subjects;
	value_free(subjects);
	return NULL;
}

int report_make(struct report_made *made, const char *state, const char *template,
		const char *subject, const struct report_wish *wish, struct error *err)
{
	*made = (struct report_made){.drawings = value_map()};
	if (subject_of(template)->make(made, state, subject, wish, err) < 0)
		return -1;
	return draw_checkpoint(made, state, err);
}

void report_made_done(struct report_made *made)
{
	value_free(made->facts);
	value_free(made->drawings);
	free(made->folder);
	*made = (struct report_made){0};
}
