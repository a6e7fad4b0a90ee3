/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guardian on real wires. The chip's pulls stand at the dangerous level, so that a line which nobody
 * drives is dangerous, too: what the kernel does when it frees a dead process's lines proves nothing here.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "run/guardian_post.h"
#include "tests/claims.h"
#include "tests/guardian_rig.h"
#include "tests/rig/bench.h"

enum { LINES = 4, MANY_SLOTS = 32, BOUND_MS = 1500 };

/* One slot with four lines, every other one safe when high, and one port. */
struct rig {
	char state[64];
	struct rig_chip *chip;
	struct safe_image *image;
	char near[32], far_path[32];
	int far;
	struct ward_house house;
};

static bool safe_level(int line)
{
	return line % 2 == 1;
}

static int open_far(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios tio;

	CU_ASSERT_FATAL(fd >= 0 && tcgetattr(fd, &tio) == 0);
	cfmakeraw(&tio);
	cfsetspeed(&tio, B9600);
	tio.c_cflag |= CLOCAL | CREAD;
	tcsetattr(fd, TCSANOW, &tio);
	tcflush(fd, TCIFLUSH);
	return fd;
}

static void add_lines(struct rig *rig)
{
	char name[32];

	for (int i = 0; i < LINES; i++) {
		snprintf(name, sizeof(name), "guard-%d", i);
		image_add_line(rig->image, name, safe_level(i));
		rig_pull(rig->chip, i, !safe_level(i));
	}
}

static void rig_prepare(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	guardian_state_open(rig->state);
	rig->chip = rig_chip_new("guard", LINES);
	rig->image = image_new(1);
	add_lines(rig);
	rig_pair(1, rig->near, rig->far_path);
	rig->far = open_far(rig->far_path);
	image_add_port(rig->image, rig->near);
	image_add_write(rig->image, "OUTP 0\n");
}

static bool all_are(const struct rig *rig, bool safe)
{
	for (int i = 0; i < LINES; i++)
		if (rig_value(rig->chip, i) != (safe_level(i) == safe))
			return false;
	return true;
}

static bool become_safe(const struct rig *rig, int within_ms)
{
	for (int last = now_ms() + within_ms; now_ms() < last; usleep(500))
		if (all_are(rig, true))
			return true;
	return all_are(rig, true);
}

static void begin(struct rig *rig)
{
	ward_house_open_many(&rig->house, rig->state, &rig->image, 1);
	CU_ASSERT_TRUE_FATAL(ward_house_tells(&rig->house, "ready"));
	CU_ASSERT_TRUE_FATAL(ward_house_tells(&rig->house, "armed "));
	ward_house_do(&rig->house, "drive");
	CU_ASSERT_TRUE(ward_house_tells(&rig->house, "did drive"));
	CU_ASSERT_TRUE(all_are(rig, false));
}

static void rig_open(struct rig *rig)
{
	rig_prepare(rig);
	begin(rig);
}

static void rig_close(struct rig *rig)
{
	ward_house_close(&rig->house);
	if (rig->house.guardian_pid)
		process_goes(rig->house.guardian_pid, 2000);
	close(rig->far);
	safe_image_free(rig->image);
	rig_chip_free(rig->chip);
	guardian_state_close(rig->state);
}

static bool far_hears(const struct rig *rig, const char *bytes, int within_ms)
{
	char got[64] = "";
	size_t size = take_bytes(rig->far, got, strlen(bytes), within_ms);

	return size == strlen(bytes) && !memcmp(got, bytes, size);
}

/* ---- deaths ---- */

static void check_death(int signal, int patience_ms)
{
	struct rig rig;
	int began;

	rig_open(&rig);
	began = now_ms();
	kill(rig.house.pid, signal);

	CU_ASSERT_TRUE(become_safe(&rig, patience_ms));
	printf("        outputs safe %d ms after signal %d\n", now_ms() - began, signal);
	CU_ASSERT_TRUE(far_hears(&rig, "OUTP 0\nOUTP 0\n", 2000));
	usleep(300000);
	CU_ASSERT_TRUE(all_are(&rig, true)); /* and they stay so */
	rig_close(&rig);
}

static void a_killed_controllers_outputs_become_safe(void)
{
	check_death(SIGKILL, BOUND_MS);
}

static void a_crashed_controllers_outputs_become_safe(void)
{
	check_death(SIGSEGV, BOUND_MS);
}

static void a_stopped_controllers_outputs_become_safe(void)
{
	check_death(SIGSTOP, 2000 + BOUND_MS);
}

/* Each slot has one line here; the claim's figure is in the log: from kill to the last one safe. */
static void thirty_two_slots_become_safe_together(void)
{
	struct safe_image *images[MANY_SLOTS];
	struct ward_house house;
	struct timespec before, after;
	struct rig_chip *chip = rig_chip_new("many", MANY_SLOTS);
	char state[64], name[32];
	pid_t busy;
	int safe = 0;

	guardian_state_open(state);
	for (int i = 0; i < MANY_SLOTS; i++) {
		images[i] = image_new(i + 1);
		snprintf(name, sizeof(name), "many-%d", i);
		image_add_line(images[i], name, false);
		rig_pull(chip, i, true);
	}
	busy = fork(); /* a runner in an endless loop */
	if (busy == 0)
		for (;;)
			;
	ward_house_open_many(&house, state, images, MANY_SLOTS);
	CU_ASSERT_TRUE(ward_house_tells(&house, "ready"));
	CU_ASSERT_TRUE(ward_house_tells(&house, "armed "));
	ward_house_do(&house, "drive");
	CU_ASSERT_TRUE(ward_house_tells(&house, "did drive"));
	clock_gettime(CLOCK_MONOTONIC, &before);
	kill(house.pid, SIGKILL);

	for (int last = now_ms() + BOUND_MS; safe < MANY_SLOTS && now_ms() < last;)
		safe = rig_value(chip, safe) ? safe : safe + 1;
	clock_gettime(CLOCK_MONOTONIC, &after);
	CU_ASSERT_EQUAL(safe, MANY_SLOTS);
	printf("        kill -9 to 32 outputs safe: %.1f ms (aim 50 ms)\n",
	       (double)(after.tv_sec - before.tv_sec) * 1e3 +
		       (double)(after.tv_nsec - before.tv_nsec) / 1e6);
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
	ward_house_close(&house);
	process_goes(house.guardian_pid, 2000);
	for (int i = 0; i < MANY_SLOTS; i++)
		safe_image_free(images[i]);
	rig_chip_free(chip);
	guardian_state_close(state);
}

static void modem_lines_do_not_move_when_the_controller_dies(void)
{
	struct rig rig;
	int looking, before = 0, after = 0;

	rig_open(&rig);
	looking = open(rig.near, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC); /* root may */
	CU_ASSERT_FATAL(looking >= 0);
	ioctl(looking, TIOCMGET, &before);
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(far_hears(&rig, "OUTP 0\nOUTP 0\n", 2000));
	ioctl(looking, TIOCMGET, &after);
	CU_ASSERT_EQUAL(after & (TIOCM_DTR | TIOCM_RTS), before & (TIOCM_DTR | TIOCM_RTS));
	close(looking);
	rig_close(&rig);
}

/* What the dead controller had said half of is no part of the safe write. */
static void safe_writes_follow_a_silence(void)
{
	struct rig rig;
	int near;

	rig_open(&rig);
	near = open(rig.near, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	CU_ASSERT_EQUAL(write(near, "VOLT 1", 6), 6);
	CU_ASSERT_TRUE(far_hears(&rig, "VOLT 1", 1000));
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(far_hears(&rig, "OUTP 0\nOUTP 0\n", 2000));
	close(near);
	rig_close(&rig);
}

/* ---- holding, and being relieved ---- */

static void lines_are_held_until_the_guardian_is_told_to_leave(void)
{
	struct rig rig;

	rig_open(&rig);
	kill(rig.house.pid, SIGKILL);
	CU_ASSERT_TRUE(become_safe(&rig, BOUND_MS));
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "device0.output"));
	CU_ASSERT_FALSE(process_goes(rig.house.guardian_pid, 500));
	CU_ASSERT_EQUAL(guardian_post_holder(rig.state), rig.house.guardian_pid);

	kill(rig.house.guardian_pid, SIGTERM);
	CU_ASSERT_TRUE(process_goes(rig.house.guardian_pid, 2000));
	CU_ASSERT_TRUE(all_are(&rig, false)); /* as their pulls have them */
	rig_close(&rig);
}

static void the_next_guardian_takes_the_lines_over_and_gives_them_to_its_controller(void)
{
	struct rig rig;
	pid_t first;

	rig_open(&rig);
	first = rig.house.guardian_pid;
	kill(rig.house.pid, SIGKILL);
	CU_ASSERT_TRUE(become_safe(&rig, BOUND_MS));
	waitpid(rig.house.pid, NULL, 0);

	begin(&rig); /* its controller drives them again: they were free for it */
	CU_ASSERT_TRUE(process_goes(first, 100));
	CU_ASSERT_NOT_EQUAL(rig.house.guardian_pid, first);
	rig_close(&rig);
}

/* As where the disk had gone read-only before its number could be written. */
static void a_guardian_is_found_whatever_its_file_says(void)
{
	struct rig rig;
	pid_t first;
	char path[128];
	FILE *file;

	rig_open(&rig);
	first = rig.house.guardian_pid;
	kill(rig.house.pid, SIGKILL);
	CU_ASSERT_TRUE(become_safe(&rig, BOUND_MS));
	waitpid(rig.house.pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/guardian.pid", rig.state);
	file = fopen(path, "r+e");
	fputs("1\n", file);
	fclose(file);
	CU_ASSERT_EQUAL(guardian_post_holder(rig.state), first);

	begin(&rig);
	CU_ASSERT_TRUE(process_goes(first, 100));
	rig_close(&rig);
}

static void what_an_earlier_run_left_is_safe_before_the_next_is_ready(void)
{
	struct rig rig;
	struct ward_house late;
	struct safe_image *other;

	rig_open(&rig);
	kill(rig.house.guardian_pid, SIGKILL);
	CU_ASSERT_TRUE(ward_house_tells(&rig.house, "error "));
	kill(rig.house.pid, SIGKILL); /* nobody is left */
	waitpid(rig.house.pid, NULL, 0);
	CU_ASSERT_TRUE(all_are(&rig, false));
	tcflush(rig.far, TCIFLUSH);

	other = image_new(2);
	ward_house_open(&late, rig.state, other, NULL);
	CU_ASSERT_TRUE(ward_house_tells(&late, "ready"));
	CU_ASSERT_TRUE(all_are(&rig, true));
	CU_ASSERT_TRUE(far_hears(&rig, "OUTP 0\nOUTP 0\n", 500));
	CU_ASSERT_TRUE(ward_house_tells(&late, "armed "));
	ward_house_close(&late);
	process_goes(late.guardian_pid, 2000);
	safe_image_free(other);
	rig_close(&rig);
}

static void a_slot_that_was_left_unsafe_is_held_while_its_controller_lives(void)
{
	struct rig rig;

	rig_prepare(&rig);
	ward_house_open_many(&rig.house, rig.state, &rig.image, 1);
	CU_ASSERT_TRUE_FATAL(ward_house_tells(&rig.house, "ready"));
	CU_ASSERT_TRUE_FATAL(ward_house_tells(&rig.house, "armed "));
	CU_ASSERT_TRUE(all_are(&rig, false));
	ward_house_do(&rig.house, "disarm");

	CU_ASSERT_TRUE(become_safe(&rig, BOUND_MS));
	CU_ASSERT_FALSE(process_goes(rig.house.pid, 0));
	rig_close(&rig);
}

/* ---- what cannot be had at once ---- */

static void a_line_that_somebody_still_has_is_taken_when_it_is_free(void)
{
	struct rig rig;
	struct gpio_wire other;
	struct gpio_hold *hold;
	struct error err;

	rig_prepare(&rig);
	ward_house_open_many(&rig.house, rig.state, &rig.image, 1);
	CU_ASSERT_TRUE_FATAL(ward_house_tells(&rig.house, "ready"));
	CU_ASSERT_TRUE_FATAL(ward_house_tells(&rig.house, "armed "));
	other = rig.image->line[0].wire;
	other.settings.level = !safe_level(0);
	hold = gpio_hold_open(&other, 1, "somebody", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(hold);
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(guardian_log_says(rig.state, "slot 1: line0 (guard-0) off: "));
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "somebody")); /* and who has it */
	CU_ASSERT_EQUAL(rig_value(rig.chip, 1), safe_level(1));	  /* the others did not wait */
	CU_ASSERT_EQUAL(rig_value(rig.chip, 0), !safe_level(0));
	gpio_hold_close(hold);
	CU_ASSERT_TRUE(become_safe(&rig, 1000));
	rig_close(&rig);
}

static void a_chip_that_is_gone_holds_up_nothing_else(void)
{
	struct rig rig;
	struct rig_chip *gone = rig_chip_new("gone", 2);

	rig_prepare(&rig);
	image_add_line(rig.image, "gone-0", false);
	rig_pull(gone, 0, true);
	begin(&rig);
	rig_chip_unplug(gone);
	kill(rig.house.pid, SIGKILL);

	CU_ASSERT_TRUE(become_safe(&rig, BOUND_MS));
	CU_ASSERT_TRUE(far_hears(&rig, "OUTP 0\nOUTP 0\n", 2000));
	CU_ASSERT_TRUE(guardian_log_says(
		rig.state, "slot 1: line4 (gone-0) off: line4: no GPIO line is named 'gone-0'"));
	rig_close(&rig);
	rig_chip_plug(gone);
	rig_chip_free(gone);
}

static void a_port_that_is_unplugged_holds_up_no_line_and_is_found_when_it_is_back(void)
{
	struct rig rig;

	/* the first time it comes back the kernel gives it another address, and so another number */
	rig_pair_unplug(1);
	rig_pair_plug(1);
	rig_open(&rig);
	rig_pair_unplug(1);
	kill(rig.house.pid, SIGKILL);
	CU_ASSERT_TRUE(become_safe(&rig, BOUND_MS));
	usleep(300000); /* the guardian has found that its descriptor is dead, and let go of it */
	rig_pair_plug(1);

	CU_ASSERT_TRUE(far_hears(&rig, "OUTP 0\n", 4000));
	CU_ASSERT_TRUE(guardian_log_says(rig.state, "off: done"));
	rig_close(&rig);
}

void suite_guardian(void)
{
	suite_begin("guardian");
	claim(a_killed_controllers_outputs_become_safe);
	claim(a_crashed_controllers_outputs_become_safe);
	claim(a_stopped_controllers_outputs_become_safe);
	claim(thirty_two_slots_become_safe_together);
	claim(modem_lines_do_not_move_when_the_controller_dies);
	claim(safe_writes_follow_a_silence);
	claim(lines_are_held_until_the_guardian_is_told_to_leave);
	claim(the_next_guardian_takes_the_lines_over_and_gives_them_to_its_controller);
	claim(a_guardian_is_found_whatever_its_file_says);
	claim(what_an_earlier_run_left_is_safe_before_the_next_is_ready);
	claim(a_slot_that_was_left_unsafe_is_held_while_its_controller_lives);
	claim(a_line_that_somebody_still_has_is_taken_when_it_is_free);
	claim(a_chip_that_is_gone_holds_up_nothing_else);
	claim(a_port_that_is_unplugged_holds_up_no_line_and_is_found_when_it_is_back);
}
