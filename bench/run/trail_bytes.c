/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From samples to the bytes they came from.
 *
 * An answer's sample stands right behind its bytes, so what crossed the port since the question is its
 * exchange; a question that was sent again unanswered belongs to it, too. A streamed sample came out of the
 * latest message of its port, a contact's level with an edge or from a look at the line, a frequency out of
 * the latest count. A breath was computed from samples of two channels: of those the first and the last are
 * shown, which takes a second pass, since they stand before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/breath_channel.h"
#include "run/trail_parts.h"

/* Bytes as they crossed. */
struct piece {
	enum entry_kind kind;
	nsec time;
	size_t at, size; /* in `bytes` */
};

/* What crossed a port since the latest question, or its latest message. */
struct heard {
	struct piece *piece;
	size_t count, room;
	struct buf bytes;
};

struct probing {
	const struct trail *trail;
	struct probes *probes;
	struct heard heard[FIXTURE_MOST], streamed[FIXTURE_MOST];
	struct {
		bool seen, level;
		nsec time;
	} edge[FIXTURE_MOST];
	struct {
		bool seen;
		nsec time;
		double part[4];
	} pulse[FIXTURE_MOST];
	struct breath_entry breath; /* the latest */
};

struct probe *probe_add(struct probes *probes, enum probe_kind kind, int subject, trail_place from,
			trail_place to, struct value *into)
{
	struct probe *probe;

	if (probes->count == probes->room) {
		probes->room = probes->room ? probes->room * 2 : 64;
		probes->probe = xrealloc(probes->probe, probes->room * sizeof(*probes->probe));
	}
	probe = &probes->probe[probes->count++];
	*probe = (struct probe){
		.kind = kind, .subject = subject, .from = from, .to = to, .into = into};
	return probe;
}

/* ---- bytes ---- */

static void heard_add(struct heard *heard, const struct journal_item *item)
{
	if (heard->count == heard->room) {
		heard->room = heard->room ? heard->room * 2 : 8;
		heard->piece = xrealloc(heard->piece, heard->room * sizeof(*heard->piece));
	}
	heard->piece[heard->count++] = (struct piece){.kind = item->entry,
						      .time = item->time,
						      .at = heard->bytes.size,
						      .size = item->size};
	buf_add(&heard->bytes, item->data, item->size);
}

static void heard_clear(struct heard *heard)
{
	heard->count = 0;
	buf_clear(&heard->bytes);
}

/* The same question again, after nothing was said to it. */
static bool is_again(const struct heard *heard, const struct journal_item *item)
{
	for (size_t i = 0; i < heard->count; i++)
		if (heard->piece[i].kind != ENTRY_SENT || heard->piece[i].size != item->size ||
		    memcmp(heard->bytes.data + heard->piece[i].at, item->data, item->size) != 0)
			return false;
	return true;
}

static struct value *bytes_value(nsec time, const void *data, size_t size)
{
	struct value *value = value_map();
	const uint8_t *bytes = data;
	struct buf hex;

	buf_init(&hex);
	for (size_t i = 0; i < size; i++)
		buf_printf(&hex, "%s%02X", i ? " " : "", bytes[i]);
	value_set_int(value, "t", time);
	value_set_text(value, "hex", hex.data);
	buf_done(&hex);
	return value;
}

static struct value *list_in(struct value *map, const char *key)
{
	if (!value_get(map, key))
		value_set(map, key, value_list());
	return (struct value *)value_get(map, key);
}

static const char *name_of(enum entry_kind kind)
{
	switch (kind) {
	case ENTRY_SENT:
		return "sent";
	case ENTRY_RECEIVED:
		return "received";
	case ENTRY_STRAY:
		return "stray";
	default:
		return "streamed";
	}
}

static void add_pieces(struct value *into, const struct heard *heard)
{
	for (size_t i = 0; i < heard->count; i++)
		value_add(list_in(into, name_of(heard->piece[i].kind)),
			  bytes_value(heard->piece[i].time, heard->bytes.data + heard->piece[i].at,
				      heard->piece[i].size));
}

/* ---- one sample's evidence ---- */

/* As the driver's file has it: {input, as, unit…}. */
static struct value *declared_read(const struct trail *trail, const char *driver, const char *read)
{
	const struct value *reads =
		value_get(value_get(value_get(trail->head, "drivers"), driver), "reads");
	const struct value *declared = value_get(reads, read);

	return declared ? value_copy(declared) : value_map();
}

static void describe_device(const struct probing *probing, struct value *evidence,
			    const struct fixture_channel *channel)
{
	const struct fixture *fixture = probing->trail->fixture;
	const struct fixture_device *device = &fixture->device[channel->device];
	const struct driver_item *item = &device->driver->read[channel->read];
	struct exchange exchange;

	value_set_text(evidence, "device", device->name);
	value_set_text(evidence, "driver", device->driver->id);
	value_set_text(evidence, "port", fixture->port[device->port].name);
	value_set_text(evidence, "read", item->name);
	value_set(evidence, "declared",
		  declared_read(probing->trail, device->driver->id, item->name));
	if (item->streamed) {
		value_set_text(evidence, "message", device->driver->stream[item->stream].name);
		add_pieces(evidence, &probing->streamed[device->port]);
		return;
	}
	exchange_read(&exchange, device->driver, item, device->unit);
	value_set_text(evidence, "question", exchange.what);
	add_pieces(evidence, &probing->heard[device->port]);
}

static void describe_pulse(const struct probing *probing, struct value *into, int line)
{
	const double *pulse = probing->pulse[line].part;
	struct value *count;

	if (!probing->pulse[line].seen)
		return;
	count = value_set(into, "pulse", value_map());
	value_set_int(count, "t", probing->pulse[line].time);
	value_set_real(count, "Hz", pulse[0]);
	value_set_real(count, "resolution", pulse[1]);
	value_set_real(count, "high", pulse[2]);
	value_set_real(count, "low", pulse[3]);
}

static void describe_line(const struct probing *probing, struct value *evidence,
			  const struct fixture_channel *channel, const struct bench_sample *sample)
{
	const struct fixture_line *line = &probing->trail->fixture->line[channel->line];
	bool came = probing->edge[channel->line].seen &&
		    probing->edge[channel->line].time == sample->time;

	value_set_text(evidence, "line", line->name);
	if (channel->state) {
		value_set_text(evidence, "level", fixture_level_name(line, sample->value != 0));
		value_set_int(evidence, came ? "edge" : "looked", sample->time);
		if (!came && probing->edge[channel->line].seen)
			value_set_int(evidence, "edge", probing->edge[channel->line].time);
		return;
	}
	value_set_int(evidence, "gate", line->gate);
	describe_pulse(probing, evidence, channel->line);
}

static void describe_breath(const struct probing *probing, struct value *evidence)
{
	value_set_int(evidence, "begin", probing->breath.begin);
	value_set_int(evidence, "end", probing->breath.end);
	value_set_real(evidence, "weight", probing->breath.weight);
}

static void describe_sample(const struct probing *probing, struct value *evidence, int index,
			    const struct bench_sample *sample)
{
	const struct fixture_channel *channel = &probing->trail->fixture->channel[index];

	if (channel->breath)
		describe_breath(probing, evidence);
	else if (channel->device >= 0)
		describe_device(probing, evidence, channel);
	else
		describe_line(probing, evidence, channel, sample);
}

/* A sample of a probe: the ends are kept, all are counted. */
static void take_one(const struct probing *probing, struct probe *probe, int channel,
		     const struct bench_sample *samples, size_t count, size_t i)
{
	const char *key = probe->count ? "last" : "first";
	const struct unit *unit = &probing->trail->fixture->channel[channel].unit;
	struct value *end = value_map();
	struct value *evidence = value_set(end, "evidence", value_map());

	probe->count++;
	value_set_int(end, "t", samples[i].time);
	value_set_real(end, "value", unit_from_si(unit, samples[i].value));
	describe_sample(probing, evidence, channel, &samples[i]);
	if (value_get_text(evidence, "message")) {
		value_set_int(evidence, "number", (int64_t)i + 1);
		value_set_int(evidence, "of", (int64_t)count);
	}
	value_set(probe->into, key, end);
	value_set_int(probe->into, "count", (int64_t)probe->count);
}

static void take_samples(void *ctx, trail_place place, const struct journal_item *item,
			 const struct bench_sample *samples, size_t count)
{
	struct probing *probing = ctx;

	for (size_t p = 0; p < probing->probes->count; p++) {
		struct probe *probe = &probing->probes->probe[p];

		if (probe->kind != PROBE_SAMPLES || probe->subject != item->subject ||
		    place < probe->from || place > probe->to)
			continue;
		for (size_t i = 0; i < count; i++)
			if (samples[i].time >= probe->first && samples[i].time <= probe->last)
				take_one(probing, probe, item->subject, samples, count, i);
	}
}

/* ---- what crosses, and when ---- */

static void take_sent(struct heard *heard, const struct journal_item *item)
{
	if (!is_again(heard, item))
		heard_clear(heard);
	heard_add(heard, item);
}

static void take_pulse(struct probing *probing, const struct journal_item *item)
{
	if (item->size != sizeof(probing->pulse[0].part))
		return;
	probing->pulse[item->subject].seen = true;
	probing->pulse[item->subject].time = item->time;
	memcpy(probing->pulse[item->subject].part, item->data, item->size);
}

static void take_level(struct probing *probing, const struct journal_item *item)
{
	probing->edge[item->subject].seen = true;
	probing->edge[item->subject].time = item->time;
	probing->edge[item->subject].level = item->size && item->data[0];
}

static void take_entry(struct probing *probing, const struct journal_item *item)
{
	if (item->subject >= FIXTURE_MOST)
		return;
	switch (item->entry) {
	case ENTRY_SENT:
		take_sent(&probing->heard[item->subject], item);
		break;
	case ENTRY_RECEIVED:
	case ENTRY_STRAY:
		heard_add(&probing->heard[item->subject], item);
		break;
	case ENTRY_STREAMED:
		heard_clear(&probing->streamed[item->subject]);
		heard_add(&probing->streamed[item->subject], item);
		break;
	case ENTRY_EDGE:
		take_level(probing, item);
		break;
	case ENTRY_PULSE:
		take_pulse(probing, item);
		break;
	case ENTRY_BREATH:
		if (item->size == sizeof(probing->breath))
			memcpy(&probing->breath, item->data, item->size);
		break;
	default:
		break;
	}
}

static bool crosses_port(enum entry_kind kind)
{
	return kind == ENTRY_SENT || kind == ENTRY_RECEIVED || kind == ENTRY_STRAY ||
	       kind == ENTRY_STREAMED;
}

static void add_level(const struct probing *probing, struct probe *probe,
		      const struct journal_item *item)
{
	const struct fixture_line *line = &probing->trail->fixture->line[item->subject];
	struct value *one = value_map();

	value_set_int(one, "t", item->time);
	value_set_text(one, "level", fixture_level_name(line, item->size && item->data[0]));
	value_add(list_in(probe->into, item->entry == ENTRY_SET ? "set" : "edges"), one);
}

/* The widths as the course gives them (course_verbs.c): in whole ns. */
static void tell_count(const struct probing *probing, struct probe *probe)
{
	const char *which = value_get_text(probe->into, "which");
	double width;

	if (!probing->pulse[probe->subject].seen)
		return;
	describe_pulse(probing, probe->into, probe->subject);
	width = probing->pulse[probe->subject].part[which && !strcmp(which, "low") ? 3 : 2];
	trail_again(probe->into, nsec_seconds((nsec)(width * 1e9 + 0.5)));
}

static void take_probe(const struct probing *probing, struct probe *probe, trail_place place,
		       const struct journal_item *item)
{
	if (probe->kind == PROBE_LAST && place == probe->to) {
		add_pieces(probe->into, &probing->heard[probe->subject]);
		add_pieces(probe->into, &probing->streamed[probe->subject]);
		return;
	}
	if (probe->kind == PROBE_COUNT && place == probe->to) {
		tell_count(probing, probe);
		return;
	}
	if (place <= probe->from || place >= probe->to || item->kind ||
	    item->subject != probe->subject)
		return;
	if (probe->kind == PROBE_PORT && crosses_port(item->entry))
		value_add(list_in(probe->into, name_of(item->entry)),
			  bytes_value(item->time, item->data, item->size));
	else if (probe->kind == PROBE_LINE &&
		 (item->entry == ENTRY_SET || item->entry == ENTRY_EDGE))
		add_level(probing, probe, item);
}

static void take_item(void *ctx, trail_place place, const struct journal_item *item)
{
	struct probing *probing = ctx;

	for (size_t p = 0; p < probing->probes->count; p++)
		if (probing->probes->probe[p].kind != PROBE_SAMPLES)
			take_probe(probing, &probing->probes->probe[p], place, item);
	if (!item->kind)
		take_entry(probing, item);
}

/* ---- breaths ---- */

static void want_source(struct probes *wanted, const struct trail *trail, struct value *evidence,
			int channel, nsec later)
{
	const struct fixture_channel *spec = &trail->fixture->channel[channel];
	struct value *source = value_add(list_in(evidence, "sources"), value_map());
	struct probe *probe = probe_add(wanted, PROBE_SAMPLES, channel, 0, trail->ends, source);

	value_set_text(source, "channel", spec->name);
	value_set_text(source, "unit", spec->unit.symbol);
	if (later)
		value_set_int(source, "delay", later);
	probe->first = value_get_int(evidence, "begin", 0) + later;
	probe->last = value_get_int(evidence, "end", 0) + later;
}

static void want_sources(struct probes *wanted, const struct trail *trail,
			 const struct probe *probe)
{
	static const char *const ENDS[] = {"first", "last"};
	const struct fixture_channel *channel = &trail->fixture->channel[probe->subject];

	for (int i = 0; i < 2; i++) {
		struct value *evidence =
			(struct value *)value_get(value_get(probe->into, ENDS[i]), "evidence");

		if (!evidence)
			continue;
		if (channel->of >= 0)
			want_source(wanted, trail, evidence, channel->of,
				    trail->fixture->channel[channel->of].delay);
		want_source(wanted, trail, evidence, channel->flow, 0);
	}
}

static int probe_once(const struct trail *trail, struct probes *probes, struct error *err)
{
	struct probing *probing = xcalloc(1, sizeof(*probing));
	struct trail_scan scan = {take_item, take_samples, probing};
	int done;

	*probing = (struct probing){.trail = trail, .probes = probes};
	for (size_t i = 0; i < FIXTURE_MOST; i++) {
		buf_init(&probing->heard[i].bytes);
		buf_init(&probing->streamed[i].bytes);
	}
	done = trail_scan(trail, &scan, err);
	for (size_t i = 0; i < FIXTURE_MOST; i++) {
		buf_done(&probing->heard[i].bytes);
		buf_done(&probing->streamed[i].bytes);
		free(probing->heard[i].piece);
		free(probing->streamed[i].piece);
	}
	free(probing);
	return done;
}

int trail_probe(const struct trail *trail, struct probes *probes, struct error *err)
{
	struct probes sources = {0};
	int done = 0;

	if (probes->count)
		done = probe_once(trail, probes, err);
	for (size_t i = 0; i < probes->count && done == 0; i++)
		if (probes->probe[i].kind == PROBE_SAMPLES &&
		    trail->fixture->channel[probes->probe[i].subject].breath)
			want_sources(&sources, trail, &probes->probe[i]);
	if (done == 0 && sources.count)
		done = probe_once(trail, &sources, err);
	free(sources.probe);
	return done;
}
