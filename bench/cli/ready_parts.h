/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matters of `davy ready` (ready.c has their table): each is one function that looks, and says what it has found.
 * What could not be looked at says so; nothing is ready because nobody looked.
 */
#ifndef DAVY_CLI_READY_PARTS_H
#define DAVY_CLI_READY_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "cli/listed.h"
#include "cli/words.h"
#include "record/roster.h"
#include "run/fixture.h"

enum ready_mark {
	READY_YES = 1,
	READY_LOOK, /* a person decides whether the day can do with it */
	READY_NO,   /* a run would be refused, or could not be decided, or not be begun */
};

/* What is known before anything is looked at. */
struct ready {
	const char *state, *program;
	bool misses_system;  /* the machine's own state folder is another, and closed to us */
	const char *station; /* its path, or NULL: none was named */
	struct value *station_data;
	struct error station_why;
	struct ready_slot {
		int number;
		struct fixture *fixture; /* or NULL and why */
		struct error why;
	} * slot;
	size_t slot_count;
	struct ready_protocol {
		char *path;
		struct value *data; /* or NULL and why */
		struct error why;
	} * protocol;
	size_t protocol_count;
	bool certificate;	/* their results go into certificates */
	const char *limits;	/* the laboratory's limit set, or NULL */
	const char *by;		/* "0017,0009": who goes, or NULL */
	const char *key, *word; /* a person's key and the file of its passphrase, or NULL */

	char until[LISTED_DAY_SIZE]; /* the last day */
	int64_t until_ms;	     /* its last moment here, in wall time */
	bool has_date;		     /* the day was named, or the clock is believed */
	bool is_believed;

	bool had_controller;	  /* … before it was asked, and so before one was started */
	struct value *unfinished; /* runs without a record, as ready_unfinished() has them */
	struct value *status;	  /* what the controller says of itself, or NULL and why */
	struct value *registered; /* what the register holds, or NULL and why */
	struct error status_why, registered_why;
	struct roster *roster; /* or NULL and why */
	struct error roster_why;
};

struct ready_finding {
	enum ready_mark mark;	    /* the worst of what was found */
	struct value *found, *todo; /* lists of texts; none stands there twice */
};

/* Each takes one more thing that was found (freed here) and, unless it is NULL, what to do about it. */
void ready_find(struct ready_finding *finding, enum ready_mark mark, char *found, const char *todo);
/* "not looked at: …": never better than READY_LOOK. */
void ready_unseen(struct ready_finding *finding, const char *why);
/* The same of what hangs on a day, where no day is known. True: it was said. */
bool ready_is_undated(const struct ready *ready, struct ready_finding *finding);
/* The same of what the register holds, where it was not to be had. */
bool ready_is_unregistered(const struct ready *ready, struct ready_finding *finding);

typedef void ready_look_fn(const struct ready *ready, struct ready_finding *finding);

ready_look_fn ready_battery, ready_disk, ready_clock, ready_printer;	  /* ready_machine.c */
ready_look_fn ready_gases, ready_instruments, ready_standards;		  /* ready_register.c */
ready_look_fn ready_snapshots;						  /* ready_snapshots.c */
ready_look_fn ready_outbox;						  /* ready_outbox.c */
ready_look_fn ready_orders;						  /* ready_orders.c */
ready_look_fn ready_bench_key, ready_people, ready_own_key;		  /* ready_people.c */
ready_look_fn ready_controller, ready_records, ready_runs, ready_hazards; /* ready_bench.c */
ready_look_fn ready_readers;						  /* ready_readers.c */
ready_look_fn ready_wires, ready_protocols, ready_approvals;		  /* ready_files.c */

/*
 * Look for runs that have no record, then ask the controller, which is started where there is none and then ends those that
 * were cut short, for its status and the register. Takes bounded time.
 */
void ready_ask(struct ready *ready);
/* Load the station, its fixtures, and the protocols that were named. What cannot be loaded says why in its place. */
void ready_load(struct ready *ready, char *const *protocols, size_t count);
void ready_done(struct ready *ready);
/* Has what is named here all fixtures? False: what it lacks was said as not looked at. */
bool ready_has_fixtures(const struct ready *ready, struct ready_finding *finding);

#endif
