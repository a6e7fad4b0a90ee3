/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind "json": a platform that takes a JSON object by POST at `url`. Which members it wants is a table:
 *
 *   {"fields":{"sn":"/content/epcList/0","result":"/content/mse:run/mse:verdict","no":"/record/seq"},
 *    "constants":{"lab":"B07"},"required":["sn"]}
 *
 * Each field names by a JSON Pointer (RFC 6901) where its value stands: `/content` is what was signed, `/record` has id,
 * kind, bench, seq and time. What is not there is left out, and a record that lacks something `required` is parked.
 * Without `fields` the object is {"record":…,"content":…}. The header Idempotency-Key has the record's own id, the same
 * however often it is sent.
 */
#ifndef DAVY_PUSH_JSON_POST_H
#define DAVY_PUSH_JSON_POST_H

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "push/kind.h"

/* The bytes of a record by the mapping in `settings`. Refused where it lacks what is required. Pure. */
int json_pack(const struct value *settings, const struct push_item *item, struct buf *body,
	      struct error *err);

#endif
