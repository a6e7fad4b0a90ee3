/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of gpio-sim has a folder in sysfs, /sys/devices/platform/…/gpiochipN/sim_gpioM: what is written to
 * its `pull` is what an input shows, and its `value` is the wire's level. Nothing tells of a change there, so
 * it is read again and again, and whenever somebody is about to be asked what the lines have led to.
 *
 * Levels are the fixture's: true is on, closed, open. Which level of the wire that is, is said once, here,
 * and the far end of an active-low line is active low.
 */
#include "run/far_line.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "run/far_pulse.h"

static const char *const PULLS[2] = {"pull-down", "pull-up"};

struct far_line {
	struct far_lines *lines;
	const struct fixture_line *spec;
	int index;
	int fd; /* of gpio-sim: its pull, or its value; else -1 */
	struct gpio_line *gpio;
	struct far_pulse *pulse;
	bool level; /* an output's, as it was told */
};

struct far_lines {
	struct loop *loop;
	struct gpio_bank *bank;
	nsec every;
	far_line_fn *changed;
	void *ctx;
	struct timer timer;
	size_t count;
	struct far_line line[FIXTURE_MOST];
};

/* ---- outputs are looked at ---- */

static void tell(struct far_line *line, bool level)
{
	if (level == line->level)
		return;
	line->level = level;
	line->lines->changed(line->lines->ctx, line->index, level);
}

static void look_at(struct far_line *line)
{
	char digit = 0;

	if (line->fd >= 0 && pread(line->fd, &digit, 1, 0) == 1)
		tell(line, (digit == '1') != line->spec->active_low);
	else if (line->gpio)
		tell(line, gpio_get(line->gpio));
}

void far_lines_look(struct far_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->line[i].spec->output)
			look_at(&lines->line[i]);
}

static void look_again(void *ctx)
{
	struct far_lines *lines = ctx;
	struct bench_clock *clock = loop_real_clock(lines->loop);

	far_lines_look(lines);
	timer_start(&lines->timer, clock, clock_now(clock) + lines->every, TIMER_POLL, look_again,
		    lines);
}

static void edge(void *ctx, bool level, nsec time)
{
	(void)time;
	tell(ctx, level);
}

/* ---- inputs are driven ---- */

void far_lines_drive(struct far_lines *lines, int index, bool level)
{
	struct far_line *line = &lines->line[index];
	const char *word = PULLS[level != line->spec->active_low];
	struct error ignored;

	if (line->gpio)
		gpio_set(line->gpio, level, &ignored);
	else if (line->fd >= 0 && pwrite(line->fd, word, strlen(word), 0) < 0)
		return; /* the chip is gone, which its near end has noticed by itself */
}

void far_lines_pulse(struct far_lines *lines, int index, double frequency, double high)
{
	if (lines->line[index].pulse)
		far_pulse_play(lines->line[index].pulse, frequency, high);
}

int far_lines_behind(struct far_lines *lines)
{
	int behind = -1;

	for (size_t i = 0; i < lines->count; i++)
		if (lines->line[i].pulse && far_pulse_skipped(lines->line[i].pulse) > 0)
			behind = (int)i;
	return behind;
}

/* ---- finding the far ends ---- */

/* The folder of a line of gpio-sim. */
static int find_simulated(const struct station_line *near, char folder[PATH_MAX], struct error *err)
{
	char chip[64], label[64], link[128], device[PATH_MAX];
	unsigned offset;

	if (gpio_where(near->where, chip, &offset, label, err) < 0)
		return -1;
	snprintf(link, sizeof(link), "/sys/bus/gpio/devices/%s", chip);
	if (realpath(link, device) &&
	    snprintf(folder, PATH_MAX, "%s/sim_gpio%u", device, offset) < PATH_MAX &&
	    access(folder, F_OK) == 0)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "%s is no line of gpio-sim, and the station does not say what is at its "
			 "other end: rig = { lines = { %s = \"CHIP:OFFSET\" } }",
			 near->where, near->name);
}

static int open_simulated(struct far_line *line, const struct station_line *near, struct error *err)
{
	char folder[PATH_MAX];
	char *path;

	if (find_simulated(near, folder, err) < 0)
		return -1;
	path = xprintf("%s/%s", folder, line->spec->output ? "value" : "pull");
	line->fd = open(path, (line->spec->output ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
	if (line->fd < 0)
		error_os(err, "%s", path);
	free(path);
	if (line->fd < 0 || line->spec->kind != LINE_PULSE)
		return line->fd < 0 ? -1 : 0;
	line->pulse = far_pulse_on_file(line->fd, PULLS, err);
	line->fd = -1;
	return line->pulse ? 0 : -1;
}

static int open_wired(struct far_line *line, const struct station_line *near, struct error *err)
{
	struct gpio_wire wire = {
		.settings = {.use = line->spec->output ? GPIO_USE_INPUT : GPIO_USE_OUTPUT,
			     .level = line->spec->output && line->spec->safe},
		.active_low = line->spec->active_low,
	};

	snprintf(wire.settings.name, sizeof(wire.settings.name), "%s", near->name);
	snprintf(wire.where, sizeof(wire.where), "%s", near->far);
	if (line->spec->kind == LINE_PULSE) {
		line->pulse = far_pulse_on_wire(&wire, err);
		return line->pulse ? 0 : -1;
	}
	if (gpio_bank_open(line->lines->bank, loop_real_clock(line->lines->loop), &wire, 1,
			   &line->gpio, err) < 0)
		return -1;
	line->gpio->on_edge = edge;
	line->gpio->ctx = line;
	return 0;
}

struct far_lines *far_lines_open(struct loop *loop, const struct fixture *fixture,
				 const struct station_slot *slot, nsec every, far_line_fn *changed,
				 void *ctx, struct error *err)
{
	struct far_lines *lines = xcalloc(1, sizeof(*lines));

	lines->loop = loop;
	lines->bank = gpio_bank_new(loop);
	lines->every = every;
	lines->changed = changed;
	lines->ctx = ctx;
	for (size_t i = 0; i < fixture->line_count; i++) {
		struct far_line *line = &lines->line[lines->count++];
		const struct station_line *near = &slot->line[i];

		*line = (struct far_line){.lines = lines,
					  .spec = &fixture->line[i],
					  .index = (int)i,
					  .fd = -1,
					  .level = fixture->line[i].safe};
		if ((near->far[0] ? open_wired : open_simulated)(line, near, err) < 0) {
			error_context(err, "%s", near->name);
			far_lines_close(lines);
			return NULL;
		}
	}
	look_again(lines);
	return lines;
}

void far_lines_close(struct far_lines *lines)
{
	if (!lines)
		return;
	timer_stop(&lines->timer);
	for (size_t i = 0; i < lines->count; i++) {
		far_pulse_free(lines->line[i].pulse);
		gpio_close(lines->line[i].gpio);
		if (lines->line[i].fd >= 0)
			close(lines->line[i].fd);
	}
	gpio_bank_free(lines->bank);
	free(lines);
}
