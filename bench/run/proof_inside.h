/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the proof share; nobody else includes it. */
#ifndef DAVY_RUN_PROOF_INSIDE_H
#define DAVY_RUN_PROOF_INSIDE_H

#include <stdbool.h>

#include "record/log_read.h"
#include "record/run_bracket.h"
#include "run/proof.h"
#include "run/proof_jobs.h"
#include "run/proof_lots.h"
#include "run/proof_people.h"
#include "run/series_holders.h"

struct proof {
	const struct proof_wish *wish;
	struct log_reader *reader;
	struct checkpoint *checkpoint; /* the last one; or NULL */
	struct proof_people *people;
	struct key *administrator; /* whom the reader knows; or NULL */
	bool was_administrator;	   /* he was this log's */
	bool is_allowed,
		not_allowed; /* the bench's key was the bench's, as he has it, once; or once not */
	struct value *says;
	int64_t journals, replays, photos, persons, unknown;
	struct proof_lots *lots;
	struct run_brackets *brackets;
	bool is_whole; /* every record of the log comes */
	struct series_holders *holders;
	/* of a run's name what its last release says, and "record" and "since" */
	struct value *released;
	int64_t away;			    /* runs whose series are not here */
	int64_t lot[LOT_PROOF_MISSING + 1]; /* how often each was proved */
	struct proof_jobs *jobs;
	int64_t job[JOB_PROOF_MISSING + 1];
};

/* Files that records rest on lie in FOLDER/files; `text_of` gives the texts of records that were read before. */
int proof_begin(struct proof *proof, const struct proof_wish *wish, enum log_extent extent,
		const char *folder, record_text_fn *text_of, void *ctx, struct error *err);
/* What was found; the caller frees it. */
struct value *proof_end(struct proof *proof);

/* A run, or the log (NULL), lacks what the next start of a controller makes, if nothing but power has gone. */
void proof_owed(struct proof *proof, const char *run, const char *why);
/* `seq` 0, `run` and `file` NULL: of none. */
void proof_problem(struct proof *proof, uint64_t seq, const char *run, const char *file,
		   const char *why);
/* Add to what was proved, or was not; the map is for more. */
struct value *proof_proved(struct proof *proof, const char *what);
struct value *proof_not_proved(struct proof *proof, const char *what, const char *why);

/* A record beyond its bench's signature: keys, persons, kinds; and whether the bench's key was vouched for then. */
void proof_record(struct proof *proof, const struct log_record *record);
/* The run of a record, whose journal is in `folder`. */
void proof_run(struct proof *proof, const char *folder, uint64_t seq, const struct value *event,
	       bool is_simulated);
/* The photos of a run, whose folder is there even where its series have left. */
void proof_photos(struct proof *proof, const char *folder, uint64_t seq, const struct value *event);
/*
 * A run whose journal is not in `folder`: false where no record says that its series have left. Where one does, it is held against
 * the receipts in the log before it, and said to be not proved.
 */
bool proof_is_away(struct proof *proof, uint64_t seq, const struct value *event, bool is_simulated);
/* The name of the run in an event, or NULL. */
const char *proof_run_name(const struct entry *entry);

/* A checkpoint's file; NULL where it is missing or not good, which is a problem then. */
struct checkpoint *proof_checkpoint(struct proof *proof, const char *path);
/* What the last checkpoint says goes into the log's map, and how many records stand behind it. */
void proof_say_log(struct proof *proof, uint64_t records);

#endif
