/* SPDX-License-Identifier: Apache-2.0 */
/* The mini bench's slot (tests/bench_rig.h) without a script: claims act on it themselves. */
#ifndef DAVY_TESTS_SLOT_RIG_H
#define DAVY_TESTS_SLOT_RIG_H

#include "run/slot.h"
#include "tests/bench_rig.h"

struct slot_rig {
	struct bench bench;
	struct plan *plan;
	struct loop *loop;
	struct writer *writer;
	struct journal *journal;
	struct bench_clock *clock;
	struct slot *slot;
	struct gas_ledger *gases; /* the controller's, where it has cylinders */
	struct gas_account *account;
	/* what the slot told */
	enum verdict tripped; /* 0: it has not */
	char why[320];
	struct buf outputs; /* "valve=1 valve=0 " */
	int samples[FIXTURE_MOST];
	double value[FIXTURE_MOST];
	/* how the latest slot_rig_… ended */
	struct error error; /* kind 0: well */
	struct timer alarm;
};

/* Open and bring it up with a fault (NULL: none); with `files`, after writing those into the tree. */
void slot_rig_open(struct slot_rig *rig, const char *fault, const struct bench_file *files);
/* The same, but no longer than this: it may be coming up still. */
void slot_rig_begin(struct slot_rig *rig, const char *fault, const struct bench_file *files,
		    nsec time);
/* As on real wires, with these cylinders connected (run/gas_supply.h). */
void slot_rig_open_supplied(struct slot_rig *rig, const struct bench_file *files,
			    const struct value *connections);
/* Its clock is the real one. */
void slot_rig_open_in_real_time(struct slot_rig *rig, const struct bench_file *files);
/* Its clock runs ten times as fast as its wires', which is the real one, as where a rig's bench is scaled. */
void slot_rig_open_scaled(struct slot_rig *rig, const struct bench_file *files);
void slot_rig_close(struct slot_rig *rig);
/* Each runs the loop until the deed is done; 0, or -1 and rig->error. */
int slot_rig_act(struct slot_rig *rig, const char *line, bool on);
int slot_rig_set(struct slot_rig *rig, const char *device, const char *write, double number);
void slot_rig_make_safe(struct slot_rig *rig);
void slot_rig_wait(struct slot_rig *rig, nsec time);
/* All that the journal was given is in its file. */
void slot_rig_settle(struct slot_rig *rig);
bool slot_rig_level(const struct slot_rig *rig, const char *line);
/* Did the slot trip like this, with this in its reason? */
bool slot_rig_tripped(const struct slot_rig *rig, enum verdict verdict, const char *part);
bool slot_rig_refused(const struct slot_rig *rig, const char *part);

#endif
