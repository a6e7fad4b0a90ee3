/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: three lines and more, taken from the text that a note signs. What is not understood, the further
 * lines, is kept, since it was signed, too.
 */
#include "record/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/base64.h"
#include "record/note_inside.h"

/* The next line without its end, which the text is known to have; moves on behind it. NULL: no more, or an empty one. */
static char *next_line(const char **text)
{
	const char *begin = *text, *end = strchr(begin, '\n');

	if (!end || end == begin)
		return NULL;
	*text = end + 1;
	return xstrndup(begin, (size_t)(end - begin));
}

static int read_size(const char *line, uint64_t *size)
{
	*size = 0;
	if (!*line || (line[0] == '0' && line[1]))
		return -1;
	for (; *line; line++) {
		unsigned digit = (unsigned)(*line - '0');

		if (digit > 9 || *size > (UINT64_MAX - digit) / 10)
			return -1;
		*size = *size * 10 + digit;
	}
	return 0;
}

static int read_root(const char *line, uint8_t root[HASH_SIZE])
{
	struct buf bytes;
	int result = -1;

	buf_init(&bytes);
	if (base64_read(&bytes, BASE64_PADDED, line, strlen(line)) == 0 &&
	    bytes.size == HASH_SIZE) {
		memcpy(root, bytes.data, HASH_SIZE);
		result = 0;
	}
	buf_done(&bytes);
	return result;
}

static int read_text(struct checkpoint *checkpoint, const char *where, struct error *err)
{
	size_t ignored;
	const char *text = note_text(checkpoint->note, &ignored);
	char *origin = next_line(&text), *size = next_line(&text), *root = next_line(&text);
	int result = 0;

	if (!origin || !size || !root)
		result = error_set(err, ERROR_USAGE, "%s: has no three lines", where);
	else if (read_size(size, &checkpoint->size) < 0)
		result = error_set(err, ERROR_USAGE, "%s: '%.40s' is no number of entries", where,
				   size);
	else if (read_root(root, checkpoint->root) < 0)
		result = error_set(err, ERROR_USAGE, "%s: '%.60s' is no root of a tree", where,
				   root);
	else if (*text == '\n' || strstr(text, "\n\n"))
		result = error_set(err, ERROR_USAGE, "%s: has an empty line", where);
	checkpoint->origin = origin;
	checkpoint->extension = xstrdup(result == 0 ? text : "");
	free(root);
	free(size);
	return result;
}

static struct checkpoint *checkpoint_of(struct note *note, const char *where, struct error *err)
{
	struct checkpoint *checkpoint;

	if (!note)
		return NULL;
	checkpoint = xcalloc(1, sizeof(*checkpoint));
	checkpoint->note = note;
	if (read_text(checkpoint, where, err) == 0)
		return checkpoint;
	checkpoint_free(checkpoint);
	return NULL;
}

struct checkpoint *checkpoint_new(const char *origin, uint64_t size, const uint8_t root[HASH_SIZE],
				  const char *extension, struct error *err)
{
	struct checkpoint *checkpoint;
	struct buf text;

	if (note_check_name(origin, err) < 0)
		return NULL;
	buf_init(&text);
	buf_printf(&text, "%s\n%llu\n", origin, (unsigned long long)size);
	base64_write(&text, BASE64_PADDED, root, HASH_SIZE);
	buf_printf(&text, "\n%s", extension ? extension : "");
	checkpoint = checkpoint_of(note_new(text.data, text.size, err), "a checkpoint", err);
	buf_done(&text);
	return checkpoint;
}

struct checkpoint *checkpoint_parse(const char *text, size_t size, const char *where,
				    struct error *err)
{
	return checkpoint_of(note_parse(text, size, where, err), where, err);
}

void checkpoint_free(struct checkpoint *checkpoint)
{
	if (!checkpoint)
		return;
	note_free(checkpoint->note);
	free(checkpoint->extension);
	free(checkpoint->origin);
	free(checkpoint);
}

int checkpoint_verify(const struct checkpoint *checkpoint, const char *origin,
		      const struct key *key, struct error *err)
{
	struct note_key *own = NULL;
	char *vkey;
	int done = -1;

	if (strcmp(checkpoint->origin, origin) != 0)
		return error_set(err, ERROR_REFUSED,
				 "it is of log %.60s, and the records are of %.60s",
				 checkpoint->origin, origin);
	vkey = note_vkey(origin, NOTE_ED25519, key, err);
	if (vkey)
		own = note_key_parse(vkey, err);
	if (own)
		done = note_verify(checkpoint->note, own, NULL, err);
	note_key_free(own);
	free(vkey);
	return done;
}
