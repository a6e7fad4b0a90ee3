/* SPDX-License-Identifier: Apache-2.0 */
/* What a protocol declares beside its steps, in one line, from what the loader says of it. */
#ifndef DAVY_CLI_DECLARED_H
#define DAVY_CLI_DECLARED_H

#include "base/buf.h"
#include "base/value.h"

/* "environment temperature 20 .. 26 °C; sampling flow >= 10 Hz; …"; nothing where nothing is declared. */
void declared_add(struct buf *out, const struct value *protocol);

#endif
