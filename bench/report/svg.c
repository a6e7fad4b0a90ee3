/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#define ELLIPSIS "…"
#define REPLACEMENT "\xef\xbf\xbd"

/* From one line's foot to the next, in sizes. */
#define LEADING 1.35

static uint32_t code_of(const char *text, size_t size)
{
	const unsigned char *byte = (const unsigned char *)text;
	uint32_t code = size == 1   ? byte[0]
			: size == 2 ? byte[0] & 0x1fu
			: size == 3 ? byte[0] & 0x0fu
				    : byte[0] & 0x07u;

	for (size_t i = 1; i < size; i++)
		code = code << 6 | (byte[i] & 0x3fu);
	return code;
}

/* Bytes of the character at `text`, and itself; what is none, or may not stand in XML, is U+FFFD. */
static size_t next_character(const char *text, size_t left, uint32_t *code)
{
	size_t size = utf8_character_size(text, left);

	*code = size ? code_of(text, size) : 0xfffd;
	if (*code < 0x20 || *code == 0x7f || *code == 0xfffe || *code == 0xffff)
		*code = *code == '\t' || *code == '\n' || *code == '\r' ? ' ' : 0xfffd;
	return size ? size : 1;
}

static void escape(struct buf *out, const char *text, size_t size)
{
	uint32_t code;

	for (size_t at = 0, step; at < size; at += step) {
		step = next_character(text + at, size - at, &code);
		switch (code) {
		case '<':
			buf_add_text(out, "&lt;");
			break;
		case '>':
			buf_add_text(out, "&gt;");
			break;
		case '&':
			buf_add_text(out, "&amp;");
			break;
		case '"':
			buf_add_text(out, "&quot;");
			break;
		case ' ':
			buf_add_text(out, " ");
			break;
		case 0xfffd:
			buf_add_text(out, REPLACEMENT);
			break;
		default:
			buf_add(out, text + at, step);
		}
	}
}

void svg_escape(struct buf *out, const char *text)
{
	escape(out, text, strlen(text));
}

/* In sizes. */
static double width_of(uint32_t code)
{
	if (code >= 0x1100)
		return code >= 0x2000 && code < 0x2e80 ? 0.8 : 1;
	if (code >= 0x80)
		return 0.65;
	if (strchr("iIjl.,:;|'!` ", (int)code))
		return 0.33;
	if (strchr("mMW@%", (int)code))
		return 0.95;
	if (strchr("wADGHKNOQU", (int)code))
		return 0.79;
	return code >= 'A' && code <= 'Z' ? 0.67 : 0.58;
}

static double width_within(const char *text, size_t size)
{
	double width = 0;
	uint32_t code;

	for (size_t at = 0, step; at < size; at += step) {
		step = next_character(text + at, size - at, &code);
		width += width_of(code);
	}
	return width;
}

double svg_width(const char *text, double size)
{
	return size * width_within(text, strlen(text));
}

/* The bytes of `text` that have room, in sizes. */
static size_t fits(const char *text, double room)
{
	size_t left = strlen(text), at = 0;
	uint32_t code;

	while (left) {
		size_t step = next_character(text + at, left, &code);

		room -= width_of(code);
		if (room < 0)
			break;
		at += step;
		left -= step;
	}
	return at;
}

static void put_text(struct buf *out, double x, double y, double size, enum svg_anchor anchor,
		     const char *text, size_t bytes, bool cut)
{
	static const char *const ANCHORS[] = {[SVG_START] = "",
					      [SVG_MIDDLE] = " text-anchor=\"middle\"",
					      [SVG_END] = " text-anchor=\"end\""};

	buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.4g\"%s>", x, y, size,
		   ANCHORS[anchor]);
	escape(out, text, bytes);
	buf_add_text(out, cut ? ELLIPSIS "</text>\n" : "</text>\n");
}

void svg_text(struct buf *out, double x, double y, double size, enum svg_anchor anchor, double room,
	      const char *text)
{
	size_t bytes = fits(text, room / size);
	bool cut = text[bytes];

	if (cut)
		bytes = fits(text, room / size - 1);
	put_text(out, x, y, size, anchor, text, bytes, cut);
}

/* Where a line of so many bytes had better end: behind its last blank, if that is not far back. */
static size_t break_at(const char *text, size_t bytes)
{
	size_t blank = bytes;

	while (blank > bytes / 2 && text[blank - 1] != ' ')
		blank--;
	return blank > bytes / 2 ? blank : bytes;
}

double svg_lines(struct buf *out, double x, double y, double size, double room, int most,
		 const char *text)
{
	while (*text) {
		size_t bytes = fits(text, room / size);

		if (!text[bytes] || bytes == 0 || most-- == 1) {
			svg_text(out, x, y, size, SVG_START, room, text);
			return y + size * LEADING;
		}
		bytes = break_at(text, bytes);
		put_text(out, x, y, size, SVG_START, text, bytes, false);
		text += bytes;
		y += size * LEADING;
	}
	return y;
}
