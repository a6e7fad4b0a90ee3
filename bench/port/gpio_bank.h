/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real GPIO lines, through the kernel's character devices (libgpiod 1.6 or 2).
 *
 * A line is named by its own name ("GPIO27") or by chip and offset ("gpiochip0:5"), where the chip is its
 * name, its label or its path under /dev. A name that several lines have is refused.
 *
 * Lines belong to the program that requested them, and the kernel gives them back when it ends,
 * whatever ends it: what a released output then does is the hardware's business, and the wiring must make
 * that state a safe one.
 */
#ifndef DAVY_PORT_GPIO_BANK_H
#define DAVY_PORT_GPIO_BANK_H

#include "loop/loop.h"
#include "port/gpio.h"

enum gpio_bias { GPIO_BIAS_AS_IS = 1, GPIO_BIAS_PULL_UP, GPIO_BIAS_PULL_DOWN, GPIO_BIAS_OFF };
enum gpio_drive { GPIO_PUSH_PULL = 1, GPIO_OPEN_DRAIN, GPIO_OPEN_SOURCE };

/* The most lines that are opened or held at once. */
enum { GPIO_WIRES = 64 };

/* 0 for bias or drive is the first of them: as it is, push-pull. */
struct gpio_wire {
	struct gpio_settings settings;
	char where[128];
	bool active_low; /* the line is on when the wire is low */
	enum gpio_bias bias;
	enum gpio_drive drive; /* OUTPUT */
};

/*
 * Everybody's lines, on one loop. What its lines tell, they tell from the loop; a handler may close any
 * line. The bank outlives its lines.
 */
struct gpio_bank *gpio_bank_new(struct loop *loop);
void gpio_bank_free(struct gpio_bank *bank); /* every line must be closed; accepts NULL */

/*
 * Open all these wires or none. Outputs of one chip are one request to the kernel, at their levels
 * from its first instant; where the library is libgpiod 1, one for each pair of bias and drive. They are
 * given back together, when the last of them is closed: until then a closed one keeps its level.
 * `lines[i]` is wire i's; the caller closes each with gpio_close.
 *
 * An INPUT begins at its settings' level; when the wire says otherwise, an edge follows. An input that is
 * open already is shared, also between slots; an output is one user's, and so is a line that any
 * other program has: that is ERROR_OS, and its sentence names who.
 *
 * `clock` must be no virtual one. Debounce and gates are its time; the frequency and widths of pulses are
 * the machine's, since a wire is no faster where a bench clock is scaled.
 */
int gpio_bank_open(struct gpio_bank *bank, struct bench_clock *clock, const struct gpio_wire *wires,
		   size_t count, struct gpio_line **lines, struct error *err);

/*
 * Without a loop: request outputs at their settings' level and keep them there. All or none: who must save
 * what can be saved tries a refused group again wire by wire.
 */
struct gpio_hold *gpio_hold_open(const struct gpio_wire *wires, size_t count, const char *consumer,
				 struct error *err);
/*
 * The same in two steps. Prepared, the lines are found and nothing of them is requested; `wires` must live
 * until they are taken, all or none. A failed taking may be repeated.
 */
struct gpio_hold *gpio_hold_prepare(const struct gpio_wire *wires, size_t count, struct error *err);
int gpio_hold_take(struct gpio_hold *hold, const char *consumer, struct error *err);
void gpio_hold_close(struct gpio_hold *hold); /* accepts NULL */

/* Which line is meant: the chip's name ("gpiochip0"), the line's offset there, the chip's label. */
int gpio_where(const char *where, char chip[64], unsigned *offset, char label[64],
	       struct error *err);

#endif
