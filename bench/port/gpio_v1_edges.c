/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel keeps 16 edges of a line that was requested through libgpiod 1: four milliseconds of a 2 kHz
 * signal, less than a loop may be busy. So a thread, in real time where it is allowed, takes them as they come
 * and keeps 1024, as many as libgpiod 2 has the kernel keep.
 *
 * The thread never does more than the loop has use for: it leaves a line alone whose queue is full, until half
 * of it was taken. What comes meanwhile the kernel drops. That its own queue was found full is the only sign
 * of it, so that a full answer counts as lost edges.
 *
 * One lock guards all queues of a reader; nobody waits while holding it. The thread knows queues by number,
 * since one may be gone by the time it comes to it.
 */
#include "port/gpio_v1_edges.h"

#include <errno.h>
#include <gpiod.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"

enum { KERNEL_EDGES = 16, QUEUE_EDGES = 1024, STOP = 0 };

struct edge_queue {
	struct edge_queue *next;
	struct edge_reader *reader;
	uint64_t number;
	int fd;	   /* the kernel's */
	int ready; /* an eventfd: edges wait, or the line has failed */
	struct gpio_raw_edge edges[QUEUE_EDGES];
	size_t first, count;
	bool resting; /* full: left alone */
	bool failed;
};

struct edge_reader {
	pthread_t thread;
	pthread_mutex_t lock;
	int epoll, stop;
	struct edge_queue *queues;
	uint64_t next_number;
};

static void poke(int fd)
{
	uint64_t one = 1;
	ssize_t ignored = write(fd, &one, sizeof(one));

	(void)ignored;
}

static int listen_for(const struct edge_queue *queue, int how, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.u64 = queue->number};

	return epoll_ctl(queue->reader->epoll, how, queue->fd, &event);
}

/* ---- the thread ---- */

static void fail(struct edge_queue *queue)
{
	queue->failed = true;
	listen_for(queue, EPOLL_CTL_DEL, 0);
	poke(queue->ready);
}

static void fill(struct edge_queue *queue)
{
	struct gpiod_line_event events[KERNEL_EDGES];
	int count;

	if (QUEUE_EDGES - queue->count < KERNEL_EDGES) {
		queue->resting = true;
		listen_for(queue, EPOLL_CTL_MOD, 0);
		return;
	}
	count = gpiod_line_event_read_fd_multiple(queue->fd, events, KERNEL_EDGES);
	if (count < 0) {
		if (errno != EAGAIN)
			fail(queue);
		return;
	}
	for (int i = 0; i < count; i++, queue->count++)
		queue->edges[(queue->first + queue->count) % QUEUE_EDGES] = (struct gpio_raw_edge){
			.high = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
			.machine = SEC(events[i].ts.tv_sec) + events[i].ts.tv_nsec,
			.lost = count == KERNEL_EDGES && i == count - 1,
		};
	poke(queue->ready);
}

static void *read_edges(void *ctx)
{
	struct edge_reader *reader = ctx;
	struct epoll_event events[16];

	for (;;) {
		int count = epoll_wait(reader->epoll, events, 16, -1);

		pthread_mutex_lock(&reader->lock);
		for (int i = 0; i < count; i++) {
			struct edge_queue *queue = reader->queues;

			if (events[i].data.u64 == STOP) {
				pthread_mutex_unlock(&reader->lock);
				return NULL;
			}
			while (queue && queue->number != events[i].data.u64)
				queue = queue->next;
			if (queue && (events[i].events & EPOLLIN))
				fill(queue);
			else if (queue)
				fail(queue);
		}
		pthread_mutex_unlock(&reader->lock);
	}
}

static int start_thread(struct edge_reader *reader)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = STOP};
	struct sched_param urgent = {.sched_priority = 1};
	sigset_t all, before;
	int failed;

	if (epoll_ctl(reader->epoll, EPOLL_CTL_ADD, reader->stop, &event) < 0)
		return -1;
	sigfillset(&all); /* signals are the loop's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&reader->thread, NULL, read_edges, reader);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		errno = failed;
		return -1;
	}
	pthread_setschedparam(reader->thread, SCHED_FIFO,
			      &urgent); /* or not, as the system likes */
	return 0;
}

static void reader_close(struct edge_reader *reader)
{
	int why = errno;

	if (reader->epoll >= 0)
		close(reader->epoll);
	if (reader->stop >= 0)
		close(reader->stop);
	pthread_mutex_destroy(&reader->lock);
	free(reader);
	errno = why;
}

struct edge_reader *edge_reader_new(void)
{
	struct edge_reader *reader = xcalloc(1, sizeof(*reader));
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&reader->lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
	reader->epoll = epoll_create1(EPOLL_CLOEXEC);
	reader->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	reader->next_number = STOP + 1;
	if (reader->epoll >= 0 && reader->stop >= 0 && start_thread(reader) == 0)
		return reader;
	reader_close(reader);
	return NULL;
}

void edge_reader_free(struct edge_reader *reader)
{
	if (!reader)
		return;
	poke(reader->stop);
	pthread_join(reader->thread, NULL);
	reader_close(reader);
}

/* ---- queues ---- */

struct edge_queue *edge_queue_new(struct edge_reader *reader, int fd)
{
	struct edge_queue *queue = xcalloc(1, sizeof(*queue));

	queue->reader = reader;
	queue->fd = fd;
	queue->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (queue->ready < 0) {
		free(queue);
		return NULL;
	}
	pthread_mutex_lock(&reader->lock);
	queue->number = reader->next_number++;
	queue->next = reader->queues;
	reader->queues = queue;
	pthread_mutex_unlock(&reader->lock);
	if (listen_for(queue, EPOLL_CTL_ADD, EPOLLIN) == 0)
		return queue;
	edge_queue_free(queue);
	return NULL;
}

void edge_queue_free(struct edge_queue *queue)
{
	struct edge_reader *reader;
	struct edge_queue **place;
	int why = errno;

	if (!queue)
		return;
	reader = queue->reader;
	pthread_mutex_lock(&reader->lock);
	for (place = &reader->queues; *place != queue; place = &(*place)->next)
		continue;
	*place = queue->next;
	listen_for(queue, EPOLL_CTL_DEL, 0);
	pthread_mutex_unlock(&reader->lock);
	close(queue->ready);
	free(queue);
	errno = why;
}

int edge_queue_fd(const struct edge_queue *queue)
{
	return queue->ready;
}

int edge_queue_take(struct edge_queue *queue, struct gpio_raw_edge edges[GPIO_EDGES])
{
	uint64_t pokes;
	int count = 0;

	pthread_mutex_lock(&queue->reader->lock);
	if (!queue->failed)
		fill(queue); /* "none" must be what the kernel says, however late the thread is */
	for (; count < GPIO_EDGES && queue->count > 0; count++, queue->count--) {
		edges[count] = queue->edges[queue->first];
		queue->first = (queue->first + 1) % QUEUE_EDGES;
	}
	if (queue->count == 0 && !queue->failed && read(queue->ready, &pokes, sizeof(pokes)) < 0)
		errno = EAGAIN; /* nothing had been said */
	if (queue->resting && queue->count <= QUEUE_EDGES / 2) {
		queue->resting = false;
		listen_for(queue, EPOLL_CTL_MOD, EPOLLIN);
	}
	if (count == 0 && queue->failed) {
		errno = ENODEV;
		count = -1;
	}
	pthread_mutex_unlock(&queue->reader->lock);
	return count;
}
