/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each message carries: one table, used to check every frame that arrives, by both sides.
 *
 *   SOURCE   name text, part int, last bool, text text
 *   START    as "run": mode text ("run" | "world" | "load") and what that mode needs
 *   RESULT   ok bool; value any; why text when not ok
 *   ADVANCE  to int (ns)                 OUT     reached int (ns), lines map
 *   LINES    lines map                   ASK     device text, what map       ANSWER  any
 *   REQUEST  verb text, and the verb's own fields (script/README.md lists them)
 *   MEASURE  step text, measure text; key text or absent; from text (an expression) | state bool |
 *            why text (not reached)
 *   NOTE     text text                   FAILED  text text, kind text ("script" | "memory" | …)
 */
#ifndef DAVY_WIRE_SCHEMA_H
#define DAVY_WIRE_SCHEMA_H

#include "base/error.h"
#include "wire/packet.h"

/* Is this payload what a frame of this type carries? The error names the field. */
int schema_check(enum frame_type type, const struct value *payload, struct error *err);

#endif
