/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vigil.
 *
 * A charge is a slot in this process's care. While it is armed the controller has its wires and here
 * lies only its image, in memory, with copies of its ports' descriptors. When the controller is dead, or
 * has let go of the slot without making it safe, or when the image is one that an earlier run left on the
 * disk, the charge has a maker (run/safe_maker.h), and with it the lines.
 *
 * The controller is dead when its pidfd says so. It is as good as dead when the slot is armed and no beat
 * has come for GUARDIAN_PATIENCE: then it is killed, and its pidfd says so a moment later; where it does
 * not, because the process hangs in the kernel, the safe writes are sent all the same and the lines tried
 * for until they are free. A socket that is closed while the process lives is silence, no more. Silence is
 * counted only while this process runs itself: a timer that fires late gives the controller its time
 * anew, since a stopped machine stops both.
 *
 * Between a death and the outputs there is no disk, no file and no memory to be fetched from one: the log
 * waits in memory until everything was tried, and this process keeps its pages.
 *
 * SIGTERM means "leave". A service manager that stops the bench says it to every process at once, so it is
 * not heard while a controller lives that has armed anything, and what is being made safe is finished.
 */
#include "run/vigil.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/clock.h"
#include "loop/process.h"
#include "run/guardian.h"
#include "run/guardian_log.h"
#include "run/guardian_post.h"
#include "run/guardian_talk.h"
#include "run/safe_maker.h"
#include "run/watchdog.h"

/* A timer that is so late says that this process did not run. */
#define LATE MSEC(500)
/* A killed process that is not gone by then hangs in the kernel. */
#define DEATH_PATIENCE MSEC(200)
#define PET_EVERY SEC(1)
/* Above everything that is not real-time itself; the machine's own threads stand higher. */
enum { REAL_TIME_PRIORITY = 20 };

struct charge {
	struct charge *next;
	struct vigil *vigil;
	struct safe_image *image;
	int fd[FIXTURE_MOST];
	/* while armed: its lines, found and not requested; NULL where one could not be found */
	struct gpio_wire wire[FIXTURE_MOST];
	struct gpio_hold *lines;
	struct safe_maker *maker; /* NULL while armed */
};

struct vigil {
	struct loop *loop;
	char *state;
	int socket;
	struct watch *watch;
	struct process *controller;
	pid_t controller_pid;
	struct guardian_post *post;
	struct charge *charges;
	struct timer silence;
	struct guardian_log log;
	nsec died; /* when its death was known, 0: it lives */
	int watchdog;
	nsec petted;
	bool begun, ready, gone, leaving, dismissed, killed;
};

static nsec now_of(const struct vigil *vigil)
{
	return clock_now(loop_real_clock(vigil->loop));
}

static void say(struct vigil *vigil, struct value *message)
{
	struct error ignored;

	if (vigil->gone)
		value_free(message);
	else
		talk_send(vigil->socket, message, NULL, 0, &ignored);
}

/* ---- charges ---- */

static bool is_armed(const struct vigil *vigil)
{
	for (const struct charge *charge = vigil->charges; charge; charge = charge->next)
		if (!charge->maker)
			return true;
	return false;
}

/* Everything that is being made safe was tried. */
static bool all_settled(const struct vigil *vigil)
{
	for (const struct charge *charge = vigil->charges; charge; charge = charge->next)
		if (charge->maker && !safe_maker_is_settled(charge->maker))
			return false;
	return true;
}

static bool is_needed(const struct vigil *vigil)
{
	for (const struct charge *charge = vigil->charges; charge; charge = charge->next)
		if (charge->maker && safe_maker_is_needed(charge->maker))
			return true;
	return false;
}

static bool holds_all(const struct vigil *vigil)
{
	for (const struct charge *charge = vigil->charges; charge; charge = charge->next)
		if (!charge->maker || !safe_maker_holds_all(charge->maker))
			return false;
	return true;
}

static struct charge *find_charge(const struct vigil *vigil, int slot)
{
	struct charge *charge = vigil->charges;

	while (charge && charge->image->slot != slot)
		charge = charge->next;
	return charge;
}

static void charge_free(struct charge *charge)
{
	struct charge **place = &charge->vigil->charges;

	while (*place != charge)
		place = &(*place)->next;
	*place = charge->next;
	if (!charge->maker)
		for (size_t i = 0; i < charge->image->port_count; i++)
			if (charge->fd[i] >= 0)
				close(charge->fd[i]);
	gpio_hold_close(charge->lines);
	safe_maker_free(charge->maker);
	safe_image_free(charge->image);
	free(charge);
}

static struct charge *charge_new(struct vigil *vigil, struct safe_image *image)
{
	struct charge *charge = xcalloc(1, sizeof(*charge));

	charge->vigil = vigil;
	charge->image = image;
	for (size_t i = 0; i < FIXTURE_MOST; i++)
		charge->fd[i] = -1;
	charge->next = vigil->charges;
	vigil->charges = charge;
	return charge;
}

static void check_ready(struct vigil *vigil);
static void check_leave(struct vigil *vigil);

static void step_done(void *ctx, const struct safe_step *step)
{
	struct charge *charge = ctx;
	struct vigil *vigil = charge->vigil;
	struct value *message;
	char after[48] = "";

	if (vigil->died)
		snprintf(after, sizeof(after), " %.1f ms after its death was known",
			 (double)(now_of(vigil) - vigil->died) / 1e6);
	guardian_log_note(&vigil->log, "slot %d: %s (%s) %s: %s%s", charge->image->slot, step->what,
			  step->where, step->level, step->why ? step->why : "done", after);
	if (vigil->died)
		return; /* nobody is there to hear it */
	message = talk_new("step");
	value_set_int(message, "slot", charge->image->slot);
	value_set_text(message, "run", charge->image->run);
	value_set_text(message, "what", step->what);
	value_set_text(message, "level", step->level);
	value_set_text(message, "where", step->where);
	value_set_text(message, "why", step->why);
	say(vigil, message);
}

static void settled(void *ctx)
{
	struct charge *charge = ctx;

	guardian_log_write(&charge->vigil->log);
	check_ready(charge->vigil);
	check_leave(charge->vigil);
}

static void make_safe(struct charge *charge)
{
	static const struct safe_maker_handlers HANDLERS = {step_done, settled};

	charge->maker = safe_maker_start(charge->vigil->loop, charge->image, charge->fd,
					 charge->lines, &HANDLERS, charge);
	charge->lines = NULL;
}

/* All that can be done before it must be quick. A line that is not found now is looked for then. */
static void prepare(struct charge *charge)
{
	struct error ignored;

	for (size_t i = 0; i < charge->image->line_count; i++)
		charge->wire[i] = charge->image->line[i].wire;
	charge->lines = gpio_hold_prepare(charge->wire, charge->image->line_count, &ignored);
}

/* What earlier runs of this state folder left. */
static void take_leftovers(struct vigil *vigil)
{
	struct value *message;
	struct error err;
	char **paths;
	size_t count;

	if (safe_image_list(vigil->state, &paths, &count, &err) < 0)
		guardian_log_note(&vigil->log, "%s", err.text);
	for (size_t i = 0; i < count; i++) {
		struct safe_image *image = safe_image_read(paths[i], &err);

		if (image && !find_charge(vigil, image->slot)) {
			guardian_log_note(&vigil->log, "slot %d: left by run %s", image->slot,
					  image->run);
			make_safe(charge_new(vigil, image));
		} else if (!image) {
			guardian_log_note(&vigil->log, "%s", err.text);
			message = talk_new("step");
			value_set_text(message, "what", paths[i]);
			value_set_text(message, "why", err.text);
			say(vigil, message);
		} else {
			safe_image_free(image);
		}
		free(paths[i]);
	}
	free(paths);
}

/* ---- the end of the controller, and of this process ---- */

/* It goes when nobody needs it; one that is taking its post first looks for what was left. */
static void check_leave(struct vigil *vigil)
{
	bool alone = vigil->died || vigil->dismissed;
	bool taking = vigil->post && !vigil->begun;

	if (is_armed(vigil) || !all_settled(vigil) || (taking && !vigil->leaving))
		return;
	if (vigil->died && holds_all(vigil)) {
		watchdog_dismiss(vigil->watchdog);
		vigil->watchdog = -1;
	} else if (vigil->died && vigil->watchdog >= 0) {
		guardian_log_note(
			&vigil->log,
			"an output is not safe: the watchdog is left to reset this machine");
		guardian_log_write(&vigil->log);
	}
	if (vigil->leaving || (alone && !is_needed(vigil)))
		loop_quit(vigil->loop);
}

static void controller_died(void *ctx)
{
	struct vigil *vigil = ctx;

	if (vigil->died)
		return;
	vigil->died = now_of(vigil);
	timer_stop(&vigil->silence);
	if (is_armed(vigil))
		guardian_log_note(&vigil->log, "controller %d is gone%s",
				  (int)vigil->controller_pid,
				  vigil->killed ? ": it gave no sign of life and was killed" : "");
	for (struct charge *charge = vigil->charges; charge; charge = charge->next) {
		if (charge->maker)
			continue;
		guardian_log_note(&vigil->log, "slot %d: outputs of run %s", charge->image->slot,
				  charge->image->run);
		make_safe(charge);
	}
	check_leave(vigil);
}

static void hangs_in_kernel(void *ctx)
{
	struct vigil *vigil = ctx;

	guardian_log_note(&vigil->log,
			  "controller %d was killed and is not gone yet: it hangs in the kernel",
			  (int)vigil->controller_pid);
	controller_died(vigil);
}

static void hear(struct vigil *vigil);

static void too_silent(void *ctx);

static void listen_again(struct vigil *vigil)
{
	if (!vigil->died && !vigil->dismissed && !vigil->killed)
		timer_start(&vigil->silence, loop_real_clock(vigil->loop),
			    now_of(vigil) + GUARDIAN_PATIENCE, TIMER_WAIT, too_silent, vigil);
}

static void too_silent(void *ctx)
{
	struct vigil *vigil = ctx;
	struct error err;

	if (now_of(vigil) - vigil->silence.deadline > LATE) {
		listen_again(vigil);
		return;
	}
	hear(vigil); /* what came in the meantime counts */
	if (timer_armed(&vigil->silence))
		return;
	if (!is_armed(vigil)) {
		listen_again(vigil);
		return;
	}
	vigil->killed = true;
	if (process_signal(vigil->controller, SIGKILL, &err) < 0)
		guardian_log_note(&vigil->log, "controller %d %s", (int)vigil->controller_pid,
				  err.text);
	timer_start(&vigil->silence, loop_real_clock(vigil->loop), now_of(vigil) + DEATH_PATIENCE,
		    TIMER_WAIT, hangs_in_kernel, vigil);
}

static void asked_to_leave(void *ctx, int number)
{
	struct vigil *vigil = ctx;

	(void)number;
	if (!vigil->died && is_armed(vigil))
		return;
	vigil->leaving = true;
	check_leave(vigil);
}

/* ---- what the controller says ---- */

static void check_ready(struct vigil *vigil)
{
	if (vigil->ready || !vigil->post || !vigil->begun || !all_settled(vigil))
		return;
	vigil->ready = true;
	guardian_log_write(&vigil->log);
	say(vigil, talk_new("ready"));
	check_leave(vigil);
}

static void has_post(void *ctx, const struct error *err)
{
	struct vigil *vigil = ctx;
	struct value *message;

	if (err) {
		message = talk_new("unfit");
		value_set_text(message, "why", err->text);
		say(vigil, message);
		guardian_log_note(&vigil->log, "%s", err->text);
		guardian_log_write(&vigil->log);
		loop_quit(vigil->loop);
		return;
	}
	vigil->begun = true;
	take_leftovers(vigil);
	check_ready(vigil);
}

static void begin(struct vigil *vigil)
{
	vigil->ready = false;
	if (!vigil->post)
		vigil->post = guardian_post_take(vigil->loop, vigil->state, has_post, vigil);
	listen_again(vigil);
	check_ready(vigil);
}

static void take_descriptors(struct charge *charge, struct talk *talk)
{
	const struct value *held = value_get(talk->message, "held");

	for (size_t i = 0; i < value_count(held) && i < talk->fd_count; i++) {
		int64_t port =
			value_at(held, i)->kind == VALUE_INT ? value_at(held, i)->integer : -1;

		if (port < 0 || (size_t)port >= charge->image->port_count || charge->fd[port] >= 0)
			continue;
		charge->fd[port] = talk->fd[i];
		talk->fd[i] = -1;
	}
}

static int arm_charge(struct vigil *vigil, struct talk *talk, struct error *err)
{
	struct safe_image *image =
		safe_image_from_value(value_get(talk->message, "image"), "image", err);
	struct charge *charge, *old;

	if (!image)
		return -1;
	if (image->watchdog[0] && vigil->watchdog < 0) {
		vigil->watchdog = watchdog_open(image->watchdog, err);
		if (vigil->watchdog < 0) {
			safe_image_free(image);
			return -1;
		}
	}
	old = find_charge(vigil, image->slot);
	if (old)
		charge_free(old);
	charge = charge_new(vigil, image);
	take_descriptors(charge, talk);
	prepare(charge);
	process_keep_pages(); /* once more, with what has come */
	return 0;
}

static void arm(struct vigil *vigil, struct talk *talk)
{
	int64_t order = value_get_int(talk->message, "order", 0);
	struct value *answer;
	struct error err;

	if (arm_charge(vigil, talk, &err) == 0) {
		answer = talk_new("armed");
	} else {
		answer = talk_new("refused");
		value_set_text(answer, "why", err.text);
	}
	value_set_int(answer, "order", order);
	say(vigil, answer);
}

static void disarm(struct vigil *vigil, const struct talk *talk)
{
	struct charge *charge = find_charge(vigil, (int)value_get_int(talk->message, "slot", 0));

	if (!charge || charge->maker)
		return;
	if (value_get_bool(talk->message, "safe"))
		charge_free(charge);
	else
		make_safe(charge);
}

/* Nothing is armed then; what stands so here is a leaving word that was lost. */
static void be_dismissed(struct vigil *vigil)
{
	struct value *answer = talk_new("dismissed");

	for (struct charge *charge = vigil->charges, *next; charge; charge = next) {
		next = charge->next;
		if (!charge->maker)
			charge_free(charge);
	}
	vigil->dismissed = true;
	timer_stop(&vigil->silence);
	watchdog_dismiss(vigil->watchdog);
	vigil->watchdog = -1;
	value_set_bool(answer, "holds", is_needed(vigil));
	say(vigil, answer);
	check_leave(vigil);
}

static void pet(struct vigil *vigil)
{
	if (vigil->watchdog < 0 || now_of(vigil) - vigil->petted < PET_EVERY)
		return;
	vigil->petted = now_of(vigil);
	watchdog_pet(vigil->watchdog);
}

static void take(struct vigil *vigil, struct talk *talk)
{
	if (talk_says(talk, "beat")) {
		listen_again(vigil);
		pet(vigil);
		say(vigil, talk_new("beat"));
	} else if (talk_says(talk, "begin")) {
		begin(vigil);
	} else if (talk_says(talk, "arm")) {
		arm(vigil, talk);
	} else if (talk_says(talk, "disarm")) {
		disarm(vigil, talk);
	} else if (talk_says(talk, "dismiss")) {
		be_dismissed(vigil);
	}
}

/* Whoever talked to us is not there any more; if it lives, it is silent. */
static void lost_controller(struct vigil *vigil)
{
	loop_unwatch(vigil->watch);
	vigil->watch = NULL;
	vigil->gone = true;
	if (!is_armed(vigil))
		controller_died(vigil);
}

static void hear(struct vigil *vigil)
{
	struct talk talk;
	bool more;

	if (vigil->gone)
		return;
	do {
		talk_receive(vigil->socket, &talk);
		more = talk.message != NULL;
		if (more)
			take(vigil, &talk);
		talk_done(&talk);
	} while (more);
	if (talk.gone)
		lost_controller(vigil);
}

static void ready_to_read(void *ctx, uint32_t events)
{
	(void)events;
	hear(ctx);
}

/* ---- */

/* The socket is still open after its process was opened, so that is the right one. */
static int watch_controller(struct vigil *vigil, struct error *err)
{
	vigil->controller_pid = process_behind(vigil->socket);
	vigil->controller = process_open(vigil->controller_pid, err);
	if (!vigil->controller)
		return error_context(err, "whom to guard");
	if (process_watch(vigil->controller, vigil->loop, controller_died, vigil, err) < 0)
		return -1;
	vigil->watch = loop_watch(vigil->loop, vigil->socket, EPOLLIN, ready_to_read, vigil, err);
	return vigil->watch ? 0 : -1;
}

static void vigil_done(struct vigil *vigil)
{
	guardian_log_write(&vigil->log);
	while (vigil->charges)
		charge_free(vigil->charges);
	timer_stop(&vigil->silence);
	loop_unwatch(vigil->watch);
	process_close(vigil->controller);
	guardian_post_free(vigil->post);
	if (vigil->leaving)
		watchdog_dismiss(vigil->watchdog); /* somebody else takes care of it */
	close(vigil->socket);
	loop_free(vigil->loop);
	guardian_log_close(&vigil->log);
	free(vigil->state);
}

int vigil_keep(const char *state, int socket, struct error *err)
{
	struct vigil vigil = {.state = xstrdup(state), .socket = socket, .watchdog = -1};
	int done = -1;

	signal(SIGPIPE, SIG_IGN);
	guardian_log_open(&vigil.log, vigil.state);
	vigil.loop = loop_new(err);
	if (vigil.loop && loop_signal(vigil.loop, SIGTERM, asked_to_leave, &vigil, err) == 0 &&
	    watch_controller(&vigil, err) == 0) {
		process_become_reliable(GUARDIAN_NAME, REAL_TIME_PRIORITY);
		done = loop_run(vigil.loop, err);
	}
	vigil_done(&vigil);
	return done;
}
