/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that take too much, and programs that misbehave: for these another program stands in Python's place
 * that speaks the same language and does what a document says (FAKE).
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"
#include "tests/paper_rig.h"

/* ---- documents that take too much ---- */

static void who_takes_too_long_is_stopped_and_the_others_are_printed(void)
{
	if (!paper_can_print())
		return;
	struct pile *pile = pile_new();
	struct buf slow;

	buf_init(&slow);
	for (int i = 0; i < 60000; i++)
		buf_add_text(&slow, "<p><b>x</b> y");
	pile_add(pile, "<p>before");
	pile_add(pile, slow.data);
	pile_add(pile, "<p>after");
	pile->bounds.processor_s = 2 * claims_slowness();
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_TRUE(pile_printed(pile, 0));
	CU_ASSERT_TRUE(pile_refused(pile, 1, " s of processor time and was stopped"));
	CU_ASSERT_EQUAL(pile->results[1].why.kind, ERROR_TIMEOUT);
	CU_ASSERT_TRUE(pile_printed(pile, 2));
	CU_ASSERT_EQUAL(pile_starts(pile), 2);
	CU_ASSERT_TRUE(pile_tidy(pile));
	buf_done(&slow);
	pile_free(pile);
}

static void who_takes_too_much_memory_is_stopped_and_the_others_are_printed(void)
{
	if (!paper_can_print())
		return;
	struct pile *pile = pile_new();
	struct buf large;

	buf_init(&large);
	for (int i = 0; i < 6000000; i++)
		buf_add_text(&large, "hungry ");
	pile_add(pile, "<p>before");
	pile_add(pile, large.data);
	pile_add(pile, "<p>after");
	pile->bounds.memory = 512 << 20;
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_TRUE(pile_printed(pile, 0));
	CU_ASSERT_TRUE(pile_refused(pile, 1, "more memory than"));
	CU_ASSERT_TRUE(pile_printed(pile, 2));
	CU_ASSERT_TRUE(pile_tidy(pile));
	buf_done(&large);
	pile_free(pile);
}

static void a_pdf_that_cannot_be_written_leaves_the_old_one_alone(void)
{
	if (!paper_can_print())
		return;
	struct pile *pile = pile_new();
	struct buf old;

	buf_init(&old);
	pile_put(pile, "0.pdf", "the old one", 0644);
	pile_add(pile, "<p>larger than it may be");
	pile_add(pile, "<p>nowhere to go")->pdf = pile_path(pile, "no/such/folder/1.pdf");
	pile->bounds.largest = 2000;
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_FALSE(pile->results[0].printed);
	CU_ASSERT_PTR_NOT_NULL(strstr(pile->results[0].why.text, "its PDF would be larger than"));
	CU_ASSERT_TRUE(pile_refused(pile, 1, "No such file or directory"));
	CU_ASSERT_EQUAL(file_read(pile->jobs[0].pdf, 100, &old, &pile->err), 0);
	CU_ASSERT_STRING_EQUAL(old.data, "the old one");
	CU_ASSERT_TRUE(pile_tidy(pile));
	buf_done(&old);
	pile_free(pile);
}

/* A disk of 8 KiB at `folder`, for this process alone. */
static bool mount_small(const char *folder)
{
	return (unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("small", folder, "tmpfs", 0, "size=8k") == 0;
}

/* In a process of its own; 0: all holds, 77: no disk could be mounted. */
static int fill_disk(struct pile *pile)
{
	if (!mount_small(pile_path(pile, "disk")))
		return 77;
	struct paper_attachment large = {
		.data = xcalloc(1, 1 << 16), .size = 1 << 16, .name = "large"};
	char *bytes = (char *)large.data;

	for (int i = 0; i < 1 << 16; i++)
		bytes[i] = (char)rand();
	pile_put(pile, "disk/0.pdf", "the old one", 0644);

	struct paper_job *job = pile_add(pile, "<p>too large");
	struct buf old;

	buf_init(&old);
	job->pdf = pile_path(pile, "disk/0.pdf");
	job->attached = &large;
	job->attached_count = 1;
	pile_add(pile, "<p>elsewhere");
	if (pile_print(pile) == 0 || !pile_printed(pile, 1) ||
	    strcmp(pile->results[0].why.text,
		   "its PDF cannot be written: No space left on device") != 0) {
		printf("  %s\n", pile->results[0].why.text);
		return 1;
	}
	return file_read(job->pdf, 100, &old, &pile->err) < 0 ||
	       strcmp(old.data, "the old one") != 0;
}

static void a_full_disk_leaves_the_old_pdf_alone(void)
{
	if (!paper_can_print())
		return;
	struct pile *pile = pile_new();
	int status = 0;

	CU_ASSERT_EQUAL(file_make_folder(pile_path(pile, "disk"), &pile->err), 0);
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0)
		_exit(fill_disk(pile));
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		claim_skip("no small disk may be mounted here");
	else
		CU_ASSERT_EQUAL(status, 0);
	pile_free(pile);
}

/* ---- programs that misbehave ---- */

/* In Python's place: prints a document by copying it, and does as a document says that begins with "!". */
#define FAKE                                                                                       \
	"#!/usr/bin/python3\n"                                                                     \
	"import json, os, signal, socket, subprocess\n"                                            \
	"open('starts', 'a').write('\\n')\n"                                                       \
	"s = socket.socket(fileno=3).makefile('rwb')\n"                                            \
	"def say(text): s.write(text); s.flush()\n"                                                \
	"s.readline()\n"                                                                           \
	"say(b'{\"ready\": \"0\"}\\n')\n"                                                          \
	"printed = 0\n"                                                                            \
	"while line := s.readline():\n"                                                            \
	"    job = json.loads(line)\n"                                                             \
	"    html = s.read(job['size'])\n"                                                         \
	"    open(job['pdf'], 'wb').write(b'%%PDF-' + b'.' * 100 + b'%%%%EOF\\n')\n"               \
	"    if html == b'!killed' or html == b'!killed later' and printed:\n"                     \
	"        os.kill(os.getpid(), signal.SIGKILL)\n"                                           \
	"    if html == b'!leaves': os._exit(7)\n"                                                 \
	"    if html == b'!nonsense': say(b'}{\\n'); continue\n"                                   \
	"    if html == b'!floods': say(b'x' * 100000)\n"                                          \
	"    if html == b'!hangs':\n"                                                              \
	"        p = subprocess.Popen(['sleep', '600'], pass_fds=[3])\n"                           \
	"        open('pid', 'w').write(str(p.pid))\n"                                             \
	"        signal.pause()\n"                                                                 \
	"    printed += 1\n"                                                                       \
	"    say(b'{\"pages\": 1}\\n')\n"

static struct pile *pile_with_fake(void)
{
	struct pile *pile = pile_new();
	struct buf script;
	const char *at = FAKE;
	const char *imports = strstr(at, "open('starts'");

	buf_init(&script);
	buf_add(&script, at, (size_t)(imports - at));
	buf_printf(&script, "os.chdir('%s')\n", pile->folder);
	for (at = imports; *at; at++) { /* as in a format: %% is one */
		buf_add_byte(&script, (uint8_t)*at);
		at += at[0] == '%' && at[1] == '%';
	}
	pile_put(pile, "python", script.data, 0755);
	buf_done(&script);
	return pile;
}

static void a_program_that_dies_costs_the_document_in_hand_alone(void)
{
	struct pile *pile = pile_with_fake();

	pile_add(pile, "<p>first");
	pile_add(pile, "!killed");
	pile_add(pile, "!leaves");
	pile_add(pile, "!nonsense");
	pile_add(pile, "!floods");
	pile_add(pile, "<p>last");
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_TRUE(pile_printed(pile, 0));
	CU_ASSERT_TRUE(pile_refused(pile, 1, "was killed by signal 9 (Killed)"));
	CU_ASSERT_TRUE(pile_refused(pile, 2, "ended with exit code 7"));
	CU_ASSERT_TRUE(pile_refused(pile, 3, "no reason was given"));
	CU_ASSERT_TRUE(pile_refused(pile, 4, "was killed"));
	CU_ASSERT_TRUE(pile_printed(pile, 5));
	CU_ASSERT_TRUE(pile_tidy(pile));
	pile_free(pile);
}

static void what_fails_only_behind_others_is_tried_again_alone(void)
{
	struct pile *pile = pile_with_fake();

	pile_add(pile, "<p>first");
	pile_add(pile, "!killed later");
	pile_add(pile, "!killed later");
	CU_ASSERT_EQUAL(pile_print(pile), 0);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_TRUE(pile_printed(pile, i));
	CU_ASSERT_EQUAL(pile_starts(pile), 3);
	CU_ASSERT_TRUE(pile_tidy(pile));
	pile_free(pile);
}

static void a_program_that_hangs_is_killed_with_all_that_it_started(void)
{
	struct pile *pile = pile_with_fake();
	struct buf pid;

	buf_init(&pid);
	pile_add(pile, "!hangs");
	pile_add(pile, "<p>last");
	pile->bounds.patience = SEC(4) * claims_slowness();
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_TRUE(pile_refused(pile, 0, " s and was stopped"));
	CU_ASSERT_EQUAL(pile->results[0].why.kind, ERROR_TIMEOUT);
	CU_ASSERT_TRUE(pile_printed(pile, 1));
	CU_ASSERT_EQUAL(file_read(pile_path(pile, "pid"), 20, &pid, &pile->err), 0);
	char *state = xprintf("/proc/%d/stat", atoi(pid.data));
	struct buf stat_;

	buf_init(&stat_);
	CU_ASSERT_TRUE(file_read(state, 4096, &stat_, &pile->err) < 0 ||
		       strstr(stat_.data, ") Z "));
	buf_done(&stat_);
	free(state);
	buf_done(&pid);
	pile_free(pile);
}

static void without_python_or_weasyprint_a_sentence_says_what_to_install(void)
{
	struct pile *pile = pile_new();

	pile_add(pile, "<p>first");
	pile_add(pile, "<p>second");
	pile->bounds.python = pile_path(pile, "no-python");
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT_TRUE(
			pile_refused(pile, i, "no-python: install the Debian package weasyprint"));

	pile_put(pile, "python", "#!/bin/sh\nexec /usr/bin/python3 -S \"$@\"\n",
		 0755); /* no packages */
	pile->bounds.python = pile_path(pile, "python");
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT_TRUE(pile_refused(
			pile, i, "it is not here: install the Debian package weasyprint"));

	pile_put(pile, "python", "#!/bin/sh\nexit 3\n", 0755);
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT_TRUE(
			pile_refused(pile, i, "ended with exit code 3 before it could print"));
	pile_free(pile);
}

static void the_environment_says_where_python_and_what_it_runs_are(void)
{
	struct pile *pile = pile_with_fake();

	setenv("DAVY_PYTHON", pile->bounds.python, 1);
	pile->bounds.python = NULL;
	pile_add(pile, "<p>first");
	CU_ASSERT_EQUAL(pile_print(pile), 0);
	CU_ASSERT_EQUAL(pile_starts(pile), 1);

	setenv("DAVY_SHARE", pile->folder, 1);
	CU_ASSERT_EQUAL(pile_print(pile), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(pile->results[0].why.text,
				      "/reports/print_pages.py, which prints, is missing"));
	unsetenv("DAVY_SHARE");
	unsetenv("DAVY_PYTHON");
	pile_free(pile);
}

void suite_paper_bounds(void)
{
	suite_begin("paper_bounds");
	claim(who_takes_too_long_is_stopped_and_the_others_are_printed);
	claim(who_takes_too_much_memory_is_stopped_and_the_others_are_printed);
	claim(a_pdf_that_cannot_be_written_leaves_the_old_one_alone);
	claim(a_full_disk_leaves_the_old_pdf_alone);
	claim(a_program_that_dies_costs_the_document_in_hand_alone);
	claim(what_fails_only_behind_others_is_tried_again_alone);
	claim(a_program_that_hangs_is_killed_with_all_that_it_started);
	claim(the_environment_says_where_python_and_what_it_runs_are);
	claim(without_python_or_weasyprint_a_sentence_says_what_to_install);
}
