/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and ports are independent of each other: a line that somebody else has and an adapter that does
 * not take its bytes hold up nobody but themselves.
 *
 * Lines. Where they were prepared they are asked for all at once, with one call into the kernel per chip.
 * What that does not give is asked for line by line. The kernel frees a dead process's lines when it closes what that had open; a child that was
 * being forked, or a process that cannot die yet because it waits for a disk, keeps them a little longer.
 * So a request that fails is repeated, after 1 ms, then 2, 4 … up to 100 ms. A line that was not had
 * within LINE_PATIENCE is told as not done, and still tried for, LINE_PERSISTENCE long: after that
 * whoever has it is no remainder of the dead.
 *
 * A port. What the dead controller had not sent yet is thrown away, so that the safe bytes leave at once;
 * what it had sent may have been half a frame, so a silence goes before, and everything is sent a second
 * time. A write is done when the kernel took it and, after its time on the line and its pause, has
 * nothing left unsent. Where an adapter is gone it is looked for until PORT_PATIENCE has passed. When all
 * is sent the descriptor is closed: the port is free for whoever comes next.
 *
 * Nothing here waits for a disk or blocks, except for what opening a port takes.
 */
#include "run/safe_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/clock.h"

#define LINE_PATIENCE SEC(1)
#define LINE_PERSISTENCE SEC(60)
#define RETRY_FIRST MSEC(1)
#define RETRY_LAST MSEC(100)
#define PORT_PATIENCE SEC(3)
#define PORT_AGAIN MSEC(250)
#define SEND_PATIENCE MSEC(500) /* beyond a write's time on the line */
#define SILENCE_LEAST MSEC(5)

#define CONSUMER "davy guardian"

enum { ROUNDS = 2 };

struct line_job {
	struct gpio_hold *hold; /* its own, where it is not held with all others */
	bool held;
	bool told; /* as done or not */
};

struct port_job {
	struct safe_maker *maker;
	size_t index;
	int fd;
	struct watch *watch;
	struct timer timer; /* a silence, a pause, or the end of patience with a write */
	size_t next;	    /* of the image's writes */
	size_t sent;	    /* bytes of it */
	int round;
	bool waiting; /* the timer is a write's deadline */
	bool missed;  /* a write of this round was not sent */
	bool over;
};

struct safe_maker {
	struct loop *loop;
	const struct safe_image *image;
	struct safe_maker_handlers handlers;
	void *ctx;
	nsec began;
	struct gpio_hold *all; /* of the lines together, or NULL */
	struct line_job line[FIXTURE_MOST];
	struct timer retry;
	nsec retry_after;
	bool lines_told;
	struct port_job port[FIXTURE_MOST];
	bool *done; /* of the writes: told as done */
	struct error *why;
	struct timer settle;
	bool settled;
};

static nsec now_of(const struct safe_maker *maker)
{
	return clock_now(loop_real_clock(maker->loop));
}

static void wake_after(struct safe_maker *maker, struct timer *timer, nsec wait, timer_fn *fn,
		       void *ctx)
{
	timer_start(timer, loop_real_clock(maker->loop), now_of(maker) + wait, TIMER_STOP, fn, ctx);
}

static void tell(const struct safe_maker *maker, const char *what, const char *level,
		 const char *where, const struct error *why)
{
	struct safe_step step = {what, level, where, why ? why->text : NULL};

	maker->handlers.step(maker->ctx, &step);
}

static void settle(void *ctx)
{
	struct safe_maker *maker = ctx;

	maker->settled = true;
	maker->handlers.settled(maker->ctx);
}

static void check_settled(struct safe_maker *maker)
{
	if (!maker->lines_told || timer_armed(&maker->settle))
		return;
	for (size_t i = 0; i < maker->image->port_count; i++)
		if (!maker->port[i].over)
			return;
	wake_after(maker, &maker->settle, 0, settle, maker);
}

/* ---- lines ---- */

static void tell_line(struct safe_maker *maker, size_t index, const struct error *why)
{
	const struct safe_line *line = &maker->image->line[index];

	maker->line[index].told = true;
	tell(maker, line->name, line->level, line->wire.where, why);
}

static bool try_line(struct safe_maker *maker, size_t index, bool patient)
{
	struct line_job *job = &maker->line[index];
	struct error err;

	job->hold = gpio_hold_open(&maker->image->line[index].wire, 1, CONSUMER, &err);
	job->held = job->hold != NULL;
	if (job->held)
		tell_line(maker, index, NULL);
	else if (!patient && !job->told)
		tell_line(maker, index, &err);
	return job->held;
}

static void try_lines(void *ctx)
{
	struct safe_maker *maker = ctx;
	bool patient = now_of(maker) - maker->began < LINE_PATIENCE;
	bool persistent = now_of(maker) - maker->began < LINE_PERSISTENCE;
	size_t missing = 0;

	for (size_t i = 0; i < maker->image->line_count; i++)
		if (!maker->line[i].held && !try_line(maker, i, patient))
			missing++;
	maker->lines_told = !missing || !patient;
	if (missing && persistent) {
		wake_after(maker, &maker->retry, maker->retry_after, try_lines, maker);
		maker->retry_after *= 2;
		if (maker->retry_after > RETRY_LAST)
			maker->retry_after = RETRY_LAST;
	}
	if (!maker->settled || !missing || !persistent)
		check_settled(maker);
}

/* The quick way; where it is closed, each line goes its own. */
static void take_all_lines(struct safe_maker *maker)
{
	struct error ignored;

	if (maker->all && gpio_hold_take(maker->all, CONSUMER, &ignored) < 0) {
		gpio_hold_close(maker->all);
		maker->all = NULL;
	}
	for (size_t i = 0; maker->all && i < maker->image->line_count; i++) {
		maker->line[i].held = true;
		tell_line(maker, i, NULL);
	}
}

/* ---- ports ---- */

static void send_more(struct port_job *job);
static void begin_round(void *ctx);

static void let_go(struct port_job *job)
{
	loop_unwatch(job->watch);
	job->watch = NULL;
	if (job->fd >= 0)
		close(job->fd);
	job->fd = -1;
}

/* The port's first write from `from` on, or the count when there is none. */
static size_t find_write(const struct port_job *job, size_t from)
{
	const struct safe_image *image = job->maker->image;

	while (from < image->write_count && image->write[from].port != job->index)
		from++;
	return from;
}

static const struct safe_write *write_of(const struct port_job *job)
{
	return &job->maker->image->write[job->next];
}

static nsec time_on_line(const struct port_job *job)
{
	return serial_transmission_time(&job->maker->image->port[job->index].wire.settings,
					write_of(job)->size);
}

static void tell_write(const struct port_job *job, size_t index, const struct error *why)
{
	const struct safe_maker *maker = job->maker;
	const struct safe_write *write = &maker->image->write[index];

	tell(maker, write->what, write->level, maker->image->port[job->index].wire.where, why);
}

/* All rounds are over: what was never sent is told. */
static void end_port(struct port_job *job)
{
	struct safe_maker *maker = job->maker;

	for (size_t i = find_write(job, 0); i < maker->image->write_count;
	     i = find_write(job, i + 1))
		if (!maker->done[i])
			tell_write(job, i, &maker->why[i]);
	let_go(job);
	timer_stop(&job->timer);
	job->over = true;
	check_settled(maker);
}

static void end_round(struct port_job *job)
{
	struct safe_maker *maker = job->maker;
	bool late = now_of(maker) - maker->began > PORT_PATIENCE;

	job->round++;
	if (job->missed ? late : job->round >= ROUNDS)
		end_port(job);
	else
		wake_after(maker, &job->timer, job->missed ? PORT_AGAIN : 0, begin_round, job);
}

static void next_write(struct port_job *job)
{
	job->sent = 0;
	if (job->next < job->maker->image->write_count)
		send_more(job);
	else
		end_round(job);
}

static void write_failed(struct port_job *job, const struct error *err)
{
	if (!job->maker->done[job->next])
		job->maker->why[job->next] = *err;
	job->missed = true;
	job->next = find_write(job, job->next + 1);
}

/* The wire is dead: the rest of this round is lost. */
static void lose(struct port_job *job, const struct error *err)
{
	let_go(job);
	timer_stop(&job->timer);
	while (job->next < job->maker->image->write_count)
		write_failed(job, err);
	end_round(job);
}

/* Its time on the line and its pause have passed: has it left? */
static void check_left(void *ctx)
{
	struct port_job *job = ctx;
	struct error err;
	int unsent = 0;

	if (ioctl(job->fd, TIOCOUTQ, &unsent) == 0 && unsent > 0) {
		error_set(&err, ERROR_LINK, "%d bytes wait in the port and do not leave", unsent);
		tcflush(job->fd, TCOFLUSH);
		write_failed(job, &err);
	} else {
		if (!job->maker->done[job->next])
			tell_write(job, job->next, NULL);
		job->maker->done[job->next] = true;
		job->next = find_write(job, job->next + 1);
	}
	next_write(job);
}

static void taken(struct port_job *job)
{
	loop_unwatch(job->watch);
	job->watch = NULL;
	job->waiting = false;
	wake_after(job->maker, &job->timer, time_on_line(job) + write_of(job)->pause, check_left,
		   job);
}

static void too_late(void *ctx)
{
	struct port_job *job = ctx;
	struct error err;

	error_set(&err, ERROR_TIMEOUT, "the port takes no bytes");
	tcflush(job->fd, TCOFLUSH);
	lose(job, &err);
}

static void room(void *ctx, uint32_t events)
{
	(void)events;
	send_more(ctx);
}

static void wait_for_room(struct port_job *job)
{
	struct error err;

	if (!job->watch)
		job->watch = loop_watch(job->maker->loop, job->fd, EPOLLOUT, room, job, &err);
	if (!job->watch) {
		lose(job, &err);
		return;
	}
	if (!job->waiting)
		wake_after(job->maker, &job->timer, time_on_line(job) + SEND_PATIENCE, too_late,
			   job);
	job->waiting = true;
}

static void send_more(struct port_job *job)
{
	const struct safe_write *bytes = write_of(job);
	struct error err;

	while (job->sent < bytes->size) {
		ssize_t sent = write(job->fd, bytes->bytes + job->sent, bytes->size - job->sent);

		if (sent > 0) {
			job->sent += (size_t)sent;
		} else if (sent < 0 && errno == EAGAIN) {
			wait_for_room(job);
			return;
		} else if (sent == 0 || errno != EINTR) {
			error_os(&err, "%s: cannot be written to",
				 job->maker->image->port[job->index].wire.where);
			lose(job, &err);
			return;
		}
	}
	taken(job);
}

static void silence_over(void *ctx)
{
	next_write(ctx);
}

static void begin_round(void *ctx)
{
	struct port_job *job = ctx;
	const struct serial_wire *wire = &job->maker->image->port[job->index].wire;
	nsec silence = serial_frame_silence(&wire->settings);
	struct error err;

	job->next = find_write(job, 0);
	job->missed = false;
	if (job->fd < 0)
		job->fd = serial_blind_open(wire, &err);
	if (job->fd < 0) {
		lose(job, &err);
		return;
	}
	if (job->round == 0)
		tcflush(job->fd, TCOFLUSH);
	wake_after(job->maker, &job->timer, silence > SILENCE_LEAST ? silence : SILENCE_LEAST,
		   silence_over, job);
}

static void begin_port(struct safe_maker *maker, size_t index, int fd)
{
	struct port_job *job = &maker->port[index];

	*job = (struct port_job){.maker = maker, .index = index, .fd = fd};
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (find_write(job, 0) < maker->image->write_count) {
		begin_round(job);
	} else {
		let_go(job);
		job->over = true;
	}
}

/* ---- all of it ---- */

struct safe_maker *safe_maker_start(struct loop *loop, const struct safe_image *image,
				    const int *fds, struct gpio_hold *lines,
				    const struct safe_maker_handlers *handlers, void *ctx)
{
	struct safe_maker *maker = xcalloc(1, sizeof(*maker));

	maker->loop = loop;
	maker->image = image;
	maker->handlers = *handlers;
	maker->ctx = ctx;
	maker->all = lines;
	maker->done = xcalloc(image->write_count, sizeof(*maker->done));
	maker->why = xcalloc(image->write_count, sizeof(*maker->why));
	maker->began = now_of(maker);
	maker->retry_after = RETRY_FIRST;
	for (size_t i = 0; i < image->port_count; i++)
		maker->port[i] = (struct port_job){.fd = -1};
	take_all_lines(maker);
	try_lines(maker);
	for (size_t i = 0; i < image->port_count; i++)
		begin_port(maker, i, fds ? fds[i] : -1);
	check_settled(maker);
	return maker;
}

bool safe_maker_is_settled(const struct safe_maker *maker)
{
	return maker->settled;
}

bool safe_maker_holds_all(const struct safe_maker *maker)
{
	for (size_t i = 0; i < maker->image->line_count; i++)
		if (!maker->line[i].held)
			return false;
	return true;
}

bool safe_maker_is_needed(const struct safe_maker *maker)
{
	if (timer_armed(&maker->retry))
		return true;
	for (size_t i = 0; i < maker->image->line_count; i++)
		if (maker->line[i].held)
			return true;
	return false;
}

void safe_maker_free(struct safe_maker *maker)
{
	if (!maker)
		return;
	gpio_hold_close(maker->all);
	for (size_t i = 0; i < maker->image->line_count; i++)
		gpio_hold_close(maker->line[i].hold);
	for (size_t i = 0; i < maker->image->port_count; i++) {
		timer_stop(&maker->port[i].timer);
		let_go(&maker->port[i]);
	}
	timer_stop(&maker->retry);
	timer_stop(&maker->settle);
	free(maker->done);
	free(maker->why);
	free(maker);
}
