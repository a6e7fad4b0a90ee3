/* SPDX-License-Identifier: Apache-2.0 */
/* The worst comes first, since a person in a storeroom reads the first line. */
#include "cli/identified.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/columns.h"
#include "cli/listed.h"
#include "record/event.h"
#include "record/identity.h"
#include "record/snapshot.h"

static const struct {
	struct words about, against, register_, prohibited, none, complete, partial, controlled,
		uncontrolled, limit, closing, has, not_has;
} TEXTS = {
	.about = {"equipment %s  record %llu", "产品 %s  记录 %llu"},
	.against = {"%s: %s rows as of %s, %s, from %s, %s (record %lld)",
		    "%s:%s 行,截至 %s,%s,来源 %s,%s(记录 %lld)"},
	.register_ = {"register of safety marks", "安全标志登记快照"},
	.prohibited = {"prohibited and obsolete models", "禁止使用与淘汰目录"},
	.none = {"none", "无"},
	.complete = {"complete", "完整"},
	.partial = {"partial", "部分"},
	.controlled = {"approved", "已批准"},
	.uncontrolled = {"UNCONTROLLED 未受控", "未受控"},
	.limit = {"a snapshot may be %lld days old", "快照时限 %lld 天"},
	.closing = {"This is no verdict. That nothing was found makes nothing genuine, and whether "
		    "something is counterfeit an authority decides.",
		    "以上不是判定:未发现异常不等于真品,是否假冒由主管部门认定。"},
	.has = {"it says '%s'", "所见“%s”"},
	.not_has = {"known is '%s'", "已知“%s”"},
};

static const struct {
	enum identity_outcome outcome;
	const char *english, *mark;
} OUTCOMES[] = {
	{IDENTITY_SUSPECTED, "SUSPECTED", "✗"},
	{IDENTITY_MISMATCH, "MISMATCH", "✗"},
	{IDENTITY_CANNOT_VERIFY, "CANNOT BE VERIFIED", "?"},
	{IDENTITY_NOTHING_FOUND, "NOTHING FOUND", "✓"},
};
enum { OUTCOME_COUNT = sizeof(OUTCOMES) / sizeof(OUTCOMES[0]) };

void identified_outcome(struct buf *out, const char *outcome)
{
	for (int i = 0; i < OUTCOME_COUNT; i++)
		if (OUTCOMES[i].outcome == identity_outcome_find(outcome))
			buf_printf(out, "%s %s", OUTCOMES[i].english,
				   identity_outcome_title(OUTCOMES[i].outcome));
}

enum exit_code identified_exit(const char *outcome)
{
	switch (identity_outcome_find(outcome)) {
	case IDENTITY_NOTHING_FOUND:
		return EXIT_IS_PASS;
	case IDENTITY_CANNOT_VERIFY:
		return EXIT_IS_INCONCLUSIVE;
	default:
		return EXIT_IS_FAIL;
	}
}

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

/* What was read, and what is known, where there is something to compare. */
static void add_both(struct buf *text, const struct value *finding)
{
	const char *read = listed_text(finding, "read"), *known = listed_text(finding, "known");

	if (!*read && !*known)
		return;
	buf_add_text(text, " (");
	if (*read)
		buf_printf(text, say(TEXTS.has), read);
	if (*read && *known)
		buf_add_text(text, ", ");
	if (*known)
		buf_printf(text, say(TEXTS.not_has),
			   say_either(known, snapshot_state_title(known)));
	buf_add_text(text, ")");
}

static void print_finding(const struct value *finding, const char *mark)
{
	const struct identity_sentence *sentence =
		identity_sentence(listed_text(finding, "finding"));
	struct buf text;

	buf_init(&text);
	buf_printf(&text, "  %s %s", mark,
		   sentence ? say_either(sentence->english, sentence->chinese)
			    : listed_text(finding, "finding"));
	add_both(&text, finding);
	print_line(buf_detach(&text));
}

static void print_findings(const struct value *findings)
{
	for (int i = 0; i < OUTCOME_COUNT; i++)
		for (size_t k = 0; k < value_count(findings); k++) {
			const struct value *finding = value_at(findings, k);

			if (identity_outcome_find(listed_text(finding, "outcome")) ==
			    OUTCOMES[i].outcome)
				print_finding(finding, OUTCOMES[i].mark);
		}
}

static void print_snapshot(const struct value *snapshot, struct words name)
{
	if (!snapshot) {
		print_line(xprintf("%s: %s", say(name), say(TEXTS.none)));
		return;
	}
	print_line(xprintf(
		say(TEXTS.against), say(name), listed_text(snapshot, "of"),
		listed_text(snapshot, "as_of"),
		say(!strcmp(listed_text(snapshot, "scope"), "complete") ? TEXTS.complete
									: TEXTS.partial),
		listed_text(snapshot, "source"),
		say(value_get_bool(snapshot, "controlled") ? TEXTS.controlled : TEXTS.uncontrolled),
		(long long)value_get_int(snapshot, "record", 0)));
}

void identified_print(const struct value *event, uint64_t seq)
{
	struct value *identity = event_extension(event, "identity");
	const struct value *facts = value_get(identity, "facts");
	struct buf outcome, uri;

	buf_init(&outcome);
	buf_init(&uri);
	identified_outcome(&outcome, listed_text(identity, "outcome"));
	event_readable(&uri, value_at(value_get(event, "epcList"), 0)->text);
	columns_print(stdout, outcome.data);
	print_line(xprintf(say(TEXTS.about), uri.data, (unsigned long long)seq));
	print_findings(value_get(identity, "findings"));
	print_snapshot(value_get(facts, "marks"), TEXTS.register_);
	print_snapshot(value_get(facts, "prohibited"), TEXTS.prohibited);
	print_line(xprintf(say(TEXTS.limit), (long long)value_get_int(value_get(identity, "rules"),
								      "snapshotDays", 0)));
	columns_print(stdout, say(TEXTS.closing));
	buf_done(&uri);
	buf_done(&outcome);
	value_free(identity);
}
