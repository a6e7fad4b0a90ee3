/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bank: which chips, outputs and inputs are open, and for whom. What is the same for both libraries is
 * here and in gpio_input.c; gpio_v1.c and gpio_v2.c know only wires.
 *
 * Outputs that are opened together are one request, so that they come up in one step, each directly at its
 * level: the kernel makes a line an output and gives it its level at once, and no other level is ever
 * asked of it. What stood on the wire before, from a pull or a former user, is not in our hands.
 *
 * Active-low wiring is undone here, and nothing below knows of it.
 *
 * A chip may vanish while it is used (a USB adapter pulled out). Kernels before 6.2 do not wake whoever
 * waits for edges then, so every chip is asked ten times a second whether it is still there; asking
 * costs one system call and does not touch its wires. Its lines are told once and do nothing from then on.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/gpio_parts.h"

#define PROBE_EVERY MSEC(100)
#define CONSUMER "davy"

const char *real_line_text(const struct real_line *line, char text[160])
{
	snprintf(text, 160, "line %u of %s (%s)", line->offset, gpio_chip_name(line->chip->chip),
		 gpio_chip_label(line->chip->chip));
	return text;
}

/* ---- chips ---- */

void bank_tell_gone(struct gpio_bank *bank)
{
	struct real_line *line = bank->lines;
	char why[200];

	while (line) {
		if (!line->chip->gone || line->told_gone) {
			line = line->next;
			continue;
		}
		line->told_gone = true;
		snprintf(why, sizeof(why), "its GPIO chip, %s (%s), has vanished",
			 gpio_chip_name(line->chip->chip), gpio_chip_label(line->chip->chip));
		if (line->line->on_fault)
			line->line->on_fault(line->line->ctx, why);
		line = bank->lines; /* whoever was told may have closed any */
	}
}

static void probe(void *ctx)
{
	struct gpio_bank *bank = ctx;
	struct bench_clock *clock = loop_real_clock(bank->loop);

	for (struct bank_chip *chip = bank->chips; chip; chip = chip->next)
		if (!gpio_chip_is_there(chip->chip))
			chip->gone = true;
	timer_start(&bank->probe, clock, clock_now(clock) + PROBE_EVERY, TIMER_BYTES, probe, bank);
	bank_tell_gone(bank);
}

static struct bank_chip *chip_use(struct gpio_bank *bank, const char *name, struct error *err)
{
	struct bench_clock *clock = loop_real_clock(bank->loop);
	struct bank_chip *chip;
	char path[80];

	for (chip = bank->chips; chip; chip = chip->next)
		if (!chip->gone && strcmp(gpio_chip_name(chip->chip), name) == 0)
			break;
	if (chip) {
		chip->users++;
		return chip;
	}

	snprintf(path, sizeof(path), "/dev/%s", name);
	chip = xcalloc(1, sizeof(*chip));
	chip->chip = gpio_chip_open(path);
	if (!chip->chip) {
		free(chip);
		error_os(err, "cannot open %s", path);
		return NULL;
	}
	chip->users = 1;
	chip->next = bank->chips;
	bank->chips = chip;
	if (!timer_armed(&bank->probe))
		timer_start(&bank->probe, clock, clock_now(clock) + PROBE_EVERY, TIMER_BYTES, probe,
			    bank);
	return chip;
}

void bank_chip_leave(struct gpio_bank *bank, struct bank_chip *chip)
{
	struct bank_chip **place = &bank->chips;

	if (--chip->users > 0)
		return;
	while (*place != chip)
		place = &(*place)->next;
	*place = chip->next;
	gpio_chip_close(chip->chip);
	free(chip);
	if (!bank->chips)
		timer_stop(&bank->probe);
}

/* ---- outputs ---- */

static int send_levels(struct real_line *line, struct error *err)
{
	char text[160];

	line->outputs->changed = false;
	if (gpio_request_set(line->outputs->request, line->outputs->high) == 0)
		return 0;
	if (errno == ENODEV) {
		struct bench_clock *clock = loop_real_clock(line->bank->loop);

		timer_start(&line->bank->probe, clock, clock_now(clock), TIMER_BYTES, probe,
			    line->bank);
	}
	return error_os(err, "%s: %s cannot be set", line->line->settings.name,
			real_line_text(line, text));
}

static void want_level(struct real_line *line, bool level)
{
	line->outputs->high[line->place] = level != line->active_low;
	line->outputs->changed = true;
}

static int real_set(void *self, bool level, struct error *err)
{
	want_level(self, level);
	return send_levels(self, err);
}

static int real_set_many(struct gpio_line *const *lines, const bool *levels, size_t count,
			 struct error *err)
{
	struct error later;
	int done = 0;

	for (size_t i = 0; i < count; i++)
		want_level(lines[i]->self, levels[i]);
	for (size_t i = 0; i < count; i++) {
		struct real_line *line = lines[i]->self;

		if (line->outputs->changed && send_levels(line, done < 0 ? &later : err) < 0)
			done = -1;
	}
	return done;
}

static void outputs_leave(struct outputs *outputs)
{
	if (!outputs || --outputs->users > 0)
		return;
	gpio_request_close(outputs->request);
	free(outputs);
}

/* ---- a line ---- */

static bool real_get(void *self)
{
	struct real_line *line = self;

	if (line->outputs)
		return line->outputs->high[line->place] != line->active_low;
	if (line->line->settings.use == GPIO_USE_PULSE)
		return (gpio_request_get(line->input->request) > 0) != line->active_low;
	return line->told;
}

static int real_count(void *self, nsec gate, pulse_fn *fn, void *ctx, struct error *err)
{
	struct real_line *line = self;
	char text[160];

	if (line->chip->gone)
		return error_set(err, ERROR_DEVICE, "%s: %s has vanished",
				 line->line->settings.name, real_line_text(line, text));
	return input_count(line, gate, fn, ctx, err);
}

/* Also of a line that was never requested. */
static void real_close(void *self)
{
	struct real_line *line = self;
	struct gpio_bank *bank = line->bank;
	struct bank_chip *chip = line->chip;
	struct real_line **place = &bank->lines;

	while (*place != line)
		place = &(*place)->next;
	*place = line->next;
	outputs_leave(line->outputs);
	if (line->input)
		input_leave(line);
	else
		free(line);
	bank_chip_leave(bank, chip);
}

static const struct gpio_backend REAL_BACKEND = {
	.set = real_set,
	.set_many = real_set_many,
	.get = real_get,
	.count = real_count,
	.close = real_close,
};

static struct gpio_line *line_new(struct gpio_bank *bank, struct bench_clock *clock,
				  const struct gpio_wire *wire, struct error *err)
{
	struct gpio_place place;
	struct bank_chip *chip = NULL;
	struct gpio_line *line;
	struct real_line *real;

	if (gpio_place_find(wire->where, &place, err) == 0)
		chip = chip_use(bank, place.chip, err);
	if (!chip) {
		error_context(err, "%s", wire->settings.name);
		return NULL;
	}
	line = xcalloc(1, sizeof(*line));
	real = xcalloc(1, sizeof(*real));
	*real = (struct real_line){
		.next = bank->lines,
		.bank = bank,
		.line = line,
		.clock = clock,
		.chip = chip,
		.offset = place.offset,
		.active_low = wire->active_low,
		.raw = wire->settings.level,
		.told = wire->settings.level,
	};
	bank->lines = real;
	*line = (struct gpio_line){
		.settings = wire->settings, .backend = &REAL_BACKEND, .self = real};
	return line;
}

/* ---- opening ---- */

static bool is_output(const struct gpio_line *line)
{
	return line->settings.use == GPIO_USE_OUTPUT;
}

static int check_clash(struct gpio_line *const *lines, size_t count, struct error *err)
{
	char text[160];

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct real_line *a = lines[i]->self, *b = lines[j]->self;

			if (a->chip != b->chip || a->offset != b->offset ||
			    (!is_output(lines[i]) && !is_output(lines[j])))
				continue;
			return error_set(err, ERROR_USAGE, "%s and %s are wired to the same: %s",
					 lines[j]->settings.name, lines[i]->settings.name,
					 real_line_text(a, text));
		}
	}
	return 0;
}

/* Request every output on the chip of the first one that has none yet. */
static int request_outputs(const struct gpio_wire *wires, size_t count, struct gpio_line **lines,
			   size_t first, struct error *err)
{
	struct bank_chip *chip = ((struct real_line *)lines[first]->self)->chip;
	struct outputs *outputs = xcalloc(1, sizeof(*outputs));
	struct gpio_want wants[GPIO_WIRES];
	const struct gpio_wire *wanted[GPIO_WIRES];

	for (size_t i = first; i < count; i++) {
		struct real_line *line = lines[i]->self;

		if (!is_output(lines[i]) || line->chip != chip)
			continue;
		wanted[outputs->users] = &wires[i];
		wants[outputs->users] = gpio_want_of(&wires[i], line->offset);
		outputs->high[outputs->users] = wants[outputs->users].high;
		line->outputs = outputs;
		line->place = outputs->users++;
	}
	outputs->request = gpio_request_outputs(chip->chip, wants, outputs->users, CONSUMER);
	if (outputs->request)
		return 0;
	return gpio_refused(chip->chip, wants, outputs->users, wanted, err);
}

static int request_all(const struct gpio_wire *wires, size_t count, struct gpio_line **lines,
		       struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct real_line *line = lines[i]->self;

		if (is_output(lines[i]) && !line->outputs &&
		    request_outputs(wires, count, lines, i, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++)
		if (!is_output(lines[i]) && input_join(lines[i]->self, &wires[i], err) < 0)
			return -1;
	return 0;
}

int gpio_bank_open(struct gpio_bank *bank, struct bench_clock *clock, const struct gpio_wire *wires,
		   size_t count, struct gpio_line **lines, struct error *err)
{
	size_t found = 0;

	assert(clock_kind(clock) != CLOCK_KIND_VIRTUAL);
	if (count > GPIO_WIRES)
		return error_set(err, ERROR_USAGE, "no more than %d lines at once", GPIO_WIRES);
	while (found < count) {
		lines[found] = line_new(bank, clock, &wires[found], err);
		if (!lines[found])
			break;
		found++;
	}
	if (found == count && check_clash(lines, count, err) == 0 &&
	    request_all(wires, count, lines, err) == 0)
		return 0;
	while (found > 0)
		gpio_close(lines[--found]);
	return -1;
}

struct gpio_bank *gpio_bank_new(struct loop *loop)
{
	struct gpio_bank *bank = xcalloc(1, sizeof(*bank));

	bank->loop = loop;
	return bank;
}

void gpio_bank_free(struct gpio_bank *bank)
{
	if (!bank)
		return;
	assert(!bank->lines);
	free(bank);
}
