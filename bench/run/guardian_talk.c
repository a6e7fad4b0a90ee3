/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One packet there, one packet back: JSON and descriptors (run/guardian_talk.h says which).
 *
 * A packet is first asked how large it is, so that its room is as large and no larger, and nothing is ever
 * cut off: what has more than PACKET_MOST is let go whole. Of descriptors that this process has no room for
 * the kernel gives the first ones; the guardian opens the others' ports itself.
 */
#include "run/guardian_talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"

enum { PACKET_MOST = 256 * 1024 };

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(TALK_FDS * sizeof(int))];
};

struct value *talk_new(const char *say)
{
	struct value *message = value_map();

	value_set_text(message, "say", say);
	return message;
}

static void attach(struct msghdr *packet, union control *control, const int *fds, size_t count)
{
	struct cmsghdr *head;

	packet->msg_control = control;
	packet->msg_controllen = CMSG_SPACE(count * sizeof(int));
	head = CMSG_FIRSTHDR(packet);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(head), fds, count * sizeof(int));
}

int talk_send(int socket, struct value *message, const int *fds, size_t fd_count, struct error *err)
{
	union control control = {0};
	struct buf text;
	struct iovec bytes;
	struct msghdr packet = {.msg_iov = &bytes, .msg_iovlen = 1};
	ssize_t sent;

	buf_init(&text);
	json_write(&text, message);
	value_free(message);
	bytes = (struct iovec){text.data, text.size};
	if (fd_count)
		attach(&packet, &control, fds, fd_count);
	do {
		sent = sendmsg(socket, &packet, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	buf_done(&text);
	return sent < 0 ? error_os(err, "the guardian cannot be told") : 0;
}

static void take_fds(struct talk *talk, struct msghdr *packet)
{
	for (struct cmsghdr *head = CMSG_FIRSTHDR(packet); head; head = CMSG_NXTHDR(packet, head)) {
		size_t size = head->cmsg_len - CMSG_LEN(0);

		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(talk->fd, CMSG_DATA(head), size);
		talk->fd_count = size / sizeof(int);
	}
}

/* How large the next packet is, and it stays where it is; 0: the other end is closed; -1: errno says. */
static ssize_t size_of_next(int socket)
{
	ssize_t size;

	do {
		size = recv(socket, NULL, 0, MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC);
	} while (size < 0 && errno == EINTR);
	return size;
}

/* The next packet, which is so large. */
static void take_packet(int socket, struct talk *talk, size_t size)
{
	union control control = {0};
	char *room = xcalloc(size, 1);
	struct iovec bytes = {room, size};
	struct msghdr packet = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct error ignored;
	ssize_t got;

	do {
		got = recvmsg(socket, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got > 0) {
		take_fds(talk, &packet);
		talk->message = json_parse(room, (size_t)got, "packet", &ignored);
	}
	free(room);
}

void talk_receive(int socket, struct talk *talk)
{
	ssize_t size = size_of_next(socket);

	*talk = (struct talk){0};
	talk->gone = size == 0 || (size < 0 && errno != EAGAIN);
	if (size > PACKET_MOST)
		recv(socket, NULL, 0, MSG_DONTWAIT); /* the kernel closes its descriptors */
	else if (size > 0)
		take_packet(socket, talk, (size_t)size);
}

bool talk_says(const struct talk *talk, const char *say)
{
	const char *said = value_get_text(talk->message, "say");

	return said && !strcmp(said, say);
}

void talk_done(struct talk *talk)
{
	value_free(talk->message);
	for (size_t i = 0; i < talk->fd_count; i++)
		if (talk->fd[i] >= 0)
			close(talk->fd[i]);
}
