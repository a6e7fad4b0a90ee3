/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which channels a measure's chart has, and from when to when: those of the readings that it rests on, from the
 * first sample that any of them took to the last, and a little before and behind it. All samples of these channels
 * in that time are drawn, and not only those that were taken.
 */
#include "report/measure_curve.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/curve.h"
#include "report/figure.h"
#include "run/measure_shown.h"
#include "run/reason.h"
#include "verdict/decision.h"

/* So much of the time is shown before it, and behind; a second at least, or half of what there is. */
#define LEAD 0.08
#define LEAST_LEAD SEC(1)

struct draft {
	const struct run_story *story;
	struct figure figure;
	nsec from, to;
	int channel[FIXTURE_MOST];
	size_t channels;
	struct curve_panel panel[FIXTURE_MOST];
	size_t panels;
	struct curve_line line[FIXTURE_MOST];
	const char *states[FIXTURE_MOST][2];
	struct curve_event *event;
	size_t events;
	struct value *texts; /* a list: texts that were made for it */
};

static const char *keep_text(struct draft *draft, struct value *text)
{
	return value_add(draft->texts, text)->text;
}

static const char *either(const struct run_story *story, const char *english, const char *chinese)
{
	return story->chinese && chinese && chinese[0] ? chinese : english ? english : "";
}

/* Why it was, in the story's language: the caller frees it; NULL: nothing is said. */
static char *reason_of(const struct run_story *story, const struct value *said)
{
	const char *english = value_get_text(said, "why"),
		   *chinese = value_get_text(said, "why_zh");
	char *made = story->chinese && !chinese ? reason_chinese(english) : NULL;

	return made || !english ? made : xstrdup(either(story, english, chinese));
}

static const struct {
	const char *word, *chinese;
} LEVELS[] = {{"open", "打开"}, {"closed", "关闭"}, {"on", "接通"}, {"off", "断开"}};

static const char *level_word(const struct run_story *story, const char *level)
{
	for (size_t i = 0; i < sizeof(LEVELS) / sizeof(LEVELS[0]); i++)
		if (!strcmp(LEVELS[i].word, level))
			return either(story, level, LEVELS[i].chinese);
	return level;
}

/* ---- which channels, and from when to when ---- */

static bool is_of_series(const struct value *reading)
{
	return value_get_int(value_get(reading, "series"), "count", 0) > 1;
}

bool measure_has_curve(const struct value *measure)
{
	const struct value *readings = value_get(measure, "readings");

	for (size_t i = 0; i < value_count(readings); i++)
		if (is_of_series(value_at(readings, i)))
			return true;
	return false;
}

static void add_channel(struct draft *draft, const char *name)
{
	int channel = name ? fixture_find_channel(draft->story->samples->fixture, name) : -1;

	if (channel < 0)
		return;
	for (size_t i = 0; i < draft->channels; i++)
		if (draft->channel[i] == channel)
			return;
	draft->channel[draft->channels++] = channel;
}

static void reach(struct draft *draft, const struct value *moment, const char *key)
{
	nsec time = value_get_int(moment, key, 0);

	if (!value_get(moment, key))
		return;
	draft->from = time < draft->from ? time : draft->from;
	draft->to = time > draft->to ? time : draft->to;
}

static void add_reading(struct draft *draft, const struct value *reading)
{
	const struct value *series = value_get(reading, "series");
	const struct value *decisive = value_get(reading, "decisive");

	add_channel(draft, value_get_text(series, "channel"));
	reach(draft, value_get(series, "first"), "t");
	reach(draft, value_get(series, "last"), "t");
	reach(draft, reading, "crossed");
	for (size_t i = 0; i < value_count(decisive); i++) {
		add_channel(draft, value_get_text(value_at(decisive, i), "channel"));
		reach(draft, value_at(decisive, i), "t");
	}
}

static void set_window(struct draft *draft)
{
	nsec lead;

	if (draft->figure.of_time && draft->figure.origin < draft->from)
		draft->from = draft->figure.origin;
	lead = (nsec)(LEAD * (double)(draft->to - draft->from));
	if (lead < LEAST_LEAD)
		lead = (draft->to - draft->from) / 2 < LEAST_LEAD ? (draft->to - draft->from) / 2
								  : LEAST_LEAD;
	draft->from = draft->from > lead ? draft->from - lead : 0;
	draft->to += lead;
	if (draft->to > draft->story->end)
		draft->to = draft->story->end;
}

static void add_readings(struct draft *draft, const struct value *measure)
{
	const struct value *readings = value_get(measure, "readings");

	draft->from = NSEC_NEVER;
	add_channel(draft, draft->figure.channel);
	for (size_t i = 0; i < value_count(readings); i++)
		if (value_get(value_at(readings, i), "series"))
			add_reading(draft, value_at(readings, i));
	set_window(draft);
}

/* ---- panels ---- */

static const struct fixture_channel *spec_of(const struct draft *draft, size_t place)
{
	return &draft->story->samples->fixture->channel[draft->channel[place]];
}

/* A contact stands alone; others with those of the same unit. */
static bool goes_with(const struct fixture_channel *one, const struct fixture_channel *other)
{
	return !one->state && !other->state && !strcmp(one->unit.symbol, other->unit.symbol);
}

static void put_states(struct draft *draft, struct curve_panel *panel,
		       const struct fixture_channel *spec)
{
	const struct fixture *fixture = draft->story->samples->fixture;
	const char **states = draft->states[panel - draft->panel];

	panel->unit = "";
	if (spec->line < 0)
		return;
	for (int on = 0; on < 2; on++)
		states[on] = level_word(draft->story,
					fixture_level_name(&fixture->line[spec->line], on));
	panel->states = states;
}

static void put_line(struct draft *draft, struct curve_line *line, size_t place)
{
	const struct run_samples *samples = draft->story->samples;
	const struct series *series = &samples->channel[draft->channel[place]].series;

	*line = (struct curve_line){.name = spec_of(draft, place)->name,
				    .sample = series->samples,
				    .samples = series->count,
				    .steps = spec_of(draft, place)->state};
	line->gap = run_samples_gaps(samples, draft->channel[place], draft->from, draft->to,
				     &line->gaps);
}

/* Of the channel at `first`, and of all behind it that go with it and are in none yet. */
static void put_panel(struct draft *draft, size_t first, bool done[FIXTURE_MOST], size_t *lines)
{
	struct curve_panel *panel = &draft->panel[draft->panels++];
	const struct fixture_channel *spec = spec_of(draft, first);

	*panel = (struct curve_panel){.unit = !strcmp(spec->unit.symbol, "1") ? ""
									      : spec->unit.symbol,
				      .line = &draft->line[*lines]};
	if (spec->state)
		put_states(draft, panel, spec);
	for (size_t i = first; i < draft->channels && panel->lines < CURVE_LINES; i++) {
		if (done[i] || (i != first && !goes_with(spec, spec_of(draft, i))))
			continue;
		done[i] = true;
		put_line(draft, &draft->line[(*lines)++], i);
		panel->lines++;
	}
}

static void put_panels(struct draft *draft)
{
	struct curve_panel *panel = draft->panel; /* the figure's channel is the first */
	struct figure *figure = &draft->figure;
	bool done[FIXTURE_MOST] = {false};
	size_t lines = 0;

	for (size_t i = 0; i < draft->channels; i++)
		if (!done[i])
			put_panel(draft, i, done, &lines);
	if (!figure->channel)
		return;
	panel->limit = figure->limit;
	panel->limits = figure->limits;
	panel->band = figure->band;
	panel->bands = figure->bands;
	panel->mark = &figure->mark;
	panel->marks = 1;
}

/* ---- names ---- */

/* What the controller watches by itself has no Chinese name in any protocol. */
static const struct {
	const char *word, *chinese;
} WATCHED[] = {{"Conditions", "试验条件"}, {"temperature", "温度"}, {"humidity", "湿度"},
	       {"pressure", "气压"},	   {"lowest", "最低"},	    {"highest", "最高"}};

bool measure_is_watched(const struct value *measure)
{
	const char *verb = value_get_text(value_at(value_get(measure, "readings"), 0), "verb");

	return verb && !strcmp(verb, "environment");
}

static const char *watched_word(const struct run_story *story, const char *word)
{
	for (size_t i = 0; i < sizeof(WATCHED) / sizeof(WATCHED[0]); i++)
		if (!strcmp(WATCHED[i].word, word))
			return either(story, word, WATCHED[i].chinese);
	return word;
}

/* What a step is called; its name where the protocol has no other. */
static const char *step_name(const struct run_story *story, const char *name)
{
	for (size_t i = 0; i < value_count(story->steps); i++) {
		const struct value *step = value_at(story->steps, i);
		const char *its = value_get_text(step, "name");

		if (its && !strcmp(its, name))
			return either(story, name, value_get_text(step, "zh"));
	}
	return name;
}

/* ---- events ---- */

static struct value *settings_text(const struct value *event)
{
	const struct value *values = value_get(event, "values");
	const char *device = value_get_text(event, "device");
	struct value *text;
	struct buf out;

	buf_init(&out);
	buf_printf(&out, "%s:", device ? device : "");
	for (size_t i = 0; i < value_count(values); i++) {
		const char *setting = value_get_text(values, value_key(values, i));

		buf_printf(&out, "%s %s = %s", i ? "," : "", value_key(values, i),
			   setting ? setting : "");
	}
	text = value_text(out.data);
	buf_done(&out);
	return text;
}

static const struct {
	const char *kind, *english, *chinese;
} KINDS[] = {
	{"trip", "made safe at once", "立即置于安全状态"},
	{"stop", "stopped", "停止"},
	{"failed", "failed", "出错"},
	{"refusal", "refused by the guard", "防护拒绝"},
	{"refused", "refused", "拒绝"},
	{"wire", "wire", "接线"},
	{"operator", "operator", "操作人员"},
	{"operates", "operator", "操作人员"},
	{"recovered", "recovered", "恢复"},
};

/* What a line says of itself; the caller frees it. */
static char *said_of(const struct run_story *story, const struct value *event)
{
	const char *text = value_get_text(event, "text");

	if (value_get_text(event, "why"))
		return reason_of(story, event);
	return xstrdup(either(story, text ? text : value_get_text(event, "state"),
			      text ? value_get_text(event, "zh") : NULL));
}

static struct value *said_text(const struct run_story *story, const char *title,
			       const struct value *event)
{
	char *said = said_of(story, event);
	struct value *text = value_printf("%s%s%s", title,
					  !said[0]	   ? ""
					  : story->chinese ? ":"
							   : ": ",
					  said);

	free(said);
	return text;
}

/* NULL: it is not shown. */
static struct value *event_text(const struct run_story *story, const struct value *event)
{
	const char *kind = value_get_text(event, "kind");

	if (!kind)
		return NULL;
	if (!strcmp(kind, "step"))
		return value_printf(story->chinese ? "步骤开始:%s" : "step begins: %s",
				    step_name(story, value_get_text(event, "step")));
	if (!strcmp(kind, "act"))
		return value_printf(story->chinese ? "%s:%s" : "%s: %s",
				    value_get_text(event, "line"),
				    level_word(story, value_get_text(event, "level")));
	if (!strcmp(kind, "set"))
		return settings_text(event);
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		if (strcmp(KINDS[i].kind, kind) != 0)
			continue;
		return said_text(story, either(story, KINDS[i].english, KINDS[i].chinese), event);
	}
	return NULL;
}

/* `steps_only`: of what is watched all along nothing else tells anything. */
static void put_events(struct draft *draft, bool steps_only)
{
	const struct value *events = draft->story->events;
	const char *kind;

	draft->event = xcalloc(value_count(events) + 1, sizeof(*draft->event));
	for (size_t i = 0; i < value_count(events); i++) {
		nsec time = value_get_int(value_at(events, i), "t", 0);
		struct value *text;

		kind = value_get_text(value_at(events, i), "kind");
		if (time < draft->from || time > draft->to || !kind ||
		    (steps_only && strcmp(kind, "step") != 0))
			continue;
		text = event_text(draft->story, value_at(events, i));
		if (text)
			draft->event[draft->events++] =
				(struct curve_event){time, keep_text(draft, text)};
	}
}

/* ---- words ---- */

static char *title_of(const struct run_story *story, const char *step, const char *what,
		      const char *key)
{
	return xprintf(story->chinese ? "%s:%s%s%s%s" : "%s: %s%s%s%s", step, what,
		       key[0] ? " [" : "", key, key[0] ? "]" : "");
}

static const char *text_of(const struct value *map, const char *key)
{
	const char *text = value_get_text(map, key);

	return text ? text : "";
}

char *measure_title(const struct run_story *story, const struct value *measure)
{
	const char *name = text_of(measure, "measure"), *key = text_of(measure, "key"),
		   *step = text_of(measure, "step"), *meaning = text_of(measure, "meaning");

	if (measure_is_watched(measure))
		return title_of(story, watched_word(story, step), watched_word(story, name), "");
	return title_of(story, step_name(story, step),
			either(story, meaning[0] ? meaning : name, text_of(measure, "zh")), key);
}

/* "14.95 s ± 1.76 s; limit <= 20 s; PASS", behind "lowest" of an extreme */
static void add_judged(struct buf *text, const struct run_story *story, const struct value *measure)
{
	const char *limit = value_get_text(value_get(measure, "limit"), "limit"),
		   *name = value_get_text(measure, "verdict");
	char *why = reason_of(story, measure);
	enum verdict verdict;
	struct error ignored;

	if (measure_is_watched(measure))
		buf_printf(text, "%s ", watched_word(story, text_of(measure, "key")));
	if (value_get(measure, "value"))
		measure_shown(text, measure);
	else
		buf_printf(text, "%s%s%s", story->chinese ? "未得出测得值" : "no value",
			   why ? (story->chinese ? ":" : ": ") : "", why ? why : "");
	if (limit)
		buf_printf(text, story->chinese ? ";限值 %s" : "; limit %s", limit);
	if (name && verdict_parse(&verdict, name, &ignored) == 0)
		buf_printf(text, story->chinese ? ";%s" : "; %s",
			   either(story, name, verdict_chinese(verdict)));
	free(why);
}

static struct value *judged_text(const struct run_story *story, const struct value *measure,
				 const struct value *other)
{
	struct value *text;
	struct buf out;

	buf_init(&out);
	add_judged(&out, story, measure);
	if (other) {
		buf_add_text(&out, "  |  ");
		add_judged(&out, story, other);
	}
	text = value_text(out.data);
	buf_done(&out);
	return text;
}

/* ---- the whole ---- */

static void draft_done(struct draft *draft)
{
	for (size_t i = 0; i < draft->channels; i++)
		free((struct thinned_gap *)draft->line[i].gap);
	free(draft->event);
	value_free(draft->texts);
	free(draft);
}

void measure_curve(struct buf *out, const struct run_story *story, const struct value *measure,
		   const struct value *other)
{
	struct draft *draft = xcalloc(1, sizeof(*draft));
	char *title = measure_title(story, measure);
	struct curve curve;

	draft->story = story;
	draft->texts = value_list();
	figure_make(&draft->figure, measure);
	add_readings(draft, measure);
	if (other)
		add_readings(draft, other);
	put_panels(draft);
	put_events(draft, measure_is_watched(measure));
	curve = (struct curve){.title = title,
			       .subtitle = keep_text(draft, judged_text(story, measure, other)),
			       .chinese = story->chinese,
			       .simulated = story->simulated,
			       .from = draft->from,
			       .to = draft->to,
			       .origin = draft->figure.of_time ? draft->figure.origin : 0,
			       .panel = draft->panel,
			       .panels = draft->panels,
			       .event = draft->event,
			       .events = draft->events};
	curve_draw(out, &curve);
	free(title);
	draft_done(draft);
}
