/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a value, its uncertainty and a graded limit to a decision (ISO/IEC 17025:2017, 7.8.6).
 *
 * Simple acceptance looks at the value alone. Guarded: accepted when the value lies inside the
 * limit by at least the expanded uncertainty U = k u (guard band w = U, ILAC-G8:09/2019 4.2.3),
 * rejected when it lies outside by at least U, INCONCLUSIVE between. Only a decisive grade
 * accepts or rejects.
 */
#ifndef DAVY_VERDICT_DECISION_H
#define DAVY_VERDICT_DECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "verdict/limit.h"
#include "verdict/quantity.h"

enum verdict {
	VERDICT_PASS = 1,
	VERDICT_INCONCLUSIVE,
	VERDICT_FAIL,
	VERDICT_ABORTED,
	VERDICT_ERROR,
};

/* Ordered so that the greater wins: ERROR > ABORTED > FAIL > INCONCLUSIVE > PASS. */
enum verdict verdict_worse(enum verdict a, enum verdict b);
const char *verdict_name(enum verdict verdict);	   /* "PASS" … */
const char *verdict_chinese(enum verdict verdict); /* "合格" … */
int verdict_parse(enum verdict *verdict, const char *name, struct error *err);

enum grade {
	GRADE_VERBATIM = 1,
	GRADE_LAB,
	GRADE_DECLARED,
	GRADE_SECONDARY,
	GRADE_UNVERIFIED,
	GRADE_EXAMPLE,
};

int grade_parse(enum grade *grade, const char *name, struct error *err);
const char *grade_name(enum grade grade);
/* May a limit of this grade give PASS or FAIL? `example` may in a simulated run only. */
bool grade_decides(enum grade grade, bool simulated);

enum decision_rule { RULE_SIMPLE = 1, RULE_GUARDED };
int rule_parse(enum decision_rule *rule, const char *name, struct error *err); /* simple, guarded */
const char *rule_name(enum decision_rule rule);

/*
 * The acceptance limit is what the value itself must meet: the limit less the guard band, in the
 * unit of the limit and rounded so that it never looks wider than what was applied. "or" is
 * resolved into what it accepts at this reference; "none" when the guard band leaves nothing.
 */
struct decision {
	enum verdict verdict; /* PASS, FAIL or INCONCLUSIVE */
	double expanded;      /* U, SI */
	/*
	 * Conformance probability: that the true value meets the limit, when it is normally
	 * distributed about the value with its standard uncertainty (JCGM 106:2012, 7.3 for one
	 * bound, 7.4 for two). Shown beside the verdict and never part of it. To six significant
	 * digits; NAN for a state, and where there is no uncertainty to speak of.
	 */
	double conformance;
	char acceptance[320]; /* "<= 19.4 s", "± 0.17 %vol" */
	char why[256];	      /* "" for PASS; else one clause: "23.1 s is outside <= 20 s" */
};

/*
 * `k` is the coverage factor (2). Fails when the limit cannot be compared with the value, or the
 * value is not finite: that says nothing of the product. A state and a value without uncertainty
 * are judged by either rule in the same way.
 */
int decide(struct decision *decision, const struct limit *limit, const struct quantity *quantity,
	   enum decision_rule rule, double k, struct error *err);

#endif
