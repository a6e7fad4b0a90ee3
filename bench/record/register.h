/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register: what a laboratory has entered about the things that its results rest on. Each entry is a record of the
 * bench's log (entry.h) that the bench signs as told so; nothing in it is changed, and a later entry about the same thing
 * stands in the place of the earlier ones, which stay.
 *
 * A request (admission.h) is {"kind":"calibration","says":{…},"path":"/…/certificate.pdf"}; the members of `says` are texts,
 * written as the certificate has them, and no others than these:
 *
 *   calibration     needed: instrument, unit, expanded, k, certificate, due; besides: quantity, value, serial, maker,
 *                   laboratory, gbw, lot, remaining, check_standard (whose repeatability is the
 *                   instrument's), by, note
 *
 *   check-standard  needed: standard, value, unit; besides: instrument, by, note
 *
 * `path`, which may be missing, is a file that the record rests on: it is kept (kept_file.h), and the record has it in
 * `file`: {"name":"certificate.pdf","sha256":"…","size":…}.
 */
#ifndef DAVY_RECORD_REGISTER_H
#define DAVY_RECORD_REGISTER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "record/admission.h"
#include "record/bench_log.h"

#define ENTRY_CHECK "check-standard" /* a value measured on a check standard */
/* By which the records of a kind are found. */
#define REGISTER_SUBJECT(kind) "register:" kind
enum { REGISTER_TEXT_MOST = 300 }; /* bytes of one text */

int admit_calibration(struct bench_log *log, const struct value *request, const struct moment *now,
		      struct admitted *admitted, struct error *err);
int admit_check(struct bench_log *log, const struct value *request, const struct moment *now,
		struct admitted *admitted, struct error *err);

/* Members of `says`, ended by a NULL name: each is a text of one line. */
struct register_member {
	const char *name;
	bool needed;
};

/* Has it these members, all that are needed and no others? `lists` are what else it may have, or NULL. */
int register_check_members(const struct register_member *members, const char *const *lists,
			   const struct value *says, struct error *err);
/* Where people are enrolled, is `by` one of them at this time? Where nobody is, everybody may. */
int register_check_person(struct bench_log *log, const struct value *says, const struct moment *now,
			  struct error *err);
/* Take `says`, with the file that the request names, into what is admitted. After the check. */
int register_take(struct bench_log *log, const struct value *request, struct admitted *admitted,
		  struct error *err);

/*
 * All records of a kind, in their order: a list of {"seq":…,"id":"…","at":"…","says":{…}}, which the caller frees; `at` is
 * the wall time of the record.
 */
struct value *register_list(struct bench_log *log, const char *kind, struct error *err);
/* Of them the last about each `member` of what they say, in the order in which each was first made. */
struct value *register_last_of_each(struct bench_log *log, const char *kind, const char *member,
				    struct error *err);

#endif
