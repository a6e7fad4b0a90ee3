/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page for a ticket printer: Epson's ESC/POS, which those for 80 mm paper understand whoever made them.
 *
 * The page goes as a picture, in bands. So the printer needs no Chinese font and no code page, and what lies on the paper
 * is dot for dot what stands in the PDF. Of ESC/POS that takes ESC @ (initialise), GS v 0 (raster bit image), ESC d (feed
 * lines), GS V 66 (feed and cut), and DLE EOT 2 and 4 for what the printer says of its cover and its paper.
 */
#ifndef DAVY_REPORT_TICKET_H
#define DAVY_REPORT_TICKET_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* 80 mm paper: 72 mm of it can be printed on, with 8 dots a millimetre. */
enum { TICKET_DPI = 203, TICKET_DOTS = 576 };

/* One bit a dot, black is 1, each row begins with a byte of its own. */
struct ticket_picture {
	size_t width, height;
	const uint8_t *rows;
};

/* A portable bitmap (P4), as `pdftoppm -mono` writes it. The picture points into `bytes`. */
int ticket_read(const void *bytes, size_t size, struct ticket_picture *picture, struct error *err);

/* What is begun before the first page, and what cuts the paper behind the last one. */
void ticket_begin(struct buf *out);
void ticket_end(struct buf *out);
/*
 * Append the page: its middle TICKET_DOTS, down to its last black dot. Refused is a page that has black dots beside
 * them, and would be cut off; one with none at all is nothing to print.
 */
int ticket_add(struct buf *out, const struct ticket_picture *page, struct error *err);

enum ticket_question { TICKET_ASKS_COVER = 2, TICKET_ASKS_PAPER = 4 };
enum ticket_state {
	TICKET_READY,
	TICKET_NO_PAPER,
	TICKET_COVER_OPEN,
	TICKET_IN_ERROR,
	TICKET_UNCLEAR, /* that was no answer to such a question */
};

void ticket_ask(struct buf *out, enum ticket_question question);
enum ticket_state ticket_answer(enum ticket_question question, uint8_t answer);

#endif
