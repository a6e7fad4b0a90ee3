/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller's end of a loader process. A file that loops, grows or tries to escape ends its own
 * process and is refused by name; nothing else notices.
 *
 * Most of a load is the start of the process, so one may take several files, one after the other, each
 * in a Lua state of its own. Between them stands Lua's own wall and not a process's: files that must not
 * trust each other are given loaders of their own.
 */
#include "run/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/shape.h"
#include "wire/peer.h"

struct loader {
	struct peer *peer;
	char name[192], kind[16];
	loader_done_fn *done;
	void *ctx;
	struct value *data;
	bool over;	   /* no file is being loaded */
	char why[200];	   /* the process has ended, while nothing was asked of it */
	struct timer late; /* says so to the next file */
	struct bench_clock *real;
};

static void finish(struct loader *loader, const struct error *err)
{
	struct value *data = loader->data;

	if (loader->over)
		return;
	loader->over = true;
	loader->data = NULL;
	loader->done(loader->ctx, err ? NULL : data, err);
	if (err)
		value_free(data);
}

static void refuse(struct loader *loader, const char *why)
{
	struct error err;

	error_set(&err, ERROR_USAGE, "%s", why);
	finish(loader, &err);
}

/* The lists of a further DATA frame go on where those before ended. */
static void add_data(struct value *data, const struct value *more)
{
	for (size_t i = 0; i < value_count(more); i++) {
		struct value *list = (struct value *)value_get(data, value_key(more, i));
		const struct value *items = value_at(more, i);

		for (size_t n = 0; list && list->kind == VALUE_LIST && n < value_count(items); n++)
			value_add(list, value_copy(value_at(items, n)));
	}
}

/* All of it is here. */
static void take_data(struct loader *loader)
{
	struct error err;

	if (!loader->data)
		error_set(&err, ERROR_USAGE, "declares nothing");
	else if (shape_check(loader->kind, loader->data, &err) == 0) {
		finish(loader, NULL);
		return;
	}
	error_context(&err, "%s", loader->name);
	finish(loader, &err);
}

/* "file.lua:12: …"; what Lua or its memory says of a whole file has no line. */
static bool names_a_line(const char *text)
{
	for (const char *at = strchr(text, ':'); at; at = strchr(at + 1, ':'))
		if (at[1] >= '0' && at[1] <= '9')
			return true;
	return false;
}

static void refuse_as_told(struct loader *loader, const char *text)
{
	char *whole = names_a_line(text) ? xstrdup(text) : xprintf("%s: %s", loader->name, text);

	refuse(loader, whole);
	free(whole);
}

static void take_frame(void *ctx, const struct frame *frame)
{
	struct loader *loader = ctx;
	const char *text;

	switch (frame->type) {
	case FRAME_DATA:
		if (loader->data)
			add_data(loader->data, frame->payload);
		else
			loader->data = value_copy(frame->payload);
		break;
	case FRAME_FAILED:
		text = value_get_text(frame->payload, "text");
		refuse_as_told(loader, text ? text : "could not be loaded");
		break;
	case FRAME_DONE:
		take_data(loader);
		break;
	default:
		break;
	}
}

static void idle(void *ctx)
{
	(void)ctx;
}

static void ended(void *ctx, const char *why)
{
	struct loader *loader = ctx;
	char text[400];

	if (loader->over) {
		snprintf(loader->why, sizeof(loader->why), "%s", why);
		return;
	}
	snprintf(text, sizeof(text), "%s: could not be loaded: its process %.180s", loader->name,
		 why);
	refuse(loader, text);
}

struct loader *loader_open(struct loop *loop, const char *program, struct error *err)
{
	static const struct peer_handlers HANDLERS = {take_frame, idle, ended};
	struct loader *loader = xcalloc(1, sizeof(*loader));
	char *argv[] = {(char *)program, NULL};

	loader->over = true;
	loader->real = loop_real_clock(loop);
	loader->peer = peer_start(loop, loader->real, argv, -1, &HANDLERS, loader, err);
	if (!loader->peer) {
		free(loader);
		return NULL;
	}
	return loader;
}

static void died_early(void *ctx)
{
	struct loader *loader = ctx;

	ended(loader, loader->why);
}

void loader_load(struct loader *loader, const struct load_request *request, loader_done_fn *done,
		 void *ctx)
{
	struct value *start = value_map();

	snprintf(loader->name, sizeof(loader->name), "%s", request->name);
	snprintf(loader->kind, sizeof(loader->kind), "%s", request->kind);
	loader->done = done;
	loader->ctx = ctx;
	loader->over = false;
	value_set_text(start, "mode", "load");
	value_set_text(start, "kind", request->kind);
	value_set_text(start, "source", request->name);
	value_set(start, "params", request->params ? value_copy(request->params) : value_map());
	value_set(start, "dut", request->dut ? value_copy(request->dut) : value_map());
	value_set_bool(start, "simulated", request->simulated);
	peer_add_source(loader->peer, request->name, request->text, request->size);
	for (size_t i = 0; i < request->part_count; i++)
		peer_add_source(loader->peer, request->parts[i].name, request->parts[i].text,
				request->parts[i].size);
	peer_add(loader->peer, FRAME_START, 0, start);
	peer_flush(loader->peer);
	value_free(start);
	if (loader->why[0])
		timer_start(&loader->late, loader->real, 0, TIMER_STOP, died_early, loader);
}

struct loader *loader_start(struct loop *loop, const char *program,
			    const struct load_request *request, loader_done_fn *done, void *ctx,
			    struct error *err)
{
	struct loader *loader = loader_open(loop, program, err);

	if (loader)
		loader_load(loader, request, done, ctx);
	return loader;
}

void loader_free(struct loader *loader)
{
	if (!loader)
		return;
	timer_stop(&loader->late);
	peer_free(loader->peer);
	value_free(loader->data);
	free(loader);
}
