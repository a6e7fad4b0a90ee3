/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which event a declaration or a signature is of, it says by the event's id, and comes behind it in the bench's log; nobody says
 * it of another bench's event.
 */
#include "record/laboratory_runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/cosign.h"
#include "record/laboratory_records.h"
#include "record/run_outcome.h"

/* By which a run is found again while its bench is read. */
struct known {
	char *id;
	struct value *run; /* of `runs` */
};

struct telling {
	struct value *told, *runs;
	char *bench; /* whose records are told just now */
	struct known *known;
	size_t count, room;
};

static void forget(struct telling *telling)
{
	for (size_t i = 0; i < telling->count; i++)
		free(telling->known[i].id);
	free(telling->bench);
	telling->bench = NULL;
	telling->count = 0;
}

static void tell_event(struct telling *telling, const struct log_record *record)
{
	struct value *run = run_outcome(record->entry->says);

	if (!run)
		return;
	value_set_int(run, "seq", (int64_t)record->entry->seq);
	value_add(telling->runs, run);
	if (telling->count == telling->room) {
		telling->room = telling->room ? telling->room * 2 : 64;
		telling->known = xrealloc(telling->known, telling->room * sizeof(*telling->known));
	}
	telling->known[telling->count++] = (struct known){xstrdup(record->entry->id), run};
	if (telling->count == LABORATORY_RUNS_MOST)
		value_set_bool(telling->told, "isCut", true);
}

static void tell_voided(struct telling *telling, const struct value *says)
{
	const char *of = value_get_text(says, "of");

	for (size_t i = telling->count; of && i > 0; i--)
		if (!strcmp(telling->known[i - 1].id, of))
			value_set_bool(telling->known[i - 1].run, "voided", true);
}

static bool voids(const struct value *says)
{
	struct error ignored;
	struct value *header = cosign_header(says, &ignored);
	bool is_void = meaning_find(value_get_text(header, "meaning")) == MEANING_VOIDED;

	value_free(header);
	return is_void;
}

static void tell_record(void *ctx, const struct value *row, const struct log_record *record)
{
	const char *kind = record->entry->kind;
	struct telling *telling = ctx;

	(void)row;
	if (!telling->bench || strcmp(telling->bench, record->entry->bench) != 0) {
		forget(telling);
		telling->bench = xstrdup(record->entry->bench);
	}
	if (!strcmp(kind, ENTRY_EVENT))
		tell_event(telling, record);
	else if (!strcmp(kind, ENTRY_DECLARATION) ||
		 (!strcmp(kind, ENTRY_SIGNATURE) && voids(record->entry->says)))
		tell_voided(telling, record->entry->says);
}

struct value *laboratory_runs(const struct value *rows, const struct value *keys)
{
	struct value *told = value_map();
	struct telling telling = {.told = told, .runs = value_set(told, "runs", value_list())};

	laboratory_records(told, rows, keys, tell_record, &telling);
	forget(&telling);
	free(telling.known);
	return told;
}
