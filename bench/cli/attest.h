/* SPDX-License-Identifier: Apache-2.0 */
/* What a person signs at a command, with a key that never leaves the command's own process. */
#ifndef DAVY_CLI_ATTEST_H
#define DAVY_CLI_ATTEST_H

#include "base/error.h"
#include "base/value.h"
#include "record/key.h"
#include "record/wall_time.h"

/* This machine's wall time; the controller's own decides what it is worth. */
void attest_now(struct wall_time *now);

/* Sign canonical JSON of `says`: the JWS as the member of a request; the caller frees it. `person` may be NULL. */
struct value *attest(const struct value *says, const struct key *key, const char *role,
		     const char *meaning, const char *person, struct error *err);

#endif
