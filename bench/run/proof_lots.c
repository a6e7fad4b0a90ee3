/* SPDX-License-Identifier: Apache-2.0 */
/* Every record goes to every lot that is open then; lists are read again for each draw, since they may be long. */
#include "run/proof_lots.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/lot.h"
#include "record/lot_retest.h"
#include "record/lot_runs.h"
#include "record/lot_standing.h"

struct proof_lots {
	char *folder;
	enum log_extent extent;
	struct run_brackets *brackets; /* of all records, this one, too */
	struct lot_standing **at;
	size_t count;
};

struct proof_lots *proof_lots_new(const char *folder, enum log_extent extent,
				  struct run_brackets *brackets)
{
	struct proof_lots *lots = xcalloc(1, sizeof(*lots));

	lots->folder = xstrdup(folder);
	lots->extent = extent;
	lots->brackets = run_brackets_share(brackets);
	return lots;
}

void proof_lots_free(struct proof_lots *lots)
{
	if (!lots)
		return;
	for (size_t i = 0; i < lots->count; i++)
		lot_standing_free(lots->at[i]);
	run_brackets_free(lots->brackets);
	free(lots->at);
	free(lots->folder);
	free(lots);
}

static struct lot_standing *find(const struct proof_lots *lots, const struct entry *entry)
{
	const char *name = value_get_text(entry->says, "lot");

	for (size_t i = 0; name && i < lots->count; i++) {
		const struct value *says = lot_standing_says(lots->at[i]);

		if (!strcmp(value_get_text(says, "lot"), name))
			return lots->at[i];
	}
	return NULL;
}

static int check_list(const struct proof_lots *lots, const struct value *says, struct error *err)
{
	struct unit_list list;
	int done = lot_read_list(&list, lots->folder, says, err);

	unit_list_done(&list);
	return done;
}

static int add_lot(struct proof_lots *lots, const struct entry *entry, const char *base,
		   enum lot_proof *proved, struct error *err)
{
	const char *name = value_get_text(entry->says, "lot");

	if (!name || find(lots, entry))
		return error_set(err, ERROR_REFUSED,
				 "a lot of this name is there already, or it has none");
	*proved = LOT_PROOF_LIST;
	lots->at = xrealloc(lots->at, (lots->count + 1) * sizeof(*lots->at));
	lots->at[lots->count++] = lot_standing_new(name, base, lots->brackets);
	return check_list(lots, entry->says, err);
}

static int check_draw(const struct proof_lots *lots, const struct lot_standing *lot,
		      const struct entry *entry, enum lot_proof *proved, struct error *err)
{
	struct unit_list list;
	int done;

	*proved = LOT_PROOF_DRAW;
	if (value_get_int(entry->says, "draw", 0) !=
	    1 + (int64_t)value_count(lot_standing_draws(lot)))
		return error_set(err, ERROR_REFUSED, "a draw of this lot is missing before it");
	done = lot_read_list(&list, lots->folder, lot_standing_says(lot), err);
	if (done == 0)
		done = lot_check_draw(lot_standing_says(lot), entry->says, &list, err);
	unit_list_done(&list);
	return done;
}

static int check_verdict(const struct lot_standing *lot, const struct entry *entry,
			 enum lot_proof *proved, struct error *err)
{
	static const char *const MEMBERS[] = {"verdict", "draw", "n", "c", "fails"};
	struct value *again = lot_standing_judge(lot, err);
	int done = again ? 0 : -1;

	*proved = LOT_PROOF_VERDICT;
	for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(MEMBERS[0]) && done == 0; i++)
		if (!value_same(value_get(again, MEMBERS[i]), value_get(entry->says, MEMBERS[i])))
			done = error_set(err, ERROR_REFUSED,
					 "the records before it say another '%s' of the lot",
					 MEMBERS[i]);
	if (done == 0 && !lot_runs_same(value_get(entry->says, "runs"), value_get(again, "runs")))
		done = error_set(err, ERROR_REFUSED,
				 "the records before it say other 'runs' of the lot");
	value_free(again);
	return done;
}

static int check(struct proof_lots *lots, const struct entry *entry, const char *base,
		 enum lot_proof *proved, struct error *err)
{
	bool is_draw = !strcmp(entry->kind, ENTRY_DRAW);
	bool is_seal = !strcmp(entry->kind, ENTRY_SEAL);
	bool is_verdict = !strcmp(entry->kind, ENTRY_LOT_VERDICT);
	bool is_retest = !strcmp(entry->kind, ENTRY_LOT_RETEST);
	const struct lot_standing *lot;

	if (!strcmp(entry->kind, ENTRY_LOT))
		return add_lot(lots, entry, base, proved, err);
	if (!is_draw && !is_verdict && !is_seal && !is_retest)
		return 0;
	lot = find(lots, entry);
	if (lots->extent != LOG_WHOLE && (!lot || is_verdict || is_retest)) {
		*proved = is_seal ? LOT_PROOF_NONE : LOT_PROOF_MISSING;
		return 0;
	}
	if (!lot)
		return error_set(err, ERROR_REFUSED, "no record before it begins this lot");
	return is_draw	    ? check_draw(lots, lot, entry, proved, err)
	       : is_verdict ? check_verdict(lot, entry, proved, err)
	       : is_retest  ? lot_retest_check(lot, entry->says, err)
			    : 0;
}

int proof_lots_take(struct proof_lots *lots, const struct log_record *record, const char *base,
		    enum lot_proof *proved, struct error *err)
{
	const struct entry *entry = record->entry;
	struct error later;
	int done;

	*proved = LOT_PROOF_NONE;
	done = check(lots, entry, base ? base : "", proved, err);
	for (size_t i = 0; i < lots->count; i++)
		if (lot_standing_take(lots->at[i], entry, &later) < 0 && done == 0) {
			*err = later;
			done = -1;
		}
	return done;
}
