/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of the outbox through the controller, and what it answers. Asked by the process of a destination:
 *
 *   {"what":"next","destination":"platform","most":16}
 *       -> {"items":[…],"waitMs":5000}: what is due (store_outbox_due); where nothing is, when to ask again
 *   {"what":"report","destination":"platform","outcomes":[{"seq":412,"outcome":"delivered",…},…]}
 *       what came of it, in words of push/outcome.h; what is definite becomes one record of receipts (outbox.h). An outcome
 *       "paused" is the destination's; "rests" lets a destination rest that could not be reached
 * and by people (davy outbox):
 *   {"what":"list"}      -> {"destinations":[{name, kind, url, counts, paused…}],"waiting":[…]}
 *   {"what":"show","seq":412}    -> {"rows":[…]}
 *   {"what":"release","destination":"platform","seq":412,"why":"…"}  parked and carried ones, or all of them (no seq) -> {"released":N}
 *   {"what":"hasten","destination":"platform"}  everything is due now, also where it is paused
 *   {"what":"rebuild"}   all rows are made again from the log
 * and where records go by a stick: carry, carried, received (outbox_carry.h)
 */
#ifndef DAVY_RECORD_OUTBOX_REQUEST_H
#define DAVY_RECORD_OUTBOX_REQUEST_H

#include "base/error.h"
#include "base/value.h"
#include "record/bench_log.h"

enum {
	/* of one answer, and of one report: all that receivers may say to so many is one line at the desk */
	OUTBOX_ITEMS_MOST = 16,
	OUTBOX_LISTED_MOST = 100,	    /* rows of a destination that `list` shows */
	OUTBOX_ALARM_MS = WALL_TIME_DAY_MS, /* what waits longer is an alarm */
};

/* The answer, which the caller frees; or NULL. */
struct value *outbox_request(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct error *err);

#endif
