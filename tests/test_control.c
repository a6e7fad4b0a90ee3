/* SPDX-License-Identifier: Apache-2.0 */
/* What a run for a certificate may be made of (run/control.h): the small bench, planned on wires that need not be there. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

#define ON_WIRES .body = "", .station = MINI_STATION(""), .wires = true
#define VALID "2999-12-31"
#define CERTIFICATE(instrument, due)                                                               \
	"{'seq':3,'says':{'instrument':'" instrument "','certificate':'W-1','value':'1000',"       \
	"'unit':'Pa','expanded':'2 Pa','k':'2','due':'" due "'}}"
#define LIMITS "{\"limit_set\":\"ours\",\"laboratory\":\"L\",\"grade\":\"lab\",\"limits\":{}}"

static void add_approval(struct buf *json, const struct plan_source *source, const char *role,
			 const char *person)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	hash_of(source->text, source->size, digest);
	hash_hex(digest, hex);
	buf_printf(json,
		   "%s{'seq':2,'name':'n','sha256':'%s','from':'2026-01-01T00:00:00.000+00:00',"
		   "'role':'%s','person':'%s'}",
		   json->size && json->data[json->size - 1] == '}' ? "," : "", hex, role, person);
}

/* A register in which all files of this plan but the one called so are approved. */
static char *register_for(const struct plan *plan, const char *but, const char *certificates)
{
	struct buf json;

	buf_init(&json);
	buf_printf(&json, "{'calibrations':[%s],'approvals':[", certificates);
	for (size_t i = 0; i < plan->source_count; i++) {
		const struct plan_source *source = &plan->source[i];

		if (but && !strcmp(source->name, but))
			continue;
		add_approval(&json, source, "reviewer", "0009");
		add_approval(&json, source, "signatory", "0003");
	}
	buf_add_text(&json, "]}");
	return buf_detach(&json);
}

/* Plan it for a certificate, all files approved but one. */
static struct plan *plan_approved(struct bench *bench, const char *but, const char *certificates)
{
	struct plan *first = bench_plan(bench, ON_WIRES), *plan;
	char *registered;

	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	registered = register_for(first, but, certificates);
	plan = bench_plan(bench, ON_WIRES, .certificate = true, .registered = registered);
	free(registered);
	plan_free(first);
	return plan;
}

static void check_refused(const char *but, const char *certificates, const char *part)
{
	struct bench bench;

	bench_open(&bench);
	plan_free(plan_approved(&bench, but, certificates));

	CU_ASSERT(bench_refused(&bench, part));
	bench_close(&bench);
}

static void a_run_for_a_certificate_is_made_of_approved_files(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = plan_approved(&bench, "station.lua", CERTIFICATE("weight", VALID));

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT(plan->order->certificate);
	plan_free(plan);
	bench_close(&bench);
}

static void a_file_that_nobody_approved_keeps_it_from_running(void)
{
	check_refused("mini.lua", CERTIFICATE("weight", VALID), "mini.lua (SHA-256 ");
	check_refused("fixtures/mini/fixture.lua", CERTIFICATE("weight", VALID),
		      "fixtures/mini/fixture.lua (SHA-256 ");
	check_refused("fixtures/drivers/mini_meter/driver.lua", CERTIFICATE("weight", VALID),
		      "is not approved");
}

static void certificates_of_a_run_for_a_certificate_are_registered_and_in_date(void)
{
	check_refused(NULL, "", "from the register, which has none");
	check_refused(NULL, CERTIFICATE("weight", "2026-01-31"),
		      "certificate W-1 of weight ran out on 2026-01-31");
}

static void what_this_fixture_does_not_have_may_be_out_of_date(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = plan_approved(
		&bench, NULL,
		CERTIFICATE("weight", VALID) "," CERTIFICATE("elsewhere", "2026-01-31"));

	CU_ASSERT_PTR_NOT_NULL(plan);
	plan_free(plan);
	bench_close(&bench);
}

/* Of what this fixture has; the register has no value of its check standard. */
static void a_repeatability_that_is_not_known_is_none_for_a_certificate(void)
{
	check_refused(NULL,
		      "{'seq':9,'says':{'instrument':'meter','quantity':'pressure','unit':'Pa',"
		      "'expanded':'1 Pa','k':'2','certificate':'M-1','due':'" VALID
		      "','check_standard':'cell'}}",
		      "check standard cell does not give the repeatability of meter now");
}

static void check_order(const char *more, const char *part)
{
	char *text =
		xprintf("{'protocol':'/p.lua','station':'/s.lua','certificate':true,%s}", more);
	struct value *value = said(text);
	struct error err;

	CU_ASSERT_PTR_NULL(order_from_value(value, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part));
	value_free(value);
	free(text);
}

static void what_is_simulated_partial_or_forced_is_for_no_certificate(void)
{
	check_order("'simulated':true", "a run --sim is none for a certificate");
	check_order("'rig':true", "a run --rig is none for a certificate");
	check_order("'only':'S'", "a run --only is none for a certificate");
	check_order("'force':true", "a run --force is none for a certificate");
	check_order("'by_hand':true", "a run without a protocol is none for a certificate");
}

/* ---- limit sets ---- */

static void a_laboratorys_unsigned_limits_decide_nothing_on_wires(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = bench_plan(&bench, ON_WIRES, .limits = LIMITS);

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT(plan->limits_unsigned);
	CU_ASSERT_EQUAL(limit_set_grade(plan->limit_set), GRADE_UNVERIFIED);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(value_at(plan->warnings, 0)->text, "nobody has signed this limit set"));
	plan_free(plan);
	bench_close(&bench);
}

static void a_laboratorys_signed_limits_decide(void)
{
	struct bench bench;
	struct plan *first, *plan;
	char *registered;

	bench_open(&bench);
	first = bench_plan(&bench, ON_WIRES, .limits = LIMITS);
	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	registered = register_for(first, NULL, "");
	plan = bench_plan(&bench, ON_WIRES, .limits = LIMITS, .registered = registered);

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_FALSE(plan->limits_unsigned);
	CU_ASSERT_EQUAL(limit_set_grade(plan->limit_set), GRADE_LAB);
	free(registered);
	plan_free(first);
	plan_free(plan);
	bench_close(&bench);
}

static void a_simulation_takes_a_limit_set_as_it_is(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = bench_plan(&bench, .body = "", .limits = LIMITS);

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_FALSE(plan->limits_unsigned);
	CU_ASSERT_EQUAL(limit_set_grade(plan->limit_set), GRADE_LAB);
	plan_free(plan);
	bench_close(&bench);
}

static void every_other_run_says_that_it_is_uncontrolled(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:read()");

	CU_ASSERT(journal_says(bench.journal, "'controlled':false"));
	CU_ASSERT_FALSE(journal_says(bench.journal, "'controlled':true"));
	bench_close(&bench);
}

void suite_control(void)
{
	suite_begin("control");
	claim(a_run_for_a_certificate_is_made_of_approved_files);
	claim(a_file_that_nobody_approved_keeps_it_from_running);
	claim(certificates_of_a_run_for_a_certificate_are_registered_and_in_date);
	claim(what_this_fixture_does_not_have_may_be_out_of_date);
	claim(a_repeatability_that_is_not_known_is_none_for_a_certificate);
	claim(what_is_simulated_partial_or_forced_is_for_no_certificate);
	claim(a_laboratorys_unsigned_limits_decide_nothing_on_wires);
	claim(a_laboratorys_signed_limits_decide);
	claim(a_simulation_takes_a_limit_set_as_it_is);
	claim(every_other_run_says_that_it_is_uncontrolled);
}
