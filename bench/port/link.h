/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and answers over one serial port: turns on a shared bus, silence between frames,
 * deadlines, retries, checks. One question is on the line at a time; the others queue in order.
 *
 * Bytes that arrive while no question is open, and stray bytes of an earlier answer, are handed to
 * the tap and dropped, so that an answer is never taken for another's. Every question ends in
 * exactly one call of its `done`, also when the link is closed (ERROR_LINK).
 */
#ifndef DAVY_PORT_LINK_H
#define DAVY_PORT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/clock.h"
#include "port/serial.h"

struct link;

enum link_direction { LINK_SENT = 1, LINK_RECEIVED, LINK_STRAY };

/*
 * Every byte that crosses, in order, with the bench time it was complete: for the journal. Called
 * at that time. It must not call the link.
 */
typedef void link_tap_fn(void *ctx, enum link_direction direction, nsec time, const uint8_t *bytes,
			 size_t size);

/*
 * How long is the answer that starts with these bytes? 0: not known yet. More than `size`: wait for
 * the rest. A frame that ends with a terminator answers once the terminator is there.
 */
typedef size_t link_size_fn(void *ctx, const uint8_t *bytes, size_t size);
/* Is a whole answer sound? A failing check is retried like silence. */
typedef int link_check_fn(void *ctx, const uint8_t *bytes, size_t size, struct error *err);
/*
 * The question has ended: `err` NULL and the answer, or the error and no bytes. ERROR_TIMEOUT names
 * tries and patience: "no reply to 'FLOW?' (3 tries, 300 ms each)". Never called from inside
 * link_ask. May ask again, cancel, or free the link.
 */
typedef void link_done_fn(void *ctx, const uint8_t *bytes, size_t size, const struct error *err);

/*
 * The wire is gone (`why` is a clause), or there again (`why` NULL). Told from the loop, before any question
 * ends because of it and before any is asked on the wire that came back. It may ask and cancel, but not
 * free the link.
 */
typedef void link_change_fn(void *ctx, const char *why);

struct link_question {
	const uint8_t *bytes; /* copied */
	size_t size;
	const char *what; /* for sentences: "'FLOW?'", "input register 0"; copied */
	nsec within;	  /* patience of one try, counted from the last bit sent */
	int retries;	  /* tries after the first */
	bool no_answer;	  /* a broadcast or a tell without reply: done once sent */
	link_size_fn *measure;
	link_check_fn *check; /* may be NULL */
	void *codec;	      /* ctx of measure and check; outlives the question */
	link_done_fn *done;
	void *ctx; /* of done, and what link_cancel goes by */
};

/* Takes the port: link_free closes it. `silence` is kept between one frame's end and the next. */
struct link *link_new(struct bench_clock *clock, struct serial *serial, nsec silence,
		      link_tap_fn *tap, void *tap_ctx);
/*
 * Accepts NULL. Open questions end with ERROR_LINK before it returns; one that is asked from inside
 * their `done` is forgotten.
 */
void link_free(struct link *link);
/*
 * A line that is not silent for `within` is not waited for any longer: the question ends with
 * ERROR_TIMEOUT, so that a device which talks for ever holds up nobody for ever.
 */
void link_ask(struct link *link, const struct link_question *question);
/*
 * Forget the questions of this ctx without calling them; their `codec` is not used any more. One
 * that is on the line keeps the line until its try would have ended, so that its answer is nobody
 * else's.
 */
void link_cancel(struct link *link, void *ctx);
/*
 * Forget those of this ctx that wait for the line. One that is on it may have its answer, but no
 * further try: whoever is next has the line as soon as can be.
 */
void link_hurry(struct link *link, void *ctx);
/* While a link is lost every question ends with ERROR_LINK, in its order and from the loop. */
bool link_is_lost(const struct link *link);
void link_on_change(struct link *link, link_change_fn *fn, void *ctx);
/* Somebody waits for a question's end, or will have to. */
bool link_is_busy(const struct link *link);

#endif
