/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process in the place of davy-lua, for one run: "ROLE:DEED". It looks at what it is started as; in
 * any other role it becomes davy-lua ($DAVY_LUA).
 *
 * As a runner or a world it passes on what a davy-lua behind it says, until the script has said
 * `log "now"`, or the valve is opened; then it does its deed instead. As a loader it does it at once.
 * The deed is a mode of peer_child.c, or `@FILE`: frames to be said, one a line ("REQUEST 4 {…}", with
 * apostrophes for quotes), turns divided by lines "--"; once all are said, every turn is answered with
 * IDLE. `cancels` is no deed but a habit: every CANCEL is passed on twice, and each request that has
 * ended is cancelled once more.
 */
#ifndef DAVY_TESTS_HOSTILE_CHILD_H
#define DAVY_TESTS_HOSTILE_CHILD_H

/* The exit status. */
int hostile_child(const char *what);

#endif
