/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question to an instrument and what its answer means, for the three buses.
 *
 * The link knows bytes and deadlines only; here it learns when an answer is whole (by counting, or by
 * the line's end), whether it is sound (CRC, echo, template, check sum), and what it says. A reply that
 * the driver lists as a refusal is sound and final: it is not retried, and its meaning is the error.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "run/driver.h"

static uint16_t register_count(const struct driver_item *item)
{
	return (uint16_t)((item->layout.size + 1) / 2);
}

static void ask_modbus(struct exchange *exchange, int unit)
{
	const struct driver_item *item = exchange->item;

	exchange->request = (struct modbus_request){
		.unit = (uint8_t)unit,
		.function = item->holding ? MODBUS_READ_HOLDING : MODBUS_READ_INPUT,
		.address = item->address,
		.count = register_count(item),
	};
	exchange->size = modbus_request_encode(&exchange->request, exchange->bytes);
	snprintf(exchange->what, sizeof(exchange->what), "%s (%s register %u)", item->name,
		 item->holding ? "holding" : "input", item->address);
}

static void set_line(struct exchange *exchange, const char *text)
{
	int size = snprintf((char *)exchange->bytes, sizeof(exchange->bytes), "%s%s", text,
			    exchange->driver->ends);

	exchange->size =
		(size_t)size < sizeof(exchange->bytes) ? (size_t)size : sizeof(exchange->bytes) - 1;
	snprintf(exchange->what, sizeof(exchange->what), "'%s'", text);
}

void exchange_read(struct exchange *exchange, const struct driver *driver,
		   const struct driver_item *item, int unit)
{
	struct error ignored;

	*exchange = (struct exchange){.driver = driver, .item = item};
	if (driver->bus == BUS_MODBUS) {
		ask_modbus(exchange, unit);
	} else if (driver->bus == BUS_LINE) {
		set_line(exchange, item->ask);
	} else {
		/* a question has no number fields that could fail to fit */
		frame_encode(item->ask_layout, NULL, 0, exchange->bytes, &ignored);
		exchange->size = frame_layout_size(item->ask_layout);
		snprintf(exchange->what, sizeof(exchange->what), "%s", item->name);
	}
}

static int tell_modbus(struct exchange *exchange, int unit, double raw, struct error *err)
{
	const struct driver_item *item = exchange->item;
	uint16_t count = register_count(item);

	exchange->request = (struct modbus_request){
		.unit = (uint8_t)unit,
		.function = count == 1 ? MODBUS_WRITE_REGISTER : MODBUS_WRITE_REGISTERS,
		.address = item->address,
		.count = count,
		.size = item->layout.size,
	};
	if (layout_write(&item->layout, raw, exchange->request.data, err) < 0)
		return -1;
	exchange->size = modbus_request_encode(&exchange->request, exchange->bytes);
	snprintf(exchange->what, sizeof(exchange->what), "%s (holding register %u)", item->name,
		 item->address);
	return 0;
}

static int tell_line(struct exchange *exchange, double raw, struct error *err)
{
	struct buf line;
	int built;

	buf_init(&line);
	built = template_build(&line, exchange->item->ask, &raw, 1, err);
	if (built == 0)
		set_line(exchange, line.data);
	buf_done(&line);
	return built;
}

static int check_range(const struct driver_item *item, double number, struct error *err)
{
	struct quantity quantity = quantity_of(number, &item->unit);
	char text[64];

	if (!isfinite(number))
		return error_set(err, ERROR_USAGE, "%s: not a finite number", item->name);
	if (!item->ranged || limit_met(&item->range, &quantity))
		return 0;
	quantity_print(&quantity, 0, text, sizeof(text));
	return error_set(err, ERROR_REFUSED, "%s: %s is outside the instrument's range %s",
			 item->name, text, item->range.text);
}

int exchange_write(struct exchange *exchange, const struct driver *driver,
		   const struct driver_item *item, int unit, double number, struct error *err)
{
	double raw = number / item->scale;

	*exchange = (struct exchange){.driver = driver, .item = item, .writes = true};
	if (check_range(item, number, err) < 0)
		return -1;
	if (driver->bus == BUS_MODBUS)
		return tell_modbus(exchange, unit, raw, err);
	if (driver->bus == BUS_LINE)
		return tell_line(exchange, raw, err);

	exchange->size = frame_layout_size(item->ask_layout);
	snprintf(exchange->what, sizeof(exchange->what), "%s", item->name);
	return frame_encode(item->ask_layout, &raw, 1, exchange->bytes, err);
}

/* ---- when an answer is whole, and whether it is sound ---- */

/* A refusal that these bytes are, or are the beginning of: how a frame matches, and which one. */
static int match_refusal(const struct driver *driver, const uint8_t *bytes, size_t size,
			 size_t *which)
{
	int best = -1;

	for (size_t i = 0; i < driver->refusal_count && size > 0; i++) {
		int match = frame_match(driver->refusal[i].frame, bytes, size);

		if (match > best)
			*which = i;
		best = match > best ? match : best;
	}
	return best;
}

/* What is neither the answer nor a refusal is whole as it stands: the check then says why it is wrong. */
static size_t measure_frame(const struct exchange *exchange, const uint8_t *bytes, size_t size)
{
	const struct frame_layout *reply = exchange->item->reply_layout;
	size_t which = 0, whole = frame_size(reply, bytes, size);
	int refusal = match_refusal(exchange->driver, bytes, size, &which);

	if (refusal == 1)
		return frame_size(exchange->driver->refusal[which].frame, bytes, size);
	if (refusal == 0)
		return 0;
	return whole > FRAME_MOST ? size : whole;
}

static const char *refused_frame(const struct exchange *exchange, const uint8_t *bytes, size_t size)
{
	size_t which = 0;

	return match_refusal(exchange->driver, bytes, size, &which) == 1
		       ? exchange->driver->refusal[which].says
		       : NULL;
}

static int match_frame(const struct exchange *exchange, const uint8_t *bytes, size_t size,
		       double *fields, struct error *err)
{
	const char *refused = refused_frame(exchange, bytes, size);

	if (refused)
		return error_set(err, ERROR_DEVICE, "%s was refused: %s", exchange->what, refused);
	return frame_decode(exchange->item->reply_layout, bytes, size, fields, err);
}

static size_t measure_answer(void *ctx, const uint8_t *bytes, size_t size)
{
	const struct exchange *exchange = ctx;
	const char *ends = exchange->driver->ends;
	const uint8_t *end;

	if (exchange->driver->bus == BUS_MODBUS)
		return modbus_reply_size(&exchange->request, bytes, size);
	if (exchange->driver->bus == BUS_FRAME)
		return measure_frame(exchange, bytes, size);
	end = memmem(bytes, size, ends, strlen(ends));
	return end ? (size_t)(end - bytes) + strlen(ends) : 0;
}

static void line_of(const struct exchange *exchange, const uint8_t *bytes, size_t size, char *line,
		    size_t room)
{
	size_t tail = strlen(exchange->driver->ends);
	size_t length = size >= tail ? size - tail : 0;

	if (length >= room)
		length = room - 1;
	memcpy(line, bytes, length);
	line[length] = '\0';
}

static const char *refusal_of(const struct driver *driver, const char *line)
{
	for (size_t i = 0; i < driver->refusal_count; i++)
		if (!strcmp(driver->refusal[i].reply, line))
			return driver->refusal[i].says;
	return NULL;
}

static int match_line(const struct exchange *exchange, const uint8_t *bytes, size_t size,
		      struct capture *captures, size_t *count, struct error *err)
{
	char line[MODBUS_ADU_MOST];
	const char *refused;

	line_of(exchange, bytes, size, line, sizeof(line));
	refused = refusal_of(exchange->driver, line);
	if (refused)
		return error_set(err, ERROR_DEVICE, "%s was refused: %s", exchange->what, refused);
	if (!template_match(exchange->item->reply, line, captures, count))
		return error_set(err, ERROR_DEVICE, "%s was answered by '%s', expected '%s'",
				 exchange->what, line, exchange->item->reply);
	return 0;
}

static int check_answer(void *ctx, const uint8_t *bytes, size_t size, struct error *err)
{
	const struct exchange *exchange = ctx;
	struct capture captures[TEMPLATE_CAPTURES];
	double fields[FRAME_FIELDS];
	uint8_t data[MODBUS_ADU_MOST];
	char line[MODBUS_ADU_MOST];
	size_t count;

	if (exchange->driver->bus == BUS_MODBUS) {
		int decoded =
			modbus_reply_decode(&exchange->request, bytes, size, data, &count, err);

		/* an exception is a whole, sound answer: asking again will not change it */
		return decoded < 0 && modbus_is_exception(bytes, size) ? 0 : decoded;
	}
	if (exchange->driver->bus == BUS_FRAME)
		return refused_frame(exchange, bytes, size)
			       ? 0
			       : frame_decode(exchange->item->reply_layout, bytes, size, fields,
					      err);

	line_of(exchange, bytes, size, line, sizeof(line));
	if (refusal_of(exchange->driver, line))
		return 0; /* an answer, though not the one hoped for: asking again will not change it */
	return match_line(exchange, bytes, size, captures, &count, err);
}

void exchange_ask(struct exchange *exchange, struct link *link, link_done_fn *done, void *ctx)
{
	struct link_question question = {
		.bytes = exchange->bytes,
		.size = exchange->size,
		.what = exchange->what,
		.within = exchange->driver->within,
		.retries = exchange->driver->retries,
		.no_answer = exchange->writes && exchange->driver->bus == BUS_LINE &&
			     !exchange->item->reply,
		.measure = measure_answer,
		.check = check_answer,
		.codec = exchange,
		.done = done,
		.ctx = ctx,
	};

	link_ask(link, &question);
}

/* ---- what it says ---- */

static int line_number(const struct exchange *exchange, const uint8_t *bytes, size_t size,
		       double *number, struct error *err)
{
	struct capture captures[TEMPLATE_CAPTURES];
	size_t count, seen = 0;

	if (match_line(exchange, bytes, size, captures, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (captures[i].is_number && seen++ == exchange->item->field) {
			*number = captures[i].number;
			return 0;
		}
	}
	if (exchange->writes)
		return 0;
	return error_set(err, ERROR_USAGE, "the reply '%s' has no number %zu",
			 exchange->item->reply, exchange->item->field + 1);
}

int exchange_number(const struct exchange *exchange, const uint8_t *bytes, size_t size,
		    double *number, struct error *err)
{
	const struct driver_item *item = exchange->item;
	double fields[FRAME_FIELDS] = {0};
	uint8_t data[MODBUS_ADU_MOST];
	size_t data_size;
	double raw = 0;

	if (exchange->driver->bus == BUS_MODBUS) {
		if (modbus_reply_decode(&exchange->request, bytes, size, data, &data_size, err) < 0)
			return -1;
		raw = exchange->writes ? 0 : layout_read(&item->layout, data);
	} else if (exchange->driver->bus == BUS_LINE) {
		if (exchange->writes && !item->reply)
			return 0;
		if (line_number(exchange, bytes, size, &raw, err) < 0)
			return -1;
	} else {
		if (match_frame(exchange, bytes, size, fields, err) < 0)
			return -1;
		raw = fields[item->field];
	}

	*number = unit_to_si(&item->unit, raw * item->scale);
	if (exchange->writes && isfinite(*number))
		return 0;
	return driver_shows(item, *number, err);
}

int exchange_text(const struct exchange *exchange, const uint8_t *bytes, size_t size, char *text,
		  size_t room, struct error *err)
{
	const struct driver_item *item = exchange->item;
	uint8_t data[MODBUS_ADU_MOST];
	char string[FRAME_TEXT] = "", line[MODBUS_ADU_MOST];
	double fields[FRAME_FIELDS];
	size_t data_size;

	if (exchange->driver->bus == BUS_MODBUS) {
		if (modbus_reply_decode(&exchange->request, bytes, size, data, &data_size, err) < 0)
			return -1;
		if (item->layout.kind == LAYOUT_STRING)
			layout_read_string(&item->layout, data, string);
	} else if (exchange->driver->bus == BUS_LINE) {
		line_of(exchange, bytes, size, line, sizeof(line));
		snprintf(string, sizeof(string), "%s", line + strspn(line, " \t"));
	} else {
		if (match_frame(exchange, bytes, size, fields, err) < 0)
			return -1;
		frame_read_text(item->reply_layout, bytes, string);
	}
	snprintf(text, room, "%s", string);
	return 0;
}

int exchange_is_well(const struct exchange *exchange, size_t index, const uint8_t *bytes,
		     size_t size, struct error *err)
{
	const struct health_rule *rule = &exchange->driver->health[index];
	double number;
	uint16_t flags;

	if (exchange_number(exchange, bytes, size, &number, err) < 0)
		return -1;
	flags = (uint16_t)number;
	if ((flags & rule->without) || (flags & rule->needs) != rule->needs)
		return error_set(err, ERROR_DEVICE, "%s", rule->else_says);
	return 0;
}
