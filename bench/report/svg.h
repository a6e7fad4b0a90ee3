/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of an SVG picture. Any bytes may be text: it is escaped, and what is no character of XML 1.0
 * (section 2.2) is shown as U+FFFD. Lengths are pixels.
 *
 * There is no font to measure with, so widths are estimates: a Chinese character is as wide as its
 * height, and Latin ones are as wide as those of WenQuanYi Micro Hei and its like or somewhat wider.
 */
#ifndef DAVY_REPORT_SVG_H
#define DAVY_REPORT_SVG_H

#include "base/buf.h"

enum svg_anchor { SVG_START = 1, SVG_MIDDLE, SVG_END };

void svg_escape(struct buf *out, const char *text);
double svg_width(const char *text, double size);
/* Text of one line; what is wider than `room` ends in an ellipsis. */
void svg_text(struct buf *out, double x, double y, double size, enum svg_anchor anchor, double room,
	      const char *text);
/*
 * Text from `y`, the first line's foot, on as many lines as it takes and no more than `most`, of which the last
 * may end in an ellipsis. The foot of a line that would follow.
 */
double svg_lines(struct buf *out, double x, double y, double size, double room, int most,
		 const char *text);

#endif
