/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixture, its drivers, what a protocol asks for below its bounds, and the station that it stands in:
 * the input is a tree { fixture, drivers, bounds, station }, as loaders send them.
 */
#include <stdlib.h>

#include "tests/fuzz/bench.h"
#include "tests/fuzz/tree.h"

FUZZ_TREES

static bool is_index(int index, size_t count)
{
	return index >= -1 && index < (int)count;
}

static void check_fixture(const struct fixture *fixture)
{
	struct value *start = value_map();

	must(is_index(fixture->estop, fixture->line_count));
	for (size_t i = 0; i < fixture->channel_count; i++) {
		const struct fixture_channel *channel = &fixture->channel[i];

		must(is_index(channel->device, fixture->device_count));
		must(is_index(channel->line, fixture->line_count));
		must(is_index(channel->of, fixture->channel_count));
		must(is_index(channel->flow, fixture->channel_count));
		must(fixture_channel_behind(fixture, channel) != NULL);
		fixture_channel_streams(fixture, channel);
	}
	for (size_t i = 0; i < fixture->safe_count; i++)
		must(fixture->line[fixture->safe_sequence[i]].output);
	for (size_t i = 0; i < fixture->line_count; i++)
		must(is_index(fixture->line[i].read_back, fixture->line_count) &&
		     fixture_level_name(&fixture->line[i], true) != NULL);
	fixture_describe(fixture, start);
	fixture_tell_world(fixture, start);
	value_free(start);
}

static void stand(const struct fixture *fixture, const struct value *station)
{
	struct station_slot *wires;
	struct error err;

	if (station_check_slot(station, 1, fixture->id, "station", &err) < 0)
		return;
	wires = station_slot_compile(station, 1, fixture, "station", &err);
	if (wires)
		bench_check_wires(fixture, wires);
	free(wires);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value *tree = tree_read(data, size);
	struct fixture *fixture;
	struct error err;

	if (!tree)
		return 0;
	fixture = fixture_compile(value_get(tree, "fixture"), value_get(tree, "drivers"), "input",
				  &err);
	if (fixture) {
		check_fixture(fixture);
		if (fixture_take_bounds(fixture, value_get(tree, "bounds"), &err) == 0)
			check_fixture(fixture);
		stand(fixture, value_get(tree, "station"));
	}
	fixture_free(fixture);
	value_free(tree);
	return 0;
}
