/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which units of a list are drawn, from a seed. Every unit gets a ticket, the SHA-256 of the text
 *
 *   SEED " " LIST " " SERIAL
 *
 * where LIST is the SHA-256 of the list in its canonical form (unit_list.h) in lower-case hexadecimal, and the units with the smallest
 * tickets are drawn, in the order of their tickets. Anybody does it again with nothing but sha256sum and sort:
 *
 *   while IFS= read -r unit; do
 *     printf '%s %s\n' "$(printf %s "$seed $list $unit" | sha256sum | cut -c1-64)" "$unit"
 *   done <STATE/files/$list | LC_ALL=C sort | head -n 5
 *
 * Why no unit is preferred: to who does not know the seed, tickets are independent and uniform, so each order of them is as
 * likely as any other. The method, random tickets of which the smallest win, is that of election audits (R. Rivest,
 * consistent_sampler); sorting by them has no rejection and no modulus that could be biased, and the place of a unit in the list
 * is of no account. It is this project's own choice: GB/T 10111, which the product standards cite for random sampling, was
 * not read, and whether it admits this method is for the laboratory to say.
 *
 * A seed is either 64 digits of lower-case hexadecimal, 256 bits that the kernel drew, or the rolls of a die, "3162…", in
 * their order. A die gives log2 6 = 2.585 bits a roll, and DRAW_ROLLS of them more than DRAW_BITS. Of so many seeds, 6^25, those that
 * draw a unit are the share n / N up to about one part in 5e9 / sqrt(N / n): of 3 units of 100000, in 28 million. More bits
 * would defend against a search for a seed that draws what somebody wants, which nobody can do who has to roll it before a
 * witness.
 */
#ifndef DAVY_RECORD_UNIT_DRAW_H
#define DAVY_RECORD_UNIT_DRAW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "record/unit_list.h"

enum {
	DRAW_BITS = 64,
	DRAW_ROLLS = 25, /* ceil(DRAW_BITS / log2 6) */
	DRAW_ROLLS_MOST = 200,
	DRAW_SEED_SIZE = DRAW_ROLLS_MOST + 1, /* room for a seed's text */
};

/* Of the seed of the kernel. */
void draw_seed_write(const uint8_t random[HASH_SIZE], char seed[DRAW_SEED_SIZE]);
/*
 * The seed that rolls are, "3 1 6", with or without blanks, commas (also Chinese ones) between them. Refused with the number that is
 * needed where they are too few, and what is no side of a die.
 */
int draw_seed_roll(const char *rolls, char seed[DRAW_SEED_SIZE], struct error *err);
/* Is it a seed of the one kind or the other? */
bool draw_seed_is_good(const char *seed, bool is_rolled);

void draw_ticket(const char *seed, const char *list, const char *serial, uint8_t ticket[HASH_SIZE]);
/* The first `wanted` (at most as many as there are) units as they are drawn, borrowed from the list. */
void draw_units(const struct unit_list *list, const char *seed, size_t wanted, const char **drawn);

#endif
