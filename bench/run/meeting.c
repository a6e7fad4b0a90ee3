/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meetings of a batch (run/resource.h).
 *
 * Nobody goes on while a member still runs towards a meeting: it may come to this one. Once every member
 * waits, nobody can come any more, and the meeting with the one who has waited longest takes place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/resource.h"

struct meeting {
	struct member *members;
	size_t expected; /* have not joined yet, and will */
	uint64_t arrivals;
};

struct meeting *meeting_new(void)
{
	return xcalloc(1, sizeof(struct meeting));
}

void meeting_free(struct meeting *meeting)
{
	free(meeting);
}

static size_t count_missing(const struct meeting *meeting, const char *name)
{
	size_t missing = meeting->expected;

	for (const struct member *member = meeting->members; member; member = member->next)
		missing += !member->waits || strcmp(member->at, name) != 0;
	return missing;
}

/* The one who came first, or NULL while somebody does not wait. */
static const struct member *longest_waiting(const struct meeting *meeting)
{
	const struct member *first = meeting->expected ? NULL : meeting->members;

	for (const struct member *member = first; member; member = member->next) {
		if (!member->waits)
			return NULL;
		if (member->came < first->came)
			first = member;
	}
	return first;
}

static void release(struct meeting *meeting, const char *at)
{
	char name[RESOURCE_NAME];

	snprintf(name, sizeof(name), "%s", at);
	for (struct member *member = meeting->members; member; member = member->next) {
		if (!member->waits || strcmp(member->at, name) != 0)
			continue;
		member->waits = false;
		member->released(member->ctx);
	}
}

static void look_round(struct meeting *meeting)
{
	const struct member *first = longest_waiting(meeting);

	if (first)
		release(meeting, first->at);
	for (struct member *member = meeting->members; member; member = member->next) {
		size_t missing = member->waits ? count_missing(meeting, member->at) : 0;

		if (missing && missing != member->missing)
			member->missed(member->ctx, missing);
		member->missing = missing;
	}
}

void meeting_expect(struct meeting *meeting, size_t count)
{
	meeting->expected = count;
}

void meeting_expect_one_less(struct meeting *meeting)
{
	if (meeting->expected > 0)
		meeting->expected--;
	look_round(meeting);
}

void meeting_join(struct meeting *meeting, struct member *member)
{
	struct member **place = &meeting->members;

	while (*place)
		place = &(*place)->next;
	*place = member;
	member->next = NULL;
	member->meeting = meeting;
	member->waits = false;
	if (meeting->expected > 0)
		meeting->expected--;
}

void meeting_leave(struct member *member)
{
	struct meeting *meeting = member->meeting;
	struct member **place;

	if (!meeting)
		return;
	for (place = &meeting->members; *place != member;)
		place = &(*place)->next;
	*place = member->next;
	member->meeting = NULL;
	member->waits = false;
	look_round(meeting);
}

void meeting_arrive(struct member *member, const char *name)
{
	if (!member->meeting) {
		member->released(member->ctx);
		return;
	}
	snprintf(member->at, sizeof(member->at), "%s", name);
	member->waits = true;
	member->missing = 0;
	member->came = ++member->meeting->arrivals;
	look_round(member->meeting);
}

void meeting_withdraw(struct member *member)
{
	member->waits = false;
	if (member->meeting)
		look_round(member->meeting);
}
