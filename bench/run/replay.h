/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run done again from its journal: the same script gets the same messages and must say the same; every
 * sample is decoded again from its bytes, every reading made again from the samples, every measure
 * judged again from the readings. Bit for bit, or it stops with both sides shown. Of a qualification, which
 * has no script, the verdict is made again from its checks (run/replay_checks.h).
 */
#ifndef DAVY_RUN_REPLAY_H
#define DAVY_RUN_REPLAY_H

#include "base/error.h"
#include "base/value.h"
#include "verdict/decision.h"

struct replay {
	enum verdict verdict;
	long messages;	       /* frames and results compared */
	long samples;	       /* decoded again from bytes */
	long readings;	       /* made again */
	long measures;	       /* judged again */
	long interruptions;    /* passed over: each is a gap between two stretches of the run */
	struct value *summary; /* of the verdict line; the caller frees it */
};

/* `folder` holds the journal; `program` is davy-lua. -1: it diverges, is damaged, or has no verdict. */
int replay_run(const char *folder, const char *program, struct replay *replay, struct error *err);

#endif
