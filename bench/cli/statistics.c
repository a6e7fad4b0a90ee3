/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups are value trees that grow run by run; the values of a measure are kept beside them until
 * the end, when they become figures.
 */
#include "cli/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/book.h"
#include "record/run_outcome.h"
#include "record/signing.h"
#include "verdict/capability.h"
#include "verdict/limit.h"

/* One measure of one group. */
struct measured {
	struct value *says; /* what tells it from others */
	double low, high;
	double *values;
	size_t count, room;
	int64_t failed, failed_in; /* runs; the last of them, as the group counts them */
};

struct group {
	char *name;
	bool simulated;
	int64_t runs, voided, failed;
	struct value *verdicts;
	struct measured *measure;
	size_t measures;
};

struct groups {
	struct group *at;
	size_t count;
};

/* ---- what a run says ---- */

static bool is_run(void *ctx, const struct entry *entry)
{
	(void)ctx;
	return value_get(entry->says, "mse:run");
}

static bool counts_no_more(const struct book_event *event)
{
	for (size_t i = 0; i < jws_count(event->jws); i++)
		if (meaning_find(jws_act(event->jws, i).meaning) == MEANING_VOIDED)
			return true;
	return value_count(event->declarations) > 0;
}

static const char *of_specimen(const struct value *run, const char *name)
{
	const struct value *dut = value_get(run, "dut");

	for (size_t i = 0; i < value_count(dut); i++) {
		const char *called = value_get_text(value_at(dut, i), "name");

		if (called && !strcmp(called, name))
			return value_get_text(value_at(dut, i), "value");
	}
	return NULL;
}

static char *slot_of(const struct value *run, const char *bench)
{
	long long slot = (long long)value_get_int(run, "slot", 0);

	return bench ? xprintf("%s %lld", bench, slot) : xprintf("%lld", slot);
}

static char *name_of(const struct value *one, enum statistics_by by, bool of_several)
{
	const struct value *run = value_get(one, "run");
	const char *protocol = value_get_text(run, "protocol"), *maker;
	const char *bench = value_get_text(one, "bench");

	switch (by) {
	case STATISTICS_VERSION:
		return xprintf("%s %lld", protocol, (long long)value_get_int(run, "version", 0));
	case STATISTICS_MAKER:
		maker = of_specimen(run, "maker");
		maker = maker ? maker : of_specimen(run, "ma");
		return xstrdup(maker ? maker : "");
	case STATISTICS_SLOT:
		return slot_of(run, of_several ? bench : NULL);
	case STATISTICS_BENCH:
		return xstrdup(bench ? bench : "");
	case STATISTICS_PROTOCOL:
		break;
	}
	return xstrdup(protocol ? protocol : "");
}

/* ---- bounds ---- */

/*
 * What the limit accepts, in the measure's unit; either bound of "± a or ± b" suffices, so the
 * wider counts. False: it is a state, or cannot be read, or two bounds leave a gap.
 */
static bool bounds_of(const struct value *item, double *low, double *high)
{
	const char *text = value_get_text(value_get(item, "limit"), "limit");
	const char *symbol = value_get_text(item, "unit");
	struct quantity quantity = {0};
	struct error ignored;
	struct limit limit;
	struct unit unit;

	if (!text || !symbol || unit_parse(&unit, symbol, &ignored) < 0 ||
	    limit_parse(&limit, text, &ignored) < 0 || limit_is_state(&limit))
		return false;
	quantity = quantity_of(value_get_real(item, "value", 0), &unit);
	quantity.has_reference = value_get(item, "reference");
	quantity.reference = unit_to_si(&unit, value_get_real(item, "reference", 0));
	if (limit_check_dimension(&limit, &quantity, &ignored) < 0)
		return false;
	*low = INFINITY;
	*high = -INFINITY;
	for (size_t i = 0; i < limit.bounds; i++) {
		struct interval interval = bound_interval(&limit.bound[i], &quantity);

		if (i && (interval.low > *high || interval.high < *low))
			return false;
		*low = fmin(*low, interval.low);
		*high = fmax(*high, interval.high);
	}
	*low = isfinite(*low) ? unit_from_si(&unit, *low) : *low;
	*high = isfinite(*high) ? unit_from_si(&unit, *high) : *high;
	return true;
}

/* ---- measures ---- */

/* Takes `says`. */
static struct measured *find_measure(struct group *group, struct value *says)
{
	for (size_t i = 0; i < group->measures; i++)
		if (value_same(group->measure[i].says, says)) {
			value_free(says);
			return &group->measure[i];
		}
	group->measure = xrealloc(group->measure, (group->measures + 1) * sizeof(*group->measure));
	group->measure[group->measures] = (struct measured){.says = says};
	return &group->measure[group->measures++];
}

static void take_item(struct group *group, const struct value *run, const struct value *item)
{
	static const char *const KEPT[] = {"step", "measure", "key", "adjustment", "unit"};
	const char *limit = value_get_text(value_get(item, "limit"), "limit");
	const char *verdict = value_get_text(item, "verdict");
	struct value *says = value_map();
	struct measured *measure;
	double low = -INFINITY, high = INFINITY;
	bool has_bounds = bounds_of(item, &low, &high);

	value_set_text(says, "protocol", value_get_text(run, "protocol"));
	value_set_int(says, "version", value_get_int(run, "version", 0));
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(*KEPT); i++)
		if (value_get_text(item, KEPT[i]))
			value_set_text(says, KEPT[i], value_get_text(item, KEPT[i]));
	if (limit)
		value_set_text(says, "limit", limit);
	if (has_bounds && isfinite(low))
		value_set_real(says, "low", low);
	if (has_bounds && isfinite(high))
		value_set_real(says, "high", high);
	measure = find_measure(group, says);
	measure->low = low;
	measure->high = high;
	if (verdict && !strcmp(verdict, "FAIL") && measure->failed_in != group->runs) {
		measure->failed_in = group->runs;
		measure->failed++;
	}
	if (!has_bounds || !value_get(item, "value"))
		return;
	if (measure->count == measure->room) {
		measure->room = measure->room ? measure->room * 2 : 16;
		measure->values =
			xrealloc(measure->values, measure->room * sizeof(*measure->values));
	}
	measure->values[measure->count++] = value_get_real(item, "value", 0);
}

/* ---- groups ---- */

static struct group *find_group(struct groups *groups, char *name, bool simulated)
{
	struct group *group;

	for (size_t i = 0; i < groups->count; i++) {
		group = &groups->at[i];
		if (group->simulated == simulated && !strcmp(group->name, name)) {
			free(name);
			return group;
		}
	}
	groups->at = xrealloc(groups->at, (groups->count + 1) * sizeof(*groups->at));
	group = &groups->at[groups->count++];
	*group = (struct group){.name = name, .simulated = simulated, .verdicts = value_map()};
	return group;
}

static void take_run(struct groups *groups, const struct value *one, char *name)
{
	const struct value *run = value_get(one, "run"), *items = value_get(one, "items");
	const char *verdict = value_get_text(run, "verdict");
	struct group *group = find_group(groups, name, value_get_bool(run, "simulated"));

	group->runs++;
	if (value_get_bool(one, "voided")) {
		group->voided++;
		return;
	}
	if (!verdict)
		return;
	value_set_int(group->verdicts, verdict, value_get_int(group->verdicts, verdict, 0) + 1);
	group->failed += !strcmp(verdict, "FAIL");
	if (!strcmp(verdict, "ERROR") || !strcmp(verdict, "ABORTED"))
		return;
	for (size_t i = 0; i < value_count(items); i++)
		take_item(group, run, value_at(items, i));
}

/* ---- the end ---- */

static int by_failed(const void *one, const void *other)
{
	const struct measured *a = *(const struct measured *const *)one;
	const struct measured *b = *(const struct measured *const *)other;

	if (a->failed != b->failed)
		return a->failed > b->failed ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int64_t count_failures(const struct group *group)
{
	int64_t all = 0;

	for (size_t i = 0; i < group->measures; i++)
		all += group->measure[i].failed;
	return all;
}

static struct value *failing(const struct group *group)
{
	const struct measured **order = xcalloc(group->measures + 1, sizeof(*order));
	int64_t all = count_failures(group), so_far = 0;
	struct value *list = value_list();

	for (size_t i = 0; i < group->measures; i++)
		order[i] = &group->measure[i];
	qsort(order, group->measures, sizeof(*order), by_failed);
	for (size_t i = 0; i < group->measures && order[i]->failed; i++) {
		struct value *one = value_add(list, value_copy(order[i]->says));

		so_far += order[i]->failed;
		value_set_int(one, "count", order[i]->failed);
		if (group->failed)
			value_set_real(one, "share",
				       (double)order[i]->failed / (double)group->failed);
		value_set_real(one, "cumulative", (double)so_far / (double)all);
		value_set_int(one, "n", (int64_t)order[i]->count);
	}
	free(order);
	return list;
}

static struct value *figures(const struct measured *measure)
{
	struct value *one = value_copy(measure->says);
	struct capability capability;

	capability_make(&capability, measure->values, measure->count, measure->low, measure->high);
	value_set_int(one, "failed", measure->failed);
	value_set_int(one, "n", (int64_t)capability.count);
	value_set_real(one, "mean", capability.mean);
	if (capability.count > 1) {
		value_set_real(one, "deviation", capability.deviation);
		value_set_real(one, "within", capability.within);
	}
	if (!capability.has_indices)
		return one;
	if (isfinite(capability.cpk))
		value_set_real(one, "cpk", capability.cpk);
	value_set_real(one, "ppk", capability.ppk);
	value_set_real(one, "ppk_low", capability.ppk_low);
	value_set_real(one, "ppk_high", capability.ppk_high);
	return one;
}

static struct value *tell(const struct group *group)
{
	struct value *one = value_map(), *measures;
	int64_t passed = value_get_int(group->verdicts, "PASS", 0);

	value_set_bool(one, "simulated", group->simulated);
	value_set_text(one, "of", group->name);
	value_set_int(one, "runs", group->runs);
	value_set_int(one, "voided", group->voided);
	value_set_int(one, "decided", passed + group->failed);
	if (passed + group->failed)
		value_set_real(one, "yield", (double)passed / (double)(passed + group->failed));
	value_set(one, "verdicts", value_copy(group->verdicts));
	value_set(one, "failing", failing(group));
	measures = value_set(one, "measures", value_list());
	for (size_t i = 0; i < group->measures; i++)
		if (group->measure[i].count)
			value_add(measures, figures(&group->measure[i]));
	return one;
}

static int by_name(const void *one, const void *other)
{
	const struct group *a = one, *b = other;
	int order = strcmp(a->name, b->name);

	if (a->simulated != b->simulated)
		return a->simulated ? 1 : -1;
	return order;
}

static void groups_done(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		struct group *group = &groups->at[i];

		for (size_t j = 0; j < group->measures; j++) {
			value_free(group->measure[j].says);
			free(group->measure[j].values);
		}
		free(group->measure);
		value_free(group->verdicts);
		free(group->name);
	}
	free(groups->at);
}

struct value *statistics_runs(const char *state, struct error *err)
{
	struct book_events events;
	struct value *runs = NULL;

	if (book_events(state, is_run, NULL, &events, err) == 0) {
		runs = value_list();
		for (size_t i = 0; i < events.count; i++) {
			struct value *one = value_add(runs, run_outcome(events.at[i].event));

			if (counts_no_more(&events.at[i]))
				value_set_bool(one, "voided", true);
		}
	}
	book_events_done(&events);
	return runs;
}

struct value *statistics_of(const struct value *runs, enum statistics_by by, bool of_several)
{
	struct groups groups = {0};
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(runs); i++)
		take_run(&groups, value_at(runs, i), name_of(value_at(runs, i), by, of_several));
	if (groups.count)
		qsort(groups.at, groups.count, sizeof(*groups.at), by_name);
	for (size_t i = 0; i < groups.count; i++)
		value_add(list, tell(&groups.at[i]));
	groups_done(&groups);
	return list;
}
