/* SPDX-License-Identifier: Apache-2.0 */
/* Lines from standard input, which a person types or a file or a pipe has ready. */
#ifndef DAVY_CLI_TYPING_H
#define DAVY_CLI_TYPING_H

#include <stdbool.h>

#include "base/error.h"
#include "loop/loop.h"

struct typing;

struct typing_handlers {
	void (*line)(void *ctx, const char *text); /* a whole one; NULL: no more will come */
	void (*key)(void *ctx);			   /* typing_text is another than before */
};

/* Reads `fd`, which stays the caller's, and nothing until typing_begin. Handlers may begin and end. */
struct typing *typing_new(struct loop *loop, int fd, const struct typing_handlers *handlers,
			  void *ctx);
/*
 * Wait for one line; it ends the waiting. Of a terminal what was typed before is forgotten. `by_key`: on a terminal the
 * keys come one by one and unseen, for who shows typing_text himself; Ctrl-C stays a signal.
 */
void typing_begin(struct typing *typing, bool by_key);
/* The terminal is again as it was found, unless what is typed is hidden. */
void typing_end(struct typing *typing);
/*
 * From now on what a person types on a terminal while no line is waited for does not show: an Enter would move what is drawn
 * there. It is not read.
 */
void typing_hide(struct typing *typing);
/*
 * What a person typed on a terminal and was not read yet is forgotten: an Enter too many, the late answer to a question that is
 * not asked any more, and what nobody should find at the prompt of his shell after Ctrl-C.
 */
void typing_drop(struct typing *typing);
/* What stands of the line so far; NULL where the terminal shows it, or nobody waits for one. */
const char *typing_text(const struct typing *typing);
/* While another program has the terminal it is as it was found: before a stop, and behind it. */
void typing_pause(struct typing *typing);
void typing_resume(struct typing *typing);
void typing_free(struct typing *typing); /* ends; accepts NULL */

#endif
