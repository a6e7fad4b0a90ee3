/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What receivers say. The first byte chooses who hears it: 'S' a database's message, with a SQLSTATE somewhere in it; else a kind
 * of destination, which brings one event to a receiver that answers with the rest, one answer behind the other, a byte 0x1e
 * between them: as it comes over HTTP, or '!' and a letter, which is a trouble of the way. The second byte says how often it
 * was tried. The network is this file: it stands in the place of push/http.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "push/epcis.h"
#include "push/http.h"
#include "push/kind.h"
#include "push/report.h"
#include "push/sqlstate.h"
#include "record/canonical.h"
#include "record/outbox_request.h"
#include "tests/fuzz/fuzz.h"

enum {
	SEPARATOR = 0x1e,
	ASKED_MOST = 3, /* requests of one attempt: an event, its job, what is there under its ID */
	LINE_MOST = 1 << 20,
	JOB_TRIES = 3,
};

static const char URL[] = "https://lab.example/epcis", ORIGIN[] = "https://lab.example/";
static const char EVENT[] =
	"{\"type\":\"ObjectEvent\",\"action\":\"OBSERVE\",\"bizStep\":\"inspecting\","
	"\"eventTime\":\"2026-03-02T10:31:22.000+08:00\",\"eventTimeZoneOffset\":\"+08:00\","
	"\"eventID\":\"urn:uuid:019ca9a1-90c8-7f33-9d57-02b0a8c1ee11\","
	"\"epcList\":[\"https://lab.example.cn/eq/MA/MDB000000/SN/CL-88120\"]}";

/* ---- the way ---- */

struct http {
	const uint8_t *at, *end; /* answers that nobody has heard */
	int asked;
	bool accepted; /* an answer of 2xx was among them */
};

static struct http way;

struct http *http_open(const struct value *settings, struct error *err)
{
	(void)settings;
	(void)err;
	return &way;
}

void http_close(struct http *http)
{
	(void)http;
}

/* "HTTP/1.1 202 Accepted": what libcurl makes of the status line. */
static int status_of(const uint8_t *line, size_t size)
{
	const uint8_t *at = memchr(line, ' ', size);
	int status = 0;

	for (size_t i = 1; at && i <= 3; i++) {
		if (at + i >= line + size || at[i] < '0' || at[i] > '9')
			return 0;
		status = status * 10 + (at[i] - '0');
	}
	return status;
}

static void take_head(struct http_answer *answer, const uint8_t **at, const uint8_t *end)
{
	while (*at < end) {
		const uint8_t *line = *at;
		const uint8_t *line_end = memchr(line, '\n', (size_t)(end - line));
		size_t size = (size_t)((line_end ? line_end + 1 : end) - line);

		*at += size;
		if (size > 5 && !memcmp(line, "HTTP/", 5))
			answer->said.status = status_of(line, size);
		if (line[0] == '\r' || line[0] == '\n')
			return;
		http_answer_take_header(answer, (const char *)line, size);
	}
}

static void take_answer(struct http *http, struct http_answer *answer)
{
	const uint8_t *at = http->at;
	const uint8_t *end = memchr(at, SEPARATOR, (size_t)(http->end - at));

	end = end ? end : http->end;
	http->at = end + (end < http->end);
	if (at == end) {
		answer->said.trouble = PUSH_NO_ANSWER;
	} else if (*at == '!') {
		answer->said.trouble = at + 1 < end ? at[1] % (PUSH_NOT_PROVEN + 1) : PUSH_CUT_OFF;
	} else {
		take_head(answer, &at, end);
		must(http_answer_take_body(answer, (const char *)at, (size_t)(end - at)) ==
		     !answer->is_cut);
	}
	answer->said.after_ms = push_retry_after(answer->retry_after, answer->date);
	must(answer->said.after_ms >= -1 && answer->headers.size <= HTTP_HEADERS_MOST &&
	     answer->body.size <= HTTP_ANSWER_MOST);
}

void http_send(struct http *http, const struct http_request *request, struct http_answer *answer)
{
	must(!strncmp(request->url, ORIGIN, strlen(ORIGIN)));
	must(!answer->headers.size && !answer->body.size && !answer->said.status);
	must(++http->asked <= ASKED_MOST);
	take_answer(http, answer);
	http->accepted |= !answer->said.trouble && answer->said.status / 100 == 2;
}

/* ---- promises ---- */

static void check_verdict(const struct push_verdict *verdict)
{
	const char *name = push_reason_name(verdict->reason);

	must(push_outcome_name(verdict->outcome) != NULL);
	must(name && push_reason_words(name));
	must(verdict->delay_ms >= 0 && verdict->delay_ms <= PUSH_AFTER_MOST_MS);
	if (verdict->outcome == PUSH_PAUSED)
		must(verdict->delay_ms == PUSH_PROBE_MS);
	if (verdict->outcome == PUSH_DELIVERED || verdict->outcome == PUSH_PARKED)
		must(verdict->delay_ms == 0);
}

/* Whatever was said: the controller is told of it in a line, and its record in canonical JSON. */
static void check_report(const struct push_attempt *attempt)
{
	struct value *says = push_report(attempt, 412);
	struct error err;
	struct buf text;

	buf_init(&text);
	json_write(&text, says);
	must(text.size * OUTBOX_ITEMS_MOST < LINE_MOST);
	buf_clear(&text);
	must(canonical_write(&text, says, "report", &err) == 0);
	buf_done(&text);
	value_free(says);
}

static void check_attempt(const struct push_attempt *attempt, const struct push_item *item,
			  bool confirms, bool is_epcis)
{
	const struct http_answer *answer = &attempt->answer;

	check_verdict(&attempt->verdict);
	check_report(attempt);
	must(!attempt->location || (attempt->verdict.outcome == PUSH_ACCEPTED &&
				    !strncmp(attempt->location, ORIGIN, strlen(ORIGIN))));
	if (attempt->verdict.outcome != PUSH_DELIVERED)
		return;
	must(way.accepted);
	if (is_epcis && confirms)
		must(epcis_compare(item, answer->body.data, answer->body.size) == EPCIS_SAME);
}

/* ---- who hears it ---- */

static struct value *settings_of(uint8_t choice)
{
	struct value *settings = value_map();

	value_set_text(settings, "name", "platform");
	value_set_text(settings, "url", URL);
	value_set_bool(settings, "capture", choice & 2);
	value_set_bool(settings, "confirm", choice & 4);
	value_set_int(settings, "jobTries", JOB_TRIES);
	return settings;
}

static void bring(const uint8_t *data, size_t size)
{
	const struct push_kind *kind = data[0] & 1 ? &PUSH_KIND_JSON : &PUSH_KIND_EPCIS;
	struct entry entry = {.id = "urn:uuid:019ca9a1-90c8-7f33-9d57-02b0a8c1ee11",
			      .kind = "event",
			      .bench = "B07",
			      .seq = 412};
	struct error err;
	struct value *settings = settings_of(data[0]);
	struct value *content = json_parse(EVENT, strlen(EVENT), "event", &err);
	struct push_item item = {.entry = &entry, .content = content, .tries = data[1] % 32};
	struct push_attempt attempt = {0};
	void *link = kind->open(settings, &err);

	must(content && link);
	item.is_accepted = data[0] & 8 && kind == &PUSH_KIND_EPCIS;
	item.location = data[0] & 16 ? "https://lab.example/epcis/capture/7" : NULL;
	item.chance = (data[1] / 32) / 8.0;
	way = (struct http){.at = data + 2, .end = data + size};
	http_answer_init(&attempt.answer);
	kind->attempt(link, &item, &attempt);
	check_attempt(&attempt, &item, data[0] & 4, kind == &PUSH_KIND_EPCIS);
	http_answer_done(&attempt.answer);
	free(attempt.location);
	kind->close(link);
	value_free(content);
	value_free(settings);
}

static void hear_database(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), code[SQLSTATE_SIZE];
	bool found = sqlstate_find(text, code);
	struct push_verdict verdict = sqlstate_judge(code, 3, 0.5);

	must(found ? strlen(code) == SQLSTATE_SIZE - 1 && strstr(text, code) : !code[0]);
	check_verdict(&verdict);
	must(verdict.outcome != PUSH_DELIVERED && verdict.outcome != PUSH_ACCEPTED);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 1 && data[0] == 'S')
		hear_database(data + 1, size - 1);
	else if (size > 2)
		bring(data, size);
	return 0;
}
