/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of `davy why` as text. */
#ifndef DAVY_CLI_WHY_TEXT_H
#define DAVY_CLI_WHY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/nsec.h"
#include "base/value.h"
#include "cli/words.h"

/* Print the tree that `davy why --json` prints; `whole`: each measure down to its bytes. */
void why_print(const struct value *tree, bool whole);

/* ---- between the why*.c ---- */

/* A line behind so many blanks, cleaned and broken as the terminal, or else a page, needs it. */
void why_line(size_t indent, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "NAME: TEXT"; nothing where there is no text. */
void why_row(size_t indent, struct words name, const char *text);
/* A line of a script, word for word: {where, text}. */
void why_source(size_t indent, struct words name, const struct value *asked);
/* "1562.654438 s" */
double why_seconds(const struct value *map, const char *key);

/* why_reading.c: one reading, or one request, with its samples and their bytes. */
void why_reading(const struct value *node, size_t indent, bool simulated);
/* The same in one line. */
void why_reading_short(const struct value *node, size_t indent);
/* What a verb asks for, in words, with this node's fields; the caller's. */
char *why_asked(const struct value *node);

/* why_evidence.c: bytes. */
void why_bytes(const struct value *map, size_t indent);
/* What a sample that decided came from. */
void why_evidence(const struct value *sample, size_t indent);

/* why_end.c */
void why_cause(const struct value *cause, size_t indent, bool simulated);
void why_check(const struct value *measure, size_t indent);
void why_typed(const struct value *typed, size_t indent);
/* What no journal can say, of this run. */
void why_limits_of_proof(const struct value *tree);

#endif
