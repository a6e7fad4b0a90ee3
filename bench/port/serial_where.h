/* SPDX-License-Identifier: Apache-2.0 */
/* What a station's words for a serial port ("where") mean on this machine now, and who else has it. */
#ifndef DAVY_PORT_SERIAL_WHERE_H
#define DAVY_PORT_SERIAL_WHERE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct serial_found {
	char path[128]; /* the device itself, no link: "/dev/ttyUSB0" */
	/* What the port is, wherever it turns up: "usb 0403:6001 A5XK3RJT", or "" when nothing tells. */
	char usb[160];
	bool numbered; /* … with a serial number, so that no other is meant */
	char place
		[256]; /* where it hangs: its folder in sysfs, as far as it tells one place from another */
};

/*
 * `sys` is where sysfs stands: "/sys". ERROR_LINK: nothing is there now; ERROR_USAGE: it cannot be meant
 * like that (no serial port, more than one adapter). The sentence begins with `where`.
 */
int serial_find(const char *where, const char *sys, struct serial_found *found, struct error *err);
/* Is what is there now what was there before? What has no serial number must be in its old place. */
bool serial_is_same(const struct serial_found *before, const struct serial_found *now);
/*
 * Whoever has the device open: "picocom (process 1234)". False: nobody is seen, and if somebody has it, it is
 * "another program" of another user.
 */
bool serial_holder(const char *path, char *text, size_t size);

#endif
