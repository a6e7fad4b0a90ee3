/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approvals: that a file, of this name and these bytes, may be used for runs whose results go into a certificate. Protocols,
 * fixtures, drivers and limit sets are approved alike, by what they are and not by where they lie.
 *
 * A file is approved when a reviewer has reviewed it and a signatory has approved it, who is another person: the two roles
 * in which documents of a laboratory are controlled anyway (审核, 批准), so that there is no third one to be administered.
 * Each signs a JWS of its own, whose payload is canonical JSON,
 *
 *   {"v":1,"what":"approves","name":"scripts/gas/bump.lua","sha256":"…","from":"2026-03-01T00:00:00.000+08:00"}
 *
 * and a request (admission.h) is {"kind":"approval","jws":{…}}. An authorisation's items are ids of protocols and say
 * nothing of files: both need their role alone. The first time at which both hold is that of the later `from`.
 */
#ifndef DAVY_RECORD_APPROVAL_H
#define DAVY_RECORD_APPROVAL_H

#include "record/admission.h"
#include "record/jws.h"
#include "record/roster.h"
#include "record/wall_time.h"

struct approval {
	const char *name, *sha256; /* of the file, in hexadecimal */
	struct wall_time from, at; /* from when on it holds; when it is signed */
	enum role role;		   /* ROLE_REVIEWER or ROLE_SIGNATORY */
	const char *person;	   /* staff number */
};

/* Is the approval that a record `says` good: signed by somebody who may, as the roster has him there, at its time? */
int approval_verify(const struct value *says, const struct roster *roster,
		    const struct wall_time *at, struct error *err);
/* What a person asks to have recorded; the caller frees it. */
struct value *approval_request(const struct approval *approval, const struct key *key,
			       struct error *err);
int admit_approval(struct bench_log *log, const struct value *request, const struct moment *now,
		   struct admitted *admitted, struct error *err);

/* All of them, in their order: list of {"seq","name","sha256","from","role","person"}; the caller frees it. */
struct value *approval_list(struct bench_log *log, struct error *err);
/* May the file with this digest be used at this time? 0, or who has not signed (ERROR_REFUSED); `name` begins the sentence. */
int approval_check(const struct value *approvals, const char *name, const char *sha256,
		   int64_t at_ms, struct error *err);

#endif
