/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of the job order "N", as commands take them and as a bench records them. */
#ifndef DAVY_TESTS_JOB_RIG_H
#define DAVY_TESTS_JOB_RIG_H

#include "tests/people_rig.h"

/* A run as job_order_progress() takes one; `day` of March 2026, from 8 to 9 UTC. Without a figure where `litres` is 0. */
struct value *job_rig_run(const char *serial, const char *stage, const char *verdict, int day,
			  double litres);
/* Sign the run of a unit and its figure as the bench would, as one on wires; its record's number. */
uint64_t job_rig_record(struct people *people, const struct value *run);
/* Ask for a record of this kind, which says so (JSON with ' for "); its number, or 0. */
uint64_t job_rig_ask(struct people *people, const char *kind, const char *says);

#endif
