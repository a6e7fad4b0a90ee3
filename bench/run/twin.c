/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twins: simulated instruments, the server side of three kinds of bus.
 *
 * What a device says by itself is told by the world and framed here; it waits for a free line like an
 * answer, but not for the device's delay.
 *
 * A question goes to the first device on the port that understands it; one that nobody understands is
 * met with silence, as on a real bus. One question is answered at a time: whoever asks another one before
 * the answer has given up, and what the world still says to the first is dropped.
 */
#include "run/twin_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/template.h"
#include "port/serial_sim.h"

#define BACKLOG_MOST SEC(1) /* of what devices say by themselves, behind a line that is too slow */

static void say(const struct twin_port *port, const uint8_t *bytes, size_t size, nsec delay)
{
	port->wire->say(port->mouth, bytes, size, delay);
}

/* Whoever asks again has given up: an answer that is still to come is nobody's. */
static void begin_answer(struct twin_port *port, const struct twin *twin)
{
	world_forget(*port->world, port);
	port->asked = twin;
	port->item_count = 0;
}

/* ---- Modbus ---- */

static bool covers(const struct twin_port *port, const struct twin_entry *entry, bool holding)
{
	size_t words = (entry->layout.size + 1) / 2;

	return entry->holding == holding && entry->address >= port->request.address &&
	       entry->address + words <= (size_t)port->request.address + port->request.count;
}

static void reply_exception(struct twin_port *port, uint8_t code)
{
	uint8_t adu[MODBUS_ADU_MOST];
	size_t size = modbus_exception_encode(&port->request, code, adu);

	say(port, adu, size, port->asked->delay);
}

static void place_register(const struct twin_port *port, const struct twin_entry *entry,
			   const struct value *value, uint8_t *data)
{
	uint8_t *at = data + 2 * (entry->address - port->request.address);
	struct error ignored;

	if (entry->layout.kind == LAYOUT_STRING && value && value->kind == VALUE_TEXT)
		memcpy(at, value->text,
		       value->size < entry->layout.size ? value->size : entry->layout.size);
	else if (value && value->kind == VALUE_REAL)
		layout_write(&entry->layout, value->real / entry->scale, at, &ignored);
	else if (value && value->kind == VALUE_INT)
		layout_write(&entry->layout, (double)value->integer / entry->scale, at, &ignored);
}

static void registers_answered(void *ctx, const struct value *answer)
{
	struct twin_port *port = ctx;
	const struct value *values = value_get(answer, "values");
	uint8_t data[250] = {0}, adu[MODBUS_ADU_MOST];
	size_t size;

	for (size_t i = 0; i < port->item_count; i++)
		place_register(port, &port->asked->entry[port->item[i]], value_at(values, i), data);
	size = modbus_reply_encode(&port->request, data, (size_t)port->request.count * 2, adu);
	say(port, adu, size, port->asked->delay);
}

static void ask_registers(struct twin_port *port)
{
	bool holding = port->request.function == MODBUS_READ_HOLDING;
	struct value *what = value_map();
	struct value *index = value_list();

	for (size_t i = 0; i < port->asked->count; i++) {
		const struct twin_entry *entry = &port->asked->entry[i];

		if (!entry->reads || !covers(port, entry, holding) ||
		    port->item_count == QUESTION_ITEMS)
			continue;
		port->item[port->item_count++] = i;
		value_add(index, value_int((int64_t)i + 1));
	}
	if (!port->item_count) {
		value_free(index);
		value_free(what);
		reply_exception(port, 2);
		return;
	}
	value_set_text(what, "op", "read");
	value_set(what, "index", index);
	world_ask(*port->world, port->asked->device, what, registers_answered, port);
}

static void register_written(void *ctx, const struct value *answer)
{
	struct twin_port *port = ctx;
	uint8_t adu[MODBUS_ADU_MOST];
	size_t size;

	if (!value_get_bool(answer, "ok")) {
		reply_exception(port, 3);
		return;
	}
	size = modbus_reply_encode(&port->request, port->request.data, port->request.size, adu);
	say(port, adu, size, port->asked->delay);
}

static void tell_register(struct twin_port *port)
{
	for (size_t i = 0; i < port->asked->count; i++) {
		const struct twin_entry *entry = &port->asked->entry[i];
		struct value *what;

		if (!entry->writes || !covers(port, entry, true))
			continue;
		what = value_map();
		value_set_text(what, "op", "write");
		value_set_int(what, "index", (int64_t)i + 1);
		value_set_real(what, "number",
			       layout_read(&entry->layout, port->request.data) * entry->scale);
		world_ask(*port->world, port->asked->device, what, register_written, port);
		return;
	}
	reply_exception(port, 2);
}

static bool hear_modbus(struct twin_port *port, const struct twin *twin, const uint8_t *bytes,
			size_t size)
{
	struct modbus_request request;
	struct error ignored;

	if (modbus_request_decode(&request, bytes, size, &ignored) < 0 ||
	    request.unit != twin->unit)
		return false;
	begin_answer(port, twin);
	port->request = request;
	switch (port->request.function) {
	case MODBUS_READ_HOLDING:
	case MODBUS_READ_INPUT:
		ask_registers(port);
		break;
	case MODBUS_WRITE_REGISTER:
	case MODBUS_WRITE_REGISTERS:
		tell_register(port);
		break;
	default:
		reply_exception(port, 1);
	}
	return true;
}

/* ---- lines ---- */

static void reply_line(struct twin_port *port, const char *text)
{
	char *line = xprintf("%s%s", text, port->asked->ends);

	say(port, (const uint8_t *)line, strlen(line), port->asked->delay);
	free(line);
}

static void line_answered(void *ctx, const struct value *answer)
{
	const char *text = value_get_text(answer, "text");

	if (text)
		reply_line(ctx, text);
}

static void ask_line(struct twin_port *port, size_t index, const struct capture *captures,
		     size_t count)
{
	struct value *what = value_map();
	struct value *list;

	value_set_text(what, "op", "answer");
	value_set_int(what, "index", (int64_t)index + 1);
	list = value_set(what, "captures", value_list());
	for (size_t i = 0; i < count; i++)
		value_add(list, captures[i].is_number ? value_real(captures[i].number)
						      : value_text(captures[i].text));
	world_ask(*port->world, port->asked->device, what, line_answered, port);
}

static bool hear_line(struct twin_port *port, const struct twin *twin, const uint8_t *bytes,
		      size_t size)
{
	struct capture captures[TEMPLATE_CAPTURES];
	size_t tail = strlen(twin->ends), count;
	char line[MODBUS_ADU_MOST];

	if (size < tail || size - tail >= sizeof(line) ||
	    memcmp(bytes + size - tail, twin->ends, tail) != 0)
		return false;
	memcpy(line, bytes, size - tail);
	line[size - tail] = '\0';

	for (size_t i = 0; i < twin->count; i++) {
		if (!template_match(twin->entry[i].ask, line, captures, &count))
			continue;
		begin_answer(port, twin);
		if (twin->entry[i].fixed)
			reply_line(port, twin->entry[i].fixed);
		else
			ask_line(port, i, captures, count);
		return true;
	}
	return false;
}

/* ---- frames ---- */

static bool ask_frame(struct twin_port *port, size_t from);

static void frame_answered(void *ctx, const struct value *answer)
{
	struct twin_port *port = ctx;
	const struct twin_entry *entry = &port->asked->entry[port->item[0]];
	const struct value *fields = value_get(answer, "fields");
	double numbers[FRAME_FIELDS] = {0};
	uint8_t bytes[FRAME_MOST];
	const char *text = NULL;
	size_t count = 0, size;
	struct error ignored;

	if (!fields) {
		ask_frame(port, port->item[0] + 1);
		return;
	}
	for (size_t i = 0; i < value_count(fields) && count < FRAME_FIELDS; i++) {
		const struct value *field = value_at(fields, i);

		if (field->kind == VALUE_TEXT)
			text = field->text;
		else
			numbers[count++] =
				field->kind == VALUE_INT ? (double)field->integer : field->real;
	}
	if (frame_encode_text(entry->reply_layout, numbers,
			      frame_layout_fields(entry->reply_layout), text, bytes, &size,
			      &ignored) == 0)
		say(port, bytes, size, port->asked->delay);
}

static void ask_world(struct twin_port *port, size_t index, const double *fields, size_t count)
{
	struct value *what = value_map();
	struct value *list;

	port->item[0] = index;
	value_set_text(what, "op", "frame");
	value_set_int(what, "index", (int64_t)index + 1);
	list = value_set(what, "fields", value_list());
	for (size_t i = 0; i < count; i++)
		value_add(list, value_real(fields[i]));
	world_ask(*port->world, port->asked->device, what, frame_answered, port);
}

/* The first entry from this one on whose question it is; the next ones follow where it says nothing. */
static bool ask_frame(struct twin_port *port, size_t from)
{
	double fields[FRAME_FIELDS];
	struct error ignored;

	for (size_t i = from; i < port->asked->count; i++) {
		const struct frame_layout *layout = port->asked->entry[i].ask_layout;

		if (frame_decode(layout, port->frame, port->frame_size, fields, &ignored) < 0)
			continue;
		ask_world(port, i, fields, frame_layout_fields(layout));
		return true;
	}
	return false;
}

static bool hear_frame(struct twin_port *port, const struct twin *twin, const uint8_t *bytes,
		       size_t size)
{
	bool mine = false;

	for (size_t i = 0; i < twin->count && size <= FRAME_MOST; i++)
		mine = mine || (frame_size(twin->entry[i].ask_layout, bytes, size) == size &&
				frame_match(twin->entry[i].ask_layout, bytes, size) == 1);
	if (!mine)
		return false;
	begin_answer(port, twin);
	memcpy(port->frame, bytes, size);
	port->frame_size = size;
	return ask_frame(port, 0);
}

/* ---- what devices say by themselves ---- */

static int stream_line(struct twin_port *port, const struct twin *twin, const struct value *said,
		       struct error *err)
{
	const char *text = value_get_text(said, "text");

	if (!text)
		return error_set(err, ERROR_USAGE, "a stream on a line says a text");
	char *line = xprintf("%s%s", text, twin->ends);

	say(port, (const uint8_t *)line, strlen(line), 0);
	free(line);
	return 0;
}

/* The fields come packed, eight bytes each: a block is hundreds of them. */
static int stream_frame(struct twin_port *port, const struct frame_layout *layout,
			const struct value *said, struct error *err)
{
	const struct value *packed = value_get(said, "fields");
	size_t size = packed && packed->kind == VALUE_TEXT ? packed->size : 0;
	size_t most = frame_layout_fields(layout);
	double fields[FRAME_FIELDS];
	uint8_t bytes[FRAME_MOST];

	if (size != most * sizeof(double))
		return error_set(err, ERROR_USAGE,
				 "its message has %zu numbers, and its layout carries %zu",
				 size / sizeof(double), most);
	if (size > 0)
		memcpy(fields, packed->text, size);
	if (frame_encode(layout, fields, most, bytes, err) < 0)
		return -1;
	say(port, bytes, frame_layout_size(layout), 0);
	return 0;
}

/* A line that is behind hands over what is ever older, as if it were new. */
static int check_backlog(const struct twin_port *port, struct error *err)
{
	nsec backlog = port->wire->backlog(port->mouth);

	if (backlog <= BACKLOG_MOST)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "it says more than its line carries: %.3g s of it are still to be sent",
			 nsec_seconds(backlog));
}

int twin_port_stream(struct twin_port *port, const struct value *said, struct error *err)
{
	const char *device = value_get_text(said, "device");
	int64_t index = value_get_int(said, "index", 0);
	int done;

	for (size_t i = 0; i < port->count; i++) {
		const struct twin *twin = port->twin[i];

		if (strcmp(twin->device, device) != 0)
			continue;
		if (index < 1 || (size_t)index > twin->stream_count)
			return error_set(err, ERROR_USAGE, "there is no stream %lld",
					 (long long)index);
		done = twin->stream[index - 1]
			       ? stream_frame(port, twin->stream[index - 1], said, err)
			       : stream_line(port, twin, said, err);
		if (done < 0 || check_backlog(port, err) < 0)
			return error_context(err, "stream %lld", (long long)index);
		return 0;
	}
	return 0;
}

/* ---- the port ---- */

bool twin_port_hear(struct twin_port *port, const uint8_t *bytes, size_t size)
{
	static bool (*const HEAR[])(struct twin_port *, const struct twin *, const uint8_t *,
				    size_t) = {NULL, hear_modbus, hear_line, hear_frame};

	for (size_t i = 0; i < port->count && *port->world; i++) {
		const struct twin *twin = port->twin[i];

		if (HEAR[twin->bus] && HEAR[twin->bus](port, twin, bytes, size))
			return true;
	}
	return false;
}

int twin_port_add(struct twin_port *port, const char *device, int unit,
		  const struct value *simulator, const char *ends, struct error *err)
{
	struct twin *twin;

	if (port->count == TWIN_DEVICES)
		return error_set(err, ERROR_USAGE, "more than %d devices on a port", TWIN_DEVICES);
	twin = twin_compile(device, unit, simulator, ends, err);
	if (!twin)
		return -1;
	port->twin[port->count++] = twin;
	return 0;
}

int twin_port_fill(struct twin_port *port, const struct fixture *fixture, int index,
		   const struct value *simulators, struct error *err)
{
	for (size_t i = 0; i < fixture->device_count; i++) {
		const struct fixture_device *device = &fixture->device[i];
		const struct value *simulator = value_get(simulators, device->name);

		if (device->port != index)
			continue;
		if (!simulator)
			return error_set(err, ERROR_USAGE,
					 "driver %s has no twin: a device that cannot be simulated "
					 "cannot be rehearsed",
					 device->driver->id);
		if (twin_port_add(port, device->name, device->unit, simulator, device->driver->ends,
				  err) < 0)
			return -1;
	}
	return 0;
}

struct twin_port *twin_port_new(const struct twin_wire *wire, void *mouth, struct world **world)
{
	struct twin_port *port = xcalloc(1, sizeof(*port));

	port->wire = wire;
	port->mouth = mouth;
	port->world = world;
	return port;
}

void twin_port_free(struct twin_port *port)
{
	if (!port)
		return;
	if (*port->world)
		world_forget(*port->world, port);
	for (size_t i = 0; i < port->count; i++)
		twin_free(port->twin[i]);
	free(port);
}

/* ---- a simulated line ---- */

static void sim_hears(void *ctx, const uint8_t *bytes, size_t size)
{
	twin_port_hear(ctx, bytes, size);
}

static void sim_says(void *mouth, const uint8_t *bytes, size_t size, nsec delay)
{
	serial_sim_reply(mouth, bytes, size, delay);
}

static nsec sim_backlog(void *mouth)
{
	return serial_sim_backlog(mouth);
}

struct twin_port *twin_port_simulated(struct bench_clock *clock,
				      const struct serial_settings *settings, struct world **world,
				      struct serial **near)
{
	static const struct twin_wire SIMULATED = {sim_says, sim_backlog};
	struct twin_port *port = twin_port_new(&SIMULATED, NULL, world);

	*near = serial_sim_new(clock, settings, sim_hears, port);
	port->mouth = *near;
	return port;
}
