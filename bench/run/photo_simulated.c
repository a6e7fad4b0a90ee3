/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letters are drawn from points into rows of one bit a pixel, 1 is white. The rows, with the filter byte 0 before each, stand in one
 * stored block of a zlib stream (RFC 1950, RFC 1951), which a picture this small fits in, and that in a PNG of three chunks.
 */
#include "run/photo_simulated.h"

#include <stdint.h>
#include <string.h>

#include "codec/crc.h"

enum {
	WIDTH = 320,
	HEIGHT = 200,
	ROW = 1 + WIDTH / 8,
	ROWS_SIZE = HEIGHT * ROW, /* at most 65,535: one stored block */
	LATIN_WIDTH = 5,
	LATIN_HEIGHT = 7,
	LATIN_SCALE = 5,
	HAN = 16,
	HAN_SCALE = 5,
	FRAME = 4,
};

/* S I M U L A T E D, a byte a row. */
static const uint8_t LATIN[][LATIN_HEIGHT] = {
	{0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e}, {0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e},
	{0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11}, {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e},
	{0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f}, {0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11},
	{0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04}, {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f},
	{0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e},
};

/* 模拟 */
static const uint16_t CHINESE[][HAN] = {
	{0x1090, 0x1090, 0x13fc, 0x1090, 0xfe00, 0x11f8, 0x3108, 0x31f8, 0x5908, 0x55f8, 0x9020,
	 0x13fc, 0x1030, 0x1048, 0x1084, 0x1302},
	{0x2004, 0x2104, 0x2144, 0xf924, 0x2124, 0x2104, 0x2104, 0x3104, 0x6108, 0xa108, 0x2128,
	 0x2158, 0x2194, 0x2124, 0x2042, 0x6182},
};

enum { LATIN_COUNT = sizeof(LATIN) / sizeof(LATIN[0]) };

static void blacken(uint8_t *rows, int x, int y, int width, int height)
{
	for (int row = y; row < y + height; row++)
		for (int column = x; column < x + width; column++)
			rows[row * ROW + 1 + column / 8] &= (uint8_t) ~(0x80 >> column % 8);
}

/* One letter's row of `width` points, the leftmost in the highest bit. */
static void draw_row(uint8_t *rows, int x, int y, unsigned points, int width, int scale)
{
	for (int i = 0; i < width; i++)
		if (points >> (width - 1 - i) & 1)
			blacken(rows, x + i * scale, y, scale, scale);
}

static void draw_words(uint8_t *rows)
{
	int latin = (LATIN_WIDTH + 1) * LATIN_SCALE, han = (HAN + 1) * HAN_SCALE;
	int x = (WIDTH - LATIN_COUNT * latin) / 2;

	for (int i = 0; i < LATIN_COUNT; i++)
		for (int row = 0; row < LATIN_HEIGHT; row++)
			draw_row(rows, x + i * latin, 35 + row * LATIN_SCALE, LATIN[i][row],
				 LATIN_WIDTH, LATIN_SCALE);
	x = (WIDTH - 2 * han) / 2;
	for (int i = 0; i < 2; i++)
		for (int row = 0; row < HAN; row++)
			draw_row(rows, x + i * han, 90 + row * HAN_SCALE, CHINESE[i][row], HAN,
				 HAN_SCALE);
}

static void draw(uint8_t *rows)
{
	memset(rows, 0xff, ROWS_SIZE);
	for (int row = 0; row < HEIGHT; row++)
		rows[row * ROW] = 0;
	blacken(rows, 0, 0, WIDTH, FRAME);
	blacken(rows, 0, HEIGHT - FRAME, WIDTH, FRAME);
	blacken(rows, 0, 0, FRAME, HEIGHT);
	blacken(rows, WIDTH - FRAME, 0, FRAME, HEIGHT);
	draw_words(rows);
}

/* ---- PNG ---- */

static void add_big_endian(struct buf *out, uint32_t number)
{
	uint8_t bytes[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
			   (uint8_t)number};

	buf_add(out, bytes, sizeof(bytes));
}

static void add_chunk(struct buf *out, const char *name, const struct buf *data)
{
	size_t from;

	add_big_endian(out, (uint32_t)data->size);
	from = out->size;
	buf_add(out, name, 4);
	buf_add(out, data->data, data->size);
	add_big_endian(out, crc_32((const uint8_t *)out->data + from, out->size - from));
}

static uint32_t adler_32(const uint8_t *bytes, size_t size)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < size; i++) {
		a = (a + bytes[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static void add_stream(struct buf *out, const uint8_t *rows)
{
	const uint8_t head[] = {0x78,
				0x01,
				0x01, /* the last block, stored */
				ROWS_SIZE & 0xff,
				ROWS_SIZE >> 8,
				~ROWS_SIZE & 0xff,
				~ROWS_SIZE >> 8 & 0xff};

	buf_add(out, head, sizeof(head));
	buf_add(out, rows, ROWS_SIZE);
	add_big_endian(out, adler_32(rows, ROWS_SIZE));
}

void photo_simulated(struct buf *png)
{
	static const uint8_t MAGIC[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
	/* one bit, grey, no interlace */
	static const uint8_t KIND[] = {1, 0, 0, 0, 0};
	uint8_t rows[ROWS_SIZE];
	struct buf chunk;

	draw(rows);
	buf_add(png, MAGIC, sizeof(MAGIC));
	buf_init(&chunk);
	add_big_endian(&chunk, WIDTH);
	add_big_endian(&chunk, HEIGHT);
	buf_add(&chunk, KIND, sizeof(KIND));
	add_chunk(png, "IHDR", &chunk);
	buf_clear(&chunk);
	add_stream(&chunk, rows);
	add_chunk(png, "IDAT", &chunk);
	buf_clear(&chunk);
	add_chunk(png, "IEND", &chunk);
	buf_done(&chunk);
}
