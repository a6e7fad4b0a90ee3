/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the wires of one safe image safe, from a loop, and holding them: for the guardian's own process
 * and `davy safe`. No controller, no fixture, no Lua. Everything is tried; what cannot be done is told
 * and keeps nothing else from being done.
 *
 * Outputs are requested at their safe levels at once, and again and again while somebody still has
 * them; ports work side by side, each with its writes in order. All writes are sent twice: the first
 * time they may meet a frame that was cut short, or an answer that is under way.
 */
#ifndef DAVY_RUN_SAFE_MAKER_H
#define DAVY_RUN_SAFE_MAKER_H

#include <stdbool.h>

#include "base/error.h"
#include "loop/loop.h"
#include "run/safe_image.h"

struct safe_maker;

/* What became of one line or write; texts live for the call. */
struct safe_step {
	const char *what;  /* "heater", "supply.output" */
	const char *level; /* "off" */
	const char *where; /* its wire: "GPIO27", "/dev/ttyS1" */
	const char *why;   /* NULL: it is done */
};

struct safe_maker_handlers {
	/* Once per line and write; once more for a line that was told as not done, and is done now. */
	void (*step)(void *ctx, const struct safe_step *step);
	/*
	 * Everything was tried and told. Lines that are missing then are still tried for; once more when
	 * they are held, or given up.
	 */
	void (*settled)(void *ctx);
};

/*
 * Begins at once: steps may be told before it returns, `settled` is not. `image` lives until
 * safe_maker_free. `fds` has a descriptor per port or -1 and is taken, also where it is NULL: a port
 * without one, or whose descriptor is dead, is opened. `lines` is a prepared hold of all the image's lines,
 * or NULL, and is taken, too.
 */
struct safe_maker *safe_maker_start(struct loop *loop, const struct safe_image *image,
				    const int *fds, struct gpio_hold *lines,
				    const struct safe_maker_handlers *handlers, void *ctx);
bool safe_maker_is_settled(const struct safe_maker *maker);
/* Is every output held at its safe level? */
bool safe_maker_holds_all(const struct safe_maker *maker);
/* Does it hold any, or still try for one? */
bool safe_maker_is_needed(const struct safe_maker *maker);
void safe_maker_free(struct safe_maker *maker); /* lets go of everything; accepts NULL */

#endif
