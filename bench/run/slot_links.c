/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links of a slot: who is on a port, and what becomes of a run whose wire goes.
 *
 * A wire that goes while anything uses it ends the run as an ERROR. It is used while a question is open,
 * while somebody wants a channel of a device on it, until the bench is up, and from the first setting on:
 * nobody knows whether the instrument keeps what it was told without its cable, and nobody could make it
 * safe. A wire that nobody uses may come back. Every device on it must then be the one that it was,
 * before it is asked anything else: those questions are queued first.
 *
 * After a trip the wire is not asked who is there: what is safe is said to whoever is (slot_safe.c).
 *
 * A real wire keeps its own time, also when the bench's is scaled. What comes over it is told in the
 * bench's, in which alone the journal counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/slot_wires.h"

/* A device on a port that came back is asked who it is. */
struct asked_again {
	struct slot *slot;
	int device;
	struct exchange exchange;
};

static void tap(void *ctx, enum link_direction direction, nsec time, const uint8_t *bytes,
		size_t size)
{
	static const enum entry_kind KINDS[] = {0, ENTRY_SENT, ENTRY_RECEIVED, ENTRY_STRAY};
	struct slot_port *port = ctx;

	(void)time; /* it is now, in the wire's time */
	if (direction == LINK_STRAY)
		port->stray += size;
	journal_entry(port->slot->journal, slot_now(port->slot), KINDS[direction],
		      (uint16_t)port->index, bytes, size);
	if (port->slot->handlers.bytes)
		port->slot->handlers.bytes(port->slot->ctx, port->index, KINDS[direction], bytes,
					   size);
}

static bool port_has_bus(const struct slot *slot, int port, enum bus bus)
{
	for (size_t i = 0; i < slot->fixture->device_count; i++)
		if (slot->fixture->device[i].port == port &&
		    slot->fixture->device[i].driver->bus == bus)
			return true;
	return false;
}

static void note(const struct slot_port *port, const char *state, const char *why)
{
	struct slot *slot = port->slot;
	struct value *line = value_map();

	value_set_text(line, "port", slot->fixture->port[port->index].name);
	value_set_text(line, "state", state);
	value_set_text(line, "why", why);
	journal_line(slot->journal, slot_now(slot), "wire", line);
}

/* ---- lost ---- */

static bool is_used(const struct slot_port *port)
{
	const struct slot *slot = port->slot;

	if (!slot->up || port->told || link_is_busy(port->link))
		return true;
	for (size_t i = 0; i < slot->fixture->channel_count; i++) {
		int device = slot->fixture->channel[i].device;

		if (slot->channel[i].interests && device >= 0 &&
		    slot->fixture->device[device].port == port->index)
			return true;
	}
	return false;
}

static void list_devices(const struct slot_port *port, char *text, size_t size)
{
	const struct fixture *fixture = port->slot->fixture;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < fixture->device_count && used < size; i++)
		if (fixture->device[i].port == port->index)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
						 fixture->device[i].name);
}

static void lost(struct slot_port *port, const char *why)
{
	struct slot *slot = port->slot;
	char devices[120], text[320];

	note(port, "lost", why);
	wires_port_changed(slot);
	if (!is_used(port))
		return;
	list_devices(port, devices, sizeof(devices));
	snprintf(text, sizeof(text), "%s: LINK LOST: %.160s (%s)",
		 slot->fixture->port[port->index].name, why, devices);
	slot_trip(slot, VERDICT_ERROR, text);
}

/* ---- back ---- */

static void note_device(const struct asked_again *asked, const char *text)
{
	struct slot *slot = asked->slot;
	const struct fixture_device *device = &slot->fixture->device[asked->device];
	struct value *line = value_map();

	value_set_text(line, "port", slot->fixture->port[device->port].name);
	value_set_text(line, "state", "identified");
	value_set_text(line, "device", device->name);
	value_set_text(line, "identity", text);
	journal_line(slot->journal, slot_now(slot), "wire", line);
}

static int is_the_same(const struct asked_again *asked, const uint8_t *bytes, size_t size,
		       struct error *err)
{
	const char *before = asked->slot->identity[asked->device];
	char text[DEVICE_IDENTITY];

	if (exchange_text(&asked->exchange, bytes, size, text, sizeof(text), err) < 0)
		return -1;
	note_device(asked, text);
	if (strcmp(text, before) != 0)
		return error_set(err, ERROR_DEVICE, "it answers as '%s', and was '%s' before", text,
				 before);
	return 0;
}

static void identified(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct asked_again *asked = ctx;
	struct slot *slot = asked->slot;
	struct error wrong;
	char why[320];

	if (!slot->closing && !slot->tripped) {
		if (!err && is_the_same(asked, bytes, size, &wrong) < 0)
			err = &wrong;
		if (err) {
			snprintf(why, sizeof(why), "%s: after its wire came back: %.240s",
				 slot->fixture->device[asked->device].name, err->text);
			slot_trip(slot, VERDICT_ERROR, why);
		}
	}
	free(asked);
}

static void back(struct slot_port *port)
{
	struct slot *slot = port->slot;

	note(port, "back", NULL);
	wires_port_changed(slot);
	if (slot->tripped) {
		safe_wire_back(slot);
		return;
	}
	for (size_t i = 0; i < slot->fixture->device_count; i++) {
		const struct fixture_device *device = &slot->fixture->device[i];
		struct asked_again *asked;

		if (device->port != port->index || !device->driver->identifies)
			continue;
		asked = xcalloc(1, sizeof(*asked));
		asked->slot = slot;
		asked->device = (int)i;
		exchange_read(&asked->exchange, device->driver, &device->driver->identity,
			      device->unit);
		exchange_ask(&asked->exchange, port->link, identified, asked);
	}
}

static void changed(void *ctx, const char *why)
{
	struct slot_port *port = ctx;

	if (port->slot->closing)
		return;
	if (why)
		lost(port, why);
	else
		back(port);
}

/* ---- the slot's side ---- */

void links_init(struct slot *slot)
{
	slot->wire_clock = slot->clock;
	slot->wire_scale = 1;
	for (size_t i = 0; i < slot->fixture->port_count; i++) {
		slot->port[i].slot = slot;
		slot->port[i].index = (int)i;
	}
}

void links_open(struct slot *slot, int index, struct serial *serial)
{
	struct slot_port *port = &slot->port[index];
	nsec silence = port_has_bus(slot, index, BUS_MODBUS)
			       ? serial_frame_silence(&slot->fixture->port[index].settings)
			       : 0;

	port->serial = serial;
	port->link = link_new(slot->wire_clock, serial, silence, tap, port);
	link_on_change(port->link, changed, port);
	streams_open(slot, index);
}

void links_close(struct slot *slot)
{
	streams_close(slot);
	for (size_t i = 0; i < slot->fixture->port_count; i++) {
		link_free(slot->port[i].link);
		slot->port[i].link = NULL;
	}
}

nsec slot_wire_time(const struct slot *slot, nsec time)
{
	nsec ago = clock_now(slot->wire_clock) - time;

	return slot->wire_clock == slot->clock
		       ? time
		       : slot_now(slot) - (nsec)((double)ago * slot->wire_scale);
}
