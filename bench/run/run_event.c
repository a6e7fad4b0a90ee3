/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event of a run. Every item of the protocol stands in it: those that were judged, with their values, as sensor
 * reports, and those that were not reached by name, so that nobody can leave out what did not suit him.
 *
 * A destructive test is CBV's "sampling" from its start on, whatever became of it; one that never began has used up
 * nothing and inspected nothing more than that. A verdict that decides nothing leaves the disposition "unknown".
 */
#include "run/run_event.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "record/event.h"
#include "record/uom.h"
#include "run/measure_shown.h"
#include "verdict/decision.h"

/* ---- identities ---- */

char *run_event_run(const struct account *account, const char *base)
{
	struct buf uri;

	buf_init(&uri);
	buf_printf(&uri, "%srun/", base);
	event_encode(&uri, account->id);
	return buf_detach(&uri);
}

static const char *dut_text(const struct account *account, const char *name)
{
	const char *text = value_get_text(value_get(account->verdict, "dut"), name);

	if (!text)
		text = value_get_text(value_get(value_get(account->head, "order"), "dut"), name);
	return text && text[0] ? text : NULL;
}

bool run_event_is_of_bench(const struct account *account)
{
	const struct value *order = value_get(account->head, "order");

	return value_get_bool(order, "qualifies") || value_get_bool(order, "by_hand");
}

static const char *header(const struct account *account, const char *name)
{
	return value_get_text(value_get(account->head, "protocol_data"), name);
}

char *run_event_slot(const char *base, const char *bench, const char *fixture, int64_t slot)
{
	struct buf uri;

	buf_init(&uri);
	buf_printf(&uri, "%sbench/", base);
	event_encode(&uri, bench);
	buf_add_text(&uri, "/fixture/");
	event_encode(&uri, fixture);
	buf_printf(&uri, "/slot/%lld", (long long)slot);
	return buf_detach(&uri);
}

char *run_event_place(const struct account *account, const char *base, const char *bench)
{
	const char *fixture = header(account, "fixture");

	if (!fixture || run_event_is_of_bench(account) ||
	    (!header(account, "checks") && !header(account, "bracket")))
		return NULL;
	return run_event_slot(base, bench, fixture,
			      value_get_int(value_get(account->head, "order"), "slot", 1));
}

/* A check's is the fixture. By its certificate and serial number; what has none of the first is named by its class. */
char *run_event_specimen(const struct account *account, const char *base, const char *bench)
{
	const struct value *data = value_get(account->head, "protocol_data");
	const char *serial = dut_text(account, "serial"), *certificate = dut_text(account, "ma");
	const char *class = value_get_text(data, "class");
	struct buf uri;

	buf_init(&uri);
	if (run_event_is_of_bench(account)) {
		buf_printf(&uri, "%sbench/", base);
		event_encode(&uri, bench);
	} else if (header(account, "checks") && header(account, "fixture")) {
		buf_done(&uri);
		return run_event_place(account, base, bench);
	} else if (serial && certificate) {
		event_identity(&uri, base, certificate, serial);
	} else if (serial) {
		event_class_identity(&uri, base,
				     class ? class : value_get_text(account->head, "protocol"),
				     serial);
	} else {
		buf_printf(&uri, "%srun/", base);
		event_encode(&uri, account->id);
		buf_add_text(&uri, "/specimen");
	}
	return buf_detach(&uri);
}

/* ---- times ---- */

static struct wall_time wall_at(const struct account *account, nsec time, int zone_minutes)
{
	nsec begin = value_get_int(account->anchor, "ns", 0);

	return (struct wall_time){.ms = (begin + time) / 1000000, .zone_minutes = zone_minutes};
}

static void set_time(struct value *map, const char *name, const struct wall_time *time)
{
	char text[WALL_TIME_SIZE];

	wall_time_write(time, text);
	value_set_text(map, name, text);
}

/* ---- measures ---- */

/* Names are whatever somebody typed, and so cannot be keys of JSON-LD. */
static struct value *pairs(const struct value *map)
{
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(map); i++) {
		struct value *pair = value_add(list, value_map());

		value_set_text(pair, "name", value_key(map, i));
		value_set(pair, "value", value_copy(value_at(map, i)));
	}
	return list;
}

static const struct value *measures_of(const struct account *account)
{
	const struct value *measures = value_get(account->verdict, "measures");

	return measures ? measures : account->judged;
}

/* What the schema of EPCIS has a place for; a unit without a code leaves the number to mse:display. */
static void set_number(struct value *report, const struct value *measure)
{
	const char *symbol = value_get_text(measure, "unit");
	struct error ignored;
	struct unit unit;
	struct uom uom;

	if (!value_get(measure, "value") || !symbol || unit_parse(&unit, symbol, &ignored) < 0 ||
	    uom_of(&unit, &uom, &ignored) < 0)
		return;
	value_set_text(report, "type", uom.type);
	value_set_real(report, "value",
		       uom_number(&uom, unit_to_si(&unit, value_get_real(measure, "value", NAN))));
	value_set_text(report, "uom", uom.code);
}

static void add_report(struct value *reports, const struct value *measure)
{
	static const char *const KEPT[] = {
		"step",	    "measure",	   "key",	"value", "unit",       "U",
		"coverage", "conformance", "reference", "limit", "acceptance", "verdict",
		"why",	    "from",	   "expected",	"found", "adjustment"};
	struct value *report = value_add(reports, value_map()), *judged = value_map();
	struct buf shown;

	buf_init(&shown);
	measure_shown(&shown, measure);
	set_number(report, measure);
	if (!value_get(report, "value") && value_get_text(measure, "found"))
		value_set_text(report, "stringValue", value_get_text(measure, "found"));
	if (!value_get(report, "type"))
		value_set_text(report, "type",
			       "mse:Check"); /* EPCIS wants one, and it is no quantity */
	for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
		if (value_get(measure, KEPT[i]))
			value_set(judged, KEPT[i], value_copy(value_get(measure, KEPT[i])));
	if (value_get(measure, "sources"))
		value_set(judged, "sources", pairs(value_get(measure, "sources")));
	if (shown.size)
		value_set_text(judged, "display", shown.data);
	event_extend(report, "item", judged);
	value_free(judged);
	buf_done(&shown);
}

static bool was_judged(const struct value *measures, const char *step, const char *name)
{
	for (size_t i = 0; i < value_count(measures); i++) {
		const struct value *one = value_at(measures, i);
		const char *its_step = value_get_text(one, "step");
		const char *its_name = value_get_text(one, "measure");

		if (its_step && its_name && !strcmp(its_step, step) && !strcmp(its_name, name))
			return true;
	}
	return false;
}

/* Items of the protocol that have no result. */
static struct value *not_reached(const struct account *account)
{
	const struct value *steps = value_get(account->head, "steps");
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(steps); i++) {
		const char *step = value_get_text(value_at(steps, i), "name");
		const struct value *measures = value_get(value_at(steps, i), "measures");

		for (size_t k = 0; step && k < value_count(measures); k++) {
			const char *name = value_key(measures, k);
			struct value *one;

			if (!name || was_judged(measures_of(account), step, name))
				continue;
			one = value_add(list, value_map());
			value_set_text(one, "step", step);
			value_set_text(one, "measure", name);
		}
	}
	return list;
}

static void add_elements(struct value *event, const struct account *account,
			 const struct run_event *made, const char *sha256)
{
	const struct value *measures = measures_of(account);
	struct wall_time begin = wall_at(account, 0, made->zone_minutes);
	struct wall_time end = wall_at(account, account->time, made->zone_minutes);
	struct value *element, *metadata, *reports;
	struct buf bench;

	if (value_count(measures) == 0)
		return;
	buf_init(&bench);
	buf_printf(&bench, "%sbench/", made->base);
	event_encode(&bench, made->bench);
	element = value_add(value_set(event, "sensorElementList", value_list()), value_map());
	metadata = value_set(element, "sensorMetadata", value_map());
	set_time(metadata, "startTime", &begin);
	set_time(metadata, "endTime", &end);
	value_set_text(metadata, "deviceID", bench.data);
	value_set(metadata, "rawData", value_printf("ni:///sha-256;%s", sha256));
	reports = value_set(element, "sensorReport", value_list());
	for (size_t i = 0; i < value_count(measures); i++)
		add_report(reports, value_at(measures, i));
	buf_done(&bench);
}

/* ---- the run ---- */

static struct value *describe_certificates(const struct account *account)
{
	const struct value *certificates = value_get(account->head, "certificates");
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(certificates); i++) {
		struct value *one = value_add(list, value_copy(value_at(certificates, i)));

		value_set_text(one, "source", value_key(certificates, i));
	}
	return list;
}

/* What was done to the specimen, by whom and when. */
static struct value *adjustments_of(const struct account *account, int zone_minutes)
{
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(account->adjustments); i++) {
		const struct value *line = value_at(account->adjustments, i);
		struct wall_time at = wall_at(account, value_get_int(line, "t", 0), zone_minutes);
		struct value *one = value_add(list, value_map());

		value_set_text(one, "what", value_get_text(line, "what"));
		value_set_text(one, "by", value_get_text(line, "by"));
		set_time(one, "at", &at);
	}
	return list;
}

static void copy_members(struct value *to, const struct value *from, const char *const *names)
{
	for (; *names; names++)
		if (value_get(from, *names))
			value_set(to, *names, value_copy(value_get(from, *names)));
}

/* What was asked for, and what came of it; when it was taken, else when it was asked for. */
static struct value *photos_of(const struct account *account, int zone_minutes)
{
	static const char *const MEMBERS[] = {"id",    "text",	 "zh",	 "sha256", "type", "size",
					      "width", "height", "file", "from",   NULL};
	struct value *list = value_list();

	for (size_t i = 0; i < value_count(account->photos); i++) {
		const struct value *photo = value_at(account->photos, i);
		const char *says = value_get_text(photo, "says");
		struct wall_time at = wall_at(account, value_get_int(photo, "t", 0), zone_minutes);
		struct value *one = value_add(list, value_map());

		copy_members(one, photo, MEMBERS);
		if (says && *says)
			value_set_text(one, "says", says);
		set_time(one, "at", &at);
	}
	return list;
}

/* A run that the bench has spoilt says nothing of the specimen, and counts no more; no other verdict goes away like this. */
static void set_retest(struct value *says, const struct value *retest, const struct value *earlier)
{
	const struct value *last = value_at(earlier, value_count(earlier) - 1);
	const char *kind = value_get_text(retest, "kind"), *was = value_get_text(last, "verdict");
	struct value *told;

	if (!retest)
		return;
	told = value_set(says, "retest", value_copy(retest));
	if (kind && !strcmp(kind, "bench-error") && was &&
	    !strcmp(was, verdict_name(VERDICT_ERROR)))
		value_set_text(told, "voids", value_get_text(last, "run"));
}

/* As it was when the run began; NULL: the journal does not hold it. */
static const char *digest_of_fixture(const struct account *account)
{
	const char *name = value_get_text(account->head, "fixture_source");

	for (size_t i = 0; name && i < value_count(account->sources); i++) {
		const struct value *source = value_at(account->sources, i);
		const char *own = value_get_text(source, "name");

		if (own && !strcmp(own, name))
			return value_get_text(source, "sha256");
	}
	return NULL;
}

static void set_bracket(struct value *says, const struct account *account,
			const struct run_event *made)
{
	char *place = run_event_place(account, made->base, made->bench);
	bool is_check = header(account, "checks") != NULL;
	struct value *told;

	if (!place)
		return;
	told = value_set(says, is_check ? "checks" : "bracket", value_map());
	if (!is_check)
		value_set_text(told, "by", header(account, "bracket"));
	value_set_text(told, "place", place);
	value_set_text(told, "fixture", digest_of_fixture(account));
	if (!is_check && value_get(account->head, "bracket_check"))
		value_set(told, "check", value_copy(value_get(account->head, "bracket_check")));
	free(place);
}

static struct value *describe_run(const struct account *account, const struct run_event *made)
{
	static const char *const HEAD[] = {"davy",
					   "protocol",
					   "version",
					   "title",
					   "zh",
					   "standard",
					   "deviation",
					   "decision",
					   "limit_set",
					   "calibration",
					   "calibration_from",
					   "protocol_source",
					   "fixture_source",
					   "limits_source",
					   "station_source",
					   NULL};
	static const char *const VERDICT[] = {
		"verdict", "why",	"simulated_why", "wires",   "fault",
		"only",	   "unfit",	"force",	 "slot",    "cause",
		"by_hand", "qualifies", "warnings",	 "as_left", NULL};
	struct wall_time begin = wall_at(account, 0, made->zone_minutes);
	struct wall_time end = wall_at(account, account->time, made->zone_minutes);
	struct value *says = value_map();

	value_set_int(says, "format", RUN_EVENT_FORMAT);
	value_set_text(says, "run", account->id);
	copy_members(says, account->head, HEAD);
	copy_members(says, account->verdict, VERDICT);
	value_set_bool(says, "simulated", value_get_bool(account->head, "simulated"));
	value_set_bool(says, "controlled", value_get_bool(account->verdict, "controlled"));
	set_time(says, "began", &begin);
	set_time(says, "ended", &end);
	value_set_text(says, "clock", value_get_text(account->anchor, "from"));
	value_set(says, "dut", pairs(value_get(value_get(account->head, "order"), "dut")));
	set_retest(says, value_get(value_get(account->head, "order"), "retest"), made->earlier);
	if (value_get(value_get(account->head, "order"), "task"))
		value_set(says, "task",
			  pairs(value_get(value_get(account->head, "order"), "task")));
	value_set(says, "params", pairs(value_get(value_get(account->head, "order"), "params")));
	set_bracket(says, account, made);
	value_set_text(says, "comparison", "full value (GB/T 8170-2008)");
	if (made->software)
		value_set(says, "software", value_copy(made->software));
	value_set(says, "sources", value_copy(account->sources));
	value_set(says, "certificates", describe_certificates(account));
	value_set(says, "devices", value_copy(account->devices));
	if (value_count(account->gases))
		value_set(says, "gases", value_copy(account->gases));
	if (value_count(account->adjustments))
		value_set(says, "adjustments", adjustments_of(account, made->zone_minutes));
	if (value_count(account->photos))
		value_set(says, "photos", photos_of(account, made->zone_minutes));
	if (account->environment)
		value_set(says, "environment", value_copy(account->environment));
	value_set(says, "notReached", not_reached(account));
	value_set_text(value_set(says, "journal", value_copy(made->digest)), "chain",
		       account->chain);
	value_set_int(says, "attempt", 1 + (int64_t)value_count(made->earlier));
	if (value_count(made->earlier))
		value_set(says, "earlier", value_copy(made->earlier));
	if (made->is_late)
		value_set_bool(says, "late", true);
	return says;
}

static void set_disposition(struct value *event, const struct account *account)
{
	const char *verdict = value_get_text(account->verdict, "verdict");

	value_set_text(event, "disposition",
		       verdict && !strcmp(verdict, verdict_name(VERDICT_PASS))	 ? "conformant"
		       : verdict && !strcmp(verdict, verdict_name(VERDICT_FAIL)) ? "non_conformant"
										 : "unknown");
}

static void set_places(struct value *event, const struct account *account,
		       const struct run_event *made)
{
	char *run = run_event_run(account, made->base);
	struct value *transaction;
	struct buf bench;

	buf_init(&bench);
	buf_printf(&bench, "%sbench/", made->base);
	event_encode(&bench, made->bench);
	value_set_text(value_set(event, "readPoint", value_map()), "id", bench.data);
	transaction = value_add(value_set(event, "bizTransactionList", value_list()), value_map());
	value_set_text(transaction, "type", "testres");
	value_set_text(transaction, "bizTransaction", run);
	buf_done(&bench);
	free(run);
}

struct value *run_event(const struct account *account, const struct run_event *made,
			struct error *err)
{
	const char *sha256 = value_get_text(made->digest, "sha256");
	struct value *event, *says;
	struct wall_time end = wall_at(account, account->time, made->zone_minutes);
	char *specimen;

	if (!sha256) {
		error_set(err, ERROR_USAGE, "nothing is known of its journal");
		return NULL;
	}
	specimen = run_event_specimen(account, made->base, made->bench);
	event = event_new(account->consumes ? LIFE_DESTRUCTIVE_TEST : LIFE_INSPECTING, made->id,
			  &end, specimen);
	set_disposition(event, account);
	set_places(event, account, made);
	add_elements(event, account, made, sha256);
	says = describe_run(account, made);
	event_extend(event, "run", says);
	value_free(says);
	free(specimen);
	return event;
}
