/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Series leave the bench when two different receivers have signed for this very journal (series_holders.h) and have undertaken
 * to keep it for as long as the laboratory asks ("retentionDays" of the destination in destinations.json). Asked of the
 * controller beside the outbox:
 *
 *   {"what":"release-series","run":"…","seq":N,"by":"0017","why":"…"} -> {"run","record":SEQ,"bytes":N,"holders":[…]}
 *
 * The record of kind "series-release" comes first: {"run","seq":N,"of":"urn:uuid:…","journal":{…},"holders":[…],"by","why"}; the
 * file goes when it is on the disk. The run's record, with all digests, stays.
 */
#ifndef DAVY_RUN_SERIES_RELEASE_H
#define DAVY_RUN_SERIES_RELEASE_H

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"

#define SERIES_RELEASE_REQUEST "release-series"

/* The answer, which the caller frees; or NULL, and nothing has left. */
struct value *series_release(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct error *err);

#endif
