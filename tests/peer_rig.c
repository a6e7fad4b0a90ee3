/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rig of the claims about peers. Its clock is virtual; a timer of the loop's real clock gives
 * up a run that would last for ever, so that a broken peer fails its claim instead of stopping them
 * all.
 */
#include "tests/peer_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tests/claims.h"

static void quit(void *ctx)
{
	struct rig *rig = ctx;

	loop_quit(rig->loop);
}

void rig_free_peer(struct rig *rig)
{
	peer_free(rig->peer);
	rig->peer = NULL;
	loop_quit(rig->loop);
}

static void heard_frame(void *ctx, const struct frame *frame)
{
	struct rig *rig = ctx;
	const char *text = value_get_text(frame->payload, "text");

	buf_printf(&rig->heard, "%s %s\n", frame_type_name(frame->type), text ? text : "");
	if (rig->free_in == FREE_IN_FRAME)
		rig_free_peer(rig);
}

static void became_idle(void *ctx)
{
	struct rig *rig = ctx;

	rig->idles++;
	loop_quit(rig->loop);
	if (rig->free_in == FREE_IN_IDLE)
		rig_free_peer(rig);
}

static void has_ended(void *ctx, const char *why)
{
	struct rig *rig = ctx;

	if (rig->free_in == FREE_IN_ENDED)
		rig_free_peer(rig);
	rig->ends++;
	rig->ended_at = clock_now(rig->clock);
	snprintf(rig->why, sizeof(rig->why), "%s", why);
	loop_quit(rig->loop);
}

struct peer *rig_start(struct rig *rig, const char *program, const char *mode, struct error *err)
{
	static const struct peer_handlers handlers = {heard_frame, became_idle, has_ended};
	char *argv[] = {(char *)program, "--as-peer", (char *)mode, NULL};

	return peer_start(rig->loop, rig->clock, argv, -1, &handlers, rig, err);
}

void rig_init(struct rig *rig, const char *mode)
{
	char self[1000] = "";
	struct error err;

	CU_ASSERT_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 20) > 0);
	/* valgrind 3.24 leaves the end of its own name behind ours */
	strcpy(strrchr(self, '/'), "/davy-tests");
	*rig = (struct rig){.loop = loop_new(&err), .alarmed_at = -1, .ended_at = -1};
	rig->clock = clock_new(rig->loop, CLOCK_KIND_VIRTUAL, 1);
	buf_init(&rig->heard);
	rig->peer = rig_start(rig, self, mode, &err);
	if (!rig->peer)
		CU_FAIL_FATAL(err.text);
}

void rig_done(struct rig *rig)
{
	timer_stop(&rig->alarm);
	peer_free(rig->peer);
	clock_free(rig->clock);
	loop_free(rig->loop);
	buf_done(&rig->heard);
}

void rig_run_for(struct rig *rig, nsec most)
{
	struct bench_clock *real = loop_real_clock(rig->loop);
	struct error err;

	timer_start(&rig->late, real, clock_now(real) + most, TIMER_WAIT, quit, rig);
	loop_run(rig->loop, &err);
	timer_stop(&rig->late);
}

void rig_run(struct rig *rig)
{
	rig_run_for(rig, SEC(8));
}

static void alarm_rang(void *ctx)
{
	struct rig *rig = ctx;

	rig->alarmed_at = clock_now(rig->clock);
	loop_quit(rig->loop);
}

void rig_set_alarm(struct rig *rig)
{
	timer_start(&rig->alarm, rig->clock, SEC(10), TIMER_WAIT, alarm_rang, rig);
}

void rig_add_result(struct rig *rig, size_t size)
{
	char *text = xcalloc(1, size + 1);
	struct value *result = value_map();

	memset(text, 'x', size);
	value_set_bool(result, "ok", true);
	value_set_text(result, "value", text);
	peer_add(rig->peer, FRAME_RESULT, 1, result);
	value_free(result);
	free(text);
}

void rig_take_turn(struct rig *rig)
{
	peer_add(rig->peer, FRAME_STOP, 0, NULL);
	peer_flush(rig->peer);
	rig_run(rig);
}

void rig_check_end(const char *mode, const char *heard, const char *why)
{
	struct rig rig;

	rig_init(&rig, mode);
	rig_take_turn(&rig);
	if (!rig.ends)
		rig_run(&rig); /* it was idle first */

	CU_ASSERT_EQUAL(rig.ends, 1);
	CU_ASSERT_STRING_EQUAL(rig.why, why);
	CU_ASSERT_STRING_EQUAL(rig.heard.data, heard);
	rig_done(&rig);
}
