/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link over a simulated line, with a meter at its far end: unit 1, whose registers hold their own
 * address plus 0x1230.
 */
#ifndef DAVY_TESTS_LINK_RIG_H
#define DAVY_TESTS_LINK_RIG_H

#include "base/buf.h"
#include "codec/modbus.h"
#include "loop/clock.h"
#include "loop/loop.h"
#include "port/link.h"
#include "port/serial_sim.h"

/* 9600 8N1, rounded up to whole nanoseconds. */
#define REQUEST 8333334 /* 8 bytes */
#define REPLY 7291667	/* 7 bytes: one register */
#define SILENCE 3645834 /* 3.5 characters */

struct link_rig {
	struct loop *loop;
	struct bench_clock *clock;
	struct serial *serial;
	struct link *link;
	struct timer end, chatter;
	nsec chatter_every;
	nsec delay;	/* of the meter */
	int asked;	/* frames the meter heard */
	int good_from;	/* the line's fault is gone once the meter has heard so many */
	struct buf tap; /* "S8 R7 X2 ": direction and size of what crossed */
	nsec sent_at, received_at;
	char order[64]; /* names of the questions that ended */
};

/* A question with its codec and its outcome; `then` is done after it has ended. */
struct link_poll {
	struct link_rig *rig;
	const char *name;
	struct modbus_request request;
	int calls;
	nsec time;
	uint8_t bytes[MODBUS_ADU_MOST];
	size_t size;
	struct error err; /* kind 0 with an answer */
	void (*then)(struct link_poll *poll);
	struct link_poll *other;
};

/* In virtual time, or on another clock. */
void link_rig_begin(struct link_rig *rig);
void link_rig_begin_on(struct link_rig *rig, enum clock_kind kind);
void link_rig_end(struct link_rig *rig);
/* Run the loop until this bench time, or until a question's end quits it. */
void link_rig_run(struct link_rig *rig, nsec until);
/* Something on the line says one byte, again and again, whatever the line is doing. */
void link_rig_chatter(struct link_rig *rig, nsec every);

/* A question for an input register of the meter; its name goes to rig->order when it ends. */
struct link_poll link_poll_of(struct link_rig *rig, const char *name, uint16_t address);
void link_poll_ask(struct link_poll *poll, nsec within, int retries);
/* A question whose answer ends with a line feed, and eight bytes that no answer follows. */
void link_poll_ask_line(struct link_poll *poll, const char *text, nsec within, int retries);
void link_poll_tell(struct link_poll *poll);

#endif
