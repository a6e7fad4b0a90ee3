/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One epoll loop for the whole controller; bench clocks hang on it (loop/clock.h).
 *
 * A handler may close anything, including what called it: watches removed during a turn are not
 * called again. Single-threaded; only loop_wake may be called from another thread.
 */
#ifndef DAVY_LOOP_LOOP_H
#define DAVY_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"

struct loop;
struct watch;
struct bench_clock;

typedef void loop_fd_fn(void *ctx, uint32_t events); /* EPOLLIN … */
typedef void loop_signal_fn(void *ctx, int number);
typedef void loop_wake_fn(void *ctx);

struct loop *loop_new(struct error *err);
void loop_free(struct loop *loop); /* every watch, clock and waker must be gone */

/* Call `fn` when `fd` is ready. The watch does not own the descriptor; unwatch before closing it. */
struct watch *loop_watch(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *ctx,
			 struct error *err);
int loop_rewatch(struct watch *watch, uint32_t events, struct error *err);
void loop_unwatch(struct watch *watch); /* accepts NULL */

/* Deliver this signal to `fn` from the loop instead of its default action. */
int loop_signal(struct loop *loop, int number, loop_signal_fn *fn, void *ctx, struct error *err);

/* An object another thread may poke; `fn` runs in the loop once per group of pokes. */
struct waker;
struct waker *waker_new(struct loop *loop, loop_wake_fn *fn, void *ctx, struct error *err);
void waker_wake(struct waker *waker); /* any thread */
void waker_free(struct waker *waker);

/* Run until loop_quit. Returns 0, or -1 when the loop itself failed. */
int loop_run(struct loop *loop, struct error *err);
void loop_quit(struct loop *loop);

/* The real clock every loop has: for hung processes and peers, never for a bench. */
struct bench_clock *loop_real_clock(struct loop *loop);
/* Seconds since 1970 in nanoseconds, from the system's calendar: for anchor lines and due dates. */
nsec loop_wall_time(void);
/* How long the machine has been on, asleep or awake; no clock that is set changes it. */
nsec loop_boot_time(void);

#endif
