/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second half of a plan: everything was loaded; now it is compiled and held against the order. What
 * is missing or does not fit is said here, in a sentence, and not when the gas is on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "port/serial_sim.h"
#include "record/retest.h"
#include "run/control.h"
#include "run/plan.h"
#include "run/registered.h"
#include "verdict/duration.h"

/* The slot must be there, and hold the fixture that the protocol needs. */
static int check_station(const struct plan *plan, struct error *err)
{
	if (!plan->station_data)
		return 0;
	return station_check_slot(plan->station_data, plan->order->slot,
				  value_get_text(plan->protocol_data, "fixture"),
				  plan->station_source, err);
}

/* The station's own, else the example that comes with the fixture; what is real rests on no example. */
static char *calibration_path(const struct plan *plan, const char *root)
{
	const char *own = value_get_text(plan->station_data, "calibration");
	const char *station = plan->order->station;

	if (own)
		return own[0] == '/' ? xstrdup(own)
				     : xprintf("%.*s/%s", (int)(strrchr(station, '/') - station),
					       station, own);
	if (!plan->order->simulated)
		return NULL;
	return xprintf("%s/fixtures/%s/calibration.csv", root,
		       value_get_text(plan->protocol_data, "fixture"));
}

/* What is really measured rests on the register, if the laboratory has one. */
static char *registered_text(const struct plan *plan)
{
	if (plan->order->simulated)
		return NULL;
	return registered_csv(value_get(plan->registered, "calibrations"),
			      value_get(plan->registered, "checks"));
}

static int read_calibration(struct plan *plan, const char *root, struct error *err)
{
	char *registered = registered_text(plan), *path = NULL;
	const char *own = value_get_text(plan->station_data, "calibration");
	const struct plan_source *source;

	if (!registered)
		path = calibration_path(plan, root);
	if (!registered && (!path || (!file_exists(path) && !own))) {
		free(path);
		snprintf(plan->calibration_name, sizeof(plan->calibration_name), "none");
		plan->calibration_from = "none";
		plan->calibration = calibration_none();
		return 0;
	}
	plan->calibration_from = registered ? "register" : own ? "station" : "fixture";
	source = registered ? plan_add_text(plan, REGISTERED_SOURCE, registered, err)
			    : plan_read(plan, root, path, err);
	free(path);
	if (!source)
		return -1;
	snprintf(plan->calibration_name, sizeof(plan->calibration_name), "%s", source->name);
	plan->calibration = calibration_parse(source->text, source->name, err);
	return plan->calibration ? 0 : -1;
}

static int read_limits(struct plan *plan, const char *root, struct error *err)
{
	const struct plan_source *source;
	struct error unsigned_why;

	if (!plan->order->limits)
		return 0;
	source = plan_read(plan, root, plan->order->limits, err);
	if (!source)
		return -1;
	plan->limits_source = source->name;
	plan->limit_set = limit_set_parse(source->text, source->size, source->name, err);
	if (!plan->limit_set)
		return -1;
	if (!plan->order->simulated && limit_set_grade(plan->limit_set) == GRADE_LAB &&
	    control_check_source(plan, source, &unsigned_why) < 0) {
		plan->limits_unsigned = true;
		limit_set_distrust(plan->limit_set);
	}
	return 0;
}

static int read_grid(struct plan *plan, struct error *err)
{
	const char *grid = value_get_text(plan->world_data, "grid");

	plan->grid = MSEC(100);
	if (grid && duration_parse(&plan->grid, grid, err) < 0)
		return error_context(err, "%s: grid", plan->world_source);
	if (plan->grid < MSEC(1))
		return error_set(err, ERROR_USAGE, "%s: the grid is at least 1 ms",
				 plan->world_source);
	return 0;
}

static bool fault_is_known(const struct plan *plan, const char *fault)
{
	const struct value *faults = value_get(plan->world_data, "faults");

	for (size_t i = 0; i < value_count(faults); i++) {
		const char *name = value_get_text(value_at(faults, i), "name");

		if (name && !strcmp(name, fault))
			return true;
	}
	return false;
}

/* "flow", a fault of the world, or "meter.mute", one of the line to a device. */
static int check_fault(const struct plan *plan, const char *fault, struct error *err)
{
	const char *dot = strrchr(fault, '.');
	enum line_fault ignored;
	char name[32];

	if (!dot && !fault_is_known(plan, fault))
		return error_set(
			err, ERROR_USAGE,
			"%s knows no fault '%s'; `davy list fixtures` shows those it knows",
			plan->world_source, fault);
	if (!dot)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(dot - fault), fault);
	if (fixture_find_device(plan->fixture, name) < 0)
		return error_set(err, ERROR_USAGE, "fault '%s': fixture %s has no device '%s'",
				 fault, plan->fixture->id, name);
	if (line_fault_parse(&ignored, dot + 1, err) < 0)
		return error_context(err, "fault '%s'", fault);
	return 0;
}

static int check_twins(const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->fixture->device_count; i++) {
		const struct fixture_device *device = &plan->fixture->device[i];

		if (!value_get(plan->simulators, device->name))
			return error_set(err, ERROR_USAGE,
					 "device '%s': driver %s has no twin (looked for "
					 "fixtures/drivers/%s/twin.lua): what cannot be simulated "
					 "cannot be rehearsed",
					 device->name, device->driver->id, device->driver->id);
	}
	return 0;
}

static int check_only(const struct plan *plan, const char *only, struct error *err)
{
	const struct protocol_step *step = protocol_find_step(plan->protocol, only);

	if (!step || step->automatic)
		return error_set(err, ERROR_USAGE, "%s has no step '%s'", plan->protocol->id, only);
	return 0;
}

/*
 * What the protocol wants to know of the device under test stands in the record of what was really
 * tested: nothing is taken from a simulated one.
 */
static int check_specimen(const struct plan *plan, struct error *err)
{
	const struct value *dut = value_get(plan->protocol_data, "dut");

	for (size_t i = 0; i < value_count(dut); i++) {
		const char *ask = value_get_text(value_at(dut, i), "ask");
		const char *told = value_get_text(value_at(dut, i), "value");

		if (!told || !told[strspn(told, " \t")])
			return error_set(err, ERROR_USAGE,
					 "%s: a run on real wires is told of its specimen: "
					 "--dut %s=…%s%s",
					 plan->protocol->id, value_key(dut, i), ask ? ", " : "",
					 ask ? ask : "");
	}
	return 0;
}

static int check_order(const struct plan *plan, struct error *err)
{
	const struct order *order = plan->order;

	if (order->only && check_only(plan, order->only, err) < 0)
		return -1;
	if (order->as_left && !protocol_adjusts(plan->protocol))
		return error_set(
			err, ERROR_USAGE,
			"%s adjusts nothing: a specimen that is not adjusted is left as it "
			"was found. Drop --verdict as-left",
			plan->protocol->id);
	if (order_has_wires(order))
		return order->simulated ? 0 : check_specimen(plan, err);
	if (!plan->world_data)
		return error_set(err, ERROR_USAGE, "fixture %s has no world to simulate it with",
				 plan->fixture->id);
	if (check_twins(plan, err) < 0)
		return -1;
	return order->fault ? check_fault(plan, order->fault, err) : 0;
}

static int bind_wires(struct plan *plan, struct error *err)
{
	if (!order_has_wires(plan->order))
		return station_check_identities(
			station_find_slot(plan->station_data, plan->order->slot), plan->fixture,
			err);
	plan->wires = station_slot_compile(plan->station_data, plan->order->slot, plan->fixture,
					   plan->station_source, err);
	return plan->wires ? 0 : -1;
}

static int take_bounds(struct plan *plan, struct error *err)
{
	if (fixture_take_bounds(plan->fixture, value_get(plan->protocol_data, "bounds"), err) < 0)
		return error_context(err, "%s", plan->protocol_source);
	return 0;
}

/* What is odd about a line is said before the run begins; whether it matters, the script decides when it opens it. */
static void take_supply(struct plan *plan)
{
	const struct fixture *fixture = plan->fixture;

	if (!order_has_wires(plan->order) || plan->order->simulated ||
	    !order_needs_protocol(plan->order) || fixture->gas_count == 0)
		return;
	plan->supply = gas_supply_new(fixture, value_get(plan->registered, "connections"),
				      plan->order->slot, plan->wall);
	for (size_t i = 0; i < fixture->gas_count; i++) {
		struct error why;

		if (gas_supply_allows(plan->supply, fixture, i, 0, 0, 0, &why) < 0)
			value_add(plan->warnings, value_text(why.text));
	}
}

/* The one place at which a mutant comes in; nothing that drives a wire is one. */
static int compile_protocol(struct plan *plan, struct error *err)
{
	const struct mutant *mutant = plan->order->mutant;

	if (mutant && (!plan->order->simulated || order_has_wires(plan->order)))
		return error_set(err, ERROR_REFUSED, "%s: a mutant drives no wires: %s",
				 plan->protocol_source, mutant->name);
	value_set_text(plan->protocol_data, "slot_label", plan_slot_label(plan));
	if (mutant)
		mutant_change_data(mutant, plan->protocol_data);
	plan->protocol =
		protocol_compile(plan->protocol_data, plan->limit_set, plan->protocol_source, err);
	if (!plan->protocol)
		return -1;
	if (mutant)
		mutant_change_protocol(mutant, plan->protocol);
	return 0;
}

int plan_compile(struct plan *plan, const char *root, struct error *err)
{
	plan->wall = order_has_wires(plan->order) ? loop_wall_time() : PLAN_STATED_EPOCH;
	if (check_station(plan, err) < 0 || read_limits(plan, root, err) < 0 ||
	    read_calibration(plan, root, err) < 0)
		return -1;
	if (compile_protocol(plan, err) < 0)
		return -1;
	plan->warnings = protocol_warnings(plan->protocol, plan->limit_set);
	if (plan->limits_unsigned)
		value_add(plan->warnings,
			  value_printf("%s: nobody has signed this limit set, so on real wires its "
				       "limits decide nothing: davy limits sign",
				       plan->limits_source));
	plan->fixture =
		fixture_compile(plan->fixture_data, plan->drivers, plan->fixture_source, err);
	if (!plan->fixture || take_bounds(plan, err) < 0 ||
	    protocol_bind(plan->protocol, plan->fixture, plan->protocol_source, err) < 0 ||
	    read_grid(plan, err) < 0 || check_order(plan, err) < 0 || bind_wires(plan, err) < 0)
		return -1;
	take_supply(plan);
	if (!plan->order->simulated &&
	    retest_check(plan->order->retest, value_get(plan->registered, "authorisers"), err) < 0)
		return -1;
	return control_check(plan, err);
}
