/* SPDX-License-Identifier: Apache-2.0 */
/* The far end is raw and never blocks; it reads whatever comes, so that no queue between fills up. */
#include "tests/rig/far_end.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <termios.h>
#include <unistd.h>

#include "tests/claims.h"
#include "tests/rig/bench.h"

static void far_ready(void *ctx, uint32_t events)
{
	static const uint8_t ZEROS[256];
	struct far_end *far = ctx;
	uint8_t bytes[4096];
	ssize_t got;

	if ((events & EPOLLOUT) && far->chatters)
		CU_ASSERT(write(far->fd, ZEROS, sizeof(ZEROS)) != 0);
	got = events & EPOLLIN ? read(far->fd, bytes, sizeof(bytes)) : 0;
	if (got <= 0)
		return;
	buf_add(&far->heard, bytes, (size_t)got);
	if (far->hears)
		far->hears(far);
}

static int open_raw(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios tio;

	CU_ASSERT_FATAL(fd >= 0);
	tcgetattr(fd, &tio);
	cfmakeraw(&tio);
	cfsetspeed(&tio, B115200);
	tio.c_cflag |= CLOCAL | CREAD;
	tcsetattr(fd, TCSANOW, &tio);
	tcflush(fd, TCIOFLUSH);
	return fd;
}

/* Until neither end has anything for a while. */
static void drain(int one, int other)
{
	struct pollfd ends[2] = {{.fd = one, .events = POLLIN}, {.fd = other, .events = POLLIN}};
	uint8_t bytes[4096];

	while (poll(ends, 2, 100) > 0)
		for (int i = 0; i < 2; i++)
			if ((ends[i].revents & POLLIN) &&
			    read(ends[i].fd, bytes, sizeof(bytes)) < 0)
				return;
}

void far_end_open(struct far_end *far, int pair)
{
	struct error err;
	int near_fd;

	memset(far, 0, sizeof(*far));
	buf_init(&far->heard);
	far->loop = loop_new(&err);
	far->clock = loop_real_clock(far->loop);
	rig_pair(pair, far->near_path, far->far_path);
	far->wire.settings = (struct serial_settings){115200, 8, 'N', 1};
	snprintf(far->wire.where, sizeof(far->wire.where), "%s", far->near_path);

	far->fd = open_raw(far->far_path);
	near_fd = open_raw(far->near_path);
	drain(near_fd, far->fd);
	close(near_fd);
	far->watch = loop_watch(far->loop, far->fd, EPOLLIN, far_ready, far, &err);
}

void far_end_close(struct far_end *far)
{
	loop_unwatch(far->watch);
	tcflush(far->fd, TCIOFLUSH);
	close(far->fd);
	timer_stop(&far->end);
	loop_free(far->loop);
	buf_done(&far->heard);
}

void far_end_say(struct far_end *far, const void *bytes, size_t size)
{
	CU_ASSERT_EQUAL(write(far->fd, bytes, size), (ssize_t)size);
}

void far_end_chatter(struct far_end *far)
{
	struct error err;

	far->chatters = true;
	CU_ASSERT_EQUAL(loop_rewatch(far->watch, EPOLLIN | EPOLLOUT, &err), 0);
}

static void time_is_up(void *ctx)
{
	loop_quit(ctx);
}

void far_end_run(struct far_end *far, nsec time)
{
	struct error err;

	timer_start(&far->end, far->clock, clock_now(far->clock) + time, TIMER_WAIT, time_is_up,
		    far->loop);
	CU_ASSERT_EQUAL(loop_run(far->loop, &err), 0);
	timer_stop(&far->end);
}

void far_end_await(struct far_end *far, const struct buf *heard, size_t size)
{
	nsec until = clock_now(far->clock) + SEC(20);

	while (heard->size < size && clock_now(far->clock) < until)
		far_end_run(far, MSEC(10));
}

/* ---- the near end ---- */

static void heard(void *ctx, const uint8_t *bytes, size_t size)
{
	struct near_end *near_end = ctx;

	buf_add(&near_end->heard, bytes, size);
}

static void lost(void *ctx, const char *why)
{
	struct near_end *near_end = ctx;

	near_end->lost++;
	near_end->lost_at = clock_now(near_end->far->clock);
	snprintf(near_end->why, sizeof(near_end->why), "%s", why);
	loop_quit(near_end->far->loop);
}

static void back(void *ctx)
{
	struct near_end *near_end = ctx;

	near_end->back++;
	near_end->back_at = clock_now(near_end->far->clock);
	loop_quit(near_end->far->loop);
}

void near_end_open(struct near_end *near_end, struct far_end *far)
{
	memset(near_end, 0, sizeof(*near_end));
	buf_init(&near_end->heard);
	near_end->far = far;
	near_end->serial = serial_real_open(far->loop, &far->wire, &near_end->error);
	if (!near_end->serial)
		return;
	near_end->serial->on_bytes = heard;
	near_end->serial->on_lost = lost;
	near_end->serial->on_back = back;
	near_end->serial->ctx = near_end;
}

void near_end_close(struct near_end *near_end)
{
	serial_close(near_end->serial);
	near_end->serial = NULL;
	buf_done(&near_end->heard);
}
