/* SPDX-License-Identifier: Apache-2.0 */
/* What claims about printing share: a scratch folder with documents to be printed in it, and what came of each. */
#ifndef DAVY_TESTS_PAPER_RIG_H
#define DAVY_TESTS_PAPER_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "report/paper.h"

enum { MOST_JOBS = 12 };

struct pile {
	char folder[64];
	struct paper_bounds bounds;
	struct paper_job jobs[MOST_JOBS];
	size_t count;
	struct paper_result results[MOST_JOBS];
	char *texts[4 * MOST_JOBS]; /* freed with the pile */
	size_t text_count;
	struct error err;
};

/* Each start of its Python, which may be replaced, leaves a line in `starts`. */
struct pile *pile_new(void);
void pile_free(struct pile *pile);
/* `text` is the pile's from here on. */
const char *pile_own(struct pile *pile, char *text);
/* A file in its folder; the pile's, too. */
const char *pile_path(struct pile *pile, const char *name);
void pile_put(struct pile *pile, const char *name, const char *text, mode_t mode);

/* One more document, which must last as long as the pile: N.pdf. */
struct paper_job *pile_add(struct pile *pile, const char *html);
int pile_print(struct pile *pile);
int pile_starts(struct pile *pile);

/* It has its PDF, and that is whole. */
bool pile_printed(struct pile *pile, size_t i);
/* It has none, and the sentence holds this. */
bool pile_refused(struct pile *pile, size_t i, const char *sentence);
/* No temporary file is left. */
bool pile_tidy(struct pile *pile);

/* What a command prints; nothing when it fails. */
void paper_run(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* False: the claim is skipped. */
bool paper_can_print(void); /* WeasyPrint is here */
bool paper_can_read(void);  /* and the font and poppler's tools are */

#endif
