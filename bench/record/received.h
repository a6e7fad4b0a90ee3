/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a receiver says of the records that came to him in a bag: a JWS (jws.h) whose one signature is his, with the role
 * "receiver" and the meaning "received", over canonical JSON:
 *
 *   {"v":1,"what":"received","origin":"davy/B07","bag":"davy-stick-20260302T100000000Z-401-413","bagSha256":"…","by":"Laboratory 1",
 *    "at":"2026-03-03T09:12:00.000+08:00","part":1,"parts":1,"keepDays":N,
 *    "records":[{"seq":412,"id":"urn:uuid:…","sha256":"…","journal":{…}},…]}
 *
 * `keepDays` is for how long he undertakes to keep it, and absent where he undertakes nothing. `origin` is the log's name, `sha256` of a record's text, `journal` what the record itself says of its journal (mse:journal, with the digests of the file and of each series), and absent where no
 * journal came with it. `bagSha256` is that of the bag's tagmanifest-sha256.txt, which has the digests of all else in it.
 * A bag of many records has several such statements, each whole in itself.
 */
#ifndef DAVY_RECORD_RECEIVED_H
#define DAVY_RECORD_RECEIVED_H

#include "base/error.h"
#include "base/value.h"
#include "record/entry.h"
#include "record/jws.h"
#include "record/key.h"

enum {
	RECEIVED_RECORDS_MOST = 100, /* of one statement */
	RECEIVED_BYTES_MOST =
		640000, /* of its text: it goes to the controller as one line, and into one record */
};

/* The digest of a bag, in hexadecimal digits. */
int received_bag_digest(const char *folder, char hex[HASH_HEX_SIZE], struct error *err);

/* What a run's event says of its journal; borrowed. NULL where it is no event of a run. */
const struct value *received_journal(const struct entry *entry);

/* Sign a statement, whose `by` and `at` are the signature's person and time. The caller frees it. */
struct jws *received_sign(const struct value *statement, const struct key *key, struct error *err);
/*
 * Is it this key's, and such a statement? Refused with the reason (ERROR_REFUSED); the caller frees the statement.
 */
struct value *received_read(const struct jws *jws, const struct key *key, struct error *err);

#endif
