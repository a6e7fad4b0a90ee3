/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting a guardian, arming slots with it, and noticing when it is there no longer.
 *
 * A ward is a slot that was given to it. Its image is first brought to the disk by the writer, so that
 * `davy safe` can work by it even if the guardian dies, and only then sent; packets keep their order, so
 * what is armed before "begin" was answered is armed once it is. The guardian's answer names the order it
 * answers, since a slot may be armed again before the first answer has come.
 *
 * Beats go both ways. A guardian that is stopped is as bad as a dead one: after GUARDIAN_PATIENCE without
 * its answer it is killed, and every ward is told. A turn of our own that came late (the machine was
 * suspended, this process stopped) proves nothing about the guardian, and it gets its time anew.
 *
 * While it guards anything this process comes before every runner and behind the guardian, so that no
 * script, however busy, comes between an emergency stop and the outputs, and so that it is quick to be
 * gone when it is killed: its lines are free when the last of its threads has ended. And it leaves no
 * core: the kernel closes nothing until a core is written, which may take seconds.
 */
#include "run/guardian.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "loop/process.h"
#include "run/guardian_talk.h"

/* A beat that is due so long before it is sent says that this process did not run. */
#define LATE MSEC(500)
/* For an earlier guardian to leave and what earlier runs left to be made safe. */
#define READY_PATIENCE SEC(30)
#define DISMISS_PATIENCE SEC(1)
#define DEATH_PATIENCE MSEC(100)

enum { REAL_TIME_PRIORITY = 1 };

enum guardian_state { GUARDIAN_NONE = 1, GUARDIAN_STARTING, GUARDIAN_READY };

enum ward_state {
	WARD_SAVING = 1, /* its image is on its way to the disk */
	WARD_SENT,	 /* an answer is due */
	WARD_ARMED,
	WARD_FAILED, /* told so; it waits for its disarming */
};

struct ward {
	struct ward *next;
	struct guardian *guardian;
	int slot;
	uint32_t order;
	enum ward_state state;
	struct value *image;
	size_t fd_count;
	size_t held[FIXTURE_MOST]; /* the port of each descriptor */
	int fd[FIXTURE_MOST];
	guardian_done_fn *fn;
	void *ctx;
	bool going; /* disarmed while its image was being saved */
	bool safe;  /* … and the image goes, too */
	struct error why;
	struct timer tell; /* of a failure */
};

struct waiter {
	struct waiter *next;
	struct guardian *guardian;
	guardian_done_fn *done;
	void *ctx;
};

struct guardian {
	struct loop *loop;
	char *program, *state;
	struct writer *writer;
	enum guardian_state is;
	struct child *child;
	int socket;
	struct watch *watch;
	struct timer beat, answer; /* `answer`: waiters are told from the loop */
	nsec heard, started;
	uint32_t orders;
	struct ward *wards;
	struct waiter *waiters;
	struct error unfit; /* what waiters are told, when it has a text */
	guardian_step_fn *step;
	void *step_ctx;
};

static nsec now_of(const struct guardian *guardian)
{
	return clock_now(loop_real_clock(guardian->loop));
}

static void wake_after(struct guardian *guardian, struct timer *timer, nsec wait, timer_fn *fn,
		       void *ctx)
{
	timer_start(timer, loop_real_clock(guardian->loop), now_of(guardian) + wait, TIMER_STOP, fn,
		    ctx);
}

/* ---- wards ---- */

static struct ward *find_ward(const struct guardian *guardian, int slot)
{
	struct ward *ward = guardian->wards;

	while (ward && (ward->slot != slot || ward->going))
		ward = ward->next;
	return ward;
}

static void drop_descriptors(struct ward *ward)
{
	for (size_t i = 0; i < ward->fd_count; i++)
		close(ward->fd[i]);
	ward->fd_count = 0;
}

static void ward_free(struct ward *ward)
{
	struct ward **place = &ward->guardian->wards;

	while (*place != ward)
		place = &(*place)->next;
	*place = ward->next;
	timer_stop(&ward->tell);
	drop_descriptors(ward);
	value_free(ward->image);
	free(ward);
}

static void tell_failure(void *ctx)
{
	struct ward *ward = ctx;

	if (ward->fn)
		ward->fn(ward->ctx, &ward->why);
}

static void fail(struct ward *ward, const struct error *err)
{
	if (ward->state == WARD_FAILED)
		return;
	ward->state = WARD_FAILED;
	ward->why = *err;
	drop_descriptors(ward);
	wake_after(ward->guardian, &ward->tell, 0, tell_failure, ward);
}

static void send_ward(struct ward *ward)
{
	struct value *message = talk_new("arm");
	struct value *held;
	struct error err;

	value_set_int(message, "order", ward->order);
	value_set(message, "image", ward->image);
	ward->image = NULL;
	held = value_set(message, "held", value_list());
	for (size_t i = 0; i < ward->fd_count; i++)
		value_add(held, value_int((int64_t)ward->held[i]));
	ward->state = WARD_SENT;
	if (talk_send(ward->guardian->socket, message, ward->fd, ward->fd_count, &err) < 0)
		fail(ward, &err);
	drop_descriptors(ward);
}

static void remove_image(const struct guardian *guardian, int slot)
{
	char *path = safe_image_path(guardian->state, slot);

	unlink(path);
	free(path);
}

static void saved(void *ctx, const struct error *err)
{
	struct ward *ward = ctx;
	struct error why;

	if (ward->going) {
		if (ward->safe)
			remove_image(ward->guardian, ward->slot);
		ward_free(ward);
		return;
	}
	if (err) {
		why = *err;
		error_context(&why, "what makes the outputs safe cannot be kept");
		fail(ward, &why);
	} else if (ward->state == WARD_SAVING) {
		send_ward(ward);
	}
}

static void copy_descriptors(struct ward *ward, const struct safe_image *image, const int *fds)
{
	for (size_t i = 0; i < image->port_count; i++) {
		int copy = fds && fds[i] >= 0 ? fcntl(fds[i], F_DUPFD_CLOEXEC, 3) : -1;

		if (copy < 0)
			continue; /* the guardian opens that port itself */
		ward->held[ward->fd_count] = i;
		ward->fd[ward->fd_count++] = copy;
	}
}

static void save(struct ward *ward)
{
	struct guardian *guardian = ward->guardian;
	char *folder = xprintf("%s/safe", guardian->state);
	char *path = safe_image_path(guardian->state, ward->slot);
	struct error err;
	struct buf text;

	buf_init(&text);
	json_write(&text, ward->image);
	buf_add_byte(&text, '\n');
	if (file_make_folder(folder, &err) < 0)
		fail(ward, &err);
	else
		writer_replace(guardian->writer, path, text.data, text.size, saved, ward);
	buf_done(&text);
	free(path);
	free(folder);
}

/* What stands of an earlier arming of this slot goes, without a word to the guardian. */
static void forget_ward(struct ward *ward, bool safe)
{
	ward->fn = NULL;
	ward->going = true;
	ward->safe = safe;
	timer_stop(&ward->tell);
	if (ward->state != WARD_SAVING)
		ward_free(ward);
}

void guardian_arm(struct guardian *guardian, const struct safe_image *image, const int *port_fds,
		  guardian_done_fn *fn, void *ctx)
{
	struct ward *ward = find_ward(guardian, image->slot);
	struct error err;

	if (ward)
		forget_ward(ward, false);
	ward = xcalloc(1, sizeof(*ward));
	ward->guardian = guardian;
	ward->slot = image->slot;
	ward->order = ++guardian->orders;
	ward->state = WARD_SAVING;
	ward->fn = fn;
	ward->ctx = ctx;
	ward->next = guardian->wards;
	guardian->wards = ward;
	if (guardian->is != GUARDIAN_READY) {
		error_set(&err, ERROR_OS,
			  "the guardian is not there: nobody would make the outputs safe if this "
			  "process died");
		fail(ward, &err);
		return;
	}
	ward->image = safe_image_to_value(image);
	copy_descriptors(ward, image, port_fds);
	save(ward);
}

void guardian_disarm(struct guardian *guardian, int slot, bool safe)
{
	struct ward *ward = find_ward(guardian, slot);
	struct value *message;
	struct error err;

	if (!ward)
		return;
	/* also while it is saved again: the guardian has it from before */
	if (guardian->is == GUARDIAN_READY) {
		message = talk_new("disarm");
		value_set_int(message, "slot", slot);
		value_set_bool(message, "safe", safe);
		if (talk_send(guardian->socket, message, NULL, 0, &err) < 0)
			log_warning("slot %d: %s", slot, err.text);
	}
	if (safe && ward->state != WARD_SAVING)
		remove_image(guardian, slot);
	forget_ward(ward, safe);
}

/* ---- there, and not there ---- */

static void tell_waiters(void *ctx)
{
	struct guardian *guardian = ctx;
	struct error unfit = guardian->unfit;

	while (guardian->waiters && guardian->is != GUARDIAN_STARTING) {
		struct waiter *waiter = guardian->waiters;

		guardian->waiters = waiter->next;
		waiter->done(waiter->ctx, unfit.text[0] ? &unfit : NULL);
		free(waiter);
	}
}

static void answer_waiters(struct guardian *guardian)
{
	wake_after(guardian, &guardian->answer, 0, tell_waiters, guardian);
}

static void let_go(struct guardian *guardian)
{
	timer_stop(&guardian->beat);
	loop_unwatch(guardian->watch);
	guardian->watch = NULL;
	child_free(guardian->child);
	guardian->child = NULL;
	if (guardian->socket >= 0)
		close(guardian->socket);
	guardian->socket = -1;
	guardian->is = GUARDIAN_NONE;
}

/* It is of no use any more. `why` is a clause about it. */
static void lose(struct guardian *guardian, const char *why)
{
	struct error err;

	if (guardian->child) {
		child_kill(guardian->child);
		child_wait(guardian->child, DEATH_PATIENCE);
	}
	let_go(guardian);
	error_set(&err, ERROR_OS,
		  "the guardian %s: nobody would make the outputs safe if this process died", why);
	log_warning("%s", err.text);
	guardian->unfit = err;
	answer_waiters(guardian);
	for (struct ward *ward = guardian->wards; ward; ward = ward->next)
		if (!ward->going)
			fail(ward, &err);
}

static void child_ended(void *ctx, int status)
{
	char why[80];

	child_describe_end(status, why, sizeof(why));
	lose(ctx, why);
}

static void beat(void *ctx);

static void beat_again(struct guardian *guardian)
{
	wake_after(guardian, &guardian->beat, GUARDIAN_BEAT, beat, guardian);
}

static void beat(void *ctx)
{
	struct guardian *guardian = ctx;
	nsec now = now_of(guardian);
	struct error ignored;

	if (now - guardian->beat.deadline > LATE)
		guardian->heard = now;
	if (now - guardian->heard > GUARDIAN_PATIENCE) {
		lose(guardian, "has not answered for 2 s");
		return;
	}
	if (guardian->is == GUARDIAN_STARTING && now - guardian->started > READY_PATIENCE) {
		lose(guardian, "was not ready after 30 s");
		return;
	}
	talk_send(guardian->socket, talk_new("beat"), NULL, 0, &ignored);
	beat_again(guardian);
}

static void take_answer(struct guardian *guardian, const struct talk *talk)
{
	int64_t order = value_get_int(talk->message, "order", -1);
	const char *why = value_get_text(talk->message, "why");
	struct ward *ward = guardian->wards;
	struct error err;

	while (ward && (ward->order != order || ward->state != WARD_SENT))
		ward = ward->next;
	if (!ward)
		return;
	if (why) {
		error_set(&err, ERROR_OS, "%s", why);
		fail(ward, &err);
		return;
	}
	ward->state = WARD_ARMED;
	if (ward->fn)
		ward->fn(ward->ctx, NULL);
}

static void take(struct guardian *guardian, const struct talk *talk)
{
	const char *why = value_get_text(talk->message, "why");

	guardian->heard = now_of(guardian);
	if (talk_says(talk, "ready")) {
		guardian->is = GUARDIAN_READY;
		answer_waiters(guardian);
	} else if (talk_says(talk, "unfit")) {
		lose(guardian, why ? why : "cannot work");
	} else if (talk_says(talk, "step")) {
		if (guardian->step)
			guardian->step(guardian->step_ctx, talk->message);
	} else if (talk_says(talk, "armed") || talk_says(talk, "refused")) {
		take_answer(guardian, talk);
	}
}

static void ready_to_read(void *ctx, uint32_t events)
{
	struct guardian *guardian = ctx;
	struct talk talk;
	bool more;

	(void)events;
	do {
		talk_receive(guardian->socket, &talk);
		more = talk.message != NULL;
		if (more)
			take(guardian, &talk);
		talk_done(&talk);
	} while (more && guardian->is != GUARDIAN_NONE);
	if (talk.gone && guardian->is != GUARDIAN_NONE) {
		loop_unwatch(guardian->watch); /* its end is told in a moment, and of what */
		guardian->watch = NULL;
	}
}

static int start(struct guardian *guardian, struct error *err)
{
	char *const argv[] = {guardian->program, "guardian", "--state", guardian->state, NULL};
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_os(err, "a socket for the guardian");
	guardian->socket = pair[0];
	guardian->child =
		child_start_survivor(guardian->loop, argv, pair[1], child_ended, guardian, err);
	close(pair[1]);
	if (guardian->child)
		guardian->watch = loop_watch(guardian->loop, guardian->socket, EPOLLIN,
					     ready_to_read, guardian, err);
	if (!guardian->watch || talk_send(guardian->socket, talk_new("begin"), NULL, 0, err) < 0) {
		let_go(guardian);
		return -1;
	}
	process_leave_no_core();
	process_act_promptly(REAL_TIME_PRIORITY);
	guardian->is = GUARDIAN_STARTING;
	guardian->started = guardian->heard = now_of(guardian);
	beat_again(guardian);
	return 0;
}

/* It may be making a slot safe that its run could not: the ports are free when it has answered. */
static void ask_again(struct guardian *guardian)
{
	if (talk_send(guardian->socket, talk_new("begin"), NULL, 0, &guardian->unfit) < 0)
		answer_waiters(guardian);
}

void guardian_ready(struct guardian *guardian, guardian_done_fn *done, void *ctx)
{
	struct waiter *waiter = xcalloc(1, sizeof(*waiter));

	waiter->done = done;
	waiter->ctx = ctx;
	waiter->next = guardian->waiters;
	guardian->waiters = waiter;
	if (guardian->is == GUARDIAN_STARTING)
		return;
	guardian->unfit.text[0] = '\0';
	if (guardian->is == GUARDIAN_READY)
		ask_again(guardian);
	else if (start(guardian, &guardian->unfit) < 0)
		answer_waiters(guardian);
}

/* ---- */

struct guardian *guardian_new(struct loop *loop, const char *program, const char *state,
			      struct writer *writer)
{
	struct guardian *guardian = xcalloc(1, sizeof(*guardian));

	guardian->loop = loop;
	guardian->program = xstrdup(program);
	guardian->state = xstrdup(state);
	guardian->writer = writer;
	guardian->is = GUARDIAN_NONE;
	guardian->socket = -1;
	return guardian;
}

void guardian_on_step(struct guardian *guardian, guardian_step_fn *fn, void *ctx)
{
	guardian->step = fn;
	guardian->step_ctx = ctx;
}

void guardian_forget(struct guardian *guardian, void *ctx)
{
	for (struct waiter **place = &guardian->waiters; *place;) {
		struct waiter *waiter = *place;

		if (waiter->ctx != ctx) {
			place = &waiter->next;
			continue;
		}
		*place = waiter->next;
		free(waiter);
	}
	for (struct ward *ward = guardian->wards; ward; ward = ward->next)
		if (ward->ctx == ctx)
			ward->fn = NULL;
}

int guardian_pid(const struct guardian *guardian)
{
	return guardian->child ? (int)child_pid(guardian->child) : 0;
}

static bool guards_something(const struct guardian *guardian)
{
	for (const struct ward *ward = guardian->wards; ward; ward = ward->next)
		if (!ward->going && (ward->state == WARD_SENT || ward->state == WARD_ARMED))
			return true;
	return false;
}

/* It answers, or ends; a guardian that does neither finds that nobody is there any more. */
static void dismiss(struct guardian *guardian)
{
	struct pollfd ready = {.fd = guardian->socket, .events = POLLIN};
	nsec last = now_of(guardian) + DISMISS_PATIENCE;
	struct talk talk;
	struct error err;
	bool over = talk_send(guardian->socket, talk_new("dismiss"), NULL, 0, &err) < 0;

	while (!over && now_of(guardian) < last && poll(&ready, 1, 20) >= 0) {
		talk_receive(guardian->socket, &talk);
		over = talk.gone ||
		       (talk_says(&talk, "dismissed") && value_get_bool(talk.message, "holds"));
		talk_done(&talk);
	}
	child_wait(guardian->child, 0);
}

void guardian_free(struct guardian *guardian)
{
	if (!guardian)
		return;
	if (guardian->is != GUARDIAN_NONE && !guards_something(guardian))
		dismiss(guardian);
	let_go(guardian);
	timer_stop(&guardian->answer);
	while (guardian->wards) {
		writer_forget(guardian->writer, guardian->wards);
		ward_free(guardian->wards);
	}
	while (guardian->waiters) {
		struct waiter *waiter = guardian->waiters;

		guardian->waiters = waiter->next;
		free(waiter);
	}
	free(guardian->program);
	free(guardian->state);
	free(guardian);
}
