/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the bytes again.
 *
 * An answer's sample follows its bytes at once, so the port's latest answer is its; over a real wire it
 * comes in pieces, which belong together from one question to the next. The samples of a
 * streamed message follow it channel by channel; the times of a channel depend on all messages before,
 * also on those that nobody wanted, so each message is carried through all of its channels before the
 * next one is taken.
 */
#include "run/replay_bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/stream.h"

/* The latest on a port. */
struct heard {
	uint8_t answer[FRAME_MOST]; /* to the latest question */
	size_t size;
	int device; /* what streams on it, or -1 */
	bool spoke;
	size_t stream;
	struct stream_past past[DRIVER_STREAMS];
	struct stream_message message;
};

struct replay_bytes {
	const struct fixture *fixture;
	double wire_scale;
	struct heard heard[FIXTURE_MOST];
	nsec latest[FIXTURE_MOST];	     /* sample of each channel */
	struct stream_row row[FIXTURE_MOST]; /* how far its latest message was read */
};

struct replay_bytes *replay_bytes_new(const struct fixture *fixture, double wire_scale)
{
	struct replay_bytes *bytes = xcalloc(1, sizeof(*bytes));

	bytes->fixture = fixture;
	bytes->wire_scale = wire_scale;
	for (size_t i = 0; i < FIXTURE_MOST; i++) {
		bytes->heard[i].device = -1;
		bytes->latest[i] = INT64_MIN;
	}
	for (size_t i = 0; i < fixture->device_count; i++)
		if (fixture->device[i].driver->stream_count > 0)
			bytes->heard[fixture->device[i].port].device = (int)i;
	return bytes;
}

void replay_bytes_free(struct replay_bytes *bytes)
{
	free(bytes);
}

static const struct driver_item *read_of(const struct replay_bytes *bytes, size_t channel)
{
	const struct fixture_channel *spec = &bytes->fixture->channel[channel];

	return spec->device >= 0 && spec->read >= 0
		       ? &bytes->fixture->device[spec->device].driver->read[spec->read]
		       : NULL;
}

/* Is this channel in the latest message of that port? */
static bool carries(const struct replay_bytes *bytes, const struct heard *heard, size_t channel)
{
	const struct driver_item *item = read_of(bytes, channel);

	return heard->spoke && item && item->streamed && item->stream == heard->stream &&
	       bytes->fixture->channel[channel].device == heard->device;
}

static int take_message(struct replay_bytes *bytes, size_t port, const struct journal_item *item,
			struct error *err)
{
	struct heard *heard = &bytes->heard[port];
	const struct driver *driver;
	int stream;

	if (heard->device < 0)
		return 0;
	for (size_t i = 0; i < bytes->fixture->channel_count; i++)
		while (carries(bytes, heard, i) &&
		       stream_next_row(read_of(bytes, i), &heard->message, &bytes->latest[i],
				       &bytes->row[i]))
			;
	driver = bytes->fixture->device[heard->device].driver;
	stream = stream_find(driver, item->data, item->size);
	if (stream < 0)
		return error_set(err, ERROR_DEVICE, "%s: the journal has a message that is none",
				 bytes->fixture->device[heard->device].name);
	heard->spoke = true;
	heard->stream = (size_t)stream;
	for (size_t i = 0; i < bytes->fixture->channel_count; i++)
		if (carries(bytes, heard, i))
			bytes->row[i] = (struct stream_row){0};
	stream_take(
		&heard->past[stream], driver, (size_t)stream, item->time,
		stream_took(&bytes->fixture->port[port].settings, item->size, bytes->wire_scale),
		item->data, item->size, &heard->message);
	return 0;
}

int replay_bytes_take(struct replay_bytes *bytes, const struct journal_item *item,
		      struct error *err)
{
	struct heard *heard;

	if (item->subject >= bytes->fixture->port_count)
		return 0;
	heard = &bytes->heard[item->subject];
	if (item->entry == ENTRY_STREAMED)
		return take_message(bytes, item->subject, item, err);
	if (item->entry == ENTRY_SENT)
		heard->size = 0;
	if (item->entry == ENTRY_RECEIVED && heard->size + item->size <= sizeof(heard->answer)) {
		memcpy(heard->answer + heard->size, item->data, item->size);
		heard->size += item->size;
	}
	return 0;
}

static int check_answer(const struct replay_bytes *bytes, const struct fixture_channel *channel,
			double value, struct error *err)
{
	const struct fixture_device *device = &bytes->fixture->device[channel->device];
	const struct heard *heard = &bytes->heard[device->port];
	struct exchange exchange;
	double again;

	exchange_read(&exchange, device->driver, &device->driver->read[channel->read],
		      device->unit);
	if (exchange_number(&exchange, heard->answer, heard->size, &again, err) < 0)
		return error_context(err, "%s: its bytes", channel->name);
	if (memcmp(&again, &value, sizeof(value)) != 0)
		return error_set(err, ERROR_DEVICE,
				 "%s: the journal says %.17g, its bytes say %.17g", channel->name,
				 value, again);
	return 0;
}

static int take_sample(const struct replay_bytes *bytes, const struct journal_item *item,
		       struct bench_sample *sample, struct error *err)
{
	const struct fixture_channel *channel = &bytes->fixture->channel[item->subject];

	if (item->size != 24)
		return 0;
	*sample = (struct bench_sample){.time = item->time, .weight = 1};
	memcpy(&sample->value, item->data, 8);
	memcpy(&sample->resolution, item->data + 8, 8);
	memcpy(&sample->asked, item->data + 16, 8);
	if (channel->device >= 0 && check_answer(bytes, channel, sample->value, err) < 0)
		return -1;
	return 1;
}

/* The journal's row must be the next one that the bytes give. */
static int check_row(struct replay_bytes *bytes, size_t channel, const struct bench_sample *samples,
		     size_t count, struct error *err)
{
	const struct fixture_channel *spec = &bytes->fixture->channel[channel];
	const struct driver_item *item = read_of(bytes, channel);
	struct stream_row *row = &bytes->row[channel];
	const struct heard *heard;

	if (!item || !item->streamed)
		return error_set(err, ERROR_DEVICE, "%s: the journal has a block of it",
				 spec->name);
	heard = &bytes->heard[bytes->fixture->device[spec->device].port];
	if (!carries(bytes, heard, channel) ||
	    !stream_next_row(item, &heard->message, &bytes->latest[channel], row) ||
	    row->count != count || row->first != samples[0].time)
		return error_set(err, ERROR_DEVICE,
				 "%s: the journal has %zu samples from %.9f s on, and its bytes "
				 "give %zu from %.9f s on",
				 spec->name, count, nsec_seconds(samples[0].time), row->count,
				 nsec_seconds(row->first));
	for (size_t i = 0; i < count; i++) {
		double again = stream_value(item, &heard->message, row->from + i);

		if (memcmp(&again, &samples[i].value, sizeof(again)) != 0)
			return error_set(err, ERROR_DEVICE,
					 "%s: the journal says %.17g, its bytes say %.17g",
					 spec->name, samples[i].value, again);
	}
	return 0;
}

static int take_block(struct replay_bytes *bytes, const struct journal_item *item,
		      struct bench_sample *samples, struct error *err)
{
	size_t count = item->size / sizeof(double) - 3;
	double resolution;
	nsec first, spacing;

	if (item->size % sizeof(double) || item->size < 4 * sizeof(double) || count > FRAME_FIELDS)
		return 0;
	memcpy(&resolution, item->data, 8);
	memcpy(&first, item->data + 8, 8);
	memcpy(&spacing, item->data + 16, 8);
	if (first > INT64_MAX / 2 || first < INT64_MIN / 2 || spacing < 0 || spacing > SEC(3600))
		return 0;
	for (size_t i = 0; i < count; i++) {
		nsec time = first + (nsec)i * spacing;

		samples[i] = (struct bench_sample){
			.asked = time, .time = time, .resolution = resolution, .weight = 1};
		memcpy(&samples[i].value, item->data + 24 + 8 * i, 8);
	}
	return check_row(bytes, item->subject, samples, count, err) < 0 ? -1 : (int)count;
}

int replay_bytes_samples(struct replay_bytes *bytes, const struct journal_item *item,
			 struct bench_sample *samples, struct error *err)
{
	if (item->subject >= bytes->fixture->channel_count)
		return 0;
	return item->entry == ENTRY_BLOCK ? take_block(bytes, item, samples, err)
					  : take_sample(bytes, item, samples, err);
}
