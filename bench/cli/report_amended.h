/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of records that were corrected: which one a report replaces, and which has replaced it. */
#ifndef DAVY_CLI_REPORT_AMENDED_H
#define DAVY_CLI_REPORT_AMENDED_H

#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "cli/book.h"

/*
 * Of an event that a declaration (record/declaration.h) names as what is right, set `amends`, the numbers of the reports of what was
 * declared wrong, and `amends_why`, what the declarations say; nil where there is none. Of one that was declared wrong itself set
 * `superseded_by`, the numbers of the reports of what is right.
 */
int report_amended(struct value *report, const char *state, const struct book_event *event,
		   struct error *err);
/* "B07-000412": the number that a report has where nobody gives it another. */
struct value *report_number(const char *bench, uint64_t seq);

#endif
