/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mutant is called "WHERE: what". WHERE is its step, the function outside of any, or the table of the
 * header it is missing from ("environment", "method", "decision"), and it is what --step takes: one rule,
 * which covers every mutant, and the names are those that the report prints. A name that chooses nothing is
 * refused: whoever mistypes it would read of no escape and believe it.
 */
#include "cli/mutation_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/words.h"

static const struct {
	const char *word;
	unsigned kinds; /* a bit for each enum mutant_kind */
} KINDS[] = {
	{"steps", 1u << MUTANT_STEP},
	{"measures", 1u << MUTANT_LEFT_OUT | 1u << MUTANT_OTHER_KIND},
	{"limits", 1u << MUTANT_WIDENED | 1u << MUTANT_TURNED | 1u << MUTANT_SIMPLE},
	{"declarations", 1u << MUTANT_DECLARED},
	{"calls", 1u << MUTANT_CALL},
	{"assertions", 1u << MUTANT_ASSERTION},
	{"comparisons", 1u << MUTANT_COMPARISON},
};

static const struct {
	struct words no_kind, no_place;
} TEXTS = {
	.no_kind = {"--mutants: '%.*s' is no kind of mutant; there are: %s",
		    "--mutants:“%.*s”不是变异体类别;可选:%s"},
	.no_place = {"--step: no mutant is in '%s'; they are in: %s",
		     "--step:“%s”中没有变异体;变异体所在处:%s"},
};

enum { KIND_WORDS = sizeof(KINDS) / sizeof(KINDS[0]) };

static int refuse_kind(const char *word, size_t size, struct error *err)
{
	struct buf known;

	buf_init(&known);
	for (size_t i = 0; i < KIND_WORDS; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", KINDS[i].word);
	error_set(err, ERROR_USAGE, say(TEXTS.no_kind), (int)size, word, known.data);
	buf_done(&known);
	return -1;
}

/* "limits,calls" as bits. */
static int parse_kinds(const char *text, unsigned *kinds, struct error *err)
{
	*kinds = 0;
	while (true) {
		size_t size = strcspn(text, ","), i = 0;

		while (i < KIND_WORDS &&
		       (strlen(KINDS[i].word) != size || strncmp(KINDS[i].word, text, size) != 0))
			i++;
		if (i == KIND_WORDS)
			return refuse_kind(text, size, err);
		*kinds |= KINDS[i].kinds;
		if (!text[size])
			return 0;
		text += size + 1;
	}
}

static bool is_at(const struct mutant *mutant, const char *where)
{
	size_t size = strlen(where);

	return !strncmp(mutant->name, where, size) && !strncmp(mutant->name + size, ": ", 2);
}

static bool is_at_any(const struct mutant *mutant, const struct value *steps)
{
	for (size_t i = 0; i < value_count(steps); i++)
		if (is_at(mutant, value_at(steps, i)->text))
			return true;
	return value_count(steps) == 0;
}

/* Where the mutants are, each place once, in the order of the first of each. */
static void add_places(struct buf *line, const struct mutant *mutants, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *end = strstr(mutants[i].name, ": ");
		size_t size = end ? (size_t)(end - mutants[i].name) : 0, before = 0;

		while (before < i && (strncmp(mutants[before].name, mutants[i].name, size) != 0 ||
				      strncmp(mutants[before].name + size, ": ", 2) != 0))
			before++;
		if (before == i)
			buf_printf(line, "%s%.*s", i ? ", " : "", (int)size, mutants[i].name);
	}
}

static int check_steps(const struct value *steps, const struct mutant *mutants, size_t count,
		       struct error *err)
{
	for (size_t i = 0; i < value_count(steps); i++) {
		const char *where = value_at(steps, i)->text;
		size_t found = 0;
		struct buf known;

		while (found < count && !is_at(&mutants[found], where))
			found++;
		if (found < count)
			continue;
		buf_init(&known);
		add_places(&known, mutants, count);
		error_set(err, ERROR_USAGE, say(TEXTS.no_place), where,
			  known.data ? known.data : "");
		buf_done(&known);
		return -1;
	}
	return 0;
}

int mutation_part_choose(const struct mutation_part *part, struct mutant *mutants, size_t count,
			 struct error *err)
{
	unsigned kinds = ~0u;
	struct mutant *others;
	size_t chosen = 0, left = 0;

	if ((part->kinds && parse_kinds(part->kinds, &kinds, err) < 0) ||
	    check_steps(part->steps, mutants, count, err) < 0)
		return -1;
	others = xcalloc(count ? count : 1, sizeof(*others));
	for (size_t i = 0; i < count; i++) {
		if ((kinds >> mutants[i].kind & 1) && is_at_any(&mutants[i], part->steps))
			mutants[chosen++] = mutants[i];
		else
			others[left++] = mutants[i];
	}
	memcpy(mutants + chosen, others, left * sizeof(*others));
	free(others);
	return (int)chosen;
}
