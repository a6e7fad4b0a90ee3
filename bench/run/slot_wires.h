/* SPDX-License-Identifier: Apache-2.0 */
/* A slot on real wires (run/slot_wires.c). Of a simulated slot nothing happens in any of these. */
#ifndef DAVY_RUN_SLOT_WIRES_H
#define DAVY_RUN_SLOT_WIRES_H

#include "port/gpio_bank.h"
#include "run/guardian.h"
#include "run/slot.h"

/* While the slot is opened: nothing of the machine is touched yet. */
int wires_open(struct slot *slot, struct error *err);
/* Take them, in order, and bring the bench up: on_up is told. */
void wires_start(struct slot *slot);
/* After lines and links are closed. */
void wires_close(struct slot *slot);
/*
 * A port was lost, or is there again under another descriptor: the guardian gives up the old one, which would
 * keep the kernel from giving the port back whole, and gets what there is.
 */
void wires_port_changed(struct slot *slot);
/* A device has said who it is: does that go with what was ordered? */
int wires_identified(struct slot *slot, const char *device, const char *identity,
		     struct error *err);
/* All have. */
int wires_all_identified(const struct slot *slot, struct error *err);

#endif
