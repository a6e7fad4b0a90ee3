/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as files for others: on paper with what proves them inside, and as rows of a table. */
#ifndef DAVY_CLI_REPORT_PRINT_H
#define DAVY_CLI_REPORT_PRINT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

struct report_printed {
	struct buf text;      /* HTML */
	char *path;	      /* where it goes; NULL: to standard output */
	char *folder;	      /* of the run behind it; or NULL */
	struct value *photos; /* those that it shows, as run/photo.h has them; or NULL */
};

/*
 * Print them as PDF, all in one start of the printer (report/paper.h). Of a run there are attached its signed record, the digest of
 * its journal, all of its series, and the photos that the page shows. -1, and the first that was not printed; the others are.
 */
int report_print(const struct report_printed *reports, size_t count, struct error *err);
/* Append the measures of a report's facts as CSV (RFC 4180, UTF-8 with the mark that spreadsheets ask for). */
void report_rows(struct buf *out, const struct value *measures);

/* Append the series of the run in `folder` (NULL: it is of none) in the Battery Data Format (report/battery_data.h). */
int report_battery(struct buf *out, const char *folder, struct error *err);
/*
 * "Institution__Cell__20260302_017.bdf.csv", as that format calls its files: the number is that of the record. What is simulated is
 * of the institution SIMULATED. The caller frees it.
 */
char *report_battery_name(const struct value *facts);

#endif
