/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report is taken as a whole: first the record of receipts, whose transaction has the rows that it decides, then the
 * rows of what is tried again. A process that dies before it has reported tries again what it has tried; its receiver
 * knows the event by its ID.
 */
#include "record/outbox_request.h"

#include <string.h>

#include "record/destinations.h"
#include "record/outbox.h"
#include "record/outbox_carry.h"
#include "record/outbox_inside.h"

enum { ASK_AGAIN_MS = 5000, PROBE_MOST = 1, WHY_MOST = 400 };

const struct value *outbox_destination(struct bench_log *log, const struct value *request,
				       struct error *err)
{
	const struct value *list = outbox_settle(bench_log_outbox(log), err);
	const char *name = value_get_text(request, "destination");

	return list ? destinations_find(list, name ? name : "", err) : NULL;
}

/* ---- what is due ---- */

static int64_t wait_of(int64_t until_ms, int64_t now_ms)
{
	int64_t wait = until_ms - now_ms;

	return wait < 0 || wait > ASK_AGAIN_MS ? ASK_AGAIN_MS : wait;
}

/* A destination that is paused or rests has nothing due, and then one record, by which it is probed. */
static struct value *next(struct bench_log *log, const struct value *request,
			  const struct moment *now, struct error *err)
{
	const struct value *destination = outbox_destination(log, request, err);
	const char *name = value_get_text(destination, "name");
	int64_t most = value_get_int(request, "most", 1), next_ms = -1;
	struct value *answer = value_map();
	struct value *items = value_set(answer, "items", value_list());
	struct store_destination known = {0};
	int done =
		destination ? store_destination_get(bench_log_store(log), name, &known, err) : -1;
	int64_t rests = known.until_ms - now->wall.ms;
	if (most < 1 || most > OUTBOX_ITEMS_MOST)
		most = OUTBOX_ITEMS_MOST;
	if (done >= 0 && rests > 0 && rests <= WALL_TIME_DAY_MS)
		next_ms = known.until_ms;
	else if (done >= 0)
		done = store_outbox_due(bench_log_store(log), name, now->wall.ms,
					known.until_ms || known.reason ? PROBE_MOST : (size_t)most,
					items, &next_ms, err);
	value_set_int(answer, "waitMs",
		      next_ms < 0 ? ASK_AGAIN_MS : wait_of(next_ms, now->wall.ms));
	value_set_bool(answer, "isPaused", known.reason != NULL);
	value_set_bool(answer, "isWaiting", next_ms >= 0);
	store_destination_done(&known);
	if (done >= 0)
		return answer;
	value_free(answer);
	return NULL;
}

/* ---- what came of it ---- */

static bool is_definite(const char *outcome)
{
	return outcome && (!strcmp(outcome, "delivered") || !strcmp(outcome, "parked"));
}

int outbox_is_open(struct bench_log *log, const char *name, const struct value *outcome,
		   struct error *err)
{
	int64_t seq = value_get_int(outcome, "seq", 0);
	char state[16];
	int there = store_outbox_has(bench_log_store(log), seq > 0 ? (uint64_t)seq : 0, name, state,
				     err);

	return there == 1 ? strcmp(state, "delivered") != 0 : there;
}

int outbox_add_receipt(struct bench_log *log, struct value *receipts, const struct value *outcome,
		       struct error *err)
{
	struct value *receipt = value_add(receipts, value_map());
	struct store_record record;
	struct buf texts;
	int found;

	buf_init(&texts);
	found = store_get(bench_log_store(log), (uint64_t)value_get_int(outcome, "seq", 0), &record,
			  &texts, err);
	if (found == 1) {
		value_set_int(receipt, "seq", (int64_t)record.seq);
		value_set_text(receipt, "of", record.id);
		for (size_t i = 0; i < value_count(outcome); i++)
			value_set(receipt, value_key(outcome, i), value_copy(value_at(outcome, i)));
	}
	buf_done(&texts);
	return found == 1 ? 0 : -1;
}

/* Takes the receipts; where there are none, nothing is recorded. */
static int record_receipts(struct bench_log *log, const char *name, struct value *receipts,
			   const struct moment *now, struct error *err)
{
	struct value *says = value_map();
	int done = 0;

	value_set_text(says, "destination", name);
	value_set(says, "receipts", receipts);
	if (value_count(receipts))
		done = bench_log_append(log,
					&(struct bench_entry){.kind = ENTRY_RECEIPT, .says = says},
					now, NULL, err);
	value_free(says);
	return done;
}

struct report {
	const char *name;
	const struct value *outcomes;
	int64_t now_ms;
};

static int take_other(struct store *store, const struct report *report, const struct value *said,
		      struct error *err)
{
	const char *outcome = value_get_text(said, "outcome");
	int64_t delay = value_get_int(said, "delayMs", 0);
	int64_t until = report->now_ms + (delay < 0		     ? 0
					  : delay > WALL_TIME_DAY_MS ? WALL_TIME_DAY_MS
								     : delay);
	const char *reason = value_get_text(said, "reason");
	const char *detail = value_get_text(said, "detail");
	struct store_outcome row = {.seq = (uint64_t)value_get_int(said, "seq", 0),
				    .destination = report->name,
				    .state = "retry",
				    .next_ms = until,
				    .reason = reason,
				    .detail = detail,
				    .location = value_get_text(said, "location"),
				    .is_new_try = true};
	bool pauses = outcome && !strcmp(outcome, "paused");

	if (outcome && !strcmp(outcome, "accepted"))
		row.state = "accepted";
	if (pauses)
		row.next_ms = 0;
	if (!is_definite(outcome) && store_outbox_set(store, &row, err) < 0)
		return -1;
	return store_destination_rest(store, report->name, pauses ? reason : NULL,
				      pauses ? detail : NULL,
				      pauses || value_get_bool(said, "rests") ? until : 0, err);
}

static int take_others(struct store *store, void *ctx, struct error *err)
{
	const struct report *report = ctx;

	for (size_t i = 0; i < value_count(report->outcomes); i++)
		if (take_other(store, report, value_at(report->outcomes, i), err) < 0)
			return -1;
	return 0;
}

static struct value *report(struct bench_log *log, const struct value *request,
			    const struct moment *now, struct error *err)
{
	const struct value *destination = outbox_destination(log, request, err);
	const struct value *outcomes = value_get(request, "outcomes");
	struct report report = {.name = value_get_text(destination, "name"),
				.outcomes = outcomes,
				.now_ms = now->wall.ms};
	struct value *receipts;
	int done = 0;

	if (!destination)
		return NULL;
	if (outbox_is_bag(destination)) {
		error_set(err, ERROR_USAGE,
			  "'%s' is of kind bag: what went there is delivered when its receiver has "
			  "signed for it",
			  report.name);
		return NULL;
	}
	if (!outcomes || outcomes->kind != VALUE_LIST || value_count(outcomes) == 0 ||
	    value_count(outcomes) > OUTBOX_ITEMS_MOST) {
		error_set(err, ERROR_USAGE, "a report has between 1 and %d outcomes",
			  OUTBOX_ITEMS_MOST);
		return NULL;
	}
	receipts = value_list();
	for (size_t i = 0; i < value_count(outcomes) && done >= 0; i++) {
		const struct value *outcome = value_at(outcomes, i);

		done = is_definite(value_get_text(outcome, "outcome"))
			       ? outbox_is_open(log, report.name, outcome, err)
			       : 0;
		if (done == 1)
			done = outbox_add_receipt(log, receipts, outcome, err);
	}
	if (done < 0)
		value_free(receipts);
	else
		done = record_receipts(log, report.name, receipts, now, err);
	if (done == 0)
		done = store_outbox_change(bench_log_store(log), take_others, &report, err);
	return done == 0 ? value_map() : NULL;
}

/* ---- people ---- */

static int describe(struct bench_log *log, const struct value *destination,
		    const struct moment *now, struct value *list, struct value *waiting,
		    struct error *err)
{
	struct store *store = bench_log_store(log);
	const char *name = value_get_text(destination, "name");
	struct value *says = value_add(list, value_map());
	struct store_destination known;
	int64_t oldest;

	value_set_text(says, "name", name);
	value_set_text(says, "kind", value_get_text(destination, "kind"));
	value_set_text(says, "url", value_get_text(destination, "url"));
	if (store_destination_get(store, name, &known, err) < 0)
		return -1;
	value_set_text(says, "paused", known.reason);
	value_set_text(says, "detail", known.detail);
	if (known.reason)
		value_set_int(says, "untilMs", known.until_ms);
	store_destination_done(&known);
	if (store_outbox_count(store, name, says, err) < 0)
		return -1;
	oldest = value_get_int(says, "oldestMs", now->wall.ms);
	value_set_bool(says, "alarm", now->wall.ms - oldest > OUTBOX_ALARM_MS);
	return store_outbox_rows(store, name, 0, OUTBOX_LISTED_MOST, waiting, err);
}

static struct value *list(struct bench_log *log, const struct value *request,
			  const struct moment *now, struct error *err)
{
	const struct value *destinations = outbox_settle(bench_log_outbox(log), err);
	struct value *answer = value_map();
	struct value *says = value_set(answer, "destinations", value_list());
	struct value *waiting = value_set(answer, "waiting", value_list());
	int done = destinations ? 0 : -1;

	(void)request;
	value_set_int(answer, "nowMs", now->wall.ms);
	for (size_t i = 0; i < value_count(destinations) && done == 0; i++)
		done = describe(log, value_at(destinations, i), now, says, waiting, err);
	if (done == 0)
		return answer;
	value_free(answer);
	return NULL;
}

static struct value *show(struct bench_log *log, const struct value *request,
			  const struct moment *now, struct error *err)
{
	const struct value *destinations = outbox_settle(bench_log_outbox(log), err);
	int64_t seq = value_get_int(request, "seq", 0);
	struct value *answer = value_map();
	struct value *rows = value_set(answer, "rows", value_list());
	int done = destinations ? 0 : -1;

	value_set_int(answer, "nowMs", now->wall.ms);
	if (seq < 1 || (uint64_t)seq > bench_log_count(log))
		done = done < 0 ? -1
				: error_set(err, ERROR_USAGE, "there is no record %lld",
					    (long long)seq);
	for (size_t i = 0; i < value_count(destinations) && done == 0; i++)
		done = store_outbox_rows(bench_log_store(log),
					 value_get_text(value_at(destinations, i), "name"),
					 (uint64_t)seq, 1, rows, err);
	if (done == 0)
		return answer;
	value_free(answer);
	return NULL;
}

static int add_releases(struct bench_log *log, const struct value *rows, const char *why,
			struct value *receipts, struct error *err)
{
	int done = 0;

	for (size_t i = 0; i < value_count(rows) && done == 0; i++) {
		const char *state = value_get_text(value_at(rows, i), "state");
		struct value *says;

		if (!state || (strcmp(state, "parked") != 0 && strcmp(state, "carried") != 0))
			continue;
		says = value_map();
		value_set_int(says, "seq", value_get_int(value_at(rows, i), "seq", 0));
		value_set_text(says, "outcome", "released");
		value_set_text(says, "why", why);
		done = outbox_add_receipt(log, receipts, says, err);
		value_free(says);
	}
	return done;
}

static int hasten_now(struct store *store, void *ctx, struct error *err)
{
	return store_destination_hasten(store, ctx, err);
}

static struct value *hasten(struct bench_log *log, const struct value *request,
			    const struct moment *now, struct error *err)
{
	const struct value *destination = outbox_destination(log, request, err);

	(void)now;
	if (!destination ||
	    store_outbox_change(bench_log_store(log), hasten_now,
				(void *)value_get_text(destination, "name"), err) < 0)
		return NULL;
	return value_map();
}

static struct value *release(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct error *err)
{
	const struct value *destination = outbox_destination(log, request, err);
	const char *name = value_get_text(destination, "name");
	const char *why = value_get_text(request, "why");
	int64_t seq = value_get_int(request, "seq", 0);
	struct value *receipts, *rows, *answer;
	int64_t count;
	int done;

	if (!destination)
		return NULL;
	if (!why || !why[0] || strlen(why) > WHY_MOST || seq < 0) {
		error_set(err, ERROR_USAGE, "what is released says why, in at most %d bytes",
			  WHY_MOST);
		return NULL;
	}
	receipts = value_list();
	rows = value_list();
	done = store_outbox_rows(bench_log_store(log), name, (uint64_t)seq, (size_t)-1 >> 1, rows,
				 err);
	if (done == 0)
		done = add_releases(log, rows, why, receipts, err);
	value_free(rows);
	count = (int64_t)value_count(receipts);
	if (done == 0 && seq && count == 0)
		done = error_set(err, ERROR_REFUSED,
				 "record %lld is neither parked nor carried at '%s'",
				 (long long)seq, name);
	if (done < 0)
		value_free(receipts);
	else
		done = record_receipts(log, name, receipts, now, err);
	if (done < 0)
		return NULL;
	answer = hasten(log, request, now, err);
	if (answer)
		value_set_int(answer, "released", count);
	return answer;
}

static struct value *rebuild(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct error *err)
{
	if (outbox_rebuild(bench_log_outbox(log), err) < 0)
		return NULL;
	return list(log, request, now, err);
}

struct value *outbox_request(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct error *err)
{
	static const struct {
		const char *what;
		struct value *(*answer)(struct bench_log *log, const struct value *request,
					const struct moment *now, struct error *err);
	} REQUESTS[] = {{"next", next},
			{"report", report},
			{"list", list},
			{"show", show},
			{"release", release},
			{"hasten", hasten},
			{"rebuild", rebuild},
			{"carry", outbox_carry},
			{"carried", outbox_carried},
			{"received", outbox_received}};
	const char *what = value_get_text(request, "what");

	for (size_t i = 0; what && i < sizeof(REQUESTS) / sizeof(REQUESTS[0]); i++)
		if (!strcmp(what, REQUESTS[i].what))
			return REQUESTS[i].answer(log, request, now, err);
	error_set(err, ERROR_USAGE, "the outbox cannot be asked '%.40s'", what ? what : "");
	return NULL;
}
