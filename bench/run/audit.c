/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All runs of an audit stand beside each other: each series goes, with its noise, into one table of
 * twins and, with its stamps, into one of intervals, and what is known of its instrument's noise
 * grows. What needs all of them is looked for at the end. Of a series that is longer than LONGEST,
 * only so much is looked at for noise: a copy of a whole run begins as the run does.
 */
#include "run/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/audit_parts.h"
#include "verdict/quiet.h"
#include "verdict/timing.h"
#include "verdict/twins.h"

enum { LONGEST = 16384, EVERY_MOST = 3, LEAST = 64 };

/* Which values of which series a number of the twins is. */
struct view {
	uint32_t run, series;
	size_t first, every;
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
};

struct audit *audit_new(void)
{
	struct audit *audit = xcalloc(1, sizeof(*audit));

	audit->findings = value_list();
	audit->twins = twins_new();
	audit->timing = timing_table_new();
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
	free(audit);
}

/* ---- telling ---- */

static struct value *tell(struct audit *audit, const struct audited *run,
			  const struct audited_series *series, const char *flag, size_t first,
			  size_t last, double log10_p)
{
	struct value *finding = audited_finding(audit->findings, run, flag);

	value_set_text(finding, "channel", series->name);
	value_set_int(finding, "from_ns", series->times[first]);
	value_set_int(finding, "to_ns", series->times[last]);
	value_set_int(finding, "values", (int64_t)(last - first + 1));
	value_set_real(finding, "log10_p", log10_p);
	return finding;
}

static struct value *tell_other(struct value *finding, const struct audited *run,
				const struct audited_series *series, size_t first, size_t last)
{
	struct value *other = value_set(finding, "other", value_map());

	value_set_text(other, "run", run->run);
	value_set_bool(other, "simulated", run->simulated);
	value_set_text(other, "channel", series->name);
	value_set_int(other, "from_ns", series->times[first]);
	value_set_int(other, "to_ns", series->times[last]);
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
	value_set_text(of_other, "run", other->run);
	value_set_bool(of_other, "simulated", other->simulated);
	value_set_int(of_other, "slot", other->slot);
}

/* A second is what starting and ending may take. */
static void look_at_overlaps(struct audit *audit)
{
	for (size_t i = 0; i < audit->count; i++)
		for (size_t j = i + 1; j < audit->count; j++) {
			const struct audited *one = audit->run[j], *other = audit->run[i];
			int64_t time = overlap(one, other);

			if (time < SEC(1) || !one->has_one_clock || !other->has_one_clock)
				continue;
			if (one->slot == other->slot)
				tell_overlap(audit, one, other, "slot_twice", time);
			else if (*one->serial && !strcmp(one->serial, other->serial))
				tell_overlap(audit, one, other, "specimen_twice", time);
		}
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
	of_other = tell_other(finding, one_run, one_series, one->first + first * one->every,
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
				(struct view){index, which, first, every};
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
	if (!timing_table_add(audit->timing, index << 8 | which, index, series->times,
			      series->count, &pair) ||
	    pair.log10_p >= AUDIT_BUDGET)
		return;
	tell_other(tell(audit, run, series, "same_intervals", pair.at, pair.at + pair.count,
			pair.log10_p),
		   audit->run[pair.one >> 8], &audit->run[pair.one >> 8]->series[pair.one & 255],
		   pair.one_at, pair.one_at + pair.count);
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

int audit_take(struct audit *audit, const char *folder, struct error *err)
{
	struct audited *run = audited_read(folder, audit->findings, err);
	uint32_t index = (uint32_t)audit->count;

	if (!run)
		return -1;
	if (audit->count == audit->room) {
		audit->room = audit->room ? audit->room * 2 : 64;
		audit->run = xrealloc(audit->run, audit->room * sizeof(struct audited *));
	}
	audit->run[audit->count++] = run;
	look_at_clock(audit, run);
	for (uint32_t i = 0; i < run->series_count; i++) {
		const struct audited_series *series = &run->series[i];
		const struct noise *noise;

		look_at_times(audit, index, i);
		if (!(series->step > 0) || series->count < LEAST)
			continue;
		look_for_twins(audit, index, i);
		noise = twins_noise(audit->twins, series->number);
		look_at_digits(audit, run, series, noise);
		quiet_known_add(known_of(audit, series->instrument), index, noise);
	}
	return 0;
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
		noisy += twins_noise(audit->twins, run->series[i].number)->is_noisy;
		look_for_quiet(audit, index, &run->series[i]);
	}
	value_set_text(says, "run", run->run);
	value_set_bool(says, "simulated", run->simulated);
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

struct value *audit_findings(struct audit *audit)
{
	struct value *told = value_map(), *runs = value_set(told, "runs", value_list());

	look_at_overlaps(audit);
	for (uint32_t i = 0; i < audit->count; i++)
		end_run(audit, i, runs);
	value_set(told, "findings", audit->findings);
	audit->findings = value_list();
	return told;
}
