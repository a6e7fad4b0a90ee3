/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench's log (record/bench_log.h) as the controller has it: opened, and appended to, by a writer's thread of its own,
 * since a record reads its whole journal, and no other journal is to wait for that. A run has its record when its verdict
 * is on the disk; a run that has a verdict and no record, since power went between the two, gets one when the next
 * controller starts, which says so in it.
 *
 * What a record was made of stays beside the journal: runs/ID/record.json is the record's own text.
 */
#ifndef DAVY_RUN_RECORDS_H
#define DAVY_RUN_RECORDS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "run/writer.h"

struct records;

/*
 * Begins to open the log of this state folder, and to make up for what it lacks; what goes wrong is logged. `program` is
 * davy-lua: records name the digests of both programs that made a run.
 */
struct records *records_open(const char *state, const char *program, struct writer *writer);
/* When that writer is gone. Accepts NULL. */
void records_close(struct records *records);
/* Runs of before have no record yet, and get theirs now: who leaves meanwhile leaves them to the next start. */
bool records_making_up(const struct records *records);

/*
 * What became of it: {"seq":412,"id":"urn:uuid:…"}, or NULL and why not. Told from the loop.
 */
typedef void records_done_fn(void *ctx, const struct value *appended, const struct error *err);

/* An interrupted run is given up: its journal gets its verdict, ABORTED, for this reason, and its record is made. */
void records_end(struct records *records, const char *folder, const char *why,
		 records_done_fn *done, void *ctx);
/* The record of the run in this folder, whose verdict is on the disk. */
void records_run(struct records *records, const char *folder, records_done_fn *done, void *ctx);
/*
 * A record that a command has asked for: {"kind":"event","says":{…}}, where an event has no eventID yet and its subjects
 * are those of its epcList. It is checked as its kind asks (record/admission.h); `says` is copied. {"kind":"hand-over","why":"…"} gives the bench
 * another key (bench_log_rotate).
 */
void records_append(struct records *records, const struct value *request, records_done_fn *done,
		    void *ctx);
/*
 * What the log's register holds (record/register.h, cylinder.h, approval.h, snapshot.h), as `appended`: {"calibrations":[…],"approvals":[…],
 * "checks":[…],"cylinders":[…],"connections":[…],"snapshots":[…],"orders":[…],"authorisers":{…}} (retest.h).
 */
void records_register(struct records *records, records_done_fn *done, void *ctx);
/*
 * The check on which a run rests that begins now (run_bracket_before()), as `appended`: of {"by","fixture","simulated"} as there, and
 * the fixture's id `name` and its `slot`, which are the place.
 */
void records_check(struct records *records, const struct value *bracket, records_done_fn *done,
		   void *ctx);
/* What is asked of the outbox (record/outbox_request.h), which is copied, and its answer, as `appended`. */
void records_outbox(struct records *records, const struct value *request, records_done_fn *done,
		    void *ctx);
/* What this ctx waits for is still done, and not told. */
void records_forget(struct records *records, void *ctx);

#endif
