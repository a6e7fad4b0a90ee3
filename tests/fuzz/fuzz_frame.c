/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framed binary messages: the input's first line is a layout, the rest the bytes of a frame. What was
 * encoded matches, and decodes to numbers again.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/frame.h"
#include "tests/fuzz/fuzz.h"

static void encode(const struct frame_layout *layout, const double *fields, const char *text)
{
	uint8_t bytes[FRAME_MOST];
	double again[FRAME_FIELDS];
	char back[FRAME_TEXT], once_more[FRAME_TEXT];
	size_t size;
	struct error err;

	if (frame_encode_text(layout, fields, frame_layout_fields(layout), text, bytes, &size,
			      &err) < 0)
		return;
	must(size >= frame_layout_size(layout) && size <= frame_layout_most(layout));
	must(frame_size(layout, bytes, size) == size);
	must(frame_match(layout, bytes, size) == 1);
	for (size_t part = 1; part < size; part++)
		must(frame_match(layout, bytes, part) == 0);
	must(frame_decode(layout, bytes, size, again, &err) == 0);
	frame_read_text(layout, bytes, back);
	must(frame_encode_text(layout, fields, frame_layout_fields(layout), back, bytes, &size,
			       &err) == 0);
	frame_read_text(layout, bytes, once_more);
	must(!strcmp(back, once_more));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = fuzz_split(data, size);
	double fields[FRAME_FIELDS] = {0};
	struct error err;
	struct frame_layout *layout = frame_layout_new(parts.first, &err);
	int match;

	free(parts.first);
	if (!layout)
		return 0;
	must(frame_layout_size(layout) >= 1 && frame_layout_size(layout) <= FRAME_MOST);
	must(frame_layout_fields(layout) <= FRAME_FIELDS);
	must(frame_layout_has_text(layout) ||
	     frame_layout_most(layout) == frame_layout_size(layout));
	must(frame_layout_head(layout) <= frame_layout_size(layout));
	for (size_t i = 0; i <= frame_layout_fields(layout); i++)
		must((frame_layout_number(layout, i) != NULL) == (i < frame_layout_fields(layout)));
	encode(layout, fields, NULL);
	encode(layout, fields, "E20000");
	match = parts.size ? frame_match(layout, parts.rest, parts.size) : 0;
	if (frame_decode(layout, parts.rest, parts.size, fields, &err) == 0) {
		char text[FRAME_TEXT];

		must(match == 1);
		frame_read_text(layout, parts.rest, text);
		encode(layout, fields, text);
	}
	frame_layout_free(layout);
	return 0;
}
