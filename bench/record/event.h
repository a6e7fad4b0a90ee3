/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to one piece of equipment, as an EPCIS 2.0 ObjectEvent with the words of CBV 2.0, in JSON. What EPCIS
 * has no word for stands in members of one extension namespace, EVENT_NAMESPACE, whose prefix is "mse:".
 *
 * A schema lets much pass that a platform stumbles over: units that are none, prefixes that nobody declared, a time
 * whose offset is another than the event's. event_check() is stricter than the schema, and what it lets pass
 * validates against it (tests/claims_event.sh).
 */
#ifndef DAVY_RECORD_EVENT_H
#define DAVY_RECORD_EVENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "record/wall_time.h"

/* A name that needs no domain which might be lost one day; it never changes. */
#define EVENT_NAMESPACE "urn:uuid:f6623d51-a5be-450a-a896-6208d5c9af35#"

enum life_step {
	LIFE_REGISTRATION = 1,
	LIFE_RECEIVING,
	LIFE_STORING,
	LIFE_ISSUING,
	LIFE_INSTALLING,
	LIFE_COLLECTING, /* taking a sample; CBV's own "sampling" uses it up */
	LIFE_HOLDING,
	LIFE_INSPECTING,
	LIFE_DESTRUCTIVE_TEST,
	LIFE_REPAIR,
	LIFE_DESTRUCTION,
	LIFE_DISPOSAL,
};

const char *life_step_name(enum life_step step);   /* "receiving" */
const char *life_step_title(enum life_step step);  /* "到货验收" */
enum life_step life_step_find(const char *name);   /* 0: none of them */
enum life_step life_step_of(const char *biz_step); /* of an event; 0: none of them */

/*
 * The identity of one piece of equipment as a URI below `base` (a URI that the laboratory owns and that ends in "/"):
 * BASE "eq/MA/" CERTIFICATE "/SN/" SERIAL, each in UTF-8 and percent-encoded but for the characters that RFC 3986
 * calls unreserved.
 */
void event_identity(struct buf *uri, const char *base, const char *certificate, const char *serial);
/* The same of what has no certificate, by its class: BASE "eq/class/" CLASS "/SN/" SERIAL. */
void event_class_identity(struct buf *uri, const char *base, const char *class, const char *serial);
/* What such an identity says behind its last "/SN/", decoded, is appended; false, and nothing, where there is none. */
bool event_serial(struct buf *serial, const char *uri);
/* Append one part of a URI, percent-encoded so. */
void event_encode(struct buf *uri, const char *text);
/*
 * An identity to be read by people: Chinese as characters. Everything else stays encoded, since a "/", a blank or a
 * mark that turns the direction of writing would make another identity of it.
 */
void event_readable(struct buf *text, const char *uri);

/* Of each list in it: measures of a run, pieces of a lot. */
enum { EVENT_ENTRIES_MOST = 5000 };

/*
 * An event of this step, without more than what the step fixes: type, action, bizStep, the usual disposition, id, times
 * and what it is about. The caller adds to it and frees it.
 */
struct value *event_new(enum life_step step, const char *id, const struct wall_time *time,
			const char *equipment);

/*
 * Say something of the event for which EPCIS has no word: `what`, copied, as its member "mse:NAME", with "mse:" before
 * each key inside it, too.
 */
void event_extend(struct value *event, const char *name, const struct value *what);
/* Such a member as it was given, or NULL; the caller frees it. */
struct value *event_extension(const struct value *event, const char *name);

/* Refused with a sentence that names the member. */
int event_check(const struct value *event, struct error *err);

/*
 * The document in which events travel; takes `events` (a list). `id` is a URI.
 */
struct value *event_document(struct value *events, const char *id, const struct wall_time *time);

#endif
