/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of an order are those that say its number in their task; whatever else was run stands beside it. */
#include "cli/job_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "cli/listed.h"
#include "loop/machine_time.h"
#include "record/event.h"
#include "record/job_order.h"
#include "record/signing.h"

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

static int take_order(void *ctx, const struct jws *jws, const struct entry *entry,
		      struct error *err)
{
	struct value *list = ctx, *one;

	(void)jws;
	(void)err;
	if (strcmp(entry->kind, ENTRY_JOB_ORDER) != 0)
		return 0;
	one = value_map();
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_set(one, "says", value_copy(entry->says));
	for (size_t i = 0; i < value_count(list); i++) {
		if (strcmp(listed_text(value_get(value_at(list, i), "says"), "number"),
			   listed_text(entry->says, "number")) != 0)
			continue;
		value_free(list->items[i]);
		list->items[i] = one;
		return 0;
	}
	value_add(list, one);
	return 0;
}

static struct value *find_order(const struct job_log *log, const char *number, struct error *err)
{
	for (size_t i = 0; i < value_count(log->orders); i++) {
		const struct value *says = value_get(value_at(log->orders, i), "says");

		if (!strcmp(listed_text(says, "number"), number))
			return value_copy(says);
	}
	error_set(err, ERROR_USAGE, say(TEXTS.unknown), number);
	return NULL;
}

/* ---- what was done for it ---- */

/* Of a list of {"name","value"}. */
static const char *pair_of(const struct value *pairs, const char *name)
{
	for (size_t i = 0; i < value_count(pairs); i++)
		if (!strcmp(listed_text(value_at(pairs, i), "name"), name))
			return listed_text(value_at(pairs, i), "value");
	return "";
}

static bool is_wanted(void *ctx, const struct entry *entry)
{
	(void)ctx;
	return value_get(entry->says, "mse:identity") || value_get(entry->says, "mse:run");
}

static bool is_voided(const struct jws *jws)
{
	for (size_t i = 0; i < jws_count(jws); i++)
		if (meaning_find(jws_act(jws, i).meaning) == MEANING_VOIDED)
			return true;
	return false;
}

static void take_run(struct value *runs, const struct book_event *event, const struct value *run,
		     const char *number)
{
	static const char *const KEPT[] = {"run", "verdict", "began", "ended"};
	const struct value *task = value_get(run, "task"), *dut = value_get(run, "dut");
	struct value *one;

	if (strcmp(pair_of(task, "number"), number) != 0)
		return;
	one = value_add(runs, value_map());
	value_set_text(one, "serial", pair_of(dut, "serial"));
	value_set_text(one, "ma", pair_of(dut, "ma"));
	value_set_text(one, "stage", pair_of(task, "stage"));
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		value_set_text(one, KEPT[i], value_get_text(run, KEPT[i]));
	value_set_bool(one, "simulated", value_get_bool(run, "simulated"));
	value_set_bool(one, "voided", is_voided(event->jws));
}

static void take_identification(struct value *identifications, const struct book_event *event,
				const struct value *identity)
{
	const struct value *plate = value_get(value_get(identity, "read"), "nameplate");
	struct value *one = value_add(identifications, value_map());

	value_set_text(one, "serial", listed_text(plate, "serial"));
	value_set_text(one, "ma", listed_text(plate, "ma"));
	value_set_text(one, "outcome", listed_text(identity, "outcome"));
	value_set_text(one, "at", value_get_text(event->event, "eventTime"));
}

static struct value *progress_of(const struct value *order, const struct book_events *events)
{
	struct value *runs = value_list(), *identifications = value_list(), *progress;
	struct machine_time machine;
	struct wall_time now;

	machine_time_read(&machine);
	now = (struct wall_time){.ms = machine.wall_ms};
	for (size_t i = 0; i < events->count; i++) {
		struct value *run = event_extension(events->at[i].event, "run");
		struct value *identity = event_extension(events->at[i].event, "identity");

		if (run)
			take_run(runs, &events->at[i], run, listed_text(order, "number"));
		if (identity)
			take_identification(identifications, &events->at[i], identity);
		value_free(identity);
		value_free(run);
	}
	progress = job_order_progress(order, runs, identifications, &now);
	value_free(identifications);
	value_free(runs);
	return progress;
}

int job_log_read(struct job_log *log, const char *state, struct error *err)
{
	*log = (struct job_log){.orders = value_list()};
	if (book_each(state, take_order, log->orders, err) < 0)
		return -1;
	return book_events(state, is_wanted, NULL, &log->events, err);
}

void job_log_done(struct job_log *log)
{
	value_free(log->orders);
	book_events_done(&log->events);
}

int job_state_of(struct job_state *job, const struct job_log *log, const char *number,
		 struct error *err)
{
	*job = (struct job_state){.order = find_order(log, number, err)};
	if (!job->order)
		return -1;
	job->progress = progress_of(job->order, &log->events);
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
