/* SPDX-License-Identifier: Apache-2.0 */
/* A command's connection to the controller (run/controller.h has what is said). */
#ifndef DAVY_CLI_CONVERSATION_H
#define DAVY_CLI_CONVERSATION_H

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "loop/loop.h"

struct conversation;

struct conversation_handlers {
	void (*event)(void *ctx, const struct value *event);
	void (*pause)(void *ctx); /* all that had come was handled */
	void (*over)(void *ctx);  /* the controller is gone; nothing more will come */
};

/* Connects, starting a controller when there is none. Handlers are called from the loop. */
struct conversation *conversation_open(struct loop *loop, const char *state,
				       const struct conversation_handlers *handlers, void *ctx,
				       struct error *err);
/* Takes `request`. What cannot be sent shows as the conversation's end. */
void conversation_say(struct conversation *conversation, struct value *request);
void conversation_close(struct conversation *conversation); /* accepts NULL */

/*
 * What the controller of `state` says when asked for its status; the caller frees it. NULL when there
 * is none: none is started.
 */
struct value *conversation_status(const char *state);
/*
 * {"do":WHAT} said on a socket of its own (run/controller.h), and the first event that comes, which the caller frees, for
 * who must not hang because a controller does. NULL: it was refused, it hangs up (ERROR_LINK), which one that leaves does
 * just then, or none came within this time, of whole seconds (ERROR_TIMEOUT).
 */
struct value *conversation_ask(int fd, const char *what, nsec patience, struct error *err);

#endif
