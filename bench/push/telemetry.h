/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is shown live of a bench (pure): an event of the controller (run/run_watch.c) as a message of MQTT. It is never evidence,
 * may be lost at any place, and says so:
 *
 *   davy/BENCH/state                   {"evidence":false,"bench","state":"online"|"offline","lost":N}, kept by the broker
 *   davy/BENCH/SLOT/state              {"evidence":false,"simulated":false,"bench","slot","state","run","protocol",…}, kept, too
 *   davy/BENCH/SLOT/reading/CHANNEL    {…,"value","unit"}
 *   davy/BENCH/SLOT/output/LINE        {…,"level","safe"}
 *   davy/BENCH/SLOT/judged/MEASURE     {…,"verdict"}
 *
 * What is simulated, or is played by instruments that say so, or comes from a rig, stands below davy-simulated instead of davy:
 * who asks for davy/# never sees any. The states of a slot are running, waiting, asking, stopping and ended. `lost` counts what
 * could not be sent since the process began.
 */
#ifndef DAVY_PUSH_TELEMETRY_H
#define DAVY_PUSH_TELEMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

enum { TELEMETRY_SLOTS_MOST = 256, TELEMETRY_BENCH_MOST = 40 };

struct telemetry {
	int slot;
	bool is_played;
	bool is_state;	       /* the slot's state has changed, and nothing else */
	struct buf topic;      /* of what is no state */
	struct value *payload; /* of what is no state; or NULL */
};

/* Letters, digits, '-', '_' and '.': what a topic's level may be called. */
bool telemetry_is_name(const char *name);

/*
 * False: nobody is shown this event, or it does not say whether it is of a played bench. `state` is the slot's, or
 * NULL, and is brought up to date; it stays the caller's. telemetry_done() frees what was made.
 */
bool telemetry_take(struct telemetry *telemetry, const char *bench, const struct value *event,
		    struct value **state);
void telemetry_done(struct telemetry *telemetry);
/* The slot of an event that somebody is shown; 0: it is none. */
int telemetry_slot(const struct value *event);

/* "davy/B07/3/state"; slot 0: the bench's own. */
void telemetry_state_topic(struct buf *topic, const char *bench, int slot, bool is_played);
/* The caller frees them. */
struct value *telemetry_state_payload(const char *bench, int slot, bool is_played,
				      const struct value *state);
struct value *telemetry_bench_payload(const char *bench, bool is_online, int64_t lost);

#endif
