/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at a line: the kernel knows its chip and who requested it. To know its level somebody would have to
 * request it, and a line that is requested is changed; so that is not asked.
 */
#include "port/gpio_look.h"

#include <stdio.h>

#include "port/gpio_where.h"

int gpio_look(const char *where, struct gpio_seen *seen, struct error *err)
{
	struct gpio_place place;
	struct gpio_chip_line line;
	struct gpio_chip *chip;
	char path[80];
	int looked;

	if (gpio_place_find(where, &place, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/dev/%s", place.chip);
	chip = gpio_chip_open(path);
	looked = chip ? gpio_chip_look(chip, place.offset, &line) : -1;
	if (looked < 0)
		error_os(err, "%s: %s cannot be looked at", where, path);
	gpio_chip_close(chip);
	if (looked < 0)
		return -1;
	snprintf(seen->chip, sizeof(seen->chip), "%s", place.chip);
	snprintf(seen->label, sizeof(seen->label), "%s", place.label);
	snprintf(seen->user, sizeof(seen->user), "%s", line.user);
	seen->offset = place.offset;
	return 0;
}
