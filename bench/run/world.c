/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller's side of a world.
 *
 * The world steps a fixed grid; between two steps nothing changes, so the clock may move freely up to
 * the next step without a message. To go past it, the world is sent ADVANCE with the time the clock
 * wants; it answers with the time it reached: the last step at or before that, or the step of its first
 * edge. An edge moves the clock to its own instant before the lines are told. A pulse line is only
 * counted and nobody waits for it, so the world does not stop for one: it tells in one answer what such
 * lines did on the way, and the clock is led through those instants one by one.
 *
 * What a device says by itself stops the world like an edge, since somebody may wait for it.
 *
 * A world is a script's: whatever it says, the clock never goes past what was asked, nor past a timer.
 *
 * The peer holds the clock while the world owes a turn, which is what keeps the order of everything
 * that happens in one instant the same in every rehearsal.
 */
#include "run/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/peer.h"

#define TICK_LEAST MSEC(1) /* of real time */

struct open_ask {
	struct open_ask *next;
	uint32_t id;
	world_answer_fn *fn;
	void *ctx;
};

struct world {
	struct peer *peer;
	struct bench_clock *clock;
	struct world_handlers handlers;
	void *ctx;
	nsec grid;
	nsec born; /* a slot that was opened anew has a world that catches up: what it says of before is old */
	nsec reached; /* its latest step */
	nsec asked;   /* how far it was told to go */
	bool started;
	bool ended;
	bool owes_out; /* it was started or told to go on, and has not said how far it came */
	bool halted; /* real and scaled time: it stopped on the way, and has been nearer than before */
	uint32_t next_ask;
	struct open_ask *asks;
	struct timer tick; /* real and scaled time */
};

static void send_advance(struct world *world, nsec to)
{
	struct value *payload = value_map();

	world->asked = to;
	world->owes_out = true;
	value_set_int(payload, "to", to);
	peer_add(world->peer, FRAME_ADVANCE, 0, payload);
	peer_flush(world->peer);
	value_free(payload);
}

/* Virtual time: may the clock move to `deadline`? */
static nsec jump(void *ctx, nsec deadline)
{
	struct world *world = ctx;

	if (world->ended || deadline < world->reached + world->grid)
		return deadline;
	if (peer_owes(world->peer))
		return NSEC_NEVER;
	send_advance(world, deadline);
	return NSEC_NEVER;
}

/* The next step, but where time is scaled not so soon that the machine only ever talks of steps. */
static nsec next_tick(const struct world *world, nsec now)
{
	nsec step = now - now % world->grid + world->grid;
	nsec soonest = clock_at(world->clock, clock_machine(world->clock, now) + TICK_LEAST);

	return step > soonest ? step : soonest;
}

static void tick(void *ctx)
{
	struct world *world = ctx;
	nsec now = clock_now(world->clock);

	if (world->ended)
		return;
	/* a world that is still busy is told the time again at the next step */
	if (!peer_owes(world->peer))
		send_advance(world, now);
	timer_start(&world->tick, world->clock, next_tick(world, now), TIMER_BYTES, tick, world);
}

static void end(struct world *world, const char *why)
{
	if (world->ended)
		return;
	world->ended = true;
	timer_stop(&world->tick);
	world->handlers.ended(world->ctx, why);
}

static void failed(struct world *world, const char *text)
{
	char why[400];

	snprintf(why, sizeof(why), "failed: %.380s", text ? text : "it does not say why");
	end(world, why);
}

static void move_clock(struct world *world, nsec to)
{
	if (clock_kind(world->clock) == CLOCK_KIND_VIRTUAL && to > clock_now(world->clock) &&
	    to <= clock_next(world->clock))
		clock_move(world->clock, to);
}

static void take_lines(struct world *world, nsec time, const struct value *lines)
{
	if (value_count(lines) == 0)
		return;
	move_clock(world, time);
	world->handlers.lines(world->ctx, lines);
}

static void take_streams(struct world *world, nsec time, const struct value *streams)
{
	if (value_count(streams) == 0 || time < world->born)
		return;
	move_clock(world, time);
	world->handlers.streams(world->ctx, streams);
}

/* The first turn is over: from here on the world keeps step with the clock. */
static void start(struct world *world)
{
	world->started = true;
	if (clock_kind(world->clock) != CLOCK_KIND_VIRTUAL)
		timer_start(&world->tick, world->clock, clock_now(world->clock) + world->grid,
			    TIMER_BYTES, tick, world);
	world->handlers.ready(world->ctx);
}

static void take_out(struct world *world, const struct frame *frame)
{
	nsec reached = value_get_int(frame->payload, "reached", 0);
	const struct value *pulses = value_get(frame->payload, "pulses");
	const struct value *lines = value_get(frame->payload, "lines");
	const struct value *streams = value_get(frame->payload, "streams");
	bool stands = world->started && reached <= world->reached;

	world->owes_out = false;
	for (size_t i = 0; i < value_count(pulses); i++) {
		const struct value *pulse = value_at(pulses, i);
		nsec time = value_get_int(pulse, "t", 0);

		if (time <= reached)
			take_lines(world, time, value_get(pulse, "lines"));
	}
	if (reached > world->asked)
		reached = world->asked;
	world->halted = reached > world->reached && reached + world->grid <= world->asked;
	if (reached > world->reached)
		world->reached = reached;
	if (stands && reached + world->grid <= world->asked) {
		end(world, "did not go on when it was told to");
		return;
	}
	if (value_count(pulses) == 0 && value_count(lines) == 0 && value_count(streams) == 0 &&
	    reached + world->grid <= world->asked) {
		end(world, "stopped between two steps, and nothing had changed");
	} else {
		take_lines(world, reached, lines);
		take_streams(world, reached, streams);
	}
	if (!world->started && !world->ended)
		start(world);
}

static void take_answer(struct world *world, const struct frame *frame)
{
	for (struct open_ask **place = &world->asks; *place; place = &(*place)->next) {
		struct open_ask *ask = *place;

		if (ask->id != frame->request)
			continue;
		*place = ask->next;
		ask->fn(ask->ctx, frame->payload);
		free(ask);
		return;
	}
}

static void take_frame(void *ctx, const struct frame *frame)
{
	struct world *world = ctx;

	switch (frame->type) {
	case FRAME_OUT:
		take_out(world, frame);
		break;
	case FRAME_ANSWER:
		take_answer(world, frame);
		break;
	case FRAME_FAILED:
		failed(world, value_get_text(frame->payload, "text"));
		break;
	default:
		break;
	}
}

/*
 * A world that keeps silent would be told to go on again and again, while time stands still. A clock
 * that runs by itself does not wait: a world that stopped for an edge goes on at once.
 */
static void peer_idle(void *ctx)
{
	struct world *world = ctx;

	if (world->owes_out)
		end(world, "took its turn and did not say how far it came");
	if (!world->halted || world->ended || clock_kind(world->clock) == CLOCK_KIND_VIRTUAL)
		return;
	world->halted = false;
	send_advance(world, clock_now(world->clock));
}

static void peer_ended(void *ctx, const char *why)
{
	end(ctx, why);
}

struct world *world_start(struct loop *loop, struct bench_clock *clock, const char *program,
			  int cpu, nsec grid, const struct value *start,
			  const struct source_file *sources, size_t source_count,
			  const struct world_handlers *handlers, void *ctx, struct error *err)
{
	static const struct peer_handlers PEER = {take_frame, peer_idle, peer_ended};
	struct world *world = xcalloc(1, sizeof(*world));
	char *argv[] = {(char *)program, NULL};

	world->clock = clock;
	world->handlers = *handlers;
	world->ctx = ctx;
	world->grid = grid;
	world->owes_out = true;
	world->born = clock_now(clock);
	world->peer = peer_start(loop, clock, argv, cpu, &PEER, world, err);
	if (!world->peer) {
		free(world);
		return NULL;
	}
	for (size_t i = 0; i < source_count; i++)
		peer_add_source(world->peer, sources[i].name, sources[i].text, sources[i].size);
	peer_add(world->peer, FRAME_START, 0, start);
	peer_flush(world->peer);
	clock_on_jump(clock, jump, world);
	return world;
}

void world_set_line(struct world *world, const char *name, bool level)
{
	struct value *payload;

	if (world->ended)
		return;
	payload = value_map();
	value_set_bool(value_set(payload, "lines", value_map()), name, level);
	peer_add(world->peer, FRAME_LINES, 0, payload);
	peer_flush(world->peer);
	value_free(payload);
}

void world_ask(struct world *world, const char *device, struct value *what, world_answer_fn *fn,
	       void *ctx)
{
	struct open_ask *ask;

	if (!world->ended) {
		ask = xcalloc(1, sizeof(*ask));
		*ask = (struct open_ask){world->asks, ++world->next_ask, fn, ctx};
		world->asks = ask;
		value_set_text(what, "device", device);
		peer_add(world->peer, FRAME_ASK, ask->id, what);
		peer_flush(world->peer);
	}
	value_free(what);
}

static double number_of(const struct value *value)
{
	if (!value)
		return 0;
	return value->kind == VALUE_INT ? (double)value->integer
					: (value->kind == VALUE_REAL ? value->real : 0);
}

void world_pulses(const struct value *level, double *frequency, double *high)
{
	bool both = level->kind == VALUE_LIST;

	*frequency = number_of(both ? value_at(level, 0) : level);
	*high = both ? number_of(value_at(level, 1)) : 0;
}

void world_forget(struct world *world, void *ctx)
{
	struct open_ask **place = &world->asks;

	while (*place) {
		struct open_ask *ask = *place;

		if (ask->ctx != ctx) {
			place = &ask->next;
			continue;
		}
		*place = ask->next;
		free(ask);
	}
}

nsec world_lag(const struct world *world)
{
	nsec lag = clock_now(world->clock) - world->reached;

	return lag > world->grid ? lag - world->grid : 0;
}

int world_pid(const struct world *world)
{
	return (int)peer_pid(world->peer);
}

void world_free(struct world *world)
{
	if (!world)
		return;
	clock_on_jump(world->clock, NULL, NULL);
	timer_stop(&world->tick);
	peer_free(world->peer);
	while (world->asks) {
		struct open_ask *ask = world->asks;

		world->asks = ask->next;
		free(ask);
	}
	free(world);
}
