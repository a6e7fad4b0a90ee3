/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lots are found by their kind and are few; how one stands is worked out from the records behind its own (lot_standing.h), which are
 * all walked through: a run of a unit is found however its serial number was spelled.
 */
#include "record/lot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/event.h"
#include "record/kept_file.h"
#include "record/lot_runs.h"
#include "record/lot_standing.h"
#include "record/register.h"
#include "record/store_entry.h"
#include "record/unit_draw.h"
#include "verdict/acceptance.h"

static const struct register_member LOT[] = {
	{"lot", true}, {"by", true}, {"note", false}, {NULL, false}};
static const struct register_member DRAW[] = {
	{"lot", true},	{"by", true},	 {"rolls", false}, {"witness", false},
	{"why", false}, {"note", false}, {NULL, false},
};
static const struct register_member SEAL[] = {
	{"lot", true},	    {"unit", true},  {"seal", true}, {"by", true},
	{"kept_at", false}, {"note", false}, {NULL, false},
};
static const struct register_member VERDICT[] = {
	{"lot", true}, {"by", true}, {"note", false}, {NULL, false}};

const char *lot_verdict_name(enum lot_verdict verdict)
{
	static const char *const NAMES[] = {"", "UNDECIDED", "ACCEPT", "REJECT"};

	return NAMES[verdict];
}

const char *lot_verdict_title(enum lot_verdict verdict)
{
	static const char *const TITLES[] = {"", "未作判定", "合格批", "不合格批"};

	return TITLES[verdict];
}

void lot_identity(struct buf *uri, const char *base, const struct value *says, const char *serial)
{
	const struct value *dut = value_get(says, "dut");
	const char *ma = value_get_text(dut, "ma"), *class = value_get_text(dut, "class");

	if (ma)
		event_identity(uri, base, ma, serial);
	else
		event_class_identity(uri, base, class ? class : "", serial);
}

int lot_read_list(struct unit_list *list, const char *state, const struct value *says,
		  struct error *err)
{
	const char *sha256 = value_get_text(value_get(says, "file"), "sha256");
	uint8_t digest[HASH_SIZE];
	struct buf text;
	char *path;
	int done;

	*list = (struct unit_list){0};
	if (!hash_from_hex(sha256, digest))
		return error_set(err, ERROR_REFUSED, "the lot does not say which list it has");
	path = xprintf("%s/files/%s", state, sha256);
	buf_init(&text);
	done = file_read(path, KEPT_FILE_MOST, &text, err);
	if (done == 0)
		done = unit_list_parse(list, text.data, text.size, path, err);
	if (done == 0 && (strcmp(list->sha256, sha256) != 0 ||
			  value_get_int(says, "units", 0) != (int64_t)list->count))
		done = error_set(err, ERROR_REFUSED,
				 "%s is not the list of the lot: its SHA-256 is %s", path,
				 list->sha256);
	buf_done(&text);
	free(path);
	return done;
}

void lot_seal_describe(struct value *one, const struct value *seals, const char *serial)
{
	for (size_t i = value_count(seals); i > 0; i--) {
		const struct value *says = value_get(value_at(seals, i - 1), "says");
		const char *unit = value_get_text(says, "unit");

		if (!unit || strcmp(unit, serial) != 0)
			continue;
		value_set_text(one, "seal", value_get_text(says, "seal"));
		value_set_text(one, "kept_at", value_get_text(says, "kept_at"));
		return;
	}
}

/* ---- how it stands ---- */

/* The record of a lot; 0: there is none. */
static int find_lot(struct bench_log *log, const char *name, uint64_t *seq, struct error *err)
{
	struct value *lots = register_list(log, ENTRY_LOT, err);

	*seq = 0;
	for (size_t i = 0; i < value_count(lots); i++) {
		const char *lot = value_get_text(value_get(value_at(lots, i), "says"), "lot");

		if (lot && !strcmp(lot, name))
			*seq = (uint64_t)value_get_int(value_at(lots, i), "seq", 0);
	}
	value_free(lots);
	return lots ? 0 : -1;
}

static int take_from(struct lot_standing *standing, struct run_brackets *brackets,
		     struct bench_log *log, uint64_t seq, struct error *err)
{
	int done = 0;

	for (; seq <= bench_log_count(log) && done == 0; seq++) {
		struct store_entry found;

		if (store_entry_get(bench_log_store(log), seq, &found, err) < 0)
			return -1;
		done = run_brackets_take(brackets, &found.entry, err);
		if (done == 0)
			done = lot_standing_take(standing, &found.entry, err);
		store_entry_done(&found);
	}
	return done == 0 ? run_brackets_complete(brackets, log, err) : -1;
}

struct lot_standing *lot_standing_of(struct bench_log *log, const struct value *says,
				     struct error *err)
{
	const char *name = value_get_text(says, "lot");
	struct run_brackets *brackets;
	struct lot_standing *standing;
	uint64_t seq;
	int done;

	if (find_lot(log, name, &seq, err) < 0)
		return NULL;
	if (!seq) {
		error_set(err, ERROR_USAGE, "there is no lot '%.48s': davy lot list names them",
			  name);
		return NULL;
	}
	brackets = run_brackets_new();
	standing = lot_standing_new(name, bench_log_base(log), brackets);
	done = take_from(standing, brackets, log, seq, err);
	run_brackets_free(brackets);
	if (done == 0)
		return standing;
	lot_standing_free(standing);
	return NULL;
}

/* ---- a lot ---- */

static int check_name(const char *name, struct error *err)
{
	if (strlen(name) > LOT_NAME_MOST)
		return error_set(err, ERROR_USAGE,
				 "the name of a lot has %zu bytes and may have %d", strlen(name),
				 LOT_NAME_MOST);
	if (strpbrk(name, "\"\\/"))
		return error_set(err, ERROR_USAGE,
				 "the name of a lot has no quote, slash or backslash in it");
	return 0;
}

static int check_dut(const struct value *dut, struct error *err)
{
	static const struct register_member MA[] = {{"ma", true}, {NULL, false}};
	static const struct register_member CLASS[] = {{"class", true}, {NULL, false}};

	if (!dut || dut->kind != VALUE_MAP || value_count(dut) != 1)
		return error_set(err, ERROR_USAGE,
				 "it does not say what its units have in common: --dut "
				 "ma=CERTIFICATE or --dut class=CLASS");
	return register_check_members(value_get(dut, "ma") ? MA : CLASS, NULL, dut, err);
}

static int check_protocols(const struct value *protocols, struct error *err)
{
	size_t count = value_count(protocols);

	if (!protocols || protocols->kind != VALUE_LIST || count == 0 || count > LOT_PROTOCOLS_MOST)
		return error_set(
			err, ERROR_USAGE,
			"it does not say by which protocols, 1 to %d, its units are judged",
			LOT_PROTOCOLS_MOST);
	for (size_t i = 0; i < count; i++) {
		const struct value *one = value_at(protocols, i);

		if (one->kind != VALUE_TEXT || !one->text[0] || one->size > REGISTER_TEXT_MOST)
			return error_set(err, ERROR_USAGE, "the name of a protocol is a text");
	}
	return 0;
}

static int check_plan(const struct value *says, size_t units, struct error *err)
{
	int64_t n = value_get_int(says, "n", 0), c = value_get_int(says, "c", -1);
	int64_t spare = value_get_int(says, "spare", -1);
	struct acceptance plan = {.lot = (int64_t)units};

	if (n < 0 || n > ACCEPTANCE_MOST || c < 0 || c > ACCEPTANCE_MOST)
		return error_set(err, ERROR_USAGE, "a plan says n and c, two whole numbers");
	plan.n = (int)n;
	plan.c = (int)c;
	if (acceptance_check(&plan, err) < 0)
		return -1;
	if (spare < 0 || n + spare > LOT_DRAWN_MOST)
		return error_set(err, ERROR_USAGE, "no more than %d units are drawn of a lot",
				 LOT_DRAWN_MOST);
	if (n + spare > (int64_t)units)
		return error_set(err, ERROR_USAGE,
				 "%lld units to be tested and %lld in reserve cannot be drawn from "
				 "a list of %zu",
				 (long long)n, (long long)spare, units);
	return 0;
}

static int keep_list(struct bench_log *log, const struct value *says, const char *path,
		     struct admitted *admitted, struct error *err)
{
	struct value *file = NULL;
	struct unit_list list = {0};
	struct buf bytes;

	buf_init(&bytes);
	if (kept_file_read(bench_log_state(log), path, &bytes, err) == 0 &&
	    unit_list_parse(&list, bytes.data, bytes.size, path, err) == 0 &&
	    check_plan(says, list.count, err) == 0) {
		buf_clear(&bytes);
		unit_list_write(&list, &bytes);
		file = kept_file_keep(bench_log_state(log), path, &bytes, err);
	}
	if (file) {
		admitted->says = value_copy(says);
		value_set_int(admitted->says, "units", (int64_t)list.count);
		value_set(admitted->says, "file", file);
	}
	unit_list_done(&list);
	buf_done(&bytes);
	return file ? 0 : -1;
}

int admit_lot(struct bench_log *log, const struct value *request, const struct moment *now,
	      struct admitted *admitted, struct error *err)
{
	static const char *const LISTS[] = {"n", "c", "spare", "dut", "protocols", NULL};
	const struct value *says = value_get(request, "says");
	const char *path = value_get_text(request, "path");
	uint64_t seq;

	if (register_check_members(LOT, LISTS, says, err) < 0 ||
	    check_name(value_get_text(says, "lot"), err) < 0 ||
	    check_dut(value_get(says, "dut"), err) < 0 ||
	    check_protocols(value_get(says, "protocols"), err) < 0 ||
	    register_check_person(log, says, now, err) < 0 ||
	    find_lot(log, value_get_text(says, "lot"), &seq, err) < 0)
		return -1;
	if (seq)
		return error_set(err, ERROR_REFUSED,
				 "lot %s is there already, record %llu: a list is recorded once; "
				 "another list is another lot",
				 value_get_text(says, "lot"), (unsigned long long)seq);
	if (!path)
		return error_set(err, ERROR_USAGE, "a lot has a list of its units");
	admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_LOT);
	return keep_list(log, says, path, admitted, err);
}

/* ---- a draw ---- */

static struct value *serials_of(const char *const *drawn, size_t count)
{
	struct value *list = value_list();

	for (size_t i = 0; i < count; i++)
		value_add(list, value_text(drawn[i]));
	return list;
}

/* What is drawn with this seed goes into `draw`. */
static void set_drawn(struct value *draw, const struct value *lot, const struct unit_list *list,
		      const char *seed)
{
	size_t n = (size_t)value_get_int(lot, "n", 0);
	size_t spare = (size_t)value_get_int(lot, "spare", 0);
	const char **drawn = xcalloc(n + spare + 1, sizeof(*drawn));

	draw_units(list, seed, n + spare, drawn);
	value_set(draw, "tested", serials_of(drawn, n));
	value_set(draw, "kept", serials_of(drawn + n, spare));
	free(drawn);
}

int lot_check_draw(const struct value *lot, const struct value *draw, const struct unit_list *list,
		   struct error *err)
{
	const char *seed = value_get_text(draw, "seed"), *source = value_get_text(draw, "source");
	const char *of = value_get_text(draw, "list");
	int64_t n = value_get_int(lot, "n", -1), spare = value_get_int(lot, "spare", -1);
	struct value *again;
	bool is_same;

	if (!of || strcmp(of, list->sha256) != 0)
		return error_set(err, ERROR_REFUSED,
				 "it was drawn from another list than the lot's");
	if (!source || !draw_seed_is_good(seed, !strcmp(source, DRAW_FROM_DICE)))
		return error_set(err, ERROR_REFUSED, "its seed is none");
	if (n < 1 || spare < 0 || n + spare > (int64_t)list->count || n + spare > LOT_DRAWN_MOST)
		return error_set(err, ERROR_REFUSED, "the lot does not say how many are drawn");
	again = value_map();
	set_drawn(again, lot, list, seed);
	is_same = value_same(value_get(again, "tested"), value_get(draw, "tested")) &&
		  value_same(value_get(again, "kept"), value_get(draw, "kept"));
	value_free(again);
	return is_same ? 0
		       : error_set(err, ERROR_REFUSED,
				   "its units are not those that its seed draws from the list of "
				   "the lot");
}

static int make_seed(const char *rolls, char seed[DRAW_SEED_SIZE], struct error *err)
{
	uint8_t random[HASH_SIZE];

	if (rolls)
		return draw_seed_roll(rolls, seed, err);
	while (getrandom(random, sizeof(random), 0) != sizeof(random))
		if (errno != EINTR)
			return error_os(err, "the kernel gives no random numbers");
	draw_seed_write(random, seed);
	return 0;
}

static int check_again(const struct lot_standing *standing, const struct value *says,
		       const char *seed, struct error *err)
{
	const struct value *draws = lot_standing_draws(standing), *verdicts;
	const char *why = value_get_text(says, "why"), *name = value_get_text(says, "lot");
	size_t count = value_count(draws);

	verdicts = lot_standing_verdicts(standing);
	if (value_count(verdicts))
		return error_set(
			err, ERROR_REFUSED,
			"lot %s was judged, record %lld: nothing is drawn from it any more", name,
			(long long)value_get_int(value_at(verdicts, 0), "seq", 0));
	if (count && !why)
		return error_set(
			err, ERROR_REFUSED,
			"lot %s was drawn already, record %lld: to draw it anew, say --again "
			"and --why; both draws will be shown",
			name, (long long)value_get_int(value_at(draws, count - 1), "seq", 0));
	if (!count && why)
		return error_set(err, ERROR_USAGE,
				 "lot %s was not drawn yet: there is nothing to draw again", name);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(value_get_text(value_get(value_at(draws, i), "says"), "seed"), seed))
			return error_set(err, ERROR_REFUSED,
					 "these rolls were the seed of draw %zu: roll anew", i + 1);
	return 0;
}

static struct value *describe_draw(const struct lot_standing *standing, const struct value *says,
				   const struct unit_list *list, const char *seed)
{
	static const char *const KEPT[] = {"by", "witness", "why", "note"};
	const struct value *lot = lot_standing_says(standing);
	struct value *draw = value_map();

	value_set_text(draw, "lot", value_get_text(says, "lot"));
	value_set_int(draw, "draw", 1 + (int64_t)value_count(lot_standing_draws(standing)));
	value_set_text(draw, "list", list->sha256);
	value_set_text(draw, "source",
		       value_get(says, "rolls") ? DRAW_FROM_DICE : DRAW_FROM_KERNEL);
	value_set_text(draw, "seed", seed);
	set_drawn(draw, lot, list, seed);
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		value_set_text(draw, KEPT[i], value_get_text(says, KEPT[i]));
	return draw;
}

/* The list is read before there is a seed. */
static int draw(struct bench_log *log, const struct lot_standing *standing,
		const struct value *says, struct admitted *admitted, struct error *err)
{
	char seed[DRAW_SEED_SIZE];
	struct unit_list list;
	int done = lot_read_list(&list, bench_log_state(log), lot_standing_says(standing), err);

	if (done == 0)
		done = make_seed(value_get_text(says, "rolls"), seed, err);
	if (done == 0)
		done = check_again(standing, says, seed, err);
	if (done == 0)
		admitted->says = describe_draw(standing, says, &list, seed);
	unit_list_done(&list);
	return done;
}

int admit_draw(struct bench_log *log, const struct value *request, const struct moment *now,
	       struct admitted *admitted, struct error *err)
{
	const struct value *says = value_get(request, "says");
	struct lot_standing *standing;
	int done;

	if (register_check_members(DRAW, NULL, says, err) < 0 ||
	    register_check_person(log, says, now, err) < 0)
		return -1;
	if (value_get(says, "rolls") && !value_get(says, "witness"))
		return error_set(err, ERROR_USAGE,
				 "dice are rolled before a witness: say who, with --witness");
	standing = lot_standing_of(log, says, err);
	if (!standing)
		return -1;
	done = draw(log, standing, says, admitted, err);
	admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_DRAW);
	lot_standing_free(standing);
	return done;
}

/* ---- a seal ---- */

/* In all lots of this log. */
static int check_seal(struct bench_log *log, const char *seal, struct error *err)
{
	struct value *seals = register_list(log, ENTRY_SEAL, err);
	int done = seals ? 0 : -1;

	for (size_t i = 0; i < value_count(seals) && done == 0; i++) {
		const struct value *says = value_get(value_at(seals, i), "says");

		if (!strcmp(value_get_text(says, "seal"), seal))
			done = error_set(err, ERROR_REFUSED,
					 "seal %.60s is on unit %.64s of lot %.48s, record %lld: a "
					 "seal is used once",
					 seal, value_get_text(says, "unit"),
					 value_get_text(says, "lot"),
					 (long long)value_get_int(value_at(seals, i), "seq", 0));
	}
	value_free(seals);
	return done;
}

int admit_seal(struct bench_log *log, const struct value *request, const struct moment *now,
	       struct admitted *admitted, struct error *err)
{
	const struct value *says = value_get(request, "says");
	struct lot_standing *standing;
	const char *unit;

	if (register_check_members(SEAL, NULL, says, err) < 0 ||
	    register_check_person(log, says, now, err) < 0 ||
	    check_seal(log, value_get_text(says, "seal"), err) < 0)
		return -1;
	standing = lot_standing_of(log, says, err);
	if (!standing)
		return -1;
	unit = lot_standing_unit(standing, value_get_text(says, "unit"));
	if (unit) {
		admitted->says = value_copy(says);
		value_set_text(admitted->says, "unit", unit);
		admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_SEAL);
	}
	lot_standing_free(standing);
	return unit ? 0
		    : error_set(err, ERROR_REFUSED,
				"unit %.64s was not drawn from lot %.48s: what was drawn is sealed",
				value_get_text(says, "unit"), value_get_text(says, "lot"));
}

/* ---- its verdict ---- */

/* Does the last verdict rest on the same runs, and say the same? */
static int check_new(const struct lot_standing *standing, const struct value *judged,
		     struct error *err)
{
	const struct value *verdicts = lot_standing_verdicts(standing);
	const struct value *last = value_at(verdicts, value_count(verdicts) - 1);
	const struct value *says = value_get(last, "says");

	if (!last || !lot_runs_same(value_get(says, "runs"), value_get(judged, "runs")))
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "lot %s was judged %s, record %lld, and nothing has changed since",
			 value_get_text(judged, "lot"), value_get_text(says, "verdict"),
			 (long long)value_get_int(last, "seq", 0));
}

int lot_verdict_stands(struct bench_log *log, const struct value *says, struct error *err)
{
	struct lot_standing *standing = lot_standing_of(log, says, err);
	struct value *again;
	int done = -1;

	if (!standing)
		return -1;
	again = lot_standing_judge(standing, err);
	if (!again || !lot_runs_same(value_get(says, "runs"), value_get(again, "runs")))
		error_set(err, ERROR_REFUSED,
			  "the verdict of lot %.48s is superseded, what it rests on has changed "
			  "since: "
			  "judge it again (davy lot judge) and sign that",
			  value_get_text(says, "lot"));
	else
		done = 0;
	value_free(again);
	lot_standing_free(standing);
	return done;
}

int admit_lot_verdict(struct bench_log *log, const struct value *request, const struct moment *now,
		      struct admitted *admitted, struct error *err)
{
	const struct value *says = value_get(request, "says");
	struct lot_standing *standing;
	int done = -1;

	if (register_check_members(VERDICT, NULL, says, err) < 0 ||
	    register_check_person(log, says, now, err) < 0)
		return -1;
	standing = lot_standing_of(log, says, err);
	if (!standing)
		return -1;
	admitted->says = lot_standing_judge(standing, err);
	if (admitted->says)
		done = check_new(standing, admitted->says, err);
	if (done == 0) {
		value_set_text(admitted->says, "by", value_get_text(says, "by"));
		value_set_text(admitted->says, "note", value_get_text(says, "note"));
		admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_LOT_VERDICT);
	}
	lot_standing_free(standing);
	return done;
}
