/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A job order (检验任务): what a laboratory has been asked to test, for whom, on which specimens, in which stages. Its record says
 * all of it; a later one of the same number, which gives the reason in `why`, stands in the place of the earlier ones, which stay.
 *
 *   job-order    {"number":"2026-0318","specimens":[{"ma":"…","serial":"…"},…],"stages":[STAGE,…],"party":{"customer":"…",…},
 *                "form":{…},"people":{"tester":"0017",…},"limits":"…","certificate":true,"rehearsal":true,"note":"…","by":"0017","why":"…"}
 *
 * `number`, `specimens` and `stages` are needed. A specimen has a serial number, its certificate's (ma), and
 * what else protocols ask of it. A STAGE is {"name":"soaked","protocol":"self_rescuer.capacity","params":{…},"limits":"…","dut":["rated"],"of":["serial",…],"after":"as received",
 * "least":"24 h","most":"72 h","storage":"23 °C","reidentify":true,"verdict":"as-left"}: a run of a protocol on each specimen, or on those of the serial numbers
 * in `of`, told what `dut` names of it; where it comes after another stage, not sooner and not later after the end of that one's run, kept meanwhile as `storage`
 * says; with `reidentify` an identification (identification.h) of the specimen lies between, in which nothing was found that does not fit.
 * `results` are what rests on several specimens together (job_result.h).
 * `verdict` says on which state of a specimen that the protocol adjusts its verdict rests: as-found, or as-left.
 * Of a rehearsal simulated runs count, and they alone. They follow one another as their records do; `least` and `most` are not kept.
 */
#ifndef DAVY_RECORD_JOB_ORDER_H
#define DAVY_RECORD_JOB_ORDER_H

#include "record/admission.h"
#include "record/bench_log.h"

#define ENTRY_JOB_ORDER "job-order"
enum { JOB_SPECIMENS_MOST = 1000, JOB_STAGES_MOST = 50, JOB_TEXT_MOST = 300 };

int admit_job_order(struct bench_log *log, const struct value *request, const struct moment *now,
		    struct admitted *admitted, struct error *err);
/* Of each number the last, as register_list() has them, in the order in which each was first recorded; the caller frees it. */
struct value *job_order_list(struct bench_log *log, struct error *err);

/* Has a check of its fixture made nothing of this run, for good? */
bool job_run_is_spoilt(const struct value *run);
/* Is a specimen of this serial number to go through the stage, which is in order? */
bool job_stage_is_of(const struct value *stage, const char *serial);

/*
 * Where an order stands, from the runs and identifications that were recorded: a list of
 * {"specimen":0,"stage":0,"state":"…","verdict":"FAIL","run":"…","runs":2,"from":"2026-…","until":"2026-…"}, for each stage each of its
 * specimens, which the caller frees.
 *
 *   runs              list of {"serial","ma","class","stage","run","verdict","began","ended","simulated","voided","seq","bracket"}, in the order of
 *                     their records, whose numbers are `seq`; `bracket` is bracket_name() of it (run_bracket.h); times as wall_time_write() has them
 *   identifications   list of {"serial","ma","at","outcome","seq"}
 *
 *   state   done         it has its verdict, PASS, FAIL or INCONCLUSIVE. A FAIL that nobody has voided stands, whatever came later
 *           left         it can be run now, until `until` where the stage says so
 *           waiting      the stage before it is not done; or it is, and `from` lies ahead
 *           identify     it can be run once the specimen has been identified again
 *           late         `until` is over: the stage before it has to be done again
 *
 * A FAIL that a check of the fixture has spoilt does not stand: a later run decides in its place.
 * Runs that began too soon, too late or on a specimen that was not identified again are no runs of the stage; `runs` counts those that
 * are, also the ones that ended as ERROR or ABORTED and so decided nothing.
 */
struct value *job_order_progress(const struct value *order, const struct value *runs,
				 const struct value *identifications, const struct wall_time *now);

#endif
