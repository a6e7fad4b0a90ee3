/* SPDX-License-Identifier: Apache-2.0 */
/* One packet there, one packet back: JSON and descriptors (run/guardian_talk.h says which). */
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

void talk_receive(int socket, struct talk *talk)
{
	union control control = {0};
	char *room = xcalloc(PACKET_MOST, 1);
	struct iovec bytes = {room, PACKET_MOST};
	struct msghdr packet = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct error ignored;
	ssize_t got;

	*talk = (struct talk){0};
	do {
		got = recvmsg(socket, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	talk->gone = got == 0 || (got < 0 && errno != EAGAIN);
	if (got > 0) {
		take_fds(talk, &packet);
		talk->message = json_parse(room, (size_t)got, "packet", &ignored);
	}
	free(room);
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
