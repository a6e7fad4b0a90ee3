/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Implausible data: what the journals of runs hold that honest instruments, wires and clocks would
 * hardly give. Findings are for people to look at; no verdict is changed, and none is derived from
 * them. That a journal is the one that was recorded, and that its verdict follows from it, is for
 * davy verify and davy replay: here it is taken as it stands, and its chain is checked.
 *
 * A finding is {"flag","run","simulated", …}, with "bundle" where the run came in one, as "other" has it; one that is a matter of chance has "log10_p", the
 * decimal logarithm of how probable it is, at most, under the null hypothesis that the header named
 * here states, and is told where that is below AUDIT_BUDGET: of 50 series with five tests each,
 * honest runs are flagged less than once in a thousand. Times are bench time of its run, ns.
 *
 *   flat_line, smooth_line   verdict/quiet.h: "channel","from_ns","to_ns","values","expected","unit","from_others"
 *   same_noise               verdict/twins.h: "channel","from_ns","to_ns","values","correlation", and "other" {"run","channel","from_ns","to_ns"}; of
 *                            both every second or third value is tried, too ("every", of the other "every")
 *   same_intervals           verdict/timing.h: "channel","from_ns","to_ns","values","other"
 *   regular_times            verdict/timing.h: "channel","from_ns","to_ns","values"
 *   terminal_digits          verdict/noise.h: "channel","from_ns","to_ns","values","digit","share"
 *
 * These are facts, and have no probability; the last two the bench says itself:
 *
 *   times_backwards          a number's sample is not later than the one before it: "channel","from_ns"
 *   short_wait               a wait, or a mean over a time, ended before it was over: "verb","where","from_ns","to_ns","asked_ns"
 *   faster_than_time         the record was signed before so much time had passed by the bench's clock: "bench_ns","wall_ns"
 *   slot_twice, specimen_twice   two runs overlap by the bench's clock, on one slot of one bench, or with one serial number: "serial","other","overlap_ns"
 *   before_the_gas           a channel behind a sampling line had responded before what it samples can have come: "channel",
 *                            "from_ns","response_ns","transit_ns" (the fixture's `delay` less what is known of it)
 *   silence                  an instrument that was traced gave nothing for 5 of its periods, and 5 s: "channel","from_ns","to_ns",
 *                            "every_ns"
 *   gap, link_lost           the journal says so: "from_ns", and its line under "line"
 *
 * Of time, flags that need a real clock are raised only of runs on wires in real time; virtual time
 * is exact by right. Series of simulated runs are the same by right, and so may be those of runs
 * that overlap in time, whose instrument or room may be one.
 */
#ifndef DAVY_RUN_AUDIT_H
#define DAVY_RUN_AUDIT_H

#include "base/error.h"
#include "base/value.h"

enum { AUDIT_BUDGET = -6 };

struct audit;

/* NULL: what is read cannot be kept meanwhile (audit_shelf.h). */
struct audit *audit_new(struct error *err);
void audit_free(struct audit *audit); /* accepts NULL */
/* Where a run comes from that is not this bench's own. */
struct audit_origin {
	const char *bundle; /* as findings name it, or NULL */
	const char *record; /* its record, or NULL: FOLDER/record.json */
};

/*
 * Take the run in `folder`; `origin` may be NULL. -1: it cannot be read, and does not count. A journal that was taken already,
 * as out of a bundle of this very bench, is not taken again.
 */
int audit_take(struct audit *audit, const char *folder, const struct audit_origin *origin,
	       struct error *err);
/*
 * Once all are taken:
 * {"runs":[{"run","bundle","simulated","series","values","noisy","unjudged":[{"flag","why"}]}],"findings":[…]},
 * which the caller frees. "why" is one of "no_transit" (the fixture declares none),
 * "no_real_clock", "no_noise" (no series has any to speak of). NULL: what was read could not be kept
 * meanwhile, as on a full disk.
 */
struct value *audit_findings(struct audit *audit, struct error *err);

#endif
