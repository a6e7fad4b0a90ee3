/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated instruments on one simulated port. The codec frames both sides: a twin turns a
 * question's bytes into registers, captured numbers or fields, asks the world for their values, and
 * frames the answer. What the world sees are numbers and texts, never bytes.
 */
#ifndef DAVY_RUN_TWIN_H
#define DAVY_RUN_TWIN_H

#include "base/error.h"
#include "base/value.h"
#include "port/serial_sim.h"
#include "run/world.h"

struct twin_port;

/* `*world` may be filled in later, before the first question. */
struct twin_port *twin_port_new(struct bench_clock *clock, const struct serial_settings *settings,
				struct world **world);
/*
 * Put a device on the port; `simulator` is what the loader said of its twin (borrowed until
 * twin_port_free), `ends` the line terminator of its driver.
 */
int twin_port_add(struct twin_port *port, const char *device, int unit,
		  const struct value *simulator, const char *ends, struct error *err);
/*
 * A device says something by itself: `said` is one of what a world's streams handler is told. Fails when
 * the world said what the message's layout cannot carry.
 */
int twin_port_stream(struct twin_port *port, const struct value *said, struct error *err);
/* The near end: hand it to a link, which closes it. It must be closed before twin_port_free. */
struct serial *twin_port_serial(struct twin_port *port);
void twin_port_free(struct twin_port *port); /* accepts NULL */

#endif
