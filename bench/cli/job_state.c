/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of an order are those that say its number in their task; whatever else was run stands beside it. */
#include "cli/job_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "cli/book.h"
#include "cli/listed.h"
#include "loop/machine_time.h"
#include "record/job_order.h"

static const struct {
	struct words unknown, stage, stages, serial, stranger, not_of, done, waiting, ahead, late,
		identify, protocol, limits, verdict;
} TEXTS = {
	.unknown = {"no order '%.60s' is recorded: davy order list",
		    "没有任务 '%.60s':davy order list"},
	.stage = {"order %.60s has no stage '%.60s'; there are: %s",
		  "任务 %.60s 没有阶段 '%.60s';有:%s"},
	.stages = {"order %.60s has several stages: --stage says which; there are: %s",
		   "任务 %.60s 有多个阶段,请用 --stage 指明:%s"},
	.serial = {"which specimen of the order it is, --dut serial=… says",
		   "请用 --dut serial=… 指明任务中的样品"},
	.stranger = {"order %.60s has no specimen with the serial number '%.60s'",
		     "任务 %.60s 中没有出厂编号为 '%.60s' 的样品"},
	.not_of = {"specimen %.60s is not to go through the stage '%.60s'",
		   "样品 %.60s 不做阶段 '%.60s'"},
	.done = {"the stage '%.60s' is done of specimen %.60s: run %s, %s. Another run is a "
		 "re-test (--retest)",
		 "样品 %2$.60s 的阶段 '%1$.60s' 已完成:检验 "
		 "%3$s,%4$s。再次检验须作为复检(--retest)"},
	.waiting =
		{"the stage '%.60s' comes after '%.60s', which specimen %.60s has not been through",
		 "阶段 '%.60s' 须在 '%.60s' 之后,样品 %.60s 尚未完成"},
	.ahead = {"the stage '%.60s' may begin on specimen %.60s from %.60s on, and not sooner",
		  "阶段 '%.60s':样品 %.60s 须在 %.60s 之后开始"},
	.late = {"the stage '%.60s' had to begin on specimen %.60s until %.60s: the one before it "
		 "has to be done again",
		 "阶段 '%.60s':样品 %.60s 须在 %.60s 之前开始;须重做前一阶段"},
	.identify =
		{"before the stage '%.60s' specimen %.60s is to be identified again: davy identify",
		 "阶段 '%.60s' 之前须重新核验样品 %.60s:davy identify"},
	.protocol = {"order %.60s says which protocol it is: %.60s",
		     "检验程序由任务 %.60s 规定:%.60s"},
	.limits = {"order %.60s says which limits hold: leave out --limits",
		   "限值由任务 %.60s 规定:请去掉 --limits"},
	.verdict = {"order %.60s says on what a verdict rests: leave out --verdict",
		    "判定依据的状态由任务 %.60s 规定:请去掉 --verdict"},
};

/* ---- orders ---- */

static struct job_standing *find_number(const struct job_log *log, const char *number)
{
	for (size_t i = 0; i < log->count; i++)
		if (!strcmp(listed_text(job_standing_order(log->at[i]), "number"), number))
			return log->at[i];
	return NULL;
}

static void add_order(struct job_log *log, const char *number)
{
	if (find_number(log, number))
		return;
	log->at = xrealloc(log->at, (log->count + 1) * sizeof(*log->at));
	log->at[log->count++] = job_standing_new(number, log->brackets);
}

/* What an order must not have changed is for davy verify to tell, and keeps nobody from looking. */
static int take_entry(void *ctx, const struct jws *jws, const struct entry *entry,
		      struct error *err)
{
	struct job_log *log = ctx;
	struct error told;

	(void)jws;
	if (!strcmp(entry->kind, ENTRY_JOB_ORDER))
		add_order(log, listed_text(entry->says, "number"));
	for (size_t i = 0; i < log->count; i++)
		(void)job_standing_take(log->at[i], entry, &told);
	return run_brackets_take(log->brackets, entry, err);
}

int job_log_read(struct job_log *log, const char *state, struct error *err)
{
	*log = (struct job_log){.brackets = run_brackets_new()};
	return book_each(state, take_entry, log, err);
}

void job_log_done(struct job_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		job_standing_free(log->at[i]);
	free(log->at);
	run_brackets_free(log->brackets);
}

void job_state_from(struct job_state *job, const struct job_standing *standing)
{
	struct machine_time machine;

	machine_time_read(&machine);
	*job = (struct job_state){
		.order = value_copy(job_standing_order(standing)),
		.progress =
			job_standing_progress(standing, &(struct wall_time){.ms = machine.wall_ms}),
		.results = job_standing_results(standing),
		.judged = value_copy(job_standing_judged(standing)),
	};
}

int job_state_of(struct job_state *job, const struct job_log *log, const char *number,
		 struct error *err)
{
	const struct job_standing *standing = find_number(log, number);

	*job = (struct job_state){0};
	if (!standing)
		return error_set(err, ERROR_USAGE, say(TEXTS.unknown), number);
	job_state_from(job, standing);
	return 0;
}

int job_state_read(struct job_state *job, const char *state, const char *number, struct error *err)
{
	struct job_log log;
	int done;

	*job = (struct job_state){0};
	done = job_log_read(&log, state, err);
	if (done == 0)
		done = job_state_of(job, &log, number, err);
	job_log_done(&log);
	return done;
}

void job_state_done(struct job_state *job)
{
	value_free(job->order);
	value_free(job->progress);
	value_free(job->results);
	value_free(job->judged);
}

/* ---- a run of it ---- */

static char *names_of(const struct value *stages)
{
	struct buf names;

	buf_init(&names);
	for (size_t i = 0; i < value_count(stages); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", listed_text(value_at(stages, i), "name"));
	return buf_detach(&names);
}

/* The stage that was named, or the only one. */
static int find_stage(const struct job_state *job, const char *name, size_t *index,
		      struct error *err)
{
	const struct value *stages = value_get(job->order, "stages");
	const char *number = listed_text(job->order, "number");
	char *names;

	for (*index = 0; *index < value_count(stages); ++*index)
		if (!name ? value_count(stages) == 1
			  : !strcmp(listed_text(value_at(stages, *index), "name"), name))
			return 0;
	names = names_of(stages);
	if (name)
		error_set(err, ERROR_USAGE, say(TEXTS.stage), number, name, names);
	else
		error_set(err, ERROR_USAGE, say(TEXTS.stages), number, names);
	free(names);
	return -1;
}

static const struct value *find_specimen(const struct job_state *job, const char *serial,
					 size_t *index)
{
	const struct value *specimens = value_get(job->order, "specimens");

	for (*index = 0; *index < value_count(specimens); ++*index)
		if (spelling_same(listed_text(value_at(specimens, *index), "serial"), serial))
			return value_at(specimens, *index);
	return NULL;
}

static const struct value *find_place(const struct job_state *job, size_t stage, size_t specimen)
{
	for (size_t i = 0; i < value_count(job->progress); i++) {
		const struct value *one = value_at(job->progress, i);

		if (value_get_int(one, "stage", -1) == (int64_t)stage &&
		    value_get_int(one, "specimen", -1) == (int64_t)specimen)
			return one;
	}
	return NULL;
}

/* May the stage be run on this specimen now? */
static int check_place(const struct value *stage, const struct value *place, const char *serial,
		       bool is_retest, struct error *err)
{
	const char *name = listed_text(stage, "name"), *state = listed_text(place, "state");

	if (!place)
		return error_set(err, ERROR_REFUSED, say(TEXTS.not_of), serial, name);
	if (!strcmp(state, "done") && !is_retest)
		return error_set(err, ERROR_REFUSED, say(TEXTS.done), name, serial,
				 listed_text(place, "run"), listed_text(place, "verdict"));
	if (!strcmp(state, "waiting") && *listed_text(place, "from"))
		return error_set(err, ERROR_REFUSED, say(TEXTS.ahead), name, serial,
				 listed_text(place, "from"));
	if (!strcmp(state, "waiting"))
		return error_set(err, ERROR_REFUSED, say(TEXTS.waiting), name,
				 listed_text(stage, "after"), serial);
	if (!strcmp(state, "late"))
		return error_set(err, ERROR_REFUSED, say(TEXTS.late), name, serial,
				 listed_text(place, "until"));
	if (!strcmp(state, "identify"))
		return error_set(err, ERROR_REFUSED, say(TEXTS.identify), name, serial);
	return 0;
}

/* Said of the slot that the specimen's serial number was said of ("2:serial"). */
static void add_datum(struct value *dut, const char *key, const char *name,
		      const struct value *specimen)
{
	char *whole = xprintf("%.*s%s", (int)(strlen(key) - strlen("serial")), key, name);

	if (!value_get(dut, whole))
		value_set_text(dut, whole, value_get_text(specimen, name));
	free(whole);
}

/* Its certificate, which every protocol takes, and what the stage's protocol is told of the specimen. */
static void add_dut(struct value *dut, const char *key, const struct value *names,
		    const struct value *specimen)
{
	add_datum(dut, key, "ma", specimen);
	for (size_t i = 0; i < value_count(names); i++)
		add_datum(dut, key, value_at(names, i)->text, specimen);
}

static bool is_serial(const char *key)
{
	const char *colon = strchr(key, ':');

	return !strcmp(colon ? colon + 1 : key, "serial");
}

static int take_specimens(const struct job_state *job, struct run_settings *settings, size_t stage,
			  struct error *err)
{
	const struct value *what = value_at(value_get(job->order, "stages"), stage);
	size_t count = 0;

	for (size_t i = 0; i < value_count(settings->dut); i++) {
		const char *key = value_key(settings->dut, i);
		const char *serial = value_at(settings->dut, i)->text;
		const struct value *specimen;
		size_t index;

		if (!is_serial(key))
			continue;
		count++;
		specimen = find_specimen(job, serial, &index);
		if (!specimen)
			return error_set(err, ERROR_REFUSED, say(TEXTS.stranger),
					 listed_text(job->order, "number"), serial);
		if (check_place(what, find_place(job, stage, index), serial, settings->retest,
				err) < 0)
			return -1;
		add_dut(settings->dut, key, value_get(what, "dut"), specimen);
	}
	return count ? 0 : error_set(err, ERROR_USAGE, "%s", say(TEXTS.serial));
}

static struct value *map_of(struct value **map)
{
	return *map ? *map : (*map = value_map());
}

static void copy_texts(struct value **to, const struct value *from)
{
	for (size_t i = 0; i < value_count(from); i++)
		if (!value_get(*to, value_key(from, i)))
			value_set_text(map_of(to), value_key(from, i), value_at(from, i)->text);
}

int job_state_apply(const struct job_state *job, struct run_settings *settings,
		    const char **protocol, struct error *err)
{
	const char *number = listed_text(job->order, "number");
	const struct value *stage;
	size_t index;

	if (find_stage(job, settings->stage, &index, err) < 0)
		return -1;
	stage = value_at(value_get(job->order, "stages"), index);
	if (*protocol)
		return error_set(err, ERROR_USAGE, say(TEXTS.protocol), number,
				 listed_text(stage, "protocol"));
	if (settings->limits)
		return error_set(err, ERROR_USAGE, say(TEXTS.limits), number);
	if (settings->verdict)
		return error_set(err, ERROR_USAGE, say(TEXTS.verdict), number);
	if (take_specimens(job, settings, index, err) < 0)
		return -1;
	*protocol = listed_text(stage, "protocol");
	settings->limits = value_get_text(stage, "limits");
	if (!settings->limits)
		settings->limits = value_get_text(job->order, "limits");
	settings->verdict = value_get_text(stage, "verdict");
	settings->certificate |= value_get_bool(job->order, "certificate");
	copy_texts(&settings->params, value_get(stage, "params"));
	copy_texts(&settings->task, value_get(job->order, "party"));
	value_set_text(map_of(&settings->task), "number", number);
	value_set_text(settings->task, "stage", listed_text(stage, "name"));
	return 0;
}
