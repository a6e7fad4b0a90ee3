/* SPDX-License-Identifier: Apache-2.0 */
/* Readings that were asked of a trace (course_trace.c). */
#include <string.h>

#include "run/trail_telling.h"

void trail_find_span(struct telling *telling, const struct trail_request *trace)
{
	telling->from = trace->opened;
	if (telling_says(telling->request, "after"))
		telling->from += (nsec)(telling_amount(telling, "after", 0) * 1e9);
	if (telling_says(telling->request, "from"))
		telling->from = telling_nsec(telling_amount(telling, "from", 0));
	telling->to = telling->request->opened;
	if (telling_says(telling->request, "to"))
		telling->to = telling_nsec(telling_amount(telling, "to", 0));
}

typedef int series_fn(const struct series *series, nsec from, nsec to, double *result,
		      struct error *err);

static void tell_by(struct telling *telling, series_fn *fn, bool one)
{
	struct series series = telling_series_of(telling->kept, telling->count);
	size_t count = telling->count;
	const struct kept *kept =
		telling_between(telling->kept, telling->from, telling->to, &count);
	struct error ignored;
	double result;

	telling_series(telling, kept, count);
	if (fn(&series, telling->from, telling->to, &result, &ignored) == 0) {
		telling_again(telling->node, result);
		for (size_t i = 0; i < count && one; i++) {
			if (kept[i].value != result)
				continue;
			telling_decides(telling, "value", &kept[i]);
			break;
		}
	}
	if (!one)
		telling_ends_decide(telling, kept, count);
	series_done(&series);
}

void trail_tell_min(struct telling *telling)
{
	tell_by(telling, series_min, true);
}

void trail_tell_max(struct telling *telling)
{
	tell_by(telling, series_max, true);
}

static int mean_alone(const struct series *series, nsec from, nsec to, double *result,
		      struct error *err)
{
	double of_mean;

	return series_mean(series, from, to, result, &of_mean, err);
}

void trail_tell_trace_mean(struct telling *telling)
{
	tell_by(telling, mean_alone, false);
}

void trail_tell_integral(struct telling *telling)
{
	bool acts = telling_says(telling->request, "from") || telling_says(telling->request, "to");

	tell_by(telling, acts ? series_integral_between : series_integral, false);
}

void trail_tell_slope(struct telling *telling)
{
	tell_by(telling, series_slope, false);
}

static void tell_minute(struct telling *telling, const struct series_minute *minute)
{
	size_t count = telling->count;
	const struct kept *kept =
		telling_between(telling->kept, minute->begin + 1, minute->end, &count);
	struct value *told = value_set(telling->node, "minute", value_map());

	value_set_int(told, "begin", minute->begin);
	value_set_int(told, "end", minute->end);
	value_set_int(told, "count", (int64_t)count);
	telling_ends_decide(telling, kept, count);
}

void trail_tell_minutes(struct telling *telling)
{
	struct series series = telling_series_of(telling->kept, telling->count);
	const char *of = telling_says(telling->request, "of");
	size_t count = telling->count;
	const struct kept *kept =
		telling_between(telling->kept, telling->from + 1, telling->to, &count);
	struct series_minutes minutes;
	struct error ignored;
	bool known;

	telling_series(telling, kept, count);
	known = series_minutes(&series, telling->from, telling->to, &minutes, &ignored) == 0;
	series_done(&series);
	if (!known || !of) {
		telling_ends_decide(telling, kept, count);
		return;
	}
	value_set_int(telling->node, "minutes", (int64_t)minutes.count);
	if (!strcmp(of, "max") || !strcmp(of, "min"))
		tell_minute(telling,
			    *of == 'm' && of[1] == 'a' ? &minutes.of_greatest : &minutes.of_least);
	else
		telling_ends_decide(telling, kept, count);
	telling_again(telling->node, !strcmp(of, "max")	   ? minutes.greatest
				     : !strcmp(of, "min")  ? minutes.least
				     : !strcmp(of, "mean") ? minutes.mean
							   : (double)minutes.count);
}

static void tell_crossing(struct telling *telling, const struct series *series, nsec origin,
			  double start, double finish)
{
	double fraction = value_get_real(telling->request->says, "fraction", 0);
	const struct fixture_channel *channel = &telling->trail->fixture->channel[telling->channel];
	nsec elapsed, spacing;
	struct error ignored;
	size_t i = 0;

	value_set_real(telling->node, "level",
		       unit_from_si(&channel->unit, start + fraction * (finish - start)));
	if (series_time_to(series, origin, start, finish, fraction, &elapsed, &spacing, &ignored) <
	    0)
		return;
	while (i < telling->count && telling->kept[i].time < origin + elapsed)
		i++;
	if (i > 0)
		telling_decides(telling, "before", &telling->kept[i - 1]);
	if (i < telling->count)
		telling_decides(telling, "met", &telling->kept[i]);
	value_set_int(telling->node, "crossed", origin + elapsed);
	telling_again(telling->node, nsec_seconds(elapsed));
}

void trail_tell_time_to(struct telling *telling)
{
	struct series series = telling_series_of(telling->kept, telling->count);
	double start, finish;
	nsec origin;

	telling_series(telling, telling->kept, telling->count);
	if (series.count) {
		start = telling_amount(telling, "start", series.samples[0].value);
		finish = telling_amount(telling, "finish", series.samples[series.count - 1].value);
		origin = telling_nsec(
			telling_amount(telling, "origin", nsec_seconds(telling->from)));
		tell_crossing(telling, &series, origin, start, finish);
	}
	series_done(&series);
}
