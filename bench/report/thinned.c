/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass. What is gathered of a column: its first piece, its last, and the extremes of all between them;
 * a piece is a run of samples of this column that no gap parts.
 */
#include "report/thinned.h"

#include <stdlib.h>

#include "base/alloc.h"

struct piece {
	const struct sample *first, *least, *greatest, *last; /* first is NULL: there is none */
	bool begins;
};

struct thinning {
	struct thinned *thinned;
	size_t room;
	struct piece first, last;	       /* of the column of now */
	const struct sample *least, *greatest; /* of those between, or NULL */
};

static void put(struct thinning *thinning, const struct sample *sample, bool begins)
{
	struct thinned *thinned = thinning->thinned;

	if (thinned->count == thinning->room) {
		thinning->room = thinning->room ? thinning->room * 2 : 256;
		thinned->point = xrealloc(thinned->point, thinning->room * sizeof(*thinned->point));
	}
	thinned->point[thinned->count++] = (struct thinned_point){
		.time = sample->time, .value = sample->value, .begins = begins};
}

/* Two samples in the order of their times, once where they are one. */
static void put_extremes(struct thinning *thinning, const struct sample *one,
			 const struct sample *other, const struct piece *within)
{
	const struct sample *pair[] = {one < other ? one : other, one < other ? other : one};

	for (int i = 0; i < 2; i++) {
		if (i == 1 && pair[1] == pair[0])
			return;
		if (within && (pair[i] == within->first || pair[i] == within->last))
			continue;
		put(thinning, pair[i], !within);
	}
}

static void put_piece(struct thinning *thinning, const struct piece *piece)
{
	if (!piece->first)
		return;
	put(thinning, piece->first, piece->begins);
	put_extremes(thinning, piece->least, piece->greatest, piece);
	if (piece->last != piece->first)
		put(thinning, piece->last, false);
}

static void end_column(struct thinning *thinning)
{
	put_piece(thinning, &thinning->first);
	if (thinning->least)
		put_extremes(thinning, thinning->least, thinning->greatest, NULL);
	put_piece(thinning, &thinning->last);
	thinning->first = thinning->last = (struct piece){0};
	thinning->least = thinning->greatest = NULL;
}

static void take(struct piece *piece, const struct sample *sample, bool begins)
{
	if (!piece->first)
		*piece = (struct piece){sample, sample, sample, sample, begins};
	if (sample->value < piece->least->value)
		piece->least = sample;
	if (sample->value > piece->greatest->value)
		piece->greatest = sample;
	piece->last = sample;
}

/* Another piece begins in the same column: the one that was the last until now lies between. */
static void set_aside(struct thinning *thinning)
{
	struct piece *piece = &thinning->last;

	if (!piece->first)
		return;
	if (!thinning->least || piece->least->value < thinning->least->value)
		thinning->least = piece->least;
	if (!thinning->greatest || piece->greatest->value > thinning->greatest->value)
		thinning->greatest = piece->greatest;
	*piece = (struct piece){0};
}

static size_t column_of(nsec time, nsec from, nsec to, size_t columns)
{
	double share = to > from ? ((double)time - (double)from) / ((double)to - (double)from) : 0;
	size_t column = (size_t)(share * (double)columns);

	return column < columns ? column : columns - 1;
}

/* Is there a gap between the two times? Earlier ones are passed by for good. */
static bool is_parted(const struct thinned_gap **gap, const struct thinned_gap *end, nsec before,
		      nsec after)
{
	while (*gap < end && (*gap)->to <= before)
		++*gap;
	return *gap < end && (*gap)->from < after;
}

void thinned_make(struct thinned *thinned, const struct sample *samples, size_t count,
		  const struct thinned_gap *gaps, size_t gap_count, nsec from, nsec to,
		  size_t columns)
{
	const struct thinned_gap *gap = gaps, *end = gaps ? gaps + gap_count : NULL;
	const struct sample *before = NULL;
	struct thinning thinning = {.thinned = thinned};
	size_t column = 0;

	*thinned = (struct thinned){0};
	for (size_t i = 0; i < count; i++) {
		const struct sample *sample = &samples[i];
		bool begins;
		size_t its;

		if (sample->time < from || sample->time > to)
			continue;
		its = column_of(sample->time, from, to, columns);
		begins = !before || is_parted(&gap, end, before->time, sample->time);
		if (before && its != column)
			end_column(&thinning);
		else if (before && begins)
			set_aside(&thinning);
		take(thinning.first.first && begins ? &thinning.last
		     : thinning.last.first	    ? &thinning.last
						    : &thinning.first,
		     sample, begins);
		column = its;
		before = sample;
	}
	end_column(&thinning);
}

void thinned_done(struct thinned *thinned)
{
	free(thinned->point);
	*thinned = (struct thinned){0};
}
