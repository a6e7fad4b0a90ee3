/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that come unasked: numbers, counters and clocks.
 *
 * A counter that wraps is taken as the least step forward, a clock that wraps as the step nearest to the
 * bench time that passed. A clock jumps when it says something that no delay explains: it
 * is behind what was seen by more than a delay can be (the stream's `silent`, at least a second), or
 * ahead by as much. After a jump its difference from bench time is learnt anew.
 *
 * A counter that goes back, stands still or leaps by more than half its width was not reset by messages
 * that got lost; that is told as what it is.
 */
#include "run/stream.h"

#include <math.h>
#include <string.h>

#define HALF_MINUTE SEC(30)
#define LONGEST_TIME 4e18 /* ns; a clock that says more says nothing */

static bool line_of(const struct driver *driver, const uint8_t *bytes, size_t size,
		    char line[FRAME_MOST + 1])
{
	size_t tail = strlen(driver->ends);

	if (size < tail || size - tail > FRAME_MOST || memchr(bytes, '\0', size))
		return false;
	memcpy(line, bytes, size - tail);
	line[size - tail] = '\0';
	return true;
}

static bool read_line(const struct driver *driver, const struct driver_stream *stream,
		      const uint8_t *bytes, size_t size, double *fields)
{
	struct capture captures[TEMPLATE_CAPTURES];
	char line[FRAME_MOST + 1];
	size_t count;

	if (!line_of(driver, bytes, size, line) ||
	    !template_match(stream->layout, line, captures, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (captures[i].is_number)
			*fields++ = captures[i].number;
	return true;
}

nsec stream_took(const struct serial_settings *settings, size_t size, double scale)
{
	return (nsec)((double)serial_transmission_time(settings, size) * scale);
}

int stream_find(const struct driver *driver, const uint8_t *bytes, size_t size)
{
	double fields[TEMPLATE_CAPTURES];

	for (size_t i = 0; i < driver->stream_count; i++) {
		const struct driver_stream *stream = &driver->stream[i];
		bool found = stream->frame ? size == frame_size(stream->frame, bytes, size) &&
						     frame_match(stream->frame, bytes, size) == 1
					   : read_line(driver, stream, bytes, size, fields);

		if (found)
			return (int)i;
	}
	return -1;
}

/* ---- counters and clocks ---- */

/* From `before` to `now`, forwards when it wraps. */
static double step_of(double before, double now, double wraps)
{
	double step = now - before;

	return wraps > 0 && step < 0 ? step + wraps : step;
}

static void count_message(struct stream_past *past, const struct driver_stream *stream,
			  struct stream_message *message)
{
	double now = message->fields[stream->number];

	if (!isfinite(now))
		return;
	double step = step_of(past->number, now, stream->number_wraps);
	bool back = step < 1 || (stream->number_wraps > 0 && step > stream->number_wraps / 2);

	if (past->counts && back) {
		message->recounts = true;
		message->counted = past->number;
		message->counting = now;
	} else if (past->counts) {
		message->lost = step - 1;
	}
	past->number = now;
	past->counts = true;
}

/* The instrument's own time, ns. */
static double device_time(const struct stream_past *past, const struct driver_stream *stream,
			  double clock, nsec left)
{
	double step = clock - past->clock;
	double passed = (double)(left - past->left) / stream->tick;

	if (!past->timed)
		return clock * stream->tick;
	if (stream->clock_wraps > 0)
		step += round((passed - step) / stream->clock_wraps) * stream->clock_wraps;
	return (double)past->device + step * stream->tick;
}

static nsec least_of(const struct stream_past *past)
{
	return past->least < past->earlier ? past->least : past->earlier;
}

static void learn_difference(struct stream_past *past, nsec difference, nsec left)
{
	if (left >= past->until) {
		past->earlier = past->until + HALF_MINUTE > left ? past->least : NSEC_NEVER;
		past->least = difference;
		past->until = left + HALF_MINUTE;
	} else if (difference < past->least) {
		past->least = difference;
	}
}

static void read_clock(struct stream_past *past, const struct driver_stream *stream, nsec left,
		       struct stream_message *message)
{
	double clock = message->fields[stream->clock];
	nsec longest = stream->silent > SEC(1) ? stream->silent : SEC(1);
	double exact = device_time(past, stream, clock, left);

	if (!(fabs(exact) < LONGEST_TIME)) {
		past->timed = false;
		return;
	}
	nsec device = (nsec)exact, difference = left - device;
	nsec later = past->timed ? difference - least_of(past) : 0;

	if (later > longest || later < -longest)
		message->jump = -later;
	if (!past->timed || message->jump) {
		past->earlier = NSEC_NEVER;
		past->least = difference;
		past->until = left + HALF_MINUTE;
	}
	learn_difference(past, difference, left);
	past->clock = clock;
	past->device = device;
	past->timed = true;
	message->time = device + least_of(past);
}

void stream_take(struct stream_past *past, const struct driver *driver, size_t index, nsec whole,
		 nsec took, const uint8_t *bytes, size_t size, struct stream_message *message)
{
	const struct driver_stream *stream = &driver->stream[index];
	nsec left = whole - took;

	*message = (struct stream_message){.time = left};
	if (stream->frame)
		frame_read(stream->frame, bytes, message->fields);
	else
		read_line(driver, stream, bytes, size, message->fields);

	if (stream->numbered)
		count_message(past, stream, message);
	if (stream->clocked)
		read_clock(past, stream, left, message);
	past->left = left;
}

/* ---- samples ---- */

bool stream_next_row(const struct driver_item *item, const struct stream_message *message,
		     nsec *latest, struct stream_row *row)
{
	size_t i = row->from + row->count;
	nsec time = message->time - (nsec)(item->samples - 1 - i) * item->spacing;

	for (; i < item->samples && time + item->spacing < *latest; i++)
		time += item->spacing;
	if (i >= item->samples)
		return false;

	bool moved = time <= *latest;

	*row = (struct stream_row){
		.from = i,
		.count = moved ? 1 : item->samples - i,
		.first = moved ? *latest + 1 : time,
	};
	*latest = moved ? row->first : message->time;
	return true;
}

double stream_value(const struct driver_item *item, const struct stream_message *message,
		    size_t sample)
{
	return unit_to_si(&item->unit, message->fields[item->field + sample] * item->scale);
}
