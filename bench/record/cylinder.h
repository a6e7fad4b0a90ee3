/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cylinders of reference gas, the lines that they are connected to, and what was drawn from them. All of it are records of
 * the bench's log: what a person says, the bench signs as told so; what a run drew, it signs as measured.
 *
 *   cylinder     says {"cylinder":"G-17","components":[{"gas":"CH4","value":"2.06","unit":"%vol","expanded":"1.0 %",
 *                "k":"2"},…],"balance":"air","certificate":"…","due":"2027-06-30","content":"700 L","residual":"0.5 MPa"}
 *                and what else the certificate has: gbw, lot, maker, laboratory; by, note. All are texts. `content` is
 *                what may be drawn until `residual`, the least pressure at which the certificate still holds. A later
 *                entry about the same cylinder stands in the place of the earlier ones, and what was drawn before it is
 *                forgotten: it says anew what there is.
 *
 *   connection   says {"line":"ch4_3","cylinder":"G-17","component":"CH4","pressure":"9.5 MPa","leak":"…","by":"0017"}:
 *                from now on this cylinder, and no other, is on the line of every slot, or with "slot2/ch4_3" of that one.
 *                `component` is whose content the line's reference is; without one each component is a reference of the
 *                line by itself. `leak` is how the connection was found tight. Without a cylinder the line has none from
 *                now on.
 *
 *   debit        says {"cylinder":"G-17","line":"ch4_3","volume":"1.25","unit":"L","run":"https://…/run/…"}
 */
#ifndef DAVY_RECORD_CYLINDER_H
#define DAVY_RECORD_CYLINDER_H

#include "base/error.h"
#include "base/value.h"
#include "record/admission.h"
#include "record/bench_log.h"

#define ENTRY_CYLINDER "cylinder"
#define ENTRY_CONNECTION "connection"
#define ENTRY_DEBIT "debit"
enum {
	CYLINDER_NAME_MOST = 48, /* bytes of a cylinder's number, and of a line's name */
	CYLINDER_COMPONENTS = 12,
	CYLINDER_SUBJECT_SIZE = sizeof("register:" ENTRY_DEBIT ":") + CYLINDER_NAME_MOST
};

/* By which what was drawn from one cylinder is found: "register:debit:G-17". */
void cylinder_debit_subject(const char *cylinder, char subject[CYLINDER_SUBJECT_SIZE]);

int admit_cylinder(struct bench_log *log, const struct value *request, const struct moment *now,
		   struct admitted *admitted, struct error *err);
int admit_connection(struct bench_log *log, const struct value *request, const struct moment *now,
		     struct admitted *admitted, struct error *err);

/*
 * All cylinders that were entered: a list of {"seq","at","says","drawn"}, of each the last entry and what was drawn
 * since, a number in the unit of its content. The caller frees it.
 */
struct value *cylinder_list(struct bench_log *log, struct error *err);
/*
 * What is connected now: a list of {"seq","at","says","cylinder"}, `cylinder` as cylinder_list() has it; without that of a
 * line that was disconnected: it has none, whatever is connected to that line of all slots. The caller frees it.
 */
struct value *cylinder_connections(struct bench_log *log, struct error *err);

/* What a debit says; the caller frees it. `volume` is in `unit`. */
struct value *cylinder_debit(const char *cylinder, const char *line, double volume,
			     const char *unit, const char *run);

#endif
