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

enum {
	QUIET = 4,
	MOST = 2331, /* bytes of version 40, level M: ISO/IEC 18004 */
	ECI_UTF8 = 26,
	ECI_BYTES = 2, /* 4 bits of mode and 8 of the number */
};

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

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text > 0x7f)
			return false;
	return true;
}

/* Without its header readers guess what bytes beyond ASCII mean, and take UTF-8 for Shift JIS. */
static QRcode *encode_bytes(const char *text)
{
	QRinput *input = QRinput_new2(0, QR_ECLEVEL_M);
	QRcode *code = NULL;

	if (!input)
		return NULL;
	if ((is_ascii(text) || QRinput_appendECIheader(input, ECI_UTF8) == 0) &&
	    QRinput_append(input, QR_MODE_8, (int)strlen(text), (const unsigned char *)text) == 0)
		code = QRcode_encodeInput(input);
	QRinput_free(input);
	return code;
}

static QRcode *encode(const char *text, struct error *err)
{
	size_t size = strlen(text), most = is_ascii(text) ? MOST : MOST - ECI_BYTES;
	QRcode *code;

	if (size == 0) {
		error_set(err, ERROR_USAGE, "a QR code of nothing says nothing");
		return NULL;
	}
	if (size > most) {
		error_set(err, ERROR_USAGE,
			  "a QR code holds no more than %zu bytes, and this text has %zu", most,
			  size);
		return NULL;
	}
	code = encode_bytes(text);
	if (!code)
		error_os(err, "the QR code cannot be made");
	return code;
}

int qr_svg(struct buf *out, const char *text, struct error *err)
{
	QRcode *code = encode(text, err);

	if (!code)
		return -1;
	draw(out, code);
	QRcode_free(code);
	return 0;
}

int qr_width(const char *text, struct error *err)
{
	QRcode *code = encode(text, err);
	int width = code ? code->width + 2 * QUIET : -1;

	QRcode_free(code);
	return width;
}
