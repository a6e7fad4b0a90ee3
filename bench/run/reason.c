/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reason is recognised by the form that says most of it. A part that is a
 * sentence itself (a measure's reason in that of the run, an instrument's in that of a measure) is looked up in the same table.
 * What was cut off for its length, or comes from a script, is not recognised, and is shown as it was said.
 */
#include "run/reason.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

enum {
	PARTS_MOST = 6,
	DEPTH_MOST = 6,
	TEXT_MOST = 2000, /* bytes: no reason is as long */
	TRIES_MOST = 200000,
};

struct part {
	const char *text;
	size_t size;
};

struct search {
	struct part part[PARTS_MOST];
	size_t tries; /* bounds the time that a text made for it can take */
};

static bool translate(struct buf *out, struct part english, bool within, int depth, size_t *tries);

static bool is_of_kind(char kind, char byte)
{
	switch (kind) {
	case 'd':
		return strchr("-0123456789", byte);
	case 'g':
		return strchr("+-.0123456789einfa", byte);
	}
	return true;
}

static bool is_state(struct part part)
{
	static const char *const STATES[] = {"on", "off", "open", "closed"};

	for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++)
		if (strlen(STATES[i]) == part.size && !memcmp(STATES[i], part.text, part.size))
			return true;
	return false;
}

/* What begins as a number or a limit does, of all that a script may say. */
static bool is_whole(char kind, struct part part)
{
	if (kind != 'q' || strchr("+-.<>=0123456789", part.text[0]))
		return true;
	return is_state(part) || (part.size > 2 && !memcmp(part.text, "±", strlen("±")));
}

/* Does `text` have the form from `form` on, whose first part is number `at`? */
static bool match(struct search *search, const char *form, struct part text, size_t at)
{
	size_t own = strcspn(form, "%");
	char kind;

	if (own > text.size || memcmp(form, text.text, own) != 0)
		return false;
	form += own;
	text.text += own;
	text.size -= own;
	if (!*form)
		return text.size == 0;
	if (at == PARTS_MOST)
		return false;
	kind = form[1];
	form += 2;
	for (size_t size = 1; size <= text.size && is_of_kind(kind, text.text[size - 1]); size++) {
		struct part rest = {text.text + size, text.size - size};

		if (++search->tries > TRIES_MOST)
			return false;
		if (*form ? *form != '%' && (!rest.size || *rest.text != *form) : rest.size > 0)
			continue;
		search->part[at] = (struct part){text.text, size};
		if (is_whole(kind, search->part[at]) && match(search, form, rest, at + 1))
			return true;
	}
	return false;
}

static size_t own_bytes(const char *form)
{
	size_t parts = 0;

	for (const char *at = form; (at = strchr(at, '%')) != NULL; at += 2)
		parts++;
	return strlen(form) - 2 * parts;
}

static bool add_part(struct buf *out, struct part part, char how, int depth, size_t *tries)
{
	if (strchr("?+!", how) && translate(out, part, how == '+', depth + 1, tries))
		return true;
	if (how == '!')
		return false;
	buf_add(out, part.text, part.size);
	return true;
}

static bool fill(struct buf *out, const char *chinese, const struct search *search, int depth,
		 size_t *tries)
{
	while (*chinese) {
		size_t own = strcspn(chinese, "{");

		buf_add(out, chinese, own);
		chinese += own;
		if (!*chinese)
			break;
		if (!add_part(out, search->part[chinese[1] - '1'], chinese[2], depth, tries))
			return false;
		chinese = strchr(chinese, '}') + 1;
	}
	return true;
}

/*
 * How much of the text is the form's own. One whose beginning is a part fits much else, too, unless what it leads is recognised.
 */
static size_t weight_of(const struct reason_form *form)
{
	return own_bytes(form->english) + (form->english[0] != '%' ? 1000 : 0) +
	       (strchr(form->chinese, '!') ? 500 : 0);
}

struct best {
	struct buf text;
	size_t weight; /* 0: none fits */
};

static void try_form(struct best *best, const struct reason_form *form, struct part english,
		     int depth, size_t *tries)
{
	struct search search = {.tries = *tries};
	size_t weight = weight_of(form);
	bool fits = weight > best->weight && match(&search, form->english, english, 0);
	struct buf made;

	*tries = search.tries > *tries ? search.tries : *tries;
	if (!fits)
		return;
	buf_init(&made);
	if (fill(&made, form->chinese, &search, depth, tries)) {
		buf_clear(&best->text);
		buf_add(&best->text, made.data, made.size);
		best->weight = weight;
	}
	buf_done(&made);
}

/* Of all forms that fit the one of the greatest weight; of two the first. */
static bool translate(struct buf *out, struct part english, bool within, int depth, size_t *tries)
{
	static const struct reason_form *const TABLES[] = {REASON_FORMS, PROOF_REASON_FORMS};
	struct best best = {.weight = 0};

	if (depth > DEPTH_MOST)
		return false;
	buf_init(&best.text);
	for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++)
		for (const struct reason_form *form = TABLES[i]; form->english; form++)
			if (within || !form->within)
				try_form(&best, form, english, depth, tries);
	if (best.weight)
		buf_add(out, best.text.data, best.text.size);
	buf_done(&best.text);
	return best.weight > 0;
}

char *reason_chinese(const char *english)
{
	struct part whole = {english, english ? strlen(english) : 0};
	size_t tries = 0;
	struct buf out;

	if (!whole.size || whole.size > TEXT_MOST)
		return NULL;
	buf_init(&out);
	if (translate(&out, whole, false, 0, &tries))
		return buf_detach(&out);
	buf_done(&out);
	return NULL;
}
