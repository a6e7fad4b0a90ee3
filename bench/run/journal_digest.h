/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record keeps of a journal: the digest of its file, and one of each series in it, so that the raw bytes may leave
 * the bench one day and can be told from any others when they are needed.
 */
#ifndef DAVY_RUN_JOURNAL_DIGEST_H
#define DAVY_RUN_JOURNAL_DIGEST_H

#include "base/error.h"
#include "base/value.h"

/*
 * {"sha256":"…","bytes":N} of FOLDER/journal, and as "series" a list of {"what":"sample","subject":3,"entries":N,
 * "sha256":"…"}, one for each kind of entry and subject, in the order of their first entries. A series' digest is the
 * SHA-256 of its entries, each as i64 time, u32 size and its bytes, little-endian. The caller frees it.
 */
struct value *journal_digest(const char *folder, struct error *err);

#endif
