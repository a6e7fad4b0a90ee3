/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines through libgpiod 1 (Debian 12). Its kernel interface gives one request one set of flags, so that
 * outputs of different bias or drive are several requests here, each set and given back with the others.
 *
 * Setting one line of a request sets them all, by position: the whole request is always set.
 *
 * Edges are taken from the kernel by a thread (gpio_v1_edges.c), which a chip has from its first input on.
 */
#include "port/gpio_chip.h"

#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "port/gpio_v1_edges.h"

struct gpio_chip {
	struct gpiod_chip *gpiod;
	struct gpiod_line *any; /* to ask whether the chip is there */
	struct edge_reader *reader;
};

/* Lines of the same flags. */
struct group {
	int flags;
	struct gpiod_line_bulk bulk;
	size_t place[GPIO_WIRES]; /* in the order of the request */
	bool held;
};

struct gpio_request {
	struct gpiod_line *input; /* NULL: outputs */
	struct edge_queue *edges;
	struct group *groups;
	size_t group_count;
};

/* ---- chips ---- */

struct gpio_chip *gpio_chip_open(const char *path)
{
	struct gpiod_chip *gpiod = gpiod_chip_open(path);
	struct gpio_chip *chip;

	if (!gpiod)
		return NULL;
	chip = xcalloc(1, sizeof(*chip));
	chip->gpiod = gpiod;
	chip->any = gpiod_chip_get_line(gpiod, 0);
	return chip;
}

void gpio_chip_close(struct gpio_chip *chip)
{
	if (!chip)
		return;
	edge_reader_free(chip->reader);
	gpiod_chip_close(chip->gpiod);
	free(chip);
}

const char *gpio_chip_name(const struct gpio_chip *chip)
{
	return gpiod_chip_name(chip->gpiod);
}

const char *gpio_chip_label(const struct gpio_chip *chip)
{
	return gpiod_chip_label(chip->gpiod);
}

unsigned gpio_chip_lines(const struct gpio_chip *chip)
{
	return gpiod_chip_num_lines(chip->gpiod);
}

bool gpio_chip_is_there(struct gpio_chip *chip)
{
	return chip->any && gpiod_line_update(chip->any) == 0;
}

int gpio_chip_look(struct gpio_chip *chip, unsigned offset, struct gpio_chip_line *line)
{
	struct gpiod_line *gpiod = gpiod_chip_get_line(chip->gpiod, offset);
	const char *name, *user;

	if (!gpiod || gpiod_line_update(gpiod) < 0)
		return -1;
	name = gpiod_line_name(gpiod);
	user = gpiod_line_consumer(gpiod);
	*line = (struct gpio_chip_line){0};
	snprintf(line->name, sizeof(line->name), "%s", name ? name : "");
	if (gpiod_line_is_used(gpiod))
		snprintf(line->user, sizeof(line->user), "%s", user && *user ? user : "the kernel");
	return 0;
}

/* ---- requests ---- */

static int flags_of(const struct gpio_want *want, bool output)
{
	int flags = 0;

	if (want->bias == GPIO_BIAS_PULL_UP)
		flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
	if (want->bias == GPIO_BIAS_PULL_DOWN)
		flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
	if (want->bias == GPIO_BIAS_OFF)
		flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
	if (output && want->drive == GPIO_OPEN_DRAIN)
		flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_DRAIN;
	if (output && want->drive == GPIO_OPEN_SOURCE)
		flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_SOURCE;
	return flags;
}

static struct group *group_of(struct gpio_request *request, int flags)
{
	struct group *group;

	for (size_t i = 0; i < request->group_count; i++)
		if (request->groups[i].flags == flags)
			return &request->groups[i];
	request->groups =
		xrealloc(request->groups, (request->group_count + 1) * sizeof(*request->groups));
	group = &request->groups[request->group_count++];
	*group = (struct group){.flags = flags};
	return group;
}

static int add_line(struct gpio_request *request, struct gpio_chip *chip,
		    const struct gpio_want *want, size_t place)
{
	struct group *group = group_of(request, flags_of(want, true));
	struct gpiod_line *line = gpiod_chip_get_line(chip->gpiod, want->offset);
	unsigned count = gpiod_line_bulk_num_lines(&group->bulk);

	if (!line)
		return -1;
	if (count == GPIO_WIRES) {
		errno = E2BIG;
		return -1;
	}
	group->place[count] = place;
	gpiod_line_bulk_add(&group->bulk, line);
	return 0;
}

static int request_group(struct group *group, const bool *high, const char *consumer)
{
	struct gpiod_line_request_config config = {
		.consumer = consumer,
		.request_type = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT,
		.flags = group->flags,
	};
	int values[GPIO_WIRES];

	for (unsigned i = 0; i < gpiod_line_bulk_num_lines(&group->bulk); i++)
		values[i] = high[group->place[i]];
	if (gpiod_line_request_bulk(&group->bulk, &config, values) < 0)
		return -1;
	group->held = true;
	return 0;
}

struct gpio_request *gpio_request_outputs(struct gpio_chip *chip, const struct gpio_want *wants,
					  size_t count, const char *consumer)
{
	struct gpio_request *request = xcalloc(1, sizeof(*request));
	bool high[GPIO_WIRES];
	int why;

	for (size_t i = 0; i < count; i++) {
		high[i] = wants[i].high;
		if (add_line(request, chip, &wants[i], i) < 0)
			goto failed;
	}
	for (size_t i = 0; i < request->group_count; i++)
		if (request_group(&request->groups[i], high, consumer) < 0)
			goto failed;
	return request;

failed:
	why = errno;
	gpio_request_close(request);
	errno = why;
	return NULL;
}

struct gpio_request *gpio_request_input(struct gpio_chip *chip, const struct gpio_want *want,
					const char *consumer)
{
	struct gpiod_line_request_config config = {
		.consumer = consumer,
		.request_type = GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
		.flags = flags_of(want, false),
	};
	struct gpiod_line *line = gpiod_chip_get_line(chip->gpiod, want->offset);
	struct gpio_request *request;
	int fd, why;

	if (!chip->reader)
		chip->reader = edge_reader_new();
	if (!chip->reader || !line || gpiod_line_request(line, &config, 0) < 0)
		return NULL;
	request = xcalloc(1, sizeof(*request));
	request->input = line;
	fd = gpiod_line_event_get_fd(line);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	request->edges = edge_queue_new(chip->reader, fd);
	if (request->edges)
		return request;
	why = errno;
	gpio_request_close(request);
	errno = why;
	return NULL;
}

void gpio_request_close(struct gpio_request *request)
{
	if (!request)
		return;
	edge_queue_free(request->edges);
	if (request->input)
		gpiod_line_release(request->input);
	for (size_t i = 0; i < request->group_count; i++)
		if (request->groups[i].held)
			gpiod_line_release_bulk(&request->groups[i].bulk);
	free(request->groups);
	free(request);
}

int gpio_request_set(struct gpio_request *request, const bool *high)
{
	int done = 0, why = 0;

	for (size_t g = 0; g < request->group_count; g++) {
		struct group *group = &request->groups[g];
		int values[GPIO_WIRES];

		for (unsigned i = 0; i < gpiod_line_bulk_num_lines(&group->bulk); i++)
			values[i] = high[group->place[i]];
		if (gpiod_line_set_value_bulk(&group->bulk, values) < 0) {
			why = errno;
			done = -1;
		}
	}
	errno = why;
	return done;
}

int gpio_request_get(struct gpio_request *request)
{
	return gpiod_line_get_value(request->input);
}

int gpio_request_fd(const struct gpio_request *request)
{
	return edge_queue_fd(request->edges);
}

int gpio_request_read(struct gpio_request *request, struct gpio_raw_edge edges[GPIO_EDGES])
{
	return edge_queue_take(request->edges, edges);
}
