/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions: recursive descent over the text, one function per rule of the grammar, values on the
 * way. Nothing is built and nothing is allocated.
 *
 *   sum      := product { ("+" | "-") product }
 *   product  := factor { ("*" | "/") factor }
 *   factor   := operand, counted as one level of depth
 *   operand  := "-" factor | "(" sum ")" | literal | number | reading | call
 *
 * The arguments of a call are not collected; a tally takes them one after another, so that a mean
 * of a thousand readings needs the memory of one. It holds the running mean as a quantity (moved
 * by 1/n of the distance to each new value, which is allowed for °C, too) and Welford's sum of
 * squares for the standard deviation.
 *
 * Invariant: `at` never passes the end of the text, and every value on the way is finite, for
 * each operation refuses results that are not. Depth is counted where the recursion closes, in
 * factor(): a text of brackets ends with a sentence and not with the stack.
 */
#include "verdict/expression.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXCERPT = 24 };

struct parser {
	const char *at;
	int depth;
	expression_reading_fn *reading;
	void *ctx;
	struct error *err;
};

struct tally {
	size_t count;
	struct quantity mean, least, greatest;
	double squares;	       /* of the distances from the mean */
	const char *from, *to; /* its own text */
};

static int sum(struct parser *parser, struct quantity *result);

/*
 * Saying where
 */

/* Bytes of `text` that an error quotes: whole characters only. */
static int excerpt_size(const char *text)
{
	size_t size = strnlen(text, EXCERPT + 1);

	if (size <= EXCERPT)
		return (int)size;
	size = EXCERPT;
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return (int)size;
}

static int unexpected(struct parser *parser, const char *wanted)
{
	if (!*parser->at)
		return error_set(parser->err, ERROR_USAGE,
				 "the expression ends where %s was expected", wanted);
	return error_set(parser->err, ERROR_USAGE, "at '%.*s' in the expression: expected %s",
			 excerpt_size(parser->at), parser->at, wanted);
}

static int failed_at(struct parser *parser, const char *start)
{
	return error_context(parser->err, "at '%.*s' in the expression", excerpt_size(start),
			     start);
}

static bool take(struct parser *parser, const char *text)
{
	parser->at += strspn(parser->at, " ");
	if (strncmp(parser->at, text, strlen(text)))
		return false;
	parser->at += strlen(text);
	return true;
}

static int need(struct parser *parser, const char *text, const char *name)
{
	return take(parser, text) ? 0 : unexpected(parser, name);
}

/*
 * Functions
 */

static int tally_extremes(struct tally *tally, const struct quantity *value, struct error *err)
{
	int with_least, with_greatest;

	if (quantity_compare(&with_least, value, &tally->least, err) < 0 ||
	    quantity_compare(&with_greatest, value, &tally->greatest, err) < 0)
		return -1;
	if (with_least < 0)
		tally->least = *value;
	if (with_greatest > 0)
		tally->greatest = *value;
	return 0;
}

static int tally_add(struct tally *tally, const struct quantity *value, struct error *err)
{
	tally->count++;
	if (tally->count == 1) {
		tally->mean = tally->least = tally->greatest = *value;
		tally->mean.has_reference = false;
		return 0;
	}

	double before = value->value - tally->mean.value;
	if (quantity_blend(&tally->mean, &tally->mean, value, 1.0 / (double)tally->count, err) < 0)
		return -1;
	tally->squares += before * (value->value - tally->mean.value);
	return tally_extremes(tally, value, err);
}

static int tally_mean(struct quantity *result, const struct tally *tally, struct error *err)
{
	(void)err;
	*result = tally->mean;
	return 0;
}

static int tally_least(struct quantity *result, const struct tally *tally, struct error *err)
{
	(void)err;
	*result = tally->least;
	return 0;
}

static int tally_greatest(struct quantity *result, const struct tally *tally, struct error *err)
{
	(void)err;
	*result = tally->greatest;
	return 0;
}

static int tally_range(struct quantity *result, const struct tally *tally, struct error *err)
{
	return quantity_subtract(result, &tally->greatest, &tally->least, err);
}

/* A source of this one calculation: its own text tells it from others of the kind. */
static int add_own_source(struct quantity *result, const char *kind, const struct tally *tally,
			  double standard, struct error *err)
{
	uint32_t mark = 2166136261u; /* FNV-1a */
	char source[40];

	for (const char *c = tally->from; c < tally->to; c++)
		mark = (mark ^ (uint8_t)*c) * 16777619u;
	snprintf(source, sizeof(source), "%s%08x", kind, mark);
	return quantity_add_source(result, source, standard, err);
}

static int tally_deviation(struct quantity *result, const struct tally *tally, struct error *err)
{
	if (tally->count < 2)
		return error_set(err, ERROR_USAGE, "stdev takes at least two values");

	double freedom = (double)tally->count - 1;
	double deviation = sqrt(tally->squares / freedom);
	if (!isfinite(deviation))
		return error_set(err, ERROR_USAGE, "the result is too large for a number");
	*result = (struct quantity){.value = deviation,
				    .unit = unit_of_difference(&tally->mean.unit)};
	return add_own_source(result, "#repeat", tally, deviation / sqrt(2 * freedom), err);
}

/* Anywhere between two values, no place more likely than another (JCGM 100:2008, 4.3.7). */
static int tally_within(struct quantity *result, const struct tally *tally, struct error *err)
{
	if (tally->count != 2)
		return error_set(err, ERROR_USAGE, "within takes two values");
	*result = tally->mean;
	return add_own_source(result, "#within", tally,
			      (tally->greatest.value - tally->least.value) / (2 * sqrt(3)), err);
}

static int tally_abs(struct quantity *result, const struct tally *tally, struct error *err)
{
	if (tally->count != 1)
		return error_set(err, ERROR_USAGE, "abs takes one value");
	if (tally->least.value < 0 || unit_is_point(&tally->least.unit))
		return quantity_negate(result, &tally->least, err);
	*result = tally->least;
	return 0;
}

typedef int tally_result_fn(struct quantity *result, const struct tally *tally, struct error *err);

static const struct {
	const char *name;
	tally_result_fn *result;
} FUNCTIONS[] = {
	{"mean", tally_mean},	  {"stdev", tally_deviation}, {"min", tally_least},
	{"max", tally_greatest},  {"range", tally_range},     {"abs", tally_abs},
	{"within", tally_within},
};

static int call(struct parser *parser, struct quantity *result, const char *start,
		tally_result_fn *finish)
{
	struct tally tally = {.from = start};

	do {
		if (sum(parser, result) < 0)
			return -1;
		if (tally_add(&tally, result, parser->err) < 0)
			return failed_at(parser, start);
	} while (take(parser, ","));

	if (need(parser, ")", "',' or ')'") < 0)
		return -1;
	tally.to = parser->at;
	return finish(result, &tally, parser->err) < 0 ? failed_at(parser, start) : 0;
}

static int against(struct parser *parser, struct quantity *result, const char *start)
{
	struct quantity reference;

	if (sum(parser, result) < 0 || need(parser, ",", "',' and the reference") < 0 ||
	    sum(parser, &reference) < 0 || need(parser, ")", "')': against takes two values") < 0)
		return -1;
	if (quantity_against(result, result, &reference, parser->err) < 0)
		return failed_at(parser, start);
	return 0;
}

static int named(struct parser *parser, struct quantity *result)
{
	const char *name = parser->at;
	size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz");

	for (size_t i = 0; i < sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]); i++)
		if (strlen(FUNCTIONS[i].name) == size && !memcmp(FUNCTIONS[i].name, name, size)) {
			parser->at += size;
			return need(parser, "(", "'('") < 0
				       ? -1
				       : call(parser, result, name, FUNCTIONS[i].result);
		}
	if (size != strlen("against") || memcmp(name, "against", size))
		return unexpected(parser, "a value");
	parser->at += size;
	return need(parser, "(", "'('") < 0 ? -1 : against(parser, result, name);
}

/*
 * Values
 */

static int number(struct parser *parser, struct quantity *result)
{
	static const struct unit ONE = {.symbol = "1", .scale = 1};
	size_t size = quantity_number_size(parser->at);

	*result = quantity_of(strtod(parser->at, NULL), &ONE);
	if (size == 0 || !isfinite(result->value))
		return unexpected(parser, "a number of usual size");
	parser->at += size;
	return 0;
}

static int literal(struct parser *parser, struct quantity *result)
{
	const char *start = parser->at;
	char text[96];
	size_t size = strcspn(start, "]");

	if (start[size] != ']' || size >= sizeof(text))
		return unexpected(parser, "a quantity and ']'");
	memcpy(text, start, size);
	text[size] = '\0';
	parser->at += size + 1;
	return quantity_parse(result, text, parser->err) < 0 ? failed_at(parser, start) : 0;
}

static int reading(struct parser *parser, struct quantity *result)
{
	char *end;

	errno = 0;
	uint64_t id = strtoull(parser->at + 1, &end, 10);
	const struct quantity *found = errno ? NULL : parser->reading(parser->ctx, id);
	if (!found)
		return unexpected(parser, "a reading that was taken");
	if (!isfinite(found->value))
		return unexpected(parser, "a reading with a finite value");
	*result = *found;
	parser->at = end;
	return 0;
}

/*
 * The grammar
 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int factor(struct parser *parser, struct quantity *result);

static int negated(struct parser *parser, struct quantity *result, const char *start)
{
	if (factor(parser, result) < 0)
		return -1;
	return quantity_negate(result, result, parser->err) < 0 ? failed_at(parser, start) : 0;
}

static int bracketed(struct parser *parser, struct quantity *result)
{
	return sum(parser, result) < 0 ? -1 : need(parser, ")", "an operator or ')'");
}

static int operand(struct parser *parser, struct quantity *result)
{
	const char *start = parser->at;

	if (take(parser, "-"))
		return negated(parser, result, start);
	if (take(parser, "("))
		return bracketed(parser, result);
	if (take(parser, "["))
		return literal(parser, result);
	if (is_digit(*start) || *start == '.')
		return number(parser, result);
	if (*start == 'r' && is_digit(start[1]))
		return reading(parser, result);
	return named(parser, result);
}

static int factor(struct parser *parser, struct quantity *result)
{
	parser->at += strspn(parser->at, " ");
	if (parser->depth == EXPRESSION_MOST_DEPTH)
		return error_set(parser->err, ERROR_USAGE,
				 "at '%.*s' in the expression: nested more than %d deep",
				 excerpt_size(parser->at), parser->at, EXPRESSION_MOST_DEPTH);
	parser->depth++;
	int answer = operand(parser, result);
	parser->depth--;
	return answer;
}

typedef int step_fn(struct parser *parser, struct quantity *result);
typedef int operation_fn(struct quantity *result, const struct quantity *a,
			 const struct quantity *b, struct error *err);

/* next { (first | second) next }, from the left. */
static int chain(struct parser *parser, struct quantity *result, step_fn *next, const char *first,
		 operation_fn *of_first, const char *second, operation_fn *of_second)
{
	struct quantity right;

	parser->at += strspn(parser->at, " ");
	const char *start = parser->at;
	if (next(parser, result) < 0)
		return -1;
	for (;;) {
		operation_fn *operation = take(parser, first)	 ? of_first
					  : take(parser, second) ? of_second
								 : NULL;
		if (!operation)
			return 0;
		if (next(parser, &right) < 0)
			return -1;
		if (operation(result, result, &right, parser->err) < 0)
			return failed_at(parser, start);
	}
}

static int product(struct parser *parser, struct quantity *result)
{
	return chain(parser, result, factor, "*", quantity_multiply, "/", quantity_divide);
}

static int sum(struct parser *parser, struct quantity *result)
{
	return chain(parser, result, product, "+", quantity_add, "-", quantity_subtract);
}

int expression_evaluate(struct quantity *result, const char *text, expression_reading_fn *read,
			void *ctx, struct error *err)
{
	struct parser parser = {.at = text, .reading = read, .ctx = ctx, .err = err};
	struct quantity made;

	if (strlen(text) > EXPRESSION_MOST_BYTES)
		return error_set(err, ERROR_USAGE, "the expression is longer than %d bytes",
				 EXPRESSION_MOST_BYTES);
	if (sum(&parser, &made) < 0)
		return -1;
	parser.at += strspn(parser.at, " ");
	if (*parser.at)
		return unexpected(&parser, "an operator or the end");
	*result = made;
	return 0;
}
