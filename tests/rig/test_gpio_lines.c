/* SPDX-License-Identifier: Apache-2.0 */
/* Which line is meant, who has it, and outputs: levels, polarity, bias, drive, and no glitch ever. */
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/claims.h"
#include "tests/rig/gpio_rig.h"

/* ---- names ---- */

static void check_where(const char *where, const struct rig_chip *chip, unsigned line)
{
	char name[64] = "", label[64] = "";
	unsigned offset = 99;
	struct error err;

	CU_ASSERT_EQUAL(gpio_where(where, name, &offset, label, &err), 0);
	CU_ASSERT_STRING_EQUAL(name, rig_chip_name(chip));
	CU_ASSERT_STRING_EQUAL(label, "rig");
	CU_ASSERT_EQUAL(offset, line);
}

/* A chip's number may be any, since one that vanished while in use keeps its own for a while. */
static void check_text(const struct error *err, const char *format, ...)
{
	char wanted[512];
	va_list words;

	va_start(words, format);
	vsnprintf(wanted, sizeof(wanted), format, words);
	va_end(words);
	CU_ASSERT_STRING_EQUAL(err->text, wanted);
}

static void check_nowhere(const struct rig_chip *chip, const char *where, const char *why)
{
	char name[64], label[64];
	unsigned offset;
	struct error err = {0};

	CU_ASSERT_EQUAL(gpio_where(where, name, &offset, label, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	check_text(&err, why, rig_chip_name(chip));
}

static void a_line_has_its_name_and_its_place_on_a_chip(void)
{
	struct rig_chip *chip = rig_chip_new("rig", 8);
	char text[64];

	check_where("rig-5", chip, 5);
	check_where("rig:0", chip, 0);
	snprintf(text, sizeof(text), "%s:7", rig_chip_name(chip));
	check_where(text, chip, 7);
	snprintf(text, sizeof(text), "/dev/%s:3", rig_chip_name(chip));
	check_where(text, chip, 3);
	rig_chip_free(chip);
}

static void a_path_may_be_a_link_and_a_link_is_no_second_chip(void)
{
	struct rig_chip *chip = rig_chip_new("rig", 8);
	char text[64];

	snprintf(text, sizeof(text), "/dev/%s", rig_chip_name(chip));
	CU_ASSERT_EQUAL(symlink(text, "/dev/gpiochip77"), 0);

	check_where("/dev/gpiochip77:3", chip, 3);
	check_where("rig:3", chip, 3);
	check_where("rig-3", chip, 3);
	unlink("/dev/gpiochip77");
	rig_chip_free(chip);
}

static void what_is_unknown_is_refused_with_what_there_is(void)
{
	struct rig_chip *chip = rig_chip_new("rig", 8);

	check_nowhere(chip, "rig-8", "no GPIO line is named 'rig-8' (looked at %s (rig))");
	check_nowhere(chip, "", "no GPIO line is named '' (looked at %s (rig))");
	check_nowhere(chip, "rig", "no GPIO line is named 'rig' (looked at %s (rig))");
	check_nowhere(chip, "rig:", "no GPIO line is named 'rig:' (looked at %s (rig))");
	check_nowhere(chip, "rig:-1", "no GPIO line is named 'rig:-1' (looked at %s (rig))");
	check_nowhere(chip, "rag:1", "there is no GPIO chip 'rag' (there is %s (rig))");
	check_nowhere(chip, "/dev/null:1", "there is no GPIO chip '/dev/null' (there is %s (rig))");
	check_nowhere(chip, "rig:8", "%s (rig) has lines 0 to 7, and no line 8");
	check_nowhere(chip, "rig:999999", "%s (rig) has lines 0 to 7, and no line 999999");
	rig_chip_free(chip);
}

static void a_name_that_two_have_is_refused(void)
{
	struct rig_chip *chip = rig_chip_new("rig", 8), *twin = rig_chip_twin("rig", 8);
	const char *first = rig_chip_name(chip), *second = rig_chip_name(twin);
	char name[64], label[64], text[64];
	unsigned offset;
	struct error err = {0};

	CU_ASSERT_EQUAL(gpio_where("rig-3", name, &offset, label, &err), -1);
	check_text(&err,
		   "two GPIO lines are named 'rig-3': %s:3 and %s:3: write one of these instead",
		   first, second);
	CU_ASSERT_EQUAL(gpio_where("rig:3", name, &offset, label, &err), -1);
	check_text(&err, "two GPIO chips are called 'rig': %s and %s: write one of these instead",
		   first, second);
	snprintf(text, sizeof(text), "%s:3", second);
	check_where(text, twin, 3);
	rig_chip_free(twin);
	rig_chip_free(chip);
}

static void without_a_chip_the_sentence_says_so(void)
{
	char name[64], label[64];
	unsigned offset;
	struct error err;

	CU_ASSERT_EQUAL(gpio_where("GPIO17", name, &offset, label, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "'GPIO17' is no GPIO line: this machine has no GPIO chip");
}

/* ---- who has it ---- */

static void a_line_in_use_is_refused_with_who_has_it(void)
{
	struct gpio_rig rig;
	struct gpio_wire wires[2];
	struct gpio_line *lines[2];
	struct gpio_hold *hold;
	struct error err;

	gpio_rig_begin(&rig);
	wires[0] = rig_wire(1, GPIO_USE_OUTPUT, false);
	wires[1] = rig_wire(4, GPIO_USE_OUTPUT, false);
	hold = gpio_hold_open(&wires[1], 1, "another bench", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(hold);

	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 2, lines, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_OS);
	check_text(&err, "line4: line 4 of %s (rig) is in use by another bench",
		   rig_chip_name(rig.chip));
	wires[1].settings.use = GPIO_USE_INPUT;
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, &wires[1], 1, lines, &err), -1);
	check_text(&err, "line4: line 4 of %s (rig) is in use by another bench",
		   rig_chip_name(rig.chip));
	CU_ASSERT_PTR_NULL(gpio_hold_open(wires, 2, "a third", &err));

	gpio_hold_close(hold);
	wires[1].settings.use = GPIO_USE_OUTPUT;
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 2, lines, &err), 0);
	CU_ASSERT_PTR_NULL(gpio_hold_open(&wires[0], 1, "a third", &err));
	check_text(&err, "line1: line 1 of %s (rig) is in use by davy", rig_chip_name(rig.chip));
	gpio_close(lines[0]);
	gpio_close(lines[1]);
	gpio_rig_end(&rig);
}

static void an_output_is_one_user_s(void)
{
	struct gpio_rig rig;
	struct gpio_wire wires[2];
	struct gpio_line *lines[2];
	struct error err;

	gpio_rig_begin(&rig);
	wires[0] = rig_wire(1, GPIO_USE_OUTPUT, false);
	wires[1] = rig_wire(1, GPIO_USE_INPUT, false);
	snprintf(wires[1].settings.name, sizeof(wires[1].settings.name), "lid");
	snprintf(wires[1].where, sizeof(wires[1].where), "rig-1");

	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 2, lines, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	check_text(&err, "line1 and lid are wired to the same: line 1 of %s (rig)",
		   rig_chip_name(rig.chip));
	gpio_rig_end(&rig);
}

static void none_of_the_wires_is_open_when_one_is_not(void)
{
	struct gpio_rig rig;
	struct gpio_wire wires[3];
	struct gpio_line *lines[3];
	struct error err;

	gpio_rig_begin(&rig);
	wires[0] = rig_wire(0, GPIO_USE_OUTPUT, true);
	wires[1] = rig_wire(1, GPIO_USE_INPUT, false);
	wires[2] = rig_wire(9, GPIO_USE_OUTPUT, true);

	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 3, lines, &err), -1);
	check_text(&err, "line9: %s (rig) has lines 0 to 7, and no line 9",
		   rig_chip_name(rig.chip));
	CU_ASSERT_FALSE(rig_value(rig.chip, 0));
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 2, lines, &err), 0);
	gpio_close(lines[0]);
	gpio_close(lines[1]);
	gpio_rig_end(&rig);
}

/* ---- levels ---- */

static void outputs_have_their_levels_and_give_them_back(void)
{
	struct gpio_rig rig;
	struct gpio_wire wires[2];
	struct gpio_line *lines[2];

	gpio_rig_begin(&rig);
	rig_pull(rig.chip, 2, true);
	wires[0] = rig_wire(1, GPIO_USE_OUTPUT, true);
	wires[1] = rig_wire(2, GPIO_USE_OUTPUT, false);
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 2, lines, &rig.err), 0);
	CU_ASSERT_TRUE(rig_value(rig.chip, 1));
	CU_ASSERT_FALSE(rig_value(rig.chip, 2));

	CU_ASSERT_EQUAL(gpio_set(lines[0], false, &rig.err), 0);
	CU_ASSERT_FALSE(rig_value(rig.chip, 1));
	CU_ASSERT_FALSE(rig_value(rig.chip, 2));
	CU_ASSERT_FALSE(gpio_get(lines[0]));
	gpio_close(lines[0]);
	CU_ASSERT_EQUAL(gpio_set(lines[1], true, &rig.err), 0);
	CU_ASSERT_EQUAL(gpio_set(lines[1], false, &rig.err), 0);
	CU_ASSERT_FALSE(rig_value(rig.chip, 2));
	gpio_close(lines[1]);
	CU_ASSERT_TRUE(rig_value(rig.chip, 2)); /* the pull has it again */
	gpio_rig_end(&rig);
}

static void many_are_set_at_once_whatever_their_request(void)
{
	struct gpio_rig rig;
	struct gpio_wire wires[4];
	struct gpio_line *lines[5];
	static const bool LEVELS[5] = {true, false, true, true, true};

	gpio_rig_begin(&rig);
	for (int i = 0; i < 4; i++)
		wires[i] = rig_wire(i, GPIO_USE_OUTPUT, i == 1);
	wires[2].active_low = true;
	wires[3].drive = GPIO_OPEN_DRAIN;
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 4, lines, &rig.err), 0);
	wires[0] = rig_wire(6, GPIO_USE_OUTPUT, false);
	lines[4] = gpio_rig_open(&rig, &wires[0]);
	rig_pull(rig.chip, 3, true);

	CU_ASSERT_EQUAL(gpio_set_many(lines, LEVELS, 5, &rig.err), 0);

	CU_ASSERT_TRUE(rig_value(rig.chip, 0));
	CU_ASSERT_FALSE(rig_value(rig.chip, 1));
	CU_ASSERT_FALSE(rig_value(rig.chip, 2));
	CU_ASSERT_TRUE(rig_value(rig.chip, 6));
	for (int i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(gpio_get(lines[i]), LEVELS[i]);
		gpio_close(lines[i]);
	}
	gpio_rig_end(&rig);
}

static void an_active_low_output_is_on_when_its_wire_is_low(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = rig_wire(1, GPIO_USE_OUTPUT, false);
	struct gpio_line *line;

	gpio_rig_begin(&rig);
	wire.active_low = true;
	line = gpio_rig_open(&rig, &wire);
	CU_ASSERT_TRUE(rig_value(rig.chip, 1));
	CU_ASSERT_FALSE(gpio_get(line));

	CU_ASSERT_EQUAL(gpio_set(line, true, &rig.err), 0);

	CU_ASSERT_FALSE(rig_value(rig.chip, 1));
	CU_ASSERT_TRUE(gpio_get(line));
	gpio_close(line);
	gpio_rig_end(&rig);
}

/* gpio-sim's pull is what a bias sets. */
static void a_bias_pulls_its_input(void)
{
	struct gpio_rig rig;
	struct gpio_wire wire = rig_wire(1, GPIO_USE_INPUT, false);
	struct gpio_line *line;

	gpio_rig_begin(&rig);
	wire.bias = GPIO_BIAS_PULL_UP;
	line = gpio_rig_open(&rig, &wire);
	CU_ASSERT_TRUE(rig_value(rig.chip, 1));
	gpio_close(line);

	wire.bias = GPIO_BIAS_PULL_DOWN;
	line = gpio_rig_open(&rig, &wire);
	CU_ASSERT_FALSE(rig_value(rig.chip, 1));
	gpio_close(line);

	wire.bias = GPIO_BIAS_OFF;
	line = gpio_rig_open(&rig, &wire);
	CU_ASSERT_FALSE(rig_value(rig.chip, 1));
	gpio_close(line);
	gpio_rig_end(&rig);
}

/* As the kernel sees the line, past any library. */
static uint64_t flags_of(const struct rig_chip *chip, unsigned line)
{
	struct gpio_v2_line_info info = {.offset = line};
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", rig_chip_name(chip));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CU_ASSERT_EQUAL(ioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &info), 0);
	close(fd);
	return info.flags;
}

/* gpio-sim has no wire that others could pull while it is let go: what the kernel was asked for is what shows. */
static void each_output_has_its_own_drive_and_bias(void)
{
	static const enum gpio_drive DRIVES[] = {GPIO_PUSH_PULL, GPIO_OPEN_DRAIN, GPIO_OPEN_SOURCE};
	static const uint64_t FLAGS[] = {
		GPIO_V2_LINE_FLAG_BIAS_DISABLED,
		GPIO_V2_LINE_FLAG_OPEN_DRAIN | GPIO_V2_LINE_FLAG_BIAS_PULL_UP,
		GPIO_V2_LINE_FLAG_OPEN_SOURCE | GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN};
	static const uint64_t ALL =
		GPIO_V2_LINE_FLAG_BIAS_DISABLED | GPIO_V2_LINE_FLAG_BIAS_PULL_UP |
		GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN | GPIO_V2_LINE_FLAG_OPEN_DRAIN |
		GPIO_V2_LINE_FLAG_OPEN_SOURCE | GPIO_V2_LINE_FLAG_OUTPUT;
	static const enum gpio_bias BIASES[] = {GPIO_BIAS_OFF, GPIO_BIAS_PULL_UP,
						GPIO_BIAS_PULL_DOWN};
	struct gpio_rig rig;
	struct gpio_wire wires[3];
	struct gpio_line *lines[3];

	gpio_rig_begin(&rig);
	for (int i = 0; i < 3; i++) {
		wires[i] = rig_wire(i, GPIO_USE_OUTPUT, i == 1);
		wires[i].drive = DRIVES[i];
		wires[i].bias = BIASES[i];
	}
	CU_ASSERT_EQUAL(gpio_bank_open(rig.bank, rig.clock, wires, 3, lines, &rig.err), 0);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(flags_of(rig.chip, i) & ALL, FLAGS[i] | GPIO_V2_LINE_FLAG_OUTPUT);

	CU_ASSERT_EQUAL(gpio_set(lines[1], false, &rig.err), 0);
	CU_ASSERT_EQUAL(gpio_set(lines[2], true, &rig.err), 0);
	CU_ASSERT_FALSE(rig_value(rig.chip, 0));
	CU_ASSERT_FALSE(rig_value(rig.chip, 1));
	CU_ASSERT_TRUE(rig_value(rig.chip, 2));
	for (int i = 0; i < 3; i++)
		gpio_close(lines[i]);
	gpio_rig_end(&rig);
}

static void a_hold_keeps_levels_until_it_is_closed(void)
{
	struct rig_chip *chip = rig_chip_new("rig", 8), *other = rig_chip_new("other", 2);
	struct gpio_wire wires[3];
	struct gpio_hold *hold;
	struct error err;

	wires[0] = rig_wire(1, GPIO_USE_OUTPUT, true);
	wires[1] = rig_wire(2, GPIO_USE_OUTPUT, false);
	wires[1].active_low = true;
	wires[2] = rig_wire(3, GPIO_USE_OUTPUT, true);
	snprintf(wires[2].where, sizeof(wires[2].where), "other-1");
	hold = gpio_hold_open(wires, 3, "guardian", &err);
	CU_ASSERT_PTR_NOT_NULL(hold);
	CU_ASSERT_TRUE(rig_value(chip, 1));
	CU_ASSERT_TRUE(rig_value(chip, 2));
	CU_ASSERT_TRUE(rig_value(other, 1));

	gpio_hold_close(hold);
	CU_ASSERT_FALSE(rig_value(chip, 1));
	CU_ASSERT_FALSE(rig_value(other, 1));

	snprintf(wires[2].where, sizeof(wires[2].where), "nowhere");
	CU_ASSERT_PTR_NULL(gpio_hold_open(wires, 3, "guardian", &err));
	CU_ASSERT_FALSE(rig_value(chip, 1));
	rig_chip_free(other);
	rig_chip_free(chip);
}

/* ---- no glitch ---- */

enum { WATCHED = 4 };

/* Reads the wires without rest, and counts what they did. */
struct watcher {
	int file[WATCHED];
	atomic_bool stop;
	atomic_long looks;
	int changes[WATCHED];
	bool level[WATCHED];
	pthread_t thread;
};

static void *watch(void *ctx)
{
	struct watcher *watcher = ctx;

	while (!watcher->stop) {
		for (int i = 0; i < WATCHED; i++) {
			char text[2] = "";

			if (pread(watcher->file[i], text, 1, 0) != 1)
				return NULL;
			watcher->changes[i] += (text[0] == '1') != watcher->level[i];
			watcher->level[i] = text[0] == '1';
		}
		watcher->looks++;
	}
	return NULL;
}

static void watcher_start(struct watcher *watcher, const struct rig_chip *chip)
{
	memset(watcher, 0, sizeof(*watcher));
	for (int i = 0; i < WATCHED; i++) {
		watcher->file[i] = rig_value_file(chip, i);
		watcher->level[i] = rig_value(chip, i);
	}
	pthread_create(&watcher->thread, NULL, watch, watcher);
	while (watcher->looks < 3)
		continue;
}

static void watcher_stop(struct watcher *watcher)
{
	long looks = watcher->looks;

	while (watcher->looks < looks + 3)
		continue;
	watcher->stop = true;
	pthread_join(watcher->thread, NULL);
	for (int i = 0; i < WATCHED; i++)
		close(watcher->file[i]);
}

/* Lines 0 and 1 are safe when low, 2 and 3 when high, 1 and 3 by active-low wiring. */
static void open_four(struct gpio_rig *rig, struct gpio_line *lines[WATCHED])
{
	struct gpio_wire wires[WATCHED];

	for (int i = 0; i < WATCHED; i++) {
		wires[i] = rig_wire(i, GPIO_USE_OUTPUT, i == 1 || i == 2);
		wires[i].active_low = i == 1 || i == 3;
	}
	CU_ASSERT_EQUAL_FATAL(
		gpio_bank_open(rig->bank, rig->clock, wires, WATCHED, lines, &rig->err), 0);
}

static void close_four(struct gpio_line *lines[WATCHED])
{
	for (int i = 0; i < WATCHED; i++)
		gpio_close(lines[i]);
}

static void outputs_come_up_safe_and_were_never_anything_else(void)
{
	struct gpio_rig rig;
	struct gpio_line *lines[WATCHED];
	struct watcher watcher;

	gpio_rig_begin(&rig);
	rig_pull(rig.chip, 2, true);
	rig_pull(rig.chip, 3, true);
	watcher_start(&watcher, rig.chip);
	for (int round = 0; round < 50; round++) {
		open_four(&rig, lines);
		for (int i = 0; i < WATCHED; i++)
			CU_ASSERT_EQUAL(gpio_set(lines[i], i == 1 || i == 2, &rig.err), 0);
		close_four(lines);
	}
	watcher_stop(&watcher);

	for (int i = 0; i < WATCHED; i++) {
		CU_ASSERT_EQUAL(watcher.changes[i], 0);
		CU_ASSERT_EQUAL(watcher.level[i], i >= 2);
	}
	CU_ASSERT(watcher.looks > 100);
	gpio_rig_end(&rig);
}

static void against_a_pull_the_wire_goes_safe_once_and_stays(void)
{
	struct gpio_rig rig;
	struct gpio_line *lines[WATCHED];
	struct watcher watcher;

	gpio_rig_begin(&rig);
	for (int round = 0; round < 20; round++) {
		rig_pull(rig.chip, 0, true);
		rig_pull(rig.chip, 1, true);
		watcher_start(&watcher, rig.chip);
		open_four(&rig, lines);
		be_busy(MSEC(1));
		watcher_stop(&watcher);
		close_four(lines);
		for (int i = 0; i < WATCHED; i++) {
			CU_ASSERT_EQUAL(watcher.changes[i], 1);
			CU_ASSERT_EQUAL(watcher.level[i], i >= 2);
		}
	}
	gpio_rig_end(&rig);
}

static void setting_one_output_leaves_the_others_of_its_request_alone(void)
{
	struct gpio_rig rig;
	struct gpio_line *lines[WATCHED];
	struct watcher watcher;

	gpio_rig_begin(&rig);
	open_four(&rig, lines);
	watcher_start(&watcher, rig.chip);
	for (int round = 0; round < 500; round++) {
		CU_ASSERT_EQUAL(gpio_set(lines[0], round % 2 == 0, &rig.err), 0);
		be_busy(USEC(300));
	}
	watcher_stop(&watcher);

	CU_ASSERT(watcher.changes[0] > 10); /* what happens is seen */
	for (int i = 1; i < WATCHED; i++)
		CU_ASSERT_EQUAL(watcher.changes[i], 0);
	close_four(lines);
	gpio_rig_end(&rig);
}

void suite_gpio_lines(void)
{
	suite_begin("gpio_lines");
	claim(a_line_has_its_name_and_its_place_on_a_chip);
	claim(a_path_may_be_a_link_and_a_link_is_no_second_chip);
	claim(what_is_unknown_is_refused_with_what_there_is);
	claim(a_name_that_two_have_is_refused);
	claim(without_a_chip_the_sentence_says_so);
	claim(a_line_in_use_is_refused_with_who_has_it);
	claim(an_output_is_one_user_s);
	claim(none_of_the_wires_is_open_when_one_is_not);
	claim(outputs_have_their_levels_and_give_them_back);
	claim(many_are_set_at_once_whatever_their_request);
	claim(an_active_low_output_is_on_when_its_wire_is_low);
	claim(a_bias_pulls_its_input);
	claim(each_output_has_its_own_drive_and_bias);
	claim(a_hold_keeps_levels_until_it_is_closed);
	claim(outputs_come_up_safe_and_were_never_anything_else);
	claim(against_a_pull_the_wire_goes_safe_once_and_stays);
	claim(setting_one_output_leaves_the_others_of_its_request_alone);
}
