/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of the desk: lines of JSON in and out. A client that does not read is dropped when 4 MiB wait for it;
 * the run does not notice. For one who only listens no more than 64 KiB ever wait: he misses what comes then, and is
 * told how much. A line that grows too long is refused at once and its rest thrown away, so that who sent it
 * can read why; one that does not end even then is nobody's request, and its client is dropped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/strain.h"
#include "run/desk_inside.h"
#include "run/records.h"

enum {
	LINE_MOST = 1 << 20,
	WAITING_MOST = 4 << 20,
	OVERHEARD_MOST = 64 << 10,
	SKIPPED_MOST = 64 << 20,
};

static void client_drop(struct client *client)
{
	if (client->gone)
		return;
	client->gone = true;
	if (client->job)
		client->job->client = NULL;
	client->job = NULL;
	loop_unwatch(client->watch);
	client->watch = NULL;
	desk_sweep_soon(client->desk);
}

/* When all else was sent. */
static void add_missed(struct client *client)
{
	struct value *event;

	if (!client->missed || client->out.size)
		return;
	event = value_map();
	value_set_text(event, "event", "missed");
	value_set_int(event, "count", client->missed);
	json_write(&client->out, event);
	buf_add_byte(&client->out, '\n');
	value_free(event);
	client->missed = 0;
}

static void client_send(struct client *client)
{
	struct error ignored;
	ssize_t sent;

	while (client->out.size) {
		sent = send(client->fd, client->out.data, client->out.size,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno != EAGAIN) {
			client_drop(client);
			return;
		}
		if (sent < 0)
			break;
		buf_drop(&client->out, (size_t)sent);
		add_missed(client);
	}
	if (client->watch)
		loop_rewatch(client->watch, client->out.size ? EPOLLIN | EPOLLOUT : EPOLLIN,
			     &ignored);
}

void client_tell(struct client *client, const struct value *event)
{
	if (!client || client->gone)
		return;
	json_write(&client->out, event);
	buf_add_byte(&client->out, '\n');
	if (client->out.size > WAITING_MOST)
		client_drop(client);
	else
		client_send(client);
}

static void overhear(struct client *client, const struct buf *line)
{
	if (client->out.size + line->size > OVERHEARD_MOST)
		client->missed++;
	else
		buf_add(&client->out, line->data, line->size);
	add_missed(client);
	client_send(client);
}

/* Of a verdict what was found: its measures may be megabytes, and stand in the record. */
static void write_overheard(struct buf *line, const struct value *event)
{
	static const char *const MEMBERS[] = {"run", "protocol", "verdict", "why", "simulated"};
	const struct value *summary = value_get(event, "summary");
	struct value *says = value_copy(event), *part = summary ? value_map() : NULL;

	for (size_t i = 0; summary && i < sizeof(MEMBERS) / sizeof(MEMBERS[0]); i++)
		if (value_get(summary, MEMBERS[i]))
			value_set(part, MEMBERS[i], value_copy(value_get(summary, MEMBERS[i])));
	if (part)
		value_set(says, "summary", part);
	json_write(line, says);
	buf_add_byte(line, '\n');
	value_free(says);
}

void clients_overhear(struct desk *desk, const struct value *event)
{
	struct buf line;

	buf_init(&line);
	for (struct client *client = desk->clients; client; client = client->next) {
		if (!client->listens || client->gone)
			continue;
		if (!line.size)
			write_overheard(&line, event);
		overhear(client, &line);
	}
	buf_done(&line);
}

void client_refuse(struct client *client, const struct error *err)
{
	struct value *event = value_map();

	value_set_text(event, "event", "refused");
	value_set_text(event, "why", err->text);
	value_set_text(event, "kind", err->kind == ERROR_USAGE ? "usage" : "bench");
	client_tell(client, event);
	value_free(event);
}

static void refuse_long(struct client *client)
{
	struct error err;

	error_set(&err, ERROR_USAGE,
		  "a request is one line of JSON of at most %d MiB, and this one is longer: files "
		  "are named by their digests and not sent",
		  LINE_MOST >> 20);
	client->skipped = client->in.size;
	buf_clear(&client->in);
	client_refuse(client, &err);
}

/* What follows the end of a line that was refused is the next one. */
static void skip(struct client *client)
{
	char *end = memchr(client->in.data, '\n', client->in.size);

	if (end) {
		client->skipped = 0;
		buf_drop(&client->in, (size_t)(end - client->in.data) + 1);
		return;
	}
	client->skipped += client->in.size;
	buf_clear(&client->in);
	if (client->skipped > SKIPPED_MOST)
		client_drop(client);
}

static void take_lines(struct client *client)
{
	char *end;

	if (client->skipped)
		skip(client);
	while (!client->gone && (end = memchr(client->in.data, '\n', client->in.size))) {
		size_t size = (size_t)(end - client->in.data);
		struct error err;
		struct value *request = json_parse(client->in.data, size, "request", &err);

		buf_drop(&client->in, size + 1);
		if (request)
			desk_take_request(client, request);
		else
			client_refuse(client, &err);
		value_free(request);
	}
	if (client->in.size > LINE_MOST)
		refuse_long(client);
}

static void client_ready(void *ctx, uint32_t events)
{
	struct client *client = ctx;
	char bytes[16384];
	ssize_t got;

	if (events & EPOLLOUT)
		client_send(client);
	if (client->gone || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	got = recv(client->fd, bytes, strain_read(sizeof(bytes)), MSG_DONTWAIT);
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		client_drop(client);
		return;
	}
	if (got > 0) {
		buf_add(&client->in, bytes, (size_t)got);
		take_lines(client);
	}
}

void client_arrives(void *ctx, uint32_t events)
{
	struct desk *desk = ctx;
	int fd = accept4(desk->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *client;
	struct error err;

	(void)events;
	if (fd < 0)
		return;
	client = xcalloc(1, sizeof(*client));
	client->desk = desk;
	client->fd = fd;
	buf_init(&client->in);
	buf_init(&client->out);
	client->next = desk->clients;
	desk->clients = client;
	client->watch = loop_watch(desk->loop, fd, EPOLLIN, client_ready, client, &err);
	if (!client->watch) {
		log_warning("a command cannot be heard: %s", err.text);
		client_drop(client);
	}
	timer_stop(&desk->idle);
}

void client_free(struct client *client)
{
	records_forget(client->desk->records, client);
	loop_unwatch(client->watch);
	close(client->fd);
	buf_done(&client->in);
	buf_done(&client->out);
	free(client);
}
