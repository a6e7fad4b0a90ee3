/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cylinder is on which line, as the bench's log has it (record/cylinder.h), and what a run may draw.
 *
 * On real wires an output that a fixture lists under `gases` leaves its safe level only while a cylinder is connected to
 * its line, whose certificate is in date and which still holds gas above its residual pressure, as far as it was
 * metered. The cylinder's certificate is then the line's reference, in the place of any other of that name; of a cylinder
 * that was connected for each of its components, each is a reference by itself ("mix.CH4"), and one that lacks a component
 * for which the fixture asks lets nothing flow. A simulation has no cylinders, and one whose far ends are played neither: there everything flows, and is metered all the same.
 */
#ifndef DAVY_RUN_GAS_SUPPLY_H
#define DAVY_RUN_GAS_SUPPLY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "run/fixture.h"

enum { GAS_CYLINDER = 49 }; /* bytes of a cylinder's number */

struct gas_supply {
	nsec wall; /* when the run begins */
	struct gas_source {
		char cylinder[GAS_CYLINDER]; /* "": none is connected */
		char due[12];		     /* its last valid day */
		double left;		     /* when the register was read, SI */
		double before; /* what all runs together had drawn by then (run/gas_ledger.h), SI */
		char trouble[160]; /* why nothing may be drawn, whatever the day; "" */
	} source[FIXTURE_GASES];   /* in the order of the fixture's gases */
};

/* May this request (a cylinder, a connection) be recorded? Its numbers must mean something to those who use them. */
int gas_supply_check(const struct value *request, struct error *err);
/* Put the certificates of what is connected into the place of entries of those names (a list of register_list()). */
void gas_supply_certify(struct value *calibrations, const struct value *connections);
/* What this slot may draw; the caller frees it with free(). */
struct gas_supply *gas_supply_new(const struct fixture *fixture, const struct value *connections,
				  int slot, nsec wall);
/*
 * May it flow so long after the run's beginning, when this much (SI) was drawn by the run and by others since the register
 * was read? The sentence says what to do.
 */
int gas_supply_allows(const struct gas_supply *supply, const struct fixture *fixture, size_t gas,
		      nsec time, double drawn, double by_others, struct error *err);
/* For the journal: {"ch4_1":{"cylinder":"G-17","due":…,"left":…,"unit":…},…} of what is connected. */
struct value *gas_supply_describe(const struct gas_supply *supply, const struct fixture *fixture);

#endif
