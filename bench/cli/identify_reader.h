/* SPDX-License-Identifier: Apache-2.0 */
/* What readers of tags and codes on this machine read for an identification. */
#ifndef DAVY_CLI_IDENTIFY_READER_H
#define DAVY_CLI_IDENTIFY_READER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"

/*
 * `readers` is a map from drivers to places ("/dev/ttyUSB0", "usb:0403:6001,9600 8N1"), or NULL. Each reads one tag
 * or code into `read` (record/identity.h), which is told by what it was read. Where a person sits at the terminal
 * (`asks`) Enter goes on without a reader, and so does one that reads nothing: it is typed then. Otherwise that
 * is an error (ERROR_TIMEOUT, ERROR_LINK, ERROR_DEVICE).
 */
int identify_by_readers(struct value *read, const struct value *readers, bool asks,
			struct error *err);

#endif
