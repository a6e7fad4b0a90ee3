/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of notes share; nobody else includes it. */
#ifndef DAVY_RECORD_NOTE_INSIDE_H
#define DAVY_RECORD_NOTE_INSIDE_H

#include <stdbool.h>

#include "base/utf8.h"
#include "record/note.h"

bool note_is_name(const char *name);
int note_check_name(const char *name, struct error *err);
/* Refused for another kind of key than Ed25519. */
int note_find_id(const char *name, enum note_type type, const struct key *key,
		 uint8_t id[NOTE_ID_SIZE], struct error *err);

#endif
