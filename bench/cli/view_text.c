/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the block says of a view, in words: readings with their age, what is waited for with its limit and the
 * time that is left, and what is away from safe.
 *
 * A time left is exact where only time can end the wait, and otherwise the most that it can be. A reading is said to be
 * old where its channel's rate does not explain its age; "!" before the age: it is still asked for, and silent.
 * No limit is shown but one that the run is held to at this moment.
 */
#include <string.h>

#include "base/buf.h"
#include "cli/view.h"
#include "cli/words.h"

#define QUIET SEC(1)   /* a younger reading is never called old */
#define TOLD MSEC(300) /* of real time: readings are told every 100 ms, and take their way */

static const struct {
	struct words left, at_most, ago, wait, mean, settles, holds, becomes, last_before, guard;
} TEXTS = {
	.left = {"%s left", "剩余 %s"},
	.at_most = {"at most %s left", "最多剩余 %s"},
	.ago = {"%s ago", "%s 前"},
	.wait = {"wait", "等待"},
	.mean = {"mean", "取平均"},
	.settles = {"to settle within %1$.4g %2$s over %3$.4g s",
		    "待稳定:%3$.4g s 内波动不超过 %1$.4g %2$s"},
	.holds = {"to hold", "须保持"},
	.becomes = {"to reach", "等待达到"},
	.last_before = {"to reach", "等待达到"},
	.guard = {"guarded", "监视限值"},
};

/* "0:12:30": a display's seconds, rounded up, so that nothing is over before it is. */
static void add_seconds(struct buf *out, nsec time)
{
	long long seconds = time <= 0 ? 0 : (time + SEC(1) - 1) / SEC(1);

	buf_printf(out, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void add_worded(struct buf *out, struct words words, nsec time)
{
	struct buf text;

	buf_init(&text);
	add_seconds(&text, time);
	buf_printf(out, say(words), text.data);
	buf_done(&text);
}

static bool only_time_ends(const char *kind)
{
	return !strcmp(kind, "wait") || !strcmp(kind, "mean") || !strcmp(kind, "holds");
}

void view_add_left(struct buf *out, const struct value *await, nsec now)
{
	const char *kind = value_get_text(await, "kind");

	if (value_get(await, "until"))
		add_worded(out, only_time_ends(kind) ? TEXTS.left : TEXTS.at_most,
			   value_get_int(await, "until", 0) - now);
}

/*
 * Whether its rate explains its age: 0 it does, 1 nobody asks for it any more, 2 it should be younger. In virtual time
 * minutes go by while it is told, so that nobody can say.
 */
static int staleness(const struct view *view, const char *channel, nsec now, nsec *age)
{
	const struct value *reading = value_get(view->readings, channel);
	nsec explained = value_get_int(view->asked, channel, 0);

	*age = now - value_get_int(reading, "at", 0);
	if (view->pace <= 0 ||
	    *age <= (explained > QUIET ? explained : QUIET) + (nsec)(view->pace * (double)TOLD))
		return 0;
	return explained ? 2 : 1;
}

void view_add_reading(struct buf *out, const struct view *view, const char *channel, nsec now)
{
	const char *text = value_get_text(value_get(view->readings, channel), "text");
	nsec age;
	int stale;

	buf_printf(out, "%s%s%s", channel, text ? " " : "", text ? text : "");
	if (!text || !(stale = staleness(view, channel, now, &age)))
		return;
	buf_add_text(out, stale == 2 ? " (! " : " (");
	add_worded(out, TEXTS.ago, age - age % SEC(1));
	buf_add_text(out, ")");
}

static struct words word_of(const char *kind)
{
	static const struct {
		const char *kind;
		const struct words *word;
	} WORDS[] = {
		{"wait", &TEXTS.wait},
		{"mean", &TEXTS.mean},
		{"holds", &TEXTS.holds},
		{"becomes", &TEXTS.becomes},
		{"last_before", &TEXTS.last_before},
		{"guard", &TEXTS.guard},
	};

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (!strcmp(WORDS[i].kind, kind))
			return *WORDS[i].word;
	return (struct words){kind, kind};
}

void view_add_await(struct buf *out, const struct view *view, const struct value *await, nsec now)
{
	const char *kind = value_get_text(await, "kind"), *limit = value_get_text(await, "limit");
	const char *channel = value_get_text(await, "channel");

	if (channel) {
		view_add_reading(out, view, channel, now);
		buf_add_text(out, "  ");
	}
	if (!strcmp(kind, "settles"))
		buf_printf(out, say(TEXTS.settles), value_get_real(await, "band", 0),
			   value_get_text(await, "unit"),
			   nsec_seconds(value_get_int(await, "over", 0)));
	else
		buf_add_text(out, say(word_of(kind)));
	if (limit)
		buf_printf(out, " %s", limit);
	if (value_get(await, "until")) {
		buf_add_text(out, "  ");
		view_add_left(out, await, now);
	}
}

bool view_awaits(const struct view *view, const char *channel)
{
	for (size_t i = 0; i < value_count(view->awaits); i++) {
		const char *of = value_get_text(value_at(view->awaits, i), "channel");

		if (of && !strcmp(of, channel))
			return true;
	}
	return false;
}

const struct value *view_first_to_end(const struct view *view)
{
	const struct value *first = NULL;
	bool sure = false;

	for (size_t i = 0; i < value_count(view->awaits); i++) {
		const struct value *await = value_at(view->awaits, i);
		bool is_sure;

		if (!value_get(await, "until"))
			continue;
		is_sure = only_time_ends(value_get_text(await, "kind"));
		if (!first || value_get_int(await, "until", 0) < value_get_int(first, "until", 0) ||
		    (is_sure && !sure &&
		     value_get_int(await, "until", 0) == value_get_int(first, "until", 0))) {
			first = await;
			sure = is_sure;
		}
	}
	return first;
}

bool view_is_silent(const struct view *view, nsec now)
{
	nsec age;

	for (size_t i = 0; i < value_count(view->readings); i++)
		if (staleness(view, value_key(view->readings, i), now, &age) == 2)
			return true;
	return false;
}

void view_add_away(struct buf *out, const struct view *view)
{
	for (size_t i = 0; i < value_count(view->away); i++) {
		const struct value *level = value_at(view->away, i);

		if (level->size)
			buf_printf(out, "%s%s %s", out->size ? "   " : "", value_key(view->away, i),
				   level->text);
	}
}
