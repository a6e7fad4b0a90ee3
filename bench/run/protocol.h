/* SPDX-License-Identifier: Apache-2.0 */
/* A protocol as data: what is measured, by which limits; frozen before the runner starts. */
#ifndef DAVY_RUN_PROTOCOL_H
#define DAVY_RUN_PROTOCOL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "run/fixture.h"
#include "run/limit_set.h"
#include "verdict/decision.h"

struct protocol_measure {
	char name[48];
	char meaning[160], zh[160];
	bool per;      /* one judgement per key */
	bool evidence; /* outside its limit the run is INCONCLUSIVE, not FAIL */
	bool optional; /* may be left out */
	char share_of
		[48]; /* a measure of the same step whose upper limit the value is divided by; or "" */
	struct frozen_limit limit;
};

struct protocol_step {
	char name[96], zh[96], clause[96];
	bool automatic; /* the controller's own: no script gives its measures */
	int repeats;
	size_t measure_count;
	struct protocol_measure *measure;
};

/* What is watched while the script runs; judged by a measure of the automatic step. */
struct protocol_condition {
	char channel_name[48];
	int channel; /* of the fixture, or -1 until protocol_bind */
	nsec every;  /* of the environment; 0 for a sampling rate */
	const struct protocol_measure *measure;
};

#define PROTOCOL_SLOT_SCAN "slot"

/* What is scanned of the specimen before the first step and behind the last, and must be what was ordered. */
struct protocol_scan {
	char name[32]; /* of the DUT's data; "slot": the label of the slot in which it sits */
	const char *expected; /* as it was ordered, or NULL */
	const struct protocol_measure *measure;
};

/*
 * A wait in which the bench may lose its power: the measure is how long it was away, in all. Only those are here
 * of which somebody has said how long that may be; any other wait is one that nothing may cut.
 */
struct protocol_interruption {
	char name[32];
	const struct protocol_measure *measure;
};

/* A parameter of which the method asks something. */
struct protocol_method {
	const char *value; /* what it is in this run */
	const struct protocol_measure *measure;
};

struct protocol {
	char id[64];
	int64_t version;
	char title[160], zh[160], standard[160], class[64], fixture[64];
	char deviation[240]; /* how the method differs from the standard's, or "" */
	enum decision_rule rule;
	size_t step_count;
	struct protocol_step *step;	      /* the automatic one, if there is one, is the last */
	const struct protocol_step **by_name; /* the same, by their names */
	size_t condition_count, rate_count, method_count, scan_count, interruption_count;
	struct protocol_condition *condition, *rate;
	struct protocol_method *method;
	struct protocol_scan *scan;
	struct protocol_interruption *interruption;
	bool destructive;   /* it uses up its specimen */
	struct value *data; /* what the loader said, whole */
};

/* From the loader's value (copied) and a limit set (may be NULL). The caller frees it. */
struct protocol *protocol_compile(const struct value *value, const struct limit_set *set,
				  const char *where, struct error *err);
void protocol_free(struct protocol *protocol); /* accepts NULL */
const struct protocol_step *protocol_find_step(const struct protocol *protocol, const char *name);
const struct protocol_measure *protocol_find_measure(const struct protocol_step *step,
						     const char *name);
/* Find the channels that the declarations name, and hold their limits against them. */
int protocol_bind(struct protocol *protocol, const struct fixture *fixture, const char *where,
		  struct error *err);
/* Is the specimen adjusted in it (`adjusts` of its header)? */
bool protocol_adjusts(const struct protocol *protocol);
/* {text, zh} of an adjustment that the header declares, or NULL. */
const struct value *protocol_adjustment(const struct protocol *protocol, const char *name);
/* Does the header declare it? `*allowed` is its index, or -1: nobody has said how long it may be. */
bool protocol_interruption(const struct protocol *protocol, const char *name, int *allowed);
/* The step "Conditions", or NULL when nothing is declared that it would record. */
const struct protocol_step *protocol_conditions(const struct protocol *protocol);
/* What a set says of this protocol and no measure takes, as sentences: a list, the caller's. */
struct value *protocol_warnings(const struct protocol *protocol, const struct limit_set *set);
/* For the journal: steps with their measures and frozen limits. */
struct value *protocol_describe(const struct protocol *protocol);

/* ---- between protocol.c and declarations.c ---- */

int protocol_compile_measure(struct protocol_measure *measure, const char *name,
			     const struct value *value, const char *protocol,
			     const struct limit_set *set, struct error *err);
/* Make the automatic step of what the loader says is declared; there is room for it behind the others. */
int declarations_compile(struct protocol *protocol, const struct value *value,
			 const struct limit_set *set, struct error *err);
void declarations_done(struct protocol *protocol);

#endif
