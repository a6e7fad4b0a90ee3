/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a journal's lines say that chance has no part in: waits that were not waited, responses
 * before what responds can have been there, channels that fell silent, gaps and lost wires.
 * Requests that matter are kept until they are answered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/audit_parts.h"
#include "run/journal_read.h"
#include "verdict/quantity.h"

/* A time over which a script asked for something. */
struct asked {
	int64_t id;
	nsec opened, ended, time; /* ended: 0, not yet */
	char verb[24], where[96];
	int channel; /* of a trace, and of what was worked out from one; or -1 */
};

struct audited_facts {
	const struct audited *audited;
	struct value *findings;
	struct asked *asked;
	size_t count, room;
	bool has_transit;
};

/* Silent for so many times as long as it is asked for, and so much longer. */
enum { SILENT_TIMES = 5 };
#define SILENT_LEAST SEC(5)
/* An end is stamped by a timer of its own. */
#define WAIT_TOLERANCE USEC(1)

struct audited_facts *audited_facts_new(const struct audited *audited, struct value *findings)
{
	struct audited_facts *facts = xcalloc(1, sizeof(*facts));

	facts->audited = audited;
	facts->findings = findings;
	return facts;
}

void audited_facts_free(struct audited_facts *facts)
{
	if (!facts)
		return;
	free(facts->asked);
	free(facts);
}

/* ---- requests ---- */

/* Of "[2 min]"; 0: it is worked out from something else. */
static nsec literal_time(const char *text)
{
	size_t size = text ? strlen(text) : 0;
	struct quantity quantity;
	struct error ignored;
	char inner[64];

	if (size < 3 || size - 2 >= sizeof(inner) || text[0] != '[' ||
	    strchr(text, ']') != text + size - 1)
		return 0;
	memcpy(inner, text + 1, size - 2);
	inner[size - 2] = '\0';
	if (quantity_parse(&quantity, inner, &ignored) < 0 || !(quantity.value > 0) ||
	    quantity.value > 1e9)
		return 0;
	return (nsec)(quantity.value * 1e9 + 0.5);
}

static struct asked *find(struct audited_facts *facts, int64_t id)
{
	for (size_t i = facts->count; i > 0; i--)
		if (facts->asked[i - 1].id == id)
			return &facts->asked[i - 1];
	return NULL;
}

static int channel_of(const struct audited_facts *facts, const struct value *says)
{
	const char *name = value_get_text(says, "channel");

	return name && facts->audited->fixture ? fixture_find_channel(facts->audited->fixture, name)
					       : -1;
}

/* A trace ends with its step, or with all else. */
static void close_traces(struct audited_facts *facts, nsec time)
{
	for (size_t i = 0; i < facts->count; i++)
		if (!strcmp(facts->asked[i].verb, "trace") && !facts->asked[i].ended)
			facts->asked[i].ended = time;
}

static void take_request(struct audited_facts *facts, const struct journal_item *item)
{
	const struct value *says = value_get(item->line, "says");
	const char *verb = value_get_text(says, "verb"), *where = value_get_text(says, "where");
	struct asked asked = {.id = value_get_int(item->line, "id", 0), .opened = item->time};
	const struct asked *trace;

	if (!verb)
		return;
	if (!strcmp(verb, "step_end"))
		close_traces(facts, item->time);
	if (strcmp(verb, "wait") != 0 && strcmp(verb, "mean") != 0 && strcmp(verb, "trace") != 0 &&
	    strcmp(verb, "trace_time_to") != 0)
		return;
	snprintf(asked.verb, sizeof(asked.verb), "%s", verb);
	snprintf(asked.where, sizeof(asked.where), "%s", where ? where : "");
	asked.time = literal_time(value_get_text(says, !strcmp(verb, "wait")	? "for"
						       : !strcmp(verb, "trace") ? "every"
										: "over"));
	trace = find(facts, value_get_int(says, "trace", 0));
	asked.channel = trace ? trace->channel : channel_of(facts, says);
	if (facts->count == facts->room) {
		facts->room = facts->room ? facts->room * 2 : 64;
		facts->asked = xrealloc(facts->asked, facts->room * sizeof(*facts->asked));
	}
	facts->asked[facts->count++] = asked;
}

static void look_at_wait(struct audited_facts *facts, const struct asked *asked)
{
	struct value *finding;

	if (!asked->time || asked->ended - asked->opened + WAIT_TOLERANCE >= asked->time)
		return;
	finding = audited_finding(facts->findings, facts->audited, "short_wait");
	value_set_text(finding, "verb", asked->verb);
	value_set_text(finding, "where", asked->where);
	value_set_int(finding, "from_ns", asked->opened);
	value_set_int(finding, "to_ns", asked->ended);
	value_set_int(finding, "asked_ns", asked->time);
}

static void look_at_response(struct audited_facts *facts, const struct asked *asked,
			     const struct value *value)
{
	const struct fixture_channel *channel;
	double response = value_get_real(value, "number", -1);
	struct value *finding;
	nsec transit;

	if (asked->channel < 0 || response < 0)
		return;
	channel = &facts->audited->fixture->channel[asked->channel];
	transit = channel->delay - channel->within;
	if (transit <= 0)
		return;
	facts->has_transit = true;
	if ((nsec)(response * 1e9) >= transit)
		return;
	finding = audited_finding(facts->findings, facts->audited, "before_the_gas");
	value_set_text(finding, "channel", channel->name);
	value_set_int(finding, "from_ns", asked->opened);
	value_set_int(finding, "response_ns", (nsec)(response * 1e9));
	value_set_int(finding, "transit_ns", transit);
}

static void take_result(struct audited_facts *facts, const struct journal_item *item)
{
	struct asked *asked = find(facts, value_get_int(item->line, "id", 0));
	const struct value *says = value_get(item->line, "says");

	if (!asked || !value_get_bool(says, "ok"))
		return;
	if (!strcmp(asked->verb, "trace_time_to"))
		look_at_response(facts, asked, value_get(says, "value"));
	if (strcmp(asked->verb, "wait") != 0 && strcmp(asked->verb, "mean") != 0)
		return;
	if (!asked->ended)
		asked->ended = item->time;
	look_at_wait(facts, asked);
}

/* ---- lines ---- */

static void copy_line(struct audited_facts *facts, const struct journal_item *item,
		      const char *flag)
{
	struct value *finding = audited_finding(facts->findings, facts->audited, flag);

	value_set_int(finding, "from_ns", item->time);
	value_set(finding, "line", value_copy(item->line));
}

void audited_facts_line(struct audited_facts *facts, const struct journal_item *item)
{
	const char *state = value_get_text(item->line, "state");

	if (!strcmp(item->kind, "request"))
		take_request(facts, item);
	else if (!strcmp(item->kind, "result"))
		take_result(facts, item);
	else if (!strcmp(item->kind, "gap"))
		copy_line(facts, item, "gap");
	else if (!strcmp(item->kind, "wire") && state && !strcmp(state, "lost"))
		copy_line(facts, item, "link_lost");
	else if (!strcmp(item->kind, "trip") || !strcmp(item->kind, "stop") ||
		 !strcmp(item->kind, "failed"))
		close_traces(facts, item->time);
	else if (!strcmp(item->kind, "ends")) {
		struct asked *asked = find(facts, value_get_int(item->line, "id", 0));

		if (asked && strcmp(asked->verb, "trace") != 0)
			asked->ended = item->time;
	}
}

/* ---- series ---- */

static void look_for_silence(struct audited_facts *facts, const struct asked *trace,
			     const struct audited_series *series)
{
	nsec last = trace->opened, most = SILENT_TIMES * trace->time, from = 0, to = 0;

	if (most < trace->time + SILENT_LEAST)
		most = trace->time + SILENT_LEAST;
	for (size_t i = 0; i <= series->count; i++) {
		nsec time = i < series->count ? series->times[i] : trace->ended;

		if (time > trace->ended)
			time = trace->ended;
		if (time <= last)
			continue;
		if (time - last > to - from) {
			from = last;
			to = time;
		}
		last = time;
	}
	if (to - from <= most)
		return;
	struct value *finding = audited_finding(facts->findings, facts->audited, "silence");

	value_set_text(finding, "channel", series->name);
	value_set_int(finding, "from_ns", from);
	value_set_int(finding, "to_ns", to);
	value_set_int(finding, "every_ns", trace->time);
}

void audited_facts_end(struct audited_facts *facts, struct audited *audited)
{
	for (size_t i = 0; i < facts->count; i++) {
		const struct asked *asked = &facts->asked[i];

		if (!strcmp(asked->verb, "trace") && asked->time && asked->ended &&
		    asked->channel >= 0 && (size_t)asked->channel < audited->series_count &&
		    audited->series[asked->channel].step > 0)
			look_for_silence(facts, asked, &audited->series[asked->channel]);
	}
	audited->has_transit = facts->has_transit;
}
