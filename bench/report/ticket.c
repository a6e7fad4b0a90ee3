/* SPDX-License-Identifier: Apache-2.0 */
#include "report/ticket.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum {
	ESC = 0x1b,
	GS = 0x1d,
	DLE = 0x10,
	EOT = 0x04,
	BAND = 128, /* rows at once: 9 KiB, which the memory of a small printer holds */
	ROW = TICKET_DOTS / 8,
	SIDE_MOST = 1 << 20, /* dots: 130 m of paper */
};

/* ---- the picture ---- */

struct cursor {
	const uint8_t *at, *end;
};

static bool read_number(struct cursor *cursor, size_t *number)
{
	while (cursor->at < cursor->end && isspace(*cursor->at))
		cursor->at++;
	if (cursor->at == cursor->end || !isdigit(*cursor->at))
		return false;
	for (*number = 0; cursor->at < cursor->end && isdigit(*cursor->at); cursor->at++)
		if (*number < SIDE_MOST)
			*number = *number * 10 + (size_t)(*cursor->at - '0');
	return *number > 0 && *number < SIDE_MOST;
}

static size_t stride(const struct ticket_picture *picture)
{
	return (picture->width + 7) / 8;
}

int ticket_read(const void *bytes, size_t size, struct ticket_picture *picture, struct error *err)
{
	struct cursor cursor = {bytes, (const uint8_t *)bytes + size};

	if (size < 2 || memcmp(bytes, "P4", 2) != 0)
		return error_set(err, ERROR_USAGE, "the page is no portable bitmap");
	cursor.at += 2;
	if (!read_number(&cursor, &picture->width) || !read_number(&cursor, &picture->height) ||
	    cursor.at == cursor.end)
		return error_set(err, ERROR_USAGE,
				 "the page's bitmap does not say how large it is");
	cursor.at++;
	if ((size_t)(cursor.end - cursor.at) / stride(picture) < picture->height)
		return error_set(err, ERROR_USAGE, "the page's bitmap is shorter than it says");
	picture->rows = cursor.at;
	return 0;
}

static bool is_black(const struct ticket_picture *page, size_t x, size_t y)
{
	return page->rows[y * stride(page) + x / 8] & (0x80 >> x % 8);
}

static bool has_black(const struct ticket_picture *page, size_t y, size_t from, size_t to)
{
	for (size_t x = from; x < to; x++)
		if (is_black(page, x, y))
			return true;
	return false;
}

/* ---- what the printer is told ---- */

void ticket_begin(struct buf *out)
{
	const uint8_t begin[] = {ESC, '@'};

	buf_add(out, begin, sizeof(begin));
}

void ticket_end(struct buf *out)
{
	const uint8_t end[] = {ESC, 'd', 1, GS, 'V', 66, 0};

	buf_add(out, end, sizeof(end));
}

static void add_row(struct buf *out, const struct ticket_picture *page, size_t left, size_t y)
{
	uint8_t row[ROW] = {0};

	for (size_t x = 0; x < TICKET_DOTS && left + x < page->width; x++)
		if (is_black(page, left + x, y))
			row[x / 8] |= (uint8_t)(0x80 >> x % 8);
	buf_add(out, row, sizeof(row));
}

static void add_band(struct buf *out, const struct ticket_picture *page, size_t left, size_t top,
		     size_t height)
{
	const uint8_t head[] = {GS, 'v', '0', 0, ROW, 0, (uint8_t)height, 0};

	buf_add(out, head, sizeof(head));
	for (size_t y = top; y < top + height; y++)
		add_row(out, page, left, y);
}

int ticket_add(struct buf *out, const struct ticket_picture *page, struct error *err)
{
	size_t left = page->width > TICKET_DOTS ? (page->width - TICKET_DOTS) / 2 : 0;
	size_t right = left + TICKET_DOTS < page->width ? left + TICKET_DOTS : page->width;
	size_t height = 0;

	for (size_t y = 0; y < page->height; y++) {
		if (has_black(page, y, 0, left) || has_black(page, y, right, page->width))
			return error_set(err, ERROR_USAGE,
					 "the page is wider than the 72 mm that a ticket printer "
					 "prints on, and would be cut off: it is for larger paper");
		if (has_black(page, y, left, right))
			height = y + 1;
	}
	for (size_t top = 0; top < height; top += BAND)
		add_band(out, page, left, top, height - top < BAND ? height - top : BAND);
	return 0;
}

/* ---- what it says ---- */

void ticket_ask(struct buf *out, enum ticket_question question)
{
	const uint8_t ask[] = {DLE, EOT, (uint8_t)question};

	buf_add(out, ask, sizeof(ask));
}

enum ticket_state ticket_answer(enum ticket_question question, uint8_t answer)
{
	enum { FIXED = 0x93, FIXED_AS = 0x12, COVER = 0x04, FAULT = 0x40, PAPER_END = 0x60 };

	if ((answer & FIXED) != FIXED_AS)
		return TICKET_UNCLEAR;
	if (question == TICKET_ASKS_PAPER)
		return answer & PAPER_END ? TICKET_NO_PAPER : TICKET_READY;
	if (answer & COVER)
		return TICKET_COVER_OPEN;
	return answer & FAULT ? TICKET_IN_ERROR : TICKET_READY;
}
