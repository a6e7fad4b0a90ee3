/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk.
 *
 * A job is a batch of runs (run/batch.h) and who watches it. A client is a connection; it may watch one
 * job. The two part easily: a client that goes away leaves its job running, unless it operated it by hand, and
 * a job that ends tells its client, if there still is one, and is gone. What is to be freed is freed from a timer,
 * never from inside its own callback.
 */
#include "run/desk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/strain.h"
#include "port/gpio_bank.h"
#include "run/batch.h"
#include "run/calendar.h"
#include "run/desk_inside.h"
#include "run/disk_room.h"
#include "run/gas_ledger.h"
#include "run/guardian.h"
#include "run/leftovers.h"
#include "run/records.h"

#define IDLE_PATIENCE MSEC(500)

static void sweep(void *ctx);

void desk_sweep_soon(struct desk *desk)
{
	if (!timer_armed(&desk->sweep))
		timer_start(&desk->sweep, loop_real_clock(desk->loop), 0, TIMER_WAIT, sweep, desk);
}

/* ---- jobs ---- */

static void job_event(void *ctx, const struct value *event)
{
	struct job *job = ctx;
	const char *name = value_get_text(event, "event");

	client_tell(job->client, event);
	clients_overhear(job->desk, event);
	if (!strcmp(name, "started") || !strcmp(name, "verdict"))
		desk_sweep_soon(job->desk); /* a loader or a run may go */
}

static void job_over(void *ctx)
{
	struct job *job = ctx;

	if (job->client)
		job->client->job = NULL;
	job->client = NULL;
	desk_sweep_soon(job->desk);
}

static bool slot_is_free(const struct desk *desk, int slot)
{
	for (const struct job *job = desk->jobs; job; job = job->next)
		if (batch_has_slot(job->batch, slot))
			return false;
	return true;
}

static int choose_slot(const struct desk *desk, struct order *order, struct error *err)
{
	if (order->slot && !slot_is_free(desk, order->slot))
		return error_set(err, ERROR_REFUSED, "slot %d is busy with another run",
				 order->slot);
	for (int slot = 1; !order->slot && slot <= SLOTS_MOST; slot++)
		if (slot_is_free(desk, slot))
			order->slot = slot;
	if (!order->slot)
		return error_set(err, ERROR_REFUSED, "all %d slots are busy", SLOTS_MOST);
	return 0;
}

static bool has_slot(struct order *const *orders, size_t count, int slot)
{
	for (size_t i = 0; i < count; i++)
		if (orders[i]->slot == slot)
			return true;
	return false;
}

/* Several orders name their slots, and each another. */
static int read_orders(const struct desk *desk, const struct value *list, struct order **orders,
		       struct error *err)
{
	size_t count = value_count(list);

	for (size_t i = 0; i < count; i++) {
		orders[i] = order_from_value(value_at(list, i), err);
		if (!orders[i])
			return -1;
		if (count > 1 && has_slot(orders, i, orders[i]->slot))
			return error_set(err, ERROR_USAGE, "slot %d was ordered twice",
					 orders[i]->slot);
		if (count > 1 && !orders[i]->slot)
			return error_set(err, ERROR_USAGE, "several orders each name their slot");
		if (choose_slot(desk, orders[i], err) < 0)
			return -1;
	}
	return 0;
}

/* A controller that kills itself takes every run with it: it has no other. */
static int check_alone(const struct desk *desk, struct order *const *orders, size_t count,
		       struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (orders[i]->pulls && (desk->jobs || count > 1))
			return error_set(err, ERROR_REFUSED,
					 "the controller has other runs, and would take them with "
					 "it");
	for (const struct job *job = desk->jobs; job; job = job->next)
		if (batch_pulls(job->batch))
			return error_set(err, ERROR_REFUSED,
					 "this controller is about to be killed, in a "
					 "qualification: order again when it is over");
	return 0;
}

/*
 * Evidence has a date, and is kept to its end. A bench without either can be operated and qualified, and played.
 */
static int check_evidence(const struct desk *desk, struct order *const *orders, size_t count,
			  struct error *err)
{
	uint64_t runs = 0;

	for (size_t i = 0; i < count; i++)
		runs += !orders[i]->simulated && order_needs_protocol(orders[i]);
	if (runs == 0)
		return 0;
	return calendar_check(desk->state, err) < 0
		       ? -1
		       : disk_room_check(desk->state, runs * DISK_ROOM_LEAST, err);
}

static void begin_job(struct client *client, struct order *const *orders, size_t count)
{
	static const struct batch_handlers HANDLERS = {job_event, job_over};
	struct desk *desk = client->desk;
	struct run_place place = {
		.loop = desk->loop,
		.writer = desk->writer,
		.program = desk->program,
		.state = desk->state,
		.cpu = -1,
		.consumed = desk->consumed,
		.hazards = desk->hazards,
		.resources = desk->resources,
		.gases = desk->gases,
		.bank = desk->bank,
		.guardian = desk->guardian,
		.records = desk->records,
	};
	struct job *job = xcalloc(1, sizeof(*job));

	job->desk = desk;
	job->client = client;
	job->next = desk->jobs;
	desk->jobs = job;
	client->job = job;
	job->batch = batch_start(&place, orders, count, &HANDLERS, job);
}

static int check_may_order(const struct client *client, const struct value *list, struct error *err)
{
	if (client->desk->closing)
		return error_set(err, ERROR_REFUSED, "the controller is stopping");
	if (client->job)
		return error_set(err, ERROR_REFUSED, "this connection has a run already");
	if (value_count(list) < 1 || value_count(list) > SLOTS_MOST)
		return error_set(err, ERROR_USAGE, "between 1 and %d runs can be ordered at once",
				 SLOTS_MOST);
	return 0;
}

static void start_job(struct client *client, const struct value *request)
{
	struct order *orders[SLOTS_MOST] = {0};
	struct value *list = value_list();
	const struct value *many = value_get(request, "orders");
	struct error err;

	if (!many)
		value_add(list, value_copy(value_get(request, "order")));
	many = many ? many : list;
	if (check_may_order(client, many, &err) == 0 &&
	    read_orders(client->desk, many, orders, &err) == 0 &&
	    check_alone(client->desk, orders, value_count(many), &err) == 0 &&
	    check_evidence(client->desk, orders, value_count(many), &err) == 0) {
		begin_job(client, orders, value_count(many));
	} else {
		client_refuse(client, &err);
		for (size_t i = 0; i < SLOTS_MOST; i++)
			order_free(orders[i]);
	}
	value_free(list);
}

/* ---- requests ---- */

static void tell_status(struct client *client)
{
	struct value *event = value_map();
	struct value *runs;

	value_set_text(event, "event", "status");
	runs = value_set(event, "runs", value_list());
	for (struct job *job = client->desk->jobs; job; job = job->next)
		batch_describe(job->batch, runs);
	resources_describe(client->desk->resources, value_set(event, "resources", value_list()));
	client_tell(client, event);
	value_free(event);
}

/* `davy safe`: what drives wires is tripped; the client hears when all of it has let go of them. */
static void make_safe(struct client *client)
{
	struct value *event = value_map();
	size_t count = 0;

	for (struct job *job = client->desk->jobs; job; job = job->next)
		count += batch_make_safe(job->batch, "davy safe was called");
	value_set_text(event, "event", "safe");
	value_set_int(event, "runs", (int64_t)count);
	client_tell(client, event);
	value_free(event);
	client->awaits_safe = true;
	desk_sweep_soon(client->desk);
}

static void tell_made_safe(struct desk *desk)
{
	struct value *event;

	for (struct job *job = desk->jobs; job; job = job->next)
		if (batch_has_wires(job->batch))
			return;
	event = value_map();
	value_set_text(event, "event", "made_safe");
	for (struct client *client = desk->clients; client; client = client->next) {
		if (client->awaits_safe)
			client_tell(client, event);
		client->awaits_safe = false;
	}
	value_free(event);
}

static void tell_recorded(struct client *client, const char *name, const struct value *what,
			  const struct error *err)
{
	struct value *event;

	if (err) {
		client_refuse(client, err);
		return;
	}
	event = value_copy(what);
	value_set_text(event, "event", name);
	client_tell(client, event);
	value_free(event);
}

static void appended(void *ctx, const struct value *what, const struct error *err)
{
	tell_recorded(ctx, "appended", what, err);
}

static void tell_register(void *ctx, const struct value *what, const struct error *err)
{
	tell_recorded(ctx, "register", what, err);
}

static void tell_outbox(void *ctx, const struct value *what, const struct error *err)
{
	tell_recorded(ctx, "outbox", what, err);
}

static bool is_on(const struct desk *desk, const char *run)
{
	for (const struct job *job = desk->jobs; job; job = job->next)
		if (batch_has_run(job->batch, run))
			return true;
	return false;
}

/* A run that stands interrupted is given up. */
static void end_interrupted(struct client *client, const struct value *request)
{
	const char *run = value_get_text(request, "run");
	const char *why = value_get_text(request, "why");
	char *folder;
	struct error err;

	if (!run || !*run || *run == '.' || strchr(run, '/') || !why || !*why)
		error_set(&err, ERROR_USAGE, "whoever ends a run names it, and says why");
	else if (is_on(client->desk, run))
		error_set(&err, ERROR_REFUSED, "%s is on: it is stopped, and not given up", run);
	else {
		folder = xprintf("%s/runs/%s", client->desk->state, run);
		records_end(client->desk->records, folder, why, appended, client);
		free(folder);
		return;
	}
	client_refuse(client, &err);
}

static void append(struct client *client, const struct value *record)
{
	struct error err;

	if (record) {
		records_append(client->desk->records, record, appended, client);
		return;
	}
	error_set(&err, ERROR_USAGE, "there is no record to append");
	client_refuse(client, &err);
}

static void listen_in(struct client *client)
{
	struct value *event = value_map();

	value_set_text(event, "event", "listening");
	client_tell(client, event);
	value_free(event);
	client->listens = true;
}

static void photograph(struct client *client, const struct value *request)
{
	const char *from = value_get_text(request, "from"), *text = value_get_text(request, "text");
	struct run_photo photo = {value_get_text(request, "photo"), from ? from : "file"};

	if (client->job)
		batch_photograph(client->job->batch, (int)value_get_int(request, "slot", 0),
				 (uint32_t)value_get_int(request, "id", 0), &photo,
				 text ? text : "");
}

void desk_take_request(struct client *client, const struct value *request)
{
	const char *what = value_get_text(request, "do");
	const char *why = value_get_text(request, "why");
	const char *text = value_get_text(request, "text");
	int slot = (int)value_get_int(request, "slot", 0);
	struct error err;

	if (what && !strcmp(what, "run")) {
		start_job(client, request);
	} else if (what && !strcmp(what, "status")) {
		tell_status(client);
	} else if (what && !strcmp(what, "listen")) {
		listen_in(client);
	} else if (what && !strcmp(what, "safe")) {
		make_safe(client);
	} else if (what && !strcmp(what, "append")) {
		append(client, value_get(request, "record"));
	} else if (what && !strcmp(what, "end")) {
		end_interrupted(client, request);
	} else if (what && !strcmp(what, "register")) {
		records_register(client->desk->records, tell_register, client);
	} else if (what && !strcmp(what, "outbox")) {
		records_outbox(client->desk->records, value_get(request, "ask"), tell_outbox,
			       client);
	} else if (what && !strcmp(what, "stop")) {
		if (client->job)
			batch_stop(client->job->batch, slot, why ? why : "stopped by the operator");
	} else if (what && !strcmp(what, "operate")) {
		if (client->job)
			batch_operate(client->job->batch, text ? text : "");
	} else if (what && !strcmp(what, "answer") && value_get_text(request, "photo")) {
		photograph(client, request);
	} else if (what && !strcmp(what, "answer")) {
		if (client->job)
			batch_answer(client->job->batch, slot,
				     (uint32_t)value_get_int(request, "id", 0), text ? text : "",
				     value_get_text(request, "reader"));
	} else {
		error_set(&err, ERROR_USAGE, "the controller does not know '%s'", what ? what : "");
		client_refuse(client, &err);
	}
}

/* ---- tidying ---- */

static void job_free(struct job *job)
{
	batch_free(job->batch);
	free(job);
}

static void leave(void *ctx);

static void leave_in_a_while(struct desk *desk)
{
	struct bench_clock *clock = loop_real_clock(desk->loop);

	timer_start(&desk->idle, clock, clock_now(clock) + IDLE_PATIENCE, TIMER_WAIT, leave, desk);
}

static void leave(void *ctx)
{
	struct desk *desk = ctx;

	if (desk->clients || desk->jobs)
		return;
	if (records_making_up(desk->records))
		leave_in_a_while(desk);
	else
		loop_quit(desk->loop);
}

static void sweep(void *ctx)
{
	struct desk *desk = ctx;

	for (struct client **place = &desk->clients; *place;) {
		struct client *client = *place;

		if (!client->gone) {
			place = &client->next;
			continue;
		}
		*place = client->next;
		client_free(client);
	}
	for (struct job **place = &desk->jobs; *place;) {
		struct job *job = *place;

		if (!job->client)
			batch_left_alone(job->batch);
		if (!batch_is_over(job->batch)) {
			batch_tidy(job->batch);
			place = &job->next;
			continue;
		}
		*place = job->next;
		job_free(job);
	}
	tell_made_safe(desk);
	if (desk->closing && !desk->jobs)
		loop_quit(desk->loop);
	else if (desk->leave_when_idle && !desk->clients && !desk->jobs)
		leave_in_a_while(desk);
}

/* Whoever comes to the bench after a loss of power hears of what lies in it. */
static struct hazards *open_hazards(const char *state, struct writer *writer, struct error *err)
{
	struct hazard_now now = hazard_now();
	struct hazards *hazards = hazards_open(state, writer, &now, err);
	struct value *list = hazards ? hazards_list(hazards, &now) : NULL;
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < value_count(list); i++) {
		buf_clear(&text);
		hazard_say(&text, value_at(list, i));
		log_warning("%s", text.data);
	}
	buf_done(&text);
	value_free(list);
	return hazards;
}

struct desk *desk_open(struct loop *loop, const char *state, const char *program, int listener,
		       bool leave_when_idle, struct error *err)
{
	struct desk *desk = xcalloc(1, sizeof(*desk));

	desk->loop = loop;
	desk->state = xstrdup(state);
	desk->program = xstrdup(program);
	desk->listener = listener;
	desk->leave_when_idle = leave_when_idle;
	desk->resources = resources_new();
	desk->gases = gas_ledger_new();
	desk->writer = writer_new(loop, err);
	if (desk->writer)
		desk->recorder = writer_new(loop, err);
	desk->bank = gpio_bank_new(loop);
	if (desk->recorder)
		desk->consumed = consumed_open(state, desk->writer, err);
	if (desk->writer)
		desk->guardian = guardian_new(loop, "/proc/self/exe", state, desk->writer);
	if (desk->consumed)
		desk->hazards = open_hazards(state, desk->writer, err);
	if (desk->hazards)
		desk->watch = loop_watch(loop, listener, EPOLLIN, client_arrives, desk, err);
	if (!desk->watch) {
		desk_free(desk);
		return NULL;
	}
	leftovers_make_safe(desk->guardian, state);
	calendar_open(state);
	desk->records = records_open(state, program, desk->recorder);
	/* whoever started this controller connects at once; if nobody does, it leaves */
	desk_sweep_soon(desk);
	return desk;
}

void desk_close(struct desk *desk)
{
	desk->closing = true;
	for (struct job *job = desk->jobs; job; job = job->next)
		batch_stop(job->batch, 0, "the controller was told to stop");
	desk_sweep_soon(desk);
}

void desk_free(struct desk *desk)
{
	if (!desk)
		return;
	while (desk->jobs) {
		struct job *job = desk->jobs;

		desk->jobs = job->next;
		job_free(job);
	}
	while (desk->clients) {
		struct client *client = desk->clients;

		desk->clients = client->next;
		client_free(client);
	}
	timer_stop(&desk->sweep);
	timer_stop(&desk->idle);
	loop_unwatch(desk->watch);
	close(desk->listener);
	consumed_close(desk->consumed);
	guardian_free(desk->guardian);
	gpio_bank_free(desk->bank);
	hazards_close(desk->hazards);
	writer_free(desk->writer);
	writer_free(desk->recorder);
	records_close(desk->records);
	resources_free(desk->resources);
	gas_ledger_free(desk->gases);
	free(desk->state);
	free(desk->program);
	free(desk);
}
