/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inputs: one request per wire, and any number of listeners, each with its own clock, polarity and purpose.
 * Edges come with the kernel's stamp of CLOCK_MONOTONIC and are told in bench time.
 *
 * Debounce is ours, although the kernel has one: an edge counts when its level lasted, and its time is when
 * the level began. The kernel's stamps the end of its wait, and a response time measured with it would be
 * too long by the debounce and what the kernel's timers add to it: in the rig (tests/rig/test_gpio_debounce.c)
 * edges that were debounced by 20 ms were stamped 20 to 24 ms late by the kernel and 0.3 to 1.2 ms late by us,
 * with either library; the latter is how long a pull takes there.
 *
 * A timer is set for the instant at which the level will have lasted; when it fires, edges that wait are taken
 * first, since one of them may have ended the level. The decision is made on stamps alone, so that a late
 * loop tells late but tells the same.
 *
 * Before an edge is told to one of its listeners, each that will be told it by the same look at the wire has
 * its `on_first`: an emergency stop that many slots share must not wait for what each makes of it.
 *
 * A pulse input is listened to while a count is running and left alone otherwise, so that a fast signal
 * costs nothing between gates.
 *
 * Edges are taken in small portions: a flood has its turn and everybody else has theirs. What the kernel had
 * to drop it says (gpio_v1.c, gpio_v2.c). Besides, it reads a line's level only when it comes to
 * handle an edge, so two edges in quick succession are seen as one edge that changes nothing. That is a
 * lost pair to a count, and to a contact without debounce; to one with debounce it is a bounce like any
 * other. An even number of edges that passed before the kernel looked leaves no trace at all, here as
 * anywhere.
 *
 * Resolution of a count: its stamps are whole when the kernel was quick, and late by as much as interrupts
 * were late. What they are worth shows in the periods themselves, so that half their spread counts as the
 * stamp's uncertainty where that is more than a microsecond.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "port/gpio_parts.h"

enum { READS_PER_TURN = 4, READS_AT_ONCE = 64 };

/* ---- who listens ---- */

static bool is_pulse(const struct real_line *line)
{
	return line->line->settings.use == GPIO_USE_PULSE;
}

/* Edges are waited for while somebody wants to hear them. */
static void watch_anew(struct input *input)
{
	bool wanted = false;
	struct error ignored;

	for (struct real_line *line = input->listeners; line; line = line->next_listener)
		if (!line->dead && (!is_pulse(line) || line->on_count))
			wanted = true;
	if (input->watch && wanted != input->watching)
		loop_rewatch(input->watch, wanted ? EPOLLIN : 0, &ignored);
	input->watching = wanted;
}

static void input_free(struct input *input)
{
	struct input **place = &input->bank->inputs;

	while (*place != input)
		place = &(*place)->next;
	*place = input->next;
	loop_unwatch(input->watch);
	gpio_request_close(input->request);
	bank_chip_leave(input->bank, input->chip);
	free(input);
}

/* Nobody is being told any more: what was closed meanwhile goes. */
static void rest(struct input *input)
{
	struct real_line **place = &input->listeners;

	if (--input->busy > 0)
		return;
	while (*place) {
		struct real_line *line = *place;

		if (!line->dead) {
			place = &line->next_listener;
			continue;
		}
		*place = line->next_listener;
		free(line);
	}
	if (input->listeners)
		watch_anew(input);
	else
		input_free(input);
}

void input_leave(struct real_line *line)
{
	struct input *input = line->input;

	timer_stop(&line->settle);
	timer_stop(&line->gate);
	line->dead = true;
	input->busy++;
	rest(input);
}

/* ---- contacts ---- */

static void tell(struct real_line *line)
{
	timer_stop(&line->settle);
	line->told = line->raw;
	if (line->line->on_edge)
		line->line->on_edge(line->line->ctx, line->told, line->since);
}

/* It is about to be told this, and so may others be before it has its turn. */
static void tell_first(struct real_line *line, bool level)
{
	if (line->line->on_first && !line->dead && !is_pulse(line) && level != line->told)
		line->line->on_first(line->line->ctx, level);
}

static void settled(void *ctx);

static void settle_later(struct real_line *line)
{
	timer_start(&line->settle, line->clock, line->since + line->line->settings.debounce,
		    TIMER_BYTES, settled, line);
}

/* The level is this since `time`; the same level as before came back after a bounce. */
static void contact_edge(struct real_line *line, bool level, nsec time)
{
	nsec debounce = line->line->settings.debounce;

	if (line->raw != line->told && time - line->since >= debounce)
		tell(line);
	if (line->dead)
		return;
	line->raw = level;
	line->since = time;
	if (level == line->told)
		timer_stop(&line->settle);
	else if (debounce == 0)
		tell(line);
	else
		settle_later(line);
}

static void contact_fault(struct real_line *line)
{
	if (line->line->on_fault)
		line->line->on_fault(
			line->line->ctx,
			"edges came faster than they could be taken, and some are lost");
}

/* ---- edges ---- */

static void listener_edge(struct real_line *line, const struct gpio_raw_edge *edge, bool skipped)
{
	bool level = edge->high != line->active_low;

	if (!is_pulse(line)) {
		contact_edge(line, level, clock_at(line->clock, edge->machine));
		if (!line->dead && (edge->lost || (skipped && line->line->settings.debounce == 0)))
			contact_fault(line);
		return;
	}
	if (!line->on_count)
		return;
	if (edge->machine < line->gate_start)
		return; /* what was lost with it lies before the first edge of the gate */
	if (edge->lost || skipped)
		line->lost = true;
	if (edge->machine < line->gate_end)
		pulse_tally_edge(&line->tally, level, edge->machine);
}

static void deliver(struct input *input, const struct gpio_raw_edge *edge)
{
	bool skipped = input->certain && edge->high == input->high && !edge->lost;

	input->high = edge->high;
	input->certain = !edge->lost;
	for (struct real_line *line = input->listeners; line; line = line->next_listener)
		if (line->line->settings.debounce == 0)
			tell_first(line, edge->high != line->active_low);
	for (struct real_line *line = input->listeners; line; line = line->next_listener)
		if (!line->dead)
			listener_edge(line, edge, skipped);
}

/* After a loss nothing is known but what can be read. */
static void look_again(struct input *input)
{
	int high = gpio_request_get(input->request);

	for (struct real_line *line = input->listeners; line && high >= 0;
	     line = line->next_listener) {
		bool level = (high > 0) != line->active_low;

		if (!line->dead && !is_pulse(line) && level != line->raw)
			contact_edge(line, level, clock_now(line->clock));
	}
}

/* Take the edges that wait, a bounded number; -1 when the line cannot be read any more. */
static int take(struct input *input, int reads)
{
	struct gpio_raw_edge edges[GPIO_EDGES];
	bool lost = false;
	int count = 1;

	for (; reads > 0 && count > 0; reads--) {
		count = gpio_request_read(input->request, edges);
		for (int i = 0; i < count; i++) {
			lost = lost || edges[i].lost;
			deliver(input, &edges[i]);
		}
	}
	if (lost)
		look_again(input);
	return count < 0 ? -1 : 0;
}

static void ready(void *ctx, uint32_t events)
{
	struct input *input = ctx;
	struct gpio_bank *bank = input->bank;

	input->busy++;
	if (take(input, READS_PER_TURN) < 0 || (events & (EPOLLHUP | EPOLLERR))) {
		input->chip->gone = true;
		loop_unwatch(input->watch);
		input->watch = NULL;
	}
	rest(input);
	bank_tell_gone(bank);
}

static bool has_settled(const struct real_line *line)
{
	return !line->dead && line->raw != line->told &&
	       clock_now(line->clock) >= line->since + line->line->settings.debounce;
}

static void settled(void *ctx)
{
	struct real_line *line = ctx;
	struct input *input = line->input;

	input->busy++;
	take(input, READS_PER_TURN);
	for (struct real_line *other = input->listeners; other; other = other->next_listener)
		if (has_settled(other))
			tell_first(other, other->raw);
	if (has_settled(line))
		tell(line);
	rest(input);
}

/* ---- counting ---- */

static void gate_ended(void *ctx)
{
	struct real_line *line = ctx;
	struct input *input = line->input;
	struct pulse_count count;
	pulse_fn *fn;
	nsec spread;

	input->busy++;
	if (take(input, READS_AT_ONCE) < 0)
		line->lost = true;
	if (line->dead) {
		rest(input);
		return;
	}
	spread = line->tally.longest_period - line->tally.shortest_period;
	count = pulse_tally_count(&line->tally, line->gate_end - line->gate_start,
				  spread / 2 > EDGE_STAMP ? spread / 2 : EDGE_STAMP);
	count.lost = line->lost || line->chip->gone;
	fn = line->on_count;
	line->on_count = NULL;
	fn(line->count_ctx, &count);
	rest(input);
}

int input_count(struct real_line *line, nsec gate, pulse_fn *fn, void *ctx, struct error *err)
{
	nsec now;

	if (line->on_count)
		return error_set(err, ERROR_USAGE, "%s is being counted already",
				 line->line->settings.name);

	line->input->busy++;
	take(line->input, READS_AT_ONCE); /* what was before the gate */
	if (line->dead) {
		rest(line->input);
		return error_set(err, ERROR_USAGE, "the line was closed by whom it told");
	}
	now = clock_now(line->clock);
	line->on_count = fn;
	line->count_ctx = ctx;
	line->tally = (struct pulse_tally){0};
	line->lost = false;
	line->gate_start = clock_machine(line->clock, now);
	line->gate_end = clock_machine(line->clock, now + gate);
	timer_start(&line->gate, line->clock, now + gate, TIMER_BYTES, gate_ended, line);
	rest(line->input);
	return 0;
}

/* ---- opening ---- */

static struct input *input_open(struct real_line *line, const struct gpio_wire *wire,
				struct error *err)
{
	struct gpio_want want = gpio_want_of(wire, line->offset);
	struct gpio_request *request = gpio_request_input(line->chip->chip, &want, "davy");
	struct input *input;

	if (!request) {
		gpio_refused(line->chip->chip, &want, 1, &wire, err);
		return NULL;
	}
	input = xcalloc(1, sizeof(*input));
	*input = (struct input){
		.next = line->bank->inputs,
		.bank = line->bank,
		.chip = line->chip,
		.offset = line->offset,
		.bias = wire->bias,
		.request = request,
	};
	line->bank->inputs = input;
	line->chip->users++;
	input->watch = loop_watch(line->bank->loop, gpio_request_fd(request), 0, ready, input, err);
	if (input->watch)
		return input;
	error_context(err, "%s", wire->settings.name);
	input_free(input);
	return NULL;
}

int input_join(struct real_line *line, const struct gpio_wire *wire, struct error *err)
{
	struct input *input = line->bank->inputs;
	char text[160];
	int high;

	while (input && (input->chip != line->chip || input->offset != line->offset))
		input = input->next;
	if (input && input->bias != wire->bias)
		return error_set(err, ERROR_USAGE,
				 "%s: %s has another user, who wants another bias",
				 wire->settings.name, real_line_text(line, text));
	if (!input)
		input = input_open(line, wire, err);
	if (!input)
		return -1;

	line->input = input;
	line->next_listener = input->listeners;
	input->listeners = line;
	watch_anew(input);
	high = gpio_request_get(input->request);
	if (high < 0)
		return error_os(err, "%s: %s cannot be read", wire->settings.name,
				real_line_text(line, text));
	line->raw = (high > 0) != line->active_low;
	line->since = clock_now(line->clock);
	if (!is_pulse(line) && line->raw != line->told)
		settle_later(line);
	return 0;
}
