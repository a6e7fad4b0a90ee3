/* SPDX-License-Identifier: Apache-2.0 */
/* A run as its journal tells it, read back with its chain verified. */
#ifndef DAVY_RUN_ACCOUNT_H
#define DAVY_RUN_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"

struct account {
	char *folder, *id; /* of the run's folder; its last part */
	struct value
		*head; /* the line "run", or NULL; a run that turned out to be is "simulated" */
	struct value *anchor;	   /* when it began */
	struct value *judged;	   /* list of the measures as they were judged */
	struct value *devices;	   /* list of the lines "device" */
	struct value *sources;	   /* list of the lines "source", without their texts */
	struct value *environment; /* the line, or NULL */
	struct value *consumes;	   /* the line, or NULL: it uses up nothing, or never began to */
	struct value *
		gases; /* list of {"line","cylinder","seconds","volume","unit"}: what each line drew in all */
	struct value *adjustments; /* list of the lines "adjusted": {"t","what","by"} */
	struct value *
		photos; /* list: what photos the script asked for, {"t","id","text","zh"} and, where it has one, what
				 run/photo.h has, and "says": the person's words */
	bool has_started;      /* its script, or what stands in its place */
	struct value *verdict; /* the last line, or NULL: running, interrupted, or cut short */
	bool interrupted;      /* it stands where it may be taken up again */
	struct value *resumed; /* list of the lines "resumed": {"t","interruption","away_ns",…} */
	struct value
		*record; /* {"seq","id"} of its signed record, or NULL: it has none, or not yet */
	char chain[65];	 /* of the last line */
	size_t torn;	 /* bytes behind it */
	nsec time;	 /* of the last line */
};

/* The folder of the run that `name` names: an id, the beginning of one, or "last". The caller frees it. */
char *account_find(const char *state, const char *name, struct error *err);
/* Read the journal in `folder`. The caller frees it. */
struct account *account_read(const char *folder, struct error *err);
void account_free(struct account *account); /* accepts NULL */
/* Every run in the state folder, the one written last behind; the caller frees each and the array. */
char **account_list(const char *state, size_t *count);

#endif
