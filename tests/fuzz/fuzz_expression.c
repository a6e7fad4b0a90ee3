/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a measure follows from readings: the input is an expression over readings r1 to r12 of several
 * units, with and without uncertainty. What it gives is finite, or it is refused.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "verdict/expression.h"

enum { READINGS = 12 };

static struct quantity readings[READINGS];

static void make_readings(void)
{
	static const char *const TEXTS[READINGS] = {
		"30 Pa",  "29.5 Pa", "20.1 °C", "101.3 kPa", "1.5 L/min BTPS", "0.1 %vol",
		"36.6 s", "42",	     "1e300 V", "0 A",	     "2 L STPD",       "-5 mV",
	};
	struct error err;

	for (size_t i = 0; i < READINGS; i++) {
		must(quantity_parse(&readings[i], TEXTS[i], &err) == 0);
		if (i % 3 != 1)
			must(quantity_add_source(&readings[i], i % 2 ? "gauge" : "#resolution",
						 0.01, &err) == 0);
	}
}

static const struct quantity *find_reading(void *ctx, uint64_t id)
{
	(void)ctx;
	return id >= 1 && id <= READINGS ? &readings[id - 1] : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct quantity result;
	struct error err;

	if (!readings[0].unit.scale)
		make_readings();
	if (expression_evaluate(&result, text, find_reading, NULL, &err) == 0) {
		must(isfinite(result.value) && isfinite(quantity_standard(&result)));
		must(result.sources <= QUANTITY_SOURCES);
	}
	free(text);
	return 0;
}
