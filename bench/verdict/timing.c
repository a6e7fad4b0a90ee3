/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints of 24 intervals stand in one table, open addressing. A series puts in every print whose
 * own value says so (winnowing), 1024 or so at most, and looks for all of its own: a copy has the
 * same ones, wherever it begins.
 */
#include "verdict/timing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { INTERVALS = 24, PRINTS_MOST = 1024, RAREST = 8 };

double timing_regular(const nsec *times, size_t size, size_t *first, size_t *count)
{
	size_t same = 0;

	*first = *count = 0;
	for (size_t i = 2; i < size; i++) {
		same = times[i] - times[i - 1] == times[i - 1] - times[i - 2] ? same + 1 : 0;
		if (same > *count) {
			*count = same;
			*first = i - same - 1;
		}
	}
	/* n + 1 equal intervals are (n + 1) / 2 pairs that share no stamp. */
	return *count ? fmin(0, log10((double)size) - floor(((double)*count + 1) / 2)) : 0;
}

size_t timing_backwards(const nsec *times, size_t size)
{
	for (size_t i = 1; i < size; i++)
		if (times[i] <= times[i - 1])
			return i;
	return 0;
}

/* ---- the same twice ---- */

struct place {
	uint64_t hash; /* 0: free */
	uint32_t index, at;
};

struct kept {
	const nsec *times;
	size_t size;
	uint32_t series;
	uint64_t group;
};

struct timing_table {
	struct timing_shelf shelf; /* without a function: `kept` has the stamps */
	struct place *place;
	size_t used, size, most; /* a power of two */
	unsigned rarity;	 /* of each 2^rarity places one is kept */
	struct kept *kept;
	size_t count, room;
	double places; /* that were looked at, of all */
};

struct timing_table *timing_table_new(const struct timing_shelf *shelf, size_t most)
{
	struct timing_table *table = xcalloc(1, sizeof(*table));

	if (shelf)
		table->shelf = *shelf;
	table->most = most;
	table->size = 1 << 12;
	table->place = xcalloc(table->size, sizeof(*table->place));
	return table;
}

void timing_table_free(struct timing_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		free((nsec *)table->kept[i].times);
	free(table->kept);
	free(table->place);
	free(table);
}

/*
 * FNV-1a over the intervals, finished by splitmix64. Equal intervals throughout are a grid, of
 * which every one is like another: 0.
 */
static uint64_t print_of(const nsec *times)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	bool is_grid = true;

	for (int i = 0; i < INTERVALS; i++) {
		nsec interval = times[i + 1] - times[i];

		is_grid = is_grid && interval == times[1] - times[0];
		hash = (hash ^ (uint64_t)interval) * 0x100000001b3ULL;
	}
	hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
	hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
	return is_grid ? 0 : (hash ^ (hash >> 31)) | 1;
}

static void put(struct timing_table *table, struct place place)
{
	size_t mask = table->size - 1, at = place.hash >> 8 & mask;

	while (table->place[at].hash)
		at = (at + 1) & mask;
	table->place[at] = place;
	table->used++;
}

static bool is_kept(const struct timing_table *table, uint64_t hash)
{
	return (hash >> 32 & 0xff & ((1U << table->rarity) - 1)) == 0;
}

static bool is_full(const struct timing_table *table)
{
	return table->used * 2 >= table->size;
}

/* A table that is as large as it may be has every second place taken out instead. */
static void make_room(struct timing_table *table)
{
	struct place *old = table->place;
	size_t size = table->size;

	if (table->size / 2 < table->most)
		table->size *= 2;
	else
		table->rarity++;
	table->used = 0;
	table->place = xcalloc(table->size, sizeof(*table->place));
	for (size_t i = 0; i < size; i++)
		if (old[i].hash && is_kept(table, old[i].hash))
			put(table, old[i]);
	free(old);
}

/* Intervals from both places on that are the same. */
static size_t shared(const struct timing_table *table, const struct kept *one, size_t one_at,
		     const struct kept *other, size_t at)
{
	size_t size = one->size, count = 0;
	const nsec *times = table->shelf.get
				    ? table->shelf.get(table->shelf.ctx, one->series, &size)
				    : one->times;

	while (times && one_at + count + 1 < size && at + count + 1 < other->size &&
	       times[one_at + count + 1] - times[one_at + count] ==
		       other->times[at + count + 1] - other->times[at + count])
		count++;
	return count;
}

/* A later place of a stretch that is known already, which is shorter from there on. */
static bool is_inside(const struct timing_pair *pair, uint32_t series, size_t there, size_t here)
{
	return pair->count && series == pair->one && here >= pair->at &&
	       here - pair->at < pair->count && there - pair->one_at == here - pair->at;
}

static void look(const struct timing_table *table, const struct kept *own, size_t at, uint64_t hash,
		 struct timing_pair *pair)
{
	size_t mask = table->size - 1;

	if (!hash || !is_kept(table, hash))
		return;
	for (size_t i = hash >> 8 & mask; table->place[i].hash; i = (i + 1) & mask) {
		const struct place *place = &table->place[i];
		const struct kept *one = &table->kept[place->index];
		size_t count;

		if (place->hash != hash || one->group == own->group ||
		    is_inside(pair, one->series, place->at, at))
			continue;
		count = shared(table, one, place->at, own, at);
		if (count >= INTERVALS && count > pair->count)
			*pair = (struct timing_pair){one->series, place->at, at, count, 0};
	}
}

static void enter(struct timing_table *table, size_t index, const nsec *times, size_t size)
{
	for (size_t at = 0; at + INTERVALS < size; at++) {
		uint64_t hash = print_of(times + at);

		if (!hash || (hash >> 40) % (size / PRINTS_MOST + 1) || !is_kept(table, hash))
			continue;
		if (is_full(table) && table->rarity < RAREST)
			make_room(table);
		if (is_kept(table, hash) && !is_full(table))
			put(table, (struct place){hash, (uint32_t)index, (uint32_t)at});
	}
}

/* Its index. */
static size_t keep(struct timing_table *table, const struct kept *own)
{
	struct kept *kept;

	if (table->count == table->room) {
		table->room = table->room ? table->room * 2 : 64;
		table->kept = xrealloc(table->kept, table->room * sizeof(*table->kept));
	}
	kept = &table->kept[table->count];
	*kept = *own;
	kept->times = NULL;
	if (!table->shelf.get) {
		nsec *times = xcalloc(own->size, sizeof(*times));

		memcpy(times, own->times, own->size * sizeof(*times));
		kept->times = times;
	}
	return table->count++;
}

bool timing_table_add(struct timing_table *table, uint32_t series, uint64_t group,
		      const nsec *times, size_t size, struct timing_pair *pair)
{
	struct kept own = {times, size, series, group};

	*pair = (struct timing_pair){0};
	if (size <= INTERVALS)
		return false;
	for (size_t at = 0; at + INTERVALS < size; at++)
		look(table, &own, at, print_of(times + at), pair);
	table->places += (double)size;
	if (pair->count < size / 2) /* a copy has nothing new to find others by */
		enter(table, keep(table, &own), times, size);
	pair->log10_p = fmin(0, log10(table->places) + log10((double)size) - (double)pair->count);
	return pair->count > 0;
}
