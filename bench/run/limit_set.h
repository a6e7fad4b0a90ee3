/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A laboratory's limit set, brought with --limits FILE:
 *
 *   { "limit_set": "name", "laboratory": "…", "grade": "lab" | "example",
 *     "limits": { "KEY": { "limit": "<= 20 s", "standard": "…", "clause": "…", "source": "…",
 *                          "edition": "…" }, … } }
 *
 * A key is "PROTOCOL_ID/KEY" or "KEY". An entry fills a protocol's gap; where the protocol has a
 * verbatim limit the entry replaces it and both are kept: a deviation.
 */
#ifndef DAVY_RUN_LIMIT_SET_H
#define DAVY_RUN_LIMIT_SET_H

#include "base/error.h"
#include "base/value.h"
#include "verdict/decision.h"
#include "verdict/limit.h"

struct limit_set;

struct limit_set *limit_set_parse(const char *text, size_t size, const char *where,
				  struct error *err);
void limit_set_free(struct limit_set *set); /* accepts NULL */
const char *limit_set_name(const struct limit_set *set);
enum grade limit_set_grade(const struct limit_set *set);
/* Nobody has approved it (control.h): its limits are shown and decide nothing. */
void limit_set_distrust(struct limit_set *set);

/*
 * Add to `warnings` a sentence for each limit that is this protocol's own ("PROTOCOL_ID/KEY") and whose
 * KEY is none of `keys` (a list of texts). One set serves many protocols, so a bare KEY is nobody's slip.
 */
void limit_set_warn(const struct limit_set *set, const char *protocol, const struct value *keys,
		    struct value *warnings);

/* One measure's limit as it is frozen in the journal before the runner starts. */
struct frozen_limit {
	bool known; /* false: a gap, nothing to judge by */
	struct limit limit;
	enum grade grade;
	char clause[64], source[256], edition[64], standard[96], key[64];
	bool deviates; /* the set replaced a verbatim limit: `original` says which */
	char original[96];
};

/*
 * From what the loader says of a measure's limit (bench/script/README.md) and the set (may be NULL).
 * A text without a grade is refused by name.
 */
int limit_freeze(struct frozen_limit *frozen, const struct value *from_loader, const char *protocol,
		 const struct limit_set *set, struct error *err);
/* "needs t90 from AQ 6203-2006, clause …": for an INCONCLUSIVE measure whose limit does not decide. */
void limit_need(const struct frozen_limit *frozen, char *text, size_t size);
struct value *limit_describe(const struct frozen_limit *frozen);

#endif
