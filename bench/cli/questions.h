/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody at the bench is asked while runs are attended, and where the answer comes from: what is typed, a photo (a file,
 * a folder, a camera), a reader of tags. One question is put at a time, the oldest, and the live block says which.
 */
#ifndef DAVY_CLI_QUESTIONS_H
#define DAVY_CLI_QUESTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/value.h"
#include "cli/photo_source.h"
#include "cli/progress.h"
#include "loop/loop.h"

struct questions;

struct questions_handlers {
	/* An answer, as the controller takes it; `request` is the handler's. */
	void (*answered)(void *ctx, struct value *request);
	/* The serial number of a specimen that is to be used up was typed again. */
	void (*confirmed)(void *ctx, int64_t slot, const char *serial);
	/* Standard input has ended with a question open. */
	void (*no_input)(void *ctx);
};

/* `progress`, `photos` and `readers` (a map: driver to port; NULL: as the station says) outlive it. */
struct questions *questions_new(struct loop *loop, struct progress *progress,
				const struct photo_wish *photos, const struct value *readers,
				const struct questions_handlers *handlers, void *ctx);
void questions_free(struct questions *questions); /* the terminal is as it was found */

/* The controller's events: it asks, asks no more, and a slot's run has ended. */
void questions_take(struct questions *questions, const struct value *event);
void questions_withdraw(struct questions *questions, const struct value *event);
void questions_end_of(struct questions *questions, int64_t slot);
/* Before there is a run: the serial number of this slot's specimen once more. */
void questions_confirm(struct questions *questions, int64_t slot);
bool questions_confirming(const struct questions *questions);

/* Photos that were given in advance and nothing asked for are named. */
void questions_tell_unused(const struct questions *questions);

/* The keyboard, as typing.h says. */
void questions_hide_keys(struct questions *questions);
void questions_pause(struct questions *questions);
void questions_resume(struct questions *questions);
void questions_drop_keys(struct questions *questions);

#endif
