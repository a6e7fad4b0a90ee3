/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One peer with its loop and virtual clock, and what was heard of it: for the claims about peers.
 */
#ifndef DAVY_TESTS_PEER_RIG_H
#define DAVY_TESTS_PEER_RIG_H

#include "base/buf.h"
#include "wire/peer.h"

struct rig {
	struct loop *loop;
	struct bench_clock *clock;
	struct peer *peer;
	struct buf heard; /* "NOTE hello\n", one line per frame */
	int idles, ends;
	char why[500];
	nsec ended_at;	   /* bench time */
	struct timer late; /* real time: gives a claim up that would wait for ever */
	struct timer alarm;
	nsec alarmed_at;
	enum { FREE_NEVER, FREE_IN_FRAME, FREE_IN_IDLE, FREE_IN_ENDED } free_in;
};

/* The peer is davy-tests itself in this mode of peer_child.c. */
void rig_init(struct rig *rig, const char *mode);
void rig_done(struct rig *rig);
/* What rig_init starts, with any program. */
struct peer *rig_start(struct rig *rig, const char *program, const char *mode, struct error *err);
void rig_free_peer(struct rig *rig); /* and quit the loop */

/* Run until idle, the end, the alarm, or 8 s (or `most`) of real time have passed. */
void rig_run(struct rig *rig);
void rig_run_for(struct rig *rig, nsec most);

/* Something the bench would do at 10 s of bench time. */
void rig_set_alarm(struct rig *rig);
/* Add a RESULT that carries a text of this size. */
void rig_add_result(struct rig *rig, size_t size);
/* One frame, one turn. */
void rig_take_turn(struct rig *rig);
/* A peer of this mode takes one turn, and must end for this reason, having said this before. */
void rig_check_end(const char *mode, const char *heard, const char *why);

#endif
