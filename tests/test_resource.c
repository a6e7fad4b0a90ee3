/* SPDX-License-Identifier: Apache-2.0 */
/* What runs share, without runs: who is served when, and who meets whom. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/resource.h"
#include "tests/claims.h"

/* What happened, in order: "A" is granted, "a2" waits behind two, "A!" is released, "a-1" misses one. */
static char told[256];

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
	size_t at = strlen(told);
	va_list list;

	va_start(list, format);
	vsnprintf(told + at, sizeof(told) - at, format, list);
	va_end(list);
}

static bool told_is(const char *what)
{
	bool same = !strcmp(told, what);

	if (!same)
		printf("        it was: %s\n", told);
	told[0] = '\0';
	return same;
}

static void granted(void *ctx)
{
	tell("%c ", *(const char *)ctx);
}

static void waits(void *ctx, size_t before)
{
	tell("%c%zu ", *(const char *)ctx + 'a' - 'A', before);
}

static struct claim new_claim(const char *who, const char *one, const char *two)
{
	struct claim claim = {.granted = granted, .waits = waits, .ctx = (void *)who, .slot = *who};

	claim_add(&claim, one);
	if (two)
		claim_add(&claim, two);
	return claim;
}

static void one_thing_is_served_in_the_order_of_asking(void)
{
	struct resources *resources = resources_new();
	struct claim a = new_claim("A", "x", NULL), b = new_claim("B", "x", NULL),
		     c = new_claim("C", "x", NULL);

	resource_ask(resources, &a);
	resource_ask(resources, &b);
	resource_ask(resources, &c);
	CU_ASSERT(told_is("A b1 c2 "));
	resource_give(&a);
	CU_ASSERT(told_is("B c1 "));
	resource_give(&b);
	resource_give(&c);
	CU_ASSERT(told_is("C "));
	resources_free(resources);
}

static void what_shares_nothing_does_not_wait(void)
{
	struct resources *resources = resources_new();
	struct claim a = new_claim("A", "x", NULL), b = new_claim("B", "x", NULL),
		     c = new_claim("C", "y", NULL);

	resource_ask(resources, &a);
	resource_ask(resources, &b);
	resource_ask(resources, &c);

	CU_ASSERT(told_is("A b1 C "));
	resource_give(&b);
	resource_give(&a);
	resource_give(&c);
	resources_free(resources);
}

static void two_things_are_had_together_or_not_at_all(void)
{
	struct resources *resources = resources_new();
	struct claim a = new_claim("A", "x", NULL), b = new_claim("B", "y", NULL),
		     c = new_claim("C", "x", "y");

	resource_ask(resources, &a);
	resource_ask(resources, &b);
	resource_ask(resources, &c);
	resource_give(&a);
	CU_ASSERT(told_is("A B c2 c1 "));
	CU_ASSERT_FALSE(c.held);
	resource_give(&b);

	CU_ASSERT(told_is("C "));
	resource_give(&c);
	resources_free(resources);
}

/* D could have y at once, and again and again before C: it asked later, so it waits. */
static void who_wants_much_is_not_passed_over_by_who_wants_little(void)
{
	struct resources *resources = resources_new();
	struct claim a = new_claim("A", "x", NULL), c = new_claim("C", "x", "y"),
		     d = new_claim("D", "y", NULL);

	resource_ask(resources, &a);
	resource_ask(resources, &c);
	resource_ask(resources, &d);
	resource_give(&a);
	resource_give(&c);

	CU_ASSERT(told_is("A c1 d1 C D "));
	resource_give(&d);
	resources_free(resources);
}

static void who_goes_away_is_not_waited_for(void)
{
	struct resources *resources = resources_new();
	struct claim a = new_claim("A", "x", NULL), b = new_claim("B", "x", NULL),
		     c = new_claim("C", "x", NULL);

	resource_ask(resources, &a);
	resource_ask(resources, &b);
	resource_ask(resources, &c);
	resource_give(&b);
	resource_give(&b);
	resource_give(&a);

	CU_ASSERT(told_is("A b1 c2 c1 C "));
	resource_give(&c);
	resources_free(resources);
}

/* Ten runs take two of five things each, a thousand times, in an order drawn at random. */
static void no_order_of_asking_and_giving_leaves_everybody_waiting(void)
{
	static const char *const NAMES[] = {"v", "w", "x", "y", "z"};
	struct resources *resources = resources_new();
	struct claim claim[10] = {0};
	bool asked[10] = {0};
	uint32_t random = 7;
	int stuck = 0, doubled = 0;

	for (int i = 0; i < 20000; i++) {
		int who = (int)((random = random * 1664525 + 1013904223) >> 16) % 10, held = 0;
		int one = (int)(random >> 8) % 5, two = (int)(random >> 20) % 5;

		if (asked[who] && claim[who].held) {
			resource_give(&claim[who]);
			asked[who] = false;
		} else if (!asked[who]) {
			claim[who] = new_claim("A", NAMES[one], NAMES[two]);
			asked[who] = true;
			resource_ask(resources, &claim[who]);
		}
		told[0] = '\0';
		for (int k = 0; k < 10; k++) {
			held += claim[k].held;
			for (int l = 0; l < k; l++)
				doubled +=
					claim[k].held && claim[l].held &&
					(claim_has(&claim[k], claim[l].name[0]) ||
					 claim_has(&claim[k], claim[l].name[claim[l].count - 1]));
		}
		for (int k = 0; k < 10 && !held; k++)
			stuck += asked[k];
	}

	CU_ASSERT_EQUAL(stuck, 0);
	CU_ASSERT_EQUAL(doubled, 0);
	for (int k = 0; k < 10; k++)
		resource_give(&claim[k]);
	resources_free(resources);
	told[0] = '\0';
}

static void the_queue_can_be_seen(void)
{
	struct resources *resources = resources_new();
	struct claim a = new_claim("A", "x", NULL), b = new_claim("B", "x", NULL);
	struct value *list = value_list();

	resource_ask(resources, &a);
	resource_ask(resources, &b);
	resources_describe(resources, list);

	CU_ASSERT_EQUAL_FATAL(value_count(list), 1);
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(list, 0), "resource"), "x");
	CU_ASSERT_EQUAL(value_get_int(value_at(list, 0), "slot", 0), 'A');
	CU_ASSERT_EQUAL_FATAL(value_count(value_get(value_at(list, 0), "waits")), 1);
	CU_ASSERT_EQUAL(value_at(value_get(value_at(list, 0), "waits"), 0)->integer, 'B');
	value_free(list);
	resource_give(&a);
	resource_give(&b);
	resources_free(resources);
	told[0] = '\0';
}

/* ---- meetings ---- */

static void released(void *ctx)
{
	tell("%c! ", *(const char *)ctx);
}

static void missed(void *ctx, size_t missing)
{
	tell("%c-%zu ", *(const char *)ctx + 'a' - 'A', missing);
}

static struct member new_member(const char *who)
{
	return (struct member){.released = released, .missed = missed, .ctx = (void *)who};
}

static void all_go_on_when_the_last_has_come(void)
{
	struct meeting *meeting = meeting_new();
	struct member a = new_member("A"), b = new_member("B"), c = new_member("C");

	meeting_join(meeting, &a);
	meeting_join(meeting, &b);
	meeting_join(meeting, &c);
	meeting_arrive(&b, "chamber");
	meeting_arrive(&a, "chamber");
	CU_ASSERT(told_is("b-2 a-1 b-1 "));
	meeting_arrive(&c, "chamber");

	CU_ASSERT(told_is("A! B! C! "));
	meeting_leave(&a);
	meeting_leave(&b);
	meeting_leave(&c);
	meeting_free(meeting);
}

static void who_left_is_not_waited_for(void)
{
	struct meeting *meeting = meeting_new();
	struct member a = new_member("A"), b = new_member("B");

	meeting_join(meeting, &a);
	meeting_join(meeting, &b);
	meeting_arrive(&a, "chamber");
	meeting_leave(&b);
	CU_ASSERT(told_is("a-1 A! "));

	meeting_arrive(&a, "chamber");
	CU_ASSERT(told_is("A! "));
	meeting_arrive(&b, "chamber");
	CU_ASSERT(told_is("B! "));
	meeting_leave(&a);
	meeting_free(meeting);
}

static void who_waits_elsewhere_keeps_nobody_for_ever(void)
{
	struct meeting *meeting = meeting_new();
	struct member a = new_member("A"), b = new_member("B");

	meeting_join(meeting, &a);
	meeting_join(meeting, &b);
	meeting_arrive(&b, "scale");
	meeting_arrive(&a, "chamber");
	CU_ASSERT(told_is("b-1 B! a-1 "));
	meeting_arrive(&b, "chamber");

	CU_ASSERT(told_is("A! B! "));
	meeting_leave(&a);
	meeting_leave(&b);
	meeting_free(meeting);
}

static void who_withdraws_has_not_come(void)
{
	struct meeting *meeting = meeting_new();
	struct member a = new_member("A"), b = new_member("B");

	meeting_join(meeting, &a);
	meeting_join(meeting, &b);
	meeting_arrive(&a, "chamber");
	meeting_withdraw(&a);
	meeting_arrive(&b, "chamber");
	CU_ASSERT(told_is("a-1 b-1 "));
	meeting_arrive(&a, "chamber");

	CU_ASSERT(told_is("A! B! "));
	meeting_leave(&a);
	meeting_leave(&b);
	meeting_free(meeting);
}

void suite_resource(void)
{
	suite_begin("resource");
	claim(one_thing_is_served_in_the_order_of_asking);
	claim(what_shares_nothing_does_not_wait);
	claim(two_things_are_had_together_or_not_at_all);
	claim(who_wants_much_is_not_passed_over_by_who_wants_little);
	claim(who_goes_away_is_not_waited_for);
	claim(no_order_of_asking_and_giving_leaves_everybody_waiting);
	claim(the_queue_can_be_seen);
	claim(all_go_on_when_the_last_has_come);
	claim(who_left_is_not_waited_for);
	claim(who_waits_elsewhere_keeps_nobody_for_ever);
	claim(who_withdraws_has_not_come);
}
