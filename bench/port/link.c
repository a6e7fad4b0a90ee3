/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The question at the head of the queue has the line. Its way:
 *
 *	QUIET      wait until the line was silent long enough, then send
 *	SENDING    until the last bit has left, by the line's own arithmetic
 *	LISTENING  collect bytes until they measure as an answer, or patience ends
 *
 * and back to QUIET for the next try or the next question. One timer drives it; LOST replaces all
 * of it while the wire is gone, and QUIET follows when it is back. With an empty queue the state is
 * QUIET or LOST and the timer is not armed.
 *
 * Every wait is bounded by a time that is fixed when it begins. Bytes never move a deadline: in
 * QUIET they postpone the sending, but only up to the question's patience.
 *
 * Bytes that come in QUIET are strays. So after a time-out one silence passes in which what comes
 * late is dropped. A reply that comes later still, while the next question listens, looks like that
 * question's own: Modbus and most line protocols number nothing. If it does not fit the check of
 * that question, it costs a try; if it does, it is taken.
 *
 * An answer may come before the computed end of sending: USB instruments take the baud rate for a
 * form of politeness. It is taken as an answer, and as a sign that all was sent.
 *
 * `done` is always the last act of whatever calls it, on a question that is already off the queue,
 * so that it may do anything to the link, freeing it included.
 */
#include "port/link.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

/* More bytes than this without a whole answer are chatter. */
enum { ANSWER_MOST = 16384 };

enum link_state { LINK_QUIET = 1, LINK_SENDING, LINK_LISTENING, LINK_LOST };

struct asked {
	struct asked *next;
	struct link_question question; /* bytes and what are its own */
	bool forgotten;		       /* cancelled while on the line: nobody waits for it */
	int tries;
	int wrong_answers;
	struct error wrong; /* with the last of them */
	size_t expected;    /* of the last try: the answer's size, 0 when not known */
};

struct link {
	struct bench_clock *clock;
	struct serial *serial;
	nsec silence;
	link_tap_fn *tap;
	void *tap_ctx;

	enum link_state state;
	struct asked *first, **last;
	struct buf answer;
	nsec silent_from; /* end of the last frame, whichever way it went */
	nsec quiet_by;	  /* QUIET: wait for silence until then */
	nsec deadline;	  /* SENDING, LISTENING: of this try */
	struct timer timer;
	char *lost_why; /* LOST */
	link_change_fn *changed;
	void *changed_ctx;
	bool freeing;
};

static void link_turn(void *ctx);

static void link_arm(struct link *link, nsec deadline)
{
	timer_start(&link->timer, link->clock, deadline, TIMER_LINK, link_turn, link);
}

static void link_tell(struct link *link, enum link_direction direction, const uint8_t *bytes,
		      size_t size)
{
	if (link->tap && size > 0)
		link->tap(link->tap_ctx, direction, clock_now(link->clock), bytes, size);
}

/* When the line has been silent long enough: `now`, or later. */
static nsec silence_end(const struct link *link, nsec now)
{
	nsec end = link->silent_from + link->silence;

	return end > now ? end : now;
}

/* The head of the queue wants the line, if there is one. */
static void link_want_line(struct link *link)
{
	buf_clear(&link->answer);
	if (link->state != LINK_LOST)
		link->state = LINK_QUIET;
	if (!link->first) {
		timer_stop(&link->timer);
	} else if (link->state == LINK_LOST) {
		link_arm(link, clock_now(link->clock));
	} else {
		nsec end = silence_end(link, clock_now(link->clock));

		link->quiet_by = end + link->first->question.within;
		link_arm(link, end);
	}
}

static void asked_free(struct asked *asked)
{
	free((void *)asked->question.bytes);
	free((void *)asked->question.what);
	free(asked);
}

static struct asked *link_pop(struct link *link)
{
	struct asked *asked = link->first;

	link->first = asked->next;
	if (!link->first)
		link->last = &link->first;
	return asked;
}

/* The head of the queue has its answer (`err` NULL, `size` bytes of link->answer) or its error. */
static void link_finish(struct link *link, size_t size, const struct error *err)
{
	struct asked *asked = link_pop(link);
	struct buf answer = link->answer;

	buf_init(&link->answer);
	link_want_line(link);
	if (!asked->forgotten)
		asked->question.done(asked->question.ctx, size ? (uint8_t *)answer.data : NULL,
				     size, err);
	buf_done(&answer);
	asked_free(asked);
}

/* ---- sentences ---- */

static void print_patience(char *text, size_t size, nsec patience)
{
	if (patience % SEC(1) == 0)
		snprintf(text, size, "%" PRId64 " s", patience / SEC(1));
	else
		snprintf(text, size, "%.6g ms", (double)patience / 1e6);
}

static void print_tries(char *text, size_t size, const struct asked *asked)
{
	char patience[32];

	print_patience(patience, sizeof(patience), asked->question.within);
	if (asked->tries == 1)
		snprintf(text, size, " (1 try, %s)", patience);
	else
		snprintf(text, size, " (%d tries, %s each)", asked->tries, patience);
}

/* What came begins with the question itself, as behind an adapter that hears what it sends. */
static bool is_echo(const struct link *link, const struct asked *asked)
{
	size_t size =
		asked->question.size < link->answer.size ? asked->question.size : link->answer.size;

	return (size == asked->question.size || size >= 4) &&
	       !memcmp(link->answer.data, asked->question.bytes, size);
}

static void say_wrong(const struct link *link, const struct asked *asked, struct error *err)
{
	bool all = asked->wrong_answers == asked->tries;
	char which[48] = "the answer", tries[64] = "";

	if (asked->wrong_answers > 1)
		snprintf(which, sizeof(which), "the last of %d answers", asked->wrong_answers);
	else if (!all)
		snprintf(which, sizeof(which), "the only answer");
	if (!all)
		print_tries(tries, sizeof(tries), asked);

	if (is_echo(link, asked))
		error_set(err, asked->wrong.kind,
			  "it is the question itself, sent back: if the adapter does that, write "
			  "echo = true where its port is bound");
	else
		*err = asked->wrong;
	error_context(err, "%s to %s%s was wrong", which, asked->question.what, tries);
}

static void say_silent(const struct link *link, const struct asked *asked, struct error *err)
{
	const char *what = asked->question.what;
	size_t came = link->answer.size;
	char tries[64];

	print_tries(tries, sizeof(tries), asked);
	if (came == 0)
		error_set(err, ERROR_TIMEOUT, "no reply to %s%s", what, tries);
	else if (came >= ANSWER_MOST)
		error_set(err, ERROR_TIMEOUT,
			  "no whole reply to %s%s: the device never stops talking", what, tries);
	else if (asked->expected > 0)
		error_set(err, ERROR_TIMEOUT,
			  "no whole reply to %s%s: the last brought %zu of %zu bytes", what, tries,
			  came, asked->expected);
	else
		error_set(err, ERROR_TIMEOUT,
			  "no whole reply to %s%s: the last brought %zu bytes without an end", what,
			  tries, came);
}

static void say_never_quiet(const struct link *link, struct error *err)
{
	const struct link_question *question = &link->first->question;
	char silence[32], within[32];

	print_patience(silence, sizeof(silence), link->silence);
	print_patience(within, sizeof(within), question->within);
	error_set(err, ERROR_TIMEOUT,
		  "%s could not be asked: the line was never silent for %s within %s, something on "
		  "it talks without being asked",
		  question->what, silence, within);
}

static void say_lost(const struct link *link, const struct asked *asked, struct error *err)
{
	error_set(err, ERROR_LINK, "no reply to %s: %s", asked->question.what, link->lost_why);
}

/* ---- the head's way along the line ---- */

/* A later reason is the better one: whoever wrote first knew only that it could not. */
static void link_lose(struct link *link, const char *why)
{
	bool known = link->state == LINK_LOST;

	free(link->lost_why);
	link->lost_why = xstrdup(why);
	if (known)
		return;
	link->state = LINK_LOST;
	link_want_line(link);
	if (link->changed && !link->freeing)
		link->changed(link->changed_ctx, link->lost_why);
}

static void link_send(struct link *link)
{
	struct asked *asked = link->first;
	const struct link_question *question = &asked->question;
	struct error err;

	if (serial_write(link->serial, question->bytes, question->size, &err) < 0) {
		link_lose(link, err.text);
		return;
	}

	nsec sent = clock_now(link->clock) +
		    serial_transmission_time(&link->serial->settings, question->size);

	asked->tries++;
	asked->expected = 0;
	link->state = LINK_SENDING;
	link->deadline = sent + question->within;
	link_arm(link, sent);
}

static void link_sent(struct link *link)
{
	const struct link_question *question = &link->first->question;

	link_tell(link, LINK_SENT, question->bytes, question->size);
	link->silent_from = clock_now(link->clock);
	if (question->no_answer) {
		link_finish(link, 0, NULL);
		return;
	}
	link->state = LINK_LISTENING;
	link_arm(link, link->deadline);
}

static void link_try_failed(struct link *link)
{
	struct asked *asked = link->first;
	struct error err;

	if (asked->tries <= asked->question.retries && !asked->forgotten) {
		link_want_line(link);
		return;
	}
	if (asked->wrong_answers > 0)
		say_wrong(link, asked, &err);
	else
		say_silent(link, asked, &err);
	link_finish(link, 0, &err);
}

static void link_give_up_on_silence(struct link *link)
{
	struct error err;

	say_never_quiet(link, &err);
	link_finish(link, 0, &err);
}

static void link_wait_for_silence(struct link *link)
{
	nsec now = clock_now(link->clock);
	nsec end = silence_end(link, now);

	if (end <= now)
		link_send(link);
	else if (now >= link->quiet_by)
		link_give_up_on_silence(link);
	else
		link_arm(link, end < link->quiet_by ? end : link->quiet_by);
}

static void link_end_one(struct link *link)
{
	struct error err;

	say_lost(link, link->first, &err);
	link_finish(link, 0, &err);
}

static void link_turn(void *ctx)
{
	struct link *link = ctx;

	switch (link->state) {
	case LINK_QUIET:
		link_wait_for_silence(link);
		break;
	case LINK_SENDING:
		link_sent(link);
		break;
	case LINK_LISTENING:
		link->silent_from = clock_now(link->clock);
		link_try_failed(link);
		break;
	case LINK_LOST:
		link_end_one(link);
		break;
	}
}

/* ---- what the port tells ---- */

static void link_answered(struct link *link, size_t size)
{
	struct asked *asked = link->first;
	const struct link_question *question = &asked->question;
	const uint8_t *bytes = (const uint8_t *)link->answer.data;

	if (!question->check || question->check(question->codec, bytes, size, &asked->wrong) == 0) {
		link_finish(link, size, NULL);
		return;
	}
	asked->wrong_answers++;
	link_try_failed(link);
}

static void link_collect(struct link *link, const uint8_t *bytes, size_t size)
{
	struct asked *asked = link->first;
	const struct link_question *question = &asked->question;
	size_t before = link->answer.size;
	size_t room = ANSWER_MOST - before;
	size_t kept = size < room ? size : room;

	buf_add(&link->answer, bytes, kept);
	asked->expected =
		question->measure(question->codec, (uint8_t *)link->answer.data, link->answer.size);

	bool whole = asked->expected > 0 && asked->expected <= link->answer.size;

	if (whole)
		kept = asked->expected > before ? asked->expected - before : 0;
	link_tell(link, LINK_RECEIVED, bytes, kept);
	link_tell(link, LINK_STRAY, bytes + kept, size - kept);
	if (whole)
		link_answered(link, asked->expected);
}

static void link_bytes(void *ctx, const uint8_t *bytes, size_t size)
{
	struct link *link = ctx;

	if (link->state == LINK_SENDING && !link->first->question.no_answer)
		link_sent(link);
	link->silent_from = clock_now(link->clock);
	if (link->state == LINK_LISTENING && !link->first->forgotten)
		link_collect(link, bytes, size);
	else
		link_tell(link, LINK_STRAY, bytes, size);
}

static void link_port_lost(void *ctx, const char *why)
{
	struct link *link = ctx;

	link_lose(link, why);
}

static void link_port_back(void *ctx)
{
	struct link *link = ctx;

	if (link->state != LINK_LOST)
		return;
	link->state = LINK_QUIET;
	link->silent_from = clock_now(link->clock);
	link_want_line(link);
	if (link->changed)
		link->changed(link->changed_ctx, NULL);
}

/* ---- what the user of the link asks for ---- */

struct link *link_new(struct bench_clock *clock, struct serial *serial, nsec silence,
		      link_tap_fn *tap, void *tap_ctx)
{
	struct link *link = xcalloc(1, sizeof(*link));

	*link = (struct link){
		.clock = clock,
		.serial = serial,
		.silence = silence,
		.tap = tap,
		.tap_ctx = tap_ctx,
		.state = LINK_QUIET,
		.last = &link->first,
		.silent_from = clock_now(clock) - silence,
	};
	buf_init(&link->answer);
	serial->on_bytes = link_bytes;
	serial->on_lost = link_port_lost;
	serial->on_back = link_port_back;
	serial->ctx = link;
	return link;
}

void link_free(struct link *link)
{
	if (!link || link->freeing)
		return;
	link->freeing = true;
	link_lose(link, "the port was closed");
	while (link->first)
		link_end_one(link);

	timer_stop(&link->timer);
	serial_close(link->serial);
	buf_done(&link->answer);
	free(link->lost_why);
	free(link);
}

void link_ask(struct link *link, const struct link_question *question)
{
	assert(question->done && question->size > 0);
	assert(question->no_answer || question->measure);
	if (link->freeing)
		return;

	struct asked *asked = xcalloc(1, sizeof(*asked));
	bool alone = !link->first;

	asked->question = *question;
	asked->question.bytes = xmemdup(question->bytes, question->size);
	asked->question.what = xstrdup(question->what);
	*link->last = asked;
	link->last = &asked->next;
	if (alone)
		link_want_line(link);
}

/* Forget those of this ctx that wait; the one that is on the line, or NULL. */
static struct asked *link_forget_waiting(struct link *link, void *ctx)
{
	struct asked **place = &link->first;
	struct asked *head = link->first, *on_the_line = NULL;
	bool busy = link->state == LINK_SENDING || link->state == LINK_LISTENING;

	while (*place) {
		struct asked *asked = *place;

		if (asked->question.ctx != ctx) {
			place = &asked->next;
		} else if (asked == head && busy) {
			on_the_line = asked;
			place = &asked->next;
		} else {
			*place = asked->next;
			asked_free(asked);
		}
	}
	link->last = place;
	if (link->first != head)
		link_want_line(link);
	return on_the_line;
}

void link_cancel(struct link *link, void *ctx)
{
	struct asked *on_the_line = link_forget_waiting(link, ctx);

	if (on_the_line)
		on_the_line->forgotten = true;
}

void link_hurry(struct link *link, void *ctx)
{
	struct asked *on_the_line = link_forget_waiting(link, ctx);

	if (on_the_line)
		on_the_line->question.retries = 0;
}

bool link_is_lost(const struct link *link)
{
	return link->state == LINK_LOST;
}

void link_on_change(struct link *link, link_change_fn *fn, void *ctx)
{
	link->changed = fn;
	link->changed_ctx = ctx;
}

bool link_is_busy(const struct link *link)
{
	for (const struct asked *asked = link->first; asked; asked = asked->next)
		if (!asked->forgotten)
			return true;
	return false;
}
