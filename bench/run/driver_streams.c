/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a driver says of messages that come unasked, and the reads that are taken from them.
 *
 * A stream is a layout of its own, found again in the bytes of the port by its fixed bytes and its
 * check. So a frame must begin with a fixed byte and carry a check, or begin with two: fewer would find
 * messages in any bytes. A counter and a clock wrap where their layout ends; on a line they never do.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/driver.h"
#include "verdict/duration.h"

enum { SILENT_TIMES_EVERY = 4 };

static size_t count_numbers(const char *template)
{
	size_t numbers = 0;

	for (const char *at = template; (at = strstr(at, "{number")); at++)
		numbers++;
	return numbers;
}

static int compile_frame(struct driver_stream *stream, struct error *err)
{
	stream->frame = frame_layout_new(stream->layout, err);
	if (!stream->frame)
		return -1;
	stream->fields = frame_layout_fields(stream->frame);
	stream->has_text = frame_layout_has_text(stream->frame);
	size_t head = frame_layout_head(stream->frame);

	if (head >= 2 || (head == 1 && frame_layout_checked(stream->frame)))
		return 0;
	return error_set(
		err, ERROR_USAGE,
		"a streamed frame begins with a fixed byte and has a check, or begins with "
		"two: it could not be found among other bytes");
}

static int compile_layout(struct driver_stream *stream, const struct value *value, enum bus bus,
			  struct error *err)
{
	const char *layout = value_get_text(value, "layout");
	size_t captures;

	if (!layout)
		return error_set(err, ERROR_USAGE, "needs `layout = \"…\"`");
	stream->layout = xstrdup(layout);
	if (bus == BUS_FRAME)
		return compile_frame(stream, err);
	if (template_check(layout, &captures, err) < 0)
		return -1;
	stream->fields = count_numbers(layout);
	stream->has_text = driver_scans_line(layout);
	return 0;
}

static int compile_times(struct driver_stream *stream, const struct value *value, struct error *err)
{
	const char *every = value_get_text(value, "every");
	const char *silent = value_get_text(value, "silent");

	if (every && duration_parse(&stream->every, every, err) < 0)
		return error_context(err, "every");
	stream->silent = SILENT_TIMES_EVERY * stream->every;
	if (silent && duration_parse(&stream->silent, silent, err) < 0)
		return error_context(err, "silent");
	if (stream->silent < stream->every)
		return error_set(err, ERROR_USAGE, "silent = \"%s\" is shorter than every = \"%s\"",
				 silent, every);
	return 0;
}

/* A field that counts, and after how many counts it begins again. */
static int compile_counter(const struct driver_stream *stream, const struct value *value,
			   size_t *field, double *wraps, struct error *err)
{
	int64_t place = value_get_int(value, "field", 0);
	const struct layout *layout;

	if (place < 1 || (size_t)place > stream->fields)
		return error_set(err, ERROR_USAGE, "field = %lld, and the layout has %zu numbers",
				 (long long)place, stream->fields);
	*field = (size_t)place - 1;
	layout = stream->frame ? frame_layout_number(stream->frame, *field) : NULL;
	*wraps = layout && layout->kind != LAYOUT_FLOAT ? ldexp(1, (int)layout->size * 8) : 0;
	return 0;
}

static int compile_clock(struct driver_stream *stream, const struct value *value, struct error *err)
{
	const char *text = value_get_text(value, "unit");
	struct unit unit, second;

	if (!value)
		return 0;
	stream->clocked = true;
	if (compile_counter(stream, value, &stream->clock, &stream->clock_wraps, err) < 0)
		return -1;
	if (unit_parse(&unit, text ? text : "s", err) < 0 || unit_parse(&second, "s", err) < 0)
		return -1;
	if (!unit_same_dimension(&unit, &second))
		return error_set(err, ERROR_USAGE, "'%s' is no unit of time", unit.symbol);
	stream->tick = unit.scale * 1e9;
	return 0;
}

static int compile_stream(struct driver *driver, const char *name, const struct value *value,
			  struct error *err)
{
	struct driver_stream *stream = &driver->stream[driver->stream_count++];
	const struct value *number = value_get(value, "number");

	if (strlen(name) >= sizeof(stream->name))
		return error_set(err, ERROR_USAGE, "a name has at most %zu bytes",
				 sizeof(stream->name) - 1);
	strcpy(stream->name, name);
	if (driver->bus == BUS_MODBUS)
		return error_set(err, ERROR_USAGE, "a Modbus device never speaks unasked");
	if (compile_layout(stream, value, driver->bus, err) < 0 ||
	    compile_times(stream, value, err) < 0)
		return -1;
	if (compile_clock(stream, value_get(value, "clock"), err) < 0)
		return error_context(err, "clock");
	stream->numbered = number != NULL;
	if (number &&
	    compile_counter(stream, number, &stream->number, &stream->number_wraps, err) < 0)
		return error_context(err, "number");
	return 0;
}

int driver_compile_streams(struct driver *driver, const struct value *value, struct error *err)
{
	const struct value *streams = value_get(value, "streams");

	if (value_count(streams) > DRIVER_STREAMS)
		return error_set(err, ERROR_USAGE, "more than %d streams", DRIVER_STREAMS);
	for (size_t i = 0; i < value_count(streams); i++)
		if (compile_stream(driver, value_key(streams, i), value_at(streams, i), err) < 0)
			return error_context(err, "streams.%s", value_key(streams, i));
	return 0;
}

static int find_stream(const struct driver *driver, const char *name)
{
	for (size_t i = 0; name && i < driver->stream_count; i++)
		if (!strcmp(driver->stream[i].name, name))
			return (int)i;
	return -1;
}

static int compile_spacing(struct driver_item *item, const struct driver_stream *stream,
			   const char *spacing, struct error *err)
{
	if (item->samples == 1)
		return 0;
	if (!spacing)
		return error_set(err, ERROR_USAGE, "%zu samples need a `spacing`", item->samples);
	if (duration_parse(&item->spacing, spacing, err) < 0)
		return error_context(err, "spacing");
	if (item->spacing < 1)
		return error_set(err, ERROR_USAGE, "spacing: samples lie apart");
	if (stream->every && item->spacing > stream->every / (nsec)item->samples)
		return error_set(err, ERROR_USAGE,
				 "%zu samples of %s are longer than the %.6g s from one message to "
				 "the next",
				 item->samples, spacing, nsec_seconds(stream->every));
	return 0;
}

int driver_compile_streamed(const struct driver *driver, struct driver_item *item,
			    const struct value *value, struct error *err)
{
	bool scanned = item >= driver->scan && item < driver->scan + DRIVER_SCANS;
	const char *name = value_get_text(value, "stream");
	int64_t samples = value_get_int(value, "samples", 1);
	int index = find_stream(driver, name);

	if (index < 0)
		return error_set(err, ERROR_USAGE, "there is no stream '%s'", name ? name : "");
	const struct driver_stream *stream = &driver->stream[index];

	item->streamed = true;
	item->stream = (size_t)index;
	item->samples = (size_t)samples;
	if (scanned)
		return 0;
	if (samples < 1 || item->field >= stream->fields ||
	    (size_t)samples > stream->fields - item->field)
		return error_set(err, ERROR_USAGE,
				 "%lld samples from field %zu on, and the message has %zu numbers",
				 (long long)samples, item->field + 1, stream->fields);
	if (stream->frame)
		item->layout = *frame_layout_number(stream->frame, item->field);
	return compile_spacing(item, stream, value_get_text(value, "spacing"), err);
}

void driver_free_streams(struct driver *driver)
{
	for (size_t i = 0; i < driver->stream_count; i++) {
		free(driver->stream[i].layout);
		frame_layout_free(driver->stream[i].frame);
	}
}
