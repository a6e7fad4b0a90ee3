/* SPDX-License-Identifier: Apache-2.0 */
/* davy ready: the files of the day: the station and its wires, the protocols, and who has approved them. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "cli/catalogue.h"
#include "cli/place.h"
#include "cli/ready_parts.h"
#include "cli/station_look.h"
#include "loop/machine_time.h"
#include "record/approval.h"
#include "run/limit_set.h"

enum { LIMITS_MOST = 4 << 20 };

static const struct {
	struct words all_there, taken, unplug, plug, loads, repair, no_slot, approved, unapproved,
		approve, example, sets;
} TEXTS = {
	.all_there = {"every wire of %zu slots is there", "%zu 个工位接线齐全"},
	.taken = {"%s of slot %lld is taken by %s", "%2$lld 号工位 %1$s 被 %3$s 占用"},
	.unplug = {"end that program; davy wires STATION", "请结束该程序;davy wires 工位文件"},
	.plug = {"davy wires STATION", "davy wires 工位文件"},
	.loads = {"%s, version %lld", "%s,版本 %lld"},
	.repair = {"davy check FILE", "davy check 文件"},
	.no_slot = {"no slot of the station has the fixture %s of %s",
		    "工位文件中没有 %2$s 所用的工装 %1$s"},
	.approved = {"%zu files", "%zu 个文件已批准"},
	.unapproved = {"%s is not approved", "%s 未批准"},
	.approve = {"a reviewer and a signatory sign: davy approve FILE, davy limits sign FILE",
		    "请审核人与授权签字人签署:davy approve 文件、davy limits sign 文件"},
	.example = {"%s is for simulations and decides nothing on real wires",
		    "%s 仅用于仿真,真实接线时不作判定"},
	.sets = {"the laboratory's own limit set", "请使用实验室自己的限值文件"},
};

/* ---- loading ---- */

static void load_station(struct ready *ready)
{
	const struct value *slots;

	ready->station_data =
		catalogue_load(ready->program, "station", ready->station, &ready->station_why);
	slots = value_get(ready->station_data, "slots");
	ready->slot_count = value_count(slots);
	ready->slot = xcalloc(ready->slot_count + 1, sizeof(*ready->slot));
	for (size_t i = 0; i < ready->slot_count; i++) {
		struct ready_slot *slot = &ready->slot[i];

		slot->number = (int)value_get_int(value_at(slots, i), "number", 0);
		slot->fixture = station_look_fixture(ready->program, ready->station,
						     listed_text(value_at(slots, i), "fixture"),
						     &slot->why);
	}
}

void ready_load(struct ready *ready, char *const *protocols, size_t count)
{
	if (ready->station)
		load_station(ready);
	ready->protocol_count = count;
	ready->protocol = xcalloc(count + 1, sizeof(*ready->protocol));
	for (size_t i = 0; i < count; i++) {
		struct ready_protocol *one = &ready->protocol[i];

		one->path = catalogue_find_protocol(ready->program, protocols[i], &one->why);
		if (one->path)
			one->data =
				catalogue_load(ready->program, "protocol", one->path, &one->why);
	}
}

void ready_done(struct ready *ready)
{
	for (size_t i = 0; i < ready->slot_count; i++)
		fixture_free(ready->slot[i].fixture);
	for (size_t i = 0; i < ready->protocol_count; i++) {
		free(ready->protocol[i].path);
		value_free(ready->protocol[i].data);
	}
	free(ready->slot);
	free(ready->protocol);
	value_free(ready->station_data);
	value_free(ready->unfinished);
	value_free(ready->status);
	value_free(ready->registered);
	roster_free(ready->roster);
}

bool ready_has_fixtures(const struct ready *ready, struct ready_finding *finding)
{
	bool has = !ready->station || ready->station_data;

	if (!has)
		ready_unseen(finding, ready->station_why.text);
	for (size_t i = 0; i < ready->slot_count; i++)
		if (!ready->slot[i].fixture) {
			ready_unseen(finding, ready->slot[i].why.text);
			has = false;
		}
	return has;
}

/* ---- wires ---- */

static void look_at_wires(struct ready_finding *finding, const struct value *found)
{
	const struct value *wires = value_get(found, "wires");
	const struct value *complaints = value_get(found, "complaints");

	for (size_t i = 0; i < value_count(complaints); i++)
		ready_find(finding, READY_NO, xstrdup(value_at(complaints, i)->text),
			   say(TEXTS.plug));
	for (size_t i = 0; i < value_count(wires); i++) {
		const struct value *one = value_at(wires, i);

		if (value_get_text(one, "there") && station_look_is_taken(one))
			ready_find(finding, READY_NO,
				   xprintf(say(TEXTS.taken), listed_text(one, "part"),
					   (long long)value_get_int(one, "slot", 0),
					   listed_text(one, "who")),
				   say(TEXTS.unplug));
	}
}

void ready_wires(const struct ready *ready, struct ready_finding *finding)
{
	struct value *found;

	if (!ready->station)
		return;
	if (!ready->station_data) {
		ready_find(finding, READY_NO, xstrdup(ready->station_why.text), NULL);
		return;
	}
	found = station_look(ready->program, ready->station, ready->station_data, 0);
	look_at_wires(finding, found);
	if (!value_get_int(found, "faults", 0))
		ready_find(finding, READY_YES, xprintf(say(TEXTS.all_there), ready->slot_count),
			   NULL);
	value_free(found);
}

/* ---- protocols ---- */

static bool has_slot(const struct ready *ready, const char *fixture)
{
	const struct value *slots = value_get(ready->station_data, "slots");

	for (size_t i = 0; i < value_count(slots); i++)
		if (!strcmp(listed_text(value_at(slots, i), "fixture"), fixture))
			return true;
	return !ready->station_data;
}

void ready_protocols(const struct ready *ready, struct ready_finding *finding)
{
	for (size_t i = 0; i < ready->protocol_count; i++) {
		const struct ready_protocol *one = &ready->protocol[i];
		const char *id = listed_text(one->data, "id");
		const char *fixture = listed_text(one->data, "fixture");

		if (!one->data)
			ready_find(finding, READY_NO, xstrdup(one->why.text), say(TEXTS.repair));
		else if (!has_slot(ready, fixture))
			ready_find(finding, READY_NO, xprintf(say(TEXTS.no_slot), fixture, id),
				   NULL);
		else
			ready_find(finding, READY_YES,
				   xprintf(say(TEXTS.loads), id,
					   (long long)value_get_int(one->data, "version", 0)),
				   NULL);
	}
}

/* ---- approvals ---- */

/* Takes `path`. Counted when it is approved; what is not is named. */
static size_t look_at_file(const struct ready *ready, struct ready_finding *finding,
			   const char *tree, char *path)
{
	const char *name = place_short(path, tree);
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct machine_time now;
	struct error why;
	bool is_approved = false;

	machine_time_read(&now);
	if (hash_file(path, digest, NULL, &why) < 0) {
		ready_find(finding, READY_NO, xstrdup(why.text), NULL);
	} else {
		hash_hex(digest, hex);
		is_approved = approval_check(value_get(ready->registered, "approvals"), name, hex,
					     now.wall_ms, &why) == 0;
		if (!is_approved)
			ready_find(finding, READY_NO, xprintf(say(TEXTS.unapproved), name),
				   say(TEXTS.approve));
	}
	free(path);
	return is_approved;
}

/* What a run of it is made of, but the station (run/control.h). */
static size_t look_at_protocol(const struct ready *ready, struct ready_finding *finding,
			       const struct ready_protocol *protocol)
{
	char *tree = place_tree_of(protocol->path);
	const char *name = listed_text(protocol->data, "fixture");
	char *path = xprintf("%s/fixtures/%s/fixture.lua", tree, name);
	struct error why;
	struct value *fixture = catalogue_load(ready->program, "fixture", path, &why);
	const struct value *devices = value_get(fixture, "devices");
	size_t approved = look_at_file(ready, finding, tree, xstrdup(protocol->path));

	if (!fixture)
		ready_unseen(finding, why.text);
	approved += look_at_file(ready, finding, tree, path);
	for (size_t i = 0; i < value_count(devices); i++) {
		const char *driver = listed_text(value_at(devices, i), "driver");
		bool is_known = false;

		for (size_t k = 0; k < i; k++)
			is_known |= !strcmp(listed_text(value_at(devices, k), "driver"), driver);
		if (!is_known)
			approved += look_at_file(
				ready, finding, tree,
				xprintf("%s/fixtures/drivers/%s/driver.lua", tree, driver));
	}
	value_free(fixture);
	free(tree);
	return approved;
}

static size_t look_at_limits(const struct ready *ready, struct ready_finding *finding)
{
	char *path = place_absolute(ready->limits), *tree = place_tree_of(path);
	struct limit_set *set = NULL;
	size_t approved = 0;
	struct error why;
	struct buf text;

	buf_init(&text);
	if (file_read(path, LIMITS_MOST, &text, &why) == 0)
		set = limit_set_parse(text.data, text.size, ready->limits, &why);
	if (!set)
		ready_find(finding, READY_NO, xstrdup(why.text), NULL);
	else if (limit_set_grade(set) != GRADE_LAB)
		ready_find(finding, READY_NO, xprintf(say(TEXTS.example), place_short(path, tree)),
			   say(TEXTS.sets));
	else
		approved = look_at_file(ready, finding, tree, xstrdup(path));
	limit_set_free(set);
	buf_done(&text);
	free(tree);
	free(path);
	return approved;
}

void ready_approvals(const struct ready *ready, struct ready_finding *finding)
{
	size_t approved = 0;

	if (!(ready->certificate || ready->limits) || ready_is_unregistered(ready, finding))
		return;
	for (size_t i = 0; i < ready->protocol_count && ready->certificate; i++) {
		const struct ready_protocol *one = &ready->protocol[i];

		if (one->data)
			approved += look_at_protocol(ready, finding, one);
		else
			ready_unseen(finding, one->why.text);
	}
	if (ready->limits)
		approved += look_at_limits(ready, finding);
	if (approved)
		ready_find(finding, READY_YES, xprintf(say(TEXTS.approved), approved), NULL);
}
