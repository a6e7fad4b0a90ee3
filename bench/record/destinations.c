/* SPDX-License-Identifier: Apache-2.0 */
/* Only what decides about the outbox is judged here; what a kind of destination needs it judges itself. */
#include "record/destinations.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "record/entry.h"
#include "record/store_outbox.h"

enum { FILE_MOST = 1 << 20, DESTINATIONS_MOST = 64 };

char *destinations_path(const char *state)
{
	return xprintf("%s/destinations.json", state);
}

static int check_name(const char *path, const struct value *list, size_t index, struct error *err)
{
	static const char NAMES[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *name = value_get_text(value_at(list, index), "name");

	if (!name || !name[0] || name[0] == '-' || strlen(name) > STORE_DESTINATION_MOST ||
	    name[strspn(name, NAMES)])
		return error_set(err, ERROR_USAGE,
				 "%s: destination %zu has no \"name\" of small letters, digits and "
				 "'-', at most %d of them",
				 path, index + 1, STORE_DESTINATION_MOST);
	for (size_t i = 0; i < index; i++)
		if (!strcmp(value_get_text(value_at(list, i), "name"), name))
			return error_set(err, ERROR_USAGE, "%s: two destinations are called '%s'",
					 path, name);
	return 0;
}

static int check_records(const char *path, const struct value *destination, struct error *err)
{
	/* of receipts none: each that arrived would make the next */
	static const char *const KINDS[] = {ENTRY_EVENT, ENTRY_DECLARATION, ENTRY_SIGNATURE,
					    ENTRY_LOG,	 ENTRY_KEY,	    ENTRY_HAND_OVER,
					    ENTRY_CLOCK, ENTRY_APPROVAL,    ENTRY_CALIBRATION};
	const struct value *records = value_get(destination, "records");

	for (size_t i = 0; i < value_count(records); i++) {
		const struct value *kind = value_at(records, i);
		bool known = false;

		for (size_t k = 0; k < sizeof(KINDS) / sizeof(*KINDS); k++)
			known |= kind->kind == VALUE_TEXT && !strcmp(kind->text, KINDS[k]);
		if (!known)
			return error_set(
				err, ERROR_USAGE,
				"%s: destination '%s': \"records\" are of the kinds event, "
				"declaration, signature, log, key, hand-over, clock, approval and "
				"calibration",
				path, value_get_text(destination, "name"));
	}
	return 0;
}

static int check(const char *path, const struct value *list, struct error *err)
{
	if (!list || list->kind != VALUE_LIST || value_count(list) > DESTINATIONS_MOST)
		return error_set(err, ERROR_USAGE,
				 "%s: \"destinations\" is a list of at most %d destinations", path,
				 DESTINATIONS_MOST);
	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *destination = value_at(list, i);

		if (check_name(path, list, i, err) < 0 || check_records(path, destination, err) < 0)
			return -1;
		if (!value_get_text(destination, "kind") ||
		    value_get_int(destination, "from", 1) < 1)
			return error_set(err, ERROR_USAGE,
					 "%s: destination '%s' has no \"kind\", or its \"from\" is "
					 "no number of a record",
					 path, value_get_text(destination, "name"));
	}
	return 0;
}

struct value *destinations_read(const char *state, struct error *err)
{
	char *path = destinations_path(state);
	struct value *file = NULL, *list = NULL;
	struct buf text;

	buf_init(&text);
	if (!file_exists(path))
		list = value_list();
	else if (file_read(path, FILE_MOST, &text, err) == 0)
		file = json_parse(text.data, text.size, path, err);
	if (file && check(path, value_get(file, "destinations"), err) == 0)
		list = value_copy(value_get(file, "destinations"));
	value_free(file);
	buf_done(&text);
	free(path);
	return list;
}

static int refuse(const struct value *list, const char *name, struct error *err)
{
	struct buf names;

	if (!value_count(list))
		return error_set(err, ERROR_USAGE,
				 "destinations.json is not there, or names no destination, so "
				 "there is no '%.40s'",
				 name);
	buf_init(&names);
	for (size_t i = 0; i < value_count(list); i++)
		buf_printf(&names, "%s%s", i ? ", " : "",
			   value_get_text(value_at(list, i), "name"));
	error_set(err, ERROR_USAGE,
		  "destinations.json has no destination '%.40s'; there are: %.300s", name,
		  names.data);
	buf_done(&names);
	return -1;
}

const struct value *destinations_find(const struct value *list, const char *name, struct error *err)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (!strcmp(value_get_text(value_at(list, i), "name"), name))
			return value_at(list, i);
	refuse(list, name, err);
	return NULL;
}

bool destination_is_live(const struct value *destination)
{
	const char *kind = value_get_text(destination, "kind");

	return kind && !strcmp(kind, "mqtt");
}

bool destination_wants(const struct value *destination, uint64_t seq, const char *kind,
		       bool is_simulated)
{
	const struct value *records = value_get(destination, "records");

	if (seq < (uint64_t)value_get_int(destination, "from", 1) ||
	    (is_simulated && !value_get_bool(destination, "simulated")))
		return false;
	if (!records)
		return !strcmp(kind, ENTRY_EVENT) || !strcmp(kind, ENTRY_DECLARATION);
	for (size_t i = 0; i < value_count(records); i++)
		if (!strcmp(value_at(records, i)->text, kind))
			return true;
	return false;
}

char *destination_choice(const struct value *destination)
{
	struct buf text;

	buf_init(&text);
	buf_printf(&text, "%lld %d", (long long)value_get_int(destination, "from", 1),
		   value_get_bool(destination, "simulated"));
	if (value_get(destination, "records"))
		json_write(&text, value_get(destination, "records"));
	return buf_detach(&text);
}
