/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a run: coming up, running, stopping, making safe, sealing.
 *
 * Whatever happens, the same road is taken from wherever the run is: outputs safe, then the verdict into
 * the journal, then, when it is on the disk, the verdict to whoever waits. A PASS whose journal could not
 * be made durable is not a PASS.
 *
 * Stop and trip are two things. A stop lets the script's finally blocks run, with the fixture's grace.
 * A trip has made the outputs safe before this file hears of it; the script is not asked again.
 */
#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"

#define LONGEST_RUN (SEC(3600) * 24 * 30)
#define FLUSH_EVERY SEC(1)
enum { JOURNAL_QUOTA_MIB = 2048 };

nsec run_now(const struct run *run)
{
	return clock_now(run->clock);
}

const char *run_id(const struct run *run)
{
	return run->folder_id;
}

int run_runner_pid(const struct run *run)
{
	return run->runner ? (int)peer_pid(run->runner) : 0;
}

int run_world_pid(const struct run *run)
{
	return run->slot ? slot_world_pid(run->slot) : 0;
}

/* ---- the end ---- */

static void durable(void *ctx, const struct error *err)
{
	struct run *run = ctx;
	enum verdict verdict;

	clock_release(run->clock);
	if (err && !run->sealed_badly) {
		/* say so in the journal, too, in case the disk comes back */
		run->sealed_badly = true;
		run_end_early(run, VERDICT_ERROR, err->text);
		value_free(run->summary);
		run->summary = run_summary(run, VERDICT_ERROR, run->cause_why);
	}
	run->state = RUN_ENDED;
	/* from here on the run is called by its folder: that is where it is found */
	value_set_text(run->summary, "run", run->folder_id);
	verdict_parse(&verdict, value_get_text(run->summary, "verdict"), &(struct error){0});
	watch_ended(run, run->summary);
	run->handlers.ended(run->ctx, verdict, run->summary);
}

enum verdict run_verdict(const struct judgement *judgement, const char *only, enum verdict cause,
			 const char *cause_why, char why[RUN_WHY])
{
	enum verdict verdict = judgement_verdict(judgement, only, why);

	if (!cause || verdict_worse(cause, verdict) != cause)
		return verdict;
	snprintf(why, RUN_WHY, "%s", cause_why);
	return cause;
}

void run_say_unfit(const char *why, char text[RUN_WHY])
{
	snprintf(text, RUN_WHY,
		 "the environment is not as the protocol asks: %.240s. Nothing was begun; --force "
		 "runs it anyway, and it then stays INCONCLUSIVE, or worse",
		 why);
}

static void conclude(struct run *run)
{
	struct value *line;

	if (!run->course.conditions || !protocol_conditions(run->plan->protocol))
		return;
	line = value_map();
	value_set_bool(line, "early", run->cause != 0);
	journal_line(run->journal, run_now(run), "concludes", line);
	course_conclude(&run->course, run_now(run), run->cause != 0);
}

static void seal(void *ctx, const struct error *err)
{
	struct run *run = ctx;
	enum verdict verdict;
	char why[RUN_WHY];
	struct value *line;

	(void)err;
	if (run->state >= RUN_SEALING)
		return;
	run->state = RUN_SEALING;
	share_give(run);
	timer_stop(&run->deadline);
	timer_stop(&run->grace);
	conclude(run);
	verdict = run_verdict(&run->course.judgement, run->plan->order->only, run->cause,
			      run->cause_why, why);
	run->summary = run_summary(run, verdict, why);
	line = value_copy(run->summary);
	journal_line(run->journal, run_now(run), "verdict", line);
	clock_hold(run->clock);
	journal_sync(run->journal, run_now(run), durable, run);
}

void run_make_safe(struct run *run)
{
	if (run->state >= RUN_SAFING)
		return;
	run->state = RUN_SAFING;
	run->course.ended = true;
	share_leave(run);
	timer_stop(&run->grace);
	if (run->slot)
		slot_make_safe(run->slot, seal, run);
	else
		seal(run, NULL);
}

void run_end_early(struct run *run, enum verdict verdict, const char *why)
{
	if (run->cause && verdict_worse(run->cause, verdict) == run->cause)
		return;
	run->cause = verdict;
	snprintf(run->cause_why, sizeof(run->cause_why), "%s", why);
	watch_stopping(run, verdict, why);
}

void run_stop(struct run *run, const char *why)
{
	bool first = run->state == RUN_RUNNING;

	if (run->state >= RUN_SAFING)
		return;
	run_end_early(run, VERDICT_ABORTED, why);
	runner_stop(run, why);
	if (!first)
		slot_trip(run->slot, VERDICT_ABORTED, why);
}

bool run_answer(struct run *run, uint32_t request, const char *text)
{
	const struct request *asked = course_find(&run->course, request);
	struct value *line;

	if (run->state >= RUN_SAFING || !asked || asked->kind != REQUEST_OPERATOR)
		return false;
	line = value_map();
	value_set_int(line, "id", request);
	value_set_text(line, "text", text);
	journal_line(run->journal, run_now(run), "operator", line);
	course_answer(&run->course, request, text);
	return true;
}

void run_check_quota(struct run *run)
{
	if (journal_over_quota(run->journal))
		slot_trip(run->slot, VERDICT_ERROR, "the journal of this run has grown too long");
}

/* ---- what the slot tells ---- */

static void slot_sample(void *ctx, int channel, const struct bench_sample *sample)
{
	struct run *run = ctx;

	watch_sample(run, channel, sample->value);
	run_check_quota(run);
	course_sample(&run->course, channel, sample);
}

static void slot_samples(void *ctx, int channel, const struct bench_sample *samples, size_t count)
{
	struct run *run = ctx;

	watch_sample(run, channel, samples[count - 1].value);
	run_check_quota(run);
	course_samples(&run->course, channel, samples, count);
}

static void slot_pulse(void *ctx, int line, double high, double low)
{
	struct run *run = ctx;

	course_pulse(&run->course, line, high, low);
}

static void slot_output(void *ctx, int line, bool level)
{
	watch_output(ctx, line, level);
}

static void slot_tripped(void *ctx, enum verdict verdict, const char *why)
{
	struct run *run = ctx;

	run->runner_done = true; /* nothing that it still says counts */
	run_end_early(run, verdict, why);
	run_make_safe(run);
}

static void begin(struct run *run)
{
	struct error err;

	run->state = RUN_RUNNING;
	if (runner_start(run, &err) < 0)
		slot_trip(run->slot, VERDICT_ERROR, err.text);
}

/* ---- using up the specimen ---- */

static void may_begin(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	clock_release(run->clock);
	if (err)
		slot_trip(run->slot, VERDICT_ERROR, err->text);
	else if (run->state == RUN_COMING_UP)
		begin(run);
}

static void journal_says_consumed(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	if (err || run->state != RUN_COMING_UP)
		may_begin(run, err);
	else
		consumed_write(run->place.consumed, run->folder_id, may_begin, run);
}

/* Not before this is on the disk does anything happen to the specimen. */
static void consume(struct run *run, const struct specimen *specimen)
{
	struct value *line = value_map();

	value_set_text(line, "class", specimen->class);
	value_set_text(line, "serial", specimen->serial);
	value_set_bool(line, "simulated", specimen->simulated);
	journal_line(run->journal, run_now(run), "consumes", line);
	clock_hold(run->clock);
	journal_sync(run->journal, run_now(run), journal_says_consumed, run);
}

/* ---- the environment ---- */

static void write_environment(struct run *run, const char *why)
{
	struct value *line = value_map();

	value_set_bool(line, "fit", !why);
	value_set_text(line, "why", why);
	journal_line(run->journal, run_now(run), "environment", line);
}

void run_fit(struct run *run, const char *why)
{
	struct specimen specimen;
	char text[RUN_WHY];

	if (run->state != RUN_COMING_UP)
		return;
	if (run->plan->protocol->condition_count)
		write_environment(run, why);
	if (why && !run->plan->order->force) {
		run_say_unfit(why, text);
		run->unfit = true;
		run_end_early(run, VERDICT_INCONCLUSIVE, text);
		run_make_safe(run);
		return;
	}
	if (why)
		watch_note(run, why);
	if (specimen_of(run->plan, &specimen))
		consume(run, &specimen);
	else
		begin(run);
}

static void bench_is_up(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	if (run->state != RUN_COMING_UP)
		return;
	if (err) {
		slot_trip(run->slot, VERDICT_ERROR, err->text);
		return;
	}
	if (protocol_conditions(run->plan->protocol))
		journal_line(run->journal, run_now(run), "watch", NULL);
	course_begin(&run->course, run_now(run));
}

static void too_long(void *ctx)
{
	struct run *run = ctx;

	slot_trip(run->slot, VERDICT_ERROR, "the run's own deadline has passed");
}

/* ---- the beginning ---- */

/* The id of a run without wires comes from what determines it: the same seed gives the same bytes. */
static void make_id(struct run *run)
{
	const struct plan *plan = run->plan;
	const struct order *order = plan->order;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE], stamp[32];
	time_t seconds = (time_t)(plan->wall / 1000000000);
	struct value *what = order_to_value(order);
	struct buf text;
	struct tm utc;

	buf_init(&text);
	value_set_text(what, "protocol", plan->protocol->id);
	json_write(&text, what);
	for (size_t i = 0; i < plan->source_count; i++)
		buf_add(&text, plan->source[i].text, plan->source[i].size);
	if (order_has_wires(order))
		buf_printf(&text, "%lld", (long long)plan->wall);
	hash_of(text.data, text.size, digest);
	hash_hex(digest, hex);
	buf_done(&text);
	value_free(what);

	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(run->id, sizeof(run->id), "%s%s%s-%s-%.10s", order->simulated ? "sim" : "",
		 order->rig ? "-" : "", order_has_wires(order) ? stamp : "", plan->protocol->id,
		 hex);
}

/* The id names the run; a rehearsal done again gets a folder of its own. */
static int open_journal(struct run *run, struct error *err)
{
	char *folder = NULL;

	for (int again = 1; again < 100000; again++) {
		free(folder);
		if (again == 1)
			snprintf(run->folder_id, sizeof(run->folder_id), "%s", run->id);
		else
			snprintf(run->folder_id, sizeof(run->folder_id), "%s.%d", run->id, again);
		folder = xprintf("%s/runs/%s", run->place.state, run->folder_id);
		if (!file_exists(folder))
			break;
	}
	run->journal = journal_create(
		run->place.writer, folder,
		run->place.quota ? run->place.quota : (uint64_t)JOURNAL_QUOTA_MIB << 20, err);
	free(folder);
	return run->journal ? 0 : -1;
}

static void write_sources(struct run *run)
{
	for (size_t i = 0; i < run->plan->source_count; i++) {
		const struct plan_source *source = &run->plan->source[i];
		struct value *line = value_map();
		uint8_t digest[HASH_SIZE];
		char hex[HASH_HEX_SIZE];

		hash_of(source->text, source->size, digest);
		hash_hex(digest, hex);
		value_set_text(line, "name", source->name);
		value_set_text(line, "sha256", hex);
		value_set(line, "text", value_bytes(source->text, source->size));
		journal_line(run->journal, 0, "source", line);
	}
}

static void write_anchor(struct run *run)
{
	struct value *line = value_map();
	time_t seconds = (time_t)(run->plan->wall / 1000000000);
	char stamp[32];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &utc);
	value_set_text(line, "wall", stamp);
	value_set_int(line, "ns", run->plan->wall);
	value_set_text(line, "from", order_has_wires(run->plan->order) ? "system" : "stated");
	journal_line(run->journal, 0, "anchor", line);
}

static void write_head(struct run *run)
{
	const struct plan *plan = run->plan;
	struct value *line = value_map();

	value_set_int(line, "format", 1);
	value_set_text(line, "davy", DAVY_VERSION);
	value_set_text(line, "run", run->id);
	value_set_text(line, "protocol", plan->protocol->id);
	value_set_int(line, "version", plan->protocol->version);
	value_set_text(line, "title", plan->protocol->title);
	value_set_text(line, "zh", plan->protocol->zh);
	value_set_text(line, "standard", plan->protocol->standard);
	value_set_text(line, "deviation", plan->protocol->deviation);
	value_set_text(line, "decision", rule_name(plan->protocol->rule));
	value_set_bool(line, "simulated", plan->order->simulated);
	value_set(line, "order", order_to_value(plan->order));
	value_set_text(line, "limit_set",
		       plan->limit_set ? limit_set_name(plan->limit_set) : "none");
	value_set_text(line, "calibration", plan->calibration_name);
	value_set(line, "certificates", calibration_describe(plan->calibration, plan->order->slot));
	if (value_count(plan->warnings))
		value_set(line, "warnings", value_copy(plan->warnings));
	value_set_text(line, "protocol_source", plan->protocol_source);
	value_set_text(line, "fixture_source", plan->fixture_source);
	value_set_text(line, "limits_source", plan->limits_source);
	if (plan->wires) {
		value_set_text(line, "station_source", plan->station_source);
		value_set(line, "wires", station_slot_describe(plan->wires));
	}
	value_set(line, "steps", protocol_describe(plan->protocol));
	value_set(line, "protocol_data", value_copy(plan->protocol_data));
	value_set(line, "fixture_data", value_copy(plan->fixture_data));
	value_set(line, "drivers", value_copy(plan->drivers));
	journal_line(run->journal, 0, "run", line);
}

static int open_slot(struct run *run, struct error *err)
{
	static const struct slot_handlers HANDLERS = {slot_sample, slot_samples, slot_pulse,
						      slot_output, slot_tripped};
	struct plan *plan = run->plan;
	struct source_file sources[PLAN_SOURCES];
	struct value *start = plan_world_start(plan);
	struct slot_settings settings = {
		.loop = run->place.loop,
		.clock = run->clock,
		.journal = run->journal,
		.fixture = plan->fixture,
		.number = plan->order->slot,
		.program = run->place.program,
		.cpu = run->place.cpu,
		.grid = plan->grid,
		.world_start = start,
		.simulators = plan->simulators,
		.sources = sources,
		.source_count = plan_world_sources(plan, sources),
		.line_fault = plan->order->fault && strchr(plan->order->fault, '.')
				      ? plan->order->fault
				      : NULL,
		.wires = plan->wires,
		.rig = plan->order->rig,
	};

	run->slot = slot_open(&settings, &HANDLERS, run, err);
	if (run->slot)
		slot_start(run->slot, bench_is_up);
	value_free(start);
	return run->slot ? 0 : -1;
}

static void flush(void *ctx)
{
	struct run *run = ctx;

	if (run->state < RUN_SEALING) {
		journal_sync(run->journal, run_now(run), NULL, NULL);
		timer_start(&run->flush, run->clock, run_now(run) + FLUSH_EVERY, TIMER_WAIT, flush,
			    run);
	}
}

/* Refused here, a run leaves nothing behind. */
static int check_specimen(const struct run *run, struct error *err)
{
	struct specimen_refusal refusal;

	if (specimen_check(run->plan, run->place.consumed, &refusal) == 0)
		return 0;
	*err = refusal.err;
	return -1;
}

static void reserve_specimen(struct run *run)
{
	struct specimen specimen;

	if (specimen_of(run->plan, &specimen))
		consumed_reserve(run->place.consumed, &specimen, run->folder_id);
}

struct run *run_start(const struct run_place *place, struct plan *plan,
		      const struct run_handlers *handlers, void *ctx, struct error *err)
{
	struct run *run = xcalloc(1, sizeof(*run));

	run->place = *place;
	run->handlers = *handlers;
	run->ctx = ctx;
	run->plan = plan;
	run->state = RUN_COMING_UP;
	share_open(run);
	if (plan->wires)
		plan->wall = loop_wall_time(); /* of the bench clock's beginning */
	make_id(run);
	if (check_specimen(run, err) < 0 || open_journal(run, err) < 0) {
		run_free(run);
		return NULL;
	}
	reserve_specimen(run);
	run->clock = clock_new(place->loop, plan->order->clock, plan->order->scale);
	course_init(&run->course, plan->fixture, plan->protocol, plan->calibration,
		    plan->order->slot, plan->wall, plan->order->simulated, &RUN_COURSE_HOST, run);
	write_head(run);
	write_anchor(run);
	write_sources(run);
	watch_started(run);
	timer_start(&run->deadline, run->clock, LONGEST_RUN, TIMER_STOP, too_long, run);
	if (plan->order->clock != CLOCK_KIND_VIRTUAL)
		timer_start(&run->flush, run->clock, FLUSH_EVERY, TIMER_WAIT, flush, run);
	if (open_slot(run, err) < 0) {
		/* what has a journal has a verdict in it */
		run->summary = run_summary(run, VERDICT_ERROR, err->text);
		journal_line(run->journal, 0, "verdict", value_copy(run->summary));
		run_free(run);
		return NULL;
	}
	return run;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	peer_free(run->runner);
	timer_stop(&run->deadline);
	timer_stop(&run->grace);
	timer_stop(&run->flush);
	if (run->clock)
		course_done(&run->course);
	slot_close(run->slot);
	runner_forget(run);
	if (run->place.consumed)
		consumed_release(run->place.consumed, run->folder_id, run);
	share_done(run);
	journal_close(run->journal);
	if (run->clock)
		clock_free(run->clock);
	value_free(run->summary);
	plan_free(run->plan);
	free(run);
}
