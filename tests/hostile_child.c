/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A man in the middle (tests/hostile_child.h). What davy-lua says is taken apart and said again under
 * numbers of our own, so that a deed can come in between without a gap; what the controller says goes
 * through as it is, and so do the acknowledgements of it.
 */
#include "tests/hostile_child.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "tests/peer_child.h"

enum { SOCKET = 3, ENDED_MOST = 64 };

static struct {
	char *role, *deed;
	int lua; /* the socket to davy-lua */
	bool turned;
	char *frames;		    /* those left to be said, of "@FILE" */
	uint32_t ended[ENDED_MOST]; /* requests that have ended and are to be cancelled */
	size_t ended_count;
} child;

static bool has_habit(void)
{
	return !strcmp(child.deed, "cancels");
}

/* ---- what it says by itself ---- */

static enum frame_type type_named(const char *name)
{
	for (int type = FRAME_SOURCE; type <= FRAME_FAILED; type++)
		if (!strcmp(frame_type_name((enum frame_type)type), name))
			return (enum frame_type)type;
	abort();
}

/* "REQUEST 4 {…}" */
static void say_line(char *line)
{
	char *number = strchr(line, ' '), *json = number ? strchr(number + 1, ' ') : NULL;
	struct value *payload = NULL;
	struct error err;

	if (number)
		*number++ = '\0';
	for (char *c = json; c && *c; c++)
		if (*c == '\'')
			*c = '"';
	if (json && !(payload = json_parse(json, strlen(json), "frames", &err)))
		abort();
	peer_turn_add(type_named(line), number ? (uint32_t)atoi(number) : 0, payload);
	value_free(payload);
}

static void say_frames(void)
{
	char *line;

	while ((line = strsep(&child.frames, "\n")) && strcmp(line, "--") != 0)
		if (*line)
			say_line(line);
	peer_turn_idle();
}

static void do_deed(void)
{
	child.turned = true;
	if (child.frames || child.deed[0] == '@')
		say_frames();
	else
		peer_mode(child.deed)();
}

/* ---- what it passes on ---- */

static bool is_the_word(const struct frame *frame)
{
	const char *text = value_get_text(frame->payload, "text");

	return frame->type == FRAME_NOTE && text && !strcmp(text, "now") && !has_habit();
}

static void pass_on(const struct frame *frame)
{
	peer_turn_add(frame->type, frame->request, frame->payload);
	if (has_habit() && frame->type == FRAME_CANCEL)
		peer_turn_add(frame->type, frame->request, NULL);
}

/* One packet of davy-lua's; false: the turn is over. */
static bool pass_packet(void)
{
	static uint8_t bytes[PACKET_MOST];
	ssize_t size = recv(child.lua, bytes, sizeof(bytes), 0);
	struct frame frame = {0};
	struct error err;
	size_t offset = 0;
	bool turns = false;

	if (size <= 0)
		exit(5);
	while (!turns && packet_next(bytes, (size_t)size, &offset, &frame, &err) > 0) {
		turns = is_the_word(&frame);
		if (turns)
			do_deed();
		else
			pass_on(&frame);
		value_free(frame.payload);
	}
	if (!turns)
		peer_turn_send();
	return !turns && frame.type == FRAME_MORE;
}

static bool opens_the_valve(const struct frame *frame)
{
	return frame->type == FRAME_LINES &&
	       value_get_bool(value_get(frame->payload, "lines"), "valve");
}

/* A trace goes on after its answer, and a CANCEL would end it. */
static bool is_trace(const struct frame *frame)
{
	return value_get(value_get(frame->payload, "value"), "trace") != NULL;
}

/* What the controller says: does it turn a world? Requests that have ended are kept for the habit. */
static bool look_at_turn(void)
{
	struct frame frame;
	struct error err;
	size_t size, offset = 0;
	const uint8_t *bytes = peer_turn_bytes(&size);
	bool turns = false;

	while (packet_next(bytes, size, &offset, &frame, &err) > 0) {
		turns = turns || opens_the_valve(&frame);
		if (frame.type == FRAME_RESULT && child.ended_count < ENDED_MOST &&
		    !is_trace(&frame))
			child.ended[child.ended_count++] = frame.request;
		value_free(frame.payload);
	}
	return turns && !has_habit();
}

static void cancel_what_has_ended(void)
{
	for (size_t i = 0; i < child.ended_count && has_habit(); i++)
		peer_turn_add(FRAME_CANCEL, child.ended[i], NULL);
	child.ended_count = 0;
}

static void relay(void)
{
	size_t size;
	const uint8_t *bytes = peer_turn_bytes(&size);

	if (look_at_turn() || child.turned) {
		do_deed();
		return;
	}
	cancel_what_has_ended();
	if (send(child.lua, bytes, size, MSG_NOSIGNAL) < 0)
		exit(5);
	while (pass_packet())
		;
}

/* ---- its role ---- */

static void become_lua(int fd)
{
	const char *program = getenv("DAVY_LUA");

	if (fd != SOCKET)
		dup2(fd, SOCKET);
	execl(program, program, (char *)NULL);
	_exit(6);
}

static void start_lua(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		exit(6);
	if (fork() == 0)
		become_lua(ends[1]);
	close(ends[1]);
	child.lua = ends[0];
}

/* "load", "run" or "world"; the caller frees it. The packet is still there to be read. */
static char *asked_role(void)
{
	static uint8_t bytes[PACKET_MOST];
	ssize_t size = recv(SOCKET, bytes, sizeof(bytes), MSG_PEEK);
	struct frame frame;
	struct error err;
	size_t offset = 0;
	char *role = xstrdup("");

	while (size > 0 && packet_next(bytes, (size_t)size, &offset, &frame, &err) > 0) {
		if (frame.type == FRAME_START) {
			free(role);
			role = xstrdup(value_get_text(frame.payload, "mode"));
		}
		value_free(frame.payload);
	}
	return role;
}

static void read_frames(const char *path)
{
	struct buf bytes;
	struct error err;

	buf_init(&bytes);
	if (file_read(path, 1 << 20, &bytes, &err) < 0)
		abort();
	child.frames = buf_detach(&bytes);
}

static bool is_role(const char *asked)
{
	return !strcmp(asked, !strcmp(child.role, "runner")   ? "run"
			      : !strcmp(child.role, "loader") ? "load"
							      : "world");
}

int hostile_child(const char *what)
{
	char *asked = asked_role();

	child.role = xstrdup(what);
	child.deed = strchr(child.role, ':');
	*child.deed++ = '\0';
	if (!is_role(asked))
		become_lua(SOCKET);
	if (child.deed[0] == '@')
		read_frames(child.deed + 1);
	if (!strcmp(child.role, "loader")) {
		peer_serve(do_deed);
	} else {
		start_lua();
		peer_serve(relay);
	}
	free(asked);
	free(child.role);
	return 0;
}
