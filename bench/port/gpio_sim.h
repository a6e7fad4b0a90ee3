/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated lines on a bench clock. The far end is the world. */
#ifndef DAVY_PORT_GPIO_SIM_H
#define DAVY_PORT_GPIO_SIM_H

#include "port/gpio.h"

/* `on_set` (may be NULL) hears every change of an output, for the world. */
typedef void gpio_sim_set_fn(void *ctx, struct gpio_line *line, bool level);

/* An INPUT starts at settings->level, without an edge. */
struct gpio_line *gpio_sim_new(struct bench_clock *clock, const struct gpio_settings *settings,
			       gpio_sim_set_fn *on_set, void *ctx);
/* The world drives an input, now. */
void gpio_sim_drive(struct gpio_line *line, bool level);
/*
 * The world drives a pulse input, from now on, with this frequency (0: stopped) and the given high
 * time in seconds (0: half the period). The phase goes on without a jump; a stopped line stays at
 * its level. Edges have a resolution of 1 µs, as of a kernel's time stamps: no level is shorter,
 * and nothing is faster than 500 kHz. A line that never was driven stands low.
 */
void gpio_sim_pulse(struct gpio_line *line, double frequency, double high);
/* What may become of a real line: it fails for this reason; the running count of a pulse input loses edges. */
void gpio_sim_fail(struct gpio_line *line, const char *why);
void gpio_sim_lose(struct gpio_line *line);

#endif
