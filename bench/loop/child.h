/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes: started with one descriptor and nothing else, watched through a pidfd. */
#ifndef DAVY_LOOP_CHILD_H
#define DAVY_LOOP_CHILD_H

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
 * descriptor 3 (the caller's copy stays the caller's); 0, 1 and 2 are /dev/null; all else is
 * closed; the child dies when this process dies. `cpu` >= 0 pins it to that processor.
 */
struct child *child_start(struct loop *loop, char *const argv[], int fd, int cpu, child_end_fn *fn,
			  void *ctx, struct error *err);
pid_t child_pid(const struct child *child);
/* Processor time used so far, user and system. */
nsec child_cpu_time(const struct child *child);
void child_kill(struct child *child); /* SIGKILL; the end is still reported */
void child_free(struct child *child); /* kills and reaps without a report; accepts NULL */
/* "ended with exit code 3", "was killed by signal 9 (Killed)": for sentences. */
void child_describe_end(int status, char *text, size_t size);

#endif
