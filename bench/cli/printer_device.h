/* SPDX-License-Identifier: Apache-2.0 */
/* The device behind which a printer is, of tickets or of labels: opened for us alone, told bytes, asked for one. */
#ifndef DAVY_CLI_PRINTER_DEVICE_H
#define DAVY_CLI_PRINTER_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct printer_device {
	const char *name; /* borrowed from what it was opened by */
	int fd;
};

/*
 * "/dev/usb/lp0", or "serial:" and a serial port, which must be called so because an instrument may be behind it as
 * well; `is_known`: it is known to be a printer, whatever it looks like. The lines of a serial port stay as its user
 * has set them. Closed with printer_close() when 0 came back.
 */
int printer_open(struct printer_device *printer, const char *device, bool is_known,
		 struct error *err);
void printer_close(struct printer_device *printer);

/* All of it, as the printer takes it. -1: it took nothing for 20 s, or is gone. */
int printer_tell(const struct printer_device *printer, const struct buf *bytes, struct error *err);
/* The next byte that it sends within half a second; false: none came. */
bool printer_hear(const struct printer_device *printer, uint8_t *byte);
/* What it has sent unasked, or too late, is nobody's answer. */
void printer_forget(const struct printer_device *printer);

#endif
