/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outputs that are requested and kept, by whoever must make a bench safe without a loop: after its
 * controller has died, or by command.
 *
 * A hold asks nothing of its lines but their level. It lasts until it is closed or its process ends.
 *
 * It may be prepared long before it is taken: the lines are found and their chips are open then, and what
 * is left to do is one call into the kernel per chip. An open chip stays the one that it was, also when it
 * is unplugged and another gets its name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/gpio_where.h"

/* The lines of one chip. */
struct held {
	char name[64];
	struct gpio_chip *chip;
	struct gpio_request *request;
	struct gpio_want wants[GPIO_WIRES];
	const struct gpio_wire *wires[GPIO_WIRES];
	size_t count;
};

struct gpio_hold {
	struct held *held;
	size_t count;
};

static struct held *held_of(struct gpio_hold *hold, const char *chip)
{
	struct held *held;

	for (size_t i = 0; i < hold->count; i++)
		if (strcmp(hold->held[i].name, chip) == 0)
			return &hold->held[i];
	hold->held = xrealloc(hold->held, (hold->count + 1) * sizeof(*hold->held));
	held = &hold->held[hold->count++];
	*held = (struct held){0};
	snprintf(held->name, sizeof(held->name), "%s", chip);
	return held;
}

static int add_wire(struct gpio_hold *hold, const struct gpio_wire *wire, struct error *err)
{
	struct gpio_place place;
	struct held *held;

	if (gpio_place_find(wire->where, &place, err) < 0)
		return error_context(err, "%s", wire->settings.name);
	held = held_of(hold, place.chip);
	held->wires[held->count] = wire;
	held->wants[held->count++] = gpio_want_of(wire, place.offset);
	return 0;
}

static int open_chip(struct held *held, struct error *err)
{
	char path[80];

	snprintf(path, sizeof(path), "/dev/%s", held->name);
	held->chip = gpio_chip_open(path);
	if (!held->chip)
		return error_os(err, "%s: cannot open %s", held->wires[0]->settings.name, path);
	return 0;
}

static int hold_chip(struct held *held, const char *consumer, struct error *err)
{
	held->request = gpio_request_outputs(held->chip, held->wants, held->count, consumer);
	if (!held->request)
		return gpio_refused(held->chip, held->wants, held->count, held->wires, err);
	return 0;
}

struct gpio_hold *gpio_hold_prepare(const struct gpio_wire *wires, size_t count, struct error *err)
{
	struct gpio_hold *hold = xcalloc(1, sizeof(*hold));
	int done = count <= GPIO_WIRES ? 0
				       : error_set(err, ERROR_USAGE,
						   "no more than %d lines at once", GPIO_WIRES);

	for (size_t i = 0; i < count && done == 0; i++)
		done = add_wire(hold, &wires[i], err);
	for (size_t i = 0; i < hold->count && done == 0; i++)
		done = open_chip(&hold->held[i], err);
	if (done == 0)
		return hold;
	gpio_hold_close(hold);
	return NULL;
}

int gpio_hold_take(struct gpio_hold *hold, const char *consumer, struct error *err)
{
	for (size_t i = 0; i < hold->count; i++) {
		if (hold_chip(&hold->held[i], consumer, err) == 0)
			continue;
		while (i > 0) {
			gpio_request_close(hold->held[--i].request);
			hold->held[i].request = NULL;
		}
		return -1;
	}
	return 0;
}

struct gpio_hold *gpio_hold_open(const struct gpio_wire *wires, size_t count, const char *consumer,
				 struct error *err)
{
	struct gpio_hold *hold = gpio_hold_prepare(wires, count, err);

	if (hold && gpio_hold_take(hold, consumer, err) == 0)
		return hold;
	gpio_hold_close(hold);
	return NULL;
}

void gpio_hold_close(struct gpio_hold *hold)
{
	if (!hold)
		return;
	for (size_t i = 0; i < hold->count; i++) {
		gpio_request_close(hold->held[i].request);
		gpio_chip_close(hold->held[i].chip);
	}
	free(hold->held);
	free(hold);
}
