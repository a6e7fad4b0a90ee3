/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of a PDF as black and white dots, drawn by Debian's pdftoppm ($DAVY_PDFTOPPM) in a bounded child. */
#ifndef DAVY_CLI_PAGE_BITMAPS_H
#define DAVY_CLI_PAGE_BITMAPS_H

#include <stddef.h>

#include "base/error.h"

/* Either so many dots an inch, or each page in exactly so many dots. */
struct page_dots {
	int per_inch;
	int width, height; /* 0: per_inch counts */
};

/* A page's portable bitmap (P4), lent for the call; -1 ends it. */
typedef int page_bitmap_fn(void *ctx, const void *bytes, size_t size, struct error *err);

/* Give all pages in their order. -1: one could not be drawn or taken, or there is none. */
int page_bitmaps(const char *pdf, const struct page_dots *dots, page_bitmap_fn *take, void *ctx,
		 struct error *err);

#endif
