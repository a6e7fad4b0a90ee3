/* SPDX-License-Identifier: Apache-2.0 */
/* A service manager's end of the controller's life: a datagram socket that hears what it is told. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop/clock.h"
#include "run/service.h"
#include "tests/claims.h"

struct manager {
	struct loop *loop;
	char folder[32], path[64];
	int fd;
	struct timer enough;
};

static void forget_environment(void)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

/* With `name` "@…" in the abstract name space, else in a folder. */
static void manager_open(struct manager *manager, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct error err;
	size_t size;

	*manager = (struct manager){.folder = "/tmp/davy-service-XXXXXX"};
	forget_environment();
	manager->loop = loop_new(&err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(manager->folder));
	if (name)
		snprintf(manager->path, sizeof(manager->path), "%s-%d", name, (int)getpid());
	else
		snprintf(manager->path, sizeof(manager->path), "%s/notify", manager->folder);
	size = strlen(manager->path);
	memcpy(address.sun_path, manager->path, size);
	if (name)
		address.sun_path[0] = '\0';
	manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL(bind(manager->fd, (struct sockaddr *)&address,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)),
			0);
	setenv("NOTIFY_SOCKET", manager->path, 1);
}

static void manager_close(struct manager *manager)
{
	forget_environment();
	close(manager->fd);
	unlink(manager->path);
	rmdir(manager->folder);
	loop_free(manager->loop);
}

/* Has it been told this, as the next word? */
static bool told(struct manager *manager, const char *word)
{
	char text[200];
	ssize_t got = recv(manager->fd, text, sizeof(text) - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	if (!strcmp(text, word))
		return true;
	printf("told '%s', not '%s'\n", text, word);
	return false;
}

static int count_signs(struct manager *manager)
{
	char text[200];
	int count = 0;

	while (recv(manager->fd, text, sizeof(text), 0) == strlen("WATCHDOG=1"))
		count++;
	return count;
}

static void quit(void *ctx)
{
	loop_quit(ctx);
}

static void let_run(struct manager *manager, nsec time)
{
	struct bench_clock *clock = loop_real_clock(manager->loop);
	struct error err;

	timer_start(&manager->enough, clock, clock_now(clock) + time, TIMER_WAIT, quit,
		    manager->loop);
	loop_run(manager->loop, &err);
}

static void whoever_is_nobodys_service_tells_nobody(void)
{
	struct manager manager;

	manager_open(&manager, NULL);
	unsetenv("NOTIFY_SOCKET");

	CU_ASSERT_PTR_NULL(service_begin(manager.loop));
	service_end(NULL);
	manager_close(&manager);
}

static void a_manager_is_told_of_the_beginning_and_the_end(void)
{
	struct manager manager;
	struct service *service;

	manager_open(&manager, NULL);

	service = service_begin(manager.loop);
	let_run(&manager, MSEC(20));
	service_end(service);

	CU_ASSERT(told(&manager, "READY=1"));
	CU_ASSERT(told(&manager, "STOPPING=1"));
	manager_close(&manager);
}

static void a_socket_without_a_file_is_found(void)
{
	struct manager manager;
	struct service *service;

	manager_open(&manager, "@davy-service");

	service = service_begin(manager.loop);
	service_end(service);

	CU_ASSERT(told(&manager, "READY=1"));
	manager_close(&manager);
}

static void a_watchdog_gets_three_signs_of_life_in_its_time(void)
{
	struct manager manager;
	struct service *service;

	manager_open(&manager, NULL);
	setenv("WATCHDOG_USEC", "300000", 1);

	service = service_begin(manager.loop);
	CU_ASSERT(told(&manager, "READY=1"));
	CU_ASSERT_EQUAL(count_signs(&manager), 1);
	let_run(&manager,
		MSEC(350)); /* signs at 100, 200 and 300 ms; a busy machine may lose time */
	int signs = count_signs(&manager);
	service_end(service);

	CU_ASSERT(signs >= 2 && signs <= 3);
	manager_close(&manager);
}

static void a_loop_that_hangs_gives_no_sign_of_life(void)
{
	struct manager manager;
	struct service *service;

	manager_open(&manager, NULL);
	setenv("WATCHDOG_USEC", "30000", 1);

	service = service_begin(manager.loop);
	CU_ASSERT(told(&manager, "READY=1"));
	count_signs(&manager);
	usleep(100000);

	CU_ASSERT_EQUAL(count_signs(&manager), 0);
	service_end(service);
	manager_close(&manager);
}

static void a_watchdog_for_another_process_gets_none(void)
{
	struct manager manager;
	struct service *service;

	manager_open(&manager, NULL);
	setenv("WATCHDOG_USEC", "30000", 1);
	setenv("WATCHDOG_PID", "1", 1);

	service = service_begin(manager.loop);
	let_run(&manager, MSEC(50));
	service_end(service);

	CU_ASSERT(told(&manager, "READY=1"));
	CU_ASSERT(told(&manager, "STOPPING=1"));
	manager_close(&manager);
}

static void an_address_that_leads_nowhere_is_nobody(void)
{
	static const char *const ADDRESSES[] = {"",	    "/",	 "@",
						"relative", "vsock:2:1", "/nowhere/at/all"};
	struct manager manager;
	char endless[400];

	manager_open(&manager, NULL);
	memset(endless, 'a', sizeof(endless));
	endless[0] = '/';
	endless[sizeof(endless) - 1] = '\0';

	for (size_t i = 0; i < sizeof(ADDRESSES) / sizeof(ADDRESSES[0]); i++) {
		setenv("NOTIFY_SOCKET", ADDRESSES[i], 1);
		CU_ASSERT_PTR_NULL(service_begin(manager.loop));
	}
	setenv("NOTIFY_SOCKET", endless, 1);
	CU_ASSERT_PTR_NULL(service_begin(manager.loop));
	manager_close(&manager);
}

static void a_manager_that_reads_nothing_holds_nobody_up(void)
{
	struct manager manager;
	struct service *service;

	manager_open(&manager, NULL);
	setenv("WATCHDOG_USEC", "300", 1); /* a sign every 0.1 ms soon fills its queue */

	service = service_begin(manager.loop);
	let_run(&manager, MSEC(200));
	service_end(service);

	CU_ASSERT(told(&manager, "READY=1"));
	manager_close(&manager);
}

void suite_service(void)
{
	suite_begin("service");
	claim(whoever_is_nobodys_service_tells_nobody);
	claim(a_manager_is_told_of_the_beginning_and_the_end);
	claim(a_socket_without_a_file_is_found);
	claim(a_watchdog_gets_three_signs_of_life_in_its_time);
	claim(a_loop_that_hangs_gives_no_sign_of_life);
	claim(a_watchdog_for_another_process_gets_none);
	claim(an_address_that_leads_nowhere_is_nobody);
	claim(a_manager_that_reads_nothing_holds_nobody_up);
}
