/* SPDX-License-Identifier: Apache-2.0 */
/* Orders as the map that a command sends to the controller, and back. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/plan.h"
#include "verdict/duration.h"

static const char *const CLOCKS[] = {NULL, "real", "scaled", "virtual"};

enum { SCALE_MOST = 1000000 };

static char *text_of(const struct value *value, const char *key)
{
	const char *text = value_get_text(value, key);

	return text ? xstrdup(text) : NULL;
}

static struct value *map_of(const struct value *value, const char *key)
{
	const struct value *map = value_get(value, key);

	return map && map->kind == VALUE_MAP ? value_copy(map) : value_map();
}

static int clock_of(struct order *order, const char *clock, struct error *err)
{
	for (int i = 1; i <= 3; i++) {
		if (strcmp(CLOCKS[i], clock) != 0)
			continue;
		order->clock = (enum clock_kind)i;
		return 0;
	}
	return error_set(err, ERROR_USAGE, "a clock is real, scaled or virtual, not '%s'", clock);
}

bool order_needs_protocol(const struct order *order)
{
	return !order->by_hand && !order->qualifies;
}

bool order_has_wires(const struct order *order)
{
	return !order->simulated || order->rig;
}

static int read_clock(struct order *order, const struct value *value, struct error *err)
{
	const char *clock = value_get_text(value, "clock");

	order->scale = value_get_real(value, "scale", 1);
	order->clock = order_has_wires(order) ? CLOCK_KIND_REAL : CLOCK_KIND_VIRTUAL;
	if (clock && clock_of(order, clock, err) < 0)
		return -1;
	/* slower than real, a run that is told to stop would not come to its end */
	if (!(order->scale >= 1 && order->scale <= SCALE_MOST))
		return error_set(err, ERROR_USAGE, "time goes 1 to %d times as fast as real time",
				 SCALE_MOST);
	if (order->by_hand && order->clock == CLOCK_KIND_VIRTUAL)
		return error_set(err, ERROR_USAGE,
				 "whoever operates a bench by hand lives in real time");
	if (order->rig && order->clock == CLOCK_KIND_VIRTUAL)
		return error_set(
			err, ERROR_USAGE,
			"wires know no virtual time: with --rig the clock is real or xN, at "
			"the pace of `davy rig`");
	if (!order->simulated && order->clock != CLOCK_KIND_REAL)
		return error_set(err, ERROR_USAGE,
				 "a run on real wires keeps real time: drop --clock, or add --sim");
	return 0;
}

/* Which wires there are, and what may not be asked of them. */
static int check_wires(const struct order *order, struct error *err)
{
	if (order->rig && !order->station)
		return error_set(err, ERROR_USAGE,
				 "--rig is for real wires that `davy rig` plays: name them with "
				 "--station FILE");
	if (order_has_wires(order) && order->fault)
		return error_set(
			err, ERROR_USAGE,
			"fault '%s': what stands at the end of real wires has no faults to "
			"order: give it to `davy rig`, or add --sim",
			order->fault);
	if (order_has_wires(order) && !order->station)
		return error_set(
			err, ERROR_USAGE,
			"a run on real wires needs --station FILE, which names them; --sim "
			"runs the protocol against its simulated bench");
	return 0;
}

/* What goes into a certificate was really measured, whole, as the protocol asks. */
static int check_certificate(const struct order *order, struct error *err)
{
	const char *what = !order->certificate		  ? NULL
			   : order->rig			  ? "--rig"
			   : order->simulated		  ? "--sim"
			   : order->only		  ? "--only"
			   : order->force		  ? "--force"
			   : !order_needs_protocol(order) ? "without a protocol"
							  : NULL;

	if (!what)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "a run %s is none for a certificate: drop one of the two", what);
}

/* An identity becomes part of the record's subject (record/store.h), three bytes for each of its own where it is no ASCII. */
enum { IDENTITY_MOST = 120, TEXT_MOST = 1000 };

static int check_texts(const struct value *map, const char *option, struct error *err)
{
	for (size_t i = 0; i < value_count(map); i++) {
		const char *key = value_key(map, i);
		bool is_identity = !strcmp(key, "serial") || !strcmp(key, "ma");
		size_t most = is_identity ? IDENTITY_MOST : TEXT_MOST;
		size_t size = value_at(map, i)->kind == VALUE_TEXT ? value_at(map, i)->size : 0;

		if (size > most)
			return error_set(err, ERROR_USAGE,
					 "--%s %.40s= has %zu bytes, and a record takes %zu of it "
					 "at most; was "
					 "it scanned twice?",
					 option, key, size, most);
	}
	return 0;
}

static int check_continues(struct order *order, const struct value *value, struct error *err)
{
	const char *outage = value_get_text(value, "outage");

	if (!order->continues)
		return 0;
	if (!*order->continues || strchr(order->continues, '/') || *order->continues == '.')
		return error_set(err, ERROR_USAGE, "'%.80s' is no run's name", order->continues);
	if (order_has_wires(order) && outage)
		return error_set(
			err, ERROR_USAGE,
			"how long a bench with wires was away is measured, and not said: drop "
			"--outage");
	if (!order_has_wires(order) && !outage)
		return error_set(err, ERROR_USAGE,
				 "a simulated bench loses its power for as long as it is told: "
				 "--outage \"10 min\"");
	return outage ? duration_parse(&order->outage, outage, err) : 0;
}

struct order *order_from_value(const struct value *value, struct error *err)
{
	struct order *order = xcalloc(1, sizeof(*order));
	int64_t slot = value_get_int(value, "slot", 1);

	order->protocol = text_of(value, "protocol");
	order->by_hand = value_get_bool(value, "by_hand");
	order->qualifies = value_get_bool(value, "qualifies");
	order->consents = value_get_bool(value, "consents");
	order->no_person = value_get_bool(value, "no_person");
	order->pulls = value_get_bool(value, "pulls");
	order->pulled = text_of(value, "pulled");
	order->fixture = text_of(value, "fixture");
	order->station = text_of(value, "station");
	order->limits = text_of(value, "limits");
	order->fault = text_of(value, "fault");
	order->only = text_of(value, "only");
	order->destroys = text_of(value, "destroys");
	order->force = value_get_bool(value, "force");
	order->certificate = value_get_bool(value, "certificate");
	order->as_left = value_get_bool(value, "as_left");
	order->slot = (int)slot;
	order->dut = map_of(value, "dut");
	order->params = map_of(value, "params");
	order->task = map_of(value, "task");
	order->retest = map_of(value, "retest");
	order->rig = value_get_bool(value, "rig");
	order->simulated = order->rig || value_get_bool(value, "simulated");
	order->severity = value_get_real(value, "severity", 1);
	order->seed = value_get_int(value, "seed", 1);
	order->continues = text_of(value, "continues");
	order->serial_again = text_of(value, "serial_again");
	if (value_get(value, "mutant"))
		error_set(err, ERROR_USAGE,
			  "a mutant of a protocol is rehearsed by `davy check --mutants`, and "
			  "ordered "
			  "by nobody");
	else if (slot < 0 || slot > SLOTS_MOST)
		error_set(err, ERROR_USAGE, "slots have the numbers 1 to %d, and %lld is none",
			  SLOTS_MOST, (long long)slot);
	else if (!order->protocol && order_needs_protocol(order))
		error_set(err, ERROR_USAGE, "an order names a protocol");
	else if (!order_needs_protocol(order) && !order->station && !order->fixture)
		error_set(err, ERROR_USAGE,
			  "what is operated by hand or qualified is a station's slot, or a "
			  "fixture");
	else if (order->pulls && !order_has_wires(order))
		error_set(err, ERROR_USAGE, "a simulated bench has no plug to pull");
	else if (check_continues(order, value, err) == 0 && check_certificate(order, err) == 0 &&
		 check_texts(order->dut, "dut", err) == 0 &&
		 check_texts(order->params, "param", err) == 0 &&
		 check_texts(order->task, "task", err) == 0 && read_clock(order, value, err) == 0 &&
		 check_wires(order, err) == 0)
		return order;
	order_free(order);
	return NULL;
}

struct value *order_to_value(const struct order *order)
{
	struct value *value = value_map();

	value_set_text(value, "protocol", order->protocol);
	if (order->by_hand)
		value_set_bool(value, "by_hand", true);
	if (order->qualifies)
		value_set_bool(value, "qualifies", true);
	if (order->consents)
		value_set_bool(value, "consents", true);
	if (order->no_person)
		value_set_bool(value, "no_person", true);
	if (order->pulls)
		value_set_bool(value, "pulls", true);
	value_set_text(value, "pulled", order->pulled);
	value_set_text(value, "fixture", order->fixture);
	value_set_text(value, "station", order->station);
	value_set_text(value, "limits", order->limits);
	value_set_int(value, "slot", order->slot);
	value_set(value, "dut", value_copy(order->dut));
	value_set(value, "params", value_copy(order->params));
	if (value_count(order->retest))
		value_set(value, "retest", value_copy(order->retest));
	if (value_count(order->task))
		value_set(value, "task", value_copy(order->task));
	value_set_bool(value, "simulated", order->simulated);
	if (order->rig)
		value_set_bool(value, "rig", true);
	value_set_text(value, "fault", order->fault);
	value_set_real(value, "severity", order->severity);
	value_set_int(value, "seed", order->seed);
	value_set_text(value, "only", order->only);
	value_set_text(value, "destroys", order->destroys);
	if (order->force)
		value_set_bool(value, "force", true);
	if (order->certificate)
		value_set_bool(value, "certificate", true);
	if (order->as_left)
		value_set_bool(value, "as_left", true);
	value_set_text(value, "clock", CLOCKS[order->clock]);
	value_set_real(value, "scale", order->scale);
	if (order->mutant)
		value_set_text(value, "mutant", order->mutant->name);
	return value;
}

void order_free(struct order *order)
{
	if (!order)
		return;
	free(order->protocol);
	free(order->fixture);
	free(order->pulled);
	free(order->station);
	free(order->limits);
	free(order->fault);
	free(order->only);
	free(order->destroys);
	free(order->continues);
	free(order->serial_again);
	value_free(order->dut);
	value_free(order->params);
	value_free(order->task);
	value_free(order->retest);
	free(order);
}
