/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language of report templates: HTML with facts in it. It can show, choose and repeat, and nothing else: it does
 * not count, read files of the machine, or call anything, so that a laboratory may change every page without being able to
 * change a figure.
 *
 *   {{ run.serial }}                  a fact, made harmless for HTML; one that is not known is shown as —
 *   [[检验报告|Test report]]          a text in both languages, of which the reader's is printed; facts may stand in it
 *   {% for m in measures %} … {% else %} … {% end %}        once for each of a list; of an empty one what is behind else
 *   {% if m.verdict is "FAIL" %} … {% elif not m.why %} … {% else %} … {% end %}
 *   {% include "letterhead.html" %}   another template of the same folders
 *   {% drawing m.curve %}             a drawing that Davy made, or a photo, by the name that the fact has
 *   {# a remark #}                    nothing
 *
 * Within a `for`, `loop.number` counts from 1, `loop.count` is how many there are, and `loop.last` is true at the last.
 * `if` holds for a fact that is known, and is neither false, nor empty, nor 0. `is` and `is not` compare with a text.
 *
 * A fact that a report does not have is an error, not a blank: what is misspelled would else be a page that lacks what it
 * should say. Every error names file, line and column.
 */
#ifndef DAVY_REPORT_PAGE_H
#define DAVY_REPORT_PAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/value.h"

enum {
	PAGE_LARGEST = 1 << 20,	     /* bytes of a file */
	PAGE_DEEPEST = 32,	     /* of `for`, `if`, texts and includes within one another */
	PAGE_PRINTS_MOST = 32 << 20, /* bytes; its buffer is twice that at most */
	PAGE_STEPS_MOST = 4000000,   /* parts of templates that are gone through */
};

struct page;

/*
 * Read the template `name` ("test_report.html") with all that it includes. Each file is taken from the first folder that
 * has it: a laboratory's stands before the shipped ones. `folders` ends with NULL. The caller frees it.
 */
struct page *page_read(const char *name, const char *const *folders, struct error *err);
void page_free(struct page *page); /* accepts NULL */
/* SHA-256 over the names and bytes of all of its files, in the order in which they were met. */
void page_digest(const struct page *page, char hex[HASH_HEX_SIZE]);

struct page_facts {
	const struct value *facts;    /* a map */
	const struct value *drawings; /* a map of texts, which are printed as they are; or NULL */
	bool is_chinese;
};

/* Append the page to `out`. Where it cannot be printed `out` holds no part of it. */
int page_print(const struct page *page, const struct page_facts *facts, struct buf *out,
	       struct error *err);

#endif
