/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers. Each is forked from a process that holds nothing but its memory, pins itself, works, writes its
 * result as JSON into a pipe and ends. Rehearsals in virtual time are chains of short messages between
 * processes: on one processor each they run several times faster than spread (architecture, 4).
 *
 * Signals that end this command are blocked but for the time it waits, in which an empty handler makes
 * the wait return: no flag and no race. Workers get the default actions back; a killed parent takes
 * them with it.
 */
#include "cli/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/strain.h"
#include "loop/child.h"

struct worker {
	pid_t pid; /* 0: this place is free */
	int fd, cpu;
	size_t index;
	struct buf bytes;
};

struct result {
	bool here;
	struct value *value;
	char why[120];
};

struct crew {
	const struct workers_task *task;
	struct worker *worker;
	size_t places, begun, told, running;
	struct result *result;
	sigset_t before; /* the signal mask outside */
	bool stopped;
};

static const int ENDING[] = {SIGINT, SIGTERM, SIGHUP};

enum { ENDING_COUNT = sizeof(ENDING) / sizeof(ENDING[0]) };

static void wake_up(int number)
{
	(void)number;
}

/* ---- in the worker ---- */

static void be_worker(const struct crew *crew, const struct worker *worker, int fd)
{
	struct value *value;
	struct buf text;
	cpu_set_t set;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < ENDING_COUNT; i++)
		signal(ENDING[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &crew->before, NULL);
	CPU_ZERO(&set);
	CPU_SET((size_t)worker->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);

	value = crew->task->work(crew->task->ctx, worker->index, worker->cpu);
	buf_init(&text);
	json_write(&text, value);
	if (file_write_all(fd, text.data, text.size) < 0)
		_exit(1);
	buf_done(&text);
	value_free(value);
	_exit(0);
}

/* ---- in the parent ---- */

static int begin(struct crew *crew, struct worker *worker, struct error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_os(err, "a pipe for a rehearsal");
	worker->index = crew->begun++;
	fflush(NULL);
	worker->pid = fork();
	if (worker->pid == 0)
		be_worker(crew, worker, ends[1]);
	close(ends[1]);
	worker->fd = ends[0];
	if (worker->pid < 0) {
		close(ends[0]);
		worker->pid = 0;
		return error_os(err, "a process for a rehearsal");
	}
	buf_init(&worker->bytes);
	crew->running++;
	return 0;
}

static void reap(struct crew *crew, struct worker *worker)
{
	struct result *result = &crew->result[worker->index];
	struct error ignored;
	int status = 0;

	while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
	result->here = true;
	if (status == 0)
		result->value =
			json_parse(worker->bytes.data, worker->bytes.size, "rehearsal", &ignored);
	if (!result->value)
		child_describe_end(status, result->why, sizeof(result->why));
	close(worker->fd);
	buf_done(&worker->bytes);
	worker->pid = 0;
	crew->running--;
}

static void listen_to(struct crew *crew, struct worker *worker)
{
	char bytes[65536];
	ssize_t got = read(worker->fd, bytes, strain_read(sizeof(bytes)));

	if (got > 0)
		buf_add(&worker->bytes, bytes, (size_t)got);
	else if (got == 0 || errno != EINTR)
		reap(crew, worker);
}

static void tell(struct crew *crew)
{
	const struct workers_task *task = crew->task;

	while (!crew->stopped && crew->told < task->count && crew->result[crew->told].here) {
		struct result *result = &crew->result[crew->told];

		if (!task->done(task->ctx, crew->told, result->value, result->why))
			crew->stopped = true;
		crew->told++;
	}
}

static int wait_for_some(struct crew *crew, struct error *err)
{
	struct pollfd *polled = xcalloc(crew->places, sizeof(*polled));
	int ready;

	for (size_t i = 0; i < crew->places; i++)
		polled[i] = (struct pollfd){.fd = crew->worker[i].pid ? crew->worker[i].fd : -1,
					    .events = POLLIN};
	ready = ppoll(polled, crew->places, NULL, &crew->before);
	for (size_t i = 0; ready > 0 && i < crew->places; i++)
		if (polled[i].revents)
			listen_to(crew, &crew->worker[i]);
	free(polled);
	return ready < 0 ? error_set(err, ERROR_REFUSED, "stopped by the operator") : 0;
}

static int run_crew(struct crew *crew, struct error *err)
{
	while (!crew->stopped && (crew->running || crew->begun < crew->task->count)) {
		for (size_t i = 0; i < crew->places && crew->begun < crew->task->count; i++)
			if (!crew->worker[i].pid && begin(crew, &crew->worker[i], err) < 0)
				return -1;
		if (wait_for_some(crew, err) < 0)
			return -1;
		tell(crew);
	}
	return 0;
}

static void dismiss(struct crew *crew)
{
	for (size_t i = 0; i < crew->places; i++) {
		if (!crew->worker[i].pid)
			continue;
		kill(crew->worker[i].pid, SIGKILL);
		reap(crew, &crew->worker[i]);
	}
	for (size_t i = 0; i < crew->task->count; i++)
		value_free(crew->result[i].value);
	free(crew->worker);
	free(crew->result);
}

/* As many places as jobs, going round the processors that we may use. */
static void make_places(struct crew *crew)
{
	cpu_set_t may;
	int cpu = -1;

	CPU_ZERO(&may);
	if (sched_getaffinity(0, sizeof(may), &may) < 0 || CPU_COUNT(&may) == 0)
		CPU_SET(0, &may);
	crew->places = crew->task->jobs ? crew->task->jobs : (size_t)CPU_COUNT(&may);
	if (crew->places > crew->task->count)
		crew->places = crew->task->count;
	crew->worker = xcalloc(crew->places + 1, sizeof(*crew->worker));
	for (size_t i = 0; i < crew->places; i++) {
		do
			cpu = (cpu + 1) % CPU_SETSIZE;
		while (!CPU_ISSET((size_t)cpu, &may));
		crew->worker[i].cpu = cpu;
	}
}

int workers_run(const struct workers_task *task, struct error *err)
{
	struct crew crew = {.task = task};
	struct sigaction action = {.sa_handler = wake_up}, old[ENDING_COUNT];
	sigset_t ending;
	int done;

	crew.result = xcalloc(task->count + 1, sizeof(*crew.result));
	make_places(&crew);
	sigemptyset(&ending);
	for (int i = 0; i < ENDING_COUNT; i++)
		sigaddset(&ending, ENDING[i]);
	sigprocmask(SIG_BLOCK, &ending, &crew.before);
	for (int i = 0; i < ENDING_COUNT; i++)
		sigaction(ENDING[i], &action, &old[i]);

	done = run_crew(&crew, err);
	dismiss(&crew);
	for (int i = 0; i < ENDING_COUNT; i++)
		sigaction(ENDING[i], &old[i], NULL);
	sigprocmask(SIG_SETMASK, &crew.before, NULL);
	return done;
}
