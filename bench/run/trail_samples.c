/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The samples that a request saw, by the rules of course.c and condition.c: those of its channel that were
 * asked for since it was opened; of a series none that is not later than the one before.
 *
 * The windows of a run are opened and closed in the order of their places, so that a sample meets those
 * only that are open, however many there are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/trail_parts.h"

struct filling {
	struct trail_windows *windows;
	size_t next;
	struct trail_window *open[FIXTURE_MOST];
};

struct trail_window *trail_window(struct trail_windows *windows, int channel, nsec opened,
				  bool strict, trail_place from, trail_place to)
{
	struct trail_window *window;

	for (size_t i = 0; i < windows->count; i++) {
		window = windows->window[i];
		if (window->channel != channel || window->opened != opened ||
		    window->strict != strict || window->from != from)
			continue;
		if (window->to < to)
			window->to = to;
		return window;
	}
	if (windows->count == windows->room) {
		windows->room = windows->room ? windows->room * 2 : 64;
		windows->window =
			xrealloc(windows->window, windows->room * sizeof(*windows->window));
	}
	window = xcalloc(1, sizeof(*window));
	*window = (struct trail_window){
		.channel = channel, .opened = opened, .strict = strict, .from = from, .to = to};
	windows->window[windows->count++] = window;
	return window;
}

size_t trail_kept_until(const struct trail_window *window, trail_place to)
{
	size_t count = window->count;

	while (count && window->kept[count - 1].place > to)
		count--;
	return count;
}

void trail_windows_done(struct trail_windows *windows)
{
	for (size_t i = 0; i < windows->count; i++) {
		free(windows->window[i]->kept);
		free(windows->window[i]);
	}
	free(windows->window);
	*windows = (struct trail_windows){0};
}

static void open_due(struct filling *filling, trail_place place)
{
	struct trail_windows *windows = filling->windows;

	while (filling->next < windows->count && windows->window[filling->next]->from < place) {
		struct trail_window *window = windows->window[filling->next++];

		window->next = filling->open[window->channel];
		filling->open[window->channel] = window;
	}
}

static void keep(struct trail_window *window, trail_place place, const struct bench_sample *sample)
{
	if (sample->asked < window->opened ||
	    (window->strict && window->count &&
	     window->kept[window->count - 1].time >= sample->time))
		return;
	if (window->count == window->room) {
		window->room = window->room ? window->room * 2 : 16;
		window->kept = xrealloc(window->kept, window->room * sizeof(*window->kept));
	}
	window->kept[window->count++] = (struct kept){.time = sample->time,
						      .asked = sample->asked,
						      .value = sample->value,
						      .weight = sample->weight,
						      .place = place};
}

static void take(void *ctx, trail_place place, const struct journal_item *item,
		 const struct bench_sample *samples, size_t count)
{
	struct filling *filling = ctx;
	struct trail_window **at = &filling->open[item->subject];

	open_due(filling, place);
	while (*at) {
		struct trail_window *window = *at;

		if (window->to < place) {
			*at = window->next;
			continue;
		}
		for (size_t i = 0; i < count; i++)
			keep(window, place, &samples[i]);
		at = &window->next;
	}
}

static int by_place(const void *one, const void *other)
{
	const struct trail_window *a = *(struct trail_window *const *)one;
	const struct trail_window *b = *(struct trail_window *const *)other;

	return (a->from > b->from) - (a->from < b->from);
}

int trail_fill(const struct trail *trail, struct trail_windows *windows, struct error *err)
{
	struct filling filling = {.windows = windows};
	struct trail_scan scan = {.samples = take, .ctx = &filling};

	if (windows->count == 0)
		return 0;
	qsort(windows->window, windows->count, sizeof(*windows->window), by_place);
	return trail_scan(trail, &scan, err);
}
