/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial port: settings, bytes out, bytes in, gone. One struct, several backends; link.h turns it
 * into questions and answers. Bytes come in through the loop; nothing here blocks.
 */
#ifndef DAVY_PORT_SERIAL_H
#define DAVY_PORT_SERIAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"

struct serial_settings {
	int baud;
	int data_bits; /* 7, 8 */
	char parity;   /* 'N' 'E' 'O' */
	int stop_bits; /* 1, 2 */
};

/* "9600 8N1" */
int serial_settings_parse(struct serial_settings *settings, const char *text, struct error *err);
/* Start, data, parity and stop bits of one character, in time. */
nsec serial_character_time(const struct serial_settings *settings);
/* The same for `size` characters in a row, rounded up once and not once per character. */
nsec serial_transmission_time(const struct serial_settings *settings, size_t size);
/*
 * The silence that separates Modbus RTU frames: 3.5 characters, but 1.75 ms above 19200 baud
 * (Modbus over Serial Line V1.02, 2.5.1.1).
 */
nsec serial_frame_silence(const struct serial_settings *settings);

struct serial;

/* `bytes` live for the call. */
typedef void serial_bytes_fn(void *ctx, const uint8_t *bytes, size_t size);
/* The wire is gone; no bytes follow. `why` is a clause: "the adapter was unplugged". */
typedef void serial_lost_fn(void *ctx, const char *why);
/* The wire is there again, and it is the same one; what was on its way is gone. */
typedef void serial_back_fn(void *ctx);

/* What a backend fills in; `self` is the backend's own object. */
struct serial_backend {
	int (*write)(void *self, const uint8_t *bytes, size_t size, struct error *err);
	void (*close)(void *self);
};

struct serial {
	struct serial_settings settings;
	const struct serial_backend *backend;
	void *self;
	serial_bytes_fn *on_bytes; /* set by the user of the port */
	serial_lost_fn *on_lost;
	serial_back_fn *on_back; /* may be NULL */
	void *ctx;
};

/* Queue all bytes for sending; they leave in order, paced by the line. */
int serial_write(struct serial *serial, const uint8_t *bytes, size_t size, struct error *err);
void serial_close(struct serial *serial); /* accepts NULL; frees */

#endif
