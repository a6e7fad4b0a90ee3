/* SPDX-License-Identifier: Apache-2.0 */
/* The sampling form (抽样单) as the usual forms have it, field by field. */
#ifndef DAVY_CLI_SAMPLING_FORM_H
#define DAVY_CLI_SAMPLING_FORM_H

#include "base/error.h"
#include "base/value.h"

/* Refused: a field that the form has not, and a form without those that make it one. */
int sampling_form_check(const struct value *given, struct error *err);
/* List of {"name","title","value"} in the form's order; the caller frees it. */
struct value *sampling_form_describe(const struct value *given);

/* Every field in the form's order, of such a list, with its title in the reader's language; one that is not filled in has a nil value. */
struct value *sampling_form_fields(const struct value *described);

#endif
