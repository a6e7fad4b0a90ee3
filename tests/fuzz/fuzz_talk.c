/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packet between the controller and its guardian, over a real pair of sockets; its first byte says how
 * many descriptors come with it. Everything that was received is closed again.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/guardian_talk.h"
#include "run/safe_image.h"
#include "tests/fuzz/fuzz.h"

static int ends[2] = {-1, -1};

static bool send_packet(const uint8_t *data, size_t size, size_t count)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(TALK_FDS * sizeof(int))];
	} control = {0};
	struct iovec bytes = {(void *)data, size};
	struct msghdr packet = {.msg_iov = &bytes, .msg_iovlen = 1};

	if (count) {
		int fds[TALK_FDS];

		for (size_t i = 0; i < count; i++)
			fds[i] = ends[0];
		packet.msg_control = &control;
		packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
	}
	return sendmsg(ends[0], &packet, MSG_DONTWAIT) == (ssize_t)size;
}

static void take(const struct talk *talk)
{
	struct error err;

	if (talk_says(talk, "arm"))
		safe_image_free(
			safe_image_from_value(value_get(talk->message, "image"), "image", &err));
	value_get_int(talk->message, "order", -1);
	value_get_bool(talk->message, "safe");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count = size ? data[0] % (TALK_FDS + 1) : 0;
	struct talk talk;

	if (ends[0] < 0)
		must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	if (size < 2 || !send_packet(data + 1, size - 1, count))
		return 0;
	talk_receive(ends[1], &talk);
	must(!talk.gone && talk.fd_count == count);
	take(&talk);
	talk_done(&talk);
	return 0;
}
