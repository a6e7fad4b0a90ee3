/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread has a loop, in which one timer makes the edges; what is to be played is handed over under a
 * lock, and the thread is woken for it only where it sleeps for long. Nothing else is shared.
 *
 * The schedule starts where a wire begins to beat. An edge that is made late leaves the schedule alone: the
 * next ones come sooner than they would, but no level gets shorter than three quarters of its time, so that
 * who looks at widths sees good ones and who counts over a while the right number.
 *
 * A machine wakes later than it was told to, an emulated one by half a millisecond. How much later is seen at
 * each edge, and so much sooner the thread wakes, to wait for the edge without sleeping.
 */
#include "run/far_pulse.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

#define BEHIND_MOST MSEC(100)
#define SLEEPS_FOR_LONG MSEC(5)
#define AWAKE_MOST MSEC(1)  /* before an edge, without sleeping */
#define PERIOD_LEAST 2000.0 /* ns: no level is shorter than 1 µs */

/* ---- when edges are due ---- */

static nsec width(const struct pulse_beat *beat)
{
	double period = fmax(1e9 / beat->frequency, PERIOD_LEAST);
	double high = beat->high > 0 ? (double)beat->high : period / 2;

	high = fmin(fmax(high, PERIOD_LEAST / 2), period - PERIOD_LEAST / 2);
	return (nsec)(beat->level ? high : period - high);
}

/* As the schedule has it, but no level is cut short by more than a quarter. */
static nsec soonest(const struct pulse_beat *beat)
{
	nsec least = beat->edge + width(beat) / 4 * 3;

	return beat->due > least ? beat->due : least;
}

/* When the edge after the latest one is to be made. */
static nsec next_edge(struct pulse_beat *beat, nsec now)
{
	beat->due += width(beat);
	if (beat->due < now - BEHIND_MOST) {
		beat->skipped += (long)(nsec_seconds(now - beat->due) * beat->frequency) + 1;
		beat->due = now;
	}
	return soonest(beat);
}

nsec pulse_beat_set(struct pulse_beat *beat, double frequency, double high, nsec now)
{
	beat->frequency = frequency > 0 ? frequency : 0;
	beat->high = (nsec)(high * 1e9);
	if (beat->frequency == 0) {
		beat->started = false;
		return NSEC_NEVER;
	}
	if (!beat->started) {
		beat->started = true;
		beat->due = beat->edge = now;
		return next_edge(beat, now);
	}

	/* the level that it has goes on, for as long as it now should */
	nsec ends = beat->edge + width(beat);

	if (ends < beat->due)
		beat->due = ends > now ? ends : now;
	return soonest(beat);
}

nsec pulse_beat_made(struct pulse_beat *beat, nsec now)
{
	beat->level = !beat->level;
	beat->edge = now;
	return beat->frequency > 0 ? next_edge(beat, now) : NSEC_NEVER;
}

/* ---- the thread ---- */

struct far_pulse {
	struct loop *loop; /* the thread's, while it runs */
	struct waker *waker;
	pthread_t thread;
	int fd; /* where the wire is a file, else -1 */
	const char *const *words;
	struct gpio_bank *bank;
	struct gpio_line *line;
	struct pulse_beat beat;
	struct timer timer;
	nsec next;  /* edge; NSEC_NEVER: none */
	nsec awake; /* so long before it the thread is awake */
	/* shared */
	pthread_mutex_t lock;
	double frequency, high; /* wanted */
	bool changed, over;
	nsec sleeps_until;
	long skipped;
};

static void put_level(struct far_pulse *pulse, bool level)
{
	const char *word;
	struct error ignored;

	if (pulse->line) {
		gpio_set(pulse->line, level, &ignored);
		return;
	}
	word = pulse->words[level];
	if (pwrite(pulse->fd, word, strlen(word), 0) < 0)
		pulse->beat.frequency = 0; /* the chip is gone */
}

static void edge(void *ctx);

/* Take what is wanted, leave what is known, sleep until shortly before the next edge. Under the lock. */
static void go_on(struct far_pulse *pulse, nsec next, nsec now)
{
	struct bench_clock *clock = loop_real_clock(pulse->loop);

	if (pulse->changed)
		next = pulse_beat_set(&pulse->beat, pulse->frequency, pulse->high, now);
	pulse->changed = false;
	pulse->skipped += pulse->beat.skipped;
	pulse->beat.skipped = 0;
	pulse->next = pulse->sleeps_until = next;
	if (next == NSEC_NEVER)
		timer_stop(&pulse->timer);
	else
		timer_start(&pulse->timer, clock, next - pulse->awake, TIMER_BYTES, edge, pulse);
}

/* How much later than told the thread woke, the latest times counting most. */
static void learn(struct far_pulse *pulse, nsec late)
{
	nsec more = late - pulse->awake;

	pulse->awake += more > 0 ? more / 4 : more / 64;
	if (pulse->awake > AWAKE_MOST)
		pulse->awake = AWAKE_MOST;
}

static void edge(void *ctx)
{
	struct far_pulse *pulse = ctx;
	struct bench_clock *clock = loop_real_clock(pulse->loop);
	nsec now = clock_now(clock), next;

	learn(pulse, now - (pulse->next - pulse->awake));
	while (now < pulse->next)
		now = clock_now(clock);
	put_level(pulse, !pulse->beat.level);
	now = clock_now(clock); /* whatever kept us from writing is over */
	next = pulse_beat_made(&pulse->beat, now);

	pthread_mutex_lock(&pulse->lock);
	go_on(pulse, next, now);
	pthread_mutex_unlock(&pulse->lock);
}

static void woken(void *ctx)
{
	struct far_pulse *pulse = ctx;

	pthread_mutex_lock(&pulse->lock);
	if (pulse->over)
		loop_quit(pulse->loop);
	else
		go_on(pulse, pulse->sleeps_until, clock_now(loop_real_clock(pulse->loop)));
	pthread_mutex_unlock(&pulse->lock);
}

static void *play(void *ctx)
{
	struct far_pulse *pulse = ctx;
	struct error ignored;

	loop_run(pulse->loop, &ignored);
	return NULL;
}

static struct far_pulse *new_pulse(struct error *err)
{
	struct far_pulse *pulse = xcalloc(1, sizeof(*pulse));

	pulse->fd = -1;
	pulse->next = pulse->sleeps_until = NSEC_NEVER;
	pthread_mutex_init(&pulse->lock, NULL);
	pulse->loop = loop_new(err);
	pulse->waker = pulse->loop ? waker_new(pulse->loop, woken, pulse, err) : NULL;
	if (pulse->waker)
		return pulse;
	far_pulse_free(pulse);
	return NULL;
}

static struct far_pulse *start(struct far_pulse *pulse, struct error *err)
{
	put_level(pulse, false);
	if (pthread_create(&pulse->thread, NULL, play, pulse) == 0)
		return pulse;
	error_set(err, ERROR_OS, "a thread for the pulses cannot be started");
	pulse->thread = 0;
	far_pulse_free(pulse);
	return NULL;
}

struct far_pulse *far_pulse_on_file(int fd, const char *const words[2], struct error *err)
{
	struct far_pulse *pulse = new_pulse(err);

	if (!pulse) {
		close(fd);
		return NULL;
	}
	pulse->fd = fd;
	pulse->words = words;
	return start(pulse, err);
}

struct far_pulse *far_pulse_on_wire(const struct gpio_wire *wire, struct error *err)
{
	struct far_pulse *pulse = new_pulse(err);

	if (!pulse)
		return NULL;
	pulse->bank = gpio_bank_new(pulse->loop);
	if (gpio_bank_open(pulse->bank, loop_real_clock(pulse->loop), wire, 1, &pulse->line, err) <
	    0) {
		far_pulse_free(pulse);
		return NULL;
	}
	return start(pulse, err);
}

void far_pulse_play(struct far_pulse *pulse, double frequency, double high)
{
	struct bench_clock *clock = loop_real_clock(pulse->loop);
	bool wake;

	pthread_mutex_lock(&pulse->lock);
	pulse->changed |= frequency != pulse->frequency || high != pulse->high;
	pulse->frequency = frequency;
	pulse->high = high;
	wake = pulse->changed && (pulse->sleeps_until == NSEC_NEVER ||
				  pulse->sleeps_until - clock_now(clock) > SLEEPS_FOR_LONG);
	pthread_mutex_unlock(&pulse->lock);
	if (wake)
		waker_wake(pulse->waker);
}

long far_pulse_skipped(struct far_pulse *pulse)
{
	long skipped;

	pthread_mutex_lock(&pulse->lock);
	skipped = pulse->skipped;
	pulse->skipped = 0;
	pthread_mutex_unlock(&pulse->lock);
	return skipped;
}

static void end_thread(struct far_pulse *pulse)
{
	if (!pulse->thread)
		return;
	pthread_mutex_lock(&pulse->lock);
	pulse->over = true;
	pthread_mutex_unlock(&pulse->lock);
	waker_wake(pulse->waker);
	pthread_join(pulse->thread, NULL);
}

void far_pulse_free(struct far_pulse *pulse)
{
	if (!pulse)
		return;
	end_thread(pulse);
	if (pulse->loop)
		timer_stop(&pulse->timer);
	gpio_close(pulse->line);
	gpio_bank_free(pulse->bank);
	waker_free(pulse->waker);
	loop_free(pulse->loop);
	if (pulse->fd >= 0)
		close(pulse->fd);
	pthread_mutex_destroy(&pulse->lock);
	free(pulse);
}
