/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings that answered a condition (condition.c): a fresh value, a mean, a value that settled, and times
 * of events, each of which lies between the last sample that had not seen it and the first that had.
 */
#include <math.h>
#include <string.h>

#include "run/trail_telling.h"

void trail_tell_read(struct telling *telling)
{
	telling_series(telling, telling->kept, telling->count);
	if (!telling->count)
		return;
	telling_decides(telling, "answer", &telling->kept[telling->count - 1]);
	telling_again(telling->node, telling->kept[telling->count - 1].value);
}

static void tell_mean_of(struct telling *telling, nsec from, nsec to)
{
	struct series series = telling_series_of(telling->kept, telling->count);
	size_t count = telling->count;
	const struct kept *kept = telling_between(telling->kept, from, to, &count);
	double mean, of_mean;
	struct error ignored;

	telling_series(telling, kept, count);
	telling_ends_decide(telling, kept, count);
	if (series_mean(&series, from, to, &mean, &of_mean, &ignored) == 0)
		telling_again(telling->node, mean);
	series_done(&series);
}

void trail_tell_mean(struct telling *telling)
{
	nsec opened = telling->request->opened;

	tell_mean_of(telling, opened, opened + telling_nsec(telling_amount(telling, "over", 0)));
}

void trail_tell_settles(struct telling *telling)
{
	nsec last = telling->count ? telling->kept[telling->count - 1].time : 0;

	if (telling->count && value_get(telling->node, "value"))
		tell_mean_of(telling, last - telling_nsec(telling_amount(telling, "over", 0)),
			     last);
	else
		telling_series(telling, telling->kept, telling->count);
}

static nsec unseen_until(const struct telling *telling, nsec last, nsec now)
{
	return condition_unseen_until(telling->trail->fixture->channel[telling->channel].state,
				      last, now);
}

/* An event lies between the sample that had not seen it and the one that had. */
static void tell_event(struct telling *telling, const char *before, const char *after)
{
	nsec opened = telling->request->opened, now, last = opened;

	telling_series(telling, telling->kept, telling->count);
	if (!telling->count)
		return;
	if (telling->count > 1) {
		telling_decides(telling, before, &telling->kept[telling->count - 2]);
		last = telling->kept[telling->count - 2].time;
	}
	telling_decides(telling, after, &telling->kept[telling->count - 1]);
	now = telling->kept[telling->count - 1].time;
	now = now < opened ? opened : now;
	last = unseen_until(telling, last, now);
	last = last < opened ? opened : last;
	telling_again(telling->node, nsec_seconds(now - opened - (now - last) / 2));
}

void trail_tell_becomes(struct telling *telling)
{
	if (value_get(telling->node, "value")) {
		tell_event(telling, "before", "met");
		return;
	}
	telling_series(telling, telling->kept, telling->count);
	if (telling->count)
		telling_decides(telling, "last", &telling->kept[telling->count - 1]);
}

void trail_tell_holds(struct telling *telling)
{
	const struct value *value = value_get(telling->request->result, "value");

	if (!value_get_bool(value, "to_the_end") && value_get(telling->node, "value")) {
		tell_event(telling, "held", "left");
		return;
	}
	telling_series(telling, telling->kept, telling->count);
	telling_ends_decide(telling, telling->kept, telling->count);
	if (value_get(telling->node, "value"))
		telling_again(telling->node, telling_amount(telling, "over", NAN));
}

static bool find_event(const struct telling *telling, const struct kept **unmet,
		       const struct kept **met)
{
	const char *text = telling_says(telling->request, "limit");
	struct quantity probe = {.unit = telling->trail->fixture->channel[telling->channel].unit};
	struct error ignored;
	struct limit limit;

	*unmet = *met = NULL;
	if (!text || limit_parse(&limit, text, &ignored) < 0)
		return false;
	for (size_t i = 0; i < telling->count && !*met; i++) {
		probe.value = telling->kept[i].value;
		if (!limit_met(&limit, &probe))
			*unmet = &telling->kept[i];
		else if (*unmet)
			*met = &telling->kept[i];
	}
	return *met;
}

void trail_tell_last_before(struct telling *telling)
{
	const struct trail_request *request = telling->request;
	int of = telling_channel(telling->trail, request, "of");
	const struct kept *unmet, *met;
	struct trail_window *window;
	nsec until;

	telling_series(telling, telling->kept, telling->count);
	if (of < 0 || !find_event(telling, &unmet, &met))
		return;
	telling_decides(telling, "before", unmet);
	telling_decides(telling, "met", met);
	until = unseen_until(telling, unmet->time, met->time);
	window = trail_window(&telling->wants->windows, of, request->opened, false, request->place,
			      request->end);
	for (size_t i = window->count; i-- > 0;) {
		if (window->kept[i].asked > until)
			continue;
		trail_decisive(telling->trail, telling->wants, telling->node, of, "value",
			       &window->kept[i]);
		telling_again(telling->node, window->kept[i].value);
		return;
	}
}
