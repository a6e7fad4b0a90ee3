/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An approval is judged when it is asked for, and whenever the log is verified, by the roster as it is at that place: a
 * person who leaves does not take back what he approved.
 */
#include "record/approval.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "record/canonical.h"
#include "record/cosign.h"
#include "record/register.h"
#include "record/roster_log.h"
#include "record/signing.h"

enum { APPROVAL_VERSION = 1 };

static const char WHAT[] = "approves";

static enum meaning meaning_of(enum role role)
{
	return role == ROLE_REVIEWER	? MEANING_REVIEWED
	       : role == ROLE_SIGNATORY ? MEANING_APPROVED
					: 0;
}

/* ---- what is signed ---- */

/* {"v","what","name","sha256","from"}, which the caller frees. */
static struct value *read_payload(const struct jws *jws, struct error *err)
{
	size_t size;
	const char *payload = jws_payload(jws, &size);
	struct value *says = canonical_parse(payload, size, "an approval", err);
	const char *what = value_get_text(says, "what"), *name = value_get_text(says, "name");
	const char *from = value_get_text(says, "from");
	uint8_t digest[HASH_SIZE];
	struct wall_time ignored;

	if (!says)
		return NULL;
	if (value_count(says) == 5 && value_get_int(says, "v", 0) == APPROVAL_VERSION && what &&
	    !strcmp(what, WHAT) && name && *name && strlen(name) <= REGISTER_TEXT_MOST &&
	    hash_from_hex(value_get_text(says, "sha256"), digest) && from &&
	    wall_time_parse(&ignored, from, err) == 0)
		return says;
	value_free(says);
	error_set(err, ERROR_USAGE,
		  "an approval says v, what, the name of a file, its sha256 and from when on");
	return NULL;
}

struct value *approval_request(const struct approval *approval, const struct key *key,
			       struct error *err)
{
	struct value *says = value_map(), *request = NULL, *member = NULL;
	char from[WALL_TIME_SIZE], at[WALL_TIME_SIZE];
	struct jws *jws = NULL;
	struct buf payload;

	wall_time_write(&approval->from, from);
	wall_time_write(&approval->at, at);
	value_set_int(says, "v", APPROVAL_VERSION);
	value_set_text(says, "what", WHAT);
	value_set_text(says, "name", approval->name);
	value_set_text(says, "sha256", approval->sha256);
	value_set_text(says, "from", from);
	buf_init(&payload);
	if (canonical_write(&payload, says, approval->name, err) == 0) {
		jws = jws_new(payload.data, payload.size);
		if (jws_sign(jws, key,
			     &(struct jws_act){.role = role_name(approval->role),
					       .meaning = meaning_name(meaning_of(approval->role)),
					       .time = at,
					       .person = approval->person},
			     err) == 0)
			member = roster_log_member(jws, err);
	}
	if (member) {
		request = value_map();
		value_set_text(request, "kind", ENTRY_APPROVAL);
		value_set(request, "jws", member);
	}
	jws_free(jws);
	buf_done(&payload);
	value_free(says);
	return request;
}

/* ---- who signs it ---- */

static int check_signer(const struct jws *jws, const struct roster *roster,
			const struct wall_time *at, struct error *err)
{
	struct jws_act act = jws_count(jws) == 1 ? jws_act(jws, 0) : (struct jws_act){0};
	enum role role = role_find(act.role);
	const struct holder *holder;

	if (!act.time || !role || !meaning_of(role) ||
	    meaning_find(act.meaning) != meaning_of(role))
		return error_set(err, ERROR_USAGE,
				 "one person signs an approval, as reviewer who has reviewed the "
				 "file or as signatory who approves it");
	holder = roster_allows(roster, jws_key_id(jws, 0), role, NULL, at->ms, err);
	if (!holder)
		return -1;
	if (signing_is_of(&act, holder, err) < 0 || jws_verify(jws, 0, holder->key, err) < 0)
		return -1;
	return cosign_check_time(&act, at, err);
}

int approval_verify(const struct value *says, const struct roster *roster,
		    const struct wall_time *at, struct error *err)
{
	struct jws *jws = roster_log_read(value_get(says, "jws"), "an approval", err);
	struct value *approved = jws ? read_payload(jws, err) : NULL;
	int done = approved ? check_signer(jws, roster, at, err) : -1;

	value_free(approved);
	jws_free(jws);
	return done;
}

int admit_approval(struct bench_log *log, const struct value *request, const struct moment *now,
		   struct admitted *admitted, struct error *err)
{
	struct roster *roster = bench_log_roster(log, err);

	if (!roster || approval_verify(request, roster, &now->wall, err) < 0)
		return -1;
	admitted->says = value_map();
	value_set(admitted->says, "jws", value_copy(value_get(request, "jws")));
	admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_APPROVAL);
	return 0;
}

/* ---- what is approved ---- */

static int add_approval(struct value *list, const struct value *entry, struct error *err)
{
	struct jws *jws =
		roster_log_read(value_get(value_get(entry, "says"), "jws"), "an approval", err);
	struct value *says = jws ? read_payload(jws, err) : NULL, *one;
	int done = says ? 0 : -1;

	if (says) {
		one = value_add(list, value_map());
		value_set_int(one, "seq", value_get_int(entry, "seq", 0));
		value_set_text(one, "name", value_get_text(says, "name"));
		value_set_text(one, "sha256", value_get_text(says, "sha256"));
		value_set_text(one, "from", value_get_text(says, "from"));
		value_set_text(one, "role", jws_act(jws, 0).role);
		value_set_text(one, "person", jws_act(jws, 0).person);
	}
	value_free(says);
	jws_free(jws);
	return done;
}

struct value *approval_list(struct bench_log *log, struct error *err)
{
	struct value *entries = register_list(log, ENTRY_APPROVAL, err);
	struct value *list = entries ? value_list() : NULL;
	int done = 0;

	for (size_t i = 0; done == 0 && i < value_count(entries); i++)
		done = add_approval(list, value_at(entries, i), err);
	value_free(entries);
	if (done == 0)
		return list;
	value_free(list);
	return NULL;
}

/* The persons who have signed for these bytes in this role; NULL behind the last. `*next` begins at 0. */
static const char *signer(const struct value *approvals, enum role role, const char *sha256,
			  int64_t at_ms, size_t *next)
{
	while (*next < value_count(approvals)) {
		const struct value *one = value_at(approvals, (*next)++);
		struct wall_time from;
		struct error ignored;

		if (role_find(value_get_text(one, "role")) == role &&
		    !strcmp(value_get_text(one, "sha256"), sha256) &&
		    wall_time_parse(&from, value_get_text(one, "from"), &ignored) == 0 &&
		    from.ms <= at_ms)
			return value_get_text(one, "person");
	}
	return NULL;
}

int approval_check(const struct value *approvals, const char *name, const char *sha256,
		   int64_t at_ms, struct error *err)
{
	const char *reviewer, *signatory, *one_reviewer = NULL, *one_signatory = NULL;
	size_t r = 0;

	while ((reviewer = signer(approvals, ROLE_REVIEWER, sha256, at_ms, &r))) {
		size_t s = 0;

		one_reviewer = reviewer;
		while ((signatory = signer(approvals, ROLE_SIGNATORY, sha256, at_ms, &s)))
			if (strcmp(reviewer, signatory) != 0)
				return 0;
	}
	r = 0;
	one_signatory = signer(approvals, ROLE_SIGNATORY, sha256, at_ms, &r);
	return error_set(
		err, ERROR_REFUSED,
		"%s (SHA-256 %.12s…) is not approved: reviewed by %s, approved by %s; both "
		"are needed, from two persons, in force by now: davy approve",
		name, sha256, one_reviewer ? one_reviewer : "nobody",
		one_signatory ? one_signatory : "nobody");
}
