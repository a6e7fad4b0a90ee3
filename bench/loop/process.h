/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other processes that are not our children, watched and killed through a pidfd and never by their number
 * alone; and what this process may ask for itself.
 */
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

/*
 * For a process that must act when all others are in trouble: its name, its pages kept in memory, a
 * real-time priority (1 is the least), as many descriptors as may be, the last to be killed for want of
 * memory. Each of it where the system allows it; none is owed.
 */
void process_become_reliable(const char *name, int priority);
/*
 * Every thread that it has now comes before whatever has no real-time priority, where the system allows it.
 * Its children are as ever.
 */
void process_act_promptly(int priority);
/* Keep the pages in memory that it has now. */
void process_keep_pages(void);
/* It ends at once when it crashes: a core keeps everything open until it is written. */
void process_leave_no_core(void);

#endif
