/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Safe images: made, written down, read back.
 *
 * The bytes of a safe write are those that slot_safe.c would send, made by the same exchange. As a map:
 *
 *   slot, run, watchdog
 *   lines   [{name, level, high, where, active_low, bias, drive}]  in the order of the safe sequence
 *   ports   [{name, where, settings, rs485, echo}]
 *   writes  [{port: its name, what, level, bytes: hexadecimal, pause_ns}]
 *
 * What is read back was written by this program, perhaps another version of it, onto a disk that may have
 * lost power since. A field that is missing or of the wrong kind is named, and the image is refused: to
 * guess at a level would be worse than to say that it is not known.
 */
#include "run/safe_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "run/station.h"

enum { IMAGE_FILE_MOST = 1 << 20, WRITE_MOST = EXCHANGE_MOST };

/* Between two safe writes on one port: an instrument that answers is let speak, one that is slow not. */
#define PAUSE_MOST MSEC(500)

static const char *const BIASES[] = {
	"as-is", /* what nothing else was said of */
	[GPIO_BIAS_AS_IS] = "as-is",
	[GPIO_BIAS_PULL_UP] = "pull-up",
	[GPIO_BIAS_PULL_DOWN] = "pull-down",
	[GPIO_BIAS_OFF] = "off",
};
static const char *const DRIVES[] = {
	"push-pull",
	[GPIO_PUSH_PULL] = "push-pull",
	[GPIO_OPEN_DRAIN] = "open-drain",
	[GPIO_OPEN_SOURCE] = "open-source",
};
enum { BIAS_COUNT = sizeof(BIASES) / sizeof(BIASES[0]) };
enum { DRIVE_COUNT = sizeof(DRIVES) / sizeof(DRIVES[0]) };

/* ---- made from a fixture and its wires ---- */

static void add_line(struct safe_image *image, const struct fixture_line *line,
		     const struct station_line *wire)
{
	struct safe_line *safe = &image->line[image->line_count++];

	snprintf(safe->name, sizeof(safe->name), "%s", line->name);
	snprintf(safe->level, sizeof(safe->level), "%s", fixture_level_name(line, line->safe));
	snprintf(safe->wire.settings.name, sizeof(safe->wire.settings.name), "%s", line->name);
	snprintf(safe->wire.where, sizeof(safe->wire.where), "%s", wire->where);
	safe->wire.settings.use = GPIO_USE_OUTPUT;
	safe->wire.settings.level = line->safe;
	safe->wire.active_low = line->active_low;
	safe->wire.bias = wire->bias;
	safe->wire.drive = wire->drive;
}

static void add_port(struct safe_image *image, const struct fixture_port *port,
		     const struct station_port *wire)
{
	struct safe_port *safe = &image->port[image->port_count++];

	snprintf(safe->name, sizeof(safe->name), "%s", port->name);
	snprintf(safe->wire.where, sizeof(safe->wire.where), "%s", wire->where);
	safe->wire.settings = port->settings;
	safe->wire.rs485 = port->rs485;
	safe->wire.echo = wire->echo;
}

/* "off" where the write takes words, else "0 V". */
static void write_level(const struct driver_item *item, double number, char *text, size_t size)
{
	for (size_t i = 0; i < item->word_count; i++) {
		if (item->word[i].number == number) {
			snprintf(text, size, "%s", item->word[i].text);
			return;
		}
	}
	snprintf(text, size, "%g%s%s", number, item->unit.symbol[0] ? " " : "", item->unit.symbol);
}

static int add_write(struct safe_image *image, const struct fixture *fixture,
		     const struct fixture_output *output, struct error *err)
{
	const struct fixture_device *device = &fixture->device[output->device];
	const struct fixture_setting *setting = &device->safe[output->setting];
	const struct driver *driver = device->driver;
	const struct driver_item *item = &driver->write[setting->write];
	const struct serial_settings *settings = &fixture->port[device->port].settings;
	struct exchange exchange;
	struct safe_write *write;

	if (exchange_write(&exchange, driver, item, device->unit, setting->number, err) < 0)
		return error_context(err, "%s", device->name);
	image->write = xrealloc(image->write, (image->write_count + 1) * sizeof(*image->write));
	write = &image->write[image->write_count++];
	*write = (struct safe_write){
		.port = (size_t)device->port,
		.bytes = xmemdup(exchange.bytes, exchange.size),
		.size = exchange.size,
		.pause = driver->within < PAUSE_MOST ? driver->within : PAUSE_MOST,
	};
	if (write->pause < serial_frame_silence(settings))
		write->pause = serial_frame_silence(settings);
	snprintf(write->what, sizeof(write->what), "%s.%s", device->name, item->name);
	write_level(item, setting->number, write->level, sizeof(write->level));
	return 0;
}

struct safe_image *safe_image_new(const struct fixture *fixture, const struct station_slot *wires,
				  const char *run, struct error *err)
{
	struct safe_image *image = xcalloc(1, sizeof(*image));

	image->slot = wires->number;
	snprintf(image->run, sizeof(image->run), "%s", run);
	snprintf(image->watchdog, sizeof(image->watchdog), "%s", wires->watchdog);
	for (size_t i = 0; i < fixture->safe_count; i++)
		add_line(image, &fixture->line[fixture->safe_sequence[i]],
			 &wires->line[fixture->safe_sequence[i]]);
	for (size_t i = 0; i < fixture->port_count; i++)
		add_port(image, &fixture->port[i], &wires->port[i]);
	for (size_t i = 0; i < fixture->safe_write_count; i++) {
		if (add_write(image, fixture, &fixture->safe_write[i], err) == 0)
			continue;
		safe_image_free(image);
		return NULL;
	}
	return image;
}

void safe_image_free(struct safe_image *image)
{
	if (!image)
		return;
	for (size_t i = 0; i < image->write_count; i++)
		free(image->write[i].bytes);
	free(image->write);
	free(image);
}

/* ---- written down ---- */

static struct value *line_to_value(const struct safe_line *line)
{
	struct value *map = value_map();

	value_set_text(map, "name", line->name);
	value_set_text(map, "level", line->level);
	value_set_bool(map, "high", line->wire.settings.level);
	value_set_text(map, "where", line->wire.where);
	value_set_bool(map, "active_low", line->wire.active_low);
	value_set_text(map, "bias", BIASES[line->wire.bias]);
	value_set_text(map, "drive", DRIVES[line->wire.drive]);
	return map;
}

static struct value *port_to_value(const struct safe_port *port)
{
	const struct serial_settings *settings = &port->wire.settings;
	struct value *map = value_map();

	value_set_text(map, "name", port->name);
	value_set_text(map, "where", port->wire.where);
	value_set(map, "settings",
		  value_printf("%d %d%c%d", settings->baud, settings->data_bits, settings->parity,
			       settings->stop_bits));
	value_set_bool(map, "rs485", port->wire.rs485);
	value_set_bool(map, "echo", port->wire.echo);
	return map;
}

static struct value *write_to_value(const struct safe_image *image, const struct safe_write *write)
{
	struct value *map = value_map();
	char hex[2 * WRITE_MOST + 1] = "";

	for (size_t i = 0; i < write->size; i++)
		snprintf(hex + 2 * i, 3, "%02x", write->bytes[i]);
	value_set_text(map, "port", image->port[write->port].name);
	value_set_text(map, "what", write->what);
	value_set_text(map, "level", write->level);
	value_set_text(map, "bytes", hex);
	value_set_int(map, "pause_ns", write->pause);
	return map;
}

struct value *safe_image_to_value(const struct safe_image *image)
{
	struct value *map = value_map();
	struct value *list;

	value_set_int(map, "slot", image->slot);
	value_set_text(map, "run", image->run);
	value_set_text(map, "watchdog", image->watchdog);
	list = value_set(map, "lines", value_list());
	for (size_t i = 0; i < image->line_count; i++)
		value_add(list, line_to_value(&image->line[i]));
	list = value_set(map, "ports", value_list());
	for (size_t i = 0; i < image->port_count; i++)
		value_add(list, port_to_value(&image->port[i]));
	list = value_set(map, "writes", value_list());
	for (size_t i = 0; i < image->write_count; i++)
		value_add(list, write_to_value(image, &image->write[i]));
	return map;
}

/* ---- read back ---- */

static int copy_text(char *to, size_t size, const struct value *map, const char *key,
		     struct error *err)
{
	const char *text = value_get_text(map, key);

	if (!text || strlen(text) >= size)
		return error_set(err, ERROR_USAGE, "its '%s' is %s", key,
				 text ? "too long" : "missing");
	strcpy(to, text);
	return 0;
}

static int copy_truth(bool *to, const struct value *map, const char *key, struct error *err)
{
	const struct value *value = value_get(map, key);

	if (!value || value->kind != VALUE_BOOL)
		return error_set(err, ERROR_USAGE, "its '%s' is missing", key);
	*to = value->truth;
	return 0;
}

static int find_word(const char *const *words, int count, const struct value *map, const char *key,
		     struct error *err)
{
	const char *text = value_get_text(map, key);

	for (int i = 0; text && i < count; i++)
		if (!strcmp(words[i], text))
			return i;
	return error_set(err, ERROR_USAGE, "its '%s' is none that is known", key);
}

static int line_from_value(struct safe_image *image, const struct value *map, struct error *err)
{
	struct safe_line *line = &image->line[image->line_count];
	struct gpio_wire *wire = &line->wire;
	int bias = find_word(BIASES, BIAS_COUNT, map, "bias", err);
	int drive = bias < 0 ? -1 : find_word(DRIVES, DRIVE_COUNT, map, "drive", err);

	if (drive < 0 || copy_text(line->name, sizeof(line->name), map, "name", err) < 0 ||
	    copy_text(line->level, sizeof(line->level), map, "level", err) < 0 ||
	    copy_text(wire->where, sizeof(wire->where), map, "where", err) < 0 ||
	    copy_truth(&wire->settings.level, map, "high", err) < 0 ||
	    copy_truth(&wire->active_low, map, "active_low", err) < 0)
		return -1;
	wire->bias = (enum gpio_bias)bias;
	wire->drive = (enum gpio_drive)drive;
	wire->settings.use = GPIO_USE_OUTPUT;
	memcpy(wire->settings.name, line->name, sizeof(line->name));
	image->line_count++;
	return 0;
}

static int port_from_value(struct safe_image *image, const struct value *map, struct error *err)
{
	struct safe_port *port = &image->port[image->port_count];
	char settings[32];

	if (copy_text(port->name, sizeof(port->name), map, "name", err) < 0 ||
	    copy_text(port->wire.where, sizeof(port->wire.where), map, "where", err) < 0 ||
	    copy_text(settings, sizeof(settings), map, "settings", err) < 0 ||
	    serial_settings_parse(&port->wire.settings, settings, err) < 0 ||
	    copy_truth(&port->wire.rs485, map, "rs485", err) < 0 ||
	    copy_truth(&port->wire.echo, map, "echo", err) < 0)
		return -1;
	image->port_count++;
	return 0;
}

static int read_bytes(struct safe_write *write, const char *hex, struct error *err)
{
	size_t size = hex ? strlen(hex) / 2 : 0;

	if (size == 0 || size > WRITE_MOST || strlen(hex) != 2 * size ||
	    strspn(hex, "0123456789abcdef") != 2 * size)
		return error_set(err, ERROR_USAGE, "its 'bytes' are no bytes");
	write->bytes = xcalloc(size, 1);
	write->size = size;
	for (size_t i = 0; i < size; i++) {
		char pair[3] = {hex[2 * i], hex[2 * i + 1]};

		write->bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return 0;
}

static int find_port(const struct safe_image *image, const char *name, struct error *err)
{
	for (size_t i = 0; name && i < image->port_count; i++)
		if (!strcmp(image->port[i].name, name))
			return (int)i;
	return error_set(err, ERROR_USAGE, "its 'port' is none of the ports");
}

static int write_from_value(struct safe_image *image, const struct value *map, struct error *err)
{
	struct safe_write *write;
	int port = find_port(image, value_get_text(map, "port"), err);

	if (port < 0)
		return -1;
	image->write = xrealloc(image->write, (image->write_count + 1) * sizeof(*image->write));
	write = &image->write[image->write_count++];
	*write = (struct safe_write){
		.port = (size_t)port,
		.pause = value_get_int(map, "pause_ns", -1),
	};
	if (write->pause < 0 || write->pause > PAUSE_MOST)
		return error_set(err, ERROR_USAGE, "its 'pause_ns' is missing or too long");
	if (copy_text(write->what, sizeof(write->what), map, "what", err) < 0 ||
	    copy_text(write->level, sizeof(write->level), map, "level", err) < 0)
		return -1;
	return read_bytes(write, value_get_text(map, "bytes"), err);
}

typedef int item_fn(struct safe_image *image, const struct value *map, struct error *err);

static int each(struct safe_image *image, const struct value *map, const char *key, size_t most,
		item_fn *read, struct error *err)
{
	const struct value *list = value_get(map, key);

	if (!list || list->kind != VALUE_LIST || value_count(list) > most)
		return error_set(err, ERROR_USAGE, "'%s' is no list of at most %zu", key, most);
	for (size_t i = 0; i < value_count(list); i++)
		if (read(image, value_at(list, i), err) < 0)
			return error_context(err, "%s[%zu]", key, i);
	return 0;
}

struct safe_image *safe_image_from_value(const struct value *value, const char *where,
					 struct error *err)
{
	struct safe_image *image = xcalloc(1, sizeof(*image));

	image->slot = (int)value_get_int(value, "slot", 0);
	if (image->slot < 1) {
		error_set(err, ERROR_USAGE, "'slot' is missing");
	} else if (copy_text(image->run, sizeof(image->run), value, "run", err) == 0 &&
		   copy_text(image->watchdog, sizeof(image->watchdog), value, "watchdog", err) ==
			   0 &&
		   each(image, value, "lines", FIXTURE_MOST, line_from_value, err) == 0 &&
		   each(image, value, "ports", FIXTURE_MOST, port_from_value, err) == 0 &&
		   each(image, value, "writes", (size_t)FIXTURE_MOST * FIXTURE_SAFE_WRITES,
			write_from_value, err) == 0) {
		return image;
	}
	error_context(err, "%s", where);
	safe_image_free(image);
	return NULL;
}

/* ---- files ---- */

char *safe_image_path(const char *state, int slot)
{
	return xprintf("%s/safe/slot%d.json", state, slot);
}

struct safe_image *safe_image_read(const char *path, struct error *err)
{
	struct safe_image *image = NULL;
	struct value *value;
	struct buf text;

	buf_init(&text);
	if (file_read(path, IMAGE_FILE_MOST, &text, err) == 0) {
		value = json_parse(text.data, text.size, path, err);
		if (value)
			image = safe_image_from_value(value, path, err);
		value_free(value);
	}
	buf_done(&text);
	return image;
}

static bool is_image(const char *name)
{
	int slot, end = 0;

	return sscanf(name, "slot%d.json%n", &slot, &end) == 1 && end > 0 && name[end] == '\0';
}

int safe_image_list(const char *state, char ***paths, size_t *count, struct error *err)
{
	char *folder = xprintf("%s/safe", state);
	size_t kept = 0;
	int done = 0;

	*paths = NULL;
	*count = 0;
	if (file_exists(folder))
		done = file_list(folder, paths, count, err);
	for (size_t i = 0; i < *count; i++) {
		char *name = (*paths)[i];

		if (is_image(name))
			(*paths)[kept++] = xprintf("%s/%s", folder, name);
		free(name);
	}
	*count = kept;
	free(folder);
	return done;
}
