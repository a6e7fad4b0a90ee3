/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot that a person operates by hand, one command after the other, to find out what is wrong with a bench or
 * to move it. Everything passes the guard, as a script's acts do, and stands in the journal, as does what the
 * person typed; nothing of it is judged, and no such run ever passes.
 *
 *   show                    what there is: lines and their levels, devices, what can be read and set
 *   read LINE|CHANNEL|DEVICE.READ
 *   set LINE LEVEL | set DEVICE.WRITE VALUE
 *   send PORT BYTES         raw: hexadecimal, or "text\r"; what comes within half a second is the answer
 *   watch PORT, unwatch PORT
 *   quit                    everything safe, and the end
 *
 * One command is on its way at a time. A device that does not answer is told of and ends nothing: this is where
 * people come when it does not.
 *
 * Of raw bytes nobody knows what they set. They may leave when every output that lives on the port might be away
 * from safe, and from then on each of those counts as away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/run.h"
#include "run/typed_bytes.h"

#define RAW_PATIENCE MSEC(500) /* for what comes behind them */
#define COUNT_GATE SEC(1)

enum { HEARD_MOST = 4096 };

struct operating {
	bool busy, over;
	bool watched[FIXTURE_MOST];
	struct exchange exchange;
	const struct driver_item *item; /* what is being read */
	struct timer listens;		/* for what comes after raw bytes */
	int port;			/* … on this one; -1: nothing is listened for */
	struct buf heard;
};

/* ---- answers ---- */

static void answer(struct run *run, struct value *value, const char *why)
{
	struct value *line = value_map();

	run->operating->busy = false;
	if (value)
		value_set(line, "answer", value_copy(value));
	value_set_text(line, "why", why);
	journal_line(run->journal, run_now(run), "operated", line);
	watch_operated(run, value, why);
}

static void refuse(struct run *run, const struct error *err)
{
	answer(run, NULL, err->text);
}

static void answer_text(struct run *run, const char *what, const char *text)
{
	struct value *value = value_map();

	value_set_text(value, what, text);
	answer(run, value, NULL);
}

static void answer_level(struct run *run, int line, bool level)
{
	answer_text(run, "value", fixture_level_name(&run->plan->fixture->line[line], level));
}

static void answer_number(struct run *run, double si, const struct unit *unit)
{
	struct quantity quantity = {.value = si, .unit = *unit};
	char text[64];

	quantity_print(&quantity, 0, text, sizeof(text));
	answer_text(run, "value", text);
}

/* ---- show ---- */

static void show_lines(const struct run *run, struct value *lines)
{
	const struct fixture *fixture = run->plan->fixture;

	for (size_t i = 0; i < fixture->line_count; i++) {
		const struct fixture_line *line = &fixture->line[i];
		struct value *one = value_add(lines, value_map());
		bool level = gpio_get(run->slot->line[i].gpio);

		value_set_text(one, "name", line->name);
		value_set_text(one, "kind",
			       line->output		  ? "output"
			       : line->kind == LINE_PULSE ? "pulse"
							  : "input");
		value_set_text(one, "level", fixture_level_name(line, level));
		value_set_text(one, "other", fixture_level_name(line, !level));
		if (line->output)
			value_set_bool(one, "safe", level == line->safe);
	}
}

static void show_items(const struct driver_item *items, size_t count, struct value *list)
{
	for (size_t i = 0; i < count; i++) {
		struct value *one = value_add(list, value_map());
		struct value *words;

		value_set_text(one, "name", items[i].name);
		value_set_text(one, "unit", items[i].unit.symbol);
		if (items[i].word_count == 0)
			continue;
		words = value_set(one, "words", value_list());
		for (size_t w = 0; w < items[i].word_count; w++)
			value_add(words, value_text(items[i].word[w].text));
	}
}

static void show_devices(const struct run *run, struct value *devices)
{
	const struct fixture *fixture = run->plan->fixture;

	for (size_t i = 0; i < fixture->device_count; i++) {
		const struct fixture_device *device = &fixture->device[i];
		struct value *one = value_add(devices, value_map());

		value_set_text(one, "name", device->name);
		value_set_text(one, "port", fixture->port[device->port].name);
		value_set_text(one, "identity", run->slot->identity[i]);
		show_items(device->driver->read, device->driver->read_count,
			   value_set(one, "reads", value_list()));
		show_items(device->driver->write, device->driver->write_count,
			   value_set(one, "writes", value_list()));
	}
}

static void show(struct run *run)
{
	struct value *all = value_map();

	show_lines(run, value_set(all, "lines", value_list()));
	show_devices(run, value_set(all, "devices", value_list()));
	answer(run, all, NULL);
}

/* ---- names ---- */

/* "meter.flow": the device, and the name behind the dot; -1 and the sentence. */
static int find_device(const struct run *run, const char *name, const char **item,
		       struct error *err)
{
	const struct fixture *fixture = run->plan->fixture;
	const char *dot = strchr(name, '.');
	char device[32];
	int index = -1;

	if (dot && (size_t)(dot - name) < sizeof(device)) {
		snprintf(device, sizeof(device), "%.*s", (int)(dot - name), name);
		index = fixture_find_device(fixture, device);
		*item = dot + 1;
	}
	if (index < 0)
		return error_set(err, ERROR_USAGE,
				 "there is no '%.60s' at this bench: `show` lists what there is",
				 name);
	return index;
}

static int find_port(const struct run *run, const char *name, struct error *err)
{
	int port = fixture_find_port(run->plan->fixture, name);

	return port >= 0 ? port
			 : error_set(err, ERROR_USAGE, "this bench has no port '%.60s'", name);
}

static void list_names(const struct driver_item *items, size_t count, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
					 items[i].name);
}

/* ---- read ---- */

static void read_answered(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct run *run = ctx;
	struct operating *operating = run->operating;
	struct error wrong;
	double number;

	if (operating->over)
		return;
	if (!err && exchange_number(&operating->exchange, bytes, size, &number, &wrong) < 0)
		err = &wrong;
	if (err)
		refuse(run, err);
	else
		answer_number(run, number, &operating->item->unit);
}

static void read_device(struct run *run, int index, int read)
{
	const struct fixture_device *device = &run->plan->fixture->device[index];
	struct operating *operating = run->operating;
	struct error err;

	operating->item = &device->driver->read[read];
	if (operating->item->streamed) {
		error_set(&err, ERROR_USAGE, "%s says %s by itself: `watch %s` shows what comes",
			  device->name, operating->item->name,
			  run->plan->fixture->port[device->port].name);
		refuse(run, &err);
		return;
	}
	exchange_read(&operating->exchange, device->driver, operating->item, device->unit);
	exchange_ask(&operating->exchange, run->slot->port[device->port].link, read_answered, run);
}

static void counted(void *ctx, const struct pulse_count *count)
{
	struct run *run = ctx;
	struct error err;
	char text[80];

	if (count->lost) {
		error_set(&err, ERROR_DEVICE, "edges came faster than they could be taken");
		refuse(run, &err);
		return;
	}
	snprintf(text, sizeof(text), "%.6g Hz (shortest high %.3g s, low %.3g s)", count->frequency,
		 count->shortest_high, count->shortest_low);
	answer_text(run, "value", text);
}

static void read_line(struct run *run, int line)
{
	struct gpio_line *gpio = run->slot->line[line].gpio;
	struct error err;

	if (run->plan->fixture->line[line].kind != LINE_PULSE)
		answer_level(run, line, gpio_get(gpio));
	else if (gpio_count(gpio, COUNT_GATE, counted, run, &err) < 0)
		refuse(run, &err);
}

static void read_item(struct run *run, const char *name)
{
	const struct fixture *fixture = run->plan->fixture;
	int line = fixture_find_line(fixture, name), channel = fixture_find_channel(fixture, name);
	const char *item;
	char names[200];
	struct error err;
	int device, read;

	if (line < 0 && channel >= 0)
		line = fixture->channel[channel].line;
	if (line >= 0) {
		read_line(run, line);
		return;
	}
	if (channel >= 0 && fixture->channel[channel].device >= 0) {
		read_device(run, fixture->channel[channel].device, fixture->channel[channel].read);
		return;
	}
	device = find_device(run, name, &item, &err);
	read = device < 0 ? -1 : driver_find_read(fixture->device[device].driver, item);
	if (read >= 0) {
		read_device(run, device, read);
		return;
	}
	if (device >= 0) {
		list_names(fixture->device[device].driver->read,
			   fixture->device[device].driver->read_count, names, sizeof(names));
		error_set(&err, ERROR_USAGE, "%s has no reading '%.40s'; it has %s",
			  fixture->device[device].name, item, names);
	}
	refuse(run, &err);
}

/* ---- set ---- */

static void was_set(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	if (run->operating->over)
		return;
	if (err)
		refuse(run, err);
	else
		answer(run, NULL, NULL);
}

static void set_line(struct run *run, int line, const char *level)
{
	const struct fixture_line *spec = &run->plan->fixture->line[line];
	bool on = !strcmp(level, "on") || !strcmp(level, fixture_level_name(spec, true));
	bool off = !strcmp(level, "off") || !strcmp(level, fixture_level_name(spec, false));
	struct error err;

	if (spec->output && (on || off)) {
		slot_act(run->slot, line, on, was_set, run);
		return;
	}
	if (!spec->output)
		error_set(&err, ERROR_USAGE, "%s is an input: it can be read and not set",
			  spec->name);
	else
		error_set(&err, ERROR_USAGE, "%s can be %s or %s, not '%.40s'", spec->name,
			  fixture_level_name(spec, true), fixture_level_name(spec, false), level);
	refuse(run, &err);
}

static void set_device(struct run *run, const char *name, const char *value)
{
	const struct fixture *fixture = run->plan->fixture;
	char names[200];
	const char *item;
	struct error err;
	double number;
	int device = find_device(run, name, &item, &err);
	int write = device < 0 ? -1 : driver_find_write(fixture->device[device].driver, item);

	if (device >= 0 && write < 0) {
		list_names(fixture->device[device].driver->write,
			   fixture->device[device].driver->write_count, names, sizeof(names));
		error_set(&err, ERROR_USAGE, "%s has no setting '%.40s'; it has %s",
			  fixture->device[device].name, item, names[0] ? names : "none");
	}
	if (write < 0 ||
	    driver_setting(&fixture->device[device].driver->write[write], value, &number, &err) < 0)
		refuse(run, &err);
	else
		slot_set(run->slot, device, write, number, was_set, run);
}

static void set_item(struct run *run, const char *name, const char *value)
{
	int line = fixture_find_line(run->plan->fixture, name);

	if (line >= 0)
		set_line(run, line, value);
	else
		set_device(run, name, value);
}

/* ---- bytes ---- */

static void listened(void *ctx)
{
	struct run *run = ctx;
	struct operating *operating = run->operating;
	char *hex = typed_hex((const uint8_t *)operating->heard.data, operating->heard.size);

	operating->port = -1;
	answer_text(run, "came", hex ? hex : "");
	free(hex);
}

static void was_sent(void *ctx, const struct error *err)
{
	struct run *run = ctx;

	if (run->operating->over)
		return;
	if (err) {
		run->operating->port = -1;
		refuse(run, err);
		return;
	}
	timer_start(&run->operating->listens, run->clock, run_now(run) + RAW_PATIENCE, TIMER_WAIT,
		    listened, run);
}

static void send_bytes(struct run *run, const char *name, const char *text)
{
	struct operating *operating = run->operating;
	uint8_t bytes[TYPED_MOST];
	struct error err;
	size_t size;
	int port = find_port(run, name, &err);

	if (port < 0 || typed_bytes(text, bytes, &size, &err) < 0) {
		refuse(run, &err);
		return;
	}
	operating->port = port;
	buf_clear(&operating->heard);
	slot_pour(run->slot, port, bytes, size, was_sent, run);
}

static void watch_port(struct run *run, const char *name, bool watched)
{
	struct error err;
	int port = find_port(run, name, &err);

	if (port < 0) {
		refuse(run, &err);
		return;
	}
	run->operating->watched[port] = watched;
	answer(run, NULL, NULL);
}

void operate_bytes(void *ctx, int port, enum entry_kind direction, const uint8_t *bytes,
		   size_t size)
{
	struct run *run = ctx;
	struct operating *operating = run->operating;
	char *hex;

	if (!operating || operating->over)
		return;
	if (port == operating->port && direction != ENTRY_SENT &&
	    operating->heard.size + size <= HEARD_MOST)
		buf_add(&operating->heard, (const char *)bytes, size);
	if (!operating->watched[port] || size == 0)
		return;
	hex = typed_hex(bytes, size);
	watch_bytes(run, port, direction == ENTRY_SENT ? "sent" : "came", hex);
	free(hex);
}

/* ---- the person ---- */

/* The word at the beginning; `text` stands behind it and its blanks then. */
static void take_word(const char **text, char word[64])
{
	size_t size = strcspn(*text, " \t");

	snprintf(word, 64, "%.*s", (int)(size < 63 ? size : 63), *text);
	*text += size;
	*text += strspn(*text, " \t");
}

static void leave(struct run *run)
{
	answer(run, NULL, NULL);
	run_end_early(run, VERDICT_INCONCLUSIVE, "operated by hand: nothing was tested");
	run_make_safe(run);
}

static void obey(struct run *run, const char *text)
{
	char verb[64], name[64];
	struct error err;

	take_word(&text, verb);
	if (!strcmp(verb, "show")) {
		show(run);
		return;
	}
	if (!strcmp(verb, "quit")) {
		leave(run);
		return;
	}
	take_word(&text, name);
	if (!strcmp(verb, "read") && name[0])
		read_item(run, name);
	else if (!strcmp(verb, "set") && text[0])
		set_item(run, name, text);
	else if (!strcmp(verb, "send") && text[0])
		send_bytes(run, name, text);
	else if ((!strcmp(verb, "watch") || !strcmp(verb, "unwatch")) && name[0])
		watch_port(run, name, verb[0] == 'w');
	else {
		error_set(&err, ERROR_USAGE,
			  "a command is show, read NAME, set NAME VALUE, send PORT BYTES, watch "
			  "PORT, "
			  "unwatch PORT or quit, and '%.40s' is none, or lacks something",
			  verb);
		refuse(run, &err);
	}
}

void run_operate(struct run *run, const char *text)
{
	struct operating *operating = run->operating;
	struct value *line;

	if (!operating || operating->over || run->state != RUN_RUNNING) {
		watch_operated(run, NULL, "this bench is not being operated by hand, or not yet");
		return;
	}
	if (operating->busy) {
		watch_operated(run, NULL, "the command before is still on its way");
		return;
	}
	operating->busy = true;
	line = value_map();
	value_set_text(line, "text", text);
	journal_line(run->journal, run_now(run), "operates", line);
	obey(run, text + strspn(text, " \t"));
}

void operate_begin(struct run *run)
{
	run->operating = xcalloc(1, sizeof(*run->operating));
	run->operating->port = -1;
	buf_init(&run->operating->heard);
	show(run);
}

void operate_end(struct run *run)
{
	if (!run->operating)
		return;
	run->operating->over = true;
	timer_stop(&run->operating->listens);
}

void operate_free(struct run *run)
{
	if (run->operating)
		buf_done(&run->operating->heard);
	free(run->operating);
	run->operating = NULL;
}
