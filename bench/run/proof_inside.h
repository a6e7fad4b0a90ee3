/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the proof share; nobody else includes it. */
#ifndef DAVY_RUN_PROOF_INSIDE_H
#define DAVY_RUN_PROOF_INSIDE_H

#include "record/log_read.h"
#include "run/proof.h"

struct proof {
	const struct proof_wish *wish;
	struct log_reader *reader;
	struct checkpoint *checkpoint; /* the last one; or NULL */
	struct roster *roster;	       /* by the administrator; or NULL */
	struct error
		not_allowed; /* why the bench's key is nobody's; kind 0: it is somebody's, or nobody asked */
	bool is_allowed;
	struct value *says;
	int64_t journals, replays, persons, unknown;
};

int proof_begin(struct proof *proof, const struct proof_wish *wish, enum log_extent extent,
		struct error *err);
/* What was found; the caller frees it. */
struct value *proof_end(struct proof *proof);

/* `seq` 0, `run` and `file` NULL: of none. */
void proof_problem(struct proof *proof, uint64_t seq, const char *run, const char *file,
		   const char *why);
/* Add to what was proved, or was not; the map is for more. */
struct value *proof_proved(struct proof *proof, const char *what);
struct value *proof_not_proved(struct proof *proof, const char *what, const char *why);

/* A record beyond its bench's signature: keys, persons, kinds; and when the bench's key was used. */
void proof_record(struct proof *proof, const struct log_record *record);
/* The run of a record, whose journal is in `folder`. */
void proof_run(struct proof *proof, const char *folder, uint64_t seq, const struct value *event,
	       bool is_simulated);
/* The name of the run in an event, or NULL. */
const char *proof_run_name(const struct entry *entry);

/* A checkpoint's file; NULL where it is missing or not good, which is a problem then. */
struct checkpoint *proof_checkpoint(struct proof *proof, const char *path);
/* What the last checkpoint says goes into the log's map, and how many records stand behind it. */
void proof_say_log(struct proof *proof, uint64_t records);

#endif
