/* SPDX-License-Identifier: Apache-2.0 */
/* An open serial port: bytes, the wire that goes and comes back, and sending without a loop. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tests/claims.h"
#include "tests/rig/bench.h"
#include "tests/rig/far_end.h"

/* PLUGGED: on a card that is pulled out, with the four pairs on it. */
enum { PAIR = 3, PLUGGED = 6 };

static void open_both(struct near_end *near_end, struct far_end *far, int pair)
{
	far_end_open(far, pair);
	near_end_open(near_end, far);
	if (!near_end->serial)
		printf("        it was: %s\n", near_end->error.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(near_end->serial);
}

static void close_both(struct near_end *near_end, struct far_end *far)
{
	near_end_close(near_end);
	far_end_close(far);
}

static int say(struct near_end *near_end, const void *bytes, size_t size)
{
	return serial_write(near_end->serial, bytes, size, &near_end->error);
}

static bool has_heard(const struct buf *heard, const char *text)
{
	return heard->size == strlen(text) && !memcmp(heard->data, text, strlen(text));
}

/* ---- bytes ---- */

static void bytes_cross_both_ways(void)
{
	struct near_end near_end;
	struct far_end far;

	open_both(&near_end, &far, PAIR);
	CU_ASSERT_EQUAL(say(&near_end, "to\r\n\0\xff", 6), 0);
	far_end_say(&far, "fro\r\n\x11\x13\x03", 8); /* XON, XOFF, interrupt: bytes like others */
	far_end_await(&far, &far.heard, 6);
	far_end_await(&far, &near_end.heard, 8);

	CU_ASSERT_EQUAL(far.heard.size, 6);
	CU_ASSERT_EQUAL(memcmp(far.heard.data, "to\r\n\0\xff", 6), 0);
	CU_ASSERT(has_heard(&near_end.heard, "fro\r\n\x11\x13\x03"));
	CU_ASSERT_EQUAL(near_end.lost, 0);
	close_both(&near_end, &far);
}

static void a_large_frame_leaves_whole(void)
{
	enum { FRAME = 60000 };
	uint8_t *frame = xcalloc(1, FRAME);
	struct near_end near_end;
	struct far_end far;

	open_both(&near_end, &far, PAIR);
	for (size_t i = 0; i < FRAME; i++)
		frame[i] = (uint8_t)(i * 7 + i / 256);
	CU_ASSERT_EQUAL(say(&near_end, frame, FRAME), 0);
	far_end_await(&far, &far.heard, FRAME);

	CU_ASSERT_EQUAL(far.heard.size, FRAME);
	CU_ASSERT(far.heard.size == FRAME && !memcmp(far.heard.data, frame, FRAME));
	free(frame);
	close_both(&near_end, &far);
}

static void echo_far(struct far_end *far)
{
	far_end_say(far, far->heard.data, far->heard.size);
	if (memchr(far->heard.data, '\r', far->heard.size))
		far_end_say(far, "12.5\r", 5);
	buf_clear(&far->heard);
}

static void an_adapter_that_hears_itself_is_heard_past(void)
{
	struct near_end near_end;
	struct far_end far;

	far_end_open(&far, PAIR);
	far.wire.echo = true;
	far.hears = echo_far;
	near_end_open(&near_end, &far);
	CU_ASSERT_EQUAL(say(&near_end, "FLOW?\r", 6), 0);
	far_end_await(&far, &near_end.heard, 5);

	CU_ASSERT(has_heard(&near_end.heard, "12.5\r"));
	CU_ASSERT_EQUAL(near_end.lost, 0);
	close_both(&near_end, &far);
}

static void garble_far(struct far_end *far)
{
	far_end_say(far, "\x7f\x7f\x7f", 3);
	far->hears = NULL;
}

static void a_collision_is_an_error_and_the_port_is_opened_anew(void)
{
	struct near_end near_end;
	struct far_end far;

	far_end_open(&far, PAIR);
	far.wire.echo = true;
	far.hears = garble_far;
	near_end_open(&near_end, &far);
	CU_ASSERT_EQUAL(say(&near_end, "FLOW?\r", 6), 0);
	far_end_run(&far, SEC(5));
	CU_ASSERT_EQUAL(near_end.lost, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(near_end.why, "7F came back where 46 had been sent"));
	CU_ASSERT_EQUAL(serial_real_fd(near_end.serial), -1);

	far_end_run(&far, SEC(5));
	CU_ASSERT_EQUAL(near_end.back, 1);
	far.hears = echo_far;
	buf_clear(&far.heard);
	CU_ASSERT_EQUAL(say(&near_end, "FLOW?\r", 6), 0);
	far_end_await(&far, &near_end.heard, 5);
	CU_ASSERT(has_heard(&near_end.heard, "12.5\r"));
	close_both(&near_end, &far);
}

static void a_port_full_of_bytes_is_closed_soon(void)
{
	uint8_t *much = xcalloc(1, 60000);
	struct near_end near_end;
	struct far_end far;
	nsec began;

	open_both(&near_end, &far, PAIR);
	CU_ASSERT_EQUAL(say(&near_end, much, 60000), 0);
	began = clock_now(far.clock);
	near_end_close(&near_end);

	printf("        closing with a full queue took %.1f ms\n",
	       (double)(clock_now(far.clock) - began) / 1e6);
	CU_ASSERT(clock_now(far.clock) - began < SEC(1));
	free(much);
	far_end_close(&far);
}

/* ---- the wire ---- */

static void an_unplugged_adapter_is_noticed_at_once(void)
{
	struct near_end near_end;
	struct far_end far;
	struct error err;
	nsec gone;

	open_both(&near_end, &far, PLUGGED);
	far_end_run(&far, MSEC(50));
	rig_pair_unplug(PLUGGED);
	gone = clock_now(far.clock);
	far_end_run(&far, SEC(5));

	CU_ASSERT_EQUAL(near_end.lost, 1);
	printf("        told %.1f ms after the card was gone: %s\n",
	       (double)(near_end.lost_at - gone) / 1e6, near_end.why);
	CU_ASSERT(near_end.lost_at - gone < MSEC(20));
	CU_ASSERT_PTR_NOT_NULL(strstr(near_end.why, "unplugged"));
	CU_ASSERT_EQUAL(serial_real_fd(near_end.serial), -1);
	CU_ASSERT_EQUAL(serial_write(near_end.serial, (const uint8_t *)"x", 1, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_LINK);
	rig_pair_plug(PLUGGED);
	close_both(&near_end, &far);
}

static void an_adapter_that_returns_is_opened_again(void)
{
	struct near_end near_end;
	struct far_end far;
	nsec there;

	open_both(&near_end, &far, PLUGGED);
	for (int i = 1; i <= 2; i++) {
		rig_pair_unplug(PLUGGED);
		far_end_run(&far, SEC(5));
		CU_ASSERT_EQUAL(near_end.lost, i);
		far_end_run(&far, MSEC(500));
		CU_ASSERT_EQUAL(near_end.back, i - 1);

		rig_pair_plug(PLUGGED);
		there = clock_now(far.clock);
		far_end_run(&far, SEC(5));
		CU_ASSERT_EQUAL(near_end.back, i);
		printf("        taken %.0f ms after it was there again\n",
		       (double)(near_end.back_at - there) / 1e6);
		CU_ASSERT(near_end.back_at - there < MSEC(1500));
		CU_ASSERT(serial_real_fd(near_end.serial) >= 0);

		buf_clear(&near_end.heard);
		buf_clear(&far.heard);
		CU_ASSERT_EQUAL(say(&near_end, "again", 5), 0);
		far_end_say(&far, "and back", 8);
		far_end_await(&far, &far.heard, 5);
		far_end_await(&far, &near_end.heard, 8);
		CU_ASSERT(has_heard(&far.heard, "again"));
		CU_ASSERT(has_heard(&near_end.heard, "and back"));
	}
	close_both(&near_end, &far);
}

static void another_port_under_the_same_name_is_not_taken(void)
{
	char near_path[32], far_path[32], link[] = "/tmp/rig-link";
	struct near_end near_end;
	struct far_end far;

	far_end_open(&far, PLUGGED);
	unlink(link);
	CU_ASSERT_EQUAL(symlink(far.near_path, link), 0);
	snprintf(far.wire.where, sizeof(far.wire.where), "%s", link);
	near_end_open(&near_end, &far);
	CU_ASSERT_PTR_NOT_NULL_FATAL(near_end.serial);
	rig_pair_unplug(PLUGGED);
	far_end_run(&far, SEC(5));
	CU_ASSERT_EQUAL(near_end.lost, 1);

	rig_pair(PAIR, near_path, far_path);
	unlink(link);
	CU_ASSERT_EQUAL(symlink(near_path, link), 0);
	far_end_run(&far, SEC(1));
	CU_ASSERT_EQUAL(near_end.back, 0);

	rig_pair_plug(PLUGGED);
	rig_pair(PLUGGED, near_path, far_path);
	unlink(link);
	CU_ASSERT_EQUAL(symlink(near_path, link), 0);
	far_end_run(&far, SEC(2));
	CU_ASSERT_EQUAL(near_end.back, 1);
	unlink(link);
	close_both(&near_end, &far);
}

/* ---- without a loop ---- */

static void what_makes_a_device_safe_is_sent_without_a_loop(void)
{
	struct error err = {0};
	struct far_end far;
	int fd;

	far_end_open(&far, PAIR);
	fd = serial_blind_open(&far.wire, &err);
	if (fd < 0)
		printf("        it was: %s\n", err.text);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(serial_blind_send(fd, (const uint8_t *)"OUTP OFF\n", 9, MSEC(500), &err),
			0);
	far_end_await(&far, &far.heard, 9);

	CU_ASSERT(has_heard(&far.heard, "OUTP OFF\n"));
	close(fd);
	far_end_close(&far);
}

static void a_held_descriptor_still_sends_when_its_port_was_closed(void)
{
	struct near_end near_end;
	struct far_end far;
	struct error err;
	int held;

	open_both(&near_end, &far, PAIR);
	held = dup(serial_real_fd(near_end.serial));
	near_end_close(&near_end);
	CU_ASSERT_EQUAL(serial_blind_send(held, (const uint8_t *)"OUTP OFF\n", 9, MSEC(500), &err),
			0);
	far_end_await(&far, &far.heard, 9);
	CU_ASSERT(has_heard(&far.heard, "OUTP OFF\n"));

	/* and while it is held nobody else has the port */
	CU_ASSERT_EQUAL(serial_blind_open(&far.wire, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "has this port"));
	close(held);
	held = serial_blind_open(&far.wire, &err);
	CU_ASSERT(held >= 0);
	close(held);
	far_end_close(&far);
}

static void a_blind_send_over_a_wire_that_is_gone_says_so(void)
{
	struct error err = {0};
	struct far_end far;
	int fd;

	far_end_open(&far, PLUGGED);
	fd = serial_blind_open(&far.wire, &err);
	CU_ASSERT_FATAL(fd >= 0);
	rig_pair_unplug(PLUGGED);
	CU_ASSERT_EQUAL(serial_blind_send(fd, (const uint8_t *)"OUTP OFF\n", 9, MSEC(500), &err),
			-1);
	CU_ASSERT_EQUAL(err.kind, ERROR_LINK);
	CU_ASSERT_EQUAL(serial_blind_open(&far.wire, &err), -1);
	if (err.kind != ERROR_LINK)
		printf("        it was: %s\n", err.text);
	CU_ASSERT_EQUAL(err.kind, ERROR_LINK);
	rig_pair_plug(PLUGGED);
	close(fd);
	far_end_close(&far);
}

void suite_serial_wire(void)
{
	suite_begin("serial wire");
	claim(bytes_cross_both_ways);
	claim(a_large_frame_leaves_whole);
	claim(an_adapter_that_hears_itself_is_heard_past);
	claim(a_collision_is_an_error_and_the_port_is_opened_anew);
	claim(a_port_full_of_bytes_is_closed_soon);
	claim(an_unplugged_adapter_is_noticed_at_once);
	claim(an_adapter_that_returns_is_opened_again);
	claim(another_port_under_the_same_name_is_not_taken);
	claim(what_makes_a_device_safe_is_sent_without_a_loop);
	claim(a_held_descriptor_still_sends_when_its_port_was_closed);
	claim(a_blind_send_over_a_wire_that_is_gone_says_so);
}
