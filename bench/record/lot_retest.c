/* SPDX-License-Identifier: Apache-2.0 */
/* What may be ordered is asked of the lot as it stands; who may order it, as of every other re-test. */
#include "record/lot_retest.h"

#include <string.h>

#include "base/spelling.h"
#include "record/lot.h"
#include "record/register.h"
#include "record/retest.h"

static const struct register_member RETEST[] = {
	{"lot", true}, {"unit", true}, {"seal", true},	{"authorised_by", true},
	{"why", true}, {"by", true},   {"note", false}, {NULL, false},
};

static const struct value *find_unit(const struct value *units, const char *serial)
{
	for (size_t i = 0; serial && i < value_count(units); i++)
		if (spelling_same(value_get_text(value_at(units, i), "unit"), serial))
			return value_at(units, i);
	return NULL;
}

/* A real run of it, whatever became of it: then it was opened. */
static const struct value *find_run(const struct value *unit)
{
	const struct value *runs = value_get(unit, "runs");

	for (size_t i = 0; i < value_count(runs); i++) {
		const char *why = value_get_text(value_at(runs, i), "why");

		if (!why || strcmp(why, "simulated") != 0)
			return value_at(runs, i);
	}
	return NULL;
}

static int check_unit(const struct lot_standing *standing, const struct value *unit,
		      const struct value *says, struct error *err)
{
	const char *serial = value_get_text(says, "unit"), *found = value_get_text(says, "seal");
	const char *part = value_get_text(unit, "part"), *seal = value_get_text(unit, "seal");

	if (!unit || !part || strcmp(part, "kept") != 0 || !lot_standing_unit(standing, serial))
		return error_set(
			err, ERROR_REFUSED,
			"unit %.64s is not in reserve (备样): only such a one is tested again",
			serial ? serial : "");
	if (find_run(unit))
		return error_set(
			err, ERROR_REFUSED,
			"unit %.64s was tested before anybody had ordered it, record %lld: its "
			"seal was opened then",
			serial, (long long)value_get_int(find_run(unit), "seq", 0));
	if (!seal)
		return error_set(
			err, ERROR_REFUSED,
			"unit %.64s was never sealed: nobody knows that it is as it was drawn",
			serial);
	if (!found || !spelling_same(found, seal))
		return error_set(
			err, ERROR_REFUSED,
			"unit %.64s was sealed with %.60s, and %.60s was found on it: it is not "
			"as it was drawn, and decides nothing",
			serial, seal, found ? found : "nothing");
	return 0;
}

int lot_retest_check(const struct lot_standing *standing, const struct value *says,
		     struct error *err)
{
	const struct value *retests = lot_standing_retests(standing);
	const char *serial = value_get_text(says, "unit");
	struct lot_outcome outcome;
	struct value *units;
	int done;

	lot_standing_outcome(standing, &outcome);
	if (outcome.fails == 0)
		return error_set(err, ERROR_REFUSED,
				 "none of the tested units (检样) has FAILed: there is nothing to "
				 "be tested again");
	for (size_t i = 0; serial && i < value_count(retests); i++)
		if (spelling_same(value_get_text(value_get(value_at(retests, i), "says"), "unit"),
				  serial))
			return error_set(err, ERROR_REFUSED,
					 "unit %.64s is tested again already, record %lld", serial,
					 (long long)value_get_int(value_at(retests, i), "seq", 0));
	units = lot_standing_units(standing);
	done = check_unit(standing, find_unit(units, serial), says, err);
	value_free(units);
	return done;
}

static int check_authoriser(struct bench_log *log, const char *by, const struct moment *now,
			    struct error *err)
{
	struct value *authorisers = retest_authorisers(log, now, err);
	int done = authorisers ? retest_check_authoriser(by, authorisers, err) : -1;

	value_free(authorisers);
	return done;
}

int admit_lot_retest(struct bench_log *log, const struct value *request, const struct moment *now,
		     struct admitted *admitted, struct error *err)
{
	const struct value *says = value_get(request, "says");
	struct lot_standing *standing;
	int done;

	if (register_check_members(RETEST, NULL, says, err) < 0 ||
	    register_check_person(log, says, now, err) < 0 ||
	    check_authoriser(log, value_get_text(says, "authorised_by"), now, err) < 0)
		return -1;
	standing = lot_standing_of(log, says, err);
	if (!standing)
		return -1;
	done = lot_retest_check(standing, says, err);
	if (done == 0) {
		admitted->says = value_copy(says);
		value_set_text(admitted->says, "unit",
			       lot_standing_unit(standing, value_get_text(says, "unit")));
		admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_LOT_RETEST);
	}
	lot_standing_free(standing);
	return done;
}
