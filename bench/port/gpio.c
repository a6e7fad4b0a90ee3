/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from a line to its backend, and the refusals that are the same for every backend: a line
 * does what it was requested for and nothing else.
 *
 * Whether a line may be set at all is decided above: interlocks and the guard do not live here.
 */
#include "port/gpio.h"

#include <assert.h>
#include <stdlib.h>

static int check_output(const struct gpio_line *line, struct error *err)
{
	if (line->settings.use == GPIO_USE_OUTPUT)
		return 0;
	return error_set(err, ERROR_USAGE, "%s is an input and cannot be set", line->settings.name);
}

int gpio_set(struct gpio_line *line, bool level, struct error *err)
{
	if (check_output(line, err) < 0)
		return -1;
	return line->backend->set(line->self, level, err);
}

int gpio_set_many(struct gpio_line *const *lines, const bool *levels, size_t count,
		  struct error *err)
{
	struct error later;
	int done = 0;

	for (size_t i = 0; i < count; i++) {
		assert(lines[i]->backend == lines[0]->backend);
		if (check_output(lines[i], err) < 0)
			return -1;
	}
	if (count > 0 && lines[0]->backend->set_many)
		return lines[0]->backend->set_many(lines, levels, count, err);
	for (size_t i = 0; i < count; i++)
		if (gpio_set(lines[i], levels[i], done < 0 ? &later : err) < 0)
			done = -1;
	return done;
}

bool gpio_get(const struct gpio_line *line)
{
	return line->backend->get(line->self);
}

int gpio_count(struct gpio_line *line, nsec gate, pulse_fn *fn, void *ctx, struct error *err)
{
	if (line->settings.use != GPIO_USE_PULSE)
		return error_set(err, ERROR_USAGE, "%s is no pulse input and cannot be counted",
				 line->settings.name);
	if (gate <= 0)
		return error_set(err, ERROR_USAGE, "%s: the gate must be longer than nothing",
				 line->settings.name);
	return line->backend->count(line->self, gate, fn, ctx, err);
}

void gpio_close(struct gpio_line *line)
{
	if (!line)
		return;
	line->backend->close(line->self);
	free(line);
}
