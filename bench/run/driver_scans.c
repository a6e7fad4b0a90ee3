/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What readers say: a tag's number, a code. It is a text and no reading, and becomes none.
 *
 * Of a line the text is all that stands behind what its template begins with (a prefix that the reader was set
 * to), so that a code may be as long as a line and hold any signs; a template's captures are short.
 */
#include <string.h>

#include "base/utf8.h"
#include "run/driver.h"

static const char TEXT[] = "{text}";

bool driver_scans_line(const char *layout)
{
	size_t size = strlen(layout), tail = strlen(TEXT);

	return size >= tail && !strcmp(layout + size - tail, TEXT) &&
	       strcspn(layout, "{}") == size - tail;
}

static int take_line(const struct driver *driver, const char *layout, const uint8_t *bytes,
		     size_t size, char text[SCAN_TEXT], struct error *err)
{
	size_t head = strlen(layout) - strlen(TEXT), tail = strlen(driver->ends);
	size_t length = size >= tail ? size - tail : 0;

	if (length < head || memcmp(bytes, layout, head) != 0)
		return error_set(err, ERROR_DEVICE, "what was read does not begin with '%.*s'",
				 (int)head, layout);
	if (length - head >= SCAN_TEXT)
		return error_set(err, ERROR_DEVICE, "what was read is longer than %d bytes",
				 SCAN_TEXT - 1);
	memcpy(text, bytes + head, length - head);
	text[length - head] = '\0';
	return strlen(text) == length - head
		       ? 0
		       : error_set(err, ERROR_DEVICE, "what was read has a NUL in it");
}

static int check_text(const char *text, struct error *err)
{
	size_t size = strlen(text);

	if (size == 0)
		return error_set(err, ERROR_DEVICE, "what was read is empty");
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
			return error_set(err, ERROR_DEVICE,
					 "what was read has the control character %02X in it",
					 (unsigned char)text[i]);
	if (utf8_valid_size(text, size) != size)
		return error_set(err, ERROR_DEVICE,
				 "what was read is no UTF-8: set the reader to send UTF-8");
	return 0;
}

int driver_scanned(const struct driver *driver, const struct driver_item *scan,
		   const uint8_t *bytes, size_t size, char text[SCAN_TEXT], struct error *err)
{
	const struct driver_stream *stream = scan->streamed ? &driver->stream[scan->stream] : NULL;
	const struct frame_layout *frame = stream ? stream->frame : scan->reply_layout;

	if (driver->bus == BUS_LINE) {
		if (take_line(driver, stream ? stream->layout : scan->reply, bytes, size, text,
			      err) < 0)
			return -1;
	} else {
		double ignored[FRAME_FIELDS];

		if (frame_decode(frame, bytes, size, ignored, err) < 0)
			return -1;
		frame_read_text(frame, bytes, text);
	}
	return check_text(text, err);
}
