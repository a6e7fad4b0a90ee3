/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may sign what: the keys of benches and persons, as the log has them. It is made by going through a log from its
 * first record, which introduces the bench's own keys, and taking each record of kind "key" in its turn. Whoever verifies
 * and knows the administrator's public key from elsewhere begins with it; else the log's first administrator is whoever
 * says so first (trust on first use), and every later one is made by a hand-over.
 *
 * The payload of what a record of keys carries, canonical JSON, signed by the administrator:
 *
 *   {"v":1,"what":"installs","jwk":{…},"from":"…"}            the first administrator, signed by this key itself
 *   {"v":1,"what":"enrols","jwk":{…},"person":"0017","name":"…","roles":["tester"],"items":["gas.*"],
 *    "from":"2026-03-01T00:00:00.000+08:00","to":"2027-03-01T00:00:00.000+08:00"}
 *   {"v":1,"what":"revokes","kid":"…","from":"…","why":"…"}
 *   {"v":1,"what":"hands_over","jwk":{…},"from":"…"}          the administrator's next key, signed by this one
 *
 * `person` is a staff number; what it stands for is in the laboratory's own roster, and no number of an identity
 * card is in any record. `items` are ids of protocols, "*" at the end for all that begin so; a bench's key has
 * role "bench" (or "simulation"), its bench's name as person, and no items; one that the log has introduced keeps its
 * right to sign whatever `to` says, since a bench whose paper ran out still measures. An administrator signs none but these records.
 *
 * Enrolling a person anew with another key is how keys change. A key is never enrolled twice.
 */
#ifndef DAVY_RECORD_ROSTER_H
#define DAVY_RECORD_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/jws.h"
#include "record/key.h"

enum role {
	ROLE_BENCH = 1,
	ROLE_TESTER,
	ROLE_REVIEWER,
	ROLE_SIGNATORY,
	ROLE_SAMPLER,
	ROLE_WITNESS,
	ROLE_ADMINISTRATOR,
	ROLE_SIMULATION, /* a bench, of what it did not measure */
};

const char *role_name(enum role role);	/* "tester" */
const char *role_title(enum role role); /* "主检" */
enum role role_find(const char *name);	/* 0: none of them */

struct roster;

/* Of one bench's log. `administrator` is a public half, which is copied; or NULL: the log says who it is. */
struct roster *roster_new(const struct key *administrator, struct error *err);
void roster_free(struct roster *roster); /* accepts NULL */

/* What the log's first record says (bench_log.h) of its bench and its keys. */
int roster_introduce(struct roster *roster, const struct value *says, struct error *err);
/* What a hand-over says (succession.h): the bench's last key signs nothing after it, which was recorded at this time. */
int roster_succeed(struct roster *roster, const struct value *says, int64_t at_ms,
		   struct error *err);
/*
 * Take the next record of type "key". Refused with a sentence, and nothing taken: one that the administrator has not
 * signed, an administrator beside the one there is, or one whose payload is not as above.
 */
int roster_take(struct roster *roster, const struct jws *record, struct error *err);

/* A key of the roster, borrowed until roster_free(). */
struct holder {
	const struct key *key;
	const char *person, *name;
};

/*
 * May the key of this id act as `role`, for `item` (the id of a protocol; NULL: for nothing in particular), at this
 * time? The holder of the key, or NULL and who lacks what, since when.
 */
const struct holder *roster_allows(const struct roster *roster, const char *id, enum role role,
				   const char *item, int64_t at_ms, struct error *err);
/* Whose key it is, whatever he may do; or NULL. */
const struct holder *roster_find(const struct roster *roster, const char *id);

/* Is there a person of this staff number who may sign anything at this time? 0, or why not. */
int roster_knows(const struct roster *roster, const char *person, int64_t at_ms, struct error *err);

/* Everybody: list of {"kid","kind","person","name","roles","items","from","to","revoked","why","introduced"}, each where it
 * is said; the caller frees it. */
struct value *roster_describe(const struct roster *roster);

/* What the next key of the administrator is signed by; borrowed. NULL: there is none yet. */
const struct key *roster_administrator(const struct roster *roster);

#endif
