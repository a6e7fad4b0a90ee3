/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the records in a store say of people, for whoever adds one: the roster as it is now, and an event with all that
 * have signed it since. What is read is found by the store's index, and is what the log itself says.
 */
#ifndef DAVY_RECORD_LOG_PEOPLE_H
#define DAVY_RECORD_LOG_PEOPLE_H

#include <stdint.h>

#include "base/error.h"
#include "record/roster.h"
#include "record/store.h"
#include "record/store_entry.h"

/* The subject of every record of keys: what a subject is stands in the record. */
#define LOG_PEOPLE_KEYS "\"kind\":\"key\""

/* The roster that the log makes; the caller frees it. */
struct roster *log_people_roster(struct store *store, struct error *err);
/* The event of this number with all its signatures. Refused: what is no event. */
int log_people_event(struct store *store, uint64_t seq, struct store_entry *event,
		     struct error *err);

#endif
