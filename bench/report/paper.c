/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child is reports/print_pages.py, which says at its top what is said over the socket: bounds, then one
 * document at a time. It bounds its own memory, processor time and file size by what it is told first; this
 * end keeps the time by the clock, and kills.
 *
 * Between calls of the loop, `at` is the job that was asked for, or is about to be; all before it have a
 * result. A child that dies or must be killed costs that one document: the rest is asked of a new child. Only
 * where the next one would be as helpless (no Python, no WeasyPrint) all that is left gets the same sentence.
 * A document that came to grief over memory in a child that had printed others is tried once more in a new
 * one, since memory that others left in pieces is not its fault.
 *
 * A PDF is written under a temporary name, which is removed or renamed here and nowhere else, so that whatever
 * becomes of the child no half PDF stands under the right name.
 */
#include "report/paper.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/installed.h"
#include "base/json.h"
#include "base/strain.h"
#include "base/value.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "loop/loop.h"

#define PYTHON "/usr/bin/python3"
#define PROGRAM "reports/print_pages.py"
#define MIB ((int64_t)1 << 20)

enum { LARGEST_ANSWER = 65536 };

const struct paper_bounds PAPER_BOUNDS = {
	.memory = 1024 * MIB,
	.largest = 256 * MIB,
	.processor_s = 120,
	.patience = SEC(300),
};

struct press {
	const struct paper_job *jobs;
	size_t count;
	const struct paper_bounds *bounds;
	struct paper_result *results;
	const char *python;
	char *program;

	struct loop *loop;
	size_t at;    /* the job in hand */
	size_t first; /* the one that this child began with */
	bool again;   /* the job in hand has failed once for want of memory */

	struct child *child;
	bool ready; /* it has said so */
	bool ended;
	int status;
	bool late; /* it took longer than it may */
	int fd;
	struct watch *watch;
	struct timer timer;
	struct buf out, in;
	char *part; /* the temporary name of the job in hand */
};

/* ---- what is said ---- */

static void say(struct press *press, struct value *value)
{
	json_write(&press->out, value);
	buf_add_byte(&press->out, '\n');
	value_free(value);
}

static void say_bounds(struct press *press)
{
	struct value *bounds = value_map();

	value_set_int(bounds, "memory", press->bounds->memory);
	value_set_int(bounds, "processor", press->bounds->processor_s);
	value_set_int(bounds, "largest", press->bounds->largest);
	say(press, bounds);
}

static struct value *attachment_value(const struct paper_attachment *attachment)
{
	struct value *value = value_map();

	value_set_text(value, "name", attachment->name);
	value_set_text(value, "description",
		       attachment->description ? attachment->description : "");
	value_set_text(value, "path", attachment->path);
	if (!attachment->path)
		value_set_int(value, "size", (int64_t)attachment->size);
	if (attachment->gzip)
		value_set_bool(value, "gzip", true);
	return value;
}

static void say_job(struct press *press)
{
	const struct paper_job *job = &press->jobs[press->at];
	struct value *value = value_map();
	struct value *list;

	press->part = xprintf("%s.%d.part", job->pdf, (int)getpid());
	unlink(press->part);
	value_set_int(value, "size", (int64_t)job->size);
	value_set_text(value, "pdf", press->part);
	value_set_text(value, "title", job->title ? job->title : "");
	list = value_set(value, "shown", value_list());
	for (size_t i = 0; i < job->shown_count; i++)
		value_add(list, value_text(job->shown[i]));
	list = value_set(value, "attached", value_list());
	for (size_t i = 0; i < job->attached_count; i++)
		value_add(list, attachment_value(&job->attached[i]));
	say(press, value);

	buf_add(&press->out, job->html, job->size);
	for (size_t i = 0; i < job->attached_count; i++)
		if (!job->attached[i].path)
			buf_add(&press->out, job->attached[i].data, job->attached[i].size);
}

/* ---- what becomes of a job ---- */

static void drop_part(struct press *press)
{
	if (press->part)
		unlink(press->part);
	free(press->part);
	press->part = NULL;
}

/* The next is asked for by who sees that this one is over. */
static void job_over(struct press *press)
{
	drop_part(press);
	press->again = false;
	press->at++;
}

static void refuse(struct press *press, const struct error *why)
{
	press->results[press->at].why = *why;
	job_over(press);
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

static void keep(struct press *press, int pages)
{
	const char *pdf = press->jobs[press->at].pdf;
	struct paper_result *result = &press->results[press->at];
	char *folder = folder_of(pdf);

	result->pages = pages;
	if (rename(press->part, pdf) < 0)
		error_os(&result->why, "it cannot be given its name");
	else
		result->printed = file_sync_folder(folder, &result->why) == 0;
	free(folder);
	job_over(press);
}

/* There is no use in another child: nothing of the rest can be printed. */
static void refuse_rest(struct press *press, const struct error *why)
{
	while (press->at < press->count)
		refuse(press, why);
}

/* Memory that others of this child have left in pieces may be what it lacked. */
static bool deserves_another(struct press *press)
{
	if (press->again || press->at == press->first)
		return false;
	press->again = true;
	drop_part(press);
	return true;
}

static void explain_end(struct press *press, const char *end, struct error *why)
{
	int status = press->status;

	if (press->late)
		error_set(why, ERROR_TIMEOUT, "printing it took longer than %lld s and was stopped",
			  (long long)(press->bounds->patience / SEC(1)));
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		error_set(why, ERROR_TIMEOUT,
			  "printing it took more than %d s of processor time and was stopped",
			  press->bounds->processor_s);
	else if (WIFSIGNALED(status))
		error_set(why, ERROR_OS, "the process that prints %s over it, as happens when %s",
			  end,
			  WTERMSIG(status) == SIGKILL ? "the machine has no memory left"
						      : "it needs more memory than it is given");
	else
		error_set(why, ERROR_OS, "the process that prints %s over it", end);
}

/* It ended, by itself or by us, without an answer to what it was asked. */
static void child_over(struct press *press)
{
	struct error why;
	char end[80];

	child_describe_end(press->status, end, sizeof(end));
	explain_end(press, end, &why);
	if (press->ready) {
		bool crashed = WIFSIGNALED(press->status) && !press->late &&
			       WTERMSIG(press->status) != SIGXCPU;

		if (!crashed || !deserves_another(press))
			refuse(press, &why);
		return;
	}
	if (!press->late && WIFEXITED(press->status))
		error_set(&why, ERROR_OS,
			  "PDF needs Python 3 and WeasyPrint, and %s %s before it could print: "
			  "is the Debian package weasyprint whole?",
			  press->python, end);
	refuse_rest(press, &why);
}

static enum error_kind kind_of(const char *kind)
{
	return kind && strcmp(kind, "document") != 0 ? ERROR_OS : ERROR_USAGE;
}

/* True: the child may be asked for the next. */
static bool take_refusal(struct press *press, const struct value *answer)
{
	const char *sentence = value_get_text(answer, "refused");
	const char *kind = value_get_text(answer, "kind");
	bool starved = kind && strcmp(kind, "memory") == 0;
	struct error why;

	error_set(&why, kind_of(kind), "%s", sentence ? sentence : "no reason was given");
	if (!press->ready)
		refuse_rest(press, &why);
	else if (!starved || !deserves_another(press))
		refuse(press, &why);
	return press->ready && !starved;
}

/* ---- the conversation ---- */

static void too_late(void *ctx)
{
	struct press *press = ctx;

	press->late = true;
	loop_quit(press->loop);
}

static void ask_next(struct press *press)
{
	struct bench_clock *clock = loop_real_clock(press->loop);
	struct error err;

	timer_start(&press->timer, clock, clock_now(clock) + press->bounds->patience, TIMER_WAIT,
		    too_late, press);
	say_job(press);
	if (loop_rewatch(press->watch, EPOLLIN | EPOLLOUT, &err) < 0)
		child_kill(press->child);
}

static void take_answer(struct press *press, const char *line, size_t size)
{
	struct error ignored;
	struct value *answer = json_parse(line, size, "print_pages.py", &ignored);
	bool more = true;

	if (value_get_text(answer, "ready"))
		press->ready = true;
	else if (press->ready && value_get(answer, "pages"))
		keep(press, (int)value_get_int(answer, "pages", 0));
	else
		more = take_refusal(press, answer);
	value_free(answer);
	if (more && press->at < press->count)
		ask_next(press);
	else
		loop_quit(press->loop);
}

/* False: the other end is closed. */
static bool listen_to(struct press *press)
{
	char bytes[4096];
	ssize_t got = recv(press->fd, bytes, strain_read(sizeof(bytes)), MSG_DONTWAIT);
	char *end;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	if (got == 0)
		return false;
	if (press->in.size + (size_t)got > LARGEST_ANSWER) {
		child_kill(press->child);
		return false;
	}
	buf_add(&press->in, bytes, (size_t)got);
	while (press->at < press->count && (end = memchr(press->in.data, '\n', press->in.size))) {
		size_t size = (size_t)(end - press->in.data);
		char *line = xmemdup(press->in.data, size + 1);

		buf_drop(&press->in, size + 1);
		take_answer(press, line, size);
		free(line);
	}
	return true;
}

static bool speak(struct press *press)
{
	ssize_t sent =
		send(press->fd, press->out.data, press->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
	struct error err;

	if (sent < 0)
		return errno == EAGAIN || errno == EINTR;
	buf_drop(&press->out, (size_t)sent);
	return press->out.size || loop_rewatch(press->watch, EPOLLIN, &err) == 0;
}

static void socket_ready(void *ctx, uint32_t events)
{
	struct press *press = ctx;
	bool open = true;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		open = listen_to(press);
	if (open && (events & EPOLLOUT) && press->out.size)
		open = speak(press);
	if (open)
		return;
	loop_unwatch(press->watch);
	press->watch = NULL;
	if (press->ended)
		loop_quit(press->loop);
}

static void child_ended(void *ctx, int status)
{
	struct press *press = ctx;

	press->ended = true;
	press->status = status;
	if (!press->watch) /* else there is more to hear */
		loop_quit(press->loop);
}

/* ---- one child ---- */

static int start(struct press *press, struct error *err)
{
	/* Nothing of the person's own Python; paths are UTF-8 whatever the locale says. */
	char *argv[] = {(char *)press->python, "-I", "-B", "-Xutf8", press->program, NULL};
	int pair[2];

	if (access(press->python, X_OK) < 0)
		return error_set(err, ERROR_OS,
				 "PDF needs Python and WeasyPrint, and there is no %s: install the "
				 "Debian package weasyprint",
				 press->python);
	if (!file_exists(press->program))
		return error_set(err, ERROR_OS, "%s, which prints, is missing", press->program);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_os(err, "a socket for printing");
	press->fd = pair[0];
	press->child = child_start(press->loop, argv, pair[1], -1, child_ended, press, err);
	close(pair[1]);
	if (!press->child)
		return -1;
	press->watch =
		loop_watch(press->loop, press->fd, EPOLLIN | EPOLLOUT, socket_ready, press, err);
	return press->watch ? 0 : -1;
}

/* Whatever it has started goes with it: it leads its own group. */
static void stop(struct press *press)
{
	timer_stop(&press->timer);
	loop_unwatch(press->watch);
	if (press->child && !press->ended)
		kill(-child_pid(press->child), SIGKILL);
	child_free(press->child);
	if (press->fd >= 0)
		close(press->fd);
	press->watch = NULL;
	press->child = NULL;
	press->fd = -1;
	buf_clear(&press->out);
	buf_clear(&press->in);
}

/* Print as much as one child can; at least one job gets its result, or a second try. */
static int run_child(struct press *press, struct error *err)
{
	struct bench_clock *clock = loop_real_clock(press->loop);
	int result;

	press->first = press->at;
	press->ready = press->ended = press->late = false;
	press->status = 0;
	if (start(press, err) < 0) {
		stop(press);
		return -1;
	}
	say_bounds(press);
	timer_start(&press->timer, clock, clock_now(clock) + press->bounds->patience, TIMER_WAIT,
		    too_late, press);
	result = loop_run(press->loop, err);
	if (result == 0 && (press->late || press->ended) && press->at < press->count)
		child_over(press);
	stop(press);
	return result;
}

static void print_all(struct press *press)
{
	struct error err;

	while (press->at < press->count)
		if (run_child(press, &err) < 0)
			refuse_rest(press, &err);
}

/* Beside an installed Davy, or in the tree that it was built in. */
static char *find_program(void)
{
	const char *given = getenv("DAVY_SHARE");
	char *share, *path;

	if (!(given && *given) && !installed_here())
		return installed_path(PROGRAM);
	share = installed_share();
	path = xprintf("%s/" PROGRAM, share);
	free(share);
	return path;
}

static int first_failure(const struct press *press, struct error *err)
{
	for (size_t i = 0; i < press->count; i++) {
		if (press->results[i].printed)
			continue;
		*err = press->results[i].why;
		return error_context(err, "%s", press->jobs[i].pdf);
	}
	return 0;
}

int paper_print(const struct paper_job *jobs, size_t count, const struct paper_bounds *bounds,
		struct paper_result *results, struct error *err)
{
	const char *python = getenv("DAVY_PYTHON");
	struct press press = {
		.jobs = jobs, .count = count, .results = results, .python = PYTHON, .fd = -1};

	press.bounds = bounds ? bounds : &PAPER_BOUNDS;
	if (press.bounds->python || (python && *python))
		press.python = press.bounds->python ? press.bounds->python : python;
	memset(results, 0, count * sizeof(*results));
	press.loop = loop_new(err);
	if (!press.loop)
		return -1;
	press.program = find_program();
	buf_init(&press.out);
	buf_init(&press.in);
	print_all(&press);
	buf_done(&press.out);
	buf_done(&press.in);
	free(press.program);
	loop_free(press.loop);
	return first_failure(&press, err);
}
