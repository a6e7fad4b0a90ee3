/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller: one per state folder, the only owner of wires, clocks, verdicts and journals. Commands
 * talk to it over a local socket, in lines of JSON:
 *
 *   to it    {"do":"run","order":{…}}   one per connection; slot 0 takes the lowest free one
 *            {"do":"run","orders":[…]}  a batch: all of them, each with its slot, or none
 *            {"do":"stop","why":"…"}    the connection's runs: finally blocks, then safe; again: safe
 *                                       now; with "slot":N that one alone
 *            {"do":"answer","slot":N,"id":N,"text":"…"}
 *            {"do":"operate","text":"…"} to a run by hand (order "by_hand"): what a person typed, answered by
 *                                       {"event":"operated"} with "answer" or "why" (run/run_operate.c)
 *            {"do":"outbox","ask":{…}}  what still has to reach somebody (record/outbox_request.h), answered by
 *                                       {"event":"outbox",…}
 *            {"do":"status"}
 *            {"do":"listen"}            hears from then on what every run's own connection hears (of a verdict's
 *                                       summary the run, its protocol, the verdict and why); who does not keep up misses events, and hears
 *                                       {"event":"missed","count":N} when he does again
 *            {"do":"safe"}              every run on real wires is tripped: ABORTED
 *   from it  the runs' events, each with its "slot", the bench time "t" and whether it is "played": what happens
 *            (run/run_watch.c: "started", "step", "judged", "output", "operator", …), and, thinned to what an eye can follow,
 *            "reading" and "awaits" (run/run_shown.c); none of it is evidence, and all of it is in the journal; among them
 *            {"event":"verdict","summary":{…}}, which is the last of a run;
 *            {"event":"refused","why":"…","kind":"usage"|"bench"}, with "slot" when it is of one run of
 *            several, and, of a whole batch that would use up specimens, the kinds "confirm" {serial,
 *            of_slot}: order again with "destroys"; and "consumed" {serial, by}; and
 *            {"event":"status","runs":[{run, protocol, slot, runner, world}],
 *            "resources":[{resource, slot, waits:[slots]}]}: what is taken, by whom, who waits;
 *            {"event":"safe","runs":N} at once, and {"event":"made_safe"} when those runs have let go of
 *            their wires
 *
 * A run outlives the terminal that asked for it, unless it is operated by hand. When a controller starts it
 * first ends every run that an earlier one left without a verdict, and has a guardian make safe what those
 * left on real wires.
 */
#ifndef DAVY_RUN_CONTROLLER_H
#define DAVY_RUN_CONTROLLER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Be the controller of `state` until SIGTERM or, with `leave_when_idle`, until nobody needs it.
 * `program` is davy-lua; `ready` (or -1) is closed once it listens, and what it has to say then goes to
 * controller.log. -1 when another controller has the folder (ERROR_REFUSED) or it cannot be used.
 */
int controller_serve(const char *state, const char *program, bool leave_when_idle, int ready,
		     struct error *err);
/* The path of its socket; the caller frees it. */
char *controller_socket(const char *state);
/*
 * Connect to the controller of `state`, starting `davy controller` (this program) when there is none.
 * Returns a blocking stream socket.
 */
int controller_connect(const char *state, struct error *err);

/* The same, but -1 when there is none. */
int controller_find(const char *state, struct error *err);
/* The process that is the controller of `state` now, whether or not it answers; 0: there is none. */
pid_t controller_pid(const char *state);

#endif
