/* SPDX-License-Identifier: Apache-2.0 */
/* The replay of a qualification (run/qualify.h): from its checks to its verdict. */
#ifndef DAVY_RUN_REPLAY_CHECKS_H
#define DAVY_RUN_REPLAY_CHECKS_H

#include "run/replay.h"

/* As replay_run. 1: the journal in `folder` is no qualification's. */
int replay_checks(const char *folder, struct replay *replay, struct error *err);

#endif
