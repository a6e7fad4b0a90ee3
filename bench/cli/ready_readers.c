/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: the readers of tags and codes that the station names. One that nobody has is opened and asked who it is. Without
 * one a run goes on: what it should read is typed.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/reader_port.h"
#include "cli/ready_parts.h"
#include "cli/station_look.h"

static const struct {
	struct words mute, missing, plug, taken, end, busy;
} TEXTS = {
	.mute = {"%s: it says nothing of itself, scan something to see it read",
		 "%s:不能自报身份,请试读一次"},
	.missing = {"%s: %s", "%s:%s"},
	.plug = {"plug it in and power it, or type what it should read", "请接好并通电,或手工输入"},
	.taken = {"%s is taken by %s", "%s 被 %s 占用"},
	.end = {"end that program, or type what it should read", "请结束该程序,或手工输入"},
	.busy = {"%s is with a run now (%s)", "%s 正用于检验(%s)"},
};

static void ask_reader(struct ready_finding *finding, const char *id, const char *place)
{
	struct error err;
	struct driver *driver = reader_port_driver(id, &err);
	char *name = driver ? reader_port_ask(driver, place, &err) : NULL;

	if (!name)
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.missing), id, err.text),
			   say(TEXTS.plug));
	else if (driver->identifies)
		ready_find(finding, READY_YES, xstrdup(name), NULL);
	else
		ready_find(finding, READY_YES, xprintf(say(TEXTS.mute), name), NULL);
	free(name);
	driver_free(driver);
}

static void look_at_reader(struct ready_finding *finding, const struct value *one,
			   const char *place)
{
	const char *id = listed_text(one, "part"), *who = listed_text(one, "who");

	if (value_get(one, "why"))
		ready_find(finding, READY_LOOK, xstrdup(listed_text(one, "why")), say(TEXTS.plug));
	else if (station_look_is_taken(one))
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.taken), id, who), say(TEXTS.end));
	else if (*who)
		ready_find(finding, READY_YES, xprintf(say(TEXTS.busy), id, who), NULL);
	else
		ask_reader(finding, id, place);
}

void ready_readers(const struct ready *ready, struct ready_finding *finding)
{
	const struct value *places = value_get(ready->station_data, "readers"), *readers;
	struct value *found;

	if (!value_count(places))
		return;
	found = station_look(ready->program, ready->station, ready->station_data, 0);
	readers = value_get(found, "readers");
	for (size_t i = 0; i < value_count(readers); i++)
		look_at_reader(finding, value_at(readers, i), value_at(places, i)->text);
	value_free(found);
}
