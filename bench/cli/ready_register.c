/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy ready: what results rest on, as the register has it, held against the last day. Where a station is named only what
 * its fixtures have counts, and each gas that they let flow needs its cylinder; else all that was entered counts, and of
 * cylinders those that are on a line.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/ready_parts.h"
#include "run/gas_supply.h"
#include "run/registered.h"
#include "run/standard_chart.h"
#include "verdict/chart.h"

static const struct {
	struct words no_cylinder, bare, connect, holds, over, used, unreadable, no_certificate,
		other_file, enter, valid, ends, renew, no_standard, charted, few, mixed, gives_none,
		is_out, measure, no_gas;
} TEXTS = {
	.no_cylinder = {"no cylinder is connected", "未接气瓶"},
	.bare = {"no cylinder is on %s of slot %d", "%2$d 号工位 %1$s 未接气瓶"},
	.connect = {"davy gas connect CYLINDER LINE", "davy gas connect 气瓶号 气路"},
	.holds = {"%s on %s: %.4g %s left, until %s", "%s(%s):余 %.4g %s,有效期至 %s"},
	.over = {"%s on %s: its certificate ends on %s", "%s(%s):证书有效期至 %s"},
	.used = {"%s on %s: used up", "%s(%s):已用尽"},
	.unreadable = {"%s on %s: %s", "%s(%s):%s"},
	.no_certificate = {"none in the register", "登记簿中没有证书"},
	.other_file = {"a calibration file", "校准文件"},
	.enter = {"davy calibrations add", "davy calibrations add"},
	.valid = {"%zu in date; the first ends on %s (%s)", "%zu 项有效;最早到期 %s(%s)"},
	.ends = {"%s: certificate %s ends on %s", "%s:证书 %s 有效期至 %s"},
	.renew = {"calibrate it: davy calibrations add", "请送检,并登记:davy calibrations add"},
	.no_standard = {"none was entered", "未登记核查标准"},
	.charted = {"%s: in control, by %zu values", "%s:受控,共 %zu 个值"},
	.few = {"%s: no limits yet (values so far: %zu)", "%s:尚无控制限(现有 %zu 个值)"},
	.mixed = {"%s: values of different units, no chart", "%s:单位不一致,不成控制图"},
	.gives_none = {"%s does not give the repeatability of %s now",
		       "%s 目前不能给出 %s 的重复性"},
	.is_out = {"%s: its last value is out of control", "%s:最后一个值失控"},
	.measure = {"find the cause, measure it again", "请查明原因并重新测量"},
	.no_gas = {"its fixtures let no gas flow", "所用工装不供气"},
};

/* ---- gases ---- */

static const char *says_of(const struct value *entry, const char *name)
{
	return listed_text(value_get(entry, "says"), name);
}

struct supply {
	const char *cylinder, *line, *due;
	double left;
	const char *unit;
};

static void find_supply(const struct ready *ready, struct ready_finding *finding,
			const struct supply *supply)
{
	const char *connect = say(TEXTS.connect);

	if (strcmp(supply->due, ready->until) < 0)
		ready_find(finding, READY_NO,
			   xprintf(say(TEXTS.over), supply->cylinder, supply->line, supply->due),
			   connect);
	else if (!(supply->left > 0))
		ready_find(finding, READY_NO,
			   xprintf(say(TEXTS.used), supply->cylinder, supply->line), connect);
	else
		ready_find(finding, READY_YES,
			   xprintf(say(TEXTS.holds), supply->cylinder, supply->line, supply->left,
				   supply->unit, supply->due),
			   NULL);
}

/* What its fixture lets flow, and from which cylinders. */
static void look_at_slot(const struct ready *ready, struct ready_finding *finding,
			 const struct ready_slot *slot)
{
	const struct fixture *fixture = slot->fixture;
	struct gas_supply *supply =
		gas_supply_new(fixture, value_get(ready->registered, "connections"), slot->number,
			       (nsec)ready->until_ms * MSEC(1));

	for (size_t i = 0; i < fixture->gas_count; i++) {
		const struct gas_source *source = &supply->source[i];
		const struct fixture_gas *gas = &fixture->gas[i];
		const char *line = fixture->line[gas->line].name;

		if (!source->cylinder[0])
			ready_find(finding, READY_NO, xprintf(say(TEXTS.bare), line, slot->number),
				   say(TEXTS.connect));
		else if (source->trouble[0])
			ready_find(finding, READY_NO,
				   xprintf(say(TEXTS.unreadable), source->cylinder, line,
					   source->trouble),
				   NULL);
		else
			find_supply(ready, finding,
				    &(struct supply){source->cylinder, line, source->due,
						     unit_from_si(&gas->unit, source->left),
						     gas->unit.symbol});
	}
	free(supply);
}

static void look_at_connections(const struct ready *ready, struct ready_finding *finding)
{
	const struct value *connections = value_get(ready->registered, "connections");

	for (size_t i = 0; i < value_count(connections); i++) {
		const struct value *one = value_at(connections, i);
		const struct value *cylinder = value_get(one, "cylinder");
		struct unit unit = {0};
		struct supply supply = {says_of(cylinder, "cylinder"), says_of(one, "line"),
					says_of(cylinder, "due"), listed_left(cylinder, &unit)};

		supply.unit = unit.symbol;
		if (cylinder)
			find_supply(ready, finding, &supply);
	}
	if (!value_count(finding->found))
		ready_find(finding, READY_LOOK, xstrdup(say(TEXTS.no_cylinder)), NULL);
}

void ready_gases(const struct ready *ready, struct ready_finding *finding)
{
	if (ready_is_unregistered(ready, finding) || ready_is_undated(ready, finding) ||
	    !ready_has_fixtures(ready, finding))
		return;
	for (size_t i = 0; i < ready->slot_count; i++)
		look_at_slot(ready, finding, &ready->slot[i]);
	if (!ready->station)
		look_at_connections(ready, finding);
	if (!value_count(finding->found))
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.no_gas)), NULL);
}

/* ---- instruments ---- */

/* Of which slot, where it is one's alone ("slot2/meter"); else 0. */
static int slot_of(const char *instrument)
{
	bool is_ones = !strncmp(instrument, "slot", strlen("slot")) && strchr(instrument, '/');

	return is_ones ? (int)strtol(instrument + strlen("slot"), NULL, 10) : 0;
}

static bool counts(const struct ready *ready, const struct value *entry)
{
	const char *instrument = says_of(entry, "instrument"), *slash = strchr(instrument, '/');
	const char *name = slash ? slash + 1 : instrument;
	int slot = slot_of(instrument);
	bool is_there = !ready->station;

	for (size_t i = 0; i < ready->slot_count && !is_there; i++) {
		const struct fixture *fixture = ready->slot[i].fixture;

		is_there = (!slot || slot == ready->slot[i].number) &&
			   (fixture_find_device(fixture, name) >= 0 ||
			    fixture_find_reference(fixture, name) >= 0);
	}
	/* what is of a cylinder is among the gases */
	return is_there && !value_get(value_get(entry, "says"), "cylinder");
}

/* "meter.flow"; the caller frees it. */
static char *name_of(const struct value *entry)
{
	const char *quantity = says_of(entry, "quantity");

	return xprintf("%s%s%s", says_of(entry, "instrument"), *quantity ? "." : "", quantity);
}

/* A run for a certificate takes none from elsewhere. */
static void find_none(const struct ready *ready, struct ready_finding *finding)
{
	ready_find(finding, ready->certificate ? READY_NO : READY_LOOK,
		   xstrdup(say(TEXTS.no_certificate)), say(TEXTS.enter));
	if (!ready->certificate)
		ready_unseen(finding, say(TEXTS.other_file));
}

void ready_instruments(const struct ready *ready, struct ready_finding *finding)
{
	struct value *newest;
	const struct value *first = NULL;
	size_t valid = 0;

	if (ready_is_unregistered(ready, finding) || ready_is_undated(ready, finding) ||
	    !ready_has_fixtures(ready, finding))
		return;
	newest = registered_newest(value_get(ready->registered, "calibrations"));
	for (size_t i = 0; i < value_count(newest); i++) {
		const struct value *one = value_at(newest, i);
		const char *due = says_of(one, "due");
		char *name = name_of(one);

		if (!counts(ready, one)) {
			free(name);
			continue;
		}
		if (strcmp(due, ready->until) < 0) {
			ready_find(finding, READY_NO,
				   xprintf(say(TEXTS.ends), name, says_of(one, "certificate"), due),
				   say(TEXTS.renew));
		} else {
			valid++;
			first = first && strcmp(says_of(first, "due"), due) <= 0 ? first : one;
		}
		free(name);
	}
	if (first) {
		char *name = name_of(first);

		ready_find(finding, READY_YES,
			   xprintf(say(TEXTS.valid), valid, says_of(first, "due"), name), NULL);
		free(name);
	}
	if (!value_count(finding->found))
		find_none(ready, finding);
	value_free(newest);
}

/* ---- check standards ---- */

/* Instruments whose repeatability is that of a check standard: is it known now? */
static void look_at_resting(const struct ready *ready, struct ready_finding *finding,
			    const struct value *checks)
{
	struct value *newest = registered_newest(value_get(ready->registered, "calibrations"));

	for (size_t i = 0; i < value_count(newest); i++) {
		const struct value *one = value_at(newest, i);
		const char *standard = says_of(one, "check_standard");
		char *name = name_of(one), *known = NULL;

		if (*standard && counts(ready, one)) {
			known = standard_repeatability(checks, standard);
			if (!known)
				ready_find(finding, READY_NO,
					   xprintf(say(TEXTS.gives_none), standard, name),
					   say(TEXTS.measure));
		}
		free(known);
		free(name);
	}
	value_free(newest);
}

static void look_at_standard(struct ready_finding *finding, const struct value *checks,
			     const char *name)
{
	struct value *values = standard_values(checks, name);
	struct chart chart = standard_chart(values);
	size_t count = value_count(values);
	double last = value_get_real(value_at(values, count - 1), "value", NAN);

	if (standard_misfit(values))
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.mixed), name), NULL);
	else if (chart_is_out(&chart, last))
		ready_find(finding, READY_LOOK, xprintf(say(TEXTS.is_out), name),
			   say(TEXTS.measure));
	else
		ready_find(finding, READY_YES,
			   xprintf(say(chart.has_limits ? TEXTS.charted : TEXTS.few), name, count),
			   NULL);
	value_free(values);
}

void ready_standards(const struct ready *ready, struct ready_finding *finding)
{
	const struct value *checks = value_get(ready->registered, "checks");

	if (ready_is_unregistered(ready, finding) || !ready_has_fixtures(ready, finding))
		return;
	look_at_resting(ready, finding, checks);
	for (size_t i = 0; i < value_count(checks); i++)
		look_at_standard(finding, checks, says_of(value_at(checks, i), "standard"));
	if (!value_count(finding->found))
		ready_find(finding, READY_YES, xstrdup(say(TEXTS.no_standard)), NULL);
}
