/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loader said of a twin, made ready to answer: registers with their layouts, questions as
 * templates, frames as layouts. The author's texts are borrowed and not copied.
 */
#include "run/twin_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/template.h"
#include "verdict/duration.h"

static int compile_register(struct twin_entry *entry, const struct value *value, struct error *err)
{
	int64_t input = value_get_int(value, "input", -1);
	int64_t holding = value_get_int(value, "holding", -1);
	const char *as = value_get_text(value, "as");

	entry->holding = holding >= 0;
	entry->address = (uint16_t)(entry->holding ? holding : input);
	entry->scale = value_get_real(value, "scale", 1);
	entry->reads = value_get_bool(value, "read");
	entry->writes = value_get_bool(value, "write");
	if (input < 0 && holding < 0)
		return error_set(err, ERROR_USAGE, "a register needs `input` or `holding`");
	return layout_parse(&entry->layout, as ? as : "u16", err);
}

/* The n-th unnamed part of an entry, be it a list or a map with parts "1", "2". */
static const char *part_of(const struct value *value, size_t place)
{
	const struct value *part;
	char key[8];

	snprintf(key, sizeof(key), "%zu", place);
	part = value->kind == VALUE_LIST ? value_at(value, place - 1) : value_get(value, key);
	return part && part->kind == VALUE_TEXT ? part->text : NULL;
}

static int compile_answer(struct twin_entry *entry, const struct value *value, struct error *err)
{
	size_t captures;

	entry->ask = part_of(value, 1);
	if (!entry->ask)
		return error_set(err, ERROR_USAGE, "an answer begins with its question");
	entry->fixed = value_get_text(value, "text");
	if (!entry->fixed)
		entry->fixed = part_of(value, 2);
	return template_check(entry->ask, &captures, err);
}

static int compile_frame(struct twin_entry *entry, const struct value *value, struct error *err)
{
	const char *ask = value_get_text(value, "ask");
	const char *reply = value_get_text(value, "reply");

	ask = ask ? ask : part_of(value, 1);
	reply = reply ? reply : part_of(value, 2);
	if (!ask || !reply)
		return error_set(err, ERROR_USAGE, "a frame needs `ask` and `reply`");
	entry->ask_layout = frame_layout_new(ask, err);
	entry->reply_layout = entry->ask_layout ? frame_layout_new(reply, err) : NULL;
	return entry->reply_layout ? 0 : -1;
}

static int compile_entries(struct twin *twin, const struct value *simulator, struct error *err)
{
	static const struct {
		const char *key;
		enum twin_bus bus;
		int (*compile)(struct twin_entry *, const struct value *, struct error *);
	} LISTS[] = {
		{"registers", TWIN_MODBUS, compile_register},
		{"answers", TWIN_LINE, compile_answer},
		{"frames", TWIN_FRAME, compile_frame},
	};

	for (size_t l = 0; l < 3; l++) {
		const struct value *list = value_get(simulator, LISTS[l].key);

		if (!list)
			continue;
		twin->bus = LISTS[l].bus;
		if (value_count(list) > TWIN_ENTRIES)
			return error_set(err, ERROR_USAGE, "more than %d %s", TWIN_ENTRIES,
					 LISTS[l].key);
		for (size_t i = 0; i < value_count(list); i++) {
			twin->count = i + 1;
			if (LISTS[l].compile(&twin->entry[i], value_at(list, i), err) < 0)
				return error_context(err, "%s, entry %zu", LISTS[l].key, i + 1);
		}
		return 0;
	}
	if (value_count(value_get(simulator, "streams")) > 0)
		return 0;
	return error_set(err, ERROR_USAGE, "a simulator has registers, answers, frames or streams");
}

/* On a frame bus a stream has a layout; on a line the world says the text. */
static int compile_streams(struct twin *twin, const struct value *simulator, struct error *err)
{
	const struct value *streams = value_get(simulator, "streams");
	const char *bus = value_get_text(simulator, "bus");

	if (value_count(streams) > TWIN_STREAMS)
		return error_set(err, ERROR_USAGE, "more than %d streams", TWIN_STREAMS);
	for (size_t i = 0; i < value_count(streams); i++) {
		const char *layout = value_get_text(value_at(streams, i), "layout");

		twin->stream_count = i + 1;
		if (!layout)
			return error_set(err, ERROR_USAGE, "stream %zu begins with its layout",
					 i + 1);
		if (bus && !strcmp(bus, "line"))
			continue;
		twin->stream[i] = frame_layout_new(layout, err);
		if (!twin->stream[i])
			return error_context(err, "stream %zu", i + 1);
	}
	return 0;
}

void twin_free(struct twin *twin)
{
	for (size_t i = 0; i < twin->count; i++) {
		frame_layout_free(twin->entry[i].ask_layout);
		frame_layout_free(twin->entry[i].reply_layout);
	}
	for (size_t i = 0; i < twin->stream_count; i++)
		frame_layout_free(twin->stream[i]);
	free(twin);
}

struct twin *twin_compile(const char *device, int unit, const struct value *simulator,
			  const char *ends, struct error *err)
{
	struct twin *twin = xcalloc(1, sizeof(*twin));
	const char *delay = value_get_text(simulator, "delay");

	snprintf(twin->device, sizeof(twin->device), "%s", device);
	snprintf(twin->ends, sizeof(twin->ends), "%s", ends);
	twin->unit = unit;
	twin->delay = MSEC(5);
	if (compile_entries(twin, simulator, err) == 0 &&
	    compile_streams(twin, simulator, err) == 0 &&
	    (!delay || duration_parse(&twin->delay, delay, err) == 0))
		return twin;
	twin_free(twin);
	error_context(err, "twin of '%s'", device);
	return NULL;
}
