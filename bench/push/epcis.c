/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A repository adds to what it gives out (recordTime, a context), and orders members as it likes; so what is compared are
 * canonical forms of all members that we have sent.
 */
#include "push/epcis.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "record/canonical.h"
#include "record/event.h"

enum { JOB_TRIES = 20, DEEPEST = 8 };

struct epcis {
	struct http *http;
	char *url; /* without a slash at its end */
	bool captures, confirms;
	unsigned job_tries;
};

/* ---- bytes ---- */

int epcis_pack(const struct push_item *item, bool as_document, struct buf *body, struct error *err)
{
	struct value *events = value_list(), *document, *event;
	int done;

	value_add(events, value_copy(item->content));
	document = event_document(events, item->entry->id, &item->entry->at.wall);
	if (as_document) {
		done = canonical_write(body, document, "the document", err);
	} else {
		event = value_copy(item->content);
		value_set(event, "@context", value_copy(value_get(document, "@context")));
		done = canonical_write(body, event, "the event", err);
		value_free(event);
	}
	value_free(document);
	return done;
}

/* ---- what a repository has ---- */

static bool same_members(const struct value *ours, const struct value *theirs)
{
	bool same = true;

	for (size_t i = 0; i < value_count(ours) && same; i++) {
		const struct value *other = value_get(theirs, value_key(ours, i));
		struct buf a, b;
		struct error ignored;

		buf_init(&a);
		buf_init(&b);
		same = other && canonical_write(&a, value_at(ours, i), "ours", &ignored) == 0 &&
		       canonical_write(&b, other, "theirs", &ignored) == 0 && a.size == b.size &&
		       !memcmp(a.data, b.data, a.size);
		buf_done(&a);
		buf_done(&b);
	}
	return same;
}

/* Of all maps that have the ID, wherever they stand in the answer: an event, and its declarations beside it. */
static enum epcis_there look(const struct value *at, const struct value *ours, int depth)
{
	bool declares = value_get(ours, "errorDeclaration") != NULL;
	const char *id = value_get_text(at, "eventID"), *ours_id = value_get_text(ours, "eventID");
	enum epcis_there best = EPCIS_NONE;

	if (depth > DEEPEST || !at || (at->kind != VALUE_LIST && at->kind != VALUE_MAP))
		return EPCIS_NONE;
	if (at->kind == VALUE_MAP && id && ours_id && !strcmp(id, ours_id)) {
		if (declares != (value_get(at, "errorDeclaration") != NULL))
			return EPCIS_NONE;
		return same_members(ours, at) ? EPCIS_SAME : EPCIS_OTHER;
	}
	for (size_t i = 0; i < value_count(at) && best != EPCIS_SAME; i++) {
		enum epcis_there found = look(value_at(at, i), ours, depth + 1);

		best = found == EPCIS_NONE ? best : found;
	}
	return best;
}

enum epcis_there epcis_compare(const struct push_item *item, const char *answer, size_t size)
{
	struct error ignored;
	struct value *tree = json_parse(answer, size, "the answer", &ignored);
	enum epcis_there there = look(tree, item->content, 0);

	value_free(tree);
	return there;
}

/* ---- asking ---- */

static void ask(struct epcis *epcis, const char *method, const char *url, const struct buf *body,
		struct http_answer *answer)
{
	static const char *const HEADERS[] = {"Content-Type: application/json",
					      "Accept: application/json, application/problem+json",
					      "GS1-EPCIS-Version: 2.0.0",
					      "GS1-CBV-Version: 2.0.0",
					      "GS1-Extensions: mse=" EVENT_NAMESPACE,
					      "GS1-Capture-Error-Behaviour: rollback",
					      NULL};

	http_send(epcis->http,
		  &(struct http_request){
			  .method = method, .url = url, .headers = HEADERS, .body = body},
		  answer);
}

/* A new answer in the place of the old one. */
static void ask_anew(struct epcis *epcis, const char *url, struct push_attempt *attempt)
{
	http_answer_done(&attempt->answer);
	http_answer_init(&attempt->answer);
	ask(epcis, "GET", url, NULL, &attempt->answer);
}

static void set(struct push_attempt *attempt, const struct push_item *item,
		enum push_outcome outcome, int reason)
{
	attempt->verdict = (struct push_verdict){.outcome = outcome, .reason = reason};
	if (outcome == PUSH_RETRY || outcome == PUSH_ACCEPTED)
		attempt->verdict.delay_ms =
			push_delay(item->tries, item->chance, attempt->answer.said.after_ms);
	else if (outcome == PUSH_PAUSED)
		attempt->verdict.delay_ms = PUSH_PROBE_MS;
}

/* What the repository has under our ID. 0: it could not be asked, and the verdict says so. */
static enum epcis_there look_there(struct epcis *epcis, const struct push_item *item,
				   struct push_attempt *attempt)
{
	struct buf url;
	int status;

	buf_init(&url);
	buf_printf(&url, "%s/events/", epcis->url);
	event_encode(&url, value_get_text(item->content, "eventID"));
	ask_anew(epcis, url.data, attempt);
	buf_done(&url);
	status = attempt->answer.said.status;
	attempt->verdict = push_judge(&attempt->answer.said, item->tries, item->chance);
	if (!attempt->answer.said.trouble && status == 200 && !attempt->answer.is_cut)
		return epcis_compare(item, attempt->answer.body.data, attempt->answer.body.size);
	if (!attempt->answer.said.trouble && (status == 404 || status == 410))
		return EPCIS_NONE;
	if (attempt->verdict.outcome != PUSH_RETRY && attempt->verdict.outcome != PUSH_PAUSED)
		set(attempt, item, PUSH_PARKED, PUSH_NOT_COMPARED);
	return 0;
}

/* 409: somebody has sent this ID before; we ourselves, before a crash, or somebody else. */
static void compare(struct epcis *epcis, const struct push_item *item, struct push_attempt *attempt)
{
	enum epcis_there there = look_there(epcis, item, attempt);

	if (there == EPCIS_SAME)
		set(attempt, item, PUSH_DELIVERED, PUSH_FINE);
	else if (there == EPCIS_OTHER)
		set(attempt, item, PUSH_PARKED, PUSH_OTHER_CONTENT);
	else if (there == EPCIS_NONE || attempt->verdict.reason == PUSH_NOT_ALLOWED)
		set(attempt, item, PUSH_PARKED, PUSH_NOT_COMPARED);
}

/* It says that it has it. */
static void confirm(struct epcis *epcis, const struct push_item *item, struct push_attempt *attempt)
{
	enum epcis_there there = look_there(epcis, item, attempt);

	if (there == EPCIS_SAME)
		set(attempt, item, PUSH_DELIVERED, PUSH_FINE);
	else if (there == EPCIS_OTHER)
		set(attempt, item, PUSH_PARKED, PUSH_OTHER_CONTENT);
	else if (there == EPCIS_NONE)
		set(attempt, item, PUSH_RETRY, PUSH_FORGOTTEN);
}

static void delivered(struct epcis *epcis, const struct push_item *item,
		      struct push_attempt *attempt)
{
	if (epcis->confirms)
		confirm(epcis, item, attempt);
	else
		set(attempt, item, PUSH_DELIVERED, PUSH_FINE);
}

/* ---- jobs ---- */

/* Nobody remembers the job, or nobody ever named one: is it there? Otherwise it is sent anew. */
static void ask_without_job(struct epcis *epcis, const struct push_item *item, int reason,
			    struct push_attempt *attempt)
{
	enum epcis_there there = look_there(epcis, item, attempt);

	if (there == EPCIS_SAME)
		set(attempt, item, PUSH_DELIVERED, PUSH_FINE);
	else if (there == EPCIS_OTHER)
		set(attempt, item, PUSH_PARKED, PUSH_OTHER_CONTENT);
	else if (there == EPCIS_NONE && reason == PUSH_WORKS_ON_IT)
		set(attempt, item, PUSH_ACCEPTED, reason);
	else if (there == EPCIS_NONE)
		set(attempt, item, PUSH_RETRY, reason);
}

static void judge_job(struct epcis *epcis, const struct push_item *item,
		      struct push_attempt *attempt)
{
	struct error ignored;
	struct value *job = json_parse(attempt->answer.body.data, attempt->answer.body.size,
				       "the job", &ignored);
	const struct value *running = value_get(job, "running");
	bool goes_on = !running || running->kind != VALUE_BOOL || running->truth;
	bool succeeded = value_get_bool(job, "success");

	value_free(job);
	if (goes_on && item->tries >= epcis->job_tries)
		ask_without_job(epcis, item, PUSH_NEVER_ENDS, attempt);
	else if (goes_on)
		set(attempt, item, PUSH_ACCEPTED, PUSH_WORKS_ON_IT);
	else if (succeeded)
		delivered(epcis, item, attempt);
	else
		set(attempt, item, PUSH_PARKED, PUSH_JOB_FAILED);
	if (goes_on && attempt->verdict.outcome == PUSH_ACCEPTED)
		attempt->location = xstrdup(item->location);
}

static void ask_job(struct epcis *epcis, const struct push_item *item, struct push_attempt *attempt)
{
	int status;

	if (!item->location) {
		ask_without_job(epcis, item,
				item->tries >= epcis->job_tries ? PUSH_FORGOTTEN : PUSH_WORKS_ON_IT,
				attempt);
		return;
	}
	ask_anew(epcis, item->location, attempt);
	status = attempt->answer.said.trouble ? 0 : attempt->answer.said.status;
	attempt->verdict = push_judge(&attempt->answer.said, item->tries, item->chance);
	if (status == 200)
		judge_job(epcis, item, attempt);
	else if (status == 404 || status == 410)
		ask_without_job(epcis, item, PUSH_FORGOTTEN, attempt);
	else if (attempt->verdict.outcome == PUSH_RETRY && !attempt->verdict.rests &&
		 item->tries >= epcis->job_tries) {
		ask_without_job(epcis, item, PUSH_NEVER_ENDS, attempt);
	} else if (attempt->verdict.outcome == PUSH_RETRY) {
		/* the job goes on without us */
		attempt->verdict.outcome = PUSH_ACCEPTED;
		attempt->location = xstrdup(item->location);
	} else if (attempt->verdict.outcome != PUSH_PAUSED) {
		/* whatever it says of asking, it has not said what became of the event */
		ask_without_job(epcis, item, PUSH_FORGOTTEN, attempt);
	}
}

/* ---- sending ---- */

/* A job's address as it can be asked; NULL where it is another host's. */
static char *job_url(const struct epcis *epcis, const char *location)
{
	const char *host_end = strchr(epcis->url + strlen("https://"), '/');
	size_t origin = host_end ? (size_t)(host_end - epcis->url) : strlen(epcis->url);

	if (location[0] == '/' && location[1] != '/')
		return xprintf("%.*s%s", (int)origin, epcis->url, location);
	if (!strstr(location, "://"))
		return xprintf("%s/%s", epcis->url, location);
	if (strncmp(location, epcis->url, origin) != 0 || location[origin] != '/')
		return NULL;
	return xstrdup(location);
}

static void understand(struct epcis *epcis, const struct push_item *item,
		       struct push_attempt *attempt)
{
	attempt->verdict = push_judge(&attempt->answer.said, item->tries, item->chance);
	if (attempt->answer.said.trouble)
		return;
	if (attempt->verdict.outcome == PUSH_DELIVERED)
		delivered(epcis, item, attempt);
	else if (attempt->answer.said.status == 409)
		compare(epcis, item, attempt);
	else if (attempt->verdict.outcome == PUSH_ACCEPTED && attempt->answer.location) {
		attempt->location = job_url(epcis, attempt->answer.location);
		if (!attempt->location)
			set(attempt, item, PUSH_PAUSED, PUSH_REDIRECTED);
	}
}

static void attempt(void *link, const struct push_item *item, struct push_attempt *attempt)
{
	struct epcis *epcis = link;
	bool as_document = epcis->captures || value_get(item->content, "errorDeclaration");
	struct error why;
	struct buf body;
	char *url;

	if (item->is_accepted) {
		ask_job(epcis, item, attempt);
		return;
	}
	buf_init(&body);
	url = xprintf("%s/%s", epcis->url, as_document ? "capture" : "events");
	if (epcis_pack(item, as_document, &body, &why) == 0) {
		ask(epcis, "POST", url, &body, &attempt->answer);
		understand(epcis, item, attempt);
	} else {
		set(attempt, item, PUSH_PARKED, PUSH_NOT_MAPPED);
	}
	free(url);
	buf_done(&body);
}

static void close_link(void *link)
{
	struct epcis *epcis = link;

	http_close(epcis->http);
	free(epcis->url);
	free(epcis);
}

/* A signature is no event, and EPCIS has no place for one by itself. */
static int check_settings(const struct value *settings, struct error *err)
{
	const struct value *records = value_get(settings, "records");

	for (size_t i = 0; i < value_count(records); i++)
		if (!strcmp(value_at(records, i)->text, ENTRY_SIGNATURE))
			return error_set(err, ERROR_USAGE,
					 "destination '%s': an EPCIS repository takes events and "
					 "declarations, and no signatures",
					 value_get_text(settings, "name"));
	return 0;
}

static void *open_link(const struct value *settings, struct error *err)
{
	struct http *http = check_settings(settings, err) < 0 ? NULL : http_open(settings, err);
	struct epcis *epcis;
	size_t size;

	if (!http)
		return NULL;
	epcis = xcalloc(1, sizeof(*epcis));
	epcis->http = http;
	epcis->url = xstrdup(value_get_text(settings, "url"));
	size = strlen(epcis->url);
	while (size && epcis->url[size - 1] == '/')
		epcis->url[--size] = '\0';
	epcis->captures = value_get_bool(settings, "capture");
	epcis->confirms = value_get_bool(settings, "confirm");
	epcis->job_tries = (unsigned)value_get_int(settings, "jobTries", JOB_TRIES);
	return epcis;
}

const struct push_kind PUSH_KIND_EPCIS = {
	.name = "epcis",
	.open = open_link,
	.attempt = attempt,
	.close = close_link,
};
