/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The qualification of an installation: a run without a script, whose item under inspection is the bench
 * itself. Its checks are made from the compiled fixture and station, done one after the other on the bench
 * clock, and each stands in the journal as one judged measure: what was expected, what was found, and
 * whether it holds (PASS), does not hold (FAIL) or was not looked at, and why not (INCONCLUSIVE).
 */
#ifndef DAVY_RUN_QUALIFY_H
#define DAVY_RUN_QUALIFY_H

#include "run/phrase.h"
#include "run/run.h"

enum {
	CHECKS_MOST = 5 * FIXTURE_MOST + 4,
	CHECK_WHY = PHRASE_MOST,
	LATENCY_ASKED = 50, /* times that a port is asked … */
	JITTER_TICKS = 1000 /* … and ticks of 1 ms that are waited for */
};

struct qualification;

enum check_state { CHECK_HOLDS = 1, CHECK_FAILS, CHECK_NOT_LOOKED_AT };

/* What a person said; a world, of whoever is played. */
enum answer { ANSWER_YES = 1, ANSWER_NO, ANSWER_SKIP, ANSWER_AGAIN };

struct check {
	void (*begin)(struct qualification *q); /* ends in one qualify_ends, at once or later */
	int index;				/* of a device, port, line or interlock */
	bool moves; /* outputs leave safe in it: not without consent, nor on a bench that is not up */
	bool settled; /* it has ended … */
	bool failed;  /* … and does not hold */
	const char *step;
	char name[96], zh[96];
	struct phrase expected;
};

typedef void qualify_fn(struct qualification *q);
typedef void qualify_answered_fn(struct qualification *q, enum answer answer);
typedef void qualify_done_fn(struct qualification *q, const struct error *err);
typedef bool qualify_is_fn(struct qualification *q);

struct qualification {
	struct run *run;
	struct check check[CHECKS_MOST];
	size_t count, next; /* the check that is on is the one before `next` */
	bool over;
	struct phrase not_up; /* the bench cannot be used, and why; else "" */
	bool consent_asked, consented;
	struct phrase dangerous; /* an instrument that can energise is not well: nothing is moved */
	bool device_is_well[FIXTURE_MOST];
	int reopened;	   /* so often */
	bool end_is_known; /* the last check, which is made when all is safe */

	/* what the check that is on waits for, each NULL when it is not */
	struct timer timer;
	qualify_fn *after;
	qualify_is_fn *is_so;
	nsec patience; /* of is_so */
	nsec within;   /* what somebody says that he did must be seen */
	qualify_done_fn *acted;
	qualify_answered_fn *answered;
	uint32_t question; /* its number */
	bool asking, by_world;
	char world_id[64], text[CHECK_WHY], zh[CHECK_WHY];
	void (*awaited)(struct qualification *q, bool so);
	void (*moved)(struct qualification *q, enum answer answer);
	qualify_done_fn *prepared;

	/* a trip: outputs are being made safe, or are */
	struct {
		bool seen, reopening;
		bool by_estop; /* somebody was asked to press it */
		nsec time;
		struct phrase why;
		struct phrase unsafe; /* making safe did not do all of it */
	} trip;
	qualify_fn *on_trip; /* all is safe after an expected one */

	/* of the checks on instruments and time */
	struct exchange exchange;
	struct driver probe;
	int rule, address;
	char identity[DEVICE_IDENTITY];
	double sample[JITTER_TICKS]; /* ns */
	size_t samples, lost, asked;
	nsec asked_at, tick;
	struct value *figures; /* of the check that is on, or NULL */
	struct phrase found;   /* by it so far */

	/* of the checks on lines and interlocks */
	int line;		      /* the one that is moved */
	bool wanted;		      /* the level that a person brings it to */
	struct fixture_output output; /* what is prepared for, but for an interlock */
	int except;
	size_t preparing, tries;
	char refused[CHECK_WHY];
};

/* ---- what the checks call (qualify.c) ---- */

struct check *qualify_check(struct qualification *q); /* the one that is on */
/* It ends; `why` may be NULL. */
void qualify_ends(struct qualification *q, enum check_state state, const struct phrase *why);
/* It holds. */
void qualify_holds(struct qualification *q);
/* It does not, and why; or it was not looked at, and why not. Formats of a phrase. */
void qualify_fails(struct qualification *q, const char *text, const char *zh, ...)
	__attribute__((format(printf, 2, 4), format(printf, 3, 4)));
void qualify_skips(struct qualification *q, const char *text, const char *zh, ...)
	__attribute__((format(printf, 2, 4), format(printf, 3, 4)));
/* A figure without a limit, for the measure of the check that is on. */
void qualify_figure(struct qualification *q, const char *name, double value, const char *unit);
void qualify_after(struct qualification *q, nsec delay, qualify_fn *fn);
/* Look every few milliseconds whether it is so, for at most so long. */
void qualify_await(struct qualification *q, qualify_is_fn *is_so, nsec patience,
		   void (*awaited)(struct qualification *q, bool so));
/* Through the guard. */
void qualify_act(struct qualification *q, int line, bool level, qualify_done_fn *acted);
void qualify_set(struct qualification *q, int device, int write, double number,
		 qualify_done_fn *acted);
/* The check waits for nothing any more. */
void qualify_forget_waits(struct qualification *q);
/* What came of a check, for the journal and whoever watches. */
void qualify_tell(struct qualification *q, const struct check *check, enum check_state state,
		  const struct phrase *why);
/* On to the next check, with the bench as checks find it. */
void qualify_next(struct qualification *q);

/* ---- trips (qualify_trip.c) ---- */

/* The last of all, when everything was made safe. */
extern const struct check qualify_end_check;
/* Is every output line at its safe level, and shown to be? `why` says which is not. */
bool qualify_is_safe(const struct qualification *q, struct phrase *why);
/* Close the slot of a bench that has tripped, open it anew, and go on to the next check. */
void qualify_reopen(struct qualification *q);

/* ---- persons (qualify_person.c) ---- */

/* `id` is what a simulated world answers to. `text` and `zh` are copied. */
void qualify_ask(struct qualification *q, const char *id, const char *text, const char *zh,
		 qualify_answered_fn *answered);
/*
 * Ask somebody to bring something about, and wait until it `is_so`, whatever he says; once he says that it
 * is done it must be seen soon: within SEEN_WITHIN, or `qualify_seen_within` where readings show it. YES:
 * it is so. NO: it was done, and nothing is seen.
 */
#define SEEN_WITHIN SEC(5)
void qualify_move(struct qualification *q, const char *id, const char *text, const char *zh,
		  nsec within, qualify_is_fn *is_so, qualify_answered_fn *moved);
nsec qualify_seen_within(const struct qualification *q, int interlock);
void qualify_withdraw(struct qualification *q);
/* Why nobody has answered: a sentence; and the check that is on ends by it. */
struct phrase qualify_nobody(const struct qualification *q);
void qualify_skips_for_nobody(struct qualification *q);

/* ---- the plan: each adds its checks in the order in which they are done ---- */

struct check *qualify_add(struct qualification *q, qualify_fn *begin, int index, bool moves,
			  const char *step);
void qualify_plan_devices(struct qualification *q);    /* qualify_devices.c */
void qualify_plan_timing(struct qualification *q);     /* qualify_timing.c */
void qualify_plan_lines(struct qualification *q);      /* qualify_lines.c */
void qualify_plan_interlocks(struct qualification *q); /* qualify_interlocks.c */
void qualify_plan_plug(struct qualification *q);       /* qualify_plug.c */

/*
 * What interlocks need before this output may be moved: needed outputs are moved, contacts asked for,
 * readings waited for. An error names what is missing. One interlock may be left out of it: `except`, or -1
 * (qualify_lines.c).
 */
void qualify_prepare(struct qualification *q, const struct fixture_output *output, int except,
		     qualify_done_fn *prepared);
/* Instead of the checks: outputs away from safe, and the controller dies (qualify_plug.c). */
void qualify_pull(struct qualification *q);

#endif
