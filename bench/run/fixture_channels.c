/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixture's channels: names for what can be read.
 *
 * A contact or a pulse line is also a channel under its own name, so that a protocol waits for an edge
 * with the same verbs as for a pressure.
 */
#include "run/fixture.h"

#include <stdio.h>
#include <string.h>

static int channel_from_device(struct fixture *fixture, struct fixture_channel *channel,
			       const char *from, struct error *err)
{
	const char *dot = strchr(from, '.');
	char name[32];
	const struct driver_item *item;

	snprintf(name, sizeof(name), "%.*s", (int)(dot - from), from);
	channel->device = fixture_find_device(fixture, name);
	if (channel->device < 0)
		return error_set(err, ERROR_USAGE, "there is no device '%s'", name);
	channel->read = driver_find_read(fixture->device[channel->device].driver, dot + 1);
	if (channel->read < 0)
		return error_set(err, ERROR_USAGE, "device '%s' has no read '%s'", name, dot + 1);
	item = &fixture->device[channel->device].driver->read[channel->read];
	channel->unit = item->unit;
	channel->resolution = item->resolution;
	if (item->streamed)
		channel->late =
			fixture->device[channel->device].driver->stream[item->stream].silent;
	return 0;
}

static int channel_from_line(struct fixture *fixture, struct fixture_channel *channel,
			     const char *from, struct error *err)
{
	const struct fixture_line *line;

	channel->line = fixture_find_line(fixture, from);
	if (channel->line < 0)
		return error_set(err, ERROR_USAGE, "'%s' is neither a line nor `device.read`",
				 from);
	line = &fixture->line[channel->line];
	channel->state = line->kind != LINE_PULSE;
	return unit_parse(&channel->unit, channel->state ? "1" : "Hz", err);
}

static int compile_channel(struct fixture *fixture, const char *name, const struct value *value,
			   struct error *err)
{
	struct fixture_channel *channel = &fixture->channel[fixture->channel_count++];
	const char *from = value->kind == VALUE_TEXT ? value->text : value_get_text(value, "from");
	const char *resolution = value_get_text(value, "resolution");
	struct quantity step;
	int done;

	channel->device = channel->read = channel->line = -1;
	if (fixture_name(channel->name, name, err) < 0)
		return -1;
	if (!from)
		return error_set(err, ERROR_USAGE, "needs `from`");
	done = strchr(from, '.') ? channel_from_device(fixture, channel, from, err)
				 : channel_from_line(fixture, channel, from, err);
	channel->dut = value_get_bool(value, "dut") ||
		       (channel->device >= 0 && fixture->device[channel->device].dut);
	if (done < 0 || fixture_duration(&channel->every, value, "every", 0, err) < 0)
		return -1;
	if (!resolution)
		return 0;
	if (quantity_parse(&step, resolution, err) < 0)
		return error_context(err, "resolution");
	if (!unit_same_kind(&step.unit, &channel->unit))
		return error_set(err, ERROR_USAGE, "resolution: '%s' is not in %s", resolution,
				 channel->unit.symbol);
	channel->resolution = (step.value - step.unit.offset) / 2; /* a step of °C is one of K */
	return 0;
}

int fixture_hidden_channel(struct fixture *fixture, int device, const char *read, struct error *err)
{
	int index = driver_find_read(fixture->device[device].driver, read);
	struct value *from;
	char name[80];
	int done;

	for (size_t i = 0; i < fixture->channel_count; i++)
		if (fixture->channel[i].device == device && fixture->channel[i].read == index)
			return (int)i;
	if (fixture_too_many(fixture->channel_count + 1, "channels", err) < 0)
		return -1;
	snprintf(name, sizeof(name), "%s.%s", fixture->device[device].name, read);
	from = value_text(name);
	done = compile_channel(fixture, name, from, err);
	value_free(from);
	fixture->channel[fixture->channel_count - 1].hidden = true;
	return done < 0 ? -1 : (int)fixture->channel_count - 1;
}

int fixture_compile_channels(struct fixture *fixture, const struct value *channels,
			     struct error *err)
{
	struct value *own;

	for (size_t i = 0; i < value_count(channels); i++) {
		const char *name = value_key(channels, i);

		if (compile_channel(fixture, name, value_at(channels, i), err) < 0)
			return error_context(err, "channel '%s'", name);
	}
	for (size_t i = 0; i < fixture->line_count; i++) {
		const char *name = fixture->line[i].name;

		if (fixture->line[i].output || fixture_find_channel(fixture, name) >= 0)
			continue;
		if (fixture_too_many(fixture->channel_count + 1, "channels", err) < 0)
			return -1;
		own = value_text(name);
		compile_channel(fixture, name, own, err);
		value_free(own);
	}
	return 0;
}
