/* SPDX-License-Identifier: Apache-2.0 */
/* One reader after the other, each on a loop of its own, until it has read, its patience has ended, or Enter. */
#include "cli/identify_reader.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/reader_port.h"
#include "cli/words.h"
#include "run/reader.h"

#define PATIENCE SEC(30)

static const struct {
	struct words hold, or_enter, typed, nothing, not_here, given, no_reader;
} TEXTS = {
	.hold = {"%s: hold the tag or code before the reader", "%s:请将标签或二维码靠近读取器"},
	.or_enter = {" (Enter: type it)", "(回车:改为手工输入)"},
	.typed = {"%s: %s: it is asked for below", "%s:%s:请在下面输入"},
	.nothing = {"it has read nothing within 30 s%s%s", "30 秒内未读到内容%s%s"},
	.not_here = {"driver %s reads '%s', and an identification knows a tag and a code",
		     "驱动 %s 读取的是 '%s',而核验只用标签(tag)和二维码(code)"},
	.given = {"its %s was given already: read it or type it",
		  "%s 已经给出:请只用读取器读取或只手工输入"},
	.no_reader = {"driver %s scans nothing: it is no reader",
		      "驱动 %s 不读取标签或二维码:不是读取器"},
};

struct session {
	struct loop *loop;
	struct value *read;
	const struct driver *driver;
	struct reader *reader;
	struct serial *serial;
	bool done;
	struct error *err;
	int code;
};

/* ---- what is read ---- */

static void said(void *ctx, const char *scan, const char *text)
{
	struct session *session = ctx;
	bool tag = !strcmp(scan, "tag");
	struct value *group, *readers;
	char *by;

	if (session->done)
		return;
	session->done = true;
	loop_quit(session->loop);
	group = value_set(session->read, scan, value_map());
	value_set_text(group, tag ? "uid" : "text", text);
	readers = (struct value *)value_get(session->read, "readers");
	if (!readers)
		readers = value_set(session->read, "readers", value_map());
	by = reader_port_name(session->driver, session->serial, reader_identity(session->reader));
	value_set_text(readers, scan, by);
	free(by);
	fprintf(stderr, "%s: %s\n", session->driver->id, text);
}

static void failed(void *ctx, const struct error *err)
{
	struct session *session = ctx;

	*session->err = *err;
	session->code = -1;
	loop_quit(session->loop);
}

static void patience_ended(void *ctx)
{
	struct session *session = ctx;
	const char *doubt = reader_doubt(session->reader);

	session->code = error_set(session->err, ERROR_TIMEOUT, say(TEXTS.nothing),
				  *doubt ? ": " : "", doubt);
	loop_quit(session->loop);
}

static void key_came(void *ctx, uint32_t events)
{
	struct session *session = ctx;
	char line[256];

	(void)events;
	if (read(STDIN_FILENO, line, sizeof(line)) < 0)
		return;
	loop_quit(session->loop);
}

/* ---- one reader ---- */

static int check_scans(const struct session *session, struct error *err)
{
	if (session->driver->scan_count == 0)
		return error_set(err, ERROR_USAGE, say(TEXTS.no_reader), session->driver->id);
	for (size_t i = 0; i < session->driver->scan_count; i++) {
		const char *name = session->driver->scan[i].name;

		if (strcmp(name, "tag") != 0 && strcmp(name, "code") != 0)
			return error_set(err, ERROR_USAGE, say(TEXTS.not_here), session->driver->id,
					 name);
		if (value_get(session->read, name))
			return error_set(err, ERROR_USAGE, say(TEXTS.given), name);
	}
	return 0;
}

static int listen(struct session *session, bool asks, struct error *err)
{
	static const struct reader_handlers HANDLERS = {.said = said, .failed = failed};
	struct bench_clock *clock = loop_real_clock(session->loop);
	struct watch *watch = NULL;
	struct timer timer = {0};

	session->reader =
		reader_new(clock, session->serial, session->driver, false, &HANDLERS, session, err);
	if (!session->reader)
		return -1;
	fprintf(stderr, say(TEXTS.hold), session->driver->id);
	fprintf(stderr, "%s\n", asks ? say(TEXTS.or_enter) : "");
	if (asks)
		watch = loop_watch(session->loop, STDIN_FILENO, POLLIN, key_came, session, err);
	timer_start(&timer, clock, clock_now(clock) + PATIENCE, TIMER_WAIT, patience_ended,
		    session);
	if ((asks && !watch) || loop_run(session->loop, err) < 0)
		session->code = -1;
	timer_stop(&timer);
	loop_unwatch(watch);
	reader_free(session->reader);
	return session->code;
}

static int read_with(struct value *read, const struct driver *driver, const char *place, bool asks,
		     struct error *err)
{
	struct session session = {.read = read, .driver = driver, .err = err};
	int code = -1;

	if (check_scans(&session, err) < 0)
		return -1;
	session.loop = loop_new(err);
	if (!session.loop)
		return -1;
	session.serial = reader_port_open(session.loop, driver, place, err);
	if (session.serial)
		code = listen(&session, asks, err);
	loop_free(session.loop);
	return code;
}

int identify_by_readers(struct value *read, const struct value *readers, bool asks,
			struct error *err)
{
	for (size_t i = 0; i < value_count(readers); i++) {
		struct driver *driver = reader_port_driver(value_key(readers, i), err);
		int code;

		if (!driver)
			return -1;
		code = read_with(read, driver, value_at(readers, i)->text, asks, err);
		driver_free(driver);
		if (code == 0)
			continue;
		error_context(err, "--reader %s", value_key(readers, i));
		if (!asks || err->kind == ERROR_USAGE)
			return -1;
		fprintf(stderr, say(TEXTS.typed), value_key(readers, i), err->text);
		fputc('\n', stderr);
	}
	return 0;
}
