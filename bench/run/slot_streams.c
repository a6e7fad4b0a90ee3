/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that speak by themselves: messages into samples, and silence into an error.
 *
 * A port has at most one such device, its talker. Every message is in the journal as bytes; its samples
 * go to the channels that somebody wants, a row at a time: into the journal first, then to the guard,
 * then to the run. Times come from stream.c and are kept for all channels of the stream, wanted or not,
 * so that a replay finds the same ones.
 *
 * A talker that falls silent trips the bench once somebody wants a channel of that stream. One that
 * speaks all the time (`every`) is heard before the bench is up: it has named itself by then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/listener.h"
#include "run/slot.h"
#include "run/stream.h"

#define PATIENCE_LEAST MSEC(500) /* of real time */

/* One stream of a talker. */
struct spoken {
	struct slot *slot;
	struct talker *talker;
	const struct driver_stream *stream;
	size_t index;
	struct stream_past past;
	bool heard;
	struct timer silence;
};

struct talker {
	struct slot *slot;
	int device, port;
	struct listener *listener;
	struct listener_kind kinds[DRIVER_STREAMS];
	struct spoken spoken[DRIVER_STREAMS];
};

static const struct driver *driver_of(const struct talker *talker)
{
	return talker->slot->fixture->device[talker->device].driver;
}

static const struct driver_item *read_of(const struct slot *slot, int channel)
{
	const struct fixture_channel *spec = &slot->fixture->channel[channel];

	return spec->device >= 0 && spec->read >= 0
		       ? &slot->fixture->device[spec->device].driver->read[spec->read]
		       : NULL;
}

bool channel_streams(const struct slot *slot, int channel)
{
	const struct driver_item *item = read_of(slot, channel);

	return item && item->streamed;
}

/* Is this a channel of that stream? */
static bool carries(const struct spoken *spoken, size_t channel)
{
	const struct driver_item *item = read_of(spoken->slot, (int)channel);

	return item && item->streamed && item->stream == spoken->index &&
	       spoken->slot->fixture->channel[channel].device == spoken->talker->device;
}

/* ---- silence ---- */

static void print_time(char *text, size_t size, nsec time)
{
	if (time >= SEC(1))
		snprintf(text, size, "%.6g s", nsec_seconds(time));
	else
		snprintf(text, size, "%.6g ms", (double)time / 1e6);
}

static bool is_wanted(const struct spoken *spoken)
{
	const struct slot *slot = spoken->slot;

	if (!slot->up && spoken->stream->every)
		return true;
	for (size_t i = 0; i < slot->fixture->channel_count; i++)
		if (slot->channel[i].interests && carries(spoken, i))
			return true;
	return false;
}

/* Nobody knows any more what these channels show; may an output stay away from safe all the same? */
static bool may_go_on(const struct spoken *spoken)
{
	struct slot *slot = spoken->slot;

	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		if (!carries(spoken, i))
			continue;
		if (!slot->settings.by_hand || guard_relies_on(slot, (int)i))
			return false;
		slot->channel[i].seen = false;
	}
	return slot->settings.by_hand;
}

/* Where time is scaled a wire still takes its own: a hiccup of the machine is no silence. */
static nsec patience(const struct spoken *spoken)
{
	const struct slot *slot = spoken->slot;
	nsec least = slot->wire_clock == slot->clock
			     ? 0
			     : (nsec)((double)PATIENCE_LEAST * slot->wire_scale);

	return spoken->stream->silent > least ? spoken->stream->silent : least;
}

static void fell_silent(void *ctx)
{
	struct spoken *spoken = ctx;
	struct slot *slot = spoken->slot;
	const char *name = slot->fixture->device[spoken->talker->device].name;
	size_t stray = slot->port[spoken->talker->port].stray;
	char silent[32], every[32], expected[64] = "", other[80] = "", why[320];

	if (!is_wanted(spoken))
		return; /* it was awaited for the bench to come up, and no longer is */
	print_time(silent, sizeof(silent), patience(spoken));
	print_time(every, sizeof(every), spoken->stream->every);
	if (spoken->stream->every)
		snprintf(expected, sizeof(expected), ", and one is due every %s", every);
	if (stray > 0)
		snprintf(other, sizeof(other), "; %zu bytes came that are no such message", stray);
	snprintf(why, sizeof(why), "%s: no '%s' message for %s%s%s", name, spoken->stream->name,
		 silent, expected, other);
	if (may_go_on(spoken))
		slot->handlers.doubt(slot->ctx, why);
	else
		slot_trip(slot, VERDICT_ERROR, why);
}

/* The silence that counts begins with the latest message, or when somebody begins to wait. */
static void watch_silence(struct spoken *spoken, bool begins)
{
	struct slot *slot = spoken->slot;

	if (!spoken->stream->silent || slot->tripped || slot->closing || !is_wanted(spoken))
		timer_stop(&spoken->silence);
	else if (begins || !timer_armed(&spoken->silence))
		timer_start(&spoken->silence, slot->clock, slot_now(slot) + patience(spoken),
			    TIMER_LINK, fell_silent, spoken);
}

/* ---- messages ---- */

static void note_gap(const struct spoken *spoken, const struct stream_message *message)
{
	const struct slot *slot = spoken->slot;
	struct value *line;

	if (!message->lost && !message->recounts && !message->jump)
		return;
	line = value_map();
	value_set_text(line, "device", slot->fixture->device[spoken->talker->device].name);
	value_set_text(line, "stream", spoken->stream->name);
	if (message->lost)
		value_set_real(line, "lost", message->lost);
	if (message->recounts) {
		value_set_real(line, "counted", message->counted);
		value_set_real(line, "counting", message->counting);
	}
	if (message->jump)
		value_set_int(line, "clock_jumped_ns", message->jump);
	journal_line(slot->journal, slot_now(slot), "gap", line);
}

/* One row of a wanted channel's samples; -1: the instrument sent what is no reading. */
static int fill_row(const struct slot_channel *channel, const struct stream_message *message,
		    const struct stream_row *row, struct bench_sample *samples, struct error *err)
{
	const struct driver_item *item = read_of(channel->slot, channel->index);
	double resolution = channel->slot->fixture->channel[channel->index].resolution;

	for (size_t i = 0; i < row->count; i++) {
		nsec time = row->first + (nsec)i * item->spacing;

		samples[i] = (struct bench_sample){
			.asked = time,
			.time = time,
			.value = stream_value(item, message, row->from + i),
			.resolution = resolution,
			.weight = 1,
		};
		if (driver_shows(item, samples[i].value, err) < 0)
			return -1;
	}
	return 0;
}

static void journal_row(const struct slot_channel *channel, const struct stream_row *row,
			const struct bench_sample *samples)
{
	const struct driver_item *item = read_of(channel->slot, channel->index);
	struct {
		double resolution;
		int64_t first, spacing;
		double value[FRAME_FIELDS];
	} entry = {samples->resolution, row->first, row->count > 1 ? item->spacing : 0, {0}};

	for (size_t i = 0; i < row->count; i++)
		entry.value[i] = samples[i].value;
	journal_entry(channel->slot->journal, slot_now(channel->slot), ENTRY_BLOCK,
		      (uint16_t)channel->index, &entry, 24 + row->count * sizeof(double));
}

static void tell_row(struct slot_channel *channel, const struct stream_message *message,
		     const struct stream_row *row)
{
	struct slot *slot = channel->slot;
	const struct fixture_channel *spec = &slot->fixture->channel[channel->index];
	struct bench_sample samples[FRAME_FIELDS];
	char why[320];
	struct error err;

	if (fill_row(channel, message, row, samples, &err) < 0) {
		snprintf(why, sizeof(why), "%s: %.280s", slot->fixture->device[spec->device].name,
			 err.text);
		slot_trip(slot, VERDICT_ERROR, why);
		return;
	}
	journal_row(channel, row, samples);
	channel->seen = true;
	channel->value = samples[row->count - 1].value;
	channel->seen_asked = samples[row->count - 1].asked;
	for (size_t i = 0; i < row->count && !slot->tripped; i++)
		guard_sample(slot, channel->index, &samples[i], i + 1 == row->count);
	slot->handlers.samples(slot->ctx, channel->index, samples, row->count);
	breaths_feed(slot, channel->index, samples, row->count);
}

static void tell_samples(struct spoken *spoken, const struct stream_message *message)
{
	struct slot *slot = spoken->slot;

	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		const struct driver_item *item = read_of(slot, (int)i);
		struct stream_row row = {0};

		if (!carries(spoken, i))
			continue;
		while (stream_next_row(item, message, &slot->channel[i].latest, &row))
			if (slot->channel[i].interests && !slot->tripped)
				tell_row(&slot->channel[i], message, &row);
	}
}

static void message_came(void *ctx, size_t kind, nsec arrived, const uint8_t *bytes, size_t size)
{
	struct talker *talker = ctx;
	struct slot *slot = talker->slot;
	struct spoken *spoken = &talker->spoken[kind];
	const struct serial_settings *settings = &slot->fixture->port[talker->port].settings;
	nsec whole = slot_wire_time(slot, arrived);
	struct stream_message message;

	journal_entry(slot->journal, whole, ENTRY_STREAMED, (uint16_t)talker->port, bytes, size);
	if (slot->handlers.bytes)
		slot->handlers.bytes(slot->ctx, talker->port, ENTRY_STREAMED, bytes, size);
	slot->port[talker->port].stray = 0;
	if (slot->closing || slot->tripped)
		return;
	stream_take(&spoken->past, driver_of(talker), kind, whole,
		    stream_took(settings, size, slot->wire_scale), bytes, size, &message);
	spoken->heard = true;
	note_gap(spoken, &message);
	watch_silence(spoken, true);
	tell_samples(spoken, &message);
	slot_check_up(slot);
}

/* ---- the slot's side ---- */

static struct talker *talker_new(struct slot *slot, int device, int port)
{
	struct talker *talker = xcalloc(1, sizeof(*talker));
	const struct driver *driver = slot->fixture->device[device].driver;

	*talker = (struct talker){.slot = slot, .device = device, .port = port};
	for (size_t i = 0; i < driver->stream_count; i++) {
		talker->kinds[i] = (struct listener_kind){.frame = driver->stream[i].frame,
							  .line = driver->stream[i].layout};
		talker->spoken[i] = (struct spoken){
			.slot = slot, .talker = talker, .stream = &driver->stream[i], .index = i};
	}
	return talker;
}

void streams_open(struct slot *slot, int port)
{
	for (size_t i = 0; i < slot->fixture->device_count; i++) {
		const struct fixture_device *device = &slot->fixture->device[i];
		struct talker *talker;

		if (device->port != port || device->driver->stream_count == 0)
			continue;
		talker = talker_new(slot, (int)i, port);
		slot->port[port].talker = talker;
		talker->listener = listener_new(slot->wire_clock, slot->port[port].serial,
						talker->kinds, device->driver->stream_count,
						device->driver->ends, message_came, talker);
		return;
	}
}

void streams_stop(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->port_count; i++) {
		struct talker *talker = slot->port[i].talker;

		for (size_t k = 0; talker && k < driver_of(talker)->stream_count; k++)
			timer_stop(&talker->spoken[k].silence);
	}
}

void streams_close(struct slot *slot)
{
	streams_stop(slot);
	for (size_t i = 0; i < slot->fixture->port_count; i++) {
		struct talker *talker = slot->port[i].talker;

		slot->port[i].talker = NULL;
		if (talker)
			listener_free(talker->listener);
		free(talker);
	}
}

void streams_await(struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->port_count; i++) {
		struct talker *talker = slot->port[i].talker;

		for (size_t k = 0; talker && k < driver_of(talker)->stream_count; k++)
			watch_silence(&talker->spoken[k], true);
	}
}

static bool is_heard(const struct talker *talker)
{
	for (size_t k = 0; k < driver_of(talker)->stream_count; k++)
		if (talker->spoken[k].stream->every && !talker->spoken[k].heard)
			return false;
	return true;
}

bool streams_are_heard(const struct slot *slot)
{
	for (size_t i = 0; i < slot->fixture->port_count; i++)
		if (slot->port[i].talker && !is_heard(slot->port[i].talker))
			return false;
	return true;
}

static const struct talker *talker_of(const struct slot *slot, int device)
{
	const struct talker *talker = slot->port[slot->fixture->device[device].port].talker;

	return talker && talker->device == device ? talker : NULL;
}

bool stream_is_heard(const struct slot *slot, int device)
{
	const struct talker *talker = talker_of(slot, device);

	return !talker || is_heard(talker);
}

nsec stream_silence(const struct slot *slot, int device)
{
	const struct talker *talker = talker_of(slot, device);
	nsec longest = 0;

	for (size_t k = 0; talker && k < driver_of(talker)->stream_count; k++)
		if (talker->spoken[k].stream->every && patience(&talker->spoken[k]) > longest)
			longest = patience(&talker->spoken[k]);
	return longest;
}

void streams_wanted(struct slot *slot, int channel)
{
	const struct fixture_channel *spec = &slot->fixture->channel[channel];
	struct talker *talker = slot->port[slot->fixture->device[spec->device].port].talker;
	struct spoken *spoken = &talker->spoken[read_of(slot, channel)->stream];

	watch_silence(spoken, false);
}
