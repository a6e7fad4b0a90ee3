/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libgpiod 1 and 2 have in common, for gpio_real.c and its neighbours alone. Levels are the wire's: high
 * or low. Whatever fails leaves its reason in errno.
 */
#ifndef DAVY_PORT_GPIO_CHIP_H
#define DAVY_PORT_GPIO_CHIP_H

#include "port/gpio_bank.h"

struct gpio_chip;
struct gpio_request;

struct gpio_chip *gpio_chip_open(const char *path); /* NULL on failure */
void gpio_chip_close(struct gpio_chip *chip);	    /* after its requests; accepts NULL */
const char *gpio_chip_name(const struct gpio_chip *chip);
const char *gpio_chip_label(const struct gpio_chip *chip);
unsigned gpio_chip_lines(const struct gpio_chip *chip);
/* Asks the kernel, not the hardware. */
bool gpio_chip_is_there(struct gpio_chip *chip);

struct gpio_chip_line {
	char name[64]; /* "" when it has none */
	char user[64]; /* who has it; "" nobody */
};
int gpio_chip_look(struct gpio_chip *chip, unsigned offset, struct gpio_chip_line *line);

struct gpio_want {
	unsigned offset;
	bool high; /* outputs */
	enum gpio_bias bias;
	enum gpio_drive drive;
};
struct gpio_request *gpio_request_outputs(struct gpio_chip *chip, const struct gpio_want *wants,
					  size_t count, const char *consumer);
/* One input with both edges. Its descriptor is readable while there are some. */
struct gpio_request *gpio_request_input(struct gpio_chip *chip, const struct gpio_want *want,
					const char *consumer);
void gpio_request_close(struct gpio_request *request); /* accepts NULL */
/* All outputs of the request, in the order of `wants`. */
int gpio_request_set(struct gpio_request *request, const bool *high);
/* An input's level now: 0 or 1, or -1. */
int gpio_request_get(struct gpio_request *request);
int gpio_request_fd(const struct gpio_request *request);

struct gpio_raw_edge {
	bool high;
	nsec machine; /* CLOCK_MONOTONIC, as the kernel stamped it */
	bool lost;    /* before it, or right after it, the kernel dropped others */
};
enum { GPIO_EDGES = 64 };
/* Without waiting: how many were there, 0 for none, -1 when the line cannot be read. */
int gpio_request_read(struct gpio_request *request, struct gpio_raw_edge edges[GPIO_EDGES]);

#endif
