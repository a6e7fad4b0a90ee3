/* SPDX-License-Identifier: Apache-2.0 */
/* The form is a Chinese one, and so is what is written into it. */
#include "cli/lot_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/listed.h"
#include "cli/lot_book.h"
#include "cli/words.h"
#include "record/lot.h"

static const struct {
	struct words not_drawn, not_sealed, own;
} TEXTS = {
	.not_drawn = {"lot %s was not drawn yet: davy lot draw %s",
		      "批 %s 尚未抽样:davy lot draw %s"},
	.not_sealed = {"unit %s was drawn and is not sealed yet: davy lot seal %s --unit %s --seal "
		       "NUMBER",
		       "样品 %s 已抽出,尚未加封:davy lot seal %s --unit %s --seal 封条编号"},
	.own = {"'%s' is said by the lot: leave --form %s out",
		"栏目 '%s' 由批填写:请勿再用 --form %s"},
};

/* Every unit of the last draw, in the order in which they were drawn. */
static struct value *sample_of(const struct lot_standing *lot)
{
	struct value *all = lot_standing_units(lot), *list = value_list();
	int64_t last = (int64_t)value_count(lot_standing_draws(lot));

	for (size_t i = 0; i < value_count(all); i++)
		if (value_get_int(value_at(all, i), "draw", 0) == last)
			value_add(list, value_copy(value_at(all, i)));
	value_free(all);
	return list;
}

static int check_sealed(const struct value *sample, const char *name, struct error *err)
{
	for (size_t i = 0; i < value_count(sample); i++) {
		const char *unit = listed_text(value_at(sample, i), "unit");

		if (!value_get(value_at(sample, i), "seal"))
			return error_set(err, ERROR_USAGE, say(TEXTS.not_sealed), unit, name, unit);
	}
	return 0;
}

/* "B-0039: S1; B-0013: S2" */
static char *seals_of(const struct value *sample)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(sample); i++)
		buf_printf(&text, "%s%s: %s", i ? "; " : "",
			   listed_text(value_at(sample, i), "unit"),
			   listed_text(value_at(sample, i), "seal"));
	return buf_detach(&text);
}

/* Where those in reserve are, each place once. */
static char *places_of(const struct value *sample)
{
	struct value *places = value_map();
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(sample); i++) {
		const struct value *unit = value_at(sample, i);
		const char *place = listed_text(unit, "kept_at");

		if (strcmp(listed_text(unit, "part"), "kept") != 0 || !place[0] ||
		    value_get(places, place))
			continue;
		buf_printf(&text, "%s%s", text.size ? "; " : "", place);
		value_set_bool(places, place, true);
	}
	value_free(places);
	return buf_detach(&text);
}

static char *method_of(const struct value *draw)
{
	const char *witness = value_get_text(draw, "witness");
	bool is_rolled = !strcmp(listed_text(draw, "source"), DRAW_FROM_DICE);

	return xprintf("随机数(%s%s%s;种子 %s;清单 SHA-256 %s)", is_rolled ? "掷骰" : "内核随机数",
		       is_rolled ? ",见证人 " : "", is_rolled && witness ? witness : "",
		       listed_text(draw, "seed"), listed_text(draw, "list"));
}

/* Takes the text. One that is empty is left to the form. */
static int set_field(struct value *form, const char *name, char *text, struct error *err)
{
	int done = 0;

	if (*text && value_get(form, name))
		done = error_set(err, ERROR_USAGE, say(TEXTS.own), name, name);
	else if (*text)
		value_set_text(form, name, text);
	free(text);
	return done;
}

static int set_fields(struct value *form, const struct lot_standing *lot,
		      const struct value *sample, struct error *err)
{
	const struct value *draw = lot_standing_draw(lot);
	size_t tested = value_count(value_get(draw, "tested"));
	size_t kept = value_count(value_get(draw, "kept"));
	const struct {
		const char *name;
		char *text;
	} fields[] = {
		{"method", method_of(draw)},
		{"base",
		 xprintf("%lld", (long long)value_get_int(lot_standing_says(lot), "units", 0))},
		{"count", xprintf("%zu", tested + kept)},
		{"tested", xprintf("%zu", tested)},
		{"kept", xprintf("%zu", kept)},
		{"kept_at", places_of(sample)},
		{"seal", seals_of(sample)},
	};
	struct error first;
	int done = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (set_field(form, fields[i].name, fields[i].text, done < 0 ? &first : err) < 0)
			done = -1;
	return done;
}

static void add_units(struct value *equipment, const struct lot_standing *lot, const char *base,
		      const struct value *sample)
{
	for (size_t i = 0; i < value_count(sample); i++) {
		struct buf uri;

		buf_init(&uri);
		lot_identity(&uri, base, lot_standing_says(lot),
			     listed_text(value_at(sample, i), "unit"));
		value_add(equipment, value_text(uri.data));
		buf_done(&uri);
	}
}

int lot_form_fill(const char *state, const char *name, const char *base, struct value *form,
		  struct value *equipment, struct value *says, struct error *err)
{
	struct lot_standing *lot = lot_book_find(state, name, err);
	struct value *sample;
	int done;

	if (!lot)
		return -1;
	sample = sample_of(lot);
	done = lot_standing_draw(lot)
		       ? check_sealed(sample, name, err)
		       : error_set(err, ERROR_USAGE, say(TEXTS.not_drawn), name, name);
	if (done == 0)
		done = set_fields(form, lot, sample, err);
	if (done == 0) {
		add_units(equipment, lot, base, sample);
		value_set_text(says, "lot", name);
		value_set_int(says, "draw", (int64_t)value_count(lot_standing_draws(lot)));
	}
	value_free(sample);
	lot_standing_free(lot);
	return done;
}
