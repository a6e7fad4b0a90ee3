/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rests on several specimens of a job order (job_order.h) together, as 42 CFR 84.304 rates a design by the least of seven units,
 * rounded down to 5 L. The order says it before anything is run, as a list `results` of
 *
 *   {"name":"capacity","clause":"42 CFR 84.304","stages":["as received","after 84.307","cold"],"units":7,
 *    "measure":"litres","down_to":"5 L STPD"}
 *
 * Each specimen in one of these stages is one of its units: stages that say which (`of`), in which no specimen stands twice, and as
 * many as `units` says. Without `measure`, which comes with `down_to`, there is a verdict and no figure.
 *
 * A unit PASSes or FAILs as its stage does (job_order_progress()): a FAIL stands, whatever came later. It PASSes only when each stage
 * that its own comes after has PASSed, too (a unit whose conditioning was not as the method says was not conditioned), when no
 * reviewer has rejected the run and nobody has declared it wrong, and when the run has the figure. The result is undecided while one of the units is neither; then it is FAIL where one FAILed, else PASS; the figure is the
 * least of all of them.
 */
#ifndef DAVY_RECORD_JOB_RESULT_H
#define DAVY_RECORD_JOB_RESULT_H

#include "base/error.h"
#include "base/value.h"

enum { JOB_RESULTS_MOST = 8 };

/* Has the order, whose specimens and stages are in order, results that can be worked out? In a sentence where not. */
int job_result_check(const struct value *order, struct error *err);

/*
 * May `next` stand in the place of `order`, as far as results are concerned? Once a run of one of its stages, or of those before
 * them, is there, a result and these stages are what they were, but for which specimens they are `of`; and a unit that PASSed or
 * FAILed stays one. Refused in a sentence.
 */
int job_result_keeps(const struct value *order, const struct value *next, const struct value *runs,
		     const struct value *identifications, struct error *err);

/*
 * One result of an order, from runs and identifications as job_order_progress() takes them; a run has besides "seq", "controlled",
 * "rejected", "declared", and "figures", {"litres":{"value":…,"unit":"…"}}. The caller frees
 *
 *   {"name","clause","measure","down_to","verdict","least","value","unit","fails","undecided","uncontrolled","units":[UNIT,…],"others":[RUN,…]}
 *
 * `verdict`, PASS or FAIL, is absent while it is undecided, and so are `least` and `value` (`least` rounded down, both in the
 * unit of `down_to`) where a unit has no figure. UNIT is {"serial","stage","verdict","run","seq","value","controlled","why","before":[{"stage","state","run","verdict"}]};
 * `why` says of one that neither PASSed nor FAILed: "none" (no run has decided), "inconclusive", "before", "rejected", "declared",
 * "figure", "bracket" (run_bracket.h: not good). `before` are the stages that it came after. RUN is {"serial","stage","run","verdict","why"}: all other runs of these stages; `why`
 * is "voided", "replaced" (the specimen is none of the units any more), "undecided" (ERROR or ABORTED), "aside" (it was not the
 * last, or not in its time).
 */
struct value *job_result(const struct value *order, const struct value *result,
			 const struct value *runs, const struct value *identifications);

#endif
