/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of JSON over the controller's socket.
 *
 * A controller that nobody needs leaves, and may do so just when we come: so we first ask it for its
 * status. Once it has answered it knows that somebody is there. Until then nothing was ordered, and
 * coming again is safe; afterwards it never is.
 */
#include "cli/conversation.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/strain.h"
#include "cli/words.h"
#include "run/controller.h"

enum { GREETINGS = 5 };

static const struct words NO_ANSWER = {"the controller has not answered within %d s",
				       "控制器在 %d s 内没有应答"},
			  HANGS_UP = {"the controller hangs up before it answers",
				      "控制器未应答即断开连接"};

struct conversation {
	const struct conversation_handlers *handlers;
	void *ctx;
	int fd;
	struct watch *watch;
	struct buf in;
	bool over;
};

static void end(struct conversation *conversation)
{
	if (conversation->over)
		return;
	conversation->over = true;
	loop_unwatch(conversation->watch);
	conversation->watch = NULL;
	conversation->handlers->over(conversation->ctx);
}

static void take_lines(struct conversation *conversation)
{
	char *newline;

	while (!conversation->over &&
	       (newline = memchr(conversation->in.data, '\n', conversation->in.size))) {
		size_t size = (size_t)(newline - conversation->in.data);
		struct error ignored;
		struct value *event =
			json_parse(conversation->in.data, size, "controller", &ignored);

		buf_drop(&conversation->in, size + 1);
		if (event)
			conversation->handlers->event(conversation->ctx, event);
		value_free(event);
	}
}

static void readable(void *ctx, uint32_t events)
{
	struct conversation *conversation = ctx;
	char bytes[65536];
	ssize_t got = recv(conversation->fd, bytes, strain_read(sizeof(bytes)), MSG_DONTWAIT);

	(void)events;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		end(conversation);
		return;
	}
	buf_add(&conversation->in, bytes, (size_t)got);
	take_lines(conversation);
	if (!conversation->over)
		conversation->handlers->pause(conversation->ctx);
}

static int send_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -1;
		bytes += sent;
		size -= (size_t)sent;
	}
	return 0;
}

/* Ask for the status and wait for the answer, which is appended. False: nobody was there. */
static bool ask_status(int fd, struct buf *answer)
{
	static const char STATUS[] = "{\"do\":\"status\"}\n";
	char byte = 0;

	if (send_all(fd, STATUS, sizeof(STATUS) - 1) < 0)
		return false;
	while (byte != '\n') {
		ssize_t got = recv(fd, &byte, 1, 0);

		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		if (got > 0)
			buf_add_byte(answer, (uint8_t)byte);
	}
	return true;
}

static bool greet(int fd)
{
	struct buf answer;
	bool there;

	buf_init(&answer);
	there = ask_status(fd, &answer);
	buf_done(&answer);
	return there;
}

struct value *conversation_status(const char *state)
{
	struct value *status = NULL;
	struct buf answer;
	struct error ignored;
	int fd = controller_find(state, &ignored);

	if (fd < 0)
		return NULL;
	buf_init(&answer);
	if (ask_status(fd, &answer))
		status = json_parse(answer.data, answer.size, "controller", &ignored);
	buf_done(&answer);
	close(fd);
	return status;
}

/* A line of what comes; -1: none did. */
static int hear_line(int fd, struct buf *line, int seconds, struct error *err)
{
	char bytes[4096], *end = NULL;

	while (!end) {
		ssize_t got = recv(fd, bytes, strain_read(sizeof(bytes)), 0);

		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return error_set(err, ERROR_TIMEOUT, say(NO_ANSWER), seconds);
		if (got == 0 || (got < 0 && errno != EINTR))
			return error_set(err, ERROR_LINK, "%s", say(HANGS_UP));
		end = got > 0 ? memchr(bytes, '\n', (size_t)got) : NULL;
		buf_add(line, bytes, end ? (size_t)(end - bytes) : got > 0 ? (size_t)got : 0);
	}
	return 0;
}

static struct value *unless_refused(struct value *answer, struct error *err)
{
	const char *event = value_get_text(answer, "event"), *why = value_get_text(answer, "why");

	if (!event || strcmp(event, "refused") != 0)
		return answer;
	error_set(err, ERROR_REFUSED, "%s", why ? why : "refused");
	value_free(answer);
	return NULL;
}

struct value *conversation_ask(int fd, const char *what, nsec patience, struct error *err)
{
	struct timeval wait = {.tv_sec = (time_t)(patience / SEC(1))};
	struct value *answer = NULL;
	struct buf line;

	buf_init(&line);
	buf_printf(&line, "{\"do\":\"%s\"}\n", what);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0) {
		error_os(err, "the controller cannot be asked");
	} else if (send_all(fd, line.data, line.size) < 0) {
		error_set(err, ERROR_LINK, "%s", say(HANGS_UP));
	} else {
		buf_clear(&line);
		if (hear_line(fd, &line, (int)wait.tv_sec, err) == 0)
			answer = json_parse(line.data, line.size, "controller", err);
	}
	buf_done(&line);
	return unless_refused(answer, err);
}

static int connect_and_greet(const char *state, struct error *err)
{
	for (int again = 0; again < GREETINGS; again++) {
		int fd = controller_connect(state, err);

		if (fd < 0)
			return -1;
		if (greet(fd))
			return fd;
		close(fd);
	}
	return error_set(err, ERROR_OS, "the controller of %s hangs up before it answers", state);
}

struct conversation *conversation_open(struct loop *loop, const char *state,
				       const struct conversation_handlers *handlers, void *ctx,
				       struct error *err)
{
	struct conversation *conversation = xcalloc(1, sizeof(*conversation));

	conversation->handlers = handlers;
	conversation->ctx = ctx;
	buf_init(&conversation->in);
	conversation->fd = connect_and_greet(state, err);
	if (conversation->fd >= 0) /* the loop's EPOLLIN is POLLIN by another name */
		conversation->watch =
			loop_watch(loop, conversation->fd, POLLIN, readable, conversation, err);
	if (!conversation->watch) {
		conversation_close(conversation);
		return NULL;
	}
	return conversation;
}

void conversation_say(struct conversation *conversation, struct value *request)
{
	struct buf line;

	buf_init(&line);
	json_write(&line, request);
	buf_add_byte(&line, '\n');
	if (!conversation->over)
		send_all(conversation->fd, line.data, line.size);
	buf_done(&line);
	value_free(request);
}

void conversation_close(struct conversation *conversation)
{
	if (!conversation)
		return;
	loop_unwatch(conversation->watch);
	if (conversation->fd >= 0)
		close(conversation->fd);
	buf_done(&conversation->in);
	free(conversation);
}
