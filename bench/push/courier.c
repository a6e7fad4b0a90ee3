/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several records are brought before anything is reported, since a report is a record that is on the disk before it is
 * answered. A destination that cannot be reached ends the round: what was not tried is due as before.
 */
#include "push/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "push/kind.h"
#include "push/report.h"
#include "record/declaration.h"
#include "record/destinations.h"
#include "record/outbox_request.h"
#include "record/roster_log.h"

enum { SOON_MS = 5000, TOGETHER_MOST = 4 << 20 };

struct courier {
	const struct courier_place *place;
	struct value *list;	      /* destinations.json as it was read last */
	const struct value *settings; /* ours in it */
	const struct push_kind *kind;
	void *link;
	char *said; /* what was logged last */
};

/* ---- the controller ---- */

static int send_line(int fd, const struct buf *line, struct error *err)
{
	for (size_t sent = 0; sent < line->size;) {
		ssize_t more = send(fd, line->data + sent, line->size - sent, MSG_NOSIGNAL);

		if (more < 0 && errno != EINTR)
			return error_set(err, ERROR_LINK, "the controller is gone");
		sent += more > 0 ? (size_t)more : 0;
	}
	return 0;
}

static int hear_line(int fd, struct buf *line, struct error *err)
{
	while (!memchr(line->data, '\n', line->size)) {
		char bytes[65536];
		ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

		if (got == 0 || (got < 0 && errno != EINTR))
			return error_set(err, ERROR_LINK, "the controller is gone");
		buf_add(line, bytes, got > 0 ? (size_t)got : 0);
	}
	return 0;
}

/* Takes the question. */
static struct value *ask(const struct courier *courier, struct value *ask, struct error *err)
{
	struct value *request = value_map(), *answer = NULL;
	const char *event;
	struct buf line;

	value_set_text(request, "do", "outbox");
	value_set(request, "ask", ask);
	value_set_text(ask, "destination", courier->place->destination);
	buf_init(&line);
	json_write(&line, request);
	buf_add_byte(&line, '\n');
	value_free(request);
	if (send_line(courier->place->controller, &line, err) == 0) {
		buf_clear(&line);
		if (hear_line(courier->place->controller, &line, err) == 0)
			answer = json_parse(line.data, line.size, "the controller", err);
	}
	buf_done(&line);
	event = value_get_text(answer, "event");
	if (answer && (!event || strcmp(event, "outbox") != 0)) {
		const char *why = value_get_text(answer, "why");

		error_set(err, ERROR_REFUSED, "%s", why ? why : "the controller refuses");
		value_free(answer);
		answer = NULL;
	}
	return answer;
}

/* ---- a record ---- */

struct parcel {
	struct buf text;
	struct jws *jws;
	struct entry entry;
	struct value *content;
};

static void parcel_done(struct parcel *parcel)
{
	value_free(parcel->content);
	entry_done(&parcel->entry);
	jws_free(parcel->jws);
	buf_done(&parcel->text);
}

/* What a declaration carries is signed by whoever declares it, and goes out as he signed it. */
static struct value *content_of(const struct entry *entry, struct error *err)
{
	struct jws *jws;
	struct value *content;
	const char *payload;
	size_t size;

	if (!strcmp(entry->kind, ENTRY_EVENT))
		return value_copy(entry->says);
	if (strcmp(entry->kind, ENTRY_DECLARATION) != 0)
		return value_copy(entry->payload);
	jws = roster_log_read(value_get(entry->says, "jws"), "a declaration", err);
	if (!jws)
		return NULL;
	payload = jws_payload(jws, &size);
	content = json_parse(payload, size, "a declaration", err);
	jws_free(jws);
	return content;
}

static int read_line(const char *state, int64_t at, int64_t size, struct buf *text,
		     struct error *err)
{
	char *path = xprintf("%s/records/records.jsonl", state);
	int fd = open(path, O_RDONLY | O_CLOEXEC), done = -1;
	char *bytes;
	ssize_t got;

	if (fd < 0 || at < 0 || size < 1 || size > STORE_TEXT_MOST) {
		error_os(err, "%s: cannot be read", path);
	} else {
		bytes = xcalloc(1, (size_t)size);
		got = pread(fd, bytes, (size_t)size, (off_t)at);
		done = got == (ssize_t)size
			       ? 0
			       : error_set(err, ERROR_OS, "%s: ends before its record", path);
		if (done == 0)
			buf_add(text, bytes, (size_t)size);
		free(bytes);
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return done;
}

static int parcel_read(struct parcel *parcel, const char *state, const struct value *row,
		       struct error *err)
{
	const char *id = value_get_text(row, "id");

	*parcel = (struct parcel){0};
	buf_init(&parcel->text);
	if (read_line(state, value_get_int(row, "at", -1), value_get_int(row, "size", 0),
		      &parcel->text, err) == 0)
		parcel->jws = entry_parse(&parcel->entry, parcel->text.data, parcel->text.size,
					  "a record", err);
	if (!parcel->jws) {
		buf_done(&parcel->text);
		return -1;
	}
	if (!id || strcmp(id, parcel->entry.id) != 0) {
		parcel_done(parcel);
		return error_set(err, ERROR_REFUSED,
				 "record %lld is not where the controller says; nothing is sent",
				 (long long)value_get_int(row, "seq", 0));
	}
	parcel->content = content_of(&parcel->entry, err);
	if (parcel->content)
		return 0;
	parcel_done(parcel);
	return -1;
}

/* ---- what came of it ---- */

/* Once, until it is another. */
static void tell(struct courier *courier, const struct push_verdict *verdict, const char *detail)
{
	const char *name = push_reason_name(verdict->reason);
	const struct push_words *words = push_reason_words(name);

	if (verdict->outcome == PUSH_DELIVERED || verdict->outcome == PUSH_ACCEPTED ||
	    (courier->said && !strcmp(courier->said, name)))
		return;
	free(courier->said);
	courier->said = xstrdup(name);
	log_warning("%s: %s: %s%s%s", courier->place->destination,
		    push_outcome_name(verdict->outcome), words->english, detail[0] ? " — " : "",
		    detail);
}

static double chance(void)
{
	uint32_t random = 0;

	while (getrandom(&random, sizeof(random), 0) != sizeof(random) && errno == EINTR)
		;
	return (double)random / 4294967296.0;
}

/* ---- rounds ---- */

static struct push_item item_of(const struct parcel *parcel, const struct value *row)
{
	const char *state = value_get_text(row, "state");

	return (struct push_item){.entry = &parcel->entry,
				  .text = &parcel->text,
				  .content = parcel->content,
				  .is_accepted = state && !strcmp(state, "accepted"),
				  .location = value_get_text(row, "location"),
				  .tries = (unsigned)value_get_int(row, "tries", 0),
				  .chance = chance()};
}

/* 1: the round is over, nothing can be brought any more. */
static int conclude(struct courier *courier, struct push_attempt *attempt, const struct value *row,
		    struct value *outcomes)
{
	bool ends = attempt->verdict.outcome == PUSH_PAUSED || attempt->verdict.rests;

	if (attempt->verdict.outcome) {
		value_add(outcomes, push_report(attempt, value_get_int(row, "seq", 0)));
		tell(courier, &attempt->verdict, attempt->answer.detail);
	}
	http_answer_done(&attempt->answer);
	free(attempt->location);
	return ends;
}

static int bring(struct courier *courier, const struct value *row, struct value *outcomes,
		 struct error *err)
{
	struct push_attempt attempt = {0};
	struct parcel parcel;
	struct push_item item;

	if (parcel_read(&parcel, courier->place->state, row, err) < 0)
		return -1;
	http_answer_init(&attempt.answer);
	item = item_of(&parcel, row);
	courier->kind->attempt(courier->link, &item, &attempt);
	parcel_done(&parcel);
	return conclude(courier, &attempt, row, outcomes);
}

static int bring_each(struct courier *courier, const struct value *rows, struct value *outcomes,
		      struct error *err)
{
	int done = 0;

	for (size_t i = 0; i < value_count(rows) && done == 0; i++)
		done = bring(courier, value_at(rows, i), outcomes, err);
	return done < 0 ? -1 : 0;
}

/* As many at once as are due, but no more bytes than one transaction ought to have; the others are due as before. */
static int bring_together(struct courier *courier, const struct value *rows, struct value *outcomes,
			  struct error *err)
{
	struct parcel parcels[OUTBOX_ITEMS_MOST];
	struct push_item items[OUTBOX_ITEMS_MOST];
	struct push_attempt attempts[OUTBOX_ITEMS_MOST] = {0};
	size_t count = 0, bytes = 0;
	int done = 0;

	while (count < value_count(rows) && count < OUTBOX_ITEMS_MOST && bytes < TOGETHER_MOST) {
		done = parcel_read(&parcels[count], courier->place->state, value_at(rows, count),
				   err);
		if (done < 0)
			break;
		items[count] = item_of(&parcels[count], value_at(rows, count));
		http_answer_init(&attempts[count].answer);
		bytes += parcels[count++].text.size;
	}
	if (done == 0)
		courier->kind->attempt_all(courier->link, items, attempts, count);
	for (size_t i = 0; i < count; i++) {
		conclude(courier, &attempts[i], value_at(rows, i), outcomes);
		parcel_done(&parcels[i]);
	}
	return done;
}

static int report(struct courier *courier, struct value *outcomes, struct error *err)
{
	struct value *says = value_map(), *answer;

	value_set_text(says, "what", "report");
	value_set(says, "outcomes", outcomes);
	answer = ask(courier, says, err);
	value_free(answer);
	return answer ? 0 : -1;
}

static int bring_all(struct courier *courier, const struct value *items, struct error *err)
{
	struct value *outcomes = value_list();
	int done = courier->kind->attempt_all ? bring_together(courier, items, outcomes, err)
					      : bring_each(courier, items, outcomes, err);

	if (done == 0)
		return report(courier, outcomes, err);
	value_free(outcomes);
	return -1;
}

/* destinations.json as it is now; what it says of us may have changed since the last round. */
static int settle(struct courier *courier, struct error *err)
{
	struct value *list = destinations_read(courier->place->state, err);
	const struct value *now =
		list ? destinations_find(list, courier->place->destination, err) : NULL;

	if (now && courier->link && value_same(now, courier->settings)) {
		value_free(list);
		return 0;
	}
	if (courier->link)
		courier->kind->close(courier->link);
	courier->link = NULL;
	value_free(courier->list);
	courier->list = list;
	courier->settings = now;
	courier->kind = now ? push_kind_find(value_get_text(now, "kind"), err) : NULL;
	if (courier->kind)
		courier->link = courier->kind->open(now, err);
	return courier->link ? 0 : -1;
}

/* -1: the controller is gone meanwhile. */
static int wait_for(const struct courier *courier, int64_t ms, struct error *err)
{
	struct pollfd hears = {.fd = courier->place->controller, .events = POLLIN};

	return poll(&hears, 1, (int)(ms > 0 ? ms : 1)) > 0
		       ? error_set(err, ERROR_LINK, "the controller is gone")
		       : 0;
}

/* 1: it is done. */
static int round_of(struct courier *courier, struct error *err)
{
	struct value *says = value_map(), *answer;
	const struct value *items;
	int64_t wait_ms;
	int done;

	value_set_text(says, "what", "next");
	value_set_int(says, "most", OUTBOX_ITEMS_MOST);
	answer = ask(courier, says, err);
	if (!answer)
		return -1;
	items = value_get(answer, "items");
	wait_ms = value_get_int(answer, "waitMs", SOON_MS);
	if (value_count(items))
		done = bring_all(courier, items, err);
	else if (courier->place->leaves &&
		 (!value_get_bool(answer, "isWaiting") || wait_ms >= SOON_MS))
		done = 1;
	else
		done = wait_for(courier, wait_ms, err);
	value_free(answer);
	return done;
}

int courier_run(const struct courier_place *place, struct error *err)
{
	struct courier courier = {.place = place};
	int done;

	do
		done = settle(&courier, err) < 0 ? -1 : round_of(&courier, err);
	while (done == 0);
	if (courier.link)
		courier.kind->close(courier.link);
	value_free(courier.list);
	free(courier.said);
	return done < 0 ? -1 : 0;
}
