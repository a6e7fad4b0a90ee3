/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver as data: how to ask an instrument, how to tell it, what its answers mean. Compiled once
 * from what the loader says of a driver file; immutable afterwards.
 *
 * An exchange is one question made ready for a link: the bytes, and how to know, check and read the
 * answer. The controller makes them for reads and writes; nothing of it is Lua.
 */
#ifndef DAVY_RUN_DRIVER_H
#define DAVY_RUN_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "codec/frame.h"
#include "codec/layout.h"
#include "codec/modbus.h"
#include "codec/template.h"
#include "port/link.h"
#include "port/serial.h"
#include "verdict/limit.h"
#include "verdict/unit.h"

enum bus { BUS_MODBUS = 1, BUS_LINE, BUS_FRAME };
enum { EXCHANGE_MOST = FRAME_MOST }; /* bytes of a question, on every bus */
enum {
	DRIVER_READS = 32,
	DRIVER_WRITES = 16,
	DRIVER_FLAGS = 16,
	DRIVER_WORDS = 8,
	DRIVER_REFUSALS = 16,
	DRIVER_RULES = 8,
	DRIVER_STREAMS = 8,
	DRIVER_SCANS = 4
};

/* A message that the instrument sends by itself. Fields are numbered from 0. */
struct driver_stream {
	char name[32];
	char *layout; /* LINE: a template; FRAME: the text of `frame` */
	struct frame_layout *frame;
	size_t fields; /* numbers in it */
	bool has_text; /* and a text */
	nsec every;    /* 0: irregular */
	nsec silent;   /* longer without one while somebody wants it is an error; 0: never */
	bool clocked;  /* it carries the instrument's own time of its last sample */
	bool numbered; /* it carries a counter of messages */
	size_t clock;  /* their fields */
	size_t number;
	double tick;	    /* ns per count of the clock */
	double clock_wraps; /* after this many counts; 0: never */
	double number_wraps;
};

/* One thing that can be read or written. Which fields count depends on the bus. */
struct driver_item {
	char name[32];
	struct unit unit;
	double scale;	      /* number in `unit` = raw * scale */
	double resolution;    /* half of the last digit, in SI; 0 when the raw form has none */
	struct layout layout; /* MODBUS */
	bool holding;	      /* MODBUS: holding register, else input register */
	uint16_t address;
	char *ask;   /* LINE: the question, or the template to build; FRAME: layout text */
	char *reply; /* LINE: the template expected, NULL for none; FRAME: layout text */
	struct frame_layout *ask_layout, *reply_layout;
	size_t field; /* FRAME: which number of the reply; LINE: which number capture */
	bool streamed; /* a read of what comes unasked: nothing of the above but `field`, the first */
	size_t stream;	/* in which message */
	size_t samples; /* so many fields, the oldest first … */
	nsec spacing;	/* … and this far apart; 0 for a single one */
	bool ranged;
	struct limit range; /* of a write; of a read: what the instrument can show at all */
	struct {
		char text[16];
		double number;
	} word[DRIVER_WORDS]; /* of a write: it takes these words, and no quantity */
	size_t word_count;
	char flags[DRIVER_FLAGS][24];
	size_t flag_count;
};

struct health_rule {
	size_t read;	  /* index of a flags read */
	uint16_t without; /* bits that must be clear */
	uint16_t needs;	  /* bits that must be set */
	char else_says[96];
};

struct driver {
	char id[48];
	enum bus bus;
	char ends[8]; /* LINE: what ends a line, both ways */
	nsec within;  /* patience of one try */
	int retries;
	bool has_settings; /* how its maker ships it, where no fixture says how its port is set */
	struct serial_settings settings;
	bool identifies;
	struct driver_item
		identity;     /* MODBUS string, LINE template, FRAME the text of a good reply */
	char identity_is[48]; /* text that it must begin with ("" : any) */
	size_t read_count, write_count, health_count, refusal_count, stream_count, scan_count;
	struct driver_stream stream[DRIVER_STREAMS];
	struct driver_item read[DRIVER_READS], write[DRIVER_WRITES];
	struct driver_item scan[DRIVER_SCANS]; /* what is read as a text: a tag, a code */
	struct health_rule health[DRIVER_RULES];
	struct {
		char reply[64], says[96];
		struct frame_layout *frame; /* FRAME: of `reply` */
	} refusal[DRIVER_REFUSALS];
};

/* From the loader's value; `where` is the driver file's name. The caller frees it. */
struct driver *driver_compile(const struct value *value, const char *where, struct error *err);
void driver_free(struct driver *driver); /* accepts NULL */
/* Index of a read or write by name, or -1. */
int driver_find_read(const struct driver *driver, const char *name);
/*
 * What it is asked to know that somebody is there: its identity, else its first reading that it gives when
 * asked; NULL: it only speaks by itself.
 */
const struct driver_item *driver_question(const struct driver *driver);
/* Is this value of a read, SI, one that the instrument can show? -1 (ERROR_DEVICE): it is no reading. */
int driver_shows(const struct driver_item *item, double value, struct error *err);
int driver_find_write(const struct driver *driver, const char *name);
/*
 * What is to be sent for one of a write's words; the error lists them all. A write without words takes
 * a quantity, and any word is refused.
 */
int driver_word(const struct driver_item *write, const char *word, double *number,
		struct error *err);
/* The number to be sent for "0 L/min", or for one of the write's words. */
int driver_setting(const struct driver_item *write, const char *text, double *number,
		   struct error *err);

/* ---- between driver.c and driver_streams.c ---- */

int driver_compile_streams(struct driver *driver, const struct value *value, struct error *err);
/* A read of a stream: all of `item` but its name, unit and scale, which are there already. */
int driver_compile_streamed(const struct driver *driver, struct driver_item *item,
			    const struct value *value, struct error *err);
void driver_free_streams(struct driver *driver);

/* A question in flight; lives until its done function was called. */
struct exchange {
	const struct driver *driver;
	const struct driver_item *item;
	bool writes;
	struct modbus_request request; /* MODBUS */
	uint8_t bytes[EXCHANGE_MOST];
	size_t size;
	char what[96];
};

void exchange_read(struct exchange *exchange, const struct driver *driver,
		   const struct driver_item *item, int unit);
/* `number` in the item's unit; fails when it is out of the item's range or does not fit. */
int exchange_write(struct exchange *exchange, const struct driver *driver,
		   const struct driver_item *item, int unit, double number, struct error *err);
/* Ask over a link. `ctx` of the done function is the caller's; `exchange` must outlive the question. */
void exchange_ask(struct exchange *exchange, struct link *link, link_done_fn *done, void *ctx);

/* What a sound answer to a read says: a number in SI, or text into `text` (strings, identities). */
int exchange_number(const struct exchange *exchange, const uint8_t *bytes, size_t size,
		    double *number, struct error *err);
int exchange_text(const struct exchange *exchange, const uint8_t *bytes, size_t size, char *text,
		  size_t room, struct error *err);

/* ---- what is scanned (driver_scans.c) ---- */

enum { SCAN_TEXT = FRAME_TEXT };

/* Has a line of this template a text that can be scanned? It ends with it, and captures nothing else. */
bool driver_scans_line(const char *layout);
/*
 * What an answer to a scan, or a message of its stream, says: the text of a frame, of a line what stands where
 * its template has {text}. Fails (ERROR_DEVICE) on what is none, is empty, has control characters or is no
 * UTF-8: a code that was read wrong is no other code.
 */
int driver_scanned(const struct driver *driver, const struct driver_item *scan,
		   const uint8_t *bytes, size_t size, char text[SCAN_TEXT], struct error *err);
/* Is the instrument well, by this rule of its driver's, whose flags the exchange has read? */
int exchange_is_well(const struct exchange *exchange, size_t rule, const uint8_t *bytes,
		     size_t size, struct error *err);

#endif
