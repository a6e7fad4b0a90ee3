/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of what a loader says of a file, or a journal says that one said: where those who compile it
 * look for names, there is a table with names. The loader is a process that may say anything.
 */
#ifndef DAVY_RUN_SHAPE_H
#define DAVY_RUN_SHAPE_H

#include "base/error.h"
#include "base/value.h"

/*
 * `kind` is protocol, fixture, driver or station; others have any shape. What is left out, nil or an empty
 * table is in shape. ERROR_USAGE names the place: "devices: meter: safe must be a table with names".
 */
int shape_check(const char *kind, const struct value *value, struct error *err);

#endif
