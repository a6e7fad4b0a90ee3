/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A photo that cannot be shown stands on the page all the same, with the reason: it was asked for and not taken, its file is missing or
 * is another one now, or the page has too much to carry already. A page that left it out would look whole.
 */
#include "cli/report_photos.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/report_record.h"
#include "cli/words.h"
#include "record/base64.h"
#include "run/photo.h"

/* Bytes of pictures on one page, as base64 a third more: well below what a page may have (PAGE_PRINTS_MOST). */
enum { SHOWN_MOST = 32 << 20 };

static void draw(struct value *drawings, const char *name, const struct value *photo,
		 const struct buf *bytes)
{
	struct buf text;

	buf_init(&text);
	buf_printf(&text,
		   "<img alt=\"\" style=\"max-width: 100%%; max-height: 110mm\" "
		   "src=\"data:image/%s;base64,",
		   value_get_text(photo, "type"));
	base64_write(&text, BASE64_PADDED, bytes->data, bytes->size);
	buf_add_text(&text, "\">");
	value_set_text(drawings, name, text.data);
	buf_done(&text);
}

/* Which of the words that templates know; "shown" draws it under this name. */
static const char *look(struct value *drawings, const char *name, const char *folder,
			const struct value *photo, size_t *shown)
{
	const char *state;
	struct buf bytes;

	buf_init(&bytes);
	state = photo_state(folder, photo, &bytes);
	if (!state && bytes.size > SHOWN_MOST - *shown)
		state = "too_large";
	if (!state) {
		draw(drawings, name, photo, &bytes);
		*shown += bytes.size;
		state = "shown";
	}
	buf_done(&bytes);
	return state;
}

static void set_number(struct value *map, const char *key, const struct value *photo)
{
	const struct value *number = value_get(photo, key);

	value_set(map, key, number ? value_copy(number) : value_nil());
}

static void describe(struct value *one, const struct value *photo)
{
	const char *from = value_get_text(photo, "from");

	report_set(one, "id", value_get_text(photo, "id"));
	report_set(one, "title",
		   say_either(value_get_text(photo, "text"), value_get_text(photo, "zh")));
	report_set(one, "says", value_get_text(photo, "says"));
	report_set(one, "type", value_get_text(photo, "type"));
	report_set(one, "file", value_get_text(photo, "file"));
	report_set(one, "sha256", value_get_text(photo, "sha256"));
	report_set_time(one, "at", value_get_text(photo, "at"));
	set_number(one, "size", photo);
	set_number(one, "width", photo);
	set_number(one, "height", photo);
	value_set_bool(one, "simulated", from && !strcmp(from, "simulation"));
}

void report_photos(struct value *facts, struct value *drawings, const char *folder,
		   const struct value *photos)
{
	struct value *list = value_set(facts, "photos", value_list());
	size_t shown = 0;

	for (size_t i = 0; i < value_count(photos); i++) {
		const struct value *photo = value_at(photos, i);
		struct value *one = value_add(list, value_map());
		char *name = xprintf("photo%zu", i + 1);
		const char *state = look(drawings, name, folder, photo, &shown);

		value_set_int(one, "number", (int64_t)i + 1);
		describe(one, photo);
		report_set(one, "state", state);
		report_set(one, "drawing", strcmp(state, "shown") ? NULL : name);
		free(name);
	}
}

struct value *report_photos_shown(const struct value *facts)
{
	const struct value *photos = value_get(facts, "photos");
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(photos); i++)
		if (value_get_text(value_at(photos, i), "drawing"))
			value_add(list, value_copy(value_at(photos, i)));
	return list;
}
