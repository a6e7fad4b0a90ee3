/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated serial port on a bench clock: bytes take the time the baud rate gives them, in both
 * directions, and the line can be spoilt. The far end is a function that hears each whole written
 * frame when its last bit has arrived, and replies when it likes.
 */
#ifndef DAVY_PORT_SERIAL_SIM_H
#define DAVY_PORT_SERIAL_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/clock.h"
#include "port/line_fault.h"
#include "port/serial.h"

/* Hears one written frame, at the instant its last bit arrived. */
typedef void serial_sim_hear_fn(void *ctx, const uint8_t *bytes, size_t size);

struct serial *serial_sim_new(struct bench_clock *clock, const struct serial_settings *settings,
			      serial_sim_hear_fn *hear, void *ctx);
void serial_sim_set_fault(struct serial *serial, enum line_fault fault);
/* The far end speaks: the first bit leaves `delay` from now; the user hears the reply when its last
 * bit has arrived. Replies never overlap: a later one waits for the line. */
void serial_sim_reply(struct serial *serial, const uint8_t *bytes, size_t size, nsec delay);
/* How long the line still needs for what the far end has said by now. */
nsec serial_sim_backlog(struct serial *serial);
/* The far end pulls the plug: what is on the line is gone, the user hears of it from the loop. */
void serial_sim_unplug(struct serial *serial);
/* … and puts it in again: the user hears of that from the loop, too. */
void serial_sim_plug(struct serial *serial);

#endif
