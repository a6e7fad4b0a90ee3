/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a log, for who must know it at once: a start that cannot wait until the store has been looked through. */
#ifndef DAVY_RECORD_LOG_TAIL_H
#define DAVY_RECORD_LOG_TAIL_H

#include "base/error.h"
#include "record/moment.h"

/*
 * When the last whole line of STATE/records/records.jsonl was recorded. 1; 0 where there is none. Whether the record is good
 * is not looked at.
 */
int log_tail_moment(const char *state, struct moment *moment, struct error *err);

#endif
