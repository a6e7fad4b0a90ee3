/* SPDX-License-Identifier: Apache-2.0 */
/* The order of signatures, as rules about those that are there already. */
#include "record/signing.h"

#include <stdbool.h>
#include <string.h>

#include "record/wall_time.h"

static const struct {
	const char *name, *title;
	enum role roles[2]; /* whose it can be */
} MEANINGS[] = {
	[MEANING_MEASURED] = {"measured", "测得", {ROLE_BENCH, ROLE_SIMULATION}},
	[MEANING_RECORDED] = {"recorded", "登记", {ROLE_BENCH, ROLE_SIMULATION}},
	[MEANING_TESTED] = {"tested", "已检验", {ROLE_TESTER}},
	[MEANING_REVIEWED] = {"reviewed", "审核通过", {ROLE_REVIEWER}},
	[MEANING_REJECTED] = {"rejected", "审核不通过", {ROLE_REVIEWER}},
	[MEANING_APPROVED] = {"approved", "批准", {ROLE_SIGNATORY}},
	[MEANING_SAMPLED] = {"sampled", "已抽样", {ROLE_SAMPLER}},
	[MEANING_WITNESSED] = {"witnessed", "在场见证", {ROLE_WITNESS}},
	[MEANING_REFUSED] = {"refused to sign", "拒绝签字", {ROLE_SAMPLER, ROLE_TESTER}},
	[MEANING_VOIDED] = {"voided", "作废", {ROLE_REVIEWER, ROLE_SIGNATORY}},
};

enum { MEANING_COUNT = sizeof(MEANINGS) / sizeof(MEANINGS[0]), SAMPLERS = 2 };

const char *meaning_name(enum meaning meaning)
{
	return MEANINGS[meaning].name;
}

const char *meaning_title(enum meaning meaning)
{
	return MEANINGS[meaning].title;
}

enum meaning meaning_find(const char *name)
{
	for (int i = 1; i < MEANING_COUNT; i++)
		if (name && !strcmp(MEANINGS[i].name, name))
			return (enum meaning)i;
	return 0;
}

/* How many of the first `count` signatures mean this. */
static size_t count_of(const struct jws *record, size_t count, enum meaning meaning)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += meaning_find(jws_act(record, i).meaning) == meaning;
	return found;
}

/* Has this person signed so among the first `count`? */
static bool has_signed(const struct roster *roster, const struct jws *record, size_t count,
		       enum meaning meaning, const struct holder *holder)
{
	for (size_t i = 0; i < count; i++) {
		const struct holder *signer = roster_find(roster, jws_key_id(record, i));

		if (meaning_find(jws_act(record, i).meaning) == meaning && signer &&
		    !strcmp(signer->person, holder->person))
			return true;
	}
	return false;
}

/* A bench signs first, and beside its first key may have one of the other kind. */
static bool may_measure(const struct roster *roster, const struct jws *record, size_t count,
			enum meaning meaning, const struct holder *holder)
{
	for (size_t i = 0; i < count; i++) {
		const struct holder *signer = roster_find(roster, jws_key_id(record, i));

		if (meaning_find(jws_act(record, i).meaning) != meaning || !signer ||
		    strcmp(signer->person, holder->person) != 0 ||
		    key_kind(signer->key) == key_kind(holder->key))
			return false;
	}
	return true;
}

static int refuse(const struct holder *holder, const char *why, struct error *err)
{
	return error_set(err, ERROR_REFUSED, "%s (%s) cannot sign this record: %s", holder->name,
			 holder->person, why);
}

/* The sentence why not, or NULL. */
static const char *out_of_turn(const struct roster *roster, const struct jws *record, size_t count,
			       enum meaning meaning, const struct holder *holder)
{
	bool is_measured = count_of(record, count, MEANING_MEASURED) +
				   count_of(record, count, MEANING_RECORDED) >
			   0;
	bool is_tested = count_of(record, count, MEANING_TESTED) > 0;
	bool is_reviewed = count_of(record, count, MEANING_REVIEWED) > 0;

	if (meaning == MEANING_MEASURED || meaning == MEANING_RECORDED)
		return may_measure(roster, record, count, meaning, holder)
			       ? NULL
			       : "the bench signs first, once with each kind of key, before "
				 "anybody can edit";
	if (!is_measured)
		return "the bench has not signed it";
	if (count_of(record, count, MEANING_VOIDED) > 0)
		return "it was voided";
	if (meaning == MEANING_VOIDED)
		return has_signed(roster, record, count, MEANING_TESTED, holder)
			       ? "who tests does not void"
			       : NULL;
	if (count_of(record, count, MEANING_REJECTED) > 0)
		return "a reviewer has rejected it; what is wrong is corrected by an event of its "
		       "own";
	if (meaning == MEANING_SAMPLED)
		return count_of(record, count, meaning) >= SAMPLERS ? "two samplers have signed it"
		       : has_signed(roster, record, count, meaning, holder)
			       ? "the second sampler is another person"
			       : NULL;
	if (count_of(record, count, meaning) > 0)
		return "it was signed so before";
	if ((meaning == MEANING_WITNESSED && count_of(record, count, MEANING_REFUSED) > 0) ||
	    (meaning == MEANING_REFUSED && count_of(record, count, MEANING_WITNESSED) > 0))
		return "the witness has signed, or has refused to";
	if (meaning == MEANING_REVIEWED || meaning == MEANING_REJECTED) {
		if (!is_tested)
			return "the tester has not signed it yet";
		if (is_reviewed)
			return "it was reviewed before";
		if (has_signed(roster, record, count, MEANING_TESTED, holder))
			return "who tests does not review";
	}
	if (meaning == MEANING_APPROVED && !is_reviewed)
		return "nobody has reviewed it yet";
	return NULL;
}

int signing_check(const struct roster *roster, const struct jws *record, size_t count,
		  const struct signing *signing, struct error *err)
{
	const struct holder *holder;
	const char *why;

	if (signing->role != MEANINGS[signing->meaning].roles[0] &&
	    signing->role != MEANINGS[signing->meaning].roles[1])
		return error_set(err, ERROR_REFUSED, "as %s nobody signs '%s'",
				 role_name(signing->role), meaning_name(signing->meaning));
	holder = roster_allows(roster, signing->key_id, signing->role, signing->item,
			       signing->at_ms, err);
	if (!holder)
		return -1;
	why = out_of_turn(roster, record, count, signing->meaning, holder);
	return why ? refuse(holder, why, err) : 0;
}

int signing_says(const struct jws *record, size_t index, struct error *err)
{
	enum meaning meaning = meaning_find(jws_act(record, index).meaning);
	const char *why = value_get_text(jws_header(record, index), "why");

	if (meaning == MEANING_VOIDED && (!why || !why[0]))
		return error_set(err, ERROR_USAGE, "it does not say why (in its header)");
	return 0;
}

/* ---- all of them ---- */

int signing_is_of(const struct jws_act *act, const struct holder *holder, struct error *err)
{
	if (act->person && !strcmp(act->person, holder->person))
		return 0;
	return error_set(err, ERROR_REFUSED, "it is said to be of %.40s, and the key is of %s",
			 act->person ? act->person : "nobody", holder->person);
}

static int verify_one(const struct roster *roster, const struct jws *record, size_t index,
		      const char *item, struct error *err)
{
	struct jws_act act = jws_act(record, index);
	struct signing signing = {.role = role_find(act.role),
				  .meaning = meaning_find(act.meaning),
				  .key_id = jws_key_id(record, index),
				  .item = item};
	const struct holder *holder = roster_find(roster, signing.key_id);
	struct wall_time time;

	if (!signing.role || !signing.meaning || !act.time)
		return error_set(err, ERROR_REFUSED,
				 "it does not say as what, with which meaning and when");
	if (!holder)
		return error_set(err, ERROR_REFUSED,
				 "key %.43s is nobody's whom an administrator has enrolled",
				 signing.key_id ? signing.key_id : "(none)");
	if (wall_time_parse(&time, act.time, err) < 0 ||
	    jws_verify(record, index, holder->key, err) < 0)
		return -1;
	if (signing.role != ROLE_BENCH && signing.role != ROLE_SIMULATION &&
	    signing_is_of(&act, holder, err) < 0)
		return -1;
	signing.at_ms = time.ms;
	if (signing_says(record, index, err) < 0)
		return -1;
	return signing_check(roster, record, index, &signing, err);
}

int signing_verify(const struct roster *roster, const struct jws *record, const char *item,
		   size_t *bad, struct error *err)
{
	size_t count = jws_count(record);

	for (*bad = 0; *bad < count; (*bad)++)
		if (verify_one(roster, record, *bad, item, err) < 0)
			return error_context(err, "signature %zu of %zu", *bad + 1, count);
	if (count == 0)
		return error_set(err, ERROR_REFUSED, "nobody has signed it");
	return 0;
}
