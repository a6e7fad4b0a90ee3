/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receiver's side of a bag (run/bundle.h): at a laboratory, or wherever records are kept besides, without a bench and
 * without a network. In its folder:
 *
 *   bags/NAME/                    each bag as it came, once, proved from these bytes and not from the stick's
 *   records/UUID.json             each record's text once, by its id, in however many bags it comes
 *   receipts/NAME-KEY/            the statements about it (record/received.h), as a bag: data/receipts/001.json …
 *
 * KEY being the beginning of the key's id. The receipts are copied beside the bag on the stick, as receipts-NAME-KEY. Whatever
 * is cut off is taken up again by doing the same once more: what is there is not made a second time, and says the same.
 */
#ifndef DAVY_RUN_RECEIVING_H
#define DAVY_RUN_RECEIVING_H

#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/key.h"

#define RECEIPTS_PREFIX "receipts-" /* of a bag of receipts on a stick */

struct receiving_wish {
	const char *bag;  /* on the stick */
	const char *into; /* the receiver's folder, which is made */
	const char *by;	  /* who receives: a name for people */
	const char *at;	  /* when (wall_time.h) */
	const char *
		administrator; /* file of the public key that must have vouched for the bench; or NULL */
	int64_t keep_days; /* undertakes to keep it so long; 0: says nothing of it */
	const struct key *key;
};

/*
 * {"bag","folder","receipts","records","repeated","journals","again"}: how many records it has, how many of them were here in
 * another bag, how many runs' journals, and whether this very bag was here. The caller frees it. A bag that does not prove
 * itself gets no receipts, and its first bad file or record is named (ERROR_REFUSED); so does one that has a record under an id that
 * another record is here by.
 */
struct value *receiving(const struct receiving_wish *wish, struct error *err);

#endif
