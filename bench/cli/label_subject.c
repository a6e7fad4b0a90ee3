/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/label_subject.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/spelling.h"
#include "cli/book.h"
#include "cli/catalogue.h"
#include "cli/listed.h"
#include "cli/lot_book.h"
#include "cli/place.h"
#include "cli/words.h"
#include "record/event.h"

static const struct {
	struct words blank, undrawn, not_drawn, no_slot, no_label, no_labels;
} TEXTS = {
	.blank = {"a serial number is not blank, and stands on one line",
		  "出厂编号不能为空白,且须在一行之内"},
	.undrawn = {"nothing was drawn of lot %s yet, and what is labelled are the units drawn: "
		    "davy lot draw %s",
		    "批 %s 尚未抽样,标签用于所抽样品:请先 davy lot draw %s"},
	.not_drawn = {"unit %s was not drawn of lot %s", "样品 %s 不在批 %s 所抽之列"},
	.no_slot = {"%s has no slot %lld", "%s 中没有工位 %lld"},
	.no_label = {"slot %lld has no label: write label = \"…\" into its slot in %s first, since "
		     "that is what a run wants to read there",
		     "工位 %1$lld 没有标签:请先在 %2$s 的该工位中写入 label = "
		     "\"…\",检验时扫描核对的即为此内容"},
	.no_labels =
		{"no slot of %s has a label: write label = \"…\" into a slot there first, since "
		 "that is what a run wants to read",
		 "%s 的工位均没有标签:请先在工位中写入 label = \"…\",检验时扫描核对的即为此内容"},
};

/* ---- what was never there ---- */

enum { REAL = 1, SIMULATED = 2 };

struct runs {
	const struct value *labels;
	uint8_t *kinds; /* of the runs of each label's serial number */
};

static void note_run(const struct runs *runs, const char *serial, uint8_t kind)
{
	for (size_t i = 0; i < value_count(runs->labels); i++)
		if (spelling_same(serial, value_get_text(value_at(runs->labels, i), "text")))
			runs->kinds[i] |= kind;
}

static int take_run(void *ctx, const struct jws *jws, const struct entry *entry, struct error *err)
{
	const struct value *run = value_get(entry->says, "mse:run");
	const struct value *equipment = value_get(entry->says, "epcList");

	(void)jws;
	(void)err;
	for (size_t i = 0; run && i < value_count(equipment); i++) {
		struct buf serial;

		buf_init(&serial);
		if (event_serial(&serial, value_at(equipment, i)->text))
			note_run(ctx, serial.data,
				 value_get_bool(run, "mse:simulated") ? SIMULATED : REAL);
		buf_done(&serial);
	}
	return 0;
}

/* The log is read once, for all of them. */
static int set_simulated(struct value *labels, const char *state, bool all_simulated,
			 struct error *err)
{
	struct runs runs = {labels, xcalloc(value_count(labels) + 1, sizeof(*runs.kinds))};
	int done = all_simulated ? 0 : book_each(state, take_run, &runs, err);

	for (size_t i = 0; done == 0 && i < value_count(labels); i++)
		value_set_bool(labels->items[i], "simulated",
			       all_simulated || runs.kinds[i] == SIMULATED);
	free(runs.kinds);
	return done;
}

static struct value *done_or_freed(struct value *labels, int done)
{
	if (done == 0)
		return labels;
	value_free(labels);
	return NULL;
}

/* ---- specimens ---- */

/* A scanner that types as a keyboard would send what is behind a line end as the next answer. */
static bool is_serial(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ')
			return false;
	return !spelling_is_blank(text);
}

struct value *label_of_specimens(const char *state, char **serials, int count, bool all_simulated,
				 struct error *err)
{
	struct value *labels = value_list();
	int done = 0;

	for (int i = 0; i < count && done == 0; i++) {
		struct value *label = value_add(labels, value_map());

		value_set_text(label, "text", serials[i]);
		value_set_text(label, "part", "specimen");
		if (!is_serial(serials[i]))
			done = error_set(err, ERROR_USAGE, "%s", say(TEXTS.blank));
	}
	if (done == 0)
		done = set_simulated(labels, state, all_simulated, err);
	return done_or_freed(labels, done);
}

/* ---- a lot ---- */

static void add_unit(struct value *labels, const struct value *unit, const char *lot)
{
	struct value *label = value_add(labels, value_map());

	value_set_text(label, "text", value_get_text(unit, "unit"));
	value_set_text(label, "part", value_get_text(unit, "part"));
	value_set_text(label, "lot", lot);
	value_set_text(label, "seal", value_get_text(unit, "seal"));
	value_set_text(label, "kept_at", value_get_text(unit, "kept_at"));
}

/* Of the last draw, as the lot has them; with a serial number that one alone. */
static size_t add_units(struct value *labels, const struct value *units, int64_t draw,
			const char *lot, const char *serial)
{
	size_t before = value_count(labels);

	for (size_t i = 0; i < value_count(units); i++) {
		const struct value *unit = value_at(units, i);

		if (value_get_int(unit, "draw", 0) == draw &&
		    (!serial || spelling_same(value_get_text(unit, "unit"), serial)))
			add_unit(labels, unit, lot);
	}
	return value_count(labels) - before;
}

struct value *label_of_lot(const char *state, const char *lot, char **serials, int count,
			   bool all_simulated, struct error *err)
{
	struct lot_standing *standing = lot_book_find(state, lot, err);
	struct value *labels, *units;
	int64_t draw;
	int done = 0;

	if (!standing)
		return NULL;
	labels = value_list();
	units = lot_standing_units(standing);
	draw = value_get_int(lot_standing_draw(standing), "draw", 0);
	if (!lot_standing_draw(standing))
		done = error_set(err, ERROR_USAGE, say(TEXTS.undrawn), lot, lot);
	for (int i = 0; done == 0 && i < count; i++)
		if (add_units(labels, units, draw, lot, serials[i]) == 0)
			done = error_set(err, ERROR_USAGE, say(TEXTS.not_drawn), serials[i], lot);
	if (done == 0 && count == 0)
		add_units(labels, units, draw, lot, NULL);
	if (done == 0)
		done = set_simulated(labels, state, all_simulated, err);
	value_free(units);
	lot_standing_free(standing);
	return done_or_freed(labels, done);
}

/* ---- slots ---- */

static bool add_slot(struct value *labels, const struct value *slot)
{
	const char *text = value_get_text(slot, "label");
	struct value *label;

	if (!text)
		return false;
	label = value_add(labels, value_map());
	value_set_text(label, "text", text);
	value_set_text(label, "part", "slot");
	value_set_int(label, "slot", value_get_int(slot, "number", 0));
	value_set_text(label, "fixture", value_get_text(slot, "fixture"));
	return true;
}

struct value *label_of_slots(const char *station, int64_t slot, struct error *err)
{
	char *program = place_program(err), *path = place_absolute(station);
	struct value *data = program ? catalogue_load(program, "station", path, err) : NULL;
	const struct value *slots = value_get(data, "slots");
	struct value *labels = value_list();
	bool is_there = slot == 0;
	int done = data ? 0 : -1;

	for (size_t i = 0; i < value_count(slots); i++) {
		const struct value *one = value_at(slots, i);

		if (slot && value_get_int(one, "number", 0) != slot)
			continue;
		is_there = true;
		add_slot(labels, one);
	}
	if (done == 0 && !is_there)
		done = error_set(err, ERROR_USAGE, say(TEXTS.no_slot), station, (long long)slot);
	else if (done == 0 && value_count(labels) == 0)
		done = slot ? error_set(err, ERROR_USAGE, say(TEXTS.no_label), (long long)slot,
					station)
			    : error_set(err, ERROR_USAGE, say(TEXTS.no_labels), station);
	value_free(data);
	free(path);
	free(program);
	return done_or_freed(labels, done);
}
