/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quantity: value, unit, and standard uncertainty by source.
 *
 * Linear propagation (JCGM 100:2008, 5.1 and 5.2): a contribution is the signed product of
 * sensitivity and standard uncertainty. Contributions of one source are fully correlated and add
 * with their signs, so `before - after` of one gauge cancels the gauge's systematic part; those of
 * different sources are independent and add as a root sum of squares. A source that begins with '#'
 * is independent of everything (a resolution, a repeatability); when the table is full the smallest
 * of those are folded into one "#others". Contributions of nothing are not kept.
 *
 * Values and uncertainties are held in the coherent SI unit; `unit` says how to show them.
 */
#ifndef DAVY_VERDICT_QUANTITY_H
#define DAVY_VERDICT_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "verdict/unit.h"

enum { QUANTITY_SOURCES = 12 };

struct contribution {
	char source[40];
	double standard; /* signed, SI */
};

struct quantity {
	double value; /* SI */
	struct unit unit;
	size_t sources;
	struct contribution source[QUANTITY_SOURCES];
	bool has_reference; /* set by quantity_against: what %rd refers to */
	double reference;   /* SI */
};

/* "30 Pa", "-0.5 %vol", "4.25e3 V", "20 /min"; a bare number has the unit one. */
int quantity_parse(struct quantity *quantity, const char *text, struct error *err);
/* Bytes of the decimal number at the start of `text`; 0 for none (nor for hex, inf and nan). */
size_t quantity_number_size(const char *text);
/* `number` in `unit`, without uncertainty. */
struct quantity quantity_of(double number, const struct unit *unit);
/* The number in the quantity's own unit, or in another of the same dimension (else NaN). */
double quantity_number(const struct quantity *quantity);
double quantity_in(const struct quantity *quantity, const struct unit *unit);

/* Add a contribution of standard uncertainty `standard` (SI) from `source`, up to 39 bytes. */
int quantity_add_source(struct quantity *quantity, const char *source, double standard,
			struct error *err);
double quantity_standard(const struct quantity *quantity); /* combined, SI */

/*
 * Arithmetic; fails on dimensions or gas states that do not fit, division by zero, results that
 * are not finite. A product keeps the state of the volume in it, a ratio of two volumes has none.
 * `result` may be one of the operands. A sum is shown in the unit of its first term, a product or
 * quotient with a plain number in the unit of the other, anything else in the coherent unit.
 */
int quantity_add(struct quantity *result, const struct quantity *a, const struct quantity *b,
		 struct error *err);
int quantity_subtract(struct quantity *result, const struct quantity *a, const struct quantity *b,
		      struct error *err);
int quantity_multiply(struct quantity *result, const struct quantity *a, const struct quantity *b,
		      struct error *err);
int quantity_divide(struct quantity *result, const struct quantity *a, const struct quantity *b,
		    struct error *err);
/*
 * `value` in `unit` with the contributions of ca a + cb b, for a function whose derivatives are ca and
 * cb there. Fails where the value or a contribution is not finite.
 */
int quantity_combine(struct quantity *result, double value, const struct unit *unit,
		     const struct quantity *a, double ca, const struct quantity *b, double cb,
		     struct error *err);
/* a + weight (b - a): the only way to a mean of points on a scale. */
int quantity_blend(struct quantity *result, const struct quantity *a, const struct quantity *b,
		   double weight, struct error *err);
int quantity_negate(struct quantity *result, const struct quantity *a, struct error *err);
/*
 * a - reference, remembering the reference for limits in %rd (a point on a scale is no reference
 * for a percentage). Only quantity_negate keeps it.
 */
int quantity_against(struct quantity *result, const struct quantity *a,
		     const struct quantity *reference, struct error *err);
/* -1, 0, 1 into `order`; fails when dimensions or states differ, or for °C with K. */
int quantity_compare(int *order, const struct quantity *a, const struct quantity *b,
		     struct error *err);

/* "28.4 s", in its unit, of at most `digits` significant digits (0: shortest that reads back). */
void quantity_print(const struct quantity *quantity, int digits, char *text, size_t size);
/*
 * "28.41 s ± 0.62 s (k = 2)"; digits follow the expanded uncertainty (two significant digits of U,
 * JCGM 100:2008 7.2.6), or six significant digits where there is none ("28.4 s").
 */
void quantity_print_expanded(const struct quantity *quantity, double k, char *text, size_t size);
/* The same without its "(k = 2)", for an expanded uncertainty in SI. */
void quantity_print_within(const struct quantity *quantity, double expanded, char *text,
			   size_t size);
/* The same with so many digits more of the value. */
void quantity_print_finer(const struct quantity *quantity, double expanded, int more, char *text,
			  size_t size);

#endif
