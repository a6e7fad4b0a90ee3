/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why debounce is ours: what the kernel's own does with an edge's time, asked of it past any library. Its figure is
 * printed beside ours.
 */
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/claims.h"
#include "tests/rig/gpio_rig.h"

enum { TIMES = 10, DEBOUNCE_MS = 20 };

static int request_debounced(const struct rig_chip *chip, unsigned line)
{
	struct gpio_v2_line_request request = {.num_lines = 1, .offsets = {line}};
	char path[64];
	int fd;

	request.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING |
			       GPIO_V2_LINE_FLAG_EDGE_FALLING;
	request.config.num_attrs = 1;
	request.config.attrs[0].mask = 1;
	request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
	request.config.attrs[0].attr.debounce_period_us = DEBOUNCE_MS * 1000;
	snprintf(path, sizeof(path), "/dev/%s", rig_chip_name(chip));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CU_ASSERT_EQUAL_FATAL(ioctl(fd, GPIO_V2_GET_LINE_IOCTL, &request), 0);
	close(fd);
	return request.fd;
}

/* What was told of each edge, less when it was: the least and the most of all. */
struct lag {
	nsec least, most;
};

static void lag_add(struct lag *lag, nsec late)
{
	if (late < lag->least)
		lag->least = late;
	if (late > lag->most)
		lag->most = late;
}

static struct lag kernel_lag(const struct rig_chip *chip)
{
	struct lag lag = {.least = NSEC_NEVER};
	int fd = request_debounced(chip, 2);

	for (int i = 0; i < TIMES; i++) {
		struct gpio_v2_line_event event;
		nsec before = machine_now();

		rig_pull(chip, 2, i % 2 == 0);
		CU_ASSERT_EQUAL_FATAL(read(fd, &event, sizeof(event)), (ssize_t)sizeof(event));
		lag_add(&lag, (nsec)event.timestamp_ns - before);
	}
	close(fd);
	return lag;
}

static struct lag our_lag(struct gpio_rig *rig)
{
	struct lag lag = {.least = NSEC_NEVER};
	struct gpio_wire wire = rig_wire(3, GPIO_USE_INPUT, false);
	struct heard heard;

	wire.settings.debounce = MSEC(DEBOUNCE_MS);
	heard_listen(&heard, rig, gpio_rig_open(rig, &wire));
	for (int i = 0; i < TIMES; i++) {
		nsec before = machine_now();

		rig_pull(rig->chip, 3, i % 2 == 0);
		gpio_rig_run(rig, MSEC(DEBOUNCE_MS + 60));
		CU_ASSERT_EQUAL_FATAL(heard.edges, i + 1);
		lag_add(&lag, clock_machine(rig->clock, heard.time[i]) - before);
	}
	gpio_close(heard.line);
	return lag;
}

static void the_kernel_s_debounce_tells_the_end_of_its_wait_and_ours_the_edge(void)
{
	struct gpio_rig rig;
	struct lag theirs, ours;

	gpio_rig_begin(&rig);
	theirs = kernel_lag(rig.chip);
	ours = our_lag(&rig);

	printf("an edge debounced by %d ms is stamped late: by the kernel %.3f to %.3f ms, by us "
	       "%.3f to %.3f ms\n",
	       DEBOUNCE_MS, (double)theirs.least / 1e6, (double)theirs.most / 1e6,
	       (double)ours.least / 1e6, (double)ours.most / 1e6);
	CU_ASSERT(theirs.least >= MSEC(DEBOUNCE_MS));
	CU_ASSERT(ours.least >= 0 && ours.least < MSEC(5));
	gpio_rig_end(&rig);
}

void suite_gpio_debounce(void)
{
	suite_begin("gpio_debounce");
	claim(the_kernel_s_debounce_tells_the_end_of_its_wait_and_ours_the_edge);
}
