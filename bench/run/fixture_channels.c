/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixture's channels: names for what can be read.
 *
 * A contact or a pulse line is also a channel under its own name, so that a protocol waits for an edge
 * with the same verbs as for a pressure.
 *
 * A breath channel has no instrument of its own: it is computed from a flow and another channel, once
 * per breath (verdict/breath.h). Those two are channels of devices, resolved when all names are known.
 */
#include "run/fixture.h"

#include <stdio.h>
#include <string.h>

#define DELAY_LONGEST SEC(30)

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

static int compile_delay(struct fixture_channel *channel, const struct value *value,
			 struct error *err)
{
	if (fixture_duration(&channel->delay, value, "delay", 0, err) < 0 ||
	    fixture_duration(&channel->within, value, "within", 0, err) < 0)
		return -1;
	if (channel->delay > DELAY_LONGEST)
		return error_set(err, ERROR_USAGE, "its delay is longer than %.6g s",
				 nsec_seconds(DELAY_LONGEST));
	if (channel->within > channel->delay)
		return error_set(err, ERROR_USAGE,
				 "within, how well its delay is known, is more than the delay");
	return 0;
}

static int compile_channel(struct fixture *fixture, const char *name, const struct value *value,
			   struct error *err)
{
	struct fixture_channel *channel = &fixture->channel[fixture->channel_count++];
	const char *from = value->kind == VALUE_TEXT ? value->text : value_get_text(value, "from");
	const char *resolution = value_get_text(value, "resolution");
	struct quantity step;
	int done;

	channel->device = channel->read = channel->line = channel->of = channel->flow = -1;
	if (fixture_name(channel->name, name, err) < 0)
		return -1;
	if (value->kind == VALUE_MAP && value_get(value, "breath"))
		return 0; /* once the others are there */
	if (!from)
		return error_set(err, ERROR_USAGE, "needs `from`");
	done = strchr(from, '.') ? channel_from_device(fixture, channel, from, err)
				 : channel_from_line(fixture, channel, from, err);
	channel->dut = value_get_bool(value, "dut") ||
		       (channel->device >= 0 && fixture->device[channel->device].dut);
	if (done < 0 || fixture_duration(&channel->every, value, "every", 0, err) < 0 ||
	    compile_delay(channel, value, err) < 0)
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

/* A channel that a breath channel rests on: of a device, as it reads. */
static int source_of(const struct fixture *fixture, const struct value *value, const char *key,
		     int *channel, struct error *err)
{
	const char *name = value_get_text(value, key);

	*channel = name ? fixture_find_channel(fixture, name) : -1;
	if (!name)
		return error_set(err, ERROR_USAGE, "a breath channel needs `%s`, a channel's name",
				 key);
	if (*channel < 0 || fixture->channel[*channel].device < 0)
		return error_set(err, ERROR_USAGE, "%s: '%s' is no channel of a device", key, name);
	return 0;
}

/* Of a flow in L/min a volume in L, in the flow's state: its unit without the time, or the coherent one. */
static int volume_unit(struct unit *unit, const struct unit *flow, struct error *err)
{
	static const char *const PER[] = {"/min", "/s", "/h"};
	static const signed char VOLUME[UNIT_DIMENSIONS] = {3};
	char symbol[sizeof(flow->symbol)];
	struct error ignored;

	if (flow->dimension[0] != 3 || flow->dimension[2] != -1)
		return error_set(err, ERROR_USAGE, "flow: %s is no volume per time", flow->symbol);
	for (size_t i = 0; i < sizeof(PER) / sizeof(PER[0]); i++) {
		const char *at = strstr(flow->symbol, PER[i]);

		if (!at)
			continue;
		snprintf(symbol, sizeof(symbol), "%.*s%s", (int)(at - flow->symbol), flow->symbol,
			 at + strlen(PER[i]));
		if (unit_parse(unit, symbol, &ignored) == 0 && unit->dimension[0] == 3)
			return 0;
	}
	*unit = unit_coherent(VOLUME);
	if (flow->state)
		unit_put_state(unit, flow->state);
	return 0;
}

static int compile_threshold(struct fixture_channel *channel, const struct value *value,
			     const struct unit *flow, struct error *err)
{
	const char *text = value_get_text(value, "threshold");
	struct quantity threshold;

	if (!text)
		return error_set(err, ERROR_USAGE,
				 "a breath channel needs `threshold`, a flow that is no noise");
	if (quantity_parse(&threshold, text, err) < 0)
		return error_context(err, "threshold");
	if (!unit_same_dimension(&threshold.unit, flow) || !(threshold.value > 0))
		return error_set(err, ERROR_USAGE, "threshold: '%s' is no flow above 0 in %s", text,
				 flow->symbol);
	channel->threshold = threshold.value;
	return 0;
}

static int breath_kind_of(const char *word, struct error *err)
{
	static const char *const WORDS[] = {"inhaled", "exhaled", "highest", "lowest", "volume"};

	for (int i = 0; word && i < 5; i++)
		if (!strcmp(word, WORDS[i]))
			return BREATH_INHALED + i;
	return error_set(err, ERROR_USAGE, "breath is inhaled, exhaled, highest, lowest or volume");
}

static int compile_breath(struct fixture *fixture, struct fixture_channel *channel,
			  const struct value *value, struct error *err)
{
	static const char *const NOT[] = {"from", "every", "resolution", "delay", "within"};
	int kind = breath_kind_of(value_get_text(value, "breath"), err);
	const struct fixture_channel *flow, *of;

	if (kind < 0)
		return -1;
	for (size_t i = 0; i < sizeof(NOT) / sizeof(NOT[0]); i++)
		if (value_get(value, NOT[i]))
			return error_set(
				err, ERROR_USAGE,
				"a breath channel has no `%s`: it follows from its sources",
				NOT[i]);
	if (source_of(fixture, value, "flow", &channel->flow, err) < 0)
		return -1;
	flow = &fixture->channel[channel->flow];
	if (flow->delay)
		return error_set(err, ERROR_USAGE,
				 "flow: '%s' has a delay; delays are counted from the flow",
				 flow->name);
	if (volume_unit(&channel->unit, &flow->unit, err) < 0 ||
	    compile_threshold(channel, value, &flow->unit, err) < 0)
		return -1;
	channel->breath = (enum breath_kind)kind;
	channel->dut = value_get_bool(value, "dut") || flow->dut;
	channel->late = flow->late;
	if (kind == BREATH_VOLUME && value_get(value, "of"))
		return error_set(err, ERROR_USAGE, "a volume is that of the flow: leave out `of`");
	if (kind == BREATH_VOLUME)
		return 0;
	if (source_of(fixture, value, "of", &channel->of, err) < 0)
		return -1;
	of = &fixture->channel[channel->of];
	channel->unit = of->unit;
	channel->dut = value_get_bool(value, "dut") || of->dut;
	if (channel->late < of->late + of->delay + of->within)
		channel->late = of->late + of->delay + of->within;
	return 0;
}

static int compile_breaths(struct fixture *fixture, const struct value *channels, struct error *err)
{
	for (size_t i = 0; i < value_count(channels); i++) {
		const struct value *value = value_at(channels, i);

		if (value->kind != VALUE_MAP || !value_get(value, "breath"))
			continue;
		if (compile_breath(fixture, &fixture->channel[i], value, err) < 0)
			return error_context(err, "channel '%s'", value_key(channels, i));
	}
	return 0;
}

const struct fixture_channel *fixture_channel_behind(const struct fixture *fixture,
						     const struct fixture_channel *channel)
{
	if (!channel->breath)
		return channel;
	return &fixture->channel[channel->of >= 0 ? channel->of : channel->flow];
}

bool fixture_channel_streams(const struct fixture *fixture, const struct fixture_channel *channel)
{
	return channel->device >= 0 && channel->read >= 0 &&
	       fixture->device[channel->device].driver->read[channel->read].streamed;
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
	if (compile_breaths(fixture, channels, err) < 0)
		return -1;
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
