/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power has returned, or a controller has died together with its guardian: instruments that have a
 * power of their own may still be on. Nothing of it is resumed.
 */
#include "run/leftovers.h"

#include <stdlib.h>

#include "base/log.h"
#include "run/guardian_post.h"

static void step(void *ctx, const struct value *step)
{
	const char *why = value_get_text(step, "why");
	const char *level = value_get_text(step, "level");
	const char *what = value_get_text(step, "what");
	int slot = (int)value_get_int(step, "slot", 0);

	(void)ctx;
	if (why)
		log_warning("slot %d: %s could not be made safe: %s", slot, what, why);
	else
		log_note("slot %d: %s is made safe: %s", slot, what, level ? level : "");
}

static void done(void *ctx, const struct error *err)
{
	(void)ctx;
	if (err)
		log_warning("what earlier runs left cannot be made safe: %s", err->text);
}

void leftovers_make_safe(struct guardian *guardian, const char *state)
{
	struct error err;
	char **paths;
	size_t count;

	if (safe_image_list(state, &paths, &count, &err) < 0)
		log_warning("%s", err.text);
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
	if (!count || guardian_post_holder(state))
		return;
	guardian_on_step(guardian, step, NULL);
	guardian_ready(guardian, done, NULL);
}
