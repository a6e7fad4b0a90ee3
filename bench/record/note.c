/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notes. A text may have empty lines, so the signatures begin behind the last one. Names and ids are only
 * looked up by; what counts is that the signature is the given key's.
 *
 * A cosignature is eight bytes of time, the highest first, and a signature over two lines of its own and the text:
 *
 *   cosignature/v1
 *   time 1679315147
 *
 * Invariant: writing what was read gives the same bytes, so signatures of unknown kinds stay what they are.
 */
#include "record/note.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/base64.h"
#include "record/note_inside.h"

#define DASH "\xe2\x80\x94 "

enum { TIME_SIZE = 8 };

struct signature {
	char *name;
	struct buf bytes; /* key id, then the signature */
};

struct note {
	struct buf text;
	struct signature signatures[NOTE_MOST_SIGNATURES];
	size_t count;
};

static int check_text(const char *text, size_t size, const char *where, struct error *err)
{
	if (utf8_valid_size(text, size) != size)
		return error_set(err, ERROR_USAGE, "%s: is not UTF-8", where);
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n')
			return error_set(err, ERROR_USAGE, "%s: has a control character", where);
	if (!size || text[size - 1] != '\n')
		return error_set(err, ERROR_USAGE, "%s: its last line has no end", where);
	return 0;
}

static struct note *note_of(const char *text, size_t size)
{
	struct note *note = xcalloc(1, sizeof(*note));

	buf_init(&note->text);
	buf_add(&note->text, text, size);
	return note;
}

struct note *note_new(const char *text, size_t size, struct error *err)
{
	if (check_text(text, size, "a note", err) < 0)
		return NULL;
	if (text[0] == '\n' || (size > 1 && text[size - 2] == '\n')) {
		error_set(err, ERROR_USAGE, "a note: begins or ends with an empty line");
		return NULL;
	}
	return note_of(text, size);
}

void note_free(struct note *note)
{
	if (!note)
		return;
	for (size_t i = 0; i < note->count; i++) {
		free(note->signatures[i].name);
		buf_done(&note->signatures[i].bytes);
	}
	buf_done(&note->text);
	free(note);
}

/* Takes the name. */
static struct buf *add_signature(struct note *note, char *name)
{
	struct signature *signature = &note->signatures[note->count++];

	signature->name = name;
	buf_init(&signature->bytes);
	return &signature->bytes;
}

/* `line` is without its end. */
static int read_line(struct note *note, const char *line, size_t size, const char *where,
		     struct error *err)
{
	size_t dash = strlen(DASH);
	const char *name = line + dash,
		   *blank = size > dash ? memchr(name, ' ', size - dash) : NULL;
	struct buf *bytes;

	if (size < dash || memcmp(line, DASH, dash) != 0 || !blank)
		return error_set(err, ERROR_USAGE, "%s: '%.*s' is no line of a signature", where,
				 (int)utf8_valid_size(line, size < 60 ? size : 60), line);
	if (note->count == NOTE_MOST_SIGNATURES)
		return error_set(err, ERROR_USAGE, "%s: has more than %d signatures", where,
				 NOTE_MOST_SIGNATURES);
	bytes = add_signature(note, xstrndup(name, (size_t)(blank - name)));
	if (!note_is_name(note->signatures[note->count - 1].name))
		return error_set(err, ERROR_USAGE, "%s: '%.60s' is no name of a key", where,
				 note->signatures[note->count - 1].name);
	if (base64_read(bytes, BASE64_PADDED, blank + 1, (size_t)(line + size - blank - 1)) < 0 ||
	    bytes->size <= NOTE_ID_SIZE)
		return error_set(err, ERROR_USAGE,
				 "%s: the signature of %.60s is not one in base64", where,
				 note->signatures[note->count - 1].name);
	return 0;
}

static int read_lines(struct note *note, const char *lines, size_t size, const char *where,
		      struct error *err)
{
	const char *end = lines + size;

	if (!size)
		return error_set(err, ERROR_USAGE, "%s: has no signature", where);
	while (lines < end) {
		const char *line_end = memchr(lines, '\n', (size_t)(end - lines));

		if (read_line(note, lines, (size_t)(line_end - lines), where, err) < 0)
			return -1;
		lines = line_end + 1;
	}
	return 0;
}

/* Where the last empty line begins; NULL: there is none behind a text. */
static const char *last_empty_line(const char *text, size_t size)
{
	for (size_t at = size; at >= 2; at--)
		if (text[at - 1] == '\n' && text[at - 2] == '\n')
			return text + at - 1;
	return NULL;
}

struct note *note_parse(const char *text, size_t size, const char *where, struct error *err)
{
	const char *empty;
	struct note *note;

	if (size > NOTE_LARGEST) {
		error_set(err, ERROR_USAGE, "%s: larger than the %d bytes allowed", where,
			  NOTE_LARGEST);
		return NULL;
	}
	if (check_text(text, size, where, err) < 0)
		return NULL;
	empty = last_empty_line(text, size);
	if (!empty) {
		error_set(err, ERROR_USAGE, "%s: has no empty line before its signatures", where);
		return NULL;
	}
	note = note_of(text, (size_t)(empty - text));
	if (read_lines(note, empty + 1, (size_t)(text + size - empty - 1), where, err) == 0)
		return note;
	note_free(note);
	return NULL;
}

int note_add(struct note *note, const char *lines, size_t size, const char *where,
	     struct error *err)
{
	size_t before = note->count;

	if (check_text(lines, size, where, err) == 0 &&
	    read_lines(note, lines, size, where, err) == 0)
		return 0;
	while (note->count > before) {
		free(note->signatures[--note->count].name);
		buf_done(&note->signatures[note->count].bytes);
	}
	return -1;
}

void note_write(const struct note *note, struct buf *out)
{
	buf_add(out, note->text.data, note->text.size);
	buf_add_byte(out, '\n');
	for (size_t i = 0; i < note->count; i++) {
		buf_printf(out, DASH "%s ", note->signatures[i].name);
		base64_write(out, BASE64_PADDED, note->signatures[i].bytes.data,
			     note->signatures[i].bytes.size);
		buf_add_byte(out, '\n');
	}
}

const char *note_text(const struct note *note, size_t *size)
{
	*size = note->text.size;
	return note->text.data;
}

size_t note_count(const struct note *note)
{
	return note->count;
}

const char *note_signer(const struct note *note, size_t index)
{
	return note->signatures[index].name;
}

/* What a signature of this type is over. */
static void add_message(struct buf *out, const struct note *note, enum note_type type,
			uint64_t time)
{
	if (type == NOTE_COSIGNATURE)
		buf_printf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
	buf_add(out, note->text.data, note->text.size);
}

static int sign(struct note *note, const char *name, enum note_type type, const struct key *key,
		uint64_t time, struct error *err)
{
	uint8_t id[NOTE_ID_SIZE];
	struct buf message, signature;
	int result;

	if (note->count == NOTE_MOST_SIGNATURES)
		return error_set(err, ERROR_USAGE, "a note has no more than %d signatures",
				 NOTE_MOST_SIGNATURES);
	if (note_check_name(name, err) < 0 || note_find_id(name, type, key, id, err) < 0)
		return -1;
	buf_init(&message);
	buf_init(&signature);
	buf_add(&signature, id, sizeof(id));
	for (int shift = 56; type == NOTE_COSIGNATURE && shift >= 0; shift -= 8)
		buf_add_byte(&signature, (uint8_t)(time >> shift));
	add_message(&message, note, type, time);
	result = key_sign(key, message.data, message.size, &signature, err);
	if (result == 0)
		buf_add(add_signature(note, xstrdup(name)), signature.data, signature.size);
	buf_done(&signature);
	buf_done(&message);
	return result;
}

int note_sign(struct note *note, const char *name, const struct key *key, struct error *err)
{
	return sign(note, name, NOTE_ED25519, key, 0, err);
}

int note_cosign(struct note *note, const char *name, const struct key *key, uint64_t time,
		struct error *err)
{
	return sign(note, name, NOTE_COSIGNATURE, key, time, err);
}

static uint64_t time_of(const uint8_t *bytes)
{
	uint64_t time = 0;

	for (int i = 0; i < TIME_SIZE; i++)
		time = time << 8 | bytes[i];
	return time;
}

static int verify_one(const struct note *note, const struct signature *signature,
		      const struct note_key *note_key, uint64_t *time, struct error *err)
{
	const uint8_t *bytes = (const uint8_t *)signature->bytes.data + NOTE_ID_SIZE;
	size_t size = signature->bytes.size - NOTE_ID_SIZE;
	uint64_t when = 0;
	struct buf message;
	int result;

	if (note_key->type == NOTE_COSIGNATURE) {
		if (size <= TIME_SIZE || bytes[0] & 0x80)
			return error_set(err, ERROR_REFUSED, "%.60s: its cosignature has no time",
					 note_key->name);
		when = time_of(bytes);
		bytes += TIME_SIZE;
		size -= TIME_SIZE;
	}
	buf_init(&message);
	add_message(&message, note, note_key->type, when);
	result = key_verify(note_key->key, message.data, message.size, bytes, size, err);
	buf_done(&message);
	if (result < 0)
		return error_context(err, "%.60s", note_key->name);
	if (time)
		*time = when;
	return 0;
}

int note_verify(const struct note *note, const struct note_key *note_key, uint64_t *time,
		struct error *err)
{
	size_t found = 0;

	for (size_t i = 0; i < note->count; i++) {
		const struct signature *signature = &note->signatures[i];

		if (strcmp(signature->name, note_key->name) != 0 ||
		    memcmp(signature->bytes.data, note_key->id, NOTE_ID_SIZE) != 0)
			continue;
		found++;
		if (verify_one(note, signature, note_key, time, err) < 0)
			return -1;
	}
	if (found)
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "%.60s has not signed it with the key %02x%02x%02x%02x", note_key->name,
			 note_key->id[0], note_key->id[1], note_key->id[2], note_key->id[3]);
}
