/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes over a descriptor in the loop. A socket pair stands for the wire: what the kernel says of a full,
 * a closed and a broken one is the same.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strain.h"
#include "loop/clock.h"
#include "port/serial_fd.h"
#include "tests/claims.h"

struct ends {
	struct loop *loop;
	int near_fd, far_fd;
	struct serial_fd *port;
	struct buf heard;
	int lost;
	char why[200];
	bool closes; /* whoever hears closes the port */
	struct timer end;
};

static void heard(void *ctx, const uint8_t *bytes, size_t size)
{
	struct ends *ends = ctx;

	buf_add(&ends->heard, bytes, size);
	if (!ends->closes)
		return;
	serial_fd_free(ends->port);
	ends->port = NULL;
}

static void lost(void *ctx, const char *why)
{
	struct ends *ends = ctx;

	ends->lost++;
	snprintf(ends->why, sizeof(ends->why), "%s", why);
	serial_fd_free(ends->port);
	ends->port = NULL;
}

static void ends_open(struct ends *ends, bool echo)
{
	int fds[2];
	struct error err;

	memset(ends, 0, sizeof(*ends));
	buf_init(&ends->heard);
	ends->loop = loop_new(&err);
	CU_ASSERT_EQUAL_FATAL(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	ends->near_fd = fds[0];
	ends->far_fd = fds[1];
	ends->port = serial_fd_new(ends->loop, fds[0], echo, heard, lost, ends, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ends->port);
}

static void ends_close(struct ends *ends)
{
	serial_fd_free(ends->port);
	close(ends->near_fd);
	if (ends->far_fd >= 0)
		close(ends->far_fd);
	timer_stop(&ends->end);
	loop_free(ends->loop);
	buf_done(&ends->heard);
}

static void time_is_up(void *ctx)
{
	loop_quit(ctx);
}

/* Everything that is ready has been heard, and some turns more. */
static void turn(struct ends *ends)
{
	struct bench_clock *clock = loop_real_clock(ends->loop);
	struct error err;

	timer_start(&ends->end, clock, clock_now(clock) + MSEC(2), TIMER_WAIT, time_is_up,
		    ends->loop);
	CU_ASSERT_EQUAL(loop_run(ends->loop, &err), 0);
}

static void far_says(struct ends *ends, const char *text)
{
	CU_ASSERT_EQUAL(write(ends->far_fd, text, strlen(text)), (ssize_t)strlen(text));
	turn(ends);
}

static int near_says(struct ends *ends, const char *text, struct error *err)
{
	return serial_fd_write(ends->port, (const uint8_t *)text, strlen(text), err);
}

static bool has_heard(const struct ends *ends, const char *text)
{
	return ends->heard.size == strlen(text) && !memcmp(ends->heard.data, text, strlen(text));
}

/* ---- bytes ---- */

static void a_frame_that_does_not_fit_at_once_arrives_whole(void)
{
	enum { FRAME = 60000 };
	uint8_t *frame = xcalloc(1, FRAME), *got = xcalloc(1, FRAME);
	struct ends ends;
	struct error err;
	int room = 4096;
	size_t size = 0;

	ends_open(&ends, false);
	setsockopt(ends.near_fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	for (size_t i = 0; i < FRAME; i++)
		frame[i] = (uint8_t)(i * 7 + i / 256);
	CU_ASSERT_EQUAL(serial_fd_write(ends.port, frame, FRAME, &err), 0);
	CU_ASSERT_EQUAL(near_says(&ends, "x", &err), 0); /* behind it, not before */

	for (int i = 0; i < 1000 && size < FRAME; i++) {
		ssize_t more = read(ends.far_fd, got + size, FRAME - size);

		CU_ASSERT(more <= 20000); /* it was cut into pieces */
		size += more > 0 ? (size_t)more : 0;
		turn(&ends);
	}
	CU_ASSERT_EQUAL(size, FRAME);
	CU_ASSERT_EQUAL(memcmp(frame, got, FRAME), 0);
	CU_ASSERT_EQUAL(read(ends.far_fd, got, 2), 1);
	CU_ASSERT_EQUAL(got[0], 'x');
	free(frame);
	free(got);
	ends_close(&ends);
}

static void a_port_that_takes_nothing_any_more_is_lost(void)
{
	uint8_t *much = xcalloc(1, 65536);
	struct ends ends;
	struct error err;
	int room = 4096;

	ends_open(&ends, false);
	setsockopt(ends.near_fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	CU_ASSERT_EQUAL(serial_fd_write(ends.port, much, 65536, &err), 0);
	CU_ASSERT_EQUAL(serial_fd_write(ends.port, much, 65536, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_LINK);
	CU_ASSERT_EQUAL(ends.lost, 0);
	turn(&ends);

	CU_ASSERT_EQUAL(ends.lost, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(ends.why, "takes nothing any more"));
	free(much);
	ends_close(&ends);
}

static void whoever_hears_may_close_the_port(void)
{
	struct ends ends;

	ends_open(&ends, false);
	ends.closes = true;
	far_says(&ends, "bye");

	CU_ASSERT(has_heard(&ends, STRAIN_TORTURES ? "b" : "bye"));
	CU_ASSERT_PTR_NULL(ends.port);
	ends_close(&ends);
}

/* ---- the end of the wire ---- */

static void a_hang_up_is_told_once_and_after_the_last_bytes(void)
{
	struct ends ends;

	ends_open(&ends, false);
	CU_ASSERT_EQUAL(write(ends.far_fd, "last", 4), 4);
	close(ends.far_fd);
	ends.far_fd = -1;
	turn(&ends);

	CU_ASSERT(has_heard(&ends, "last"));
	CU_ASSERT_EQUAL(ends.lost, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(ends.why, "unplugged"));
	ends_close(&ends);
}

static void a_write_that_meets_the_end_says_so_and_the_loop_says_it_too(void)
{
	struct ends ends;
	struct error err;

	signal(SIGPIPE, SIG_IGN);
	ends_open(&ends, false);
	close(ends.far_fd);
	ends.far_fd = -1;
	CU_ASSERT_EQUAL(near_says(&ends, "hello", &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_LINK);
	CU_ASSERT_EQUAL(near_says(&ends, "hello", &err), -1);
	CU_ASSERT_EQUAL(ends.lost, 0);
	turn(&ends);

	CU_ASSERT_EQUAL(ends.lost, 1);
	ends_close(&ends);
}

/* ---- echo ---- */

static void the_echo_is_taken_off_and_the_answer_is_heard(void)
{
	struct ends ends;
	struct error err;

	ends_open(&ends, true);
	near_says(&ends, "FLOW?\r", &err);
	far_says(&ends, "FLO");
	CU_ASSERT(has_heard(&ends, ""));
	far_says(&ends, "W?\r1");
	far_says(&ends, "2.5\r");

	CU_ASSERT(has_heard(&ends, "12.5\r"));
	CU_ASSERT_EQUAL(ends.lost, 0);
	ends_close(&ends);
}

static void what_comes_unasked_is_no_echo(void)
{
	struct ends ends;
	struct error err;

	ends_open(&ends, true);
	far_says(&ends, "boot\r");
	near_says(&ends, "A", &err);
	far_says(&ends, "A");
	far_says(&ends, "A");

	CU_ASSERT(has_heard(&ends, "boot\rA"));
	ends_close(&ends);
}

static void anything_else_than_the_echo_is_an_error(void)
{
	struct ends ends;
	struct error err;

	ends_open(&ends, true);
	near_says(&ends, "FLOW?\r", &err);
	far_says(&ends, "FLAW?\r");

	CU_ASSERT(has_heard(&ends, ""));
	CU_ASSERT_EQUAL(ends.lost, 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(ends.why, "41 came back where 4F had been sent: a collision"));
	ends_close(&ends);
}

void suite_serial_fd(void)
{
	suite_begin("serial fd");
	claim(a_frame_that_does_not_fit_at_once_arrives_whole);
	claim(a_port_that_takes_nothing_any_more_is_lost);
	claim(whoever_hears_may_close_the_port);
	claim(a_hang_up_is_told_once_and_after_the_last_bytes);
	claim(a_write_that_meets_the_end_says_so_and_the_loop_says_it_too);
	claim(the_echo_is_taken_off_and_the_answer_is_heard);
	claim(what_comes_unasked_is_no_echo);
	claim(anything_else_than_the_echo_is_an_error);
}
