/* SPDX-License-Identifier: Apache-2.0 */
/* What a journal says before the script began: enough to compile the run again, without any file. */
#ifndef DAVY_RUN_REPLAY_HEAD_H
#define DAVY_RUN_REPLAY_HEAD_H

#include "run/calibration.h"
#include "run/fixture.h"
#include "run/journal_read.h"
#include "run/limit_set.h"
#include "run/protocol.h"

struct replay_head {
	struct value *run;     /* the line "run" */
	struct value *sources; /* map name→text */
	struct value *start; /* what the runner was told; NULL: it never began, but was concluded */
	bool concluded;	     /* without having begun */
	nsec wall;
	struct protocol *protocol;
	struct fixture *fixture;
	struct calibration *calibration;
	struct limit_set *limits; /* or NULL */
};

/*
 * Read up to and with the line "start", or to the verdict of a run that ended before its script, for its
 * environment, and compile. A source that is not what its digest says, and
 * frozen limits that do not follow from the protocol, are refused. replay_head_done also after a failure.
 */
int replay_head_read(struct replay_head *head, const char *folder, struct error *err);
void replay_head_done(struct replay_head *head);
/* Bench time in a unit of the wires' time: of scaled runs on real wires, which keep their own. */
double replay_head_wire_scale(const struct replay_head *head);
/* The text of the source that the line "run" names under `key`, or NULL; its name in any case. */
const char *replay_head_source(const struct replay_head *head, const char *key, const char **name);

#endif
