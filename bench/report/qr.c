/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dark modules are one path, a stroke for each horizontal row of them: a third of the size of as many
 * rectangles, and no hair lines between neighbours where a renderer smooths edges.
 */
#include "report/qr.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <qrencode.h>

enum { QUIET = 4, MOST = 2331 /* bytes of version 40, level M: ISO/IEC 18004 */ };

static bool is_dark(const QRcode *code, int x, int y)
{
	return code->data[y * code->width + x] & 1;
}

static void draw_row(struct buf *out, const QRcode *code, int y)
{
	for (int x = 0; x < code->width; x++) {
		int from = x;

		while (x < code->width && is_dark(code, x, y))
			x++;
		if (x > from)
			buf_printf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from,
				   x - from);
	}
}

static void draw(struct buf *out, const QRcode *code)
{
	int width = code->width + 2 * QUIET;

	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		   "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
		   "<path fill=\"#000\" d=\"",
		   width, width, width, width);
	for (int y = 0; y < code->width; y++)
		draw_row(out, code, y);
	buf_add_text(out, "\"/></svg>");
}

int qr_svg(struct buf *out, const char *text, struct error *err)
{
	size_t size = strlen(text);
	QRcode *code;

	if (size == 0)
		return error_set(err, ERROR_USAGE, "a QR code of nothing says nothing");
	if (size > MOST)
		return error_set(err, ERROR_USAGE,
				 "a QR code holds no more than %d bytes, and this text has %zu",
				 MOST, size);
	code = QRcode_encodeData((int)size, (const unsigned char *)text, 0, QR_ECLEVEL_M);
	if (!code)
		return error_os(err, "the QR code cannot be made");
	draw(out, code);
	QRcode_free(code);
	return 0;
}
