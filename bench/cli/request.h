/* SPDX-License-Identifier: Apache-2.0 */
/* One question to the controller, and its answer: what has no run to watch. */
#ifndef DAVY_CLI_REQUEST_H
#define DAVY_CLI_REQUEST_H

#include "base/error.h"
#include "base/value.h"

/*
 * Takes the request and waits for the event that answers it, which the caller frees. Starts a controller when there is none.
 * NULL with its sentence where the controller refuses, or is gone before it has answered.
 */
struct value *request_answer(const char *state, struct value *request, struct error *err);
/* Ask for this record ("kind", "says" and what belongs to them), which it takes: {"seq":…,"id":…}. */
struct value *request_append(const char *state, struct value *record, struct error *err);
/* What the register holds (run/records.h). */
struct value *request_register(const char *state, struct error *err);

#endif
