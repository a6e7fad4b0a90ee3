/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A qualification has no script that could be run again, and what a person saw cannot be seen again. What
 * can be done again is what follows from its checks: each stands in a line of its own, as it was found, and
 * the measures and the verdict of the last line must be what those lines give, to the letter.
 *
 * A run that was ended early, by a person or by a failure of its own, says so by a verdict that no check
 * gives; then no check may have given a worse one.
 */
#include "run/replay_checks.h"

#include <string.h>

#include "run/journal_read.h"
#include "run/run.h"

struct checks {
	bool qualifies;
	struct value *judged, *verdict; /* the lines; the second as it was sealed */
};

/* A line without what every line has. */
static struct value *said_in(const struct value *line)
{
	struct value *said = value_map();

	for (size_t i = 0; i < value_count(line); i++)
		if (strcmp(value_key(line, i), "k") != 0 && strcmp(value_key(line, i), "t") != 0)
			value_set(said, value_key(line, i), value_copy(value_at(line, i)));
	return said;
}

static int read_all(struct checks *checks, struct journal_reader *reader, struct error *err)
{
	struct journal_item item;
	int more;

	while ((more = journal_reader_next(reader, &item, err)) > 0) {
		if (item.kind && !strcmp(item.kind, "run"))
			checks->qualifies =
				value_get_bool(value_get(item.line, "order"), "qualifies");
		if (!checks->qualifies)
			continue;
		if (item.kind && !strcmp(item.kind, "judged"))
			value_add(checks->judged, said_in(item.line));
		if (item.kind && !strcmp(item.kind, "verdict") && !checks->verdict)
			checks->verdict = said_in(item.line);
	}
	return more < 0 ? -1 : 0;
}

static int compare(const struct checks *checks, struct replay *replay, struct error *err)
{
	const char *sealed = value_get_text(checks->verdict, "verdict");
	const char *why = value_get_text(checks->verdict, "why");
	struct phrase found_why;
	enum verdict found = qualify_verdict(checks->judged, &found_why);

	if (!checks->verdict)
		return error_set(err, ERROR_USAGE, "the run has no verdict yet");
	if (!sealed || verdict_parse(&replay->verdict, sealed, err) < 0)
		return error_set(err, ERROR_DEVICE, "line 'verdict': it says none");
	if (!value_get(checks->verdict, "measures"))
		return error_set(err, ERROR_USAGE,
				 "there is nothing to replay: the run was cut short");
	if (!value_same(checks->judged, value_get(checks->verdict, "measures")))
		return error_set(err, ERROR_DEVICE,
				 "line 'verdict': its measures are not those that the lines "
				 "'judged' give");
	if (verdict_worse(found, replay->verdict) != replay->verdict ||
	    (found != replay->verdict && replay->verdict < VERDICT_ABORTED &&
	     value_count(checks->judged)) ||
	    (found == replay->verdict && value_count(checks->judged) &&
	     replay->verdict < VERDICT_ABORTED && (!why || strcmp(why, found_why.text) != 0)))
		return error_set(err, ERROR_DEVICE,
				 "line 'verdict': it says %s: %.150s; its checks give %s: %.150s",
				 sealed, why ? why : "", verdict_name(found), found_why.text);
	replay->measures = (long)value_count(checks->judged);
	replay->summary = value_copy(checks->verdict);
	return 0;
}

int replay_checks(const char *folder, struct replay *replay, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(folder, err);
	struct checks checks = {.judged = value_list()};
	int done = reader ? read_all(&checks, reader, err) : -1;

	if (done == 0)
		done = checks.qualifies ? compare(&checks, replay, err) : 1;
	journal_reader_close(reader);
	value_free(checks.judged);
	value_free(checks.verdict);
	return done;
}
