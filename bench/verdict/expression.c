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
 * The arguments of a call are not collected; a tally (tally.h) takes them one after another.
 *
 * Invariant: `at` never passes the end of the text, and every value on the way is finite, for
 * each operation refuses results that are not. Depth is counted where the recursion closes, in
 * factor(): a text of brackets ends with a sentence and not with the stack.
 */
#include "verdict/expression.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/gas_state.h"
#include "verdict/tally.h"

enum { EXCERPT = 24 };

struct parser {
	const char *at;
	int depth;
	expression_reading_fn *reading;
	void *ctx;
	struct error *err;
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

/* stpd(gas, temperature, pressure): the name of the state in small letters is the function's. */
static int converted(struct parser *parser, struct quantity *result, const char *start,
		     enum gas_state to)
{
	static const char WANTED[] = "',': gas, temperature and pressure";
	struct quantity temperature, pressure;

	if (sum(parser, result) < 0 || need(parser, ",", WANTED) < 0 ||
	    sum(parser, &temperature) < 0 || need(parser, ",", WANTED) < 0 ||
	    sum(parser, &pressure) < 0 || need(parser, ")", "')' behind the pressure") < 0)
		return -1;
	if (gas_state_convert(result, result, to, &temperature, &pressure, parser->err) < 0)
		return failed_at(parser, start);
	return 0;
}

static enum gas_state state_named(const char *name, size_t size)
{
	char state[8] = "";

	for (size_t i = 0; i < size && size < sizeof(state); i++)
		state[i] = (char)toupper((unsigned char)name[i]);
	return gas_state_find(state);
}

static int named(struct parser *parser, struct quantity *result)
{
	const char *name = parser->at;
	size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz");
	tally_result_fn *finish = tally_find(name, size);
	enum gas_state state = state_named(name, size);
	bool compares = size == strlen("against") && !memcmp(name, "against", size);

	if (!finish && !state && !compares)
		return unexpected(parser, "a value");
	parser->at += size;
	if (need(parser, "(", "'('") < 0)
		return -1;
	if (finish)
		return call(parser, result, name, finish);
	return state ? converted(parser, result, name, state) : against(parser, result, name);
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

uint64_t expression_next_reading(const char *text, const char **at)
{
	for (const char *here = *at; *here; here++) {
		bool inside = here > text && isalnum((unsigned char)here[-1]);
		char *end;

		if (*here != 'r' || inside || !is_digit(here[1]))
			continue;
		uint64_t id = strtoull(here + 1, &end, 10);

		*at = end;
		return id;
	}
	return 0;
}
