/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said is one datagram of lines NAME=VALUE to the socket that $NOTIFY_SOCKET names, in the file
 * system or ("@") in the abstract name space. $WATCHDOG_USEC is how long the manager waits for a sign of
 * life of process $WATCHDOG_PID before it kills that; it gets three in the time.
 *
 * Signs of life come from a timer of the loop: a loop that hangs gives none. Nobody is owed an answer, so
 * what cannot be sent is not sent.
 */
#include "run/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/clock.h"

enum { SIGNS = 3 };

struct service {
	struct bench_clock *clock;
	int fd;
	nsec every; /* 0: no signs of life are wanted */
	struct timer alive;
};

static int open_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t size = strlen(path);
	int fd;

	if (size < 2 || size >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return -1;
	memcpy(address.sun_path, path, size);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address,
			       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* How often a sign is due; 0: never. */
static nsec interval(void)
{
	const char *patience = getenv("WATCHDOG_USEC"), *whom = getenv("WATCHDOG_PID");
	long long us = patience ? strtoll(patience, NULL, 10) : 0;

	if (us <= 0 || us > INT64_MAX / 1000 || (whom && atoi(whom) != (int)getpid()))
		return 0;
	return (nsec)us * 1000 / SIGNS;
}

static void tell(const struct service *service, const char *text)
{
	ssize_t ignored = send(service->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)ignored;
}

static void give_sign(void *ctx)
{
	struct service *service = ctx;

	tell(service, "WATCHDOG=1");
	timer_start(&service->alive, service->clock, clock_now(service->clock) + service->every,
		    TIMER_STOP, give_sign, service);
}

struct service *service_begin(struct loop *loop)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct service *service;
	int fd = path ? open_socket(path) : -1;

	if (fd < 0)
		return NULL;
	service = xcalloc(1, sizeof(*service));
	service->clock = loop_real_clock(loop);
	service->fd = fd;
	service->every = interval();
	tell(service, "READY=1");
	if (service->every)
		give_sign(service);
	return service;
}

void service_end(struct service *service)
{
	if (!service)
		return;
	tell(service, "STOPPING=1");
	timer_stop(&service->alive);
	close(service->fd);
	free(service);
}
