/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A puller looks at the clock without rest. What the machine does to it makes an edge late, never early, and it
 * writes down when each was, so that a claim knows the truth.
 */
#include "tests/rig/gpio_rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/claims.h"

void gpio_rig_begin_scaled(struct gpio_rig *rig, double scale)
{
	memset(rig, 0, sizeof(*rig));
	rig->chip = rig_chip_new("rig", 8);
	rig->loop = loop_new(&rig->err);
	rig->clock = clock_new(rig->loop, scale == 1 ? CLOCK_KIND_REAL : CLOCK_KIND_SCALED, scale);
	rig->bank = gpio_bank_new(rig->loop);
}

void gpio_rig_begin(struct gpio_rig *rig)
{
	gpio_rig_begin_scaled(rig, 1);
}

void gpio_rig_end(struct gpio_rig *rig)
{
	gpio_bank_free(rig->bank);
	clock_free(rig->clock);
	loop_free(rig->loop);
	rig_chip_free(rig->chip);
}

static void time_is_up(void *ctx)
{
	loop_quit(ctx);
}

void gpio_rig_run(struct gpio_rig *rig, nsec time)
{
	timer_start(&rig->end, rig->clock, clock_now(rig->clock) + time, TIMER_WAIT, time_is_up,
		    rig->loop);
	CU_ASSERT_EQUAL(loop_run(rig->loop, &rig->err), 0);
}

nsec machine_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return SEC(time.tv_sec) + time.tv_nsec;
}

void be_busy(nsec time)
{
	nsec end = machine_now() + time;

	while (machine_now() < end)
		continue;
}

struct gpio_wire rig_wire(int line, enum gpio_use use, bool level)
{
	struct gpio_wire wire = {.settings = {.use = use, .level = level}};

	snprintf(wire.settings.name, sizeof(wire.settings.name), "line%d", line);
	snprintf(wire.where, sizeof(wire.where), "rig:%d", line);
	return wire;
}

struct gpio_line *gpio_rig_open(struct gpio_rig *rig, const struct gpio_wire *wire)
{
	struct gpio_line *line = NULL;

	if (gpio_bank_open(rig->bank, rig->clock, wire, 1, &line, &rig->err) < 0) {
		fprintf(stderr, "%s\n", rig->err.text);
		CU_FAIL("a line could not be opened");
		abort();
	}
	return line;
}

/* ---- ears ---- */

static void edge_heard(void *ctx, bool level, nsec time)
{
	struct heard *heard = ctx;

	if (heard->edges < HEARD_MOST) {
		heard->level[heard->edges] = level;
		heard->time[heard->edges] = time;
		heard->told[heard->edges] = clock_now(heard->rig->clock);
	}
	heard->edges++;
	if (heard->hangs_up) {
		gpio_close(heard->line);
		heard->line = NULL;
	}
}

static void fault_heard(void *ctx, const char *why)
{
	struct heard *heard = ctx;

	heard->faults++;
	heard->fault_at = machine_now();
	snprintf(heard->why, sizeof(heard->why), "%s", why);
	if (heard->hangs_up) {
		gpio_close(heard->line);
		heard->line = NULL;
	}
}

void heard_count(void *ctx, const struct pulse_count *count)
{
	struct heard *heard = ctx;

	heard->counts++;
	heard->count = *count;
	heard->counted_at = machine_now();
}

void heard_listen(struct heard *heard, struct gpio_rig *rig, struct gpio_line *line)
{
	memset(heard, 0, sizeof(*heard));
	heard->rig = rig;
	heard->line = line;
	line->on_edge = edge_heard;
	line->on_fault = fault_heard;
	line->ctx = heard;
}

/* ---- pullers ---- */

static void wait_until(const struct puller *puller, nsec due)
{
	while (machine_now() < due && !puller->stop)
		continue;
}

static void *pull(void *ctx)
{
	struct puller *puller = ctx;

	while (!puller->stop) {
		if (puller->rises < RISES_MOST)
			puller->rise[puller->rises++] = machine_now();
		if (pwrite(puller->file, "pull-up", 7, 0) < 0)
			break;
		wait_until(puller, machine_now() + puller->high);
		if (pwrite(puller->file, "pull-down", 9, 0) < 0)
			break;
		wait_until(puller, machine_now() + puller->low);
		puller->edges += 2;
	}
	return NULL;
}

static void second_processor(bool online)
{
	int file = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return; /* there is only one */
	CU_ASSERT_EQUAL(write(file, online ? "1" : "0", 1), 1);
	close(file);
}

void puller_start(struct puller *puller, const struct rig_chip *chip, int line, nsec high, nsec low)
{
	memset(puller, 0, sizeof(*puller));
	puller->file = rig_pull_file(chip, line);
	puller->high = high;
	puller->low = low;
	second_processor(false);
	pthread_create(&puller->thread, NULL, pull, puller);
}

void puller_stop(struct puller *puller)
{
	puller->stop = true;
	pthread_join(puller->thread, NULL);
	close(puller->file);
	second_processor(true);
}

double puller_frequency(const struct puller *puller, nsec from, long periods, int later)
{
	long first = 0;

	while (first < puller->rises && puller->rise[first] < from)
		first++;
	first += later;
	if (first < 0 || first + periods >= puller->rises)
		return 0;
	return (double)periods / nsec_seconds(puller->rise[first + periods] - puller->rise[first]);
}
