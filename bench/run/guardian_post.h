/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guardian's post: STATE/guardian.pid, locked by whoever stands there. One guardian per state folder;
 * the next one relieves it.
 */
#ifndef DAVY_RUN_GUARDIAN_POST_H
#define DAVY_RUN_GUARDIAN_POST_H

#include <sys/types.h>

#include "base/error.h"
#include "loop/loop.h"

/* What its process is called. */
#define GUARDIAN_NAME "davy-guardian"

struct guardian_post;

typedef void guardian_post_fn(void *ctx, const struct error *err);

/*
 * Ask whoever has it to leave (SIGTERM, again and again, and SIGKILL after 6 s), then take it. `done` is
 * called once from the loop; ERROR_REFUSED: he is there after 10 s.
 */
struct guardian_post *guardian_post_take(struct loop *loop, const char *state,
					 guardian_post_fn *done, void *ctx);
/* Leave it, or give up taking it. Accepts NULL. */
void guardian_post_free(struct guardian_post *post);
/* Who stands there; 0: nobody. */
pid_t guardian_post_holder(const char *state);

#endif
