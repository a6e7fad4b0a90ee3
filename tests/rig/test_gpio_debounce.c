/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why debounce is ours: what the kernel's own does with an edge's time, asked of it past any library. Its figure is
 * printed beside ours.
 */
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/claims.h"
#include "tests/rig/gpio_rig.h"

enum { TIMES = 21, DEBOUNCE_MS = 20 };

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

/* How late each edge was stamped. */
struct lags {
	nsec late[TIMES];
};

static int compare(const void *a, const void *b)
{
	const nsec *first = a, *second = b;

	return (*first > *second) - (*first < *second);
}

/* Sorted, so that the machine's own pauses stand at the ends. */
static nsec middle(struct lags *lags)
{
	qsort(lags->late, TIMES, sizeof(lags->late[0]), compare);
	return lags->late[TIMES / 2];
}

static struct lags kernel_lags(const struct rig_chip *chip)
{
	struct lags lags = {0};
	int fd = request_debounced(chip, 2);

	for (int i = 0; i < TIMES; i++) {
		struct gpio_v2_line_event event;
		nsec before = machine_now();

		rig_pull(chip, 2, i % 2 == 0);
		CU_ASSERT_EQUAL(read(fd, &event, sizeof(event)), (ssize_t)sizeof(event));
		lags.late[i] = (nsec)event.timestamp_ns - before;
	}
	close(fd);
	return lags;
}

static struct lags our_lags(struct gpio_rig *rig)
{
	struct lags lags = {0};
	struct gpio_wire wire = rig_wire(3, GPIO_USE_INPUT, false);
	struct heard heard;

	wire.settings.debounce = MSEC(DEBOUNCE_MS);
	heard_listen(&heard, rig, gpio_rig_open(rig, &wire));
	for (int i = 0; i < TIMES; i++) {
		nsec before = machine_now();

		rig_pull(rig->chip, 3, i % 2 == 0);
		while (heard.edges == i)
			gpio_rig_run(rig, MSEC(DEBOUNCE_MS));
		lags.late[i] = clock_machine(rig->clock, heard.time[i]) - before;
	}
	gpio_close(heard.line);
	return lags;
}

static void the_kernel_s_debounce_tells_the_end_of_its_wait_and_ours_the_edge(void)
{
	struct gpio_rig rig;
	struct lags kernel, ours;
	nsec theirs, own;

	gpio_rig_begin(&rig);
	kernel = kernel_lags(rig.chip);
	ours = our_lags(&rig);
	theirs = middle(&kernel);
	own = middle(&ours);

	printf("an edge debounced by %d ms is stamped late (middle of %d, least, most): by the "
	       "kernel %.3f, "
	       "%.3f, %.3f ms; by us %.3f, %.3f, %.3f ms\n",
	       DEBOUNCE_MS, TIMES, (double)theirs / 1e6, (double)kernel.late[0] / 1e6,
	       (double)kernel.late[TIMES - 1] / 1e6, (double)own / 1e6, (double)ours.late[0] / 1e6,
	       (double)ours.late[TIMES - 1] / 1e6);
	CU_ASSERT(theirs >= MSEC(DEBOUNCE_MS - 1)); /* its timers count in milliseconds here */
	CU_ASSERT(own >= 0 && own < MSEC(DEBOUNCE_MS / 2));
	gpio_rig_end(&rig);
}

void suite_gpio_debounce(void)
{
	suite_begin("gpio_debounce");
	claim(the_kernel_s_debounce_tells_the_end_of_its_wait_and_ours_the_edge);
}
