/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller's own life: the state folder and its lock, runs that were cut short, signals, idleness.
 * Who comes to the desk and what they want is in desk.c.
 *
 * The lock is a flock on `controller.lock`, held until the process is gone, however it goes; the file says
 * whose it is. The socket is removed and made again by whoever holds the lock, so a stale one never
 * misleads for long.
 */
#include "run/controller.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "run/consumed.h"
#include "run/desk.h"
#include "run/journal_read.h"
#include "run/series_away.h"
#include "run/service.h"

/* How long a command waits for a controller that comes up or goes away: ten seconds. */
enum { PATIENCE_TURNS = 500, PATIENCE_MS = 20, STARTS_MOST = 3 };
/* How long a controller waits for the lock of another: half a second. */
enum { LOCK_TURNS = 25 };

char *controller_socket(const char *state)
{
	return xprintf("%s/controller.sock", state);
}

/* Socket addresses hold 107 bytes; a folder's descriptor makes any path short. */
static int socket_address(const char *state, int folder, struct sockaddr_un *address,
			  struct error *err)
{
	int size;

	address->sun_family = AF_UNIX;
	size = snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s", folder,
			"controller.sock");
	if (size < 0 || (size_t)size >= sizeof(address->sun_path))
		return error_set(err, ERROR_OS, "%s: the path of its socket is too long", state);
	return 0;
}

/*
 * What root makes in another's folder its owner could not write to; anybody else there could not write
 * himself.
 */
static int check_owner(const char *state, struct error *err)
{
	struct passwd *owner;
	struct stat folder;

	if (stat(state, &folder) < 0 || folder.st_uid == geteuid() ||
	    (geteuid() != 0 && access(state, W_OK) == 0))
		return 0;
	owner = getpwuid(folder.st_uid);
	return error_set(
		err, ERROR_USAGE,
		"the state folder %s has no controller now, and belongs to user %s, who alone can "
		"start one; the system's bench is started by: systemctl start davy",
		state, owner ? owner->pw_name : "?");
}

/* A card that wears out is mounted read-only by the kernel: what was recorded can still be read, and nothing is added to it. */
static int check_folder(const char *state, struct error *err)
{
	if (check_owner(state, err) < 0)
		return -1;
	if (access(state, W_OK) == 0)
		return 0;
	if (errno != EROFS)
		return error_os(err, "the state folder %s cannot be written to", state);
	return error_set(
		err, ERROR_OS,
		"the state folder %s is on a disk that is mounted read-only, as the system "
		"does with a card that fails: nothing can be recorded there; copy the folder "
		"onto another, and look with davy verify",
		state);
}

/*
 * A controller that was killed while it started a process leaves its lock to that process, until that one has become
 * its program: milliseconds, but whoever comes right behind would be told of a controller that is gone.
 */
static bool lock_in_time(int fd)
{
	for (int turn = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; turn++) {
		if (turn == LOCK_TURNS)
			return false;
		poll(NULL, 0, PATIENCE_MS);
	}
	return true;
}

static int take_lock(const char *state, struct error *err)
{
	char *path = xprintf("%s/controller.lock", state);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0) {
		error_os(err, "%s", path);
	} else if (!lock_in_time(fd)) {
		error_set(err, ERROR_REFUSED, "another controller has the state folder %s", state);
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

/* For `davy safe`, which kills a controller that does not answer. A full disk is no reason not to serve. */
static void sign_lock(int lock)
{
	char text[24];
	int size = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (pwrite(lock, text, (size_t)size, 0) != size || ftruncate(lock, size) < 0)
		log_warning("controller.lock cannot be written: `davy safe` will not find us");
}

static int listen_at(const char *state, struct error *err)
{
	struct sockaddr_un address;
	int folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int done = -1;

	if (folder < 0 || fd < 0) {
		error_os(err, "%s", state);
	} else if (socket_address(state, folder, &address, err) == 0) {
		unlinkat(folder, "controller.sock", 0);
		done = bind(fd, (struct sockaddr *)&address, sizeof(address));
		if (done == 0)
			done = listen(fd, 64);
		if (done < 0)
			error_os(err, "%s: its socket", state);
	}
	if (folder >= 0)
		close(folder);
	if (done < 0 && fd >= 0)
		close(fd);
	return done < 0 ? -1 : fd;
}

static bool has_lost_consumed(const char *state)
{
	char *path = xprintf("%s/consumed", state);
	bool there = file_exists(path);

	free(path);
	return !there;
}

/* Returns as journal_end_cut_short(). */
static int end_run(const char *path, const char *name)
{
	struct error wrong;
	int ended = journal_end_cut_short(path, "the controller was gone before the run had ended",
					  &wrong);

	if (ended < 0)
		log_warning("%s: cannot be ended: %s", name, wrong.text);
	else if (ended == JOURNAL_ENDED)
		log_note("%s was cut short and is ended as ABORTED", name);
	else if (ended == JOURNAL_INTERRUPTED)
		log_note("%s was interrupted where its protocol allows it: go on with it, or "
			 "end it (davy continue)",
			 name);
	return ended;
}

/* A record is made of a run that has its verdict, and only what had ended can leave the bench. */
static bool is_known_to_have_ended(const char *path)
{
	char *record = xprintf("%s/record.json", path);
	struct value *away = series_away(path);
	bool has_ended = away || file_exists(record);

	value_free(away);
	free(record);
	return has_ended;
}

/*
 * Every run that was started has a verdict: those that lost their controller get theirs now, but for one that stands
 * where it may be interrupted. Where the list of used up specimens is gone, all runs are asked.
 * To read the journals of all that a bench ever ran takes minutes, so those that are known to have ended are left out.
 */
static int end_cut_short(const char *state, struct error *err)
{
	bool lost = has_lost_consumed(state);
	char *folder = xprintf("%s/runs", state);
	char **names = NULL;
	size_t count = 0;

	if (file_make_folder(folder, err) < 0 || file_list(folder, &names, &count, err) < 0) {
		free(folder);
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s", folder, names[i]);
		int ended =
			is_known_to_have_ended(path) ? JOURNAL_HAD_ENDED : end_run(path, names[i]);
		struct error wrong;

		if ((ended > 0 || lost) && consumed_restore(state, path, names[i], &wrong) < 0)
			log_warning("%s: whether it used up its specimen is not known: %s",
				    names[i], wrong.text);
		free(path);
		free(names[i]);
	}
	free(names);
	free(folder);
	return 0;
}

static void stop_signal(void *ctx, int number)
{
	(void)number;
	desk_close(ctx);
}

/*
 * Whoever started this one is told that it listens, and keeps its own stderr: what is said from here on
 * goes to controller.log. A command whose output is caught would else not end before the controller.
 */
static void tell_ready(const char *state, int ready)
{
	char *path;
	int log;

	if (ready < 0)
		return;
	path = xprintf("%s/controller.log", state);
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (log >= 0) {
		dup2(log, STDERR_FILENO);
		close(log);
	}
	free(path);
	close(ready);
}

static int serve(const char *state, const char *program, bool leave_when_idle, int ready,
		 struct loop *loop, struct error *err)
{
	int listener = listen_at(state, err);
	struct service *service;
	struct desk *desk;
	int done;

	if (listener < 0)
		return -1;
	desk = desk_open(loop, state, program, listener, leave_when_idle, err);
	if (!desk)
		return -1;
	done = loop_signal(loop, SIGTERM, stop_signal, desk, err);
	if (done == 0)
		done = loop_signal(loop, SIGINT, stop_signal, desk, err);
	tell_ready(state, ready);
	service = ready < 0 ? service_begin(loop) : NULL;
	if (done == 0)
		done = loop_run(loop, err);
	desk_free(desk);
	service_end(service);
	return done;
}

int controller_serve(const char *state, const char *program, bool leave_when_idle, int ready,
		     struct error *err)
{
	struct loop *loop;
	int lock, done = -1;

	signal(SIGPIPE, SIG_IGN);
	if (file_make_folder(state, err) < 0 || check_folder(state, err) < 0)
		return -1;
	lock = take_lock(state, err);
	if (lock < 0)
		return -1;
	sign_lock(lock);
	if (end_cut_short(state, err) == 0) {
		loop = loop_new(err);
		if (loop) {
			done = serve(state, program, leave_when_idle, ready, loop, err);
			loop_free(loop);
		}
	}
	close(lock);
	return done;
}

/* ---- the other side ---- */

static int try_connect(const char *state, struct error *err)
{
	struct sockaddr_un address;
	int folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (folder < 0 || fd < 0) {
		error_os(err, "%s", state);
	} else if (socket_address(state, folder, &address, err) == 0) {
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
			close(folder);
			return fd;
		}
		error_os(err, "%s: no controller answers", state);
	}
	if (folder >= 0)
		close(folder);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Start `davy controller` in a session of its own; it tells by closing `ready` that it listens. */
static pid_t start_controller(const char *state, int ready)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	setsid();
	dup2(ready, 3);
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	execl("/proc/self/exe", "davy", "controller", "--state", state, "--leave-when-idle",
	      "--ready-fd", "3", (char *)NULL);
	_exit(127);
}

/* Start one and return when it listens, or when it has ended: another may have been quicker. */
static int start_and_wait(const char *state, struct error *err)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return error_os(err, "a pipe");
	pid = start_controller(state, ready[1]);
	close(ready[1]);
	while (pid > 0 && read(ready[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(ready[0]);
	return pid < 0 ? error_os(err, "a controller cannot be started") : 0;
}

/*
 * Has somebody the lock? He may be coming up or going away, and not answer. `text` is what he wrote into it.
 * Asked for by a lock that is shared, so that nobody takes one who asks for a controller.
 */
static bool is_locked(const char *state, char *text, size_t size)
{
	char *path = xprintf("%s/controller.lock", state);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool locked = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;
	ssize_t got = locked ? pread(fd, text, size - 1, 0) : 0;

	text[got > 0 ? got : 0] = '\0';
	if (fd >= 0)
		close(fd);
	free(path);
	return locked;
}

/* Whoever has the lock neither answers nor goes. */
static int no_answer(const char *state, const char *owner, struct error *err)
{
	return error_set(
		err, ERROR_OS,
		"%s: its controller (process %d) has not answered for %d s: it may be "
		"reading journals to see which runs were cut short; wait, then try again, "
		"and see controller.log there (davy safe makes all outputs safe without it)",
		state, atoi(owner), PATIENCE_TURNS * PATIENCE_MS / 1000);
}

int controller_connect(const char *state, struct error *err)
{
	int fd, starts = 0;
	char owner[24];

	if (file_make_folder(state, err) < 0)
		return -1;
	for (int again = 0; again < PATIENCE_TURNS; again++) {
		fd = try_connect(state, err);
		if (fd >= 0)
			return fd;
		if (is_locked(state, owner, sizeof(owner)))
			poll(NULL, 0, PATIENCE_MS);
		else if (check_folder(state, err) < 0 || starts++ == STARTS_MOST ||
			 start_and_wait(state, err) < 0)
			return -1;
	}
	fd = try_connect(state, err);
	return fd < 0 && is_locked(state, owner, sizeof(owner)) ? no_answer(state, owner, err) : fd;
}

int controller_find(const char *state, struct error *err)
{
	return try_connect(state, err);
}

pid_t controller_pid(const char *state)
{
	char owner[24];

	return is_locked(state, owner, sizeof(owner)) ? (pid_t)atoi(owner) : 0;
}
