/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks side by side, each in a process of its own that is pinned to one processor. */
#ifndef DAVY_CLI_WORKERS_H
#define DAVY_CLI_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/value.h"

struct workers_task {
	size_t count; /* tasks 0 … count - 1 */
	size_t jobs;  /* at most so many at once; 0: one per processor */
	/* In the worker's process. The result is written out and freed. */
	struct value *(*work)(void *ctx, size_t index, int cpu);
	/*
	 * In this process, in the order of the indices. `result` is NULL when the worker died, and `why`
	 * says of what. False ends it all: what runs is killed, what waits is not begun.
	 */
	bool (*done)(void *ctx, size_t index, const struct value *result, const char *why);
	void *ctx;
};

/*
 * Returns 0, or -1: a worker could not be started, or SIGINT, SIGTERM or SIGHUP came (ERROR_REFUSED). No
 * worker is left in either case. No loop may exist in this process.
 */
int workers_run(const struct workers_task *task, struct error *err);

#endif
