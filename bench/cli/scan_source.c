/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/scan_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/reader_port.h"
#include "cli/words.h"
#include "run/scan_desk.h"

static const struct {
	struct words hold, two, lies, repeated, unusable, simulated;
} TEXTS = {
	.hold = {"%s: hold the tag or code before the reader now, or type it",
		 "%s:请现在将标签或二维码靠近读取器,或手工输入"},
	.two = {"%s: two were read at once, '%s' and '%s', and neither answers this question: take "
		"both away, then hold up the one that is asked for",
		"%s:同时读到两个,'%s' 与 '%s',均不作为本次应答:请全部移开,再单独靠近所要求的一个"},
	.lies = {"%s: '%s' lay there before anything was asked, and is no answer: take it away, "
		 "then hold up the one that is asked for",
		 "%s:'%s' 在提问前已在读取器前,不作为应答:请先移开,再靠近所要求的一个"},
	.repeated = {"%s: '%s' has just answered for slot %lld, and does not answer this question: "
		     "hold up the one that is asked for here; if it is the same, type it",
		     "%s:'%s' 刚作为工位 %lld 的应答,不作为本次应答:请靠近此处所要求的一个;"
		     "确为同一个时请手工输入"},
	.simulated = {"a simulated run reads no tag of anything: leave --reader out",
		      "仿真检验不读取实物标签:请勿使用 --reader"},
	.unusable = {"reader %s: %s: type what it should read", "读取器 %s:%s:请手工输入"},
};

struct source_reader {
	struct source_reader *next;
	struct scan_source *source;
	char *name, *place;
	struct driver *driver;	     /* as long as it is at the desk, as the rest */
	struct serial *serial;	     /* the desk's */
	struct scan_reader *at_desk; /* NULL: it could not be used, or has failed … */
	bool has_failed;	     /* … which takes it off before the next question */
};

struct scan_source {
	struct loop *loop;
	const struct value *wish;
	struct scan_source_handlers handlers;
	void *ctx;
	struct scan_desk *desk;
	bool is_listed; /* of the first question */
	int64_t slot;	/* that asks */
	struct source_reader *readers;
};

bool scan_source_is_asked(const struct value *question)
{
	const char *verb = value_get_text(question, "verb");

	return verb && !strcmp(verb, "scan");
}

int scan_source_refuse_simulated(struct error *err)
{
	return error_set(err, ERROR_USAGE, "%s", say(TEXTS.simulated));
}

static void tell(const struct scan_source *source, int64_t slot, char *sentence)
{
	source->handlers.told(source->ctx, slot, sentence);
	free(sentence);
}

/* ---- what readers say ---- */

static void answered(void *ctx, const char *scan, const char *text)
{
	struct source_reader *reader = ctx;
	struct scan_source *source = reader->source;
	char *name = reader_port_name(reader->driver, reader->serial,
				      scan_reader_identity(reader->at_desk));

	(void)scan;
	source->handlers.read(source->ctx, text, name);
	free(name);
}

static void doubted(void *ctx, const struct scan_doubt *doubt)
{
	struct source_reader *reader = ctx;
	struct scan_source *source = reader->source;
	const char *id = reader->driver->id;

	tell(source, source->slot,
	     doubt->kind == SCAN_DOUBT_TWO ? xprintf(say(TEXTS.two), id, doubt->text, doubt->other)
	     : doubt->kind == SCAN_DOUBT_LIES
		     ? xprintf(say(TEXTS.lies), id, doubt->text)
		     : xprintf(say(TEXTS.repeated), id, doubt->text, (long long)doubt->slot));
}

static void failed(void *ctx, const struct error *err)
{
	struct source_reader *reader = ctx;

	reader->has_failed = true;
	tell(reader->source, 0, xprintf(say(TEXTS.unusable), reader->driver->id, err->text));
}

/* ---- opening ---- */

static int put_on_desk(struct source_reader *reader, struct error *err)
{
	struct scan_source *source = reader->source;

	reader->driver = reader_port_driver(reader->name, err);
	if (!reader->driver)
		return -1;
	reader->serial = reader_port_open(source->loop, reader->driver, reader->place, err);
	if (!reader->serial)
		return -1;
	reader->at_desk =
		scan_desk_add(source->desk, reader->serial, reader->driver, false, reader, err);
	return reader->at_desk ? 0 : -1;
}

static void take_off(struct source_reader *reader)
{
	if (reader->at_desk)
		scan_desk_remove(reader->at_desk);
	driver_free(reader->driver);
	reader->at_desk = NULL;
	reader->driver = NULL;
	reader->has_failed = false;
}

static void open_reader(struct source_reader *reader)
{
	struct error err;

	take_off(reader);
	if (put_on_desk(reader, &err) == 0)
		return;
	tell(reader->source, 0, xprintf(say(TEXTS.unusable), reader->name, err.text));
	take_off(reader);
}

static void list_readers(struct scan_source *source, const struct value *places)
{
	for (size_t i = 0; i < value_count(places); i++) {
		struct source_reader *reader = xcalloc(1, sizeof(*reader));

		*reader = (struct source_reader){.next = source->readers,
						 .source = source,
						 .name = xstrdup(value_key(places, i)),
						 .place = xstrdup(value_at(places, i)->text)};
		source->readers = reader;
	}
}

struct scan_source *scan_source_new(struct loop *loop, const struct value *wish,
				    const struct scan_source_handlers *handlers, void *ctx)
{
	static const struct scan_desk_handlers HANDLERS = {answered, doubted, failed};
	struct scan_source *source = xcalloc(1, sizeof(*source));

	*source = (struct scan_source){.loop = loop,
				       .wish = wish,
				       .handlers = *handlers,
				       .ctx = ctx,
				       .desk = scan_desk_new(loop_real_clock(loop), &HANDLERS)};
	return source;
}

void scan_source_free(struct scan_source *source)
{
	if (!source)
		return;
	while (source->readers) {
		struct source_reader *reader = source->readers;

		source->readers = reader->next;
		take_off(reader);
		free(reader->name);
		free(reader->place);
		free(reader);
	}
	scan_desk_free(source->desk);
	free(source);
}

/* ---- asking ---- */

void scan_source_ask(struct scan_source *source, const struct value *question)
{
	if (!source->is_listed)
		list_readers(source, source->wish ? source->wish : value_get(question, "readers"));
	source->is_listed = true;
	source->slot = value_get_int(question, "slot", 0);
	scan_desk_ask(source->desk, source->slot);
	for (struct source_reader *reader = source->readers; reader; reader = reader->next) {
		if (!reader->at_desk || reader->has_failed)
			open_reader(reader);
		if (reader->at_desk)
			tell(source, source->slot, xprintf(say(TEXTS.hold), reader->driver->id));
	}
}

void scan_source_forget(struct scan_source *source)
{
	scan_desk_withdraw(source->desk);
}
