/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches.
 *
 * A job is one order on its way to a verdict: planning, planned, a run, over. The plans of a batch are
 * made two at a time: each starts processes, and thirty at once would keep the loop from its guard and its
 * guardian for seconds on a small machine. When the last of them is there the runs begin, one in each
 * turn of the loop, in the order of their slots as ordered; when one plan cannot be made, none begins. A
 * run that cannot be opened at that point is refused alone: the others have moved by then and go on.
 */
#include "run/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

enum { PLANNED_AT_ONCE = 2 };

struct job {
	struct batch *batch;
	int slot;
	bool wires;	     /* real ones */
	bool pulls;	     /* the controller kills itself in it */
	const char *left;    /* why it ends when nobody watches it any more; NULL: it does not */
	struct order *order; /* waits to be planned */
	struct planning *planning;
	struct plan *plan; /* made, and not begun yet */
	struct run *run;
	bool over;
};

struct batch {
	struct run_place place;
	const struct batch_handlers *handlers;
	void *ctx;
	struct timer begin; /* all plans are made: the next run begins */
	bool over;
	size_t count, planned;
	size_t next;  /* to be planned */
	size_t begun; /* were begun, or refused at that point */
	struct meeting *meeting;
	struct value *registered; /* what the bench's register holds; or NULL */
	struct job job[];
};

/* ---- ends ---- */

static void check_over(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->job[i].over)
			return;
	if (batch->over)
		return;
	batch->over = true;
	batch->handlers->over(batch->ctx);
}

static void tell_refused(struct batch *batch, int slot, const struct error *err)
{
	struct value *event = value_map();

	value_set_text(event, "event", "refused");
	if (slot)
		value_set_int(event, "slot", slot);
	value_set_text(event, "why", err->text);
	value_set_text(event, "kind", err->kind == ERROR_USAGE ? "usage" : "bench");
	batch->handlers->event(batch->ctx, event);
	value_free(event);
}

static void refuse_all(struct batch *batch, const struct error *err)
{
	if (batch->over)
		return;
	timer_stop(&batch->begin);
	tell_refused(batch, 0, err);
	for (size_t i = 0; i < batch->count; i++)
		batch->job[i].over = true;
	check_over(batch);
}

/* ---- specimens that are used up ---- */

static const struct job *same_specimen_before(const struct batch *batch, size_t index)
{
	struct specimen specimen, other;

	if (!specimen_of(batch->job[index].plan, &specimen))
		return NULL;
	for (size_t i = 0; i < index; i++)
		if (specimen_of(batch->job[i].plan, &other) && specimen_same(&specimen, &other))
			return &batch->job[i];
	return NULL;
}

static void refuse_specimen(struct batch *batch, const struct job *job,
			    const struct specimen_refusal *refusal)
{
	struct value *event = value_map();
	const char *kind = refusal->err.kind == ERROR_USAGE ? "usage" : "bench";

	value_set_text(event, "event", "refused");
	value_set_text(event, "why", refusal->err.text);
	value_set_text(event, "kind", refusal->kind ? refusal->kind : kind);
	value_set_text(event, "serial", refusal->serial);
	value_set_text(event, "by", refusal->run);
	value_set_int(event, "of_slot", job->slot);
	batch->handlers->event(batch->ctx, event);
	value_free(event);
}

/* Before any of them begins: may each use up its specimen? */
static bool specimens_may_go(struct batch *batch)
{
	struct specimen_refusal refusal;

	for (size_t i = 0; i < batch->count; i++) {
		const struct job *job = &batch->job[i];
		const struct job *other = same_specimen_before(batch, i);

		if (specimen_check(job->plan, batch->place.consumed, &refusal) == 0 && !other)
			continue;
		if (other)
			error_set(&refusal.err, ERROR_USAGE,
				  "slots %d and %d name the same specimen, which can be used up "
				  "only once",
				  other->slot, job->slot);
		refuse_specimen(batch, job, &refusal);
		return false;
	}
	return true;
}

static void job_event(void *ctx, const struct value *event)
{
	struct job *job = ctx;

	/* the run tells of its verdict before it has ended; that is told when it has */
	if (strcmp(value_get_text(event, "event"), "verdict") != 0)
		job->batch->handlers->event(job->batch->ctx, event);
}

static void job_ended(void *ctx, enum verdict verdict, const struct value *summary)
{
	struct job *job = ctx;
	const char *wires = value_get_text(summary, "wires");
	struct value *event = value_map();

	(void)verdict;
	job->over = true;
	value_set_text(event, "event", "verdict");
	value_set_int(event, "slot", job->slot);
	value_set_bool(event, "played",
		       value_get_bool(summary, "simulated") || (wires && !strcmp(wires, "rig")));
	value_set(event, "summary", value_copy(summary));
	job->batch->handlers->event(job->batch->ctx, event);
	value_free(event);
	check_over(job->batch);
}

/* An interrupted run stands as it did. */
static void job_refused(void *ctx, const struct error *err)
{
	struct job *job = ctx;

	job->over = true;
	tell_refused(job->batch, 0, err);
	check_over(job->batch);
}

/* ---- beginnings ---- */

static void refuse_one(struct job *job, const struct error *err)
{
	job->over = true;
	meeting_expect_one_less(job->batch->meeting);
	tell_refused(job->batch, job->batch->count > 1 ? job->slot : 0, err);
}

static void job_begin(struct job *job)
{
	static const struct run_handlers HANDLERS = {
		.event = job_event, .ended = job_ended, .refused = job_refused};
	struct plan *plan = job->plan;
	struct error err;

	job->plan = NULL;
	job->run = run_start(&job->batch->place, plan, &HANDLERS, job, &err);
	if (job->run)
		return;
	refuse_one(job, &err);
}

/* One in each turn of the loop, so that what is running already is guarded in between. */
static void begin(void *ctx)
{
	struct batch *batch = ctx;

	if (batch->begun == 0 && !specimens_may_go(batch)) {
		for (size_t i = 0; i < batch->count; i++)
			batch->job[i].over = true;
		check_over(batch);
		return;
	}
	if (batch->begun == 0)
		meeting_expect(batch->meeting, batch->count);
	job_begin(&batch->job[batch->begun++]);
	if (batch->begun < batch->count)
		timer_start(&batch->begin, loop_real_clock(batch->place.loop), 0, TIMER_WAIT, begin,
			    batch);
	check_over(batch);
}

static void plan_next(struct batch *batch);

static void one_more_is_planned(struct batch *batch)
{
	if (++batch->planned == batch->count && !batch->over)
		timer_start(&batch->begin, loop_real_clock(batch->place.loop), 0, TIMER_WAIT, begin,
			    batch);
	else
		plan_next(batch);
}

static void refuse_job(const struct job *job, const struct error *err)
{
	struct error named = *err;

	if (job->batch->count > 1)
		error_context(&named, "slot %d", job->slot);
	refuse_all(job->batch, &named);
}

/* What the journal will say of it; NULL: it asks for no check. The caller frees it. */
static struct value *bracket_of(const struct plan *plan)
{
	const char *by = value_get_text(plan->protocol_data, "bracket");
	struct value *bracket = by && order_needs_protocol(plan->order) ? value_map() : NULL;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	if (!bracket)
		return NULL;
	value_set_text(bracket, "by", by);
	value_set_text(bracket, "name", value_get_text(plan->protocol_data, "fixture"));
	value_set_int(bracket, "slot", plan->order->slot);
	value_set_bool(bracket, "simulated", plan->order->simulated);
	for (size_t i = 0; i < plan->source_count; i++)
		if (!strcmp(plan->source[i].name, plan->fixture_source)) {
			hash_of(plan->source[i].text, plan->source[i].size, digest);
			hash_hex(digest, hex);
			value_set_text(bracket, "fixture", hex);
		}
	return bracket;
}

/* What can decide nothing is not begun unawares, least of all where it uses up its specimen. */
static void warn_unchecked(struct plan *plan)
{
	if (order_has_wires(plan->order))
		value_add(plan->warnings,
			  value_printf("the last check of this fixture on this slot (%s) has not "
				       "passed, or there was none: what is found now decides "
				       "nothing, whatever is checked afterwards; run that check "
				       "first",
				       value_get_text(plan->protocol_data, "bracket")));
}

/* A simulated run needs no log, and names no check where there is none to be read. */
static void take_check(void *ctx, const struct value *check, const struct error *err)
{
	struct job *job = ctx;
	struct error named;

	if (err && !job->plan->order->simulated) {
		named = *err;
		error_context(&named, "the check of its fixture cannot be read");
		refuse_job(job, &named);
		return;
	}
	if (!err && value_count(check))
		job->plan->check = value_copy(check);
	else
		warn_unchecked(job->plan);
	one_more_is_planned(job->batch);
}

static void job_planned(void *ctx, struct plan *plan, const struct error *err)
{
	struct job *job = ctx;
	struct value *bracket = plan && job->batch->place.records ? bracket_of(plan) : NULL;

	job->plan = plan;
	if (err)
		refuse_job(job, err);
	else if (bracket)
		records_check(job->batch->place.records, bracket, take_check, job);
	else
		one_more_is_planned(job->batch);
	value_free(bracket);
}

static void plan_next(struct batch *batch)
{
	struct job *job = &batch->job[batch->next];
	struct order *order;

	if (batch->over || batch->next == batch->count)
		return;
	batch->next++;
	order = job->order;
	job->order = NULL;
	job->planning =
		planning_start(batch->place.loop, batch->place.program, order, job_planned, job);
	if (batch->registered)
		planning_take_register(job->planning, batch->registered);
}

static void plan_first(struct batch *batch)
{
	for (int i = 0; i < PLANNED_AT_ONCE; i++)
		plan_next(batch);
}

/* A register that cannot be read is no register that is empty. */
static void take_register(void *ctx, const struct value *registered, const struct error *err)
{
	struct batch *batch = ctx;
	struct error named;

	if (err) {
		named = *err;
		error_context(&named, "the register of calibrations cannot be read");
		refuse_all(batch, &named);
		return;
	}
	batch->registered = value_copy(registered);
	if (batch->place.gases)
		gas_ledger_note(batch->place.gases,
				(struct value *)value_get(batch->registered, "connections"));
	plan_first(batch);
}

/* Does a run of it measure what is to be believed? */
static bool measures(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->job[i].order->simulated && order_needs_protocol(batch->job[i].order))
			return true;
	return false;
}

struct batch *batch_start(const struct run_place *place, struct order *const *orders, size_t count,
			  const struct batch_handlers *handlers, void *ctx)
{
	struct batch *batch = xcalloc(1, sizeof(*batch) + count * sizeof(batch->job[0]));

	batch->place = *place;
	batch->handlers = handlers;
	batch->ctx = ctx;
	batch->count = count;
	batch->place.meeting = batch->meeting = meeting_new();
	for (size_t i = 0; i < count; i++)
		batch->job[i] = (struct job){
			.batch = batch,
			.slot = orders[i]->slot,
			.wires = order_has_wires(orders[i]),
			.pulls = orders[i]->pulls,
			.left = orders[i]->by_hand     ? "whoever operated it by hand has gone"
				: orders[i]->qualifies ? "nobody attends it any more"
						       : NULL,
			.order = orders[i],
		};
	if (batch->place.records && measures(batch))
		records_register(batch->place.records, take_register, batch);
	else
		plan_first(batch);
	return batch;
}

/* ---- from outside ---- */

/* Those that have not begun when their batch is stopped do not begin any more. */
static void refuse_rest(struct batch *batch, const char *why)
{
	struct error err;

	error_set(&err, ERROR_REFUSED, "%s before the run had begun", why);
	if (batch->begun == 0) {
		refuse_all(batch, &err);
		return;
	}
	timer_stop(&batch->begin);
	while (batch->begun < batch->count)
		refuse_one(&batch->job[batch->begun++], &err);
	check_over(batch);
}

void batch_stop(struct batch *batch, int slot, const char *why)
{
	if ((!slot || batch->begun == 0) && batch->begun < batch->count)
		refuse_rest(batch, why);
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->job[i];

		if (job->run && !job->over && (!slot || job->slot == slot))
			run_stop(job->run, why);
	}
}

bool batch_has_wires(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->job[i].wires && !batch->job[i].over)
			return true;
	return false;
}

size_t batch_make_safe(struct batch *batch, const char *why)
{
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++)
		count += batch->job[i].wires && !batch->job[i].over;
	if (count && batch->begun < batch->count)
		refuse_rest(batch, why);
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->job[i];

		if (job->wires && job->run && !job->over)
			run_trip(job->run, why);
	}
	return count;
}

void batch_answer(struct batch *batch, int slot, uint32_t request, const char *text,
		  const char *reader)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->job[i];

		if (job->run && !job->over && (!slot || job->slot == slot) &&
		    run_answer(job->run, request, text, reader))
			return;
	}
}

void batch_photograph(struct batch *batch, int slot, uint32_t request,
		      const struct run_photo *photo, const char *text)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->job[i];

		if (job->run && !job->over && (!slot || job->slot == slot) &&
		    run_photograph(job->run, request, photo, text))
			return;
	}
}

void batch_operate(struct batch *batch, const char *text)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->job[i].run && !batch->job[i].over)
			run_operate(batch->job[i].run, text);
}

void batch_left_alone(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->job[i].left)
			batch_stop(batch, batch->job[i].slot, batch->job[i].left);
}

bool batch_has_run(const struct batch *batch, const char *id)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->job[i].run && !batch->job[i].over &&
		    !strcmp(run_id(batch->job[i].run), id))
			return true;
	return false;
}

bool batch_has_slot(const struct batch *batch, int slot)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->job[i].over && batch->job[i].slot == slot)
			return true;
	return false;
}

bool batch_pulls(const struct batch *batch)
{
	return batch->job[0].pulls && !batch->over;
}

bool batch_is_over(const struct batch *batch)
{
	return batch->over;
}

void batch_describe(const struct batch *batch, struct value *runs)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct job *job = &batch->job[i];
		struct value *one;

		if (job->over || !job->run)
			continue;
		one = value_add(runs, value_map());
		value_set_text(one, "run", run_id(job->run));
		value_set_text(one, "protocol", job->run->plan->protocol->id);
		value_set_int(one, "slot", job->slot);
		value_set_int(one, "runner", run_runner_pid(job->run));
		value_set_int(one, "world", run_world_pid(job->run));
	}
}

void batch_tidy(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->job[i];

		if (job->over) {
			run_free(job->run);
			job->run = NULL;
		}
		if (job->run) { /* the plan is made: its loaders may go */
			planning_free(job->planning);
			job->planning = NULL;
		}
	}
}

void batch_free(struct batch *batch)
{
	if (!batch)
		return;
	timer_stop(&batch->begin);
	if (batch->place.records)
		records_forget(batch->place.records, batch);
	value_free(batch->registered);
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->place.records)
			records_forget(batch->place.records, &batch->job[i]);
		run_free(batch->job[i].run);
		planning_free(batch->job[i].planning);
		order_free(batch->job[i].order);
		plan_free(batch->job[i].plan);
	}
	meeting_free(batch->meeting);
	free(batch);
}
