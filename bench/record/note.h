/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes (C2SP signed-note): lines of text, an empty line, and a line for each signature,
 *
 *   — NAME BASE64(key id, signature)
 *
 * by names that look like addresses and mean nothing but their keys. Signatures by Ed25519, and the cosignatures of
 * witnesses by Ed25519 with their time (C2SP tlog-cosignature), can be made and verified; those of other kinds are
 * kept as they are.
 */
#ifndef DAVY_RECORD_NOTE_H
#define DAVY_RECORD_NOTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "record/key.h"

enum {
	NOTE_LARGEST = 1 << 20,	   /* bytes of the whole note */
	NOTE_MOST_SIGNATURES = 64, /* the specification asks for 16 at least */
	NOTE_ID_SIZE = 4,
};

/* The byte that the specification gives each kind of signature. */
enum note_type {
	NOTE_ED25519 = 0x01,
	NOTE_COSIGNATURE = 0x04,
};

/* Whose signature is looked for: a name and the public half of its key. */
struct note_key {
	char *name;
	enum note_type type;
	uint8_t id[NOTE_ID_SIZE];
	struct key *key;
};

/*
 * From a verifier key, NAME+ID+BASE64. Refused: an id that is not its key's, names with blanks, kinds that are not
 * known here. The caller owns it until note_key_free().
 */
struct note_key *note_key_parse(const char *vkey, struct error *err);
void note_key_free(struct note_key *note_key);
/* The verifier key of `key` under this name; the caller frees it. Refused for another kind than Ed25519. */
char *note_vkey(const char *name, enum note_type type, const struct key *key, struct error *err);

struct note;

/*
 * Not signed yet. `text` is one line or more, each with its end, of UTF-8 without other control characters; it does not
 * begin or end with an empty one. The caller owns what it gets from here and from note_parse() until note_free().
 */
struct note *note_new(const char *text, size_t size, struct error *err);
struct note *note_parse(const char *text, size_t size, const char *where, struct error *err);
void note_free(struct note *note);
/* Append it as it was read and signed since, byte for byte. */
void note_write(const struct note *note, struct buf *out);

/* The text that was signed, with its last line end; borrowed, until note_free(). */
const char *note_text(const struct note *note, size_t *size);
size_t note_count(const struct note *note);
/* The name in the signature at `index`; borrowed. */
const char *note_signer(const struct note *note, size_t index);

int note_sign(struct note *note, const char *name, const struct key *key, struct error *err);
/* As a witness that saw this note at `time` (seconds since 1970). */
int note_cosign(struct note *note, const char *name, const struct key *key, uint64_t time,
		struct error *err);
/* Add signature lines that somebody else made, as they are. */
int note_add(struct note *note, const char *lines, size_t size, const char *where,
	     struct error *err);

/*
 * 0 when this key signed the note, and each signature under its name and id is right; otherwise ERROR_REFUSED. Of a
 * cosignature `time` becomes what it says (the last, where there are several); it may be NULL.
 */
int note_verify(const struct note *note, const struct note_key *note_key, uint64_t *time,
		struct error *err);

#endif
