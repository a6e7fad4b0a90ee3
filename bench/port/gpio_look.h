/* SPDX-License-Identifier: Apache-2.0 */
/* What a station's words for a GPIO line mean on this machine now, and who has it. Nothing is requested. */
#ifndef DAVY_PORT_GPIO_LOOK_H
#define DAVY_PORT_GPIO_LOOK_H

#include "base/error.h"

struct gpio_seen {
	char chip[64]; /* its name: "gpiochip0" */
	char label[64];
	unsigned offset;
	char user[64]; /* who has the line, as it calls itself; "" nobody */
};

/* The sentence begins with `where`. */
int gpio_look(const char *where, struct gpio_seen *seen, struct error *err);

#endif
