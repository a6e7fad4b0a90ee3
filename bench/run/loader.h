/* SPDX-License-Identifier: Apache-2.0 */
/* Lua files evaluated into plain data, in a sandboxed process that lives no longer than that. */
#ifndef DAVY_RUN_LOADER_H
#define DAVY_RUN_LOADER_H

#include "base/error.h"
#include "base/value.h"
#include "loop/loop.h"
#include "run/world.h"

struct loader;

/* `data` is the callback's to keep, or NULL and the reason, which begins with the file's name. */
typedef void loader_done_fn(void *ctx, struct value *data, const struct error *err);

struct load_request {
	const char *kind; /* protocol, sites, fixture, driver, simulator, world, station */
	const char *name; /* what sentences call the file */
	const char *text;
	size_t size;
	const struct source_file *parts; /* of a world; NULL where it has none */
	size_t part_count;
	const struct value *params, *dut; /* of a protocol; may be NULL */
	bool simulated;
};

/* A process that waits for its first file: nothing is called before loader_load. */
struct loader *loader_open(struct loop *loop, const char *program, struct error *err);
/*
 * `done` is called once, from the loop. Once it was called with data the loader takes another file, with
 * a Lua state as fresh as the first; after an error it takes none.
 */
void loader_load(struct loader *loader, const struct load_request *request, loader_done_fn *done,
		 void *ctx);
/* Both at once. */
struct loader *loader_start(struct loop *loop, const char *program,
			    const struct load_request *request, loader_done_fn *done, void *ctx,
			    struct error *err);
void loader_free(struct loader *loader); /* accepts NULL; kills, without a call */

#endif
