/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An output is a level. An input is two levels: the raw one that the world drives, and the one that
 * was told; while they differ a timer runs, and a bounce back to the told level stops it.
 *
 * A pulse input has no timer per edge. Its signal is a list of segments of constant frequency and
 * duty, with the phase in periods: the line rises where the phase passes a whole number and falls
 * `duty` later. A segment owns the phases from its start (included) to its end (excluded), and the
 * next one begins with the fraction that is left, so no edge is lost or seen twice at a change.
 * Segments are kept from the beginning of a count; without one there is only the last.
 *
 * At the gate's end the edges of all segments are walked, whole runs of equal periods in one
 * stride. Each edge that is looked at gets a time stamp of whole microseconds, as a kernel would
 * give it.
 */
#include "port/gpio_sim.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "port/pulse_tally.h"

#define FREQUENCY_MOST 500e3

struct segment {
	nsec start;
	double phase;	  /* at start, 0 <= phase < 1 */
	double frequency; /* Hz */
	double duty;	  /* the part of a period that is high */
	bool high;	  /* before the first edge */
};

struct gpio_sim {
	struct gpio_line *line;
	struct bench_clock *clock;
	gpio_sim_set_fn *on_set;
	void *ctx;

	bool raw, told;
	nsec since; /* of `raw` */
	struct timer settle;

	struct segment *segments;
	size_t count;
	nsec gate_end;
	pulse_fn *on_count; /* NULL when no count is running */
	bool lost;	    /* edges, within the gate */
	void *count_ctx;
	struct timer gate;
};

/* ---- edges of a segment ---- */

static double phase_at(const struct segment *segment, nsec time)
{
	return segment->phase + segment->frequency * nsec_seconds(time - segment->start);
}

/* The phase of the next edge at or after `phase`. */
static double next_edge(const struct segment *segment, double phase, bool high)
{
	if (!high)
		return ceil(phase);
	return fmax(phase, floor(phase) + segment->duty);
}

static bool level_at(const struct segment *segment, nsec time)
{
	double end = phase_at(segment, time);
	double phase = segment->phase;
	bool high = segment->high;

	if (ceil(end) - 1 > ceil(phase)) { /* only the last period matters */
		phase = ceil(end) - 1;
		high = false;
	}
	for (;;) {
		phase = next_edge(segment, phase, high);
		if (phase >= end)
			return high;
		high = !high;
	}
}

static nsec stamp(const struct segment *segment, double phase)
{
	double after = (phase - segment->phase) / segment->frequency;

	return (segment->start + llround(after * 1e9) + EDGE_STAMP / 2) / EDGE_STAMP * EDGE_STAMP;
}

static void tally_segment(struct pulse_tally *tally, const struct segment *segment, nsec end_time)
{
	double end = phase_at(segment, end_time);
	double phase = segment->phase;
	bool high = segment->high;
	int rises = 0;

	for (;;) {
		phase = next_edge(segment, phase, high);
		if (phase >= end)
			return;
		high = !high;
		pulse_tally_edge(tally, high, stamp(segment, phase));
		if (!high || ++rises < 2)
			continue;

		double alike = ceil(end) - 1 - phase; /* periods like the one just seen */

		if (alike > 0) {
			phase += alike;
			tally->rises += (long)alike;
			tally->last_rise = stamp(segment, phase);
		}
	}
}

/* ---- counting ---- */

static void gate_ended(void *ctx)
{
	struct gpio_sim *sim = ctx;
	pulse_fn *fn = sim->on_count;
	struct pulse_tally tally = {0};

	for (size_t i = 0; i < sim->count; i++) {
		const struct segment *segment = &sim->segments[i];
		nsec end = i + 1 < sim->count ? segment[1].start : sim->gate_end;

		if (segment->start < sim->gate_end)
			tally_segment(&tally, segment, end < sim->gate_end ? end : sim->gate_end);
	}

	struct pulse_count count =
		pulse_tally_count(&tally, sim->gate_end - sim->segments[0].start, EDGE_STAMP);

	count.lost = sim->lost;
	sim->on_count = NULL;
	fn(sim->count_ctx, &count);
}

/* Begin a segment now that goes on as the last one did. */
static struct segment *segment_begin(struct gpio_sim *sim)
{
	struct segment *last = &sim->segments[sim->count - 1];
	nsec now = clock_now(sim->clock);
	struct segment begun = *last;
	double phase = phase_at(last, now);

	begun.start = now;
	begun.phase = phase - floor(phase);
	begun.high = level_at(last, now);
	if (sim->on_count) {
		sim->count++;
		sim->segments = xrealloc(sim->segments, sim->count * sizeof(begun));
	} else {
		sim->count = 1;
	}
	sim->segments[sim->count - 1] = begun;
	return &sim->segments[sim->count - 1];
}

static int sim_count(void *self, nsec gate, pulse_fn *fn, void *ctx, struct error *err)
{
	struct gpio_sim *sim = self;

	if (sim->on_count)
		return error_set(err, ERROR_USAGE, "%s is being counted already",
				 sim->line->settings.name);

	segment_begin(sim);
	sim->gate_end = clock_now(sim->clock) + gate;
	sim->on_count = fn;
	sim->lost = false;
	sim->count_ctx = ctx;
	timer_start(&sim->gate, sim->clock, sim->gate_end, TIMER_BYTES, gate_ended, sim);
	return 0;
}

/* ---- levels ---- */

static int sim_set(void *self, bool level, struct error *err)
{
	struct gpio_sim *sim = self;

	(void)err;
	if (level == sim->raw)
		return 0;
	sim->raw = sim->told = level;
	if (sim->on_set)
		sim->on_set(sim->ctx, sim->line, level);
	return 0;
}

static bool sim_get(void *self)
{
	struct gpio_sim *sim = self;

	if (sim->line->settings.use == GPIO_USE_PULSE)
		return level_at(&sim->segments[sim->count - 1], clock_now(sim->clock));
	return sim->told;
}

static void settled(void *ctx)
{
	struct gpio_sim *sim = ctx;

	sim->told = sim->raw;
	if (sim->line->on_first)
		sim->line->on_first(sim->line->ctx, sim->told);
	if (sim->line->on_edge)
		sim->line->on_edge(sim->line->ctx, sim->told, sim->since);
}

static void sim_close(void *self)
{
	struct gpio_sim *sim = self;

	timer_stop(&sim->settle);
	timer_stop(&sim->gate);
	free(sim->segments);
	free(sim);
}

static const struct gpio_backend SIM_BACKEND = {
	.set = sim_set,
	.get = sim_get,
	.count = sim_count,
	.close = sim_close,
};

static struct gpio_sim *sim_of(struct gpio_line *line, enum gpio_use use)
{
	assert(line->backend == &SIM_BACKEND && line->settings.use == use);
	(void)use;
	return line->self;
}

struct gpio_line *gpio_sim_new(struct bench_clock *clock, const struct gpio_settings *settings,
			       gpio_sim_set_fn *on_set, void *ctx)
{
	struct gpio_line *line = xcalloc(1, sizeof(*line));
	struct gpio_sim *sim = xcalloc(1, sizeof(*sim));

	*sim = (struct gpio_sim){
		.line = line,
		.clock = clock,
		.on_set = on_set,
		.ctx = ctx,
		.raw = settings->level,
		.told = settings->level,
		.segments = xcalloc(1, sizeof(struct segment)),
		.count = 1,
	};
	sim->segments[0].start = clock_now(clock);
	*line = (struct gpio_line){
		.settings = *settings,
		.backend = &SIM_BACKEND,
		.self = sim,
	};
	return line;
}

void gpio_sim_drive(struct gpio_line *line, bool level)
{
	struct gpio_sim *sim = sim_of(line, GPIO_USE_INPUT);
	nsec now = clock_now(sim->clock);

	if (level == sim->raw)
		return;
	sim->raw = level;
	sim->since = now;
	if (level == sim->told)
		timer_stop(&sim->settle);
	else
		timer_start(&sim->settle, sim->clock, now + line->settings.debounce, TIMER_BYTES,
			    settled, sim);
}

void gpio_sim_pulse(struct gpio_line *line, double frequency, double high)
{
	struct gpio_sim *sim = sim_of(line, GPIO_USE_PULSE);
	struct segment *segment = segment_begin(sim);
	double shortest = nsec_seconds(EDGE_STAMP);

	segment->frequency = frequency > 0 ? fmin(frequency, FREQUENCY_MOST) : 0;
	segment->duty = 0.5;
	if (high > 0 && segment->frequency > 0) {
		double longest = 1 / segment->frequency - shortest;

		segment->duty = fmin(fmax(high, shortest), longest) * segment->frequency;
	}
}

void gpio_sim_fail(struct gpio_line *line, const char *why)
{
	assert(line->backend == &SIM_BACKEND);
	if (line->on_fault)
		line->on_fault(line->ctx, why);
}

void gpio_sim_lose(struct gpio_line *line)
{
	sim_of(line, GPIO_USE_PULSE)->lost = true;
}
