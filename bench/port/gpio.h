/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPIO lines: outputs that are requested at their safe level, inputs whose edges are told with the
 * bench time at which they happened, and pulse inputs whose frequency is counted.
 *
 * "Level" here is the line's logical state: true is energised, closed, on. Active-low wiring is the
 * backend's business.
 */
#ifndef DAVY_PORT_GPIO_H
#define DAVY_PORT_GPIO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "loop/clock.h"

struct gpio_line;

enum gpio_use { GPIO_USE_OUTPUT = 1, GPIO_USE_INPUT, GPIO_USE_PULSE };

struct gpio_settings {
	char name[48];
	enum gpio_use use;
	bool level; /* OUTPUT: the level to request it at (its safe level) */
	nsec debounce; /* INPUT: an edge counts when the level lasted this long; its time is its start */
};

/* A debounced edge: the level since `time`. */
typedef void gpio_edge_fn(void *ctx, bool level, nsec time);
/*
 * An edge is about to be told to everybody who listens to this wire: what cannot wait for what the others
 * make of it is done here. It may be said twice, and no line may be closed in it.
 */
typedef void gpio_first_fn(void *ctx, bool level);
/*
 * The line does not do any more what it was requested for: its chip has vanished, or edges of an INPUT came
 * faster than they could be taken and some are lost. `why` is a sentence without the line's name.
 * From the loop; the line may be closed in it.
 */
typedef void gpio_fault_fn(void *ctx, const char *why);

struct pulse_count {
	double frequency;     /* Hz; 0 when fewer than two rising edges came */
	double resolution;    /* Hz, half-width: edge time resolution over the counted span; with
				 frequency 0: what may have passed between the gate's ends unseen */
	double shortest_high; /* s; 0 when none was seen */
	double shortest_low;  /* s */
	long periods;
	bool lost; /* edges within the gate were lost: the other numbers mean nothing */
};

/* Reciprocal counting: whole periods between the first and the last rising edge of the gate. */
typedef void pulse_fn(void *ctx, const struct pulse_count *count);

struct gpio_backend {
	int (*set)(void *self, bool level, struct error *err);
	/* May be NULL: one after the other, then. All lines are outputs of this backend. */
	int (*set_many)(struct gpio_line *const *lines, const bool *levels, size_t count,
			struct error *err);
	bool (*get)(void *self);
	int (*count)(void *self, nsec gate, pulse_fn *fn, void *ctx, struct error *err);
	void (*close)(void *self);
};

struct gpio_line {
	struct gpio_settings settings;
	const struct gpio_backend *backend;
	void *self;
	/* set by the user of the line; each may be NULL */
	gpio_first_fn *on_first;
	gpio_edge_fn *on_edge;
	gpio_fault_fn *on_fault;
	void *ctx;
};

/* Only an OUTPUT can be set; anything else is refused as ERROR_USAGE. */
int gpio_set(struct gpio_line *line, bool level, struct error *err);
/*
 * Several OUTPUTS of one backend: those of one request change in one step. Each is tried whatever became of
 * the others; the error is the first one's.
 */
int gpio_set_many(struct gpio_line *const *lines, const bool *levels, size_t count,
		  struct error *err);
/* An INPUT's level is the debounced one, as its edges told it. */
bool gpio_get(const struct gpio_line *line);
/* Count over `gate` from now; `fn` is called once at its end. One count at a time per line. */
int gpio_count(struct gpio_line *line, nsec gate, pulse_fn *fn, void *ctx, struct error *err);
void gpio_close(struct gpio_line *line); /* accepts NULL; frees; a running count is dropped */

#endif
