/* SPDX-License-Identifier: Apache-2.0 */
/* The source files this process was sent, chunk by chunk. */
#ifndef DAVY_SCRIPT_SOURCES_H
#define DAVY_SCRIPT_SOURCES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

enum { SOURCES_MOST = 64, SOURCE_MOST_BYTES = 1024 * 1024 };

struct source {
	char *name;
	struct buf text;
};

struct sources {
	size_t count;
	struct source source[SOURCES_MOST];
};

void sources_done(struct sources *sources);
/* Take one SOURCE payload: chunks of one name are joined in the order of their coming. */
int sources_add(struct sources *sources, const struct value *chunk, struct error *err);
const struct source *sources_find(const struct sources *sources, const char *name); /* or NULL */

#endif
