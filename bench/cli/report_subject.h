/* SPDX-License-Identifier: Apache-2.0 */
/* What a report is about, told by its template, and the facts of it. */
#ifndef DAVY_CLI_REPORT_SUBJECT_H
#define DAVY_CLI_REPORT_SUBJECT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "cli/report_record.h"

struct report_made {
	struct value *facts;
	struct value *drawings; /* a map of texts (report/page.h): SVG, and photos as images */
	char *folder;		/* of the run, or NULL: it is of none */
};

/*
 * The subjects that these operands name: runs and records of runs each themselves, a job order all of its runs; a list of texts, the
 * caller's. Of a template that is about one thing alone there is one, which is "" where nothing need be named.
 */
struct value *report_subjects(const char *state, const char *template, char **operands, int count,
			      struct error *err);
/* Facts and drawings of one of them. report_made_done() whatever comes of it. */
int report_make(struct report_made *made, const char *state, const char *template,
		const char *subject, const struct report_wish *wish, struct error *err);
void report_made_done(struct report_made *made);

#endif
