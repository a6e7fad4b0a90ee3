/* SPDX-License-Identifier: Apache-2.0 */
/* The journal is read four times: its account, its lines, what measures rest on, and all samples. */
#include "report/run_curves.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "report/measure_curve.h"
#include "run/account.h"
#include "run/series_away.h"
#include "verdict/decision.h"

/* -1: the journal has left the bench. */
static int check_here(const char *folder, struct error *err)
{
	struct value *away = series_away(folder);
	int here = away ? series_away_refuse(away, folder, err) : 0;

	value_free(away);
	return here;
}

/* ---- pictures ---- */

static bool has_any(const struct value *measures)
{
	for (size_t i = 0; i < value_count(measures); i++)
		if (measure_has_curve(value_at(measures, i)))
			return true;
	return false;
}

/* The other extreme of what is watched; `*is_first`: it is behind this one. NULL: there is none. */
static const struct value *other_of(const struct value *measures, size_t index, bool *is_first)
{
	const struct value *measure = value_at(measures, index);
	const char *name = value_get_text(measure, "measure");

	*is_first = true;
	for (size_t i = 0; measure_is_watched(measure) && i < value_count(measures); i++) {
		const struct value *other = value_at(measures, i);
		const char *own = value_get_text(other, "measure");

		if (i == index || !own || strcmp(own, name) != 0 || !measure_is_watched(other) ||
		    !measure_has_curve(other))
			continue;
		*is_first = i > index;
		return other;
	}
	return NULL;
}

/* Of two extremes the one is marked that decides. */
static bool is_worse(const struct value *measure, const struct value *other)
{
	const char *a = value_get_text(measure, "verdict"), *b = value_get_text(other, "verdict");
	enum verdict own, others;
	struct error ignored;

	return a && b && verdict_parse(&own, a, &ignored) == 0 &&
	       verdict_parse(&others, b, &ignored) == 0 && others > own;
}

static void add_curve(struct value *curves, const struct run_story *story,
		      const struct value *measure, const struct value *other)
{
	struct value *curve = value_add(curves, value_map());
	const char *key = measure_is_watched(measure) ? NULL : value_get_text(measure, "key");
	char *title = measure_title(story, measure);
	struct buf svg;

	buf_init(&svg);
	if (other && is_worse(measure, other))
		measure_curve(&svg, story, other, measure);
	else
		measure_curve(&svg, story, measure, other);
	value_set_text(curve, "measure", value_get_text(measure, "measure"));
	if (key && key[0])
		value_set_text(curve, "key", key);
	value_set_text(curve, "title", title);
	value_set(curve, "svg", value_bytes(svg.data, svg.size));
	buf_done(&svg);
	free(title);
}

static int add_curves(struct value *curves, struct run_story *story, const struct trail *trail,
		      const struct value *measures, struct error *err)
{
	struct run_samples samples;
	struct value *events = trail_events(trail);
	int done = run_samples_read(&samples, trail, err);

	story->samples = &samples;
	story->events = events;
	for (size_t i = 0; i < value_count(measures) && done == 0; i++) {
		bool is_first;
		const struct value *other = other_of(measures, i, &is_first);

		if (is_first && measure_has_curve(value_at(measures, i)))
			add_curve(curves, story, value_at(measures, i), other);
	}
	run_samples_done(&samples);
	value_free(events);
	return done;
}

static int draw_run(struct value *curves, const char *folder, const struct account *account,
		    const char *lang, struct error *err)
{
	struct run_story story = {
		.steps = value_get(value_get(account->head, "protocol_data"), "steps"),
		.simulated = value_get_bool(account->head, "simulated"),
		.chinese = lang && !strncmp(lang, "zh", 2),
		.end = account->time};
	struct value *measures = value_copy(account->judged);
	struct trail *trail = trail_read(folder, err);
	int done = trail ? trail_follow(trail, measures, false, err) : -1;

	if (done == 0 && has_any(measures))
		done = add_curves(curves, &story, trail, measures, err);
	trail_free(trail);
	value_free(measures);
	return done;
}

struct value *run_curves(const char *folder, const char *lang, struct error *err)
{
	struct account *account = check_here(folder, err) == 0 ? account_read(folder, err) : NULL;
	struct value *curves = value_list();
	int done = account ? draw_run(curves, folder, account, lang, err) : -1;

	account_free(account);
	if (done == 0)
		return curves;
	value_free(curves);
	return NULL;
}

/* ---- the table ---- */

struct writing {
	struct buf *out;
	const struct fixture *fixture;
};

static void write_samples(void *ctx, int index, const struct bench_sample *sample, size_t count)
{
	struct writing *writing = ctx;
	const struct fixture_channel *channel = &writing->fixture->channel[index];

	for (size_t i = 0; i < count; i++) {
		csv_add_field(writing->out, channel->name);
		buf_printf(writing->out, ",%" PRId64 ".%09" PRId64 ",", sample[i].time / SEC(1),
			   sample[i].time % SEC(1));
		csv_add_number(writing->out, unit_from_si(&channel->unit, sample[i].value));
		buf_add_byte(writing->out, ',');
		csv_add_field(writing->out, channel->state ? "" : channel->unit.symbol);
		buf_add_text(writing->out, "\r\n");
	}
}

int run_curves_csv(const char *folder, struct buf *out, struct error *err)
{
	struct trail *trail = check_here(folder, err) == 0 ? trail_read(folder, err) : NULL;
	struct writing writing = {out, trail ? trail_fixture(trail) : NULL};
	struct trail_receiver receiver = {.samples = write_samples, .ctx = &writing};
	int done;

	if (trail)
		buf_add_text(out, "channel,t_s,value,unit\r\n");
	done = trail ? trail_receive(trail, &receiver, err) : -1;
	trail_free(trail);
	return done;
}
