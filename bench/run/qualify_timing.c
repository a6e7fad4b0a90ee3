/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long an instrument takes to answer, port by port, and how late this machine's timers are.
 *
 * A port is timed from the question to the whole answer, in its wire's time, so the bits of both are in it:
 * these are figures to compare later ones with. Nobody has set a limit for them, and none is made up here.
 * What fails is a question that was not answered. A tick is late by what the clock shows when it comes;
 * virtual time is never late, so only real time is looked at.
 */
#include <stdio.h>
#include <stdlib.h>

#include "run/qualify.h"

#define STEP "Timing"
#define TICK MSEC(1)

static int by_size(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

/* The smallest one that so many of a hundred are not above: the nearest rank. */
static double percentile(const struct qualification *q, size_t percent)
{
	size_t rank = (q->samples * percent + 99) / 100;

	return q->sample[rank > 0 ? rank - 1 : 0];
}

/* ---- latency ---- */

static const struct fixture_device *device_of(const struct qualification *q)
{
	return &q->run->plan->fixture->device[q->check[q->next - 1].index];
}

static void latency_is_known(struct qualification *q)
{
	if (q->samples == 0) {
		qualify_fails(q, "none of the questions was answered", "所有询问均无应答");
		return;
	}
	qsort(q->sample, q->samples, sizeof(q->sample[0]), by_size);
	qualify_figure(q, "least", q->sample[0] / 1e6, "ms");
	qualify_figure(q, "median", percentile(q, 50) / 1e6, "ms");
	qualify_figure(q, "greatest", q->sample[q->samples - 1] / 1e6, "ms");
	qualify_figure(q, "unanswered", (double)q->lost, "1");
	phrase_set(&q->found, "%.3f .. %.3f .. %.3f ms (least, median, greatest of %zu)",
		   "%.3f .. %.3f .. %.3f ms(%zu 次的最小、中位、最大值)", q->sample[0] / 1e6,
		   percentile(q, 50) / 1e6, q->sample[q->samples - 1] / 1e6, q->samples);
	if (q->lost)
		qualify_fails(q, "%zu of %d questions were not answered",
			      "%2$d 次询问中有 %1$zu 次无应答", q->lost, LATENCY_ASKED);
	else
		qualify_holds(q);
}

static void ask(struct qualification *q);

static void answered(void *ctx, const uint8_t *bytes, size_t size, const struct error *err)
{
	struct qualification *q = ctx;

	(void)bytes;
	(void)size;
	if (q->over)
		return;
	if (err)
		q->lost++;
	else
		q->sample[q->samples++] =
			(double)(clock_now(q->run->slot->wire_clock) - q->asked_at);
	ask(q);
}

static void ask(struct qualification *q)
{
	const struct fixture_device *device = device_of(q);

	if (q->asked++ == LATENCY_ASKED) {
		latency_is_known(q);
		return;
	}
	q->asked_at = clock_now(q->run->slot->wire_clock);
	exchange_read(&q->exchange, &q->probe, driver_question(&q->probe), device->unit);
	exchange_ask(&q->exchange, q->run->slot->port[device->port].link, answered, q);
}

static void begin_latency(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;
	int port = qualify_check(q)->index;

	for (size_t i = 0; i < fixture->device_count; i++) {
		if (fixture->device[i].port != port || !q->device_is_well[i] ||
		    !driver_question(fixture->device[i].driver))
			continue;
		qualify_check(q)->index = (int)i; /* the one that is asked, from here on */
		q->probe = *fixture->device[i].driver;
		q->probe.retries = 0;
		q->samples = q->lost = q->asked = 0;
		ask(q);
		return;
	}
	qualify_skips(q, "nobody on this port is in order and answers questions",
		      "此端口上没有正常且可应答的仪器");
}

/* ---- jitter ---- */

static void tick(struct qualification *q);

static void next_tick(struct qualification *q)
{
	nsec now = run_now(q->run);

	q->tick += TICK;
	qualify_after(q, q->tick > now ? q->tick - now : 0, tick);
}

static void jitter_is_known(struct qualification *q)
{
	qsort(q->sample, q->samples, sizeof(q->sample[0]), by_size);
	qualify_figure(q, "median", percentile(q, 50) / 1e3, "us");
	qualify_figure(q, "p99", percentile(q, 99) / 1e3, "us");
	qualify_figure(q, "greatest", q->sample[q->samples - 1] / 1e3, "us");
	phrase_set(&q->found, "late by %.0f .. %.0f .. %.0f us (median, p99, greatest)",
		   "延迟 %.0f .. %.0f .. %.0f us(中位、p99、最大值)", percentile(q, 50) / 1e3,
		   percentile(q, 99) / 1e3, q->sample[q->samples - 1] / 1e3);
	qualify_holds(q);
}

static void tick(struct qualification *q)
{
	q->sample[q->samples++] = (double)(run_now(q->run) - q->tick);
	if (q->samples == JITTER_TICKS)
		jitter_is_known(q);
	else
		next_tick(q);
}

static void begin_jitter(struct qualification *q)
{
	if (clock_kind(q->run->clock) != CLOCK_KIND_REAL) {
		qualify_skips(q, "this run does not keep real time, and no other is ever late",
			      "本次运行不用真实时间,而仿真时间从不延迟");
		return;
	}
	q->samples = 0;
	q->tick = run_now(q->run);
	next_tick(q);
}

/* Is there anybody on this port who answers at all? Some only speak by themselves. */
static bool answers_questions(const struct fixture *fixture, size_t port)
{
	for (size_t i = 0; i < fixture->device_count; i++)
		if (fixture->device[i].port == (int)port &&
		    driver_question(fixture->device[i].driver))
			return true;
	return false;
}

void qualify_plan_timing(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;
	struct check *check;

	for (size_t i = 0; i < fixture->port_count; i++) {
		if (!answers_questions(fixture, i))
			continue;
		check = qualify_add(q, begin_latency, (int)i, false, STEP);
		snprintf(check->name, sizeof(check->name), "latency of port %s",
			 fixture->port[i].name);
		snprintf(check->zh, sizeof(check->zh), "端口 %s 的应答时间", fixture->port[i].name);
		phrase_set(&check->expected, "%d questions, all answered", "%d 次询问全部应答",
			   LATENCY_ASKED);
	}
	check = qualify_add(q, begin_jitter, 0, false, STEP);
	snprintf(check->name, sizeof(check->name), "timer jitter");
	snprintf(check->zh, sizeof(check->zh), "定时器抖动");
	phrase_set(&check->expected, "%d ticks of 1 ms", "%d 个 1 ms 周期", JITTER_TICKS);
}
