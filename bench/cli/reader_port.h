/* SPDX-License-Identifier: Apache-2.0 */
/* A reader as it is written, DRIVER=PORT[,SETTINGS]: on a command line, or in a station's file. */
#ifndef DAVY_CLI_READER_PORT_H
#define DAVY_CLI_READER_PORT_H

#include "base/error.h"
#include "loop/loop.h"
#include "port/serial_real.h"
#include "run/driver.h"

/* The driver of this name in fixtures/drivers; the caller frees it. NULL: there is none, or it is wrong. */
struct driver *reader_port_driver(const char *name, struct error *err);
/* "PORT", or "PORT,9600 8N1" where the driver does not say how its line is set; nothing is opened. */
int reader_port_wire(const struct driver *driver, const char *place, struct serial_wire *wire,
		     struct error *err);
/* Open "PORT", or "PORT,9600 8N1" where the driver does not say how its line is set. */
struct serial *reader_port_open(struct loop *loop, const struct driver *driver, const char *place,
				struct error *err);
/*
 * Who answers at this place, named as below; the caller frees it. A driver that has no such question is taken at its word.
 * NULL: nobody does, or it is another, or the port is not to be had. Takes as long as the driver's tries.
 */
char *reader_port_ask(const struct driver *driver, const char *place, struct error *err);
/* Who has read: "DRIVER on ADAPTER: IDENTITY"; the caller frees it. */
char *reader_port_name(const struct driver *driver, const struct serial *serial,
		       const char *identity);

#endif
