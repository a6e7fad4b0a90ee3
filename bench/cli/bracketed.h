/* SPDX-License-Identifier: Apache-2.0 */
/* How a run stands between the checks of its fixture, for those who show runs. */
#ifndef DAVY_CLI_BRACKETED_H
#define DAVY_CLI_BRACKETED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "record/run_bracket.h"

/* Does the run of this event ask for checks? Whether it does is known without the log. */
bool bracketed_asks(const struct value *event);
/* From the bench's log; the caller frees it. NULL where that cannot be read. */
struct run_brackets *bracketed_read(const char *state, struct error *err);
/* Set "bracket" of the run with this record to {"standing","check"}, where it asks for one; `brackets` may be NULL. */
void bracketed_set(struct value *one, const struct run_brackets *brackets, uint64_t seq);
/* Append what such a "bracket" means: "; stands as INCONCLUSIVE …"; nothing where it is NULL or good. */
void bracketed_add(struct buf *out, const struct value *bracket);

#endif
