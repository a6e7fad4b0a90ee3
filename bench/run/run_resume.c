/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run that is taken up again after an interruption that its protocol allows.
 *
 * Its journal says how far it had come, and goes on. First everything is made anew that it was made of: the plan, from
 * the files, which must be those of then; the course and the script's process, by feeding them the journal (run/feed.h)
 * until the script stands in the wait in which it may be interrupted. No wire is touched until then, and nothing is
 * written. Then the slot comes up, with the instruments of before, and the wait is answered with what is left of it.
 * Whatever is wrong up to there leaves the run as it stood, to be tried again or to be ended. How long the bench was away
 * counts from the last that the journal holds, by the machine's own clock where it was not started anew, else by the
 * calendar (run/absence.h): one whose length nobody knows cannot be judged. It becomes a measure (course_conditions.c).
 *
 * A journal is read in pieces, so that what runs beside is guarded in between.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "loop/machine_time.h"
#include "run/absence.h"
#include "run/feed.h"

enum { READ_AT_ONCE = 2000 };

struct resuming {
	struct feed feed;
	struct replay counted;
	struct timer next; /* real time: the journal is read on, or all of it was */
	nsec cut;   /* bench time of the last that the journal holds from before the interruption */
	nsec error; /* of the absence, either way */
	const char *by;	  /* by which clock it was measured */
	struct error why; /* it comes up no further, and stands as before */
};

static struct resuming *of(const struct run *run)
{
	return run->resuming;
}

/* ---- it stands as it stood ---- */

static void refuse(struct run *run, const struct error *err)
{
	struct error named = *err;

	error_context(&named, "%s stays interrupted", run->folder_id);
	run->state = RUN_ENDED;
	timer_stop(&of(run)->next);
	if (run->handlers.refused)
		run->handlers.refused(run->ctx, &named);
}

static void kept(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	(void)err; /* without this line the next controller writes it */
	clock_release(run->clock);
	refuse(run, &of(run)->why);
}

/* The bench was there again for a moment, and saw nothing of the wait. */
static void is_safe(void *ctx, const struct error *err)
{
	struct run *run = ctx;
	const struct request *wait = course_interruptible(&run->course);
	struct value *line;

	(void)err;
	if (run->state != RUN_SAFING)
		return;
	run->state = RUN_SEALING;
	line = value_map();
	value_set_int(line, "id", wait->id);
	value_set_text(line, "interruption",
		       run->plan->protocol->interruption[wait->interruption].name);
	value_set_text(line, "why", of(run)->why.text);
	journal_line(run->journal, run_now(run), "interrupted", line);
	journal_seal(run->journal);
	clock_hold(run->clock);
	journal_sync(run->journal, run_now(run), kept, run);
}

/* An instrument that has no power yet is no reason to lose a run of days. */
static void stand_again(struct run *run, const struct error *err)
{
	if (run->state >= RUN_SAFING)
		return;
	of(run)->why = *err;
	run->state = RUN_SAFING;
	timer_stop(&run->deadline);
	if (run->slot)
		slot_make_safe(run->slot, is_safe, run);
	else
		is_safe(run, NULL);
}

void resume_stop(struct run *run, const char *why)
{
	struct error err;

	error_set(&err, ERROR_REFUSED, "%s before it was taken up again", why);
	if (run->state == RUN_RETURNING)
		refuse(run, &err);
	else
		stand_again(run, &err);
}

void resume_tripped(struct run *run, const char *why)
{
	struct error err;

	error_set(&err, ERROR_DEVICE, "%s", why);
	stand_again(run, &err);
}

/* ---- is it the same? ---- */

static int same_sources(const struct run *run, const struct replay_head *head, struct error *err)
{
	for (size_t i = 0; i < run->plan->source_count; i++) {
		const struct plan_source *source = &run->plan->source[i];
		const struct value *then = value_get(head->sources, source->name);

		if (then && then->kind == VALUE_TEXT && then->size == source->size &&
		    memcmp(then->text, source->text, source->size) == 0)
			continue;
		return error_set(err, ERROR_USAGE,
				 "%s is not what it was when the run began: put back the file of "
				 "then, which stands in the journal, or end the run (davy continue "
				 "RUN --end)",
				 source->name);
	}
	return 0;
}

/*
 * What may have changed without making it another run: by which version it is made, and what is odd; the check before it
 * is looked at by itself. Its name follows from the rest.
 */
static bool is_free(const char *key)
{
	static const char *const FREE[] = {"k", "t", "run", "davy", "warnings", "bracket_check"};

	for (size_t i = 0; i < sizeof(FREE) / sizeof(FREE[0]); i++)
		if (!strcmp(FREE[i], key))
			return true;
	return false;
}

static int same_head(struct run *run, const struct replay_head *head, struct error *err)
{
	struct value *now = head_describe(run);
	int done = 0;

	for (size_t i = 0; i < value_count(head->run) && done == 0; i++) {
		const char *key = value_key(head->run, i);
		const struct value *here = value_get(now, key);

		if (!is_free(key) && !(here && value_same(here, value_at(head->run, i))))
			done = error_set(err, ERROR_USAGE,
					 "'%s' is not what it was when the run began", key);
	}
	value_free(now);
	if (done == 0 && strcmp(run->id, value_get_text(head->run, "run")) != 0)
		done = error_set(err, ERROR_USAGE, "it was made of other things when it began");
	return done;
}

/* The serial number is said once more: what was on the bench may have been taken away. */
static int same_specimen(const struct run *run, struct error *err)
{
	const struct value *serial =
		value_get(value_get(run->plan->protocol_data, "dut"), "serial");
	const char *expected = value_get_text(serial, "value");
	const char *again = run->plan->order->serial_again;

	if (!expected)
		return 0;
	if (!again)
		return error_set(
			err, ERROR_USAGE,
			"look which specimen is in slot %d, and say its serial number once "
			"more: --serial …",
			run->plan->order->slot);
	if (spelling_same(expected, again))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "the run was of specimen %s, and %s is in slot %d now: this is another "
			 "run's",
			 expected, again, run->plan->order->slot);
}

static int same_devices(const struct run *run, struct error *err)
{
	const struct fixture *fixture = run->plan->fixture;

	for (size_t i = 0; i < fixture->device_count; i++) {
		const char *name = fixture->device[i].name;
		const char *then = value_get_text(of(run)->feed.devices, name);
		const char *now = run->slot->identity[i];

		if (then && strcmp(then, now) != 0)
			return error_set(
				err, ERROR_DEVICE,
				"%s answers as '%s', and was '%s' before the interruption: "
				"another instrument cannot go on with its run",
				name, now, then);
	}
	return 0;
}

/* ---- how long it was away ---- */

/* A stated absence is a simulated one's, which has no machine. */
static int bench_time_now(struct run *run, nsec *now, struct error *err)
{
	struct resuming *resuming = of(run);
	const struct order *order = run->plan->order;
	nsec latest = journal_reader_latest(resuming->feed.reader);
	struct machine_time machine;
	struct passed passed;

	if (!order_has_wires(order)) {
		resuming->by = "stated";
		*now = latest + order->outage;
		return 0;
	}
	machine_time_read(&machine);
	if (passed_since(resuming->feed.stands, &machine, &passed, err) < 0)
		return -1;
	resuming->by = passed.by;
	resuming->error = (nsec)((double)passed.error * order->scale);
	*now = value_get_int(resuming->feed.stands, "t", 0) +
	       (nsec)((double)passed.time * order->scale);
	if (*now < latest) /* by what the clocks are wrong, and less than was seen since */
		*now = latest;
	return 0;
}

/* Refused as long as it only has become too long for certain; else the measure says what it is worth. */
static int is_within(const struct run *run, const struct request *wait, nsec now, struct error *err)
{
	const struct resuming *resuming = run->resuming;
	const struct protocol_interruption *interruption =
		&run->plan->protocol->interruption[wait->interruption];
	const struct absence *absence = &run->course.absence[wait->interruption];
	nsec least = absence->time - absence->error + (now - resuming->cut) - resuming->error;
	struct quantity time = {.value = nsec_seconds(least < 0 ? 0 : least)};

	if (unit_parse(&time.unit, "s", err) < 0)
		return -1;
	if (limit_met(&interruption->measure->limit.limit, &time))
		return 0;
	return error_set(
		err, ERROR_REFUSED,
		"the bench was away for %.0f s in the wait '%s', and %s is allowed: the run "
		"can only be ended (davy continue RUN --end)",
		time.value, interruption->name, interruption->measure->limit.limit.text);
}

/* ---- it goes on ---- */

void resume_end(struct run *run)
{
	struct resuming *resuming = run->resuming;

	if (!resuming)
		return;
	timer_stop(&resuming->next);
	feed_done(&resuming->feed);
	free(resuming);
	run->resuming = NULL;
}

static void write_resumed(struct run *run, const struct request *wait, nsec now)
{
	struct value *line = value_map();

	value_set_int(line, "id", wait->id);
	value_set_text(line, "interruption",
		       run->plan->protocol->interruption[wait->interruption].name);
	value_set_int(line, "away_ns", now - of(run)->cut);
	value_set_int(line, "error_ns", of(run)->error);
	value_set_text(line, "by", of(run)->by);
	journal_line(run->journal, now, "resumed", line);
}

static void go_on(struct run *run)
{
	const struct request *wait = course_interruptible(&run->course);
	nsec now = run_now(run), away = now - of(run)->cut, error = of(run)->error;
	char text[120];

	write_resumed(run, wait, now);
	snprintf(text, sizeof(text), "the run goes on; the bench was away for %.0f s",
		 nsec_seconds(away));
	watch_note(run, text);
	resume_end(run);
	run->state = RUN_RUNNING;
	course_reopen(&run->course);
	watch_awaits(run);
	course_resumed(&run->course, wait->id, now, away, error);
}

static void hazard_is_known(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	clock_release(run->clock);
	if (err)
		stand_again(run, err);
	else if (run->state == RUN_COMING_UP)
		go_on(run);
}

static void bench_is_up(void *ctx, const struct error *err)
{
	struct run *run = ctx;
	struct error wrong;

	if (run->state != RUN_COMING_UP)
		return;
	if (!err && same_devices(run, &wrong) < 0)
		err = &wrong;
	if (err) {
		stand_again(run, err);
		return;
	}
	clock_hold(run->clock);
	if (hazard_begin(run, hazard_is_known))
		return;
	clock_release(run->clock);
	go_on(run);
}

/* From here on it is a run like any other, whose journal has a beginning already. */
static int come_up(struct run *run, nsec now, struct error *err)
{
	struct feed *feed = &of(run)->feed;
	const struct request *wait = course_interruptible(&run->course);
	char *folder = xprintf("%s/runs/%s", run->place.state, run->folder_id), chain[65];

	journal_reader_head(feed->reader, chain);
	run->journal = journal_go_on(run->place.writer, folder, run_quota(run),
				     journal_reader_place(feed->reader), chain, err);
	free(folder);
	if (!run->journal)
		return -1;
	run->course.host = &RUN_COURSE_HOST;
	run->course.ctx = run;
	run->runner = feed->runner;
	run->numbered = wait->id;
	run->state = RUN_COMING_UP;
	clock_go_on(run->clock, now);
	run_begin_time(run);
	if (order_has_wires(run->plan->order))
		head_anchor(run, loop_wall_time(), 0);
	shown_begin(run);
	watch_started(run);
	return 0;
}

static void stands(struct run *run)
{
	struct resuming *resuming = of(run);
	const struct request *wait = course_interruptible(&run->course);
	struct error err;
	nsec now;

	resuming->cut = resuming->feed.cut;
	if (bench_time_now(run, &now, &err) < 0 || is_within(run, wait, now, &err) < 0 ||
	    come_up(run, now, &err) < 0)
		refuse(run, &err);
	else if (run_open_slot(run, bench_is_up, &err) < 0)
		stand_again(run, &err);
}

/* ---- the journal is read ---- */

static void read_on(void *ctx)
{
	struct run *run = ctx;
	struct feed *feed = &of(run)->feed;

	if (run->state != RUN_RETURNING)
		return;
	if (feed->failed)
		refuse(run, &feed->err);
	else if (feed->over)
		stands(run);
	else if (feed_read_on(feed))
		resume_read_on(run);
}

void resume_read_on(struct run *run)
{
	if (!timer_armed(&of(run)->next))
		timer_start(&of(run)->next, loop_real_clock(run->place.loop), 0, TIMER_WAIT,
			    read_on, run);
}

static void fed(void *ctx)
{
	resume_read_on(ctx);
}

void resume_frame(struct run *run, const struct frame *frame)
{
	feed_frame(&of(run)->feed, frame);
}

void resume_runner_ended(struct run *run, const char *why)
{
	struct error err;

	error_set(&err, ERROR_DEVICE, "the script's process %s while it was fed its journal", why);
	feed_fail(&of(run)->feed, &err);
}

/* ---- the beginning ---- */

static int read_head(struct run *run, struct error *err)
{
	struct feed *feed = &of(run)->feed;
	char *folder = xprintf("%s/runs/%s", run->place.state, run->folder_id);
	int done = replay_head_read(&feed->head, folder, err);

	if (done == 0 && !feed->head.start)
		done = error_set(err, ERROR_USAGE, "its script had not begun");
	if (done == 0)
		feed->reader = journal_reader_open(folder, err);
	feed->folder = folder;
	return done == 0 && feed->reader ? 0 : -1;
}

/* Whoever checks a bench takes off it what lies there: the run would then rest on a check that came in the midst of it. */
static int same_check(const struct run *run, const struct replay_head *head, struct error *err)
{
	const struct value *then = value_get(head->run, "bracket_check"), *now = run->plan->check;

	if (then && now ? value_same(then, now) : !then && !now)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "the last check of its fixture is not the one that it rests on: the "
			 "bench was checked while the run stood interrupted, or that check was "
			 "taken back; end the run (davy continue RUN --end), and test again");
}

static int check_same(struct run *run, struct error *err)
{
	const struct replay_head *head = &of(run)->feed.head;

	run->plan->wall = head->wall;
	head_name(run);
	if (same_sources(run, head, err) < 0 || same_head(run, head, err) < 0 ||
	    same_check(run, head, err) < 0)
		return -1;
	return same_specimen(run, err);
}

int resume_begin(struct run *run, struct error *err)
{
	struct resuming *resuming = xcalloc(1, sizeof(*resuming));
	struct feed *feed = &resuming->feed;

	run->resuming = resuming;
	run->state = RUN_RETURNING;
	feed->replay = &resuming->counted;
	feed->ended = fed;
	feed->ctx = run;
	feed->goes_on = true;
	feed->at_once = READ_AT_ONCE;
	snprintf(run->folder_id, sizeof(run->folder_id), "%s", run->plan->order->continues);
	if (read_head(run, err) < 0 || check_same(run, err) < 0)
		return error_context(err, "%s stays as it is", run->folder_id);
	run_make_course(run);
	feed_attach(feed, &run->course);
	if (runner_spawn(run, feed->head.start, err) < 0)
		return -1;
	feed->runner = run->runner;
	return 0;
}
