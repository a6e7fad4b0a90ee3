/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of a run while it goes on, and how it is sealed.
 *
 * In real time the journal is brought to the disk once a second. A disk that takes nothing is said to whoever
 * watches, once, and again when it takes something: until then everything waits in memory, and a run of hours
 * is not lost when somebody makes room in time. The calendar is looked at as often. The bench clock does not
 * follow it, so a clock that was set (by a person, or by a server after a start without network) moves nothing;
 * but the journal gets a new anchor, lest its times be taken for others than they were.
 *
 * Sealing has two steps: first everything up to the verdict is brought to the disk, then the verdict. What the
 * first step finds wrong stands in the verdict; where only the second fails the line is taken back, so that no
 * journal says PASS of a run that was told to be an ERROR: the next controller ends it as one cut short.
 *
 * Behind the verdict comes the record (run/records.h), and then the run is told to have ended. Where no record could be
 * made that is told with it.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "loop/machine_time.h"
#include "run/absence.h"
#include "run/run.h"

#define KEEP_EVERY SEC(1)
/* An interruption counts from the last that the journal holds; nothing else may be written in such a wait. */
#define STANDS_EVERY SEC(10)
/* Clocks that are slewed move by half a millisecond in a second; what is set moves by more. */
#define CALENDAR_STEP MSEC(500)

/* Of the calendar's time, what the machine's own clock does not account for. */
static nsec calendar_offset(const struct run *run)
{
	return loop_wall_time() - clock_now(loop_real_clock(run->place.loop));
}

static void look_at_calendar(struct run *run)
{
	nsec moved = calendar_offset(run) - run->calendar;

	if (llabs(moved) < CALENDAR_STEP)
		return;
	run->calendar += moved;
	head_anchor(run, loop_wall_time(), moved);
}

static void kept(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	if (err && !run->unkept)
		watch_note(run, err->text);
	else if (!err && run->unkept)
		watch_note(run, "the disk takes the record again");
	run->unkept = err != NULL;
}

void keep_stands(struct run *run, const struct request *wait)
{
	struct value *line = value_map();
	struct machine_time now;

	run->stood = run_now(run);
	value_set_int(line, "id", wait->id);
	value_set_text(line, "interruption",
		       run->plan->protocol->interruption[wait->interruption].name);
	if (order_has_wires(run->plan->order)) {
		machine_time_read(&now);
		passed_describe(line, &now);
	}
	journal_line(run->journal, run->stood, "stands", line);
}

static void say_where_it_stands(struct run *run)
{
	const struct request *wait = course_interruptible(&run->course);

	if (wait && run->state == RUN_RUNNING && run_now(run) - run->stood >= STANDS_EVERY)
		keep_stands(run, wait);
}

static void keep(void *ctx)
{
	struct run *run = ctx;

	if (run->state >= RUN_SEALING)
		return;
	if (order_has_wires(run->plan->order))
		look_at_calendar(run);
	say_where_it_stands(run);
	journal_sync(run->journal, run_now(run), kept, run);
	timer_start(&run->keep, run->clock, run_now(run) + KEEP_EVERY, TIMER_WAIT, keep, run);
}

void keep_begin(struct run *run)
{
	run->calendar = calendar_offset(run);
	if (run->plan->order->clock != CLOCK_KIND_VIRTUAL)
		timer_start(&run->keep, run->clock, run_now(run) + KEEP_EVERY, TIMER_WAIT, keep,
			    run);
}

void keep_end(struct run *run)
{
	timer_stop(&run->keep);
}

/* ---- sealing ---- */

static void end(struct run *run)
{
	clock_release(run->clock);
	run_sealed(run);
}

/* A verdict that is on the disk stands; a record that is not is made when the next controller starts. */
static void recorded(void *ctx, const struct value *appended, const struct error *err)
{
	struct run *run = ctx;

	gas_account_close(run->account, !err);
	run->account = NULL;
	if (appended)
		value_set(run->summary, "record", value_copy(appended));
	else if (err)
		value_set_text(run->summary, "unrecorded", err->text);
	end(run);
}

/* It may be told: whatever becomes of the journal, it says nothing else. */
static void sealed(void *ctx, const struct error *err)
{
	struct run *run = ctx;
	char *folder;

	if (err && !run->unkept) {
		run_end_early(run, VERDICT_ERROR, err->text);
		run_conclude(run);
		journal_drop(run->journal);
	}
	if (err || run->unkept || !run->place.records) {
		end(run);
		return;
	}
	folder = xprintf("%s/runs/%s", run->place.state, run->folder_id);
	records_run(run->place.records, folder, recorded, run);
	free(folder);
}

static void note_unkept(struct run *run, const char *why)
{
	struct value *line = value_map();

	value_set_text(line, "verdict", verdict_name(VERDICT_ERROR));
	value_set_text(line, "why", why);
	journal_line(run->journal, run_now(run), "trip", line);
	run_end_early(run, VERDICT_ERROR, why);
}

static void write_verdict(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	run->unkept = err != NULL;
	if (err)
		note_unkept(run, err->text);
	run_conclude(run);
	journal_line(run->journal, run_now(run), "verdict", value_copy(run->summary));
	journal_seal(run->journal);
	journal_sync(run->journal, run_now(run), sealed, run);
}

void keep_seal(struct run *run)
{
	clock_hold(run->clock);
	if (run->plan->order->clock == CLOCK_KIND_VIRTUAL)
		write_verdict(run, NULL);
	else
		journal_sync(run->journal, run_now(run), write_verdict, run);
}
