/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which runs are known to have their verdict: STATE/ended, a line "RUN SIZE" for each, where SIZE is that of its journal in
 * bytes. A controller that starts looks for runs that lost theirs, and what is read of one journal takes as long as it is
 * big: of all that a bench ever ran, minutes, while nobody is served. The file proves nothing and nothing rests on it:
 * where it is lost, or a journal has another size, the journals are read again.
 */
#ifndef DAVY_RUN_ENDED_RUNS_H
#define DAVY_RUN_ENDED_RUNS_H

#include <stdbool.h>

struct ended_runs;

/* What the file says; nothing where there is none. The caller closes it. */
struct ended_runs *ended_runs_open(const char *state);
/*
 * Was the journal of this run, as long as it is now, read up to its verdict before? Runs are asked for in the order of
 * file_list(), and each that is known to have ended is kept for the next start by this, or by ended_runs_add().
 */
bool ended_runs_has(struct ended_runs *runs, const char *name);
void ended_runs_add(struct ended_runs *runs, const char *name);
/* Writes the file where it is to say something else, and frees all. What cannot be written is logged. */
void ended_runs_close(struct ended_runs *runs);

#endif
