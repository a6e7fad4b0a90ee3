/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a terminal device as a serial port: for this program alone, set as the wire wants it. */
#ifndef DAVY_PORT_SERIAL_TTY_H
#define DAVY_PORT_SERIAL_TTY_H

#include "port/serial_real.h"
#include "port/serial_where.h"

/*
 * A descriptor that never blocks, closed when another program is executed; what had come before is
 * dropped. Fails as serial_real_open does. The caller closes it with serial_tty_close.
 */
int serial_tty_open(const struct serial_wire *wire, struct serial_found *found, struct error *err);
/*
 * Gives what is still on its way out a moment, then drops it: an adapter that is stuck holds up nobody.
 */
void serial_tty_close(int fd, const struct serial_settings *settings);

#endif
