/* SPDX-License-Identifier: Apache-2.0 */
/* What a report of a run may say, beside what it says of its record (report_record.h). */
#ifndef DAVY_CLI_REPORT_RUN_H
#define DAVY_CLI_REPORT_RUN_H

#include "base/error.h"
#include "base/value.h"
#include "cli/report_record.h"
#include "run/account.h"

/*
 * A run whose record and journal say the same; refused (ERROR_REFUSED) where they do not, and where there is no
 * record: what is not signed is not reported. The caller frees the map.
 */
struct value *report_run_facts(const char *state, const struct account *account,
			       const struct book_event *event, const struct report_wish *wish,
			       struct error *err);
/* Every reading of the run, and what was refused or said meanwhile, in order: a list; the caller frees it. */
struct value *report_readings(const struct account *account, struct error *err);

#endif
