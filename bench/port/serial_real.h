/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real serial port, found where the station says it is: by path ("/dev/ttyS1"), by a link that udev
 * keeps ("/dev/serial/by-id/…"), or as a USB device ("usb:0403:6001:A5XK3RJT", vendor:product:serial; the
 * serial may be left out when there is one such device). It has one user: a port that another program
 * has is refused, and others are kept out.
 *
 * A wire that goes is noticed at once (on_lost), and looked for every 200 ms of real time; on_back says
 * that it is there again with the identity that it had. Another adapter in its place is not taken.
 *
 * Everything happens in real time, whatever clock its user has.
 */
#ifndef DAVY_PORT_SERIAL_REAL_H
#define DAVY_PORT_SERIAL_REAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"
#include "loop/loop.h"
#include "port/serial.h"

enum { SERIAL_WHERE = 128 };

struct serial_wire {
	struct serial_settings settings;
	char where[SERIAL_WHERE];
	bool rs485; /* the driver switches the direction by RTS, where it can */
	bool echo;  /* the adapter hears itself: what is sent comes back, and is taken off */
};

/*
 * ERROR_USAGE: `where` is nonsense or names nothing that could be a serial port; ERROR_LINK: it is not
 * there; ERROR_OS: it is, and cannot be had (another program has it, rights, settings that it does not
 * take). The sentence begins with `where`.
 */
struct serial *serial_real_open(struct loop *loop, const struct serial_wire *wire,
				struct error *err);
/* For the guardian, which keeps a copy; -1 while lost. Another one after on_back. */
int serial_real_fd(const struct serial *serial);
/* "/dev/ttyUSB0 (usb 0403:6001 A5XK3RJT)", "/dev/ttyS1": for the journal; borrowed until serial_close. */
const char *serial_real_identity(const struct serial *serial);

/* So many bytes were written to it and have not left yet; 0 while lost. */
size_t serial_real_waiting(const struct serial *serial);

/* ---- without a loop: for the guardian and `davy safe` ---- */

/* The same port with the same settings, ready to be written to; the caller closes the descriptor. */
int serial_blind_open(const struct serial_wire *wire, struct error *err);
/*
 * All bytes have left the machine, or -1 after `within` (ERROR_TIMEOUT) or when the wire is gone
 * (ERROR_LINK). Answers are neither awaited nor read.
 */
int serial_blind_send(int fd, const uint8_t *bytes, size_t size, nsec within, struct error *err);

#endif
