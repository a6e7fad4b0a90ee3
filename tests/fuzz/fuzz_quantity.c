/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantities: one in each of the input's two lines. What is read is finite and reads back from what is
 * printed of it; what arithmetic makes of the two is finite or refused. The same lines as times.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "verdict/duration.h"
#include "verdict/quantity.h"

static void check_finite(const struct quantity *quantity)
{
	must(isfinite(quantity->value));
	must(quantity->sources <= QUANTITY_SOURCES);
	for (size_t i = 0; i < quantity->sources; i++)
		must(isfinite(quantity->source[i].standard));
}

static void print(const struct quantity *quantity)
{
	char text[160];

	quantity_print_expanded(quantity, 2, text, sizeof(text));
	quantity_print_within(quantity, 2 * quantity_standard(quantity), text, sizeof(text));
	quantity_print_finer(quantity, 2 * quantity_standard(quantity), 3, text, sizeof(text));
	quantity_print(quantity, 3, text, sizeof(text));
}

static void check_read(const struct quantity *quantity)
{
	struct quantity again;
	char text[160];
	struct error err;

	check_finite(quantity);
	quantity_print(quantity, 0, text, sizeof(text));
	must(quantity_parse(&again, text, &err) == 0);
	must(quantity_number(&again) == quantity_number(quantity));
	print(quantity);
}

typedef int operation_fn(struct quantity *result, const struct quantity *a,
			 const struct quantity *b, struct error *err);

static void calculate(const struct quantity *a, const struct quantity *b)
{
	static operation_fn *const OPERATIONS[] = {
		quantity_add,	 quantity_subtract, quantity_multiply,
		quantity_divide, quantity_against,
	};
	struct quantity result;
	struct error err;
	int order;

	for (size_t i = 0; i < sizeof(OPERATIONS) / sizeof(OPERATIONS[0]); i++)
		if (OPERATIONS[i](&result, a, b, &err) == 0) {
			check_finite(&result);
			print(&result);
		}
	if (quantity_blend(&result, a, b, 0.25, &err) == 0)
		check_finite(&result);
	if (quantity_compare(&order, a, b, &err) == 0)
		must(order >= -1 && order <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = fuzz_split(data, size);
	char *text = fuzz_text(parts.rest, parts.size);
	struct quantity one, other;
	struct error err;
	nsec time;

	if (duration_parse(&time, text, &err) == 0)
		must(time >= 0);
	if (quantity_parse(&one, parts.first, &err) == 0) {
		check_read(&one);
		if (quantity_add_source(&one, "gauge", 0.01 * one.value, &err) == 0)
			print(&one);
		if (quantity_parse(&other, text, &err) == 0) {
			check_read(&other);
			calculate(&one, &other);
			calculate(&other, &one);
		}
	}
	free(text);
	free(parts.first);
	return 0;
}
