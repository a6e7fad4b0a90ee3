/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run, live: the runner's process on one side, the slot on the other, the course between them, and
 * the journal under all. A run that was started ends in exactly one verdict.
 */
#ifndef DAVY_RUN_RUN_H
#define DAVY_RUN_RUN_H

#include "loop/loop.h"
#include "run/consumed.h"
#include "run/gas_ledger.h"
#include "run/hazard.h"
#include "run/course.h"
#include "run/journal.h"
#include "run/phrase.h"
#include "run/plan.h"
#include "run/records.h"
#include "run/resource.h"
#include "run/slot.h"
#include "wire/peer.h"

struct run;

struct run_handlers {
	/* For whoever watches: maps with an "event" and what belongs to it. May be NULL. */
	void (*event)(void *ctx, const struct value *event);
	/* The verdict is on the disk. `summary` is what `davy run --json` prints. */
	void (*ended)(void *ctx, enum verdict verdict, const struct value *summary);
	/* An interrupted run could not be taken up again: it stands as before, and has no verdict. May be NULL. */
	void (*refused)(void *ctx, const struct error *err);
};

enum { RUN_WHY = JUDGEMENT_WHY }; /* bytes of a reason */

struct run_place {
	struct loop *loop;
	struct writer *writer;
	const char *program;	   /* davy-lua */
	const char *state;	   /* runs/ID is made in it */
	int cpu;		   /* pin the run's processes here; -1: anywhere */
	uint64_t quota;		   /* bytes of a run's journal; 0: 2 GiB */
	struct consumed *consumed; /* may be NULL where no plan uses up a named specimen */
	struct hazards *hazards;   /* may be NULL: nobody is told what a run leaves in its slot */
	/* what it shares with others; NULL: with nobody. They outlive the run. */
	struct resources *resources;
	struct gas_ledger *gases;
	struct meeting *meeting;
	/* for runs on real wires, which are refused where there is no bank */
	struct gpio_bank *bank;
	struct guardian *guardian;
	struct records *records; /* of which each run gets one; or NULL */
};

/*
 * Takes the plan, also on failure. Of an order that continues a run it is that one, taken up again (run_resume.c):
 * what keeps it from that is told later, where it takes time to find out. A specimen that may not be used up is refused, without a journal. */
struct run *run_start(const struct run_place *place, struct plan *plan,
		      const struct run_handlers *handlers, void *ctx, struct error *err);
const char *run_id(const struct run *run);
/* Ask it to stop: finally blocks, then safe. A second time: safe at once. */
void run_stop(struct run *run, const char *why);
/* Safe at once, without finally blocks: ABORTED. */
void run_trip(struct run *run, const char *why);
/* False: it has no such question. `reader`: which one has read it, of a scan; NULL: it was typed. */
bool run_answer(struct run *run, uint32_t request, const char *text, const char *reader);
/* A photo for such a question: a file and where it comes from ("file", "folder", "camera"), with the person's words. */
struct run_photo {
	const char *path, *from;
};
bool run_photograph(struct run *run, uint32_t request, const struct run_photo *photo,
		    const char *text);
/* Of a run that is operated by hand: what a person typed. Answered by an event "operated". */
void run_operate(struct run *run, const char *text);
/* The processes of a run, for tests and for `davy list`; 0 where there is none. */
int run_runner_pid(const struct run *run);
int run_world_pid(const struct run *run);
/* The verdict of measures and of what ended the run early (0: nothing did); `why` is filled. */
enum verdict run_verdict(const struct judgement *judgement, const char *only, enum verdict cause,
			 const char *cause_why, char why[RUN_WHY]);
/* Why a run ended before its script began: its environment is not as its protocol asks. */
void run_say_unfit(const char *why, char text[RUN_WHY]);
void run_free(struct run *run); /* outputs are made safe first; accepts NULL */

/* ---- between run.c, run_head.c, run_resume.c, run_runner.c, run_share.c, run_watch.c and
 * run_shown.c ---- */

enum run_state {
	RUN_RETURNING = 1, /* it was interrupted, and is fed its journal */
	RUN_COMING_UP,
	RUN_RUNNING,
	RUN_STOPPING, /* finally blocks, with the fixture's grace */
	RUN_SAFING,
	RUN_SEALING, /* the verdict waits for the disk */
	RUN_ENDED,
};

/* What a run keeps beside an open request. */
struct live {
	struct live *next;
	struct run *run;
	uint32_t id;
	struct interest channel, of;
	struct timer timer;
	size_t next_setting;
	bool orphan; /* its request was dropped while its act was on its way */
	bool acting;
	bool shares;	  /* it is a TAKE, MEET or OPERATOR, and the run has not left the others */
	bool for_person;  /* … of the operator */
	bool queued;	  /* … who is to be free of this run first */
	bool holds_clock; /* … that waits for other runs, in virtual time */
	bool ended; /* TAKE, MEET: by being granted, and not dropped; OPERATOR: by an answer */
	bool asked; /* OPERATOR: the person has the question */
	struct claim person;	 /* OPERATOR */
	struct keeping *keeping; /* OPERATOR: its photo is on the way to the disk; or NULL */
};

struct run {
	struct run_place place;
	struct run_handlers handlers;
	void *ctx;
	struct plan *plan;
	char id[96];
	char folder_id[112];
	enum run_state state;
	struct bench_clock *clock;
	struct journal *journal;
	struct slot *slot;
	struct gas_account *account; /* of what it draws; NULL: no cylinder is asked for */
	struct peer *runner;
	struct course course;
	bool unfit;	     /* it ended before its script, for its environment */
	char *simulated_why; /* on real wires: an instrument said that it is played */
	bool runner_done;
	uint32_t numbered;  /* the script's latest request */
	bool hazardous;	    /* what its specimen is now stands in the hazards */
	enum verdict cause; /* 0, or what ended the run early */
	char cause_why[RUN_WHY];
	bool unkept;   /* the disk does not take the journal */
	nsec calendar; /* of the calendar's time, what the machine's own clock did not account for */
	struct timer deadline, grace, keep;
	nsec instant;	       /* of the latest turn */
	long turns_in_instant; /* a script that spins without time passing */
	struct live *lives;
	struct claim taken; /* what exclusive() has, or waits for */
	struct member member;
	struct live *meets; /* the request that waits in step */
	struct resources *own_resources;
	struct meeting *own_meeting;
	struct shown *shown; /* to those who watch; NULL: to nobody */
	struct value *summary;
	struct resuming *resuming;	     /* until it goes on; or NULL */
	nsec stood;			     /* when the journal had its latest line "stands" */
	struct operating *operating;	     /* by hand, or NULL */
	struct qualification *qualification; /* or NULL */
	struct value *checks;		     /* … as they were judged */
};

nsec run_now(const struct run *run);
/* Was it ordered as a simulated run, or met an instrument that is played? */
bool run_is_simulated(const struct run *run);
/* End early: what, why; the first cause stands unless a worse one comes. */
void run_end_early(struct run *run, enum verdict verdict, const char *why);
void run_make_safe(struct run *run);
/* Ends the run when its journal has grown too long. */
void run_check_quota(struct run *run);

/* The bench is up and the environment known: begin, or end as INCONCLUSIVE. */
void run_fit(struct run *run, const char *why);

/* run.c, for a run that is taken up again: its parts, as run_start() makes them. */
void run_make_course(struct run *run);
void run_begin_time(struct run *run);
int run_open_slot(struct run *run, slot_done_fn *up, struct error *err);

/* run_resume.c: instead of a beginning. */
int resume_begin(struct run *run, struct error *err);
void resume_read_on(struct run *run); /* the script owes nothing */
void resume_frame(struct run *run, const struct frame *frame);
void resume_runner_ended(struct run *run, const char *why);
/* It is stopped, or its bench trips, before it goes on: it stands as it did. */
void resume_stop(struct run *run, const char *why);
void resume_tripped(struct run *run, const char *why);
void resume_end(struct run *run); /* accepts a run that was not taken up again */

/* run_head.c: its name, from what was planned; the journal's folder, made; the lines that come first. */
void head_name(struct run *run);
int head_open(struct run *run, struct error *err);
void head_write(struct run *run);
uint64_t run_quota(const struct run *run);
/* What the journal's first line says of it; the caller frees it. */
struct value *head_describe(const struct run *run);
/* Which wall time it is now, after the calendar was moved by so much. */
void head_anchor(struct run *run, nsec wall, nsec moved);

/* run_keep.c: the journal is brought to the disk; the verdict is written when all else is there. */
void keep_begin(struct run *run);
void keep_end(struct run *run);
void keep_seal(struct run *run);
/* The script stands in a wait that may be interrupted; said again and again, so that an end can be dated. */
void keep_stands(struct run *run, const struct request *wait);
/* What it calls: make the summary, anew after another cause; the verdict may be told. */
void run_conclude(struct run *run);
void run_sealed(struct run *run);

/* run_runner.c: the runner's process. */
int runner_start(struct run *run, struct error *err);
/* Its process, with all that it is told at the beginning. */
int runner_spawn(struct run *run, const struct value *start, struct error *err);
/* Say so in the journal; a script that runs stops and runs its finally blocks, with a grace. */
void runner_stop(struct run *run, const char *why);
/* Free what waited for acts of a slot that is closed. */
void runner_forget(struct run *run);
extern const struct course_host RUN_COURSE_HOST;
/* The line of a frame, a request's end or a result. */
void runner_line(struct run *run, nsec now, const char *kind, uint32_t id,
		 const struct value *payload);
/*
 * Put the operator's question, once the operator is this run's. `why` is what was wrong with the answer
 * before, or NULL.
 */
void runner_ask_operator(struct live *live, const struct request *request, const char *why);

/* run_share.c: what it shares with other runs. */
void share_open(struct run *run);
/* A request TAKE, MEET or OPERATOR is open: wait for the others, then go on. */
void share_begin(struct live *live, const struct request *request);
void share_close(struct live *live, const struct request *request);
/* It gives back what exclusive() took. */
void share_give(struct run *run);
/* It is not waited for in step any more: it stops or makes itself safe. */
void share_leave(struct run *run);
void share_done(struct run *run);

/* A wait that takes no time where time is virtual: `go_on` is told in the instant in which the wait began. */
void share_wait(struct live *live, timer_fn *go_on);
void share_go_on(struct live *live, timer_fn *go_on);

/* run_answer.c: nobody waits for the photo that is on its way to the disk. */
void photograph_forget(struct live *live);

/* run_hazard.c: what it leaves in its slot. */
bool hazard_begin(struct run *run, writer_done_fn *fn); /* false: nothing, and fn is not called */
void hazard_end(struct run *run);
void hazard_forget(struct run *run);
void hazard_describe(const struct run *run, struct value *summary);
/* What earlier runs have left in its slot, as sentences. */
void hazard_warn(const struct run *run, struct value *warnings);

/* run_operate.c: by hand, instead of a script. */
void operate_begin(struct run *run);
void operate_end(struct run *run);  /* nothing is awaited any more: the slot closes … */
void operate_free(struct run *run); /* … and is closed */
/* Bytes on a port: for whoever watches them. */
void operate_bytes(void *run, int port, enum entry_kind direction, const uint8_t *bytes,
		   size_t size);

/* qualify.c: an installation is qualified, instead of a script; `not_up`: why the bench did not come up. */
void qualify_begin(struct run *run, const char *not_up);
void qualify_end(struct run *run); /* as those of run_operate.c */
void qualify_free(struct run *run);
/* qualify_trip.c: the bench has tripped. False: it ends this run as it does any other. */
bool qualify_tripped(struct run *run, enum verdict verdict, const char *why);
/* All is safe, and nothing else has ended it: its last check. */
void qualify_conclude(struct run *run);
/* What these checks say of the bench. Pure: a replay asks it again. */
enum verdict qualify_verdict(const struct value *checks, struct phrase *why);
/* qualify_person.c; false: it has no such question. */
bool qualify_answer(struct run *run, uint32_t question, const char *text);
/* The slot is closed and opened anew, safe, with a journal that goes on; `up` is told with the run. */
int run_reopen_slot(struct run *run, slot_done_fn *up, struct error *err);

/* run_watch.c: what watchers are told. Each takes nothing that is not there. */
void watch_started(struct run *run);
void watch_step(struct run *run, const char *name, int repeat);
void watch_output(struct run *run, int line, bool level);
/* A line, or a setting of a device, has come to this level. */
void watch_driven(struct run *run, const char *name, const char *level, bool safe);
void watch_judged(struct run *run, const struct judged *judged);
void watch_adjusted(struct run *run, const struct value *adjustment);
void watch_note(struct run *run, const char *text);
void watch_question(struct run *run, const struct request *request, const char *why);
/* A question that was put is not asked any more, and had no answer. */
void watch_withdrawn(struct run *run, uint32_t id);
/* It waits for so many others: for this to be free, or in step for them to come. */
void watch_waits(struct run *run, const char *what, bool in_step, size_t others);
void watch_goes_on(struct run *run);
void watch_stopping(struct run *run, enum verdict verdict, const char *why);
struct value *run_summary(struct run *run, enum verdict verdict, const char *why);
void watch_ended(struct run *run, const struct value *summary);
/* It was ordered as a real run, and is none. */
void watch_simulated(struct run *run, const char *why);
/* By hand: what came of a command; `answer` is taken, `why` is NULL where it was done. */
void watch_operated(struct run *run, struct value *answer, const char *why);
/* In a qualification: a check has ended; somebody is asked, and `why` his answer could not be taken. */
void watch_checked(struct run *run, const struct value *measure);
void watch_asks(struct run *run, uint32_t id, const char *text, const char *zh, const char *why);
/* Bytes on a port that is watched. */
void watch_bytes(struct run *run, int port, const char *direction, const char *hex);
/* The beginning of an event, NULL where nobody watches; and its end: it is told, and taken. */
struct value *watch_event(const struct run *run, const char *name);
void watch_tell(struct run *run, struct value *event);

/* run_shown.c: the same of what changes faster than an eye can follow. */
void shown_begin(struct run *run);
void shown_end(struct run *run); /* nothing more is told */
void watch_sample(struct run *run, int channel, const struct bench_sample *sample);
/* Of a device's setting that has a safe value: what it was told to be, and whether it is away from it. */
void watch_setting(struct run *run, int device, int index, const char *level, bool away);
/* What it waits for, or what is asked for, has changed. */
void watch_awaits(struct run *run);

#endif
