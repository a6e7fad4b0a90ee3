/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JPEG is a row of segments up to its first scan, behind which only an end mark may stand as FF D9: entropy-coded bytes have FF
 * followed by 00. Phones append previews and films behind that mark, which are left alone. A PNG is a row of chunks, each with its CRC.
 */
#include "codec/picture.h"

#include <stdbool.h>
#include <string.h>

#include "codec/crc.h"

enum { EDGE_MOST = 1 << 20, CHUNK_AROUND = 12 /* bytes: length, name, CRC */ };

static const uint8_t PNG_MAGIC[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static uint32_t big_endian(const uint8_t *bytes, size_t size)
{
	uint32_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | bytes[i];
	return number;
}

static int ends_early(struct error *err)
{
	return error_set(err, ERROR_USAGE,
			 "the picture is damaged or not whole: it was cut short, or is still "
			 "being copied");
}

/* ---- JPEG ---- */

/* Which start of frame it is: C0 to CF, but for tables (C4, CC) and the mark that is reserved (C8). */
static bool is_frame(uint8_t mark)
{
	return mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc;
}

static bool has_end_mark(const uint8_t *bytes, size_t size)
{
	static const uint8_t END[] = {0xff, 0xd9};

	return size && memmem(bytes, size, END, sizeof(END));
}

static int look_at_jpeg(const uint8_t *bytes, size_t size, struct picture *picture,
			struct error *err)
{
	size_t at = 2;

	picture->type = "jpeg";
	while (at + 4 <= size && bytes[at] == 0xff) {
		uint8_t mark = bytes[at + 1];
		size_t length = big_endian(bytes + at + 2, 2);

		if (mark == 0xff) { /* a fill byte */
			at++;
			continue;
		}
		if (length < 2 || length > size - at - 2)
			break;
		if (is_frame(mark) && length >= 8) {
			picture->height = (int)big_endian(bytes + at + 5, 2);
			picture->width = (int)big_endian(bytes + at + 7, 2);
		}
		at += 2 + length;
		if (mark == 0xda)
			return picture->width && picture->height &&
					       has_end_mark(bytes + at, size - at)
				       ? 0
				       : ends_early(err);
	}
	return ends_early(err);
}

/* ---- PNG ---- */

static int look_at_png(const uint8_t *bytes, size_t size, struct picture *picture,
		       struct error *err)
{
	size_t at = sizeof(PNG_MAGIC);

	picture->type = "png";
	while (size - at >= CHUNK_AROUND) {
		const uint8_t *name = bytes + at + 4;
		size_t length = big_endian(bytes + at, 4);

		if (length > size - at - CHUNK_AROUND ||
		    crc_32(name, 4 + length) != big_endian(name + 4 + length, 4))
			break;
		if (!memcmp(name, "IHDR", 4) && length == 13) {
			uint32_t width = big_endian(name + 4, 4), height = big_endian(name + 8, 4);

			picture->width = width > EDGE_MOST ? EDGE_MOST : (int)width;
			picture->height = height > EDGE_MOST ? EDGE_MOST : (int)height;
		}
		if (!memcmp(name, "IEND", 4))
			return picture->width && picture->height ? 0 : ends_early(err);
		at += CHUNK_AROUND + length;
	}
	return ends_early(err);
}

/* ---- which it is ---- */

static int another_kind(const uint8_t *bytes, size_t size, struct error *err)
{
	static const struct {
		size_t at;
		const char *magic, *says;
	} KINDS[] = {
		{4, "ftyphei", "it is a HEIC picture: set the camera to JPEG ('most compatible')"},
		{4, "ftyphev", "it is a HEIC picture: set the camera to JPEG ('most compatible')"},
		{4, "ftypmif1", "it is a HEIF picture: set the camera to JPEG ('most compatible')"},
		{4, "ftypavif", "it is an AVIF picture: set the camera to JPEG"},
		{8, "WEBP", "it is a WebP picture: set the camera to JPEG"},
		{0, "GIF8", "it is a GIF picture: take it as JPEG or PNG"},
		{0, "BM", "it is a BMP picture: take it as JPEG or PNG"},
		{0, "II*", "it is a TIFF or raw picture: take it as JPEG"},
		{0, "MM", "it is a TIFF or raw picture: take it as JPEG"},
		{0, "%PDF", "it is a PDF and no photo: take a picture as JPEG or PNG"},
	};

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		size_t length = strlen(KINDS[i].magic);

		if (size >= KINDS[i].at + length &&
		    !memcmp(bytes + KINDS[i].at, KINDS[i].magic, length))
			return error_set(err, ERROR_USAGE, "%s", KINDS[i].says);
	}
	return error_set(err, ERROR_USAGE, "it is no picture: a photo is a JPEG or a PNG file");
}

int picture_look(const uint8_t *bytes, size_t size, struct picture *picture, struct error *err)
{
	int done;

	*picture = (struct picture){0};
	if (size >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff)
		done = look_at_jpeg(bytes, size, picture, err);
	else if (size >= sizeof(PNG_MAGIC) && !memcmp(bytes, PNG_MAGIC, sizeof(PNG_MAGIC)))
		done = look_at_png(bytes, size, picture, err);
	else
		return another_kind(bytes, size, err);
	if (done == 0 && (int64_t)picture->width * picture->height > PICTURE_PIXELS_MOST)
		return error_set(err, ERROR_USAGE,
				 "it has %d × %d pixels, and no report draws more than %d million: "
				 "set the camera to a smaller picture",
				 picture->width, picture->height, PICTURE_PIXELS_MOST / 1000000);
	return done;
}
