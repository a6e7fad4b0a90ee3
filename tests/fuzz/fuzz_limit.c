/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit grammar: the input's first line is a limit, the second a quantity that is held against it.
 * A limit in numbers is within itself; a decision is one of the three, and agrees with the limit.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "verdict/decision.h"
#include "verdict/shown.h"

static bool is_in_numbers(const struct limit *limit)
{
	for (size_t i = 0; i < limit->bounds; i++)
		if (limit->bound[i].kind == BOUND_STATE || limit->bound[i].of_reference)
			return false;
	return true;
}

static void check_limit(const struct limit *limit)
{
	struct limit again;
	struct error err;

	must(limit->bounds >= 1 && limit->bounds <= LIMIT_BOUNDS);
	must(strlen(limit->text) < sizeof(limit->text));
	must(limit_parse(&again, limit->text, &err) == 0);
	must(again.bounds == limit->bounds);
	must(limit_is_within(limit, &again) == is_in_numbers(limit));
	for (size_t i = 0; i < limit->bounds; i++)
		must(!isnan(limit->bound[i].low) && !isnan(limit->bound[i].high));
}

static void judge(const struct limit *limit, struct quantity *quantity)
{
	const struct limit *const limits[SHOWN_LIMITS] = {limit};
	struct decision simple, guarded;
	struct error err;
	char text[160];

	if (limit_check_dimension(limit, quantity, &err) < 0) {
		must(decide(&simple, limit, quantity, RULE_SIMPLE, 2, &err) < 0);
		return;
	}
	if (decide(&simple, limit, quantity, RULE_SIMPLE, 2, &err) == 0)
		must((simple.verdict == VERDICT_PASS) == limit_met(limit, quantity));
	if (decide(&guarded, limit, quantity, RULE_GUARDED, 2, &err) == 0)
		must(guarded.verdict != VERDICT_PASS || limit_met(limit, quantity));
	shown_print(quantity, 2 * quantity_standard(quantity), limits, text, sizeof(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = fuzz_split(data, size);
	char *text = fuzz_text(parts.rest, parts.size);
	struct quantity quantity, reference, error_of;
	struct limit limit;
	struct error err;

	if (limit_parse(&limit, parts.first, &err) == 0) {
		check_limit(&limit);
		if (quantity_parse(&quantity, text, &err) == 0) {
			judge(&limit, &quantity);
			if (quantity_add_source(&quantity, "gauge", 0.01 * fabs(quantity.value),
						&err) == 0)
				judge(&limit, &quantity);
			reference = quantity_of(2, &quantity.unit);
			if (quantity_against(&error_of, &quantity, &reference, &err) == 0)
				judge(&limit, &error_of);
		}
	}
	free(text);
	free(parts.first);
	return 0;
}
