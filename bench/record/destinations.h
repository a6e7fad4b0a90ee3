/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where records go: STATE/destinations.json, written by the laboratory and read anew whenever it was changed.
 *
 *   {"destinations":[{"name":"platform","kind":"epcis","url":"https://platform.example.cn/epcis",
 *     "ca":"/etc/davy/platform-ca.pem","certificate":"/etc/davy/bench.pem","key":"/etc/davy/bench.key",
 *     "from":1,"records":["event","declaration"],"simulated":false, …}]}
 *
 * One of kind "bag" is a folder on a stick (outbox_carry.h), and says whose receipts count:
 *
 *   {"name":"stick","kind":"bag","folder":"/media/davy","receivers":[{"name":"Laboratory 1","key":"/etc/davy/lab.public"}]}
 *
 * One of kind "mqtt" is sent no records at all (push/mqtt.h): it is shown live what goes on, and the outbox does not know it.
 *
 * Of each destination the log needs `name`, `kind`, and what it is sent: the kinds of records (`records`; else events and
 * declarations; receipts go nowhere), from which number on (`from`; else the first), and whether what was simulated goes there, too
 * (`simulated`; else not). All else is for the kind of destination (bench/push). Keys and tokens are named by their
 * files, and stand nowhere else.
 */
#ifndef DAVY_RECORD_DESTINATIONS_H
#define DAVY_RECORD_DESTINATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"

/* The path of that file; the caller frees it. */
char *destinations_path(const char *state);
/* A list of such maps, empty where there is no such file; the caller frees it. NULL where the file is none. */
struct value *destinations_read(const char *state, struct error *err);
/* Borrowed from the list; NULL where there is none of this name (ERROR_USAGE). */
const struct value *destinations_find(const struct value *list, const char *name,
				      struct error *err);

/* Is it sent this record? What rests on another record goes where that one goes, besides (outbox.c). */
bool destination_wants(const struct value *destination, uint64_t seq, const char *kind,
		       bool is_simulated);
/* It is shown what goes on (push/live.h), and sent no records. */
bool destination_is_live(const struct value *destination);
/* What that depends on, as a text: where it changes, the destination's rows are made anew. The caller frees it. */
char *destination_choice(const struct value *destination);

#endif
