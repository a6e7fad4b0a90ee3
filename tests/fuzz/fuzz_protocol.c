/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A protocol as the loader sends it, with a laboratory's limit set: the input is a tree { protocol,
 * limits }, `limits` the set's text or none. It is bound to the small fixture.
 */
#include <string.h>

#include "run/protocol.h"
#include "tests/fuzz/bench.h"
#include "tests/fuzz/tree.h"

FUZZ_TREES

static void check_protocol(struct protocol *protocol, const struct limit_set *set)
{
	struct error err;

	value_free(protocol_describe(protocol));
	value_free(protocol_warnings(protocol, set));
	for (size_t i = 0; i < protocol->step_count; i++) {
		const struct protocol_step *step = &protocol->step[i];

		must(protocol_find_step(protocol, step->name) != NULL);
		for (size_t m = 0; m < step->measure_count; m++)
			must(protocol_find_measure(step, step->measure[m].name) != NULL);
	}
	if (protocol_bind(protocol, bench_fixture(), "protocol", &err) == 0)
		for (size_t i = 0; i < protocol->condition_count; i++)
			must(protocol->condition[i].channel >= 0);
	protocol_conditions(protocol);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value *tree = tree_read(data, size);
	const char *limits = value_get_text(tree, "limits");
	struct limit_set *set;
	struct protocol *protocol;
	struct error err;

	if (!tree)
		return 0;
	set = limits ? limit_set_parse(limits, strlen(limits), "limits", &err) : NULL;
	protocol = protocol_compile(value_get(tree, "protocol"), set, "input", &err);
	if (protocol)
		check_protocol(protocol, set);
	protocol_free(protocol);
	limit_set_free(set);
	value_free(tree);
	return 0;
}
