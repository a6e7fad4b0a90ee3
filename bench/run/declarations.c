/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol declares beside its steps, compiled into one more step, "Conditions", whose measures
 * the controller itself takes: the extremes of the environment, the sampling rates achieved, and the
 * parameters of which the method asks something, what was scanned of the specimen, and for how long the bench was
 * away in waits that may be interrupted. They are evidence: outside its limit none of them says
 * anything of the product, and the run is INCONCLUSIVE.
 *
 * The step is a step like the others in the journal, in limits and limit sets (the keys are
 * "environment.temperature", "sampling.flow", "method.cycles"), in the report. Only no script can give
 * its measures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/protocol.h"
#include "verdict/duration.h"

static struct protocol_measure *add_measure(struct protocol *protocol, struct protocol_step *step,
					    const char *kind, const char *name,
					    const struct value *declared,
					    const struct limit_set *set, struct error *err)
{
	struct protocol_measure *measure = &step->measure[step->measure_count];
	char full[sizeof(measure->name)];
	int size = snprintf(full, sizeof(full), "%s%s", kind, name);

	if (size < 0 || (size_t)size >= sizeof(full)) {
		error_set(err, ERROR_USAGE, "%s%s: the name is too long", kind, name);
		return NULL;
	}
	if (protocol_compile_measure(measure, full, declared, protocol->id, set, err) < 0)
		return NULL;
	measure->evidence = true;
	step->measure_count++;
	return measure;
}

static int name_channel(struct protocol_condition *condition, const char *name, struct error *err)
{
	if (!name || strlen(name) >= sizeof(condition->channel_name))
		return error_set(err, ERROR_USAGE, "'%.80s' is no name of a channel",
				 name ? name : "");
	strcpy(condition->channel_name, name);
	condition->channel = -1;
	return 0;
}

static int add_environment(struct protocol *protocol, struct protocol_step *step,
			   const struct value *declared, const struct limit_set *set,
			   struct error *err)
{
	protocol->condition = xcalloc(value_count(declared) + 1, sizeof(*protocol->condition));
	for (size_t i = 0; i < value_count(declared); i++) {
		struct protocol_condition *condition = &protocol->condition[i];
		const struct value *one = value_at(declared, i);
		const char *every = value_get_text(one, "every");
		struct protocol_measure *measure =
			add_measure(protocol, step, "", value_key(declared, i), one, set, err);

		if (!measure || name_channel(condition, value_get_text(one, "channel"), err) < 0 ||
		    duration_parse(&condition->every, every ? every : "10 s", err) < 0)
			return error_context(err, "environment '%s'", value_key(declared, i));
		measure->per = true;
		condition->measure = measure;
		protocol->condition_count++;
	}
	return 0;
}

static int add_rates(struct protocol *protocol, struct protocol_step *step,
		     const struct value *declared, const struct limit_set *set, struct error *err)
{
	protocol->rate = xcalloc(value_count(declared) + 1, sizeof(*protocol->rate));
	for (size_t i = 0; i < value_count(declared); i++) {
		const char *name = value_key(declared, i);
		struct protocol_condition *rate = &protocol->rate[i];
		struct protocol_measure *measure = add_measure(protocol, step, "sampling.", name,
							       value_at(declared, i), set, err);

		if (!measure || name_channel(rate, name, err) < 0)
			return error_context(err, "sampling of '%s'", name);
		snprintf(measure->meaning, sizeof(measure->meaning), "least sampling rate of %s",
			 name);
		snprintf(measure->zh, sizeof(measure->zh), "%s 的最低采样率", name);
		rate->measure = measure;
		protocol->rate_count++;
	}
	return 0;
}

static int add_methods(struct protocol *protocol, struct protocol_step *step,
		       const struct value *params, const struct limit_set *set, struct error *err)
{
	protocol->method = xcalloc(value_count(params) + 1, sizeof(*protocol->method));
	for (size_t i = 0; i < value_count(params); i++) {
		const struct value *param = value_at(params, i);
		const char *name = value_key(params, i), *zh = value_get_text(param, "zh");
		struct protocol_method *method = &protocol->method[protocol->method_count];
		struct protocol_measure *measure;
		struct value *declared;

		if (!value_get(param, "method"))
			continue;
		declared = value_map();
		value_set(declared, "limit", value_copy(value_get(param, "method")));
		measure = add_measure(protocol, step, "method.", name, declared, set, err);
		value_free(declared);
		if (!measure)
			return error_context(err, "parameter '%s'", name);
		snprintf(measure->meaning, sizeof(measure->meaning),
			 "parameter '%s' as the method asks", name);
		snprintf(measure->zh, sizeof(measure->zh), "参数 %s 符合方法要求", zh ? zh : name);
		*method = (struct protocol_method){value_get_text(param, "value"), measure};
		protocol->method_count++;
	}
	return 0;
}

/* The measure has no limit: it is compared with a text, and not with a number. */
static void add_compared(struct protocol *protocol, struct protocol_step *step, const char *name,
			 const char *expected)
{
	struct protocol_scan *scan = &protocol->scan[protocol->scan_count++];
	struct protocol_measure *measure = &step->measure[step->measure_count++];

	snprintf(scan->name, sizeof(scan->name), "%s", name);
	scan->expected = expected;
	scan->measure = measure;
	snprintf(measure->name, sizeof(measure->name), "scan.%s", scan->name);
	snprintf(measure->meaning, sizeof(measure->meaning), "'%s' as it was scanned", scan->name);
	snprintf(measure->zh, sizeof(measure->zh), "扫描所得 %s", scan->name);
	measure->per = measure->evidence = true;
}

/* A station whose slot has a label: it is scanned where the specimen sits, whatever else the protocol scans. */
static void add_slot_scan(struct protocol *protocol, struct protocol_step *step, const char *label)
{
	struct protocol_measure *measure = &step->measure[step->measure_count];

	if (!label)
		return;
	add_compared(protocol, step, PROTOCOL_SLOT_SCAN, label);
	snprintf(measure->meaning, sizeof(measure->meaning),
		 "label of the slot in which the specimen sits, as it was scanned");
	snprintf(measure->zh, sizeof(measure->zh), "扫描所得样品所在工位的标签");
}

static int add_scan(struct protocol *protocol, struct protocol_step *step, const struct value *dut,
		    const struct value *name, struct error *err)
{
	const struct value *datum = name->kind == VALUE_TEXT ? value_get(dut, name->text) : NULL;

	if (!datum || strlen(name->text) >= sizeof(protocol->scan->name))
		return error_set(err, ERROR_USAGE, "scans: the dut has no '%.40s'",
				 name->kind == VALUE_TEXT ? name->text : "?");
	if (!strcmp(name->text, PROTOCOL_SLOT_SCAN))
		return error_set(err, ERROR_USAGE,
				 "scans: '%s' is the label of the slot, which a station says: call "
				 "the dut's datum something else",
				 PROTOCOL_SLOT_SCAN);
	add_compared(protocol, step, name->text, value_get_text(datum, "value"));
	return 0;
}

static int add_scans(struct protocol *protocol, struct protocol_step *step,
		     const struct value *value, struct error *err)
{
	const struct value *scans = value_get(value, "scans");

	protocol->scan = xcalloc(value_count(scans) + 1, sizeof(*protocol->scan));
	add_slot_scan(protocol, step, value_get_text(value, "slot_label"));
	for (size_t i = 0; i < value_count(scans); i++)
		if (add_scan(protocol, step, value_get(protocol->data, "dut"), value_at(scans, i),
			     err) < 0)
			return -1;
	return 0;
}

/* The bench was away for no time at all where nothing happened: what is allowed must hold of that. */
static int check_allowed(const struct limit *limit, struct error *err)
{
	struct quantity none = {0};

	if (unit_parse(&none.unit, "s", err) < 0 || limit_check_dimension(limit, &none, err) < 0)
		return -1;
	return limit_met(limit, &none) ? 0
				       : error_set(err, ERROR_USAGE,
						   "'%s' is no limit of an interruption: it says "
						   "for how long at most, "
						   "as in '<= 10 min'",
						   limit->text);
}

static int add_interruption(struct protocol *protocol, struct protocol_step *step, const char *name,
			    const struct value *declared, const struct limit_set *set,
			    struct error *err)
{
	struct protocol_interruption *interruption =
		&protocol->interruption[protocol->interruption_count];
	struct protocol_measure *measure =
		add_measure(protocol, step, "interruption.", name, declared, set, err);
	const char *meaning = value_get_text(declared, "meaning");
	const char *zh = value_get_text(declared, "zh");

	if (!measure)
		return -1;
	if (strlen(name) >= sizeof(interruption->name))
		return error_set(err, ERROR_USAGE, "the name is too long");
	if (!measure->limit.known) {
		memset(measure, 0, sizeof(*measure));
		step->measure_count--;
		return 0;
	}
	if (check_allowed(&measure->limit.limit, err) < 0)
		return -1;
	strcpy(interruption->name, name);
	interruption->measure = measure;
	snprintf(measure->meaning, sizeof(measure->meaning), "time that the bench was away %s",
		 meaning ? meaning : name);
	snprintf(measure->zh, sizeof(measure->zh), "%s台架中断时长", zh ? zh : name);
	protocol->interruption_count++;
	return 0;
}

static int add_interruptions(struct protocol *protocol, struct protocol_step *step,
			     const struct value *declared, const struct limit_set *set,
			     struct error *err)
{
	protocol->interruption =
		xcalloc(value_count(declared) + 1, sizeof(*protocol->interruption));
	for (size_t i = 0; i < value_count(declared); i++)
		if (add_interruption(protocol, step, value_key(declared, i), value_at(declared, i),
				     set, err) < 0)
			return error_context(err, "interruption '%s'", value_key(declared, i));
	return 0;
}

int declarations_compile(struct protocol *protocol, const struct value *value,
			 const struct limit_set *set, struct error *err)
{
	const struct value *environment = value_get(value, "environment");
	const struct value *sampling = value_get(value, "sampling");
	const struct value *params = value_get(value, "params");
	const struct value *interruptions = value_get(value, "interruptions");
	struct protocol_step *step = &protocol->step[protocol->step_count];

	protocol->destructive = value_get_bool(value, "destructive");
	step->automatic = true;
	step->repeats = 1;
	snprintf(step->name, sizeof(step->name), "Conditions");
	snprintf(step->zh, sizeof(step->zh), "检验条件");
	step->measure = xcalloc(
		value_count(environment) + value_count(sampling) + value_count(params) +
			value_count(value_get(value, "scans")) + value_count(interruptions) + 2,
		sizeof(*step->measure));
	protocol->step_count++;
	if (add_environment(protocol, step, environment, set, err) < 0 ||
	    add_rates(protocol, step, sampling, set, err) < 0 ||
	    add_methods(protocol, step, params, set, err) < 0 ||
	    add_scans(protocol, step, value, err) < 0 ||
	    add_interruptions(protocol, step, interruptions, set, err) < 0)
		return -1;
	if (step->measure_count == 0) { /* it declares nothing: there is no such step */
		free(step->measure);
		step->measure = NULL;
		protocol->step_count--;
	}
	return 0;
}

void declarations_done(struct protocol *protocol)
{
	free(protocol->condition);
	free(protocol->rate);
	free(protocol->method);
	free(protocol->scan);
	free(protocol->interruption);
}

bool protocol_interruption(const struct protocol *protocol, const char *name, int *allowed)
{
	*allowed = -1;
	for (size_t i = 0; i < protocol->interruption_count; i++)
		if (!strcmp(protocol->interruption[i].name, name))
			*allowed = (int)i;
	return value_get(value_get(protocol->data, "interruptions"), name) != NULL;
}

bool protocol_adjusts(const struct protocol *protocol)
{
	return value_count(value_get(protocol->data, "adjusts")) > 0;
}

const struct value *protocol_adjustment(const struct protocol *protocol, const char *name)
{
	return name ? value_get(value_get(protocol->data, "adjusts"), name) : NULL;
}

const struct protocol_step *protocol_conditions(const struct protocol *protocol)
{
	const struct protocol_step *last;

	if (protocol->step_count == 0)
		return NULL;
	last = &protocol->step[protocol->step_count - 1];
	return last->automatic ? last : NULL;
}

/* ---- against the fixture ---- */

static int bind(struct protocol_condition *condition, const struct fixture *fixture,
		struct error *err)
{
	condition->channel = fixture_find_channel(fixture, condition->channel_name);
	if (condition->channel < 0)
		return error_set(err, ERROR_USAGE, "fixture %s has no channel '%s'", fixture->id,
				 condition->channel_name);
	return 0;
}

/* An environment is seen by the bench's own instruments, from before the start and all the time. */
static int check_watched(const struct fixture *fixture, const struct fixture_channel *channel,
			 struct error *err)
{
	if (channel->state)
		return error_set(err, ERROR_USAGE, "channel '%s' is a state and has no extremes",
				 channel->name);
	if (channel->dut)
		return error_set(err, ERROR_USAGE,
				 "channel '%s' is the device under test: it does not say in which "
				 "environment it is tested",
				 channel->name);
	if (channel->breath)
		return error_set(err, ERROR_USAGE,
				 "channel '%s' says nothing until something breathes: an "
				 "environment is seen before the start",
				 channel->name);
	if (fixture_channel_streams(fixture, channel) && !channel->late)
		return error_set(err, ERROR_USAGE,
				 "channel '%s' comes unasked and at no known time: give its stream "
				 "`every` or `silent`",
				 channel->name);
	return 0;
}

static int bind_environment(struct protocol_condition *condition, const struct fixture *fixture,
			    struct error *err)
{
	const struct frozen_limit *limit = &condition->measure->limit;
	struct quantity probe = {0};

	if (bind(condition, fixture, err) < 0 ||
	    check_watched(fixture, &fixture->channel[condition->channel], err) < 0)
		return -1;
	probe.unit = fixture->channel[condition->channel].unit;
	return limit->known ? limit_check_dimension(&limit->limit, &probe, err) : 0;
}

/* A channel in this unit or another of its kind; NULL: the declaration does not name it. */
static int bind_column(const char *name, const char *unit, const struct fixture *fixture,
		       struct error *err)
{
	int channel = name ? fixture_find_channel(fixture, name + (name[0] == '-')) : -1;
	struct unit wanted;

	if (!name)
		return 0;
	if (channel < 0)
		return error_set(err, ERROR_USAGE, "fixture %s has no channel '%s'", fixture->id,
				 name + (name[0] == '-'));
	if (unit_parse(&wanted, unit, err) < 0)
		return -1;
	if (fixture->channel[channel].state ||
	    !unit_same_kind(&wanted, &fixture->channel[channel].unit))
		return error_set(err, ERROR_USAGE, "channel '%s' is not in %s",
				 fixture->channel[channel].name, unit);
	return 0;
}

static int bind_battery(const struct protocol *protocol, const struct fixture *fixture,
			const char *where, struct error *err)
{
	static const char *const COLUMNS[][2] = {
		{"voltage", "V"}, {"current", "A"}, {"ambient", "°C"}};
	const struct value *bdf = value_get(protocol->data, "bdf");

	for (size_t i = 0; i < sizeof(COLUMNS) / sizeof(COLUMNS[0]); i++)
		if (bind_column(value_get_text(bdf, COLUMNS[i][0]), COLUMNS[i][1], fixture, err) <
		    0)
			return error_context(err, "%s: bdf: %s", where, COLUMNS[i][0]);
	return 0;
}

int protocol_bind(struct protocol *protocol, const struct fixture *fixture, const char *where,
		  struct error *err)
{
	for (size_t i = 0; i < protocol->condition_count; i++)
		if (bind_environment(&protocol->condition[i], fixture, err) < 0)
			return error_context(err, "%s: environment '%s'", where,
					     protocol->condition[i].measure->name);
	for (size_t i = 0; i < protocol->rate_count; i++)
		if (bind(&protocol->rate[i], fixture, err) < 0)
			return error_context(err, "%s: sampling of '%s'", where,
					     protocol->rate[i].channel_name);
	return bind_battery(protocol, fixture, where, err);
}
