/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/scan_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/reader_port.h"
#include "cli/words.h"
#include "run/scan_desk.h"

static const struct {
	struct words hold, two, unusable;
} TEXTS = {
	.hold = {"%s: hold the tag or code before the reader now, or type it",
		 "%s:请现在将标签或二维码靠近读取器,或手工输入"},
	.two = {"%s: two are before the reader, '%s' and '%s', and neither is taken: take both "
		"away, then hold up the one that is asked for",
		"%s:读取器前有两个标签,'%s' 与 '%s',均未采用:请全部移开,再单独靠近所要求的一个"},
	.unusable = {"reader %s: %s: type what it should read", "读取器 %s:%s:请手工输入"},
};

struct source_reader {
	struct source_reader *next;
	struct scan_source *source;
	struct driver *driver;
	struct serial *serial; /* the desk's */
	struct scan_desk *desk;
	bool is_lost;
};

struct scan_source {
	struct loop *loop;
	const struct value *wish;
	struct scan_source_handlers handlers;
	void *ctx;
	bool is_open;
	struct source_reader *readers;
};

bool scan_source_is_asked(const struct value *question)
{
	const char *verb = value_get_text(question, "verb");

	return verb && !strcmp(verb, "scan");
}

static void tell(const struct scan_source *source, char *sentence)
{
	source->handlers.told(source->ctx, sentence);
	free(sentence);
}

/* ---- what readers say ---- */

static void answered(void *ctx, const char *scan, const char *text)
{
	struct source_reader *reader = ctx;
	struct scan_source *source = reader->source;
	char *name =
		reader_port_name(reader->driver, reader->serial, scan_desk_identity(reader->desk));

	(void)scan;
	source->handlers.read(source->ctx, text, name);
	free(name);
}

static void doubted(void *ctx, const char *one, const char *other)
{
	struct source_reader *reader = ctx;

	tell(reader->source, xprintf(say(TEXTS.two), reader->driver->id, one, other));
}

static void failed(void *ctx, const struct error *err)
{
	struct source_reader *reader = ctx;

	reader->is_lost = true;
	tell(reader->source, xprintf(say(TEXTS.unusable), reader->driver->id, err->text));
}

/* ---- opening ---- */

static int open_desk(struct source_reader *reader, const char *name, const char *place,
		     struct error *err)
{
	static const struct scan_desk_handlers HANDLERS = {answered, doubted, failed};
	struct loop *loop = reader->source->loop;

	reader->driver = reader_port_driver(name, err);
	if (!reader->driver)
		return -1;
	reader->serial = reader_port_open(loop, reader->driver, place, err);
	if (!reader->serial)
		return -1;
	reader->desk = scan_desk_new(loop_real_clock(loop), reader->serial, reader->driver, false,
				     &HANDLERS, reader, err);
	return reader->desk ? 0 : -1;
}

static void open_reader(struct scan_source *source, const char *name, const char *place)
{
	struct source_reader *reader = xcalloc(1, sizeof(*reader));
	struct error err;

	reader->source = source;
	if (open_desk(reader, name, place, &err) < 0) {
		tell(source, xprintf(say(TEXTS.unusable), name, err.text));
		driver_free(reader->driver);
		free(reader);
		return;
	}
	reader->next = source->readers;
	source->readers = reader;
}

struct scan_source *scan_source_new(struct loop *loop, const struct value *wish,
				    const struct scan_source_handlers *handlers, void *ctx)
{
	struct scan_source *source = xcalloc(1, sizeof(*source));

	*source =
		(struct scan_source){.loop = loop, .wish = wish, .handlers = *handlers, .ctx = ctx};
	return source;
}

void scan_source_free(struct scan_source *source)
{
	while (source && source->readers) {
		struct source_reader *reader = source->readers;

		source->readers = reader->next;
		scan_desk_free(reader->desk);
		driver_free(reader->driver);
		free(reader);
	}
	free(source);
}

/* ---- asking ---- */

void scan_source_ask(struct scan_source *source, const struct value *question)
{
	const struct value *places = source->wish ? source->wish : value_get(question, "readers");

	for (size_t i = 0; !source->is_open && i < value_count(places); i++)
		open_reader(source, value_key(places, i), value_at(places, i)->text);
	source->is_open = true;
	for (struct source_reader *reader = source->readers; reader; reader = reader->next) {
		if (reader->is_lost)
			continue;
		scan_desk_ask(reader->desk);
		tell(source, xprintf(say(TEXTS.hold), reader->driver->id));
	}
}

void scan_source_forget(struct scan_source *source)
{
	for (struct source_reader *reader = source->readers; reader; reader = reader->next)
		scan_desk_withdraw(reader->desk);
}
