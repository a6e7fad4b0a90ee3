/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every run of a drawn unit is kept, whether it counts or not: what counts is asked when somebody looks, since a signature or a
 * later draw may change it. Runs of a unit before its first draw are not seen; nobody knew then that it would be drawn.
 */
#include "record/lot_standing.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "record/cosign.h"
#include "record/event.h"
#include "record/jws.h"
#include "record/lot.h"
#include "record/lot_retest.h"
#include "record/lot_signed.h"
#include "record/signing.h"
#include "verdict/decision.h"

struct unit_run {
	uint64_t seq;
	char *id, *run, *protocol, *verdict;
	int64_t began_ms;
	bool is_simulated, is_controlled, is_voided, is_rejected, is_declared;
	bool is_as_left; /* its verdict rests on what somebody has adjusted */
	bool is_unnamed; /* of this serial number, and nobody said of which certificate */
	char sha256[HASH_HEX_SIZE]; /* of its record */
};

struct drawn_unit {
	char *serial;
	int draw;	 /* the last in which it was drawn */
	bool is_tested;	 /* in that one */
	bool was_tested; /* in any */
	uint64_t since;	 /* the record of the draw from which on its runs count, and its time */
	int64_t since_ms;
	struct unit_run *runs;
	size_t run_count;
};

struct lot_standing {
	char *name, *base;
	struct run_brackets *brackets;
	char *before;  /* what the identities of all its units begin with */
	char *unnamed; /* … and of what nobody has named that certificate of; or NULL */
	uint64_t seq;
	struct value *says, *draws, *seals, *verdicts, *retests;
	struct drawn_unit *units; /* all that were drawn */
	size_t unit_count;
};

struct lot_standing *lot_standing_new(const char *name, const char *base,
				      struct run_brackets *brackets)
{
	struct lot_standing *standing = xcalloc(1, sizeof(*standing));

	standing->name = xstrdup(name);
	standing->base = xstrdup(base);
	standing->brackets = run_brackets_share(brackets);
	standing->draws = value_list();
	standing->seals = value_list();
	standing->verdicts = value_list();
	standing->retests = value_list();
	return standing;
}

static void unit_done(struct drawn_unit *unit)
{
	for (size_t i = 0; i < unit->run_count; i++) {
		free(unit->runs[i].id);
		free(unit->runs[i].run);
		free(unit->runs[i].protocol);
		free(unit->runs[i].verdict);
	}
	free(unit->runs);
	free(unit->serial);
}

void lot_standing_free(struct lot_standing *standing)
{
	if (!standing)
		return;
	for (size_t i = 0; i < standing->unit_count; i++)
		unit_done(&standing->units[i]);
	free(standing->units);
	run_brackets_free(standing->brackets);
	value_free(standing->says);
	value_free(standing->draws);
	value_free(standing->seals);
	value_free(standing->verdicts);
	value_free(standing->retests);
	free(standing->name);
	free(standing->base);
	free(standing->before);
	free(standing->unnamed);
	free(standing);
}

/* "" where a log that somebody made has something else there. */
static const char *text_at(const struct value *list, size_t index)
{
	const struct value *one = value_at(list, index);

	return one && one->kind == VALUE_TEXT ? one->text : "";
}

/* ---- records of the lot ---- */

static void keep(struct value *list, const struct entry *entry)
{
	struct value *one = value_add(list, value_map());
	char at[WALL_TIME_SIZE];

	wall_time_write(&entry->at.wall, at);
	value_set_int(one, "seq", (int64_t)entry->seq);
	value_set_text(one, "at", at);
	value_set(one, "says", value_copy(entry->says));
}

static struct drawn_unit *find_unit(const struct lot_standing *standing, const char *serial)
{
	for (size_t i = 0; i < standing->unit_count; i++)
		if (spelling_same(standing->units[i].serial, serial))
			return &standing->units[i];
	return NULL;
}

static struct drawn_unit *add_unit(struct lot_standing *standing, const char *serial)
{
	struct drawn_unit *unit = find_unit(standing, serial);

	if (unit)
		return unit;
	standing->units =
		xrealloc(standing->units, (standing->unit_count + 1) * sizeof(*standing->units));
	unit = &standing->units[standing->unit_count++];
	*unit = (struct drawn_unit){.serial = xstrdup(serial)};
	return unit;
}

static void take_drawn(struct lot_standing *standing, const struct entry *entry,
		       const struct value *serials, bool is_tested)
{
	for (size_t i = 0; i < value_count(serials); i++) {
		struct drawn_unit *unit = add_unit(standing, text_at(serials, i));

		if (!unit->was_tested && (is_tested || !unit->since)) {
			unit->since = entry->seq;
			unit->since_ms = entry->at.wall.ms;
		}
		unit->draw = (int)value_count(standing->draws);
		unit->is_tested = is_tested;
		unit->was_tested |= is_tested;
	}
}

static void take_lot(struct lot_standing *standing, const struct entry *entry)
{
	struct buf before;

	if (standing->says)
		return;
	standing->seq = entry->seq;
	standing->says = value_copy(entry->says);
	buf_init(&before);
	lot_identity(&before, standing->base, entry->says, "");
	standing->before = buf_detach(&before);
	if (value_get_text(value_get(entry->says, "dut"), "ma"))
		standing->unnamed = xprintf("%seq/class/", standing->base);
}

static void take_draw(struct lot_standing *standing, const struct entry *entry)
{
	keep(standing->draws, entry);
	take_drawn(standing, entry, value_get(entry->says, "tested"), true);
	take_drawn(standing, entry, value_get(entry->says, "kept"), false);
}

/* ---- runs ---- */

static char *copy_of(const char *text)
{
	return xstrdup(text ? text : "");
}

static void take_voided(struct lot_standing *standing, const char *run)
{
	for (size_t i = 0; run && i < standing->unit_count; i++)
		for (size_t k = 0; k < standing->units[i].run_count; k++)
			if (!strcmp(standing->units[i].runs[k].run, run))
				standing->units[i].runs[k].is_voided = true;
}

static bool begins_with(const char *uri, const char *before)
{
	return before && *before && !strncmp(uri, before, strlen(before));
}

/* The drawn unit that an event is about; or NULL. */
static struct drawn_unit *unit_of(const struct lot_standing *standing, const struct value *event,
				  bool *is_unnamed)
{
	const char *uri = text_at(value_get(event, "epcList"), 0);
	struct drawn_unit *unit;
	struct buf serial;

	*is_unnamed = !begins_with(uri, standing->before);
	if (*is_unnamed && !begins_with(uri, standing->unnamed))
		return NULL;
	buf_init(&serial);
	event_serial(&serial, uri);
	unit = find_unit(standing, serial.data);
	buf_done(&serial);
	return unit;
}

/* A run without a time that can be read was not begun after anything. */
static int64_t began_ms(const struct value *run)
{
	const char *text = value_get_text(run, "mse:began");
	struct wall_time time;
	struct error none;

	return text && wall_time_parse(&time, text, &none) == 0 ? time.ms : INT64_MIN;
}

static void take_run(struct lot_standing *standing, const struct entry *entry)
{
	const struct value *run = value_get(entry->says, "mse:run");
	const char *name = value_get_text(run, "mse:run");
	bool is_unnamed;
	struct drawn_unit *unit = name ? unit_of(standing, entry->says, &is_unnamed) : NULL;

	if (name)
		take_voided(standing, value_get_text(value_get(run, "mse:retest"), "mse:voids"));
	if (!unit)
		return;
	unit->runs = xrealloc(unit->runs, (unit->run_count + 1) * sizeof(*unit->runs));
	unit->runs[unit->run_count++] = (struct unit_run){
		.seq = entry->seq,
		.id = xstrdup(entry->id),
		.run = xstrdup(name),
		.protocol = copy_of(value_get_text(run, "mse:protocol")),
		.verdict = copy_of(value_get_text(run, "mse:verdict")),
		.began_ms = began_ms(run),
		.is_simulated = value_get_bool(run, "mse:simulated"),
		.is_controlled = value_get_bool(run, "mse:controlled"),
		.is_as_left = value_get_bool(run, "mse:as_left"),
		.is_unnamed = is_unnamed,
	};
	entry_digest(entry, unit->runs[unit->run_count - 1].sha256);
}

static struct unit_run *find_run(const struct lot_standing *standing, const char *id)
{
	for (size_t i = 0; id && i < standing->unit_count; i++)
		for (size_t k = 0; k < standing->units[i].run_count; k++)
			if (!strcmp(standing->units[i].runs[k].id, id))
				return &standing->units[i].runs[k];
	return NULL;
}

static int take_signature(struct unit_run *run, const struct entry *entry, struct error *err)
{
	enum meaning meaning;

	if (cosign_meaning(entry->says, &meaning, err) < 0)
		return error_context(err, "record %llu", (unsigned long long)entry->seq);
	run->is_voided |= meaning == MEANING_VOIDED;
	run->is_rejected |= meaning == MEANING_REJECTED;
	return 0;
}

int lot_standing_take(struct lot_standing *standing, const struct entry *entry, struct error *err)
{
	const char *lot = value_get_text(entry->says, "lot");
	bool is_ours = lot && !strcmp(lot, standing->name);
	struct unit_run *run;

	if (!strcmp(entry->kind, ENTRY_EVENT)) {
		take_run(standing, entry);
	} else if (!strcmp(entry->kind, ENTRY_SIGNATURE)) {
		run = find_run(standing, value_get_text(entry->says, "of"));
		return run ? take_signature(run, entry, err)
			   : lot_signed_take(standing->verdicts, entry, err);
	} else if (!strcmp(entry->kind, ENTRY_DECLARATION)) {
		run = find_run(standing, value_get_text(entry->says, "of"));
		if (run)
			run->is_declared = true;
	} else if (is_ours && !strcmp(entry->kind, ENTRY_LOT)) {
		take_lot(standing, entry);
	} else if (is_ours && !strcmp(entry->kind, ENTRY_DRAW)) {
		take_draw(standing, entry);
	} else if (is_ours && !strcmp(entry->kind, ENTRY_SEAL)) {
		keep(standing->seals, entry);
	} else if (is_ours && !strcmp(entry->kind, ENTRY_LOT_VERDICT)) {
		keep(standing->verdicts, entry);
	} else if (is_ours && !strcmp(entry->kind, ENTRY_LOT_RETEST)) {
		keep(standing->retests, entry);
	}
	return 0;
}

/* ---- asking ---- */

const struct value *lot_standing_says(const struct lot_standing *standing)
{
	return standing->says;
}

uint64_t lot_standing_seq(const struct lot_standing *standing)
{
	return standing->seq;
}

const struct value *lot_standing_draws(const struct lot_standing *standing)
{
	return standing->draws;
}

const struct value *lot_standing_seals(const struct lot_standing *standing)
{
	return standing->seals;
}

const struct value *lot_standing_verdicts(const struct lot_standing *standing)
{
	return standing->verdicts;
}

const struct value *lot_standing_retests(const struct lot_standing *standing)
{
	return standing->retests;
}

const struct value *lot_standing_draw(const struct lot_standing *standing)
{
	size_t count = value_count(standing->draws);

	return count ? value_get(value_at(standing->draws, count - 1), "says") : NULL;
}

static bool is_in_sample(const struct lot_standing *standing, const struct drawn_unit *unit)
{
	return unit->draw == (int)value_count(standing->draws);
}

const char *lot_standing_unit(const struct lot_standing *standing, const char *serial)
{
	const struct drawn_unit *unit = find_unit(standing, serial);

	return unit && is_in_sample(standing, unit) ? unit->serial : NULL;
}

/* ---- what counts ---- */

static bool is_asked(const struct lot_standing *standing, const char *protocol)
{
	const struct value *protocols = value_get(standing->says, "protocols");

	for (size_t i = 0; i < value_count(protocols); i++)
		if (!strcmp(text_at(protocols, i), protocol))
			return true;
	return false;
}

static bool is_verdict(const struct unit_run *run, enum verdict verdict)
{
	return !strcmp(run->verdict, verdict_name(verdict));
}

/* Why it does not count; NULL: it does. A unit that was adjusted until it passed says nothing of the others. */
static const char *why_not(const struct lot_standing *standing, const struct drawn_unit *unit,
			   const struct unit_run *run)
{
	return run->is_simulated						    ? "simulated"
	       : run->is_unnamed						    ? "unnamed"
	       : run->seq <= unit->since					    ? "early"
	       : run->began_ms < unit->since_ms					    ? "early"
	       : !is_asked(standing, run->protocol)				    ? "protocol"
	       : run->is_voided							    ? "voided"
	       : run_brackets_of(standing->brackets, run->seq, NULL) > BRACKET_GOOD ? "bracket"
	       : run->is_as_left && !is_verdict(run, VERDICT_FAIL)		    ? "as-left"
										    : NULL;
}

static bool has_failed(const struct lot_standing *standing, const struct drawn_unit *unit)
{
	for (size_t i = 0; i < unit->run_count; i++)
		if (is_verdict(&unit->runs[i], VERDICT_FAIL) &&
		    !why_not(standing, unit, &unit->runs[i]))
			return true;
	return false;
}

static bool passes(const struct lot_standing *standing, const struct drawn_unit *unit,
		   const char *protocol)
{
	const struct unit_run *last = NULL;

	for (size_t i = 0; i < unit->run_count; i++)
		if (!strcmp(unit->runs[i].protocol, protocol) &&
		    !why_not(standing, unit, &unit->runs[i]))
			last = &unit->runs[i];
	return last && is_verdict(last, VERDICT_PASS) && !last->is_rejected && !last->is_declared;
}

/* PASS, FAIL, or 0: neither. */
static enum verdict verdict_of(const struct lot_standing *standing, const struct drawn_unit *unit)
{
	const struct value *protocols = value_get(standing->says, "protocols");

	if (has_failed(standing, unit))
		return VERDICT_FAIL;
	for (size_t i = 0; i < value_count(protocols); i++)
		if (!passes(standing, unit, text_at(protocols, i)))
			return 0;
	return value_count(protocols) ? VERDICT_PASS : 0;
}

static int uncontrolled(const struct lot_standing *standing, const struct drawn_unit *unit)
{
	int count = 0;

	for (size_t i = 0; i < unit->run_count; i++)
		count += !unit->runs[i].is_controlled && !why_not(standing, unit, &unit->runs[i]);
	return count;
}

void lot_standing_outcome(const struct lot_standing *standing, struct lot_outcome *outcome)
{
	int64_t most = value_get_int(standing->says, "c", 0);

	*outcome = (struct lot_outcome){.verdict = LOT_UNDECIDED};
	for (size_t i = 0; i < standing->unit_count; i++) {
		const struct drawn_unit *unit = &standing->units[i];
		enum verdict verdict;

		if (!unit->was_tested)
			continue;
		verdict = verdict_of(standing, unit);
		outcome->fails += verdict == VERDICT_FAIL;
		outcome->undecided += !verdict && unit->is_tested && is_in_sample(standing, unit);
		outcome->uncontrolled += uncontrolled(standing, unit);
	}
	if (outcome->fails > most)
		outcome->verdict = LOT_REJECT;
	else if (value_count(standing->draws) && outcome->undecided == 0)
		outcome->verdict = LOT_ACCEPT;
}

/* ---- told ---- */

static void describe_run(struct value *list, const struct lot_standing *standing,
			 const struct drawn_unit *unit, const struct unit_run *run)
{
	const char *why = why_not(standing, unit, run);
	struct value *one = value_add(list, value_map());

	value_set_int(one, "seq", (int64_t)run->seq);
	value_set_text(one, "run", run->run);
	value_set_text(one, "protocol", run->protocol);
	value_set_text(one, "verdict", run->verdict);
	value_set_bool(one, "controlled", run->is_controlled);
	value_set_bool(one, "counts", !why);
	value_set_text(one, "why",
		       why		  ? why
		       : run->is_rejected ? "rejected"
		       : run->is_declared ? "declared"
					  : NULL);
}

static void describe_unit(struct value *list, const struct lot_standing *standing,
			  const struct drawn_unit *unit)
{
	enum verdict verdict = verdict_of(standing, unit);
	struct value *one = value_add(list, value_map()), *runs;

	value_set_text(one, "unit", unit->serial);
	value_set_int(one, "draw", unit->draw);
	value_set_text(one, "part", unit->is_tested ? "tested" : "kept");
	if (verdict)
		value_set_text(one, "verdict", verdict_name(verdict));
	lot_seal_describe(one, standing->seals, unit->serial);
	runs = value_set(one, "runs", value_list());
	for (size_t i = 0; i < unit->run_count; i++)
		describe_run(runs, standing, unit, &unit->runs[i]);
}

struct value *lot_standing_units(const struct lot_standing *standing)
{
	const struct value *draw = lot_standing_draw(standing);
	const struct value *const drawn[] = {value_get(draw, "tested"), value_get(draw, "kept")};
	struct value *list = value_list();

	for (size_t part = 0; part < 2; part++)
		for (size_t i = 0; i < value_count(drawn[part]); i++)
			describe_unit(list, standing, find_unit(standing, text_at(drawn[part], i)));
	for (size_t i = 0; i < standing->unit_count; i++)
		if (!is_in_sample(standing, &standing->units[i]))
			describe_unit(list, standing, &standing->units[i]);
	return list;
}

enum verdict lot_standing_retested(const struct lot_standing *standing, size_t index)
{
	const struct value *retest = value_at(standing->retests, index);
	const char *serial = value_get_text(value_get(retest, "says"), "unit");
	const struct drawn_unit *unit = serial ? find_unit(standing, serial) : NULL;
	struct drawn_unit again;
	struct wall_time at;
	struct error none;

	if (!unit || wall_time_parse(&at, value_get_text(retest, "at"), &none) < 0)
		return 0;
	again = *unit; /* but for what was before it */
	again.since = (uint64_t)value_get_int(retest, "seq", 0);
	again.since_ms = at.ms;
	return verdict_of(standing, &again);
}

/* ---- judged ---- */

/* In the order of canonical JSON, so that what was recorded and what is worked out again are the same value. */
static void add_counting(struct value *runs, const struct lot_standing *standing,
			 const struct drawn_unit *unit)
{
	for (size_t i = 0; i < unit->run_count; i++) {
		const struct unit_run *run = &unit->runs[i];
		struct value *one;

		if (why_not(standing, unit, run))
			continue;
		one = value_add(runs, value_map());
		value_set_bool(one, "controlled", run->is_controlled);
		value_set_text(one, "run", run->run);
		value_set_int(one, "seq", (int64_t)run->seq);
		value_set_text(one, "sha256", run->sha256);
		value_set_text(one, "unit", unit->serial);
		value_set_text(one, "verdict", run->verdict);
	}
}

static int refuse_undecided(const struct lot_standing *standing, const struct lot_outcome *outcome,
			    struct error *err)
{
	const struct value *tested = value_get(lot_standing_draw(standing), "tested");
	struct buf units;
	int done;

	if (!value_count(standing->draws))
		return error_set(err, ERROR_REFUSED, "nothing was drawn from lot %s: davy lot draw",
				 standing->name);
	buf_init(&units);
	for (size_t i = 0; i < value_count(tested) && units.size < 200; i++) {
		const struct drawn_unit *unit = find_unit(standing, text_at(tested, i));

		if (!verdict_of(standing, unit))
			buf_printf(&units, "%s%s", units.size ? ", " : "", unit->serial);
	}
	done = error_set(
		err, ERROR_REFUSED,
		"lot %s is undecided: %d of its tested units are neither PASS nor FAIL: %s",
		standing->name, outcome->undecided, units.data);
	buf_done(&units);
	return done;
}

struct value *lot_standing_judge(const struct lot_standing *standing, struct error *err)
{
	struct lot_outcome outcome;
	struct value *says, *runs;

	lot_standing_outcome(standing, &outcome);
	if (outcome.verdict == LOT_UNDECIDED) {
		refuse_undecided(standing, &outcome, err);
		return NULL;
	}
	says = value_map();
	value_set_text(says, "lot", standing->name);
	value_set_int(says, "draw", (int64_t)value_count(standing->draws));
	value_set_text(says, "verdict", lot_verdict_name(outcome.verdict));
	value_set_int(says, "n", value_get_int(standing->says, "n", 0));
	value_set_int(says, "c", value_get_int(standing->says, "c", 0));
	value_set_int(says, "fails", outcome.fails);
	runs = value_set(says, "runs", value_list());
	for (size_t i = 0; i < standing->unit_count; i++)
		if (standing->units[i].was_tested)
			add_counting(runs, standing, &standing->units[i]);
	return says;
}
