/* SPDX-License-Identifier: Apache-2.0 */
/* The rig itself: if its wires are not what claims take them for, no claim means anything. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/claims.h"
#include "tests/rig/bench.h"

static void a_pull_is_seen_on_the_wire(void)
{
	struct rig_chip *chip = rig_chip_new("bench", 4);

	CU_ASSERT_FALSE(rig_value(chip, 2));
	rig_pull(chip, 2, true);
	CU_ASSERT_TRUE(rig_value(chip, 2));
	CU_ASSERT_FALSE(rig_value(chip, 3));
	rig_chip_free(chip);
}

static void a_chip_can_be_unplugged_and_plugged(void)
{
	struct rig_chip *chip = rig_chip_new("bench", 2);

	rig_chip_unplug(chip);
	rig_chip_plug(chip);
	rig_pull(chip, 1, true);
	CU_ASSERT_TRUE(rig_value(chip, 1));
	rig_chip_free(chip);
}

static int open_raw(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios tio;

	tcgetattr(fd, &tio);
	cfmakeraw(&tio);
	tio.c_cflag |= CLOCAL;
	tcsetattr(fd, TCSANOW, &tio);
	return fd;
}

static bool says(int from, int to, const char *text)
{
	char got[32] = "";
	size_t size = 0;
	struct pollfd ready = {.fd = to, .events = POLLIN};

	if (write(from, text, strlen(text)) != (ssize_t)strlen(text))
		return false;
	while (size < strlen(text) && poll(&ready, 1, 1000) == 1) {
		ssize_t more = read(to, got + size, sizeof(got) - 1 - size);

		if (more <= 0)
			return false;
		size += (size_t)more;
	}
	return !strcmp(got, text);
}

static void every_pair_carries_bytes_both_ways(void)
{
	for (int i = 0; i < RIG_PAIRS; i++) {
		char near_path[32], far_path[32];
		int near_end, far_end;

		rig_pair(i, near_path, far_path);
		near_end = open_raw(near_path);
		far_end = open_raw(far_path);
		if (!says(near_end, far_end, "there") || !says(far_end, near_end, "and back"))
			printf("pair %d, %s and %s, carries nothing\n", i, near_path, far_path);
		CU_ASSERT(says(near_end, far_end, "again"));
		close(near_end);
		close(far_end);
	}
}

static void a_card_can_be_unplugged_and_plugged(void)
{
	char near_path[32], far_path[32];

	rig_pair_unplug(5);
	rig_pair_plug(5);
	for (int i = 5; i <= 8; i++) {
		rig_pair(i, near_path, far_path);
		int near_end = open_raw(near_path), far_end = open_raw(far_path);

		CU_ASSERT(says(near_end, far_end, "back"));
		close(near_end);
		close(far_end);
	}
}

void suite_bench(void)
{
	suite_begin("bench");
	claim(a_pull_is_seen_on_the_wire);
	claim(a_chip_can_be_unplugged_and_plugged);
	claim(every_pair_carries_bytes_both_ways);
	claim(a_card_can_be_unplugged_and_plugged);
}
