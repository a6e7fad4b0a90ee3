/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML documents become PDF: printed by WeasyPrint (Debian's package weasyprint, 57 in Debian 12 and 62 in
 * Debian 13) in a child process that is bounded in memory, time and what it may read, many in one start.
 *
 * A document reads data: URLs, and of files only those that stand in its job. It must ask for the font
 * itself (PAPER_FONT first). WeasyPrint draws that font's bold as regular and needs 0.5 s more for it: what must
 * stand out is larger or framed. Refused, and never printed with a gap: a character that no font has, an image
 * or stylesheet that cannot be read, anything else that WeasyPrint calls an error. Text can be selected, fonts
 * are embedded as subsets, and the same document gives the same bytes (no dates), with the same versions of
 * WeasyPrint, its libraries and fonts.
 *
 * It is plain PDF 1.7. Attachments are related to the document as PDF/A-3 asks (AFRelationship), but it does not
 * call itself PDF/A, as no validator in Debian could show that it is.
 */
#ifndef DAVY_REPORT_PAPER_H
#define DAVY_REPORT_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"

/*
 * Of Debian's package fonts-wqy-microhei. It has U+4E00 to U+9FA5 whole, and what reports write beside (≤ ± ₂ ℃ Ω √ □ ■
 * ✓), but not ☐ ☑ ✗. Two pages in it take 0.8 s of processor time and 120 MiB; in Noto Sans CJK SC 4.6 s and 220 MiB
 * (WeasyPrint 57.2 and 62.3 alike).
 */
#define PAPER_FONT "WenQuanYi Micro Hei"

/* A file inside the PDF: from a path, or from memory when `path` is NULL. */
struct paper_attachment {
	const char *path; /* read when its document is printed */
	const void *data;
	size_t size;
	const char *name;	 /* under which it lies in the PDF, without folder */
	const char *description; /* for whoever looks at the list; NULL: none */
	bool gzip;		 /* it lies there compressed, and its name says so */
};

struct paper_job {
	const char *html; /* UTF-8 */
	size_t size;
	const char
		*pdf; /* replaced when the new one is whole and on the disk; else left as it was */
	const char *title; /* NULL: the document's own <title> */
	const struct paper_attachment *attached;
	size_t attached_count;
	const char *const *shown; /* absolute paths of files that it may read by their file: URLs */
	size_t shown_count;
};

struct paper_bounds {
	int64_t memory;	    /* bytes of address space */
	int64_t largest;    /* bytes of one PDF */
	int processor_s;    /* seconds of processor time that one document may take */
	nsec patience;	    /* how long one document may take by the clock, and a start */
	const char *python; /* NULL: $DAVY_PYTHON, else Debian's */
};

/* What a report of some hundred pages keeps within on a small machine. */
extern const struct paper_bounds PAPER_BOUNDS;

struct paper_result {
	bool printed;
	int pages;
	struct error why; /* when it was not printed; does not name the document */
};

/*
 * Print all that can be printed: a document that fails or must be stopped keeps none of the others from being
 * printed. `results` are one per job. 0: all were; -1: one was not, and `err` is the sentence of the first,
 * after the path of its PDF. `bounds` may be NULL.
 *
 * A start takes 0.3 s of processor time, most of a document's is spent on its fonts. It runs a loop of its own: not for
 * the controller's thread.
 */
int paper_print(const struct paper_job *jobs, size_t count, const struct paper_bounds *bounds,
		struct paper_result *results, struct error *err);

#endif
