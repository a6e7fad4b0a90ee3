/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each message carries: one table, used to check every frame that arrives, by both sides.
 *
 *   SOURCE   name text, part int (from 1), last bool, text text
 *   START    mode text ("run" | "world" | "load") and what that mode needs
 *   RESULT   ok bool; value any; why text when not ok
 *   ADVANCE  to int (ns)                 OUT     reached int (ns), lines map
 *   LINES    lines map                   ANSWER  any
 *   ASK      device text, op text, and the operation's own fields
 *   REQUEST  verb text, where text or absent, and the verb's own fields
 *   MEASURE  step text, measure text; key text or absent; where text or absent; and one of from
 *            text (an expression), state bool, why text (not reached)
 *   NOTE     text text                   FAILED  text text, kind text ("script" | "memory" | …)
 *   DATA     any map
 *   STOP, CANCEL, IDLE, MORE, DONE: nothing (nil)
 *
 * script/README.md says what the fields of modes, verbs and operations mean. A field that is not in
 * the table is refused; nil counts as absent; an empty list and an empty map pass for each other.
 */
#ifndef DAVY_WIRE_SCHEMA_H
#define DAVY_WIRE_SCHEMA_H

#include "base/error.h"
#include "wire/packet.h"

/* Is this payload what a frame of this type carries? The error names the field. */
int schema_check(enum frame_type type, const struct value *payload, struct error *err);

#endif
