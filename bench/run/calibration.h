/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain calibration file: what each instrument's certificate says. CSV with a head line,
 *
 *   instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due
 *
 * `instrument` is a device's or reference's name in the fixture ("slot2/reference" binds one slot's; a component of what
 * comes from a line is "mix.CH4"),
 * `quantity` the driver's read ("flow"; empty for a reference), `value` the certified value of a
 * reference (empty for an instrument), expanded_uncertainty "0.5 %" of the reading, "0.02 %vol"
 * absolute, or "0.02 %vol + 0.5 %" the sum of both ("%rd" says a share of the reading, too, and must
 * where the quantity's own unit is %); `due` YYYY-MM-DD, the last valid day (UTC). Two columns more,
 * `repeatability,check_standard`, may follow: the standard deviation of one reading of an instrument
 * ("0.01 %vol", or "unknown"), and the check standard on which it was measured. Lines that begin with # are remarks. On
 * real wires the bench's register of calibrations (run/registered.h), which is read in the same form, stands in
 * the place of this file once there is an entry in it.
 */
#ifndef DAVY_RUN_CALIBRATION_H
#define DAVY_RUN_CALIBRATION_H

#include <stdbool.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "verdict/quantity.h"

#define CALIBRATION_UNKNOWN                                                                        \
	"unknown" /* a repeatability that its check standard does not give now */

struct calibration;

struct certificate {
	char instrument[48];
	char quantity[32];
	bool has_value;
	struct quantity value; /* of a reference, with no contribution yet */
	struct unit unit;
	double absolute;   /* expanded uncertainty's absolute part, SI */
	double relative;   /* its relative part, as a fraction of the reading */
	char expanded[64]; /* both as written */
	double k;
	char number[48];
	char due[12];		 /* "2027-06-30" */
	double repeatability;	 /* of one reading, SI; NaN: it should be known and is not */
	char check_standard[48]; /* on which it was measured; "": none is known */
	/*
	 * What budgets call it: "cert:" and its number; where lines of the file share a number, or
	 * one is too long, "/" and the line behind it: of two instruments nothing cancels.
	 */
	char source[40];
};

struct calibration *calibration_parse(const char *text, const char *where, struct error *err);
struct calibration *calibration_none(void);
void calibration_free(struct calibration *calibration); /* accepts NULL */
/* Its lines one after the other, from 0; NULL behind the last. */
const struct certificate *calibration_at(const struct calibration *calibration, size_t index);
/* The certificate of an instrument's quantity (""  for a reference) in a slot; NULL when there is none. */
const struct certificate *calibration_find(const struct calibration *calibration, int slot,
					   const char *instrument, const char *quantity);
/* A slot to which a line of the file binds it, when none counts here: to say so. 0: there is none. */
int calibration_other_slot(const struct calibration *calibration, const char *instrument,
			   const char *quantity);
/* Is this last valid day, which a certificate has given, over at this wall time (UTC)? */
bool calibration_is_over(const char *due, nsec wall);
/* The same of a certificate. */
bool certificate_expired(const struct certificate *certificate, nsec wall);
/* Standard uncertainty at this SI value: (absolute + relative |value|) / k. */
double certificate_standard(const struct certificate *certificate, double value);
/* For the journal: {instrument, quantity, value, unit, certificate, expanded, k, due, repeatability, check_standard}. */
struct value *certificate_describe(const struct certificate *certificate);
/* Those that count in a slot, each by its source: {"cert:…": {…}, …}. */
struct value *calibration_describe(const struct calibration *calibration, int slot);

#endif
