/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifier keys. The id is the beginning of a digest over name, kind and key: short, to be looked up by, and no proof
 * of anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "record/base64.h"
#include "record/note_inside.h"

/* Characters that Unicode calls white space, beyond ASCII. */
static bool has_wide_space(const char *text)
{
	static const char *const SPACES[] = {
		"\xc2\x85",	"\xc2\xa0",	"\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
		"\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
		"\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
		"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};

	for (size_t i = 0; i < sizeof(SPACES) / sizeof(*SPACES); i++)
		if (strstr(text, SPACES[i]))
			return true;
	return false;
}

bool note_is_name(const char *name)
{
	size_t size = strlen(name);

	for (size_t i = 0; i < size; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f || name[i] == '+')
			return false;
	return size && utf8_valid_size(name, size) == size && !has_wide_space(name);
}

int note_check_name(const char *name, struct error *err)
{
	if (note_is_name(name))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'%.60s' is no name for a key: it may have no blanks and no '+'", name);
}

int note_find_id(const char *name, enum note_type type, const struct key *key,
		 uint8_t id[NOTE_ID_SIZE], struct error *err)
{
	uint8_t bytes[KEY_PUBLIC_MOST], digest[HASH_SIZE];
	struct buf text;

	if (key_kind(key) != KEY_ED25519)
		return error_set(err, ERROR_USAGE, "%.60s: notes are signed by Ed25519, not by %s",
				 name, key_kind_name(key_kind(key)));
	buf_init(&text);
	buf_add_text(&text, name);
	buf_add_byte(&text, '\n');
	buf_add_byte(&text, (uint8_t)type);
	buf_add(&text, bytes, key_public(key, bytes));
	hash_of(text.data, text.size, digest);
	memcpy(id, digest, NOTE_ID_SIZE);
	buf_done(&text);
	return 0;
}

char *note_vkey(const char *name, enum note_type type, const struct key *key, struct error *err)
{
	uint8_t bytes[1 + KEY_PUBLIC_MOST] = {(uint8_t)type}, id[NOTE_ID_SIZE];
	struct buf text;

	if (note_check_name(name, err) < 0 || note_find_id(name, type, key, id, err) < 0)
		return NULL;
	buf_init(&text);
	buf_printf(&text, "%s+%02x%02x%02x%02x+", name, id[0], id[1], id[2], id[3]);
	base64_write(&text, BASE64_PADDED, bytes, 1 + key_public(key, bytes + 1));
	return buf_detach(&text);
}

/* The key that the last part of a verifier key holds, after its kind. */
static struct key *key_in(const struct buf *bytes, const char *vkey, struct error *err)
{
	uint8_t type = bytes->size ? (uint8_t)bytes->data[0] : 0;

	if (type == NOTE_ED25519 || type == NOTE_COSIGNATURE)
		return key_from_public(KEY_ED25519, (uint8_t *)bytes->data + 1, bytes->size - 1,
				       err);
	error_set(err, ERROR_USAGE, "%.80s: a verifier key of another kind than Ed25519", vkey);
	return NULL;
}

/* Written again it is the same: the id is the key's, and nothing stands behind it. */
static int check_same(const struct note_key *note_key, const char *vkey, struct error *err)
{
	char *again = note_vkey(note_key->name, note_key->type, note_key->key, err);
	bool same = again && strcmp(again, vkey) == 0;

	free(again);
	if (same)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "%.80s: the name and id of this verifier key are not its key's", vkey);
}

struct note_key *note_key_parse(const char *vkey, struct error *err)
{
	const char *id = strchr(vkey, '+'), *base64 = id ? strchr(id + 1, '+') : NULL;
	struct note_key *note_key;
	struct buf bytes;

	buf_init(&bytes);
	if (!base64 || base64_read(&bytes, BASE64_PADDED, base64 + 1, strlen(base64 + 1)) < 0) {
		error_set(err, ERROR_USAGE, "%.80s: no verifier key (NAME+ID+KEY)", vkey);
		buf_done(&bytes);
		return NULL;
	}
	note_key = xcalloc(1, sizeof(*note_key));
	note_key->name = xstrndup(vkey, (size_t)(id - vkey));
	note_key->type = bytes.size ? (uint8_t)bytes.data[0] : 0;
	note_key->key = key_in(&bytes, vkey, err);
	buf_done(&bytes);
	if (note_key->key && check_same(note_key, vkey, err) == 0 &&
	    note_find_id(note_key->name, note_key->type, note_key->key, note_key->id, err) == 0)
		return note_key;
	note_key_free(note_key);
	return NULL;
}

void note_key_free(struct note_key *note_key)
{
	if (!note_key)
		return;
	key_free(note_key->key);
	free(note_key->name);
	free(note_key);
}
