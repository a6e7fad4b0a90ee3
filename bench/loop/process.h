/* SPDX-License-Identifier: Apache-2.0 */
/* Another process that is not our child: watched and killed through a pidfd, never by its number alone. */
#ifndef DAVY_LOOP_PROCESS_H
#define DAVY_LOOP_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/nsec.h"
#include "loop/loop.h"

struct process;

typedef void process_end_fn(void *ctx);

/*
 * NULL: there is no such process. From here on its number may be given to another without harm; that it
 * was the right one when it was opened is for the caller to know.
 */
struct process *process_open(pid_t pid, struct error *err);
/* Call `fn` once from the loop when it has ended; all that it had open is closed then. */
int process_watch(struct process *process, struct loop *loop, process_end_fn *fn, void *ctx,
		  struct error *err);
/* Fine when it has ended. -1: we may not. */
int process_signal(struct process *process, int number, struct error *err);
/* Wait, without a loop, until it has ended; false when it has not after `within` of real time. */
bool process_wait(struct process *process, nsec within);
void process_close(struct process *process); /* leaves it alone; accepts NULL */

/* Who made the other end of this socket pair, or listens at the other end of this connection; 0: unknown. */
pid_t process_behind(int socket);

#endif
