/* SPDX-License-Identifier: Apache-2.0 */
/* Labels on the paper of a label printer (report/label.h). */
#ifndef DAVY_CLI_LABEL_PRINTER_H
#define DAVY_CLI_LABEL_PRINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "report/label.h"

/*
 * Print each page of the PDF as a label, one after the other, on the printer behind this device (cli/printer_device.h).
 * A label is on paper when the printer was seen to print it and to be ready again; `printed` counts those. It must say how
 * it is before it is sent anything: one that says nothing, or is not ready, gets nothing. -1: the first label that is not
 * on paper, or perhaps not whole, and why.
 */
int label_print(const char *device, const char *pdf, const struct label_paper *paper,
		size_t *printed, struct error *err);

/*
 * Ask the printer behind a device that is known to be one, and print nothing. 0: it is ready, or `answered` is false: it
 * does not say, or is no label printer. -1: it could not print now.
 */
int label_printer_look(const char *device, bool *answered, struct error *err);

#endif
