/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guardian without wires: its ports are pipes, and there are no lines. What it does to real ones is
 * claimed in the rig (tests/rig/test_guardian.c).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "run/guardian_log.h"
#include "run/guardian_post.h"
#include "tests/claims.h"
#include "tests/guardian_rig.h"

/* One slot with one port, whose far end is read here. */
struct rig {
	char state[64];
	struct safe_image *image;
	int near, far;
	struct ward_house house;
};

static void rig_arm(struct rig *rig)
{
	ward_house_open(&rig->house, rig->state, rig->image, &rig->near);
	CU_ASSERT_TRUE(ward_house_tells(&rig->house, "ready"));
	CU_ASSERT_TRUE(ward_house_tells(&rig->house, "armed "));
}

static void rig_open(struct rig *rig)
{
	int ends[2];

	guardian_state_open(rig->state);
	CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	rig->far = ends[0];
	rig->near = ends[1];
	rig->image = image_new(1);
	image_add_port(rig->image, "/nowhere/tty");
	image_add_write(rig->image, "OUTP 0\n");
	rig_arm(rig);
}

static void rig_close(struct rig *rig)
{
	ward_house_close(&rig->house);
	close(rig->far);
	close(rig->near);
	safe_image_free(rig->image);
	guardian_state_close(rig->state);
}

static bool sends(struct rig *rig, const char *bytes, int within_ms)
{
	char got[128] = "";
	size_t size = take_bytes(rig->far, got, strlen(bytes), within_ms);

	return size == strlen(bytes) && !memcmp(got, bytes, size);
}

static bool sends_nothing(struct rig *rig, int within_ms)
{
	char byte;

	return take_bytes(rig->far, &byte, 1, within_ms) == 0;
}

static bool has_image(const struct rig *rig)
{
	char *path = safe_image_path(rig->state, 1);
	bool there = file_exists(path);

	free(path);
	return there;
}

/* ---- the controller dies ---- */

static void check_death(int signal)
{
	struct rig rig;

	rig_open(&rig);
	CU_ASSERT_TRUE(sends_nothing(&rig, 50));
	kill(rig.house.pid, signal);
	waitpid(rig.house.pid, NULL, 0);
	rig.house.pid = 0;

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\n", 1000));
	CU_ASSERT_TRUE(has_image(&rig)); /* nobody knows yet that all is well */
	rig_close(&rig);
}

static void a_killed_controllers_safe_writes_leave_on_its_own_descriptor(void)
{
	check_death(SIGKILL);
}

static void a_crashed_controllers_safe_writes_leave(void)
{
	check_death(SIGSEGV);
	check_death(SIGABRT);
}

static void a_controller_that_simply_ends_is_dead_too(void)
{
	struct rig rig;

	rig_open(&rig);
	ward_house_do(&rig.house, "exit");

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\n", 1000));
	rig_close(&rig);
}

static void every_safe_write_is_sent_twice(void)
{
	struct rig rig;

	rig_open(&rig);
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\nOUTP 0\n", 1000));
	CU_ASSERT_TRUE(sends_nothing(&rig, 100));
	CU_ASSERT_TRUE(process_goes(rig.house.guardian_pid, 1000)); /* there are no lines to hold */
	rig_close(&rig);
}

static void a_stopped_controller_is_killed_after_two_seconds(void)
{
	struct rig rig;
	int began;

	rig_open(&rig);
	kill(rig.house.pid, SIGSTOP);
	began = now_ms();

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\n", 4000));
	CU_ASSERT_TRUE(now_ms() - began >= 1800);
	CU_ASSERT_TRUE(process_goes(rig.house.pid, 1000));
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "no sign of life and was killed"));
	rig_close(&rig);
}

static void the_log_says_what_was_done_and_how_soon(void)
{
	struct rig rig;

	rig_open(&rig);
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(guardian_log_says(rig.state, "is gone"));
	CU_ASSERT_TRUE(
		guardian_log_says(rig.state, "slot 1: device0.output (/nowhere/tty) off: done "));
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "ms after its death was known"));
	rig_close(&rig);
}

static void a_controller_between_saving_and_arming_leaves_its_image(void)
{
	struct rig rig;
	struct ward_house late;

	rig_open(&rig);
	kill(rig.house.guardian_pid, SIGSTOP);
	ward_house_do(&rig.house, "arm"); /* saved again, and sent to one who does not hear it */
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did arm"));
	kill(rig.house.pid, SIGKILL);
	kill(rig.house.guardian_pid, SIGKILL);
	CU_ASSERT_TRUE(has_image(&rig));

	/* the next guardian tries to make it safe before it is ready for anything else */
	ward_house_open(&late, rig.state, rig.image, &rig.near);
	CU_ASSERT_TRUE(ward_house_tells(&late, "ready"));
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "slot 1: left by run run-1"));
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "device0.output (/nowhere/tty) off: "));
	CU_ASSERT_TRUE(ward_house_tells(&late, "armed "));
	ward_house_close(&late);
	rig_close(&rig);
}

/* ---- what must not kill the guardian with it ---- */

static void a_terminals_interrupt_ends_the_controller_alone(void)
{
	struct rig rig;

	rig_open(&rig);
	kill(-rig.house.pid, SIGINT); /* as Ctrl-C does: to its whole group */

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\n", 1000));
	rig_close(&rig);
}

static void a_guardian_is_not_told_to_leave_while_it_is_needed(void)
{
	struct rig rig;

	rig_open(&rig);
	kill(rig.house.guardian_pid, SIGTERM);
	CU_ASSERT_FALSE(process_goes(rig.house.guardian_pid, 100));
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\n", 1000));
	rig_close(&rig);
}

static void a_guardian_has_nothing_of_its_controllers_but_the_socket(void)
{
	struct rig rig;
	char path[40], *target;
	struct error err;
	char **names;
	size_t count;

	rig_open(&rig);
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)rig.house.guardian_pid);
	CU_ASSERT_EQUAL_FATAL(file_list(path, &names, &count, &err), 0);
	for (size_t i = 0; i < count; i++) {
		char *link = xprintf("%s/%s", path, names[i]);

		target = xcalloc(1, 256);
		CU_ASSERT_TRUE(readlink(link, target, 255) > 0);
		CU_ASSERT_PTR_NULL(strstr(target, "controller.lock"));
		free(target);
		free(link);
		free(names[i]);
	}
	free(names);
	/* null, null, null, socket, and its own: epoll, signals, process, post, port */
	CU_ASSERT_TRUE(count <= 9);
	rig_close(&rig);
}

/* ---- the guardian dies ---- */

static void a_killed_guardian_is_told_at_once(void)
{
	struct rig rig;
	int began;

	rig_open(&rig);
	began = now_ms();
	kill(rig.house.guardian_pid, SIGKILL);

	CU_ASSERT_TRUE(ward_house_tells(
		&rig.house, "error the guardian was killed by signal 9 (Killed): nobody would make "
			    "the outputs safe if this process died"));
	CU_ASSERT_TRUE(now_ms() - began < 500);
	rig_close(&rig);
}

static void a_stopped_guardian_is_as_bad_as_a_dead_one(void)
{
	struct rig rig;

	rig_open(&rig);
	kill(rig.house.guardian_pid, SIGSTOP);

	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "error the guardian has not answered for 2 s"));
	CU_ASSERT_TRUE(process_goes(rig.house.guardian_pid, 1000));
	rig_close(&rig);
}

static void a_new_guardian_is_started_for_the_next_run(void)
{
	struct rig rig;
	pid_t first;

	rig_open(&rig);
	first = rig.house.guardian_pid;
	kill(first, SIGKILL);
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "error "));
	ward_house_do(&rig.house, "ready");

	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did ready"));
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "ready"));
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "armed "));
	CU_ASSERT_NOT_EQUAL(rig.house.guardian_pid, first);
	kill(rig.house.pid, SIGKILL);
	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\n", 1000));
	rig_close(&rig);
}

/* A guardian that was stopped itself has no ground to call its controller silent. */
static void a_guardian_that_was_late_kills_nobody(void)
{
	struct rig rig;

	rig_open(&rig);
	kill(rig.house.guardian_pid, SIGSTOP);
	usleep(1200000);
	kill(rig.house.guardian_pid, SIGCONT);

	CU_ASSERT_TRUE(sends_nothing(&rig, 1500));
	CU_ASSERT_FALSE(process_goes(rig.house.pid, 0));
	CU_ASSERT_FALSE(process_goes(rig.house.guardian_pid, 0));
	rig_close(&rig);
}

/* ---- all goes well ---- */

static void a_disarmed_slot_is_nobodys_and_its_image_is_gone(void)
{
	struct rig rig;

	rig_open(&rig);
	CU_ASSERT_TRUE(has_image(&rig));
	ward_house_do(&rig.house, "disarm safe");
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did "));

	CU_ASSERT_FALSE(has_image(&rig));
	kill(rig.house.pid, SIGKILL);
	CU_ASSERT_TRUE(sends_nothing(&rig, 200));
	CU_ASSERT_TRUE(process_goes(rig.house.guardian_pid, 1000));
	rig_close(&rig);
}

static void a_slot_that_could_not_be_made_safe_is_made_safe_by_the_guardian(void)
{
	struct rig rig;

	rig_open(&rig);
	ward_house_do(&rig.house, "disarm");

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\nOUTP 0\n", 1000));
	CU_ASSERT_TRUE(has_image(&rig));
	CU_ASSERT_FALSE(process_goes(rig.house.pid, 0));
	rig_close(&rig);
}

static void a_dismissed_guardian_goes(void)
{
	struct rig rig;

	rig_open(&rig);
	ward_house_do(&rig.house, "disarm safe");
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did "));
	CU_ASSERT_EQUAL(guardian_post_holder(rig.state), rig.house.guardian_pid);
	ward_house_do(&rig.house, "free");

	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did free"));
	CU_ASSERT_TRUE(process_goes(rig.house.guardian_pid, 1000));
	CU_ASSERT_EQUAL(guardian_post_holder(rig.state), 0);
	rig_close(&rig);
}

static void a_guardian_is_not_dismissed_while_a_slot_is_armed(void)
{
	struct rig rig;

	rig_open(&rig);
	ward_house_do(&rig.house, "free");
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did free"));
	CU_ASSERT_TRUE(sends_nothing(&rig, 100));
	ward_house_do(&rig.house, "exit");

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\n", 1000));
	rig_close(&rig);
}

static void arming_again_replaces_the_descriptors(void)
{
	struct rig rig;

	rig_open(&rig);
	ward_house_do(&rig.house, "arm");
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "did arm"));
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "armed "));
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\nOUTP 0\n", 1000));
	CU_ASSERT_TRUE(sends_nothing(&rig, 100)); /* once per round, not once per arming */
	rig_close(&rig);
}

/* ---- ports that are no good ---- */

static void fill(int fd)
{
	char bytes[4096] = {0};

	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
}

static void a_port_that_takes_nothing_holds_up_no_other(void)
{
	struct rig rig;
	int full[2], fds[2];

	guardian_state_open(rig.state);
	CU_ASSERT_EQUAL_FATAL(pipe2(full, O_CLOEXEC | O_NONBLOCK), 0);
	fill(full[1]);
	CU_ASSERT_EQUAL_FATAL(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	rig.far = fds[0];
	rig.near = fds[1];
	rig.image = image_new(1);
	image_add_port(rig.image, "/nowhere/full");
	image_add_write(rig.image, "FULL\n");
	image_add_port(rig.image, "/nowhere/good");
	image_add_write(rig.image, "OUTP 0\n");
	ward_house_open(&rig.house, rig.state, rig.image, (int[]){full[1], rig.near});
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "ready"));
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "armed "));
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(sends(&rig, "OUTP 0\n", 300));
	usleep(3000000); /* its own patience */
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "device0.output (/nowhere/full) off: "));
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "device1.output (/nowhere/good) off: done"));
	close(full[0]);
	close(full[1]);
	rig_close(&rig);
}

static void an_adapter_that_is_gone_is_named(void)
{
	struct rig rig;

	rig_open(&rig);
	close(rig.far); /* what is written now fails */
	rig.far = -1;
	kill(rig.house.pid, SIGKILL);
	usleep(3300000);

	CU_ASSERT_TRUE(
		guardian_log_says(rig.state, "device0.output (/nowhere/tty) off: /nowhere/tty"));
	CU_ASSERT_TRUE(process_goes(rig.house.guardian_pid, 1000));
	rig_close(&rig);
}

/* ---- several ---- */

static void two_controllers_have_two_guardians(void)
{
	struct rig one, two;

	rig_open(&one);
	rig_open(&two);
	CU_ASSERT_NOT_EQUAL(one.house.guardian_pid, two.house.guardian_pid);
	kill(one.house.pid, SIGKILL);

	CU_ASSERT_TRUE(sends(&one, "OUTP 0\n", 1000));
	CU_ASSERT_TRUE(sends_nothing(&two, 200));
	CU_ASSERT_FALSE(process_goes(two.house.pid, 0));
	rig_close(&one);
	rig_close(&two);
}

/* ---- what cannot be kept is not guarded ---- */

static void an_image_that_cannot_be_saved_arms_nothing(void)
{
	struct rig rig;
	char *path;
	int fd;

	guardian_state_open(rig.state);
	path = xprintf("%s/safe", rig.state);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644); /* a file is in the way */
	close(fd);
	free(path);
	rig.far = rig.near = -1;
	rig.image = image_new(1);
	ward_house_open(&rig.house, rig.state, rig.image, NULL);

	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "ready"));
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "error "));
	rig_close(&rig);
}

/* ---- what its log says ---- */

static void its_log_says_how_soon_an_output_of_a_run_was_safe(void)
{
	static const char LOG[] =
		"T slot 1: outputs of run a\n"
		"T slot 1: valve (chip-0) closed: done 3.5 ms after its death was known\n"
		"T slot 1: motor (chip-1) off: nobody has this line\n"
		"T slot 2: outputs of run b\n"
		"T slot 2: valve (chip-2) closed: done 9 ms after its death was known\n"
		"T slot 1: left by run a\n"
		"T slot 1: motor (chip-1) off: done 70 ms after its death was known\n"
		"T slot 1: outputs of run c\n"
		"T slot 1: valve (chip-0) closed: cannot be requested\n"
		"T slot 1: outputs of run d\n"
		"T slot 1: valve (chip-0) closed: done 8 ms after its death was known\n";
	bool known;

	CU_ASSERT_EQUAL(guardian_log_safe_after(LOG, 1, "a", "valve", &known), 3.5);
	CU_ASSERT_TRUE(known);
	CU_ASSERT_EQUAL(guardian_log_safe_after(LOG, 2, "b", "valve", &known), 9);
	/* what was left is made safe later, by another */
	CU_ASSERT_EQUAL(guardian_log_safe_after(LOG, 1, "a", "motor", &known), -1);
	CU_ASSERT_TRUE(known);
	CU_ASSERT_EQUAL(guardian_log_safe_after(LOG, 1, "c", "valve", &known), -1);
	CU_ASSERT_EQUAL(guardian_log_safe_after(LOG, 1, "d", "valve", &known), 8);
	CU_ASSERT_EQUAL(guardian_log_safe_after(LOG, 1, "e", "valve", &known), -1);
	CU_ASSERT_FALSE(known);
	CU_ASSERT_EQUAL(guardian_log_safe_after("", 1, "a", "valve", &known), -1);
}

void suite_guardian(void)
{
	suite_begin("guardian");
	claim(a_killed_controllers_safe_writes_leave_on_its_own_descriptor);
	claim(a_crashed_controllers_safe_writes_leave);
	claim(a_controller_that_simply_ends_is_dead_too);
	claim(every_safe_write_is_sent_twice);
	claim(a_stopped_controller_is_killed_after_two_seconds);
	claim(the_log_says_what_was_done_and_how_soon);
	claim(a_controller_between_saving_and_arming_leaves_its_image);
	claim(a_terminals_interrupt_ends_the_controller_alone);
	claim(a_guardian_is_not_told_to_leave_while_it_is_needed);
	claim(a_guardian_has_nothing_of_its_controllers_but_the_socket);
	claim(a_killed_guardian_is_told_at_once);
	claim(a_stopped_guardian_is_as_bad_as_a_dead_one);
	claim(a_new_guardian_is_started_for_the_next_run);
	claim(a_guardian_that_was_late_kills_nobody);
	claim(a_disarmed_slot_is_nobodys_and_its_image_is_gone);
	claim(a_slot_that_could_not_be_made_safe_is_made_safe_by_the_guardian);
	claim(a_dismissed_guardian_goes);
	claim(a_guardian_is_not_dismissed_while_a_slot_is_armed);
	claim(arming_again_replaces_the_descriptors);
	claim(a_port_that_takes_nothing_holds_up_no_other);
	claim(an_adapter_that_is_gone_is_named);
	claim(two_controllers_have_two_guardians);
	claim(an_image_that_cannot_be_saved_arms_nothing);
	claim(its_log_says_how_soon_an_output_of_a_run_was_safe);
}
