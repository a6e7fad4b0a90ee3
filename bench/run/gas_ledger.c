/* SPDX-License-Identifier: Apache-2.0 */
#include "run/gas_ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/gas_supply.h"

struct draw {
	struct draw *next;
	char cylinder[GAS_CYLINDER];
	double volume;
};

struct gas_account {
	struct gas_account *next;
	struct gas_ledger *ledger;
	struct draw *draws;
};

struct gas_ledger {
	struct draw *drawn;	 /* by all runs */
	struct draw *unrecorded; /* of it, what the log does not tell of */
	struct gas_account *accounts;
};

/* ---- volumes by cylinder ---- */

static double volume_of(const struct draw *draws, const char *cylinder)
{
	for (; draws; draws = draws->next)
		if (!strcmp(draws->cylinder, cylinder))
			return draws->volume;
	return 0;
}

static void add(struct draw **draws, const char *cylinder, double volume)
{
	struct draw *draw = *draws;

	while (draw && strcmp(draw->cylinder, cylinder) != 0)
		draw = draw->next;
	if (!draw) {
		draw = xcalloc(1, sizeof(*draw));
		snprintf(draw->cylinder, sizeof(draw->cylinder), "%s", cylinder);
		draw->next = *draws;
		*draws = draw;
	}
	draw->volume += volume;
}

static void forget(struct draw *draws)
{
	while (draws) {
		struct draw *next = draws->next;

		free(draws);
		draws = next;
	}
}

/* ---- the ledger ---- */

struct gas_ledger *gas_ledger_new(void)
{
	return xcalloc(1, sizeof(struct gas_ledger));
}

void gas_ledger_free(struct gas_ledger *ledger)
{
	if (!ledger)
		return;
	while (ledger->accounts)
		gas_account_close(ledger->accounts, false);
	forget(ledger->drawn);
	forget(ledger->unrecorded);
	free(ledger);
}

void gas_ledger_note(const struct gas_ledger *ledger, struct value *connections)
{
	for (size_t i = 0; i < value_count(connections); i++) {
		struct value *cylinder =
			(struct value *)value_get(value_at(connections, i), "cylinder");
		const char *name = value_get_text(value_get(cylinder, "says"), "cylinder");

		if (!name)
			continue;
		value_set_real(cylinder, "unrecorded", volume_of(ledger->unrecorded, name));
		value_set_real(cylinder, "before", volume_of(ledger->drawn, name));
	}
}

/* ---- a run's account ---- */

struct gas_account *gas_account_open(struct gas_ledger *ledger)
{
	struct gas_account *account = xcalloc(1, sizeof(*account));

	account->ledger = ledger;
	account->next = ledger->accounts;
	return ledger->accounts = account;
}

void gas_account_draw(struct gas_account *account, const char *cylinder, double volume)
{
	add(&account->draws, cylinder, volume);
	add(&account->ledger->drawn, cylinder, volume);
	add(&account->ledger->unrecorded, cylinder, volume);
}

double gas_account_drawn_by_all(const struct gas_account *account, const char *cylinder)
{
	return volume_of(account->ledger->drawn, cylinder);
}

void gas_account_close(struct gas_account *account, bool recorded)
{
	struct gas_account **place;

	if (!account)
		return;
	place = &account->ledger->accounts;
	while (*place != account)
		place = &(*place)->next;
	*place = account->next;
	for (const struct draw *draw = account->draws; recorded && draw; draw = draw->next)
		add(&account->ledger->unrecorded, draw->cylinder, -draw->volume);
	forget(account->draws);
	free(account);
}
