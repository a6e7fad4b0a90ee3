/* SPDX-License-Identifier: Apache-2.0 */
/* Documents on the paper of a ticket printer (report/ticket.h). */
#ifndef DAVY_CLI_TICKET_PRINTER_H
#define DAVY_CLI_TICKET_PRINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Print these PDFs, each a ticket that is cut off, on the printer behind this device: "/dev/usb/lp0", or "serial:" and
 * a serial port, which must be called so because an instrument may be behind it as well. A printer that tells that it has no paper, or is open, gets nothing. -1: the first that is not on paper, or
 * perhaps not whole; those before it are. Their pages are drawn by Debian's pdftoppm ($DAVY_PDFTOPPM).
 */
int ticket_print(const char *device, const char *const *pdfs, size_t count, struct error *err);

/*
 * Ask the printer behind a device that is known to be one, and print nothing. 0: it has paper and is closed;
 * `answered` is false where it does not say. -1: it could not print now.
 */
int ticket_printer_look(const char *device, bool *answered, struct error *err);

#endif
