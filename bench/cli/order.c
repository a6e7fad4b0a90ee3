/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order: what the options of davy run say, checked as far as it can be without the controller, as the
 * map that run/order.c reads. Paths become absolute: the controller stands in another folder.
 */
#include "cli/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/catalogue.h"
#include "cli/place.h"

static const struct {
	struct words severity_twice, severity, severity_alone, clock, sim_only;
} TEXTS = {
	.severity_twice = {"the severity was given twice: by --sim and by --severity",
			   "故障程度给出了两次:--sim 与 --severity"},
	.severity = {"a severity is above 0 and at most 1, and '%s' is not",
		     "故障程度须大于 0 且不超过 1,'%s' 不是"},
	.severity_alone = {"--severity needs a fault: --sim=FAULT",
			   "--severity 需要故障名:--sim=FAULT"},
	.clock = {"--clock takes real, virtual or xN, and '%s' is none of them",
		  "--clock 须为 real、virtual 或 xN,'%s' 不是"},
	.sim_only = {"--clock and --seed are for simulated runs: add --sim",
		     "--clock 与 --seed 仅用于仿真:请加 --sim"},
};

static int read_severity(struct value *order, const struct run_settings *settings, char *fault,
			 struct error *err)
{
	char *colon = fault ? strrchr(fault, ':') : NULL, *end;
	double severity = settings->severity;
	char text[40];

	if (colon && severity != 0)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.severity_twice));
	if (!fault && severity != 0)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.severity_alone));
	if (!colon && severity == 0)
		return 0;
	snprintf(text, sizeof(text), "%.30g", severity);
	if (colon) {
		*colon = '\0';
		snprintf(text, sizeof(text), "%s", colon + 1);
		severity = strtod(colon + 1, &end);
		if (end == colon + 1 || *end)
			severity = 0;
	}
	if (!(severity > 0 && severity <= 1))
		return error_set(err, ERROR_USAGE, say(TEXTS.severity), text);
	value_set_real(order, "severity", severity);
	return 0;
}

static int read_sim(struct value *order, const struct run_settings *settings, struct error *err)
{
	char *fault = settings->sim.text ? xstrdup(settings->sim.text) : NULL;
	int done = read_severity(order, settings, fault, err);

	value_set_bool(order, "simulated", settings->sim.given);
	value_set_text(order, "fault", fault);
	free(fault);
	return done;
}

static int read_clock(struct value *order, const struct run_settings *settings, struct error *err)
{
	const char *clock = settings->clock;
	char *end;

	if (!settings->sim.given && (clock || settings->seed))
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.sim_only));
	if (clock && clock[0] == 'x') {
		double scale = strtod(clock + 1, &end);

		if (end == clock + 1 || *end || !(scale > 0 && scale <= 1e6))
			return error_set(err, ERROR_USAGE, say(TEXTS.clock), clock);
		value_set_real(order, "scale", scale);
		clock = "scaled";
	} else if (clock && strcmp(clock, "real") != 0 && strcmp(clock, "virtual") != 0) {
		return error_set(err, ERROR_USAGE, say(TEXTS.clock), clock);
	}
	value_set_text(order, "clock", clock);
	return 0;
}

static int set_path(struct value *order, const char *key, const char *path, struct error *err)
{
	char *whole = path ? place_absolute(path) : NULL;

	value_set_text(order, key, whole);
	free(whole);
	if (path && access(path, R_OK) < 0) {
		error_os(err, "--%s %s", key, path);
		err->kind = ERROR_USAGE;
		return -1;
	}
	return 0;
}

struct value *order_of_settings(const struct run_settings *settings, const char *name,
				struct error *err)
{
	char *program = place_program(err);
	char *protocol = program ? catalogue_find_protocol(program, name, err) : NULL;
	struct value *order;

	free(program);
	if (!protocol)
		return NULL;
	order = value_map();
	value_set_text(order, "protocol", protocol);
	free(protocol);
	value_set_int(order, "slot", settings->slot);
	if (settings->dut)
		value_set(order, "dut", value_copy(settings->dut));
	if (settings->params)
		value_set(order, "params", value_copy(settings->params));
	value_set_int(order, "seed", settings->seed ? settings->seed : 1);
	value_set_text(order, "only", settings->only);
	if (set_path(order, "station", settings->station, err) < 0 ||
	    set_path(order, "limits", settings->limits, err) < 0 ||
	    read_sim(order, settings, err) < 0 || read_clock(order, settings, err) < 0) {
		value_free(order);
		return NULL;
	}
	return order;
}
