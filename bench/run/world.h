/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world behind a simulated fixture: a Lua process with the physics, kept in step with the bench
 * clock. In virtual time the clock never moves past the world's next grid step without it; in real and
 * scaled time the world is advanced on its grid.
 */
#ifndef DAVY_RUN_WORLD_H
#define DAVY_RUN_WORLD_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "loop/clock.h"
#include "loop/loop.h"

struct world;

struct source_file {
	const char *name;
	const char *text;
	size_t size;
};

struct world_handlers {
	/* Lines the world drives have changed, now: map name→bool, real, or {frequency, high}. */
	void (*lines)(void *ctx, const struct value *lines);
	/* What devices say by themselves, now: list of { device, index, fields | text }. */
	void (*streams)(void *ctx, const struct value *streams);
	/* It is up: its first lines have been told. */
	void (*ready)(void *ctx);
	/* It is gone; `why` is a clause. Called once. */
	void (*ended)(void *ctx, const char *why);
};

/* The answer to an ASK; borrowed. */
typedef void world_answer_fn(void *ctx, const struct value *answer);

struct world *world_start(struct loop *loop, struct bench_clock *clock, const char *program,
			  int cpu, nsec grid, const struct value *start,
			  const struct source_file *sources, size_t source_count,
			  const struct world_handlers *handlers, void *ctx, struct error *err);
void world_set_line(struct world *world, const char *name, bool level);
/* Ask a device (or "" with op "operator"); takes `what`. Nothing is called once the world has ended. */
void world_ask(struct world *world, const char *device, struct value *what, world_answer_fn *fn,
	       void *ctx);
/* What a pulse line does, as a world says it: a frequency in Hz, or it and the high time in s (else 0). */
void world_pulses(const struct value *level, double *frequency, double *high);
/* Drop the answers to this ctx. */
void world_forget(struct world *world, void *ctx);
/* How far the clock is past the step at which the world should be: where time runs by itself. */
nsec world_lag(const struct world *world);
int world_pid(const struct world *world);
void world_free(struct world *world); /* accepts NULL */

#endif
