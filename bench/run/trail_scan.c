/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal item by item, with the samples that a run's course was fed: decoded from their bytes and
 * computed from their sources again as a replay does (replay_bytes.h, replay_breath.h), so that no sample
 * is shown that its bytes do not bear out. After a trip no breath is missed, as in a replay.
 */
#include <string.h>

#include "run/replay_breath.h"
#include "run/replay_bytes.h"
#include "run/replay_head.h"
#include "run/trail_parts.h"

struct scanning {
	const struct trail_scan *scan;
	struct replay_bytes *bytes;
	struct replay_breath *breath;
	trail_place place;
	bool tripped;
};

static void tell(struct scanning *scanning, const struct journal_item *item,
		 const struct bench_sample *samples, size_t count)
{
	if (scanning->scan->samples && count)
		scanning->scan->samples(scanning->scan->ctx, scanning->place, item, samples, count);
}

static int take_samples(struct scanning *scanning, const struct journal_item *item,
			struct error *err)
{
	struct bench_sample samples[FRAME_FIELDS];
	int count = replay_bytes_samples(scanning->bytes, item, samples, err);

	if (count < 0)
		return -1;
	tell(scanning, item, samples, (size_t)count);
	if (count == 0 || scanning->tripped)
		return 0;
	return replay_breath_feed(scanning->breath, item->subject, samples, (size_t)count, err);
}

static int take_breath(struct scanning *scanning, const struct journal_item *item,
		       struct error *err)
{
	struct bench_sample sample;
	int taken = replay_breath_take(scanning->breath, item, &sample, err);

	if (taken > 0)
		tell(scanning, item, &sample, 1);
	return taken < 0 ? -1 : 0;
}

static int take_entry(struct scanning *scanning, const struct journal_item *item, struct error *err)
{
	switch (item->entry) {
	case ENTRY_SAMPLE:
	case ENTRY_BLOCK:
		return take_samples(scanning, item, err);
	case ENTRY_SENT:
	case ENTRY_RECEIVED:
	case ENTRY_STREAMED:
		return replay_bytes_take(scanning->bytes, item, err);
	case ENTRY_LISTEN:
		replay_breath_listen(scanning->breath, item);
		return 0;
	case ENTRY_BREATH:
		return take_breath(scanning, item, err);
	default:
		return 0;
	}
}

static int read_all(struct scanning *scanning, struct journal_reader *reader, struct error *err)
{
	struct journal_item item;
	int more;

	while ((more = journal_reader_next(reader, &item, err)) > 0) {
		scanning->place++;
		if (item.kind && !strcmp(item.kind, "trip"))
			scanning->tripped = true;
		if (scanning->scan->item)
			scanning->scan->item(scanning->scan->ctx, scanning->place, &item);
		if (!item.kind && scanning->bytes && take_entry(scanning, &item, err) < 0)
			return error_context(err, "at %.6f s", nsec_seconds(item.time));
	}
	return more;
}

int trail_scan(const struct trail *trail, const struct trail_scan *scan, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(trail->folder, err);
	struct scanning scanning = {.scan = scan};
	int done = -1;

	if (trail->fixture && trail->script) {
		struct replay_head head = {.run = trail->head};

		scanning.bytes = replay_bytes_new(trail->fixture, replay_head_wire_scale(&head));
		scanning.breath = replay_breath_new(trail->fixture);
	}
	if (reader)
		done = read_all(&scanning, reader, err);
	replay_bytes_free(scanning.bytes);
	replay_breath_free(scanning.breath);
	journal_reader_close(reader);
	return done;
}
