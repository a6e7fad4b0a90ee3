/* SPDX-License-Identifier: Apache-2.0 */
/* For claims about GPIO lines: a chip of the rig, a bank with a real clock, and an ear for each line. */
#ifndef DAVY_TESTS_RIG_GPIO_RIG_H
#define DAVY_TESTS_RIG_GPIO_RIG_H

#include <pthread.h>
#include <stdatomic.h>

#include "loop/clock.h"
#include "port/gpio_bank.h"
#include "tests/rig/bench.h"

struct gpio_rig {
	struct rig_chip *chip;
	struct loop *loop;
	struct bench_clock *clock;
	struct gpio_bank *bank;
	struct timer end;
	struct error err;
};

/* A chip labelled "rig" of eight lines. */
void gpio_rig_begin(struct gpio_rig *rig);
void gpio_rig_begin_scaled(struct gpio_rig *rig, double scale);
void gpio_rig_end(struct gpio_rig *rig);
/* Let the loop run for so long of bench time. */
void gpio_rig_run(struct gpio_rig *rig, nsec time);
/* The bench's time now, read apart from the clock under test. */
nsec machine_now(void);
/* Do nothing for so long, as a program that is busy. */
void be_busy(nsec time);

/* "rig:LINE", the wire's settings' name "lineLINE". */
struct gpio_wire rig_wire(int line, enum gpio_use use, bool level);
struct gpio_line *gpio_rig_open(struct gpio_rig *rig, const struct gpio_wire *wire);

enum { HEARD_MOST = 64 };
struct heard {
	struct gpio_rig *rig;
	struct gpio_line *line; /* closed by the ear when `hangs_up` */
	bool hangs_up;
	int edges, faults, counts;
	bool level[HEARD_MOST];
	nsec time[HEARD_MOST], told[HEARD_MOST];
	nsec fault_at;
	char why[200];
	struct pulse_count count;
	nsec counted_at;
};
/* Forget what was heard, and listen to this line. */
void heard_listen(struct heard *heard, struct gpio_rig *rig, struct gpio_line *line);
void heard_count(void *heard, const struct pulse_count *count); /* a pulse_fn */

/* A thread that pulls a line by itself, never sooner than asked, and writes down when. */
enum { RISES_MOST = 16384, MORE_THAN_ANYBODY_KEEPS = 2100 /* edges */ };
struct puller {
	int file;
	nsec high, low; /* 0: as fast as it goes */
	atomic_bool stop;
	atomic_long edges;
	nsec rise[RISES_MOST]; /* machine time, right before each rise */
	long rises;
	pthread_t thread;
};
/*
 * Until it stops everything is on one processor: a virtual one stands still when its host is busy, and then
 * nobody must run on.
 */
void puller_start(struct puller *puller, const struct rig_chip *chip, int line, nsec high,
		  nsec low);
void puller_stop(struct puller *puller);
/* Once stopped: the frequency of so many periods of which the first began at or after `from`, or one later. */
double puller_frequency(const struct puller *puller, nsec from, long periods, int later);

#endif
