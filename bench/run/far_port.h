/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The far end of a real serial line: the instruments of one port of a fixture, answering on another port
 * of this machine, or of another, that is wired to it.
 */
#ifndef DAVY_RUN_FAR_PORT_H
#define DAVY_RUN_FAR_PORT_H

#include "loop/clock.h"
#include "port/line_fault.h"
#include "port/serial.h"
#include "run/twin.h"

struct far_port;

/*
 * `real` keeps real time; the instruments think `scale` times faster than they say. `*world` may be filled
 * in later, before the first question. Put the devices on far_port_twins(), then connect it.
 */
struct far_port *far_port_new(struct bench_clock *real, double scale, struct world **world);
struct twin_port *far_port_twins(struct far_port *port);
/* What comes from here on is spoilt. */
void far_port_set_fault(struct far_port *port, enum line_fault fault);

typedef void far_port_said_fn(void *ctx, const uint8_t *bytes, size_t size);
/*
 * Ask the devices without a line, before far_port_connect: true when one of them understands. What it
 * says, unless it is silent, is told later, once, in place of being sent; until then nothing else is asked.
 */
bool far_port_try(struct far_port *port, const uint8_t *question, size_t size,
		  far_port_said_fn *said, void *ctx);
/* Before the bytes of a question are looked at, `fn` is called: what lines say is to be known by then. */
void far_port_before_hearing(struct far_port *port, void (*fn)(void *ctx), void *ctx);
/*
 * Listen and answer here from now on. The port is taken: far_port_free closes it. `waiting` says how many
 * bytes it still has to send; NULL: that is not known.
 */
void far_port_connect(struct far_port *port, struct serial *serial,
		      size_t (*waiting)(const struct serial *serial));
/* How long the line still needs for what was said by now; 0 while that is not known. */
nsec far_port_backlog(struct far_port *port);
void far_port_free(struct far_port *port); /* accepts NULL */

#endif
