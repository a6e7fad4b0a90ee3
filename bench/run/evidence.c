/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings and their budgets.
 *
 * What an instrument's certificate does not cover is not guessed: the reading is kept, with a flaw in
 * words, and whatever is judged on it becomes INCONCLUSIVE. The device under test needs no certificate:
 * it is what is being tested. Elapsed times rest on the bench clock, which is an instrument like any
 * other: "clock", quantity "time", in the calibration file.
 */
#include "run/evidence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "verdict/expression.h"

static const double ROOT_THREE = 1.7320508075688772;

void evidence_init(struct evidence *evidence, const struct fixture *fixture,
		   const struct calibration *calibration, int slot, nsec wall)
{
	*evidence = (struct evidence){
		.fixture = fixture, .calibration = calibration, .slot = slot, .wall = wall};
}

void evidence_done(struct evidence *evidence)
{
	free(evidence->reading);
	evidence->reading = NULL;
}

static uint64_t next_id(const struct evidence *evidence)
{
	return evidence->count + 1;
}

uint64_t evidence_quantity(struct evidence *evidence, const struct quantity *quantity,
			   const char *flaw)
{
	struct reading *reading;

	if (evidence->count == evidence->room) {
		evidence->room = evidence->room ? evidence->room * 2 : 64;
		evidence->reading =
			xrealloc(evidence->reading, evidence->room * sizeof(*evidence->reading));
	}
	reading = &evidence->reading[evidence->count++];
	reading->quantity = *quantity;
	reading->of = NULL;
	snprintf(reading->flaw, sizeof(reading->flaw), "%s", flaw ? flaw : "");
	return evidence->count;
}

static uint64_t add_reading(struct evidence *evidence, const struct quantity *quantity,
			    const char *of, const char *flaw)
{
	uint64_t id = evidence_quantity(evidence, quantity, flaw);

	evidence->reading[id - 1].of = of;
	return id;
}

static void add_own_source(struct quantity *quantity, const char *kind, uint64_t id,
			   double standard)
{
	char source[40];
	struct error ignored;

	if (!(standard > 0))
		return;
	snprintf(source, sizeof(source), "#%s%llu", kind, (unsigned long long)id);
	/* independent sources are folded when the table is full: this cannot fail */
	quantity_add_source(quantity, source, standard, &ignored);
}

static void say_absent(const struct evidence *evidence, const char *instrument, const char *what,
		       char *flaw)
{
	int slot = calibration_other_slot(evidence->calibration, instrument, what);
	int said = snprintf(flaw, EVIDENCE_FLAW, "there is no certificate for %s%s%s", instrument,
			    what[0] ? "." : "", what);

	if (slot)
		snprintf(flaw + said, EVIDENCE_FLAW - (size_t)said,
			 " in slot %d, only one bound to slot %d", evidence->slot, slot);
}

/*
 * The certificate of an instrument's quantity, when it holds at this time and is in a unit that can be
 * compared with `unit`; else NULL or what there is, and `flaw` says in words what is wrong with it.
 */
static const struct certificate *find_certificate(const struct evidence *evidence,
						  const char *instrument, const char *what,
						  const struct unit *unit, char *flaw)
{
	const struct certificate *certificate =
		calibration_find(evidence->calibration, evidence->slot, instrument, what);
	const char *dot = what[0] ? "." : "";

	if (!certificate) {
		say_absent(evidence, instrument, what, flaw);
		return NULL;
	}
	if (!unit_same_kind(&certificate->unit, unit)) {
		snprintf(flaw, EVIDENCE_FLAW,
			 "certificate %s of %s%s%s is in %s, and the reading in %s",
			 certificate->number, instrument, dot, what, certificate->unit.symbol,
			 unit->symbol);
		return NULL;
	}
	if (certificate_expired(certificate, evidence->wall + evidence->now))
		snprintf(flaw, EVIDENCE_FLAW, "certificate %s of %s%s%s ran out on %s",
			 certificate->number, instrument, dot, what, certificate->due);
	else if (isnan(certificate->repeatability))
		snprintf(flaw, EVIDENCE_FLAW,
			 "check standard %s does not give the repeatability of %s%s%s now: davy "
			 "check-standard show %s",
			 certificate->check_standard, instrument, dot, what,
			 certificate->check_standard);
	return certificate;
}

static void add_standard(struct quantity *quantity, const struct certificate *certificate,
			 double standard, char *flaw)
{
	struct error err;

	if (quantity_add_source(quantity, certificate->source, standard, &err) < 0)
		snprintf(flaw, EVIDENCE_FLAW, "%.150s", err.text);
}

/* Add what the certificate says, or say in words that there is none that holds; NULL then. */
static const struct certificate *add_certificate(const struct evidence *evidence,
						 struct quantity *quantity, const char *instrument,
						 const char *what, char *flaw)
{
	const struct certificate *certificate =
		find_certificate(evidence, instrument, what, &quantity->unit, flaw);

	if (certificate)
		add_standard(quantity, certificate,
			     certificate_standard(certificate, quantity->value), flaw);
	return certificate;
}

/* A count over a gate is wrong by the share by which the gate is, both parts of the clock's in it. */
static void add_gate(const struct evidence *evidence, struct quantity *quantity, nsec gate,
		     char *flaw)
{
	double seconds = nsec_seconds(gate);
	struct unit second;
	struct error ignored;

	unit_parse(&second, "s", &ignored);
	const struct certificate *certificate =
		find_certificate(evidence, "clock", "time", &second, flaw);
	if (certificate && seconds > 0)
		add_standard(quantity, certificate,
			     certificate_standard(certificate, seconds) / seconds *
				     fabs(quantity->value),
			     flaw);
}

/* A volume is its mean flow, about which the certificate speaks, times the time over which it flowed. */
static void add_volume(const struct evidence *evidence, struct quantity *quantity,
		       const char *instrument, const char *what, const struct unit *flow,
		       double seconds, char *flaw)
{
	const struct certificate *certificate =
		find_certificate(evidence, instrument, what, flow, flaw);

	if (certificate && seconds > 0)
		add_standard(quantity, certificate,
			     certificate_standard(certificate, quantity->value / seconds) * seconds,
			     flaw);
}

/* One reading varies as those of its check standard did; what `seconds` of a flow add up to does not. */
static void add_instrument(const struct evidence *evidence, struct quantity *quantity, uint64_t id,
			   const struct fixture_channel *channel, double seconds, char *flaw)
{
	const struct certificate *certificate = NULL;
	const struct fixture_channel *behind = fixture_channel_behind(evidence->fixture, channel);
	const struct fixture_device *device = &evidence->fixture->device[behind->device];
	const char *read = device->driver->read[behind->read].name;

	if (device->dut)
		return;
	if (channel->breath == BREATH_VOLUME)
		add_volume(evidence, quantity, device->name, read, &behind->unit, seconds, flaw);
	else
		certificate = add_certificate(evidence, quantity, device->name, read, flaw);
	if (certificate)
		add_own_source(quantity, "check", id, certificate->repeatability);
}

/* One delay for all breaths: its contributions are of one source, and keep their signs. */
static void add_drift(const struct evidence *evidence, struct quantity *quantity,
		      const struct fixture_channel *channel, double drift, char *flaw)
{
	char source[40];
	struct error err;

	if (drift == 0 || channel->of < 0)
		return;
	snprintf(source, sizeof(source), "delay:%s", evidence->fixture->channel[channel->of].name);
	if (quantity_add_source(quantity, source, drift / ROOT_THREE, &err) < 0)
		snprintf(flaw, EVIDENCE_FLAW, "%.150s", err.text);
}

uint64_t evidence_value(struct evidence *evidence, int index, const struct outcome *outcome)
{
	const struct fixture_channel *channel = &evidence->fixture->channel[index];
	struct quantity quantity = {.value = outcome->value, .unit = channel->unit};
	uint64_t id = next_id(evidence);
	char flaw[EVIDENCE_FLAW] = "";

	if (fixture_channel_behind(evidence->fixture, channel)->device >= 0)
		add_instrument(evidence, &quantity, id, channel, outcome->seconds, flaw);
	else if (!channel->state)
		add_gate(evidence, &quantity, evidence->fixture->line[channel->line].gate, flaw);
	add_own_source(&quantity, "res", id, outcome->resolution / ROOT_THREE);
	add_own_source(&quantity, "move", id, outcome->spread / ROOT_THREE);
	add_own_source(&quantity, "mean", id, outcome->of_mean);
	add_drift(evidence, &quantity, channel, outcome->drift, flaw);
	return add_reading(evidence, &quantity, channel->name, flaw);
}

uint64_t evidence_time(struct evidence *evidence, nsec elapsed, nsec gap)
{
	struct quantity quantity = {.value = nsec_seconds(elapsed)};
	uint64_t id = next_id(evidence);
	char flaw[EVIDENCE_FLAW] = "";
	struct error ignored;

	unit_parse(&quantity.unit, "s", &ignored);
	add_certificate(evidence, &quantity, "clock", "time", flaw);
	add_own_source(&quantity, "time", id, nsec_seconds(gap) / 2 / ROOT_THREE);
	return add_reading(evidence, &quantity, "clock", flaw);
}

uint64_t evidence_instant(struct evidence *evidence, nsec time)
{
	uint64_t id = evidence_time(evidence, time, 0);

	evidence->reading[id - 1].is_instant = true;
	return id;
}

uint64_t evidence_count(struct evidence *evidence, double count)
{
	struct quantity quantity = {.value = count};
	struct error ignored;

	unit_parse(&quantity.unit, "1", &ignored);
	return evidence_quantity(evidence, &quantity, NULL);
}

static void no_value(const struct evidence *evidence, const struct fixture_reference *reference,
		     struct error *err)
{
	if (!reference->gas[0])
		error_set(err, ERROR_USAGE,
			  "the calibration file has no certified value for '%s'; add its "
			  "certificate",
			  reference->name);
	else
		error_set(err, ERROR_USAGE,
			  "no certificate says how much %s is in the gas on %s: connect a cylinder "
			  "that has it, with --of each (davy gas), or add a line '%s' to the "
			  "calibration file",
			  reference->gas, evidence->fixture->line[reference->line].name,
			  reference->certified);
}

uint64_t evidence_reference(struct evidence *evidence, int index, struct error *err)
{
	const struct fixture_reference *reference = &evidence->fixture->reference[index];
	const struct certificate *certificate =
		calibration_find(evidence->calibration, evidence->slot, reference->certified, "");
	struct quantity quantity;
	char flaw[EVIDENCE_FLAW] = "";

	if (!certificate || !certificate->has_value) {
		no_value(evidence, reference, err);
		return 0;
	}
	if (!unit_same_kind(&certificate->unit, &reference->unit)) {
		error_set(err, ERROR_USAGE, "the certificate of '%s' is in %s, the fixture says %s",
			  reference->name, certificate->unit.symbol, reference->unit.symbol);
		return 0;
	}
	quantity = certificate->value;
	quantity.unit = reference->unit;
	add_certificate(evidence, &quantity, reference->certified, "", flaw);
	return add_reading(evidence, &quantity, reference->name, flaw);
}

const struct reading *evidence_find(const struct evidence *evidence, uint64_t id)
{
	if (id == 0 || id > evidence->count)
		return NULL;
	return &evidence->reading[id - 1];
}

struct evaluation {
	const struct evidence *evidence;
	char *flaw;
	bool rests;	       /* on at least one reading */
	struct quantity later; /* of later_reading_of() */
};

static const struct quantity *reading_of(void *ctx, uint64_t id)
{
	struct evaluation *evaluation = ctx;
	const struct reading *reading = evidence_find(evaluation->evidence, id);

	if (!reading)
		return NULL;
	evaluation->rests = true;
	if (reading->flaw[0] && !evaluation->flaw[0])
		memcpy(evaluation->flaw, reading->flaw, sizeof(reading->flaw));
	return &reading->quantity;
}

int evidence_evaluate(const struct evidence *evidence, const char *expression,
		      struct quantity *result, char *flaw, struct error *err)
{
	struct evaluation evaluation = {.evidence = evidence, .flaw = flaw};

	flaw[0] = '\0';
	if (expression_evaluate(result, expression, reading_of, &evaluation, err) < 0)
		return -1;
	/* a figure that the script made up is no evidence, whatever it is */
	if (!evaluation.rests)
		strcpy(flaw, "it rests on no reading of the bench");
	return 0;
}

/* As if the bench's clock had begun a second earlier. */
static const struct quantity *later_reading_of(void *ctx, uint64_t id)
{
	struct evaluation *evaluation = ctx;
	const struct reading *reading = evidence_find(evaluation->evidence, id);

	if (!reading || !reading->is_instant)
		return reading ? &reading->quantity : NULL;
	evaluation->later = reading->quantity;
	evaluation->later.value += 1;
	return &evaluation->later;
}

bool evidence_is_instant(const struct evidence *evidence, const char *expression)
{
	struct evaluation evaluation = {.evidence = evidence};
	char flaw[EVIDENCE_FLAW];
	struct quantity is, later;
	struct error ignored;

	return evidence_evaluate(evidence, expression, &is, flaw, &ignored) == 0 &&
	       expression_evaluate(&later, expression, later_reading_of, &evaluation, &ignored) ==
		       0 &&
	       fabs(later.value - is.value) > 0.5;
}

struct value *quantity_describe_sources(const struct quantity *quantity)
{
	struct value *sources = value_map();

	for (size_t i = 0; i < quantity->sources; i++)
		value_set_real(sources, quantity->source[i].source,
			       quantity->source[i].standard / quantity->unit.scale);
	return sources;
}

struct value *evidence_describe(const struct evidence *evidence, uint64_t id)
{
	const struct reading *reading = evidence_find(evidence, id);
	struct value *value = value_map();

	value_set_int(value, "id", (int64_t)id);
	if (reading->of)
		value_set_text(value, "of", reading->of);
	value_set_real(value, "value", quantity_number(&reading->quantity));
	value_set_text(value, "unit", reading->quantity.unit.symbol);
	value_set_real(value, "u",
		       quantity_standard(&reading->quantity) / reading->quantity.unit.scale);
	value_set(value, "sources", quantity_describe_sources(&reading->quantity));
	if (reading->flaw[0])
		value_set_text(value, "flaw", reading->flaw);
	return value;
}
