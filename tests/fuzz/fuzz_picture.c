/* SPDX-License-Identifier: Apache-2.0 */
/* A photo as a phone, a card or anybody hands it in: what is taken has a kind and a size that a report can draw. */
#include <string.h>

#include "codec/picture.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct picture picture;
	struct error err;

	if (picture_look(data, size, &picture, &err) < 0)
		return 0;
	must(!strcmp(picture.type, "jpeg") || !strcmp(picture.type, "png"));
	must(picture.width > 0 && picture.height > 0);
	must((int64_t)picture.width * picture.height <= PICTURE_PIXELS_MOST);
	return 0;
}
