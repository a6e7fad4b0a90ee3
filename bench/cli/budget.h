/* SPDX-License-Identifier: Apache-2.0 */
/* Where a judged measure's uncertainty comes from, source by source. */
#ifndef DAVY_CLI_BUDGET_H
#define DAVY_CLI_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "run/account.h"

struct budget {
	const struct account *account;
	struct value *readings; /* by number: {of, flaw} */
};

/* Read what the run's journal says of its readings. It is borrowed until budget_done. */
int budget_read(struct budget *budget, const struct account *account, struct error *err);
void budget_done(struct budget *budget); /* also after a failure */
/*
 * The rows of a judged measure, the greatest first, the caller's: {source, kind, standard, share,
 * certificate… | reading, of}. `standard` is signed, in the measure's unit.
 */
struct value *budget_sources(const struct budget *budget, const struct value *measure);
/* What the readings that a measure follows from say against themselves, each once: the caller's. */
struct value *budget_flaws(const struct budget *budget, const struct value *measure);
/* The combined standard uncertainty, in the measure's unit. */
double budget_standard(const struct value *measure);
/* Print those rows and their sum as a table. */
void budget_print(const struct value *measure, const struct value *rows, size_t indent);
/* "0.9762 (JCGM 106:2012, …)"; false: there is none, and nothing. */
bool budget_conformance(struct buf *out, const struct value *measure);
/* What a minus sign in those rows means, and which of them are correlated. */
const char *budget_signs(void);

#endif
