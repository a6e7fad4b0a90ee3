/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several runs share: things that one run at a time may have, and meetings.
 *
 * A resource is a name; of one name there is one thing for all runs of a controller. A claim asks for one
 * or several at once and has them all or none: nobody holds one thing while he waits for another. Claims
 * that share a name are served in the order in which they asked, so none is passed over for ever.
 *
 * A meeting is a batch's: a member that has arrived at a name goes on when every member has arrived
 * there. One that left is not waited for. When all of them wait, but at different names, those at the
 * name where somebody has waited longest go on: somebody always can.
 *
 * Callbacks come from inside the calls, also of others; they must not ask, give, arrive or leave.
 */
#ifndef DAVY_RUN_RESOURCE_H
#define DAVY_RUN_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/value.h"

enum { RESOURCE_NAMES = 8, RESOURCE_NAME = 32 };

/* The person at the bench; every fixture has it. */
#define RESOURCE_OPERATOR "operator"

struct resources;

/* Lives in its owner's memory, zero-initialised, until resource_give. */
struct claim {
	struct claim *next;
	struct resources *resources; /* while it waits or holds */
	size_t count;
	char name[RESOURCE_NAMES][RESOURCE_NAME];
	int slot; /* of the run, for people */
	bool held;
	size_t before; /* claims that are served first, as last told */
	void (*granted)(void *ctx);
	/* It waits, and so many are before it; again whenever the number changes. */
	void (*waits)(void *ctx, size_t before);
	void *ctx;
};

struct resources *resources_new(void);
void resources_free(struct resources *resources); /* no claim is left in it; accepts NULL */
void claim_add(struct claim *claim, const char *name);
bool claim_has(const struct claim *claim, const char *name);
/* Names and owner are filled in. May call `granted` at once. */
void resource_ask(struct resources *resources, struct claim *claim);
/* Give back, or wait no longer; fine when neither. The claim may then be filled in anew. */
void resource_give(struct claim *claim);
/* Add a map {resource, slot, waits: list of slots} to the list for each name that is held. */
void resources_describe(const struct resources *resources, struct value *list);

struct meeting;

struct member {
	struct member *next;
	struct meeting *meeting; /* from join to leave */
	char at[RESOURCE_NAME];
	bool waits;
	uint64_t came;
	size_t missing; /* as last told */
	void (*released)(void *ctx);
	void (*missed)(void *ctx, size_t missing); /* it waits; so many have not come yet */
	void *ctx;
};

struct meeting *meeting_new(void);
void meeting_free(struct meeting *meeting);
/* So many will join: until they have, or it is known that one does not, nobody goes on without them. */
void meeting_expect(struct meeting *meeting, size_t count);
void meeting_expect_one_less(struct meeting *meeting); /* nobody is left in it; accepts NULL */
void meeting_join(struct meeting *meeting, struct member *member);
void meeting_leave(struct member *member); /* fine when not joined */
/* May release at once; does so when it has not joined, or has left. */
void meeting_arrive(struct member *member, const char *name);
void meeting_withdraw(struct member *member);

#endif
