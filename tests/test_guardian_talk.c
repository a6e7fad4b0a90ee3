/* SPDX-License-Identifier: Apache-2.0 */
/* Packets between the controller and its guardian, over a real pair of sockets. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "run/guardian_talk.h"
#include "tests/claims.h"

struct rig {
	int near, far;
	int pipe[2]; /* its writing end is what is sent */
};

static void rig_open(struct rig *rig)
{
	int ends[2], room = 512 * 1024;

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	CU_ASSERT_EQUAL_FATAL(pipe2(rig->pipe, O_CLOEXEC | O_NONBLOCK), 0);
	rig->near = ends[0];
	rig->far = ends[1];
	setsockopt(rig->near, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

static void rig_close(struct rig *rig)
{
	close(rig->near);
	close(rig->far);
	close(rig->pipe[0]);
	close(rig->pipe[1]);
}

/* {"say":SAY,"more":"xxx…"}, so many bytes of it, with the writing end of the pipe `copies` times. */
static int send_long(struct rig *rig, const char *say, size_t more, size_t copies)
{
	struct value *message = talk_new(say);
	char *text = xcalloc(more + 1, 1);
	int fds[TALK_FDS];
	struct error err;

	memset(text, 'x', more);
	value_set_text(message, "more", text);
	free(text);
	for (size_t i = 0; i < copies; i++)
		fds[i] = rig->pipe[1];
	return talk_send(rig->near, message, fds, copies, &err);
}

/* Has nobody the writing end any more? */
static bool nobody_holds(struct rig *rig)
{
	struct pollfd end = {.fd = rig->pipe[0], .events = POLLIN};

	close(rig->pipe[1]);
	rig->pipe[1] = -1;
	return poll(&end, 1, 0) == 1 && (end.revents & POLLHUP);
}

static void a_packet_comes_with_all_its_descriptors(void)
{
	struct rig rig;
	struct talk talk;

	rig_open(&rig);
	CU_ASSERT_EQUAL(send_long(&rig, "arm", 100 * 1000, TALK_FDS), 0);

	talk_receive(rig.far, &talk);
	CU_ASSERT_TRUE(talk_says(&talk, "arm"));
	CU_ASSERT_EQUAL(value_get(talk.message, "more")->size, 100 * 1000);
	CU_ASSERT_EQUAL(talk.fd_count, TALK_FDS);
	for (size_t i = 0; i < talk.fd_count; i++)
		CU_ASSERT_EQUAL(fcntl(talk.fd[i], F_GETFD), FD_CLOEXEC);

	talk_done(&talk);
	CU_ASSERT_TRUE(nobody_holds(&rig));
	rig_close(&rig);
}

static void what_is_too_large_is_refused_whole_and_the_next_is_heard(void)
{
	struct rig rig;
	struct talk large, next;

	rig_open(&rig);
	CU_ASSERT_EQUAL(send_long(&rig, "arm", 300 * 1000, 3), 0);
	CU_ASSERT_EQUAL(send_long(&rig, "beat", 0, 0), 0);

	talk_receive(rig.far, &large);
	talk_receive(rig.far, &next);
	CU_ASSERT_PTR_NULL(large.message);
	CU_ASSERT_EQUAL(large.fd_count, 0);
	CU_ASSERT_FALSE(large.gone);
	CU_ASSERT_TRUE(talk_says(&next, "beat"));

	talk_done(&large);
	talk_done(&next);
	CU_ASSERT_TRUE(nobody_holds(&rig));
	rig_close(&rig);
}

/* Blanks behind a message are none of it, so that one cut off among them would still be JSON. */
static void a_message_that_is_cut_off_is_never_taken_for_a_whole_one(void)
{
	enum { SIZE = 300 * 1000 };
	char *text = xcalloc(SIZE, 1);
	struct rig rig;
	struct talk talk;

	rig_open(&rig);
	memset(text, ' ', SIZE);
	memcpy(text, "{\"say\":\"dismiss\"}", 17);
	CU_ASSERT_EQUAL(send(rig.near, text, SIZE, MSG_DONTWAIT), SIZE);

	talk_receive(rig.far, &talk);
	CU_ASSERT_PTR_NULL(talk.message);

	talk_done(&talk);
	rig_close(&rig);
	free(text);
}

static void nonsense_is_no_message_and_its_descriptors_are_closed(void)
{
	struct rig rig;
	struct talk talk;
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec bytes = {"{\"say\":", 7};
	struct msghdr packet = {.msg_iov = &bytes,
				.msg_iovlen = 1,
				.msg_control = &control,
				.msg_controllen = sizeof(control)};

	rig_open(&rig);
	control.head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.head), &rig.pipe[1], sizeof(int));
	CU_ASSERT_EQUAL(sendmsg(rig.near, &packet, 0), 7);

	talk_receive(rig.far, &talk);
	CU_ASSERT_PTR_NULL(talk.message);
	CU_ASSERT_FALSE(talk.gone);
	CU_ASSERT_EQUAL(talk.fd_count, 1);

	talk_done(&talk);
	CU_ASSERT_TRUE(nobody_holds(&rig));
	rig_close(&rig);
}

static void nothing_there_is_not_the_end_and_a_closed_end_is(void)
{
	struct rig rig;
	struct talk nothing, last, closed;

	rig_open(&rig);
	talk_receive(rig.far, &nothing);
	send_long(&rig, "beat", 0, 0);
	close(rig.near);
	rig.near = -1;
	talk_receive(rig.far, &last);
	talk_receive(rig.far, &closed);

	CU_ASSERT_TRUE(!nothing.message && !nothing.gone);
	CU_ASSERT_TRUE(talk_says(&last, "beat") && !last.gone);
	CU_ASSERT_TRUE(!closed.message && closed.gone);

	talk_done(&nothing);
	talk_done(&last);
	talk_done(&closed);
	rig_close(&rig);
}

void suite_guardian_talk(void)
{
	suite_begin("guardian_talk");
	claim(a_packet_comes_with_all_its_descriptors);
	claim(what_is_too_large_is_refused_whole_and_the_next_is_heard);
	claim(a_message_that_is_cut_off_is_never_taken_for_a_whole_one);
	claim(nonsense_is_no_message_and_its_descriptors_are_closed);
	claim(nothing_there_is_not_the_end_and_a_closed_end_is);
}
