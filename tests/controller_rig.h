/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A controller in a process of its own on the mini bench's state folder (tests/bench_rig.h), and the
 * commands that come to it. Requests are JSON with apostrophes.
 */
#ifndef DAVY_TESTS_CONTROLLER_RIG_H
#define DAVY_TESTS_CONTROLLER_RIG_H

#include <sys/types.h>

#include "tests/bench_rig.h"

struct house {
	struct bench bench;
	pid_t pid; /* of the controller; 0: there is none */
};

/* With a controller that stays, and patient instruments. */
void house_open(struct house *house);
void house_close(struct house *house);
/* Its controller is killed, as by the loss of power. */
void house_kill(struct house *house);
/* Start one on the folder; returns once it listens, or is gone. */
void house_start(struct house *house, bool leave_when_idle);
/* Wait for its end: its exit status, or -1 when it lives on or was killed. */
int house_ended(struct house *house);
/* How many runs are on; with `first`, a copy of the first's entry in the status. */
size_t house_runs(const struct house *house, struct value **first);

struct command {
	int fd;
	struct buf heard;
};

struct command command_come(const struct house *house);
void command_go(struct command *command);
void command_say(const struct command *command, const char *line);
/* The next event; NULL when none comes, or the other end is gone. The caller frees it. */
struct value *command_next(struct command *command);
/* Skip to an event of this name. */
struct value *command_hear(struct command *command, const char *name);
void command_run(struct command *command, struct house *house, const struct mini_order *what,
		 int slot);
/*
 * One run per slot of "123". Where the header declares a serial, that of slot 2 is "S2".
 */
void command_batch(struct command *command, struct house *house, const struct mini_order *what,
		   const char *slots);
/* Its run has begun: the journal's folder goes into the bench. */
void command_started(struct command *command, struct house *house);
/* Is the run's verdict this one, with this in its reason? Prints what it was if not. */
bool command_verdict(struct command *command, const char *verdict, const char *part);
bool command_refused(struct command *command, const char *kind, const char *part);

/* Run it to its end on slot 1; its summary, which the caller frees. */
struct value *house_run(struct house *house, const struct mini_order *what);

#endif
