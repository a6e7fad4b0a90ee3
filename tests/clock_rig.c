/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The diary is one line of text, so that a claim about order is one string to compare.
 */
#include "tests/clock_rig.h"

#include <stdlib.h>

#include "tests/claims.h"

struct clock_rig *clock_rig_new(enum clock_kind kind, double scale)
{
	struct clock_rig *rig = calloc(1, sizeof(*rig));

	buf_init(&rig->diary);
	rig->loop = loop_new(&rig->err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->loop);
	rig->clock = clock_new(rig->loop, kind, scale);
	return rig;
}

void clock_rig_free(struct clock_rig *rig)
{
	clock_free(rig->clock);
	loop_free(rig->loop);
	buf_done(&rig->diary);
	free(rig);
}

void clock_note_fired(void *ctx)
{
	struct note *note = ctx;
	struct clock_rig *rig = note->rig;

	buf_printf(&rig->diary, "%s@%lld ", note->name,
		   (long long)(clock_now(rig->clock) / MSEC(1)));
	if (note->then)
		note->then(rig, note);
}

struct note *clock_rig_note(struct clock_rig *rig, int which, const char *name, nsec deadline,
			    enum timer_class class)
{
	struct note *note = &rig->notes[which];

	note->rig = rig;
	note->name = name;
	timer_start(&note->timer, rig->clock, deadline, class, clock_note_fired, note);
	return note;
}

void clock_rig_ends(void *ctx)
{
	struct clock_rig *rig = ctx;

	loop_quit(rig->loop);
}

void clock_rig_run(struct clock_rig *rig, nsec until)
{
	timer_start(&rig->end, rig->clock, until, TIMER_WAIT, clock_rig_ends, rig);
	CU_ASSERT_EQUAL(loop_run(rig->loop, &rig->err), 0);
	timer_stop(&rig->end);
}

void check_diary(struct clock_rig *rig, const char *wanted)
{
	CU_ASSERT_STRING_EQUAL(rig->diary.data, wanted);
}

void check_fired(struct clock_rig *rig, int wanted)
{
	int fired = 0;

	for (const char *at = rig->diary.data; *at; at++)
		fired += *at == ' ';
	CU_ASSERT_EQUAL(fired, wanted);
}
