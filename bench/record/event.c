/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of a life, identities, and events of them. The rules of event_check() stand in event_check.c. */
#include "record/event.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

static const char PREFIX[] = "mse:";

static const struct {
	const char *name, *title;
	const char *action, *biz_step, *disposition;
} STEPS[] = {
	[LIFE_REGISTRATION] = {"registration", "出厂或建档赋码", "ADD", "commissioning", "active"},
	[LIFE_RECEIVING] = {"receiving", "到货验收", "OBSERVE", "receiving", "in_progress"},
	[LIFE_STORING] = {"storing", "入库", "OBSERVE", "storing", "available"},
	[LIFE_ISSUING] = {"issuing", "发放", "OBSERVE", "mse:issuing", "active"},
	[LIFE_INSTALLING] = {"installing", "安装投用", "OBSERVE", "installing", "active"},
	[LIFE_COLLECTING] = {"collecting", "抽样取样", "OBSERVE", "collecting", "in_progress"},
	[LIFE_HOLDING] = {"holding", "封存", "OBSERVE", "holding", "unavailable"},
	[LIFE_INSPECTING] = {"inspecting", "检验", "OBSERVE", "inspecting", NULL},
	[LIFE_DESTRUCTIVE_TEST] = {"destructive-test", "破坏性检验", "OBSERVE", "sampling", NULL},
	[LIFE_REPAIR] = {"repair", "维修", "OBSERVE", "repairing", "in_progress"},
	[LIFE_DESTRUCTION] = {"destruction", "销毁", "DELETE", "destroying", "destroyed"},
	[LIFE_DISPOSAL] = {"disposal", "报废", "DELETE", "decommissioning", "disposed"},
};

enum { STEP_COUNT = sizeof(STEPS) / sizeof(STEPS[0]) };

const char *life_step_name(enum life_step step)
{
	return STEPS[step].name;
}

const char *life_step_title(enum life_step step)
{
	return STEPS[step].title;
}

enum life_step life_step_find(const char *name)
{
	for (int i = 1; i < STEP_COUNT; i++)
		if (name && !strcmp(STEPS[i].name, name))
			return (enum life_step)i;
	return 0;
}

enum life_step life_step_of(const char *biz_step)
{
	for (int i = 1; i < STEP_COUNT; i++)
		if (biz_step && !strcmp(STEPS[i].biz_step, biz_step))
			return (enum life_step)i;
	return 0;
}

/* ---- identities ---- */

void event_encode(struct buf *uri, const char *text)
{
	for (; *text; text++)
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			buf_add_byte(uri, (uint8_t)*text);
		else
			buf_printf(uri, "%%%02X", (unsigned)(unsigned char)*text);
}

void event_identity(struct buf *uri, const char *base, const char *certificate, const char *serial)
{
	buf_printf(uri, "%seq/MA/", base);
	event_encode(uri, certificate);
	buf_add_text(uri, "/SN/");
	event_encode(uri, serial);
}

void event_class_identity(struct buf *uri, const char *base, const char *class, const char *serial)
{
	buf_printf(uri, "%seq/class/", base);
	event_encode(uri, class);
	buf_add_text(uri, "/SN/");
	event_encode(uri, serial);
}

static int hex_digit(char digit)
{
	static const char DIGITS[] = "0123456789ABCDEFabcdef";
	const char *found = digit ? strchr(DIGITS, digit) : NULL;
	int place = found ? (int)(found - DIGITS) : -1;

	return place > 15 ? place - 6 : place;
}

/* The bytes of the escapes that begin at `uri`, 4 at most. */
static size_t escaped(const char *uri, char bytes[4])
{
	size_t count = 0;

	for (; count < 4 && uri[0] == '%' && hex_digit(uri[1]) >= 0 && hex_digit(uri[2]) >= 0;
	     uri += 3)
		bytes[count++] = (char)(hex_digit(uri[1]) * 16 + hex_digit(uri[2]));
	return count;
}

/* Chinese: punctuation and ideographs, compatibility ideographs, full-width forms. */
static bool is_chinese(const char bytes[4], size_t count)
{
	const unsigned char *b = (const unsigned char *)bytes;
	unsigned point;

	if (count < 3 || utf8_character_size(bytes, count) != 3)
		return false;
	point = (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
	return (point >= 0x3001 && point <= 0x9FFF) || (point >= 0xF900 && point <= 0xFAFF) ||
	       (point >= 0xFF01 && point <= 0xFFEF);
}

void event_readable(struct buf *text, const char *uri)
{
	while (*uri) {
		char bytes[4];
		size_t count = escaped(uri, bytes);

		if (is_chinese(bytes, count)) {
			buf_add(text, bytes, 3);
			uri += 9;
		} else {
			buf_add_byte(text, (uint8_t)*uri++);
		}
	}
}

bool event_serial(struct buf *serial, const char *uri)
{
	static const char BEFORE[] = "/SN/";
	const char *part = strstr(uri, BEFORE), *next;

	if (!part)
		return false;
	while ((next = strstr(part + 1, BEFORE)))
		part = next;
	for (part += strlen(BEFORE); *part;) {
		char bytes[4];
		size_t count = escaped(part, bytes);

		buf_add(serial, count ? bytes : part, count ? count : 1);
		part += count ? 3 * count : 1;
	}
	return true;
}

/* ---- events ---- */

struct value *event_new(enum life_step step, const char *id, const struct wall_time *time,
			const char *equipment)
{
	struct value *event = value_map();
	char text[WALL_TIME_SIZE], zone[8];

	wall_time_write(time, text);
	wall_time_zone(time, zone);
	value_set_text(event, "type", "ObjectEvent");
	value_set_text(event, "action", STEPS[step].action);
	value_set_text(event, "bizStep", STEPS[step].biz_step);
	value_set_text(event, "disposition", STEPS[step].disposition);
	value_set_text(event, "eventID", id);
	value_set_text(event, "eventTime", text);
	value_set_text(event, "eventTimeZoneOffset", zone);
	value_add(value_set(event, "epcList", value_list()), value_text(equipment));
	return event;
}

/* The same tree with a prefix before each key, or without it. */
static struct value *renamed(const struct value *tree, bool prefixed)
{
	struct value *copy;

	if (tree->kind != VALUE_MAP && tree->kind != VALUE_LIST)
		return value_copy(tree);
	copy = tree->kind == VALUE_MAP ? value_map() : value_list();
	for (size_t i = 0; i < value_count(tree); i++) {
		struct value *child = renamed(value_at(tree, i), prefixed);
		const char *key = value_key(tree, i);
		char *name = NULL;

		if (key && prefixed)
			name = xprintf("%s%s", PREFIX, key);
		else if (key)
			name = xstrdup(strncmp(key, PREFIX, strlen(PREFIX)) ? key
									    : key + strlen(PREFIX));
		if (name)
			value_set(copy, name, child);
		else
			value_add(copy, child);
		free(name);
	}
	return copy;
}

void event_extend(struct value *event, const char *name, const struct value *what)
{
	char *key = xprintf("%s%s", PREFIX, name);

	value_set(event, key, renamed(what, true));
	free(key);
}

struct value *event_extension(const struct value *event, const char *name)
{
	char *key = xprintf("%s%s", PREFIX, name);
	const struct value *found = value_get(event, key);

	free(key);
	return found ? renamed(found, false) : NULL;
}

struct value *event_document(struct value *events, const char *id, const struct wall_time *time)
{
	struct value *document = value_map(), *context;
	char text[WALL_TIME_SIZE];

	wall_time_write(time, text);
	context = value_set(document, "@context", value_list());
	value_add(context,
		  value_text("https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"));
	value_set_text(value_add(context, value_map()), "mse", EVENT_NAMESPACE);
	value_set_text(document, "id", id);
	value_set_text(document, "type", "EPCISDocument");
	value_set_text(document, "schemaVersion", "2.0");
	value_set_text(document, "creationDate", text);
	value_set(value_set(document, "epcisBody", value_map()), "eventList", events);
	return document;
}
