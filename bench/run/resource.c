/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue of claims: one list for all names, in the order of asking.
 *
 * A claim is granted when no earlier one in the list, held or waiting, shares a name with it. That single
 * rule is all: it serves each name first come first served, lets claims pass that have nothing in common,
 * and starves nobody, because a later claim never goes before an earlier one that it could hinder. There
 * is no deadlock since what waits holds nothing.
 */
#include "run/resource.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct resources {
	struct claim *first; /* the oldest */
};

struct resources *resources_new(void)
{
	return xcalloc(1, sizeof(struct resources));
}

void resources_free(struct resources *resources)
{
	free(resources);
}

void claim_add(struct claim *claim, const char *name)
{
	if (claim->count < RESOURCE_NAMES && !claim_has(claim, name))
		snprintf(claim->name[claim->count++], RESOURCE_NAME, "%s", name);
}

bool claim_has(const struct claim *claim, const char *name)
{
	for (size_t i = 0; i < claim->count; i++)
		if (!strcmp(claim->name[i], name))
			return true;
	return false;
}

static bool share_a_name(const struct claim *a, const struct claim *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (claim_has(a, b->name[i]))
			return true;
	return false;
}

static size_t count_before(const struct resources *resources, const struct claim *claim)
{
	size_t count = 0;

	for (const struct claim *other = resources->first; other != claim; other = other->next)
		count += share_a_name(other, claim);
	return count;
}

static void serve(struct resources *resources)
{
	for (struct claim *claim = resources->first; claim; claim = claim->next) {
		size_t before = claim->held ? 0 : count_before(resources, claim);

		if (claim->held)
			continue;
		if (before == 0) {
			claim->held = true;
			claim->granted(claim->ctx);
		} else if (before != claim->before) {
			claim->before = before;
			claim->waits(claim->ctx, before);
		}
	}
}

void resource_ask(struct resources *resources, struct claim *claim)
{
	struct claim **place = &resources->first;

	while (*place)
		place = &(*place)->next;
	*place = claim;
	claim->next = NULL;
	claim->resources = resources;
	claim->held = false;
	claim->before = 0;
	serve(resources);
}

void resource_give(struct claim *claim)
{
	struct resources *resources = claim->resources;
	struct claim **place;

	if (!resources)
		return;
	for (place = &resources->first; *place != claim;)
		place = &(*place)->next;
	*place = claim->next;
	claim->resources = NULL;
	claim->held = false;
	claim->count = 0;
	serve(resources);
}

void resources_describe(const struct resources *resources, struct value *list)
{
	for (const struct claim *claim = resources->first; claim; claim = claim->next) {
		for (size_t i = 0; claim->held && i < claim->count; i++) {
			struct value *one = value_add(list, value_map());
			struct value *waits;

			value_set_text(one, "resource", claim->name[i]);
			value_set_int(one, "slot", claim->slot);
			waits = value_set(one, "waits", value_list());
			for (struct claim *other = claim->next; other; other = other->next)
				if (claim_has(other, claim->name[i]))
					value_add(waits, value_int(other->slot));
		}
	}
}
