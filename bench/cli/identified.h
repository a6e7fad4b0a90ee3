/* SPDX-License-Identifier: Apache-2.0 */
/* An identification as people read it: what was found of each thing that was looked at, and what it rests on. */
#ifndef DAVY_CLI_IDENTIFIED_H
#define DAVY_CLI_IDENTIFIED_H

#include <stdint.h>

#include "base/buf.h"
#include "base/value.h"
#include "cli/options.h"

/* `event` has an mse:identity; `seq` is its record's number. */
void identified_print(const struct value *event, uint64_t seq);
/* "MISMATCH 信息不符", in both languages always, appended; nothing for a name that is none. */
void identified_outcome(struct buf *out, const char *outcome);
/* 0 nothing found, 5 cannot be verified, 1 anything else. */
enum exit_code identified_exit(const char *outcome);

#endif
