/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines through libgpiod 2 (Debian 13, Raspberry Pi OS of the same age). Each line of a request has its
 * own settings; the kernel keeps as many edges as are asked for, drops the oldest when there are more, and
 * numbers them, so that a gap in the numbers says exactly that some are lost.
 */
#include "port/gpio_chip.h"

#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { KERNEL_EDGES = 1024 }; /* of one line: the most that the kernel keeps */

struct gpio_chip {
	struct gpiod_chip *gpiod;
	struct gpiod_chip_info *info;
};

struct gpio_request {
	struct gpiod_line_request *gpiod;
	size_t count;
	unsigned offset;		       /* of an input */
	struct gpiod_edge_event_buffer *edges; /* the same; NULL: outputs */
	unsigned long number;		       /* of the latest edge */
};

/* ---- chips ---- */

struct gpio_chip *gpio_chip_open(const char *path)
{
	struct gpiod_chip *gpiod = gpiod_chip_open(path);
	struct gpiod_chip_info *info = gpiod ? gpiod_chip_get_info(gpiod) : NULL;
	struct gpio_chip *chip;

	if (!info) {
		int why = errno;

		if (gpiod)
			gpiod_chip_close(gpiod);
		errno = why;
		return NULL;
	}
	chip = xcalloc(1, sizeof(*chip));
	chip->gpiod = gpiod;
	chip->info = info;
	return chip;
}

void gpio_chip_close(struct gpio_chip *chip)
{
	if (!chip)
		return;
	gpiod_chip_info_free(chip->info);
	gpiod_chip_close(chip->gpiod);
	free(chip);
}

const char *gpio_chip_name(const struct gpio_chip *chip)
{
	return gpiod_chip_info_get_name(chip->info);
}

const char *gpio_chip_label(const struct gpio_chip *chip)
{
	return gpiod_chip_info_get_label(chip->info);
}

unsigned gpio_chip_lines(const struct gpio_chip *chip)
{
	return (unsigned)gpiod_chip_info_get_num_lines(chip->info);
}

bool gpio_chip_is_there(struct gpio_chip *chip)
{
	struct gpiod_chip_info *info = gpiod_chip_get_info(chip->gpiod);

	if (info)
		gpiod_chip_info_free(info);
	return info != NULL;
}

int gpio_chip_look(struct gpio_chip *chip, unsigned offset, struct gpio_chip_line *line)
{
	struct gpiod_line_info *info = gpiod_chip_get_line_info(chip->gpiod, offset);
	const char *name, *user;

	if (!info)
		return -1;
	name = gpiod_line_info_get_name(info);
	user = gpiod_line_info_get_consumer(info);
	*line = (struct gpio_chip_line){0};
	snprintf(line->name, sizeof(line->name), "%s", name ? name : "");
	if (gpiod_line_info_is_used(info))
		snprintf(line->user, sizeof(line->user), "%s", user && *user ? user : "the kernel");
	gpiod_line_info_free(info);
	return 0;
}

/* ---- requests ---- */

static enum gpiod_line_bias bias_of(enum gpio_bias bias)
{
	switch (bias) {
	case GPIO_BIAS_PULL_UP:
		return GPIOD_LINE_BIAS_PULL_UP;
	case GPIO_BIAS_PULL_DOWN:
		return GPIOD_LINE_BIAS_PULL_DOWN;
	case GPIO_BIAS_OFF:
		return GPIOD_LINE_BIAS_DISABLED;
	default:
		return GPIOD_LINE_BIAS_AS_IS;
	}
}

static enum gpiod_line_drive drive_of(enum gpio_drive drive)
{
	switch (drive) {
	case GPIO_OPEN_DRAIN:
		return GPIOD_LINE_DRIVE_OPEN_DRAIN;
	case GPIO_OPEN_SOURCE:
		return GPIOD_LINE_DRIVE_OPEN_SOURCE;
	default:
		return GPIOD_LINE_DRIVE_PUSH_PULL;
	}
}

static int add_line(struct gpiod_line_config *lines, const struct gpio_want *want, bool output)
{
	struct gpiod_line_settings *settings = gpiod_line_settings_new();
	int done = -1;

	if (!settings)
		return -1;
	if (gpiod_line_settings_set_bias(settings, bias_of(want->bias)) < 0)
		goto out;
	if (output) {
		if (gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT) < 0 ||
		    gpiod_line_settings_set_drive(settings, drive_of(want->drive)) < 0 ||
		    gpiod_line_settings_set_output_value(
			    settings,
			    want->high ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE) < 0)
			goto out;
	} else if (gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT) < 0 ||
		   gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH) < 0) {
		goto out;
	}
	done = gpiod_line_config_add_line_settings(lines, &want->offset, 1, settings);
out:
	gpiod_line_settings_free(settings);
	return done;
}

static struct gpio_request *request_lines(struct gpio_chip *chip, const struct gpio_want *wants,
					  size_t count, bool output, const char *consumer)
{
	struct gpio_request *request = xcalloc(1, sizeof(*request));
	struct gpiod_line_config *lines = gpiod_line_config_new();
	struct gpiod_request_config *config = gpiod_request_config_new();
	bool good = lines && config;
	int why;

	for (size_t i = 0; i < count && good; i++)
		good = add_line(lines, &wants[i], output) == 0;
	if (good) {
		gpiod_request_config_set_consumer(config, consumer);
		gpiod_request_config_set_event_buffer_size(config, output ? 0 : KERNEL_EDGES);
		request->gpiod = gpiod_chip_request_lines(chip->gpiod, config, lines);
	}
	why = errno;
	request->count = count;
	request->offset = wants[0].offset;
	if (config)
		gpiod_request_config_free(config);
	if (lines)
		gpiod_line_config_free(lines);
	if (request->gpiod)
		return request;
	free(request);
	errno = why;
	return NULL;
}

struct gpio_request *gpio_request_outputs(struct gpio_chip *chip, const struct gpio_want *wants,
					  size_t count, const char *consumer)
{
	return request_lines(chip, wants, count, true, consumer);
}

struct gpio_request *gpio_request_input(struct gpio_chip *chip, const struct gpio_want *want,
					const char *consumer)
{
	struct gpio_request *request = request_lines(chip, want, 1, false, consumer);
	int fd, why;

	if (!request)
		return NULL;
	request->edges = gpiod_edge_event_buffer_new(GPIO_EDGES);
	if (!request->edges) {
		why = errno;
		gpio_request_close(request);
		errno = why;
		return NULL;
	}
	fd = gpio_request_fd(request);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return request;
}

void gpio_request_close(struct gpio_request *request)
{
	if (!request)
		return;
	if (request->edges)
		gpiod_edge_event_buffer_free(request->edges);
	gpiod_line_request_release(request->gpiod);
	free(request);
}

int gpio_request_set(struct gpio_request *request, const bool *high)
{
	enum gpiod_line_value values[GPIO_WIRES];

	for (size_t i = 0; i < request->count; i++)
		values[i] = high[i] ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
	return gpiod_line_request_set_values(request->gpiod, values);
}

int gpio_request_get(struct gpio_request *request)
{
	return gpiod_line_request_get_value(request->gpiod, request->offset);
}

int gpio_request_fd(const struct gpio_request *request)
{
	return gpiod_line_request_get_fd(request->gpiod);
}

int gpio_request_read(struct gpio_request *request, struct gpio_raw_edge edges[GPIO_EDGES])
{
	int count = gpiod_line_request_read_edge_events(request->gpiod, request->edges, GPIO_EDGES);

	if (count < 0)
		return errno == EAGAIN ? 0 : -1;
	for (int i = 0; i < count; i++) {
		struct gpiod_edge_event *event =
			gpiod_edge_event_buffer_get_event(request->edges, (unsigned long)i);
		unsigned long number = gpiod_edge_event_get_line_seqno(event);

		edges[i] = (struct gpio_raw_edge){
			.high = gpiod_edge_event_get_event_type(event) ==
				GPIOD_EDGE_EVENT_RISING_EDGE,
			.machine = (nsec)gpiod_edge_event_get_timestamp_ns(event),
			.lost = number != request->number + 1,
		};
		request->number = number;
	}
	return count;
}
