/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it a picture, and is it whole? Of JPEG (ITU-T T.81, annex B) and PNG (ISO/IEC 15948) the frame is read and no pixel: what
 * cannot be drawn although its frame is sound is not found here.
 */
#ifndef DAVY_CODEC_PICTURE_H
#define DAVY_CODEC_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Above that, Pillow, which draws the reports, takes a picture for an attack (Image.MAX_IMAGE_PIXELS). */
enum { PICTURE_PIXELS_MOST = 89478485 };

struct picture {
	const char *type; /* "jpeg" or "png"; static */
	int width, height;
};

/* -1 with a sentence that says what it is instead, as far as that can be seen: another kind, or one that ends too early. */
int picture_look(const uint8_t *bytes, size_t size, struct picture *picture, struct error *err);

#endif
