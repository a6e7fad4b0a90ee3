/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trail of a run: what a judged measure rests on, down to the bytes. It is read out of a journal, whose
 * chain is checked on the way, and out of nothing else; samples are decoded from their bytes as a replay
 * does, and each reading is worked out again from the samples that are named for it. Whatever cannot be
 * found there is said to be missing.
 *
 * What is added to a measure, a map:
 *
 *   asked     {where, text}: the place in the script that gave it, and that line word for word
 *   readings  list of those its expression names, each followed by those it rests on itself, each once; of
 *             a measure without a value the request whose answer says why:
 *             {reading, of, value, unit, u, sources, flaw, t,    as the journal's line has them
 *              request, verb, asked {where, text}, step, opened, ended, says,
 *              via {where, text}, by_protocol,              what led to a line of another file; it is its own
 *              trace {channel, every, opened, asked},
 *              series {channel, unit, count, first, last, lowest, highest {t, value}},
 *              level, crossed,                              of a time_to: what, and when
 *              minutes, minute {begin, end, count},         how many, and that of an extreme
 *              decisive list of {role, channel, t, value, unit, on, first {evidence}},
 *              acts {…}, certificate, answers, parameter, counted, pulse,    where it has no samples
 *              again {value, same},                         worked out from what is named, now
 *              rests list of ids}
 *   again     {value, same}: the expression, worked out from the readings as they stand in the journal
 *   share_of, meaning, zh    as the protocol declares it
 *
 * The evidence of a sample is {device, driver, port, read, declared, question, sent, received | message,
 * streamed, number, of} with bytes as {t, hex}, or {line, level, edge | looked} of a contact, or {line, gate,
 * pulse} of a count, or {begin, end, weight, sources} of a breath. Times are bench time, ns.
 */
#ifndef DAVY_RUN_TRAIL_H
#define DAVY_RUN_TRAIL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"

struct trail;

/* Read the lines of the journal in `folder`. The caller frees the trail. */
struct trail *trail_read(const char *folder, struct error *err);
void trail_free(struct trail *trail); /* accepts NULL */

/*
 * Add to each of these measures, a list of maps as the journal's lines "judged" have them (with "t"), what
 * it rests on; the evidence of what decided only with `bytes`. Of a check of a qualification: `seen`, what the journal has between the check before and it.
 */
int trail_follow(struct trail *trail, struct value *measures, bool bytes, struct error *err);
/*
 * What ended the run before its end, the caller's; NULL for one that came to it:
 *
 *   events    the lines of the journal that say so
 *   asked     {where, text} of the script's line that the reason names
 *   unmet     the request whose answer it was, as a reading is told
 *   waiting   list of the requests that were open: {verb, opened, step, asked, via, says}
 *   named     what the journal has last of what the reason names: list of {port, sent, received, streamed}
 *             and {line, set, edges}
 */
int trail_cause(struct trail *trail, struct value **cause, struct error *err);
/* What was typed at a bench that was operated by hand: a list of {t, text, answer, why}, the caller's. */
struct value *trail_typed(const struct trail *trail);

#endif
