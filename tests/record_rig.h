/* SPDX-License-Identifier: Apache-2.0 */
/* What claims about proof stand on: a scratch folder, bytes from hexadecimal, the published keys of RFC 8032. */
#ifndef DAVY_TESTS_RECORD_RIG_H
#define DAVY_TESTS_RECORD_RIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "record/key.h"

struct record_rig {
	char folder[64];
	char path[128]; /* of the last record_rig_path */
	struct error err;
};

struct record_rig *record_rig_new(void);
void record_rig_free(struct record_rig *rig); /* with its folder */
const char *record_rig_path(struct record_rig *rig, const char *name);
/* A file of this mode; its path. */
const char *record_rig_write(struct record_rig *rig, const char *name, const char *text,
			     unsigned mode);

/* The bytes of hexadecimal text; returns how many. */
size_t of_hex(const char *hex, uint8_t *bytes);
/* The pair of Ed25519 whose seed this is; the caller frees the key. */
struct key *key_of_seed(const char *hex);
/* The pairs of RFC 8032, section 7.1: tests 1 to 3 (RFC 8037 has the first). The caller frees the key. */
struct key *rfc_key(int test);

#endif
