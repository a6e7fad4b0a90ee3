/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes: started with one descriptor and nothing else, watched through a pidfd. */
#ifndef DAVY_LOOP_CHILD_H
#define DAVY_LOOP_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/nsec.h"
#include "loop/loop.h"

struct child;

/* `status` as waitpid gives it. The child object stays until child_free. */
typedef void child_end_fn(void *ctx, int status);

/*
 * Start `argv[0]` with an empty environment but `PATH` and `LANG`. `fd` becomes the child's
 * descriptor 3 (the caller's copy stays the caller's; -1: it needs none); 0, 1 and 2 are /dev/null; all else
 * is closed; the child dies when this process dies. `cpu` >= 0 pins it to that processor.
 */
struct child *child_start(struct loop *loop, char *const argv[], int fd, int cpu, child_end_fn *fn,
			  void *ctx, struct error *err);
/*
 * The same, but it lives on when this process dies, and child_free leaves it alone: for a guardian. It is
 * nobody's heir of what this process has open or locked.
 */
struct child *child_start_survivor(struct loop *loop, char *const argv[], int fd, child_end_fn *fn,
				   void *ctx, struct error *err);
pid_t child_pid(const struct child *child);
/* Processor time used so far, user and system. */
nsec child_cpu_time(const struct child *child);
void child_kill(struct child *child); /* SIGKILL; the end is still reported */
/* Wait, without the loop, until it has ended; false when it has not after `within` of real time. */
bool child_wait(struct child *child, nsec within);
/* Kills and reaps without a report, except a survivor; accepts NULL. */
void child_free(struct child *child);
/* "ended with exit code 3", "was killed by signal 9 (Killed)": for sentences. */
void child_describe_end(int status, char *text, size_t size);

#endif
