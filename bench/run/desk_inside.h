/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the desk share; nobody else includes it. */
#ifndef DAVY_RUN_DESK_INSIDE_H
#define DAVY_RUN_DESK_INSIDE_H

#include "base/buf.h"
#include "base/value.h"
#include "loop/clock.h"
#include "run/desk.h"
#include "run/writer.h"

struct client;

struct job {
	struct job *next;
	struct desk *desk;
	struct client *client; /* or NULL */
	struct batch *batch;
};

struct client {
	struct client *next;
	struct desk *desk;
	int fd;
	struct watch *watch;
	struct buf in, out;
	size_t skipped;	  /* bytes of a line that was refused before its end; 0: none */
	struct job *job;  /* or NULL */
	bool listens;	  /* it hears what everybody is told, as far as it keeps up */
	int64_t missed;	  /* events that it was not told of, and does not know yet */
	bool awaits_safe; /* it is told when no run drives wires any more */
	bool gone;
};

struct desk {
	struct loop *loop;
	struct writer *writer;
	struct consumed *consumed;
	struct hazards *hazards;
	struct writer *recorder; /* for the records alone, which read whole journals */
	struct records *records;
	struct resources *resources;
	struct gas_ledger *gases;
	struct gpio_bank *bank;
	struct guardian *guardian;
	char *state, *program;
	int listener;
	struct watch *watch;
	struct client *clients;
	struct job *jobs;
	bool leave_when_idle, closing;
	struct timer sweep, idle;
};

/* Frees, from a timer, whatever is over. */
void desk_sweep_soon(struct desk *desk);
/* One line of a client; what it cannot have is refused. */
void desk_take_request(struct client *client, const struct value *request);

/* desk_client.c: connections. A client that is NULL or gone is told nothing. */
void client_arrives(void *desk, uint32_t events);
void client_tell(struct client *client, const struct value *event);
/* Tell those who listen; who does not keep up misses it. */
void clients_overhear(struct desk *desk, const struct value *event);
void client_refuse(struct client *client, const struct error *err);
void client_free(struct client *client);

#endif
