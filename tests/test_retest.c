/* SPDX-License-Identifier: Apache-2.0 */
/* Who lets a specimen be tested once more, on real wires: the small bench, planned on wires that need not be there. */
#include "record/retest.h"

#include "tests/bench_rig.h"
#include "tests/claims.h"

#define ON_WIRES .body = "", .station = MINI_STATION(""), .wires = true
#define REGISTER(authorisers) "{'calibrations':[],'approvals':[],'authorisers':" authorisers "}"
#define ENROLLED "{'enrolled':true,'persons':['0009','0003']}"

static bool may(const char *person, const char *registered)
{
	struct bench bench;
	struct plan *plan;
	bool is_planned;

	bench_open(&bench);
	plan = bench_plan(&bench, ON_WIRES, .authorised_by = person, .registered = registered);
	is_planned = plan;
	if (!plan)
		CU_ASSERT(bench_refused(&bench, "does not authorise re-tests on this bench"));
	plan_free(plan);
	bench_close(&bench);
	return is_planned;
}

static void who_may_review_or_approve_authorises_a_retest(void)
{
	CU_ASSERT(may("0009", REGISTER(ENROLLED)));
	CU_ASSERT(may("0003", REGISTER(ENROLLED)));
	CU_ASSERT_FALSE(may("0017", REGISTER(ENROLLED)));
	CU_ASSERT_FALSE(may("", REGISTER(ENROLLED)));
}

static void where_nobody_is_enrolled_whoever_is_named_does(void)
{
	CU_ASSERT(may("0017", REGISTER("{'enrolled':false,'persons':[]}")));
	CU_ASSERT(may("0017", "{'calibrations':[],'approvals':[]}"));
}

static void a_run_that_is_no_retest_asks_nobody(void)
{
	CU_ASSERT(may(NULL, REGISTER("{'enrolled':true,'persons':[]}")));
}

static void a_simulated_retest_asks_nobody(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = bench_plan(&bench, .body = "", .authorised_by = "0017",
			  .registered = REGISTER(ENROLLED));
	CU_ASSERT_PTR_NOT_NULL(plan);
	plan_free(plan);
	bench_close(&bench);
}

void suite_retest(void)
{
	suite_begin("who authorises a re-test");
	claim(who_may_review_or_approve_authorises_a_retest);
	claim(where_nobody_is_enrolled_whoever_is_named_does);
	claim(a_run_that_is_no_retest_asks_nobody);
	claim(a_simulated_retest_asks_nobody);
}
