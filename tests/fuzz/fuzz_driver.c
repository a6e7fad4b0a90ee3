/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver as the loader sends it, and then an instrument that may say anything. The input is a tree
 * { driver, bytes, number }: each read is asked and answered with the bytes, and with a frame made of
 * them that is sound; each write is told the number; the bytes are looked at as what comes unasked.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/driver.h"
#include "run/stream.h"
#include "tests/fuzz/tree.h"

FUZZ_TREES

enum { ANSWER_ROOM = 600, TEXT_BYTES = 20 };

struct said {
	const uint8_t *bytes;
	size_t size;
	double number;
};

/* A sound answer that carries the bytes; its size, or 0 where this bus has none such. */
static size_t wrap(const struct exchange *exchange, const struct said *said,
		   uint8_t answer[ANSWER_ROOM])
{
	uint8_t payload[MODBUS_ADU_MOST] = {0};
	double fields[FRAME_FIELDS];
	char text[2 * TEXT_BYTES + 1] = "";
	size_t whole;
	struct error ignored;

	if (exchange->driver->bus == BUS_MODBUS) {
		size_t size = 2 * (size_t)exchange->request.count;

		if (size > 250)
			return 0;
		memcpy(payload, said->bytes, said->size < size ? said->size : size);
		return modbus_reply_encode(&exchange->request, payload, exchange->writes ? 0 : size,
					   answer);
	}
	if (exchange->driver->bus == BUS_LINE)
		return 0;
	for (size_t i = 0; i < FRAME_FIELDS; i++)
		fields[i] = i < said->size ? said->bytes[i] : 0;
	if (frame_layout_has_text(exchange->item->reply_layout))
		for (size_t i = 0; i < said->size && i < TEXT_BYTES; i++)
			sprintf(text + 2 * i, "%02X", said->bytes[i]);
	return frame_encode_text(exchange->item->reply_layout, fields,
				 frame_layout_fields(exchange->item->reply_layout), text, answer,
				 &whole, &ignored) < 0
		       ? 0
		       : whole;
}

static bool is_scan(const struct exchange *exchange)
{
	return exchange->item >= exchange->driver->scan &&
	       exchange->item < exchange->driver->scan + DRIVER_SCANS;
}

/* What was scanned is a text, and not an empty one. */
static void look_at_scan(const struct driver *driver, const struct driver_item *scan,
			 const uint8_t *bytes, size_t size)
{
	char text[SCAN_TEXT];
	struct error err;

	if (driver_scanned(driver, scan, bytes, size, text, &err) == 0)
		must(text[0] && strlen(text) < sizeof(text));
}

static void answer(const struct exchange *exchange, const uint8_t *bytes, size_t size)
{
	double number = 0;
	char text[64];
	struct error err;

	must(exchange->size <= EXCHANGE_MOST);
	if (exchange->item != &exchange->driver->identity && !is_scan(exchange) &&
	    exchange_number(exchange, bytes, size, &number, &err) == 0)
		must(isfinite(number));
	if (exchange_text(exchange, bytes, size, text, sizeof(text), &err) == 0)
		must(strlen(text) < sizeof(text));
	if (is_scan(exchange))
		look_at_scan(exchange->driver, exchange->item, bytes, size);
}

static void answer_all(const struct exchange *exchange, const struct said *said)
{
	uint8_t sound[ANSWER_ROOM];
	size_t size = wrap(exchange, said, sound);

	answer(exchange, said->bytes, said->size);
	if (size > 0)
		answer(exchange, sound, size);
}

static void converse(const struct driver *driver, const struct said *said)
{
	struct exchange exchange;
	struct error err;

	for (size_t i = 0; i < driver->read_count; i++) {
		if (driver->read[i].streamed)
			continue;
		exchange_read(&exchange, driver, &driver->read[i], 1);
		answer_all(&exchange, said);
	}
	for (size_t i = 0; i < driver->scan_count; i++) {
		if (driver->scan[i].streamed)
			continue;
		exchange_read(&exchange, driver, &driver->scan[i], 1);
		answer_all(&exchange, said);
	}
	if (driver->identifies) {
		exchange_read(&exchange, driver, &driver->identity, 1);
		answer_all(&exchange, said);
	}
	for (size_t i = 0; i < driver->write_count; i++)
		if (exchange_write(&exchange, driver, &driver->write[i], 1, said->number, &err) ==
		    0)
			answer_all(&exchange, said);
}

static void hear(const struct driver *driver, const struct said *said)
{
	struct stream_message message;
	struct stream_past past = {0};
	int stream = said->size ? stream_find(driver, said->bytes, said->size) : -1;

	for (size_t i = 0; stream >= 0 && i < driver->scan_count; i++)
		if (driver->scan[i].streamed && driver->scan[i].stream == (size_t)stream)
			look_at_scan(driver, &driver->scan[i], said->bytes, said->size);
	for (int time = 1; stream >= 0 && time <= 2; time++) {
		stream_take(&past, driver, (size_t)stream, SEC(time), MSEC(1), said->bytes,
			    said->size, &message);
		for (size_t i = 0; i < driver->read_count; i++) {
			const struct driver_item *item = &driver->read[i];
			nsec latest = INT64_MIN;
			struct stream_row row = {0};

			if (!item->streamed || item->stream != (size_t)stream)
				continue;
			while (stream_next_row(item, &message, &latest, &row))
				for (size_t n = row.from; n < row.from + row.count; n++)
					stream_value(item, &message, n);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value *tree = tree_read(data, size);
	const struct value *bytes = value_get(tree, "bytes");
	struct said said = {(const uint8_t *)"", 0, value_get_real(tree, "number", 1)};
	struct error err;
	struct driver *driver =
		tree ? driver_compile(value_get(tree, "driver"), "input", &err) : NULL;

	if (bytes && bytes->kind == VALUE_TEXT) {
		said.bytes = (const uint8_t *)bytes->text;
		said.size = bytes->size;
	}
	if (driver) {
		converse(driver, &said);
		hear(driver, &said);
	}
	driver_free(driver);
	value_free(tree);
	return 0;
}
