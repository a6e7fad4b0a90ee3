/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real davy-lua on a socketpair, driven packet by packet with blocking reads. Payloads are written
 * and compared as JSON, with apostrophes for quotes.
 */
#ifndef DAVY_TESTS_CELL_H
#define DAVY_TESTS_CELL_H

#include <stdbool.h>
#include <sys/types.h>

#include "wire/packet.h"

enum { CELL_FRAMES = 2048 };

struct cell {
	pid_t pid;
	int fd;
	uint32_t sequence;
	struct buf packet; /* the turn being prepared */
	struct buf text;   /* what cell_said returned */
	size_t count;	   /* frames of the last turn, without MORE and IDLE */
	struct frame frame[CELL_FRAMES];
	bool gone;   /* the process closed its end */
	bool killed; /* by cell_kill */
	uint32_t acknowledged;
};

/* The path of davy-lua; the caller frees it. */
char *cell_program(void);
struct cell *cell_start(void);
/* Close the socket; the process must then end by itself, in order, unless it was killed. */
void cell_free(struct cell *cell);
void cell_kill(struct cell *cell);
void cell_add(struct cell *cell, enum frame_type type, uint32_t request, const char *json);
void cell_add_value(struct cell *cell, enum frame_type type, uint32_t request,
		    const struct value *value);
void cell_add_source(struct cell *cell, const char *name, const char *text);
/* Send what was added as one packet and collect what comes until IDLE or the end. */
void cell_turn(struct cell *cell);
/* One turn with one frame. */
void cell_send(struct cell *cell, enum frame_type type, uint32_t request, const char *json);
/* RESULT for a request: `value` as JSON, or NULL for none. */
void cell_answer(struct cell *cell, uint32_t request, const char *value);

/* The n-th frame (from 0) of a type in the last turn, or NULL. */
const struct frame *cell_frame(const struct cell *cell, enum frame_type type, size_t n);
size_t cell_frames(const struct cell *cell, enum frame_type type);
/* Its payload as JSON with apostrophes; "" when there is none. Lives until the next call. */
const char *cell_said(struct cell *cell, enum frame_type type, size_t n);
/* Does FAILED of this turn have this kind, and this in its text? */
bool cell_failed(struct cell *cell, const char *kind, const char *part);

/*
 * Run one step whose body is `body` (its first line is t.lua:10) in a fresh process up to its first
 * wait: the START turn, the answer to step_begin. Measures: x (limit <= 30 Pa), y per gas.
 */
struct cell *cell_run(const char *body);
/* The same for a step with `repeats`. */
struct cell *cell_run_repeats(const char *body, int repeats);
/* Load a file of a kind; `more` goes into START: "" or ", 'params': {…}". */
struct cell *cell_load(const char *kind, const char *text, const char *more);

#endif
