/* SPDX-License-Identifier: Apache-2.0 */
/* Between progress.c, which takes events, and block.c, which draws the live block: what is known of a run. */
#ifndef DAVY_CLI_VIEW_H
#define DAVY_CLI_VIEW_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/nsec.h"
#include "base/value.h"
#include "cli/screen.h"

struct view_question {
	int64_t id;
	char *text;
	char *expects; /* what is to be typed */
};

struct view {
	int64_t slot;
	bool simulated;
	nsec time;   /* bench time, as it was last told … */
	nsec heard;  /* … at this instant of the machine's clock … */
	double pace; /* … and from then on goes on so many times as fast; 0: nobody can say */
	int64_t steps;
	char *head, *step;	/* of the block */
	char *clause;		/* of the step, or NULL */
	char *hazard;		/* what the specimen is, or NULL */
	struct value *readings; /* channel → {text, at} */
	struct value *awaits;	/* what is waited for, as the event "awaits" has it, or NULL */
	struct value *asked;	/* channel → how old its reading may be, or NULL */
	struct value *away;	/* output → its level; "" where it is safe again */
	char *waits;		/* for other runs: what it waits for, or NULL */
	char *stopping;		/* why, or NULL */
	struct view_question *question; /* that are put to a person, the oldest first */
	size_t questions;
	char *verdict; /* what it was found to be, or NULL */
	bool passed;
};

void view_init(struct view *view, int64_t slot);
void view_done(struct view *view);
/* Bench time at this instant of the machine's clock. */
nsec view_now(const struct view *view, nsec machine);
/* A question is open, or nobody shall touch its specimen yet. */
bool view_needs_a_hand(const struct view *view);

/* ---- of events; see run/run_watch.c and run/run_shown.c ---- */

void view_keep_clauses(struct view *view, const struct value *clauses);
void view_keep_hazard(struct view *view, const struct value *hazard); /* NULL: none any more */
/* A question is open until it is answered or withdrawn; one that the world answers never is. */
void view_ask(struct view *view, const struct value *event);
void view_end_question(struct view *view, int64_t id);
void view_end_questions(struct view *view);
void view_keep_reading(struct view *view, const struct value *event);
void view_keep_awaits(struct view *view, const struct value *event);
void view_keep_output(struct view *view, const struct value *event);

/* ---- in words; each is appended ---- */

/* "methane 0.52 %vol", and how old it is where its rate does not explain that. */
void view_add_reading(struct buf *out, const struct view *view, const char *channel, nsec now);
/* "methane 0.52 %vol  to reach >= 0.5 %vol  at most 0:00:30 left" */
void view_add_await(struct buf *out, const struct view *view, const struct value *await, nsec now);
/* "0:12:30 left"; nothing where nothing ends it but what it waits for. */
void view_add_left(struct buf *out, const struct value *await, nsec now);
/* "inlet open   heater on"; nothing where all is safe. */
void view_add_away(struct buf *out, const struct view *view);
/* Whether it waits for something of this channel. */
bool view_awaits(const struct view *view, const char *channel);
/* What ends first of what it waits for, time alone before what may come sooner; or NULL. */
const struct value *view_first_to_end(const struct view *view);
/* A channel is asked for, and does not answer in its time. */
bool view_is_silent(const struct view *view, nsec now);

/* ---- the block ---- */

struct block_of {
	const struct view *views;
	size_t count;
	bool several;
	nsec machine;
	int64_t answering; /* the slot whose question is answered now; 0: none's */
	const char *typed; /* of the answer, so far; NULL: the block does not show it */
};

/* Draw it in place, no higher than the terminal. */
void block_draw(struct screen *screen, const struct block_of *block);

#endif
