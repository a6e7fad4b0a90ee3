/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of records: the two forms in which a record says where it stands. */
#include "record/entry.h"

#include <stdbool.h>
#include <string.h>

#include "record/canonical.h"
#include "record/event.h"
#include "record/event_id.h"

enum { ENTRY_VERSION = 1 };

static struct value *describe_place(const struct entry *entry)
{
	struct value *place = value_map();
	char prev[HASH_HEX_SIZE];

	hash_hex(entry->prev, prev);
	value_set_text(place, "bench", entry->bench);
	value_set_int(place, "seq", (int64_t)entry->seq);
	value_set_text(place, "prev", prev);
	value_set(place, "at", moment_describe(&entry->at));
	return place;
}

static struct value *describe(const struct entry *entry)
{
	struct value *payload, *place = describe_place(entry);

	if (!strcmp(entry->kind, ENTRY_EVENT)) {
		payload = value_copy(entry->says);
		event_extend(payload, "log", place);
		value_free(place);
		return payload;
	}
	payload = value_map();
	value_set_int(payload, "v", ENTRY_VERSION);
	value_set_text(payload, "kind", entry->kind);
	value_set_text(payload, "id", entry->id);
	value_set(payload, "log", place);
	value_set(payload, "says", value_copy(entry->says));
	return payload;
}

int entry_write(struct buf *out, const struct entry *entry, struct error *err)
{
	struct value *payload = describe(entry);
	int done = !strcmp(entry->kind, ENTRY_EVENT) ? event_check(payload, err) : 0;

	if (done == 0)
		done = canonical_write(out, payload, "a record", err);
	value_free(payload);
	return done;
}

/* ---- reading ---- */

static bool is_name(const char *text)
{
	return text && text[0] && strlen(text) <= ENTRY_NAME_MOST;
}

static int read_place(struct entry *entry, const struct value *place, struct error *err)
{
	int64_t seq = value_get_int(place, "seq", 0);

	entry->bench = value_get_text(place, "bench");
	entry->seq = seq > 0 ? (uint64_t)seq : 0;
	if (!entry->seq || !is_name(entry->bench) ||
	    !hash_from_hex(value_get_text(place, "prev"), entry->prev))
		return error_set(err, ERROR_USAGE,
				 "it does not say which place of which log it has");
	return moment_read(&entry->at, value_get(place, "at"), err);
}

static int read_event(struct entry *entry, struct error *err)
{
	struct value *place = event_extension(entry->payload, "log");
	int done;

	entry->kind = ENTRY_EVENT;
	entry->id = value_get_text(entry->payload, "eventID");
	entry->says = entry->payload;
	done = read_place(entry, place, err);
	value_free(place);
	if (done < 0)
		return -1;
	entry->bench = value_get_text(value_get(entry->payload, "mse:log"), "mse:bench");
	return event_check(entry->payload, err);
}

static int read_other(struct entry *entry, struct error *err)
{
	const struct value *payload = entry->payload;
	struct event_ids ids;

	entry->id = value_get_text(payload, "id");
	entry->kind = value_get_text(payload, "kind");
	entry->says = value_get(payload, "says");
	if (value_get_int(payload, "v", 0) != ENTRY_VERSION || value_count(payload) != 5 ||
	    !entry->says || entry->says->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "it is no record of version %d", ENTRY_VERSION);
	if (!is_name(entry->kind) || !strcmp(entry->kind, ENTRY_EVENT))
		return error_set(err, ERROR_USAGE, "it does not say of which kind it is");
	if (!entry->id || event_id_continue(&ids, entry->id, err) < 0)
		return error_set(err, ERROR_USAGE, "its name is no UUID of version 7");
	return read_place(entry, value_get(payload, "log"), err);
}

int entry_read(struct entry *entry, const char *payload, size_t size, struct error *err)
{
	bool is_event;
	int done;

	*entry = (struct entry){0};
	entry->payload = canonical_parse(payload, size, "its payload", err);
	if (!entry->payload)
		return -1;
	is_event = value_get(entry->payload, "eventID") != NULL;
	done = is_event ? read_event(entry, err) : read_other(entry, err);
	if (done < 0)
		entry_done(entry);
	return done;
}

struct jws *entry_parse(struct entry *entry, const char *text, size_t size, const char *where,
			struct error *err)
{
	struct jws *record = jws_parse(text, size, where, err);
	const char *payload;

	*entry = (struct entry){0};
	if (!record)
		return NULL;
	payload = jws_payload(record, &size);
	if (entry_read(entry, payload, size, err) == 0)
		return record;
	error_context(err, "%s", where);
	jws_free(record);
	return NULL;
}

void entry_done(struct entry *entry)
{
	value_free(entry->payload);
	entry->payload = NULL;
}

/* What was read is canonical, and is written as it was. */
void entry_digest(const struct entry *entry, char hex[HASH_HEX_SIZE])
{
	uint8_t digest[HASH_SIZE];
	struct error none;
	struct buf text;

	buf_init(&text);
	canonical_write(&text, entry->payload, "", &none);
	hash_of(text.data, text.size, digest);
	hash_hex(digest, hex);
	buf_done(&text);
}
