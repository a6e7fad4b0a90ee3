/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes: what they are given, how they end, and that none stays behind. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "tests/claims.h"

/* A loop and one child, whose descriptor 3 is the far end of `near`. */
struct rig {
	struct loop *loop;
	struct error err;
	int near, far;
	struct child *child;
	int ends, status;
	bool free_at_end;
};

static void child_ended(void *ctx, int status)
{
	struct rig *rig = ctx;

	rig->ends++;
	rig->status = status;
	if (rig->free_at_end) {
		child_free(rig->child);
		rig->child = NULL;
	}
	loop_quit(rig->loop);
}

static struct rig *rig_new(void)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	int pair[2];

	rig->loop = loop_new(&rig->err);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
	rig->near = pair[0];
	rig->far = pair[1];
	return rig;
}

static void rig_start_program(struct rig *rig, char *const argv[], int cpu)
{
	rig->child = child_start(rig->loop, argv, rig->far, cpu, child_ended, rig, &rig->err);
	if (rig->far >= 0)
		close(rig->far);
	rig->far = -1;
}

static void rig_start(struct rig *rig, const char *script)
{
	char *const argv[] = {"/bin/sh", "-c", (char *)script, NULL};

	rig_start_program(rig, argv, -1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->child);
}

/* All that the child writes into its descriptor 3 until it closes it. */
static void rig_hear(struct rig *rig, struct buf *heard)
{
	char piece[512];
	ssize_t size;

	buf_init(heard);
	while ((size = read(rig->near, piece, sizeof(piece))) > 0)
		buf_add(heard, piece, (size_t)size);
}

static void rig_free(struct rig *rig)
{
	child_free(rig->child);
	close(rig->near);
	if (rig->far >= 0)
		close(rig->far);
	loop_free(rig->loop);
	free(rig);
}

static void check_says(const char *script, const char *wanted)
{
	struct rig *rig = rig_new();
	struct buf heard;

	rig_start(rig, script);
	rig_hear(rig, &heard);

	CU_ASSERT_STRING_EQUAL(heard.data, wanted);
	buf_done(&heard);
	rig_free(rig);
}

static void a_child_speaks_on_descriptor_three(void)
{
	check_says("echo hello >&3", "hello\n");
}

static void a_child_that_needs_no_descriptor_has_nothing_there(void)
{
	struct rig *rig = rig_new();

	close(rig->far);
	rig->far = -1;
	rig_start(rig, "test \"$(readlink /proc/$$/fd/3)\" = /dev/null");
	loop_run(rig->loop, &rig->err);
	CU_ASSERT_EQUAL(rig->ends, 1);
	CU_ASSERT(WIFEXITED(rig->status) && WEXITSTATUS(rig->status) == 0);
	rig_free(rig);
}

/*
 * Looked at from outside, while it stands still: a shell that lists its own descriptors has opened
 * one for that, and a program that has only just started is still loading its libraries.
 */
static void check_descriptors(struct rig *rig)
{
	struct buf found;
	char **names;
	size_t count;

	rig_start(rig, "kill -STOP $$");
	waitpid(child_pid(rig->child), NULL, WUNTRACED);
	buf_init(&found);
	buf_printf(&found, "/proc/%d/fd", child_pid(rig->child));
	CU_ASSERT_EQUAL_FATAL(file_list(found.data, &names, &count, &rig->err), 0);
	buf_clear(&found);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&found, "%s ", names[i]);
		free(names[i]);
	}
	free(names);

	CU_ASSERT_STRING_EQUAL(found.data, "0 1 2 3 ");
	buf_done(&found);
}

static void a_child_has_no_other_descriptors(void)
{
	struct rig *rig = rig_new();
	int stray = fcntl(STDERR_FILENO, F_DUPFD, 50); /* not closed on exec */

	check_descriptors(rig);

	close(stray);
	rig_free(rig);
}

static void the_standard_descriptors_lead_nowhere(void)
{
	struct rig *rig = rig_new();

	check_descriptors(rig);

	for (int number = 0; number < 3; number++) {
		char path[40], target[40] = "";

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", child_pid(rig->child), number);
		CU_ASSERT_TRUE(readlink(path, target, sizeof(target) - 1) > 0);
		CU_ASSERT_STRING_EQUAL(target, "/dev/null");
	}
	rig_free(rig);
}

static void any_descriptor_number_of_ours_will_do(void)
{
	for (int number = 3; number < 9; number++) {
		struct rig *rig = rig_new();
		int moved = fcntl(rig->far, F_DUPFD_CLOEXEC, number);

		close(rig->far);
		rig->far = moved;

		check_descriptors(rig);
		rig_free(rig);
	}
}

/* Where other programs have them, also ours may be: a service without standard descriptors. */
static void our_own_low_descriptors_may_be_missing(void)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		struct rig *rig = rig_new(); /* its pipes and sockets take 0 and 1 */
		char *const argv[] = {"/bin/sh", "-c", "echo hello >&3", NULL};
		struct buf heard;

		rig_start_program(rig, argv, -1);
		rig_hear(rig, &heard);
		_exit(strcmp(heard.data, "hello\n") != 0);
	}
	waitpid(pid, &status, 0);

	CU_ASSERT_EQUAL(status, 0);
}

static void the_environment_is_path_and_language_alone(void)
{
	setenv("LANG", "C.UTF-8", 1);
	setenv("DAVY_SECRET", "x", 1);

	check_says("tr '\\0' '\\n' </proc/$$/environ | cut -d= -f1 >&3", "PATH\nLANG\n");
	unsetenv("DAVY_SECRET");
}

static void block_and_ignore(sigset_t *before)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, before);
	signal(SIGPIPE, SIG_IGN);
}

static void neither_block_nor_ignore(const sigset_t *before)
{
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* A shell cannot trap what it was started to ignore. */
static void signals_that_we_block_or_ignore_reach_a_child(void)
{
	sigset_t before;

	block_and_ignore(&before);
	check_says("for s in TERM PIPE; do trap \"echo $s >&3\" $s; kill -$s $$; done",
		   "TERM\nPIPE\n");
	neither_block_nor_ignore(&before);
}

static void a_child_is_out_of_reach_of_the_terminal(void)
{
	check_says("test $(cut -d' ' -f6 /proc/$$/stat) = $$ && echo leads its session >&3",
		   "leads its session\n");
}

static void a_child_can_be_pinned_to_a_processor(void)
{
	char *const argv[] = {"/bin/sh", "-c",
			      "grep Cpus_allowed_list /proc/self/status | cut -f2 >&3", NULL};
	struct rig *rig = rig_new();
	struct buf heard;

	rig_start_program(rig, argv, 0);
	rig_hear(rig, &heard);

	CU_ASSERT_STRING_EQUAL(heard.data, "0\n");
	buf_done(&heard);
	rig_free(rig);
}

static void check_end(const char *script, const char *wanted)
{
	struct rig *rig = rig_new();
	char text[80];

	rig_start(rig, script);
	loop_run(rig->loop, &rig->err);
	child_describe_end(rig->status, text, sizeof(text));

	CU_ASSERT_EQUAL(rig->ends, 1);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	rig_free(rig);
}

static void the_end_is_described_for_a_sentence(void)
{
	check_end("exit 3", "ended with exit code 3");
	check_end("kill -KILL $$", "was killed by signal 9 (Killed)");
	check_end("kill -SEGV $$", "was killed by signal 11 (Segmentation fault)");
}

static void a_killed_childs_end_is_still_reported(void)
{
	struct rig *rig = rig_new();

	rig_start(rig, "exec sleep 1000");
	child_kill(rig->child);
	loop_run(rig->loop, &rig->err);

	CU_ASSERT_TRUE(WIFSIGNALED(rig->status) && WTERMSIG(rig->status) == SIGKILL);
	child_kill(rig->child); /* of no effect any more */
	rig_free(rig);
}

static void a_freed_child_is_gone_without_a_report(void)
{
	struct rig *rig = rig_new();

	rig_start(rig, "exec sleep 1000");
	pid_t pid = child_pid(rig->child);
	child_free(rig->child);
	rig->child = NULL;

	CU_ASSERT_EQUAL(kill(pid, 0), -1);
	CU_ASSERT_EQUAL(errno, ESRCH);
	CU_ASSERT_EQUAL(rig->ends, 0);
	rig_free(rig);
}

static void a_child_may_be_freed_by_the_report_of_its_end(void)
{
	struct rig *rig = rig_new();

	rig->free_at_end = true;
	rig_start(rig, "exit 0");
	loop_run(rig->loop, &rig->err);

	CU_ASSERT_EQUAL(rig->ends, 1);
	CU_ASSERT_PTR_NULL(rig->child);
	rig_free(rig);
}

static void check_no_child(const char *program, int cpu, const char *sentence)
{
	char *const argv[] = {(char *)program, NULL};
	struct rig *rig = rig_new();

	rig_start_program(rig, argv, cpu);

	CU_ASSERT_PTR_NULL(rig->child);
	CU_ASSERT_EQUAL(rig->err.kind, ERROR_OS);
	CU_ASSERT_STRING_EQUAL(rig->err.text, sentence);
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1); /* and no zombie */
	rig_free(rig);
}

static void a_program_that_cannot_start_is_explained(void)
{
	check_no_child("/nowhere/davy-lua", -1,
		       "/nowhere/davy-lua: cannot be started: No such file or directory");
	check_no_child("/etc/passwd", -1, "/etc/passwd: cannot be started: Permission denied");
}

static void a_processor_that_is_not_there_is_explained(void)
{
	check_no_child("/bin/true", 1000,
		       "/bin/true: cannot be pinned to processor 1000: Invalid argument");
}

static void processor_time_counts_work_and_not_waiting(void)
{
	struct rig *rig = rig_new();
	char byte;

	rig_start(rig, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo >&3; read x <&3");
	CU_ASSERT_EQUAL(read(rig->near, &byte, 1), 1);
	nsec worked = child_cpu_time(rig->child);
	usleep(20000);
	nsec waited = child_cpu_time(rig->child) - worked;

	CU_ASSERT_TRUE(worked > USEC(500));
	CU_ASSERT_TRUE(waited < MSEC(5));
	CU_ASSERT_EQUAL(write(rig->near, "\n", 1), 1);
	loop_run(rig->loop, &rig->err);
	CU_ASSERT_TRUE(child_cpu_time(rig->child) > USEC(500)); /* still known afterwards */
	rig_free(rig);
}

static void a_child_dies_with_the_process_that_started_it(void)
{
	struct rig *rig = rig_new();
	pid_t middle = fork();
	char bytes[8];
	int status;

	if (middle == 0) {
		char *const argv[] = {"/bin/sh", "-c", "echo >&3; exec sleep 1000", NULL};

		close(rig->near);
		rig->child =
			child_start(rig->loop, argv, rig->far, -1, child_ended, rig, &rig->err);
		_exit(rig->child ? 0 : 1);
	}
	close(rig->far);
	rig->far = -1;
	CU_ASSERT_EQUAL(waitpid(middle, &status, 0), middle);
	CU_ASSERT_EQUAL(status, 0);

	while (read(rig->near, bytes, sizeof(bytes)) > 0)
		; /* ends when the last holder of the far end is gone */
	rig_free(rig);
}

void suite_child(void)
{
	suite_begin("child");
	claim(a_child_speaks_on_descriptor_three);
	claim(a_child_that_needs_no_descriptor_has_nothing_there);
	claim(a_child_has_no_other_descriptors);
	claim(the_standard_descriptors_lead_nowhere);
	claim(any_descriptor_number_of_ours_will_do);
	claim(our_own_low_descriptors_may_be_missing);
	claim(the_environment_is_path_and_language_alone);
	claim(signals_that_we_block_or_ignore_reach_a_child);
	claim(a_child_is_out_of_reach_of_the_terminal);
	claim(a_child_can_be_pinned_to_a_processor);
	claim(the_end_is_described_for_a_sentence);
	claim(a_killed_childs_end_is_still_reported);
	claim(a_freed_child_is_gone_without_a_report);
	claim(a_child_may_be_freed_by_the_report_of_its_end);
	claim(a_program_that_cannot_start_is_explained);
	claim(a_processor_that_is_not_there_is_explained);
	claim(processor_time_counts_work_and_not_waiting);
	claim(a_child_dies_with_the_process_that_started_it);
}
