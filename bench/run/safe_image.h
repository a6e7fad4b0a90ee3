/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is needed to make one slot's real wires safe without anybody who knows what they are: each
 * output with its wire and its safe level, each port, and the bytes of each safe write, in the fixture's
 * order. Made from data alone before the first output is requested; the guardian and `davy safe` work
 * by it when there is no controller, no fixture file and no Lua.
 *
 * Saved as STATE/safe/slotN.json. The file is there as long as an output of the slot may be away from
 * safe: from before the first is requested until a slot was closed whose safe sequence was good.
 */
#ifndef DAVY_RUN_SAFE_IMAGE_H
#define DAVY_RUN_SAFE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "port/gpio_bank.h"
#include "port/serial_real.h"
#include "run/fixture.h"

struct station_slot;

struct safe_line {
	char name[32];
	char level[8];	       /* the word of its safe level: "closed", "off" */
	struct gpio_wire wire; /* settings.level is the safe level */
};

struct safe_port {
	char name[32];
	struct serial_wire wire;
};

struct safe_write {
	size_t port;	/* index */
	char what[72];	/* "supply.output" */
	char level[32]; /* "0 V", "off" */
	uint8_t *bytes;
	size_t size;
	nsec pause; /* from its last bit to the next write on this port: the device may answer */
};

struct safe_image {
	int slot;
	char run[112];
	char watchdog[128]; /* the station's, or "" */
	size_t line_count, port_count, write_count;
	struct safe_line line[FIXTURE_MOST];
	struct safe_port port[FIXTURE_MOST]; /* in the fixture's order, with and without writes */
	struct safe_write *write;
};

/* ERROR_USAGE: a safe write cannot be put into bytes. The caller frees it. */
struct safe_image *safe_image_new(const struct fixture *fixture, const struct station_slot *wires,
				  const char *run, struct error *err);
void safe_image_free(struct safe_image *image); /* accepts NULL */

/* A map, and back; `where` (a file's name) begins the sentence about what is not as it must be. */
struct value *safe_image_to_value(const struct safe_image *image);
struct safe_image *safe_image_from_value(const struct value *value, const char *where,
					 struct error *err);

/* STATE/safe/slotN.json; the caller frees it. */
char *safe_image_path(const char *state, int slot);
/* Read the file at `path`. The caller frees the image. */
struct safe_image *safe_image_read(const char *path, struct error *err);
/* Names of the image files in STATE/safe, none when there is no such folder; the caller frees each and the array. */
int safe_image_list(const char *state, char ***paths, size_t *count, struct error *err);

#endif
