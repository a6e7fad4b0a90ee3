/* SPDX-License-Identifier: Apache-2.0 */
/* For claims about clocks: a loop, one clock, and timers that write into a diary. */
#ifndef DAVY_TESTS_CLOCK_RIG_H
#define DAVY_TESTS_CLOCK_RIG_H

#include "base/buf.h"
#include "loop/clock.h"

enum { NOTES = 12 };

struct clock_rig {
	struct loop *loop;
	struct bench_clock *clock;
	struct error err;
	struct buf diary;
	struct note {
		struct clock_rig *rig;
		struct timer timer;
		const char *name;
		void (*then)(struct clock_rig *rig, struct note *note);
	} notes[NOTES];
	struct timer end;
	int asked; /* how often the jump hook was asked */
};

struct clock_rig *clock_rig_new(enum clock_kind kind, double scale);
void clock_rig_free(struct clock_rig *rig);
/* Arm note number `which`; when it fires it writes "name@milliseconds ", then calls `then`. */
struct note *clock_rig_note(struct clock_rig *rig, int which, const char *name, nsec deadline,
			    enum timer_class class);
/* Run the loop until the clock shows `until`, after everything else at that instant. */
void clock_rig_run(struct clock_rig *rig, nsec until);

/* Timer functions: of a struct note, and one that ends the run of a struct clock_rig. */
void clock_note_fired(void *note);
void clock_rig_ends(void *rig);

void check_diary(struct clock_rig *rig, const char *wanted);
/* For clocks that run by themselves: how many timers fired, whatever time it was. */
void check_fired(struct clock_rig *rig, int wanted);

#endif
