/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twins: simulated instruments, the server side of three kinds of bus.
 *
 * What a device says by itself is told by the world and framed here; it waits for a free line like an
 * answer, but not for the device's delay.
 *
 * A question goes to the first device on the port that understands it; one that nobody understands is
 * met with silence, as on a real bus. One question is answered at a time: the link asks no other before
 * the answer or its deadline; an answer that the world gives later than that is dropped.
 */
#include "run/twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "codec/frame.h"
#include "codec/layout.h"
#include "codec/modbus.h"
#include "codec/template.h"
#include "verdict/duration.h"

#define BACKLOG_MOST SEC(1) /* of what devices say by themselves, behind a line that is too slow */
enum { TWIN_ENTRIES = 32, TWIN_STREAMS = 8, TWIN_DEVICES = 16, QUESTION_ITEMS = 16 };

/* One register, question or frame of a twin. */
struct twin_entry {
	bool holding, reads, writes; /* registers */
	uint16_t address;
	double scale;
	struct layout layout;
	const char *ask;   /* answers: template */
	const char *fixed; /* answers: reply without asking the world */
	struct frame_layout *ask_layout, *reply_layout; /* frames */
};

enum twin_bus { TWIN_MODBUS = 1, TWIN_LINE, TWIN_FRAME };

struct twin {
	char device[32];
	char ends[8];
	int unit;
	enum twin_bus bus;
	nsec delay;
	size_t count;
	struct twin_entry entry[TWIN_ENTRIES];
	size_t stream_count;
	struct frame_layout *stream[TWIN_STREAMS]; /* NULL: a line */
};

struct twin_port {
	struct world **world;
	struct serial *serial;
	size_t count;
	struct twin *twin[TWIN_DEVICES];
	/* the question being answered */
	const struct twin *asked;
	struct modbus_request request;
	size_t item_count;
	size_t item[QUESTION_ITEMS]; /* indices of entries */
};

/* ---- compiling ---- */

static int compile_register(struct twin_entry *entry, const struct value *value, struct error *err)
{
	int64_t input = value_get_int(value, "input", -1);
	int64_t holding = value_get_int(value, "holding", -1);
	const char *as = value_get_text(value, "as");

	entry->holding = holding >= 0;
	entry->address = (uint16_t)(entry->holding ? holding : input);
	entry->scale = value_get_real(value, "scale", 1);
	entry->reads = value_get_bool(value, "read");
	entry->writes = value_get_bool(value, "write");
	if (input < 0 && holding < 0)
		return error_set(err, ERROR_USAGE, "a register needs `input` or `holding`");
	return layout_parse(&entry->layout, as ? as : "u16", err);
}

/* The n-th unnamed part of an entry, be it a list or a map with parts "1", "2". */
static const char *part_of(const struct value *value, size_t place)
{
	const struct value *part;
	char key[8];

	snprintf(key, sizeof(key), "%zu", place);
	part = value->kind == VALUE_LIST ? value_at(value, place - 1) : value_get(value, key);
	return part && part->kind == VALUE_TEXT ? part->text : NULL;
}

static int compile_answer(struct twin_entry *entry, const struct value *value, struct error *err)
{
	size_t captures;

	entry->ask = part_of(value, 1);
	if (!entry->ask)
		return error_set(err, ERROR_USAGE, "an answer begins with its question");
	entry->fixed = value_get_text(value, "text");
	if (!entry->fixed)
		entry->fixed = part_of(value, 2);
	return template_check(entry->ask, &captures, err);
}

static int compile_frame(struct twin_entry *entry, const struct value *value, struct error *err)
{
	const char *ask = value_get_text(value, "ask");
	const char *reply = value_get_text(value, "reply");

	ask = ask ? ask : part_of(value, 1);
	reply = reply ? reply : part_of(value, 2);
	if (!ask || !reply)
		return error_set(err, ERROR_USAGE, "a frame needs `ask` and `reply`");
	entry->ask_layout = frame_layout_new(ask, err);
	entry->reply_layout = entry->ask_layout ? frame_layout_new(reply, err) : NULL;
	return entry->reply_layout ? 0 : -1;
}

static int compile_entries(struct twin *twin, const struct value *simulator, struct error *err)
{
	static const struct {
		const char *key;
		enum twin_bus bus;
		int (*compile)(struct twin_entry *, const struct value *, struct error *);
	} LISTS[] = {
		{"registers", TWIN_MODBUS, compile_register},
		{"answers", TWIN_LINE, compile_answer},
		{"frames", TWIN_FRAME, compile_frame},
	};

	for (size_t l = 0; l < 3; l++) {
		const struct value *list = value_get(simulator, LISTS[l].key);

		if (!list)
			continue;
		twin->bus = LISTS[l].bus;
		if (value_count(list) > TWIN_ENTRIES)
			return error_set(err, ERROR_USAGE, "more than %d %s", TWIN_ENTRIES,
					 LISTS[l].key);
		for (size_t i = 0; i < value_count(list); i++) {
			twin->count = i + 1;
			if (LISTS[l].compile(&twin->entry[i], value_at(list, i), err) < 0)
				return error_context(err, "%s, entry %zu", LISTS[l].key, i + 1);
		}
		return 0;
	}
	if (value_count(value_get(simulator, "streams")) > 0)
		return 0;
	return error_set(err, ERROR_USAGE, "a simulator has registers, answers, frames or streams");
}

/* On a frame bus a stream has a layout; on a line the world says the text. */
static int compile_streams(struct twin *twin, const struct value *simulator, struct error *err)
{
	const struct value *streams = value_get(simulator, "streams");
	const char *bus = value_get_text(simulator, "bus");

	if (value_count(streams) > TWIN_STREAMS)
		return error_set(err, ERROR_USAGE, "more than %d streams", TWIN_STREAMS);
	for (size_t i = 0; i < value_count(streams); i++) {
		const char *layout = value_get_text(value_at(streams, i), "layout");

		twin->stream_count = i + 1;
		if (!layout)
			return error_set(err, ERROR_USAGE, "stream %zu begins with its layout",
					 i + 1);
		if (bus && !strcmp(bus, "line"))
			continue;
		twin->stream[i] = frame_layout_new(layout, err);
		if (!twin->stream[i])
			return error_context(err, "stream %zu", i + 1);
	}
	return 0;
}

static void twin_free(struct twin *twin)
{
	for (size_t i = 0; i < twin->count; i++) {
		frame_layout_free(twin->entry[i].ask_layout);
		frame_layout_free(twin->entry[i].reply_layout);
	}
	for (size_t i = 0; i < twin->stream_count; i++)
		frame_layout_free(twin->stream[i]);
	free(twin);
}

int twin_port_add(struct twin_port *port, const char *device, int unit,
		  const struct value *simulator, const char *ends, struct error *err)
{
	struct twin *twin = xcalloc(1, sizeof(*twin));
	const char *delay = value_get_text(simulator, "delay");

	snprintf(twin->device, sizeof(twin->device), "%s", device);
	snprintf(twin->ends, sizeof(twin->ends), "%s", ends);
	twin->unit = unit;
	twin->delay = MSEC(5);
	if (compile_entries(twin, simulator, err) < 0 ||
	    compile_streams(twin, simulator, err) < 0 ||
	    (delay && duration_parse(&twin->delay, delay, err) < 0)) {
		twin_free(twin);
		return error_context(err, "twin of '%s'", device);
	}
	if (port->count == TWIN_DEVICES) {
		twin_free(twin);
		return error_set(err, ERROR_USAGE, "more than %d devices on a port", TWIN_DEVICES);
	}
	port->twin[port->count++] = twin;
	return 0;
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

	serial_sim_reply(port->serial, adu, size, port->asked->delay);
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
	serial_sim_reply(port->serial, adu, size, port->asked->delay);
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
	serial_sim_reply(port->serial, adu, size, port->asked->delay);
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
	struct error ignored;

	if (modbus_request_decode(&port->request, bytes, size, &ignored) < 0 ||
	    port->request.unit != twin->unit)
		return false;
	port->asked = twin;
	port->item_count = 0;
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

	serial_sim_reply(port->serial, (const uint8_t *)line, strlen(line), port->asked->delay);
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
		port->asked = twin;
		if (twin->entry[i].fixed)
			reply_line(port, twin->entry[i].fixed);
		else
			ask_line(port, i, captures, count);
		return true;
	}
	return false;
}

/* ---- frames ---- */

static void frame_answered(void *ctx, const struct value *answer)
{
	struct twin_port *port = ctx;
	const struct twin_entry *entry = &port->asked->entry[port->item[0]];
	const struct value *fields = value_get(answer, "fields");
	double numbers[FRAME_FIELDS] = {0};
	uint8_t bytes[FRAME_MOST];
	struct error ignored;

	if (!fields)
		return;
	for (size_t i = 0; i < value_count(fields) && i < FRAME_FIELDS; i++) {
		const struct value *field = value_at(fields, i);

		numbers[i] = field->kind == VALUE_INT ? (double)field->integer : field->real;
	}
	if (frame_encode(entry->reply_layout, numbers, frame_layout_fields(entry->reply_layout),
			 bytes, &ignored) == 0)
		serial_sim_reply(port->serial, bytes, frame_layout_size(entry->reply_layout),
				 port->asked->delay);
}

static void ask_frame(struct twin_port *port, size_t index, const double *fields, size_t count)
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

static bool hear_frame(struct twin_port *port, const struct twin *twin, const uint8_t *bytes,
		       size_t size)
{
	double fields[FRAME_FIELDS];
	struct error ignored;

	for (size_t i = 0; i < twin->count; i++) {
		const struct frame_layout *layout = twin->entry[i].ask_layout;

		if (frame_layout_size(layout) != size ||
		    frame_decode(layout, bytes, size, fields, &ignored) < 0)
			continue;
		port->asked = twin;
		ask_frame(port, i, fields, frame_layout_fields(layout));
		return true;
	}
	return false;
}

/* ---- what devices say by themselves ---- */

static int stream_line(struct twin_port *port, const struct twin *twin, const struct value *said,
		       struct error *err)
{
	const char *text = value_get_text(said, "text");

	if (!text)
		return error_set(err, ERROR_USAGE, "a stream on a line says a text");
	char *line = xprintf("%s%s", text, twin->ends);

	serial_sim_reply(port->serial, (const uint8_t *)line, strlen(line), 0);
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
	serial_sim_reply(port->serial, bytes, frame_layout_size(layout), 0);
	return 0;
}

/* A line that is behind hands over what is ever older, as if it were new. */
static int check_backlog(const struct twin_port *port, struct error *err)
{
	nsec backlog = serial_sim_backlog(port->serial);

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

static void hear(void *ctx, const uint8_t *bytes, size_t size)
{
	static bool (*const HEAR[])(struct twin_port *, const struct twin *, const uint8_t *,
				    size_t) = {NULL, hear_modbus, hear_line, hear_frame};
	struct twin_port *port = ctx;

	if (!*port->world)
		return;
	world_forget(*port->world, port);
	for (size_t i = 0; i < port->count; i++)
		if (HEAR[port->twin[i]->bus](port, port->twin[i], bytes, size))
			return;
}

struct twin_port *twin_port_new(struct bench_clock *clock, const struct serial_settings *settings,
				struct world **world)
{
	struct twin_port *port = xcalloc(1, sizeof(*port));

	port->world = world;
	port->serial = serial_sim_new(clock, settings, hear, port);
	return port;
}

struct serial *twin_port_serial(struct twin_port *port)
{
	return port->serial;
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
