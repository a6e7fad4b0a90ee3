/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows are made in two places by one rule: for a record that is appended now, and for those that were appended before a
 * destination was known. Each destination has the number of the last record that its rows are made up to; it moves on in
 * the transaction that makes them, so that none is left out or made twice, whatever is cut off where.
 *
 * A signature rests on its event and on the signature before it, a declaration on its event and on the events that are
 * right instead. What rests on a record goes where that one goes, and only there: nobody is told that something is wrong
 * of which he was never told.
 */
#include "record/outbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "record/declaration.h"
#include "record/destinations.h"
#include "record/store_entry.h"

struct outbox {
	char *state;
	struct store *store;
	struct value *destinations; /* as they were read last; NULL: not to be had */
	struct stat was;	    /* the file that they were read from */
	struct error why;	    /* where they are not to be had */
	bool is_read;
};

struct outbox *outbox_new(const char *state, struct store *store)
{
	struct outbox *outbox = xcalloc(1, sizeof(*outbox));

	outbox->state = xstrdup(state);
	outbox->store = store;
	return outbox;
}

void outbox_free(struct outbox *outbox)
{
	if (!outbox)
		return;
	value_free(outbox->destinations);
	free(outbox->state);
	free(outbox);
}

/* ---- what rests on what ---- */

static void add_after(uint64_t **after, size_t *count, uint64_t seq)
{
	*after = xrealloc(*after, (*count + 2) * sizeof(**after));
	(*after)[(*count)++] = seq;
	(*after)[*count] = 0;
}

/* The last record before this one about the same event: the signature that it was signed over. */
static int add_before(struct store *store, const struct entry *entry, uint64_t **after,
		      size_t *count, struct error *err)
{
	const char *of = value_get_text(entry->says, "of");
	uint64_t *seqs = NULL, before = 0;
	size_t there = 0;

	if (of && store_about(store, of, &seqs, &there, err) < 0)
		return -1;
	for (size_t i = 0; i < there && seqs[i] < entry->seq; i++)
		before = seqs[i];
	free(seqs);
	if (before)
		add_after(after, count, before);
	return 0;
}

static int add_correctives(struct store *store, const struct entry *entry, uint64_t **after,
			   size_t *count, struct error *err)
{
	struct value *declaration = declaration_read(entry->says, err);
	const struct value *ids = value_get(declaration, "correctiveEventIDs");
	int done = declaration ? 0 : -1;

	for (size_t i = 0; i < value_count(ids) && done >= 0; i++) {
		uint64_t seq;

		done = store_find(store, value_at(ids, i)->text, &seq, err);
		if (done == 1)
			add_after(after, count, seq);
	}
	value_free(declaration);
	return done < 0 ? -1 : 0;
}

static bool is_dependent(const char *kind)
{
	return !strcmp(kind, ENTRY_SIGNATURE) || !strcmp(kind, ENTRY_DECLARATION);
}

/* `after` is a list ended by 0, the event first; NULL where it rests on nothing. The caller frees it. */
static int find_after(struct store *store, const struct entry *entry, uint64_t **after,
		      struct error *err)
{
	int64_t original = value_get_int(entry->says, "seq", 0);
	size_t count = 0;
	int done = 0;

	*after = NULL;
	if (!is_dependent(entry->kind) || original < 1)
		return 0;
	add_after(after, &count, (uint64_t)original);
	done = add_before(store, entry, after, &count, err);
	if (done == 0 && !strcmp(entry->kind, ENTRY_DECLARATION))
		done = add_correctives(store, entry, after, &count, err);
	return done;
}

/* 1, 0, -1 */
static int goes_to(struct outbox *outbox, const struct value *destination,
		   const struct entry *entry, bool is_simulated, const uint64_t *after,
		   struct error *err)
{
	if (!destination_wants(destination, entry->seq, entry->kind, is_simulated))
		return 0;
	if (!after)
		return 1;
	return store_outbox_has(outbox->store, after[0], value_get_text(destination, "name"), NULL,
				err);
}

/* ---- receipts ---- */

/* What a receipt makes of its row. False: it says nothing that is known. */
static bool read_receipt(const struct value *receipt, const char *destination, uint64_t record,
			 struct store_outcome *outcome)
{
	const char *said = value_get_text(receipt, "outcome");
	int64_t seq = value_get_int(receipt, "seq", 0);

	*outcome = (struct store_outcome){
		.seq = seq > 0 ? (uint64_t)seq : 0,
		.destination = destination,
		.reason = value_get_text(receipt, "reason"),
		.detail = value_get_text(receipt, "detail"),
		.is_new_try = true,
		.receipt = record,
	};
	if (!said || !outcome->seq)
		return false;
	if (!strcmp(said, "released")) {
		outcome->state = "new";
		outcome->is_new_try = false;
	} else {
		outcome->state = !strcmp(said, "delivered") ? "delivered"
				 : !strcmp(said, "parked")  ? "parked"
				 : !strcmp(said, "carried") ? "carried"
							    : NULL;
	}
	return outcome->state != NULL;
}

static size_t read_receipts(const struct entry *entry, struct store_outcome **outcomes)
{
	const char *name = value_get_text(entry->says, "destination");
	const struct value *receipts = value_get(entry->says, "receipts");
	size_t count = 0;

	*outcomes = xcalloc(value_count(receipts) + 1, sizeof(**outcomes));
	for (size_t i = 0; name && i < value_count(receipts); i++)
		if (read_receipt(value_at(receipts, i), name, entry->seq, &(*outcomes)[count]))
			count++;
	return count;
}

/* ---- rows of records that are there already ---- */

struct filling {
	struct outbox *outbox;
	const struct value *destination;
	const char *name;
	bool is_new; /* its rows are made from the first on */
	char *choice;
	uint64_t reached;
};

static int fill_record(struct filling *filling, const struct store_entry *found, struct error *err)
{
	struct store *store = filling->outbox->store;
	const struct jws_act act = jws_act(found->jws, 0);
	const char *const here[] = {filling->name, NULL};
	struct store_parcel parcel = {.since_ms = found->entry.at.wall.ms};
	const char *answered = value_get_text(found->entry.says, "destination");
	struct store_outcome *outcomes = NULL;
	uint64_t *after;
	int goes, done = find_after(store, &found->entry, &after, err);

	goes = done < 0 ? -1
			: goes_to(filling->outbox, filling->destination, &found->entry,
				  act.role && !strcmp(act.role, "simulation"), after, err);
	if (goes == 1) {
		parcel.destinations = here;
		parcel.after = after;
	}
	if (goes >= 0 && !strcmp(found->entry.kind, ENTRY_RECEIPT) && answered &&
	    !strcmp(answered, filling->name)) {
		parcel.outcome_count = read_receipts(&found->entry, &outcomes);
		parcel.outcomes = outcomes;
	}
	done = goes < 0 ? -1 : store_outbox_take(store, found->entry.seq, &parcel, err);
	free(outcomes);
	free(after);
	return done;
}

static int fill(struct store *store, void *ctx, struct error *err)
{
	struct filling *filling = ctx;
	uint64_t last = store_count(store);
	const char *const here[] = {filling->name, NULL};
	const struct store_parcel reached = {.reached = here};
	int done = 0;

	if (filling->is_new)
		done = store_destination_begin(store, filling->name, filling->choice,
					       filling->reached, err);
	for (uint64_t seq = filling->reached + 1; seq <= last && done == 0; seq++) {
		struct store_entry found;

		done = store_entry_get(store, seq, &found, err);
		if (done == 0) {
			done = fill_record(filling, &found, err);
			store_entry_done(&found);
		}
	}
	return done == 0 ? store_outbox_take(store, last, &reached, err) : -1;
}

static int settle_one(struct outbox *outbox, const struct value *destination, struct error *err)
{
	struct filling filling = {.outbox = outbox,
				  .destination = destination,
				  .name = value_get_text(destination, "name"),
				  .choice = destination_choice(destination)};
	struct store_destination known;
	int done = store_destination_get(outbox->store, filling.name, &known, err);

	filling.is_new = done == 0 || (done == 1 && strcmp(known.choice, filling.choice) != 0);
	filling.reached = filling.is_new ? 0 : known.reached;
	if (done >= 0)
		done = !filling.is_new && filling.reached >= store_count(outbox->store)
			       ? 0
			       : store_outbox_change(outbox->store, fill, &filling, err);
	store_destination_done(&known);
	free(filling.choice);
	return done;
}

/* ---- destinations ---- */

/* False: nothing of the file has changed since it was read. */
static bool is_changed(struct outbox *outbox)
{
	char *path = destinations_path(outbox->state);
	struct stat now;
	bool changed;

	if (stat(path, &now) < 0)
		memset(&now, 0, sizeof(now));
	changed = !outbox->is_read || now.st_ino != outbox->was.st_ino ||
		  now.st_size != outbox->was.st_size ||
		  now.st_mtim.tv_sec != outbox->was.st_mtim.tv_sec ||
		  now.st_mtim.tv_nsec != outbox->was.st_mtim.tv_nsec;
	outbox->was = now;
	free(path);
	return changed;
}

/* Those that records go to; takes the list, which may be NULL. */
static struct value *for_records(struct value *all)
{
	struct value *list = all ? value_list() : NULL;

	for (size_t i = 0; i < value_count(all); i++)
		if (!destination_is_live(value_at(all, i)))
			value_add(list, value_copy(value_at(all, i)));
	value_free(all);
	return list;
}

const struct value *outbox_settle(struct outbox *outbox, struct error *err)
{
	if (is_changed(outbox)) {
		value_free(outbox->destinations);
		outbox->destinations = for_records(destinations_read(outbox->state, &outbox->why));
		outbox->is_read = true;
	}
	if (!outbox->destinations) {
		*err = outbox->why;
		return NULL;
	}
	for (size_t i = 0; i < value_count(outbox->destinations); i++)
		if (settle_one(outbox, value_at(outbox->destinations, i), err) < 0)
			return NULL;
	return outbox->destinations;
}

static int forget(struct store *store, void *ctx, struct error *err)
{
	(void)ctx;
	return store_outbox_forget(store, err);
}

int outbox_rebuild(struct outbox *outbox, struct error *err)
{
	if (!outbox_settle(outbox, err) ||
	    store_outbox_change(outbox->store, forget, NULL, err) < 0)
		return -1;
	return outbox_settle(outbox, err) ? 0 : -1;
}

/* ---- a record that is appended now ---- */

static int choose(struct outbox *outbox, const struct value *list, const struct entry *entry,
		  bool is_simulated, struct outbox_parcel *made, struct error *err)
{
	size_t count = 0;

	made->destinations = xcalloc(value_count(list) + 1, sizeof(*made->destinations));
	made->reached = xcalloc(value_count(list) + 1, sizeof(*made->reached));
	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *destination = value_at(list, i);
		int goes = goes_to(outbox, destination, entry, is_simulated, made->after, err);

		if (goes < 0)
			return -1;
		made->reached[i] = value_get_text(destination, "name");
		if (goes)
			made->destinations[count++] = made->reached[i];
	}
	made->parcel.destinations = made->destinations;
	made->parcel.reached = made->reached;
	made->parcel.after = count ? made->after : NULL;
	return 0;
}

int outbox_pack(struct outbox *outbox, const struct entry *entry, bool is_simulated,
		struct outbox_parcel *made, struct error *err)
{
	const struct value *list;
	struct error later;

	*made = (struct outbox_parcel){.parcel = {.since_ms = entry->at.wall.ms}};
	if (!strcmp(entry->kind, ENTRY_RECEIPT))
		made->parcel.outcome_count = read_receipts(entry, &made->outcomes);
	made->parcel.outcomes = made->outcomes;
	list = outbox_settle(outbox, &later);
	if (!list)
		return 0;
	if (find_after(outbox->store, entry, &made->after, err) < 0)
		return -1;
	return choose(outbox, list, entry, is_simulated, made, err);
}

void outbox_parcel_done(struct outbox_parcel *made)
{
	free(made->destinations);
	free(made->reached);
	free(made->after);
	free(made->outcomes);
	*made = (struct outbox_parcel){0};
}
