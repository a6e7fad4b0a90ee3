/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from all that was judged. A specimen that was adjusted has two states, and no PASS covers one of them in silence: where
 * the order lets what was found not count, the reason says what that was, and one that nobody measured again counts all the same.
 */
#include "run/judgement.h"

#include <stdio.h>
#include <string.h>

/* ---- adjustments ---- */

static bool is_of_product(const struct judged *judged, enum adjustment adjustment)
{
	return judged->adjustment == adjustment && !judged->measure->evidence;
}

bool judgement_knows_found(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		if (is_of_product(&judgement->judged[i], ADJUSTMENT_AS_FOUND))
			return true;
	return false;
}

const struct value *judgement_adjust(struct judgement *judgement, const char *what, const char *by)
{
	struct value *one = value_add(judgement->adjustments, value_map());

	value_set_text(one, "what", what);
	value_set_text(one, "by", by);
	return one;
}

static bool was_left_known(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		if (is_of_product(&judgement->judged[i], ADJUSTMENT_AS_LEFT))
			return true;
	return false;
}

/* The same, of the specimen as it was left. */
static bool is_measured_again(const struct judgement *judgement, const struct judged *found)
{
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *left = &judgement->judged[i];

		if (left->adjustment == ADJUSTMENT_AS_LEFT && !strcmp(left->key, found->key) &&
		    !strcmp(left->measure->name, found->measure->name))
			return true;
	}
	return false;
}

static bool counts(const struct judgement *judgement, const struct judged *judged)
{
	return !judgement->as_left || judged->adjustment != ADJUSTMENT_AS_FOUND ||
	       !is_measured_again(judgement, judged);
}

/* ---- the verdict ---- */

/* Keys name the repeat where a step has several: "2", or "ch4_1 (2)". */
static bool is_of_repeat(const struct judged *judged, int repeat)
{
	char own[16], keyed[20];
	size_t size = strlen(judged->key);
	size_t tail = (size_t)snprintf(keyed, sizeof(keyed), " (%d)", repeat);

	if (judged->step->repeats <= 1)
		return true;
	snprintf(own, sizeof(own), "%d", repeat);
	return !strcmp(judged->key, own) ||
	       (size > tail && !strcmp(judged->key + size - tail, keyed));
}

/* Measures are mostly given in their order, so the search begins behind the one found last. */
static bool measure_taken(const struct judgement *judgement, const struct protocol_measure *measure,
			  int repeat, size_t *behind)
{
	for (size_t i = 0; i < judgement->count; i++) {
		size_t at = (*behind + i) % judgement->count;

		if (judgement->judged[at].measure == measure &&
		    is_of_repeat(&judgement->judged[at], repeat)) {
			*behind = at + 1;
			return true;
		}
	}
	return false;
}

/* The first repeat of the step that gave no value for the measure; 0 when all did. */
static int first_repeat_without(const struct judgement *judgement, const struct protocol_step *step,
				const struct protocol_measure *measure, size_t *behind)
{
	for (int repeat = 1; repeat == 1 || repeat <= step->repeats; repeat++)
		if (!measure_taken(judgement, measure, repeat, behind))
			return repeat;
	return 0;
}

static void say_judged(const struct judged *judged, char *why)
{
	static const char *const STATES[] = {"", " as found", " as left"};

	snprintf(why, JUDGEMENT_WHY, "%s%s%s%s%s: %s", judged->measure->name,
		 judged->key[0] ? "[" : "", judged->key, judged->key[0] ? "]" : "",
		 STATES[judged->adjustment], judged->decision.why);
}

/* What did not pass as it was found, of what the order does not let count. */
static void say_found(const struct judgement *judgement, char *why)
{
	const struct judged *worst = NULL;
	char found[JUDGEMENT_WHY];

	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *judged = &judgement->judged[i];
		enum verdict than = worst ? worst->decision.verdict : VERDICT_PASS;

		if (!counts(judgement, judged) && judged->decision.verdict > than)
			worst = judged;
	}
	if (!worst) {
		snprintf(why, JUDGEMENT_WHY, "as left, as the order says");
		return;
	}
	say_judged(worst, found);
	snprintf(why, JUDGEMENT_WHY, "as left, as the order says; as found it was %s: %.300s",
		 verdict_name(worst->decision.verdict), found);
}

/* Is a mandatory measure missing? Then `why` says which. */
static bool find_missing(const struct judgement *judgement, char *why)
{
	size_t behind = 0;

	for (size_t s = 0; s < judgement->protocol->step_count; s++) {
		const struct protocol_step *step = &judgement->protocol->step[s];

		for (size_t m = 0; m < step->measure_count; m++) {
			const struct protocol_measure *measure = &step->measure[m];
			int repeat = first_repeat_without(judgement, step, measure, &behind);
			char in[32] = "";

			if (measure->optional || !repeat)
				continue;
			if (step->repeats > 1)
				snprintf(in, sizeof(in), " in repeat %d", repeat);
			snprintf(why, JUDGEMENT_WHY, "step '%s' gave no value for '%s'%s",
				 step->name, measure->name, in);
			return true;
		}
	}
	return false;
}

enum verdict judgement_verdict(const struct judgement *judgement, const char *only, char *why)
{
	enum verdict verdict = VERDICT_PASS;

	why[0] = '\0';
	for (size_t i = 0; i < judgement->count; i++) {
		const struct judged *judged = &judgement->judged[i];

		if (!counts(judgement, judged))
			continue;
		if (judged->decision.verdict > verdict)
			say_judged(judged, why);
		verdict = verdict_worse(verdict, judged->decision.verdict);
	}
	if (verdict != VERDICT_PASS)
		return verdict;
	if (only) {
		snprintf(why, JUDGEMENT_WHY,
			 "only step '%s' was run; a part of a test never passes", only);
		return VERDICT_INCONCLUSIVE;
	}
	if (find_missing(judgement, why))
		return VERDICT_INCONCLUSIVE;
	if (value_count(judgement->adjustments) && !was_left_known(judgement)) {
		snprintf(
			why, JUDGEMENT_WHY,
			"the specimen was adjusted, and nothing was measured of it as it was left");
		return VERDICT_INCONCLUSIVE;
	}
	if (judgement->count == 0) {
		snprintf(why, JUDGEMENT_WHY, "nothing was measured");
		return VERDICT_INCONCLUSIVE;
	}
	if (judgement->as_left && value_count(judgement->adjustments))
		say_found(judgement, why);
	return VERDICT_PASS;
}
