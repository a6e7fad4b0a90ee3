/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a piece of equipment what it is said to be? What a person read and scanned on it (`read`), what snapshots of registers and
 * this bench's own records say (`facts`), and what the laboratory has laid down (`rules`) are held against each other. The
 * answer is no verdict: whether something is counterfeit an authority decides, and that nothing was found makes nothing genuine.
 *
 *   nothing_found 未发现异常   mismatch 信息不符   suspected 存疑(疑似假冒)   cannot_verify 无法核验
 *
 * Pure: the same of the three gives the same findings, which is how a record of them is proved (identification.h).
 *
 * read    {"class":"…","nameplate":{"ma","serial","model","maker","made","life"},"tag":{"uid","text","ma","serial","model",
 *         "maker","made"},"code":{"text","ma",…},"document":{"ma",…},"seal":{"state":"intact","number"},"mass":"2.11 kg",
 *         "nominal":"2.09 .. 2.11 kg","arrived":"2026-10-02","photos":2,"without":["tag","life"],
 *         "readers":{"tag":"yrm100 on /dev/ttyUSB0: M100 26dBm V1.0","code"}}: texts, all of which may be missing;
 *         `without` is what the equipment has not got, as the person says, `readers` by which device its tag and
 *         code were read, where no person typed them. Days as snapshot_day() writes them.
 * facts   {"today":"2026-11-27","marks":SNAPSHOT,"prohibited":SNAPSHOT,"seen":[{"tag","number","serial","at","where","record"}]};
 *         SNAPSHOT is {"as_of","scope","source","sha256","record","rows":[…]}, `rows` those about this number, or this model. What was seen is
 *         of the same tag, or the same number and serial number.
 * rules   {"snapshotDays":30,"arrivalMonths":4}: how old a snapshot may be, and how long after it was made equipment may arrive;
 *         the second is missing where the laboratory has not said it
 */
#ifndef DAVY_RECORD_IDENTITY_H
#define DAVY_RECORD_IDENTITY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/* Which findings follow from what. Where that changes, so does the number, and what was weighed by another is not weighed again. */
enum { IDENTITY_METHOD = 1 };

/* In the order in which one outweighs the other. */
enum identity_outcome {
	IDENTITY_NOTHING_FOUND = 1,
	IDENTITY_CANNOT_VERIFY,
	IDENTITY_MISMATCH,
	IDENTITY_SUSPECTED
};

const char *identity_outcome_name(enum identity_outcome outcome);  /* "cannot_verify" */
const char *identity_outcome_title(enum identity_outcome outcome); /* "无法核验" */
enum identity_outcome identity_outcome_find(const char *name);	   /* 0: none of them */

/* Refused: a member that nothing is called, what is no text, a day, a mass or a range that is none. */
int identity_check_read(const struct value *read, struct error *err);

/*
 * {"outcome":"mismatch","findings":[{"check":"register","finding":"maker_differs","outcome":"mismatch","read":"…","known":"…"},…]},
 * which the caller frees; `read` and `known` stand where there are two things to compare. `read` was checked.
 */
struct value *identity_assess(const struct value *read, const struct value *facts,
			      const struct value *rules);

/* Is it one tag, however its reader writes its number: "E200 3412", "e2:00:34:12"? Never of no number. */
bool identity_same_tag(const char *a, const char *b);
/* Append the number of a tag as it is compared. */
void identity_fold_tag(struct buf *out, const char *uid);

/* A finding in both languages, or NULL where nothing is called so. */
struct identity_sentence {
	const char *english, *chinese;
};
const struct identity_sentence *identity_sentence(const char *finding);

#endif
