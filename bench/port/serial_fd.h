/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes over one open descriptor, in the loop: a serial port once it is found, opened and set. Whatever
 * cannot be written at once is kept and follows; the descriptor's end is noticed when it comes.
 */
#ifndef DAVY_PORT_SERIAL_FD_H
#define DAVY_PORT_SERIAL_FD_H

#include <stdbool.h>

#include "loop/loop.h"
#include "port/serial.h"

struct serial_fd;

/*
 * Watch `fd`, which stays the caller's and must not block. `lost` is called once, from the loop; nothing is
 * heard or written from then on. With `echo` the bytes that were written are expected to come back first,
 * and are taken off; any others are the end of it. Either may free this.
 */
struct serial_fd *serial_fd_new(struct loop *loop, int fd, bool echo, serial_bytes_fn *bytes,
				serial_lost_fn *lost, void *ctx, struct error *err);
/* ERROR_LINK: it is lost, or takes nothing any more; `lost` says so from the loop, too. */
int serial_fd_write(struct serial_fd *port, const uint8_t *bytes, size_t size, struct error *err);
/* So many bytes it was given that the descriptor has not taken. */
size_t serial_fd_waiting(const struct serial_fd *port);
void serial_fd_free(struct serial_fd *port); /* before the descriptor is closed; accepts NULL */

#endif
