/* SPDX-License-Identifier: Apache-2.0 */
/* The body is canonical JSON, so that the same record is the same bytes. */
#include "push/json_post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/canonical.h"

struct json_post {
	struct http *http;
	const struct value *settings;
};

/* ---- bytes ---- */

/* One step of a pointer, "~1" and "~0" undone; the caller frees it. */
static char *step_of(const char *at, size_t size)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < size; i++) {
		bool escaped = at[i] == '~' && i + 1 < size && strchr("01", at[i + 1]);

		buf_add_byte(&text, escaped ? (at[i + 1] == '1' ? '/' : '~') : (uint8_t)at[i]);
		i += escaped;
	}
	return buf_detach(&text);
}

static const struct value *item_of(const struct value *list, const char *step)
{
	char *end;
	unsigned long index = strtoul(step, &end, 10);

	return *step && !*end ? value_at(list, index) : NULL;
}

static const struct value *point(const struct value *root, const char *pointer)
{
	const struct value *at = root;

	while (at && *pointer == '/') {
		size_t size = strcspn(pointer + 1, "/");
		char *step = step_of(pointer + 1, size);

		at = at->kind == VALUE_LIST  ? item_of(at, step)
		     : at->kind == VALUE_MAP ? value_get(at, step)
					     : NULL;
		free(step);
		pointer += size + 1;
	}
	return *pointer ? NULL : at;
}

static struct value *root_of(const struct push_item *item)
{
	struct value *root = value_map(), *record = value_set(root, "record", value_map());
	char time[WALL_TIME_SIZE];

	wall_time_write(&item->entry->at.wall, time);
	value_set_text(record, "id", item->entry->id);
	value_set_text(record, "kind", item->entry->kind);
	value_set_text(record, "bench", item->entry->bench);
	value_set_int(record, "seq", (int64_t)item->entry->seq);
	value_set_text(record, "time", time);
	value_set(root, "content", value_copy(item->content));
	return root;
}

static struct value *map_fields(const struct value *settings, const struct value *root)
{
	const struct value *fields = value_get(settings, "fields");
	const struct value *constants = value_get(settings, "constants");
	struct value *object = value_map();

	for (size_t i = 0; i < value_count(fields); i++) {
		const struct value *pointer = value_at(fields, i);
		const struct value *found =
			pointer->kind == VALUE_TEXT ? point(root, pointer->text) : NULL;

		if (found)
			value_set(object, value_key(fields, i), value_copy(found));
	}
	for (size_t i = 0; i < value_count(constants); i++)
		value_set(object, value_key(constants, i), value_copy(value_at(constants, i)));
	return object;
}

static int check_required(const struct value *settings, const struct value *object,
			  struct error *err)
{
	const struct value *required = value_get(settings, "required");

	for (size_t i = 0; i < value_count(required); i++) {
		const struct value *name = value_at(required, i);

		if (name->kind != VALUE_TEXT || !value_get(object, name->text))
			return error_set(err, ERROR_REFUSED, "the record has nothing for '%.60s'",
					 name->kind == VALUE_TEXT ? name->text : "");
	}
	return 0;
}

int json_pack(const struct value *settings, const struct push_item *item, struct buf *body,
	      struct error *err)
{
	struct value *root = root_of(item), *object;
	int done;

	object = value_get(settings, "fields") ? map_fields(settings, root) : value_copy(root);
	done = check_required(settings, object, err);
	if (done == 0)
		done = canonical_write(body, object, "the object", err);
	value_free(object);
	value_free(root);
	return done;
}

/* ---- sending ---- */

static void attempt(void *link, const struct push_item *item, struct push_attempt *attempt)
{
	struct json_post *post = link;
	char *key = xprintf("Idempotency-Key: \"%s\"", item->entry->id);
	const char *const headers[] = {"Content-Type: application/json", key, NULL};
	struct error why;
	struct buf body;

	buf_init(&body);
	if (json_pack(post->settings, item, &body, &why) == 0) {
		http_send(post->http,
			  &(struct http_request){.method = "POST",
						 .url = value_get_text(post->settings, "url"),
						 .headers = headers,
						 .body = &body},
			  &attempt->answer);
		attempt->verdict = push_judge(&attempt->answer.said, item->tries, item->chance);
		/* there is no job to ask: who has taken it has it */
		if (attempt->verdict.outcome == PUSH_ACCEPTED)
			attempt->verdict = (struct push_verdict){.outcome = PUSH_DELIVERED,
								 .reason = PUSH_FINE};
	} else {
		attempt->verdict =
			(struct push_verdict){.outcome = PUSH_PARKED, .reason = PUSH_NOT_MAPPED};
		snprintf(attempt->answer.detail, sizeof(attempt->answer.detail), "%s", why.text);
	}
	buf_done(&body);
	free(key);
}

static void close_link(void *link)
{
	struct json_post *post = link;

	http_close(post->http);
	free(post);
}

static int check_settings(const struct value *settings, struct error *err)
{
	const struct value *fields = value_get(settings, "fields");

	for (size_t i = 0; i < value_count(fields); i++)
		if (value_at(fields, i)->kind != VALUE_TEXT || value_at(fields, i)->text[0] != '/')
			return error_set(
				err, ERROR_USAGE,
				"destination '%s': field '%.40s' is a pointer into /content "
				"or /record",
				value_get_text(settings, "name"), value_key(fields, i));
	return 0;
}

static void *open_link(const struct value *settings, struct error *err)
{
	struct http *http = check_settings(settings, err) < 0 ? NULL : http_open(settings, err);
	struct json_post *post;

	if (!http)
		return NULL;
	post = xcalloc(1, sizeof(*post));
	post->http = http;
	post->settings = settings;
	return post;
}

const struct push_kind PUSH_KIND_JSON = {
	.name = "json",
	.open = open_link,
	.attempt = attempt,
	.close = close_link,
};
