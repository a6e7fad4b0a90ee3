/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table for all fingerprints, open addressing, four places a print at most: a print that many
 * series have tells nothing. Each series puts in at most PRINTS_MOST of them, evenly chosen by
 * their own value (winnowing, Schleimer, Wilkerson and Aiken 2003), so that a copy that begins
 * elsewhere chooses the same. What little was added to a copy turns the signs of its smallest
 * differences: whoever looks tries its three smallest both ways. Of a table that is full
 * prints are taken out by their own value, too.
 */
#include "verdict/twins.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

enum {
	WINDOW = 32,
	SIGNS_LEAST = 8,
	UNSURE = 3,
	PLACES = 8,
	TRIED_MOST = 256,
	PRINTS_MOST = 2048,
	HITS_MOST = 1 << 16,
	RAREST = 8
};

struct print {
	uint64_t hash; /* 0: free */
	uint32_t series, at;
};

struct twins {
	struct twins_shelf shelf; /* without functions: `noise` */
	struct noise *noise;
	uint64_t *group;
	size_t count, room;
	struct print *table;
	size_t used, size, most; /* a power of two */
	unsigned rarity;	 /* of each 2^rarity prints one is kept */
};

struct twins *twins_new(const struct twins_shelf *shelf, size_t most)
{
	struct twins *twins = xcalloc(1, sizeof(*twins));

	if (shelf)
		twins->shelf = *shelf;
	twins->most = most;
	twins->size = 1 << 12;
	twins->table = xcalloc(twins->size, sizeof(*twins->table));
	return twins;
}

void twins_free(struct twins *twins)
{
	if (!twins)
		return;
	for (size_t i = 0; !twins->shelf.get && i < twins->count; i++)
		noise_done(&twins->noise[i]);
	free(twins->noise);
	free(twins->group);
	free(twins->table);
	free(twins);
}

/* ---- fingerprints ---- */

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return (x ^ (x >> 31)) | 1;
}

/*
 * The signs of the window that ends with value `at`, and which of them are those of its smallest
 * differences.
 */
struct window {
	uint64_t signs, unsure[UNSURE];
	bool tells; /* it has enough of both signs */
};

static struct window window_at(const struct noise *noise, size_t at)
{
	const double *second = noise->second + at + 1 - WINDOW;
	double smallest[UNSURE];
	struct window window = {0};
	int rises = 0;

	for (int i = 0; i < UNSURE; i++)
		smallest[i] = INFINITY;
	for (size_t i = 0; i < WINDOW; i++) {
		double size = fabs(second[i]);
		int place = UNSURE;

		window.signs = window.signs << 1 | (second[i] > 0);
		rises += second[i] > 0;
		while (place && size < smallest[place - 1]) {
			if (place < UNSURE) {
				smallest[place] = smallest[place - 1];
				window.unsure[place] = window.unsure[place - 1];
			}
			place--;
		}
		if (place < UNSURE) {
			smallest[place] = size;
			window.unsure[place] = 1ULL << (WINDOW - 1 - i);
		}
	}
	window.tells = rises >= SIGNS_LEAST && rises <= WINDOW - SIGNS_LEAST;
	return window;
}

/* 0: it tells nothing. Bit i of `turned` turns the i-th of its unsure signs. */
static uint64_t print_of(const struct window *window, unsigned turned)
{
	uint64_t signs = window->signs;

	for (unsigned i = 0; i < UNSURE; i++)
		if (turned >> i & 1)
			signs ^= window->unsure[i];
	return window->tells ? mix(signs) : 0;
}

static void put(struct twins *twins, struct print print)
{
	size_t mask = twins->size - 1;

	for (size_t i = 0, at = print.hash >> 8 & mask, same = 0; i < twins->size && same < PLACES;
	     i++, at = (at + 1) & mask) {
		if (!twins->table[at].hash) {
			twins->table[at] = print;
			twins->used++;
			return;
		}
		same += twins->table[at].hash == print.hash;
	}
}

/* By bits that neither the table nor the choice of a series go by. */
static bool is_kept(const struct twins *twins, uint64_t hash)
{
	return (hash >> 32 & 0xff & ((1U << twins->rarity) - 1)) == 0;
}

static bool is_full(const struct twins *twins)
{
	return twins->used * 2 >= twins->size;
}

/* A table that is as large as it may be has every second print taken out instead. */
static void make_room(struct twins *twins)
{
	struct print *old = twins->table;
	size_t size = twins->size;

	if (twins->size / 2 < twins->most)
		twins->size *= 2;
	else
		twins->rarity++;
	twins->used = 0;
	twins->table = xcalloc(twins->size, sizeof(*twins->table));
	for (size_t i = 0; i < size; i++)
		if (old[i].hash && is_kept(twins, old[i].hash))
			put(twins, old[i]);
	free(old);
}

/* Is it one of those that a series of this length puts in? */
static bool is_chosen(uint64_t hash, size_t count)
{
	return hash && (hash >> 40) % (count / PRINTS_MOST + 1) == 0;
}

/* ---- finding ---- */

static void look(const struct twins *twins, const struct noise *other, size_t own, size_t with,
		 long shift, struct twin_pair *best)
{
	const struct noise *one = twins_noise(twins, with);
	struct noise_match match;
	double log10_p = noise_same(one, other, shift, &match);

	log10_p += log10((double)(own + 1)) + log10((double)(one->count + other->count));
	if (match.length && log10_p < best->log10_p)
		*best = (struct twin_pair){with, own, shift, match, log10_p};
}

/* The same print at the same shift. */
struct hit {
	uint32_t with;
	long shift;
	size_t votes;
};

static int by_place(const void *one, const void *other)
{
	const struct hit *a = one, *b = other;

	if (a->with != b->with)
		return a->with < b->with ? -1 : 1;
	return a->shift < b->shift ? -1 : a->shift > b->shift;
}

static int by_votes(const void *one, const void *other)
{
	const struct hit *a = one, *b = other;

	if (a->votes != b->votes)
		return a->votes > b->votes ? -1 : 1;
	return by_place(one, other);
}

struct hits {
	struct hit *at;
	size_t count, room;
};

static void collect_print(const struct twins *twins, size_t own, size_t i, uint64_t hash,
			  struct hits *hits)
{
	size_t mask = twins->size - 1;

	if (!hash || !is_kept(twins, hash))
		return;
	for (size_t at = hash >> 8 & mask; twins->table[at].hash; at = (at + 1) & mask) {
		const struct print *print = &twins->table[at];

		if (print->hash != hash || hits->count == HITS_MOST ||
		    twins->group[print->series] == twins->group[own])
			continue;
		if (hits->count == hits->room) {
			hits->room = hits->room ? hits->room * 2 : 256;
			hits->at = xrealloc(hits->at, hits->room * sizeof(*hits->at));
		}
		hits->at[hits->count++] = (struct hit){print->series, (long)i - (long)print->at, 1};
	}
}

static void collect(const struct twins *twins, const struct noise *noise, size_t own,
		    struct hits *hits)
{
	for (size_t i = WINDOW + 1; i < noise->count; i++) {
		struct window window = window_at(noise, i);

		for (unsigned turned = 0; window.tells && turned < 1U << UNSURE; turned++)
			collect_print(twins, own, i, print_of(&window, turned), hits);
	}
}

/* Those that most prints speak for are held against each other. */
static void find(const struct twins *twins, const struct noise *noise, size_t own,
		 struct twin_pair *best)
{
	struct hits hits = {0};
	size_t places = 0;

	collect(twins, noise, own, &hits);
	if (!hits.count)
		return;
	qsort(hits.at, hits.count, sizeof(*hits.at), by_place);
	for (size_t i = 0; i < hits.count; i++) {
		if (places && by_place(&hits.at[places - 1], &hits.at[i]) == 0)
			hits.at[places - 1].votes++;
		else
			hits.at[places++] = hits.at[i];
	}
	qsort(hits.at, places, sizeof(*hits.at), by_votes);
	for (size_t i = 0; i < places && i < TRIED_MOST; i++)
		look(twins, noise, own, hits.at[i].with, hits.at[i].shift, best);
	free(hits.at);
}

/* What it can be found by later on. */
static void enter(struct twins *twins, const struct noise *noise, size_t own)
{
	for (size_t i = WINDOW + 1; i < noise->count; i++) {
		struct window window = window_at(noise, i);
		uint64_t hash = print_of(&window, 0);

		if (!is_chosen(hash, noise->count) || !is_kept(twins, hash))
			continue;
		if (is_full(twins) && twins->rarity < RAREST)
			make_room(twins);
		if (is_kept(twins, hash) && !is_full(twins))
			put(twins, (struct print){hash, (uint32_t)own, (uint32_t)i});
	}
}

/* Takes what is in `noise`. */
static void keep(struct twins *twins, size_t own, struct noise *noise)
{
	if (twins->shelf.put) {
		twins->shelf.put(twins->shelf.ctx, own, noise);
		noise_done(noise);
		return;
	}
	twins->noise[own] = *noise;
	*noise = (struct noise){0};
}

bool twins_add(struct twins *twins, struct noise *noise, uint64_t group, double log10_budget,
	       struct twin_pair *pair)
{
	size_t own = twins->count++;

	*pair = (struct twin_pair){.log10_p = 0};
	if (twins->count > twins->room) {
		twins->room = twins->room ? twins->room * 2 : 64;
		if (!twins->shelf.put)
			twins->noise = xrealloc(twins->noise, twins->room * sizeof(*twins->noise));
		twins->group = xrealloc(twins->group, twins->room * sizeof(*twins->group));
	}
	twins->group[own] = group;
	if (noise->is_noisy && noise->is_random) {
		find(twins, noise, own, pair);
		enter(twins, noise, own);
	}
	keep(twins, own, noise);
	return pair->log10_p < log10_budget;
}

const struct noise *twins_noise(const struct twins *twins, size_t number)
{
	return twins->shelf.get ? twins->shelf.get(twins->shelf.ctx, number)
				: &twins->noise[number];
}

size_t twins_prints(const struct twins *twins)
{
	return twins->used;
}
