/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which order a record is signed, and by whom: the bench at the end of the test, before anybody can edit, with its
 * second key too where it has one of another kind; then the tester; a reviewer who is not the tester, or who rejects; the authorised signatory for what was reviewed. Beside
 * them, where a sample was taken, two samplers and the witness of the inspected party; where the witness will not sign,
 * a sampler or the tester signs that he refused.
 *
 * (ISO/IEC 17025 7.5.1 and 7.8.2.1 o; 21 CFR 11.50: each signature has a name, a time and a meaning.)
 */
#ifndef DAVY_RECORD_SIGNING_H
#define DAVY_RECORD_SIGNING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "record/jws.h"
#include "record/roster.h"

enum meaning {
	MEANING_MEASURED = 1, /* bench, or its key of simulations */
	MEANING_RECORDED,     /* bench: it was told so */
	MEANING_TESTED,	      /* tester */
	MEANING_REVIEWED,     /* reviewer */
	MEANING_REJECTED, /* reviewer: it goes no further; a corrective event follows, never an edit */
	MEANING_APPROVED,  /* signatory */
	MEANING_SAMPLED,   /* sampler */
	MEANING_WITNESSED, /* witness */
	MEANING_REFUSED,   /* sampler or tester: the witness would not sign */
	MEANING_VOIDED, /* reviewer or signatory, not the tester: it counts no more; its header says `why` */
};

const char *meaning_name(enum meaning meaning);	 /* "reviewed" */
const char *meaning_title(enum meaning meaning); /* "审核通过" */
enum meaning meaning_find(const char *name);	 /* 0: none of them */

struct signing {
	enum role role;
	enum meaning meaning;
	const char *key_id;
	const char *item; /* what is signed for: the id of a protocol, or NULL */
	int64_t at_ms;	  /* wall time of the signature */
};

/*
 * May this be the next signature of the record, after its first `count`? 0, or who may not, and why (ERROR_REFUSED).
 * Whether those signatures are good is not looked at.
 */
int signing_check(const struct roster *roster, const struct jws *record, size_t count,
		  const struct signing *signing, struct error *err);

/* Does the header of the signature at `index` say what its meaning asks for? */
int signing_says(const struct jws *record, size_t index, struct error *err);

/* Does the act name the person whose key it is? */
int signing_is_of(const struct jws_act *act, const struct holder *holder, struct error *err);

/*
 * Are all signatures of the record good, and was each in its turn? The sentence names the first that is not, whose
 * index is in `bad`; a signature whose kind of key is not known is not good.
 */
int signing_verify(const struct roster *roster, const struct jws *record, const char *item,
		   size_t *bad, struct error *err);

#endif
