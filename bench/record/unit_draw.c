/* SPDX-License-Identifier: Apache-2.0 */
/* Two tickets that are the same would be a collision of SHA-256; the serial number orders even them. */
#include "record/unit_draw.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct ticket {
	uint8_t digest[HASH_SIZE];
	const char *serial;
};

void draw_seed_write(const uint8_t random[HASH_SIZE], char seed[DRAW_SEED_SIZE])
{
	hash_hex(random, seed);
}

/* What may stand between two rolls. */
static size_t gap_size(const char *text)
{
	static const char *const GAPS[] = {" ", ",", "\t", "\u3001", "\uff0c", "\u3000"};

	for (size_t i = 0; i < sizeof(GAPS) / sizeof(GAPS[0]); i++)
		if (!strncmp(text, GAPS[i], strlen(GAPS[i])))
			return strlen(GAPS[i]);
	return 0;
}

int draw_seed_roll(const char *rolls, char seed[DRAW_SEED_SIZE], struct error *err)
{
	size_t count = 0;

	for (const char *at = rolls; *at;) {
		size_t gap = gap_size(at);

		if (!gap && (*at < '1' || *at > '6'))
			return error_set(err, ERROR_USAGE,
					 "the rolls are numbers from 1 to 6, and no '%.8s'", at);
		if (!gap && count == DRAW_ROLLS_MOST)
			return error_set(err, ERROR_USAGE, "there are more than %d rolls",
					 DRAW_ROLLS_MOST);
		if (!gap)
			seed[count++] = *at;
		at += gap ? gap : 1;
	}
	seed[count] = '\0';
	if (count < DRAW_ROLLS)
		return error_set(
			err, ERROR_USAGE,
			"%zu rolls are %.0f bits, and a seed has at least %d: %d rolls are "
			"needed, %zu more (a roll is log2 6 = 2.585 bits)",
			count, (double)count * 2.585, DRAW_BITS, DRAW_ROLLS, DRAW_ROLLS - count);
	return 0;
}

bool draw_seed_is_good(const char *seed, bool is_rolled)
{
	size_t size = seed ? strlen(seed) : 0;
	uint8_t digest[HASH_SIZE];

	if (!is_rolled)
		return hash_from_hex(seed, digest);
	return size >= DRAW_ROLLS && size <= DRAW_ROLLS_MOST && strspn(seed, "123456") == size;
}

static void make_ticket(struct hash *hash, const char *seed, const char *list, const char *serial,
			uint8_t digest[HASH_SIZE])
{
	const char *const parts[] = {seed, " ", list, " ", serial};

	hash_start(hash);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		hash_add(hash, parts[i], strlen(parts[i]));
	hash_finish(hash, digest);
}

void draw_ticket(const char *seed, const char *list, const char *serial, uint8_t ticket[HASH_SIZE])
{
	struct hash *hash = hash_new();

	make_ticket(hash, seed, list, serial, ticket);
	hash_free(hash);
}

static int by_ticket(const void *a, const void *b)
{
	const struct ticket *one = a, *other = b;
	int order = memcmp(one->digest, other->digest, HASH_SIZE);

	return order ? order : strcmp(one->serial, other->serial);
}

void draw_units(const struct unit_list *list, const char *seed, size_t wanted, const char **drawn)
{
	struct ticket *tickets = xcalloc(list->count + 1, sizeof(*tickets));
	struct hash *hash = hash_new();

	for (size_t i = 0; i < list->count; i++) {
		tickets[i].serial = list->units[i];
		make_ticket(hash, seed, list->sha256, list->units[i], tickets[i].digest);
	}
	qsort(tickets, list->count, sizeof(*tickets), by_ticket);
	for (size_t i = 0; i < wanted && i < list->count; i++)
		drawn[i] = tickets[i].serial;
	hash_free(hash);
	free(tickets);
}
