/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts for templates (report/page.h) of any record, as texts in the reader's language. Every key is always there; what is not
 * known is nil. reports/README.md lists them for whoever writes a template.
 */
#ifndef DAVY_CLI_REPORT_RECORD_H
#define DAVY_CLI_REPORT_RECORD_H

#include "base/error.h"
#include "base/value.h"
#include "cli/book.h"

struct report_wish {
	const char *number; /* of the report; NULL: the record's own */
	const char *amends; /* number of the report that it replaces, and why; or NULL */
	const char *why;
};

/* Into `facts`, which has none of them: lab, report, evidence, who signed, declared_wrong, and what it is not until somebody says so. */
int report_record_facts(struct value *facts, const char *state, const struct book_event *event,
			const struct report_wish *wish, struct error *err);

/* Set a text, or nil where there is none. */
void report_set(struct value *map, const char *key, const char *text);
/* The same of a time of the log, without the digits of a second behind its point. */
void report_set_time(struct value *map, const char *key, const char *time);
/* {"word","zh","why"} of the name of a verdict; the caller frees it. */
struct value *report_verdict(const char *verdict, const char *why);

#endif
