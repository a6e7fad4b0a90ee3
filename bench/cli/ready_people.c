/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: who signs. A person's authorisation that has run out counts as long as no later one of his holds and nobody
 * has revoked it, since an old one that nobody renewed looks like that, too.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/passphrase.h"
#include "cli/ready_parts.h"
#include "record/laboratory.h"
#include "record/wall_time.h"

static const struct {
	struct words enrolled, introduced, vouch, revoked, no_key, rotate, nobody, install, holds,
		ends, begins, renew, unknown, enrol, no_tester, not_of_these, no_second, second,
		own, not_own, closed;
} TEXTS = {
	.enrolled = {"%.12s of bench %s, vouched for", "检验台 %2$s 密钥 %1$.12s,已由管理员确认"},
	.introduced = {"%.12s of bench %s, not vouched for",
		       "检验台 %2$s 密钥 %1$.12s,未经管理员确认"},
	.vouch = {"davy keys enrol %s --roles bench", "davy keys enrol %s --roles bench"},
	.revoked = {"%.12s of bench %s, revoked", "检验台 %2$s 密钥 %1$.12s,已撤销"},
	.no_key = {"the log names no key of this bench yet", "记录中尚无本台密钥"},
	.rotate = {"davy keys rotate", "davy keys rotate"},
	.nobody = {"nobody is enrolled", "未登记人员"},
	.install = {"davy keys init, davy keys enrol", "davy keys init、davy keys enrol"},
	.holds = {"%s %s", "%s %s"},
	.ends = {"%s (%s) may sign until %s", "%s(%s)授权有效期至 %s"},
	.renew = {"renew or revoke it: davy keys", "请续期或撤销:davy keys"},
	.begins = {"%s (%s) may sign only from %s on", "%s(%s)自 %s 起方可签名"},
	.unknown = {"%s has no authorisation", "%s 没有授权"},
	.enrol = {"davy keys enrol", "davy keys enrol"},
	.no_tester = {"nobody may sign as tester", "无人可作为主检签名"},
	.not_of_these = {"nobody may sign these protocols as tester",
			 "无人可作为主检为所列检验程序签名"},
	.no_second = {"no second signature, by SM2", "SM2 第二签名尚不可用"},
	.second = {"davy keys enrol … bench-sm2.pem.public",
		   "davy keys enrol … bench-sm2.pem.public"},
	.own = {"%s opens: %s (%s)", "%s 可打开:%s(%s)"},
	.not_own = {"%s opens, and is nobody's whose authorisation holds until then",
		    "%s 可打开,但其持有人届时无有效授权"},
	.closed = {"another key, or its passphrase", "请更换密钥文件或核对口令"},
};

/* ---- the bench ---- */

static bool has_role(const struct value *one, enum role role)
{
	const struct value *roles = value_get(one, "roles");

	for (size_t i = 0; i < value_count(roles); i++)
		if (!strcmp(value_at(roles, i)->text, role_name(role)))
			return true;
	return false;
}

static bool is_of_person(const struct value *one)
{
	return !has_role(one, ROLE_BENCH) && !has_role(one, ROLE_SIMULATION);
}

static int64_t time_of(const struct value *one, const char *name, int64_t otherwise)
{
	const char *text = value_get_text(one, name);
	struct wall_time time;
	struct error ignored;

	return text && wall_time_parse(&time, text, &ignored) == 0 ? time.ms : otherwise;
}

static bool is_unknown(const struct ready *ready, struct ready_finding *finding)
{
	if (!ready->roster && !ready_is_unregistered(ready, finding))
		ready_unseen(finding, ready->roster_why.text);
	return !ready->roster;
}

/* It signs events, too, once it is enrolled (record/second_signature.h). */
static void look_at_second(const struct ready *ready, struct ready_finding *finding,
			   const struct value *all)
{
	bool wants = false, has = false;
	struct error why;

	if (laboratory_wants_sm2(ready->state, &wants, &why) < 0)
		ready_unseen(finding, why.text);
	for (size_t i = 0; i < value_count(all); i++)
		has |= has_role(value_at(all, i), ROLE_BENCH) &&
		       !strcmp(listed_text(value_at(all, i), "kind"), key_kind_name(KEY_SM2)) &&
		       !value_get(value_at(all, i), "revoked");
	if (wants && !has)
		ready_find(finding, READY_LOOK, xstrdup(say(TEXTS.no_second)), say(TEXTS.second));
}

/* The key with which it signs what it measures: the log's last one, since each hands over to the next. */
void ready_bench_key(const struct ready *ready, struct ready_finding *finding)
{
	struct value *all;
	const struct value *last = NULL;
	const char *kid, *bench = "";
	char *vouch;

	if (is_unknown(ready, finding))
		return;
	all = roster_describe(ready->roster);
	for (size_t i = 0; i < value_count(all); i++) {
		const struct value *one = value_at(all, i);
		bool is_own = has_role(one, ROLE_BENCH) &&
			      (!last || !strcmp(listed_text(one, "person"), bench));

		if (is_own && strcmp(listed_text(one, "kind"), key_kind_name(KEY_SM2)) != 0) {
			last = one;
			bench = listed_text(one, "person");
		}
	}
	kid = listed_text(last, "kid");
	vouch = xprintf(say(TEXTS.vouch), bench);
	if (!last)
		ready_find(finding, READY_LOOK, xstrdup(say(TEXTS.no_key)), NULL);
	else if (value_get(last, "revoked"))
		ready_find(finding, READY_NO, xprintf(say(TEXTS.revoked), kid, bench),
			   say(TEXTS.rotate));
	else if (value_get_bool(last, "introduced"))
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.introduced), kid, bench), vouch);
	else
		ready_find(finding, READY_YES, xprintf(say(TEXTS.enrolled), kid, bench), NULL);
	look_at_second(ready, finding, all);
	free(vouch);
	value_free(all);
}

/* ---- persons ---- */

static bool holds(const struct ready *ready, const struct value *one)
{
	return time_of(one, "from", INT64_MAX) <= ready->until_ms &&
	       time_of(one, "to", INT64_MIN) >= ready->until_ms &&
	       time_of(one, "revoked", INT64_MAX) > ready->until_ms;
}

/* Is he one of those who go, where they were named? */
static bool goes(const struct ready *ready, const char *person)
{
	size_t size = strlen(person);

	for (const char *at = ready->by; at && *at; at += *at == ',') {
		size_t span = strcspn(at, ",");

		if (span == size && !strncmp(at, person, size))
			return true;
		at += span;
	}
	return !ready->by;
}

/* … until the end, and for each protocol that was named. */
static bool may_act(const struct ready *ready, const struct value *one, enum role role)
{
	const char *kid = listed_text(one, "kid");
	size_t protocols = ready->protocol_count;
	struct error ignored;

	if (!is_of_person(one) || !goes(ready, listed_text(one, "person")))
		return false;
	for (size_t i = 0; i < protocols || i == 0; i++) {
		const char *item = protocols ? value_get_text(ready->protocol[i].data, "id") : NULL;

		/* a day's last moment is that at which it ends */
		if (!roster_allows(ready->roster, kid, role, item, ready->until_ms - 1, &ignored))
			return false;
	}
	return true;
}

/* His enrolment that holds to the end, else the last that nobody has revoked; NULL: he has none. */
static const struct value *enrolment_of(const struct ready *ready, const struct value *all,
					const char *person)
{
	const struct value *best = NULL;

	for (size_t i = 0; i < value_count(all); i++) {
		const struct value *one = value_at(all, i);

		if (!is_of_person(one) || strcmp(listed_text(one, "person"), person) != 0)
			continue;
		if (holds(ready, one))
			return one;
		if (!value_get(one, "revoked"))
			best = one;
	}
	return best;
}

/* Has an earlier one of these the same person, as good? */
static bool is_again(const struct ready *ready, const struct value *all, size_t index,
		     enum role role)
{
	const char *person = listed_text(value_at(all, index), "person");

	for (size_t i = 0; i < index; i++)
		if (may_act(ready, value_at(all, i), role) &&
		    !strcmp(listed_text(value_at(all, i), "person"), person))
			return true;
	return false;
}

/* Who may act as this role until the end, each once: "0017 0031". */
static void join_persons(const struct ready *ready, const struct value *all, enum role role,
			 struct buf *persons)
{
	for (size_t i = 0; i < value_count(all); i++)
		if (may_act(ready, value_at(all, i), role) && !is_again(ready, all, i, role))
			buf_printf(persons, "%s%s", persons->size ? " " : "",
				   listed_text(value_at(all, i), "person"));
}

static void find_roles(const struct ready *ready, struct ready_finding *finding,
		       const struct value *all)
{
	for (enum role role = ROLE_TESTER; role <= ROLE_WITNESS; role++) {
		const char *name = say((struct words){role_name(role), role_title(role)});
		struct buf persons;

		buf_init(&persons);
		join_persons(ready, all, role, &persons);
		if (persons.size)
			ready_find(finding, READY_YES,
				   xprintf(say(TEXTS.holds), name, persons.data), NULL);
		else if (role == ROLE_TESTER)
			ready_find(finding, READY_LOOK,
				   xstrdup(say(ready->protocol_count ? TEXTS.not_of_these
								     : TEXTS.no_tester)),
				   say(TEXTS.enrol));
		buf_done(&persons);
	}
}

static void look_at_person(const struct ready *ready, struct ready_finding *finding,
			   const struct value *all, const char *person)
{
	/* who was named goes; of the others nobody knows */
	enum ready_mark mark = ready->by ? READY_NO : READY_LOOK;
	const struct value *one = enrolment_of(ready, all, person);
	char day[LISTED_DAY_SIZE];

	if (one && !holds(ready, one)) {
		bool begins = time_of(one, "from", INT64_MAX) > ready->until_ms;

		listed_day(value_get_text(one, begins ? "from" : "to"), day);
		ready_find(finding, mark,
			   xprintf(say(begins ? TEXTS.begins : TEXTS.ends),
				   listed_text(one, "name"), person, day),
			   say(TEXTS.renew));
	} else if (!one && ready->by) {
		ready_find(finding, mark, xprintf(say(TEXTS.unknown), person), say(TEXTS.enrol));
	}
}

static void look_at_named(const struct ready *ready, struct ready_finding *finding,
			  const struct value *all)
{
	char *names = xstrdup(ready->by), *rest = NULL;

	for (char *one = strtok_r(names, ",", &rest); one; one = strtok_r(NULL, ",", &rest))
		look_at_person(ready, finding, all, one);
	free(names);
}

void ready_people(const struct ready *ready, struct ready_finding *finding)
{
	struct value *all;
	bool has_people = false;

	if (is_unknown(ready, finding) || ready_is_undated(ready, finding))
		return;
	all = roster_describe(ready->roster);
	for (size_t i = 0; i < value_count(all); i++)
		has_people |= is_of_person(value_at(all, i));
	if (ready->by)
		look_at_named(ready, finding, all);
	for (size_t i = 0; i < value_count(all) && !ready->by; i++)
		if (is_of_person(value_at(all, i)))
			look_at_person(ready, finding, all,
				       listed_text(value_at(all, i), "person"));
	if (has_people)
		find_roles(ready, finding, all);
	else
		ready_find(finding, READY_LOOK, xstrdup(say(TEXTS.nobody)), say(TEXTS.install));
	value_free(all);
}

/* ---- a person's own key ---- */

void ready_own_key(const struct ready *ready, struct ready_finding *finding)
{
	const struct value *found = NULL;
	struct value *all;
	struct error why;
	struct key *key;

	if (!ready->key || is_unknown(ready, finding) || ready_is_undated(ready, finding))
		return;
	key = passphrase_key(ready->key, ready->word, &why);
	if (!key) {
		ready_find(finding, READY_NO, xstrdup(why.text), say(TEXTS.closed));
		return;
	}
	all = roster_describe(ready->roster);
	for (size_t i = 0; i < value_count(all); i++) {
		const struct value *one = value_at(all, i);

		if (!strcmp(listed_text(one, "kid"), key_id(key)) && is_of_person(one) &&
		    holds(ready, one))
			found = one;
	}
	if (found)
		ready_find(finding, READY_YES,
			   xprintf(say(TEXTS.own), ready->key, listed_text(found, "name"),
				   listed_text(found, "person")),
			   NULL);
	else
		ready_find(finding, READY_NO, xprintf(say(TEXTS.not_own), ready->key),
			   say(TEXTS.enrol));
	key_free(key);
	value_free(all);
}
