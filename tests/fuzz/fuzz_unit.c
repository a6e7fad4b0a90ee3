/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Symbols of units, one in each of the input's first two lines: a unit that is read has finite scales,
 * its own symbol says the same unit, and so does the symbol that is composed for its dimension.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "verdict/unit.h"

static void check_unit(const struct unit *unit)
{
	struct unit again, coherent = unit_coherent(unit->dimension), difference;
	struct error err;

	must(isfinite(unit->scale) && unit->scale > 0 && isfinite(unit->offset));
	must(strlen(unit->symbol) < sizeof(unit->symbol));
	must(unit_parse(&again, unit->symbol, &err) == 0);
	must(unit_same_kind(&again, unit) && again.scale == unit->scale);
	if (coherent.symbol[0]) {
		must(unit_parse(&again, coherent.symbol, &err) == 0);
		must(unit_same_dimension(&again, unit) && again.scale == 1);
	}
	difference = unit_of_difference(unit);
	must(unit_same_dimension(&difference, unit) && !unit_is_point(&difference));
	must(!unit->state || unit_has_volume(unit));
	unit_is_plain(unit);
	unit_from_si(unit, unit_to_si(unit, 30));
	again = *unit;
	if (unit_has_volume(unit) && unit_put_state(&again, GAS_STPD))
		must(again.state == GAS_STPD && strlen(again.symbol) < sizeof(again.symbol));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = fuzz_split(data, size);
	char *text = fuzz_text(parts.rest, parts.size);
	struct unit unit, other;
	struct error err;
	bool first = unit_parse(&unit, parts.first, &err) == 0;
	bool second = unit_parse(&other, text, &err) == 0;

	if (first)
		check_unit(&unit);
	if (second)
		check_unit(&other);
	if (first && second)
		must((unit_mismatch(&unit, &other) == NULL) == unit_same_kind(&unit, &other));
	free(text);
	free(parts.first);
	return 0;
}
