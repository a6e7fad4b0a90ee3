/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cylinder for several gases: a fixture asks for each component by its gas, a cylinder that was connected for each of
 * them certifies each by itself, and one that lacks what the fixture asks for lets nothing flow.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/calibration.h"
#include "run/evidence.h"
#include "run/fixture.h"
#include "run/gas_supply.h"
#include "run/plan.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/fixture_texts.h"

#define FIXTURE(references)                                                                        \
	"{'id':'f','ports':{'bus':{'settings':'9600 8N1'}},"                                       \
	"'devices':{'m':{'driver':'meter','port':'bus','unit':1}},"                                \
	"'lines':{'mix':{'kind':'valve','safe':'closed'},'vent':{'kind':'valve','safe':'open'}},"  \
	"'channels':{'flow':'m.flow'},'gases':{'mix':'flow'},'references':{" references "}}"

#define ONE "'mix_ch4':{'unit':'%vol','of':'mix','gas':'CH4'}"
#define BOTH ONE ",'mix_h2s':{'unit':'ppm','of':'mix','gas':'H2S'}"

static const char DRIVERS[] = "{'meter':{'id':'meter','bus':'modbus','reads':{"
			      "'flow':{'input':0,'as':'f32','unit':'L/min'}}}}";

#define CH4 "{'gas':'CH4','value':'2.02','unit':'%vol','expanded':'2 %','k':'2'}"
#define H2S "{'gas':'H2S','value':'25','unit':'ppm','expanded':'5 %','k':'2'}"
#define LONG "{'gas':'2,2,4-trimethylpentane','value':'1','unit':'ppm','expanded':'5 %','k':'2'}"
#define SLASH "{'gas':'C3H8/C4H10','value':'1','unit':'ppm','expanded':'5 %','k':'2'}"

static struct fixture *sound(const char *json)
{
	return fixture_sound(json, DRIVERS);
}

static void check_refused(const char *json, const char *why)
{
	fixture_refused(json, DRIVERS, why);
}

/* A list with one connection; `chosen` is NULL for each component by itself. The caller frees it. */
static struct value *connected(const char *line, const char *chosen, const char *components)
{
	char *component = chosen ? xprintf(",'component':'%s'", chosen) : xstrdup("");
	char *json =
		xprintf("[{'at':'2026-01-01T00:00:00Z','says':{'line':'%s','cylinder':'G-20'%s},"
			"'cylinder':{'seq':2,'drawn':0,'says':{'cylinder':'G-20',"
			"'content':'50 L','due':'2026-12-31','certificate':'GBW-20',"
			"'components':[%s]}}}]",
			line, component, components);
	struct value *list = said(json);

	free(json);
	free(component);
	return list;
}

/* What the connection certifies: "mix.CH4=2.02 mix.H2S=25 "; the caller frees it. */
static char *certified(const char *line, const char *chosen, const char *components)
{
	struct value *connections = connected(line, chosen, components), *list = value_list();
	struct buf text;

	gas_supply_certify(list, connections);
	buf_init(&text);
	for (size_t i = 0; i < value_count(list); i++) {
		const struct value *says = value_get(value_at(list, i), "says");

		buf_printf(&text, "%s=%s ", value_get_text(says, "instrument"),
			   value_get_text(says, "value"));
		CU_ASSERT_STRING_EQUAL(value_get_text(says, "certificate"), "GBW-20");
	}
	value_free(list);
	value_free(connections);
	return buf_detach(&text);
}

static void check_certified(const char *line, const char *chosen, const char *components,
			    const char *expected)
{
	char *text = certified(line, chosen, components);

	CU_ASSERT_STRING_EQUAL(text, expected);
	free(text);
}

/* May gas flow from mix? NULL, or the sentence. */
static const char *refusal(const char *json, const char *chosen, const char *components)
{
	static struct error err;
	struct fixture *fixture = sound(json);
	struct value *connections = connected("mix", chosen, components);
	struct gas_supply *supply = gas_supply_new(fixture, connections, 1, PLAN_STATED_EPOCH);
	int done = gas_supply_allows(supply, fixture, 0, 0, 0, 0, &err);

	free(supply);
	value_free(connections);
	fixture_free(fixture);
	return done < 0 ? err.text : NULL;
}

/* ---- claims ---- */

static void each_component_is_certified_by_itself(void)
{
	check_certified("mix", NULL, CH4 "," H2S, "mix.CH4=2.02 mix.H2S=25 ");
	check_certified("slot2/mix", NULL, CH4, "slot2/mix.CH4=2.02 ");
}

static void one_that_was_chosen_certifies_the_line_alone(void)
{
	check_certified("mix", "H2S", CH4 "," H2S, "mix=25 ");
}

/* What stands in an old entry must not make the whole register unreadable. */
static void a_gas_that_no_fixture_could_say_is_nobody_s_reference(void)
{
	check_certified("mix", NULL, LONG "," SLASH "," CH4, "mix.CH4=2.02 ");
}

static void a_cylinder_that_has_what_is_asked_for_flows(void)
{
	CU_ASSERT_PTR_NULL(refusal(FIXTURE(BOTH), NULL, CH4 "," H2S));
	CU_ASSERT_PTR_NULL(refusal(FIXTURE(ONE), NULL, H2S "," CH4));
	CU_ASSERT_PTR_NULL(refusal(FIXTURE("'mix':'%vol'"), "CH4", CH4 "," H2S));
}

static void one_that_lacks_a_component_stays_shut(void)
{
	const char *why = refusal(FIXTURE(BOTH), NULL, CH4);

	CU_ASSERT_PTR_NOT_NULL_FATAL(why);
	CU_ASSERT_STRING_EQUAL(why,
			       "cylinder G-20 on mix: its certificate has no H2S, which this bench "
			       "asks for (mix_h2s): connect another");
}

static void one_that_was_connected_for_the_other_use_stays_shut(void)
{
	const char *why = refusal(FIXTURE(BOTH), "CH4", CH4 "," H2S);

	CU_ASSERT_PTR_NOT_NULL_FATAL(why);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "it was connected for its CH4 alone"));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "connect it again with --of each (davy gas)"));
	why = refusal(FIXTURE("'mix':'%vol'"), NULL, CH4 "," H2S);
	CU_ASSERT_PTR_NOT_NULL_FATAL(why);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "connect it again with --of GAS (davy gas)"));
}

static void a_component_says_of_which_gas_line_and_which_gas(void)
{
	check_refused(FIXTURE("'x':{'unit':'%vol'}"),
		      "reference 'x': a component says of which line it is");
	check_refused(FIXTURE("'x':{'unit':'%vol','of':'mix'}"), "reference 'x': a component says");
	check_refused(FIXTURE("'x':{'unit':'%vol','of':'vent','gas':'CH4'}"),
		      "reference 'x': 'vent' is no output under gases");
	check_refused(FIXTURE("'x':{'unit':'%vol','of':'hose','gas':'CH4'}"),
		      "reference 'x': 'hose' is no output under gases");
	check_refused(FIXTURE("'x':{'unit':'lbs','of':'mix','gas':'CH4'}"), "reference 'x': ");
	check_refused(FIXTURE("'x':{'of':'mix','gas':'CH4'}"), "reference 'x': ");
	check_refused(FIXTURE("'x':{'unit':'%vol','of':'mix','gas':'a/b'}"),
		      "reference 'x': 'a/b' is no gas");
	check_refused(FIXTURE("'x':{'unit':'%vol','of':'mix','gas':'0123456789012345'}"),
		      "is no gas");
}

/* `component` has its certificate under the line's name and the gas; another's does not count. */
static void its_value_is_that_of_its_own_certificate(void)
{
	static const char FILE[] =
		"instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"
		"mix,,9,%vol,2 %,2,G-1,2026-12-31\n"
		"mix.CH4,,2.02,%vol,2 %,2,G-20,2026-12-31\n"
		"slot2/mix.H2S,,25,ppm,5 %,2,G-20,2026-12-31\n";
	struct fixture *fixture = sound(FIXTURE(BOTH));
	struct error err;
	struct calibration *calibration = calibration_parse(FILE, "c.csv", &err);
	struct evidence evidence;
	uint64_t id;

	CU_ASSERT_PTR_NOT_NULL_FATAL(calibration);
	evidence_init(&evidence, fixture, calibration, 1, PLAN_STATED_EPOCH);

	id = evidence_reference(&evidence, fixture_find_reference(fixture, "mix_ch4"), &err);
	CU_ASSERT_FATAL(id > 0);
	CU_ASSERT_DOUBLE_EQUAL(evidence_find(&evidence, id)->quantity.value, 0.0202, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(quantity_standard(&evidence_find(&evidence, id)->quantity), 0.000202,
			       1e-15);
	CU_ASSERT_EQUAL(
		evidence_reference(&evidence, fixture_find_reference(fixture, "mix_h2s"), &err), 0);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(err.text, "no certificate says how much H2S is in the gas on mix"));
	CU_ASSERT_EQUAL(fixture_find_certified(fixture, "mix.H2S"),
			fixture_find_reference(fixture, "mix_h2s"));
	CU_ASSERT_EQUAL(fixture_find_certified(fixture, "mix_h2s"), -1);
	evidence_done(&evidence);
	calibration_free(calibration);
	fixture_free(fixture);
}

void suite_gas_components(void)
{
	suite_begin("several components of one cylinder");
	claim(each_component_is_certified_by_itself);
	claim(one_that_was_chosen_certifies_the_line_alone);
	claim(a_gas_that_no_fixture_could_say_is_nobody_s_reference);
	claim(a_cylinder_that_has_what_is_asked_for_flows);
	claim(one_that_lacks_a_component_stays_shut);
	claim(one_that_was_connected_for_the_other_use_stays_shut);
	claim(a_component_says_of_which_gas_line_and_which_gas);
	claim(its_value_is_that_of_its_own_certificate);
}
