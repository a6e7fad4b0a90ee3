/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes: a list where names are needed is refused by its place, whoever compiles it. Each was found by
 * fuzzing, and ended the controller.
 */
#include <string.h>

#include "run/protocol.h"
#include "run/shape.h"
#include "run/station.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

static void check_shape(const char *kind, const char *json, const char *why)
{
	struct value *value = said(json);
	struct error err = {0};
	int done = shape_check(kind, value, &err);

	CU_ASSERT_EQUAL(done, why ? -1 : 0);
	CU_ASSERT_STRING_EQUAL(err.text, why ? why : "");
	value_free(value);
}

static void a_list_where_names_are_needed_is_refused_by_its_place(void)
{
	check_shape("driver", "{'reads':[{'input':1}]}", "reads: must be a table with names");
	check_shape("driver", "{'writes':{'flow':{'words':['on']}}}",
		    "writes: flow: words: must be a table with names");
	check_shape("fixture", "{'devices':{'meter':{'safe':['0 V']}}}",
		    "devices: meter: safe: must be a table with names");
	check_shape("protocol", "{'steps':[{},{'measures':['t90']}]}",
		    "steps: entry 2: measures: must be a table with names");
	check_shape("station", "{'slots':[{'lines':['GPIO5']}]}",
		    "slots: entry 1: lines: must be a table with names");
}

static void a_text_or_a_number_is_no_table_either(void)
{
	check_shape("fixture", "{'ports':'bus'}", "ports: must be a table with names");
	check_shape("fixture", "{'lines':{'valve':7}}", "lines: valve: must be a table with names");
	check_shape("driver", "[]", NULL);
	check_shape("driver", "['bus']", "must be a table with names");
}

static void what_is_left_out_or_empty_is_in_shape(void)
{
	check_shape("driver", "{'reads':[],'writes':null,'refusals':{}}", NULL);
	check_shape("protocol", "{'steps':[{'measures':[]}],'bounds':[]}", NULL);
	check_shape("station", "{}", NULL);
	check_shape("world", "['any']", NULL);
}

static void a_measure_whose_limit_is_empty_or_nil_has_none(void)
{
	struct value *value =
		said("{'id':'p','steps':[{'measures':{'a':{'limit':[]},'b':{'limit':null}}}]}");
	struct error err = {0};
	struct protocol *protocol = protocol_compile(value, NULL, "test", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(protocol);
	CU_ASSERT_FALSE(protocol->step[0].measure[0].limit.known);
	CU_ASSERT_STRING_EQUAL(protocol->step[0].measure[1].limit.key, "b");
	protocol_free(protocol);
	value_free(value);
}

static void a_fixture_takes_bounds_by_their_names(void)
{
	struct value *value = said("{'id':'f'}"), *bounds = said("['0 .. 5 L/min']");
	struct error err = {0};
	struct fixture *fixture = fixture_compile(value, NULL, "bench", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture);
	CU_ASSERT(fixture_take_bounds(fixture, bounds, &err) < 0);
	CU_ASSERT_STRING_EQUAL(err.text, "bounds: must be a table with names");
	fixture_free(fixture);
	value_free(bounds);
	value_free(value);
}

static void whoever_compiles_refuses_what_is_out_of_shape(void)
{
	struct value *fixture = said("{'id':'f','resources':['bath']}");
	struct value *protocol = said("{'id':'p','steps':[{'measures':{'t90':{'limit':'<= 3'}}}]}");
	struct error err = {0};

	CU_ASSERT_PTR_NULL(fixture_compile(fixture, NULL, "bench", &err));
	CU_ASSERT_STRING_EQUAL(err.text, "bench: resources: must be a table with names");
	CU_ASSERT_PTR_NULL(protocol_compile(protocol, NULL, "test", &err));
	CU_ASSERT_STRING_EQUAL(err.text, "test: steps: entry 1: measures: t90: limit: must be a "
					 "table with names");
	value_free(protocol);
	value_free(fixture);
}

void suite_shape(void)
{
	suite_begin("shape");
	claim(a_list_where_names_are_needed_is_refused_by_its_place);
	claim(a_text_or_a_number_is_no_table_either);
	claim(what_is_left_out_or_empty_is_in_shape);
	claim(a_measure_whose_limit_is_empty_or_nil_has_none);
	claim(a_fixture_takes_bounds_by_their_names);
	claim(whoever_compiles_refuses_what_is_out_of_shape);
}
