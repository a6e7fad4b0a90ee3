/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All runs of an audit stand beside each other: each series goes, with its noise, into one table of
 * twins and, with its stamps, into one of intervals, and what is known of its instrument's noise
 * grows. What needs all of them is looked for at the end. Of a series that is longer than LONGEST,
 * only so much is looked at for noise: a copy of a whole run begins as the run does.
 *
 * In memory there is one run's journal at a time, both tables, which have their bounds, and a few kilobytes
 * of each run; noise and stamps stand on a shelf (audit_shelf.h), noise as floats, which is finer than
 * any of it.
 */
#include "run/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/audit_parts.h"
#include "run/audit_shelf.h"
#include "verdict/quiet.h"
#include "verdict/timing.h"
#include "verdict/twins.h"

enum { LONGEST = 16384, EVERY_MOST = 3, LEAST = 64 };

/* Which values of which series a number of the twins is, and where its noise stands. */
struct view {
	uint32_t run, series;
	size_t first, every;
	struct noise noise; /* without its values */
	uint64_t place;	    /* of second differences; counts of a whole series are behind them */
};

struct instrument {
	char *name;
	struct quiet_known known;
};

struct audit {
	struct audited **run;
	size_t count, room;
	struct value *findings;
	struct twins *twins;
	struct timing_table *timing;
	struct view *view;
	size_t view_count, view_room;
	struct instrument *instrument;
	size_t instrument_count;
	struct audit_shelf *shelf;
	struct noise got; /* the noise, and the stamps, that were got last */
	nsec *got_times;
};

/* ---- the shelf ---- */

static void put_noise(void *ctx, size_t number, const struct noise *noise)
{
	struct audit *audit = ctx;
	struct view *view = &audit->view[number];
	float *second;

	view->noise = *noise;
	view->noise.counts = view->noise.second = NULL;
	/* a part of a series is got again only to be held against another one */
	if (view->every > 1 && !(noise->is_noisy && noise->is_random))
		return;
	second = xcalloc(noise->count + 1, sizeof(*second));
	for (size_t i = 0; i < noise->count; i++)
		second[i] = (float)noise->second[i];
	view->place = audit_shelf_put(audit->shelf, second, noise->count * sizeof(*second));
	if (view->every == 1)
		audit_shelf_put(audit->shelf, noise->counts, noise->count * sizeof(double));
	free(second);
}

static const struct noise *get_noise(void *ctx, size_t number)
{
	struct audit *audit = ctx;
	const struct view *view = &audit->view[number];
	size_t count = view->noise.count;
	float *second = xcalloc(count + 1, sizeof(*second));

	noise_done(&audit->got);
	audit->got = view->noise;
	audit->got.counts = xcalloc(count + 1, sizeof(double));
	audit->got.second = xcalloc(count + 1, sizeof(double));
	audit_shelf_get(audit->shelf, view->place, second, count * sizeof(*second));
	if (view->every == 1)
		audit_shelf_get(audit->shelf, view->place + count * sizeof(*second),
				audit->got.counts, count * sizeof(double));
	for (size_t i = 0; i < count; i++)
		audit->got.second[i] = second[i];
	free(second);
	return &audit->got;
}

/* A series' name in the table of intervals: so many runs and channels there are at most. */
static uint32_t name_of(uint32_t run, uint32_t which)
{
	return run << 8 | which;
}

static struct audited_series *series_of(const struct audit *audit, uint32_t name)
{
	return &audit->run[name >> 8]->series[name & 255];
}

static const nsec *get_times(void *ctx, uint32_t name, size_t *size)
{
	struct audit *audit = ctx;
	const struct audited_series *series = series_of(audit, name);

	free(audit->got_times);
	audit->got_times = xcalloc(series->count + 1, sizeof(nsec));
	audit_shelf_get(audit->shelf, series->kept_times, audit->got_times,
			series->count * sizeof(nsec));
	*size = series->count;
	return audit->got_times;
}

static nsec time_of(const struct audit *audit, const struct audited_series *series, size_t index)
{
	nsec time;

	if (series->times)
		return series->times[index];
	audit_shelf_get(audit->shelf, series->kept_times + index * sizeof(time), &time,
			sizeof(time));
	return time;
}

static void forget_values(struct audited_series *series)
{
	free(series->times);
	free(series->values);
	series->times = NULL;
	series->values = NULL;
}

/* ---- an audit ---- */

struct audit *audit_new(struct error *err)
{
	struct audit_shelf *shelf = audit_shelf_open(err);
	struct audit *audit;

	if (!shelf)
		return NULL;
	audit = xcalloc(1, sizeof(*audit));
	audit->shelf = shelf;
	audit->findings = value_list();
	audit->twins =
		twins_new(&(struct twins_shelf){put_noise, get_noise, audit}, TWINS_PRINTS_MOST);
	audit->timing =
		timing_table_new(&(struct timing_shelf){get_times, audit}, TIMING_PLACES_MOST);
	return audit;
}

void audit_free(struct audit *audit)
{
	if (!audit)
		return;
	for (size_t i = 0; i < audit->count; i++)
		audited_free(audit->run[i]);
	for (size_t i = 0; i < audit->instrument_count; i++) {
		free(audit->instrument[i].name);
		quiet_known_done(&audit->instrument[i].known);
	}
	free(audit->instrument);
	free(audit->run);
	free(audit->view);
	value_free(audit->findings);
	twins_free(audit->twins);
	timing_table_free(audit->timing);
	noise_done(&audit->got);
	free(audit->got_times);
	audit_shelf_close(audit->shelf);
	free(audit);
}

/* ---- telling ---- */

static struct value *tell(struct audit *audit, const struct audited *run,
			  const struct audited_series *series, const char *flag, size_t first,
			  size_t last, double log10_p)
{
	struct value *finding = audited_finding(audit->findings, run, flag);

	value_set_text(finding, "channel", series->name);
	value_set_int(finding, "from_ns", time_of(audit, series, first));
	value_set_int(finding, "to_ns", time_of(audit, series, last));
	value_set_int(finding, "values", (int64_t)(last - first + 1));
	value_set_real(finding, "log10_p", log10_p);
	return finding;
}

static void name_run(struct value *says, const struct audited *run)
{
	value_set_text(says, "run", run->run);
	value_set_text(says, "bundle", run->bundle);
	value_set_bool(says, "simulated", run->simulated);
}

static struct value *tell_other(const struct audit *audit, struct value *finding,
				const struct audited *run, const struct audited_series *series,
				size_t first, size_t last)
{
	struct value *other = value_set(finding, "other", value_map());

	name_run(other, run);
	value_set_text(other, "channel", series->name);
	value_set_int(other, "from_ns", time_of(audit, series, first));
	value_set_int(other, "to_ns", time_of(audit, series, last));
	return other;
}

/* ---- pairs of runs ---- */

/* By the bench's clock, of runs on wires; 0: they do not, or nobody knows. */
static int64_t overlap(const struct audited *one, const struct audited *other)
{
	int64_t begin = one->begun_ns > other->begun_ns ? one->begun_ns : other->begun_ns;
	int64_t one_ends = one->begun_ns + one->end, other_ends = other->begun_ns + other->end;
	int64_t end = one_ends < other_ends ? one_ends : other_ends;

	if (!one->real_time || !other->real_time || !one->begun_ns || !other->begun_ns)
		return 0;
	return end > begin ? end - begin : 0;
}

/* What is the same by right: the noise of a twin is its world's, which does the same again. */
static uint64_t group_of(const struct audited *run, size_t index)
{
	return run->simulated ? UINT64_MAX : index;
}

static void tell_overlap(struct audit *audit, const struct audited *one,
			 const struct audited *other, const char *flag, int64_t time)
{
	struct value *finding = audited_finding(audit->findings, one, flag), *of_other;

	if (*one->serial)
		value_set_text(finding, "serial", one->serial);
	value_set_int(finding, "slot", one->slot);
	value_set_int(finding, "overlap_ns", time);
	of_other = value_set(finding, "other", value_map());
	name_run(of_other, other);
	value_set_int(of_other, "slot", other->slot);
}

/* Two makers may have one number; of a piece without a certificate nobody knows. */
static bool is_one_specimen(const struct audited *one, const struct audited *other)
{
	return *one->serial && !strcmp(one->serial, other->serial) &&
	       (!*one->ma || !*other->ma || !strcmp(one->ma, other->ma));
}

/* A second is what starting and ending may take; two benches have two clocks. */
static void look_at_pair(struct audit *audit, const struct audited *one,
			 const struct audited *other)
{
	bool one_bench = (!one->bundle && !other->bundle) || !strcmp(one->bench, other->bench);
	int64_t time = overlap(one, other);

	if (!one_bench)
		time -= MSEC(one->error_ms + other->error_ms);
	if (time < SEC(1) || !one->has_one_clock || !other->has_one_clock)
		return;
	if (one_bench && one->slot == other->slot)
		tell_overlap(audit, one, other, "slot_twice", time);
	else if (is_one_specimen(one, other))
		tell_overlap(audit, one, other, "specimen_twice", time);
}

static void look_at_overlaps(struct audit *audit)
{
	for (size_t i = 0; i < audit->count; i++)
		for (size_t j = i + 1; j < audit->count; j++)
			look_at_pair(audit, audit->run[j], audit->run[i]);
}

/* ---- one series ---- */

static struct quiet_known *known_of(struct audit *audit, const char *name)
{
	for (size_t i = 0; i < audit->instrument_count; i++)
		if (!strcmp(audit->instrument[i].name, name))
			return &audit->instrument[i].known;
	audit->instrument = xrealloc(audit->instrument,
				     (audit->instrument_count + 1) * sizeof(*audit->instrument));
	audit->instrument[audit->instrument_count] = (struct instrument){.name = xstrdup(name)};
	return &audit->instrument[audit->instrument_count++].known;
}

static void tell_twins(struct audit *audit, const struct twin_pair *pair)
{
	const struct view *one = &audit->view[pair->one], *other = &audit->view[pair->other];
	const struct audited *one_run = audit->run[one->run], *run = audit->run[other->run];
	const struct audited_series *series = &run->series[other->series];
	const struct audited_series *one_series = &one_run->series[one->series];
	size_t first = pair->match.first, last = first + pair->match.length - 1;
	size_t here = (size_t)((long)first + pair->shift), to = here + pair->match.length - 1;
	struct value *finding, *of_other;

	if (overlap(one_run, run))
		return;
	finding = tell(audit, run, series, "same_noise", other->first + here * other->every,
		       other->first + to * other->every, pair->log10_p);
	value_set_int(finding, "values", (int64_t)pair->match.length);
	value_set_real(finding, "correlation", pair->match.r);
	value_set_int(finding, "every", (int64_t)other->every);
	of_other = tell_other(audit, finding, one_run, one_series, one->first + first * one->every,
			      one->first + last * one->every);
	value_set_int(of_other, "every", (int64_t)one->every);
}

/*
 * The series and each second and third of its values, from each on that is possible; told once, of
 * the least probable.
 */
static void look_for_twins(struct audit *audit, uint32_t index, uint32_t which)
{
	struct audited_series *series = &audit->run[index]->series[which];
	size_t count = series->count < LONGEST ? series->count : LONGEST;
	double *values = xcalloc(count, sizeof(*values));
	struct twin_pair best = {.log10_p = 0}, pair;

	series->number = audit->view_count;
	for (size_t every = 1; every <= EVERY_MOST && count / every >= LEAST; every++)
		for (size_t first = 0; first < every; first++) {
			struct noise noise;
			size_t size = 0;

			for (size_t i = first; i < count; i += every)
				values[size++] = series->values[i];
			noise_make(&noise, values, size, series->step);
			if (audit->view_count == audit->view_room) {
				audit->view_room = audit->view_room ? audit->view_room * 2 : 64;
				audit->view = xrealloc(audit->view,
						       audit->view_room * sizeof(*audit->view));
			}
			audit->view[audit->view_count++] =
				(struct view){index, which, first, every, {0}, 0};
			if (twins_add(audit->twins, &noise, group_of(audit->run[index], index),
				      AUDIT_BUDGET, &pair) &&
			    pair.log10_p < best.log10_p)
				best = pair;
		}
	free(values);
	if (best.log10_p < AUDIT_BUDGET)
		tell_twins(audit, &best);
}

static void look_at_digits(struct audit *audit, const struct audited *run,
			   const struct audited_series *series, const struct noise *noise)
{
	double share, log10_p;
	int digit;
	struct value *finding;

	log10_p = noise_digits(noise, &digit, &share);
	if (log10_p >= AUDIT_BUDGET)
		return;
	finding = tell(audit, run, series, "terminal_digits", 0, noise->count - 1, log10_p);
	value_set_int(finding, "digit", digit);
	value_set_real(finding, "share", share);
}

static void look_at_times(struct audit *audit, uint32_t index, uint32_t which)
{
	const struct audited *run = audit->run[index];
	const struct audited_series *series = &run->series[which];
	size_t first, count, back;
	struct timing_pair pair;
	double log10_p;

	if (!(series->step > 0))
		return;
	back = timing_backwards(series->times, series->count);
	if (back) {
		struct value *finding = audited_finding(audit->findings, run, "times_backwards");

		value_set_text(finding, "channel", series->name);
		value_set_int(finding, "from_ns", series->times[back]);
	}
	if (!run->real_time || !series->stamped_here)
		return;
	log10_p = timing_regular(series->times, series->count, &first, &count);
	if (log10_p < AUDIT_BUDGET)
		tell(audit, run, series, "regular_times", first, first + count, log10_p);
	if (!timing_table_add(audit->timing, name_of(index, which), index, series->times,
			      series->count, &pair) ||
	    pair.log10_p >= AUDIT_BUDGET)
		return;
	tell_other(audit,
		   tell(audit, run, series, "same_intervals", pair.at, pair.at + pair.count,
			pair.log10_p),
		   audit->run[pair.one >> 8], series_of(audit, pair.one), pair.one_at,
		   pair.one_at + pair.count);
}

static void look_at_clock(struct audit *audit, const struct audited *run)
{
	int64_t wall = run->recorded_ms * 1000000 - run->begun_ns;
	struct value *finding;

	if (!run->real_time || !run->recorded_ms || !run->has_one_clock ||
	    wall + SEC(2) >= run->end)
		return;
	finding = audited_finding(audit->findings, run, "faster_than_time");
	value_set_int(finding, "bench_ns", run->end);
	value_set_int(finding, "wall_ns", wall);
}

/* What is needed of it later on goes to the shelf first. */
static void look_at_series(struct audit *audit, uint32_t index, uint32_t which)
{
	struct audited_series *series = &audit->run[index]->series[which];
	const struct noise *noise;

	series->kept_times =
		audit_shelf_put(audit->shelf, series->times, series->count * sizeof(nsec));
	look_at_times(audit, index, which);
	if (series->step > 0 && series->count >= LEAST) {
		look_for_twins(audit, index, which);
		noise = twins_noise(audit->twins, series->number);
		look_at_digits(audit, audit->run[index], series, noise);
		quiet_known_add(known_of(audit, series->instrument), index, noise);
	}
	forget_values(series);
}

static bool is_taken(const struct audit *audit, const struct audited *run)
{
	for (size_t i = 0; i < audit->count; i++)
		if (!strcmp(audit->run[i]->head, run->head))
			return true;
	return false;
}

static void take(struct audit *audit, struct audited *run, const struct value *facts)
{
	uint32_t index = (uint32_t)audit->count;

	if (audit->count == audit->room) {
		audit->room = audit->room ? audit->room * 2 : 64;
		audit->run = xrealloc(audit->run, audit->room * sizeof(struct audited *));
	}
	audit->run[audit->count++] = run;
	for (size_t i = 0; i < value_count(facts); i++)
		value_add(audit->findings, value_copy(value_at(facts, i)));
	look_at_clock(audit, run);
	for (uint32_t i = 0; i < run->series_count; i++)
		look_at_series(audit, index, i);
}

int audit_take(struct audit *audit, const char *folder, const struct audit_origin *origin,
	       struct error *err)
{
	struct value *facts = value_list();
	struct audited *run = audited_read(folder, origin, facts, err);
	int done = run ? 0 : -1;

	if (run && is_taken(audit, run))
		audited_free(run);
	else if (run)
		take(audit, run, facts);
	value_free(facts);
	return done;
}

/* ---- the end ---- */

static void look_for_quiet(struct audit *audit, uint32_t index, struct audited_series *series)
{
	const struct noise *noise = twins_noise(audit->twins, series->number);
	struct quiet_line line;
	double log10_p = quiet_find(noise, known_of(audit, series->instrument), index, &line);
	struct value *finding;

	if (log10_p >= AUDIT_BUDGET)
		return;
	finding = tell(audit, audit->run[index], series, line.is_flat ? "flat_line" : "smooth_line",
		       line.first, line.first + line.length - 1, log10_p);
	value_set_real(finding, "expected", line.expected / series->unit.scale);
	value_set_text(finding, "unit", series->unit.symbol);
	value_set_bool(finding, "from_others", line.from_others);
}

static void leave_open(struct value *unjudged, const char *flag, const char *why)
{
	struct value *open = value_add(unjudged, value_map());

	value_set_text(open, "flag", flag);
	value_set_text(open, "why", why);
}

static void end_run(struct audit *audit, uint32_t index, struct value *list)
{
	struct audited *run = audit->run[index];
	struct value *says = value_add(list, value_map()), *unjudged;
	int64_t series = 0, values = 0, noisy = 0;

	for (size_t i = 0; i < run->series_count; i++) {
		if (!(run->series[i].step > 0) || run->series[i].count < LEAST)
			continue;
		series++;
		values += (int64_t)run->series[i].count;
		noisy += audit->view[run->series[i].number].noise.is_noisy;
		look_for_quiet(audit, index, &run->series[i]);
	}
	name_run(says, run);
	value_set_int(says, "series", series);
	value_set_int(says, "values", values);
	value_set_int(says, "noisy", noisy);
	unjudged = value_set(says, "unjudged", value_list());
	if (!run->has_transit)
		leave_open(unjudged, "before_the_gas", "no_transit");
	if (!run->real_time)
		leave_open(unjudged, "regular_times", "no_real_clock");
	if (!noisy)
		leave_open(unjudged, "same_noise", "no_noise");
}

struct value *audit_findings(struct audit *audit, struct error *err)
{
	struct value *told = value_map(), *runs = value_set(told, "runs", value_list());

	look_at_overlaps(audit);
	for (uint32_t i = 0; i < audit->count; i++)
		end_run(audit, i, runs);
	value_set(told, "findings", audit->findings);
	audit->findings = value_list();
	if (audit_shelf_check(audit->shelf, err) == 0)
		return told;
	value_free(told);
	return NULL;
}
