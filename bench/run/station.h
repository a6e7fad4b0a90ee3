/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot of a station: which wires of this machine a fixture's ports and lines are. Compiled from what
 * the loader says of a station file and held against the fixture; immutable afterwards. Ports and lines
 * stand in the fixture's own order, so that an index means the same in both.
 */
#ifndef DAVY_RUN_STATION_H
#define DAVY_RUN_STATION_H

#include "port/gpio_bank.h"
#include "run/fixture.h"

enum { STATION_WHERE = 128 }; /* bytes of a place */

struct station_port {
	char name[32];
	char where[STATION_WHERE]; /* a path, or "usb:VENDOR:PRODUCT[:SERIAL]" */
	bool echo;		   /* the adapter echoes what is sent */
	char far[STATION_WHERE];   /* the end that `davy rig` plays, or "" */
};

struct station_line {
	char name[32];
	char where[STATION_WHERE]; /* a line's name, or "CHIP:OFFSET" */
	enum gpio_bias bias;
	enum gpio_drive drive;
	char far[STATION_WHERE]; /* as of a port; a line of a gpio-sim chip needs none */
};

struct station_slot {
	int number;
	char fixture[48];
	char watchdog[STATION_WHERE]; /* the station's, or "" */
	size_t port_count, line_count;
	struct station_port port[FIXTURE_MOST];
	struct station_line line[FIXTURE_MOST];
};

/* What the station says of this slot, or NULL. */
const struct value *station_find_slot(const struct value *station, int number);
/* Is the slot there, and does it hold this fixture? `where` is the station file's name. */
int station_check_slot(const struct value *station, int number, const char *fixture,
		       const char *where, struct error *err);
/* Does the fixture have each device whose identity this slot of a station names? */
int station_check_identities(const struct value *slot, const struct fixture *fixture,
			     struct error *err);
/*
 * Bind each port and line of the fixture. One that has no wire, one that the fixture has not, a wire
 * named twice in the slot, and an output that another slot names, too, are refused by name. Names of
 * wires are compared as they are written; that two names are one line shows when they are opened. The
 * slot must be there (station_check_slot). The caller frees what is returned with free().
 */
struct station_slot *station_slot_compile(const struct value *station, int number,
					  const struct fixture *fixture, const char *where,
					  struct error *err);
/* For the journal: { ports: { name: where }, lines: { name: where } }. */
struct value *station_slot_describe(const struct station_slot *slot);

#endif
