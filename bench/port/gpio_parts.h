/* SPDX-License-Identifier: Apache-2.0 */
/* What gpio_real.c and gpio_input.c have between them. Nothing else includes this. */
#ifndef DAVY_PORT_GPIO_PARTS_H
#define DAVY_PORT_GPIO_PARTS_H

#include "port/gpio_where.h"
#include "port/pulse_tally.h"

/* An open chip; goes with the last line on it. */
struct bank_chip {
	struct bank_chip *next;
	struct gpio_chip *chip;
	int users;
	bool gone; /* the kernel does not have it any more */
};

/* The outputs that were requested together; go with the last of them. */
struct outputs {
	struct gpio_request *request;
	size_t users;
	bool high[GPIO_WIRES]; /* as the wires were told last */
	bool changed;	       /* … and are to be told */
};

/* One input wire, and who listens to it; goes with the last of them. */
struct input {
	struct input *next;
	struct gpio_bank *bank;
	struct bank_chip *chip;
	unsigned offset;
	enum gpio_bias bias;
	struct gpio_request *request;
	struct watch *watch; /* NULL when the chip is gone */
	bool watching;	     /* for edges; that the chip goes is always heard */
	struct real_line *listeners;
	int busy;     /* its listeners are being told: none may be freed */
	bool high;    /* after the latest edge … */
	bool certain; /* … and none was lost since */
};

struct real_line {
	struct real_line *next; /* of the bank */
	struct gpio_bank *bank;
	struct gpio_line *line;
	struct bench_clock *clock;
	struct bank_chip *chip;
	unsigned offset;
	bool active_low;
	bool told_gone;

	struct outputs *outputs; /* OUTPUT */
	size_t place;

	struct input *input; /* the others */
	struct real_line *next_listener;
	bool dead; /* closed while it was being told */

	bool raw, told; /* levels */
	nsec since;	/* of `raw`, bench time */
	struct timer settle;

	nsec gate_start, gate_end; /* machine time */
	pulse_fn *on_count;	   /* NULL when no count is running */
	void *count_ctx;
	struct pulse_tally tally;
	bool lost; /* edges, within the gate */
	struct timer gate;
};

struct gpio_bank {
	struct loop *loop;
	struct bank_chip *chips;
	struct input *inputs;
	struct real_line *lines;
	struct timer probe;
};

/* A chip does not answer: all lines on chips that are gone are told, once. */
void bank_tell_gone(struct gpio_bank *bank);
void bank_chip_leave(struct gpio_bank *bank, struct bank_chip *chip);
/* "line 4 of gpiochip0 (rig)" */
const char *real_line_text(const struct real_line *line, char text[160]);

/* Listen: to the wire's input if it is open, else it is requested. */
int input_join(struct real_line *line, const struct gpio_wire *wire, struct error *err);
/* Stop listening, and free the line now or when nothing touches it any more. */
void input_leave(struct real_line *line);
int input_count(struct real_line *line, nsec gate, pulse_fn *fn, void *ctx, struct error *err);

#endif
