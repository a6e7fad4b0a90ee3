/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints and the notes that they are, after a verifier key in the first line: what is read is written again byte
 * for byte, and what was signed is what was read.
 */
#include <stdlib.h>
#include <string.h>

#include "record/checkpoint.h"
#include "tests/fuzz/fuzz.h"

static void check_key(const struct note_key *note_key, const char *vkey)
{
	struct error err;
	char *again = note_vkey(note_key->name, note_key->type, note_key->key, &err);

	must(again && strcmp(again, vkey) == 0);
	free(again);
}

static void check_note(const struct note *note, const struct fuzz_parts *parts)
{
	struct buf again;
	size_t size;
	const char *text = note_text(note, &size);

	must(note_count(note) > 0 && size < parts->size && memcmp(text, parts->rest, size) == 0);
	for (size_t i = 0; i < note_count(note); i++)
		must(*note_signer(note, i));
	buf_init(&again);
	note_write(note, &again);
	must(again.size == parts->size && memcmp(again.data, parts->rest, again.size) == 0);
	buf_done(&again);
}

/* Made anew of what was read, the text is the same; an origin may be no name, and then nothing is made. */
static void check_checkpoint(const struct checkpoint *checkpoint)
{
	struct error err = {0};
	struct checkpoint *again = checkpoint_new(checkpoint->origin, checkpoint->size,
						  checkpoint->root, checkpoint->extension, &err);
	size_t size, again_size;
	const char *text = note_text(checkpoint->note, &size);

	must(again || strstr(err.text, "is no name for a key"));
	if (again) {
		const char *made = note_text(again->note, &again_size);

		must(size == again_size && memcmp(text, made, size) == 0);
	}
	checkpoint_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = fuzz_split(data, size);
	const char *text = (const char *)parts.rest;
	struct error err;
	struct note_key *note_key = note_key_parse(parts.first, &err);
	struct note *note = note_parse(text, parts.size, "input", &err);
	struct checkpoint *checkpoint = checkpoint_parse(text, parts.size, "input", &err);

	must(note || !checkpoint);
	if (note_key)
		check_key(note_key, parts.first);
	if (note)
		check_note(note, &parts);
	if (checkpoint)
		check_checkpoint(checkpoint);
	if (note && note_key)
		note_verify(note, note_key, NULL, &err);
	checkpoint_free(checkpoint);
	note_free(note);
	note_key_free(note_key);
	free(parts.first);
	return 0;
}
