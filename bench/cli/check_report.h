/* SPDX-License-Identifier: Apache-2.0 */
/* What davy check says of one protocol, as text and as a value for --json. */
#ifndef DAVY_CLI_CHECK_REPORT_H
#define DAVY_CLI_CHECK_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/value.h"
#include "cli/trial.h"

struct check_report;

/* `out` may be NULL; `into` gets the same as data and stays the caller's. */
struct check_report *check_report_new(FILE *out, struct value *into);
/* `limits` is the path of the limit set, or NULL. */
void check_report_head(struct check_report *report, const struct value *protocol,
		       const char *limits);
/* The good product first, then faults that are claimed, then those that are not. */
void check_report_trial(struct check_report *report, const struct trial *trial,
			const struct value *result);
/* The last line; does every promise hold? */
bool check_report_end(struct check_report *report);
void check_report_free(struct check_report *report); /* accepts NULL */

/* A file that is no protocol. */
void check_report_loaded(FILE *out, const char *file, const char *kind, const struct value *data);

#endif
