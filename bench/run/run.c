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

#include "base/alloc.h"

#define LONGEST_RUN (SEC(3600) * 24 * 30)

nsec run_now(const struct run *run)
{
	return clock_now(run->clock);
}

bool run_is_simulated(const struct run *run)
{
	return run->plan->order->simulated || run->simulated_why;
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

void run_sealed(struct run *run)
{
	enum verdict verdict;

	run->state = RUN_ENDED;
	hazard_end(run);
	/* from here on the run is called by its folder: that is where it is found */
	value_set_text(run->summary, "run", run->folder_id);
	verdict_parse(&verdict, value_get_text(run->summary, "verdict"), &(struct error){0});
	shown_end(run);
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

/* What the checks found of the bench, unless something ended them early that is worse. */
static void conclude_qualification(struct run *run)
{
	struct phrase why;
	enum verdict verdict = qualify_verdict(run->checks, &why);

	if (run->cause && verdict_worse(run->cause, verdict) == run->cause) {
		verdict = run->cause;
		phrase_set(&why, "%s", "%s", run->cause_why);
	}
	run->summary = run_summary(run, verdict, why.text);
	phrase_put(run->summary, "why", &why);
}

void run_conclude(struct run *run)
{
	char why[RUN_WHY];
	enum verdict verdict;

	value_free(run->summary);
	if (run->plan->order->qualifies) {
		conclude_qualification(run);
		return;
	}
	verdict = run_verdict(&run->course.judgement, run->plan->order->only, run->cause,
			      run->cause_why, why);
	run->summary = run_summary(run, verdict, why);
}

static void seal(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	(void)err;
	if (run->state >= RUN_SEALING)
		return;
	run->state = RUN_SEALING;
	share_give(run);
	timer_stop(&run->deadline);
	timer_stop(&run->grace);
	qualify_conclude(run);
	conclude(run);
	keep_seal(run);
}

void run_make_safe(struct run *run)
{
	if (run->state >= RUN_SAFING)
		return;
	run->state = RUN_SAFING;
	qualify_end(run);
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
	if (run->resuming) {
		resume_stop(run, why);
		return;
	}
	run_end_early(run, VERDICT_ABORTED, why);
	runner_stop(run, why);
	if (!first)
		slot_trip(run->slot, VERDICT_ABORTED, why);
}

/* It ends by this, whatever a trip of the bench would otherwise be. */
static void end_by_trip(struct run *run, enum verdict verdict, const char *why)
{
	run_end_early(run, verdict, why);
	if (slot_is_tripped(run->slot))
		run_make_safe(run); /* as a qualification that goes on after a trip */
	else
		slot_trip(run->slot, verdict, why);
}

void run_trip(struct run *run, const char *why)
{
	if (run->state >= RUN_SAFING)
		return;
	if (run->resuming)
		resume_stop(run, why);
	else
		end_by_trip(run, VERDICT_ABORTED, why);
}

void run_check_quota(struct run *run)
{
	if (journal_over_quota(run->journal) && run->state < RUN_SAFING)
		end_by_trip(run, VERDICT_ERROR, "the journal of this run has grown too long");
}

/* ---- what the slot tells ---- */

static void slot_sample(void *ctx, int channel, const struct bench_sample *sample)
{
	struct run *run = ctx;

	watch_sample(run, channel, sample);
	run_check_quota(run);
	course_sample(&run->course, channel, sample);
}

static void slot_samples(void *ctx, int channel, const struct bench_sample *samples, size_t count)
{
	struct run *run = ctx;

	watch_sample(run, channel, &samples[count - 1]);
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

static void slot_setting(void *ctx, int device, int index, const char *value, bool away)
{
	watch_setting(ctx, device, index, value, away);
}

static void slot_tripped(void *ctx, enum verdict verdict, const char *why)
{
	struct run *run = ctx;

	if (run->resuming) {
		resume_tripped(run, why);
		return;
	}
	if (qualify_tripped(run, verdict, why))
		return;
	run->runner_done = true; /* nothing that it still says counts */
	run_end_early(run, verdict, why);
	run_make_safe(run);
}

/* A qualification tells of it by its checks. */
static void slot_doubt(void *ctx, const char *text)
{
	struct run *run = ctx;

	if (!run->plan->order->qualifies)
		watch_note(run, text);
}

static void slot_simulated(void *ctx, const char *why)
{
	struct run *run = ctx;
	struct value *line;

	if (run->simulated_why) /* a qualification has opened its slot anew */
		return;
	line = value_map();
	value_set_text(line, "why", why);
	journal_line(run->journal, run_now(run), "simulated", line);
	run->simulated_why = xstrdup(why);
	watch_simulated(run, why);
}

static void start_script(struct run *run)
{
	struct error err;

	run->state = RUN_RUNNING;
	if (run->plan->order->by_hand)
		operate_begin(run);
	else if (run->plan->order->qualifies)
		qualify_begin(run, NULL);
	else if (runner_start(run, &err) < 0)
		slot_trip(run->slot, VERDICT_ERROR, err.text);
}

static void hazard_is_known(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	clock_release(run->clock);
	if (err)
		slot_trip(run->slot, VERDICT_ERROR, err->text);
	else if (run->state == RUN_COMING_UP)
		start_script(run);
}

/* Not before it is on the disk what the specimen will be. */
static void begin(struct run *run)
{
	clock_hold(run->clock);
	if (hazard_begin(run, hazard_is_known))
		return;
	clock_release(run->clock);
	start_script(run);
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
	if (err && run->plan->order->qualifies) {
		run->state = RUN_RUNNING;
		qualify_begin(run, err->text);
		return;
	}
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

	if (run->state < RUN_SAFING)
		end_by_trip(run, VERDICT_ERROR, "the run's own deadline has passed");
}

/* ---- the beginning ---- */

int run_open_slot(struct run *run, slot_done_fn *up, struct error *err)
{
	static const struct slot_handlers HANDLERS = {slot_sample, slot_samples,  slot_pulse,
						      slot_output, slot_tripped,  slot_simulated,
						      slot_doubt,  operate_bytes, slot_setting};
	struct plan *plan = run->plan;
	struct source_file sources[PLAN_SOURCES];
	struct value *start = plan_world_start(plan);
	struct slot_settings settings = {
		.loop = run->place.loop,
		.clock = run->clock,
		.journal = run->journal,
		.fixture = plan->fixture,
		.number = plan->order->slot,
		.by_hand = !order_needs_protocol(plan->order),
		.supply = plan->supply,
		.account = run->account,
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
		.scale = plan->order->scale,
		.run = run->folder_id,
		.bank = run->place.bank,
		.guardian = run->place.guardian,
	};

	run->slot = slot_open(&settings, &HANDLERS, run, err);
	if (run->slot)
		slot_start(run->slot, up);
	value_free(start);
	return run->slot ? 0 : -1;
}

int run_reopen_slot(struct run *run, slot_done_fn *up, struct error *err)
{
	slot_close(run->slot);
	run->slot = NULL;
	return run_open_slot(run, up, err);
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

void run_make_course(struct run *run)
{
	const struct plan *plan = run->plan;

	run->clock = clock_new(run->place.loop, plan->order->clock, plan->order->scale);
	course_init(&run->course, plan->fixture, plan->protocol, plan->calibration,
		    plan->order->slot, plan->wall, plan->order->simulated, &RUN_COURSE_HOST, run);
	run->course.world_answers = !order_has_wires(plan->order);
	run->course.judgement.as_left = plan->order->as_left;
}

void run_begin_time(struct run *run)
{
	timer_start(&run->deadline, run->clock, LONGEST_RUN, TIMER_STOP, too_long, run);
	keep_begin(run);
	if (run->plan->supply && run->place.gases)
		run->account = gas_account_open(run->place.gases);
}

static struct run *start_again(struct run *run, struct error *err)
{
	if (resume_begin(run, err) == 0)
		return run;
	run_free(run);
	return NULL;
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
	run->checks = value_list();
	share_open(run);
	if (plan->order->continues)
		return start_again(run, err);
	if (plan->wires)
		plan->wall = loop_wall_time(); /* of the bench clock's beginning */
	head_name(run);
	if (check_specimen(run, err) < 0 || head_open(run, err) < 0) {
		run_free(run);
		return NULL;
	}
	reserve_specimen(run);
	run_make_course(run);
	head_write(run);
	shown_begin(run);
	watch_started(run);
	run_begin_time(run);
	if (run_open_slot(run, bench_is_up, err) < 0) {
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
	shown_end(run);
	timer_stop(&run->deadline);
	timer_stop(&run->grace);
	keep_end(run);
	operate_end(run);
	qualify_end(run);
	if (run->clock)
		course_done(&run->course);
	resume_end(run);
	slot_close(run->slot);
	gas_account_close(run->account, false);
	operate_free(run);
	qualify_free(run);
	runner_forget(run);
	if (run->place.consumed)
		consumed_release(run->place.consumed, run->folder_id, run);
	hazard_forget(run);
	share_done(run);
	if (run->place.records)
		records_forget(run->place.records, run);
	journal_close(run->journal);
	if (run->clock)
		clock_free(run->clock);
	value_free(run->summary);
	value_free(run->checks);
	free(run->simulated_why);
	plan_free(run->plan);
	free(run);
}
