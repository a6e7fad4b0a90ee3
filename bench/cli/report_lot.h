/* SPDX-License-Identifier: Apache-2.0 */
/* What reports say that are of no run: a lot, a sampling form, the register of certificates (report_record.h has the rest). */
#ifndef DAVY_CLI_REPORT_LOT_H
#define DAVY_CLI_REPORT_LOT_H

#include "base/error.h"
#include "base/value.h"
#include "cli/report_record.h"

/* Of the lot of this name: lot, outcome, draws, units, retests. The record is that of its verdict, else of the lot. The caller frees it. */
struct value *report_lot_facts(const char *state, const char *name, const struct report_wish *wish,
			       struct error *err);
/* Of a record that says how a sample was taken: form, equipment, samplers, witness. The caller frees it. */
struct value *report_sampling_facts(const char *state, const struct book_event *event,
				    const struct report_wish *wish, struct error *err);
/* Of the register's certificates on a day, YYYY-MM-DD or NULL for today: certificates, day, out_of_date. The caller frees it. */
struct value *report_due_facts(const char *state, const char *day, const struct report_wish *wish,
			       struct error *err);

#endif
