/* SPDX-License-Identifier: Apache-2.0 */
#include "report/label.h"

#include <stddef.h>

enum { ESC = 0x1b };

static bool is_black_anywhere(const struct ticket_picture *picture, size_t stride)
{
	for (size_t i = 0; i < stride * picture->height; i++)
		if (picture->rows[i])
			return true;
	return false;
}

/* A line that something before has left unfinished is ended first. */
int label_add(struct buf *out, const struct label_paper *paper,
	      const struct ticket_picture *picture, struct error *err)
{
	size_t stride = (picture->width + 7) / 8;

	if (picture->width != (size_t)paper->width * LABEL_DOTS ||
	    picture->height != (size_t)paper->height * LABEL_DOTS)
		return error_set(err, ERROR_USAGE,
				 "the picture has %zu x %zu dots, and a label of %d x %d mm has "
				 "%d x %d",
				 picture->width, picture->height, paper->width, paper->height,
				 paper->width * LABEL_DOTS, paper->height * LABEL_DOTS);
	if (!is_black_anywhere(picture, stride))
		return error_set(err, ERROR_USAGE, "the label is empty");
	buf_printf(out,
		   "\r\nSIZE %d mm,%d mm\r\nGAP %d mm,0 mm\r\nDIRECTION 0\r\nCLS\r\n"
		   "BITMAP 0,0,%zu,%zu,0,",
		   paper->width, paper->height, paper->gap, stride, picture->height);
	for (size_t i = 0; i < stride * picture->height; i++)
		buf_add_byte(out, (uint8_t)~picture->rows[i]);
	buf_add_text(out, "\r\nPRINT 1,1\r\n");
	return 0;
}

void label_ask(struct buf *out)
{
	const uint8_t ask[] = {ESC, '!', '?'};

	buf_add(out, ask, sizeof(ask));
}

enum label_state label_answer(uint8_t answer)
{
	static const struct {
		uint8_t bits;
		enum label_state state;
	} BITS[] = {
		{0x01, LABEL_HEAD_OPEN}, {0x02, LABEL_JAM},	 {0x04, LABEL_NO_PAPER},
		{0x08, LABEL_NO_RIBBON}, {0xc0, LABEL_IN_ERROR}, {0x10, LABEL_PAUSED},
		{0x20, LABEL_PRINTING},
	};

	for (size_t i = 0; i < sizeof(BITS) / sizeof(BITS[0]); i++)
		if (answer & BITS[i].bits)
			return BITS[i].state;
	return LABEL_READY;
}
