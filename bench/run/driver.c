/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drivers: the tables of a driver file made ready for the link.
 *
 * Three buses. MODBUS: an item is a register with a layout and a scale. LINE: an item is a question
 * text and a reply template; a write is a template that is built. FRAME: an item is two frame layouts
 * and the number of a field. In all three the number in the item's unit is raw * scale.
 *
 * What an instrument sends unasked is compiled in driver_streams.c.
 *
 * Every mistake of the author is found here, before anything runs: unknown layouts, units, templates
 * without a number, ranges that do not parse. What a reply means is decided in exchange.c.
 */
#include "run/driver.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/shape.h"
#include "verdict/duration.h"

#define DEFAULT_WITHIN MSEC(300)
enum { DEFAULT_RETRIES = 2 };

static int compile_modbus_item(struct driver_item *item, const struct value *value, bool writes,
			       struct error *err)
{
	const char *as = value_get_text(value, "as");
	int64_t input = value_get_int(value, "input", -1);
	int64_t holding = value_get_int(value, "holding", -1);
	int64_t address = holding >= 0 ? holding : input;

	if ((input < 0) == (holding < 0) || address > 0xFFFF)
		return error_set(err, ERROR_USAGE,
				 "needs one register, `input = N` or `holding = N` (0 to 65535)");
	if (writes && holding < 0)
		return error_set(err, ERROR_USAGE, "an input register cannot be written");
	item->holding = holding >= 0;
	item->address = (uint16_t)address;
	if (layout_parse(&item->layout, as ? as : "u16", err) < 0)
		return -1;
	if (item->layout.size == 1 && item->layout.kind != LAYOUT_STRING)
		return error_set(err, ERROR_USAGE,
				 "'%s': a register has 16 bits, and which eight of them is not "
				 "said: u16 or i16",
				 as);
	return 0;
}

static int compile_line_item(struct driver_item *item, const struct value *value, bool writes,
			     struct error *err)
{
	const char *ask = value_get_text(value, writes ? "tell" : "ask");
	const char *reply = value_get_text(value, "reply");
	size_t captures;

	if (!ask)
		return error_set(err, ERROR_USAGE, "needs `%s = \"…\"`", writes ? "tell" : "ask");
	if (template_check(ask, &captures, err) < 0)
		return -1;
	if (writes && captures != 1)
		return error_set(err, ERROR_USAGE, "'%s' needs exactly one {number:…}", ask);
	if (reply && template_check(reply, &captures, err) < 0)
		return -1;
	if (!writes && !reply)
		return error_set(err, ERROR_USAGE, "needs `reply = \"…\"`");

	item->ask = xstrdup(ask);
	item->reply = reply ? xstrdup(reply) : NULL;
	return 0;
}

static int compile_frame_item(struct driver_item *item, const struct value *value, bool writes,
			      struct error *err)
{
	const char *ask = value_get_text(value, writes ? "tell" : "ask");
	const char *reply = value_get_text(value, "reply");

	if (!ask || !reply)
		return error_set(err, ERROR_USAGE, "needs `%s` and `reply` layouts",
				 writes ? "tell" : "ask");
	item->ask_layout = frame_layout_new(ask, err);
	if (!item->ask_layout)
		return -1;
	item->reply_layout = frame_layout_new(reply, err);
	if (!item->reply_layout)
		return -1;
	item->ask = xstrdup(ask);
	item->reply = xstrdup(reply);
	if (item->field >= FRAME_FIELDS)
		return error_set(err, ERROR_USAGE, "field is a number from 1 to %d", FRAME_FIELDS);
	if (!writes && !frame_layout_has_text(item->reply_layout) &&
	    item->field >= frame_layout_fields(item->reply_layout))
		return error_set(err, ERROR_USAGE, "the reply layout has no field %zu",
				 item->field + 1);
	if (frame_layout_has_text(item->ask_layout))
		return error_set(err, ERROR_USAGE, "a text is read, and cannot be sent");
	return 0;
}

static int compile_flags(struct driver_item *item, const struct value *value, struct error *err)
{
	const struct value *flags = value_get(value, "flags");

	if (item->layout.kind != LAYOUT_FLAGS)
		return 0;
	if (value_count(flags) > DRIVER_FLAGS)
		return error_set(err, ERROR_USAGE, "more than %d flags", DRIVER_FLAGS);
	for (size_t i = 0; i < value_count(flags); i++) {
		const struct value *flag = value_at(flags, i);

		if (flag->kind != VALUE_TEXT)
			return error_set(err, ERROR_USAGE, "flag %zu is no name", i + 1);
		snprintf(item->flags[item->flag_count++], sizeof(item->flags[0]), "%s", flag->text);
	}
	return 0;
}

/* words = { off = 0, on = 1 }: what a write takes instead of a quantity. */
static int compile_words(struct driver_item *item, const struct value *words, bool writes,
			 struct error *err)
{
	if (words && !writes)
		return error_set(err, ERROR_USAGE, "words are for writes; a read has flags");
	if (value_count(words) > DRIVER_WORDS)
		return error_set(err, ERROR_USAGE, "more than %d words", DRIVER_WORDS);
	for (size_t i = 0; i < value_count(words); i++) {
		const char *text = value_key(words, i);
		const struct value *number = value_at(words, i);

		if (!text || strlen(text) >= sizeof(item->word[0].text) ||
		    (number->kind != VALUE_INT && number->kind != VALUE_REAL))
			return error_set(err, ERROR_USAGE,
					 "words are written { off = 0, on = 1 }, each of at most "
					 "%zu bytes",
					 sizeof(item->word[0].text) - 1);
		strcpy(item->word[i].text, text);
		item->word[i].number =
			number->kind == VALUE_INT ? (double)number->integer : number->real;
		item->word_count = i + 1;
	}
	return 0;
}

/* Half of the last digit that the raw form can show. */
static void set_resolution(struct driver_item *item, const struct value *value, enum bus bus)
{
	double digit = value_get_real(value, "digit", 0);

	if (digit > 0)
		item->resolution = digit / 2 * item->unit.scale;
	else if (bus != BUS_LINE && item->layout.kind != LAYOUT_FLOAT)
		item->resolution = fabs(item->scale) / 2 * item->unit.scale;
}

static int compile_range(struct driver_item *item, const char *range, struct error *err)
{
	struct quantity probe = quantity_of(0, &item->unit);

	item->ranged = true;
	if (limit_parse(&item->range, range, err) < 0 ||
	    limit_check_dimension(&item->range, &probe, err) < 0)
		return error_context(err, "range");
	return 0;
}

static int compile_item(const struct driver *driver, struct driver_item *item, const char *name,
			const struct value *value, bool writes, struct error *err)
{
	enum bus bus = driver->bus;
	const char *unit = value_get_text(value, "unit");
	const char *range = value_get_text(value, "range");
	int done;

	if (strlen(name) >= sizeof(item->name))
		return error_set(err, ERROR_USAGE, "a name has at most %zu bytes",
				 sizeof(item->name) - 1);
	strcpy(item->name, name);
	item->scale = value_get_real(value, "scale", 1);
	item->field = (size_t)value_get_int(value, "field", 1) - 1;
	if (item->scale == 0 || !isfinite(item->scale))
		return error_set(err, ERROR_USAGE, "scale is a number other than 0");
	if (unit_parse(&item->unit, unit ? unit : "1", err) < 0)
		return -1;

	if (!writes && value_get(value, "stream"))
		done = driver_compile_streamed(driver, item, value, err);
	else if (bus == BUS_MODBUS)
		done = compile_modbus_item(item, value, writes, err);
	else if (bus == BUS_LINE)
		done = compile_line_item(item, value, writes, err);
	else
		done = compile_frame_item(item, value, writes, err);
	if (done < 0 || compile_flags(item, value, err) < 0 ||
	    compile_words(item, value_get(value, "words"), writes, err) < 0)
		return -1;
	set_resolution(item, value, bus);
	return range ? compile_range(item, range, err) : 0;
}

/* What is read or written is a number; only an identity is text. The reply to a line has to have it. */
static int check_number(const struct driver *driver, const struct driver_item *item, bool writes,
			struct error *err)
{
	size_t numbers = 0;

	if (item->layout.kind == LAYOUT_STRING)
		return error_set(
			err, ERROR_USAGE,
			"a string is no number: it can be asked for under `identify` only");
	if (driver->bus == BUS_FRAME && !writes && !item->streamed &&
	    item->field >= frame_layout_fields(item->reply_layout))
		return error_set(err, ERROR_USAGE, "the reply layout has no field %zu",
				 item->field + 1);
	if (driver->bus != BUS_LINE || writes || item->streamed)
		return 0;
	for (const char *at = item->reply; at && (at = strstr(at, "{number")); at++)
		numbers++;
	if (item->field < numbers)
		return 0;
	return error_set(err, ERROR_USAGE, "the reply '%s' has no number %zu", item->reply,
			 item->field + 1);
}

/* What is scanned is a text. */
static int check_text(const struct driver *driver, const struct driver_item *item,
		      struct error *err)
{
	bool has = item->streamed	      ? driver->stream[item->stream].has_text
		   : driver->bus == BUS_FRAME ? frame_layout_has_text(item->reply_layout)
		   : driver->bus == BUS_LINE  ? driver_scans_line(item->reply)
					      : false;

	if (has)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "what is scanned is a text: a line's that ends in {text} and has nothing "
			 "else to capture, a frame's hex or text");
}

/* scans = { tag = { ask = …, reply = … } }, or { stream = … } */
static int compile_scans(struct driver *driver, const struct value *map, struct error *err)
{
	if (value_count(map) > DRIVER_SCANS)
		return error_set(err, ERROR_USAGE, "more than %d scans", DRIVER_SCANS);
	for (size_t i = 0; i < value_count(map); i++) {
		struct driver_item *item = &driver->scan[i];

		driver->scan_count = i + 1;
		if (compile_item(driver, item, value_key(map, i), value_at(map, i), false, err) <
			    0 ||
		    check_text(driver, item, err) < 0)
			return error_context(err, "scans.%s", value_key(map, i));
	}
	return 0;
}

static int compile_items(const struct driver *driver, struct driver_item *items, size_t most,
			 size_t *count, const struct value *map, const char *group, bool writes,
			 struct error *err)
{
	for (size_t i = 0; i < value_count(map); i++) {
		const char *name = value_key(map, i);

		if (i == most)
			return error_set(err, ERROR_USAGE, "more than %zu %s", most, group);
		*count = i + 1;
		if (compile_item(driver, &items[i], name, value_at(map, i), writes, err) < 0)
			return error_context(err, "%s.%s", group, name);
		if (check_number(driver, &items[i], writes, err) < 0)
			return error_context(err, "%s.%s", group, name);
	}
	return 0;
}

static int compile_framing(struct driver *driver, const struct value *value, struct error *err)
{
	const struct value *framing = value_get(value, "framing");
	const char *ends = value_get_text(framing, "ends");
	const char *within = value_get_text(framing, "within");
	const char *serial = value_get_text(framing, "serial");

	driver->has_settings = serial != NULL;
	if (serial && serial_settings_parse(&driver->settings, serial, err) < 0)
		return error_context(err, "framing.serial");
	snprintf(driver->ends, sizeof(driver->ends), "%s", ends ? ends : "\r\n");
	driver->within = DEFAULT_WITHIN;
	driver->retries = (int)value_get_int(framing, "retries", DEFAULT_RETRIES);
	if (within && duration_parse(&driver->within, within, err) < 0)
		return error_context(err, "framing.within");
	return 0;
}

static int compile_identity(struct driver *driver, const struct value *value, struct error *err)
{
	const struct value *identify = value_get(value, "identify");
	const char *is = value_get_text(identify, "is");

	if (!identify)
		return 0;
	driver->identifies = true;
	snprintf(driver->identity_is, sizeof(driver->identity_is), "%s", is ? is : "");
	if (compile_item(driver, &driver->identity, "identity", identify, false, err) < 0)
		return error_context(err, "identify");
	if (driver->identity.streamed)
		return error_set(err, ERROR_USAGE,
				 "identify: what names an instrument is asked for");
	return 0;
}

static int flag_bit(const struct driver_item *item, const char *name, struct error *err)
{
	for (size_t i = 0; i < item->flag_count; i++)
		if (!strcmp(item->flags[i], name))
			return (int)i;
	return error_set(err, ERROR_USAGE, "'%s' has no flag '%s'", item->name, name);
}

static int compile_health_rule(struct driver *driver, const struct value *value, struct error *err)
{
	struct health_rule *rule = &driver->health[driver->health_count];
	const struct value *first = value_at(value_get(value, "items"), 0);
	const char *read = first && first->kind == VALUE_TEXT ? first->text : NULL;
	const char *without = value_get_text(value, "without");
	const char *needs = value_get_text(value, "needs");
	const char *says = value_get_text(value, "else_says");
	int index, bit;

	index = read ? driver_find_read(driver, read) : -1;
	if (index < 0)
		return error_set(err, ERROR_USAGE, "healthy: '%s' is not a read",
				 read ? read : "?");
	if (driver->read[index].streamed)
		return error_set(err, ERROR_USAGE, "healthy: '%s' comes unasked and has no flags",
				 read);
	if (driver->read[index].layout.kind != LAYOUT_FLAGS)
		return error_set(err, ERROR_USAGE, "healthy: '%s' has no flags", read);
	rule->read = (size_t)index;
	snprintf(rule->else_says, sizeof(rule->else_says), "%s", says ? says : "it is not healthy");
	if (without) {
		bit = flag_bit(&driver->read[index], without, err);
		if (bit < 0)
			return -1;
		rule->without = (uint16_t)(1u << bit);
	}
	if (needs) {
		bit = flag_bit(&driver->read[index], needs, err);
		if (bit < 0)
			return -1;
		rule->needs = (uint16_t)(1u << bit);
	}
	driver->health_count++;
	return 0;
}

static int compile_health(struct driver *driver, const struct value *value, struct error *err)
{
	const struct value *rules = value_get(value, "healthy");

	if (value_count(rules) > DRIVER_RULES)
		return error_set(err, ERROR_USAGE, "healthy: more than %d rules", DRIVER_RULES);
	for (size_t i = 0; i < value_count(rules); i++)
		if (compile_health_rule(driver, value_at(rules, i), err) < 0)
			return -1;
	return 0;
}

static int compile_refusals(struct driver *driver, const struct value *value, struct error *err)
{
	const struct value *map = value_get(value, "refusals");

	if (value_count(map) > DRIVER_REFUSALS)
		return error_set(err, ERROR_USAGE, "more than %d refusals", DRIVER_REFUSALS);
	for (size_t i = 0; i < value_count(map); i++) {
		const struct value *says = value_at(map, i);
		struct error why;

		if (strlen(value_key(map, i)) >= sizeof(driver->refusal[i].reply))
			return error_set(err, ERROR_USAGE,
					 "refusals: an answer has at most %zu bytes",
					 sizeof(driver->refusal[i].reply) - 1);
		snprintf(driver->refusal[i].reply, sizeof(driver->refusal[i].reply), "%s",
			 value_key(map, i));
		snprintf(driver->refusal[i].says, sizeof(driver->refusal[i].says), "%s",
			 says->kind == VALUE_TEXT ? says->text : "refused");
		driver->refusal_count = i + 1;
		if (driver->bus != BUS_FRAME)
			continue;
		driver->refusal[i].frame = frame_layout_new(value_key(map, i), &why);
		if (!driver->refusal[i].frame)
			return error_set(err, ERROR_USAGE, "refusals: %s", why.text);
	}
	return 0;
}

static int compile_bus(struct driver *driver, const struct value *value, struct error *err)
{
	const char *bus = value_get_text(value, "bus");

	if (bus && !strcmp(bus, "modbus"))
		driver->bus = BUS_MODBUS;
	else if (bus && !strcmp(bus, "line"))
		driver->bus = BUS_LINE;
	else if (bus && !strcmp(bus, "frame"))
		driver->bus = BUS_FRAME;
	else
		return error_set(err, ERROR_USAGE, "bus is 'modbus', 'line' or 'frame', not '%s'",
				 bus ? bus : "");
	return 0;
}

struct driver *driver_compile(const struct value *value, const char *where, struct error *err)
{
	struct driver *driver = xcalloc(1, sizeof(*driver));
	const char *id = value_get_text(value, "id");

	snprintf(driver->id, sizeof(driver->id), "%s", id ? id : "");
	if (shape_check("driver", value, err) < 0 || compile_bus(driver, value, err) < 0 ||
	    compile_framing(driver, value, err) < 0 ||
	    driver_compile_streams(driver, value, err) < 0 ||
	    compile_items(driver, driver->read, DRIVER_READS, &driver->read_count,
			  value_get(value, "reads"), "reads", false, err) < 0 ||
	    compile_items(driver, driver->write, DRIVER_WRITES, &driver->write_count,
			  value_get(value, "writes"), "writes", true, err) < 0 ||
	    compile_scans(driver, value_get(value, "scans"), err) < 0 ||
	    compile_identity(driver, value, err) < 0 || compile_health(driver, value, err) < 0 ||
	    compile_refusals(driver, value, err) < 0) {
		error_context(err, "%s", where);
		driver_free(driver);
		return NULL;
	}
	return driver;
}

static void item_done(struct driver_item *item)
{
	free(item->ask);
	free(item->reply);
	frame_layout_free(item->ask_layout);
	frame_layout_free(item->reply_layout);
}

void driver_free(struct driver *driver)
{
	if (!driver)
		return;
	for (size_t i = 0; i < driver->read_count; i++)
		item_done(&driver->read[i]);
	for (size_t i = 0; i < driver->write_count; i++)
		item_done(&driver->write[i]);
	for (size_t i = 0; i < driver->scan_count; i++)
		item_done(&driver->scan[i]);
	for (size_t i = 0; i < driver->refusal_count; i++)
		frame_layout_free(driver->refusal[i].frame);
	item_done(&driver->identity);
	driver_free_streams(driver);
	free(driver);
}

const struct driver_item *driver_question(const struct driver *driver)
{
	if (driver->identifies)
		return &driver->identity;
	for (size_t i = 0; i < driver->read_count; i++)
		if (!driver->read[i].streamed)
			return &driver->read[i];
	return NULL;
}

int driver_find_read(const struct driver *driver, const char *name)
{
	for (size_t i = 0; i < driver->read_count; i++)
		if (!strcmp(driver->read[i].name, name))
			return (int)i;
	return -1;
}

int driver_find_write(const struct driver *driver, const char *name)
{
	for (size_t i = 0; i < driver->write_count; i++)
		if (!strcmp(driver->write[i].name, name))
			return (int)i;
	return -1;
}

int driver_word(const struct driver_item *write, const char *word, double *number,
		struct error *err)
{
	char list[DRIVER_WORDS * 20] = "";

	for (size_t i = 0; i < write->word_count; i++) {
		size_t used = strlen(list);

		if (!strcmp(write->word[i].text, word)) {
			*number = write->word[i].number;
			return 0;
		}
		snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
			 write->word[i].text);
	}
	return error_set(err, ERROR_USAGE, "%s is %s, not '%s'", write->name,
			 write->word_count ? list : "a quantity", word);
}

int driver_setting(const struct driver_item *write, const char *text, double *number,
		   struct error *err)
{
	struct quantity quantity;

	if (write->word_count)
		return driver_word(write, text, number, err);
	if (quantity_parse(&quantity, text, err) < 0)
		return -1;
	if (!unit_same_kind(&quantity.unit, &write->unit))
		return error_set(err, ERROR_USAGE, "'%s' is not in %s", text, write->unit.symbol);
	*number = quantity_in(&quantity, &write->unit);
	return 0;
}

/* Instruments answer with a number for "overflow", "open" or "fault"; it must never become a reading. */
int driver_shows(const struct driver_item *item, double value, struct error *err)
{
	struct quantity quantity = {.value = value, .unit = item->unit};
	char text[64];

	if (!isfinite(value))
		return error_set(err, ERROR_DEVICE, "%s is not a number", item->name);
	if (!item->ranged || limit_met(&item->range, &quantity))
		return 0;
	quantity_print(&quantity, 6, text, sizeof(text));
	return error_set(err, ERROR_DEVICE, "%s is %s, which is no reading: the range is %s",
			 item->name, text, item->range.text);
}
