/* SPDX-License-Identifier: Apache-2.0 */
/* Between the audit*.c: a run as an audit sees it. */
#ifndef DAVY_RUN_AUDIT_PARTS_H
#define DAVY_RUN_AUDIT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/nsec.h"
#include "run/audit.h"
#include "run/fixture.h"

/* What one channel gave. */
struct audited_series {
	char name[32];
	char *instrument; /* what makes the same noise in other runs: fixture, channel and identity */
	struct unit unit;
	double step;	   /* what it resolves, SI; 0: computed, or not known */
	bool stamped_here; /* one by one, by the bench's clock; else in blocks, by the instrument */
	nsec *times;	   /* these two until the run was looked at */
	double *values;
	size_t count, room;
	uint64_t kept_times; /* on the audit's shelf, from then on */
	size_t number;	     /* of its first view in the twins */
};

struct audited {
	char *run;     /* its id */
	char *bundle;  /* or NULL */
	char *bench;   /* as its record says, or "" */
	char head[65]; /* of its journal's chain */
	bool simulated, real_time;
	int64_t slot;
	char *serial, *ma;	       /* "" where none was said */
	int64_t begun_ns, recorded_ms; /* wall clock; 0: not known */
	int64_t error_ms;	       /* of the bench's clock, when it was recorded */
	bool has_one_clock;	       /* nobody set the calendar while it was on */
	nsec end;		       /* of bench time */
	struct fixture *fixture;       /* or NULL; freed once it was read */
	struct audited_series *series; /* as the fixture's channels */
	size_t series_count;
	bool has_transit; /* a time to a level was measured on a channel whose sampling line has one */
};

/* Read it; facts are appended to `findings`. NULL: it cannot be read. */
struct audited *audited_read(const char *folder, const struct audit_origin *origin,
			     struct value *findings, struct error *err);
void audited_free(struct audited *audited); /* accepts NULL */
/* Append {"flag","run","simulated"} and return it; it is the list's. */
struct value *audited_finding(struct value *findings, const struct audited *audited,
			      const char *flag);

/* ---- audit_facts.c: what the lines of one journal say ---- */

struct audited_facts;

struct audited_facts *audited_facts_new(const struct audited *audited, struct value *findings);
struct journal_item;
void audited_facts_line(struct audited_facts *facts, const struct journal_item *item);
/* After the last line, when all series are there. Sets has_transit. */
void audited_facts_end(struct audited_facts *facts, struct audited *audited);
void audited_facts_free(struct audited_facts *facts);

#endif
