/* SPDX-License-Identifier: Apache-2.0 */
/* Shipped drivers, from their files, for claims about the bytes that they exchange. */
#ifndef DAVY_TESTS_DRIVER_FILES_H
#define DAVY_TESTS_DRIVER_FILES_H

#include "run/driver.h"

/* fixtures/drivers/NAME/driver.lua, read by davy-lua and compiled; driver_free frees it. */
struct driver *driver_of(const char *name);
/* What a read of it makes of this answer of one line: 0 with the number in SI, or -1. */
int driver_read_line(struct driver *driver, const char *name, const char *line, double *number,
		     struct error *err);

#endif
