/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: the snapshots of registers that nobody can ask at a mine. One that is too old by the last day lets no
 * specimen be verified there (record/identity.h); what other benches have seen does not age so.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/ready_parts.h"
#include "record/laboratory.h"
#include "record/snapshot.h"

static const struct {
	struct words none, is_as_of, is_old, import;
} TEXTS = {
	.none = {"none was imported", "未导入"},
	.is_as_of = {"%s as of %s, %s rows", "%s:截至 %s,%s 行"},
	.is_old = {"%s as of %s: older than %lld days by then", "%s:截至 %s,届时已超过 %lld 天"},
	.import = {"davy register import", "davy register import"},
};

static void look_at_snapshot(const struct ready *ready, struct ready_finding *finding,
			     const struct value *says, int64_t most)
{
	const char *list = listed_text(says, "list"), *as_of = listed_text(says, "as_of");
	bool ages = strcmp(list, snapshot_list_name(SNAPSHOT_SEEN)) != 0;

	if (ages && listed_days(as_of, ready->until) > most)
		ready_find(finding, READY_NO,
			   xprintf(say(TEXTS.is_old), list, as_of, (long long)most),
			   say(TEXTS.import));
	else
		ready_find(finding, READY_YES,
			   xprintf(say(TEXTS.is_as_of), list, as_of, listed_text(says, "rows")),
			   NULL);
}

void ready_snapshots(const struct ready *ready, struct ready_finding *finding)
{
	const struct value *snapshots = value_get(ready->registered, "snapshots");
	struct value *rules = NULL;
	struct error why;

	if (ready_is_unregistered(ready, finding) || ready_is_undated(ready, finding))
		return;
	if (laboratory_identity_rules(ready->state, &rules, &why) < 0) {
		ready_unseen(finding, why.text);
		return;
	}
	for (size_t i = 0; i < value_count(snapshots); i++)
		look_at_snapshot(ready, finding, value_get(value_at(snapshots, i), "says"),
				 value_get_int(rules, "snapshotDays", 0));
	if (!value_count(snapshots))
		ready_find(finding, READY_LOOK, xstrdup(say(TEXTS.none)), say(TEXTS.import));
	value_free(rules);
}
