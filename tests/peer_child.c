/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that takes turns. Each mode is one function: it gets the turn's packet and answers, or
 * does what no process should. "count" is the honest one: it says what it got and is idle.
 *
 * This end blocks, as davy-lua does; whatever hangs here is for the controller to notice.
 */
#include "tests/peer_child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/hostile_child.h"

enum { SOCKET = 3 };

static struct {
	const uint8_t *bytes; /* the packet that began the turn */
	size_t size;
	int number;
	uint32_t last;	   /* its last sequence */
	uint32_t sequence; /* our own */
	struct buf packet; /* our answer */
} turn;

void peer_turn_add(enum frame_type type, uint32_t request, const struct value *payload)
{
	struct error err;

	if (packet_add(&turn.packet, type, ++turn.sequence, request, 0, payload, &err) < 0)
		abort();
}

static void add_text(enum frame_type type, struct value *text)
{
	struct value *payload = value_map();

	value_set(payload, "text", text);
	if (type == FRAME_FAILED)
		value_set_text(payload, "kind", "script");
	peer_turn_add(type, 0, payload);
	value_free(payload);
}

static void add_note(const char *text)
{
	add_text(FRAME_NOTE, value_text(text));
}

static void add_large_note(size_t size)
{
	char *text = calloc(1, size);

	add_text(FRAME_NOTE, value_bytes(text, size));
	free(text);
}

void peer_turn_send(void)
{
	if (send(SOCKET, turn.packet.data, turn.packet.size, MSG_NOSIGNAL) < 0)
		_exit(9);
	buf_clear(&turn.packet);
}

static void send_more(void)
{
	peer_turn_add(FRAME_MORE, 0, NULL);
	peer_turn_send();
}

void peer_turn_idle(void)
{
	peer_turn_add(FRAME_IDLE, turn.last, NULL);
	peer_turn_send();
}

/* ---- modes ---- */

static void note_source(const struct value *payload)
{
	add_text(FRAME_NOTE,
		 value_printf("%s part %d: %zu bytes%s", value_get_text(payload, "name"),
			      (int)value_get_int(payload, "part", 0),
			      value_get(payload, "text")->size,
			      value_get_bool(payload, "last") ? ", the last" : ""));
}

static void be_count(void)
{
	struct frame frame;
	struct error err;
	size_t offset = 0;
	int count = 0;

	while (packet_next(turn.bytes, turn.size, &offset, &frame, &err) > 0) {
		if (frame.type == FRAME_SOURCE)
			note_source(frame.payload);
		value_free(frame.payload);
		count++;
	}
	add_text(FRAME_NOTE, value_printf("packet %d: %d frames", turn.number, count));
	peer_turn_idle();
}

static void be_quick(void)
{
	peer_turn_idle();
}

static void be_long(void)
{
	add_note("first");
	send_more();
	add_note("second");
	peer_turn_idle();
}

static void be_burst(void)
{
	for (int i = 0; i < 40; i++)
		send_more();
	peer_turn_idle();
}

static void be_mute(void)
{
	pause();
}

static void be_busy(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

static void be_exit(void)
{
	exit(3);
}

static void be_killed(void)
{
	raise(SIGKILL);
}

static void be_closing(void)
{
	close(SOCKET);
	pause();
}

/* Somebody else keeps the socket open for longer than anybody should wait. */
static void be_survived(void)
{
	if (fork() == 0)
		sleep(3);
	_exit(4);
}

static void be_failed(void)
{
	add_text(FRAME_FAILED, value_text("a.lua:1: no such channel"));
	peer_turn_send();
	exit(1);
}

static void be_done(void)
{
	peer_turn_add(FRAME_DONE, 0, NULL);
	peer_turn_idle();
	exit(0);
}

static void be_garbage(void)
{
	buf_add_text(&turn.packet, "hello");
	peer_turn_send();
}

static void be_huge(void)
{
	static const char zeros[PACKET_MOST + 1];

	buf_add(&turn.packet, zeros, sizeof(zeros));
	peer_turn_send();
}

static void be_flood(void)
{
	for (;;) {
		add_large_note(60000);
		send_more();
	}
}

static void be_chatty(void)
{
	for (int i = 0; i < 1001; i++) {
		add_note("");
		if (i % 500 == 0)
			send_more();
	}
	peer_turn_idle();
}

static void be_wrong_ack(void)
{
	turn.last += 6;
	peer_turn_idle();
}

static void be_late(void)
{
	peer_turn_idle();
	peer_turn_idle();
}

static void be_after_idle(void)
{
	peer_turn_add(FRAME_IDLE, turn.last, NULL);
	add_note("and another thing");
	peer_turn_send();
}

static void be_controller(void)
{
	struct value *payload = value_map();

	value_set_int(payload, "to", 0);
	peer_turn_add(FRAME_ADVANCE, 0, payload);
	value_free(payload);
	peer_turn_idle();
}

static void be_skipping(void)
{
	add_note("");
	turn.sequence++;
	peer_turn_idle();
}

static void be_open_ended(void)
{
	add_note("");
	peer_turn_send();
}

/* The first frame of the answer, spoilt at a byte of its head. */
static void send_spoilt(size_t at, uint32_t number)
{
	add_note("");
	memcpy(turn.packet.data + at, &number, sizeof(number));
	peer_turn_send();
}

static void be_half(void)
{
	add_note("half of a message, and then no more");
	turn.packet.size /= 2;
	peer_turn_send();
}

static void be_huge_length(void)
{
	send_spoilt(8, 0xffffffff);
}

static void be_unknown(void)
{
	send_spoilt(4, 77 << 16 | PACKET_SCHEMA);
}

static void be_other_version(void)
{
	send_spoilt(4, FRAME_NOTE << 16 | (PACKET_SCHEMA + 1));
}

static void be_empty(void)
{
	peer_turn_send();
	pause();
}

static void be_nested(void)
{
	struct value *deep = value_list(), *inner = deep;

	for (int depth = 0; depth < 100; depth++) {
		value_add(inner, value_list());
		inner = inner->items[0];
	}
	peer_turn_add(FRAME_ANSWER, 1, deep);
	value_free(deep);
	peer_turn_idle();
}

static const struct mode {
	const char *name;
	void (*answer)(void);
} MODES[] = {
	{"count", be_count},
	{"quick", be_quick},
	{"long", be_long},
	{"burst", be_burst},
	{"mute", be_mute},
	{"busy", be_busy},
	{"exit", be_exit},
	{"killed", be_killed},
	{"closing", be_closing},
	{"survived", be_survived},
	{"failed", be_failed},
	{"done", be_done},
	{"garbage", be_garbage},
	{"huge", be_huge},
	{"flood", be_flood},
	{"chatty", be_chatty},
	{"wrong_ack", be_wrong_ack},
	{"late", be_late},
	{"after_idle", be_after_idle},
	{"controller", be_controller},
	{"skipping", be_skipping},
	{"open_ended", be_open_ended},
	{"half", be_half},
	{"huge_length", be_huge_length},
	{"unknown", be_unknown},
	{"other_version", be_other_version},
	{"empty", be_empty},
	{"nested", be_nested},
};

/* The sequence of the packet's last frame. */
static uint32_t last_sequence(const uint8_t *bytes, size_t size)
{
	struct frame frame = {0};
	struct error err;
	size_t offset = 0;

	while (packet_next(bytes, size, &offset, &frame, &err) > 0)
		value_free(frame.payload);
	return frame.sequence;
}

const uint8_t *peer_turn_bytes(size_t *size)
{
	*size = turn.size;
	return turn.bytes;
}

void peer_serve(peer_answer_fn *answer)
{
	static uint8_t bytes[PACKET_MOST];
	ssize_t size;

	buf_init(&turn.packet);
	while ((size = recv(SOCKET, bytes, sizeof(bytes), 0)) > 0) {
		turn.bytes = bytes;
		turn.size = (size_t)size;
		turn.number++;
		turn.last = last_sequence(bytes, turn.size);
		answer();
	}
	buf_done(&turn.packet);
}

peer_answer_fn *peer_mode(const char *mode)
{
	for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++)
		if (strcmp(MODES[i].name, mode) == 0)
			return MODES[i].answer;
	return NULL;
}

int peer_child(const char *mode)
{
	peer_answer_fn *answer = peer_mode(mode);

	if (strchr(mode, ':'))
		return hostile_child(mode);
	if (answer)
		peer_serve(answer);
	return 0;
}
