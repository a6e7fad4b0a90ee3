/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated instruments on one port. The codec frames both sides: a twin turns a question's bytes
 * into registers, captured numbers or fields, asks the world for their values, and frames the answer.
 * What the world sees are numbers and texts, never bytes. The line to them may be simulated, too, or it
 * is a real one, of which this is the far end.
 */
#ifndef DAVY_RUN_TWIN_H
#define DAVY_RUN_TWIN_H

#include "base/error.h"
#include "base/value.h"
#include "loop/clock.h"
#include "port/serial.h"
#include "run/fixture.h"
#include "run/world.h"

struct twin_port;

/* How twins speak. `mouth` is the wire's own object. */
struct twin_wire {
	/* `bytes` live for the call: the first bit leaves `delay` from now, or when the line is free. */
	void (*say)(void *mouth, const uint8_t *bytes, size_t size, nsec delay);
	/* How long the line still needs for what was said by now. */
	nsec (*backlog)(void *mouth);
};

/* `*world` may be filled in later, before the first question. `mouth` is borrowed until twin_port_free. */
struct twin_port *twin_port_new(const struct twin_wire *wire, void *mouth, struct world **world);
/*
 * The same on a simulated line. `*near` is its other end: hand it to a link, which closes it; it must be
 * closed before twin_port_free.
 */
struct twin_port *twin_port_simulated(struct bench_clock *clock,
				      const struct serial_settings *settings, struct world **world,
				      struct serial **near);
/*
 * Put a device on the port; `simulator` is what the loader said of its twin (borrowed until
 * twin_port_free), `ends` the line terminator of its driver.
 */
int twin_port_add(struct twin_port *port, const char *device, int unit,
		  const struct value *simulator, const char *ends, struct error *err);
/* The same for all devices of a fixture that are on its port `index`; `simulators` by their names. */
int twin_port_fill(struct twin_port *port, const struct fixture *fixture, int index,
		   const struct value *simulators, struct error *err);
/* These bytes have arrived. Are they, as a whole, a question to a device here? It is answered then. */
bool twin_port_hear(struct twin_port *port, const uint8_t *bytes, size_t size);
/*
 * A device says something by itself: `said` is one of what a world's streams handler is told. Fails when
 * the world said what the message's layout cannot carry, and when its line is too slow for it.
 */
int twin_port_stream(struct twin_port *port, const struct value *said, struct error *err);
void twin_port_free(struct twin_port *port); /* accepts NULL */

#endif
