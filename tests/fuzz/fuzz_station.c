/* SPDX-License-Identifier: Apache-2.0 */
/* A station as the loader sends it, whose slots 1 and 2 may hold the small fixture. */
#include <stdlib.h>

#include "tests/fuzz/bench.h"
#include "tests/fuzz/tree.h"

FUZZ_TREES

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value *tree = tree_read(data, size);
	struct station_slot *wires;
	struct error err;

	for (int slot = 1; tree && slot <= 2; slot++) {
		if (station_check_slot(tree, slot, "mini", "station", &err) < 0)
			continue;
		wires = station_slot_compile(tree, slot, bench_fixture(), "station", &err);
		if (wires)
			bench_check_wires(bench_fixture(), wires);
		free(wires);
	}
	value_free(tree);
	return 0;
}
