/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command may have recorded: a request, as the controller gets it, becomes the content of a record or is refused
 * with a sentence. The bench signs that it was told so, not that it is true: who vouches for it signs it, too. Nothing
 * is admitted that whoever verifies the log would refuse, and the time that counts is the bench's own.
 *
 *   {"kind":"event","step":"receiving","equipment":["https://…"],"members":{…},"says":{…}}
 *        `members` are members of EPCIS (sourceList, ilmd …), `says` becomes mse:says. What ends a life
 *        has rules of its own (disposal.h)
 *   {"kind":"identification","read":{…}}
 *        what was read on equipment, which becomes an event with what follows from it (identification.h)
 *   {"kind":"snapshot","says":{…},"path":"…"}
 *        a snapshot of what others keep (snapshot.h)
 *   {"kind":"job-order","says":{…}}
 *        what is to be tested for whom (job_order.h)
 *   {"kind":"clock","wall":"2026-03-02T10:31:22+08:00","source":"GPS receiver 12","persons":["0017","0009"]}
 *        what two persons say what time it is, where the machine does not know; enrolled ones, where there is an
 *        administrator
 *   {"kind":"key","jws":{…}}
 *        what an administrator has signed (roster.h)
 *   {"kind":"declaration","of":"urn:uuid:…","seq":412,"jws":{…}}
 *        that an event is wrong, or did not occur (declaration.h)
 *   {"kind":"signature","of":"urn:uuid:…","seq":412,"signature":{…}}
 *        a further signature under an event (cosign.h)
 */
#ifndef DAVY_RECORD_ADMISSION_H
#define DAVY_RECORD_ADMISSION_H

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"

struct admitted {
	const char *kind;
	struct value *says;
	int64_t wall_at_boot_ms; /* of "clock": what it was when the machine started; else 0 */
	const char
		*subjects[STORE_SUBJECTS + 1]; /* ended by NULL; they live in `says`, or for good */
};

/*
 * What was admitted is appended next, and nothing between: of keys the log's roster has it already.
 */
int admit(struct bench_log *log, const struct value *request, const struct moment *now,
	  struct admitted *admitted, struct error *err);
void admitted_done(struct admitted *admitted);

#endif
