/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A label for a label printer: TSPL, which TSC's printers speak and most of those that are made in China.
 *
 * It goes as one picture. So the printer needs no Chinese font, and what lies on the label is dot for dot what stands in
 * the PDF. The commands are those of "TSPL/TSPL2 Programming Language" (TSC Auto ID Technology), as two published summaries
 * of it have them; the manual itself could not be had. SIZE and GAP in millimetres, DIRECTION, CLS, BITMAP (x, y, width in
 * bytes, height in dots, mode 0: overwrite) and PRINT (sets, copies) are each ended by CR LF; ESC ! ? is answered at once,
 * out of turn, with one byte: 0x01 head open, 0x02 paper jam, 0x04 out of paper, 0x08 out of ribbon, 0x10 pause, 0x20
 * printing, 0x80 other error; several may be set. That in a BITMAP a 0 is the black dot is what published programs send
 * (kubesail's raster-to-tspl-js among them), and was seen on no printer of ours.
 */
#ifndef DAVY_REPORT_LABEL_H
#define DAVY_REPORT_LABEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "report/ticket.h"

enum { LABEL_DOTS = 8 /* a millimetre: printers of 203 dots an inch */ };

struct label_paper {
	int width, height, gap; /* mm; a gap of 0: continuous paper */
};

/*
 * Append what prints this picture on one label. Refused (ERROR_USAGE): it has other dots than the label, or none that is
 * black.
 */
int label_add(struct buf *out, const struct label_paper *paper,
	      const struct ticket_picture *picture, struct error *err);

/* The worst that a status byte says; printing is said only where nothing keeps it from that. */
enum label_state {
	LABEL_READY,
	LABEL_PRINTING,
	LABEL_HEAD_OPEN,
	LABEL_JAM,
	LABEL_NO_PAPER,
	LABEL_NO_RIBBON,
	LABEL_PAUSED,
	LABEL_IN_ERROR, /* also a bit that they do not have */
};

void label_ask(struct buf *out);
enum label_state label_answer(uint8_t answer);

#endif
