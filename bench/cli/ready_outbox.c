/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: what has not reached the platform or the laboratory. A day at a mine can do with it, since everything waits;
 * but what is parked, paused or late is better looked at where there is a network and somebody to ask. A broker is sent no
 * records: what it needs to be shown anything is looked at, and whether somebody shows it something is for `davy push`.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/ready_parts.h"
#include "cli/request.h"
#include "record/destinations.h"

static const struct {
	struct words none, waits, stuck, look, live, no_file, push;
} TEXTS = {
	.live = {"%s: shown live to %s, no records", "%s:向 %s 实时显示,不投递记录"},
	.no_file = {"%s: cannot be shown live, %s is not there", "%s:无法实时显示,缺少文件 %s"},
	.push = {"man davy, push", "man davy,push 一节"},
	.none = {"records go to no destination", "记录不送往任何目的地"},
	.waits = {"%s: %lld waiting", "%s:待送 %lld 条"},
	.stuck = {"%s: %lld waiting, %lld parked%s%s", "%s:待送 %lld 条,搁置 %lld 条%s%s"},
	.look = {"davy outbox", "davy outbox"},
};

static const struct words PAUSED = {", paused", ",已暂停"}, LATE = {", late", ",超过一天"};

static void look_at(struct ready_finding *finding, const struct value *says)
{
	long long waiting = value_get_int(says, "new", 0) + value_get_int(says, "retry", 0) +
			    value_get_int(says, "accepted", 0) + value_get_int(says, "carried", 0);
	long long parked = value_get_int(says, "parked", 0);
	bool paused = value_get(says, "paused") != NULL, late = value_get_bool(says, "alarm");
	const char *name = value_get_text(says, "name");

	if (parked || paused || late)
		ready_find(finding, READY_LOOK,
			   xprintf(say(TEXTS.stuck), name, waiting, parked,
				   paused ? say(PAUSED) : "", late ? say(LATE) : ""),
			   say(TEXTS.look));
	else
		ready_find(finding, READY_YES, xprintf(say(TEXTS.waits), name, waiting), NULL);
}

static void look_at_live(struct ready_finding *finding, const struct value *destination)
{
	static const char *const FILES[] = {"ca", "certificate", "key", "crl"};
	const char *name = value_get_text(destination, "name");
	const char *host = value_get_text(destination, "host");

	for (size_t i = 0; i < sizeof(FILES) / sizeof(*FILES); i++) {
		const char *path = value_get_text(destination, FILES[i]);

		if (path && !file_exists(path)) {
			ready_find(finding, READY_LOOK, xprintf(say(TEXTS.no_file), name, path),
				   say(TEXTS.push));
			return;
		}
	}
	ready_find(finding, READY_YES, xprintf(say(TEXTS.live), name, host ? host : "?"), NULL);
}

static void look_at_all_live(const struct ready *ready, struct ready_finding *finding)
{
	struct error why;
	struct value *destinations = destinations_read(ready->state, &why);

	if (!destinations)
		ready_unseen(finding, why.text);
	for (size_t i = 0; i < value_count(destinations); i++)
		if (destination_is_live(value_at(destinations, i)))
			look_at_live(finding, value_at(destinations, i));
	value_free(destinations);
}

void ready_outbox(const struct ready *ready, struct ready_finding *finding)
{
	struct value *request, *answer = NULL;
	const struct value *list;
	struct error why = ready->status_why;

	if (ready->registered) {
		request = value_map();
		value_set_text(request, "do", "outbox");
		value_set_text(value_set(request, "ask", value_map()), "what", "list");
		answer = request_answer(ready->state, request, &why);
	}
	list = value_get(answer, "destinations");
	for (size_t i = 0; i < value_count(list); i++)
		look_at(finding, value_at(list, i));
	if (!answer && !ready_is_unregistered(ready, finding))
		ready_unseen(finding, why.text);
	else if (answer && !value_count(list))
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.none)), NULL);
	look_at_all_live(ready, finding);
	value_free(answer);
}
