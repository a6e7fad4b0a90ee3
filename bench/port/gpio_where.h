/* SPDX-License-Identifier: Apache-2.0 */
/* Places of lines, and who is there: for the GPIO files of this folder alone. */
#ifndef DAVY_PORT_GPIO_WHERE_H
#define DAVY_PORT_GPIO_WHERE_H

#include "port/gpio_chip.h"

struct gpio_place {
	char chip[64]; /* its name: "gpiochip0" */
	char label[64];
	unsigned offset;
};

int gpio_place_find(const char *where, struct gpio_place *place, struct error *err);
/* What to ask the kernel for. */
struct gpio_want gpio_want_of(const struct gpio_wire *wire, unsigned offset);
/* A request for these was refused, and errno says why: which line it was, and who has it. */
int gpio_refused(struct gpio_chip *chip, const struct gpio_want *wants, size_t count,
		 const struct gpio_wire *const *wires, struct error *err);

#endif
