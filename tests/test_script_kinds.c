/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written in a file as the wrong kind of thing: a bare number for a time, a text for a count,
 * a list where names belong. None of it may be dropped on the way, for a delay that
 * silently became nothing moves every breath; each is refused in a sentence with the file's line.
 */
#include "tests/cell.h"
#include "tests/claims.h"

static void check_refused(const char *kind, const char *text, const char *why)
{
	struct cell *cell = cell_load(kind, text, "");

	CU_ASSERT(cell_failed(cell, "usage", why));
	CU_ASSERT_EQUAL(cell_frames(cell, FRAME_DATA), 0);
	cell_free(cell);
}

static void check_driver(const char *parts, const char *why)
{
	char text[600];

	snprintf(text, sizeof(text), "return driver { id = 'd', bus = 'frame',\n%s }", parts);
	check_refused("driver", text, why);
}

static void check_fixture(const char *parts, const char *why)
{
	char text[600];

	snprintf(text, sizeof(text), "return fixture { id = 'f', title = 'F',\n%s }", parts);
	check_refused("fixture", text, why);
}

static void a_time_without_a_unit_is_refused(void)
{
	check_driver("streams = { block = { layout = 'A5 5A u8', every = 0.5 } }",
		     ":1: streams.block: 'every' is a text with its unit, as in \"5 s\", "
		     "not a number");
	check_driver("streams = { block = { layout = 'A5 5A u8', silent = true } }", "'silent'");
	check_driver("framing = { within = 100 }", "framing: 'within'");
	check_fixture("channels = { a = { from = 'b.c', delay = 0.24 } }",
		      "channel 'a': 'delay' is a text with its unit");
	check_fixture("interlocks = { { 't', needs = 'a', after = 5 } }", "interlock 1: 'after'");
	check_fixture("grace = 5", "'grace'");
}

static void a_count_is_a_whole_number(void)
{
	check_driver("reads = { a = { stream = 'block', samples = 1.5 } }",
		     "reads.a: 'samples' is a whole number, not 1.5");
	check_driver("reads = { a = { stream = 'block', samples = '25' } }",
		     "reads.a: 'samples' is a whole number, not a string");
	check_driver("streams = { block = { layout = 'A5 5A u8', number = { field = 1.5 } } }",
		     "streams.block: number: 'field' is a whole number, not 1.5");
}

static void a_read_is_asked_for_or_comes_with_a_stream(void)
{
	check_driver("reads = { a = { stream = 'block', ask = '01' } }",
		     "reads.a: it comes with the stream 'block' and is not asked for");
	check_driver("reads = { a = { ask = '01', reply = '02 u8', samples = 5 } }",
		     "reads.a: 'samples' is of what a stream brings");
}

static void what_goes_by_name_is_not_given_by_place(void)
{
	check_driver("streams = { { layout = 'A5 5A u8' } }",
		     "streams: each has a name, as in { name = … }; '1' is none");
	check_driver("reads = { { ask = '01', reply = '02 u8' } }", "reads: each");
	check_driver("refusals = { 'E1' }", "refusals: each has a name");
	check_fixture("channels = { 'b.c' }", "fixture: channels: each has a name");
	check_fixture("references = { '%vol' }", "fixture: references: each has a name");
	check_refused("protocol",
		      "protocol { id = 't', version = 1, language = 1, title = 'T', fixture = 'f', "
		      "params = { [2] = '5 V', a = '5 V' } }\n",
		      ":1: params: each has a name, as in { name = … }; '2' is none");
}

static void a_twin_says_its_streams_in_tables(void)
{
	check_refused("simulator", "return simulator { id = 'd', bus = 'frame', streams = 'x' }",
		      ":1: simulator: 'streams' is a table, not a string");
	check_refused("simulator", "return simulator { id = 'd', bus = 'frame', streams = { 5 } }",
		      ":1: simulator: streams: 1 is a table, not a number");
	check_refused("simulator",
		      "return simulator { id = 'd', bus = 'frame',\n"
		      "  streams = { { function() end } } }",
		      ":1: simulator: stream 1 begins with its layout");
}

static void a_fault_is_a_verdict_or_a_table(void)
{
	check_refused("protocol",
		      "protocol { id = 't', version = 1, language = 1, title = 'T', fixture = 'f', "
		      "faults = { worn = 5 } }\n",
		      ":1: fault 'worn' is followed by a table");
}

void suite_script_kinds(void)
{
	suite_begin("script_kinds");
	claim(a_time_without_a_unit_is_refused);
	claim(a_count_is_a_whole_number);
	claim(a_read_is_asked_for_or_comes_with_a_stream);
	claim(what_goes_by_name_is_not_given_by_place);
	claim(a_twin_says_its_streams_in_tables);
	claim(a_fault_is_a_verdict_or_a_table);
}
