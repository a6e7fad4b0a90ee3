/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judgement.
 *
 * In this order: a measure that was not reached fails (the product did not do it) when its limit
 * decides; a limit that nobody vouches for, and a reading whose certificate does not hold, make it
 * INCONCLUSIVE, naming what is needed; else the decision rule speaks. An evidence measure outside its
 * limit is INCONCLUSIVE: it says something about the evidence, not about the product.
 *
 * A protocol that adjusts its specimen has each of its own measures as found or as left. What stands in the
 * controller's step is about the whole run, and is neither.
 */
#include "run/judgement.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"

/* ISO/IEC 17025 certificates and JCGM 100:2008, 6.3.3: about 95 % with k = 2. */
#define COVERAGE 2.0

void judgement_init(struct judgement *judgement, const struct protocol *protocol,
		    const struct evidence *evidence, bool simulated)
{
	*judgement = (struct judgement){
		.protocol = protocol, .evidence = evidence, .simulated = simulated};
	judgement->adjustments = value_list();
}

void judgement_done(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++) {
		free(judgement->judged[i].from);
		free(judgement->judged[i].found);
		free(judgement->judged[i].expected);
	}
	free(judgement->judged);
	free(judgement->place);
	value_free(judgement->adjustments);
	judgement->adjustments = NULL;
	judgement->judged = NULL;
	judgement->place = NULL;
}

static bool same_place(const struct judged *judged, const struct protocol_measure *measure,
		       const char *key)
{
	return judged->measure == measure && !strcmp(judged->key, key);
}

/* FNV-1a over the key. Where measures lie differs from run to run, and nothing shows it. */
static size_t hash_place(const struct protocol_measure *measure, const char *key)
{
	uint64_t hash = 0xcbf29ce484222325u ^ (uintptr_t)measure;

	for (hash *= 0x100000001b3u; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 0x100000001b3u;
	return (size_t)(hash ^ hash >> 32);
}

static const struct judged *find_judged(const struct judgement *judgement,
					const struct protocol_measure *measure, const char *key)
{
	size_t mask = judgement->places - 1, at = hash_place(measure, key);

	if (judgement->places == 0)
		return NULL;
	for (at &= mask; judgement->place[at]; at = (at + 1) & mask) {
		const struct judged *judged = &judgement->judged[judgement->place[at] - 1];

		if (same_place(judged, measure, key))
			return judged;
	}
	return NULL;
}

static void put_place(struct judgement *judgement, size_t index)
{
	const struct judged *judged = &judgement->judged[index];
	size_t mask = judgement->places - 1;
	size_t at = hash_place(judged->measure, judged->key) & mask;

	while (judgement->place[at])
		at = (at + 1) & mask;
	judgement->place[at] = index + 1;
}

/* The newest is one of them from here on. At most half of the places are taken. */
static void keep_judged(struct judgement *judgement)
{
	if (++judgement->count * 2 <= judgement->places) {
		put_place(judgement, judgement->count - 1);
		return;
	}
	free(judgement->place);
	judgement->places = judgement->places ? judgement->places * 2 : 64;
	judgement->place = xcalloc(judgement->places, sizeof(*judgement->place));
	for (size_t i = 0; i < judgement->count; i++)
		put_place(judgement, i);
}

static int find_measure(const struct judgement *judgement, const struct value *value,
			const struct protocol_step **step, const struct protocol_measure **measure,
			struct error *err)
{
	const char *step_name = value_get_text(value, "step");
	const char *name = value_get_text(value, "measure");

	*step = protocol_find_step(judgement->protocol, step_name);
	*measure = *step ? protocol_find_measure(*step, name) : NULL;
	if (*measure)
		return 0;
	return error_set(err, ERROR_USAGE, "no measure '%s' is declared in step '%s'",
			 name ? name : "", step_name ? step_name : "");
}

static void inconclusive(struct decision *decision, const char *why)
{
	decision->verdict = VERDICT_INCONCLUSIVE;
	snprintf(decision->why, sizeof(decision->why), "%s", why);
}

/* Does the limit decide at all? If not, the decision says what is needed. */
static bool limit_decides(const struct judgement *judgement, struct judged *judged)
{
	const struct frozen_limit *limit = &judged->measure->limit;
	char need[200];

	if (limit->known && grade_decides(limit->grade, judgement->simulated))
		return true;
	limit_need(limit, need, sizeof(need));
	inconclusive(&judged->decision, need);
	return false;
}

static void judge_unreached(const struct judgement *judgement, struct judged *judged,
			    const char *why)
{
	if (!limit_decides(judgement, judged))
		return;
	judged->decision.verdict = judged->measure->evidence ? VERDICT_INCONCLUSIVE : VERDICT_FAIL;
	snprintf(judged->decision.why, sizeof(judged->decision.why), "%s", why);
}

static int judge_value(const struct judgement *judgement, struct judged *judged, const char *flaw,
		       struct error *err)
{
	const struct frozen_limit *limit = &judged->measure->limit;
	struct decision *decision = &judged->decision;
	const struct unit *unit = limit->known ? limit_unit(&limit->limit) : NULL;

	/* in its own unit, for in the limit's a difference in K would be a temperature in °C */
	if (limit->known && limit_check_dimension(&limit->limit, &judged->quantity, err) < 0)
		return -1;
	if (unit && unit_same_kind(unit, &judged->quantity.unit))
		judged->quantity.unit = *unit;
	if (limit->known && decide(decision, &limit->limit, &judged->quantity,
				   judgement->protocol->rule, COVERAGE, err) < 0)
		return -1;
	if (!limit->known)
		decision->expanded = COVERAGE * quantity_standard(&judged->quantity);
	if (!limit_decides(judgement, judged))
		return 0;
	if (flaw[0]) { /* its uncertainty is not all there, so nothing is said of probabilities */
		inconclusive(decision, flaw);
		decision->conformance = NAN;
	}
	if (decision->verdict == VERDICT_FAIL && judged->measure->evidence)
		decision->verdict = VERDICT_INCONCLUSIVE;
	return 0;
}

/* Divide by the upper limit of the measure that this one is a share of; false: none that decides. */
static bool take_share(const struct judgement *judgement, struct judged *judged, struct error *err)
{
	const struct protocol_measure *whole =
		protocol_find_measure(judged->step, judged->measure->share_of);
	const struct bound *bound = &whole->limit.limit.bound[0];
	struct quantity upper = {.value = bound->high, .unit = bound->unit};
	struct quantity share;

	if (!whole->limit.known || !grade_decides(whole->limit.grade, judgement->simulated) ||
	    (bound->kind != BOUND_AT_MOST && bound->kind != BOUND_BELOW) ||
	    quantity_divide(&share, &judged->quantity, &upper, err) < 0)
		return false;
	judged->quantity = share;
	return true;
}

static int judge(const struct judgement *judgement, struct judged *judged, const char *flaw,
		 struct error *err)
{
	char why[160];

	if (!judged->measure->share_of[0] || take_share(judgement, judged, err))
		return judge_value(judgement, judged, flaw, err);
	snprintf(why, sizeof(why),
		 "it is judged as a share of the upper limit of %s, which has none that decides",
		 judged->measure->share_of);
	inconclusive(&judged->decision, why);
	return 0;
}

/* How the specimen is while a measure of this step is judged. */
static enum adjustment state_now(const struct judgement *judgement,
				 const struct protocol_step *step)
{
	if (step->automatic || !protocol_adjusts(judgement->protocol))
		return ADJUSTMENT_NONE;
	return value_count(judgement->adjustments) ? ADJUSTMENT_AS_LEFT : ADJUSTMENT_AS_FOUND;
}

static struct judged *new_judged(struct judgement *judgement)
{
	struct judged *judged;

	if (judgement->count == judgement->room) {
		judgement->room = judgement->room ? judgement->room * 2 : 32;
		judgement->judged =
			xrealloc(judgement->judged, judgement->room * sizeof(*judgement->judged));
	}
	judged = &judgement->judged[judgement->count];
	memset(judged, 0, sizeof(*judged));
	judged->decision.conformance = NAN;
	return judged;
}

static void add_remark(struct judged *judged, const char *remark)
{
	char *why = judged->decision.why;
	size_t size = strlen(why);

	if (remark && size)
		snprintf(why + size, sizeof(judged->decision.why) - size, " (%s)", remark);
}

const struct judged *judgement_record(struct judgement *judgement, const struct value *value,
				      const char *remark, struct error *err)
{
	const char *key = value_get_text(value, "key");
	const char *from = value_get_text(value, "from");
	const char *why = value_get_text(value, "why");
	const struct protocol_step *step;
	const struct protocol_measure *measure;
	struct judged *judged;
	char flaw[EVIDENCE_FLAW];

	if (find_measure(judgement, value, &step, &measure, err) < 0)
		return NULL;
	if (judgement->count >= JUDGED_MOST) {
		error_set(err, ERROR_USAGE,
			  "step '%s': measure '%s' is one more than the %d that the record of a "
			  "run takes",
			  step->name, measure->name, JUDGED_MOST);
		return NULL;
	}
	if (find_judged(judgement, measure, key ? key : "")) {
		error_set(err, ERROR_USAGE, "step '%s': measure '%s%s%s' was given twice",
			  step->name, measure->name, key ? " of " : "", key ? key : "");
		return NULL;
	}

	if (key && strlen(key) >= sizeof(judged->key)) {
		error_set(err, ERROR_USAGE, "step '%s', measure '%s': its key '%s' is too long",
			  step->name, measure->name, key);
		return NULL;
	}

	judged = new_judged(judgement);
	judged->step = step;
	judged->measure = measure;
	judged->adjustment = state_now(judgement, step);
	snprintf(judged->key, sizeof(judged->key), "%s", key ? key : "");
	if (from) {
		if (evidence_evaluate(judgement->evidence, from, &judged->quantity, flaw, err) <
			    0 ||
		    (judged->has_value = true, judge(judgement, judged, flaw, err)) < 0) {
			error_context(err, "step '%s', measure '%s'", step->name, measure->name);
			return NULL;
		}
		judged->from = xstrdup(from);
	} else {
		judge_unreached(judgement, judged, why ? why : "no value was given");
	}
	add_remark(judged, remark);
	keep_judged(judgement);
	return judged;
}

const struct judged *judgement_compare(struct judgement *judgement, const char *step,
				       const struct protocol_measure *measure, const char *key,
				       const char *found, const char *expected, struct error *err)
{
	struct judged *judged;

	if (find_judged(judgement, measure, key)) {
		error_set(err, ERROR_USAGE, "'%s[%s]' was given twice", measure->name, key);
		return NULL;
	}
	judged = new_judged(judgement);
	judged->step = protocol_find_step(judgement->protocol, step);
	judged->measure = measure;
	snprintf(judged->key, sizeof(judged->key), "%s", key);
	judged->found = xstrdup(found);
	judged->expected = expected ? xstrdup(expected) : NULL;
	judged->decision.verdict = VERDICT_PASS;
	if (!expected)
		inconclusive(&judged->decision, "the order does not say what it should be");
	else if (!spelling_same(found, expected))
		inconclusive(&judged->decision, "it is not what was ordered");
	keep_judged(judgement);
	return judged;
}

const struct judged *judgement_take(struct judgement *judgement, const struct value *value,
				    struct error *err)
{
	const struct protocol_step *step =
		protocol_find_step(judgement->protocol, value_get_text(value, "step"));

	if (step && step->automatic) {
		error_set(err, ERROR_USAGE,
			  "step '%s' is the controller's own: no script gives "
			  "its measures",
			  step->name);
		return NULL;
	}
	return judgement_record(judgement, value, NULL, err);
}

/* How far the value lies outside a limit of one bound, in the limit's unit; "" where that has no meaning. */
static void say_distance(const struct limit *limit, const struct quantity *quantity, char *text,
			 size_t size)
{
	struct interval accepts = bound_interval(&limit->bound[0], quantity);
	struct quantity distance = {.value = 0, .unit = unit_of_difference(limit_unit(limit))};
	char shown[64];

	text[0] = '\0';
	if (quantity->value > accepts.high)
		distance.value = quantity->value - accepts.high;
	else if (quantity->value < accepts.low)
		distance.value = accepts.low - quantity->value;
	if (limit->bounds != 1 || !(distance.value > 0))
		return;
	quantity_print(&distance, 3, shown, sizeof(shown));
	snprintf(text, size, ", by %s", shown);
}

bool judgement_foresees_pass(const struct judgement *judgement,
			     const struct protocol_measure *measure,
			     const struct quantity *quantity, char *why)
{
	const struct limit *limit = &measure->limit.limit;
	struct quantity value = *quantity;
	struct decision decision;
	struct error err;
	char distance[80];

	why[0] = '\0';
	if (!measure->limit.known || !grade_decides(measure->limit.grade, judgement->simulated))
		return true;
	if (limit_unit(limit))
		value.unit = *limit_unit(limit);
	if (decide(&decision, limit, &value, judgement->protocol->rule, COVERAGE, &err) < 0) {
		snprintf(why, JUDGEMENT_WHY, "%s: %.200s", measure->name, err.text);
		return false;
	}
	if (decision.verdict == VERDICT_PASS)
		return true;
	say_distance(limit, &value, distance, sizeof(distance));
	snprintf(why, JUDGEMENT_WHY, "%s: %.200s%s", measure->name, decision.why, distance);
	return false;
}

static bool key_passes(const struct judgement *judgement, const struct protocol_step *step,
		       const struct value *measures, const char *key)
{
	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *name = value_at(measures, i);
		const struct protocol_measure *measure = protocol_find_measure(step, name->text);
		const struct judged *judged = find_judged(judgement, measure, key);

		if (!judged || judged->decision.verdict != VERDICT_PASS)
			return false;
	}
	return true;
}

int judgement_consecutive(const struct judgement *judgement, const struct value *request,
			  double *count, struct error *err)
{
	const struct value *measures = value_get(request, "measures");
	const struct protocol_step *step =
		protocol_find_step(judgement->protocol, value_get_text(request, "step"));
	const struct protocol_measure *first = NULL;

	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *name = value_at(measures, i);

		if (!step || name->kind != VALUE_TEXT || !protocol_find_measure(step, name->text))
			return error_set(err, ERROR_USAGE, "no measure '%s' is declared here",
					 name->kind == VALUE_TEXT ? name->text : "?");
		if (!first)
			first = protocol_find_measure(step, name->text);
	}
	if (!first)
		return error_set(err, ERROR_USAGE, "consecutive needs the names of measures");

	*count = 0;
	for (size_t i = judgement->count; i-- > 0;) {
		if (judgement->judged[i].measure != first)
			continue;
		if (!key_passes(judgement, step, measures, judgement->judged[i].key))
			break;
		*count += 1;
	}
	return 0;
}

/* ---- as data ---- */

static void describe_value(const struct judged *judged, struct value *value)
{
	const struct quantity *quantity = &judged->quantity;

	value_set_real(value, "value", quantity_number(quantity));
	value_set_text(value, "unit", quantity->unit.symbol);
	value_set_real(value, "U", judged->decision.expanded / quantity->unit.scale);
	value_set_real(value, "coverage", COVERAGE);
	if (!isnan(judged->decision.conformance))
		value_set_real(value, "conformance", judged->decision.conformance);
	if (quantity->has_reference)
		value_set_real(value, "reference", quantity->reference / quantity->unit.scale);
}

struct value *judged_describe(const struct judged *judged)
{
	struct value *value = value_map();

	value_set_text(value, "step", judged->step->name);
	value_set_text(value, "measure", judged->measure->name);
	if (judged->key[0])
		value_set_text(value, "key", judged->key);
	if (judged->has_value)
		describe_value(judged, value);
	value_set(value, "limit", limit_describe(&judged->measure->limit));
	if (judged->decision.acceptance[0])
		value_set_text(value, "acceptance", judged->decision.acceptance);
	value_set_text(value, "verdict", verdict_name(judged->decision.verdict));
	if (judged->adjustment)
		value_set_text(value, "adjustment",
			       judged->adjustment == ADJUSTMENT_AS_LEFT ? "as-left" : "as-found");
	if (judged->decision.why[0])
		value_set_text(value, "why", judged->decision.why);
	value_set_text(value, "found", judged->found);
	value_set_text(value, "expected", judged->expected);
	if (judged->from)
		value_set_text(value, "from", judged->from);
	if (judged->has_value)
		value_set(value, "sources", quantity_describe_sources(&judged->quantity));
	return value;
}
